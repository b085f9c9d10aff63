"""The compiled schemas accept the fixtures' own answers and refuse broken ones: they can fail."""

import pytest
from harness import vectors
from rpc_schema import RpcSchema, fixtures

FOLDER = vectors("ethereum-rpc")
pytestmark = pytest.mark.skipif(FOLDER is None, reason="test vectors are absent")


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
