"""The table of the audit record, a chain of hashes."""

import json
from dataclasses import dataclass
from datetime import UTC
from hashlib import sha256

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.audit.events import Event
from agencies.fields import DeclaredFields, internal

#: The hash before the first entry.
GENESIS = "0" * 64
#: The fields of the event, without those of the position in the chain.
CONTENT = ["at", "actor_id", "role", "agency", "ip", "event", "object", "facts"]
CHUNK = 2000


class AuditEntry(models.Model):
    """
    One event. Triggers refuse every change and deletion.

    ``digest`` covers the event; ``hash`` covers the digest, the position and the hash
    of the entry before. On PostgreSQL an entry gets its position ``seq`` when
    its transaction commits, so that transactions do not wait for one another.
    """

    seq = models.PositiveBigIntegerField(
        _("number"), unique=True, null=True, editable=False
    )
    at = models.DateTimeField(_("when"), editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("who"),
    )
    role = models.CharField(_("role"), max_length=80, blank=True, editable=False)
    agency = models.CharField(_("agency"), max_length=20, blank=True, editable=False)
    ip = models.CharField(_("from address"), max_length=45, blank=True, editable=False)
    event = models.CharField(_("event"), max_length=40, editable=False)
    object = models.CharField(_("about"), max_length=120, blank=True, editable=False)
    facts = models.JSONField(_("facts"), default=dict, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    prev_hash = models.CharField(max_length=64, blank=True, editable=False)
    hash = models.CharField(max_length=64, blank=True, editable=False)

    fields = DeclaredFields(
        *internal("role", "agency", "ip", "event", "object", "facts"),
        *internal("digest", "prev_hash", "hash"),
    )

    class Meta:
        default_permissions = ["view"]
        ordering = ["-pk"]
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit record")
        indexes = [
            models.Index(name="auditentry_at", fields=["at"]),
            models.Index(name="auditentry_agency", fields=["agency", "-id"]),
            models.Index(name="auditentry_actor", fields=["actor", "-id"]),
            models.Index(name="auditentry_event", fields=["event", "-id"]),
        ]

    def __str__(self):
        return f"{self.seq or '–'} · {self.event}"

    def get_event_display(self):
        return dict(Event.choices).get(self.event, self.event)


class AuditHead(models.Model):
    seq = models.PositiveBigIntegerField(default=0, editable=False)
    hash = models.CharField(max_length=64, default=GENESIS, editable=False)

    fields = DeclaredFields(*internal("hash"))

    class Meta:
        default_permissions = []
        verbose_name = _("end of the audit record")
        verbose_name_plural = _("ends of the audit record")

    def __str__(self):
        return f"{self.seq}:{self.hash}"


@dataclass(frozen=True)
class ChainCheck:
    """The number of valid entries; ``fault`` describes the first broken one."""

    count: int
    hash: str
    fault: str = ""

    @property
    def head(self):
        """The end of the chain as ``number:hash``."""
        return f"{self.count}:{self.hash}"


def digest_content(content):
    values = {**content, "at": content["at"].astimezone(UTC).isoformat()}
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return sha256(text.encode()).hexdigest()


def link_hash(prev_hash, seq, content_digest):
    """The hash of an entry. PostgreSQL's trigger computes the same."""
    return sha256(f"{prev_hash}:{seq}:{content_digest}".encode()).hexdigest()


def append_entry(entry):
    """Append on SQLite, where no other transaction writes at the same time."""
    head, _created = AuditHead.objects.get_or_create(pk=1)
    entry.seq, entry.prev_hash = head.seq + 1, head.hash
    entry.hash = link_hash(entry.prev_hash, entry.seq, entry.digest)
    entry.save(force_insert=True)
    AuditHead.objects.filter(pk=1).update(seq=entry.seq, hash=entry.hash)


def verify_chain(expected=""):
    """
    Check the chain up to the first broken entry.

    ``expected`` is an earlier head, ``number:hash``: its entry must still have that
    hash. Raises ``ValueError`` if it is malformed.
    """
    heads = [_stored_head(), *_parsed_head(expected)]
    count, last = 0, GENESIS
    for row in _rows():
        fault = _fault(row, count + 1, last) or _contradiction(row, heads)
        if fault:
            return ChainCheck(count, last, fault)
        count, last = row["seq"], row["hash"]
    return ChainCheck(count, last, _fault_of_end(count, heads))


def _stored_head():
    head = AuditHead.objects.filter(pk=1).values_list("seq", "hash").first()
    return head or (0, GENESIS)


def _parsed_head(expected):
    if expected:
        number, _colon, entry_hash = expected.partition(":")
        yield int(number), entry_hash


def _rows():
    names = ["id", "seq", "prev_hash", "hash", "digest", *CONTENT]
    chained = AuditEntry.objects.filter(seq__isnull=False).order_by("seq")
    yield from chained.values(*names).iterator(chunk_size=CHUNK)
    yield from AuditEntry.objects.filter(seq__isnull=True).order_by("pk").values(*names)


def _fault(row, number, last):
    if row["seq"] is None:
        return f"a row (id {row['id']}) has no place in the chain: it was inserted"
    if row["seq"] > number:
        return f"entry {number} is missing"
    if row["seq"] < number:
        return f"entry {row['seq']} does not belong there: it was inserted"
    if digest_content({name: row[name] for name in CONTENT}) != row["digest"]:
        return f"entry {number} was changed"
    if (
        row["prev_hash"] != last
        or link_hash(last, number, row["digest"]) != row["hash"]
    ):
        return f"entry {number} does not follow from the one before it"
    return ""


def _contradiction(row, known_heads):
    for number, entry_hash in known_heads:
        if row["seq"] == number and row["hash"] != entry_hash:
            return f"entry {number} is not the one of the head {number}:{entry_hash}"
    return ""


def _fault_of_end(count, heads):
    if count < max(number for number, _hash in heads):
        return f"entry {count + 1} is missing"
    marked, _hash = _stored_head()
    if not marked and count:
        return f"entry {count} is not marked as the last one any more"
    return f"entry {marked + 1} was inserted" if count > marked else ""
