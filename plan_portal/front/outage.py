"""What the front answers while the database is away: an earlier page, or 503."""

from datetime import UTC, datetime
from functools import cache
from io import BytesIO

from csp.middleware import CSPMiddleware
from django.core.handlers.wsgi import WSGIRequest
from django.template.loader import render_to_string
from django.utils import timezone, translation

from plan_portal import errors
from plan_portal.middleware import SecurityHeadersMiddleware, language_of_path

#: The request for which the 503 answer is made in advance; it is the same for all.
ANY = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.url_scheme": "https"}


def banner(made_at, path):
    """The banner that says when a page was made, as bytes, in the page's language."""
    moment = timezone.localtime(datetime.fromtimestamp(made_at, UTC))
    with translation.override(language_of_path(path)):
        return render_to_string("_copy_banner.html", {"moment": moment}).encode()


@cache
def unavailable():
    """The answer without a page in memory: 503, in both languages, with a number."""
    return Unavailable()


class Unavailable:
    """The 503 answer: made once, without the database, with the usual headers."""

    def __init__(self):
        wrapped = SecurityHeadersMiddleware(CSPMiddleware(errors.unavailable))
        response = wrapped(WSGIRequest({**ANY, "wsgi.input": BytesIO()}))
        self.body = response.content
        self.headers = [*response.items(), ("Content-Length", str(len(self.body)))]

    def respond(self, environ, start_response):
        start_response("503 Service Unavailable", list(self.headers))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [self.body]
