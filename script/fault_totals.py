#!/usr/bin/env python3
"""Prints and sums what `freehold simulate` says of faults, a JSON document a line."""
import json
import sys

FIELDS = ["made", "executed", "faults", "recoveries", "operations"]


def totals(documents):
    """The sums of all documents; operations are transactions that were sent."""
    sums = dict.fromkeys(FIELDS, 0)
    for one in documents:
        for field in FIELDS:
            sums[field] += one["transactions" if field == "operations" else field]
    return sums


def text(sums):
    """The sums as a sentence."""
    return (f"{sums['made']:,} blocks made and {sums['executed'] - sums['made']:,} replayed, "
            f"{sums['faults']:,} faults, {sums['recoveries']:,} recoveries, "
            f"{sums['operations']:,} operations")


def main():
    documents = [json.loads(line) for line in sys.stdin if line.strip()]
    failures = [failure for one in documents for failure in one["failures"]]
    sums = totals(documents)
    if sys.argv[1] == "--one":
        print(f"{sys.argv[2]}: {text(sums)}, {sys.argv[3]} s", flush=True)
        for failure in failures:
            print(f"  {failure}", file=sys.stderr)
        return 1 if failures else 0
    blocks, faults = int(sys.argv[2]), int(sys.argv[3])
    print(f"in all: {text(sums)}: {len(failures)} lost, twice or silent")
    if sums["made"] < blocks or sums["faults"] < faults:
        print(f"fewer than {blocks:,} blocks made or {faults:,} faults", file=sys.stderr)
        return 1
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
