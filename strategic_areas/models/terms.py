"""The terms that a plan brings into the glossary, such as its commission."""

from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from agencies.fields import Fields, bilingual, public, spanish_required
from strategic_areas.addresses import address
from strategic_areas.models.codes import CODED, Coded
from strategic_areas.models.plan import Plan


class Term(Coded):
    """
    A term of the texts of one plan, and what it means.

    Its code is how the texts write it, by preference an acronym; they lead from there
    to the glossary. ``strategic_areas.glossary`` holds the terms that every plan has.
    """

    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="terms", verbose_name=_("plan")
    )
    word = models.CharField(_("term"), max_length=120)
    meaning = models.TextField(_("meaning"))

    fields = Fields(
        *public("plan", in_file=False),
        *CODED,
        *bilingual("word", "meaning"),
    )

    class Meta:
        ordering = ["plan", "sort_code"]
        verbose_name = _("term of the glossary")
        verbose_name_plural = _("terms of the glossary")
        constraints = [
            *spanish_required("term", "word", "meaning"),
            models.UniqueConstraint(
                name="term_code_unique_in_plan",
                fields=["plan", "code"],
                violation_error_message=_("The plan already has a term of this code."),
            ),
        ]

    def __str__(self):
        return self.word

    @property
    def anchor(self):
        """Its place on the page, which stays while its code does."""
        return slugify(self.code)

    def get_absolute_url(self, language=None):
        return f"{address('glossary', language=language)}#{self.anchor}"
