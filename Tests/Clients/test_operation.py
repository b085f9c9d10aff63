"""Goal: an operator can back up, restore, watch and stop a node. Method: a real node under load and
the command line beside it, as a person or a monitor would use them.
"""

import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time

import pytest
from eth_account import Account
from eth_utils import to_checksum_address
from harness import Node, binary, free_port, unit_wei
from prometheus_client.parser import text_string_to_metric_families


def command(*words, code=0):
    done = subprocess.run([binary(), *words], capture_output=True, text=True, timeout=300)
    assert done.returncode == code, f"{words}: {done.returncode}: {done.stdout}{done.stderr}"
    return done.stdout


class Load(threading.Thread):
    """Sends transfers one after another and keeps what has a receipt."""

    def __init__(self, node):
        super().__init__(daemon=True)
        self.node = node
        self.receipts = []
        self.is_over = False
        self.failure = None

    def run(self):
        try:
            self.work()
        except BaseException as problem:  # noqa: BLE001 - told to the main thread
            self.failure = problem

    def work(self):
        network = self.node.network()
        account = Account.from_key(network["development"]["accounts"][2]["privateKey"])
        connection = self.node.connect()
        price = int(connection.rpc("eth_gasPrice"), 16)
        nonce = 0
        while not self.is_over:
            hashes = []
            for _ in range(10):
                signed = account.sign_transaction(
                    {
                        "chainId": int(network["chainId"]),
                        "nonce": nonce,
                        "to": to_checksum_address(f"0x{nonce % 50 + 1:040x}"),
                        "value": unit_wei(network),
                        "gas": 21_000,
                        "gasPrice": price,
                    }
                )
                raw = "0x" + signed.raw_transaction.hex().removeprefix("0x")
                hashes.append(connection.rpc("eth_sendRawTransaction", raw))
                nonce += 1
            for each in hashes:
                while not (receipt := connection.rpc("eth_getTransactionReceipt", each)):
                    time.sleep(0.002)
                self.receipts.append(receipt)
        connection.close()

    def finish(self):
        self.is_over = True
        self.join(60)
        if self.failure:
            raise self.failure


def wait_for(load, count, seconds=120):
    """Until the load has so many receipts."""
    deadline = time.monotonic() + seconds
    while len(load.receipts) <= count:
        if load.failure:
            raise load.failure
        assert time.monotonic() < deadline, f"the load stands at {len(load.receipts)}"
        time.sleep(0.01)


def test_backup_under_load_and_restore():
    with Node() as node:
        load = Load(node)
        load.start()
        copies = []
        for round in range(3):
            wait_for(load, 100 * (round + 1))
            acknowledged = list(load.receipts)
            path = os.path.join(node.folder.name, f"backup-{round}")
            report = json.loads(command("backup", "--data", node.data, "--to", path, "--json"))
            assert report["height"] >= max(int(each["blockNumber"], 16) for each in acknowledged)
            copies.append((path, acknowledged, report))
            assert json.loads(command("doctor", "--data", node.data, "--json"))["sound"]
        load.finish()
        command("backup", "--data", node.data, "--to", copies[0][0], code=1)
        assert node.stop() == 0
        for path, acknowledged, report in copies:
            # As any tool would check it.
            manifest = json.load(open(os.path.join(path, "manifest.json")))
            listing = "".join(f"{f['sha256']}  {f['name']}\n" for f in manifest["files"])
            checked = subprocess.run(
                ["sha256sum", "--quiet", "-c"], cwd=path, input=listing, text=True
            )
            assert checked.returncode == 0
            node.data = path + "-restored"
            command("restore", "--from", path, "--data", node.data)
            command("restore", "--from", path, "--data", node.data, code=1)
            verified = node.verify()
            assert verified["height"] == report["height"]
            assert verified["headHash"] == report["head"]
            node.start()
            connection = node.connect()
            block = connection.rpc("eth_getBlockByNumber", hex(report["height"]), False)
            assert block["hash"] == report["head"]
            for receipt in acknowledged:
                hash = receipt["transactionHash"]
                assert connection.rpc("eth_getTransactionReceipt", hash) == receipt
            connection.close()
            assert node.stop() == 0
        print(f"\n{len(load.receipts)} receipts, {len(copies)} backups under load, all restored")


def test_metrics_and_readiness():
    with Node() as node:
        load = Load(node)
        load.start()
        wait_for(load, 50)
        load.finish()
        status, body = node.get("/metrics")
        assert status == 200
        text = body.decode()
        families = {family.name: family for family in text_string_to_metric_families(text)}
        values = {
            (s.name, tuple(sorted(s.labels.items()))): s.value
            for family in families.values()
            for s in family.samples
        }
        sent = len(load.receipts)
        assert values["freehold_transactions_total", (("status", "success"),)] == sent
        calls = values["freehold_rpc_calls_total", (("method", "eth_sendRawTransaction"),)]
        assert calls == sent
        assert values["freehold_head_height", ()] == values["freehold_blocks_total", ()]
        assert values["freehold_ready", ()] == 1 and values["freehold_read_only", ()] == 0
        flush = values["freehold_flush_seconds_count", ()]
        assert flush == values["freehold_flush_seconds_bucket", (("le", "+Inf"),)] > 0
        for line in text.splitlines():
            assert line.startswith("#") or re.match(r"^[a-z_]+(\{.*\})? \d+(\.\d+)?$", line), line
        for name, family in families.items():
            assert family.documentation, name
            assert family.type in ("counter", "gauge", "histogram"), name
        for header in ("X-Forwarded-For", "Forwarded", "Origin"):
            connection = node.connect()
            connection.http.request("GET", "/metrics", headers={header: "example.org"})
            assert connection.http.getresponse().status == 403
            connection.close()
        if promtool := next((p for p in ["/usr/bin/promtool"] if os.path.exists(p)), None):
            done = subprocess.run([promtool, "check", "metrics"], input=text, text=True)
            assert done.returncode == 0


def test_listens_while_replaying_and_says_so():
    with Node() as node:
        load = Load(node)
        load.start()
        wait_for(load, 300)
        load.finish()
        node.kill()
        port = free_port()
        node.process = subprocess.Popen(
            [binary(), "serve", "--data", node.data, "--listen", f"127.0.0.1:{port}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        node.port = port
        seen = set()
        while True:
            try:
                connection = node.connect()
                status, body = connection.request("GET", "/readyz")
                seen.add((status, json.loads(body)["status"]))
                assert connection.request("GET", "/healthz")[0] == 200
                if status == 200:
                    break
                call = {"jsonrpc": "2.0", "id": 5, "method": "eth_blockNumber", "params": []}
                code, body = connection.request("POST", "/", json.dumps(call).encode())
                answer = json.loads(body)
                assert code == 200 or (
                    code == 503 and answer["id"] == 5 and answer["error"]["code"] == -32000
                )
                connection.close()
            except ConnectionError:
                assert node.process.poll() is None
        # A quick machine may be ready before the first look.
        assert seen >= {(200, "ready")}
        assert seen <= {(200, "ready"), (503, "replaying"), (503, "opening the data folder")}
        print(f"\nseen while starting: {sorted(seen)}")


def test_service_manager_drain_and_log():
    with Node() as node, tempfile.TemporaryDirectory() as folder:
        assert node.stop() == 0
        path = os.path.join(folder, "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(path)
            manager.settimeout(60)
            port = free_port()
            node.port = port
            node.process = subprocess.Popen(
                [binary(), "serve", "--data", node.data, "--listen", f"127.0.0.1:{port}"],
                env={**os.environ, "NOTIFY_SOCKET": path, "WATCHDOG_USEC": "200000"},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )
            news = []
            while "WATCHDOG=1" not in news:
                news += manager.recv(4096).decode().split("\n")
            assert "READY=1" in news
            load = Load(node)
            load.start()
            wait_for(load, 20)
            node.process.send_signal(signal.SIGTERM)
            load.join(60)
            # The load met the closing of the intake, as an honest refusal or a closed connection.
            assert load.failure is not None
            assert node.process.wait(60) == 0
            manager.setblocking(False)
            while True:
                try:
                    news += manager.recv(4096).decode().split("\n")
                except BlockingIOError:
                    break
            assert "STOPPING=1" in news
        lines = [json.loads(line) for line in node.process.stderr.read().decode().splitlines()]
        node.process = None
        events = [line["event"] for line in lines]
        assert events[:2] == ["starting", "ready"] and events[-2:] == ["stopping", "stopped"]
        assert all(set(line) >= {"time", "level", "event"} for line in lines)
        verified = node.verify()
        assert verified["tornBytes"] == 0
        assert verified["transactions"] >= len(load.receipts)


def test_second_signal_ends_at_once():
    with Node() as node:
        node.process.send_signal(signal.SIGTERM)
        node.process.send_signal(signal.SIGINT)
        node.process.wait(10)
        node.process = None
        node.verify()


def test_unit_file():
    unit = os.path.join(os.path.dirname(__file__), "..", "..", "deploy", "freehold.service")
    text = open(unit).read()
    for wanted in ("Type=notify", "NoNewPrivileges=yes", "ProtectSystem=strict", "WatchdogSec="):
        assert wanted in text
    try:
        with tempfile.TemporaryDirectory() as folder:
            # The program must exist where the unit says.
            copy = os.path.join(folder, "freehold.service")
            with open(copy, "w") as file:
                file.write(text.replace("/usr/bin/freehold", binary()))
            done = subprocess.run(
                ["systemd-analyze", "verify", copy], capture_output=True, text=True, timeout=60
            )
    except FileNotFoundError:
        pytest.skip("systemd-analyze is not here")
    complaints = [line for line in done.stderr.splitlines() if "freehold.service" in line]
    assert not complaints, complaints
