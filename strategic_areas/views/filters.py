"""
Lists as readers ask for them: their filters, headings, columns and pages.

A column that says the same on every row is left out, and what it says is said once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.core.paginator import InvalidPage, Page, Paginator
from django.http import Http404

from agencies.folding import fold
from strategic_areas.queries.plan.facets import Facet
from strategic_areas.views.parameters import FREE_TEXT, query


@dataclass(frozen=True)
class Option:
    """A value that a filter may have; ``number`` is None where it counts nothing."""

    value: str
    label: str
    number: int | None
    is_chosen: bool = False


@dataclass(frozen=True)
class Field:
    """
    A filter as a field of the form.

    ``groups`` are pairs of a heading ("" for none) and options. ``chosen`` is the label
    of the value asked for. ``dropped`` is the address without it, where ``without``
    records are found. ``is_unknown`` tells that there is no such value at all.
    """

    name: str
    label: str
    every: str
    groups: tuple[tuple[str, tuple[Option, ...]], ...]
    asked: str
    chosen: str
    dropped: str
    without: int
    is_unknown: bool = False

    @property
    def is_useful(self):
        """True if it tells records apart, or a value was asked for."""
        return bool(self.asked) or sum(len(group) for _, group in self.groups) > 1


@dataclass(frozen=True)
class Heading:
    """A heading of the table; ``direction`` is "" while it does not sort it."""

    name: str
    label: str
    address: str
    direction: str


def field(
    name: str,
    facet: Facet,
    words: tuple[str, str],
    labels: Iterable[tuple[str, str, str]],
    asked: Mapping[str, str],
    uncounted=frozenset(),
) -> Field:
    """
    The field of a filter.

    ``words`` are its label and that of "any"; ``labels`` are triples of a group, a
    value and the value's label. Values that no record has are left out.
    """
    groups, chosen, is_unknown = {}, facet.asked, bool(facet.asked)
    for group, value, label in labels:
        if value not in facet.numbers and value != facet.asked:
            continue
        number = None if value in uncounted else facet.numbers.get(value, 0)
        option = Option(value, label, number, value == facet.asked)
        groups.setdefault(group, []).append(option)
        if option.is_chosen:
            chosen, is_unknown = label, False
    return Field(
        name=name,
        label=words[0],
        every=words[1],
        groups=tuple((group, tuple(options)) for group, options in groups.items()),
        asked=facet.asked,
        chosen=chosen,
        dropped=query(asked, **{name: "", **FROM_THE_START}),
        without=facet.without,
        is_unknown=is_unknown and name not in FREE_TEXT,
    )


def day_field(name: str, label: str, asked: Mapping[str, str], chosen: str) -> Field:
    """The field of a day, of which no numbers are told; ``chosen`` is the day's own."""
    return Field(
        name=name,
        label=label,
        every="",
        groups=(),
        asked=asked.get(name, ""),
        chosen=chosen,
        dropped=query(asked, **{name: "", **FROM_THE_START}),
        without=0,
    )


#: Another choice begins at the first page.
FROM_THE_START = {"page": "", "after": "", "before": ""}


def headings(
    names: Mapping[str, str], sort: str, asked: Mapping[str, str], default: str
) -> tuple[Heading, ...]:
    """The headings that sort the table. Pressed again, they reverse the order."""
    by, is_descending = sort.removeprefix("-"), sort.startswith("-")
    found = []
    for name, label in names.items():
        turned = f"-{name}" if name == by and not is_descending else name
        address = query(
            asked, **FROM_THE_START, sort="" if turned == default else turned
        )
        direction = ""
        if name == by:
            direction = "descending" if is_descending else "ascending"
        found.append(Heading(name, label, address or "?", direction))
    return tuple(found)


def by_label(pairs: Iterable[tuple[str, str]]) -> list:
    """Pairs of a value and its label, each value once, in the order of the labels."""
    return sorted(dict(pairs).items(), key=lambda pair: fold(pair[1]))


def page_of(rows: Sequence, asked: Mapping[str, str], length: int) -> Page:
    """The page that is asked for, of so many rows; Http404 where there is none."""
    try:
        return Paginator(rows, length).page(asked.get("page", 1))
    except InvalidPage:
        raise Http404 from None


#: From so many rows on, a column that says the same on each of them is left out.
MANY_ROWS = 5
#: What stands in a cell that tells nothing; such a column is left out of any table.
NOTHING = frozenset({None, ""})


@dataclass(frozen=True)
class Columns:
    """
    Which columns of a table are shown, and what the others say of every row.

    ``shown`` are names, in the order of the table. ``common`` are pairs of a heading
    and a value, "" where no row has any.
    """

    shown: tuple[str, ...]
    common: tuple[tuple[str, str], ...]


def telling(
    headings: Mapping[str, str], rows: Iterable[Mapping[str, object]]
) -> Columns:
    """
    The columns that earn their place.

    ``headings`` gives each column that may be left out its heading; every row holds by
    the same names what stands in its cells. A column that a reader needs on each row,
    such as a title, is not named at all.
    """
    rows, shown, common = list(rows), [], []
    for name, heading in headings.items():
        values = {row[name] for row in rows}
        if len(values) == 1 and (len(rows) >= MANY_ROWS or not values - NOTHING):
            (value,) = values
            common.append((heading, "" if value is None else str(value)))
        else:
            shown.append(name)
    return Columns(tuple(shown), tuple(common))
