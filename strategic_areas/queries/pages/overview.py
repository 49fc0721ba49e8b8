"""A plan as a whole: what the first page tells of it, its own page and time line."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from agencies.folding import fold
from agencies.models import Agency
from strategic_areas.headline import Answers, Headline
from strategic_areas.models import (
    Participation,
    Plan,
    PublicationVersion,
    ReportingPeriod,
)
from strategic_areas.queries import rounds
from strategic_areas.queries.memory import at_version
from strategic_areas.queries.pages import answers, areas, delays
from strategic_areas.queries.plan import answering, board, plans
from strategic_areas.queries.plan.board import Board
from strategic_areas.queries.plan.counted import sources_behind
from strategic_areas.queries.plan.plans import PlanLine, opened
from strategic_areas.queries.plan.rows import Records, count_records
from strategic_areas.spans import days_of, is_of_whole_years
from strategic_areas.states import NOT_TOLD, CommitmentState, Tally, tally

#: The most commitments that the tree of a plan names one by one.
MOST_NAMED = 120
#: A plan of more institutions folds away those with least to tell.
MOST_INSTITUTIONS = 8
#: How many institutions of such a plan stay in sight.
SHOWN_OF_MANY = 5


class Tense(StrEnum):
    PAST = "past"
    NOW = "now"
    TO_COME = "to_come"


@dataclass(frozen=True)
class Span:
    """
    A round of the plan, or a year of one without rounds.

    ``records`` are how many a reconstructed year has; ``answers`` tell who has
    reported, in a round that has opened.
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
        if not is_of_whole_years(self.starts_on, self.ends_on):
            return ""
        years = str(self.starts_on.year), str(self.ends_on.year)
        return "-".join(dict.fromkeys(years))


def spans(board: Board, today: date) -> tuple[Span, ...]:
    """Its years where it has records or no rounds, then its rounds."""
    found = [p for p in board.periods if p.is_round and not p.is_demonstration]
    found.sort(key=lambda each: (each.ends_on, each.opens_on, each.pk))
    records = board.records
    counted = dict(records.years) if records else {}
    years = {*range(board.plan.starts_on.year, board.plan.ends_on.year + 1), *counted}
    told_years = [
        Span(
            *(days := days_of(year)),
            _tense(*days, today),
            records=counted.get(year, 0) if records else None,
        )
        for year in (sorted(years) if records or not found else ())
    ]
    return (*told_years, *(_round(board, each, today) for each in found))


def _round(board, period, today):
    is_open = period in opened([period], today)
    last = max(period.ends_on, period.due_on)
    return Span(
        period.starts_on,
        period.ends_on,
        _tense(min(period.starts_on, period.opens_on), last, today),
        period=period,
        answers=answers.answers(board, period) if is_open else None,
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
    """In which of its years, from 1, the plan is, and how many it has."""
    if not plan.starts_on <= today <= plan.ends_on:
        return None
    return _year(plan, today), _year(plan, plan.ends_on)


def _year(plan, day):
    first = plan.starts_on
    is_before = (day.month, day.day) < (first.month, first.day)
    return day.year - first.year + 1 - is_before


@dataclass(frozen=True)
class Overview:
    """All that the first page tells of the plan that it shows."""

    board: Board
    headline: Headline
    areas: tuple[areas.AreaRow, ...]
    spans: tuple[Span, ...]
    #: All plans and the gaps between them, the oldest first.
    course: tuple[Plan | Gap, ...]
    #: The institutions to show, the chair first, and those with least to tell.
    institutions: list["HomeAgency"]
    folded: list["HomeAgency"]
    #: The round that tells how many institutions have reported, if any has opened.
    round: ReportingPeriod | None
    sources: int
    latest: dict[str, list[areas.UpdateListItem]]
    delays: delays.Delays
    #: The year of the plan that it is in, from 1, and how many it has; None outside.
    year: tuple[int, int] | None

    @property
    def every_institution(self):
        return self.institutions + self.folded


def keep_board(today: date) -> None:
    """Read the board of the plan that the first page shows, if it is not in memory."""
    with at_version(PublicationVersion.current()):
        if plan := plans.choose(today).shown:
            board.load(plan, today)


def load(choice: plans.Choice, today: date) -> Overview:
    """The plan to show of a choice."""
    plan = choice.shown
    found = board.load_with_rounds(plan, today)
    asked = answers.round_that_tells(found.periods, today)
    shown, folded = _institutions(found, asked)
    return Overview(
        board=found,
        headline=answers.headline_of(found, today),
        areas=areas.rows(areas.of_plan(plan), found),
        spans=spans(found, today),
        course=course(plans.lines(today, choice)),
        institutions=shown,
        folded=folded,
        round=asked,
        sources=sources_behind(plan).count(),
        latest=areas.latest(found, found.rows),
        delays=delays.load(found, today),
        year=year_of(plan, today),
    )


@dataclass(frozen=True)
class HomeAgency:
    """
    An institution of the plan in figures.

    ``records`` are those of its reconstructed activities, ``tally`` counts the others.
    ``owed`` and ``given`` count reports and values in the round that tells who has
    reported.
    """

    agency: Agency
    led: int
    fulfilled: int
    #: Whether anything is published of how far any of its commitments has come.
    is_told: bool
    activities: int
    records: Records
    tally: Tally
    owed: int
    given: int

    @property
    def weight(self):
        return self.led + self.activities + self.owed


def _institutions(found, asked):
    """Those with a part in the plan: the ones to show, and the others; one query."""
    led, work = defaultdict(list), defaultdict(list)
    owed, given = defaultdict(int), defaultdict(int)
    for row in found.rows:
        led[row.commitment.lead_id].append(row)
    for row in found.activities:
        if row.is_counted:
            work[row.activity.agency_id].append(row)
    for agency, rows in answering.asked_of(found, asked).items() if asked else ():
        due = [row for row in rows if row.owes(asked)]
        owed[agency.pk] += len(due)
        given[agency.pk] += sum(rounds.was_handed_in(found, row, asked) for row in due)
    for value in found.values.get(asked, ()):
        owed[value.agency.pk] += 1
        given[value.agency.pk] += value.is_handed_in
    parts = Participation.objects.filter(plan=found.plan).select_related("agency")
    every = [
        _institution(
            part.agency,
            found.plan,
            led[part.agency_id],
            work[part.agency_id],
            owed=owed[part.agency_id],
            given=given[part.agency_id],
        )
        for part in sorted(parts, key=_place)
    ]
    number = MOST_INSTITUTIONS if len(every) <= MOST_INSTITUTIONS else SHOWN_OF_MANY
    most = sorted(every, key=lambda each: -each.weight)[:number]
    seen = {each.agency.pk for each in most if each.weight}
    return (
        [each for each in every if each.agency.pk in seen],
        [each for each in every if each.agency.pk not in seen],
    )


def _place(part):
    return part.role != Participation.Role.CHAIR, fold(part.agency.name), part.pk


def _institution(agency, plan, rows, activities, **reports):
    official, found = [], []
    for each in activities:
        (official if each.activity.commitment.is_official else found).append(each)
    years = plan.starts_on.year, plan.ends_on.year
    return HomeAgency(
        agency=agency,
        led=len(rows),
        fulfilled=sum(row.standing.state == CommitmentState.FULFILLED for row in rows),
        is_told=any(row.standing.state not in {None, *NOT_TOLD} for row in rows),
        activities=len(activities),
        records=count_records([each.reports for each in found], *years),
        tally=tally([each.work for each in official]),
        **reports,
    )


def load_structure(plan: Plan, today: date) -> dict:
    """
    What the page of a plan tells: where it stands, and what belongs to it.

    ``behind`` is how many public sources stand behind all that is told, ``sources`` are
    those of the plan itself. Of a plan that ``is_long`` the commitments are not named.
    """
    found = board.load_with_rounds(plan, today)
    rows = areas.rows(areas.of_plan(plan), found)
    return {
        "board": found,
        "headline": answers.headline_of(found, today),
        "areas": rows,
        "programmes": sum(len(row.programmes) for row in rows),
        "spans": spans(found, today),
        "institutions": Participation.objects.filter(plan=plan).count(),
        "behind": sources_behind(plan).count(),
        "sources": plan.sources.order_by("key"),
        "is_long": len(found.rows) > MOST_NAMED,
    }
