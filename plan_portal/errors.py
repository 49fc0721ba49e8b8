"""
Error pages, in the language of the URL.

They need neither database nor context processors, so that they always work.
"""

import errno
import logging
import sys
import traceback

from django.conf import settings
from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext_lazy as _

from agencies.files import StoreUnreachableError
from plan_portal.middleware import language_without_user

#: The page with the help lines to call, by language.
HELP_PAGES = {"es": "/ayuda/", "en": "/en/help/"}
#: Links of error pages, independent of any plan.
MENU = {
    "home": _("Home"),
    "indicators": _("Figures"),
    "plans": _("Plans"),
    "data": _("Data"),
    "methodology": _("How we count"),
    "glossary": _("Glossary"),
    "site_map": _("Site map"),
}
#: Seconds after which a program may ask again.
RETRY_AFTER = "30"
logger = logging.getLogger(__name__)

#: What the database and its driver raise for too large numbers and texts with NUL.
INPUT_ERRORS = (DataError, OverflowError)
#: Messages of ``ValueError``, ``RecursionError`` and ``KeyError`` for such input, for a
#: text in place of a number, for too deeply nested JSON, and for a passkey's answer
#: without this key.
INPUT_ERROR_MESSAGES = (
    "Exceeds the limit (",
    "expected a number but got",
    "cannot contain NUL",
    "while decoding a JSON",
    "'rawId'",
)


DISK_FULL_ERRNOS = {errno.ENOSPC, errno.EDQUOT}
DISK_FULL = "53100"
SQLITE_FULL = 13


def error_page(request, status, template="", **more):
    """An error page. It never states the cause; ``more`` goes to the template."""
    # LanguageMiddleware may not have run.
    language = getattr(request, "LANGUAGE_CODE", None) or language_without_user(request)
    with translation.override(language):
        public_language = "en" if language == "en" else "es"
        context = {
            "language": language,
            "home": _path("home", public_language),
            "help": HELP_PAGES[public_language],
            "emergency": settings.EMERGENCY_NUMBER,
            "search": _path("search", public_language),
            "menu": [
                (_path(each, public_language), words) for each, words in MENU.items()
            ],
            "is_official": settings.OFFICIAL_SITE,
            "hosts": ", ".join(settings.COUNTRY.official_domains),
            # The unhashed name, since the manifest may be missing.
            "stylesheet": f"{settings.STATIC_URL}portal.css",
            **more,
        }
        html = render_to_string(template or f"{status}.html", context)
    response = HttpResponse(html, status=status)
    response.headers["Content-Language"] = language
    return response


def _path(name, language):
    return reverse(f"{language}:{name}", urlconf="plan_portal.urls")


def bad_request(request, exception):
    return error_page(request, 400)


def permission_denied(request, exception):
    return error_page(request, 403)


def page_not_found(request, exception):
    return error_page(request, 404)


def too_many_requests(request):
    response = error_page(request, 429)
    response.headers["Retry-After"] = "300"
    return response


def server_error(request):
    """
    507 if the disk is full, 503 if the database or the file store is unreachable, else
    500.
    """
    error = sys.exc_info()[1]
    is_of_database = isinstance(error, OperationalError | InterfaceError)
    is_post = request.method == "POST"
    # 507 says that nothing was saved. A GET has nothing of the user's to save: if the
    # database's disk is full, it gets 503.
    if is_disk_full(error) and (is_post or not is_of_database):
        return error_page(request, 507, is_post=is_post)
    if is_of_database or isinstance(error, StoreUnreachableError):
        return unavailable(request)
    return error_page(request, 500)


def is_disk_full(error):
    while error is not None:
        if isinstance(error, OSError) and (
            error.errno in DISK_FULL_ERRNOS
            # Python found no writable temporary folder.
            or (error.errno == errno.ENOENT and "temporary directory" in str(error))
        ):
            return True
        if getattr(error, "pgcode", None) == DISK_FULL:
            return True
        # The writer of workbooks is in C: its error has this text and no number.
        is_full = getattr(error, "sqlite_errorcode", None) == SQLITE_FULL
        if is_full or str(error) == "IO_ENOSPC":
            return True
        error = error.__cause__ or error.__context__
    return False


def unavailable(request):
    """503 without the database, in both languages."""
    response = error_page(request, 503)
    response.headers["Retry-After"] = RETRY_AFTER
    response.headers["Cache-Control"] = "no-store"
    return response


def file_not_made_yet(request):
    response = error_page(request, 503, "503_making.html")
    response.headers["Retry-After"] = "5"
    response.headers["Cache-Control"] = "no-store"
    return response


def csrf_failure(request, reason=""):
    return error_page(request, 403, "403_csrf.html")


class UnreadableMiddleware(MiddlewareMixin):
    """
    Answers 400 to values that no form refused, such as a NUL character, and logs the
    place.
    """

    def process_exception(self, request, exception):
        if not is_input_error(exception):
            return None
        kind = type(exception).__name__
        logger.warning("Unreadable input: %s in %s", kind, location_of(exception))
        return bad_request(request, exception)


def is_input_error(exception):
    if isinstance(exception, ValueError | RecursionError | KeyError):
        return any(words in str(exception) for words in INPUT_ERROR_MESSAGES)
    return isinstance(exception, INPUT_ERRORS)


def location_of(exception):
    frame = traceback.extract_tb(exception.__traceback__)[-1]
    return f"{frame.filename}:{frame.lineno} {frame.name}"
