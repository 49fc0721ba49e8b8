"""Entries in words: the names of facts, and the values that have a name."""

from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from agencies.access import ADMINISTRATORS, FOCAL_POINTS, REVIEWERS

ROLES = {
    FOCAL_POINTS: _("Focal point"),
    REVIEWERS: _("Reviewer"),
    ADMINISTRATORS: _("Administrator"),
    "superuser": _("Superuser"),
}
FACTS = {
    "account": _("account"),
    "added": _("added"),
    "address": _("page"),
    "changed": _("changed"),
    "closes_on": _("closes on"),
    "created": _("created"),
    "due_on": _("due on"),
    "ends_on": _("until"),
    "fields": _("fields"),
    "from_status": _("before"),
    "given": _("role given"),
    "is_active": _("active"),
    "is_staff": _("staff"),
    "is_superuser": _("superuser"),
    "kept": _("left as they were"),
    "kind": _("kind"),
    "known": _("the account exists"),
    "leave_cover": _("covers a leave"),
    "limit": _("limit of"),
    "method": _("method"),
    "opens_on": _("opens on"),
    "period": _("reporting period"),
    "places": _("places"),
    "reason": _("reason"),
    "record": _("record"),
    "removed": _("removed"),
    "revision": _("revision"),
    "starts_on": _("from"),
    "status": _("answer"),
    "taken": _("role taken"),
    "to_status": _("afterwards"),
    "until": _("until"),
}
VALUES = {
    **ROLES,
    True: _("yes"),
    False: _("no"),
    None: "–",
    "absolute": _("twelve hours had passed"),
    "administrator_ended": _("an administrator closed it"),
    "alternate": _("Alternate"),
    "draft": _("Draft"),
    "idle": _("an hour without use"),
    "of_account": _("one account"),
    "of_network_address": _("one network address"),
    "published": _("Published"),
    "replaced": _("Replaced"),
    "returned": _("Returned"),
    "submitted": _("Submitted"),
    "titular": _("Titular"),
    "withdrawn": _("Withdrawn"),
    "letter": _("letter"),
    "workbook": _("workbook"),
}


def roles(role):
    held = filter(None, role.split("+"))
    return ", ".join(str(ROLES.get(name, name)) for name in held)


def facts(entry):
    """Pairs of a name and a value, in words where there are any."""
    for name, value in entry.facts.items():
        several = value if isinstance(value, list) else [value]
        told = ", ".join(_value(item) for item in several) or "–"
        yield str(FACTS.get(name, name)), told


def _value(value):
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return str(VALUES.get(value, value))


def moment(at):
    """Day and second, short: what matters here is the order."""
    here = timezone.localtime(at)
    return f"{formats.date_format(here, 'SHORT_DATE_FORMAT')} {here:%H:%M:%S}"
