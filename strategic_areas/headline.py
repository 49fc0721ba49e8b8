"""
What may be said of a plan first. Chosen by one rule, never written by hand.

Pure, like ``progress``: plain values in, plain values out; templates find the words.
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
    State,
    count,
)


class Finding(StrEnum):
    """What a headline may say."""

    OVER = "over"
    NOBODY = "nobody"
    TOO_FEW = "too_few"
    COUNTS = "counts"


#: What still has to keep its date.
UNFINISHED = frozenset(State) - {State.COMPLETED, State.CANCELLED}
#: What may be said of it, in order.
OWED = tuple(kept for kept in Punctuality if kept != Punctuality.FINISHED_LATE)


@dataclass(frozen=True)
class Headline:
    """What may be said of a plan first: findings in order, with their numbers."""

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
    The first that applies: over, nobody, too few, otherwise the counts.

    ``ended_on`` is the end of a plan that is over, else None. ``asked`` and
    ``reported`` name the agencies of the latest round. "Over" and "nobody" are said
    together.
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
