"""Every answer of every method that the node knows has the shape that the published description of
Ethereum's JSON-RPC demands, and faults are answered as the published fixtures do.
"""

import pytest
from eth_account import Account
from eth_utils import to_checksum_address
from harness import Node, unit_wei, vectors
from rpc_schema import RpcSchema, fixtures

FOLDER = vectors("ethereum-rpc")
pytestmark = pytest.mark.skipif(FOLDER is None, reason="test vectors are absent")

# Described, and not answered: the reasons stand in docs/rpc-fixtures.md and beside the methods.
UNANSWERED = {
    "eth_blobBaseFee": "no blobs",
    "eth_coinbase": "nobody mines",
    "eth_fillTransaction": "not built: drafts are what wallets fill",
    "eth_getBlockAccessList": "no storage slots",
    "eth_getProof": "the state root is no Patricia trie",
    "eth_sign": "the node holds no keys of users",
    "eth_signTransaction": "the node holds no keys of users",
    "eth_simulateV1": "not built",
}

UNKNOWN = "0x" + "11" * 32
EMPTY = "0x00000000000000000000000000000000000f4ee4"


class Chain:
    """A network with one block for each kind of transaction, and what can be asked about it."""

    def __init__(self, node):
        self.connection = node.connect()
        self.network = node.network()
        self.token = self.network["token"]["address"]
        self.sender = Account.from_key(self.network["development"]["accounts"][0]["privateKey"])
        self.raw = []
        self.connection.indexed("eth_getBlockByHash", UNKNOWN, False)
        for kind in (0, 1, 2):
            self.send(kind, {"to": EMPTY, "value": 5 * unit_wei(self.network), "gas": 21_000})
            self.send(kind, {"to": self.token, "data": self.transfer(3), "gas": 100_000})
        self.send(2, {"to": self.token, "data": self.transfer(2**127), "gas": 100_000})
        self.receipts = [self.settled(each) for each in self.raw]
        assert [r["status"] for r in self.receipts] == ["0x1"] * 6 + ["0x0"]

    def transfer(self, units):
        return "0xa9059cbb" + EMPTY[2:].rjust(64, "0") + f"{units:064x}"

    def send(self, kind, fields, nonce=None):
        rpc = self.connection.rpc
        price = int(rpc("eth_gasPrice"), 16)
        count = rpc("eth_getTransactionCount", self.sender.address, "pending")
        fields = {"chainId": int(self.network["chainId"]), "value": 0, **fields}
        fields.update(nonce=nonce or int(count, 16), to=to_checksum_address(fields["to"]))
        if kind == 2:
            fields.update(type=2, maxFeePerGas=2 * price, maxPriorityFeePerGas=0)
        else:
            fields["gasPrice"] = price
            if kind == 1:
                listed = {"address": self.token, "storageKeys": ["0x" + "00" * 31 + "01"]}
                fields.update(type=1, accessList=[listed])
        signed = self.sender.sign_transaction(fields)
        self.raw.append(rpc("eth_sendRawTransaction", "0x" + signed.raw_transaction.hex()))

    def settled(self, each):
        return self.connection.receipt(each)

    def questions(self):
        """Calls of every described method, each with parameters that must give a result."""
        sender, token, tag = self.sender.address, self.token, "latest"
        call = {"from": sender, "to": token, "data": self.transfer(1)}
        plain = {"from": sender, "to": EMPTY, "value": hex(unit_wei(self.network))}
        for method in (
            "eth_blockNumber eth_chainId eth_gasPrice eth_maxPriorityFeePerGas eth_syncing"
            " eth_accounts eth_baseFee eth_capabilities eth_config net_version"
        ).split():
            yield method, []
        for block in (tag, "earliest", "pending", "safe", "finalized"):
            # Balances of the past are the index's; without it the node says so.
            if block != "earliest":
                yield "eth_getBalance", [sender, block]
                yield "eth_getTransactionCount", [sender, block]
            yield "eth_getBlockByNumber", [block, True]
            yield "eth_getBlockByNumber", [block, False]
        yield "eth_getBalance", [EMPTY]
        yield "eth_getBalance", [UNKNOWN[:42], tag]
        for address in (token, sender, EMPTY):
            yield "eth_getCode", [address, tag]
            yield "eth_getStorageAt", [address, "0x0", tag]
        yield "eth_call", [{"to": token, "data": "0x06fdde03"}, tag]
        yield "eth_call", [call, tag]
        for object_ in (call, plain):
            yield "eth_estimateGas", [object_]
            yield "eth_createAccessList", [object_, tag]
        for count in ("0x1", "0x5", "0x400"):
            yield "eth_feeHistory", [count, tag, []]
            yield "eth_feeHistory", [count, tag, [10, 50, 90]]
        for receipt in self.receipts:
            number, block_hash = receipt["blockNumber"], receipt["blockHash"]
            yield "eth_getTransactionReceipt", [receipt["transactionHash"]]
            yield "eth_getTransactionByHash", [receipt["transactionHash"]]
            yield "debug_getRawTransaction", [receipt["transactionHash"]]
            yield "debug_traceTransaction", [receipt["transactionHash"]]
            yield from self.block_questions(number, block_hash, receipt["transactionIndex"])
            yield "eth_getLogs", [{"blockHash": block_hash}]
        yield "eth_getLogs", [{"fromBlock": "0x0", "toBlock": tag}]
        yield "eth_getLogs", [{"fromBlock": "0x0", "address": [token], "topics": [None, []]}]
        yield "eth_getStorageValues", [{token: ["0x0", "0x01"], EMPTY: ["0x" + "00" * 32]}, tag]
        yield from self.filter_questions()
        yield from self.pool_questions()
        yield from self.absent_questions()

    def filter_questions(self):
        """Filters with something to tell: what they are told comes while they stand."""
        rpc = self.connection.rpc
        filters = [
            rpc("eth_newFilter", {"fromBlock": "0x0"}),
            rpc("eth_newBlockFilter"),
            rpc("eth_newPendingTransactionFilter"),
        ]
        self.send(2, {"to": self.token, "data": self.transfer(1), "gas": 100_000})
        self.settled(self.raw[-1])
        for place, identifier in enumerate(filters):
            yield "eth_getFilterChanges", [identifier]
            if place == 0:
                yield "eth_getFilterLogs", [identifier]
            yield "eth_getFilterChanges", [identifier]
            yield "eth_uninstallFilter", [identifier]
            yield "eth_uninstallFilter", [identifier]
        yield "eth_newBlockFilter", []
        yield "eth_newFilter", [{"fromBlock": "0x0", "address": self.token}]
        yield "eth_newPendingTransactionFilter", []

    def pool_questions(self):
        """The pool with a transaction behind a gap."""
        rpc = self.connection.rpc
        nonce = int(rpc("eth_getTransactionCount", self.sender.address, "pending"), 16) + 2
        self.send(2, {"to": EMPTY, "gas": 21_000}, nonce)
        yield "txpool_status", []
        yield "txpool_content", []
        yield "txpool_contentFrom", [self.sender.address]
        yield "txpool_contentFrom", [EMPTY]

    def sendings(self):
        """Transactions, each sent once."""
        count = int(self.connection.rpc("eth_getTransactionCount", self.sender.address), 16)
        price = int(self.connection.rpc("eth_gasPrice"), 16)
        fields = {"chainId": int(self.network["chainId"]), "value": 0, "gas": 21_000}
        fields.update(nonce=count, gasPrice=2 * price, to=to_checksum_address(EMPTY))
        signed = self.sender.sign_transaction(fields)
        yield "eth_sendRawTransaction", ["0x" + signed.raw_transaction.hex()]
        second = self.network["development"]["accounts"][1]["address"]
        yield "eth_sendTransaction", [{"from": second, "to": EMPTY, "value": "0x0"}]

    def block_questions(self, number, block_hash, index):
        for hydrated in (True, False):
            yield "eth_getBlockByNumber", [number, hydrated]
            yield "eth_getBlockByHash", [block_hash, hydrated]
        yield "eth_getBlockReceipts", [number]
        yield "eth_getBlockReceipts", [block_hash]
        for what in ("Block", "Header", "Receipts"):
            yield f"debug_getRaw{what}", [number]
        yield "debug_traceBlockByNumber", [number]
        yield "debug_traceBlockByHash", [block_hash]
        yield "eth_getTransactionByBlockNumberAndIndex", [number, index]
        yield "eth_getTransactionByBlockHashAndIndex", [block_hash, index]
        for method, block in (("Number", number), ("Hash", block_hash)):
            yield f"eth_getBlockTransactionCountBy{method}", [block]
            yield f"eth_getUncleCountByBlock{method}", [block]

    def absent_questions(self):
        """What is not there is null, not an error."""
        yield "eth_getTransactionReceipt", [UNKNOWN]
        yield "eth_getTransactionByHash", [UNKNOWN]
        yield "eth_getBlockByHash", [UNKNOWN, False]
        yield "eth_getBlockByNumber", ["0xfffffff", False]
        yield "eth_getBlockReceipts", ["0xfffffff"]
        yield "eth_getTransactionByBlockNumberAndIndex", ["0x1", "0xffff"]


@pytest.fixture(scope="module")
def chain():
    with Node() as node:
        yield Chain(node)


def test_answers_validate(chain):
    schema = RpcSchema(FOLDER)
    wrong, checked = [], {"eth_sendRawTransaction": 0, "eth_sendTransaction": 0}
    for method, params in chain.questions():
        answer = chain.connection.answer(method, params)
        if "error" in answer:
            wrong.append(f"{method} {params}: {answer['error']}")
        elif method in schema.methods:
            checked[method] = checked.get(method, 0) + 1
            for problem in schema.problems(method, answer["result"]):
                wrong.append(f"{method} {params}: {problem}")
    for method, params in chain.sendings():
        answer = chain.connection.answer(method, params)
        checked[method] += 1
        chain.settled(answer["result"])
        wrong += [f"{method}: {problem}" for problem in schema.problems(method, answer["result"])]
    print(f"\n{sum(checked.values())} answers of {len(checked)} methods validated")
    assert wrong == []
    # Every method that has a description was asked, or is known not to be answered.
    assert set(checked) == set(schema.methods) - set(UNANSWERED)


def test_what_is_not_answered_says_so(chain):
    for method in UNANSWERED:
        params = [EMPTY, [], "latest"] if method == "eth_getProof" else []
        error = chain.connection.answer(method, params)["error"]
        assert error["code"] == (-32004 if method == "eth_getProof" else -32601), error
        assert method in error["message"]


def test_absent_things_are_null(chain):
    for method, params in chain.absent_questions():
        answer = chain.connection.answer(method, params)
        if answer.get("error", {}).get("code") != -32601:
            assert answer.get("result", "no result") is None, f"{method} {params}: {answer}"


def test_blocks_and_receipts_agree(chain):
    """One view of each transaction, whichever method is asked."""
    rpc = chain.connection.rpc
    head = int(rpc("eth_blockNumber"), 16)
    assert head > 0
    all_logs = []
    for number in range(head + 1):
        block = rpc("eth_getBlockByNumber", hex(number), True)
        assert block["transactions"] or number == 0, "a block without transactions"
        cumulative = 0
        for index, transaction in enumerate(block["transactions"]):
            assert transaction["transactionIndex"] == hex(index)
            assert transaction == rpc("eth_getTransactionByHash", transaction["hash"])
            receipt = rpc("eth_getTransactionReceipt", transaction["hash"])
            for key in ("from", "to", "blockHash", "blockNumber", "transactionIndex", "type"):
                assert receipt[key] == transaction[key], key
            cumulative += int(receipt["gasUsed"], 16)
            assert int(receipt["cumulativeGasUsed"], 16) == cumulative
            all_logs += receipt["logs"]
        assert int(block["gasUsed"], 16) == cumulative
    assert rpc("eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest"}) == all_logs
    hashes = {log["transactionHash"] for log in all_logs}
    assert {receipt["transactionHash"] for receipt in chain.receipts} <= hashes


# Their chain has state and forks that ours has not: what is a fault there may be fine here.
ELSEWHERE = ("eth_simulateV1", "testing_", "debug_", "txpool_", "eth_getProof")


def test_faults_are_answered_as_the_fixtures_do(chain):
    wrong, checked = [], 0
    for fixture in fixtures(FOLDER):
        if fixture.method.startswith(ELSEWHERE):
            continue
        for request, expected in fixture.exchanges:
            code = expected.get("error", {}).get("code")
            is_null = "result" in expected and expected["result"] is None
            if code != -32602 and not is_null:
                continue
            answer = chain.connection.answer(request["method"], request["params"])
            found = answer.get("error", {}).get("code")
            if found == -32601:
                continue
            checked += 1
            if found != code or (is_null and answer["result"] is not None):
                wrong.append(f"{fixture.name}: {request['params']} gave {answer}, not {expected}")
    print(f"\n{checked} fixtures of faults answered")
    assert wrong == []
    assert checked >= 6


@pytest.mark.parametrize(
    "method, params",
    [
        ("eth_getBalance", []),
        ("eth_getBalance", ["0x1", "latest"]),
        ("eth_getBalance", [EMPTY[2:], "latest"]),
        ("eth_getBalance", [EMPTY, "newest"]),
        ("eth_getBalance", [EMPTY, "0x01"]),
        ("eth_getBalance", [7, "latest"]),
        ("eth_getBlockByNumber", ["0x", False]),
        ("eth_getBlockByHash", [UNKNOWN + "11", False]),
        ("eth_getTransactionReceipt", [UNKNOWN[:-1]]),
        ("eth_getTransactionReceipt", [None]),
        ("eth_sendRawTransaction", [{}]),
        ("eth_call", ["0x"]),
        ("eth_getLogs", [[]]),
    ],
)
def test_bad_parameters(chain, method, params):
    answer = chain.connection.answer(method, params)
    assert answer["error"]["code"] == -32602, answer
    assert answer["error"]["message"]


def test_envelope(chain):
    """Faults of the envelope itself, with the standard codes and the id sent back as it came."""
    post = chain.connection.post
    for identifier in (1, "one", None):
        call = {"jsonrpc": "2.0", "id": identifier, "method": "eth_chainId"}
        answer = post({**call, "params": []})
        assert answer["id"] == identifier and "result" in answer
        assert post(call)["result"] == answer["result"], "params may be left out"
    for broken in ({"id": 1}, [], 7, {"jsonrpc": "2.0", "id": 1, "method": 7}):
        assert post(broken)["error"]["code"] == -32600, broken
    unknown = {"jsonrpc": "2.0", "id": 1, "method": "eth_none", "params": []}
    assert post(unknown)["error"]["code"] == -32601
    deep = b"[" * 100 + b"]" * 100
    status, body = chain.connection.request("POST", "/", deep)
    assert status == 200 and b"-32700" in body
