"""
What a public page reads of its address: the plan, and what a reader asks of it.

One set of names serves both languages, so that an address with filters leads to the
same page of the other one.
"""

from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import redirect

from strategic_areas.addresses import address
from strategic_areas.queries.plan import plans

#: Words longer than this are nobody's search.
LONGEST = 100
#: Parameters of free text and of days: their values have no end, so no page is kept by
#: them.
FREE_TEXT = frozenset({"q", "since", "until"})
#: By this parameter pages were once read as of a past period; it leads to the page.
AS_OF = "at"


def reads(*names, **defaults):
    """
    A decorator that names the query parameters a public page depends on.

    They stand in its address in this order, and not at all with their default. Any
    other address with just these leads to that one.
    """

    def named(view):
        view.parameters = {name: defaults.get(name, "") for name in names}
        return view

    return named


def canonical(request, view) -> str | None:
    """
    The query of this page as the portal writes it; "" where nothing is asked.

    None where something was sent that the view does not read. Http404 as ``asked``.
    """
    parameters = getattr(view, "parameters", {})
    values = asked(request, *parameters)
    if AS_OF in request.GET:
        values.pop("page", None)
    elif not request.GET.keys() <= parameters.keys():
        return None
    return query(
        {name: value for name, value in values.items() if value != parameters[name]}
    )


def has_free_text(request) -> bool:
    return not FREE_TEXT.isdisjoint(request.GET)


def made_up(response, is_unknown):
    """The page, marked as none to keep where a value asked for does not exist."""
    response.is_made_up = is_unknown
    return response


def lead_to_list(wanted, name, *args):
    """Lead from a file to the page of its list, which says what does not exist."""
    return made_up(redirect(address(name, *args) + query(wanted)), True)


def asked(request, *names) -> dict[str, str]:
    """
    The one value of each parameter that was sent with one, in the order of ``names``.

    A page has its plain number, and the first none. Http404 where one stands twice.
    """
    found = {}
    for name in names:
        values = request.GET.getlist(name)
        if len(values) > 1:
            raise Http404
        value = "".join(values).replace("\0", "").strip()[:LONGEST].strip()
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


def query(values: Mapping[str, str], **changes) -> str:
    """
    "?area=1&state=late", or "" where nothing is asked.

    ``changes`` replace values; an empty one drops its parameter.
    """
    kept = {name: value for name, value in {**values, **changes}.items() if value}
    return f"?{urlencode(kept)}" if kept else ""


def public_plan(code):
    """The plan, unless it is in preparation or unknown."""
    return found_or_404(plans.by_code(code))


def found_or_404(record):
    if record is None:
        raise Http404
    return record
