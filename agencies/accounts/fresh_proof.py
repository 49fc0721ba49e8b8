"""
Pages that give access or destroy a text ask the person to prove once more who she is.

A session may stand open on a desk for hours. Publishing asks for no such proof, because
it takes a second person.
"""

import time

from allauth.account.authentication import get_authentication_records

from agencies.accounts.second_factor import ask_for_proof
from agencies.accounts.sessions import BEGAN

#: How old the last proof may be, in seconds: to open a page or press a button, and to
#: send the form of a page that was opened in time, so that nobody loses a text.
TO_OPEN, TO_SEND = 15 * 60, 60 * 60
#: The key of a session under which it notes when pages were opened: path → seconds.
OPENED = "opened_with_proof"
#: The guarded pages with a form, by their names in the admin site.
PAGES = {
    "agencies_factorreset_add",
    "agencies_focalpoint_add",
    "agencies_focalpoint_change",
    "agencies_invitation_add",
    "agencies_user_change",
    "hand_over",
    "purge_new",
}
#: The guarded buttons, by the names of the views that they press.
BUTTONS = {
    "agencies_factorreset_approve",
    "agencies_invitation_code",
    "agencies_invitation_send",
    "purge_confirm",
}


class FreshProofMiddleware:
    """Leads to the page of a proof, and back to the page of the form or button."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        # Before anything that looks at the session: public pages have none.
        if not is_guarded(request) or not request.user.is_authenticated:
            return None
        now = time.time()
        if now - proven_at(request) >= seconds_allowed(request, now):
            return ask_for_proof(request)
        if request.method == "GET":
            note_opening(request, now)
        return None


def is_guarded(request):
    """True for a request of one of the pages, or a press on one of the buttons."""
    match = request.resolver_match
    if match.namespaces != ["admin"]:
        return False
    is_pressed = request.method == "POST" and match.url_name in BUTTONS
    return is_pressed or match.url_name in PAGES


def seconds_allowed(request, now):
    """How old the last proof may be for this request."""
    is_sent = request.method == "POST" and request.resolver_match.url_name in PAGES
    return TO_SEND if is_sent and was_opened(request, now) else TO_OPEN


def was_opened(request, now):
    """True when this session opened the page in time and less than ``TO_SEND`` ago."""
    opened = request.session.get(OPENED, {})
    return now - opened.get(request.path, 0) < TO_SEND


def note_opening(request, now):
    """Note that the page was opened in time, and drop notes that no longer count."""
    opened = request.session.get(OPENED, {})
    request.session[OPENED] = {
        path: since for path, since in opened.items() if now - since < TO_SEND
    } | {request.path: now}


def proven_at(request):
    """When the person of this session last signed in or gave a proof, in seconds."""
    records = get_authentication_records(request, request.user)
    signed_in = request.session.get(BEGAN, 0)
    return max([signed_in, *(record["at"] for record in records)])
