"""URL helpers: the page that shows a view's form, and views loaded on demand."""

from importlib import import_module
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme

SAFE_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}


def shown_on_page(page, *words):
    """
    Decorator of a view whose form the page with this URL name shows.

    ``words`` are the view's URL arguments that the page needs.
    """

    def mark(view):
        view.held_by = (page, words)
        return view

    return mark


def page_of(request):
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
    if match is None or not hasattr(match.func, "held_by"):
        return ""
    page, words = match.func.held_by
    return reverse(page, kwargs={word: match.kwargs[word] for word in words})


class LazyViews:
    def __init__(self, module):
        self.module = module

    def __getattr__(self, name):
        def view(request, *args, **kwargs):
            return getattr(import_module(self.module), name)(request, *args, **kwargs)

        return view
