#!/usr/bin/env python3
"""Chooses a target's kept inputs: those that reach the most, few and small.

    python3 script/fuzz_corpus.py CONTROL FOLDER

CONTROL is the file in which libFuzzer's merge notes what each input reaches. Files of FOLDER whose
names begin with `reach-` are replaced. What seeds reach needs no file: they are made each time.
"""

import hashlib
import pathlib
import sys

FILES = 12
BYTES = 8_192
LONGEST = 4_096


def reached(control: pathlib.Path) -> dict[pathlib.Path, set[str]]:
    """What each input reaches, as libFuzzer numbers it."""
    lines = control.read_text().splitlines()
    count = int(lines[0])
    paths = [pathlib.Path(line) for line in lines[2 : 2 + count]]
    found: dict[pathlib.Path, set[str]] = {}
    for line in lines[2 + count :]:
        words = line.split()
        if words and words[0] == "FT":
            found[paths[int(words[1])]] = set(words[2:])
    return found


def choose(found: dict[pathlib.Path, set[str]]) -> list[bytes]:
    """The input that adds the most to the seeds, again and again, within the bounds."""
    inputs = {path: path.read_bytes() for path in sorted(found)}
    seeds = {data for path, data in inputs.items() if path.name.startswith("seed-")}
    inputs = {path: data for path, data in inputs.items() if data not in seeds}
    chosen: list[bytes] = []
    known: set[str] = set()
    for path in found.keys() - inputs.keys():
        known |= found[path]
    while len(chosen) < FILES:
        room = min(LONGEST, BYTES - sum(map(len, chosen)))
        fitting = [path for path, data in inputs.items() if len(data) <= room]
        best = max(
            fitting,
            key=lambda path: (len(found[path] - known), -len(inputs[path])),
            default=None,
        )
        if best is None or not found[best] - known:
            break
        known |= found[best]
        chosen.append(inputs[best])
    return chosen


def main() -> None:
    """Writes what is chosen, named by what it holds."""
    control, folder = map(pathlib.Path, sys.argv[1:])
    chosen = choose(reached(control))
    for old in folder.glob("reach-*"):
        old.unlink()
    for data in chosen:
        name = hashlib.sha256(data).hexdigest()[:16]
        (folder / f"reach-{name}").write_bytes(data)


main()
