"""Goal: bad input and too much of it cost whoever sends it, and nobody else. Method: a real node,
met by clients that break one rule after the other; each answer is that of decision 31.
"""

import json
import socket
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import coincurve
import pytest
from harness import Node, Pipeline, sign_transfer, unit_wei
from test_websocket import Raw

MEBIBYTE = 1 << 20


@pytest.fixture(scope="module")
def node():
    with Node() as node:
        yield node


def keys(network):
    accounts = network["development"]["accounts"]
    return [coincurve.PrivateKey(bytes.fromhex(row["privateKey"][2:])) for row in accounts]


def address(number):
    return number.to_bytes(20, "big")


def call(method, *params, id=1):
    return json.dumps({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).encode()


def post(node, body, headers=()):
    """(status, headers, body) of one request on a connection of its own."""
    connection = node.connect()
    try:
        connection.http.request("POST", "/", body=body, headers=dict(headers))
        answer = connection.http.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def answers_soon(node, seconds=2):
    """The node answers a read, and within so many seconds."""
    began = time.monotonic()
    status, _, body = post(node, call("eth_blockNumber"))
    assert status == 200 and "result" in json.loads(body)
    assert time.monotonic() - began < seconds


def sign_many(work):
    """Runs in a process of its own."""
    secret, rows = work
    key = coincurve.PrivateKey(secret)
    return [sign_transfer(key, *row) for row in rows]


def signed_in_parallel(work):
    with ProcessPoolExecutor(2) as pool:
        return list(pool.map(sign_many, work))


def test_decision_31_a_body_over_one_mebibyte_is_413(node):
    assert post(node, b" " * MEBIBYTE)[0] == 200  # no JSON, and read all the same
    status, _, _ = post(node, b" " * (MEBIBYTE + 1))
    assert status == 413
    # Told before it is sent where the client asks first.
    with socket.create_connection(("127.0.0.1", node.port), timeout=10) as raw:
        raw.sendall(
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n"
            b"Expect: 100-continue\r\n\r\n"
        )
        assert raw.recv(4096).startswith(b"HTTP/1.1 413")
    # A body in chunks says its size only as it comes.
    with socket.create_connection(("127.0.0.1", node.port), timeout=30) as raw:
        raw.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
        for _ in range(17):
            raw.sendall(chunk)
        raw.sendall(b"0\r\n\r\n")
        assert raw.recv(4096).startswith(b"HTTP/1.1 413")
    answers_soon(node)


def test_decision_31_deep_or_cut_json_is_a_parse_error(node):
    def code(body):
        status, _, answer = post(node, body)
        assert status == 200
        return json.loads(answer)["error"]["code"]

    whole = call("eth_chainId")
    for cut in range(len(whole)):
        assert code(whole[:cut]) == -32700
    deep = b'{"jsonrpc":"2.0","id":1,"method":"eth_call","params":' + b"[" * 64 + b"]" * 64 + b"}"
    assert code(deep) == -32700
    assert code(b"[" * 500_000) == -32700
    assert code(b'{"a":' * 200_000) == -32700
    assert code(b"\xff\xfe") == -32700
    answers_soon(node)


def test_decision_31_an_unknown_method_is_told_so(node):
    for name in ["eth_nothing", "admin_stop", "personal_unlockAccount", "", "x" * 100_000]:
        _, _, body = post(node, call(name))
        assert json.loads(body)["error"]["code"] == -32601, name
        assert len(body) < 1000


def test_decision_31_headers_not_finished_in_ten_seconds_are_closed(node):
    """Slowloris: many connections, a byte now and then, and nobody else waits for them."""
    began = time.monotonic()
    slow = [socket.create_connection(("127.0.0.1", node.port), timeout=20) for _ in range(100)]
    for each in slow:
        each.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
    for round in range(9):
        time.sleep(1)
        for each in slow:
            each.sendall(b"X-%d: y\r\n" % round)
        answers_soon(node)
    for each in slow:
        each.settimeout(max(0.1, 15 - (time.monotonic() - began)))
        try:
            assert each.recv(1000) == b""
        except ConnectionResetError:
            pass
        each.close()
    assert 9 < time.monotonic() - began < 14
    answers_soon(node)


def test_decision_31_a_full_pool_is_32005_and_429_with_retry_after():
    with Node(options=["--pool-transactions", "40"]) as node:
        network = node.network()
        chain, unit = int(network["chainId"]), unit_wei(network)
        connection = node.connect()
        price = int(connection.rpc("eth_gasPrice"), 16)
        pair = keys(network)

        def send(account, nonce, times=1):
            raw = sign_transfer(pair[account], chain, nonce, address(7), unit, price * times)
            status, headers, body = post(node, call("eth_sendRawTransaction", "0x" + raw.hex()))
            return status, headers, json.loads(body)

        # Behind a gap no block can take them: they stay.
        for nonce in range(1, 41):
            status, _, answer = send(nonce % 4, 1 + nonce // 4)
            assert status == 200 and "result" in answer
        accepted = answer["result"]
        status, headers, answer = send(5, 1)
        assert (status, answer["error"]["code"]) == (429, -32005)
        assert answer["error"]["message"].startswith("txpool is full")
        assert int(headers["Retry-After"]) >= 1
        # Accepted is not committed: it waits, and has no receipt.
        assert connection.rpc("eth_getTransactionByHash", accepted)["blockNumber"] is None
        assert connection.rpc("eth_getTransactionReceipt", accepted) is None
        pending = connection.rpc("eth_getTransactionCount", address_of(network, 0), "pending")
        assert int(pending, 16) == 0
        # A replacement costs at least a tenth more.
        status, _, answer = send(0, 2, 1)
        assert answer["error"]["message"] == "already known"
        raw = sign_transfer(pair[0], chain, 2, address(8), unit, price)
        _, _, body = post(node, call("eth_sendRawTransaction", "0x" + raw.hex()))
        assert json.loads(body)["error"]["message"] == "replacement transaction underpriced"
        # What a block can take finds room, and what stands behind a gap makes it.
        status, _, answer = send(6, 0)
        assert status == 200
        deadline = time.monotonic() + 10
        while not (receipt := connection.rpc("eth_getTransactionReceipt", answer["result"])):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert receipt["status"] == "0x1"
        pool = node.admin("pool")
        assert pool["transactions"] <= 40 == pool["mostTransactions"]


def address_of(network, index):
    return network["development"]["accounts"][index]["address"]


def test_decision_31_a_connection_over_the_cap_is_503():
    with Node(options=["--max-connections", "20"]) as node:
        held = [socket.create_connection(("127.0.0.1", node.port), timeout=10) for _ in range(19)]
        # One of them is the admission's own look, so wait until all are counted.
        deadline = time.monotonic() + 10
        while node.admin("status")["connections"] < 19:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        last = Pipeline(node.port)
        assert last.exchange([Pipeline.request(call("eth_chainId"))])[0][0] == 200
        with socket.create_connection(("127.0.0.1", node.port), timeout=10) as over:
            over.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = over.recv(4096)
        assert answer.startswith(b"HTTP/1.1 503") and b"retry-after: 1" in answer.lower()
        # Who is connected goes on, and a connection that ends makes room.
        assert last.exchange([Pipeline.request(call("eth_chainId"))])[0][0] == 200
        held.pop().close()
        time.sleep(0.5)
        answers_soon(node)
        for each in held:
            each.close()
        last.close()


def test_rates_hold_for_each_client_and_come_back():
    options = ["--limit-loopback", "--request-rate", "30", "--submit-rate", "2", "--behind-proxy"]
    with Node(options=options) as node:
        network = node.network()
        body = call("eth_chainId")

        def ask(client, body=body):
            return post(node, body, {"X-Forwarded-For": client})

        codes = [ask("192.0.2.1")[0] for _ in range(400)]
        first = codes.index(429)
        assert 300 <= first and set(codes[:first]) == {200}
        status, headers, answer = ask("192.0.2.1")
        if status == 429:
            assert json.loads(answer)["error"]["code"] == -32005
            assert int(headers["Retry-After"]) >= 1
        # Nobody else feels it, but whoever shares a /64 of IPv6 does.
        assert ask("192.0.2.2")[0] == 200
        for host in range(400):
            ask(f"2001:db8::{host:x}")
        assert ask("2001:db8::ffff")[0] == 429 or ask("2001:db8::fffe")[0] == 429
        assert ask("2001:db8:0:1::1")[0] == 200
        # One batch may cost more than all that is left, and is not run in part.
        chain, unit = int(network["chainId"]), unit_wei(network)
        price = 100_000_000_000
        raws = [
            "0x" + sign_transfer(keys(network)[0], chain, n, address(9), unit, price).hex()
            for n in range(21)
        ]
        batch = [
            {"jsonrpc": "2.0", "id": n, "method": "eth_sendRawTransaction", "params": [raw]}
            for n, raw in enumerate(raws)
        ]
        status, _, answer = ask("192.0.2.3", json.dumps(batch[:15]).encode())
        assert status == 200 and all("result" in each for each in json.loads(answer))
        status, _, answer = ask("192.0.2.3", json.dumps(batch[15:21]).encode())
        assert status == 429
        assert [each["error"]["code"] for each in json.loads(answer)] == [-32005] * 6
        assert [each["id"] for each in json.loads(answer)] == list(range(15, 21))
        # A conversation over a WebSocket is counted message by message.
        socket_client = Raw(node.port)
        answers = []
        for _ in range(400):
            socket_client.send(1, body)
            answers.append(json.loads(socket_client.next()[1]))
        codes = [each.get("error", {}).get("code", 0) for each in answers]
        assert codes[0] == 0 and codes.index(-32005) >= 250
        # It comes back.
        time.sleep(2)
        assert ask("192.0.2.1")[0] == 200
        # The operator may change it without a restart.
        node.admin("limits", "--requests", "0")
        assert {ask("192.0.2.1")[0] for _ in range(400)} == {200}
        assert node.admin("limits")["rateLimited"] > 0


def test_ten_thousand_idle_connections(idle_connections):
    """Whoever holds a connection and says nothing costs a little memory and no time."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    count = min(idle_connections, hard - 600)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with Node(options=["--max-connections", str(count + 50)]) as node:
        before = node.metric("process_resident_memory_bytes")
        idle = []
        try:
            began = time.monotonic()
            hello = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
            for _ in range(count):
                each = socket.create_connection(("127.0.0.1", node.port), timeout=20)
                each.sendall(hello)
                idle.append(each)
                if len(idle) % 100 == 0:
                    for quiet in idle[-100:]:
                        assert quiet.recv(4096).startswith(b"HTTP/1.1 200")
            taken = time.monotonic() - began
            assert taken < 55, "the first have timed out"
            open_now = node.admin("connections")
            assert open_now["open"] >= count, open_now
            slowest = 0
            for _ in range(20):
                began = time.monotonic()
                answers_soon(node)
                slowest = max(slowest, time.monotonic() - began)
            network = node.network()
            connection = node.connect()
            price = int(connection.rpc("eth_gasPrice"), 16)
            raw = sign_transfer(
                keys(network)[0], int(network["chainId"]), 0, address(7), unit_wei(network), price
            )
            sent = connection.rpc("eth_sendRawTransaction", "0x" + raw.hex())
            deadline = time.monotonic() + 5
            while not connection.rpc("eth_getTransactionReceipt", sent):
                assert time.monotonic() < deadline
                time.sleep(0.01)
            grown = node.metric("process_resident_memory_bytes") - before
            # The library keeps 48 KiB of each for its headers.
            assert grown < count * 56_000 + (64 << 20), f"{grown} bytes for {count} connections"
            print(
                f"\n{count} idle connections opened in {taken:.1f} s, {grown / count:.0f} bytes"
                f" each, slowest of 20 reads {slowest * 1000:.0f} ms"
            )
        finally:
            for each in idle:
                each.close()
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_incident_12_ten_thousand_double_spends_of_one_balance(double_spends):
    """One account sends its whole balance again and again, to others each time: one of all
    transactions is committed, and every balance says so."""
    with Node() as node:
        network = node.network()
        chain = int(network["chainId"])
        connection = node.connect()
        price = int(connection.rpc("eth_gasPrice"), 16)
        owner = address_of(network, 3)
        balance = int(connection.rpc("eth_getBalance", owner, "latest"), 16)
        value = balance - 21_000 * price
        secret = bytes.fromhex(network["development"]["accounts"][3]["privateKey"][2:])
        base = 0x1000_0000
        rows = [
            (chain, number % 8, address(base + number), value, price)
            for number in range(double_spends)
        ]
        halves = signed_in_parallel([(secret, rows[0::2]), (secret, rows[1::2])])
        raws = [None] * double_spends
        raws[0::2], raws[1::2] = halves

        def send(part):
            pipeline = Pipeline(node.port)
            answers = []
            requests = [Pipeline.submission(raw) for raw in part]
            for start in range(0, len(requests), 50):
                answers += pipeline.exchange(requests[start : start + 50])
            pipeline.close()
            return [json.loads(body) for _, body in answers]

        threads = 64
        with ThreadPoolExecutor(threads) as pool:
            parts = [raws[place::threads] for place in range(threads)]
            answers = list(pool.map(send, parts))
        accepted = [each["result"] for part in answers for each in part if "result" in each]
        refused = [each["error"] for part in answers for each in part if "error" in each]
        assert len(accepted) + len(refused) == double_spends
        assert accepted, refused[:3]
        deadline = time.monotonic() + 20
        while node.metric("freehold_pool_transactions") > 0 and time.monotonic() < deadline:
            time.sleep(0.05)
        receipts = []
        hashes = list(dict.fromkeys(accepted))
        for start in range(0, len(hashes), 500):
            calls = [("eth_getTransactionReceipt", [h]) for h in hashes[start : start + 500]]
            receipts += [a["result"] for a in connection.batch(calls) if a["result"]]
        assert len(receipts) == 1 and receipts[0]["status"] == "0x1"
        assert int(connection.rpc("eth_getTransactionCount", owner, "latest"), 16) == 1
        assert int(connection.rpc("eth_getBalance", owner, "latest"), 16) == 0
        got = int(connection.rpc("eth_getBalance", receipts[0]["to"], "latest"), 16)
        assert got == value
        calls = [
            ("eth_getBalance", ["0x" + address(base + n).hex(), "latest"])
            for n in range(double_spends)
        ]
        total = 0
        for start in range(0, len(calls), 1000):
            answer = connection.batch(calls[start : start + 1000])
            total += sum(int(each["result"], 16) for each in answer)
        assert total == value
        connection.close()
        assert node.stop() == 0
        node.verify()
        print(
            f"\n{double_spends} double spends over {threads} connections: {len(accepted)}"
            f" accepted, {len(refused)} refused, 1 committed"
        )
