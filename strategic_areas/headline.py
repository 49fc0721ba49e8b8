"""The headline of a plan, chosen by one rule. Pure; templates write the text."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from strategic_areas.commitment_states import CLOSED, CommitmentState
from strategic_areas.progress import (
    ENOUGH_REPORTS,
    ProgressSummary,
    Punctuality,
    StateCounts,
    count_states,
)


class HeadlineKind(StrEnum):
    OVER = "over"
    FINAL = "final"
    NOBODY = "nobody"
    TOO_FEW = "too_few"
    COUNTS = "counts"


#: States of unfinished commitments.
UNFINISHED = frozenset(CommitmentState) - CLOSED
#: Punctuality of unfinished work, in order.
UNFINISHED_PUNCTUALITY = tuple(
    punctual for punctual in Punctuality if punctual != Punctuality.FINISHED_LATE
)


@dataclass(frozen=True)
class RoundAnswers:
    """
    How the agencies that a round asked have answered.

    ``asked`` and ``reported`` are names; any submission counts as reported. ``due_on``
    is the last day in time; ``name_es`` and ``name_en`` name the round.
    """

    due_on: date
    asked: tuple[str, ...]
    reported: frozenset[str]
    is_final: bool = False
    name_es: str = ""
    name_en: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(name for name in self.asked if name not in self.reported)

    @property
    def reported_count(self) -> int:
        return len(self.asked) - len(self.missing)

    @property
    def has_enough_reports(self) -> bool:
        return self.reported_count >= len(self.asked) * ENOUGH_REPORTS

    def is_past_due(self, today: date) -> bool:
        """Whether the due date has passed; before that no report is missing."""
        return today > self.due_on


@dataclass(frozen=True)
class Headline:
    findings: tuple[HeadlineKind, ...]
    counts: StateCounts
    unfinished: int
    punctuality: Mapping[Punctuality, int]
    ended_on: date | None = None
    answers: RoundAnswers | None = None
    #: Whether the due date of that round has passed.
    is_past_due: bool = False

    @property
    def late(self) -> int:
        return self.punctuality[Punctuality.LATE]


def headline_of(
    summaries: Sequence[ProgressSummary],
    *,
    today: date,
    ended_on: date | None = None,
    anyone_reported: bool = True,
    answers: RoundAnswers | None = None,
) -> Headline:
    """
    Choose the findings of the headline; only "over" and "nobody" appear together.

    ``summaries`` are those of a plan's commitments; ``ended_on`` is the end of a past
    plan, or None. ``answers`` belong to the round whose reports are counted.
    """
    unfinished = [each for each in summaries if each.state in UNFINISHED]
    tally = Counter(each.punctuality for each in unfinished)
    is_past_due = answers is not None and answers.is_past_due(today)
    return Headline(
        findings=_findings(ended_on, anyone_reported, answers, is_past_due),
        counts=count_states(each.state for each in summaries),
        unfinished=len(unfinished),
        punctuality={punctual: tally[punctual] for punctual in UNFINISHED_PUNCTUALITY},
        ended_on=ended_on,
        answers=answers,
        is_past_due=is_past_due,
    )


def _findings(ended_on, anyone_reported, answers, is_past_due):
    found = []
    if ended_on is not None:
        is_asked = answers is not None and answers.is_final and answers.asked
        if is_asked and (answers.reported_count or not is_past_due):
            return (HeadlineKind.FINAL,)
        found.append(HeadlineKind.OVER)
    if not anyone_reported:
        found.append(HeadlineKind.NOBODY)
    if not found and answers is not None and not answers.has_enough_reports:
        found.append(HeadlineKind.TOO_FEW)
    return tuple(found) or (HeadlineKind.COUNTS,)
