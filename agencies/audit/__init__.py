"""
The audit record: who did what, when and from where. Entries are only appended.

Entries hold events, keys, codes and counts, never a name or a text that a person wrote.
Each carries the hash of the entry before it; ``AuditHead`` holds the end of the chain.
A database owner could rewrite both, which only a head that was printed or mailed
earlier reveals: ``verify_audit --expect``.
"""

import re
from datetime import date
from ipaddress import ip_address

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from simple_history.models import HistoricalRecords

from agencies import access
from agencies.audit import chain
from agencies.audit.chain import AuditEntry, AuditHead, verify_chain
from agencies.audit.events import Event
from agencies.library_internals import refuse_beyond_limit
from agencies.models import FocalPoint

__all__ = [
    "AuditEntry",
    "AuditHead",
    "Event",
    "record_event",
    "record_download",
    "verify_chain",
]

#: A code, a slug, a state or a URL name: without spaces, so never a sentence.
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+-]{0,79}", re.ASCII)
#: Maximum length of a list.
MAX_VALUES = 200


def record_event(event, *, actor=None, request=None, obj=None, agency=None, **facts):
    """
    Append an entry in the caller's transaction and return it.

    ``obj`` is the record concerned; ``agency`` defaults to that of the actor's mandate.
    Facts are numbers, codes, dates and lists of them; ``ValueError`` for a text or a
    name.
    """
    event = Event(event)
    request = request or getattr(HistoricalRecords.context, "request", None)
    actor = actor or _person(request)
    entry = AuditEntry(
        at=timezone.now(),
        actor=actor,
        role=role_of(actor),
        agency=getattr(agency, "acronym", "") or _agency_of(actor),
        ip=address_of(request),
        event=event.value,
        object=label_of(obj),
        facts={name: _fact(name, value) for name, value in facts.items()},
    )
    entry.digest = chain.digest_content(
        {name: getattr(entry, name) for name in chain.CONTENT}
    )
    with transaction.atomic():
        if connection.vendor == "sqlite":
            chain.append_entry(entry)
        else:  # a trigger appends it to the chain when the transaction commits
            entry.save(force_insert=True)
    return entry


def record_download(request, obj, *, agency, event=Event.EXPORTED, **facts):
    """
    Record that unpublished data is downloaded.

    Raises ``ImmediateHttpResponse`` with status 429 beyond the limit per minute.
    """
    refuse_beyond_limit(request, "download_unpublished")
    record_event(event, request=request, obj=obj, agency=agency, **facts)


def label_of(obj):
    """Model and key of a record, such as ``agencies.user:12``."""
    return f"{obj._meta.label_lower}:{obj.pk}" if obj is not None else ""


def role_of(user):
    if user is None or not user.is_staff:
        return ""
    if user.is_superuser:
        return "superuser"
    groups = set(user.groups.values_list("name", flat=True))
    return "+".join(name for name in access.Role.values if name in groups)


def address_of(request):
    """
    The client's network address, or "".

    Behind proxies it is the address that the outermost proxy added to the trusted
    header; visitors can forge those before it.
    """
    if request is None:
        return ""
    text = request.META.get("REMOTE_ADDR", "")
    if header := settings.CLIENT_ADDRESS_HEADER:
        proxies = settings.TRUSTED_PROXY_COUNT
        hops = request.META.get(header, "").split(",")
        text = hops[-proxies] if len(hops) >= proxies else ""
    try:
        address = ip_address(text.strip().partition("%")[0])
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)


def is_code(value):
    return isinstance(value, str) and bool(CODE.fullmatch(value))


def _person(request):
    user = getattr(request, "user", None)
    return user if user is not None and user.is_authenticated else None


def _agency_of(user):
    if user is None or not user.is_staff:
        return ""
    mandates = FocalPoint.objects.current().filter(user=user)
    acronyms = set(mandates.values_list("agency__acronym", flat=True)[:2])
    return acronyms.pop() if len(acronyms) == 1 else ""


def _fact(name, value):
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if is_code(value):
        return str(value)
    if isinstance(value, list | tuple | set) and len(value) <= MAX_VALUES:
        ordered = sorted(value) if isinstance(value, set) else value
        return [_fact(name, item) for item in ordered]
    raise ValueError(
        f"{name}: the audit record keeps numbers, codes and dates, no {type(value)}"
    )
