"""One agency in a plan: its mandate, what it leads, supports, does and reports."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import F

from agencies.models import Agency, AgencyName
from strategic_areas import progress
from strategic_areas.discipline import Discipline, Scorecard
from strategic_areas.models import (
    AgencyComment,
    Participation,
    Plan,
    ReportingPeriod,
    Status,
)
from strategic_areas.models.review import day_of
from strategic_areas.newest import newness
from strategic_areas.queries import rounds
from strategic_areas.queries.pages.areas import LATEST
from strategic_areas.queries.plan import plans, records
from strategic_areas.queries.plan.board import Board
from strategic_areas.queries.plan.counted import CountedReport
from strategic_areas.queries.plan.members import Answer, Work, answer_of, work_of
from strategic_areas.queries.plan.rows import CommitmentRow, count_rows, sentence_of
from strategic_areas.queries.updates import record, register, sources
from strategic_areas.queries.updates.record import Entry
from strategic_areas.states import DECLARED


@dataclass(frozen=True)
class AgencyPage:
    agency: Agency
    participation: Participation | None
    counts: progress.Counts
    led: tuple[CommitmentRow, ...]
    supported: tuple[CommitmentRow, ...]
    #: Its activities, and those of which it told before they were moved.
    work: tuple[Work, ...]
    #: What it reported itself, of activities that were moved since too.
    reports: tuple[CountedReport, ...]
    #: The ids of reports with evidence: whether any of it is open to all.
    evidenced: Mapping[int, bool]
    off_plan: tuple[Entry, ...]
    answer: Answer
    discipline: Discipline
    scorecards: tuple["PublicScorecard", ...]
    #: The latest round whose scorecard the agency can read and the public cannot yet.
    to_come: ReportingPeriod | None
    former_names: tuple[AgencyName, ...]
    comments: tuple["Comment", ...]
    #: Whether the list of updates holds any of it.
    has_updates: bool

    @property
    def activities(self):
        """The activities for which it answers now, but for those cancelled."""
        return [row for row in self._own if row.is_counted]

    @property
    def cancelled(self):
        """How many of its activities an amendment cancelled."""
        return len(self._own) - len(self.activities)

    @property
    def _own(self):
        return [each.row for each in self.work if each.moved_to is None]

    @property
    def is_told(self):
        """Whether any account tells how far what it leads has come."""
        return any(
            row.standing.tally.told or row.standing.state in DECLARED
            for row in self.led
        )

    @property
    def records(self):
        """What is on record of its reconstructed work; None if none is."""
        found = [each for each in self.work if not each.commitment.is_official]
        if not found:
            return None
        plan = found[0].commitment.plan
        accounts = [each.row.reports for each in found]
        return records.records(accounts, plan.starts_on.year, plan.ends_on.year)

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
            with_evidence=sum(report.pk in self.evidenced for report in told),
            with_open=sum(self.evidenced.get(report.pk, False) for report in told),
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
    plan_code: str, slug: str
) -> tuple[Plan, Agency, Participation | None] | None:
    """
    A public plan, an agency by its address word, and the agency's part in the plan.

    The part is None where the agency has none, and all three are where either is
    unknown. The agency has its earlier names as ``names_before``.
    """
    plan = plans.by_code(plan_code)
    if plan is None:
        return None
    parts = Participation.objects.filter(plan=plan, agency__slug=slug)
    parts = parts.select_related("agency__succeeded_by")
    part = parts.prefetch_related(sources.by_key()).first()
    agency = part.agency if part else _without_part(slug)
    if agency is None:
        return None
    last_first = F("ends_on").desc(nulls_last=True)
    agency.names_before = list(agency.former_names.order_by(last_first, "pk"))
    return plan, agency, part


def _without_part(slug):
    return Agency.objects.filter(slug=slug).select_related("succeeded_by").first()


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
    supported = [row for row in board.rows if row.commitment.pk in board.supported]
    work = tuple(work_of(board, agency))
    counts = any(board.values.values())
    if not (participation or led or supported or work or counts):
        return None
    opened = plans.opened(board.periods, today)
    comments = _comments(agency, board.plan)
    asked, latest = rounds.asked_in(board, opened), next(iter(opened), None)
    cards = rounds.scorecards(agency, asked, today)
    shown, to_come = _scorecards(cards, comments)
    return AgencyPage(
        agency=agency,
        participation=participation,
        counts=count_rows(led),
        led=tuple(led),
        supported=tuple(supported),
        work=work,
        reports=tuple(
            report
            for each in work
            for report in each.row.reports
            if report.was_entered and report.agency_id == agency.pk
        ),
        evidenced=board.evidenced,
        off_plan=_off_plan(agency, board.plan),
        answer=answer_of(asked.get((agency, latest), ()), latest, today),
        discipline=rounds.discipline_of(cards),
        scorecards=shown,
        to_come=to_come,
        former_names=tuple(agency.names_before),
        comments=_elsewhere(comments, shown),
        has_updates=register.holds_updates_of(board.plan, agency),
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


def _off_plan(agency, plan):
    """What the agency last reported of each piece of work outside the plan."""
    rows = record.updates().filter(agency=agency, plan=plan, activity__is_in_plan=False)
    rows = rows.filter(status=Status.PUBLISHED)
    newest_of = {}
    for row in sorted(rows, key=_real_last, reverse=True):
        newest_of.setdefault(row.activity_id, row)
    return tuple(record.entries(newest_of.values()))


def _real_last(row):
    return row.period.is_demonstration, newness(row)


def _comments(agency, plan):
    """The agency's last comments; one on a demonstration round is marked as such."""
    rows = AgencyComment.objects.filter(agency=agency, period__plan=plan)
    latest = rows.select_related("period").order_by("-period__ends_on", "-pk")[:LATEST]
    return tuple(map(comment, latest))


def comment(row: AgencyComment) -> Comment:
    return Comment(
        period=row.period,
        text_es=row.text_es,
        text_en=row.text_en or "",
        role=row.get_signed_as_display(),
        written_on=day_of(row.written_at),
    )
