"""Scenarios, their conditions, and the table of results."""

import statistics
from collections import Counter
from dataclasses import dataclass, field

#: Name of a scenario → the scenario, in the order in which they were declared.
SCENARIOS = {}


@dataclass(frozen=True)
class Scenario:
    """One thing that breaks. ``play`` takes a stage and an engine."""

    name: str
    title: str
    passes: str
    engines: tuple
    play: object


@dataclass
class Outcome:
    """Description and losses of a run; ``faults`` are the conditions that failed."""

    did: str
    lost: str = "nothing"
    faults: list = field(default_factory=list)

    def must(self, holds, fault):
        """Record a fault unless the condition holds."""
        if not holds:
            self.faults.append(fault)


def scenario(name, title, *, passes, on=("postgresql",)):
    """Declare a scenario; ``on`` are the databases on which it runs."""

    def declare(play):
        SCENARIOS[name] = Scenario(name, title, passes, tuple(on), play)
        return play

    return declare


HEAD = (
    "| # | Scenario | On | What it did | Lost | Took, s | Passes when | Outcome |\n"
    "|---|---|---|---|---|---|---|---|"
)


def line(played, engine, outcome, seconds):
    """One row of the table."""
    verdict = "passed"
    if outcome.faults:
        verdict = f"**not passed**: {'; '.join(outcome.faults)}"
    cells = [
        *(played.name, played.title, engine, outcome.did, outcome.lost),
        *(f"{seconds:.0f}", played.passes, verdict),
    ]
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def counted(answers):
    """Answers counted by status, as text: "120 × 200, 3 × reset"."""
    found = Counter(answer.status for answer in answers)
    told = sorted(found.items(), key=lambda pair: (-pair[1], str(pair[0])))
    return ", ".join(f"{number} × {status}" for status, number in told) or "none"


def percentile(answers, share):
    """The milliseconds within which this share of the answers came."""
    times = sorted(answer.seconds * 1000 for answer in answers)
    return times[min(len(times) - 1, int(len(times) * share))] if times else 0.0


def pace(answers):
    """Median, 95th and 99th percentile and maximum in milliseconds, as text."""
    times = [answer.seconds * 1000 for answer in answers]
    if not times:
        return "no answer"
    return (
        f"p50 {statistics.median(times):.0f}, p95 {percentile(answers, 0.95):.0f}, "
        f"p99 {percentile(answers, 0.99):.0f}, longest {max(times):.0f} ms"
    )
