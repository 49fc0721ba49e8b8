"""
Which query parameters a page depends on, and what of them a reader asks.

One set of names serves both languages, so that an address with filters leads to the
same page of the other language: ``q`` words, ``area``, ``programme``, ``agency``,
``state``, ``punctuality``, ``framework``, ``period``, ``sort``, ``page``, ``after`` and
``before`` for long lists, ``at`` for the period as of which a page is read.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.http import Http404

#: Words longer than this are nobody's search.
LONGEST = 100


def reads(*names):
    """
    A decorator that names the query parameters a public page depends on.

    A page asked for with just these may be kept and answered again; any other query
    makes it anew. Free text is never among them: its values have no end.
    """

    def named(view):
        view.parameters = names
        return view

    return named


def asked(request, *names) -> dict[str, str]:
    """
    The one value of each parameter that was sent with one, in the order of ``names``.

    An address that names one twice is none of the portal's: Http404. The front keeps
    pages by their parameters in any order, so that two values could change places.
    """
    found = {}
    for name in names:
        values = request.GET.getlist(name)
        if len(values) > 1:
            raise Http404
        if value := "".join(values).replace("\0", "").strip()[:LONGEST]:
            found[name] = value
    return found


def is_untidy(request, *names) -> bool:
    """A form was sent with fields left empty, which an address need not name."""
    return any(name in request.GET and not request.GET[name] for name in names)


def query(values: Mapping[str, str], **changes) -> str:
    """
    "?area=1&state=late", or "" where nothing is asked.

    ``changes`` replace values; an empty one drops its parameter.
    """
    kept = {name: value for name, value in {**values, **changes}.items() if value}
    return f"?{urlencode(kept)}" if kept else ""
