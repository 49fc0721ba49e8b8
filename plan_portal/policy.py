"""The content policy: what a page may load, in one table for every page."""

from csp.constants import NONE, SELF

#: Where browsers tell of what they refused; see policy_reports.
REPORTS = "/csp-informe/"

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
