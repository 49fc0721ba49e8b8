"""The page of one commitment, with everything that is publicly known of it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q, prefetch_related_objects

from agencies.models import Agency
from strategic_areas import discipline, progress
from strategic_areas.models import (
    Activity,
    Commitment,
    LaterActivity,
    Provenance,
    ReportingPeriod,
    Source,
    Status,
)
from strategic_areas.queries import rounds
from strategic_areas.queries.pages import delays
from strategic_areas.queries.plan import answering, counted, disputes, past, plans
from strategic_areas.queries.plan.board import build
from strategic_areas.queries.plan.plans import periods_of
from strategic_areas.queries.plan.rows import ActivityRow, CommitmentRow
from strategic_areas.queries.plan.succession import Succession
from strategic_areas.queries.prepared import prepared
from strategic_areas.queries.updates import record, sources
from strategic_areas.queries.updates.entry import Entry
from strategic_areas.queries.updates.timeline import (
    DATES,
    Moment,
    Quantity,
    Step,
    moments,
    quantities,
    steps,
)


@dataclass(frozen=True)
class ActivityAccount:
    """One activity: where it stands, its last account, and its demonstrations."""

    row: ActivityRow
    report: discipline.ReportState
    submitted_on: date | None
    latest: Entry | None
    demonstrations: tuple[Entry, ...]
    sources: tuple[Source, ...]
    dispute: disputes.Dispute | None
    quantities: tuple[Quantity, ...]


@dataclass(frozen=True)
class AgencyPart:
    """One agency's activities toward the commitment."""

    agency: Agency
    counts: progress.Counts
    accounts: tuple[ActivityAccount, ...]


@dataclass(frozen=True)
class CommitmentPage:
    row: CommitmentRow
    activities: tuple[ActivityAccount, ...]
    round: ReportingPeriod | None
    timeline: tuple[Moment, ...]
    steps: tuple[Step, ...]
    off_plan: tuple[Entry, ...]
    continues: Commitment | None
    dispute: disputes.Dispute | None
    #: The work that is late or held back, and why; None where nothing is.
    delay: delays.Delay | None

    @property
    def commitment(self):
        return self.row.commitment

    @property
    def parts(self):
        """The activities by agency."""
        return _by_agency(self.commitment, self.activities)

    @property
    def before_the_matrix(self):
        """The records of the reconstruction in whose place it came."""
        return [m for m in self.timeline if m.former and m.entry.is_reconstructed]

    @property
    def is_reported(self):
        return any(each.reports for each in self.row.activities)

    @property
    def since(self):
        """The period for which its present state was first reported, if any."""
        begun = self.row.since
        periods = periods_of(self.commitment.plan)
        return begun and next(p for p in periods if p.pk == begun.period_id)

    @property
    def date_changes(self):
        """The approved changes of the commitment's own dates, the latest first."""
        return [a for a in reversed(self.commitment.approved) if a.field in DATES]


def by_code(plan_code: str, code: str) -> Commitment | None:
    """
    A commitment of a public plan, superseded or not; None if there is none.

    ``is_disputed`` is True while its lead does not acknowledge it.
    """
    commitment = _public().filter(plan__code=plan_code, code=code).first()
    if commitment:
        commitment.plan.is_reconstructed = commitment.of_lines
        commitment.programme.area.plan = commitment.plan
        commitment.is_disputed = disputes.stands_open(commitment)
    return commitment


@prepared
def _public():
    found = Commitment.objects.public().annotate(of_lines=plans.reconstructed("plan"))
    return found.order_by().select_related(
        *("plan", "lead", "programme__area", "continues__plan", "dispute__agency")
    )


def successor(commitment: Commitment, succession: Succession) -> Commitment | None:
    """The first standing commitment that came in its place, along the whole chain."""
    heirs = succession.heirs(commitment.pk)
    if not heirs:
        return None
    standing = Commitment.objects.standing().filter(pk__in=heirs)
    by_id = standing.select_related("plan").in_bulk()
    return next((by_id[heir] for heir in heirs if heir in by_id), None)


def page(commitment: Commitment, succession: Succession, today: date):
    """All that the page of a standing commitment shows, in a fixed number of reads."""
    former = succession.predecessors(commitment.pk)
    periods = periods_of(commitment.plan)
    asked = rounds.latest(periods, today)
    activities = _activities(commitment, former, succession)
    own = [
        each
        for each in activities
        if each.commitment_id == commitment.pk
        and each.is_in_plan
        and not succession.is_superseded(each.pk)
    ]
    for each in own:
        each.commitment, each.plan = commitment, commitment.plan
    off_plan = {each.pk for each in activities if not each.is_in_plan}
    updates = record.updates().filter(activity__in=activities)
    declarations = record.declarations().filter(commitment__in=[commitment.pk, *former])
    later = LaterActivity.objects.select_related("agency").order_by("sort_code")
    prefetch_related_objects(
        *([commitment], sources.by_key(), "supporting", "frameworks"),
        Prefetch("later_activities", later.prefetch_related(sources.by_key())),
    )
    _tell_amendments(commitment, own)
    reports = counted.updates().filter(activity__in=own)
    declared = _that_count(declarations)
    asked_then = answering.asked_then(own, periods, _moves(own))
    told = counted.read_accounts(reports, declared, periods)
    rows = build([commitment], own, told, periods, today)
    (row,) = answering.with_agencies_asked(rows, asked_then)
    entries = record.entries([*updates, *declarations])
    said = moments(entries, commitment, {each.pk for each in own} | off_plan)
    told = defaultdict(list)
    for moment in said:
        told[moment.entry.subject].append(moment)
    accounts = [
        _account(each, asked, told[each.activity], today) for each in row.activities
    ]
    last = {each.row.activity.pk: each.latest for each in accounts}
    return CommitmentPage(
        row=row,
        activities=tuple(accounts),
        round=asked,
        timeline=said,
        steps=steps(row, said, periods, today),
        off_plan=tuple(
            moment.entry
            for moment in said
            if moment.is_told_above and moment.entry.subject.pk in off_plan
        ),
        continues=_public_or_none(commitment.continues),
        dispute=disputes.dispute_of(commitment),
        delay=delays.of_commitment(row, today, last),
    )


def _activities(commitment, former, succession):
    """The commitment's activities, and those of the records it came in place of."""
    found = (
        Activity.objects.select_related("agency", "dispute__agency")
        .filter(
            Q(commitment__in=[commitment.pk, *former])
            | Q(pk__in=succession.former_activities(commitment.pk))
        )
        .order_by("sort_code")
        .prefetch_related(sources.by_key(), "agency__former_names")
    )
    for each in found:
        each.is_disputed = disputes.stands_open(each)
    return list(found)


def _tell_amendments(commitment, activities):
    """Set each record's ``approved`` to its approved changes, the oldest first."""
    about = Q(commitment=commitment) | Q(activity__in=activities)
    rows = (
        plans.approved_changes()
        .filter(about)
        .order_by("decided_on", "amendment_id", "change_id", "pk")
    )
    known = {each.pk: each for each in activities}
    for each in (commitment, *activities):
        each.approved = []
    for amendment in rows:
        if amendment.commitment_id:
            amendment.commitment = commitment
            commitment.approved.append(amendment)
        else:
            amendment.activity = known[amendment.activity_id]
            amendment.activity.approved.append(amendment)


def _moves(activities):
    """The changes by which amendments moved these activities to other agencies."""
    changes = [change for each in activities for change in each.approved]
    return [each for each in changes if each.field == past.MOVED and each.amends]


def _that_count(declarations):
    return [
        row
        for row in declarations
        if row.status == Status.PUBLISHED
        and not row.is_demonstration
        and row.provenance != Provenance.DEMONSTRATION
    ]


def _account(row, asked, moments, today):
    """The account of an activity; ``moments`` are those that tell of it."""
    told = [moment.entry for moment in moments if moment.is_told_above]
    real = [entry for entry in told if not entry.is_demonstration]
    submitted_on = row.handed_in.get(asked.pk) if asked else None
    return ActivityAccount(
        row=row,
        report=discipline.report_state(
            owed=rounds.owes(row, asked),
            is_due=asked is not None and asked.due_on < today,
            submitted=submitted_on is not None,
            published=rounds.has_reported(row, asked),
        ),
        submitted_on=submitted_on,
        latest=real[0] if real else None,
        demonstrations=tuple(entry for entry in told if entry.is_demonstration),
        sources=_not_named(row.activity.sources.all(), real),
        dispute=disputes.dispute_of(row.activity),
        quantities=quantities(row.activity, moments),
    )


def _by_agency(commitment: Commitment, accounts: Iterable) -> tuple[AgencyPart, ...]:
    """The activities of each agency: the lead's first, then by the agency's name."""
    groups = defaultdict(list)
    for account in accounts:
        groups[account.row.activity.agency].append(account)
    agencies = sorted(
        groups, key=lambda each: (each.pk != commitment.lead_id, each.name)
    )
    return tuple(
        AgencyPart(
            agency,
            progress.count(
                (each.row.standing.state for each in groups[agency]), progress.State
            ),
            tuple(groups[agency]),
        )
        for agency in agencies
    )


def _not_named(sources, told):
    """The sources of an activity that the accounts shown do not name already."""
    named = {source for entry in told for source in entry.sources}
    return tuple(source for source in sources if source not in named)


def _public_or_none(commitment):
    if commitment is None or commitment.plan.status == "in_preparation":
        return None
    return commitment
