"""The agencies of a plan as a sortable list, and the page of one agency."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.db.models import (
    F,
    QuerySet,
)

from agencies.folding import fold
from agencies.models import Agency, AgencyName
from strategic_areas import progress
from strategic_areas.commitment_states import (
    CommitmentState,
    count_activities,
    newest_update,
    recency_of,
)
from strategic_areas.compliance import ComplianceCounts, Scorecard, Timeliness
from strategic_areas.models import (
    Activity,
    AgencyComment,
    Commitment,
    Participation,
    Plan,
    ReportingPeriod,
    Source,
)
from strategic_areas.queries import rounds
from strategic_areas.queries.pages import references
from strategic_areas.queries.plan import plans
from strategic_areas.queries.plan.counted_updates import CountedReport
from strategic_areas.queries.plan.plan_progress import (
    PlanProgress,
    add_rounds,
    load_plan_progress,
)
from strategic_areas.queries.plan.plans import latest_round
from strategic_areas.queries.plan.progress_rows import (
    ActivityProgress,
    CommitmentProgress,
    count_reconstructed_work,
    count_states,
    has_public_state,
    headline_of_rows,
)
from strategic_areas.queries.updates import filtered_updates, public_updates
from strategic_areas.queries.updates.public_updates import PublishedUpdate

LATEST = 12


@dataclass(frozen=True)
class AgencyRow:
    """An agency in the list, with counts of what it leads and does."""

    participation: Participation
    counts: progress.StateCounts
    led: int
    late: int
    #: Without those that an amendment cancelled.
    activities: int
    #: How many are reported as done; None without any report.
    done: int | None
    has_public_state: bool
    #: Obligations of the latest round, and how many of them were submitted.
    owed: int
    submitted: int
    #: Over the last rounds with public scorecards.
    compliance: ComplianceCounts

    @property
    def agency(self):
        return self.participation.agency

    @property
    def completed(self):
        """Commitments fulfilled; None while none has a public state."""
        return self.counts[CommitmentState.FULFILLED] if self.has_public_state else None


def load_agency_list_progress(plan: Plan, today: date) -> PlanProgress:
    """The plan's progress with the rounds that the list needs."""
    plan_progress = load_plan_progress(plan, today)
    latest = latest_round(plan_progress.periods, today)
    asked_rounds = dict.fromkeys(
        [*rounds.last_scored_rounds(plan_progress.periods, today), latest]
    )
    asked_rounds = tuple(filter(None, asked_rounds))
    return (
        add_rounds(plan_progress, None, asked_rounds) if asked_rounds else plan_progress
    )


def agency_rows(plan_progress: PlanProgress, today: date) -> tuple[AgencyRow, ...]:
    """
    The plan's agencies in the default order; one query.

    ``plan_progress`` comes from ``load_agency_list_progress``.
    """
    led, activities = defaultdict(list), defaultdict(list)
    for row in plan_progress.rows:
        led[row.commitment.lead_id].append(row)
        for each in row.activities:
            if each.is_counted:
                activities[each.activity.agency_id].append(each)
    latest = latest_round(plan_progress.periods, today)
    obligations = rounds.obligations_in(
        plan_progress, rounds.last_scored_rounds(plan_progress.periods, today)
    )
    latest_obligations = rounds.obligations_in(
        plan_progress, [latest] if latest else ()
    )
    owed = {agency.pk: items for (agency, _round), items in latest_obligations.items()}
    return sort_by_role(
        [
            AgencyRow(
                participation=each,
                counts=count_states(led[each.agency_id]),
                led=len(led[each.agency_id]),
                late=sum(row.is_late for row in led[each.agency_id]),
                activities=len(activities[each.agency_id]),
                done=_done_count(activities[each.agency_id]),
                has_public_state=has_public_state(led[each.agency_id]),
                owed=len(owed.get(each.agency_id, ())),
                submitted=sum(o.was_submitted for o in owed.get(each.agency_id, ())),
                compliance=rounds.compliance_of(
                    rounds.scorecards(each.agency, obligations, today)
                ),
            )
            for each in Participation.objects.filter(plan=plan_progress.plan)
            .select_related("agency")
            .order_by("pk")
        ]
    )


def sort_by_role(rows: Iterable[AgencyRow]) -> tuple[AgencyRow, ...]:
    """The chair first, partners last, each by name."""
    order = list(Participation.Role)
    return tuple(
        sorted(
            rows, key=lambda row: (order.index(row.participation.role), sort_name(row))
        )
    )


def _done_count(activities):
    is_done = [
        newest_update(each.reports).is_done for each in activities if each.reports
    ]
    return sum(is_done) if is_done else None


def sort_name(row: AgencyRow) -> str:
    return fold(row.agency.name)


def _share(number, total):
    return Fraction(number, total) if total else None


#: Sort keys of the list.
RANKS = {
    "led": lambda row: row.led,
    "completed": lambda row: row.completed,
    "late": lambda row: row.late,
    "on_time": lambda row: _share(row.compliance.on_time, row.compliance.round_count),
    "activities": lambda row: row.activities,
    "handed_in": lambda row: _share(row.submitted, row.owed),
}


def sort_by_figure(rows: Iterable[AgencyRow], sort: str) -> tuple[AgencyRow, ...]:
    """
    Rows by one of ``RANKS``, descending with a leading "-"; rows without a value last.
    """
    key, is_descending = RANKS[sort.removeprefix("-")], sort.startswith("-")
    by_name = sorted(rows, key=sort_name)
    known = [row for row in by_name if key(row) is not None]
    unknown = [row for row in by_name if key(row) is None]
    return (*sorted(known, key=key, reverse=is_descending), *unknown)


def participation_counts(plan: Plan) -> dict:
    """The chairs of a plan, and the numbers of members and partners; one query."""
    rows = Participation.objects.filter(plan=plan).select_related("agency")
    rows = list(rows.order_by("agency__name_es"))
    partners = sum(each.role == Participation.Role.PARTNER for each in rows)
    return {
        "plan": plan,
        "chairs": [
            each.agency for each in rows if each.role == Participation.Role.CHAIR
        ],
        "members": len(rows) - partners,
        "partners": partners,
    }


@dataclass(frozen=True)
class AgencyActivity:
    """
    An activity and the last report of the agency whose page it is.

    ``row`` is None for work outside the plan, whose last report is a
    ``PublishedUpdate``. ``moved_to`` is another agency that is responsible now;
    ``reported_by`` is another agency that gave the last report.
    """

    activity: Activity
    commitment: Commitment
    row: ActivityProgress | None
    last: CountedReport | PublishedUpdate | None
    period: ReportingPeriod | None
    moved_to: Agency | None = None
    reported_by: Agency | None = None

    @property
    def state(self):
        if self.moved_to:
            return None
        return self.row.summary.state if self.row else self.last.state

    @property
    def is_disputed(self):
        is_in_plan = self.row is not None and self.activity.is_disputed
        return is_in_plan or bool(self.last and self.last.is_disputed)


@dataclass(frozen=True)
class AgencyPage:
    agency: Agency
    participation: Participation | None
    led: list[CommitmentProgress]
    supported: list[CommitmentProgress]
    #: Its activities, and moved ones on which it reported before.
    work: list[AgencyActivity]
    #: By report id, whether any evidence is public.
    evidenced: Mapping[int, bool]
    #: Its last report on each activity outside the plan.
    off_plan: list[AgencyActivity]
    #: The latest opened round, and its obligations of the agency.
    round: ReportingPeriod | None
    is_past_due: bool
    obligations: list[rounds.ReportingObligation]
    compliance: ComplianceCounts
    #: With the agency's comment on each.
    scorecards: list[tuple[ReportingPeriod, Scorecard, AgencyComment | None]]
    #: The latest round whose scorecard only the agency can read yet.
    unpublished_scorecard: ReportingPeriod | None
    former_names: QuerySet[AgencyName]
    #: Comments on rounds without a shown scorecard.
    comments: list[AgencyComment]
    has_answered: bool
    #: Whether it has public updates.
    has_updates: bool

    @property
    def activities(self):
        return [row for row in self._own if row.is_counted]

    @property
    def tally(self):
        """
        How many of its activities in the plan are done; reconstructed ones do not
        count.
        """
        rows = (
            row for row in self.activities if row.activity.commitment.is_stated_by_plan
        )
        return count_activities([row.work for row in rows])

    @property
    def silent_in(self):
        """Rounds in which nothing was submitted in time, latest first."""
        silent = Timeliness.SILENT
        found = [each for each, card, _ in self.scorecards if card.timeliness == silent]
        is_missing = self.obligations and self.is_past_due and not self.reported
        return [self.round, *found] if is_missing and self.round not in found else found

    @property
    def is_silent(self):
        """Whether it was asked in rounds that are over and never submitted anything."""
        return bool(self.silent_in) and not (self.has_answered or self.has_updates)

    @property
    def cancelled(self):
        return len(self._own) - len(self.activities)

    @property
    def _own(self):
        return [each.row for each in self.work if each.moved_to is None]

    @property
    def counts(self) -> progress.StateCounts:
        return count_states(self.led)

    @property
    def has_public_state(self):
        return has_public_state(self.led)

    @property
    def reconstructed_work(self):
        found = [each for each in self.work if not each.commitment.is_stated_by_plan]
        if not found:
            return None
        plan = found[0].commitment.plan
        return count_reconstructed_work(
            [each.row.reports for each in found], plan.starts_on.year, plan.ends_on.year
        )

    @property
    def sentence(self):
        return headline_of_rows(self.led)

    @property
    def reported(self):
        """
        How many obligations of the latest round it submitted, including returned ones.
        """
        return sum(each.was_submitted for each in self.obligations)

    @property
    def in_review(self):
        return self.reported - sum(each.is_published for each in self.obligations)

    @property
    def evidence(self):
        """
        Counts of its published reports, of those with evidence and with public
        evidence.

        Reserved reports do not count.
        """
        reports = [
            report
            for each in self.work
            for report in each.row.reports
            if report.was_entered
            and report.agency_id == self.agency.pk
            and not report.is_reserved
        ]
        return {
            "reports": len(reports),
            "with_evidence": sum(report.pk in self.evidenced for report in reports),
            "with_open": sum(
                self.evidenced.get(report.pk, False) for report in reports
            ),
        }


def agency_by_slug(
    plan_code: str, slug: str
) -> tuple[Plan, Agency, Participation | None] | None:
    """
    A public plan, the agency and its participation, if any; None if either is unknown.
    """
    plan = plans.plan_by_code(plan_code)
    if plan is None:
        return None
    parts = (
        Participation.objects.filter(plan=plan, agency__slug=slug)
        .select_related("agency__succeeded_by")
        .annotate(recommendation_count=references.recommendation_count("agency"))
    )
    part = parts.prefetch_related(Source.by_key()).first()
    others = Agency.objects.filter(slug=slug).select_related("succeeded_by")
    agency = part.agency if part else others.first()
    return agency and (plan, agency, part)


def agency_by_former_slug(slug: str) -> Agency | None:
    former = AgencyName.objects.filter(slug=slug).select_related("agency")
    name = former.order_by("-ends_on", "-pk").first()
    return name and name.agency


def load_agency_page(
    agency: Agency,
    participation: Participation | None,
    plan_progress: PlanProgress,
    today: date,
) -> AgencyPage | None:
    """
    The page of an agency in a plan; None if it has no part in it.

    Raises ValueError if ``plan_progress`` was not loaded for this agency.
    """
    if plan_progress.for_agency != agency:
        raise ValueError("the progress was not loaded for this agency")
    led = [row for row in plan_progress.rows if row.commitment.lead_id == agency.pk]
    supported = [
        row
        for row in plan_progress.rows
        if row.commitment.pk in plan_progress.supported
    ]
    work = list(_activities_of(plan_progress, agency))
    has_values = any(plan_progress.values_by_round.values())
    if not (participation or led or supported or work or has_values):
        return None
    opened = plans.opened_rounds(plan_progress.periods, today)
    obligations = rounds.obligations_in(plan_progress, opened)
    latest = next(iter(opened), None)
    cards = rounds.scorecards(agency, obligations, today)
    public = [each for each in cards if each.scorecards_public_at][:LATEST]
    comment_of = _comments(agency, plan_progress.plan)
    reporting_ids = (report.agency_id for each in work for report in each.row.reports)
    return AgencyPage(
        agency=agency,
        participation=participation,
        led=led,
        supported=supported,
        work=work,
        evidenced=plan_progress.evidenced,
        off_plan=_off_plan(agency, plan_progress.plan),
        round=latest,
        is_past_due=latest is not None and latest.due_on < today,
        obligations=obligations.get((agency, latest), []),
        compliance=rounds.compliance_of(cards),
        scorecards=[(each, cards[each], comment_of.get(each)) for each in public],
        unpublished_scorecard=next(
            (each for each in cards if not each.scorecards_public_at), None
        ),
        former_names=agency.former_names.order_by(
            F("ends_on").desc(nulls_last=True), "pk"
        ),
        comments=[comment_of[each] for each in comment_of if each not in public],
        has_answered=any(
            o.was_submitted for items in obligations.values() for o in items
        ),
        has_updates=agency.pk in reporting_ids
        or filtered_updates.has_updates_of(plan_progress.plan, agency),
    )


def _activities_of(plan_progress, agency):
    periods = {period.pk: period for period in plan_progress.periods}
    agency_id = agency.pk
    for row in plan_progress.rows:
        for each in row.activities:
            is_own = each.activity.agency_id == agency_id
            reports = [a for a in each.reports if is_own or a.agency_id == agency_id]
            if is_own or reports:
                last = newest_update(reports)
                yield AgencyActivity(
                    activity=each.activity,
                    row=each,
                    commitment=row.commitment,
                    last=last,
                    period=last and periods[last.period_id],
                    moved_to=None if is_own else each.activity.agency,
                    reported_by=each.agency_by_period.get(last.period_id)
                    if is_own and last
                    else None,
                )


def _off_plan(agency, plan):
    rows = public_updates.public_reports().filter(
        agency=agency, plan=plan, activity__is_in_plan=False
    )
    newest_of = {}
    for row in sorted(rows.counted(), key=recency_of, reverse=True):
        newest_of.setdefault(row.activity_id, row)
    return [
        AgencyActivity(each.subject, each.commitment, None, each, each.period)
        for each in public_updates.build_published_updates(newest_of.values())
    ]


def _comments(agency, plan):
    rows = AgencyComment.objects.filter(agency=agency, period__plan=plan)
    latest = rows.select_related("period").order_by("-period__ends_on", "-pk")[:LATEST]
    return {each.period: each for each in latest}
