"""Takedowns and purges."""

from datetime import timedelta

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from agencies import access
from agencies.decisions import Decision, DecisionQuerySet, status_field
from agencies.fields import DeclaredFields, internal, public
from strategic_areas.disclosure import MARKER
from strategic_areas.models.review import cause_field, public_reason

#: The time after which the public reads of an unconfirmed takedown.
PUBLIC_AFTER = timedelta(hours=72)


def row_key(model, pk):
    """The key of a row in ``Takedown.rows``."""
    return f"{model._meta.label_lower}:{pk}"


class TakedownQuerySet(DecisionQuerySet):
    def visible_to(self, user):
        """
        All for reviewers; for administrators those of agencies, their former names and
        purges.
        """
        if not user.is_active:
            return self.none()
        if access.is_reviewer(user) or user.is_superuser:
            return self
        of_purge = Q(content_type__model="purge")
        rows = self.filter(of_purge | Q(content_type__app_label="agencies"))
        return rows if access.is_administrator(user) else self.none()

    def hiding(self, record):
        """Takedowns that hide something of this record's row."""
        return self.filter(rows__has_key=row_key(type(record), record.pk))

    def in_force_of(self, figures):
        return self.filter(
            content_type__model="publishedfigure", object_id__in=figures
        ).exclude(status=Takedown.Status.DECLINED)

    def confirmed(self):
        """Takedowns with a public reason, newest first."""
        found = self.filter(status=Takedown.Status.APPROVED)
        return found.exclude(cause="", why="").order_by("-decided_at", "-pk")

    def overdue(self):
        """Unconfirmed takedowns older than ``PUBLIC_AFTER``, which pages mention."""
        return self.waiting().filter(proposed_at__lte=timezone.now() - PUBLIC_AFTER)


class Takedown(Decision):
    """
    Content of a public record that one person hid; another person decides about it.

    ``rows`` maps row keys to plain values ``before`` and ``after``; declining restores
    ``before``. ``editions`` holds the cells removed from editions. ``cause`` is a fixed
    sentence, public after ``PUBLIC_AFTER`` or once confirmed; ``why`` are the person's
    own words, public only once confirmed. The inherited ``reason`` says why hiding was
    declined. ``is_changing_rows`` lasts for one transaction, in which triggers allow
    the change.
    """

    blanks = {
        **{"reason": "", "why": "", "label": MARKER},
        **{"rows": "{}", "editions": "{}"},
    }

    content_type = models.ForeignKey(
        ContentType, models.PROTECT, related_name="+", verbose_name=_("kind")
    )
    object_id = models.PositiveBigIntegerField()
    label = models.CharField(_("what is hidden"), max_length=300)
    cause = cause_field(_("why it is hidden"))
    why = models.TextField(
        _("in your own words"),
        blank=True,
        help_text=_(
            "The public reads them once another person has read and confirmed them. "
            "Name no person."
        ),
    )
    rows = models.JSONField(default=dict)
    editions = models.JSONField(default=dict, db_default={})
    # The column keeps its name: during an update the former version reads it.
    is_changing_rows = models.BooleanField(
        default=False, editable=False, db_column="is_moving"
    )
    status = status_field(
        pending=_("Hidden, waits for another person"),
        approved=_("Hidden for good"),
        declined=_("Restored"),
    )

    fields = DeclaredFields(
        *public("content_type", "cause", "why"),
        *internal("object_id", "label", "rows", "editions", "is_changing_rows"),
        *Decision.fields,
    )

    objects = TakedownQuerySet.as_manager()

    class Meta(Decision.Meta):
        verbose_name = _("hidden content")
        verbose_name_plural = _("hidden contents")
        default_permissions = []
        constraints = [
            *Decision.Meta.constraints,
            models.UniqueConstraint(
                name="takedown_one_waits_per_record",
                fields=["content_type", "object_id"],
                condition=Q(status="pending"),
                violation_error_message=_(
                    "Something of this is hidden already and waits for another person."
                ),
            ),
        ]

    def __str__(self):
        return f"{self.kind}: {self.label}"

    @property
    def kind(self):
        if self.model is Purge:
            return _("Texts of several records")
        return capfirst(str(self.model._meta.verbose_name))

    @property
    def public_from(self):
        """When public pages begin to mention it, unless somebody has decided."""
        return self.proposed_at + PUBLIC_AFTER

    @property
    def public_reason(self):
        """``cause`` and ``why``: all that the public reads once it is confirmed."""
        return public_reason(self.cause, self.why)

    @property
    def model(self):
        # The manager caches content types, so a list needs no query for each.
        return ContentType.objects.get_for_id(self.content_type_id).model_class()


#: Set on each report or declaration of which a purge blanks a text; ``places`` list it
#: too, though it is no text.
PURGED_AT = "purged_at"


class PurgeQuerySet(DecisionQuerySet):
    def visible_to(self, user):
        sees = access.is_reviewer(user) or access.is_administrator(user)
        return self if sees else self.none()


class Purge(Decision):
    """
    A request to blank every text that contains certain words.

    The decision empties ``phrases`` and ``files``, so that no record of the words
    remains. While it is applied, triggers allow exactly its ``places``, which are
    ``PurgedText``, to be blanked.
    """

    phrases = models.TextField(_("words"), blank=True)
    files = models.TextField(_("files"), blank=True)
    status = status_field(
        pending=_("Waits for a second person"),
        approved=_("Done"),
        declined=_("Cancelled"),
    )

    fields = DeclaredFields(*internal("phrases", "files"), *Decision.fields)

    objects = PurgeQuerySet.as_manager()

    class Meta(Decision.Meta):
        verbose_name = _("purge")
        verbose_name_plural = _("purges")
        constraints = [
            *Decision.Meta.constraints,
            models.CheckConstraint(
                name="purge_forgets_its_words",
                condition=Q(status__in=["pending", "applying"])
                | Q(phrases="", files=""),
            ),
            models.CheckConstraint(
                name="purge_asks_for_something",
                condition=~Q(status="pending") | ~Q(phrases="") | ~Q(files=""),
            ),
        ]

    def __str__(self):
        return str(_("Purge %(number)s") % {"number": self.pk})

    @property
    def counts(self):
        rows = (
            self.places.exclude(field=PURGED_AT).order_by("model").values_list("model")
        )
        found = rows.annotate(number=models.Count("pk"))
        return [(apps.get_model(model), number) for model, number in found]


class PurgedText(models.Model):
    """A field of a row that a purge blanked."""

    is_only_appended = True

    purge = models.ForeignKey(Purge, models.PROTECT, related_name="places")
    model = models.CharField(max_length=100)
    row = models.BigIntegerField()
    field = models.CharField(max_length=100)

    fields = DeclaredFields(*internal("model", "field"))

    class Meta:
        indexes = [models.Index(name="purgedtext_place", fields=["model", "row"])]
        constraints = [
            models.UniqueConstraint(
                name="purgedtext_once_per_purge",
                fields=["purge", "model", "row", "field"],
            )
        ]

    def __str__(self):
        return f"{self.model} {self.row} {self.field}"
