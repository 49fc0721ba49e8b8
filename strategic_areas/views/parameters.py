"""
What a public page reads of its address: the plan, and what a reader asks of it.

One set of names serves both languages, so that an address with filters leads to the
same page of the other one.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.paginator import InvalidPage, Page, Paginator
from django.http import Http404
from django.shortcuts import redirect

from agencies.folding import fold
from strategic_areas.public_paths import public_path
from strategic_areas.queries.plan import plans
from strategic_areas.queries.plan.facets import Facet

#: Words longer than this are nobody's search.
MAX_LENGTH = 100
#: Parameters of free text and of days: their values have no end, so no page is kept by
#: them.
FREE_TEXT = frozenset({"q", "since", "until", "day"})
#: By this parameter pages were once read as of a past period; it leads to the page.
AS_OF = "at"


def reads_parameters(*names, **defaults):
    """
    A decorator that names the query parameters a public page depends on.

    They stand in its address in this order, and not at all with their default. Any
    other address with just these leads to that one.
    """

    def named(view):
        view.parameters = {name: defaults.get(name, "") for name in names}
        return view

    return named


def canonical_query(request, view) -> str | None:
    """
    The query of this page as the portal writes it; "" where nothing is asked.

    None where something was sent that the view does not read. Http404 as ``asked``.
    """
    parameters = getattr(view, "parameters", {})
    values = query_values(request, *parameters)
    if AS_OF in request.GET:
        values.pop("page", None)
    elif not request.GET.keys() <= parameters.keys():
        return None
    return build_query(
        {name: value for name, value in values.items() if value != parameters[name]}
    )


def has_free_text(request) -> bool:
    return not FREE_TEXT.isdisjoint(request.GET)


def mark_unknown(response, is_unknown):
    """The page, marked as none to keep where a value asked for does not exist."""
    response.is_of_unknown_value = is_unknown
    return response


def redirect_to_list(wanted, name, *args):
    """Lead from a file to the page of its list, which says what does not exist."""
    return mark_unknown(redirect(public_path(name, *args) + build_query(wanted)), True)


def query_values(request, *names) -> dict[str, str]:
    """
    The one value of each parameter that was sent with one, in the order of ``names``.

    A page has its plain number, and the first none. Http404 where one stands twice.
    """
    found = {}
    for name in names:
        values = request.GET.getlist(name)
        if len(values) > 1:
            raise Http404
        value = "".join(values).replace("\0", "").strip()[:MAX_LENGTH].strip()
        if name == "page":
            value = _plain_number(value)
        if value:
            found[name] = value
    return found


def _plain_number(value):
    """ "2" for all that ``int`` takes for 2, "" for 1; anything else as it is."""
    with suppress(ValueError):
        value = str(int(value))
    return "" if value == "1" else value


def build_query(values: Mapping[str, str], **changes) -> str:
    """
    "?area=1&state=late", or "" where nothing is asked.

    ``changes`` replace values; an empty one drops its parameter.
    """
    kept = {name: value for name, value in {**values, **changes}.items() if value}
    return f"?{urlencode(kept)}" if kept else ""


def public_plan_or_404(code):
    """The plan, unless it is in preparation or unknown."""
    return found_or_404(plans.plan_by_code(code))


def found_or_404(record):
    if record is None:
        raise Http404
    return record


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


def filter_field(
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
        dropped=build_query(asked, **{name: "", **FROM_THE_START}),
        without=facet.without,
        is_unknown=is_unknown and name not in FREE_TEXT,
    )


def day_field(
    name: str, label: str, asked: Mapping[str, str], chosen: str
) -> FilterField:
    dropped = build_query(asked, **{name: "", **FROM_THE_START})
    wanted = asked.get(name, "")
    return FilterField(
        name=name, label=label, asked=wanted, chosen=chosen, dropped=dropped
    )


#: Another choice begins at the first page.
FROM_THE_START = {"page": "", "after": "", "before": ""}


def filter_links(
    field: FilterField, asked: Mapping[str, str], every: str
) -> list[tuple]:
    """
    The values of a filter as links, first ``every``; without those of nothing.

    Each is its value, its label, its address, how many it leaves, and if it is chosen.
    """
    found = [("", every, field.dropped or "?", field.without, not field.asked)]
    for value, label, number in (o for _, options in field.groups for o in options):
        there = build_query(asked, **{field.name: value, **FROM_THE_START})
        if number != 0 or value == field.asked:
            found.append((value, label, there, number, value == field.asked))
    return found


def sort_by_label(pairs: Iterable[tuple[str, str]]) -> list:
    """Pairs of a value and its label, each once, in the order of the labels."""
    return sorted(dict(pairs).items(), key=lambda pair: fold(pair[1]))


def page_or_404(rows: Sequence, asked: Mapping[str, str], length: int) -> Page:
    """The page that is asked for; Http404 where there is none."""
    try:
        return Paginator(rows, length).page(asked.get("page", 1))
    except InvalidPage:
        raise Http404 from None


#: From so many rows on, a column that says the same on each of them is left out.
MANY_ROWS = 5
#: What stands in a cell that tells nothing; such a column is left out of any table.
EMPTY_VALUES = frozenset({None, ""})


@dataclass(frozen=True)
class ColumnSelection:
    """
    The names of the columns that are shown, and what the others say of every row.

    ``common`` are pairs of a heading and a value, "" where no row has any.
    """

    shown: tuple[str, ...]
    common: tuple[tuple[str, str], ...]


def select_columns(
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
        if len(values) == 1 and (len(rows) >= MANY_ROWS or not values - EMPTY_VALUES):
            (value,) = values
            common.append((heading, "" if value is None else str(value)))
        else:
            shown.append(name)
    return ColumnSelection(tuple(shown), tuple(common))
