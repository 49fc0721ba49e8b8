"""
Page cache: a WSGI wrapper that answers public pages from memory, before Django.

Django renders each page once per ``PageVersion``. Requests from signed-in users,
unusual requests and all other URLs go to Django. While the database is down, the last
pages are served with a banner; a page not in memory, or made before the last takedown,
answers 503.

Django's own cache is slower by more than half, and a page that expires after some time
is outdated until then.
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
from plan_portal.conditional_get import FOR_PAGE_CACHE, KEEP_HEADER
from plan_portal.errors import HELP_PAGES
from plan_portal.middleware import (
    CSP_REPORT_PATH,
    STAFF_PATHS,
    SecurityHeadersMiddleware,
    language_of_path,
)
from plan_portal.page_cache.finished_pages import FinishedPage, PageMemory
from plan_portal.page_cache.version_watcher import VersionWatcher
from plan_portal.page_cache.worker_renewal import WorkerRenewal
from strategic_areas.datasets.file_cache import FILE_CACHE
from strategic_areas.queries.pages import overview

#: The request for which the common 503 response is made, once.
SAMPLE_REQUEST = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.url_scheme": "https"}
#: Paths passed on to Django.
UNCACHED_PATHS = (*STAFF_PATHS, "/salud/", "/static/")
#: Suffixes of data files, which ``datasets.file_cache`` stores.
DATA_SUFFIXES = (".csv", ".json", ".xlsx", ".zip")
#: Paths that Django answers without the database.
WITHOUT_DATABASE = ("/salud/", "/static/", CSP_REPORT_PATH)
#: Pages made in advance, so that they can be shown while the database is down.
HELP_PATHS = tuple(HELP_PAGES.values())
#: Parts of the WSGI environment hidden from views of cached pages.
IGNORED_VARIABLES = (
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
    moment = timezone.localtime(datetime.fromtimestamp(made_at, UTC))
    with translation.override(language_of_path(path)):
        return render_to_string("_copy_banner.html", {"moment": moment}).encode()


@cache
def unavailable():
    """Body and headers of a 503 that need no database."""
    wrapped = SecurityHeadersMiddleware(CSPMiddleware(errors.unavailable))
    response = wrapped(WSGIRequest({**SAMPLE_REQUEST, "wsgi.input": BytesIO()}))
    length = ("Content-Length", str(len(response.content)))
    return response.content, [*response.items(), length]


def respond_unavailable(environ, start_response):
    body, headers = unavailable()
    start_response("503 Service Unavailable", list(headers))
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


class PageCache:
    """
    The WSGI application around Django's.

    ``watch`` knows the current page version, ``memory`` holds the finished pages.
    """

    def __init__(self, application, *, watch, memory):
        self.application = application
        self.watch, self.memory = watch, memory
        self._session_cookie = f"{settings.SESSION_COOKIE_NAME}="
        # Bounded, since a request may name any host.
        self._is_known_host = lru_cache(maxsize=64)(is_allowed)
        self.renewal = WorkerRenewal()
        watch.on_new_page_version = self.drop_made_before_takedown
        watch.make_ready = self.make_ready

    def __call__(self, environ, start_response):
        key = environ["PATH_INFO"]
        if query := environ.get("QUERY_STRING"):
            key = f"{key}?{query}"
        page = self.memory.pages.get(key)
        if (
            page is not None
            and page.page_version is self.watch.page_version
            and time.monotonic() < self.watch.valid_until
            and self._is_cacheable(environ)
        ):
            self.memory.touch(key)
            return page.respond(environ, start_response)
        if not self._is_cacheable(environ):
            return self._pass_on(environ, start_response)
        self.watch.start()
        if not self.watch.ensure_version_known():
            return self._respond_with_old_page(key, environ, start_response)
        return self._current_page(key, environ).respond(environ, start_response)

    def _is_cacheable(self, environ):
        return (
            environ["REQUEST_METHOD"] in ("GET", "HEAD")
            and not environ["PATH_INFO"].startswith(UNCACHED_PATHS)
            and not environ["PATH_INFO"].endswith(DATA_SUFFIXES)
            # A decoded %3F would look like the start of a query.
            and "?" not in environ["PATH_INFO"]
            and self._session_cookie not in environ.get("HTTP_COOKIE", "")
            and self._has_valid_host(environ)
        )

    def _has_valid_host(self, environ):
        return self._is_known_host(environ.get("HTTP_HOST", "")) and (
            settings.INSECURE_HTTP or is_secure(environ)
        )

    def _pass_on(self, environ, start_response):
        """
        Pass a request to Django, or answer 503 while the database is known to be down.

        Requests that wait for a dead database would occupy the few threads.
        """
        path = environ["PATH_INFO"]
        if not path.startswith(WITHOUT_DATABASE) and self._has_valid_host(environ):
            self.watch.start()
            if not self.watch.ensure_version_known():
                return respond_unavailable(environ, start_response)
        return self._ask_django(environ, start_response)

    def _ask_django(self, environ, start_response):
        with self.watch.deadline.applied():
            return self.application(environ, start_response)

    def _current_page(self, key, environ):
        page = self.memory.pages.get(key)
        if page is None or page.page_version is not self.watch.page_version:
            with self.memory.making(key):
                page = self.memory.pages.get(key)
                if page is None or page.page_version is not self.watch.page_version:
                    page = self._render_page(key, environ)
        return page

    def _render_page(self, key, environ):
        """
        Let Django render the page; cache it, or return the uncacheable response.

        The version is read before the content, so that a page is never older than its
        version.
        """
        page_version = self.watch.page_version
        answer = UpstreamResponse(self._ask_django, environ)
        if answer.status != "200 OK" or not answer.may_be_kept:
            return answer
        page = FinishedPage(answer.read(), answer.headers, page_version, time.time())
        self.memory.put(key, page)
        return page

    def _respond_with_old_page(self, key, environ, start_response):
        """
        Answer with the earlier page under a banner, or with 503.

        Pages with content that was taken down are already removed from memory.
        """
        page = self.memory.pages.get(key)
        if page is None:
            return respond_unavailable(environ, start_response)
        if page.copy_with_banner is None:
            page.copy_with_banner = page.with_banner(banner(page.made_at, key))
        return page.copy_with_banner.respond(environ, start_response)

    def drop_made_before_takedown(self, page_version):
        self.memory.drop_made_before_takedown(page_version.takedowns)
        FILE_CACHE.drop_made_before_takedown(page_version.takedowns)

    def make_ready(self):
        """
        Load the progress of the home page's plan, then make the help pages.

        The help pages come last, since a request may close the watcher's connection.
        After a purge, the workers, whose memory may hold purged texts, are replaced
        first.
        """
        try:
            FILE_CACHE.wake()
            with self.watch.deadline.applied():
                self.renewal.replace_workers_after_purge(
                    self.watch.page_version.takedowns
                )
                overview.cache_home_plan(timezone.localdate())
        finally:
            self._make_help_pages()

    def _make_help_pages(self):
        site = urlsplit(settings.SITE_URL)
        for path in HELP_PATHS:
            environ = {
                "REQUEST_METHOD": "GET",
                "PATH_INFO": path,
                "HTTP_HOST": site.netloc,
                "wsgi.url_scheme": site.scheme,
                "wsgi.input": BytesIO(),
            }
            answer = self._current_page(path, environ)
            if not isinstance(answer, FinishedPage):
                answer.read()  # which ends the request


class UpstreamResponse:
    """Django's response before its body is read."""

    def __init__(self, application, environ):
        page_environ = {
            name: environ[name] for name in environ if name not in IGNORED_VARIABLES
        }
        page_environ |= {"REQUEST_METHOD": "GET", FOR_PAGE_CACHE: True}
        self._body = application(page_environ, self._begin)

    def _begin(self, status, headers, exc_info=None):
        self.status = status
        self.headers = [pair for pair in headers if pair[0] != KEEP_HEADER]
        self.may_be_kept = len(self.headers) < len(headers)

    def read(self):
        try:
            return b"".join(self._body)
        finally:
            if hasattr(self._body, "close"):
                self._body.close()

    def respond(self, environ, start_response):
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
    The page cache around Django's WSGI application; Django alone in development.

    The watcher starts at once, so that the help pages are ready if the database goes
    down.
    """
    if settings.DEBUG:
        return application
    watch = VersionWatcher()
    page_cache = PageCache(
        application,
        watch=watch,
        memory=PageMemory(settings.PAGE_CACHE_BYTES, HELP_PATHS),
    )
    watch.start()
    FILE_CACHE.start()
    return page_cache
