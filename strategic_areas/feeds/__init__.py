"""Following from outside: Atom feeds of what was published, calendars of due dates."""

from uuid import NAMESPACE_URL, uuid5

from django.conf import settings


def absolute(path):
    return f"{settings.SITE_URL}{path}"


def permanent_id(*parts):
    """A name that stays the same wherever the portal moves."""
    return uuid5(NAMESPACE_URL, "plan-portal/" + "/".join(map(str, parts)))
