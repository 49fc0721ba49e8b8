"""The page of one commitment: its state, activities and time line."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain

from django.db.models import (
    Count,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    Value,
    prefetch_related_objects,
)

from strategic_areas.disclosure import (
    PROTECTED,
    disclose_planned_quantity,
    is_of_victims,
)
from strategic_areas.models import (
    PUBLIC_STATUSES,
    Activity,
    ActivityUpdate,
    Commitment,
    CommitmentUpdate,
    LaterActivity,
    Plan,
    PlanChange,
    Provenance,
    ReportingPeriod,
    RevisionStatus,
    Source,
    StrategicArea,
)
from strategic_areas.queries.pages import delays, timeline
from strategic_areas.queries.pages.timeline import TimelineEvent
from strategic_areas.queries.plan import counted_updates, plans, round_assignments
from strategic_areas.queries.plan.plans import opened_rounds, periods_of
from strategic_areas.queries.plan.progress_rows import (
    ActivityProgress,
    CommitmentProgress,
    build_progress,
)
from strategic_areas.queries.updates import public_updates
from strategic_areas.queries.updates.public_updates import PublishedUpdate


@dataclass(frozen=True)
class ActivityDetail:
    row: ActivityProgress
    latest: PublishedUpdate | None
    dispute: counted_updates.Dispute | None

    @property
    def first_due_change(self) -> PlanChange | None:
        """The first change of its due date, which holds the original date."""
        changes = self.row.activity.approved_changes
        return next((each for each in changes if each.field == "due_on"), None)

    @property
    def years(self):
        return sorted({each.period_ends_on.year for each in self.row.reports})

    @property
    def quantity(self) -> Decimal | None:
        """
        The quantity that its agency last reported, for one period.

        None unless the plan publicly states a quantity to compare it with. Periods are
        not added up, as nobody states that they may be. Counts of public sources are
        left out.
        """
        update, planned = self.latest, disclose_planned_quantity(self.row.activity)
        is_reported = (
            update and not update.is_from_sources and update.quantity is not PROTECTED
        )
        is_planned = self.row.activity.is_stated_by_plan and planned not in {
            None,
            PROTECTED,
        }
        return update.quantity if is_reported and is_planned else None


@dataclass(frozen=True)
class CommitmentPage:
    """A commitment with one page of its activities and time line."""

    row: CommitmentProgress
    #: The latest round.
    round: ReportingPeriod | None
    #: Codes of all activities.
    codes: tuple[str, ...]
    #: The number of activities or of events, whichever is larger.
    length: int
    activities: tuple[ActivityDetail, ...]
    events: tuple[TimelineEvent, ...]
    off_plan: tuple[PublishedUpdate, ...]
    #: The lead's last declaration, whichever page is shown.
    declared: PublishedUpdate | None
    #: Every source cited on this page, each with its ``list_number`` in this list.
    sources: tuple[Source, ...]
    continues: Commitment | None
    dispute: counted_updates.Dispute | None
    delay: delays.Delay | None
    #: The number of updates of the reconstruction that it superseded.
    superseded_update_count: int

    @property
    def has_any_report(self):
        """Whether an activity has a report, also one taken from public sources."""
        return any(each.reports for each in self.row.activities)

    @property
    def agency_updates(self):
        """The agencies' own updates in these events, none from public sources."""
        return [
            each.update
            for each in self.events
            if each.kind == "update"
            and not (each.is_withdrawn or each.is_demonstration)
            and not each.update.is_from_sources
        ]

    @property
    def reporting_agencies(self):
        return list(dict.fromkeys(each.agency for each in self.agency_updates))

    @property
    def evidenced_update_count(self):
        """How many of ``agency_updates`` have public evidence."""
        return sum(
            any(item.url or item.token for item in each.evidence)
            for each in self.agency_updates
        )

    @property
    def concerns_victims(self):
        return any(is_of_victims(each.row.activity) for each in self.activities)

    @property
    def has_details(self):
        names = ("expected_product_es", "means_of_verification_es", "note_es")
        activities = [each.row.activity for each in self.activities]
        return any(getattr(each, name) for each in activities for name in names)


#: The position of a commitment's area in its plan: the number of areas up to it.
AREA_POSITION = (
    StrategicArea.objects.filter(
        plan=OuterRef("plan"), sort_code__lte=OuterRef("programme__area__sort_code")
    )
    .order_by()
    .values("plan")
    .annotate(number=Count("pk"))
    .values("number")
)


def commitment_by_code(plan_code: str, code: str) -> Commitment | None:
    """
    A commitment of a public plan, superseded or not, or None.

    It has ``is_disputed`` and ``is_declared``, its plan ``is_reconstructed``, and its
    area ``position``.
    """
    rows = Commitment.objects.public().select_related(
        *("plan", "lead", "programme__area", "continues__plan", "dispute__agency")
    )
    declared = CommitmentUpdate.objects.filter(status__in=PUBLIC_STATUSES)
    rows = rows.annotate(
        is_of_reconstruction=plans.is_reconstructed_column("plan"),
        is_declared=Exists(declared.filter(commitment=OuterRef("pk"))),
        area_position=Subquery(AREA_POSITION),
    )
    commitment = rows.filter(plan__code=plan_code, code=code).first()
    if commitment:
        commitment.plan.is_reconstructed = commitment.is_of_reconstruction
        commitment.programme.area.plan = commitment.plan
        commitment.programme.area.position = commitment.area_position
        commitment.is_disputed = counted_updates.has_unresolved_dispute(commitment)
    return commitment


class Supersessions:
    """Which records of a plan superseded which; one query."""

    def __init__(self, plan: Plan):
        self._predecessors, self._successors = defaultdict(list), defaultdict(list)
        self._superseded_of_activity, self._superseding_activities = (
            defaultdict(list),
            defaultdict(set),
        )
        for commitment, new, old in sorted(_supersessions(plan)):
            if commitment:
                self._superseded_of_activity[new].append(old)
                self._superseding_activities[commitment].add(new)
            else:
                self._predecessors[new].append(old)
                self._successors[old].append(new)
        self.superseded_activities = {
            old for old_ids in self._superseded_of_activity.values() for old in old_ids
        }

    def successors(self, commitment_id: int) -> list[int]:
        return _linked_ids(commitment_id, self._successors)

    def predecessors(self, commitment_id: int) -> list[int]:
        """Ids of the commitments that it superseded, nearest first."""
        return _linked_ids(commitment_id, self._predecessors)

    def former_activities(self, commitment_id: int) -> set[int]:
        superseding = self._superseding_activities[commitment_id]
        return {
            old
            for new in superseding
            for old in _linked_ids(new, self._superseded_of_activity)
        }


def _supersessions(plan):
    # Triples: 0 and two commitments; or a commitment and two activities.
    of_commitments = Commitment.supersedes.through.objects.filter(
        from_commitment__plan=plan
    ).values_list(Value(0), "from_commitment", "to_commitment")
    of_activities = Activity.supersedes.through.objects.filter(
        from_activity__plan=plan
    ).values_list("from_activity__commitment", "from_activity", "to_activity")
    return of_commitments.union(of_activities)


def _linked_ids(start, links):
    found, queue = [], [start]
    while queue:
        for each in links.get(queue.pop(0), ()):
            if each != start and each not in found:
                found.append(each)
                queue.append(each)
    return found


def successor_of(
    commitment: Commitment, supersessions: Supersessions
) -> Commitment | None:
    """The first current commitment in the chain of successors."""
    successors = supersessions.successors(commitment.pk)
    if not successors:
        return None
    current = Commitment.objects.not_superseded().filter(pk__in=successors)
    by_id = current.select_related("plan").in_bulk()
    return next(
        (by_id[successor] for successor in successors if successor in by_id), None
    )


def load_commitment_page(
    commitment: Commitment,
    supersessions: Supersessions,
    today: date,
    first: int = 0,
    most: int | None = None,
) -> CommitmentPage:
    """
    The page of a current commitment, in a fixed number of queries.

    It shows at most ``most`` activities and events, starting at ``first``.
    """
    predecessors = supersessions.predecessors(commitment.pk)
    periods = periods_of(commitment.plan)
    activities = _activities(commitment, predecessors, supersessions)
    current_activities = [
        each
        for each in activities.values()
        if each.commitment_id == commitment.pk
        and each.is_in_plan
        and each.pk not in supersessions.superseded_activities
    ]
    for each in current_activities:
        each.commitment, each.plan = commitment, commitment.plan
    _attach_approved_changes(commitment, current_activities)
    updates, declarations = _updates(activities), []
    if predecessors or commitment.is_declared:
        rows = public_updates.public_declarations()
        declarations += rows.filter(commitment__in=[commitment.pk, *predecessors])
    row = _build_row(
        commitment, current_activities, updates, declarations, periods, today
    )
    off_plan = [each for each in activities.values() if not each.is_in_plan]
    update_events = timeline.update_events(
        updates,
        declarations,
        activities,
        {commitment, *current_activities, *off_plan},
        periods,
    )
    last = timeline.latest_by_subject(update_events)
    rounds = opened_rounds(periods, today)
    off_plan_events = [last[each] for each in off_plan if each in last]
    # The newest update of each has its own section; the timeline has older ones.
    off_plan_keys = {each.update_key for each in off_plan_events}
    timeline_updates = [
        each for each in update_events if each.update_key not in off_plan_keys
    ]
    events = timeline.timeline_events(row, timeline_updates, rounds, today)
    length = max(len(row.activities), len(events))
    page_slice = slice(first, None if most is None else first + most)
    shown_activities = row.activities[page_slice]
    delay = delays.delay_of_commitment(row, today)
    late = [each.row for each in delay.parts] if delay else ()
    last_updates = [
        last[each.activity]
        for each in (*shown_activities, *late)
        if each.activity in last
    ]
    last_updates += [last[commitment]] if commitment in last else []
    shown_events = [each for each in events[page_slice] if each.kind == "update"]
    published = _published_by_key(
        {each.update_key for each in [*last_updates, *shown_events, *off_plan_events]},
        declarations,
    )
    last_keys = {each.update_key for each in last.values()}
    events = tuple(
        each.with_content(published, last_keys) for each in events[page_slice]
    )
    _read_related(commitment, shown_activities)
    newest = {each.subject: published[each.update_key] for each in last_updates}
    return CommitmentPage(
        row=row,
        round=rounds[0] if rounds else None,
        codes=tuple(each.activity.code for each in row.activities),
        length=length,
        activities=tuple(
            ActivityDetail(
                each,
                newest.get(each.activity),
                counted_updates.dispute_of(each.activity),
            )
            for each in shown_activities
        ),
        events=events,
        off_plan=tuple(published[each.update_key] for each in off_plan_events),
        declared=newest.get(commitment),
        sources=_numbered_sources(
            [commitment, *(each.activity for each in shown_activities)], events
        ),
        continues=_public_or_none(commitment.continues),
        dispute=counted_updates.dispute_of(commitment),
        delay=delays.with_last_reports(
            delay,
            {each.pk: newest[each] for each in newest if each != commitment},
        ),
        superseded_update_count=sum(each.is_reconstructed for each in update_events),
    )


def _activities(commitment, predecessors, supersessions) -> dict[int, Activity]:
    found = (
        Activity.objects.select_related("agency", "dispute__agency")
        .filter(
            Q(commitment__in=[commitment.pk, *predecessors])
            | Q(pk__in=supersessions.former_activities(commitment.pk))
        )
        .annotate(commitment_provenance=F("commitment__provenance"))
        .order_by("sort_code")
    )
    agencies = {}
    for each in found:
        each.is_disputed = counted_updates.has_unresolved_dispute(each)
        each.agency = agencies.setdefault(each.agency_id, each.agency)
    prefetch_related_objects([*agencies.values()], "former_names")
    return {each.pk: each for each in found}


def _attach_approved_changes(commitment, activities):
    rows = (
        plans.approved_changes()
        .filter(Q(commitment=commitment) | Q(activity__in=activities))
        .order_by("decided_on", "amendment_id", "change_id", "pk")
    )
    known = {each.pk: each for each in activities}
    for each in (commitment, *activities):
        each.approved_changes = []
    for change in rows:
        if change.activity_id:
            change.activity = known[change.activity_id]
        (change.activity or commitment).approved_changes.append(change)


def _updates(activities):
    return list(
        counted_updates.select_report_columns(
            ActivityUpdate.objects.filter(
                activity__in=activities,
                status__in=[*PUBLIC_STATUSES, RevisionStatus.SUBMITTED],
            )
            .exclude(plan__status=Plan.Status.IN_PREPARATION)
            .order_by()
        )
    )


def _build_row(commitment, activities, updates, declarations, periods, today):
    real_periods = {each.pk for each in periods if not each.is_demonstration}
    counted_rows = [
        [
            each
            for each in rows
            if each.status in {RevisionStatus.PUBLISHED, RevisionStatus.SUBMITTED}
            and each.period_id in real_periods
            and each.provenance != Provenance.DEMONSTRATION
        ]
        for rows in (updates, declarations)
    ]
    counted = counted_updates.build_counted_updates(*counted_rows, periods)
    rows = build_progress([commitment], activities, counted, periods, today)
    agency_changes = [
        change
        for each in activities
        for change in each.approved_changes
        if change.field == round_assignments.AGENCY_FIELD and change.changes_plan_itself
    ]
    former_agency_ids = round_assignments.former_agency_ids(
        activities, periods, agency_changes
    )
    (row,) = round_assignments.with_agencies_asked(rows, former_agency_ids)
    return row


def _published_by_key(update_keys, declarations):
    rows = [each for each in declarations if (Commitment, each.pk) in update_keys]
    rows += public_updates.public_reports().filter(
        pk__in=[pk for model, pk in update_keys if model is Activity]
    )
    return {
        (type(update.subject), update.pk): update
        for update in public_updates.build_published_updates(rows)
    }


def _read_related(commitment, rows):
    later = LaterActivity.objects.select_related("agency").order_by("sort_code")
    prefetch_related_objects(
        *([commitment], Source.by_key(), "supporting", "frameworks"),
        Prefetch("later_activities", later.prefetch_related(Source.by_key())),
    )
    prefetch_related_objects([row.activity for row in rows], Source.by_key())


def _numbered_sources(records, events):
    updates = [each.update for each in events if each.update]
    cited = [each.sources.all() for each in records]
    cited += [each.sources for each in updates]
    cited.append([each.printed_by for each in updates if each.printed_by])
    numbers, found = {}, []
    for source in chain.from_iterable(cited):
        if source.pk not in numbers:
            numbers[source.pk] = len(numbers) + 1
            found.append(source)
        source.list_number = numbers[source.pk]
    return tuple(found)


def _public_or_none(commitment):
    is_public = commitment and commitment.plan.status != Plan.Status.IN_PREPARATION
    return commitment if is_public else None
