"""
Pages for what went wrong, in the language of the address that was asked for.

They use neither the database nor context processors: they must work when nothing else
does.
"""

import sys

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import translation

from plan_portal.middleware import language_of_visitor

#: Where the lines to call stand, by language.
HELP_PAGES = {"es": "/ayuda/", "en": "/en/help/"}
#: Seconds after which a program may ask again.
RETRY_AFTER = "30"


def error_page(request, status, template=""):
    """The page of one status code or another ``template``; nothing says what broke."""
    # The middleware that knows a signed-in person's language may not have been reached.
    language = getattr(request, "LANGUAGE_CODE", None) or language_of_visitor(request)
    with translation.override(language):
        is_english = language == "en"
        context = {
            "language": language,
            "home": "/en/" if is_english else "/",
            "help": HELP_PAGES["en" if is_english else "es"],
            # The plain name: the manifest of hashed ones may be what is missing.
            "stylesheet": f"{settings.STATIC_URL}portal.css",
        }
        html = render_to_string(template or f"{status}.html", context)
    response = HttpResponse(html, status=status)
    response.headers["Content-Language"] = language
    return response


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
    return error_page(request, 403, "403_csrf.html")
