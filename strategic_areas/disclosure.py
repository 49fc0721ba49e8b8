"""
Disclosure control for numbers of victims, used by every public output.

Agencies and the secretariat read all stored numbers. In a report the public reads no
number of victims or survivors of whatever size, nor any number that depends on one: if
an activity's quantity counts them, its quantity, percent, planned quantity and people
reached are for staff; if the activity only reaches them, its people reached are.
Whether a number was stated is hidden too. A planned quantity of at least
``SMALLEST_DISCLOSED`` that the plan's document prints (provenance ``plan``) is public.
``PROTECTED`` replaces a hidden number, ``MARKER`` a purged text.

Of a sensitive indicator, which counts such people, the public reads

* printed numbers: a total or a part that a source prints, quoted with source and place.
  A number from 1 to 9, and any part, needs an official source.
* for each family and calendar year one national total, if it is confirmed and 0 or at
  least ``SMALLEST_DISCLOSED``, with at most one breakdown. Everybody counted as a
  victim at any stage is one family. In all plans only one indicator publishes a
  family's total, in one dimension. A year that overlaps a printed span of the family
  has printed numbers only.

A breakdown has fixed groups; if a part is from 1 to 9, its whole group becomes one
number. If that number is still from 1 to 9, only the total is public. The difference
between the parts and the total is a part too.

A published number counts as known forever. A new total may be published if it differs
from every earlier total of the family and year by 0 or at least ``SMALLEST_DISCLOSED``;
a breakdown, if in addition its dimension and groups are the same and all its numbers
moved in one direction. A count that moves the last total by less, or only moves parts
otherwise, leaves the published numbers unchanged.

Why no number from 1 to 9 can be computed. The public knows, per year, forms: a total T
and cells that sum to T, each 0 or at least ten. A hidden part x from 1 to 9 shares its
cell with another part; moving 1 between them changes no cell, so x keeps all values
that its cell allows. Two forms differ in T, in each cell and in each sum of cells by 0
or at least ten, since cells move in one direction. Two years share no day and two
families no person, and nothing else of a family is published. All hidden numbers look
alike. A protected total may be any number from 1 to 9, so it reveals no difference from
an earlier one; an unchanged total may have risen by 1 to 9; hidden cells may have moved
in any way. The exception: where later printed numbers cover the same days, their
differences from published ones are known.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext

#: The smallest disclosed number of victims above 0.
SMALLEST_DISCLOSED = 10
VICTIM_FLAGS = ("counts_victims", "reaches_victims")
#: Number in a report → flags of the activity; if any is set, only staff read it.
VICTIM_FLAGS_OF = {
    "quantity": ("counts_victims",),
    "percent": ("counts_victims",),
    "people_reached": VICTIM_FLAGS,
}
#: Replaces a purged text in every language. Pages translate it.
MARKER = "[texto retirado]"


@dataclass(frozen=True)
class Protected:
    """Placeholder for a number that is not disclosed. It never displays as a number."""

    is_protected = True

    def __str__(self):
        return gettext("Protected figure")


PROTECTED = Protected()


def is_small(number):
    """Whether it is above zero and could lead to a person."""
    return number is not None and 0 < number < SMALLEST_DISCLOSED


def public_figure(name, number, activity):
    return PROTECTED if is_for_staff(name, activity) else number


def is_for_staff(name, activity):
    return any(
        getattr(activity, each) for each in VICTIM_FLAGS_OF.get(name, VICTIM_FLAGS)
    )


def is_of_victims(activity):
    return any(getattr(activity, each) for each in VICTIM_FLAGS)


def disclose_planned_quantity(activity):
    """For completed work this is the quantity reached."""
    is_public = not activity.counts_victims or is_printed(activity, activity.quantity)
    return activity.quantity if is_public else PROTECTED


def is_printed(activity, quantity):
    """Whether the plan's document prints this planned quantity, and it is not small."""
    is_large = quantity is not None and quantity >= SMALLEST_DISCLOSED
    return is_large and activity.provenance == "plan"


#: The category of parts without one, and of the rest.
NOT_STATED = "not_stated"

#: Dimension → groups in display order. "*" takes other categories; without it, a
#: breakdown with other categories is withheld.
CATEGORY_GROUPS = {
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
    """The source (its id) that printed a number, and the place in it."""

    source: int
    where_es: str
    where_en: str = ""


@dataclass(frozen=True)
class CategoryCount:
    category: str
    value: Decimal
    quote: Quote | None = None


@dataclass(frozen=True)
class DisclosedCell:
    """A published number and the categories that it counts."""

    categories: tuple[str, ...]
    value: Decimal
    quote: Quote | None = None


@dataclass(frozen=True)
class DisclosedCounts:
    total: Decimal
    dimension: str = ""
    cells: tuple[DisclosedCell, ...] = ()


@dataclass(frozen=True)
class Disclosure:
    """
    The decision about a count; ``form`` is None if it is protected.

    ``is_unchanged``: an earlier form stays published. ``differs``: pages state that a
    later count differs from it.
    """

    form: DisclosedCounts | None
    is_unchanged: bool = False
    differs: bool = False


def disclose(
    value: Decimal,
    dimension: str,
    parts: Sequence[CategoryCount],
    published: Sequence[DisclosedCounts],
) -> Disclosure:
    """
    Decide what is published of a new count of a family and year.

    ``parts`` belong to the one dimension; ``published`` are all forms that were ever
    public, the latest last.
    """
    if value < 0 or is_small(value):
        return Disclosure(None)
    last = published[-1] if published else None
    if any(is_small(abs(value - each.total)) for each in published):
        if is_small(abs(value - last.total)):
            return Disclosure(last, is_unchanged=True, differs=True)
        return Disclosure(None)
    form = DisclosedCounts(
        value, dimension, disclose_breakdown(dimension, parts, value)
    )
    if form.cells and all(_may_follow(form, each) for each in published):
        return Disclosure(form)
    if last and last.total == value and last.cells:
        is_compared = bool(parts) and dimension == last.dimension
        return Disclosure(last, is_unchanged=True, differs=is_compared)
    return Disclosure(DisclosedCounts(value))


def disclose_breakdown(
    dimension: str, parts: Sequence[CategoryCount], total: Decimal
) -> tuple[DisclosedCell, ...]:
    """The cells of a total in one dimension; empty if none can be disclosed."""
    rest = total - sum(part.value for part in parts)
    has_negative = rest < 0 or any(part.value < 0 for part in parts)
    if dimension not in CATEGORY_GROUPS or not parts or has_negative:
        return ()
    return _merge_small_parts(_with_rest(parts, rest), CATEGORY_GROUPS[dimension])


def _may_follow(form: DisclosedCounts, before: DisclosedCounts) -> bool:
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
    values = {part.category: part.value for part in parts}
    if rest:
        values[NOT_STATED] = values.get(NOT_STATED, 0) + rest
    return [CategoryCount(category, value) for category, value in values.items()]


def _merge_small_parts(
    parts: Sequence[CategoryCount], groups: Sequence[tuple[str, ...]]
) -> tuple[DisclosedCell, ...]:
    listed = {category for group in groups for category in group}
    if "*" not in listed and any(part.category not in listed for part in parts):
        return ()
    cells: list[DisclosedCell] = []
    for group in groups:
        members = _of_group(parts, group, listed)
        if any(is_small(part.value) for part in members):
            group_total = sum(part.value for part in members)
            if is_small(group_total) or len(members) == len(parts):
                return ()
            categories = tuple(part.category for part in members)
            cells.append(DisclosedCell(categories, group_total))
        else:
            cells += [DisclosedCell((part.category,), part.value) for part in members]
    return tuple(cells)


def _of_group(
    parts: Iterable[CategoryCount], group: tuple[str, ...], listed: set[str]
) -> list[CategoryCount]:
    found = [
        part
        for part in parts
        if part.category in group or ("*" in group and part.category not in listed)
    ]
    order = {category: index for index, category in enumerate(group)}
    return sorted(
        found, key=lambda part: (order.get(part.category, len(group)), part.category)
    )
