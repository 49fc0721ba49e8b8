"""What every request and every page has."""

import logging
import time

from django.conf import settings
from django.utils import timezone, translation

access_log = logging.getLogger("plan_portal.access")

STAFF_PATHS = ("/gestion/", "/cuenta/")
PERMISSIONS_POLICY = (
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
    "microphone=(), payment=(), usb=()"
)


def is_staff_path(path):
    return path.startswith(STAFF_PATHS)


def language_of_path(path):
    return "en" if path == "/en" or path.startswith("/en/") else "es"


def path_for_log(path):
    """The path as the log shows it: without the secret key of a reset link."""
    start, word, _key = path.partition("/password/reset/key/")
    return f"{start}{word}…" if word else path


class AccessLogMiddleware:
    """
    Logs what was requested, the status, how long it took.

    Never the query string, which may hold search words and tokens, nor anything that
    identifies the person.
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
    Sets the security headers, also on what earlier middleware answers.

    A view may loosen a header for its own response.
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
            # On a shared computer the next person must not see this page.
            response.headers["Cache-Control"] = "no-store, private"
        return response


class LanguageMiddleware:
    """
    Sets the language: that of the address on public pages, the person's on staff pages.

    Public pages depend on no header, cookie or session: one copy serves everybody.
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
    chosen = getattr(request.user, "language", "")
    return (
        chosen if chosen in dict(settings.LANGUAGES) else language_of_visitor(request)
    )


def language_of_visitor(request):
    if not is_staff_path(request.path_info):
        return language_of_path(request.path_info)
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def site(request):
    """The variable ``portal``: the site's settings and the date of its data."""
    return {
        "portal": {
            "country": settings.COUNTRY.words,
            "is_official": settings.OFFICIAL_SITE,
            "is_indexable": settings.ALLOW_INDEXING,
            "emergency": settings.EMERGENCY_NUMBER,
            "corrections_email": settings.CORRECTIONS_EMAIL,
            "today": timezone.localdate(),
            "second_factor": settings.REQUIRE_SECOND_FACTOR,
            "languages": settings.LANGUAGES,
        }
    }
