"""The page on which the form of a request stands, to send a person back to it."""

from urllib.parse import urlsplit

from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme

SAFE_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}


def held_by(page, *words):
    """
    Mark a view that takes forms with the name of the page on which they stand.

    ``words`` are those of the view's address that the page's address needs too. Nobody
    can go back to the view itself: it shows nothing, or only what was just sent.
    """

    def mark(view):
        view.held_by = (page, words)
        return view

    return mark


def page_of(request):
    """
    The address to come back to, within the portal; the desk where there is none.

    The page that was asked for; of a form that was sent, the one on which it stood.
    """
    if request.method in SAFE_METHODS:
        return _holder(request.resolver_match) or request.get_full_path()
    sent_from = request.headers.get("referer", "")
    if not url_has_allowed_host_and_scheme(
        sent_from, {request.get_host()}, require_https=request.is_secure()
    ):
        return _holder(request.resolver_match) or reverse("admin:index")
    path, query = urlsplit(sent_from)[2:4]
    page = f"{path}?{query}" if query else path
    return _holder(_match(path)) or page or reverse("admin:index")


def _match(path):
    try:
        return resolve(path)
    except Resolver404:
        return None


def _holder(match):
    """The page that holds a view's forms; empty where the view is a page itself."""
    if match is None or not hasattr(match.func, "held_by"):
        return ""
    page, words = match.func.held_by
    return reverse(page, kwargs={word: match.kwargs[word] for word in words})
