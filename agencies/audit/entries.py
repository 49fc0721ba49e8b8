"""The table of the audit record and the mark of how far it goes."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.audit.events import Event
from agencies.fields import Fields, internal

#: What stands before the first entry.
GENESIS = "0" * 64


class AuditEntry(models.Model):
    """
    One event. Triggers refuse every change and deletion, on both engines.

    ``digest`` covers what happened; ``hash`` covers the digest, the place in the chain
    and the hash before it. On PostgreSQL an entry takes its place when its transaction
    commits, so that two people at work never wait for each other here; until then
    ``seq`` is empty.
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

    fields = Fields(
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
        """The event in words; its stored word when nobody knows it any more."""
        known = dict(Event.choices)
        return known.get(self.event, self.event)


class AuditHead(models.Model):
    """Where the chain ends: one row, which only ever moves one entry ahead."""

    seq = models.PositiveBigIntegerField(default=0, editable=False)
    hash = models.CharField(max_length=64, default=GENESIS, editable=False)

    fields = Fields(*internal("hash"))

    class Meta:
        default_permissions = []
        verbose_name = _("end of the audit record")
        verbose_name_plural = _("ends of the audit record")

    def __str__(self):
        return f"{self.seq}:{self.hash}"
