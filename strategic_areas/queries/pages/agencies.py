"""One agency in a plan: its mandate, what it leads, supports, does and reports."""

from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q

from agencies.models import Agency, AgencyName
from strategic_areas import progress
from strategic_areas.discipline import Discipline, Scorecard
from strategic_areas.models import (
    AgencyComment,
    Commitment,
    Participation,
    Plan,
    ReportingPeriod,
    Status,
)
from strategic_areas.queries import rounds
from strategic_areas.queries.pages.areas import LATEST
from strategic_areas.queries.plan import answering, names, past
from strategic_areas.queries.plan.board import (
    ActivityRow,
    Board,
    CommitmentRow,
    count_rows,
    records_of,
    sentence_of,
)
from strategic_areas.queries.plan.counted import CountedReport
from strategic_areas.queries.updates import record, sources
from strategic_areas.queries.updates.entry import Entry, day


@dataclass(frozen=True)
class AgencyPage:
    agency: Agency
    participation: Participation | None
    counts: progress.Counts
    led: tuple[CommitmentRow, ...]
    supported: tuple[CommitmentRow, ...]
    activities: tuple[tuple[ActivityRow, Commitment], ...]
    #: What it reported itself, of activities that were moved since too.
    reports: tuple[CountedReport, ...]
    entries: tuple[Entry, ...]
    off_plan: tuple[Entry, ...]
    round: ReportingPeriod | None
    owed: int
    reported: int
    discipline: Discipline
    scorecards: tuple["PublicScorecard", ...]
    #: The latest round whose scorecard the agency can read and the public cannot yet.
    to_come: ReportingPeriod | None
    former_names: tuple[AgencyName, ...]
    comments: tuple["Comment", ...]

    @property
    def records(self):
        """What is on record of the reconstructed work that it leads."""
        return records_of(self.led)

    @property
    def sentence(self):
        """What may be said of what it leads, in a sentence for each axis."""
        return sentence_of(self.led)

    @property
    def evidence(self):
        """
        How many of its published reports came with evidence.

        Reports that the law withholds are left out: nobody is told what they rest on.
        """
        told = [report for report in self.reports if not report.is_reserved]
        return Evidenced(
            reports=len(told),
            with_evidence=sum(report.has_evidence for report in told),
            with_open=sum(report.has_open_evidence for report in told),
        )


@dataclass(frozen=True)
class Evidenced:
    """How many reports are published, and how many came with evidence, open or not."""

    reports: int
    with_evidence: int
    with_open: int


@dataclass(frozen=True)
class Comment:
    """What an agency says of itself in one round. A role signs it, not a person."""

    period: ReportingPeriod
    text_es: str
    text_en: str
    role: str
    written_on: date

    @property
    def is_demonstration(self):
        return self.period.is_demonstration


@dataclass(frozen=True)
class PublicScorecard:
    """A public scorecard, and what the agency says of that round, if anything."""

    period: ReportingPeriod
    card: Scorecard
    comment: Comment | None


def by_slug(
    plan_code: str, slug: str, at: str = "", today: date | None = None
) -> tuple[Plan, Agency, Participation | None] | None:
    """
    A public plan, an agency by its address word, and the agency's part in the plan.

    The part is None where the agency has none, and all three are where either is
    unknown. The plan is read as of the period ``at``. The agency has the name that it
    had then, and its earlier names as ``names_before``.
    """
    plan = past.plan_as_of(plan_code, at, today)
    if plan is None:
        return None
    parts = Participation.objects.filter(plan=plan, agency__slug=slug)
    parts = parts.select_related("agency__succeeded_by")
    part = parts.prefetch_related(sources.by_key()).first()
    agency = part.agency if part else _without_part(slug)
    return agency and (plan, _as_called(agency, plan), part)


def _without_part(slug):
    return Agency.objects.filter(slug=slug).select_related("succeeded_by").first()


def _as_called(agency, plan):
    """Give the agency the name it had on the plan's day, and its earlier names."""
    last_first = F("ends_on").desc(nulls_last=True)
    former = list(agency.former_names.order_by(last_first, "pk"))
    if plan.until is None:
        agency.names_before = former
        return agency
    day = plan.until.ends_on
    then = names.under_name(agency, names.name_on(former, day))
    then.names_before = [each for each in former if each.ends_on and each.ends_on < day]
    return then


def renamed(slug: str) -> Agency | None:
    """The agency that once had this address word."""
    former = AgencyName.objects.filter(slug=slug).select_related("agency")
    name = former.order_by("-ends_on", "-pk").first()
    return name.agency if name else None


def page(
    agency: Agency, participation: Participation | None, board: Board, today: date
) -> AgencyPage | None:
    """
    All that an agency's page in one plan shows; None if it has no part in the plan.

    Raises ValueError if ``board`` was not loaded for this agency.
    """
    led = _led(board, agency)
    if board.supporter != agency:
        raise ValueError("the board was not loaded for this agency")
    supported = [row for row in board.rows if row.commitment.is_supported]
    activities = _activities(board, agency)
    if not (participation or led or supported or activities):
        return None
    opened = rounds.opened(board.periods, today)
    asked = next(iter(opened), None)
    owed = [
        row
        for row in board.activities
        if asked and row.answering(asked) == agency and rounds.owes(row, asked)
    ]
    told = record.entries(_updates(agency, board.plan))
    comments = _comments(agency, board.plan)
    cards = rounds.scorecards(board, agency, answering.asked_of(board, opened), today)
    shown, to_come = _scorecards(cards, comments)
    return AgencyPage(
        agency=agency,
        participation=participation,
        counts=count_rows(led),
        led=tuple(led),
        supported=tuple(supported),
        activities=tuple(activities),
        reports=tuple(
            report
            for row in board.activities
            for report in row.reports
            if report.was_entered and report.agency_id == agency.pk
        ),
        entries=tuple(entry for entry in told if not entry.is_off_plan),
        off_plan=record.newest_off_plan(told),
        round=asked,
        owed=len(owed),
        reported=sum(rounds.has_answered(row, asked) for row in owed),
        discipline=rounds.discipline_of(cards),
        scorecards=shown,
        to_come=to_come,
        former_names=tuple(agency.names_before),
        comments=_elsewhere(comments, shown),
    )


def _scorecards(cards, comments):
    """The last public scorecards with their comments, and the next one to come."""
    said = {each.period: each for each in comments}
    shown = [
        PublicScorecard(period, card, said.get(period))
        for period, card in cards.items()
        if period.scorecards_public_at
    ]
    to_come = [each for each in cards if not each.scorecards_public_at]
    return tuple(shown[:LATEST]), next(iter(to_come), None)


def _elsewhere(comments, shown):
    """The comments on rounds of which the page shows no scorecard."""
    told = {each.period for each in shown}
    return tuple(each for each in comments if each.period not in told)


def _led(board, agency):
    return [row for row in board.rows if row.commitment.lead_id == agency.pk]


def _activities(board, agency):
    return [
        (each, row.commitment)
        for row in board.rows
        for each in row.activities
        if each.activity.agency_id == agency.pk
    ]


def _updates(agency, plan):
    """The agency's last accounts of planned work, and all of work outside the plan."""
    own = record.updates().filter(agency=agency, plan=plan)
    own = past.until(own, plan)
    planned = record.standing(own).filter(activity__is_in_plan=True)
    last = record.newest(planned).values("pk")[:LATEST]
    off_plan = Q(activity__is_in_plan=False, status=Status.PUBLISHED)
    return record.newest_of_loaded(own.filter(Q(pk__in=last) | off_plan))


def _comments(agency, plan):
    """The agency's last comments; one on a demonstration round is marked as such."""
    rows = AgencyComment.objects.filter(agency=agency, period__plan=plan)
    rows = past.until(rows, plan)
    latest = rows.select_related("period").order_by("-period__ends_on", "-pk")[:LATEST]
    return tuple(map(comment, latest))


def comment(row: AgencyComment) -> Comment:
    return Comment(
        period=row.period,
        text_es=row.text_es,
        text_en=row.text_en or "",
        role=row.get_signed_as_display(),
        written_on=day(row.written_at),
    )
