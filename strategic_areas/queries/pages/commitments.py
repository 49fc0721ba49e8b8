"""The page of one commitment: where it stands, its activities and its time line."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import attrgetter

from django.db.models import (
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    Value,
    prefetch_related_objects,
)

from agencies.models import Agency
from strategic_areas import discipline, progress
from strategic_areas.disclosure import PROTECTED, planned
from strategic_areas.models import (
    PUBLIC_RECORD,
    Activity,
    ActivityUpdate,
    Commitment,
    CommitmentUpdate,
    LaterActivity,
    Plan,
    Provenance,
    ReportingPeriod,
    Source,
    Status,
)
from strategic_areas.queries.pages import delays, timeline
from strategic_areas.queries.pages.timeline import DATES, TimelineStep
from strategic_areas.queries.plan import answering, counted, plans
from strategic_areas.queries.plan.plans import opened, periods_of
from strategic_areas.queries.plan.rows import ActivityRow, CommitmentRow, build
from strategic_areas.queries.updates import record
from strategic_areas.queries.updates.record import Entry


@dataclass(frozen=True)
class ToldActivity:
    """One activity: where it stands, its last account, and its demonstrations."""

    row: ActivityRow
    report: discipline.ReportState
    submitted_on: date | None
    latest: Entry | None
    demonstrations: tuple[Entry, ...]
    sources: tuple[Source, ...]
    dispute: counted.Dispute | None
    #: The period, the quantity and the address of each account that states one.
    quantities: tuple[tuple[ReportingPeriod, Decimal, str], ...]


@dataclass(frozen=True)
class CommitmentPage:
    """A commitment, with some of its activities and of the steps of its time line."""

    row: CommitmentRow
    #: The latest round, and the period for which its present state was first reported.
    round: ReportingPeriod | None
    since: ReportingPeriod | None
    #: The codes of all its activities, and how many these or all steps are.
    codes: tuple[str, ...]
    length: int
    #: Each agency, the counts of all its activities, and those that are told: the
    #: lead's first, then by the names of the agencies.
    parts: tuple[tuple[Agency, progress.Counts, tuple[ToldActivity, ...]], ...]
    steps: tuple[TimelineStep, ...]
    off_plan: tuple[Entry, ...]
    continues: Commitment | None
    dispute: counted.Dispute | None
    #: The work that is late or held back, and why; None where nothing is.
    delay: delays.Delay | None
    #: How many records there are of the reconstruction in whose place it came.
    before_the_matrix: int

    @property
    def activities(self):
        return tuple(each for _agency, _counts, told in self.parts for each in told)

    @property
    def is_reported(self):
        return any(each.reports for each in self.row.activities)

    @property
    def date_changes(self):
        """The approved changes of the commitment's own dates, the latest first."""
        return [a for a in reversed(self.row.commitment.approved) if a.field in DATES]


def by_code(plan_code: str, code: str) -> Commitment | None:
    """
    A commitment of a public plan, superseded or not; None if there is none.

    ``is_disputed`` is True while its lead does not acknowledge it, ``is_declared`` if
    anything was ever declared of its result.
    """
    rows = Commitment.objects.public().select_related(
        *("plan", "lead", "programme__area", "continues__plan", "dispute__agency")
    )
    declared = CommitmentUpdate.objects.filter(status__in=PUBLIC_RECORD)
    rows = rows.annotate(
        is_of_reconstruction=plans.reconstructed("plan"),
        is_declared=Exists(declared.filter(commitment=OuterRef("pk"))),
    )
    commitment = rows.filter(plan__code=plan_code, code=code).first()
    if commitment:
        commitment.plan.is_reconstructed = commitment.is_of_reconstruction
        commitment.programme.area.plan = commitment.plan
        commitment.is_disputed = counted.stands_open(commitment)
    return commitment


class Succession:
    """All pairs of new and old records of a plan, read in one query."""

    def __init__(self, plan: Plan):
        self._old, self._new = defaultdict(list), defaultdict(list)
        self._old_activities, self._renewed = defaultdict(list), defaultdict(set)
        for commitment, new, old in sorted(_pairs(plan)):
            if commitment:
                self._old_activities[new].append(old)
                self._renewed[commitment].add(new)
            else:
                self._old[new].append(old)
                self._new[old].append(new)
        self._superseded = {
            old for found in self._old_activities.values() for old in found
        }

    def is_superseded(self, activity_id: int) -> bool:
        return activity_id in self._superseded

    def heirs(self, commitment_id: int) -> list[int]:
        """The ids of all commitments that came in its place, nearest first."""
        return _walk(commitment_id, self._new)

    def predecessors(self, commitment_id: int) -> list[int]:
        """The ids of all commitments that it came in place of, nearest first."""
        return _walk(commitment_id, self._old)

    def former_activities(self, commitment_id: int) -> set[int]:
        """The ids of the activities that activities of the commitment replaced."""
        own = self._renewed[commitment_id]
        return {old for new in own for old in _walk(new, self._old_activities)}


def _pairs(plan):
    """The new and the old one, of activities behind their commitment, else behind 0."""
    of_commitments = Commitment.supersedes.through.objects.filter(
        from_commitment__plan=plan
    ).values_list(Value(0), "from_commitment", "to_commitment")
    of_activities = Activity.supersedes.through.objects.filter(
        from_activity__plan=plan
    ).values_list("from_activity__commitment", "from_activity", "to_activity")
    return of_commitments.union(of_activities)


def _walk(start, links):
    """Everything reachable from ``start``, nearest first, each once."""
    found, queue = [], [start]
    while queue:
        for each in links.get(queue.pop(0), ()):
            if each != start and each not in found:
                found.append(each)
                queue.append(each)
    return found


def successor(commitment: Commitment, succession: Succession) -> Commitment | None:
    """The first standing commitment that came in its place, along the whole chain."""
    heirs = succession.heirs(commitment.pk)
    if not heirs:
        return None
    standing = Commitment.objects.standing().filter(pk__in=heirs)
    by_id = standing.select_related("plan").in_bulk()
    return next((by_id[heir] for heir in heirs if heir in by_id), None)


def read(
    commitment: Commitment,
    succession: Succession,
    today: date,
    first: int = 0,
    most: int | None = None,
) -> CommitmentPage:
    """
    The page of a standing commitment, in a fixed number of reads.

    Of its activities and of its steps it tells at most so many, from the ``first`` on.
    """
    former = succession.predecessors(commitment.pk)
    periods = periods_of(commitment.plan)
    activities = _activities(commitment, former, succession)
    own = [
        each
        for each in activities.values()
        if each.commitment_id == commitment.pk
        and each.is_in_plan
        and not succession.is_superseded(each.pk)
    ]
    for each in own:
        each.commitment, each.plan = commitment, commitment.plan
    _tell_amendments(commitment, own)
    updates = _updates(activities)
    declarations = []
    if former or commitment.is_declared:
        rows = record.declarations()
        declarations += rows.filter(commitment__in=[commitment.pk, *former])
    row = _row(commitment, own, updates, declarations, periods, today)
    off_plan = [each for each in activities.values() if not each.is_in_plan]
    standing = {commitment, *own, *off_plan}
    accounts = timeline.accounts(updates, declarations, activities, standing, periods)
    rounds = opened(periods, today)
    steps = timeline.steps(row, accounts, rounds, today)
    work = sorted(row.activities, key=_place)
    part = slice(first, None if most is None else first + most)
    asked = rounds[0] if rounds else None
    delay = delays.of_commitment(row, today)
    told = _needed(accounts, work[part], delay)
    keys = {key for step in steps[part] for key in step.keys}
    keys |= {step.keys[0] for found in told.values() for step in found}
    entries = _entries(keys, declarations)
    _read_related(commitment, work[part])
    shown = {
        each.activity: _activity(each, told[each.activity], entries, asked, today)
        for each in work[part]
    }
    return CommitmentPage(
        row=row,
        round=asked,
        since=row.since and next(p for p in periods if p.pk == row.since.period_id),
        codes=tuple(each.activity.code for each in work),
        length=max(len(work), len(steps)),
        parts=tuple(_parts(work, shown)),
        steps=tuple(each.with_content(entries) for each in steps[part]),
        off_plan=tuple(
            entries[each.keys[0]]
            for each in accounts
            if each.is_told_above and not each.subject.is_in_plan
        ),
        continues=_public_or_none(commitment.continues),
        dispute=counted.dispute_of(commitment),
        delay=delays.with_accounts(delay, _last(told, entries)),
        before_the_matrix=sum(each.is_reconstructed for each in accounts),
    )


def _activities(commitment, former, succession) -> dict[int, Activity]:
    """Its activities, and those of the records it came in place of."""
    found = (
        Activity.objects.select_related("agency", "dispute__agency")
        .filter(
            Q(commitment__in=[commitment.pk, *former])
            | Q(pk__in=succession.former_activities(commitment.pk))
        )
        .annotate(commitment_provenance=F("commitment__provenance"))
        .order_by("sort_code")
    )
    agencies = {}
    for each in found:
        each.is_disputed = counted.stands_open(each)
        each.agency = agencies.setdefault(each.agency_id, each.agency)
    prefetch_related_objects([*agencies.values()], "former_names")
    return {each.pk: each for each in found}


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
    for change in rows:
        if change.activity_id:
            change.activity = known[change.activity_id]
        (change.activity or commitment).approved.append(change)


def _updates(activities):
    """Public updates, and those that wait for review, as rows of few columns."""
    rows = ActivityUpdate.objects.filter(
        activity__in=activities, status__in=[*PUBLIC_RECORD, Status.SUBMITTED]
    )
    rows = rows.exclude(plan__status=Plan.Status.IN_PREPARATION).order_by()
    return list(counted.columns_of(rows))


def _row(commitment, activities, updates, declarations, periods, today):
    """Where the commitment and its activities stand by what counts of these rows."""
    real = {each.pk for each in periods if not each.is_demonstration}
    counts = [
        [
            each
            for each in rows
            if each.status in {Status.PUBLISHED, Status.SUBMITTED}
            and each.period_id in real
            and each.provenance != Provenance.DEMONSTRATION
        ]
        for rows in (updates, declarations)
    ]
    accounts = counted.read_accounts(*counts, periods)
    rows = build([commitment], activities, accounts, periods, today)
    changes = [change for each in activities for change in each.approved]
    moves = [each for each in changes if each.field == answering.MOVED and each.amends]
    asked_then = answering.asked_then(activities, periods, moves)
    (row,) = answering.with_agencies_asked(rows, asked_then)
    return row


def _place(row):
    """What orders activities by agencies: the lead's first, then by their names."""
    agency = row.activity.agency
    return agency.pk != row.activity.commitment.lead_id, agency.name, agency.pk


def _needed(accounts, rows, delay):
    """
    The accounts that are read to tell these activities, by what they are about.

    Also those of work outside the plan, and the reasons for a delay.
    """
    shown = {row.activity for row in rows}
    late = {part.row.activity for part in delay.parts} if delay else set()
    found = defaultdict(list)
    for each in accounts:
        subject = each.subject
        is_shown = subject in shown and (each.is_told_above or has_quantities(subject))
        is_beside = not isinstance(subject, Commitment) and not subject.is_in_plan
        if is_shown or (each.is_told_above and (subject in late or is_beside)):
            found[subject].append(each)
    return found


def _entries(keys, declarations):
    """The content of the rows of these ``keys``, by them."""
    rows = [each for each in declarations if (Commitment, each.pk) in keys]
    updates = [pk for model, pk in keys if model is Activity]
    rows += record.updates().filter(pk__in=updates)
    return {(type(entry.subject), entry.pk): entry for entry in record.entries(rows)}


def _read_related(commitment, rows):
    later = LaterActivity.objects.select_related("agency").order_by("sort_code")
    prefetch_related_objects(
        *([commitment], Source.by_key(), "supporting", "frameworks"),
        Prefetch("later_activities", later.prefetch_related(Source.by_key())),
    )
    prefetch_related_objects([row.activity for row in rows], Source.by_key())


def _activity(row, accounts, entries, asked, today):
    activity = row.activity
    told = [entries[each.keys[0]] for each in accounts if each.is_told_above]
    real = [entry for entry in told if not entry.is_demonstration]
    named = {source for entry in real for source in entry.sources}
    submitted_on = row.handed_in.get(asked.pk) if asked else None
    return ToldActivity(
        row=row,
        report=discipline.report_state(
            owed=row.owes(asked),
            is_due=asked is not None and asked.due_on < today,
            submitted=submitted_on is not None,
            published=row.has_reported(asked),
        ),
        submitted_on=submitted_on,
        latest=real[0] if real else None,
        demonstrations=tuple(entry for entry in told if entry.is_demonstration),
        # Those that the account does not name already.
        sources=tuple(each for each in activity.sources.all() if each not in named),
        dispute=counted.dispute_of(activity),
        quantities=_quantities(activity, [entries[each.keys[0]] for each in accounts]),
    )


def has_quantities(activity: Activity) -> bool:
    """Whether the plan states a quantity to compare with those of its accounts."""
    return activity.is_official and planned(activity) not in {None, PROTECTED}


def _quantities(activity, entries):
    """
    The quantities that the agency reports of an official activity, the latest first.

    Each is that of its own period: nobody says whether they may be added up. Those that
    public sources state were counted by others and are left out.
    """
    if not has_quantities(activity):
        return ()
    return tuple(
        (entry.period, entry.quantity, entry.get_absolute_url())
        for entry in entries
        if entry.quantity not in {None, PROTECTED}
        and not entry.is_demonstration
        and not entry.is_recorded
    )


def _parts(work, shown):
    """The agencies of which activities are shown, with the counts of all of theirs."""
    for agency, rows in groupby(work, attrgetter("activity.agency")):
        rows = list(rows)
        if told := tuple(shown[r.activity] for r in rows if r.activity in shown):
            states = (row.standing.state for row in rows)
            yield agency, progress.count(states, progress.State), told


def _last(told, entries):
    """The last real account of each activity, by its id."""
    return {
        subject.pk: entries[each.keys[0]]
        for subject, accounts in told.items()
        for each in accounts
        if each.is_told_above and not each.is_demonstration
    }


def _public_or_none(commitment):
    if commitment is None or commitment.plan.status == Plan.Status.IN_PREPARATION:
        return None
    return commitment
