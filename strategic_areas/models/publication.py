"""The publication version, and each record's last import."""

from typing import NamedTuple

from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from agencies.fields import Fields, internal
from strategic_areas.models.plan import Plan
from strategic_areas.models.removals import Takedown


class Counters(NamedTuple):
    """
    The counters of the publication version as they were read.

    ``overdue`` is the number of takedowns that nobody confirmed in time. It moves by
    the clock, and pages say so: whatever is kept of a page is kept for it, too.
    """

    number: int = 0
    takedowns: int = 0
    overdue: int = 0


class PublicationVersion(models.Model):
    """
    One row with counters that only database triggers change.

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
    def counters(cls) -> Counters:
        """The current counters; zeros before any publication."""
        late = Takedown.objects.overdue().order_by().values("status")
        late = late.annotate(number=models.Count("pk")).values("number")
        rows = cls.objects.annotate(overdue=Coalesce(models.Subquery(late), 0))
        return Counters(*rows.values_list(*Counters._fields).first() or ())

    @classmethod
    def current(cls):
        return cls.counters().number


class ImportedRecord(models.Model):
    """
    The values that a plan file last gave for one record, field by field.

    A record's value that differs was edited in the portal: an import keeps it and says
    so.
    """

    #: What an import remembers must differ from the marker in the record. The next
    #: import then takes the record for edited and does not restore the purged text.
    forgets_words = True

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
