"""News and dates for those who follow a plan, area, agency or commitment."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F
from django.db.models.functions import Coalesce

from strategic_areas.models import (
    Activity,
    Commitment,
    Plan,
    Provenance,
    ReportingPeriod,
)
from strategic_areas.progress import STATED
from strategic_areas.queries.updates import record
from strategic_areas.queries.updates.entry import Entry

#: How many accounts a feed holds. "Updates" lists them all.
NEWEST = 50


@dataclass(frozen=True)
class News:
    """A published account and when it was last published, withdrawn or purged."""

    entry: Entry
    published_at: datetime
    changed_at: datetime


def news(plan: Plan, *, area=None, agency=None, commitment=None) -> list[News]:
    """
    The newest accounts of a plan or of one record in it, without demonstrations.

    Of several revisions of an account only the newest is among them.
    """
    updates = _newest(record.updates(), plan)
    declarations = _newest(record.declarations(), plan)
    if area:
        updates = updates.filter(activity__commitment__programme__area=area)
        declarations = declarations.filter(commitment__programme__area=area)
    if agency:
        updates = updates.filter(agency=agency)
        declarations = declarations.filter(agency=agency)
    if commitment:
        updates = updates.filter(activity__commitment=commitment)
        declarations = declarations.filter(commitment=commitment)
    rows = [*updates[:NEWEST], *declarations[:NEWEST]]
    found = [
        News(entry, row.published_at, _changed_at(row))
        for entry, row in zip(record.entries(rows), rows, strict=True)
    ]
    found.sort(key=lambda each: each.changed_at, reverse=True)
    return found[:NEWEST]


def _newest(rows, plan):
    rows = record.standing(rows).filter(plan=plan, period__is_demonstration=False)
    rows = rows.exclude(provenance=Provenance.DEMONSTRATION)
    moment = Coalesce(F("purged_at"), F("withdrawn_at"), F("published_at"))
    return rows.order_by(moment.desc(), "-pk")


def _changed_at(row):
    return max(filter(None, (row.purged_at, row.withdrawn_at, row.published_at)))


#: A condition for due dates that somebody states.
_STATED = {"due_on__isnull": False, "due_provenance__in": sorted(STATED)}


@dataclass(frozen=True)
class Day:
    """
    A day that the plan states: a record or a round is due, or the plan ends.

    ``kind`` and ``pk`` identify the record for good.
    """

    kind: str
    pk: int
    day: date
    record: object


def days(plan: Plan, agency=None) -> list[Day]:
    """
    The stated due dates of a plan, or of one agency in it, in order; three queries.

    The end of the plan, the due date of every record that states none, is told once.
    """
    commitments = Commitment.objects.standing().filter(plan=plan)
    activities = Activity.objects.public().standing().filter(plan=plan)
    if agency:
        commitments = commitments.filter(lead=agency)
        activities = activities.filter(agency=agency)
    rounds = ReportingPeriod.objects.rounds().filter(plan=plan)
    found = [
        Day("commitment", row.pk, row.due_on, row)
        for row in commitments.filter(**_STATED).select_related("plan", "lead")
    ]
    found += [
        Day("activity", row.pk, row.due_on, row)
        for row in activities.filter(**_STATED).select_related(
            "commitment__plan", "agency"
        )
    ]
    found += [Day("round", row.pk, row.due_on, row) for row in rounds]
    found.append(Day("plan", plan.pk, plan.ends_on, plan))
    return sorted(found, key=lambda each: (each.day, each.kind, each.pk))
