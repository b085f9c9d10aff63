"""The compiled schemas accept the fixtures' own answers and refuse broken ones: they can fail. And
docs/rpc-fixtures.md says of every fixture how this node answers it: the page is made from what a
node with as many blocks as theirs really answered; FREEHOLD_WRITE_DOCS=1 writes it anew.
"""

import os

import pytest
from eth_account import Account
from eth_utils import to_checksum_address
from harness import ROOT, Node, vectors
from rpc_schema import RpcSchema, fixtures

FOLDER = vectors("ethereum-rpc")
pytestmark = pytest.mark.skipif(FOLDER is None, reason="test vectors are absent")
PAGE = ROOT / "docs" / "rpc-fixtures.md"


def test_fixtures_validate():
    schema = RpcSchema(FOLDER)
    checked, wrong = 0, []
    for fixture in fixtures(FOLDER):
        for request, answer in fixture.exchanges:
            if "result" not in answer or request["method"] not in schema.methods:
                continue
            # eth_simulateV1 reports errors with details that its description leaves out.
            if request["method"] == "eth_simulateV1":
                continue
            checked += 1
            for problem in schema.problems(request["method"], answer["result"]):
                wrong.append(f"{fixture.name}: {problem}")
    assert wrong == []
    assert checked >= 60, f"only {checked} answers were checked"


def test_broken_answers_are_noticed():
    schema = RpcSchema(FOLDER)
    wanted = {"eth_getTransactionReceipt", "eth_getBlockByNumber", "eth_getTransactionByHash"}
    seen = set()
    for fixture in fixtures(FOLDER):
        request, answer = fixture.exchanges[0]
        method, result = request["method"], answer.get("result")
        if method not in wanted or not isinstance(result, dict):
            continue
        seen.add(method)
        for broken in breakages(method, result):
            assert schema.problems(method, broken), f"{fixture.name} broken and accepted: {broken}"
    assert seen == wanted


def breakages(method, result):
    """The same answer with one fault each."""
    name = "blockHash" if "blockHash" in result else "hash"
    yield {key: value for key, value in result.items() if key != name}
    yield {**result, name: result[name][:-1]}
    yield {**result, name: result[name].upper()}
    if method == "eth_getTransactionReceipt":
        yield {**result, "extra": 1}
        yield {**result, "gasUsed": "0x05208"}
        yield {**result, "gasUsed": 21000}


def test_quantities_and_null():
    schema = RpcSchema(FOLDER)
    assert not schema.problems("eth_getBalance", "0x0")
    assert schema.problems("eth_getBalance", "0x00")
    assert schema.problems("eth_getBalance", "0x")
    assert not schema.problems("eth_getTransactionReceipt", None)


# The page

SAME, SHAPE, ERROR, OTHER, NONE = (
    "same bytes",
    "same shape",
    "same error",
    "otherwise",
    "not answered",
)
MEANINGS = {
    SAME: "the same result, to the byte",
    SHAPE: "a result of our own chain that the method's published description accepts",
    ERROR: "the same error code",
    OTHER: "answered, but not so; the reason stands beside it",
    NONE: "there is no such method here; the reason stands beside it",
}

# Why methods are not answered.
ABSENT = {
    "eth_blobBaseFee": "there are no blobs",
    "eth_simulateV1": "there is no EVM to simulate calls and overrides of code in",
    "testing_buildBlockV1": "blocks are made by the sequencer, not by request",
}

# Why an answer differs: by method, then by what we said. The first that fits counts.
REASONS = [
    ("eth_sendRawTransaction", "invalid chain id", "signed for their chain: named and refused;"
     " their bytes, hashes and senders are checked in DecodeTests"),
    ("eth_sendRawTransaction", "only replay-protected", "signed without a chain id, which is"
     " refused here; their bytes and hashes are checked in DecodeTests"),
    ("eth_sendRawTransaction", "type not supported", "carries blobs, of which there are none"),
    ("eth_getProof", "not supported", "the state root is no Patricia trie: `GET /proof/…` proves"),
    ("", "whole number of units", "moves 10 wei, which is no whole number of the token's units"),
    ("", "state of past blocks", "asks for state of the past, which only the index knows, and of"
     " balances alone"),
    ("", "not indexed", "asks for the past while the index follows"),
    ("", "not found", "names a block or transaction of their chain"),
    ("", "unknown block", "names a block of their chain"),
    ("", "beyond", "names a block that this chain does not have"),
    ("", "execution reverted", "calls a contract of theirs: here is none at that address"),
    ("", "contract creation", "creates a contract, which nobody can here"),
    ("", "null", "names a block or transaction of their chain"),
    ("debug_traceBlockBy", "", "our genesis block holds a transaction, and its trace is shown"),
    ("eth_call", "", "calls a contract of theirs: here is none at that address"),
    ("eth_estimateGas", "", "calls a contract of theirs: here is none at that address"),
    ("eth_getLogs", "", "names a block of their chain"),
]


@pytest.fixture(scope="module")
def connection():
    """A node with a block for each of theirs, all with transactions."""
    with Node() as node:
        connection, network = node.connect(), node.network()
        rpc = connection.rpc
        sender = Account.from_key(network["development"]["accounts"][0]["privateKey"])
        price = int(rpc("eth_gasPrice"), 16)
        to = to_checksum_address("0x00000000000000000000000000000000000f4ee4")
        for nonce in range(0x36):
            fields = {"chainId": int(network["chainId"]), "value": 0, "gas": 21_000, "to": to}
            fields.update(nonce=nonce, gasPrice=price)
            raw = sender.sign_transaction(fields).raw_transaction.hex()
            connection.receipt(rpc("eth_sendRawTransaction", "0x" + raw))
        assert rpc("eth_blockNumber") == "0x36"
        connection.indexed("eth_getBalance", sender.address, "0x35")
        assert connection.indexed("eth_getBlockByHash", "0x" + "11" * 32, False) is None
        yield connection


def judge(schema, connection, fixture):
    """How a fixture is answered, and why where not as they do."""
    worst = (SAME, "")
    for request, expected in fixture.exchanges:
        worst = max(worst, judge_one(schema, connection, request, expected), key=rank)
    return worst


def rank(verdict):
    return [SAME, ERROR, SHAPE, OTHER, NONE].index(verdict[0])


def judge_one(schema, connection, request, expected):
    method = request["method"]
    found = connection.answer(method, request.get("params", []))
    error = found.get("error", {})
    if error.get("code") == -32601:
        return NONE, ABSENT[method]
    if "error" in expected:
        if error.get("code") == expected["error"]["code"]:
            return ERROR, ""
    elif "result" in found:
        if found["result"] == expected["result"]:
            return SAME, ""
        is_null = (found["result"] is None, expected["result"] is None)
        described = method in schema.methods
        assert not described or not schema.problems(method, found["result"]), f"{method}: {found}"
        if is_null == (False, False) and described:
            return SHAPE, ""
    said = error.get("message", "null" if found.get("result", 0) is None else "")
    for name, words, reason in REASONS:
        if method.startswith(name) and words in said:
            return OTHER, reason
    return OTHER, f"UNKNOWN: {request['params']} gave {error or found['result']}, not {expected}"


def page(connection):
    schema = RpcSchema(FOLDER)
    counts, rows = dict.fromkeys(MEANINGS, 0), []
    for fixture in fixtures(FOLDER):
        verdict, reason = judge(schema, connection, fixture)
        counts[verdict] += 1
        rows.append(f"| {fixture.name} | {verdict} | {reason} |")
    unknown = [row for row in rows if "UNKNOWN" in row]
    assert unknown == [], "\n".join(row[:600] for row in unknown)
    lines = [
        "# Ethereum's JSON-RPC fixtures",
        "",
        "The published fixtures run against a chain of their own, with contracts and forks that",
        "this network has not. This page says of each how it is answered here. It is made from the",
        "answers of a running node with as many blocks as theirs, by",
        "`Tests/Clients/test_fixtures.py`, which fails when it is out of date.",
        "",
        "| answer | fixtures | meaning |",
        "|---|---|---|",
        *(f"| {name} | {counts[name]} | {meaning} |" for name, meaning in MEANINGS.items()),
        "",
        "| fixture | answer | why |",
        "|---|---|---|",
        *rows,
        "",
    ]
    return "\n".join(lines)


def test_the_page_says_how_every_fixture_is_answered(connection):
    text = page(connection)
    if os.environ.get("FREEHOLD_WRITE_DOCS") == "1":
        PAGE.write_text(text, encoding="utf-8")
    written = PAGE.read_text(encoding="utf-8").splitlines()
    differing = [(a, b) for a, b in zip(written, text.splitlines()) if a != b]
    assert written == text.splitlines(), f"FREEHOLD_WRITE_DOCS=1 writes it anew: {differing[:5]}"
