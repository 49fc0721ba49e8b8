"""
Query parameters, filters and pagination of public pages.

Parameter names are the same in both languages, so that a filtered URL can be
translated.
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

MAX_LENGTH = 100
#: Parameters with unlimited values; pages with them are not cached.
FREE_TEXT = frozenset({"q", "since", "until", "day"})
#: A former parameter, for pages as of a past period; it redirects.
AS_OF = "at"


def reads_parameters(*names, **defaults):
    """
    Declare the query parameters of a public view, in the order of its canonical URL.

    Parameters with their default value are left out of it.
    """

    def named(view):
        view.parameters = {name: defaults.get(name, "") for name in names}
        return view

    return named


def canonical_query(request, view) -> str | None:
    """
    The canonical query string, "" without parameters; None if an unknown one was sent.

    Http404 as in ``query_values``.
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


def mark_uncacheable(response, *, when):
    """Keep a response out of the cache if ``when``, such as for an unknown value."""
    response.is_uncacheable = when
    return response


def redirect_to_list(wanted, name, *args):
    """Redirect from a file to its list, which names the unknown value."""
    return mark_uncacheable(
        redirect(public_path(name, *args) + build_query(wanted)), when=True
    )


def query_values(request, *names) -> dict[str, str]:
    """
    The non-empty values of these parameters, in this order.

    A page number is normalised, and the first page left out. Http404 if one is
    repeated.
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
    with suppress(ValueError):
        value = str(int(value))
    return "" if value == "1" else value


def build_query(values: Mapping[str, str], **changes) -> str:
    """
    For example "?area=1&state=late", or "". ``changes`` override; empty values drop.
    """
    parameters = {name: value for name, value in {**values, **changes}.items() if value}
    return f"?{urlencode(parameters)}" if parameters else ""


def public_plan_or_404(code):
    return found_or_404(plans.plan_by_code(code))


def found_or_404(record):
    if record is None:
        raise Http404
    return record


@dataclass(frozen=True, kw_only=True)
class FilterField:
    """
    A filter in the form.

    ``groups`` hold a heading (or "") with options: value, label and count (or None).
    ``drop_url`` is the URL without the filter, which leaves ``without`` records.
    """

    name: str
    label: str
    requested: str
    chosen: str
    drop_url: str
    every: str = ""
    groups: tuple[tuple[str, list[tuple[str, str, int | None]]], ...] = ()
    without: int = 0
    #: Whether the value does not exist.
    is_unknown: bool = False

    @property
    def is_useful(self):
        """Whether it distinguishes records, or a value was requested."""
        return bool(self.requested) or sum(len(group) for _, group in self.groups) > 1


@dataclass(frozen=True)
class Heading:
    """A table heading; ``direction`` is "" unless the table is sorted by it."""

    name: str
    label: str
    address: str
    direction: str


def filter_field(
    name: str,
    facet: Facet,
    words: tuple[str, str],
    labels: Iterable[tuple[str, str, str]],
    wanted: Mapping[str, str],
    uncounted=frozenset(),
) -> FilterField:
    """
    Build the field of a filter.

    ``words`` are its label and the label of "any"; ``labels`` are triples of group,
    value and label. Values without records are left out.
    """
    groups, chosen, is_unknown = {}, facet.requested, bool(facet.requested)
    for group, value, label in labels:
        if value not in facet.numbers and value != facet.requested:
            continue
        number = None if value in uncounted else facet.numbers.get(value, 0)
        groups.setdefault(group, []).append((value, label, number))
        if value == facet.requested:
            chosen, is_unknown = label, False
    return FilterField(
        name=name,
        label=words[0],
        every=words[1],
        groups=tuple(groups.items()),
        requested=facet.requested,
        chosen=chosen,
        drop_url=build_query(wanted, **{name: "", **FROM_THE_START}),
        without=facet.without,
        is_unknown=is_unknown and name not in FREE_TEXT,
    )


def day_field(
    name: str, label: str, wanted: Mapping[str, str], chosen: str
) -> FilterField:
    drop_url = build_query(wanted, **{name: "", **FROM_THE_START})
    requested = wanted.get(name, "")
    return FilterField(
        name=name, label=label, requested=requested, chosen=chosen, drop_url=drop_url
    )


#: Parameters that a new choice resets.
FROM_THE_START = {"page": "", "after": "", "before": ""}


def filter_links(
    field: FilterField, wanted: Mapping[str, str], every: str
) -> list[tuple]:
    """
    A filter's values as links, ``every`` first: value, label, URL, count, is chosen.
    """
    found = [("", every, field.drop_url or "?", field.without, not field.requested)]
    for value, label, number in (o for _, options in field.groups for o in options):
        there = build_query(wanted, **{field.name: value, **FROM_THE_START})
        if number != 0 or value == field.requested:
            found.append((value, label, there, number, value == field.requested))
    return found


def sort_by_label(pairs: Iterable[tuple[str, str]]) -> list:
    return sorted(dict(pairs).items(), key=lambda pair: fold(pair[1]))


def page_or_404(rows: Sequence, wanted: Mapping[str, str], length: int) -> Page:
    try:
        return Paginator(rows, length).page(wanted.get("page", 1))
    except InvalidPage:
        raise Http404 from None


#: Tables of this length leave out columns with one value.
MANY_ROWS = 5
#: Columns with these values only are always left out.
EMPTY_VALUES = frozenset({None, ""})


@dataclass(frozen=True)
class ColumnSelection:
    """
    The columns to show, and the common values of the others.

    ``common`` are pairs of heading and value, "" if no row has one.
    """

    shown: tuple[str, ...]
    common: tuple[tuple[str, str], ...]


def select_columns(
    headings: Mapping[str, str], rows: Iterable[Mapping[str, object]]
) -> ColumnSelection:
    """
    Choose the columns to show.

    A column with one value in all rows is left out if the table is long or the value
    empty.
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
