"""
The protection of numbers of victims: the one rule of every public output.

What an agency reports is stored as it is; the agency and the secretariat read it so.
The public reads no number of victims or survivors in a report, of whatever size, nor
anything that moves with one. Of an activity whose quantity counts them, quantity,
percent and planned quantity are for staff; of one that reaches them, the people
reached are. Whether anything was stated is not told either. A planned quantity of at
least ``LEAST`` that the plan's own document prints, which is one whose activity has
the provenance ``plan``, stands as the plan's.
In place of what is not told stands ``PROTECTED``; in place of a text that was purged to
protect people stands ``MARKER``.

Of the values of indicators totals are told exactly, and parts of at least ten.

Sensitive means that a value counts persons. Of such an indicator

* a total of whole years is told exactly if it is national. One of part of a year is
  told only if an official source has printed it. Where the indicator itself selects
  some people, or is not national, its value is a part of a larger one: below
  ``LEAST`` it is protected.
* a breakdown is told nationally, for whole years, in one dimension. Parts that do not
  make the total leave a rest, which is a part like any other. Each dimension has
  a fixed list of groups; where any part of a group is from 1 to 9, the whole group is
  told as one. Where a group would still be from 1 to 9, the total stands alone.
* a breakdown that an official source has printed in one dimension is quoted as it is.

Why no part of 1 to 9 can be computed. Let T be the exact total and let groups be as
above. What is told are T and numbers c, each of which is 0 or at least 10 and is either
one part or a whole group; their sum is T. A part that is told is not from 1 to 9. Any
other part lies in a group that is told as one number c of at least 10. Let such a part
be x, from 1 to 9. Taking 1 from x and giving it to another part of the group keeps c,
hence all that is told; so x is not determined. The group has another part, since a
group of one part below 10 is never told. The same holds for any union of parts: either
it is made of whole told numbers, then it is 0 or at least 10, or it cuts a merged group
and can be moved by one. Dimensions are told apart and never crossed, so that they share
the total alone; breakdowns of one indicator never overlap in time, so that none is the
difference of two. A revision replaces a breakdown only if every number moves by 0 or
at least 10, against each form that was ever told, and only in the same groups: so no
difference of two forms is from 1 to 9 either. What would break this is withdrawn.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from django.utils.translation import gettext

from strategic_areas.spans import Span

#: The smallest number of victims that is told, besides none.
LEAST = 10
#: A figure of a report → what its activity says of the people whom it counts.
WHOSE = {
    "quantity": "counts_victims",
    "percent": "counts_victims",
    "people_reached": "reaches_victims",
}
#: Stored in every language in place of a purged text; pages translate it, and triggers
#: compare with it.
MARKER = "[texto retirado]"


@dataclass(frozen=True)
class Protected:
    """What stands in place of a number that is not told; it looks like no number."""

    is_protected = True

    def __str__(self):
        return gettext("Protected figure")


PROTECTED = Protected()


def is_small(number):
    """True for a number above zero that could lead to one person."""
    return number is not None and 0 < number < LEAST


def figure(name, number, activity):
    """The figure of this name in a report on the activity, as the public reads it."""
    return PROTECTED if is_for_staff(name, activity) else number


def is_for_staff(name, activity):
    """Whether the figure of this name counts victims in reports on the activity."""
    of_whom = WHOSE.get(name)
    return getattr(activity, of_whom) if of_whom else is_of_victims(activity)


def is_of_victims(activity):
    """Whether any figure of reports on the activity counts victims."""
    return activity.counts_victims or activity.reaches_victims


def planned(activity):
    """The planned quantity: of completed work it is the number reached."""
    is_told = not activity.counts_victims or is_printed(activity, activity.quantity)
    return activity.quantity if is_told else PROTECTED


def is_printed(activity, quantity):
    """Whether the plan's own document prints this planned quantity, and it is large."""
    is_large = quantity is not None and quantity >= LEAST
    return is_large and activity.provenance == "plan"


#: The part whose category the source does not state; a rest counts as such.
NOT_STATED = "not_stated"

#: The three that tell who the people are; only the first that a value has is told.
PEOPLE = ("sex+age", "age", "sex")
#: Dimension → its groups, in the order in which they are told. "*" takes categories
#: that stand in no list; a dimension without it is not told if it has one.
GROUPS = {
    "sex+age": (
        ("woman", "man", "adult", NOT_STATED),
        ("girl", "boy", "child"),
    ),
    "age": (("adult", "child", NOT_STATED),),
    "sex": (("female", "male", NOT_STATED),),
    "exploitation": (
        ("sexual", "sexual_and_labour"),
        ("labour", "unspecified", NOT_STATED, "*"),
    ),
    "nationality": (
        ("dominican", "dominican_at_home", "dominican_abroad"),
        ("haitian", "venezuelan", "foreign", NOT_STATED, "*"),
    ),
    "department": (
        ("distrito_nacional", "santo_domingo", "san_pedro_de_macoris", NOT_STATED, "*"),
        ("santiago", "la_vega", "san_francisco_de_macoris"),
        ("puerto_plata", "montecristi"),
        ("san_cristobal", "san_juan_de_la_maguana", "barahona"),
    ),
    "status": (("possible", "confirmed", NOT_STATED),),
}


#: Cells in the form in which they are remembered: categories and their number.
Form = Iterable[tuple[Sequence[str], Decimal]]


class Withheld(StrEnum):
    """Why a breakdown is not told."""

    CROSSED = "crossed"  #: it crosses dimensions, or is of an indicator that selects
    FOLDED = "folded"  #: another dimension tells the same people
    UNKNOWN = "unknown"  #: a dimension or category without a list
    NOT_NATIONAL = "not_national"
    PART_OF_YEAR = "part_of_year"
    OVERLAPS = "overlaps"  #: another breakdown of the indicator covers the same days
    UNEQUAL = "unequal"  #: its parts are more than the total
    SMALL = "small"  #: a group of it is from 1 to 9
    REVISED = "revised"  #: it differs too little from what was told before


class Counted(Protocol):
    """What an indicator says of itself; two people decide on it."""

    sensitive: bool
    national: bool
    selects: bool


@dataclass(frozen=True)
class Part:
    """One category of a breakdown as it was counted; ``printed_by`` names a source."""

    category: str
    value: Decimal
    printed_by: int | None = None


@dataclass(frozen=True)
class Cell:
    """One number that is told, and the categories that it counts."""

    categories: tuple[str, ...]
    value: Decimal
    printed_by: int | None = None


def is_a_part(indicator: Counted) -> bool:
    """True where the values themselves are parts of a larger number of persons."""
    return indicator.sensitive and (indicator.selects or not indicator.national)


def total(
    value: Decimal, indicator: Counted, span: Span, *, is_printed: bool
) -> Decimal | Protected:
    """A value as the public reads it; ``is_printed`` by an official source."""
    if not indicator.sensitive:
        return value
    if not (span.is_of_whole_years or is_printed):
        return PROTECTED
    return PROTECTED if is_a_part(indicator) and is_small(value) else value


def breakdown(
    dimension: str,
    parts: Sequence[Part],
    whole: Decimal | Protected,
    indicator: Counted,
    span: Span,
) -> tuple[Cell, ...] | Withheld:
    """
    The cells of one dimension as the public reads them, or why it reads none.

    ``whole`` is the total as it is told.
    """
    if dimension not in GROUPS:
        return Withheld.CROSSED if "+" in dimension else Withheld.UNKNOWN
    if not indicator.sensitive:
        return tuple(Cell((p.category,), p.value, p.printed_by) for p in parts)
    if indicator.selects:
        return Withheld.CROSSED
    if not indicator.national:
        return Withheld.NOT_NATIONAL
    if isinstance(whole, Protected) or not span.is_of_whole_years:
        return Withheld.PART_OF_YEAR
    rest = whole - sum(part.value for part in parts)
    if rest < 0 or any(part.value < 0 for part in parts):
        return Withheld.UNEQUAL
    if all(part.printed_by for part in parts):
        return tuple(Cell((p.category,), p.value, p.printed_by) for p in parts)
    return _merged(_with_rest(parts, rest), GROUPS[dimension])


def _with_rest(parts: Sequence[Part], rest: Decimal) -> list[Part]:
    """The parts with what is missing from the total as one of them."""
    values = {part.category: part.value for part in parts}
    if rest:
        values[NOT_STATED] = values.get(NOT_STATED, 0) + rest
    return [Part(category, value) for category, value in values.items()]


def _merged(
    parts: Sequence[Part], groups: Sequence[tuple[str, ...]]
) -> tuple[Cell, ...] | Withheld:
    listed = {category for group in groups for category in group}
    if "*" not in listed and any(part.category not in listed for part in parts):
        return Withheld.UNKNOWN
    cells: list[Cell] = []
    for group in groups:
        own = _of_group(parts, group, listed)
        if any(is_small(part.value) for part in own):
            together = sum(part.value for part in own)
            if is_small(together) or len(own) == len(parts):
                return Withheld.SMALL
            cells.append(Cell(tuple(part.category for part in own), together))
        else:
            cells += [Cell((part.category,), part.value) for part in own]
    return tuple(cells)


def _of_group(
    parts: Iterable[Part], group: tuple[str, ...], listed: set[str]
) -> list[Part]:
    """The parts that belong to a group, in the order of its list."""
    found = [
        part
        for part in parts
        if part.category in group or ("*" in group and part.category not in listed)
    ]
    places = {category: place for place, category in enumerate(group)}
    return sorted(
        found, key=lambda part: (places.get(part.category, len(group)), part.category)
    )


def may_follow(
    cells: Iterable[Cell],
    told_before: Iterable[Form],
) -> bool:
    """
    Whether these cells may be told after each form that was told before.

    A form is a list of pairs: categories and their number.
    """
    now = {cell.categories: cell.value for cell in cells}
    for form in told_before:
        before = {tuple(categories): value for categories, value in form}
        if before.keys() != now.keys():
            return False
        if any(is_small(abs(now[key] - before[key])) for key in now):
            return False
    return True
