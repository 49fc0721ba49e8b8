"""The counters of the publication version, and the last import of each record."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.fields import Fields, internal
from strategic_areas.models.plan import Plan


class PublicationVersion(models.Model):
    """
    One row with two counters that only database triggers change.

    ``number`` goes up when public content changes, and ``takedowns`` too when content
    is taken away; ``triggers/versions.py`` says when. Read both before the content, so
    that a page is at least as new as its label.
    """

    number = models.PositiveBigIntegerField(default=0)
    takedowns = models.PositiveBigIntegerField(default=0, db_default=0)

    fields = Fields(*internal("number", "takedowns"))

    class Meta:
        verbose_name = _("publication version")
        verbose_name_plural = _("publication version")
        constraints = [
            models.CheckConstraint(
                name="publicationversion_single_row", condition=models.Q(id=1)
            )
        ]

    def __str__(self):
        return str(self.number)

    @classmethod
    def counters(cls):
        """The current ``number`` and ``takedowns``; zeros before any publication."""
        return cls.objects.values_list("number", "takedowns").first() or (0, 0)

    @classmethod
    def current(cls):
        """The current ``number``."""
        return cls.counters()[0]


class ImportedRecord(models.Model):
    """
    The values that a plan file last gave for one record, field by field.

    If a value here differs from the record's, the field was edited in the portal: an
    import then keeps the edited value and lists it as kept.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="+")
    section = models.CharField(max_length=40)
    key = models.CharField(max_length=300)
    values = models.JSONField(default=dict)

    fields = Fields(*internal("section", "key", "values"))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="importedrecord_one_per_record",
                fields=["plan", "section", "key"],
            )
        ]

    def __str__(self):
        return f"{self.section} {self.key}"
