"""
Speed relative to a yardstick in the same run: make bench

Ratios can be compared between machines; absolute figures cannot. Arguments: names of
benchmarks; without any, all of them.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools.benchmarks import (
    audit_record,
    call_stack,
    datasets,
    desk,
    freshness,
    growth,
    hot,
    outage,
    peers,
    searching,
    sign_in_attack,
    sizes,
    weights,
)

BENCHMARKS = {
    "hot": hot.main,
    "freshness": freshness.main,
    "outage": outage.main,
    "growth": growth.main,
    "searching": searching.main,
    "weights": weights.main,
    "peers": peers.main,
    "desk": desk.main,
    "sizes": sizes.main,
    "datasets": datasets.main,
    "audit": audit_record.main,
    "call_stack": call_stack.main,
    "sign_in_attack": sign_in_attack.main,
}


def main(names):
    unknown = sorted(set(names) - set(BENCHMARKS))
    if unknown:
        sys.exit(f"There is no benchmark {unknown[0]}; there are {[*BENCHMARKS]}")
    for name in names or BENCHMARKS:
        BENCHMARKS[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
