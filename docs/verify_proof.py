"""Checks Freehold's proofs and block logs without Freehold; docs/proofs.md says what they mean.

python verify_proof.py proof FILE [VKEY]   a proof of `freehold prove`, signed by VKEY if given
python verify_proof.py log FOLDER VKEY     a tiled block log: checkpoint, entries and hashes

Needs pycryptodome, for Ed25519. A failure is an exception: nothing is proven then.
"""

import base64
import hashlib
import json
import pathlib
import sys
from datetime import datetime, timezone

from Crypto.Signature import eddsa

FORMS = {  # kind: table and its rows' fields, each with its bytes, little-endian
    "balance": (0, "address 20 flags 4 nonce 8 balance 16 frozen 16"),
    "grant": (
        36,
        "total 16 released 16 inWindow 16 windowStart 16 kept 16 window 8 start 8 lock 8 duration 8"
        " revokedAt 8 wallet 4 beneficiary 4 grantor 4 plan 4 flags 4 older 4 newer 4 unused 4",
    ),
    "position": (
        40,
        "number 8 principal 16 rewardWeight 16 rewardIndex 16 rewardFraction 16 rewardPending 16"
        " feeWeight 16 feeIndex 16 feeFraction 16 feePending 16 openedAt 8 lockEnd 8 timer 8"
        " owner 4 beneficiary 4 approved 4 flags 4 next 4 previous 4 tier 4 lock 4",
    ),
}
NAMED = {  # the fields that name an account by its row, and what is added to the row
    "balance": [],
    "grant": [("wallet", 0), ("beneficiary", 1), ("grantor", 1)],
    "position": [("owner", 0), ("beneficiary", 0), ("approved", 1)],
}


def need(condition, text):
    if not condition:
        raise ValueError(text)


def unhex(text):
    need(text == "0x" + bytes.fromhex(text[2:]).hex(), "hexadecimal in another spelling")
    return bytes.fromhex(text[2:])


def unbase64(text):
    data = base64.b64decode(text, validate=True)
    need(base64.b64encode(data).decode() == text, "base 64 in another spelling")
    return data


def leaf(data):
    return hashlib.sha256(b"\0" + data).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def climb(digest, index, count, path):
    """The root that an RFC 6962 path leads to (RFC 9162 section 2.1.3.2)."""
    need(0 <= index < count, "the index is outside the tree")
    last = count - 1
    for sibling in path:
        need(last > 0, "the path is too long")
        if index & 1 or index == last:
            digest = node(sibling, digest)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            digest = node(digest, sibling)
        index, last = index >> 1, last >> 1
    need(last == 0, "the path is too short")
    return digest


def tree(hashes):
    while len(hashes) > 1:
        pairs = [node(*hashes[i : i + 2]) for i in range(0, len(hashes) - 1, 2)]
        hashes = pairs + hashes[len(pairs) * 2 :]
    return hashes[0]


def checkpoint(note, vkey):
    """Origin, size and root of a note with the key's signature alone."""
    name, key_id, key = vkey.split("+", 2)
    key = unbase64(key)
    expected = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    need(key[0] == 1 and len(key) == 33 and expected.hex() == key_id, "this is no key")
    text, _, line = note.rpartition("\n\n")
    dash, signer, signature = line.rstrip("\n").split(" ")
    signature = unbase64(signature)
    need((dash, signer, signature[:4]) == ("\u2014", name, expected), "another key has signed")
    need(note == f"{text}\n\n{dash} {line[2:-1]}\n", "the note is written in another way")
    public = eddsa.import_public_key(key[1:])
    eddsa.new(public, "rfc8032").verify((text + "\n").encode(), signature[4:])
    origin, size, root = text.split("\n")
    need(origin == name and size == str(int(size)), "no checkpoint of the key's log")
    return int(size), unbase64(root)


def items(rlp):
    """The strings of an RLP list of strings, here a block header's fields."""
    need(rlp[0] == 0xF9 and int.from_bytes(rlp[1:3]) == len(rlp) - 3, "no header")
    place, found = 3, []
    while place < len(rlp):
        first, place = rlp[place], place + 1
        if first < 0x80:
            found.append(bytes([first]))
            continue
        wide = max(first - 0xB7, 0)
        count = int.from_bytes(rlp[place : place + wide]) if wide else first - 0x80
        found.append(rlp[place + wide : place + wide + count])
        place += wide + count
    return found


def check_row(row, state_root):
    place, count, tables = row["row"], row["rowCount"], row["tableCount"]
    root = climb(leaf(unhex(row["bytes"])), place, count, [unhex(h) for h in row["path"]])
    top = b"".join(n.to_bytes(8, "little") for n in (row["table"], count, tables)) + root
    path = [unhex(h) for h in row["tablePath"]]
    need(climb(leaf(top), row["tablePlace"], tables, path) == state_root, "not in the state")


def fields(form, data):
    words, values, place = form.split(), {}, 0
    for name, size in zip(words[::2], map(int, words[1::2])):
        part, place = data[place : place + size], place + size
        values[name] = "0x" + part.hex() if name == "address" else int.from_bytes(part, "little")
    need(place == len(data), "the row has another length")
    return values


def clock(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def claim_of_rows(proof, number, time, state_root):
    """Checks the rows and the subject, and says what they say."""
    kind, subject, rows = proof["kind"], proof["subject"], proof["rows"]
    for row in rows:
        check_row(row, state_root)
    table, form = FORMS[kind]
    value = fields(form, unhex(rows[0]["bytes"]))
    wanted = {k: value[k] - less for k, less in NAMED[kind] if value[k] >= less}
    places = list(dict.fromkeys(wanted.values()))
    need([(r["table"], r["row"]) for r in rows[1:]] == [(0, p) for p in places], "other accounts")
    names = [fields(FORMS["balance"][1], unhex(r["bytes"]))["address"] for r in rows[1:]]
    who = {k: names[places.index(p)] for k, p in wanted.items()}
    place = str(rows[0]["row"] + 1)
    own = {"balance": value.get("address"), "grant": place}.get(kind, str(value.get("number")))
    need(rows[0]["table"] == table and own == subject, "another row than the subject's")
    when = f"After block {number} ({clock(time)})"
    if kind == "balance":
        return (
            f"{when} the account {subject} held {value['balance']} base units, {value['frozen']} "
            f"of them frozen, and had sent {value['nonce']} transactions."
        )
    if kind == "grant":
        end = ", and was revoked." if value["flags"] & 2 else "."
        return (
            f"{when} grant {subject} gave {who.get('beneficiary', 'nobody')} {value['total']} "
            f"base units out of {who['wallet']}, {value['released']} of them released{end}"
        )
    return (
        f"{when} staking position {subject} of {who['owner']} held {value['principal']} base "
        f"units of principal, locked until {clock(value['lockEnd'])}."
    )


def claim_of_receipt(proof, number, time, receipts_root):
    data = unhex(proof["receipt"]["bytes"])
    digest = leaf(data)
    for step in proof["receipt"]["path"]:
        sibling = unhex(step["hash"])
        need(step["side"] in ("left", "right"), "no side")
        digest = node(sibling, digest) if step["side"] == "left" else node(digest, sibling)
    need(digest == receipts_root and data[48:80] == unhex(proof["subject"]), "not in the block")
    success, gas = (int.from_bytes(data[i : i + 8], "little") for i in (0, 8))
    why = f"was refused (module {data[41]}, code {data[40]})"
    return (
        f"Block {number} ({clock(time)}) holds the transaction {proof['subject']} from "
        f"0x{data[92:112].hex()}; it {'succeeded' if success else why} and used {gas} gas."
    )


def check_proof(data, vkey=None):
    """What the proof proves, as a sentence."""
    proof = json.loads(data)
    text = json.dumps(proof, separators=(",", ":"), ensure_ascii=False) + "\n"
    need(text.encode() == data, "not in canonical form")
    shown = "receipt" if proof["kind"] == "receipt" else "rows"
    names = ["format", "claim", "kind", "subject", "header", shown, "log"]
    need(list(proof) == names and proof["format"] == "freehold-proof/1", "another format")
    header, log = unhex(proof["header"]), proof["log"]
    field = items(header)
    number, time = int.from_bytes(field[8]), int.from_bytes(field[11])
    claim, root = (claim_of_rows, 3) if shown == "rows" else (claim_of_receipt, 5)
    need(claim(proof, number, time, field[root]) == proof["claim"], "the claim is another one")
    need(vkey in (None, log["key"]), "signed by another key")
    size, signed = checkpoint(log["checkpoint"], log["key"])
    path = [unhex(h) for h in log["path"]]
    need(climb(leaf(header), number, size, path) == signed, "the block is not in the log")
    return proof["claim"]


def tile(folder, kind, index, width):
    """A tile's bytes; a partial one may have become full since."""
    parts = [f"{index % 1000:03}"]
    while index := index // 1000:
        parts.insert(0, f"x{index % 1000:03}")
    full = folder / "tile" / str(kind) / "/".join(parts)
    part = full.with_name(f"{full.name}.p") / str(width)
    return (full if width == 256 or not part.exists() else part).read_bytes()


def check_log(folder, vkey):
    """Rebuilds every hash from the entries; returns how many entries the log has."""
    folder = pathlib.Path(folder)
    size, root = checkpoint((folder / "checkpoint").read_text(), vkey)
    hashes = []
    for index in range((size + 255) // 256):
        width, place = min(256, size - index * 256), 0
        bundle = tile(folder, "entries", index, width)
        for _ in range(width):
            count = int.from_bytes(bundle[place : place + 2])
            hashes.append(leaf(bundle[place + 2 : place + 2 + count]))
            place += 2 + count
        need(place <= len(bundle), "an entry is cut")
    need(tree(hashes) == root, "the entries do not lead to the signed root")
    for level in range(8):
        for start in range(0, len(hashes), 256):
            part = b"".join(hashes[start : start + 256])
            found = tile(folder, level, start // 256, min(256, len(part) // 32))
            need(found[: len(part)] == part, f"a tile of level {level} is wrong")
        whole = len(hashes) // 256 * 256
        hashes = [tree(hashes[start : start + 256]) for start in range(0, whole, 256)]
    return size


if __name__ == "__main__":
    if sys.argv[1:2] == ["proof"] and len(sys.argv) in (3, 4):
        print(check_proof(pathlib.Path(sys.argv[2]).read_bytes(), *sys.argv[3:]))
    elif sys.argv[1:2] == ["log"] and len(sys.argv) == 4:
        print(f"{check_log(*sys.argv[2:])} blocks, every hash and the signature")
    else:
        sys.exit(__doc__)
