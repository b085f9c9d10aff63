"""Performs the main job against a real run and writes what was seen into the README, between
<!-- transcript:main-job --> and <!-- /transcript -->.

With --check the README stays as it is: the steps must work, and the README must show these steps.
What they print differs from run to run (times, and hashes that follow from them).
"""

import contextlib
import difflib
import io
import pathlib
import re
import subprocess
import sys

from harness import ROOT, Node, binary

README = ROOT / "README.md"
BEGIN, END = "<!-- transcript:main-job -->", "<!-- /transcript -->"

# Each step is one statement as a user would type it; `url` is where the node listens.
FIRST = """
import requests
from web3 import Web3
w3 = Web3(Web3.HTTPProvider(url))
network = requests.get(url + "/network").json()
network["chainId"], network["token"]["symbol"], len(network["accounts"])
abi = requests.get(url + "/abi/token.json").json()
token = w3.eth.contract(Web3.to_checksum_address(network["token"]["address"]), abi=abi)
ask = lambda name: token.functions[name]().call()
[ask(name) for name in ("name", "symbol", "decimals", "totalSupply")]
keys = [row["privateKey"] for row in network["development"]["accounts"]]
alice, bob = w3.eth.account.from_key(keys[0]), w3.eth.account.from_key(keys[1])
token.functions.balanceOf(bob.address).call(), w3.eth.get_balance(bob.address)
call = token.functions.transfer(bob.address, 25_0000)
draft = call.build_transaction({"from": alice.address, "nonce": 0})
sent = w3.eth.send_raw_transaction(alice.sign_transaction(draft).raw_transaction)
receipt = w3.eth.wait_for_transaction_receipt(sent)
receipt["status"], receipt["gasUsed"], receipt["effectiveGasPrice"]
logs = token.events.Transfer().process_receipt(receipt)
[(log["args"]["to"], log["args"]["value"]) for log in logs]
token.functions.balanceOf(bob.address).call()
""".strip().splitlines()

SECOND = """
w3.eth.get_transaction_receipt(sent) == receipt
w3.eth.get_block(receipt["blockNumber"])["hash"] == receipt["blockHash"]
token.functions.balanceOf(bob.address).call()
""".strip().splitlines()


class Transcript:
    """Runs statements like the interactive interpreter and keeps what it would show."""

    def __init__(self):
        self.names = {}
        self.lines = []

    def say(self, line):
        self.lines.append(line)

    def run(self, statement):
        self.say(f">>> {statement}")
        shown = io.StringIO()
        with contextlib.redirect_stdout(shown):
            exec(compile(statement, "transcript", "single"), self.names)
        self.lines += shown.getvalue().splitlines()


def perform():
    transcript = Transcript()
    with Node() as node:
        command = "freehold init --economy economies/dta.json --overlay economies/dev.json"
        transcript.say(f"$ {command} --data network")
        transcript.lines += tidy(node, node.init_output).splitlines()
        transcript.say("$ freehold serve --data network &")
        transcript.lines += tidy(node, node.log()).splitlines()
        transcript.say("$ python3")
        transcript.names["url"] = node.url
        transcript.say('>>> url = "http://127.0.0.1:8545"')
        for statement in FIRST:
            transcript.run(statement)
        transcript.say("$ kill -9 %1; freehold serve --data network &")
        node.kill()
        node.start(port=node.port)
        transcript.say(">>> # the same Python, after the restart")
        for statement in SECOND:
            transcript.run(statement)
        assert transcript.names["receipt"]["status"] == 1
        node.kill()
    return transcript.lines


def tidy(node, text):
    """The output as it would be in the reader's own folder and on the usual port."""
    text = text.replace(node.data, "network").replace(str(ROOT) + "/", "")
    return re.sub(r"(127\.0\.0\.1|localhost):\d+", r"\1:8545", text)


def commands(lines):
    return [line for line in lines if line.startswith(("$ ", ">>> "))]


def shown_commands(text):
    """The executable's commands in the README's code blocks, outside of the transcript."""
    outside = re.sub(re.escape(BEGIN) + ".*?" + re.escape(END), "", text, flags=re.S)
    blocks = re.findall(r"```[a-z]*\n(.*?)```", outside, flags=re.S)
    lines = [line.strip().removeprefix("$ ") for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith(("freehold ", "script/"))]


def check(text, lines):
    inside = text.split(BEGIN)[1].split(END)[0].splitlines()
    difference = list(
        difflib.unified_diff(commands(inside), commands(lines), "README", "run", lineterm="")
    )
    if difference:
        sys.exit("\n".join(difference) + "\nRun script/transcript and commit README.md.")
    for line in shown_commands(text):
        words = line.split()
        if words[0] == "freehold":
            help_command = [binary(), *words[1:2], "--help"]
            done = subprocess.run(help_command, capture_output=True, text=True, timeout=60)
            if done.returncode != 0:
                sys.exit(f"README: '{line}': {done.stderr}")
        elif not (ROOT / words[0]).exists():
            sys.exit(f"README: '{words[0]}' does not exist")
    print(f"{len(commands(lines))} steps work and stand in the README")


def main():
    text = README.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text.split(BEGIN)[1]:
        sys.exit(f"README.md lacks {BEGIN} … {END}")
    lines = perform()
    if "--check" in sys.argv[1:]:
        return check(text, lines)
    head, rest = text.split(BEGIN)
    tail = rest.split(END, 1)[1]
    body = "\n".join(["```console", *[line.rstrip() for line in lines], "```"])
    pathlib.Path(README).write_text(f"{head}{BEGIN}\n{body}\n{END}{tail}", encoding="utf-8")
    print(f"README.md: {len(lines)} lines written")


if __name__ == "__main__":
    main()
