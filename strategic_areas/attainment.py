"""
Attainment of targets, from published values only.

It depends on the indicator's direction and aggregation. Unknown attainment is stated as
such, never as zero.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class AttainmentKind(StrEnum):
    MET = "met"
    MISSED = "missed"  #: its last day has passed
    OPEN = "open"  #: not met, and its last day is still to come
    NO_VALUE = "no_value"
    PROTECTED = "protected"  #: one of its values is not published
    NO_DIRECTION = "no_direction"  #: more is neither better nor worse
    NOT_COMPARABLE = "not_comparable"  #: the series breaks in between


@dataclass(frozen=True)
class Attainment:
    """``reached`` is the value compared with the target, or None."""

    code: AttainmentKind
    reached: Decimal | None = None


def attainment(
    target, values: Iterable, *, direction: str, aggregation: str, today: date
) -> Attainment:
    """
    The attainment of ``target``, which has a value and a span of days.

    By ``aggregation`` its value is compared with the sum of non-overlapping values
    inside the span, with the value that ends last in it, or with that of exactly the
    span.
    """
    counted = _counted_values(target, values, aggregation)
    if not counted:
        return Attainment(AttainmentKind.NO_VALUE)
    if any(each.value is None for each in counted):
        return Attainment(AttainmentKind.PROTECTED)
    if any(each.is_break for each in counted[1:]):
        return Attainment(AttainmentKind.NOT_COMPARABLE)
    reached = sum(each.value for each in counted)
    if direction not in ("increase", "decrease"):
        return Attainment(AttainmentKind.NO_DIRECTION, reached)
    is_minimum = direction == "increase"
    is_met = reached >= target.value if is_minimum else reached <= target.value
    # A sum may still grow beyond its limit while values are missing.
    is_complete = aggregation != "sum" or _covers(target, counted)
    is_over = today > target.ends_on and is_complete
    if is_met and (is_minimum or is_over):
        code = AttainmentKind.MET
    elif is_over or (not is_minimum and not is_met and aggregation == "sum"):
        code = AttainmentKind.MISSED
    else:
        code = AttainmentKind.OPEN
    return Attainment(code, reached)


def _counted_values(target, values, aggregation):
    inside = sorted(
        (each for each in values if target.starts_on <= each.ends_on <= target.ends_on),
        key=lambda each: (each.ends_on, each.starts_on),
    )
    if aggregation == "last":
        return inside[-1:]
    exact = [
        each
        for each in inside
        if (each.starts_on, each.ends_on) == (target.starts_on, target.ends_on)
    ]
    if exact or aggregation != "sum":
        return exact[:1]
    added = []
    for each in inside:
        after = added[-1].ends_on if added else None
        if each.starts_on >= target.starts_on and (not after or each.starts_on > after):
            added.append(each)
    return added


def _covers(target, counted):
    days = sum((each.ends_on - each.starts_on).days + 1 for each in counted)
    return days == (target.ends_on - target.starts_on).days + 1
