"""Entries in words: the names of facts, and the values that have a name."""

from django.apps import apps
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

FACTS = {
    "account": _("account"),
    "accounts": _("accounts looked at"),
    "added": _("added"),
    "address": _("page"),
    "changed": _("changed"),
    "closes_on": _("closes on"),
    "created": _("new"),
    "due_on": _("due on"),
    "ends_on": _("until"),
    "factors": _("factors removed"),
    "fields": _("fields"),
    "former": _("former mandate"),
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
    "mandate": _("with a mandate"),
    "method": _("method"),
    "opens_on": _("opens on"),
    "period": _("reporting period"),
    "places": _("places"),
    "proposed": _("proposed for closing"),
    "reason": _("reason"),
    "record": _("record"),
    "removed": _("removed"),
    "revision": _("revision"),
    "role": _("role"),
    "starts_on": _("from"),
    "status": _("answer"),
    "taken": _("role taken"),
    "to_status": _("afterwards"),
    "until": _("until"),
    "way": _("made sure by"),
}
#: How the words of an address that was asked for begin.
ASKED = "asked_"
VALUES = {
    True: _("yes"),
    False: _("no"),
    None: "–",
    "absolute": _("twelve hours had passed"),
    "administrator": _("Administrator"),
    "administrator_ended": _("an administrator closed it"),
    "alternate": _("Alternate"),
    "draft": _("Draft"),
    "focal_point": _("Focal point"),
    "idle": _("an hour without use"),
    "in_person": _("an identity document"),
    "of_account": _("one account"),
    "of_network_address": _("one network address"),
    "published": _("Published"),
    "recovery_codes": _("recovery codes"),
    "replaced": _("Replaced"),
    "returned": _("Returned"),
    "reviewer": _("Reviewer"),
    "submitted": _("Submitted"),
    "superior": _("a letter of her superior"),
    "superuser": _("Superuser"),
    "titular": _("Titular"),
    "totp": _("authenticator app"),
    "video": _("a video call"),
    "webauthn": _("passkey or security key"),
    "withdrawn": _("Withdrawn"),
    "letter": _("letter"),
    "workbook": _("workbook"),
}


def roles(role):
    held = filter(None, role.split("+"))
    return ", ".join(str(VALUES.get(name, name)) for name in held)


def facts(entry):
    """Pairs of a name and a value, in words where there are any."""
    for name, value in entry.facts.items():
        several = value if isinstance(value, list) else [value]
        told = ", ".join(_value(item) for item in several) or "–"
        asked = _("asked for") if name.startswith(ASKED) else name
        yield str(FACTS.get(name, asked)), told


def _value(value):
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return str(VALUES.get(value) or _kind_of_record(value))


def _kind_of_record(value):
    """What a model is called, for the label of one; anything else as it is."""
    app, _dot, model = str(value).partition(".")
    known = apps.all_models.get(app, {}).get(model)
    return known._meta.verbose_name if known else value


def moment(at):
    """Day and second, short: what matters here is the order."""
    here = timezone.localtime(at)
    return f"{formats.date_format(here, 'SHORT_DATE_FORMAT')} {here:%H:%M:%S}"
