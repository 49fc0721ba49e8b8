"""What the page of a commitment tells, in its order; its texts are read afterwards."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import F, Q, prefetch_related_objects

from agencies.models import Agency
from strategic_areas.models import (
    Activity,
    Commitment,
    CommitmentUpdate,
    Provenance,
    ReportingPeriod,
    Status,
)
from strategic_areas.queries.pages import delays
from strategic_areas.queries.plan import answering, counted, disputes, plans
from strategic_areas.queries.plan.plans import latest_round, periods_of
from strategic_areas.queries.plan.rows import ActivityRow, CommitmentRow, build
from strategic_areas.queries.plan.succession import Succession
from strategic_areas.queries.updates import heads, record
from strategic_areas.queries.updates.timeline import Moment, Step, moments, steps


@dataclass(frozen=True)
class Outline:
    """
    Where a commitment and its activities stand, and the heads of all their accounts.

    A page of it reads the content of what it shows: ``commitments.page``.
    """

    row: CommitmentRow
    #: The latest round.
    round: ReportingPeriod | None
    timeline: tuple[Moment, ...]
    steps: tuple[Step, ...]
    declarations: tuple[CommitmentUpdate, ...]
    #: The work that is late or held back, without accounts; None where nothing is.
    delay: delays.Delay | None
    today: date

    @cached_property
    def groups(self) -> Mapping[Agency, list[ActivityRow]]:
        """The activities of each agency: the lead's first, then by agencies' names."""
        groups = defaultdict(list)
        for row in self.row.activities:
            groups[row.activity.agency].append(row)
        lead = self.row.commitment.lead_id
        ordered = sorted(groups, key=lambda each: (each.pk != lead, each.name))
        return {agency: groups[agency] for agency in ordered}

    @property
    def activities(self) -> list[ActivityRow]:
        """Its activities, in the order of the agencies."""
        return [row for rows in self.groups.values() for row in rows]

    @cached_property
    def of_activity(self) -> Mapping[int, list[Moment]]:
        """The accounts of each activity, by its id."""
        found = defaultdict(list)
        for moment in self.timeline:
            if moment.entry.kind == "activityupdate":
                found[moment.entry.subject.pk].append(moment)
        return found

    @property
    def off_plan(self) -> list[Moment]:
        """What the page shows of work that the plan does not hold."""
        told = (moment for moment in self.timeline if moment.is_told_above)
        return [moment for moment in told if not moment.entry.subject.is_in_plan]


def read(commitment: Commitment, succession: Succession, today: date) -> Outline:
    """The outline of a standing commitment, in a fixed number of reads."""
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
    off_plan = {key for key, each in activities.items() if not each.is_in_plan}
    _tell_amendments(commitment, own)
    updates = list(heads.updates().filter(activity__in=activities))
    declarations = record.declarations().filter(commitment__in=[commitment.pk, *former])
    by_key = {each.pk: each for each in periods}
    told = counted.read_accounts(
        _that_count(updates, by_key), _that_count(declarations, by_key), periods
    )
    rows = build([commitment], own, told, periods, today)
    asked_then = answering.asked_then(own, periods, _moves(own))
    (row,) = answering.with_agencies_asked(rows, asked_then)
    found = [
        *heads.of_updates(updates, activities, by_key),
        *heads.of_declarations(declarations),
    ]
    said = moments(found, commitment, {each.pk for each in own} | off_plan)
    return Outline(
        row=row,
        round=latest_round(periods, today),
        timeline=said,
        steps=steps(row, said, periods, today),
        declarations=tuple(declarations),
        delay=delays.of_commitment(row, today),
        today=today,
    )


def _activities(commitment, former, succession) -> dict[int, Activity]:
    """The commitment's activities, and those of the records it came in place of."""
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
        each.is_disputed = disputes.stands_open(each)
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
    return [each for each in changes if each.field == answering.MOVED and each.amends]


def _that_count(rows, periods):
    """The rows that ``counted_or_in_review`` would find among public ones."""
    return [
        row
        for row in rows
        if row.status in {Status.PUBLISHED, Status.SUBMITTED}
        and not periods[row.period_id].is_demonstration
        and row.provenance != Provenance.DEMONSTRATION
    ]
