"""Evidence, transitions and translations of updates."""

from functools import reduce
from operator import or_

from django.conf import settings
from django.core.files.storage import storages
from django.core.validators import URLValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.fields import DeclaredFields, bilingual, internal, notes, public
from strategic_areas.models.report_fields import AnswerKind
from strategic_areas.models.review import RevisionStatus
from strategic_areas.models.updates import (
    UPDATE_MODELS,
    ActivityUpdate,
    CommitmentUpdate,
)

#: The fields by which a record belongs to an update.
LINKS = tuple(model.link_field for model in UPDATE_MODELS)


class RevisionLinkMixin(models.Model):
    """A record of exactly one update, of either model."""

    activity_update = models.ForeignKey(
        ActivityUpdate,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="%(class)ss",
        verbose_name=_("activity update"),
    )
    commitment_update = models.ForeignKey(
        CommitmentUpdate,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="%(class)ss",
        verbose_name=_("declaration"),
    )

    class Meta:
        abstract = True

    @property
    def record(self):
        return next(filter(None, (getattr(self, name) for name in LINKS)), None)


def belongs_to_one(model):
    conditions = (
        Q(**{f"{name}__isnull": name != link for name in LINKS}) for link in LINKS
    )
    return models.CheckConstraint(
        name=f"{model}_belongs_to_one_record", condition=reduce(or_, conditions)
    )


def evidence_kinds():
    """Constraints: each kind of evidence fills in its own fields only."""
    link = Q(url__startswith="https://") | Q(url__startswith="http://")
    file = (
        ~Q(file="")
        & ~Q(original_name="")
        & ~Q(content_type="")
        & Q(size__isnull=False, size__gt=0)
        & ~Q(sha256="")
    )
    archive = ~Q(archive_office="") & ~Q(archive_number="")
    no_link = Q(url="")
    no_file = Q(
        file="", original_name="", content_type="", size__isnull=True, sha256=""
    )
    no_archive = Q(archive_office="", archive_number="")
    return [
        models.CheckConstraint(
            name="evidence_kind_is_known",
            condition=Q(kind__in=["link", "file", "archive", "removed"]),
        ),
        models.CheckConstraint(
            name="evidence_removed_has_nothing",
            condition=~Q(kind="removed") | (no_link & no_file & no_archive),
        ),
        models.CheckConstraint(
            name="evidence_link_has_just_a_web_address",
            condition=~Q(kind="link") | (link & no_file & no_archive),
            violation_error_message=_("A link has a web address, and nothing else."),
        ),
        models.CheckConstraint(
            name="evidence_file_has_just_its_file",
            condition=~Q(kind="file") | (file & no_link & no_archive),
            violation_error_message=_("A file has its file, and nothing else."),
        ),
        models.CheckConstraint(
            name="evidence_archive_has_just_its_place",
            condition=~Q(kind="archive") | (archive & no_link & no_file),
            violation_error_message=_(
                "A record in an archive has its office and number, and nothing else."
            ),
        ),
    ]


def evidence_storage():
    """A private folder that is not served."""
    return storages["evidence"]


class EvidenceQuerySet(models.QuerySet):
    def cleared(self):
        """Public evidence of published updates."""
        return self.filter(is_public=True).of_updates(
            {model: model.objects.published() for model in UPDATE_MODELS}
        )

    def of_updates(self, rows):
        """Evidence of the updates in ``rows``, a mapping of model to rows."""
        lookups = [
            (f"{model.link_field}__in", updates) for model, updates in rows.items()
        ]
        return self.filter(Q.create(lookups, Q.OR))

    def of_agency(self, agency):
        lookups = [(f"{name}__agency", agency) for name in LINKS]
        return self.filter(Q.create(lookups, Q.OR))

    def visible_to(self, user):
        return self.of_updates(
            {model: model.objects.visible_to(user) for model in UPDATE_MODELS}
        )


class FileMixin(models.Model):
    """A record that may have a private file. The file's name is a random token."""

    #: The fields of its file and of the name it came with.
    FILE = ("file", "original_name")
    #: Fields that name the file or its place: a purge of any of them removes the file.
    WHEREABOUTS = ("original_name",)

    file = models.FileField(
        _("file"),
        storage=evidence_storage,
        max_length=64,
        blank=True,
        editable=False,
        db_index=True,
    )
    original_name = models.CharField(
        _("name of the file"), max_length=150, blank=True, editable=False
    )
    content_type = models.CharField(max_length=100, blank=True, editable=False)
    size = models.PositiveIntegerField(_("size"), null=True, editable=False)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def token(self):
        return self.file.name


class Evidence(RevisionLinkMixin, FileMixin):
    """
    A link, a file or an archive record behind an update. It is internal unless a
    reviewer clears it. A correction copies the row and shares the file.
    """

    class Kind(models.TextChoices):
        LINK = "link", _("Link")
        FILE = "file", _("File")
        ARCHIVE = "archive", _("In the institution's archive")
        REMOVED = "removed", _("Removed to protect people")

    WHEREABOUTS = ("url", "original_name", "archive_office", "archive_number")
    #: A reviewer closes it instead.
    is_hideable = False

    kind = models.CharField(
        _("kind"), max_length=7, choices=Kind, default=Kind.LINK, editable=False
    )
    title = models.CharField(_("title"), max_length=200)
    url = models.URLField(
        _("address"),
        max_length=500,
        blank=True,
        validators=[
            URLValidator(
                schemes=["https", "http"],
                message=_("The address begins with https://."),
            )
        ],
        help_text=_("An https address. Never a list of names or a case file."),
    )
    archive_office = models.CharField(
        _("office that keeps it"),
        max_length=200,
        blank=True,
        help_text=_("For what is not uploaded: the office where it can be consulted."),
    )
    archive_number = models.CharField(
        _("file number"),
        max_length=100,
        blank=True,
        help_text=_("As the archive writes it. No name of a person."),
    )
    is_public = models.BooleanField(
        _("cleared for the public"),
        default=False,
        help_text=_("Set by a reviewer who has read it and found no personal data."),
    )

    fields = DeclaredFields(
        *public("activity_update", "commitment_update", "kind"),
        *bilingual("title"),
        *public("url", "file", "size"),
        *public("archive_office", "archive_number"),
        *internal("original_name", "content_type", "sha256", "is_public"),
    )

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [belongs_to_one("evidence"), *evidence_kinds()]

    def __str__(self):
        return self.title


class Transition(RevisionLinkMixin):
    """
    A step of the workflow with its person and reason. A purge is a step that keeps the
    status. A trigger refuses changes; only a purge blanks the texts.
    """

    PURGED = "purged"

    is_only_appended = True
    blanks = {"reason": "", "private_note": ""}
    #: Pages depend on transitions, although none of these fields is public.
    moves_version = True

    from_status = models.CharField(
        _("from"), max_length=10, choices=RevisionStatus, blank=True
    )
    to_status = models.CharField(
        _("to"),
        max_length=10,
        choices=[
            *RevisionStatus.choices,
            (PURGED, _("A text was withdrawn to protect people")),
        ],
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("by"),
    )
    at = models.DateTimeField(_("when"))
    reason = models.TextField(_("reason"), blank=True)
    private_note = models.TextField(
        _("private note"),
        blank=True,
        help_text=_("Only the secretariat reads it; the agency never does."),
    )

    fields = DeclaredFields(
        *internal("from_status", "to_status"),
        *notes("reason", "private_note"),
    )

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("transition")
        verbose_name_plural = _("transitions")
        constraints = [
            belongs_to_one("transition"),
        ]

    def __str__(self):
        return f"{self.get_from_status_display()} → {self.get_to_status_display()}"


#: The texts of a translation. ``text`` translates the main text or the reason for no
#: news, each other one the field of the same name.
TEXTS = ("text", "obstacle", "next_step", "note")


class Translation(models.Model):
    """
    The secretariat's English translation of one published revision. Pages use it where
    the revision has no English text.
    """

    activity_update = models.OneToOneField(
        ActivityUpdate,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="translation",
        verbose_name=_("activity update"),
    )
    commitment_update = models.OneToOneField(
        CommitmentUpdate,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="translation",
        verbose_name=_("declaration"),
    )
    text = models.TextField(_("what it says"), blank=True)
    obstacle = models.TextField(_("obstacle"), blank=True)
    next_step = models.TextField(_("next step"), blank=True)
    note = models.TextField(_("note"), blank=True)

    fields = DeclaredFields(
        *public("activity_update", "commitment_update"),
        *public(*TEXTS),
    )

    class Meta:
        verbose_name = _("English translation")
        verbose_name_plural = _("English translations")
        default_permissions = []
        constraints = [
            belongs_to_one("translation"),
            models.CheckConstraint(
                name="translation_says_something",
                condition=~Q(**dict.fromkeys(TEXTS, "")),
                violation_error_message=_("There is nothing in English yet."),
            ),
        ]

    def __str__(self):
        return str(self.record)

    record = RevisionLinkMixin.record

    @property
    def is_admissible(self):
        """Whether the public reads the whole revision."""
        withheld = getattr(self.record, "is_reserved", False)
        return self.record.status == RevisionStatus.PUBLISHED and not withheld

    @property
    def approval_slot(self):
        return f"translation:{self.record._meta.model_name}:{self.record.pk}"


def translated_fields(record):
    """Names of the translation's fields → names of the fields that they translate."""
    is_no_news = getattr(record, "answer", None) == AnswerKind.NO_NEWS
    text = "no_news_reason" if is_no_news else record.main_text_field
    return {"text": text, **{name: name for name in TEXTS if name in record.fields}}


def untranslated(record):
    """The ``translated_fields`` that have Spanish and no English."""
    return {
        name: field
        for name, field in translated_fields(record).items()
        if getattr(record, f"{field}_es") and not getattr(record, f"{field}_en")
    }
