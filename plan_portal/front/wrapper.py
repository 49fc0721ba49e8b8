"""What stands between the server and Django."""

import time
from io import BytesIO
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from plan_portal.conditional import ASKED_BY_FRONT, KEEP
from plan_portal.content_policy import REPORTS
from plan_portal.errors import HELP_PAGES
from plan_portal.front import outage
from plan_portal.front.pages import Page
from plan_portal.middleware import STAFF_PATHS

#: Never public pages: they go on to Django as they came.
PASSED_ON = (*STAFF_PATHS, "/salud/", "/static/")
#: What Django answers without the database.
WITHOUT_DATABASE = ("/salud/", "/static/", REPORTS)
#: Made before anybody asks: they are to be there when the database is not.
HELP = tuple(HELP_PAGES.values())
#: What of a request the making of a page must not depend on.
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


class Front:
    """
    A WSGI application around Django's.

    ``watch`` knows the label of what is current, ``memory`` keeps the pages.
    """

    def __init__(self, application, *, watch, memory):
        self.application = application
        self.watch, self.memory = watch, memory
        self._session_cookie = f"{settings.SESSION_COOKIE_NAME}="
        self._hosts = {}
        watch.on_new_label = lambda label: memory.drop_older(label.takedowns)
        watch.make_ready = self.make_help_pages

    def __call__(self, environ, start_response):
        """Answer a page that stands ready at once; everything else takes longer."""
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
        """A read of a public address, by nobody in particular, in the right way."""
        return (
            environ["REQUEST_METHOD"] in ("GET", "HEAD")
            and not environ["PATH_INFO"].startswith(PASSED_ON)
            and self._session_cookie not in environ.get("HTTP_COOKIE", "")
            and self._is_addressed_well(environ)
        )

    def _is_addressed_well(self, environ):
        return self._knows(environ.get("HTTP_HOST", "")) and (
            settings.INSECURE_HTTP or is_secure(environ)
        )

    def _knows(self, host):
        """True for a host that Django would accept; the others are its to refuse."""
        known = self._hosts.get(host)
        if known is None:
            domain, _port = split_domain_port(host)
            known = bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)
            if len(self._hosts) < 64:
                self._hosts[host] = known
        return known

    def _pass_on(self, environ, start_response):
        """
        To Django; or 503 while the database is known to be away.

        Who waits for a database that does not answer holds one of the few threads in
        which the pages that stand ready are served.
        """
        path = environ["PATH_INFO"]
        if not path.startswith(WITHOUT_DATABASE) and self._is_addressed_well(environ):
            self.watch.start()
            if not self.watch.ask():
                return outage.unavailable().respond(environ, start_response)
        return self._ask_django(environ, start_response)

    def _ask_django(self, environ, start_response):
        """What Django answers; let go of where the database does not answer it."""
        with self.watch.deadline.applied():
            return self.application(environ, start_response)

    def _current(self, key, environ):
        """The page as it is now, made by one thread; else Django's own answer."""
        page = self.memory.get(key)
        if page is None or page.label is not self.watch.label:
            with self.memory.making(key):
                page = self.memory.get(key)
                if page is None or page.label is not self.watch.label:
                    page = self._make(key, environ)
        return page

    def _make(self, key, environ):
        """
        The page that Django makes now, kept if it may be; else Django's own answer.

        The label is read before the content, which so is never older than it says.
        """
        label = self.watch.label
        answer = Answer(self._ask_django, environ)
        if answer.status != "200 OK" or not answer.may_be_kept:
            return answer
        page = Page(answer.read(), answer.headers, label, time.time())
        self.memory.put(key, page)
        return page

    def _from_before(self, key, environ, start_response):
        """
        The page of before under a band that says so; else 503.

        What is in memory holds nothing of which this process could learn that it was
        taken down.
        """
        page = self.memory.get(key)
        if page is None:
            return outage.unavailable().respond(environ, start_response)
        if page.bannered is None:
            page.bannered = page.under(outage.banner(page.made_at, key))
        return page.bannered.respond(environ, start_response)

    def make_help_pages(self):
        """Make those that are not current, as if a reader had asked for them."""
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
            if not isinstance(answer, Page):
                answer.read()  # which ends the request


class Answer:
    """What Django answers to a request, for as long as nobody has read its body."""

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
        """Hand it on as it came."""
        start_response(self.status, self.headers)
        if environ["REQUEST_METHOD"] == "HEAD":
            self.read()
            return []
        return self._body


def is_secure(environ):
    """As Django tells it: by the server itself, or by a proxy that is trusted."""
    if environ["wsgi.url_scheme"] == "https":
        return True
    if not settings.SECURE_PROXY_SSL_HEADER:
        return False
    header, value = settings.SECURE_PROXY_SSL_HEADER
    return environ.get(header, "").split(",")[0].strip() == value
