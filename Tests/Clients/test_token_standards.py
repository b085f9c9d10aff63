"""The token's modern side, batches and Multicall3 with unmodified eth-account, web3.py and eth-abi,
and every declared operation, query and event against the node's own ABI."""

import json
import secrets
import shlex
import time

import pytest
import requests
from eth_abi import decode, encode
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils import keccak
from harness import Node
from test_cli import ask, run
from web3 import Web3
from web3.exceptions import ContractCustomError, ContractLogicError
from web3.logs import DISCARD

MULTICALL3 = "0xcA11bde05977b3631167028862bE2a173976CA11"
UNIT = 10**14
DRY_RUN = ("--dry-run", "--gas", "900000")


def function(name, inputs, outputs, mutability="payable"):
    def entry(text):
        kind, _, label = text.partition(" ")
        if not kind.startswith("("):
            return {"name": label, "type": kind}
        body, rest = kind[1:].rsplit(")", 1)
        parts = [{"name": f"field{n}", "type": t} for n, t in enumerate(body.split(","))]
        return {"name": label, "type": "tuple" + rest, "components": parts}

    return {
        "type": "function",
        "name": name,
        "stateMutability": mutability,
        "inputs": [entry(one) for one in inputs],
        "outputs": [entry(one) for one in outputs],
    }


# The contract's published interface, not the node's.
CANONICAL = [
    function("aggregate", ["(address,bytes)[] calls"], ["uint256 blockNumber", "bytes[] data"]),
    function("tryAggregate", ["bool all", "(address,bytes)[] calls"], ["(bool,bytes)[] results"]),
    function(
        "tryBlockAndAggregate",
        ["bool all", "(address,bytes)[] calls"],
        ["uint256 number", "bytes32 hash", "(bool,bytes)[] results"],
    ),
    function("aggregate3", ["(address,bool,bytes)[] calls"], ["(bool,bytes)[] results"]),
    function(
        "aggregate3Value", ["(address,bool,uint256,bytes)[] calls"], ["(bool,bytes)[] results"]
    ),
    function("getEthBalance", ["address addr"], ["uint256 balance"], "view"),
    function("getBlockHash", ["uint256 number"], ["bytes32 hash"], "view"),
    function("getLastBlockHash", [], ["bytes32 hash"], "view"),
    function("getBlockNumber", [], ["uint256 number"], "view"),
    function("getChainId", [], ["uint256 id"], "view"),
    function("getBasefee", [], ["uint256 fee"], "view"),
    function("getCurrentBlockTimestamp", [], ["uint256 time"], "view"),
    function("getCurrentBlockGasLimit", [], ["uint256 limit"], "view"),
    function("getCurrentBlockCoinbase", [], ["address coinbase"], "view"),
    function("getCurrentBlockDifficulty", [], ["uint256 difficulty"], "view"),
]


class World:
    def __init__(self, node):
        self.node = node
        self.network = requests.get(node.url + "/network").json()
        self.w3 = Web3(Web3.HTTPProvider(node.url))
        keys = [row["privateKey"] for row in self.network["development"]["accounts"]]
        self.alice, self.bob, self.carol = (Account.from_key(keys[n]) for n in (3, 4, 5))
        self.token = self.module("token")
        self.batch = self.module("batch")
        self.multicall = self.w3.eth.contract(MULTICALL3, abi=CANONICAL)

    def module(self, name):
        entry = next(one for one in self.network["modules"] if one["name"] == name)
        abi = requests.get(self.node.url + entry["abi"]).json()
        return self.w3.eth.contract(Web3.to_checksum_address(entry["address"]), abi=abi)

    def settle(self, call, account, status=1, **fields):
        nonce = self.w3.eth.get_transaction_count(account.address)
        draft = {"from": account.address, "nonce": nonce} | fields
        filled = call.build_transaction(draft)
        sent = self.w3.eth.send_raw_transaction(
            account.sign_transaction(filled).raw_transaction
        )
        receipt = self.w3.eth.wait_for_transaction_receipt(sent, poll_latency=0.02)
        assert receipt["status"] == status
        return receipt

    def held(self, account):
        return self.token.functions.balanceOf(getattr(account, "address", account)).call()

    def fee(self, receipt):
        return receipt["gasUsed"] * receipt["effectiveGasPrice"] // UNIT

    def domain(self):
        fields, name, version, chain, contract, salt, more = (
            self.token.functions.eip712Domain().call()
        )
        assert fields == b"\x0f" and salt == bytes(32) and more == []
        return {
            "name": name,
            "version": version,
            "chainId": chain,
            "verifyingContract": contract,
        }

    def sign(self, account, name, fields, message):
        types = {name: [{"name": label, "type": kind} for label, kind in fields]}
        return account.sign_typed_data(self.domain(), types, message)


PERMIT = [
    ("owner", "address"),
    ("spender", "address"),
    ("value", "uint256"),
    ("nonce", "uint256"),
    ("deadline", "uint256"),
]
AUTHORIZATION = [
    ("from", "address"),
    ("to", "address"),
    ("value", "uint256"),
    ("validAfter", "uint256"),
    ("validBefore", "uint256"),
    ("nonce", "bytes32"),
]


@pytest.fixture(scope="module")
def world():
    with Node() as running:
        yield World(running)


def parts(signed):
    return signed.v, signed.r.to_bytes(32, "big"), signed.s.to_bytes(32, "big")


def test_the_domain_is_what_wallets_hash(world):
    domain = world.domain()
    assert domain["name"] == world.token.functions.name().call()
    assert domain["version"] == world.token.functions.version().call()
    assert domain["chainId"] == world.w3.eth.chain_id
    assert domain["verifyingContract"] == world.token.address
    message = encode_typed_data(domain, {"A": [{"name": "a", "type": "uint256"}]}, {"a": 1})
    assert message.header == world.token.functions.DOMAIN_SEPARATOR().call()
    for known in ("01ffc9a7", "36372b07", "9d8ff7da", "84b0196e"):
        assert world.token.functions.supportsInterface(bytes.fromhex(known)).call()
    assert not world.token.functions.supportsInterface(bytes.fromhex("ffffffff")).call()


def test_permit(world):
    owner, spender, relayer = world.alice, world.bob, world.carol
    deadline = int(time.time()) + 3_600
    nonce = world.token.functions.nonces(owner.address).call()
    message = dict(
        zip(
            [name for name, _ in PERMIT],
            [owner.address, spender.address, 2**256 - 1, nonce, deadline],
        )
    )
    signature = parts(world.sign(owner, "Permit", PERMIT, message))
    call = world.token.functions.permit(
        owner.address, spender.address, 2**256 - 1, deadline, *signature
    )
    receipt = world.settle(call, relayer)
    approval = world.token.events.Approval().process_receipt(receipt, DISCARD)
    assert [log["args"]["value"] for log in approval] == [2**256 - 1]
    assert world.token.functions.nonces(owner.address).call() == nonce + 1
    allowed = world.token.functions.allowance(owner.address, spender.address).call()
    assert allowed == 2**256 - 1
    with pytest.raises(ContractCustomError, match="0x4b800e46"):
        call.call()
    late = world.token.functions.permit(
        owner.address, spender.address, 1, 1, *signature
    )
    with pytest.raises(ContractCustomError, match="0x62791302"):
        late.call()
    before = world.held(owner)
    world.settle(
        world.token.functions.transferFrom(owner.address, relayer.address, 5), spender
    )
    assert world.held(owner) == before - 5


def test_authorizations(world):
    payer, payee, relayer = world.alice, world.bob, world.carol

    def terms(**changes):
        values = [
            payer.address,
            payee.address,
            3_0000,
            0,
            int(time.time()) + 600,
            secrets.token_bytes(32),
        ]
        return dict(zip([name for name, _ in AUTHORIZATION], values)) | changes

    def functions(name, count):
        return next(
            one
            for one in world.token.find_functions_by_name(name)
            if len(one.argument_types) == count
        )

    for name, sender in (("Transfer", relayer), ("Receive", payee)):
        for whole in (False, True):
            message = terms()
            made = world.sign(payer, f"{name}WithAuthorization", AUTHORIZATION, message)
            tail = [made.signature] if whole else list(parts(made))
            values = list(message.values()) + tail
            call = functions(f"{name.lower()}WithAuthorization", len(values))(*values)
            before = world.held(payer)
            receipt = world.settle(call, sender)
            assert world.held(payer) == before - 3_0000
            used = world.token.events.AuthorizationUsed().process_receipt(receipt, DISCARD)
            assert [log["args"]["nonce"] for log in used] == [message["nonce"]]
            state = world.token.functions.authorizationState(payer.address, message["nonce"])
            assert state.call()
            with pytest.raises(ContractLogicError, match="authorization is used or canceled"):
                call.call({"from": sender.address})
    message = terms()
    made = world.sign(payer, "ReceiveWithAuthorization", AUTHORIZATION, message)
    call = functions("receiveWithAuthorization", 9)(*message.values(), *parts(made))
    with pytest.raises(ContractLogicError, match="caller must be the payee"):
        call.call({"from": relayer.address})
    canceled = {"authorizer": payer.address, "nonce": message["nonce"]}
    made = world.sign(
        payer,
        "CancelAuthorization",
        [("authorizer", "address"), ("nonce", "bytes32")],
        canceled,
    )
    cancel = functions("cancelAuthorization", 3)(*canceled.values(), made.signature)
    receipt = world.settle(cancel, relayer)
    assert world.token.events.AuthorizationCanceled().process_receipt(receipt, DISCARD)
    with pytest.raises(ContractLogicError, match="authorization is used or canceled"):
        call.call({"from": payee.address})


def data(call):
    return call.build_transaction({"gas": 1, "gasPrice": 1, "nonce": 0, "chainId": 1})["data"]


def test_batch(world):
    alice, bob, carol = world.alice, world.bob, world.carol
    token = world.token
    fresh = Account.from_key(secrets.token_bytes(32)).address
    calls = [
        (token.address, 0, data(token.functions.transfer(bob.address, 7))),
        (fresh, 5 * UNIT, b""),
        (token.address, 0, data(token.functions.approve(carol.address, 9))),
    ]
    before = [world.held(one) for one in (alice, bob, fresh)]
    receipt = world.settle(world.batch.functions.execute(calls), alice, value=5 * UNIT)
    after = [world.held(one) for one in (alice, bob, fresh)]
    assert after == [before[0] - 12 - world.fee(receipt), before[1] + 7, 5]
    assert receipt["gasUsed"] == 30_000 + 35_000 + 21_000 + 30_000
    moved = token.events.Transfer().process_receipt(receipt, DISCARD)
    assert [(log["args"]["from"], log["args"]["value"]) for log in moved[1:]] == [
        (alice.address, 7),
        (alice.address, 5),
    ]
    assert world.batch.events.BatchExecuted().process_receipt(receipt, DISCARD)
    answer = world.batch.functions.execute(calls[:1]).call({"from": alice.address})
    assert answer == [encode(["bool"], [True])]

    failing = calls[:1] + [(token.address, 0, data(token.functions.transfer(bob.address, 10**20)))]
    with pytest.raises(ContractCustomError) as caught:
        world.batch.functions.execute(failing).call({"from": alice.address})
    revert = bytes.fromhex(caught.value.data[2:])
    place, reason = decode(["uint256", "bytes"], revert[4:])
    assert place == 1 and reason[:4] == keccak(
        text="ERC20InsufficientBalance(address,uint256,uint256)"
    )[:4]
    assert decode(["address", "uint256", "uint256"], reason[4:])[2] == 10**20
    before = [world.held(one) for one in (alice, bob)]
    receipt = world.settle(
        world.batch.functions.execute(failing), alice, status=0, gas=200_000
    )
    after = [world.held(one) for one in (alice, bob)]
    assert after == [before[0] - world.fee(receipt), before[1]]
    nested = [(world.batch.address, 0, data(world.batch.functions.execute(calls[:1])))]
    with pytest.raises(ContractCustomError, match=keccak(text="NestedTooDeep(address)")[:4].hex()):
        world.batch.functions.execute(nested).call({"from": alice.address})


def test_multicall3(world):
    alice, bob = world.alice, world.bob
    token, multicall = world.token, world.multicall
    calls = [
        (token.address, data(token.functions.balanceOf(alice.address))),
        (token.address, data(token.functions.transfer(bob.address, 1))),
        (token.address, data(token.functions.symbol())),
        (multicall.address, data(multicall.functions.getEthBalance(alice.address))),
    ]
    results = multicall.functions.tryAggregate(False, calls).call()
    assert [ok for ok, _ in results] == [True, False, True, True]
    assert decode(["uint256"], results[0][1])[0] == world.held(alice)
    assert results[1][1][:4] == bytes.fromhex("e450d38c")
    # Multicall3 itself would have paid.
    assert decode(["address"], results[1][1][4:36])[0] == MULTICALL3.lower()
    assert decode(["string"], results[2][1])[0] == "DTA"
    wei = world.w3.eth.get_balance(alice.address)
    assert decode(["uint256"], results[3][1])[0] == wei
    number, hash, results = multicall.functions.tryBlockAndAggregate(False, calls[:1]).call()
    assert number == world.w3.eth.block_number and hash == bytes(32) and results[0][0]
    with pytest.raises(ContractLogicError, match="Multicall3: call failed"):
        multicall.functions.aggregate(calls).call()
    number, answers = multicall.functions.aggregate([calls[0]]).call()
    assert decode(["uint256"], answers[0])[0] == world.held(alice)

    before = [world.held(one) for one in (alice, bob)]
    pool = next(
        one["address"] for one in world.network["accounts"] if one["name"] == "pool.staking"
    )
    paid = [(bob.address, False, 3 * UNIT, b""), (pool, True, 2 * UNIT, b"")]
    receipt = world.settle(
        multicall.functions.aggregate3Value(paid), alice, value=5 * UNIT
    )
    after = [world.held(one) for one in (alice, bob)]
    assert after == [before[0] - 3 - world.fee(receipt), before[1] + 3]
    assert world.held(MULTICALL3) == 0
    with pytest.raises(ContractLogicError, match="Multicall3: value mismatch"):
        multicall.functions.aggregate3Value(paid).call({"from": alice.address, "value": UNIT})
    world.settle(
        multicall.functions.aggregate3([(target, True, call) for target, call in calls]), alice
    )


def test_multicall3_tells_the_block(world):
    latest = world.w3.eth.get_block("latest")
    ask_it = lambda name, *values: world.multicall.functions[name](*values).call()
    assert ask_it("getBlockNumber") == latest["number"]
    assert ask_it("getCurrentBlockTimestamp") >= latest["timestamp"]
    assert ask_it("getCurrentBlockGasLimit") == latest["gasLimit"]
    assert ask_it("getCurrentBlockCoinbase") == latest["miner"]
    assert ask_it("getCurrentBlockDifficulty") == int.from_bytes(latest["mixHash"], "big")
    assert ask_it("getBasefee") == latest["baseFeePerGas"]
    assert ask_it("getChainId") == world.w3.eth.chain_id
    assert latest["number"] > 3
    for height in range(latest["number"]):
        assert ask_it("getBlockHash", height) == world.w3.eth.get_block(height)["hash"]
    assert ask_it("getLastBlockHash") == latest["parentHash"]
    assert ask_it("getBlockHash", latest["number"]) == bytes(32)


def test_every_module_has_code_and_documents(world):
    for module in world.network["modules"]:
        address = Web3.to_checksum_address(module["address"])
        code = world.w3.eth.get_code(address)
        assert len(code) > 0 and not code.startswith(bytes.fromhex("ef0100"))
        abi = requests.get(world.node.url + module["abi"]).json()
        text = requests.get(world.node.url + module["abi"].replace(".json", ".sol")).text
        for entry in abi:
            kind = "function" if entry["type"] == "function" else entry["type"]
            assert f"{kind} {entry['name']}(" in text, entry["name"]
        signatures = [sign(entry) for entry in abi if entry["type"] == "function"]
        assert len(signatures) == len(set(signatures))
        assert not any(entry["name"] == "Error" for entry in abi)
    assert any(one["address"] == MULTICALL3 for one in world.network["modules"])


def kind(entry):
    if not entry["type"].startswith("tuple"):
        return entry["type"]
    inner = ",".join(kind(part) for part in entry["components"])
    return f"({inner}){entry['type'][5:]}"


def sign(entry):
    return f"{entry['name']}({','.join(kind(one) for one in entry['inputs'])})"


def sample(entry, depth=1):
    """A value of a type, each bit of it its own."""
    name = entry["type"]
    if name.endswith("]"):
        inner = entry | {"type": name[: name.rindex("[")]}
        return [sample(inner, depth + n) for n in range(2)]
    if name == "tuple":
        return tuple(sample(one, depth + n) for n, one in enumerate(entry["components"]))
    if name.startswith(("uint", "int")):
        return min(2 ** (int(name.lstrip("uint")) - 1) - 1, 7 * depth)
    if name == "address":
        return "0x" + f"{depth:02x}" * 20
    if name == "bool":
        return depth % 2 == 1
    if name == "string":
        return "text" * depth
    if name == "bytes":
        return b"\x01\x02\x03" * depth
    return bytes([depth % 256]) * int(name[5:])


def test_every_declaration_by_eth_abi(world):
    """Whatever is declared encodes and decodes by the node's ABI, and the node understands it."""
    errors = {}
    for module in world.network["modules"]:
        for entry in requests.get(world.node.url + module["abi"]).json():
            if entry["type"] == "error":
                errors[keccak(text=sign(entry))[:4]] = [kind(one) for one in entry["inputs"]]
    errors[bytes.fromhex("08c379a0")] = ["string"]
    unread = ("UnknownOperation(uint32)", "MalformedArguments(uint32)")
    misread = {keccak(text=name)[:4] for name in unread}
    seen = {"function": 0, "event": 0}
    for module in world.network["modules"]:
        address = Web3.to_checksum_address(module["address"])
        for entry in requests.get(world.node.url + module["abi"]).json():
            types = [kind(one) for one in entry["inputs"]]
            values = [sample(one) for one in entry["inputs"]]
            assert encode(types, decode(types, encode(types, values))) == encode(types, values)
            if entry["type"] not in seen:
                continue
            seen[entry["type"]] += 1
            if entry["type"] == "event":
                assert sum(one["indexed"] for one in entry["inputs"]) <= 3
                continue
            call = {"to": address, "from": world.alice.address}
            call["data"] = "0x" + (keccak(text=sign(entry))[:4] + encode(types, values)).hex()
            answer = world.w3.provider.make_request("eth_call", [call, "latest"])
            outputs = [kind(one) for one in entry["outputs"]]
            if "result" in answer:
                result = bytes.fromhex(answer["result"][2:])
                assert encode(outputs, decode(outputs, result)) == result, sign(entry)
                continue
            revert = bytes.fromhex(answer["error"]["data"][2:])
            assert revert[:4] in errors and revert[:4] not in misread, sign(entry)
            shape = errors[revert[:4]]
            assert encode(shape, decode(shape, revert[4:])) == revert[4:], sign(entry)
    assert seen["function"] > 100 and seen["event"] > 40


def test_every_example_by_eth_call(world):
    """Each operation with its declared example, as the command line turns it into call data."""
    abis = {
        module["name"]: {
            keccak(text=sign(entry))[:4]: entry
            for entry in requests.get(world.node.url + module["abi"]).json()
            if entry["type"] == "function"
        }
        for module in world.network["modules"]
    }
    rows = ask(world.node, "tx", "--list")["operations"]
    reached = set()
    for row in rows:
        text = run(world.node, "tx", row["module"], row["name"], "--help")
        line = [one for one in text.splitlines() if one.startswith("  freehold tx ")][-1]
        words = shlex.split(line)[1:]
        assert words[:3] == ["tx", row["module"], row["name"]]
        draft = ask(world.node, *words, *DRY_RUN)
        sent = bytes.fromhex(draft["data"][2:])
        entry = abis[row["module"]][sent[:4]]
        types = [kind(one) for one in entry["inputs"]]
        assert encode(types, decode(types, sent[4:])) == sent[4:], row["name"]
        call = {"to": draft["to"], "from": draft["from"], "data": draft["data"]}
        answer = world.w3.provider.make_request("eth_call", [call, "latest"])
        assert "result" in answer or answer["error"]["code"] == 3, json.dumps(answer)
        reached.add((row["module"], sent[:4]))
    assert len(reached) == len(rows)
