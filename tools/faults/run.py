"""
Runs the scenarios of tools/faults: make faults

Arguments: names of scenarios, such as "F2 F10"; without any, all of them. The table is
printed and stored in var/faults.md. MINUTES is the length of the long ones.
"""

import os
import subprocess
import sys
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tools.benchmarks.servers import write  # noqa: E402
from tools.faults import (  # noqa: E402, F401 - each declares its scenarios
    clocks,
    disks,
    load,
    machines,
    mails,
    outages,
    publishing,
    restarts,
    slow,
    suites,
    together,
    upgrade,
    year,
)
from tools.faults.stage import new_stage  # noqa: E402
from tools.faults.telling import HEAD, SCENARIOS, Outcome, line  # noqa: E402


def main(names):
    unknown = [name for name in names if name not in SCENARIOS]
    if unknown:
        sys.exit(f"There is no scenario {unknown[0]}; there are {' '.join(SCENARIOS)}")
    lines, failed = [surroundings(), "", HEAD], []
    write("\n".join(lines))
    with new_stage() as stage:
        for name in names or SCENARIOS:
            for engine in SCENARIOS[name].engines:
                row, passed = play(SCENARIOS[name], stage, engine)
                lines.append(row)
                write(row)
                if not passed:
                    failed.append(f"{name} ({engine})")
    (ROOT / "var").mkdir(exist_ok=True)
    (ROOT / "var" / "faults.md").write_text("\n".join([*lines, ""]))
    write(f"\nNot passed: {', '.join(failed) or 'none'}")
    return 1 if failed else 0


def play(played, stage, engine):
    """Run one scenario on one database; return its row and whether it passed."""
    begun = time.monotonic()
    try:
        outcome = played.play(stage, engine)
    except Exception as error:  # the others are played all the same
        traceback.print_exc()
        if isinstance(error, subprocess.CalledProcessError):
            write(error.stdout or "")  # what the command said before it failed
        fault = f"{type(error).__name__}: {error}".replace("\n", " ")[:300]
        outcome = Outcome("could not be played to its end", "unknown", [fault])
    return line(played, engine, outcome, time.monotonic() - begun), not outcome.faults


def surroundings():
    """Place and time of the run."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    day = datetime.now(UTC).strftime("%d.%m.%Y")
    return (
        f"{day}, commit {commit}, {os.cpu_count()} cores, load "
        f"{os.getloadavg()[0]:.1f} before, MINUTES={os.environ.get('MINUTES', '')}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
