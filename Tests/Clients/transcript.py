"""Performs the chapters of README.md and docs/tour.md against real runs and writes what was seen
into them, each between its <!-- transcript:name --> and <!-- /transcript -->.

With --check the pages stay as they are: the steps must work, and the pages must show these steps.
What they print differs from run to run (times, and hashes that follow from them).
"""

import contextlib
import difflib
import io
import pathlib
import re
import subprocess
import sys

import tour
from harness import ROOT, Node, binary

END = "<!-- /transcript -->"

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

AFTER_RESTART = """
w3.eth.get_transaction_receipt(sent) == receipt
w3.eth.get_block(receipt["blockNumber"])["hash"] == receipt["blockHash"]
token.functions.balanceOf(bob.address).call()
""".strip().splitlines()

# Economics F4: Bronze's 8% for 30 days, on a principal of 1,000 DTA with four decimals.
MONTH = [
    """
from web3.logs import DISCARD
def module(name):
    abi = requests.get(url + f"/abi/{name}.json").json()
    entry = next(one for one in network["modules"] if one["name"] == name)
    return w3.eth.contract(Web3.to_checksum_address(entry["address"]), abi=abi)

def settle(call):
    nonce = w3.eth.get_transaction_count(alice.address)
    draft = call.build_transaction({"from": alice.address, "nonce": nonce})
    sent = w3.eth.send_raw_transaction(alice.sign_transaction(draft).raw_transaction)
    receipt = w3.eth.wait_for_transaction_receipt(sent)
    return receipt, w3.eth.get_block(receipt["blockNumber"])["timestamp"]

staking = module("staking")
receipt, since = settle(staking.functions.stake(1_000_0000, 30 * 86_400))
minted = staking.events.Transfer().process_receipt(receipt, DISCARD)
position = minted[-1]["args"]["tokenId"]
position, staking.functions.ownerOf(position).call() == alice.address
staking.functions.supportsInterface(bytes.fromhex("80ac58cd")).call()  # ERC-721
""",
    "dev advance 30d",
    """
receipt, until = settle(staking.functions.claim(position))
claimed = staking.events.Claimed().process_receipt(receipt, DISCARD)[0]["args"]
claimed["paid"], 1_000_0000 * 800 * (until - since) // (10_000 * 31_536_000)
staking.functions.coverage().call()  # basis points of the promised rates
""",
]


class Transcript:
    """Runs statements like the interactive interpreter and keeps what it would show."""

    def __init__(self):
        self.names = {}
        self.lines = []

    def say(self, line):
        self.lines.append(line)

    def run(self, statement):
        first, *more = statement.splitlines()
        self.say(f">>> {first}")
        self.lines += [f"... {line}" for line in more]
        if more:
            self.say("...")
        shown = io.StringIO()
        with contextlib.redirect_stdout(shown):
            exec(compile(statement + "\n", "transcript", "single"), self.names)
        self.lines += shown.getvalue().splitlines()


def statements(text):
    """One a line; indented lines and blank ones between them belong to the statement above."""
    parts = re.split(r"\n(?=[^\s])", text.strip())
    return [part.strip() for part in parts]


def perform():
    """The README's chapters by name, each its lines, told by one user on one network."""
    transcript = Transcript()
    chapters = {}
    with Node() as node:
        main_job(node, transcript)
        chapters["main-job"], transcript.lines = transcript.lines, []
        staking_month(node, transcript)
        chapters["staking-month"] = transcript.lines
        node.kill()
    return chapters


def main_job(node, transcript):
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
    transcript.say("$ kill -9 %1; wait; freehold serve --data network &")
    node.kill()
    node.start(port=node.port)
    transcript.say(">>> # the same Python, after the restart")
    for statement in AFTER_RESTART:
        transcript.run(statement)
    assert transcript.names["receipt"]["status"] == 1


def staking_month(node, transcript):
    before, command, after = MONTH
    transcript.say(">>> # the same Python, on the same network")
    for statement in statements(before):
        transcript.run(statement)
    transcript.say(f"$ freehold {command}")
    done = subprocess.run(
        [binary(), *command.split(), "--node", node.url], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    transcript.lines += tidy(node, done.stdout).splitlines()
    for statement in statements(after):
        transcript.run(statement)
    names = transcript.names
    expected = 1_000_0000 * 800 * (names["until"] - names["since"]) // (10_000 * 31_536_000)
    assert names["claimed"]["paid"] == expected >= 65_753


def tidy(node, text):
    """The output as it would be in the reader's own folder and on the usual port."""
    text = text.replace(node.data, "network").replace(str(ROOT) + "/", "")
    return re.sub(r"(127\.0\.0\.1|localhost):\d+", r"\1:8545", text)


def commands(lines):
    return [line for line in lines if line.startswith(("$ ", ">>> ", "... "))]


def begin(name):
    return f"<!-- transcript:{name} -->"


def shown_commands(text):
    """The executable's commands in the README's code blocks, outside of the transcripts."""
    outside = re.sub("<!-- transcript:.*?" + re.escape(END), "", text, flags=re.S)
    blocks = re.findall(r"```[a-z]*\n(.*?)```", outside, flags=re.S)
    lines = [line.strip().removeprefix("$ ") for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith(("freehold ", "script/"))]


def check(page, text, chapters):
    for name, lines in chapters.items():
        inside = text.split(begin(name))[1].split(END)[0].splitlines()
        difference = list(
            difflib.unified_diff(commands(inside), commands(lines), page, "run", lineterm="")
        )
        if difference:
            sys.exit("\n".join(difference) + f"\nRun script/transcript and commit {page}.")
    for line in shown_commands(text):
        words = line.split()
        if words[0] == "freehold":
            help_command = [binary(), *words[1:2], "--help"]
            done = subprocess.run(help_command, capture_output=True, text=True, timeout=60)
            if done.returncode != 0:
                sys.exit(f"{page}: '{line}': {done.stderr}")
        elif not (ROOT / words[0]).exists():
            sys.exit(f"{page}: '{words[0]}' does not exist")
    steps = sum(len(commands(lines)) for lines in chapters.values())
    print(f"{steps} steps of {len(chapters)} chapters work and stand in {page}")


def write(page, text, chapters):
    for name, lines in chapters.items():
        head, rest = text.split(begin(name))
        tail = rest.split(END, 1)[1]
        body = "\n".join(["```console", *[line.rstrip() for line in lines], "```"])
        text = f"{head}{begin(name)}\n{body}\n{END}{tail}"
    pathlib.Path(ROOT / page).write_text(text, encoding="utf-8")
    print(f"{page}: {sum(map(len, chapters.values()))} lines written")


def main():
    pages = {"README.md": perform, "docs/tour.md": tour.perform}
    wanted = [word for word in sys.argv[1:] if word in pages]
    for page in wanted or pages:
        text = (ROOT / page).read_text(encoding="utf-8")
        chapters = pages[page]()
        for name in chapters:
            if begin(name) not in text or END not in text.split(begin(name))[1]:
                sys.exit(f"{page} lacks {begin(name)} … {END}")
        if "--check" in sys.argv[1:]:
            check(page, text, chapters)
        else:
            write(page, text, chapters)


if __name__ == "__main__":
    main()
