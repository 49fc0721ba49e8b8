import json
from functools import reduce
from hashlib import sha256
from operator import add

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies import access
from agencies.fields import DeclaredFields, internal, public
from agencies.models import Agency, FocalPoint
from strategic_areas.models.evidence import FileMixin
from strategic_areas.models.periods import ReportingPeriod
from strategic_areas.models.review import Revision, RevisionStatus


def answers_of_letters():
    """Names of the relations from letters to transcribed answers."""
    links = Letter._meta.related_objects
    return [link.name for link in links if issubclass(link.related_model, Revision)]


def count_answers_with(status):
    """An expression: how many answers of a letter have this status."""
    counts = (
        Count(name, filter=Q(**{f"{name}__status": status}), distinct=True)
        for name in answers_of_letters()
    )
    return reduce(add, counts)


class LetterQuerySet(models.QuerySet):
    def visible_to(self, user):
        if access.is_reviewer(user):
            return self
        return self.filter(agency__in=FocalPoint.objects.agencies_of(user))

    def of_agencies(self, user):
        return self.filter(agency__in=FocalPoint.objects.agencies_of(user))

    def to_confirm(self):
        """Letters with a transcription that the agency has yet to confirm."""
        status_lookups = [f"{name}__status" for name in answers_of_letters()]
        is_submitted = Q.create(
            [(each, RevisionStatus.SUBMITTED) for each in status_lookups], Q.OR
        )
        return self.filter(is_submitted).distinct()

    def with_counts(self):
        return self.annotate(
            **{
                f"n_{status}": count_answers_with(status)
                for status in ("draft", "submitted", "returned", "published")
            }
        )


class Letter(FileMixin):
    """
    A report sent on paper or by mail for one round. The public reads its number and
    date, never the file.
    """

    is_hideable = False

    class Kind(models.TextChoices):
        LETTER = "letter", _("Letter")
        MAIL = "mail", _("E-mail")

    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="letters", verbose_name=_("agency")
    )
    period = models.ForeignKey(
        ReportingPeriod,
        models.PROTECT,
        related_name="letters",
        verbose_name=_("round"),
    )
    kind = models.CharField(_("kind"), max_length=6, choices=Kind, default=Kind.LETTER)
    reference = models.CharField(
        _("office number"),
        max_length=80,
        blank=True,
        help_text=_("As the letter writes it. The public reads it."),
    )
    dated_on = models.DateField(_("date of the letter"))
    received_on = models.DateField(_("received"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("recorded by"),
    )
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    fields = DeclaredFields(
        *public("agency", "period", "kind", "reference", "dated_on"),
        *internal("received_on", "file", "original_name", "content_type", "size"),
        *internal("sha256", "recorded_by", "recorded_at"),
    )

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ["-recorded_at", "-pk"]
        verbose_name = _("letter of an agency")
        verbose_name_plural = _("letters of agencies")
        default_permissions = []
        constraints = [
            models.CheckConstraint(
                name="letter_received_after_its_date",
                condition=Q(received_on__gte=F("dated_on")),
                violation_error_message=_("It was not received before its date."),
            )
        ]

    def __str__(self):
        return f"{self.agency} · {self.reference or self.get_kind_display()}"

    def clean(self):
        """Refuse a date in the future, and a round that does not ask the agency."""
        errors = {}
        if self.received_on and self.received_on > timezone.localdate():
            errors["received_on"] = _("This day has not come yet.")
        if self.period_id and self.agency_id and not self.period.accepts(self.agency):
            errors["period"] = _(
                "This round takes no reports of the agency now: open it again first."
            )
        if errors:
            raise ValidationError(errors)


class Submission(models.Model):
    """
    The receipt of what an agency submitted in a round. ``sha256`` of the canonical
    content verifies a printed copy. A trigger refuses changes; only a purge blanks the
    content.
    """

    is_only_appended = True
    blanks = {"content": "{}"}

    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="+", verbose_name=_("agency")
    )
    period = models.ForeignKey(
        ReportingPeriod,
        models.PROTECT,
        related_name="submissions",
        verbose_name=_("period"),
    )
    number = models.PositiveSmallIntegerField(_("number"))
    reference = models.CharField(_("receipt number"), max_length=80)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("by"),
    )
    content = models.JSONField(_("content"))
    sha256 = models.CharField(max_length=64)

    fields = DeclaredFields(*internal("reference", "content", "sha256"))

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        constraints = [
            models.UniqueConstraint(
                name="submission_number_unique_per_period_and_agency",
                fields=["period", "agency", "number"],
            )
        ]

    def __str__(self):
        return self.reference


def digest(content):
    canonical = json.dumps(
        content, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return sha256(canonical.encode()).hexdigest()
