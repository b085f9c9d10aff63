"""Subscriptions and filters with unmodified web3.py: over a WebSocket on the same port, and by
polling. Then what no client of ours would do: a reader that does not read, and bad frames.
"""

import asyncio
import json
import socket
import struct
import time

import pytest
from eth_account import Account
from harness import Node, abi_of, unit_wei
from web3 import AsyncWeb3, Web3, WebSocketProvider
from web3.exceptions import ContractCustomError, Web3RPCError

FRESH = Web3.to_checksum_address("0x00000000000000000000000000000000000f4ee4")
TRANSFER = Web3.keccak(text="Transfer(address,address,uint256)")


class World:
    """A running node and what tests send to it."""

    def __init__(self, node):
        self.node = node
        self.network = node.network()
        self.chain = int(self.network["chainId"])
        self.unit = unit_wei(self.network)
        self.w3 = Web3(Web3.HTTPProvider(node.url))
        rows = self.network["development"]["accounts"]
        self.accounts = [Account.from_key(row["privateKey"]) for row in rows]
        entry = self.network["token"]
        self.abi = abi_of(node, entry)
        self.address = Web3.to_checksum_address(entry["address"])
        self.token = self.w3.eth.contract(address=self.address, abi=self.abi)

    def signed(self, sender, kind=2, **fields):
        price = self.w3.eth.gas_price
        filled = {
            "chainId": self.chain,
            "nonce": self.w3.eth.get_transaction_count(sender.address, "pending"),
            "value": 0,
            "gas": 100_000,
            **fields,
        }
        if kind == 2:
            filled.update(type=2, maxFeePerGas=2 * price, maxPriorityFeePerGas=0)
        else:
            filled["gasPrice"] = price
            if kind == 1:
                filled.update(type=1, accessList=[])
        return sender.sign_transaction(filled).raw_transaction

    def transfer(self, sender, units, kind=2):
        data = self.token.encode_abi("transfer", args=[FRESH, units])
        return self.signed(sender, kind, to=self.address, data=data)

    def settle(self, raw):
        sent = self.w3.eth.send_raw_transaction(raw)
        return self.w3.eth.wait_for_transaction_receipt(sent, timeout=30, poll_latency=0.02)

    def socket(self):
        return AsyncWeb3(WebSocketProvider(f"ws://127.0.0.1:{self.node.port}"))


@pytest.fixture(scope="module")
def world():
    with Node() as node:
        yield World(node)


async def messages(w3, count, seconds=20):
    """So many notifications, as web3.py hands them out."""
    found = []

    async def collect():
        async for message in w3.socket.process_subscriptions():
            found.append(message)
            if len(found) == count:
                return

    await asyncio.wait_for(collect(), seconds)
    return found


def test_reads_over_a_socket_are_the_same_as_over_http(world):
    async def run():
        async with world.socket() as w3:
            assert await w3.is_connected()
            assert await w3.eth.chain_id == world.chain
            head = await w3.eth.block_number
            assert await w3.eth.get_block(head) == world.w3.eth.get_block(head)
            owner = world.accounts[0].address
            assert await w3.eth.get_balance(owner) == world.w3.eth.get_balance(owner)
            token = w3.eth.contract(address=world.address, abi=world.abi)
            units = await token.functions.balanceOf(owner).call()
            assert units * world.unit == await w3.eth.get_balance(owner)
            many = await asyncio.gather(*(w3.eth.get_block(n) for n in [0] * 40))
            assert len({block["hash"] for block in many}) == 1

    asyncio.run(run())


def test_batches_custom_errors_and_all_types_over_a_socket(world):
    async def run():
        async with world.socket() as w3:
            token = w3.eth.contract(address=world.address, abi=world.abi)
            for kind in (0, 1, 2):
                sent = await w3.eth.send_raw_transaction(
                    world.transfer(world.accounts[1], 1 + kind, kind)
                )
                receipt = await w3.eth.wait_for_transaction_receipt(sent, 30, 0.02)
                assert receipt["status"] == 1 and receipt["type"] == kind
                (event,) = [
                    each
                    for each in token.events.Transfer().process_receipt(receipt)
                    if each["args"]["to"] == FRESH
                ]
                assert event["args"]["value"] == 1 + kind
            with pytest.raises(ContractCustomError) as refused:
                await token.functions.transfer(FRESH, 2**127).call(
                    {"from": world.accounts[1].address}
                )
            assert str(refused.value.data).startswith("0xe450d38c")
            async with w3.batch_requests() as batch:
                for _ in range(20):
                    batch.add(w3.eth.get_block("latest"))
                blocks = await batch.async_execute()
            assert len(blocks) == 20

    asyncio.run(run())
    with pytest.raises(ContractCustomError):
        world.token.functions.transfer(FRESH, 2**127).call({"from": world.accounts[1].address})
    with world.w3.batch_requests() as batch:
        for _ in range(20):
            batch.add(world.w3.eth.get_block("latest"))
        assert len(batch.execute()) == 20


def test_heads_and_logs_are_told_until_unsubscribed(world):
    async def run():
        async with world.socket() as w3:
            heads = await w3.eth.subscribe("newHeads")
            topic = "0x" + FRESH[2:].rjust(64, "0").lower()
            logs = await w3.eth.subscribe(
                "logs", {"address": world.address, "topics": [TRANSFER, None, topic]}
            )
            raws = [world.transfer(world.accounts[2], 5), world.transfer(world.accounts[3], 6)]
            receipts = [await asyncio.to_thread(world.settle, raw) for raw in raws]
            told = await messages(w3, 4)
            blocks = [each["result"] for each in told if each["subscription"] == heads]
            assert [block["number"] for block in blocks] == [
                receipt["blockNumber"] for receipt in receipts
            ]
            assert [block["hash"] for block in blocks] == [
                receipt["blockHash"] for receipt in receipts
            ]
            found = [each["result"] for each in told if each["subscription"] == logs]
            expected = [
                log
                for receipt in receipts
                for log in receipt["logs"]
                if log["topics"][2].hex().endswith(FRESH[2:].lower())
            ]
            assert found == expected and len(found) == 2
            assert await w3.eth.unsubscribe(logs)
            await asyncio.to_thread(world.settle, world.transfer(world.accounts[2], 7))
            (last,) = await messages(w3, 1)
            assert last["subscription"] == heads
            assert await w3.eth.unsubscribe(heads)
            await asyncio.to_thread(world.settle, world.transfer(world.accounts[2], 8))
            assert await w3.eth.chain_id == world.chain
            with pytest.raises(asyncio.TimeoutError):
                await messages(w3, 1, seconds=0.5)

    asyncio.run(run())


def test_pending_transactions_are_told(world):
    async def run():
        async with world.socket() as w3:
            await w3.eth.subscribe("newPendingTransactions")
            sent = await asyncio.to_thread(
                world.w3.eth.send_raw_transaction, world.transfer(world.accounts[2], 9)
            )
            (message,) = await messages(w3, 1)
            assert message["result"] == sent
            syncing = await w3.eth.subscribe("syncing")
            (message,) = await messages(w3, 1)
            assert message["subscription"] == syncing and message["result"] is False
            with pytest.raises(Web3RPCError):
                await w3.eth.subscribe("newNews")

    asyncio.run(run())


def test_filters_by_polling(world):
    w3 = world.w3
    blocks, pending = w3.eth.filter("latest"), w3.eth.filter("pending")
    events = world.token.events.Transfer().create_filter(
        from_block="latest", argument_filters={"to": FRESH}
    )
    assert events.get_new_entries() == [] and blocks.get_new_entries() == []
    receipts = [world.settle(world.transfer(world.accounts[4], n)) for n in (11, 12)]
    assert blocks.get_new_entries() == [receipt["blockHash"] for receipt in receipts]
    assert pending.get_new_entries() == [receipt["transactionHash"] for receipt in receipts]
    assert [event["args"]["value"] for event in events.get_new_entries()] == [11, 12]
    assert events.get_new_entries() == [] and blocks.get_new_entries() == []
    assert [e["args"]["value"] for e in events.get_all_entries()][-1:] == [12]
    assert w3.eth.uninstall_filter(events.filter_id)
    assert not w3.eth.uninstall_filter(events.filter_id)
    with pytest.raises(Web3RPCError, match="filter not found"):
        w3.eth.get_filter_changes(events.filter_id)


def test_the_blocks_own_transaction_is_one_everywhere(world):
    """A day passes, and what happens by itself comes from the reserved sender, whoever asks."""
    rpc = world.node.connect().rpc
    head = int(rpc("eth_blockNumber"), 16)
    rpc("dev_advance", hex(86_400))
    deadline = time.monotonic() + 30
    while int(rpc("eth_blockNumber"), 16) == head and time.monotonic() < deadline:
        time.sleep(0.02)
    number = hex(head + 1)
    block = rpc("eth_getBlockByNumber", number, True)
    first = block["transactions"][0]
    receipts = rpc("eth_getBlockReceipts", number)
    traces = rpc("debug_traceBlockByNumber", number, {"tracer": "callTracer"})
    logs = rpc("eth_getLogs", {"fromBlock": number, "toBlock": number})
    assert len(block["transactions"]) == len(receipts) == len(traces)
    reserved = "0x" + "f" * 39 + "e"
    views = [
        first,
        receipts[0],
        traces[0]["result"],
        rpc("eth_getTransactionByHash", first["hash"]),
        rpc("eth_getTransactionReceipt", first["hash"]),
        rpc("debug_traceTransaction", first["hash"], {"tracer": "callTracer"}),
    ]
    for view in views:
        assert view["from"] == view["to"] == reserved
    assert [log for receipt in receipts for log in receipt["logs"]] == logs
    assert receipts[0]["logs"] and logs[0]["transactionHash"] == first["hash"]


# Frames by hand


class Raw:
    """A WebSocket of bare frames."""

    def __init__(self, port, connected=None):
        self.socket = connected or socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.sendall(
            b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        head = b""
        while b"\r\n\r\n" not in head:
            head += self.take(1)
        assert b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head

    def take(self, count):
        data = b""
        while len(data) < count:
            piece = self.socket.recv(count - len(data))
            if not piece:
                raise EOFError
            data += piece
        return data

    def send(self, opcode, payload, final=True):
        size = len(payload)
        length = bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size)
        self.socket.sendall(bytes([(0x80 if final else 0) | opcode]) + length + bytes(4) + payload)

    def next(self):
        first, second = self.take(2)
        size = second & 127
        if size == 126:
            (size,) = struct.unpack(">H", self.take(2))
        elif size == 127:
            (size,) = struct.unpack(">Q", self.take(8))
        return first & 15, self.take(size)


def test_bad_frames_and_bad_requests_have_their_own_answers(world):
    client = Raw(world.node.port)
    client.send(1, b'{"jsonrpc":"2.0","id":1,')
    assert json.loads(client.next()[1])["error"]["code"] == -32700
    client.send(1, b'{"jsonrpc":"2.0","id":1,"method":"no_such"}')
    assert json.loads(client.next()[1])["error"]["code"] == -32601
    client.send(2, b'{"jsonrpc":"2.0","id":2,"method":"eth_chainId"}')
    assert json.loads(client.next()[1])["result"] == hex(world.chain)
    client.send(1, b"\xff\xfe")
    opcode, payload = client.next()
    assert opcode == 8 and struct.unpack(">H", payload[:2]) == (1007,)


def test_a_subscriber_that_does_not_read_is_cut_and_the_node_goes_on(world):
    """A hundred times each head of a thousand blocks would have to be kept for it; none is."""
    slow = Raw(world.node.port)
    for _ in range(100):
        slow.send(1, b'{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}')
    connection, begun = world.node.connect(), time.monotonic()
    end = int(connection.rpc("eth_blockNumber"), 16) + 1100
    while int(connection.rpc("eth_blockNumber"), 16) < end and time.monotonic() - begun < 40:
        connection.rpc("dev_advance", "0x1")
    code, is_over = None, False
    while not is_over:
        try:
            opcode, payload = slow.next()
        except (EOFError, ConnectionError):
            break
        if opcode == 8:
            (code,) = struct.unpack(">H", payload[:2])
            is_over = True
    # On a slow machine it is cut off before, unheard, for not reading at all for half a minute.
    assert code == 1013 or time.monotonic() - begun > 30
    assert world.w3.eth.chain_id == world.chain


def test_clients_are_told_when_the_node_stops(world):
    client = Raw(world.node.port)
    client.send(9, b"there?")
    assert client.next() == (10, b"there?")
    assert world.node.stop() == 0
    opcode, payload = client.next()
    assert opcode == 8 and struct.unpack(">H", payload[:2]) == (1001,)
