"""How tests ask a front, and let it lose its database."""

import io

from django.core.handlers.wsgi import WSGIHandler
from django.db import OperationalError, connection
from django.test import RequestFactory

from strategic_areas.models import PublicationVersion


class Counting:
    """Django's own application, that counts what it is asked."""

    def __init__(self, application=None):
        self.application = application or WSGIHandler()
        self.asked = []

    def __call__(self, environ, start_response):
        self.asked.append(environ["PATH_INFO"])
        return self.application(environ, start_response)


class Reply:
    def __init__(self, front, path, method="GET", **headers):
        path, _mark, query = path.partition("?")
        environ = RequestFactory(headers=headers)._base_environ(
            PATH_INFO=path, QUERY_STRING=query, REQUEST_METHOD=method
        )
        environ["HTTP_HOST"] = headers.get("host", "localhost")
        environ["wsgi.url_scheme"] = headers.get("scheme", "http")
        environ["wsgi.input"] = io.BytesIO()
        body = front(environ, self._begin)
        self.body = b"".join(body)
        if hasattr(body, "close"):
            body.close()

    def _begin(self, status, headers, exc_info=None):
        self.status, self.headers = int(status[:3]), dict(headers)


def later(front):
    """Let two seconds pass: what is known of the version is not good any more."""
    front.watch.valid_until = 0
    front.watch._next_question = 0


def commit():
    """What waits for the end of the transaction happens now."""
    connection.check_constraints()


def cut_off(front, monkeypatch):
    """The database cannot be reached."""

    def refuse():
        raise OperationalError

    monkeypatch.setattr(PublicationVersion, "counters", refuse)
    later(front)
