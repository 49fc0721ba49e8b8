"""
The content security policy, which says what a page may load, and reports about it.

Anybody can send a report, so only three things are logged: the rule, the kind of page,
and whether the refused content came from this portal. Addresses may hold what somebody
searched for.
"""

import json
import logging
import time
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.conf import settings
from django.http import HttpResponse
from django.urls import Resolver404, resolve

logger = logging.getLogger(__name__)

#: The path to which browsers send their reports.
REPORTS = "/csp-informe/"
#: The Django setting of this name; the policy is the same for every page.
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
        "report-uri": [REPORTS],
    }
}

#: The most bytes of a report; one from a browser has some hundred.
LARGEST = 8 * 1024
#: How many reports a process logs in a minute; more are dropped.
A_MINUTE = 20
#: What a report names in place of an address when the refused content has none.
KINDS = {"inline", "eval", "wasm-eval", "data", "blob"}


class PolicyReportMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response
        self.minute, self.logged = None, 0

    def __call__(self, request):
        if request.path_info != REPORTS:
            return self.get_response(request)
        if request.method != "POST":
            return HttpResponse(status=405, headers={"Allow": "POST"})
        length = request.headers.get("content-length") or "0"
        if not length.isdecimal() or int(length) > LARGEST:
            return HttpResponse(status=413)
        found = read(request.read(int(length)))
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
        return self.logged <= A_MINUTE


def read(body):
    """Rule, page and origin, a word each; None if it is no report."""
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
    known = rule.removesuffix("-elem").removesuffix("-attr")
    if known not in CONTENT_SECURITY_POLICY["DIRECTIVES"]:
        return None
    if page.hostname != settings.SITE_HOST:
        return None
    if blocked not in KINDS:
        blocked = "from here" if refused.hostname == page.hostname else "from elsewhere"
    return rule, _name_of(page.path), blocked


def _name_of(path):
    try:
        return resolve(path).view_name or "a page without a name"
    except Resolver404:
        return "no page of ours"
