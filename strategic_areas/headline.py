"""
The headline of a plan, chosen by one rule and never written by hand.

Pure, like ``progress``: plain values in, plain values out; templates write the text.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from strategic_areas.progress import (
    ENOUGH_REPORTS,
    Counts,
    Punctuality,
    Standing,
    count,
)
from strategic_areas.states import CLOSED, CommitmentState


class Finding(StrEnum):
    """A statement that a headline can make about a plan."""

    OVER = "over"
    NOBODY = "nobody"
    TOO_FEW = "too_few"
    COUNTS = "counts"


#: States of commitments that still have to keep their due date.
UNFINISHED = frozenset(CommitmentState) - CLOSED
#: The kinds of punctuality that unfinished work can have, in order.
OWED = tuple(kept for kept in Punctuality if kept != Punctuality.FINISHED_LATE)


@dataclass(frozen=True)
class Headline:
    """The headline of a plan: its findings in order, and the numbers for them."""

    findings: tuple[Finding, ...]
    counts: Counts
    unfinished: int
    punctuality: Mapping[Punctuality, int]
    ended_on: date | None = None
    asked: int = 0
    reported: int = 0
    missing: tuple[str, ...] = ()


def headline(
    standings: Sequence[Standing],
    *,
    ended_on: date | None,
    anyone_reported: bool,
    asked: Sequence[str] = (),
    reported: Iterable[str] = (),
) -> Headline:
    """
    Choose the headline: the plan is over, nobody reported, too few did, or the counts.

    The first finding that applies is chosen; only "over" and "nobody" appear together.
    ``ended_on`` is the end of a plan that is over, else None. ``asked`` and
    ``reported`` name the agencies of the latest round.
    """
    answered = set(reported)
    missing = tuple(name for name in asked if name not in answered)
    heard = len(asked) - len(missing)
    unfinished = [each for each in standings if each.state in UNFINISHED]
    tally = Counter(each.punctuality for each in unfinished)
    findings = []
    if ended_on is not None:
        findings.append(Finding.OVER)
    if not anyone_reported:
        findings.append(Finding.NOBODY)
    if not findings and heard < len(asked) * ENOUGH_REPORTS:
        findings.append(Finding.TOO_FEW)
    return Headline(
        findings=tuple(findings) or (Finding.COUNTS,),
        counts=count(each.state for each in standings),
        unfinished=len(unfinished),
        punctuality={kept: tally[kept] for kept in OWED},
        ended_on=ended_on,
        asked=len(asked),
        reported=heard,
        missing=missing,
    )
