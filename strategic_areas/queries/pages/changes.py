"""
What was changed after it was published.

How a plan changed since it was approved, which files it was loaded from, and what
readers asked to be corrected, with the decisions and the days that they took.
"""

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter

from django.db.models import F, QuerySet

from agencies.models import Agency
from strategic_areas import discipline
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    Amendment,
    Commitment,
    CommitmentUpdate,
    Correction,
    Indicator,
    Participation,
    Plan,
    PlanChange,
    PlanFile,
    PublishedFigure,
    Takedown,
)
from strategic_areas.models.removals import row_key
from strategic_areas.queries.plan import plans
from strategic_areas.queries.updates.record import Entry


@dataclass(frozen=True)
class RecordChanged:
    """What one change did to one record; ``lines`` stand old beside new."""

    record: PlanChange
    lines: tuple[PlanChange, ...]


@dataclass(frozen=True)
class Changed:
    """One approved change, with the act on which it rests, if on any."""

    day: date
    amendment: Amendment | None
    records: tuple[RecordChanged, ...]


def of_plan(plan: Plan) -> tuple[Changed, ...]:
    """Every approved change of a plan, the latest first."""
    rows = (
        plans.approved_changes()
        .filter(plan=plan)
        .select_related("amendment", "commitment__plan", "activity__commitment__plan")
        .order_by("-decided_on", "-amendment_id", "-change_id", "pk")
    )
    return tuple(
        Changed(lines[0].decided_on, lines[0].amendment, _by_record(lines))
        for lines in (
            list(group)
            for _key, group in groupby(rows, attrgetter("decided_on", "made_by"))
        )
    )


def _by_record(rows):
    groups = (list(group) for _key, group in groupby(rows, _about))
    return tuple(RecordChanged(lines[0], tuple(lines)) for lines in groups)


def _about(row):
    return row.model, row.commitment_id, row.activity_id, row.name_es


def files_of(plan: Plan):
    """The plan files that created or changed records of a plan, the latest first."""
    return PlanFile.objects.loaded().filter(plan=plan)


#: Requests on a page of the log.
PER_PAGE = 30
LATEST_FIRST = (F("asked_on").desc(), F("pk").desc())


@dataclass(frozen=True)
class Log:
    """
    All requests, not read yet: a page reads only its own.

    ``days`` is the median number of days until a decision; None without any decision.
    ``hidden`` is what was hidden and confirmed, the latest first, and ``overdue`` what
    nobody confirmed in time.
    """

    corrections: QuerySet
    decided: int
    days: int | None
    hidden: tuple[Takedown, ...]
    overdue: tuple[Takedown, ...]


def log() -> Log:
    """Every request, the latest first; one query for the days."""
    found = Correction.objects.order_by(*LATEST_FIRST)
    decided = Correction.objects.filter(decided_on__isnull=False)
    dates = decided.values_list("asked_on", "decided_on")
    times = [decided - asked for asked, decided in dates]
    hidden = tuple(Takedown.objects.confirmed()[:PER_PAGE])
    overdue = tuple(Takedown.objects.overdue())
    return Log(found, len(times), discipline.median_days(times), hidden, overdue)


#: Kinds whose records stand on the page of another one, and their link to it.
BELOW = {
    Agency: [(Participation, "agency")],
    Commitment: [
        (Activity, "commitment"),
        (ActivityUpdate, "activity__commitment"),
        (CommitmentUpdate, "commitment"),
    ],
    Indicator: [(PublishedFigure, "indicator")],
}


#: The models of entries, by their kind.
MODELS = {each._meta.model_name: each for each in (ActivityUpdate, CommitmentUpdate)}


def hidden_here(record):
    """What is hidden on the page of a record or entry and was not confirmed in time."""
    model = MODELS[record.kind] if isinstance(record, Entry) else type(record)
    here = {row_key(model, record.pk)}
    for below, link in BELOW.get(model, ()):
        rows = below.objects.filter(**{link: record})
        here |= {row_key(below, pk) for pk in rows.values_list("pk", flat=True)}
    return tuple(each for each in Takedown.objects.overdue() if here & set(each.rows))


def hidden_among(kind):
    """The same of a page that lists all records of a kind, such as ``helpline``."""
    return tuple(
        each
        for each in Takedown.objects.overdue()
        if any(key.startswith(f"strategic_areas.{kind}:") for key in each.rows)
    )


def page_of(place: int) -> int:
    """The page of the log on which the request at ``place`` stands, counted from 1."""
    return -(-place // PER_PAGE)
