"""The fields of a revision that may be transcribed from an agency's letter."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.fields import public

#: These fields, for the declaration of such a revision.
TRANSCRIBED = public("letter", "confirmed_at", in_file=False)


def letter_field(related_name):
    """A field for the letter from which a revision was transcribed."""
    return models.ForeignKey(
        "strategic_areas.Letter",
        models.PROTECT,
        null=True,
        editable=False,
        related_name=related_name,
        verbose_name=_("transcribed from"),
    )


def confirmed_field():
    """A field for when the agency confirmed a transcribed revision as its report."""
    return models.DateTimeField(_("confirmed by the agency"), null=True, editable=False)
