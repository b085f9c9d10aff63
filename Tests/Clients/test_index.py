"""Goal: the index answers for what memory has let go, and says why every unit came. Method: a
member's month on a node that keeps one MiB of blocks in memory; what was answered while blocks were
recent must be answered the same once they are old, by every door; histories as CSV are read by
Python's own reader and summed to the balance; the same again after kill -9, after the index was
removed or damaged, and from the folder without a node.
"""

import csv
import decimal
import io
import json
import os
import subprocess
import time

import pytest
from eth_account import Account
from harness import TRANSFER, Node, RpcError, abi_of, binary, unit_wei
from web3 import Web3

DAY = 86_400
ROOT_KINDS = ("transactions", "transfers", "earnings")


class Member:
    """A development account that signs."""

    def __init__(self, node, place):
        self.node = node
        self.network = node.network()
        row = self.network["development"]["accounts"][place]
        self.account = Account.from_key(row["privateKey"])
        self.address = self.account.address
        self.connection = node.connect()

    def send(self, to, data="0x", value=0, gas=400_000):
        nonce = int(self.connection.rpc("eth_getTransactionCount", self.address, "latest"), 16)
        price = int(self.connection.rpc("eth_gasPrice"), 16)
        signed = self.account.sign_transaction(
            {
                "chainId": self.network["chainId"],
                "nonce": nonce,
                "to": Web3.to_checksum_address(to),
                "value": value,
                "data": data,
                "gas": gas,
                "maxFeePerGas": price,
                "maxPriorityFeePerGas": 0,
                "type": 2,
            }
        )
        each = self.connection.rpc("eth_sendRawTransaction", "0x" + signed.raw_transaction.hex())
        return wait(lambda: patient(self.connection, "eth_getTransactionReceipt", each))

    def call(self, module, name, *arguments):
        entry = next(one for one in self.network["modules"] if one["name"] == module)
        contract = Web3().eth.contract(
            Web3.to_checksum_address(entry["address"]), abi=abi_of(self.node, entry)
        )
        data = contract.encode_abi(name, args=list(arguments))
        receipt = self.send(entry["address"], data)
        assert receipt["status"] == "0x1", receipt
        return receipt


def wait(ask, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = ask()
        if answer is not None:
            return answer
        time.sleep(0.02)
    raise AssertionError(f"nothing came within {seconds} s")


def patient(connection, method, *params):
    """The result; None while the node says that it is indexing, as web3.py waits."""
    try:
        return connection.rpc(method, *params)
    except RpcError as error:
        assert "indexing is in progress" in error.message, error
        return None


def indexed(node):
    """Waits until the index holds the head."""

    def lag():
        text = node.get("/metrics")[1].decode()
        lines = [line for line in text.splitlines() if line.startswith("freehold_index")]
        values = dict(line.split() for line in lines)
        return True if values.get("freehold_index_lag_blocks") == "0" else None

    wait(lag)


def rows_of(text):
    """A CSV text as dictionaries, every line of the same width."""
    lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert all(len(line) == len(lines[0]) for line in lines)
    return [dict(zip(lines[0], line)) for line in lines[1:]]


def run(*arguments, code=0):
    done = subprocess.run([binary(), *arguments], capture_output=True, text=True, timeout=120)
    assert done.returncode == code, (arguments, done.stdout, done.stderr)
    return done.stdout


def view(connection, receipts):
    """What every door says of some transactions and their blocks."""
    seen = {}
    for receipt in receipts:
        each, block, number = (receipt[k] for k in ("transactionHash", "blockHash", "blockNumber"))
        index = receipt["transactionIndex"]
        for method, params in [
            ("eth_getTransactionReceipt", [each]),
            ("eth_getTransactionByHash", [each]),
            ("eth_getBlockByNumber", [number, True]),
            ("eth_getBlockByNumber", [number, False]),
            ("eth_getBlockByHash", [block, True]),
            ("eth_getBlockReceipts", [number]),
            ("eth_getBlockTransactionCountByHash", [block]),
            ("eth_getTransactionByBlockHashAndIndex", [block, index]),
            ("eth_getTransactionByBlockNumberAndIndex", [number, index]),
            ("eth_getLogs", [{"blockHash": block}]),
            ("eth_getLogs", [{"fromBlock": number, "toBlock": number}]),
        ]:
            key = json.dumps([method, params])
            seen[key] = connection.rpc(method, *params)
    return seen


class Month:
    """What a member did in a month, and what was answered when it was new."""

    def __init__(self, node):
        self.node = node
        self.network = node.network()
        self.alice, self.bob = Member(node, 0), Member(node, 1)
        token = self.network["token"]["address"]
        self.receipts = [
            self.alice.call("token", "transfer", self.bob.address, 25_0000),
            self.bob.send(self.alice.address, value=3 * unit_wei(self.network)),
            self.alice.call("staking", "stake", 1_000_0000, 30 * DAY),
        ]
        self.balances = {}
        self.note()
        self.position = int(
            next(
                log["topics"][3]
                for log in self.receipts[-1]["logs"]
                if log["topics"][0] == TRANSFER and len(log["topics"]) == 4
            ),
            16,
        )
        run("dev", "advance", "30d", "--node", node.url)
        self.claim = self.alice.call("staking", "claim", self.position)
        self.receipts.append(self.claim)
        self.receipts.append(self.alice.call("staking", "unstake", self.position))
        self.note()
        self.token = token
        self.seen = view(self.alice.connection, self.receipts)

    def note(self):
        """The balances of now, by block."""
        number = int(self.alice.connection.rpc("eth_blockNumber"), 16)
        for member in (self.alice, self.bob):
            held = self.alice.connection.rpc("eth_getBalance", member.address, "latest")
            self.balances[(member.address, number)] = held

    def outgrow(self):
        """Makes blocks that fill the memory, so that all before are let go."""
        for _ in range(14):
            self.bob.send(self.token, "0x" + "ab" * 100_000, gas=5_000_000)

    def paid(self):
        """The claimed units, from the receipt's own event."""
        network = self.network
        entry = next(one for one in network["modules"] if one["name"] == "staking")
        contract = Web3().eth.contract(
            Web3.to_checksum_address(entry["address"]), abi=abi_of(self.node, entry)
        )
        topic = Web3.keccak(
            text="Claimed(uint256,address,address,uint256,uint256,uint256)"
        ).hex()
        log = next(
            log for log in self.claim["logs"] if log["topics"][0].removeprefix("0x") == topic
        )
        words = [int(log["data"][2:][i : i + 64], 16) for i in range(0, 192, 64)]
        assert contract.address == Web3.to_checksum_address(log["address"])
        return words[0] + words[2]


@pytest.fixture(scope="module")
def month():
    node = Node()
    node.options = ["--memory-blocks", "1"]
    with node:
        month = Month(node)
        month.outgrow()
        indexed(node)
        yield month


def check(month):
    """Everything that an index has to answer."""
    node = month.node
    connection = node.connect()
    for key, answer in month.seen.items():
        method, params = json.loads(key)
        assert connection.rpc(method, *params) == answer, key
    for (address, number), held in month.balances.items():
        assert connection.rpc("eth_getBalance", address, hex(number)) == held
    transfers = rows_of(history(node, month.alice.address, "transfers", "&order=oldest&limit=1000"))
    assert transfers[-1]["balance"] == decimal_of(month, month.alice.address)


def history(node, account, kind, query=""):
    status, body = node.get(f"/v1/accounts/{account}/{kind}?format=csv{query}")
    assert status == 200, body
    return body.decode()


def decimal_of(month, address):
    held = int(month.node.connect().rpc("eth_getBalance", address, "latest"), 16)
    units = held // unit_wei(month.network)
    text = str(decimal.Decimal(units).scaleb(-int(month.network["token"]["decimals"])).normalize())
    return format(decimal.Decimal(text), "f")


def test_old_blocks_at_every_door(month):
    check(month)
    connection = month.node.connect()
    assert connection.rpc("eth_getBlockByNumber", "earliest", False)["number"] == "0x0"
    assert connection.rpc("eth_getBlockByNumber", "0xffffff", False) is None
    assert connection.rpc("eth_getTransactionReceipt", "0x" + "77" * 32) is None
    # Logs by filter over old and new blocks are the receipts' own.
    own = [log for receipt in month.receipts for log in receipt["logs"]]
    topic = "0x" + month.bob.address[2:].lower().rjust(64, "0")
    found = connection.rpc(
        "eth_getLogs",
        {"fromBlock": "earliest", "toBlock": "latest", "topics": [TRANSFER, None, topic]},
    )
    wanted = [log for log in own if log["topics"][:1] + log["topics"][2:3] == [TRANSFER, topic]]
    assert [log for log in found if log in wanted] == wanted and len(wanted) >= 1
    fees = connection.rpc("eth_feeHistory", "0x3", month.receipts[0]["blockNumber"], [50])
    assert len(fees["baseFeePerGas"]) == 3 or len(fees["baseFeePerGas"]) == 4
    # REST has the same blocks and transactions.
    for receipt in month.receipts:
        assert month.node.get(f"/v1/transactions/{receipt['transactionHash']}")[0] == 200
        assert month.node.get(f"/v1/blocks/{int(receipt['blockNumber'], 16)}")[0] == 200


def test_a_month_in_csv(month):
    alice = month.alice.address
    transfers = rows_of(history(month.node, alice, "transfers", "&order=oldest&limit=1000"))
    held = decimal.Decimal(0)
    for row in transfers:
        amount = decimal.Decimal(row["amount"])
        assert "e" not in row["amount"].lower() and row["time"].endswith("Z")
        held += {"in": amount, "out": -amount, "self": 0}[row["direction"]]
        assert held == decimal.Decimal(row["balance"])
    assert format(held, "f") == decimal_of(month, alice)
    earned = rows_of(history(month.node, alice, "earnings", "&rule=staking.Claimed"))
    scale = decimal.Decimal(10) ** int(month.network["token"]["decimals"])
    assert sum(decimal.Decimal(row["amount"]) for row in earned) * scale == month.paid() > 0
    assert {row["transaction"] for row in earned} == {month.claim["transactionHash"]}
    # A principal that comes back is no income, and the filters of time hold.
    back = rows_of(history(month.node, alice, "earnings", "&kind=returned"))
    assert [row["amount"] for row in back] == ["1000"]
    at = earned[0]["time"]
    assert rows_of(history(month.node, alice, "earnings", f"&from={at}&rule=staking.Claimed"))
    assert not rows_of(history(month.node, alice, "earnings", "&to=2001-01-01"))
    mine = rows_of(history(month.node, alice, "transactions", "&order=oldest&limit=1000"))
    hashes = [row["transaction"] for row in mine]
    assert [r["transactionHash"] for r in month.receipts if r["from"] == alice.lower()] == [
        row["transaction"] for row in mine if row["direction"] == "out"
    ]
    assert len(set(hashes)) == len(hashes)


def test_pages_follow_each_other(month):
    alice = month.alice.address
    whole = json.loads(month.node.get(f"/v1/accounts/{alice}/transfers?limit=1000")[1])["items"]
    found, cursor = [], ""
    while True:
        status, body = month.node.get(f"/v1/accounts/{alice}/transfers?limit=2{cursor}")
        page = json.loads(body)
        assert status == 200, body
        found += page["items"]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert found == whole and len(whole) > 4
    assert month.node.get(f"/v1/accounts/{alice}/transfers?cursor=00")[0] == 400
    assert month.node.get(f"/v1/accounts/{alice}/transfers?limit=0")[0] == 400
    assert month.node.get(f"/v1/accounts/{alice}/earnings?from=soon")[0] == 400


def test_the_explorers_door(month):
    node, alice = month.node, month.alice.address

    def ask(query):
        status, body = node.get("/api?" + query)
        assert status == 200
        return json.loads(body)

    listed = ask(f"module=account&action=txlist&address={alice}&sort=asc&page=1&offset=100")
    assert listed["status"] == "1" and listed["message"] == "OK"
    sent = [row for row in listed["result"] if row["from"] == alice.lower()]
    assert [row["hash"] for row in sent] == [
        r["transactionHash"] for r in month.receipts if r["from"] == alice.lower()
    ]
    assert all(row["isError"] == "0" and row["functionName"] for row in sent)
    first = ask(f"module=account&action=txlist&address={alice}&sort=asc&page=1&offset=1")
    second = ask(f"module=account&action=txlist&address={alice}&sort=asc&page=2&offset=1")
    assert first["result"] + second["result"] == listed["result"][:2]
    moved = ask(f"module=account&action=tokentx&address={alice}&sort=asc")["result"]
    net = sum(
        int(row["value"]) * ((row["to"] == alice.lower()) - (row["from"] == alice.lower()))
        for row in moved
    )
    balance = ask(f"module=account&action=balance&address={alice}")["result"]
    assert net * unit_wei(month.network) == int(balance)
    many = ask(f"module=account&action=balancemulti&address={alice},{month.bob.address}")["result"]
    assert many[0] == {"account": alice, "balance": balance}
    claim = month.claim["transactionHash"]
    status = ask(f"module=transaction&action=gettxreceiptstatus&txhash={claim}")
    assert status["result"] == {"status": "1"}
    logs = ask(
        "module=logs&action=getLogs&fromBlock=0&toBlock=latest&topic0="
        + month.claim["logs"][0]["topics"][0]
    )
    assert logs["status"] == "1" and logs["result"][0]["timeStamp"].startswith("0x")
    block = int(month.claim["blockNumber"], 16)
    when = month.node.connect().rpc("eth_getBlockByNumber", hex(block), False)["timestamp"]
    near = ask(f"module=block&action=getblocknobytime&timestamp={int(when, 16)}&closest=before")
    assert int(near["result"]) >= block
    token = month.token
    supply = ask(f"module=stats&action=tokensupply&contractaddress={token}")["result"]
    assert int(supply) > 0
    nobody = ask("module=account&action=txlist&address=0x" + "12" * 20)
    assert nobody == {"status": "0", "message": "No transactions found", "result": []}
    wrong = ask("module=account&action=txlist&address=nobody")
    assert wrong["status"] == "0" and "address" in wrong["result"]
    assert "Action" in ask("module=account&action=dance")["result"]


def test_export_from_a_node_and_from_its_folder(month):
    alice = month.alice.address
    for kind in ROOT_KINDS:
        online = run("export", "--account", alice, "--kind", kind, "--node", month.node.url)
        offline = run("export", "--account", alice, "--kind", kind, "--data", month.node.data)
        assert online == offline and rows_of(online)
        items = json.loads(
            run("export", "--account", alice, "--kind", kind, "--format", "json",
                "--data", month.node.data)
        )
        assert len(items) == len(rows_of(online))
    status = json.loads(run("index", "status", "--data", month.node.data, "--deep", "--json"))
    assert status["faults"] == [] and status["first"] == 0
    assert status["height"] == int(month.node.connect().rpc("eth_blockNumber"), 16)


def test_kill_rebuild_and_damage(month):
    node = month.node
    node.kill()
    node.start()
    indexed(node)
    check(month)
    # Rebuilt offline, byte for byte what a node answers.
    assert node.stop() == 0
    before = run("export", "--account", month.alice.address, "--data", node.data)
    made = json.loads(run("index", "rebuild", "--data", node.data, "--json"))
    assert made["first"] == 0 and made["height"] > 0
    assert run("export", "--account", month.alice.address, "--data", node.data) == before
    node.start()
    check(month)
    # A damaged file is made anew, and told; a missing one too.
    node.kill()
    path = os.path.join(node.data, "index", "index.sqlite")
    for ending in ("-wal", "-shm"):
        if os.path.exists(path + ending):
            os.remove(path + ending)
    with open(path, "r+b") as file:
        file.write(b"no database at all")
    node.start()
    indexed(node)
    check(month)
    assert "made anew" in node.log()
    doctor = json.loads(run("doctor", "--data", node.data, "--json"))
    assert not [f for f in doctor["findings"] if f["weight"] == "problem"], doctor


def test_without_an_index():
    node = Node()
    node.options = ["--no-index"]
    with node:
        alice = node.network()["development"]["accounts"][0]["address"]
        status, body = node.get(f"/v1/accounts/{alice}/transfers")
        assert status == 404 and "--no-index" in json.loads(body)["detail"]
        answer = json.loads(node.get(f"/api?module=account&action=txlist&address={alice}")[1])
        assert answer["status"] == "0" and "--no-index" in answer["result"]
        assert not os.path.exists(os.path.join(node.data, "index"))
