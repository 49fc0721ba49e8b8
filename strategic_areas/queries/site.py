"""What is read of the whole site: its pages, news and dates, and lists to take away."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, F, Max, Q
from django.db.models.functions import Coalesce

from strategic_areas.models import (
    PUBLIC_RECORD,
    Activity,
    ActivityUpdate,
    Commitment,
    Indicator,
    Participation,
    Plan,
    Provenance,
    ReportingPeriod,
    Status,
    StrategicArea,
)
from strategic_areas.models.review import day_of
from strategic_areas.progress import STATED
from strategic_areas.queries.plan import plans
from strategic_areas.queries.updates import record
from strategic_areas.queries.updates.record import Entry

LAST = Max(
    "activities__updates__published_at",
    filter=Q(activities__updates__status__in=PUBLIC_RECORD),
)
#: How many accounts a feed holds. "Updates" lists them all.
NEWEST = 50


@dataclass(frozen=True)
class Place:
    """The arguments of a page's address in each language, and its last change."""

    spanish: tuple
    english: tuple
    changed_at: datetime | None = None


def places() -> dict[str, list[Place]]:
    """
    The places of all public pages by the name of the page; seven queries.

    ``of_plan`` holds those of all pages that take only a plan, "" those of pages that
    take nothing. A page to which a plan links only if it has such content is left out
    if it has none.
    """
    recorded = list(plans.public().filter(has_record=True))
    commitments = _commitments(recorded)
    found = {"": [Place((), ())]}
    found["plan"] = _same((plan.code,) for plan in Plan.objects.public())
    for name, are_told in (
        ("of_plan", lambda plan: True),
        ("amendments", lambda plan: plan.has_changes),
        ("later_activities", lambda plan: plan.has_later),
    ):
        found[name] = [
            Place((plan.code,), (plan.code,), _last(commitments, plan))
            for plan in filter(are_told, recorded)
        ]
    found["area"] = [
        Place((code, spanish), (code, english or spanish))
        for code, spanish, english in StrategicArea.objects.filter(
            plan__in=recorded
        ).values_list("plan__code", "slug_es", "slug_en")
    ]
    found["commitment"] = [
        Place((row.plan.code, row.code), (row.plan.code, row.code), row.last)
        for row in commitments
    ]
    found["agency"] = _same(
        Participation.objects.filter(plan__in=recorded).values_list(
            "plan__code", "agency__slug"
        )
    )
    found["indicator"] = _same(
        Indicator.objects.filter(introduced_by__in=Plan.objects.public())
        .order_by("sort_code")
        .values_list("code")
    )
    found["update"] = [
        *_revisions(record.updates()),
        *_revisions(record.declarations()),
    ]
    return found


def _revisions(rows):
    """The published revisions, each at its address."""
    rows = rows.filter(status=Status.PUBLISHED).select_related(None).order_by("pk")
    told = rows.values_list("plan__code", "public_id", "published_at")
    return [Place((plan, word), (plan, word), at) for plan, word, at in told]


def _commitments(recorded):
    rows = Commitment.objects.public().standing().filter(plan__in=recorded)
    return list(rows.select_related("plan").annotate(last=LAST))


def _last(commitments, plan):
    days = [row.last for row in commitments if row.plan_id == plan.pk and row.last]
    return max(days, default=None)


def _same(arguments):
    return [Place(tuple(each), tuple(each)) for each in arguments]


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
    rows = rows.filter(plan=plan, period__is_demonstration=False)
    rows = rows.exclude(status=Status.REPLACED)
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


@dataclass(frozen=True)
class Lists:
    """A plan with a record; ``until`` is None where nothing is published on it yet."""

    plan: Plan
    until: date | None


def lists() -> list[Lists]:
    """Every public plan that has a record, the latest first; two queries."""
    recorded = plans.public().filter(has_record=True)
    until = defaultdict(list)
    for plan, *told in _told_until():
        until[plan].append(_latest_known_by(*told))
    return [Lists(plan, max(until[plan.pk], default=None)) for plan in recorded]


def _told_until():
    """
    For each plan and end of a period: when its last accounts were given.

    Rows hold the plan, the end of the period, the last day of a source, the last moment
    at which an agency handed in, and the number of accounts that have neither.
    """
    counted = ActivityUpdate.objects.counted().order_by()
    by_agencies = Q(reported_on=None)
    return counted.values_list("plan", "period__ends_on").annotate(
        of_source=Max("reported_on"),
        handed_in=Max("submitted_at", filter=by_agencies),
        unknown=Count("pk", filter=by_agencies & Q(submitted_at=None)),
    )


def _latest_known_by(ends_on, of_source, handed_in, unknown):
    said = [of_source, handed_in and day_of(handed_in)]
    return ends_on if unknown else min(ends_on, max(filter(None, said)))
