"""The command line's tools: the whole table, settings, reading the chain, coding of calls."""

import contextlib
import csv
import http.server
import io
import json
import os
import shlex
import shutil
import subprocess
import threading

import pytest
from eth_abi import decode, encode
from eth_utils import function_signature_to_4byte_selector, keccak
from harness import ROOT, Node, binary, free_port
from test_cli import RECEIVER, SENDER, ask, run


@pytest.fixture(scope="module")
def node():
    with Node() as running:
        yield running


@pytest.fixture(scope="module")
def table(node):
    return json.loads(offline("man", "--json"))["commands"]


def offline(*words, code=0, environment=(), **more):
    """Runs a command that needs no node; nothing of the surroundings is set."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("FREEHOLD_", "XDG_"))}
    clean.update(environment)
    done = subprocess.run(
        [binary(), *words], capture_output=True, text=True, timeout=60, env=clean, **more
    )
    assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
    assert "\x1b" not in done.stdout + done.stderr, "escape codes, and no terminal is there"
    return done.stdout if code == 0 or "--json" in words else done.stdout + done.stderr


def example_words(command):
    words = shlex.split(command["example"].split(" > ")[0])
    assert words[0] == "freehold", command
    return words[1:]


def test_every_command_has_help_an_example_and_json(table):
    assert len(table) > 100
    for command in table:
        path = command["path"].split()
        text = offline(*path, "--help")
        assert command["summary"].split()[0] in text and "Example:\n  freehold " in text
        names = [option["name"] for option in command["options"]]
        assert "--help" in names, path
        words = example_words(command)
        if command["isGroup"]:
            continue
        assert "--json" in names and all(option["help"] for option in command["options"])
        assert words[: len(path)] == path, f"the example of {path} shows another command"
        # The example is a line that the parser takes.
        offline("config", "show", "--json", "--", *words)


def test_every_query_answers_its_example_as_json(node, table):
    answered = 0
    for command in table:
        if command["path"].startswith("query ") and not command["isGroup"]:
            words = example_words(command)
            done = subprocess.run(
                [binary(), *words, "--json", "--node", node.url], capture_output=True, text=True
            )
            document = json.loads(done.stdout)
            assert done.returncode == (4 if "error" in document else 0), (words, done.stdout)
            answered += "result" in document
    assert answered > 30


def test_shells_and_formatter_take_the_scripts(tmp_path):
    for shell, words in (("bash", ["-n"]), ("zsh", ["-n"]), ("fish", ["--no-execute"])):
        script = tmp_path / shell
        script.write_text(offline("completion", shell))
        if shutil.which(shell):
            done = subprocess.run([shell, *words, script], capture_output=True, text=True)
            assert done.returncode == 0 and not done.stderr, done.stderr
    page = tmp_path / "freehold.1"
    page.write_text(offline("man"))
    if shutil.which("groff"):
        words = ["groff", "-ww", "-z", "-man", "-Tutf8", page]
        done = subprocess.run(words, capture_output=True, text=True)
        assert done.returncode == 0 and not done.stderr, done.stderr[:2000]
    assert "unknown" not in offline("completion", "tcsh", code=2)


def complete(tmp_path, *words):
    script = tmp_path / "completion.bash"
    script.write_text(offline("completion", "bash"))
    quoted = " ".join(shlex.quote(word) for word in ("freehold", *words))
    source = f". {script}\nCOMP_WORDS=({quoted})\nCOMP_CWORD={len(words)}\n_freehold\n"
    source += "printf '%s\\n' \"${COMPREPLY[@]}\"\n"
    done = subprocess.run(["bash", "--norc", "-c", source], capture_output=True, text=True)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return done.stdout.split()


def test_bash_completes(tmp_path):
    assert complete(tmp_path, "ke") == ["keys"]
    assert complete(tmp_path, "keys", "phrase", "n") == ["new"]
    assert "claim" in complete(tmp_path, "tx", "staking", "cl")
    assert complete(tmp_path, "keys", "list", "-o", "c") == ["csv"]
    assert "--dry-run" in complete(tmp_path, "tx", "token", "transfer", "--d")
    assert "token" in complete(tmp_path, "abi", "json", "t")


def settings(*words, **more):
    rows = json.loads(offline("config", "show", "--origin", "--json", *words, **more))["settings"]
    return {row["setting"]: (row["value"], row["origin"].split()[0]) for row in rows}


def test_flag_then_environment_then_file_then_default(tmp_path):
    file = tmp_path / "config.json"
    file.write_text(json.dumps({"node": "http://file:1", "serve": {"drain": 7, "prune": True}}))
    named = {"FREEHOLD_CONFIG": str(file)}
    bare = settings(environment={"XDG_CONFIG_HOME": str(tmp_path)})
    assert bare["node"] == ("http://127.0.0.1:8545", "default")
    assert bare["serve.drain"] == ("10", "default")
    stored = settings(environment=named)
    assert stored["node"] == ("http://file:1", "file")
    assert stored["serve.drain"] == ("7", "file") and stored["serve.prune"] == ("true", "file")
    variable = settings(environment={**named, "FREEHOLD_SERVE_DRAIN": "8"})
    assert variable["serve.drain"] == ("8", "environment")
    line = ("--", "serve", "--data", "d")
    assert settings(*line, environment=named)["serve.drain"] == ("7", "file")
    flagged = settings(
        *line, "--drain", "9", environment={**named, "FREEHOLD_SERVE_DRAIN": "8"}
    )
    assert flagged["serve.drain"] == ("9", "command")
    # The person's own folder, and a command that uses what stands there.
    home = tmp_path / "home" / ".config" / "freehold"
    home.mkdir(parents=True)
    port = free_port()
    (home / "config.json").write_text(json.dumps({"node": f"http://127.0.0.1:{port}"}))
    words = ("query", "token", "name")
    refused = offline(*words, code=5, environment={"HOME": str(tmp_path / "home")})
    assert f"port {port}" in refused
    xdg = {"XDG_CONFIG_HOME": str(tmp_path / "home" / ".config"), "HOME": "/nonexistent"}
    assert f"port {port}" in offline(*words, code=5, environment=xdg)


def test_what_is_wrong_with_settings_is_told(tmp_path):
    file = tmp_path / "config.json"
    cases = {
        '{"serve":{"drian":7}}': "did you mean 'serve.drain'",
        '{"serve":{"drain":"soon"}}': "serve.drain",
        '{"serve":{"prune":"perhaps"}}': "neither true nor false",
        '{"listen":"nowhere"}': "listen",
        '{"node":null}': "null stands there",
        '{"serve":{"tls":{"deep":1}}}': "an object stands there",
        '{"node":["a","b"]}': "it takes one value",
        "[1]": "an array stands there",
        "{": "no JSON",
    }
    for text, reason in cases.items():
        file.write_text(text)
        assert reason in offline("config", "check", str(file), code=2), text
        words = ("query", "token", "name", "--config", str(file))
        assert reason in offline(*words, code=2), text
    problems = json.loads(offline("config", "check", str(file), "--json", code=2))["problems"]
    assert len(problems) == 1
    file.write_text('{"serve":{"drain":7}}')
    assert "1 settings, nothing wrong" in offline("config", "check", str(file))
    assert "No such file" in offline("config", "check", str(tmp_path / "none"), code=2)
    assert "unknown option '--drian'; did you mean '--drain'" in offline(
        "config", "show", "--", "serve", "--drian", "4", code=2
    )


def test_coding_of_calls_agrees_with_eth_abi():
    types = ["address", "uint256[]", "(bool,string)"]
    values = [RECEIVER, [1, 2**256 - 1], (True, "a,b")]
    signature = "f(" + ",".join(types) + ")"
    texts = [RECEIVER, f"[1,{2**256 - 1}]", '(yes,"a,b")']
    data = offline("abi", "encode", signature, *texts).strip()
    assert data == "0x" + (
        function_signature_to_4byte_selector(signature) + encode(types, values)
    ).hex()
    shown = json.loads(offline("abi", "decode", data, "--as", signature, "--json"))
    assert shown["values"]["1"] == RECEIVER and shown["values"]["3"] == {"1": True, "2": "a,b"}
    answer = "0x" + encode(["uint256"], [7]).hex()
    assert offline("abi", "decode", answer, "--as", "f()(uint256)").split()[-1] == "7"
    assert "canonical" in offline("abi", "decode", data[:-2], "--as", signature, code=1)
    transfer = "0xa9059cbb" + encode(["address", "uint256"], [RECEIVER, 5]).hex()
    shown = offline("abi", "decode", transfer)
    assert "token.transfer" in shown and RECEIVER in shown
    assert "no module declares" in offline("abi", "decode", "0x01020304", code=3)
    assert "cannot be read at character" in offline("abi", "encode", "f(money)", code=2)
    text = "Transfer(address,address,uint256)"
    assert offline("abi", "keccak", text).strip() == "0x" + keccak(text=text).hex()
    assert offline("abi", "keccak", "0x00").strip() == "0x" + keccak(b"\0").hex()
    assert "0xa9059cbb" in offline("abi", "selector", "transfer(address to, uint256 units)")


def test_interfaces_are_those_that_the_node_serves(node):
    for module in ("token", "staking"):
        served = node.get(f"/abi/{module}.json")[1]
        assert offline("abi", "json", module).encode().rstrip() == served.rstrip()
        assert offline("abi", "sol", module).encode() == node.get(f"/abi/{module}.sol")[1]
    assert "transfer" in offline("abi", "sol", "token")


def test_raw_and_decoded_calls(node):
    data = offline("abi", "encode", "balanceOf(address)", RECEIVER).strip()
    raw = run(node, "call", "token", data).strip()
    (units,) = decode(["uint256"], bytes.fromhex(raw[2:]))
    signature = "balanceOf(address)(uint256)"
    assert run(node, "call", "token", signature, "dev.1").strip() == str(units)
    shown = ask(node, "call", "token", signature, RECEIVER)
    assert shown == {"result": raw, "values": [str(units)]}
    refused = ask(node, "call", "token", "transfer(address,uint256)", RECEIVER, str(10**30),
                  "--from", "dev.1", code=4)
    assert refused["rejection"]["name"] == "ERC20InsufficientBalance"
    assert "nobody is called" in run(node, "call", "tokken", data, code=2)
    assert "not of the types" in run(
        node, "call", "token", "symbol()(uint256,uint256,uint256,uint256)", code=1)
    assert run(node, "call", "token", "decimals()(uint8)", "--block", "latest").strip() == "4"
    assert "is no block" in run(node, "call", "token", data, "--block", "newest", code=2)


def test_receipts_blocks_and_accounts_in_words(node):
    sent = ask(node, "tx", "token", "transfer", "dev.1", "12.5")
    text = run(node, "receipt", sent["hash"])
    assert "done: " in text and "token.transfer" in text and "12.5 DTA" in text
    shown = ask(node, "receipt", sent["hash"])
    assert shown["status"] == "done" and shown["events"] == sent["events"]
    run(node, "tx", "token", "transfer", "dev.1", "999999999999", "--gas", "100000", code=4)
    unknown = "0x" + "0" * 63 + "1"
    assert "no transaction has this hash" in run(node, "receipt", unknown, code=3)
    assert "64 hex digits" in run(node, "receipt", "0x12", code=2)
    block = ask(node, "block", str(sent["blockNumber"]))
    assert [row["hash"] for row in block["transactions"]] == [sent["hash"]]
    assert "12.5 DTA" in block["transactions"][0]["call"]
    assert block["hash"] in run(node, "block", block["hash"])
    rows = list(csv.DictReader(io.StringIO(run(node, "block", block["hash"], "-o", "csv"))))
    assert rows[0]["hash"] == sent["hash"]
    assert "there is no block" in run(node, "block", "99999999", code=3)
    account = ask(node, "account", "dev.1")
    assert account["address"] == RECEIVER and account["names"] == ["dev.1"]
    balance = ask(node, "query", "token", "balanceOf", RECEIVER)["result"]
    assert account["balance"] == balance and account["nonce"] == 0
    assert ask(node, "account", SENDER)["nonce"] >= 2
    assert "module" in run(node, "account", "staking")


def test_logs_are_decoded_and_wide_ranges_split(node):
    hashes = [ask(node, "tx", "token", "transfer", "dev.2", f"{n}u")["hash"] for n in (1, 2, 3)]
    words = ("logs", "--event", "token.Transfer", "--from-block", "1")
    logs = ask(node, *words)["logs"]
    to_dev = [row for row in logs if row["arguments"]["to"] != RECEIVER]
    assert set(hashes) <= {row["transactionHash"] for row in to_dev}
    assert all(row["event"] == "Transfer" and row["module"] == "token" for row in logs)
    rows = list(csv.DictReader(io.StringIO(run(node, *words, "-o", "csv"))))
    assert [row["transaction"] for row in rows] == [row["transactionHash"] for row in logs]
    assert [int(row["block"]) for row in rows] == sorted(int(row["block"]) for row in rows)
    table = run(node, *words).splitlines()
    assert table[0].split() == ["block", "transaction", "log", "event", "arguments"]
    everything = ask(node, "logs", "--address", "token")["logs"]
    assert len(everything) > len(logs)
    assert "did you mean 'Transfer'" in run(node, "logs", "--event", "Transfr", code=2)


@contextlib.contextmanager
def other_node(answer):
    """A server that is no node of ours: `answer` makes the reply of each JSON-RPC call."""

    class Other(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_GET(self):
            self.reply({"chainId": 1, "token": {"symbol": "T", "decimals": 4}})

        def do_POST(self):
            call = json.loads(self.rfile.read(int(self.headers["content-length"])))
            self.reply({"jsonrpc": "2.0", "id": call["id"], **answer(call)})

        def reply(self, document):
            body = json.dumps(document).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Other) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_range_that_is_too_wide_is_asked_for_in_parts():
    """A server that refuses more than two blocks at once: all logs arrive, in order."""
    asked = []

    def answer(call):
        if call["method"] == "eth_blockNumber":
            return {"result": hex(20)}
        low, high = (int(call["params"][0][name], 16) for name in ("fromBlock", "toBlock"))
        asked.append((low, high))
        if high - low > 1:
            return {"error": {"code": -32005, "message": "query returned more than 2"}}
        empty = {"logIndex": "0x0", "address": SENDER, "topics": [], "data": "0x"}
        rows = [{"blockNumber": hex(n), "transactionHash": "0x"} for n in range(low, high + 1)]
        return {"result": [row | empty for row in rows]}

    with other_node(answer) as url:
        logs = ask(url, "logs", "--from-block", "3", "--to-block", "latest")["logs"]
    assert [row["blockNumber"] for row in logs] == list(range(3, 21))
    assert max(high - low for low, high in asked) == 17 and len(asked) < 40


def test_nonsense_of_a_server_ends_no_command_badly():
    """Whatever comes back, a command ends by itself with one of its exit codes."""
    full = "0x" + "f" * 64
    half = "0x" + "f" * 32
    receipt = {"gasUsed": half, "effectiveGasPrice": half, "blockNumber": half, "logs": [{}]}
    block = {"number": full, "timestamp": half, "transactions": [{}, 1, {"input": "0xa9059cbb"}]}
    log = {"address": SENDER, "topics": [full] * 5, "data": full, "blockNumber": half}
    nonsense = [
        None, 1, -1, True, "", "0x", "zz", full, half, [], {}, [[]], [None, {}, log], receipt,
        block, {"status": "0x1", "logs": [log] * 3}, {"error": {"code": "x"}},
    ]  # fmt: skip
    command_lines = [
        ["account", SENDER],
        ["block", "1"],
        ["receipt", full],
        ["logs"],
        ["call", SENDER, "f()(uint256,string)"],
        ["query", "token", "symbol"],
        ["tx", "token", "transfer", SENDER, "1", "--dry-run"],
    ]
    replies = [{"result": value} for value in nonsense] + [{"error": value} for value in nonsense]
    current = {}
    with other_node(lambda _: current) as url:
        for reply in replies:
            current = reply
            for words in command_lines:
                done = subprocess.run(
                    [binary(), *words, "--json", "--node", url], capture_output=True, text=True
                )
                assert 0 <= done.returncode <= 5, (reply, words, done.stderr)
                assert isinstance(json.loads(done.stdout), dict), (reply, words)


def test_serve_takes_its_settings_from_a_file(tmp_path):
    with Node() as node:
        node.stop()
        port = free_port()
        file = tmp_path / "config.json"
        settings = {"data": node.data, "listen": f"127.0.0.1:{port}", "serve": {"drain": 0}}
        file.write_text(json.dumps(settings))
        process = subprocess.Popen(
            [binary(), "serve", "--config", str(file), "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert json.loads(process.stdout.readline())["url"] == f"http://127.0.0.1:{port}"
        process.terminate()
        process.communicate()
        assert process.wait(30) == 0


def test_lists_as_csv(node):
    for verb in ("tx", "query"):
        rows = list(csv.DictReader(io.StringIO(run(node, verb, "--list", "-o", "csv"))))
        listed = ask(node, verb, "--list")["operations" if verb == "tx" else "queries"]
        assert [row["signature"] for row in rows] == [row["signature"] for row in listed]
    files = [str(ROOT / "economies" / name) for name in ("dta.json", "dev.json")]
    roles = run(node, "power", files[0], "--overlay", files[1], "-o", "csv")
    assert {row["role"] for row in csv.DictReader(io.StringIO(roles))} >= {"pauser"}
    for words in (("parameters", "limits"), ("pools", "pools")):
        rows = list(csv.DictReader(io.StringIO(run(node, "query", *words, "-o", "csv"))))
        listed = ask(node, "query", *words)["result"]
        assert len(rows) == len(listed) > 0
        wanted = list(listed[0]) if isinstance(listed[0], dict) else [words[1]]
        assert list(rows[0]) == wanted
