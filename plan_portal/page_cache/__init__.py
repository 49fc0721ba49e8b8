"""
The front: answers public pages from memory, before Django builds a request.

A page is made once by Django for each label (build, publication version, time) and
kept as finished bytes. Whatever is not a public page, asks for something unusual or
comes from somebody signed in goes on to Django untouched. While the database is away
the pages made before are served with a banner that says so, or with 503, unless
something was taken down since they were made.

It is no Django cache: nothing inside Django's handler answers at more than half the
speed of the bare server, and a cache that expires by time serves old pages.
"""

import time
from datetime import UTC, datetime
from functools import cache, lru_cache
from io import BytesIO
from urllib.parse import urlsplit

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http.request import split_domain_port, validate_host
from django.template.loader import render_to_string
from django.utils import timezone, translation

from plan_portal import errors
from plan_portal.conditional_get import ASKED_BY_FRONT, KEEP
from plan_portal.errors import HELP_PAGES
from plan_portal.middleware import (
    REPORTS,
    STAFF_PATHS,
    SecurityHeadersMiddleware,
    language_of_path,
)
from plan_portal.page_cache.finished_pages import FinishedPage, PageMemory
from plan_portal.page_cache.version_watcher import VersionWatcher
from plan_portal.page_cache.worker_renewal import WorkerRenewal
from strategic_areas.datasets.file_cache import FILE_CACHE
from strategic_areas.queries.pages import overview

#: The request for which the 503 answer is made in advance; it is the same for all.
ANY = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.url_scheme": "https"}
#: Paths that are never public pages: their requests are passed on to Django unchanged.
PASSED_ON = (*STAFF_PATHS, "/salud/", "/static/")
#: How the addresses of files of data end, which the shelf keeps.
DATA = (".csv", ".json", ".xlsx", ".zip")
#: Paths that Django answers without the database.
WITHOUT_DATABASE = ("/salud/", "/static/", REPORTS)
#: Pages made before anybody requests them, to be ready when the database goes away.
HELP = tuple(HELP_PAGES.values())
#: Parts of a request on which the content of a page must not depend.
NOT_OF_THE_PAGE = (
    "HTTP_ACCEPT_ENCODING",
    "HTTP_COOKIE",
    "HTTP_IF_MATCH",
    "HTTP_IF_MODIFIED_SINCE",
    "HTTP_IF_NONE_MATCH",
    "HTTP_IF_RANGE",
    "HTTP_IF_UNMODIFIED_SINCE",
    "HTTP_RANGE",
)


def banner(made_at, path):
    """The banner that says when a page was made, as bytes, in the page's language."""
    moment = timezone.localtime(datetime.fromtimestamp(made_at, UTC))
    with translation.override(language_of_path(path)):
        return render_to_string("_copy_banner.html", {"moment": moment}).encode()


@cache
def unavailable():
    """The body and the headers of the answer 503; they need no database."""
    wrapped = SecurityHeadersMiddleware(CSPMiddleware(errors.unavailable))
    response = wrapped(WSGIRequest({**ANY, "wsgi.input": BytesIO()}))
    length = ("Content-Length", str(len(response.content)))
    return response.content, [*response.items(), length]


def say_unavailable(environ, start_response):
    """The answer without a page in memory: 503, in both languages, with a number."""
    body, headers = unavailable()
    start_response("503 Service Unavailable", list(headers))
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


class PageCache:
    """
    A WSGI application around Django's.

    ``watch`` knows the current label, ``memory`` keeps the finished pages.
    """

    def __init__(self, application, *, watch, memory):
        self.application = application
        self.watch, self.memory = watch, memory
        self._session_cookie = f"{settings.SESSION_COOKIE_NAME}="
        # Readers use a few hosts; a stranger may send any.
        self._knows = lru_cache(maxsize=64)(is_allowed)
        self.renewal = WorkerRenewal()
        watch.on_new_label = self.drop_older
        watch.make_ready = self.make_ready

    def __call__(self, environ, start_response):
        """Answer with a page from memory; without one, make it or ask Django."""
        key = environ["PATH_INFO"]
        if query := environ.get("QUERY_STRING"):
            key = f"{key}?{query}"
        page = self.memory.pages.get(key)
        if (
            page is not None
            and page.label is self.watch.label
            and time.monotonic() < self.watch.good_until
            and self._is_for_everybody(environ)
        ):
            self.memory.touch(key)
            return page.respond(environ, start_response)
        if not self._is_for_everybody(environ):
            return self._pass_on(environ, start_response)
        self.watch.start()
        if not self.watch.ask():
            return self._from_before(key, environ, start_response)
        return self._current(key, environ).respond(environ, start_response)

    def _is_for_everybody(self, environ):
        return (
            environ["REQUEST_METHOD"] in ("GET", "HEAD")
            and not environ["PATH_INFO"].startswith(PASSED_ON)
            and not environ["PATH_INFO"].endswith(DATA)
            # A %3F in a path is decoded, and would be taken for the start of a query.
            and "?" not in environ["PATH_INFO"]
            and self._session_cookie not in environ.get("HTTP_COOKIE", "")
            and self._is_addressed_well(environ)
        )

    def _is_addressed_well(self, environ):
        return self._knows(environ.get("HTTP_HOST", "")) and (
            settings.INSECURE_HTTP or is_secure(environ)
        )

    def _pass_on(self, environ, start_response):
        """
        Pass a request on to Django; answer 503 while the database is known to be away.

        A request that waits for a database that does not answer holds one of the few
        threads that serve the pages in memory.
        """
        path = environ["PATH_INFO"]
        if not path.startswith(WITHOUT_DATABASE) and self._is_addressed_well(environ):
            self.watch.start()
            if not self.watch.ask():
                return say_unavailable(environ, start_response)
        return self._ask_django(environ, start_response)

    def _ask_django(self, environ, start_response):
        with self.watch.deadline.applied():
            return self.application(environ, start_response)

    def _current(self, key, environ):
        """The current page, made by one thread; or Django's answer if it is no page."""
        page = self.memory.pages.get(key)
        if page is None or page.label is not self.watch.label:
            with self.memory.making(key):
                page = self.memory.pages.get(key)
                if page is None or page.label is not self.watch.label:
                    page = self._make(key, environ)
        return page

    def _make(self, key, environ):
        """
        Let Django make the page, and keep it if it may be kept; else return the answer.

        The label is read before the content, so that the content is never older than
        its label says.
        """
        label = self.watch.label
        answer = UpstreamResponse(self._ask_django, environ)
        if answer.status != "200 OK" or not answer.may_be_kept:
            return answer
        page = FinishedPage(answer.read(), answer.headers, label, time.time())
        self.memory.put(key, page)
        return page

    def _from_before(self, key, environ, start_response):
        """
        Answer with the earlier page under a banner that says so, or with 503.

        A page of which this process could learn that something in it was taken down is
        no longer in memory.
        """
        page = self.memory.pages.get(key)
        if page is None:
            return say_unavailable(environ, start_response)
        if page.bannered is None:
            page.bannered = page.under(banner(page.made_at, key))
        return page.bannered.respond(environ, start_response)

    def drop_older(self, label):
        """Forget the pages and files that show what was taken away since."""
        self.memory.drop_older(label.takedowns)
        FILE_CACHE.drop_older(label.takedowns)

    def make_ready(self):
        """
        Read the board of the plan that is shown, and make the help pages.

        The files of data are made beside, by a thread of their own.
        The help pages come last, as a request may close the connection on which the
        watch listens; they are made even if the board could not be read. After a purge
        new workers are asked for first.
        """
        try:
            FILE_CACHE.wake()
            with self.watch.deadline.applied():
                self.renewal.look(self.watch.label.takedowns)
                overview.cache_shown_plan(timezone.localdate())
        finally:
            self._make_help_pages()

    def _make_help_pages(self):
        site = urlsplit(settings.SITE_URL)
        for path in HELP:
            environ = {
                "REQUEST_METHOD": "GET",
                "PATH_INFO": path,
                "HTTP_HOST": site.netloc,
                "wsgi.url_scheme": site.scheme,
                "wsgi.input": BytesIO(),
            }
            answer = self._current(path, environ)
            if not isinstance(answer, FinishedPage):
                answer.read()  # which ends the request


class UpstreamResponse:
    """Django's answer to a request, whose body is not read yet."""

    def __init__(self, application, environ):
        page_environ = {
            name: environ[name] for name in environ if name not in NOT_OF_THE_PAGE
        }
        page_environ |= {"REQUEST_METHOD": "GET", ASKED_BY_FRONT: True}
        self._body = application(page_environ, self._begin)

    def _begin(self, status, headers, exc_info=None):
        self.status = status
        self.headers = [pair for pair in headers if pair[0] != KEEP]
        self.may_be_kept = len(self.headers) < len(headers)

    def read(self):
        try:
            return b"".join(self._body)
        finally:
            if hasattr(self._body, "close"):
                self._body.close()

    def respond(self, environ, start_response):
        """Hand the answer on unchanged."""
        start_response(self.status, self.headers)
        if environ["REQUEST_METHOD"] == "HEAD":
            self.read()
            return []
        return self._body


def is_allowed(host):
    domain, _port = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def is_secure(environ):
    if environ["wsgi.url_scheme"] == "https":
        return True
    if not settings.SECURE_PROXY_SSL_HEADER:
        return False
    header, value = settings.SECURE_PROXY_SSL_HEADER
    return environ.get(header, "").split(",")[0].strip() == value


def with_page_cache(application):
    """
    Django's WSGI application behind the front, or by itself while developing.

    The watch starts at once and not with the first request, so that the help page is
    ready if the database goes away.
    """
    if settings.DEBUG:
        return application
    watch = VersionWatcher()
    front = PageCache(
        application, watch=watch, memory=PageMemory(settings.FRONT_MEMORY, HELP)
    )
    watch.start()
    FILE_CACHE.start()
    return front
