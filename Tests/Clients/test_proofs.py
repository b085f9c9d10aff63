"""Proofs and the block log of a real node, judged by the independent verifier in docs/."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import time
import urllib.parse

import pytest
from harness import ROOT, Node, binary

sys.path.insert(0, str(ROOT / "docs"))
import verify_proof  # noqa: E402

SENDER = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"


@pytest.fixture(scope="module")
def node():
    with Node() as running:
        for place in range(3):
            freehold(running, "tx", "token", "transfer", f"dev.{place + 1}", "1")
        running.receipt = json.loads(
            freehold(running, "tx", "staking", "stake", "10000", "30d", "--json")
        )["hash"]
        yield running


def freehold(node, *words, code=0):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("FREEHOLD_")}
    if node is not None and node.port:
        environment["FREEHOLD_NODE"] = node.url
    done = subprocess.run(
        [binary(), *words], capture_output=True, text=True, timeout=120, env=environment
    )
    assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout + (done.stderr if code else "")


def subjects(node):
    return [("balance", SENDER), ("receipt", node.receipt), ("grant", "1"), ("position", "1")]


def flips_accepted(proof, bits):
    """How many flips of each byte there were, and those that the verifier took."""
    count, accepted = 0, []
    for place in range(len(proof)):
        for bit in bits:
            changed = bytearray(proof)
            changed[place] ^= 1 << bit
            count += 1
            try:
                verify_proof.check_proof(bytes(changed))
                accepted.append((place, bit))
            except Exception:
                pass
    return count, accepted


def test_proofs_of_a_running_node(node, tmp_path):
    key = node.network()["log"]["key"]
    flips = 0
    for kind, subject in subjects(node):
        file = tmp_path / f"{kind}.json"
        freehold(node, "prove", kind, subject, "--out", str(file))
        proof = file.read_bytes()
        status, body = node.get(f"/proof/{kind}/{subject}")
        assert status == 200 and json.loads(body)["kind"] == kind
        verdict = json.loads(freehold(None, "verify-proof", str(file), "--key", key, "--json"))
        assert verdict["sound"] and verdict["kind"] == kind
        assert verify_proof.check_proof(proof, key) == verdict["claim"]
        count, accepted = flips_accepted(proof, (0, 5))
        assert accepted == [], f"{kind}: {accepted[:5]} of {count}"
        flips += count
        header = verdict["headerHash"]
        assert "header hash" in freehold(None, "verify-proof", str(file), "--header", header)
        wrong = freehold(
            None, "verify-proof", str(file), "--header", "0x" + "00" * 32, code=1
        )
        assert "'anchor'" in wrong
    print(f"{flips} flips in four proofs, all refused by the verifier in Python")


def test_the_command_refuses_changes(node, tmp_path):
    file = tmp_path / "proof.json"
    freehold(node, "prove", "balance", SENDER, "--out", str(file))
    proof = file.read_bytes()
    for place in range(0, len(proof), 97):
        changed = bytearray(proof)
        changed[place] ^= 1
        file.write_bytes(changed)
        assert "not proven" in freehold(None, "verify-proof", str(file), code=1), place
    usage = freehold(node, "prove", "balance", "0x12", code=2)
    assert "names no balance" in usage
    assert "never that something is not" in freehold(node, "prove", "position", "77", code=3)


def test_a_log_fetched_over_http(node, tmp_path):
    """What a monitor does: checkpoint, then the entries and tiles that its size calls for."""
    network = node.network()
    time.sleep(1.5)
    prefix = network["log"]["prefix"]
    status, note = node.get(f"{prefix}/checkpoint")
    assert status == 200
    size, _ = verify_proof.checkpoint(note.decode(), network["log"]["key"])
    height = int(node.connect().rpc("eth_blockNumber"), 16)
    assert size == height + 1 < 256
    for name in (f"tile/entries/000.p/{size}", f"tile/0/000.p/{size}"):
        status, body = node.get(f"{prefix}/{name}")
        assert status == 200, name
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    (tmp_path / "checkpoint").write_bytes(note)
    assert verify_proof.check_log(tmp_path, network["log"]["key"]) == size
    assert node.get(f"{prefix}/tile/0/001")[0] == 404
    secret = urllib.parse.quote("../keys/log.key", safe="")
    for path in (f"{prefix}/../keys/log.key", f"{prefix}/{secret}"):
        assert node.get(path)[0] == 404


def test_a_stopped_folder(tmp_path):
    """Over two full tiles: kept, checked by everybody, damaged, mended, proven offline."""
    with Node() as node:
        key = node.network()["log"]["key"]
        connection = node.connect()
        while int(connection.rpc("eth_blockNumber"), 16) < 520:
            connection.rpc("dev_advance", hex(3_600))
        connection.close()
        assert node.stop() == 0
        height = node.verify()["height"]
        tiles = pathlib.Path(node.data) / "tiles"
        assert verify_proof.check_log(tiles, key) == height + 1 > 512
        assert (tiles / "tile/0/001").stat().st_size == 8_192
        assert not list((tiles / "tile/0/000.p").iterdir()), "partial tiles of a full one are gone"
        log = node.verify()["log"]
        assert log["size"] == height + 1 and log["key"] == key
        file = tmp_path / "offline.json"
        freehold(None, "prove", "balance", SENDER, "--data", node.data, "--out", str(file))
        assert verify_proof.check_proof(file.read_bytes(), key).startswith(f"After block {height}")
        private = pathlib.Path(node.data) / "keys/log.key"
        assert private.stat().st_mode & 0o777 == 0o600
        secret = private.read_text().strip().rsplit("+", 1)[1]
        assert secret not in node.init_output + node.log() + file.read_text()

        bundle = tiles / "tile/entries/001"
        sound = bundle.read_bytes()
        bundle.write_bytes(sound[:5_000] + bytes([sound[5_000] ^ 1]) + sound[5_001:])
        assert "tiles/tile/entries/001" in freehold(
            None, "verify", "--data", node.data, code=1
        )
        with pytest.raises(ValueError):
            verify_proof.check_log(tiles, key)
        bundle.unlink()
        node.start()
        deadline = time.monotonic() + 20
        while not bundle.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert node.stop() == 0
        assert bundle.read_bytes() == sound and "tile/entries/001" in node.log()
        assert verify_proof.check_log(tiles, key) == height + 1

        shutil.rmtree(tiles)
        freehold(None, "prove", "grant", "1", "--data", node.data, "--out", str(file))
        assert verify_proof.check_log(tiles, key) == height + 1
        private.chmod(0o644)
        assert "chmod 600" in freehold(None, "serve", "--data", node.data, code=1)
