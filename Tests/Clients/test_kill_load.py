"""Goal: what was acknowledged survives. Method: 10,000 transfers from 100 accounts, signed ahead
and sent by several threads, with a kill -9 at random moments in between (`--kill-cycles`, five
where nothing is said). A receipt counts as the acknowledgement;
each is kept and must be found again, unchanged. What has none is sent again. In the end every
transaction stands in exactly one block, every account has exactly its nonces, and every balance is
what the receipts say, to the unit.
"""

import http.client
import os
import random
import threading
import time
from concurrent.futures import ProcessPoolExecutor

from eth_account import Account
from eth_utils import keccak, to_checksum_address
from harness import ZERO, Node, RpcError, account_named, all_addresses, unit_wei

ACCOUNTS = 100
EACH = int(os.environ.get("FREEHOLD_LOAD_EACH", "100"))
THREADS = 8
WINDOW = 10
FUNDING = 200_000
SEED = 20260131


def key_of(index):
    return keccak(f"freehold load account {index}".encode())


def sign_all(work):
    """The raw transactions of one account. Runs in a process of its own."""
    index, chain, token, price, targets = work
    account = Account.from_key(key_of(index))
    signed = []
    for nonce, (target, units, unit) in enumerate(targets):
        fields = {"chainId": chain, "nonce": nonce}
        if nonce % 2:
            data = "0xa9059cbb" + target[2:].rjust(64, "0") + f"{units:064x}"
            fields.update(to=to_checksum_address(token), value=0, data=data, gas=100_000)
        else:
            fields.update(to=to_checksum_address(target), value=units * unit, gas=21_000)
        kind = (index + nonce) % 3
        if kind == 2:
            fields.update(type=2, maxFeePerGas=2 * price, maxPriorityFeePerGas=0)
        else:
            fields["gasPrice"] = price
            if kind == 1:
                fields.update(type=1, accessList=[])
        raw = bytes(account.sign_transaction(fields).raw_transaction)
        signed.append(("0x" + keccak(raw).hex(), "0x" + raw.hex()))
    return signed


class Load:
    """The shared standing of sender threads and the killer."""

    def __init__(self, node, queues):
        self.node = node
        self.queues = queues
        self.receipts = {}
        self.lock = threading.Lock()
        self.is_up = threading.Event()
        self.is_up.set()
        self.failure = None
        self.resent = 0

    def connection(self):
        if not self.is_up.wait(timeout=180):
            raise AssertionError("the node did not come back")
        return self.node.connect()

    def send_some(self, connection, pending):
        """Asks for the receipts of a few transactions and sends those that are unknown."""
        calls = [("eth_getTransactionReceipt", [each]) for each, _ in pending]
        missing = []
        for (each, raw), answer in zip(pending, connection.batch(calls)):
            if "error" in answer:
                # A node that has just started says so; sending the same bytes again is safe.
                assert "indexing is in progress" in answer["error"]["message"], answer
                missing.append((each, raw))
            elif answer["result"] is not None:
                self.keep(each, answer["result"])
            else:
                missing.append((each, raw))
        return missing

    def keep(self, each, receipt):
        with self.lock:
            known = self.receipts.setdefault(each, receipt)
        assert known == receipt, f"the receipt of {each} changed: {known} became {receipt}"

    def submit(self, connection, pending):
        answers = connection.batch([("eth_sendRawTransaction", [raw]) for _, raw in pending])
        for (each, _), answer in zip(pending, answers):
            if "error" in answer:
                text = answer["error"]["message"]
                is_there = "already known" in text or "nonce too low" in text
                is_busy = answer["error"]["code"] == -32005
                assert is_there or is_busy, f"{each}: {text}"
            else:
                assert answer["result"] == each

    def run_account(self, signed):
        """Sends one account's transactions in order, a window at a time, until all are settled."""
        connection = None
        for start in range(0, len(signed), WINDOW):
            pending = signed[start : start + WINDOW]
            must_send, sent_at = True, 0.0
            while pending:
                if self.failure:
                    return
                try:
                    connection = connection or self.connection()
                    if must_send:
                        self.submit(connection, pending)
                        must_send, sent_at = False, time.monotonic()
                    pending = self.send_some(connection, pending)
                    if pending:
                        time.sleep(0.005)
                    # Nothing came for long: an accepted transaction may vanish in a crash.
                    must_send = must_send or time.monotonic() - sent_at > 5
                except (OSError, http.client.HTTPException):
                    if connection:
                        connection.close()
                    connection, must_send = None, True
                    with self.lock:
                        self.resent += len(pending)
                    time.sleep(0.05)
        if connection:
            connection.close()

    def work(self):
        try:
            while True:
                with self.lock:
                    if not self.queues:
                        return
                    signed = self.queues.pop()
                self.run_account(signed)
        except BaseException as problem:  # noqa: BLE001 - told to the main thread
            self.failure = self.failure or problem

    def kill_and_restart(self):
        self.is_up.clear()
        self.node.kill()
        self.node.start()
        self.is_up.set()


def fund(connection, network, price, addresses):
    """Gives each account what it needs, from the second development account."""
    giver = Account.from_key(network["development"]["accounts"][1]["privateKey"])
    nonce = int(connection.rpc("eth_getTransactionCount", giver.address, "latest"), 16)
    last = None
    for offset, address in enumerate(addresses):
        signed = giver.sign_transaction(
            {
                "chainId": int(network["chainId"]),
                "nonce": nonce + offset,
                "to": address,
                "value": FUNDING * unit_wei(network),
                "gas": 21_000,
                "gasPrice": price,
            }
        )
        last = connection.rpc("eth_sendRawTransaction", "0x" + signed.raw_transaction.hex())
    deadline = time.monotonic() + 60
    while connection.indexed("eth_getTransactionReceipt", last) is None:
        assert time.monotonic() < deadline, "the funding was not settled"
        time.sleep(0.02)


def make_targets(addresses, unit):
    """For each account, whom it pays and how much; half of them among themselves."""
    generator = random.Random(SEED)
    return [
        [
            (generator.choice(addresses).lower(), generator.randint(0, 50), unit)
            for _ in range(EACH)
        ]
        for _ in addresses
    ]


def test_kill_under_load(kill_cycles):
    addresses = [Account.from_key(key_of(index)).address for index in range(ACCOUNTS)]
    with Node() as node:
        network = node.network()
        unit = unit_wei(network)
        connection = node.connect()
        price = int(connection.rpc("eth_gasPrice"), 16)
        fund(connection, network, price, addresses)
        connection.close()
        targets = make_targets(addresses, unit)
        token = network["token"]["address"]
        chain = int(network["chainId"])
        with ProcessPoolExecutor(2) as pool:
            work = [(i, chain, token, price, targets[i]) for i in range(ACCOUNTS)]
            signed = list(pool.map(sign_all, work, chunksize=5))
        total = ACCOUNTS * EACH
        load = Load(node, list(signed))
        started = time.monotonic()
        threads = [threading.Thread(target=load.work, daemon=True) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        kills, slowest = 0, 0.0
        moments = random.Random(SEED + kill_cycles)
        while any(thread.is_alive() for thread in threads):
            if kills < kill_cycles and len(load.receipts) >= total * (kills + 1) // (
                kill_cycles + 1
            ):
                # Not always at the same place of a round trip.
                time.sleep(moments.uniform(0, 0.02))
                before = time.monotonic()
                load.kill_and_restart()
                slowest = max(slowest, time.monotonic() - before)
                kills += 1
            time.sleep(0.002)
        if load.failure:
            raise load.failure
        taken = time.monotonic() - started
        print(
            f"\n{total} transfers, {kills} kills, {load.resent} resent, {taken:.1f} s, "
            f"slowest restart {slowest:.2f} s"
        )
        assert kills == kill_cycles and len(load.receipts) == total
        # One more, now that nothing is in flight: everything acknowledged must be on the disk.
        load.kill_and_restart()
        check_everything(node, network, addresses, signed, targets, load.receipts)
        assert node.stop() == 0
        node.verify()


def check_everything(node, network, addresses, signed, targets, receipts):
    connection = node.connect()
    check_receipts(connection, receipts)
    check_blocks(connection, receipts, [each for queue in signed for each, _ in queue])
    check_balances(connection, network, addresses, signed, targets, receipts)
    connection.close()


def check_receipts(connection, receipts):
    """Each acknowledged receipt is there, unchanged, and says that the transfer was done."""
    hashes = sorted(receipts)
    for start in range(0, len(hashes), 100):
        part = hashes[start : start + 100]
        calls = [("eth_getTransactionReceipt", [each]) for each in part]
        for each, answer in zip(part, connection.indexed_batch(calls)):
            assert answer["result"] == receipts[each], f"{each} was lost or changed"
            assert answer["result"]["status"] == "0x1"


def check_blocks(connection, receipts, hashes):
    """Each transaction stands in exactly one block, the one that its receipt names."""
    head = int(connection.rpc("eth_blockNumber"), 16)
    place, parent = {}, None
    for start in range(0, head + 1, 100):
        numbers = range(start, min(start + 100, head + 1))
        calls = [("eth_getBlockByNumber", [hex(number), False]) for number in numbers]
        for answer in connection.indexed_batch(calls):
            block = answer["result"]
            assert parent is None or block["parentHash"] == parent, "the chain is broken"
            parent = block["hash"]
            for each in block["transactions"]:
                assert each not in place, f"{each} stands in two blocks"
                place[each] = block["hash"]
    for each in hashes:
        assert place.get(each) == receipts[each]["blockHash"], each


def check_balances(connection, network, addresses, signed, targets, receipts):
    """Nonces and balances are what the receipts say, and the sum of everything is the supply."""
    unit = unit_wei(network)
    expected = {address.lower(): FUNDING for address in addresses}
    for sender, queue, paid in zip(addresses, signed, targets):
        for (each, _), (target, units, _) in zip(queue, paid):
            receipt = receipts[each]
            fee = int(receipt["gasUsed"], 16) * int(receipt["effectiveGasPrice"], 16)
            assert fee % unit == 0
            expected[sender.lower()] -= units + fee // unit
            expected[target] += units
    for address in addresses:
        nonce = int(connection.rpc("eth_getTransactionCount", address, "latest"), 16)
        assert nonce == EACH, f"{address} has nonce {nonce}"
        balance = int(connection.rpc("eth_getBalance", address, "latest"), 16)
        assert balance == expected[address.lower()] * unit, address
    holders = sorted(set(all_addresses(network)) | set(expected))
    assert account_named(network, "network.fees").lower() in holders
    calls = [("eth_getBalance", [holder, "latest"]) for holder in holders]
    total = sum(int(answer["result"], 16) for answer in connection.batch(calls))
    assert total == int(network["token"]["totalSupply"]) * unit, "units were lost or made"
    call = {"to": network["token"]["address"], "data": "0x18160ddd"}
    try:
        supply = int(connection.rpc("eth_call", call, "latest"), 16)
    except RpcError as problem:
        raise AssertionError("totalSupply cannot be read") from problem
    burned = int(connection.rpc("eth_getBalance", ZERO, "latest"), 16)
    # A part of each block's fees has burned: it stands at the zero address, outside the supply.
    assert burned > 0 and supply * unit + burned == total
