"""
Pages for what went wrong, in the language of the address that was asked for.

They use neither the database nor context processors: they must work when nothing else
does.
"""

import sys

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse, UnreadablePostError
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.log import log_response

from agencies.hashing import BusyError, turn
from agencies.holding_off import is_sign_in
from plan_portal.middleware import language_of_visitor

#: Seconds after which a program may ask again: what is broken, and what is only busy.
RETRY_AFTER, RETRY_WHEN_BUSY = "30", "5"
#: Bytes of a sign-in. What its page sends has some hundred.
LARGEST = 10 * 1024


class BusyMiddleware:
    """
    Answers 503 at once to a sign-in for which there is no place in the lane.

    A sign-in holds the lane once its form has come: to count it takes longer than to
    hash its password, and a flood that no limit refuses would take every thread for
    that. While the form comes it holds none: over a poor line that takes long.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not is_sign_in(request):
            return self.get_response(request)
        if not _is_small(request):
            return _page(request, "400.html", 413)
        try:
            _read(request)
            with turn():
                return self.get_response(request)
        except UnreadablePostError:
            return error_page(request, 400)
        except BusyError:
            return busy(request)

    def process_exception(self, request, exception):
        return busy(request) if isinstance(exception, BusyError) else None


def _is_small(request):
    length = request.headers.get("content-length") or "0"
    return length.isdecimal() and int(length) <= LARGEST


def _read(request):
    """Have the whole form in memory, where Django finds it; raises if it breaks off."""
    return request.body


def busy(request):
    """503: a password was not looked at, and may be sent again in some seconds."""
    response = _page(request, "503_busy.html", 503)
    response.headers["Retry-After"] = RETRY_WHEN_BUSY
    # Left to itself Django calls every 5xx an error; nothing broke here.
    told = {"response": response, "request": request, "level": "warning"}
    log_response("%s: %s", response.reason_phrase, request.path, **told)
    return response


def error_page(request, status):
    """The page of one status code, told without saying what broke."""
    return _page(request, f"{status}.html", status)


def bad_request(request, exception):
    return error_page(request, 400)


def permission_denied(request, exception):
    return error_page(request, 403)


def page_not_found(request, exception):
    return error_page(request, 404)


def too_many_requests(request):
    """A limit was reached; it says when to try again, not which limit it was."""
    response = error_page(request, 429)
    response.headers["Retry-After"] = "300"
    return response


def server_error(request):
    """500; or 503 where it is the database that cannot be reached."""
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        return unavailable(request)
    return error_page(request, 500)


def unavailable(request):
    """The page of a portal without its database, in both languages."""
    response = error_page(request, 503)
    response.headers["Retry-After"] = RETRY_AFTER
    response.headers["Cache-Control"] = "no-store"
    return response


def csrf_failure(request, reason=""):
    """A form that came from elsewhere, or from a page left open for too long."""
    return _page(request, "403_csrf.html", 403)


def _page(request, template, status):
    # The middleware that knows a signed-in person's language may not have been reached.
    language = getattr(request, "LANGUAGE_CODE", None) or language_of_visitor(request)
    with translation.override(language):
        is_english = language == "en"
        context = {
            "language": language,
            "home": "/en/" if is_english else "/",
            "help": "/en/help/" if is_english else "/ayuda/",
            # The plain name: the manifest of hashed ones may be what is missing.
            "stylesheet": f"{settings.STATIC_URL}portal.css",
        }
        html = render_to_string(template, context)
    response = HttpResponse(html, status=status)
    response.headers["Content-Language"] = language
    return response
