"""
Lists as readers ask for them: their filters, headings, columns and pages.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.core.paginator import InvalidPage, Page, Paginator
from django.http import Http404

from agencies.folding import fold
from strategic_areas.queries.plan.facets import Facet
from strategic_areas.views.parameters import FREE_TEXT, query


@dataclass(frozen=True, kw_only=True)
class FilterField:
    """
    A filter as a field of the form.

    ``groups`` are a heading or "" with its options: value, label and how many have it,
    or None. ``dropped`` is the address without it, where ``without`` are found.
    """

    name: str
    label: str
    asked: str
    chosen: str
    dropped: str
    every: str = ""
    groups: tuple[tuple[str, list[tuple[str, str, int | None]]], ...] = ()
    without: int = 0
    #: Whether there is no such value at all.
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
) -> FilterField:
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
        groups.setdefault(group, []).append((value, label, number))
        if value == facet.asked:
            chosen, is_unknown = label, False
    return FilterField(
        name=name,
        label=words[0],
        every=words[1],
        groups=tuple(groups.items()),
        asked=facet.asked,
        chosen=chosen,
        dropped=query(asked, **{name: "", **FROM_THE_START}),
        without=facet.without,
        is_unknown=is_unknown and name not in FREE_TEXT,
    )


def day_field(
    name: str, label: str, asked: Mapping[str, str], chosen: str
) -> FilterField:
    dropped = query(asked, **{name: "", **FROM_THE_START})
    wanted = asked.get(name, "")
    return FilterField(
        name=name, label=label, asked=wanted, chosen=chosen, dropped=dropped
    )


#: Another choice begins at the first page.
FROM_THE_START = {"page": "", "after": "", "before": ""}


def headings(
    names: Mapping[str, str], sort: str, asked: Mapping[str, str], default: str
) -> tuple[Heading, ...]:
    """The headings that sort the table; pressed again, they reverse the order."""
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
    """Pairs of a value and its label, each once, in the order of the labels."""
    return sorted(dict(pairs).items(), key=lambda pair: fold(pair[1]))


def page_of(rows: Sequence, asked: Mapping[str, str], length: int) -> Page:
    """The page that is asked for; Http404 where there is none."""
    try:
        return Paginator(rows, length).page(asked.get("page", 1))
    except InvalidPage:
        raise Http404 from None


#: From so many rows on, a column that says the same on each of them is left out.
MANY_ROWS = 5
#: What stands in a cell that tells nothing; such a column is left out of any table.
NOTHING = frozenset({None, ""})


@dataclass(frozen=True)
class ColumnSelection:
    """
    The names of the columns that are shown, and what the others say of every row.

    ``common`` are pairs of a heading and a value, "" where no row has any.
    """

    shown: tuple[str, ...]
    common: tuple[tuple[str, str], ...]


def telling(
    headings: Mapping[str, str], rows: Iterable[Mapping[str, object]]
) -> ColumnSelection:
    """
    The columns that earn their place.

    ``headings`` names those that may be left out; every row holds by the same names
    what stands in its cells.
    """
    rows, shown, common = list(rows), [], []
    for name, heading in headings.items():
        values = {row[name] for row in rows}
        if len(values) == 1 and (len(rows) >= MANY_ROWS or not values - NOTHING):
            (value,) = values
            common.append((heading, "" if value is None else str(value)))
        else:
            shown.append(name)
    return ColumnSelection(tuple(shown), tuple(common))
