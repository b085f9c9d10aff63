"""The command line against a running node: operations, queries, the clock, exit codes."""

import json
import os
import subprocess

import pytest
from harness import ROOT, Node, binary, free_port

SENDER = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
RECEIVER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
DAY = 86_400


@pytest.fixture(scope="module")
def node():
    with Node() as running:
        yield running


def run(node, *words, code=0):
    """Runs a command against the node, checks the exit code, returns what it printed."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("FREEHOLD_")}
    environment["FREEHOLD_NODE"] = node if isinstance(node, str) else node.url
    done = subprocess.run(
        [binary(), *words], capture_output=True, text=True, timeout=120, env=environment
    )
    assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout if code == 0 or "--json" in words else done.stdout + done.stderr


def ask(node, *words, code=0):
    return json.loads(run(node, *words, "--json", code=code))


def units(node, account):
    return int(ask(node, "query", "token", "balanceOf", account)["result"]["units"])


def block_time(node):
    connection = node.connect()
    try:
        return int(connection.rpc("eth_getBlockByNumber", "latest", False)["timestamp"], 16)
    finally:
        connection.close()


def test_transfer_and_query(node):
    before = units(node, RECEIVER)
    done = ask(node, "tx", "token", "transfer", RECEIVER, "12.5")
    assert units(node, RECEIVER) == before + 125_000
    transfers = [row for row in done["events"] if row["event"] == "Transfer"]
    assert transfers[-1]["arguments"]["to"] == RECEIVER
    assert transfers[-1]["arguments"]["value"]["amount"] == "12.5"
    assert done["fee"]["symbol"] == "DTA" and int(done["fee"]["units"]) > 0
    text = run(node, "tx", "token", "transfer", "dev.1", "7u", "--from", "2")
    assert "token.Transfer" in text and "fee" in text
    assert units(node, "dev.1") == before + 125_007
    assert run(node, "query", "token", "symbol").strip() == "DTA"


def test_dry_run_sends_nothing(node):
    before = units(node, RECEIVER)
    draft = ask(node, "tx", "token", "transfer", RECEIVER, "1", "--dry-run", "--price", "200gwei")
    assert draft["data"].startswith("0xa9059cbb") and draft["price"] == "200000000000"
    assert draft["from"] == SENDER and "12" not in draft["value"]["amount"]
    assert units(node, RECEIVER) == before


def test_exit_codes(node):
    rejected = run(node, "tx", "token", "transfer", RECEIVER, "999999999999", code=4)
    assert "spendable balance is below the amount" in rejected
    sent = ("tx", "token", "transfer", RECEIVER, "999999999999", "--gas", "100000")
    assert "spendable balance is below the amount" in run(node, *sent, code=4)
    refused = ask(node, *sent, code=4)
    assert refused["rejection"]["name"] == "ERC20InsufficientBalance"
    assert "did you mean 'token'" in run(node, "tx", "tokn", code=2)
    assert "did you mean 'transfer'" in run(node, "tx", "token", "transfr", code=2)
    assert "has 5 decimals" in run(node, "tx", "token", "transfer", RECEIVER, "1.23456", code=2)
    wrong = SENDER.replace("F", "f", 1)
    assert "checksum" in run(node, "query", "token", "balanceOf", wrong, code=2)
    nobody = f"http://127.0.0.1:{free_port()}"
    assert "is the node running there" in run(nobody, "query", "token", "name", code=5)
    assert "is the node running there" in run(nobody, "dev", "advance", "1d", code=5)


def test_lists_and_help(node):
    listed = ask(node, "tx", "--list")["operations"]
    assert {"module": "token", "name": "transfer"}.items() <= listed[0].items()
    queries = ask(node, "query", "--list")["queries"]
    for verb, rows in (("tx", listed), ("query", queries)):
        for row in rows:
            text = run(node, verb, row["module"], row["name"], "--help")
            assert row["help"].split()[0] in text
            assert f"freehold {verb} {row['module']} {row['name']}" in text


def test_keys_come_from_private_files(node, tmp_path):
    account = node.network()["development"]["accounts"][4]
    path = tmp_path / "key"
    path.write_text(account["privateKey"][2:] + "\n")
    path.chmod(0o644)
    words = ("tx", "token", "transfer", RECEIVER, "1", "--key-file", str(path))
    assert "chmod 600" in run(node, *words, code=2)
    path.chmod(0o600)
    assert ask(node, *words)["events"][-1]["arguments"]["from"] == account["address"]
    path.write_text("not a key")
    assert "holds no key" in run(node, *words, code=2)
    assert "no development account" in run(
        node, "tx", "token", "burn", "1", "--from", "10", code=2
    )


def test_power(node):
    files = ["economies/dta.json", "--overlay", "economies/dev.json"]
    words = [str(ROOT / word) if word.endswith(".json") else word for word in files]
    planned = {row["role"]: row for row in ask(node, "power", *words)["roles"]}
    assert planned["pauser"]["admin"] == "default.admin"
    assert any("grantRole" in line for line in planned["default.admin"]["may"])
    run(node, "tx", "access", "grantRoleUntil", "pauser", "dev.8", "2099-01-01")
    live = {row["role"]: row for row in ask(node, "power", *words, "--node", node.url)["roles"]}
    assert live.keys() == planned.keys()
    assert len(live["pauser"]["holders"]) == len(planned["pauser"]["holders"]) + 1
    assert live["pauser"]["holders"][-1]["until"] == "2099-01-01T00:00:00Z"


def test_send_transaction(node):
    connection = node.connect()
    try:
        assert connection.rpc("eth_accounts")[0] == SENDER.lower()
        before = units(node, RECEIVER)
        call = {"from": SENDER, "to": RECEIVER, "value": hex(10**14)}
        sent = connection.rpc("eth_sendTransaction", call)
        while connection.rpc("eth_getTransactionReceipt", sent) is None:
            pass
        assert units(node, RECEIVER) == before + 1
    finally:
        connection.close()


def test_advance_moves_block_time_and_survives(node):
    run(node, "tx", "token", "transfer", RECEIVER, "1")
    before = block_time(node)
    moved = ask(node, "dev", "advance", "30d")
    assert before + 30 * DAY <= moved["timestamp"] <= before + 30 * DAY + 120
    assert block_time(node) == moved["timestamp"]
    hour = ask(node, "dev", "advance", "1h")
    assert hour["timestamp"] >= moved["timestamp"] + 3_600
    node.kill()
    node.start()
    assert block_time(node) == hour["timestamp"]
    run(node, "tx", "token", "transfer", RECEIVER, "1")
    after = block_time(node)
    assert hour["timestamp"] <= after <= hour["timestamp"] + 120
    assert "no span of time" in run(node, "dev", "advance", "soon", code=2)
    assert "moves by 1 to" in run(node, "dev", "advance", "99999d", code=4)
    node.kill()
    node.verify()
    node.start()


def test_advance_elsewhere(tmp_path):
    """A network that is not for development has no clock to move."""
    overlay = tmp_path / "live.json"
    document = (ROOT / "economies" / "dev.json").read_text()
    flag = '"development": true'
    assert flag in document
    overlay.write_text(document.replace(flag, '"development": false'))
    with Node(overlays=(str(overlay),)) as live:
        assert "this network is none" in run(live, "dev", "advance", "1d", code=4)
        words = ("tx", "token", "transfer", RECEIVER, "1")
        assert "no development network" in run(live, *words, code=2)
        connection = live.connect()
        try:
            assert connection.rpc("eth_accounts") == []
        finally:
            connection.close()
