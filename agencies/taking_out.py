"""Unpublished data that leaves as a file: told to the record, and bounded."""

from agencies import audit
from agencies.allauth_internals import refuse_beyond_limit


def take_out(request, obj, *, agency, event=audit.Event.EXPORTED, **facts):
    """Record that a file was taken out; 429 where one person takes too many."""
    refuse_beyond_limit(request, "taken_out")
    audit.record(event, request=request, obj=obj, agency=agency, **facts)
