"""What each account changed in the record of a plan, and on which day."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from django.db.models import (
    Case,
    CharField,
    DateField,
    F,
    OuterRef,
    Q,
    Subquery,
    Value,
)
from django.db.models import When as If
from django.db.models.functions import Coalesce, Least, TruncDate

from strategic_areas.models import ActivityUpdate, Status

#: The end of the period of an account.
PERIOD_END = F("period__ends_on")


class Change(StrEnum):
    """What an account changed; of several the first that applies."""

    WITHDRAWN = "withdrawn"
    CORRECTED = "corrected"
    DECLARED = "declared"
    FIRST = "first"
    STATE = "state"
    SAME = "same"


def told(rows):
    """
    The accounts, each with what it changed and the day on which that came about.

    A withdrawal came about when it was made, a report when it was published, and what
    public sources say on the day up to which they tell.
    """
    if rows.model is ActivityUpdate:
        rows = rows.alias(state_before=_state_before())
    return rows.annotate(change=_change(rows.model), changed_on=_changed_on())


def _change(model):
    cases = [
        If(status=Status.WITHDRAWN, then=Value(Change.WITHDRAWN)),
        If(revision__gt=1, then=Value(Change.CORRECTED)),
    ]
    if model is ActivityUpdate:
        cases += [
            If(state_before=None, then=Value(Change.FIRST)),
            If(state_before=F("execution"), then=Value(Change.SAME)),
        ]
        default = Change.STATE
    else:
        default = Change.DECLARED
    return Case(*cases, default=Value(default), output_field=CharField())


def _state_before():
    """What the account before it says of the same activity; null for none."""
    earlier = ActivityUpdate.objects.filter(
        activity=OuterRef("activity"),
        status=Status.PUBLISHED,
        period__ends_on__lt=OuterRef("period__ends_on"),
        period__is_demonstration=False,
    )
    return Subquery(earlier.order_by("-period__ends_on").values("execution")[:1])


def _changed_on():
    told_until = Least(Coalesce("reported_on", PERIOD_END), PERIOD_END)
    return Case(
        If(status=Status.WITHDRAWN, then=TruncDate("withdrawn_at")),
        If(origin="record", then=told_until),
        default=TruncDate("published_at"),
        output_field=DateField(),
    )


def between(asked: Mapping[str, str]) -> Q:
    """A condition for those of the days asked for, the first and the last included."""
    ends = {"gte": day_asked(asked, "since"), "lte": day_asked(asked, "until")}
    return Q(*((f"changed_on__{end}", day) for end, day in ends.items() if day))


def day_asked(asked: Mapping[str, str], name: str) -> date | None:
    """The day that an address names; None for none, and for what is no day."""
    try:
        return date.fromisoformat(asked.get(name, ""))
    except ValueError:
        return None
