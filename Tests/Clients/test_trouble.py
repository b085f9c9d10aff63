"""Goal: whatever the machine does to a node, the answer is that of decision 31 and nothing
acknowledged is lost. Method: real processes on a real disk, met by limits, signals, a failing
flush, another clock, more work than they can do; and the operator's ways to steer them.
"""

import http.client
import json
import os
import pathlib
import resource
import signal
import socket
import ssl
import subprocess
import time

import coincurve
import pytest
import requests
import trustme
from harness import Node, RpcError, binary, free_port, sign_transfer, unit_wei
from test_websocket import Raw

MEBIBYTE = 1 << 20
# The journal's segments are of this size, and the next one is made ahead.
SEGMENT = 64 * MEBIBYTE

# Fails every flush from the moment on that a file exists, as a dying disk does.
FAILING_FLUSH = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

int fdatasync(int file) {
  if (access(getenv("FAIL_FLUSH"), F_OK) == 0) {
    errno = EIO;
    return -1;
  }
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  return real(file);
}
"""


class Member:
    """A development account that sends transfers and keeps what was acknowledged."""

    def __init__(self, node, index=2):
        network = node.network()
        account = network["development"]["accounts"][index]
        self.address = account["address"]
        self.key = coincurve.PrivateKey(bytes.fromhex(account["privateKey"][2:]))
        self.chain, self.unit = int(network["chainId"]), unit_wei(network)
        self.token = bytes.fromhex(network["token"]["address"][2:])
        self.price = 100_000_000_000
        self.nonce = 0
        self.receipts = {}

    def sign(self, padding=0):
        if not padding:
            return sign_transfer(
                self.key, self.chain, self.nonce, (99).to_bytes(20, "big"), self.unit, self.price
            )
        # A call that the token refuses, with as much data as one wants to store.
        return sign_transfer(
            self.key, self.chain, self.nonce, self.token, 0, self.price, 100_000, b"\xee" * padding
        )

    def submit(self, connection, padding=0):
        """The hash of a transaction that is accepted, which is not to say committed."""
        raw = "0x" + self.sign(padding).hex()
        sent = connection.rpc("eth_sendRawTransaction", raw)
        self.nonce += 1
        return sent

    def send(self, connection, padding=0):
        """Waits for the receipt."""
        return self.wait(connection, self.submit(connection, padding))

    def wait(self, connection, sent, seconds=30):
        deadline = time.monotonic() + seconds
        while not (receipt := self.receipt(connection, sent)):
            if time.monotonic() > deadline:
                raise TimeoutError(f"no receipt of {sent}")
            time.sleep(0.002)
        self.receipts[sent] = receipt
        return receipt

    @staticmethod
    def receipt(connection, sent):
        """None also while a node that has just started opens its index."""
        try:
            return connection.rpc("eth_getTransactionReceipt", sent)
        except RpcError as problem:
            assert "indexing is in progress" in problem.message, problem
            return None

    def check(self, connection):
        """Everything that was acknowledged is there, unchanged, and nothing stands twice."""
        for sent, receipt in dict(self.receipts).items():
            assert self.wait(connection, sent) == receipt
        nonce = connection.rpc("eth_getTransactionCount", self.address, "latest")
        # What was accepted without a receipt may have become part of a block, or not.
        assert len(self.receipts) <= int(nonce, 16) <= self.nonce + 1


def events(node):
    """The names of the events that the node wrote."""
    with open(node.log_path, encoding="utf-8") as log:
        lines = [line for line in log if line.startswith("{")]
    return [json.loads(line)["event"] for line in lines]


def until(condition, seconds=20, what="it"):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come within {seconds} s"
        time.sleep(0.05)


def test_decision_31_a_second_process_on_a_folder_is_told_which_holds_it():
    with Node() as node:
        command = [binary(), "serve", "--data", node.data, "--listen", f"127.0.0.1:{free_port()}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 1
        assert f"in use by process {node.process.pid}" in done.stderr
        assert node.get("/readyz")[0] == 200
        assert node.admin("status")["process"] == node.process.pid


def test_decision_31_a_clock_behind_the_head_holds_block_time():
    with Node() as node:
        member = Member(node)
        connection = node.connect()
        clock = pathlib.Path(node.data, "clock.json")
        connection.rpc("dev_advance", hex(86_400))
        head = member.send(connection)
        moved = int(connection.rpc("eth_getBlockByNumber", "latest", False)["timestamp"], 16)
        connection.close()
        assert node.stop() == 0
        clock.write_text('{"offsetSeconds":0}')
        node.start(is_ready=False)
        until(lambda: node.get("/readyz")[0] == 503 and b"clock-behind" in node.get("/readyz")[1])
        connection = node.connect()
        receipt = member.send(connection)
        block = connection.rpc("eth_getBlockByNumber", receipt["blockNumber"], False)
        assert int(block["timestamp"], 16) == moved
        assert int(receipt["blockNumber"], 16) > int(head["blockNumber"], 16)
        assert node.metric("freehold_clock_behind_seconds") > 86_000
        until(lambda: "clock-behind" in events(node))
        member.check(connection)
        connection.close()
        assert node.stop() == 0
        node.verify()


def test_decision_31_a_full_disk_is_read_only_and_reads_go_on():
    """No file may grow to a segment's size: the journal's next one finds no room, as on a full
    volume. When there is room again the node goes on by itself."""

    def no_more_segments():
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (SEGMENT - 1, hard))

    with Node(limits=no_more_segments) as node:
        members = [Member(node, index) for index in (2, 3)]
        connection = node.connect(timeout=60)
        sent = 0
        waiting = None
        while not waiting and sent < 1_000:
            accepted = members[0].submit(connection, padding=120_000)
            try:
                members[0].wait(connection, accepted, seconds=5)
                sent += 1
            except TimeoutError:
                waiting = accepted
        assert waiting and sent > 400, f"{sent} sent, {waiting} waits"
        # It was accepted, and is in no block that anybody was told of. No more is accepted.
        answer = connection.answer("eth_sendRawTransaction", ["0x" + members[1].sign().hex()])
        assert answer["error"]["code"] == -32000
        assert "node is read-only: no space" in answer["error"]["message"]
        assert node.process.poll() is None
        # Reads go on, and whoever asks where to send work is told to send it elsewhere.
        assert int(connection.rpc("eth_blockNumber"), 16) >= sent
        members[0].check(connection)
        status, body = node.get("/readyz")
        assert status == 503 and json.loads(body)["status"] == "read-only"
        assert node.metric("freehold_read_only") == 1
        until(lambda: "read-only" in events(node))
        # Room again.
        hard = resource.prlimit(node.process.pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(node.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
        until(lambda: node.get("/readyz")[0] == 200, what="readiness")
        members[0].wait(connection, waiting)
        members[1].send(connection)
        assert "writable" in events(node)
        connection.close()
        assert node.stop() == 0
        node.start()
        connection = node.connect()
        for member in members:
            member.check(connection)
        connection.close()
        assert node.stop() == 0
        assert node.verify()["height"] > sent
        print(f"\nread-only after {sent} blocks, writable again, nothing lost")


@pytest.mark.parametrize("way", ["flush", "write"])
def test_decision_31_a_failed_flush_ends_the_process_and_loses_nothing(tmp_path, way):
    """incident 29: nothing after the failure is answered, and it is never tried again."""
    switch = tmp_path / "fail"
    environment = {}
    if way == "flush":
        source, library = tmp_path / "flush.c", tmp_path / "flush.so"
        source.write_text(FAILING_FLUSH)
        built = ["cc", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"]
        subprocess.run(built, check=True)
        environment = {"LD_PRELOAD": str(library), "FAIL_FLUSH": str(switch)}
    with Node(environment=environment) as node:
        member = Member(node)
        connection = node.connect()
        for _ in range(20):
            member.send(connection, padding=100_000 if way == "write" else 0)
        if way == "flush":
            switch.write_text("")
        else:
            hard = resource.prlimit(node.process.pid, resource.RLIMIT_FSIZE)[1]
            resource.prlimit(node.process.pid, resource.RLIMIT_FSIZE, (MEBIBYTE, hard))
        sent = connection.rpc("eth_sendRawTransaction", "0x" + member.sign().hex())
        try:
            for _ in range(200):
                assert Member.receipt(connection, sent) is None
                time.sleep(0.01)
        except (OSError, http.client.HTTPException):
            pass  # The process has ended.
        assert node.process.wait(20) == 1
        node.process = None
        assert "disk-failed" in events(node)
        switch.unlink(missing_ok=True)
        node.start()
        connection = node.connect()
        member.check(connection)
        connection.close()
        assert node.stop() == 0
        node.verify()


def test_an_operator_steers_the_node_over_its_socket():
    with Node() as node:
        member = Member(node)
        connection = node.connect()
        for _ in range(3):
            member.send(connection)
        path = os.path.join(node.data, "admin.sock")
        assert os.stat(path).st_mode & 0o777 == 0o600
        status = node.admin("status")
        assert status["height"] == 3 and status["ready"] and status["transport"] == "loopback"
        assert node.admin("checkpoint")["checkpoint"] == 3
        assert os.path.exists(os.path.join(node.data, "checkpoints", f"{3:020d}.ckpt"))
        # What waits behind a gap is seen and thrown out.
        member.nonce += 5
        connection.rpc("eth_sendRawTransaction", "0x" + member.sign().hex())
        member.nonce -= 5
        pool = node.admin("pool")
        assert pool["transactions"] == 1 and pool["largest"][0]["behindGap"]
        assert node.admin("drop", member.address)["dropped"] == 1
        assert node.admin("pool")["transactions"] == 0
        # Drained: no transactions, reads go on; then work again.
        assert not node.admin("drain")["ready"]
        assert node.get("/readyz")[0] == 503
        answer = connection.answer("eth_sendRawTransaction", ["0x" + member.sign().hex()])
        assert answer["error"]["code"] == -32000 and "read-only" in answer["error"]["message"]
        assert connection.rpc("eth_blockNumber") == "0x3"
        assert node.admin("resume")["ready"]
        member.send(connection)
        # The log's level.
        assert node.admin("log-level", "debug")["level"] == "debug"
        member.send(connection)
        until(lambda: "blocks" in events(node))
        assert node.admin("log-level")["level"] == "debug"
        assert node.admin("limits", "--submissions", "7")["submissionsBurst"] == 70
        assert node.admin("connections")["open"] >= 1
        # Words for people.
        done = subprocess.run(
            [binary(), "admin", "status", "--data", node.data], capture_output=True, text=True
        )
        assert done.returncode == 0 and "height" in done.stdout
        # Refused where it makes no sense, and nobody there at all.
        node.admin("certificate", code=4)
        assert "error" in node.admin("status", "--admin-socket", "/nowhere", code=5)
        connection.close()
        node.admin("stop")
        assert node.process.wait(30) == 0
        node.process = None
        assert not os.path.exists(path)
        node.verify()


def test_no_admin_verb_answers_on_the_public_port():
    verbs = ["status", "connections", "pool", "pool/drop", "limits", "log-level", "checkpoint"]
    verbs += ["certificate", "drain", "resume", "stop", "admin", "admin/stop", "debug/pprof"]
    with Node() as node:
        connection = node.connect()
        for verb in verbs:
            for method in ["GET", "POST"]:
                body = b"" if method == "POST" else None
                status, _ = connection.request(method, "/" + verb, body)
                assert status in (404, 405), f"{method} /{verb}: {status}"
        for module in ["admin", "personal", "miner", "debug_setHead", "freehold"]:
            answer = connection.answer(f"{module}_status", [])
            assert answer["error"]["code"] == -32601
        assert node.get("/readyz")[0] == 200


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_the_operators_socket_is_for_its_user_and_root():
    ask = (
        "import socket,sys\n"
        "s=socket.socket(socket.AF_UNIX);s.settimeout(10);s.connect(sys.argv[1])\n"
        "s.sendall(b'GET /status HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n');print(s.recv(99))\n"
    )
    with Node() as node:
        path = os.path.join(node.data, "admin.sock")
        for folder in [node.folder.name, node.data]:
            os.chmod(folder, 0o755)

        def stranger():
            return subprocess.run(
                ["/usr/bin/python3", "-c", ask, path],
                capture_output=True, text=True, user=65534, group=65534, timeout=30,
            )

        assert "PermissionError" in stranger().stderr
        # Even where somebody has opened the file to everybody.
        os.chmod(path, 0o777)
        assert "HTTP/1.1 403" in stranger().stdout
        assert node.admin("status")["ready"]


@pytest.fixture
def authority(tmp_path):
    """A certificate authority of this test and files of two certificates that it issued."""
    made = trustme.CA()
    made.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    for name in ["first", "second"]:
        issued = made.issue_cert("127.0.0.1", "localhost", common_name=name)
        certificates = b"".join(pem.bytes() for pem in issued.cert_chain_pems)
        (tmp_path / f"{name}.pem").write_bytes(certificates)
        (tmp_path / f"{name}.key").write_bytes(issued.private_key_pem.bytes())
        os.chmod(tmp_path / f"{name}.key", 0o600)
    return tmp_path


def test_tls_by_flag(authority):
    certificate, key = authority / "live.pem", authority / "live.key"
    for source, target in [("first.pem", certificate), ("first.key", key)]:
        target.write_bytes((authority / source).read_bytes())
    os.chmod(key, 0o600)
    options = ["--tls-certificate", str(certificate), "--tls-key", str(key)]
    ca = str(authority / "ca.pem")
    with Node(options=options, context=ssl.create_default_context(cafile=ca)) as node:
        url = f"https://127.0.0.1:{node.port}"
        assert requests.get(url + "/network", verify=ca, timeout=10).json()["transport"] == "tls"
        call = {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}
        answer = requests.post(url, json=call, verify=ca, timeout=10)
        assert answer.json()["result"] == hex(382001)
        # So does the command line, and only where it is told whom to believe.
        command = [binary(), "query", "token", "totalSupply", "--node", url, "--json"]
        done = subprocess.run(command + ["--ca", ca], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr + done.stdout
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 5 and "certificate" in done.stdout
        # A stranger's authority is not believed, plain HTTP is not answered.
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(url, timeout=10)
        with pytest.raises(requests.exceptions.ConnectionError):
            requests.get(f"http://127.0.0.1:{node.port}/network", timeout=10)

        def handshake(version):
            context = ssl.create_default_context(cafile=ca)
            context.set_ciphers("DEFAULT:@SECLEVEL=0")
            context.minimum_version = context.maximum_version = version
            with socket.create_connection(("127.0.0.1", node.port), timeout=10) as raw:
                with context.wrap_socket(raw, server_hostname="127.0.0.1") as secure:
                    names = dict(field[0] for field in secure.getpeercert()["subject"])
                    return secure.version(), names["commonName"]

        assert handshake(ssl.TLSVersion.TLSv1_3) == ("TLSv1.3", "first")
        assert handshake(ssl.TLSVersion.TLSv1_2) == ("TLSv1.2", "first")
        for old in [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1]:
            with pytest.warns(DeprecationWarning), pytest.raises((ssl.SSLError, OSError)):
                handshake(old)
        # A WebSocket goes over it as well.
        secure = ssl.create_default_context(cafile=ca).wrap_socket(
            socket.create_connection(("127.0.0.1", node.port), timeout=10),
            server_hostname="127.0.0.1",
        )
        client = Raw(node.port, secure)
        client.send(1, json.dumps(call).encode())
        assert json.loads(client.next()[1])["result"] == hex(382001)
        secure.close()
        # A new certificate by SIGHUP; connections that are open stay.
        session = requests.Session()
        session.verify = ca
        # Variables of this machine must not decide whom the session believes.
        session.trust_env = False
        assert session.get(url + "/healthz", timeout=10).status_code == 200
        certificate.write_bytes((authority / "second.pem").read_bytes())
        node.process.send_signal(signal.SIGHUP)
        until(lambda: "certificate-kept" in events(node))
        assert handshake(ssl.TLSVersion.TLSv1_3)[1] == "first"
        key.write_bytes((authority / "second.key").read_bytes())
        node.process.send_signal(signal.SIGHUP)
        until(lambda: handshake(ssl.TLSVersion.TLSv1_3)[1] == "second")
        assert session.get(url + "/healthz", timeout=10).status_code == 200
        assert node.admin("certificate")["transport"] == "tls"
        assert node.stop() == 0


def test_a_key_that_others_can_read_is_refused(authority):
    with Node() as node:
        node.stop()
        key = authority / "first.key"

        def serve(*options):
            command = [binary(), "serve", "--data", node.data, "--listen", "127.0.0.1:0"]
            done = subprocess.run(
                command + list(options), capture_output=True, text=True, timeout=60
            )
            return done.returncode, done.stderr

        both = ["--tls-certificate", str(authority / "first.pem"), "--tls-key", str(key)]
        os.chmod(key, 0o640)
        code, text = serve(*both)
        assert code == 1 and "chmod 600" in text
        os.chmod(key, 0o600)
        code, text = serve("--tls-certificate", both[1])
        assert code == 2 and "belong together" in text
        code, text = serve("--tls-certificate", both[1], "--tls-key", str(authority / "none"))
        assert code == 1 and "No such file" in text
        other = authority / "second.key"
        code, text = serve("--tls-certificate", both[1], "--tls-key", str(other))
        assert code == 1 and "its own key" in text
        # Beyond loopback only with TLS, or where it was said in so many words.
        command = [binary(), "serve", "--data", node.data, "--listen", "0.0.0.0:0"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 1 and "--insecure-public" in done.stderr
