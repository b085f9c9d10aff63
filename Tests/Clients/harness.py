"""Starts a node of its own on a free loopback port and speaks to it.

Whatever a test knows about the network it has read from GET /network, as any client would.
"""

import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

import rlp
from eth_utils import keccak

ROOT = pathlib.Path(__file__).resolve().parents[2]
TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
ZERO = "0x" + "00" * 20


def binary():
    """The executable under test."""
    named = os.environ.get("FREEHOLD_BINARY")
    places = [named] if named else [".build/release/freehold", ".build/debug/freehold"]
    for place in places:
        path = ROOT / place
        if path.exists():
            return str(path)
    raise FileNotFoundError(f"no executable at {places}; run: swift build -c release")


def vectors(*parts):
    """A folder of the published vectors, or None where they are absent and may be."""
    base = os.environ.get("FREEHOLD_VECTORS")
    path = pathlib.Path(base) if base else ROOT.parent / "shared" / "vectors"
    path = path.joinpath(*parts)
    if path.exists():
        return path
    message = f"test vectors are absent: {path} (set FREEHOLD_VECTORS)"
    if os.environ.get("CI"):
        raise FileNotFoundError(message)
    # Not sys.stderr: what pytest captures is not loud.
    print(f"\n!!! SKIPPED: {message}", file=sys.__stderr__, flush=True)
    return None


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class RpcError(Exception):
    """The error object of a JSON-RPC answer."""

    def __init__(self, error):
        super().__init__(f"{error.get('code')}: {error.get('message')}")
        self.code = error.get("code")
        self.message = error.get("message")
        self.data = error.get("data")


class Connection:
    """One keep-alive connection. Not shared between threads."""

    def __init__(self, port, timeout=30, context=None):
        if context:
            self.http = http.client.HTTPSConnection(
                "127.0.0.1", port, timeout=timeout, context=context
            )
        else:
            self.http = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
        self.last_id = 0

    def close(self):
        self.http.close()

    def request(self, method, path, body=None):
        headers = {"content-type": "application/json"} if body is not None else {}
        self.http.request(method, path, body=body, headers=headers)
        answer = self.http.getresponse()
        return answer.status, answer.read()

    def post(self, document):
        status, body = self.request("POST", "/", json.dumps(document).encode())
        assert status == 200, f"HTTP {status}: {body[:300]!r}"
        return json.loads(body)

    def answer(self, method, params):
        """The whole answer object, error or not."""
        self.last_id += 1
        call = {"jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params}
        answer = self.post(call)
        assert answer["jsonrpc"] == "2.0" and answer["id"] == self.last_id, answer
        assert ("result" in answer) != ("error" in answer), answer
        return answer

    def rpc(self, method, *params):
        answer = self.answer(method, list(params))
        if "error" in answer:
            raise RpcError(answer["error"])
        return answer["result"]

    def indexed_batch(self, calls, timeout=60):
        """A batch, asked again while a node that has just started still reads its index."""
        deadline = time.monotonic() + timeout
        while True:
            answers = self.batch(calls)
            if time.monotonic() > deadline or not any(
                "indexing is in progress" in answer["error"]["message"]
                for answer in answers
                if "error" in answer
            ):
                return answers
            time.sleep(0.02)

    def indexed(self, method, *params, timeout=60):
        """The result, once an index that is still being opened does not stand in the way."""
        deadline = time.monotonic() + timeout
        while True:
            try:
                return self.rpc(method, *params)
            except RpcError as error:
                # Geth's words, on which clients wait.
                if "indexing is in progress" not in error.message or time.monotonic() > deadline:
                    raise
            time.sleep(0.02)

    def receipt(self, sent, timeout=60):
        """The receipt of a transaction, once it is in a block."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            receipt = self.indexed("eth_getTransactionReceipt", sent)
            if receipt:
                return receipt
            time.sleep(0.005)
        raise AssertionError(f"{sent} is in no block after {timeout} s")

    def batch(self, calls):
        """The answers to many calls, in the order of the calls."""
        if not calls:
            return []
        answers = self.post(
            [
                {"jsonrpc": "2.0", "id": place, "method": method, "params": params}
                for place, (method, params) in enumerate(calls)
            ]
        )
        assert isinstance(answers, list), answers
        by_id = {answer["id"]: answer for answer in answers}
        assert len(answers) == len(by_id) == len(calls), "a batch answers each call once"
        return [by_id[place] for place in range(len(calls))]


class Node:
    """A network in a folder of its own, and the process that serves it."""

    def __init__(
        self,
        economy="economies/dta.json",
        overlays=("economies/dev.json",),
        options=(),
        environment=None,
        limits=None,
        context=None,
    ):
        # Of `serve`: further options, variables, what resource limits the process is given, and
        # the ssl.SSLContext that believes its certificate.
        self.options = list(options)
        self.environment = environment or {}
        self.limits = limits
        self.context = context
        self.folder = tempfile.TemporaryDirectory(prefix="freehold-")
        self.data = os.path.join(self.folder.name, "network")
        self.log_path = os.path.join(self.folder.name, "log")
        self.process = None
        self.port = None
        command = [binary(), "init", "--economy", str(ROOT / economy)]
        for overlay in overlays:
            command += ["--overlay", str(ROOT / overlay)]
        self.init_command = command + ["--data", self.data]
        done = subprocess.run(self.init_command, capture_output=True, text=True, timeout=120)
        self.init_output = done.stdout
        assert done.returncode == 0, f"init ended with {done.returncode}: {done.stderr}"

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()
        self.folder.cleanup()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self, timeout=120, port=None, is_ready=True):
        """Starts the node, on a free port where none is named, and returns once it is ready, or
        once it answers where it is not expected to become so."""
        assert self.process is None, "the node is running"
        self.port = port or free_port()
        environment = {k: v for k, v in os.environ.items() if not k.startswith("FREEHOLD_")}
        command = [binary(), "serve", "--data", self.data, "--listen", f"127.0.0.1:{self.port}"]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                command + self.options,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment | self.environment,
                preexec_fn=self.limits,
            )
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            code = self.process.poll()
            if code is not None:
                self.process = None
                raise AssertionError(f"serve ended with {code}:\n{self.log()}")
            try:
                if self.get("/readyz" if is_ready else "/healthz")[0] == 200:
                    return
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.02)
        self.kill()
        raise AssertionError(f"the node was not ready after {timeout} s:\n{self.log()}")

    def metric(self, name):
        """The sum of a metric's samples."""
        status, body = self.get("/metrics")
        assert status == 200, f"GET /metrics answered {status}"
        lines = [line for line in body.decode().splitlines() if not line.startswith("#")]
        found = [line.rsplit(" ", 1) for line in lines if line.split("{")[0].split(" ")[0] == name]
        assert found, f"no metric {name}"
        return sum(float(value) for _, value in found)

    def admin(self, *words, code=0):
        """What `freehold admin` prints as JSON."""
        command = [binary(), "admin", *words, "--data", self.data, "--json"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.returncode == code, f"{words}: {done.returncode}: {done.stdout}{done.stderr}"
        return json.loads(done.stdout)

    def kill(self):
        """kill -9, as a power cut for the process."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def stop(self, timeout=60):
        """Asks for an orderly end and returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout)
        self.process = None
        return code

    def log(self):
        with open(self.log_path, "rb") as log:
            return log.read()[-4000:].decode(errors="replace")

    def connect(self, timeout=30):
        return Connection(self.port, timeout, self.context)

    def get(self, path):
        connection = self.connect(timeout=10)
        try:
            return connection.request("GET", path)
        finally:
            connection.close()

    def network(self):
        status, body = self.get("/network")
        assert status == 200, f"GET /network answered {status}"
        return json.loads(body)

    def document(self, address):
        """A JSON document at a URL or path that /network names."""
        address = urllib.parse.urlsplit(address)
        status, body = self.get(address.path)
        assert status == 200, f"GET {address.path} answered {status}"
        return json.loads(body)

    def verify(self):
        """Replays the folder offline; the node must not run."""
        command = [binary(), "verify", "--data", self.data, "--json"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, (
            f"verify ended with {done.returncode}: {done.stdout}{done.stderr}")
        return json.loads(done.stdout)


def abi_of(node, entry):
    """The ABI of a module or of the token, as /network points to it."""
    document = node.document(entry["abi"])
    return document if isinstance(document, list) else document["abi"]


def all_addresses(network):
    """Every account that can hold units at genesis, and the burned one, each once."""
    rows = network["accounts"] + network["development"]["accounts"]
    return sorted({row["address"].lower() for row in rows} | {ZERO})


def account_named(network, name):
    found = [row["address"] for row in network["accounts"] if row["name"] == name]
    assert len(found) == 1, f"/network names {len(found)} accounts '{name}'"
    return found[0]


def unit_wei(network):
    """What one unit of the token is in the 18-decimal view."""
    return 10 ** (18 - int(network["token"]["decimals"]))


def sign_transfer(key, chain, nonce, to, value, price, gas=21_000, data=b""):
    """A legacy transaction as bytes, ten times as fast as by eth-account.

    `key` is a coincurve.PrivateKey, `to` 20 bytes.
    """
    fields = [nonce, price, gas, to, value, data]
    digest = keccak(rlp.encode(fields + [chain, 0, 0]))
    signature = key.sign_recoverable(digest, hasher=None)
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big")
    return rlp.encode(fields + [35 + 2 * chain + signature[64], r, s])


class Pipeline:
    """One connection on which many requests are under way. Not shared between threads."""

    def __init__(self, port, timeout=60):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def close(self):
        self.socket.close()

    @staticmethod
    def request(body):
        head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
        return head.encode() + body

    @staticmethod
    def submission(raw):
        call = '{"jsonrpc":"2.0","id":1,"method":"eth_sendRawTransaction","params":["0x%s"]}'
        return Pipeline.request((call % raw.hex()).encode())

    def exchange(self, requests):
        """Sends all requests at once; (status, body) of each in order."""
        self.socket.sendall(b"".join(requests))
        return [self.answer() for _ in requests]

    def answer(self):
        while (end := self.buffer.find(b"\r\n\r\n")) < 0:
            self.more()
        head = self.buffer[:end].lower()
        place = head.find(b"content-length: ")
        length = int(head[place + 16 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
        while len(self.buffer) < end + 4 + length:
            self.more()
        body = self.buffer[end + 4 : end + 4 + length]
        self.buffer = self.buffer[end + 4 + length :]
        return int(head[9:12]), body

    def more(self):
        piece = self.socket.recv(1 << 16)
        if not piece:
            raise ConnectionError("the node closed the connection")
        self.buffer += piece
