"""The time line of a plan: launch, rounds or years, end; and the other plans."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from strategic_areas.headline import Answers
from strategic_areas.models import Plan, ReportingPeriod
from strategic_areas.queries import heard
from strategic_areas.queries.plan.board import Board
from strategic_areas.queries.plan.plans import PlanLine, opened


class Tense(StrEnum):
    PAST = "past"
    NOW = "now"
    TO_COME = "to_come"


@dataclass(frozen=True)
class Span:
    """
    A round of the plan, or a year of one without rounds.

    ``records`` are how many the year has, in a plan that is reconstructed. ``answers``
    tell who has reported, in a round that has opened.
    """

    starts_on: date
    ends_on: date
    tense: Tense
    period: ReportingPeriod | None = None
    answers: Answers | None = None
    records: int | None = None


@dataclass(frozen=True)
class Gap:
    """The days between two plans, on which there was none."""

    starts_on: date
    ends_on: date

    @property
    def years(self):
        """The years that it fills, as "2015-2016"; "" if it does not fill them."""
        first, last = self.starts_on, self.ends_on
        if (first.month, first.day, last.month, last.day) != (1, 1, 12, 31):
            return ""
        return "-".join(dict.fromkeys([str(first.year), str(last.year)]))


def spans(board: Board, today: date) -> tuple[Span, ...]:
    """The rounds of a plan, the oldest first; without any, its years."""
    found = [p for p in board.periods if p.is_round and not p.is_demonstration]
    if found:
        found.sort(key=lambda each: (each.ends_on, each.opens_on, each.pk))
        return tuple(_round(board, each, today) for each in found)
    records = board.records
    counted = dict(records.years) if records else {}
    years = {*range(board.plan.starts_on.year, board.plan.ends_on.year + 1), *counted}
    return tuple(
        Span(
            first := date(year, 1, 1),
            last := date(year, 12, 31),
            _tense(first, last, today),
            records=counted.get(year, 0) if records else None,
        )
        for year in sorted(years)
    )


def _round(board, period, today):
    is_open = period in opened([period], today)
    last = max(period.ends_on, period.due_on)
    return Span(
        period.starts_on,
        period.ends_on,
        _tense(min(period.starts_on, period.opens_on), last, today),
        period=period,
        answers=heard.answers(board, period) if is_open else None,
    )


def _tense(first, last, today):
    if today > last:
        return Tense.PAST
    return Tense.NOW if today >= first else Tense.TO_COME


def course(lines: Iterable[PlanLine]) -> tuple[Plan | Gap, ...]:
    """All plans and the gaps between them, the oldest first."""
    found = []
    for line in reversed(list(lines)):
        if line.gap_from:
            found.append(Gap(line.gap_from, line.gap_until))
        found.append(line.plan)
    return tuple(found)


def year_of(plan: Plan, today: date) -> tuple[int, int] | None:
    """In which of its years the plan is, from 1, and how many it has."""
    if not plan.starts_on <= today <= plan.ends_on:
        return None
    return _year(plan, today), _year(plan, plan.ends_on)


def _year(plan, day):
    first = plan.starts_on
    is_before = (day.month, day.day) < (first.month, first.day)
    return day.year - first.year + 1 - is_before
