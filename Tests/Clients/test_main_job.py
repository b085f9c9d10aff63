"""The main job, step by step, with unmodified web3.py: connect, read, transfer, be refused, and
find everything again after kill -9. The tests run in order on one network.
"""

import json
import time

import pytest
from eth_abi import decode
from eth_account import Account
from harness import TRANSFER, ZERO, Node, abi_of, account_named, all_addresses, unit_wei
from web3 import Web3
from web3.exceptions import (
    ContractCustomError,
    TransactionNotFound,
    Web3RPCError,
)

INSUFFICIENT_BALANCE = "0xe450d38c"
FRESH = "0x00000000000000000000000000000000000f4ee4"


class World:
    """A running node, and web3.py connected to it the way a user connects."""

    def __init__(self, node):
        self.node = node
        self.connect()
        self.accounts = [
            Account.from_key(row["privateKey"]) for row in self.network["development"]["accounts"]
        ]
        self.unit = unit_wei(self.network)
        self.chain = int(self.network["chainId"])
        self.fees = account_named(self.network, "network.fees")

    def connect(self):
        self.network = self.node.network()
        self.w3 = Web3(Web3.HTTPProvider(self.node.url))
        entry = self.network["token"]
        self.token = self.w3.eth.contract(
            address=Web3.to_checksum_address(entry["address"]), abi=abi_of(self.node, entry)
        )

    def balance(self, address):
        return self.token.functions.balanceOf(Web3.to_checksum_address(address)).call()

    def base_price(self):
        return self.w3.eth.get_block("latest")["baseFeePerGas"]

    def fill(self, kind, sender, fields):
        """The fields of a transaction of a type, with a price that is certain to be enough."""
        filled = {
            "chainId": self.chain,
            "nonce": self.w3.eth.get_transaction_count(sender.address, "pending"),
            "value": 0,
            **fields,
        }
        if kind == 2:
            filled.setdefault("maxFeePerGas", 2 * self.base_price())
            filled.setdefault("maxPriorityFeePerGas", 0)
            filled["type"] = 2
        else:
            filled.setdefault("gasPrice", self.w3.eth.gas_price)
            if kind == 1:
                filled.update(type=1, accessList=[])
        if "gas" not in filled:
            filled["gas"] = self.w3.eth.estimate_gas({**filled, "from": sender.address})
        return filled

    def send(self, sender, filled):
        signed = sender.sign_transaction(filled)
        sent = self.w3.eth.send_raw_transaction(signed.raw_transaction)
        assert sent == Web3.keccak(signed.raw_transaction)
        return sent

    def settle(self, sender, filled):
        return self.w3.eth.wait_for_transaction_receipt(
            self.send(sender, filled), timeout=20, poll_latency=0.02
        )

    def transfer_data(self, to, amount):
        return self.token.encode_abi("transfer", args=[Web3.to_checksum_address(to), amount])


@pytest.fixture(scope="module")
def world():
    with Node() as node:
        yield World(node)


def transfers(world, receipt):
    """The Transfer logs of the token in a receipt, as (from, to, units)."""
    found = []
    for log in receipt["logs"]:
        if log["address"].lower() != world.token.address.lower():
            continue
        topics = [Web3.to_hex(topic) for topic in log["topics"]]
        if topics[0] != TRANSFER:
            continue
        assert len(topics) == 3, "from and to are indexed"
        sides = ["0x" + topic[26:] for topic in topics[1:]]
        found.append((sides[0], sides[1], int.from_bytes(log["data"], "big")))
    return found


def check_settled(world, receipt, kind, sender, to, status=1):
    """What holds for the receipt of every transaction. Returns the fee in units."""
    w3 = world.w3
    assert receipt["status"] == status
    assert receipt["type"] == kind
    assert receipt["from"].lower() == sender.address.lower()
    assert receipt["to"].lower() == to.lower()
    assert receipt["contractAddress"] is None
    transaction = w3.eth.get_transaction(receipt["transactionHash"])
    assert transaction["blockHash"] == receipt["blockHash"]
    assert transaction["blockNumber"] == receipt["blockNumber"]
    assert transaction["transactionIndex"] == receipt["transactionIndex"]
    assert transaction["from"] == receipt["from"] and transaction["type"] == kind
    block = w3.eth.get_block(receipt["blockNumber"])
    assert block["hash"] == receipt["blockHash"]
    assert block["transactions"][receipt["transactionIndex"]] == receipt["transactionHash"]
    fee = receipt["gasUsed"] * receipt["effectiveGasPrice"]
    assert receipt["gasUsed"] % 1000 == 0 and receipt["gasUsed"] <= transaction["gas"]
    assert fee % world.unit == 0, "a fee is a whole number of units"
    if fee:
        paid = (sender.address.lower(), world.fees.lower(), fee // world.unit)
        assert transfers(world, receipt).count(paid) == 1, "the fee is a Transfer too"
    return fee // world.unit


def test_discovery(world):
    network = world.network
    for key in ("token", "modules", "accounts", "development", "chainId", "genesisHash"):
        assert key in network, key
    for key in ("genesisTime", "sequencer", "limits"):
        assert key in network, key
    genesis = world.w3.eth.get_block(0)
    assert Web3.to_hex(genesis["hash"]) == network["genesisHash"]
    assert world.w3.eth.chain_id == world.chain == 382001
    assert len(world.accounts) == 10
    assert world.accounts[0].address == "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
    for row, account in zip(network["development"]["accounts"], world.accounts):
        assert row["address"].lower() == account.address.lower()
    modules = {row["address"].lower() for row in network["modules"]}
    assert network["token"]["address"].lower() in modules
    for row in network["modules"]:
        assert any(entry["type"] == "function" for entry in abi_of(world.node, row))
    wallets = [row["name"] for row in network["accounts"]]
    assert len(wallets) == len(set(wallets)) >= 28


def test_first_page_and_health(world):
    for path in ("/", "/healthz", "/readyz"):
        assert world.node.get(path)[0] == 200, path
    assert world.node.get("/nowhere")[0] == 404


def test_connect(world):
    w3 = world.w3
    assert w3.is_connected()
    assert "reehold" in w3.client_version
    assert int(w3.net.version) == world.chain
    assert w3.eth.gas_price >= world.base_price() > 0
    assert w3.eth.max_priority_fee >= 0
    assert w3.eth.get_block("latest")["gasLimit"] >= 21000
    history = w3.eth.fee_history(1, "latest", [50])
    assert len(history["baseFeePerGas"]) == 2 and len(history["reward"][0]) == 1
    for tag in ("earliest", "latest", "pending", "safe", "finalized"):
        assert w3.eth.get_block(tag)["number"] >= 0


def test_read_token(world):
    named, functions = world.network["token"], world.token.functions
    assert functions.name().call() == named["name"]
    assert functions.symbol().call() == named["symbol"] == "DTA"
    assert functions.decimals().call() == int(named["decimals"]) == 4
    assert functions.totalSupply().call() == int(named["totalSupply"])
    code = world.w3.eth.get_code(world.token.address)
    assert len(code) > 0 and not code.startswith(bytes.fromhex("ef0100"))
    assert world.w3.eth.get_code(Web3.to_checksum_address(FRESH)) == b""


def test_genesis_sum_and_scaled_view(world):
    total = 0
    for address in all_addresses(world.network):
        units = world.balance(address)
        wei = world.w3.eth.get_balance(Web3.to_checksum_address(address))
        assert wei == units * world.unit, address
        total += units
    assert total == world.token.functions.totalSupply().call()
    for account in world.accounts:
        assert world.balance(account.address) == 1_000_000 * 10**4


@pytest.mark.parametrize("via", ["value", "erc20"])
@pytest.mark.parametrize("kind", [0, 1, 2])
def test_transfer(world, kind, via):
    sender = world.accounts[kind]
    to = Web3.to_checksum_address(f"0x{kind + 1:02x}{'ab' * 19}")
    units = 12_345 + kind
    if via == "value":
        target, fields = to, {"to": to, "value": units * world.unit}
    else:
        target = world.token.address
        fields = {"to": target, "data": world.transfer_data(to, units)}
    before = world.balance(sender.address), world.balance(to)
    nonce = world.w3.eth.get_transaction_count(sender.address)
    receipt = world.settle(sender, world.fill(kind, sender, fields))
    fee = check_settled(world, receipt, kind, sender, target)
    if via == "value":
        assert receipt["gasUsed"] == 21000
    moved = transfers(world, receipt)
    assert moved.count((sender.address.lower(), to.lower(), units)) == 1
    assert len(moved) == 2, "one Transfer for the amount and one for the fee"
    after = world.balance(sender.address), world.balance(to)
    assert before[0] - after[0] == units + fee, "the sender pays amount and fee, to the unit"
    assert after[1] - before[1] == units
    assert world.w3.eth.get_transaction_count(sender.address) == nonce + 1


def test_build_transaction_as_users_do(world):
    sender, to = world.accounts[3], world.accounts[4].address
    built = world.token.functions.transfer(to, 7).build_transaction({"from": sender.address})
    built["nonce"] = world.w3.eth.get_transaction_count(sender.address)
    receipt = world.settle(sender, built)
    check_settled(world, receipt, 2, sender, world.token.address)
    events = world.token.events.Transfer().process_receipt(receipt)
    assert [e["args"] for e in events].count(
        {"from": sender.address, "to": to, "value": 7}
    ) == 1


def test_transfer_to_self_and_of_zero(world):
    sender = world.accounts[3]
    for units in (0, 5):
        before = world.balance(sender.address)
        data = world.transfer_data(sender.address, units)
        fields = {"to": world.token.address, "data": data}
        receipt = world.settle(sender, world.fill(0, sender, fields))
        fee = check_settled(world, receipt, 0, sender, world.token.address)
        itself = sender.address.lower()
        assert transfers(world, receipt).count((itself, itself, units)) == 1
        assert world.balance(sender.address) == before - fee


def test_approve_and_transfer_from(world):
    owner, spender, to = world.accounts[4], world.accounts[5], FRESH
    data = world.token.encode_abi("approve", args=[spender.address, 100])
    receipt = world.settle(
        owner, world.fill(2, owner, {"to": world.token.address, "data": data})
    )
    check_settled(world, receipt, 2, owner, world.token.address)
    allowance = world.token.functions.allowance(owner.address, spender.address)
    assert allowance.call() == 100
    before = world.balance(to)
    arguments = [owner.address, Web3.to_checksum_address(to), 60]
    data = world.token.encode_abi("transferFrom", args=arguments)
    receipt = world.settle(
        spender, world.fill(2, spender, {"to": world.token.address, "data": data})
    )
    check_settled(world, receipt, 2, spender, world.token.address)
    assert transfers(world, receipt).count((owner.address.lower(), to, 60)) == 1
    assert world.balance(to) == before + 60
    assert allowance.call() == 40


def test_effective_price_is_a_whole_step(world):
    sender, base = world.accounts[6], world.base_price()
    step = world.unit // 1000
    cases = [(base + 5 * step, 2 * step, base + 2 * step), (base + 5 * step, 1, base)]
    cases += [(base + step, 9 * step // 2, base + step), (base, 0, base)]
    for most, tip, effective in cases:
        fields = {"to": FRESH, "value": 0, "gas": 21000, "maxFeePerGas": most}
        fields["maxPriorityFeePerGas"] = min(tip, most)
        receipt = world.settle(sender, world.fill(2, sender, fields))
        assert receipt["effectiveGasPrice"] == effective, (most, tip)
        check_settled(world, receipt, 2, sender, FRESH)


def refused(world, sender, filled):
    with pytest.raises(Web3RPCError) as caught:
        world.send(sender, filled)
    return caught.value.rpc_response["error"]


def test_value_of_no_whole_unit_is_refused(world):
    sender = world.accounts[6]
    nonce = world.w3.eth.get_transaction_count(sender.address)
    for value in (1, world.unit - 1, world.unit + 1):
        fields = {"to": FRESH, "value": value, "gas": 21000}
        error = refused(world, sender, world.fill(2, sender, fields))
        text = error["message"].lower()
        assert any(word in text for word in ("unit", "multiple", "whole")), text
    assert world.w3.eth.get_transaction_count(sender.address, "pending") == nonce


def test_insufficient_balance_is_the_custom_error(world):
    sender = world.accounts[7]
    held = world.balance(sender.address)
    call = world.token.functions.transfer(Web3.to_checksum_address(FRESH), held + 1)
    with pytest.raises(ContractCustomError) as caught:
        call.call({"from": sender.address})
    data = caught.value.data
    assert data.startswith(INSUFFICIENT_BALANCE)
    values = decode(["address", "uint256", "uint256"], bytes.fromhex(data[10:]))
    assert values == (sender.address.lower(), held, held + 1)
    with pytest.raises(ContractCustomError):
        call.estimate_gas({"from": sender.address})


def test_failed_operation_is_included_and_pays(world):
    sender = world.accounts[7]
    held = world.balance(sender.address)
    fields = {
        "to": world.token.address,
        "data": world.transfer_data(FRESH, held),
        "gas": 200_000,
    }
    receipt = world.settle(sender, world.fill(2, sender, fields))
    fee = check_settled(world, receipt, 2, sender, world.token.address, status=0)
    assert fee > 0 and world.balance(sender.address) == held - fee
    assert len(transfers(world, receipt)) == 1, "only the fee moved"


def test_unknown_hash_is_not_found(world):
    with pytest.raises(TransactionNotFound):
        world.w3.eth.get_transaction_receipt(b"\x11" * 32)


def test_texts_of_refusals(world):
    sender = world.accounts[8]
    fields = {"to": FRESH, "value": 0, "gas": 21000}
    filled = world.fill(0, sender, fields)
    world.settle(sender, filled)
    again = refused(world, sender, filled)["message"]
    assert "nonce too low" in again or "already known" in again
    other = {**filled, "value": world.unit}
    assert "nonce too low" in refused(world, sender, other)["message"]

    # A gap: the later nonce waits, and is known when it comes again.
    nonce = filled["nonce"] + 1
    later = {**filled, "nonce": nonce + 1}
    waiting = world.send(sender, later)
    assert "already known" in refused(world, sender, later)["message"]
    cheaper = {**later, "value": world.unit}
    assert "replacement transaction underpriced" in refused(world, sender, cheaper)["message"]
    world.settle(sender, {**filled, "nonce": nonce})
    receipt = world.w3.eth.wait_for_transaction_receipt(waiting, timeout=20)
    check_settled(world, receipt, 0, sender, FRESH)

    poor = Account.from_key("0x" + "5a" * 32)
    error = refused(world, poor, {**filled, "nonce": 0})
    assert "insufficient funds for gas * price + value" in error["message"]


def test_other_refusals_at_the_door(world):
    sender = world.accounts[8]
    filled = world.fill(0, sender, {"to": FRESH, "value": 0, "gas": 21000})
    wrong_chain = refused(world, sender, {**filled, "chainId": 1})
    assert "chain" in wrong_chain["message"].lower()
    too_cheap = refused(world, sender, {**filled, "gasPrice": world.base_price() - 1})
    assert "fee" in too_cheap["message"].lower() or "underpriced" in too_cheap["message"]
    too_little = refused(world, sender, {**filled, "gas": 20999})
    assert "gas" in too_little["message"].lower()
    with_code = world.fill(2, sender, {"data": "0x6000", "gas": 100_000, "to": b""})
    assert refused(world, sender, with_code)["message"]
    connection = world.node.connect()
    for raw in ("0x", "0x00", "0x03c0", "0x04c0", "0xc0", "0x" + "ff" * 64):
        answer = connection.answer("eth_sendRawTransaction", [raw])
        assert "error" in answer, raw
        if raw in ("0x03c0", "0x04c0"):
            assert "type" in answer["error"]["message"].lower()
    connection.close()
    nonce = world.w3.eth.get_transaction_count(sender.address, "pending")
    assert nonce == filled["nonce"]


def test_batch(world):
    with world.w3.batch_requests() as batch:
        batch.add(world.w3.eth.get_balance(world.accounts[0].address))
        batch.add(world.w3.eth.get_block_number())
        batch.add(world.token.functions.symbol())
        answers = batch.execute()
    assert answers[0] == world.w3.eth.get_balance(world.accounts[0].address)
    assert answers[2] == "DTA"


def test_batch_on_the_wire(world):
    connection = world.node.connect()
    ids = [7, "seven", 2**53]
    calls = [{"jsonrpc": "2.0", "id": i, "method": "eth_chainId", "params": []} for i in ids]
    calls.append({"jsonrpc": "2.0", "id": 8, "method": "eth_noSuchThing", "params": []})
    answers = connection.post(calls)
    assert sorted(str(a["id"]) for a in answers) == sorted(["7", "seven", str(2**53), "8"])
    by_id = {str(answer["id"]): answer for answer in answers}
    assert by_id["seven"]["result"] == hex(world.chain)
    assert by_id["8"]["error"]["code"] == -32601
    status, body = connection.request("POST", "/", b'{"jsonrpc":')
    assert status == 200 and json.loads(body)["error"]["code"] == -32700
    connection.close()


def test_logs_are_the_receipts_logs(world):
    head = world.w3.eth.block_number
    logs = world.w3.eth.get_logs({"fromBlock": 0, "toBlock": head})
    expected = []
    for number in range(head + 1):
        block = world.w3.eth.get_block(number)
        for transaction in block["transactions"]:
            expected += world.w3.eth.get_transaction_receipt(transaction)["logs"]
    assert [dict(log) for log in logs] == [dict(log) for log in expected]
    sender = world.accounts[3].address
    events = world.token.events.Transfer().get_logs(
        from_block=0, to_block=head, argument_filters={"from": sender}
    )
    assert events and all(event["args"]["from"] == sender for event in events)


def everything(world):
    """Every block with its transactions, every receipt, and the balances, as JSON."""
    connection = world.node.connect()
    head = int(connection.rpc("eth_blockNumber"), 16)
    blocks, receipts = [], []
    for number in range(head + 1):
        block = connection.rpc("eth_getBlockByNumber", hex(number), True)
        blocks.append(block)
        hashes = [transaction["hash"] for transaction in block["transactions"]]
        receipts += [connection.rpc("eth_getTransactionReceipt", each) for each in hashes]
    balances = {
        address: connection.rpc("eth_getBalance", address, "latest")
        for address in all_addresses(world.network) + [FRESH]
    }
    connection.close()
    return blocks, receipts, balances


def test_kill_and_restart(world):
    before = everything(world)
    assert len(before[0]) > 10 and all(before[1])
    genesis = world.network["genesisHash"]
    world.node.kill()
    world.node.start()
    world.connect()
    assert world.network["genesisHash"] == genesis
    after = everything(world)
    for old, new in zip(before[0], after[0]):
        assert (new["hash"], new["stateRoot"]) == (old["hash"], old["stateRoot"])
    assert after[0][: len(before[0])] == before[0]
    assert after[1][: len(before[1])] == before[1]
    assert after[2] == before[2]
    test_transfer(world, 2, "erc20")


def test_orderly_stop_and_verify(world):
    before = everything(world)
    started = time.monotonic()
    assert world.node.stop() == 0
    assert time.monotonic() - started < 30
    verified = world.node.verify()
    assert any(
        str(value).lower() in (before[0][-1]["stateRoot"], before[0][-1]["hash"])
        for value in verified.values()
    ), f"verify names neither the head's root nor its hash: {verified}"
    world.node.start()
    world.connect()
    assert everything(world) == before


def test_books_balance_at_the_end(world):
    supply = world.token.functions.totalSupply().call()
    receivers = [f"0x{kind + 1:02x}{'ab' * 19}" for kind in range(3)]
    holders = set(all_addresses(world.network)) | {FRESH, ZERO} | set(receivers)
    # A part of each block's fees has burned: it stands at the zero address, outside the supply.
    burned = world.balance(ZERO)
    assert burned > 0 and supply + burned == int(world.network["token"]["totalSupply"])
    assert sum(world.balance(address) for address in holders) == supply + burned
