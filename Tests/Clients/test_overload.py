"""Goal: a node that is asked ten times what it can do goes on doing what it can. Method: a network
whose blocks hold two transfers, so that what it can commit in a second is measured first and then
offered ten times over by several processes, while others read; a refused transaction is sent again
later, as a client does. Memory, what is committed and the time to recover are measured from
outside. `--overload-seconds` says how long.
"""

import json
import multiprocessing
import pathlib
import threading
import time

import coincurve
from eth_utils import keccak
from harness import Node, Pipeline, sign_transfer, unit_wei

ACCOUNTS = 360
EACH = 64
SENDERS = 3
READERS = 2
WINDOW = 16
PRICE = 100_000_000_000
GAS = 500_000
# About two seconds of what blocks take.
WAITING = 400
TRANSFER = bytes.fromhex("a9059cbb") + (77).to_bytes(32, "big") + (1).to_bytes(32, "big")

# A token transfer takes half a block.
OVERLAY = {"network": {"blockGasLimit": 1_000_000, "gas": {"token.transfer": GAS // 1000}}}


def key_of(index):
    return coincurve.PrivateKey(keccak(f"freehold overload {index}".encode()))


def address_of(key):
    return keccak(key.public_key.format(compressed=False)[1:])[12:]


def sign_all(work):
    index, chain, token = work
    key = key_of(index)
    return [
        Pipeline.submission(
            sign_transfer(key, chain, nonce, token, 0, PRICE, GAS, TRANSFER)
        )
        for nonce in range(EACH)
    ]


def send_for_ever(port, queues, rate, stop, counts):
    """Offers the accounts' transactions in turn, so many a second, each again until it is taken. A
    process of its own."""
    pipeline = Pipeline(port)
    due = time.monotonic()
    places = [0] * len(queues)
    account = 0
    while not stop.is_set():
        requests, owners = [], []
        # Never more than a second behind, so that a pause is not made up for by a burst.
        due = max(due + WINDOW * 4 / rate, time.monotonic() - 1)
        time.sleep(max(0, due - time.monotonic()))
        while len(requests) < WINDOW * 4:
            start = min(places[account], EACH - WINDOW)
            requests += queues[account][start : start + WINDOW]
            owners += [(account, start + step) for step in range(WINDOW)]
            account = (account + 1) % len(queues)
        for (owner, nonce), (status, body) in zip(owners, pipeline.exchange(requests)):
            taken = b'"result"' in body
            if taken or b"already known" in body or b"nonce too low" in body:
                places[owner] += nonce == places[owner]
            with counts.get_lock():
                counts[0] += 1
                counts[1] += taken
                counts[2] += status == 429
                counts[3] += status not in (200, 429)


def read_for_ever(port, owner, stop, counts):
    """Asks one thing after the other; a process of its own."""
    calls = [
        ("eth_blockNumber", []),
        ("eth_getBalance", [owner, "latest"]),
        ("eth_getBlockByNumber", ["latest", True]),
        ("eth_gasPrice", []),
    ]
    requests = [
        Pipeline.request(
            json.dumps({"jsonrpc": "2.0", "id": 1, "method": m, "params": p}).encode()
        )
        for m, p in calls
    ]
    pipeline = Pipeline(port)
    while not stop.is_set():
        answers = pipeline.exchange(requests * 4)
        with counts.get_lock():
            counts[4] += len(answers)
            counts[5] += sum(status != 200 or b'"error"' in body for status, body in answers)


class Watch(threading.Thread):
    """Looks at the node's memory four times a second."""

    def __init__(self, process):
        super().__init__(daemon=True)
        self.path = pathlib.Path(f"/proc/{process}/statm")
        self.is_over = False
        self.most = 0

    def now(self):
        return int(self.path.read_text().split()[1]) * 4096

    def run(self):
        while not self.is_over:
            self.most = max(self.most, self.now())
            time.sleep(0.25)


def committed(node):
    """What the node has committed since it began, and when it said so."""
    return node.metric("freehold_transactions_total"), time.monotonic()


def fund(node, network, addresses):
    """From the development accounts, in order."""
    chain, unit = int(network["chainId"]), unit_wei(network)
    token = bytes.fromhex(network["token"]["address"][2:])
    pipeline = Pipeline(node.port)
    rows = network["development"]["accounts"]
    value = 10_000 * 10_000 * unit
    requests = []
    for place, address in enumerate(addresses):
        key = coincurve.PrivateKey(bytes.fromhex(rows[place % len(rows)]["privateKey"][2:]))
        raw = sign_transfer(key, chain, place // len(rows), address, value, PRICE)
        requests.append(Pipeline.submission(raw))
    for status, body in pipeline.exchange(requests):
        assert status == 200 and b'"result"' in body, body
    pipeline.close()
    deadline = time.monotonic() + 60
    while node.metric("freehold_pool_transactions") > 0:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return chain, token


def run_for(seconds, node, queues, owner, rate, senders, readers):
    """What so many processes offer over so many seconds, at a rate for all senders together, and
    what is committed meanwhile."""
    counts = multiprocessing.Array("q", 6)
    stop = multiprocessing.Event()
    parts = [queues[place::senders] for place in range(senders)]
    processes = [
        multiprocessing.Process(
            target=send_for_ever, args=(node.port, part, rate / senders, stop, counts)
        )
        for part in parts
    ] + [
        multiprocessing.Process(target=read_for_ever, args=(node.port, owner, stop, counts))
        for _ in range(readers)
    ]
    for process in processes:
        process.start()
    # Until all are at work and the pool is full.
    time.sleep(1.5)
    before, began = committed(node)
    offered = counts[0]
    time.sleep(seconds)
    after, ended = committed(node)
    rate = (counts[0] - offered) / (ended - began)
    stop.set()
    for process in processes:
        process.join(30)
        assert process.exitcode == 0, "a client failed"
    return counts, rate, (after - before) / (ended - began)


def test_overload_at_ten_times_capacity(overload_seconds, tmp_path):
    overlay = tmp_path / "small-blocks.json"
    overlay.write_text(json.dumps(OVERLAY))
    options = ["--pool-transactions", str(WAITING)]
    with Node(overlays=("economies/dev.json", str(overlay)), options=options) as node:
        network = node.network()
        keys = [key_of(index) for index in range(ACCOUNTS)]
        addresses = [address_of(key) for key in keys]
        owner = "0x" + addresses[0].hex()
        chain, token = fund(node, network, addresses)
        with multiprocessing.Pool(2) as pool:
            queues = pool.map(sign_all, [(index, chain, token) for index in range(ACCOUNTS)])
        # What it can do: one sender keeps the pool full, nobody reads.
        _, _, capacity = run_for(4, node, queues[: ACCOUNTS // 3], owner, 1_500, 1, 0)
        watch = Watch(node.process.pid)
        resting = watch.now()
        watch.start()
        rest = queues[ACCOUNTS // 3 :]
        counts, offered, goodput = run_for(
            overload_seconds, node, rest, owner, 14 * capacity, SENDERS, READERS
        )
        over = time.monotonic()
        watch.is_over = True
        # It answers again, and a newcomer's transaction is committed, within five seconds.
        connection = node.connect()
        began = time.monotonic()
        connection.rpc("eth_blockNumber")
        read_again = time.monotonic() - began
        secret = network["development"]["accounts"][9]["privateKey"]
        newcomer = coincurve.PrivateKey(bytes.fromhex(secret[2:]))
        nonce = int(
            connection.rpc("eth_getTransactionCount", "0x" + address_of(newcomer).hex(), "latest"),
            16,
        )
        raw = sign_transfer(newcomer, chain, nonce, token, 0, PRICE, GAS, TRANSFER)
        request = Pipeline.submission(raw)
        pipeline = Pipeline(node.port)
        while b'"result"' not in (body := pipeline.exchange([request])[0][1]):
            assert b"-32005" in body, body
            assert time.monotonic() - over < 5, body
            time.sleep(0.05)
        sent = json.loads(body)["result"]
        while not connection.rpc("eth_getTransactionReceipt", sent):
            assert time.monotonic() - over < 5, "no receipt"
            time.sleep(0.01)
        recovered = time.monotonic() - over
        print(
            f"\ncapacity {capacity:.0f}/s; offered {offered:.0f}/s for {overload_seconds} s"
            f" ({offered / capacity:.1f} times): committed {goodput:.0f}/s"
            f" ({goodput / capacity:.0%}), {counts[2]} told 429, {counts[4]} reads, memory"
            f" {resting >> 20} to {watch.most >> 20} MiB; read again after"
            f" {read_again * 1000:.0f} ms, committed again after {recovered:.1f} s"
        )
        assert offered >= 10 * capacity
        assert goodput >= 0.8 * capacity
        assert counts[3] == 0 and counts[5] == 0, "nothing but 200 and 429, reads without error"
        assert counts[2] > 0, "what is too much is told so"
        assert watch.most - resting < 128 << 20
        assert read_again < 1 and recovered < 5
        connection.close()
        assert node.stop() == 0
        node.verify()
