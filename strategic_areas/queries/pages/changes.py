"""Changes after publication: amendments, plan files, correction requests, takedowns."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter

from django.db.models import F

from agencies.models import Agency
from strategic_areas import compliance
from strategic_areas.models import (
    UPDATE_MODELS,
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
from strategic_areas.models.takedowns import row_key
from strategic_areas.queries.plan import plans
from strategic_areas.queries.updates.public_updates import PublishedUpdate


@dataclass(frozen=True)
class ApprovedPlanChange:
    """
    One approved change with its act, if any.

    ``records`` group its lines by record, one line for each field.
    """

    day: date
    amendment: Amendment | None
    records: list[list[PlanChange]]


def changes_of_plan(plan: Plan) -> tuple[ApprovedPlanChange, ...]:
    rows = (
        plans.approved_changes()
        .filter(plan=plan)
        .select_related("amendment", "commitment__plan", "activity__commitment__plan")
        .order_by("-decided_on", "-amendment_id", "-change_id", "pk")
    )
    about = attrgetter("model", "commitment_id", "activity_id", "name_es")
    found = []
    for (day, _decision), group in groupby(
        rows, attrgetter("decided_on", "decision_key")
    ):
        records = [list(lines) for _key, lines in groupby(group, about)]
        found.append(ApprovedPlanChange(day, records[0][0].amendment, records))
    return tuple(found)


def plan_files_of(plan: Plan):
    return PlanFile.objects.loaded().filter(plan=plan)


PER_PAGE = 30
LATEST_FIRST = (F("asked_on").desc(), F("pk").desc())


def load_correction_log() -> dict:
    """
    The log of correction requests, latest first, as an unevaluated queryset.

    ``days`` is the median time to a decision; ``hidden`` are confirmed takedowns and
    ``overdue`` those not confirmed in time.
    """
    decided_rows = Correction.objects.filter(decided_on__isnull=False)
    dates = decided_rows.values_list("asked_on", "decided_on")
    days = [decided_on - asked_on for asked_on, decided_on in dates]
    return {
        "corrections": Correction.objects.order_by(*LATEST_FIRST),
        "decided": len(days),
        "days": compliance.median_days(days),
        "hidden": Takedown.objects.confirmed()[:PER_PAGE],
        "overdue": Takedown.objects.overdue(),
    }


#: Models shown on the page of another record, with their link to it.
SHOWN_ON_PAGE_OF = {
    Agency: [(Participation, "agency")],
    Commitment: [
        (Activity, "commitment"),
        (ActivityUpdate, "activity__commitment"),
        (CommitmentUpdate, "commitment"),
    ],
    Indicator: [(PublishedFigure, "indicator")],
}


MODELS = {each._meta.model_name: each for each in UPDATE_MODELS}


def overdue_takedowns_on_page(record):
    """Takedowns on a record's page that were not confirmed in time."""
    model = MODELS[record.kind] if isinstance(record, PublishedUpdate) else type(record)
    keys = {row_key(model, record.pk)}
    for shown_model, link in SHOWN_ON_PAGE_OF.get(model, ()):
        rows = shown_model.objects.filter(**{link: record})
        keys |= {row_key(shown_model, pk) for pk in rows.values_list("pk", flat=True)}
    return tuple(each for each in Takedown.objects.overdue() if keys & set(each.rows))


def overdue_takedowns_of_kind(kind):
    """As ``overdue_takedowns_on_page``, for a page that lists all records of a kind."""
    return tuple(
        each
        for each in Takedown.objects.overdue()
        if any(key.startswith(f"strategic_areas.{kind}:") for key in each.rows)
    )


def log_page_of(position: int) -> int:
    """The page of the log that holds the request at ``position``, counted from 1."""
    return -(-position // PER_PAGE)
