"""
The protection of numbers of victims: the one rule of every public output.

What an agency reports is stored as it is; the agency and the secretariat read it so.
The public reads no number of victims or survivors in a report, of whatever size, nor
anything that moves with one. Of an activity whose quantity counts them, quantity,
percent, planned quantity and people reached are for staff; of one that reaches them,
the people reached are. Whether anything was stated is not told either. A planned
quantity of at least ``SMALLEST_DISCLOSED`` that the plan's own document prints, which
is one whose activity has the provenance ``plan``, stands as the plan's. In place of
what is not told stands ``PROTECTED``; in place of a text that was purged to protect
people stands ``MARKER``.

Of a sensitive indicator, which counts such people, the public reads

* what was printed: a total or a part that a source prints, quoted with the source and
  where in it. A number from 1 to 9, and any part, is quoted from an official source.
* of each family one national total of a calendar year, where it is confirmed and is 0
  or at least ``SMALLEST_DISCLOSED``, with at most one breakdown. Everybody counted as a
  victim at whatever stage is one family. One indicator of a family is its teller, in
  every plan, and has one dimension. A year of which any day lies in a printed span of
  the family tells only print.

A breakdown has fixed groups; where any part of a group is from 1 to 9, the whole group
is one number. A number that would still be from 1 to 9 leaves the total alone. What the
parts leave of the total is a part.

What was once told counts as told for ever. A total follows those that were told of the
family and the year if it moved by 0 or at least ``SMALLEST_DISCLOSED`` against each; a
breakdown, if besides it is in the same dimension and groups, and no two of its numbers
moved in opposite ways. A count that moves the last total by less leaves all as it was,
and so does one that keeps the total and moves the parts otherwise.

Why nothing from 1 to 9 follows. Of one year the public knows forms: a total T, and
cells that sum to T, each 0 or at least ten. A hidden part x from 1 to 9 lies in a cell
with another part; taking 1 from one and giving it to the other changes no cell, so x
keeps all values that its cell leaves. Two forms differ in T, in each cell and in each
sum of cells by 0 or at least ten, since cells move one way. Two years have no day in
common, two families no person, and no other form of a family is told. What is withheld
has one mark. A protected total may be any number from 1 to 9, and so says nothing of
its distance to one that was told; a total that stands may have moved by 1 to 9 upwards.
Withheld cells may have moved in any way. Numbers that print and this rule tell of the
same days, print being later, differ as print makes them: that is what print costs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext

#: The smallest number of victims that is told, besides none.
SMALLEST_DISCLOSED = 10
#: What an activity says of the people whom its reports count.
VICTIM_FLAGS = ("counts_victims", "reaches_victims")
#: A figure of a report → the statements of which one keeps it for staff.
VICTIM_FLAGS_OF = {
    "quantity": ("counts_victims",),
    "percent": ("counts_victims",),
    "people_reached": VICTIM_FLAGS,
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
    return number is not None and 0 < number < SMALLEST_DISCLOSED


def public_figure(name, number, activity):
    """The figure of this name in a report on the activity, as the public reads it."""
    return PROTECTED if is_for_staff(name, activity) else number


def is_for_staff(name, activity):
    """Whether the figure of this name counts victims in reports on the activity."""
    return any(
        getattr(activity, each) for each in VICTIM_FLAGS_OF.get(name, VICTIM_FLAGS)
    )


def is_of_victims(activity):
    """Whether any figure of reports on the activity counts victims."""
    return any(getattr(activity, each) for each in VICTIM_FLAGS)


def disclose_planned_quantity(activity):
    """The planned quantity: of completed work it is the number reached."""
    is_told = not activity.counts_victims or is_printed(activity, activity.quantity)
    return activity.quantity if is_told else PROTECTED


def is_printed(activity, quantity):
    """Whether the plan's own document prints this planned quantity, and it is large."""
    is_large = quantity is not None and quantity >= SMALLEST_DISCLOSED
    return is_large and activity.provenance == "plan"


#: The part whose category the source does not state; a rest counts as such.
NOT_STATED = "not_stated"

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


@dataclass(frozen=True)
class Quote:
    """Which source printed a number, by its key, and where in it."""

    source: int
    where_es: str
    where_en: str = ""


@dataclass(frozen=True)
class CategoryCount:
    """One category of a breakdown as it was counted."""

    category: str
    value: Decimal
    quote: Quote | None = None


@dataclass(frozen=True)
class DisclosedCell:
    """One number that is told, and the categories that it counts."""

    categories: tuple[str, ...]
    value: Decimal
    quote: Quote | None = None


@dataclass(frozen=True)
class DisclosedCounts:
    """The total of a family's year as it is told, with its breakdown if one is."""

    total: Decimal
    dimension: str = ""
    cells: tuple[DisclosedCell, ...] = ()


@dataclass(frozen=True)
class Disclosure:
    """
    What is told of a count: a form, or None where it is protected.

    ``stands`` is true where an earlier form is left as it was, ``differs`` where it is
    told that a later count differs from it.
    """

    form: DisclosedCounts | None
    stands: bool = False
    differs: bool = False


def disclose(
    value: Decimal,
    dimension: str,
    parts: Sequence[CategoryCount],
    told: Sequence[DisclosedCounts],
) -> Disclosure:
    """
    What is told of a family's year now that it was counted so.

    ``parts`` are those in the one dimension; ``told`` is all that was told, the latest
    last.
    """
    if value < 0 or is_small(value):
        return Disclosure(None)
    last = told[-1] if told else None
    if any(is_small(abs(value - each.total)) for each in told):
        if is_small(abs(value - last.total)):
            return Disclosure(last, stands=True, differs=True)
        return Disclosure(None)
    form = DisclosedCounts(
        value, dimension, disclose_breakdown(dimension, parts, value)
    )
    if form.cells and all(_follows(form, each) for each in told):
        return Disclosure(form)
    if last and last.total == value and last.cells:
        is_compared = bool(parts) and dimension == last.dimension
        return Disclosure(last, stands=True, differs=is_compared)
    return Disclosure(DisclosedCounts(value))


def disclose_breakdown(
    dimension: str, parts: Sequence[CategoryCount], whole: Decimal
) -> tuple[DisclosedCell, ...]:
    """The cells of a total in one dimension; none where nothing can be told of it."""
    rest = whole - sum(part.value for part in parts)
    is_fit = dimension in GROUPS and parts and rest >= 0
    if not is_fit or any(part.value < 0 for part in parts):
        return ()
    return _merged(_with_rest(parts, rest), GROUPS[dimension])


def _follows(form: DisclosedCounts, before: DisclosedCounts) -> bool:
    """Whether the cells may be told after those of another form, if it had any."""
    if not before.cells:
        return True
    now = {cell.categories: cell.value for cell in form.cells}
    then = {cell.categories: cell.value for cell in before.cells}
    if form.dimension != before.dimension or now.keys() != then.keys():
        return False
    moves = [now[key] - then[key] for key in now]
    is_one_way = min(moves) >= 0 or max(moves) <= 0
    return is_one_way and not any(is_small(abs(move)) for move in moves)


def _with_rest(parts: Sequence[CategoryCount], rest: Decimal) -> list[CategoryCount]:
    """The parts with what is missing from the total as one of them."""
    values = {part.category: part.value for part in parts}
    if rest:
        values[NOT_STATED] = values.get(NOT_STATED, 0) + rest
    return [CategoryCount(category, value) for category, value in values.items()]


def _merged(
    parts: Sequence[CategoryCount], groups: Sequence[tuple[str, ...]]
) -> tuple[DisclosedCell, ...]:
    listed = {category for group in groups for category in group}
    if "*" not in listed and any(part.category not in listed for part in parts):
        return ()
    cells: list[DisclosedCell] = []
    for group in groups:
        own = _of_group(parts, group, listed)
        if any(is_small(part.value) for part in own):
            together = sum(part.value for part in own)
            if is_small(together) or len(own) == len(parts):
                return ()
            cells.append(DisclosedCell(tuple(part.category for part in own), together))
        else:
            cells += [DisclosedCell((part.category,), part.value) for part in own]
    return tuple(cells)


def _of_group(
    parts: Iterable[CategoryCount], group: tuple[str, ...], listed: set[str]
) -> list[CategoryCount]:
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
