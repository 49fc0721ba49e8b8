"""URL helpers: the page that shows a view's form, and views loaded on demand."""

from importlib import import_module
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme

SAFE_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}


def shown_on_page(page, *arguments):
    """
    Decorator of a view whose form is on another page, the one with this URL name.

    ``arguments`` are the view's URL arguments that the page needs.
    """

    def mark(view):
        view.page_of_form = (page, arguments)
        return view

    return mark


def return_url(request):
    """The page to which the user returns after signing in again."""
    if request.method in SAFE_METHODS:
        return _form_page_url(request.resolver_match) or request.get_full_path()
    sent_from = request.headers.get("referer", "")
    if not url_has_allowed_host_and_scheme(
        sent_from, {request.get_host()}, require_https=request.is_secure()
    ):
        return _form_page_url(request.resolver_match) or reverse("admin:index")
    path, query = urlsplit(sent_from)[2:4]
    page = f"{path}?{query}" if query else path
    return _form_page_url(_match(path)) or page or reverse("admin:index")


def _match(path):
    try:
        return resolve(path)
    except Resolver404:
        return None


def _form_page_url(match):
    if match is None or not hasattr(match.func, "page_of_form"):
        return ""
    page, arguments = match.func.page_of_form
    return reverse(page, kwargs={name: match.kwargs[name] for name in arguments})


class LazyViews:
    def __init__(self, module):
        self.module = module

    def __getattr__(self, name):
        def view(request, *args, **kwargs):
            return getattr(import_module(self.module), name)(request, *args, **kwargs)

        return view
