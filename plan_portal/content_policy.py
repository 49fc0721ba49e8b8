"""
The content policy, which says what a page may load, and browsers' reports on it.

A page that breaks the policy makes the browser send a report, which becomes a line in
the log. Anybody can send such a report, so little of it is believed and little is kept:
which rule, on which kind of page, and whether what was refused came from here. Its
addresses are not kept, since they may hold what somebody searched for.
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

#: Where browsers send their reports.
REPORTS = "/csp-informe/"
#: The setting of this name: one table for every page.
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

#: Bytes. A report of a browser has some hundred.
LARGEST = 8 * 1024
#: How many reports a process tells of in a minute; more are dropped.
A_MINUTE = 20
#: What browsers put where the refused thing has no address.
KINDS = {"inline", "eval", "wasm-eval", "data", "blob"}


class PolicyReportMiddleware:
    """Takes the reports, without session, database or host; passes all else on."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.minute, self.told = None, 0

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
            self.minute, self.told = minute, 0
        self.told += 1
        return self.told <= A_MINUTE


def read(body):
    """Rule, page and origin of a report, each in a word; None where it is none."""
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
