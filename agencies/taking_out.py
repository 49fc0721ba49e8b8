"""Unpublished data that leaves as a file: told to the record, and bounded."""

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from allauth.core.ratelimit import respond_429

from agencies import audit

#: Of the limit: no person opens more files than this, a program that copies all does.
RATE = {"app": "allauth.account", "action": "taken_out"}
MOST = "60/m/user"


def take_out(request, obj, *, agency, event=audit.Event.EXPORTED, **facts):
    """Record that a file was taken out; 429 where one person takes too many."""
    within = ratelimit.consume(
        request,
        **RATE,
        config={RATE["action"]: MOST},
        user=request.user,
        limit_get=True,
    )
    if not within:
        raise ImmediateHttpResponse(respond_429(request))
    audit.record(event, request=request, obj=obj, agency=agency, **facts)
