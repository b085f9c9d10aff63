"""What no client means to send, over both transports: each thing gets its own answer, in JSON and
with words, and the next request is served as ever.
"""

import http.client
import json
import random
import socket

import pytest
from harness import Node
from test_websocket import Raw

CALL = {"jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber", "params": []}
GOOD = json.dumps(CALL).encode()


@pytest.fixture(scope="module")
def node():
    with Node() as node:
        yield node


def over_http(node, body):
    connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=30)
    connection.request("POST", "/", body=body, headers={"content-type": "application/json"})
    answer = connection.getresponse()
    return answer.status, answer.read()


def code(answer):
    document = json.loads(answer)
    assert document["error"]["message"], document
    return document["error"]["code"]


BODIES = [
    ("nothing", b"", -32700),
    ("cut", GOOD[:-1], -32700),
    ("no JSON", b"hello", -32700),
    ("two documents", GOOD + GOOD, -32700),
    ("65 deep", b"[" * 65 + b"]" * 65, -32700),
    ("half a million deep", b"[" * 500_000, -32700),
    ("a member twice", b'{"id":1,"id":2,"jsonrpc":"2.0","method":"eth_blockNumber"}', -32700),
    ("a number that is none", b'{"jsonrpc":"2.0","id":01,"method":"eth_blockNumber"}', -32700),
    ("unknown method", b'{"jsonrpc":"2.0","id":1,"method":"eth_noSuch"}', -32601),
    ("a method of another case", b'{"jsonrpc":"2.0","id":1,"method":"ETH_blockNumber"}', -32601),
    ("no method", b'{"jsonrpc":"2.0","id":1}', -32600),
    ("an id that is an object", b'{"jsonrpc":"2.0","id":{},"method":"eth_chainId"}', -32600),
    ("an empty batch", b"[]", -32600),
    ("a batch too large", b"[" + b",".join([GOOD] * 1001) + b"]", -32600),
    ("no list of parameters", GOOD.replace(b"[]", b"7"), -32602),
]


@pytest.mark.parametrize("what, body, expected", BODIES, ids=[row[0] for row in BODIES])
def test_bodies_over_http(node, what, body, expected):
    status, answer = over_http(node, body)
    assert status == 200 and code(answer) == expected
    assert over_http(node, GOOD)[0] == 200


def test_the_same_over_one_websocket(node):
    client = Raw(node.port)
    for what, body, expected in BODIES:
        if len(body) < 65_536:
            client.send(1, body)
            assert code(client.next()[1]) == expected, what
    client.send(1, GOOD)
    assert "result" in json.loads(client.next()[1])


def test_bytes_that_are_no_text(node):
    for bad in (b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x00"):
        body = b'{"jsonrpc":"2.0","id":"' + bad + b'","method":"eth_chainId"}'
        status, answer = over_http(node, body)
        assert status == 200 and code(answer) == -32700, bad


def test_an_id_used_twice_is_answered_twice(node):
    status, answer = over_http(node, b"[" + GOOD + b"," + GOOD + b"]")
    first, second = json.loads(answer)
    assert status == 200 and first == second and first["id"] == 1


def test_a_body_over_the_limit(node):
    """Refused as 413, whether its length is told ahead or not."""
    blank = b" " * (1 << 20)
    assert over_http(node, blank[len(GOOD) :] + GOOD)[0] == 200
    status, answer = over_http(node, blank + b" ")
    assert status == 413 and b"1048576" in answer
    with socket.create_connection(("127.0.0.1", node.port), timeout=30) as raw:
        raw.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(17):
            raw.sendall(b"10000\r\n" + bytes(65_536) + b"\r\n")
        raw.sendall(b"0\r\n\r\n")
        assert raw.recv(12) == b"HTTP/1.1 413"
    # A promise alone is enough.
    with socket.create_connection(("127.0.0.1", node.port), timeout=30) as raw:
        raw.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n")
        assert raw.recv(12) == b"HTTP/1.1 413"


def test_requests_cut_and_changed_at_random(node):
    """Whatever comes is answered by one JSON document with either a result or an error."""
    generator = random.Random(7)
    bodies = [
        GOOD,
        b'[{"jsonrpc":"2.0","id":"\xc3\xa9","method":"eth_getLogs","params":[{}]},1]',
        b'{"jsonrpc":"2.0","id":1,"method":"eth_newFilter","params":[{"topics":[null,[]]}]}',
        b'{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["logs",{}]}',
    ]
    connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=30)
    for _ in range(400):
        body = bytearray(generator.choice(bodies))
        for _ in range(generator.randint(1, 4)):
            place = generator.randrange(len(body))
            choice = generator.randrange(3)
            if choice == 0:
                body[place] = generator.randrange(256)
            elif choice == 1:
                body[place:place] = body[place : place + 9]
            elif len(body) > 1:
                del body[place]
        connection.request("POST", "/", body=bytes(body))
        answer = connection.getresponse()
        text = answer.read()
        assert answer.status in (200, 204), bytes(body)
        if answer.status == 200:
            documents = json.loads(text)
            for each in documents if isinstance(documents, list) else [documents]:
                assert ("result" in each) != ("error" in each), bytes(body)
