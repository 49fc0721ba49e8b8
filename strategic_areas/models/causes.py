"""The fixed sentences that tell the public at once why something was taken away."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Cause(models.TextChoices):
    """
    Why something public was withdrawn or hidden, as the public reads it.

    One person takes it away, so she chooses a sentence and types none.
    """

    ERROR = "error", _("It stated a fact wrongly.")
    MISTAKE = "mistake", _("It was published by mistake.")
    PERSONAL = "personal", _("It held personal data.")
    AGENCY = "agency", _("The institution asked for it.")
    REPLACED = "replaced", _("Something else takes its place.")


def cause_field(verbose_name, **options):
    """The column of a cause; empty in rows from before there were causes."""
    return models.CharField(
        verbose_name,
        max_length=10,
        choices=Cause,
        blank=True,
        default="",
        db_default="",
        **options,
    )


def told_of(cause, words):
    """What the public reads: the sentence, if any, and own words that two approved."""
    sentence = str(Cause(cause).label) if cause else ""
    return " ".join(filter(None, [sentence, words]))
