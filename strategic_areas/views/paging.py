"""Lists that are read page by page, the page as a number in the address."""

from collections.abc import Mapping, Sequence

from django.core.paginator import InvalidPage, Page, Paginator
from django.http import Http404


def page_of(rows: Sequence, asked: Mapping[str, str], length: int) -> Page:
    """The page that is asked for, of so many rows; Http404 where there is none."""
    try:
        return Paginator(rows, length).page(asked.get("page", 1))
    except InvalidPage:
        raise Http404 from None
