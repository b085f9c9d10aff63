"""A person's hour, as docs/tour.md tells it: every line is typed into a shell in the folder of a
network of its own, and what it printed is kept."""

import os
import re
import subprocess

from harness import ROOT, Node, binary

PASSWORD = "(umask 077; echo 'a sentence that only I know' > password)"

CHAPTERS = {
    "keys": [
        PASSWORD,
        "freehold keys new alice --password-file password",
        "freehold keys name bob 0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
        "freehold keys list",
    ],
    "money": [
        "freehold tx token transfer alice 5000",
        "freehold account alice",
        "freehold tx token transfer bob 12.5 --from alice --dry-run",
        "freehold tx token transfer bob 12.5 --from alice --password-file password",
    ],
    "stake": [
        "freehold tx staking stake 1000 30d --from alice --password-file password",
        "freehold query staking position 1",
    ],
    "reward": [
        "freehold dev advance 30d",
        "freehold query staking pending 1",
        "freehold tx staking claim 1 --from alice --password-file password",
        "freehold block latest",
    ],
    "csv": [
        "freehold export --account alice --kind earnings --format csv > earnings.csv",
        "cat earnings.csv",
        "freehold logs --event staking.Staked -o csv > staked.csv",
    ],
}


def perform():
    """The chapters by name, each the lines of its transcript."""
    chapters = {}
    with Node() as node:
        # The network's own folder takes the place of the reader's.
        folder = node.folder.name
        os.makedirs(os.path.join(folder, "bin"))
        os.symlink(binary(), os.path.join(folder, "bin", "freehold"))
        init = "freehold init --economy economies/dta.json --overlay economies/dev.json"
        lines = [f"$ {init} --data network"] + tidy(node, node.init_output).splitlines()
        # A terminal is told of events in words; what a file gets of them is for machines.
        told = [line for line in node.log().splitlines() if not line.startswith("{")]
        lines += ["$ freehold serve --data network &"] + tidy(node, "\n".join(told)).splitlines()
        chapters["network"] = lines
        for name, steps in CHAPTERS.items():
            chapters[name] = []
            for step in steps:
                chapters[name].append(f"$ {step}")
                chapters[name] += tidy(node, shell(node, folder, step)).splitlines()
    claimed = "\n".join(chapters["csv"])
    assert "Claimed" in claimed and "6.57" in claimed, claimed
    return chapters


def shell(node, folder, step):
    """What a step prints; a step that fails ends the tour."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("FREEHOLD_", "XDG_"))}
    environment |= {"HOME": folder, "FREEHOLD_NODE": node.url}
    environment["PATH"] = os.path.join(folder, "bin") + ":" + environment["PATH"]
    done = subprocess.run(
        ["bash", "-c", step],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, f"{step}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def tidy(node, text):
    """The output as it would be in the reader's own home and on the usual port."""
    text = text.replace(node.data, "network").replace(str(ROOT) + "/", "")
    text = text.replace(node.folder.name, "/home/alice")
    return re.sub(r"(127\.0\.0\.1|localhost):\d+", r"\1:8545", text)
