"""
What gives access or destroys a text asks once more who is there.

A session may stand open on a desk for hours. Publishing is not among it: that takes a
second person.
"""

import time

from allauth.account.internal.flows.login import get_authentication_records

from agencies.second_factor import ask_for_proof
from agencies.sessions import BEGAN

#: Seconds since the last proof: to open one of the pages or to press a button, and to
#: send what stands on a page that was opened in time, so that nobody loses her text.
TO_OPEN, TO_SEND = 15 * 60, 60 * 60
#: Pages with a form, by their names in the admin site.
PAGES = {
    "agencies_factorreset_add",
    "agencies_focalpoint_add",
    "agencies_focalpoint_change",
    "agencies_invitation_add",
    "agencies_user_change",
    "hand_over",
    "purge_new",
}
#: What takes a press alone.
BUTTONS = {
    "agencies_factorreset_approve",
    "agencies_invitation_code",
    "agencies_invitation_send",
    "purge_confirm",
}


class FreshProofMiddleware:
    """Leads to a proof, and back to the page on which the form or button stands."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        allowed = seconds_allowed(request)
        if allowed is None or not request.user.is_authenticated:
            return None
        if time.time() - proven_at(request) < allowed:
            return None
        return ask_for_proof(request)


def seconds_allowed(request):
    """How old the last proof may be for what is asked; None where it matters not."""
    match = request.resolver_match
    if match.namespaces != ["admin"]:
        return None
    is_sent = request.method == "POST"
    if match.url_name in PAGES:
        return TO_SEND if is_sent else TO_OPEN
    return TO_OPEN if is_sent and match.url_name in BUTTONS else None


def proven_at(request):
    """When the person of this session last signed in or showed that it is she."""
    records = get_authentication_records(request, request.user)
    signed_in = request.session.get(BEGAN, 0)
    return max([signed_in, *(record["at"] for record in records)])
