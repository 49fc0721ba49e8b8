"""Middleware of every request, and the content security policy."""

import json
import logging
import time
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.conf import settings
from django.http import HttpResponse
from django.urls import Resolver404, resolve
from django.utils import timezone, translation
from django.utils.deprecation import MiddlewareMixin

logger = logging.getLogger(__name__)

#: The path to which browsers send their reports.
CSP_REPORT_PATH = "/csp-informe/"
#: The value of django-csp's setting: every page has the same policy.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
        "report-uri": [CSP_REPORT_PATH],
    }
}

#: Maximum size of a report; browsers send some hundred bytes.
MAX_REPORT_BYTES = 8 * 1024
#: Reports that a process logs per minute.
MAX_LOGGED_PER_MINUTE = 20
#: Reported in place of a URL if the refused content has none.
BLOCKED_KINDS = {"inline", "eval", "wasm-eval", "data", "blob"}


class PolicyReportMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response
        self.minute, self.logged = None, 0

    def __call__(self, request):
        if request.path_info != CSP_REPORT_PATH:
            return self.get_response(request)
        if request.method != "POST":
            return HttpResponse(status=405, headers={"Allow": "POST"})
        length = request.headers.get("content-length") or "0"
        if not length.isdecimal() or int(length) > MAX_REPORT_BYTES:
            return HttpResponse(status=413)
        found = parse_report(request.read(int(length)))
        if found is None:
            return HttpResponse(status=400)
        if self._may_log():
            logger.warning("A page broke the content policy: %s on %s, %s", *found)
        return HttpResponse(status=204)

    def _may_log(self):
        minute = int(time.monotonic() // 60)
        if minute != self.minute:
            self.minute, self.logged = minute, 0
        self.logged += 1
        return self.logged <= MAX_LOGGED_PER_MINUTE


def parse_report(body):
    """Directive, page and origin of a policy report, or None."""
    try:
        report = json.loads(body)["csp-report"]
        words = [
            str(report.get(name, ""))
            for name in ("effective-directive", "document-uri", "blocked-uri")
        ]
        rule, page, blocked = words
        page, refused = urlsplit(page), urlsplit(blocked)
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
        return None
    bare_rule = rule.removesuffix("-elem").removesuffix("-attr")
    is_known = bare_rule in CONTENT_SECURITY_POLICY["DIRECTIVES"]
    if not is_known or page.hostname != settings.SITE_HOST:
        return None
    if blocked not in BLOCKED_KINDS:
        blocked = "from here" if refused.hostname == page.hostname else "from elsewhere"
    return rule, _name_of(page.path), blocked


def _name_of(path):
    try:
        return resolve(path).view_name or "a page without a name"
    except Resolver404:
        return "no page of ours"


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
    start, word, _key = path.partition("/password/reset/key/")
    return f"{start}{word}…" if word else path


class AccessLogMiddleware(MiddlewareMixin):
    """
    Logs path, status and duration.

    Query strings (search words, tokens) and personal data are left out.
    """

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


class SecurityHeadersMiddleware(MiddlewareMixin):
    """
    Sets security headers that the view has not set; staff pages are never stored.
    """

    def __init__(self, get_response):
        super().__init__(get_response)
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

    def process_response(self, request, response):
        for name, value in self.headers.items():
            response.headers.setdefault(name, value)
        if getattr(response, "xframe_options_exempt", False):
            del response.headers["X-Frame-Options"]
        if settings.SECURE_HSTS_SECONDS and request.is_secure():
            response.headers.setdefault(
                "Strict-Transport-Security", self.transport_security
            )
        if is_staff_path(request.path_info):
            # Computers may be shared.
            response.headers["Cache-Control"] = "no-store, private"
        return response


class LanguageMiddleware(MiddlewareMixin):
    """
    Sets the language: by URL on public pages, by the user on staff pages.

    Public pages depend on no header, cookie or session, so that one copy serves
    everybody.
    """

    def __call__(self, request):
        is_staff = is_staff_path(request.path_info)
        language = (staff_language if is_staff else language_without_user)(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


def staff_language(request):
    chosen = getattr(request.user, "language", "")
    return (
        chosen if chosen in dict(settings.LANGUAGES) else language_without_user(request)
    )


def language_without_user(request):
    """The cookie decides on staff pages, the path alone on others."""
    if not is_staff_path(request.path_info):
        return language_of_path(request.path_info)
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def portal_context(request):
    """The context processor of every template."""
    return {
        "portal": {
            "version": settings.VERSION,
            "country": settings.COUNTRY.words,
            "is_official": settings.OFFICIAL_SITE,
            "official_domains": ", ".join(settings.COUNTRY.official_domains),
            "state_links": settings.COUNTRY.links,
            "logos": settings.LOGOS if settings.OFFICIAL_SITE else {},
            "is_indexable": settings.ALLOW_INDEXING,
            "emergency": settings.EMERGENCY_NUMBER,
            "corrections_email": settings.CORRECTIONS_EMAIL,
            "today": timezone.localdate(),
            "second_factor": settings.REQUIRE_SECOND_FACTOR,
            "languages": settings.LANGUAGES,
        }
    }
