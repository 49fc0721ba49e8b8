"""What every response carries, whoever made it, and the language of a page."""

import logging
import time

from django.conf import settings
from django.utils import translation

access_log = logging.getLogger("plan_portal.access")

STAFF_PATHS = ("/gestion/", "/cuenta/")
PERMISSIONS_POLICY = (
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
    "microphone=(), payment=(), usb=()"
)


def is_staff_path(path):
    return path.startswith(STAFF_PATHS)


def language_of_path(path):
    """The language that an address is written in; it depends on nothing else."""
    return "en" if path == "/en" or path.startswith("/en/") else "es"


def path_for_log(path):
    """The path for the log, without the key of a link to a new password."""
    start, word, _key = path.partition("/password/reset/key/")
    return f"{start}{word}…" if word else path


class AccessLogMiddleware:
    """
    One line per request: what was asked, what was answered, how long it took.

    Without the query string, where search words and tokens stand, and without anything
    that tells who asked.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        begun = time.perf_counter()
        response = self.get_response(request)
        access_log.info(
            "%s %s %s",
            request.method,
            path_for_log(request.path),
            response.status_code,
            extra={
                "method": request.method,
                "path": path_for_log(request.path),
                "status": response.status_code,
                "duration_ms": round((time.perf_counter() - begun) * 1000, 1),
            },
        )
        return response


class SecurityHeadersMiddleware:
    """
    The headers that tell a browser what to refuse, on every response.

    Django's own middleware sets some of them, but not on what is refused before it,
    such as a request for another host. A view may loosen one for its own response.
    """

    def __init__(self, get_response):
        self.get_response = get_response
        self.headers = {
            "Cross-Origin-Embedder-Policy": "require-corp",
            "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": PERMISSIONS_POLICY,
            "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": settings.X_FRAME_OPTIONS,
        }
        self.transport_security = f"max-age={settings.SECURE_HSTS_SECONDS}"
        if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS:
            self.transport_security += "; includeSubDomains"

    def __call__(self, request):
        response = self.get_response(request)
        for name, value in self.headers.items():
            response.headers.setdefault(name, value)
        if getattr(response, "xframe_options_exempt", False):
            del response.headers["X-Frame-Options"]
        if settings.SECURE_HSTS_SECONDS and request.is_secure():
            response.headers.setdefault(
                "Strict-Transport-Security", self.transport_security
            )
        if is_staff_path(request.path_info):
            # A shared computer must not show the last person's page to the next one.
            response.headers["Cache-Control"] = "no-store, private"
        return response


class LanguageMiddleware:
    """
    The language of a page: a public one has its address's, a staff one the person's.

    Public pages look at no header, cookie or session: one copy serves everybody.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        is_staff = is_staff_path(request.path_info)
        language = (staff_language if is_staff else language_of_visitor)(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


def staff_language(request):
    """What the person chose for her account; else in this browser; else Spanish."""
    chosen = getattr(request.user, "language", "")
    return (
        chosen if chosen in dict(settings.LANGUAGES) else language_of_visitor(request)
    )


def language_of_visitor(request):
    """The language of a page before it is known who asks, and without asking."""
    if not is_staff_path(request.path_info):
        return language_of_path(request.path_info)
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
