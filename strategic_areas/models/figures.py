"""
Published values of indicators; protection is applied when a value is published. All
public pages and files read these rows; raw values are in ``measurements``.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.fields import DeclaredFields, bilingual, dates_in_order, internal, public
from agencies.models import Agency
from strategic_areas.models.indicators import Indicator
from strategic_areas.models.records import Provenance, Source
from strategic_areas.public_paths import public_path


def where_printed():
    return models.CharField(
        _("where in the source"),
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text=_("The page, table or part of it, such as “p. 4”."),
    )


class Exactness(models.TextChoices):
    EXACT = "exact", _("exact")
    MORE_THAN = "more_than", _("more than")
    AT_LEAST = "at_least", _("at least")
    ABOUT = "about", _("about")


class DatePrecision(models.TextChoices):
    DAY = "day", _("the day")
    MONTH = "month", _("the month")
    YEAR = "year", _("the year")


def exactness():
    return models.CharField(
        _("how exact the number is"),
        max_length=9,
        choices=Exactness,
        default=Exactness.EXACT,
        db_default=Exactness.EXACT.value,
    )


#: If empty, both days tell it: whole years are exact to the year, whole months to the
#: month, other spans to the day.
def exact_to(label):
    return models.CharField(
        label,
        max_length=5,
        choices=DatePrecision,
        blank=True,
        default="",
        db_default="",
    )


#: The columns with the exactness of a value and of its days.
HOW_EXACT = ("exactness", "starts_exact_to", "ends_exact_to")


class PublishedFigureQuerySet(models.QuerySet):
    def public(self):
        """Figures that are not hidden, earlier revisions included."""
        return self.filter(is_hidden=False)

    def same_as(self, figure):
        """Figures with the same value, days and counting body."""
        key = ("indicator", "starts_on", "ends_on", "counted_by", "value")
        return self.filter(**{name: getattr(figure, name) for name in key})

    def kept_after_protection(self):
        """
        Hidden figures of values that are protected now, kept only because a takedown
        or a dispute refers to them. No figure revises them.
        """
        return self.filter(is_latest=False, revised_by=None)

    def latest_revisions(self):
        """The latest figure of each series and span, hidden or not."""
        return self.filter(is_latest=True)

    def visible_to(self, user):
        return self if user.is_active else self.none()


class PublishedFigure(models.Model):
    """
    A value of an indicator over a span of days, as the public reads it.

    ``value`` and ``status`` are empty if it ``is_protected``. ``is_latest`` is false of
    revised figures, which stay on record. ``differs``: a later count, not published,
    differs by less than ten. ``withheld`` names the dimensions that are not disclosed.
    ``caption`` is what a sentence says after the number: "words (source)".
    """

    class Status(models.TextChoices):
        PROVISIONAL = "provisional", _("Provisional")
        CONFIRMED = "confirmed", _("Confirmed")

    indicator = models.ForeignKey(
        Indicator, models.PROTECT, related_name="figures", verbose_name=_("indicator")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    value = models.DecimalField(
        _("value"), max_digits=16, decimal_places=3, null=True, blank=True
    )
    exactness = exactness()
    starts_exact_to = exact_to(_("how exact the first day is"))
    ends_exact_to = exact_to(_("how exact the last day is"))
    is_protected = models.BooleanField(_("protected"), default=False)
    breaks = models.BooleanField(_("breaks the series"), default=False)
    status = models.CharField(_("status"), max_length=12, choices=Status, blank=True)
    differs = models.BooleanField(
        _("a later count differs by less than ten"), default=False, db_default=False
    )
    printed_by = models.ForeignKey(
        Source,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("printed by"),
    )
    printed_where = where_printed()
    counted_by = models.CharField(_("counted by"), max_length=40, blank=True)
    provenance = models.CharField(
        _("where this comes from"), max_length=20, choices=Provenance
    )
    sources = models.ManyToManyField(
        Source, blank=True, related_name="+", verbose_name=_("sources")
    )
    caption = models.CharField(_("caption"), max_length=300, blank=True)
    note = models.TextField(_("note"), blank=True)
    reason = models.TextField(_("why it was revised"), blank=True)
    withheld = models.JSONField(_("breakdowns not told"), default=list, blank=True)
    revises = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="revised_by",
        verbose_name=_("revises"),
    )
    is_latest = models.BooleanField(_("the latest"), default=True)
    is_hidden = models.BooleanField(_("hidden from the public"), default=False)
    published_at = models.DateTimeField(_("published at"), auto_now_add=True)

    fields = DeclaredFields(
        *public("indicator", "starts_on", "ends_on", "value", "is_protected"),
        *public(*HOW_EXACT),
        *public("breaks", "status", "counted_by", "provenance", "sources"),
        *bilingual("caption", "note", "reason", "printed_where"),
        *public(
            "printed_by",
            "differs",
            "withheld",
            "revises",
            "is_latest",
            "published_at",
        ),
        *internal("is_hidden"),
    )

    objects = PublishedFigureQuerySet.as_manager()

    class Meta:
        ordering = ["indicator", "starts_on", "ends_on", "counted_by", "pk"]
        default_permissions = ["view"]
        verbose_name = _("published figure")
        verbose_name_plural = _("published figures")
        constraints = [
            dates_in_order("publishedfigure", "starts_on", "ends_on"),
            models.UniqueConstraint(
                name="publishedfigure_one_latest_per_span",
                fields=["indicator", "starts_on", "ends_on", "counted_by"],
                condition=Q(is_latest=True),
            ),
            models.CheckConstraint(
                name="publishedfigure_tells_a_value_or_is_protected",
                condition=Q(is_protected=True, value__isnull=True)
                | Q(is_protected=False, value__isnull=False),
            ),
        ]

    def __str__(self):
        return self.indicator.text_with_days(self.starts_on, self.ends_on)

    def get_absolute_url(self, language=None):
        return public_path("indicator", self.indicator.code, language=language)

    @property
    def plan(self):
        return self.indicator.introduced_by


class PublishedCell(models.Model):
    """
    A number of a published breakdown. It is deleted when it is no longer disclosed:
    only totals keep a history.
    """

    #: Its figure is hidden instead.
    is_hideable = False

    figure = models.ForeignKey(
        PublishedFigure,
        models.CASCADE,
        related_name="cells",
        verbose_name=_("published figure"),
    )
    dimension = models.CharField(_("dimension"), max_length=60)
    categories = models.JSONField(_("categories"))
    value = models.DecimalField(_("value"), max_digits=16, decimal_places=3)
    printed_by = models.ForeignKey(
        Source,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("printed by"),
        help_text=_("An official source that has printed the number as it stands."),
    )
    printed_where = where_printed()
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    fields = DeclaredFields(
        *public("figure", "dimension", "categories", "value", "printed_by", "order"),
        *bilingual("printed_where"),
    )

    class Meta:
        ordering = ["figure", "dimension", "order"]
        default_permissions = ["view"]
        verbose_name = _("part of a published figure")
        verbose_name_plural = _("parts of published figures")
        constraints = [
            models.UniqueConstraint(
                name="publishedcell_one_per_place",
                fields=["figure", "dimension", "order"],
            )
        ]

    def __str__(self):
        return f"{self.dimension}: {', '.join(self.categories)}"


class ReportedSpan(models.Model):
    """
    The days for which an agency submitted a value, without the value.
    ``submitted_on`` is the day of the first submission, ``status`` that of the last.
    """

    is_hideable = False

    class Status(models.TextChoices):
        SUBMITTED = "submitted", _("Waits for review")
        RETURNED = "returned", _("Returned")
        PUBLISHED = "published", _("Published")

    indicator = models.ForeignKey(
        Indicator, models.PROTECT, related_name="+", verbose_name=_("indicator")
    )
    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="+", verbose_name=_("agency")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    submitted_on = models.DateField(_("first handed in"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status)

    fields = DeclaredFields(
        *public("indicator", "agency", "starts_on", "ends_on"),
        *public("submitted_on", "status"),
    )

    class Meta:
        ordering = ["indicator", "starts_on", "ends_on"]
        default_permissions = []
        verbose_name = _("value handed in, without its number")
        verbose_name_plural = _("values handed in, without their numbers")
        constraints = [
            dates_in_order("reportedspan", "starts_on", "ends_on"),
            models.UniqueConstraint(
                name="reportedspan_one_per_agency_and_span",
                fields=["indicator", "agency", "starts_on", "ends_on"],
            ),
        ]

    def __str__(self):
        return self.indicator.text_with_days(self.starts_on, self.ends_on)
