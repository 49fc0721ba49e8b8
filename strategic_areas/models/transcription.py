"""What a revision carries that the secretariat may write from an agency's letter."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.fields import public

#: The fields of a revision that may be transcribed, for its declaration.
TRANSCRIBED = public("letter", "confirmed_at", in_file=False)


def letter_field(related_name):
    """On a revision that may be transcribed: the letter that it was written from."""
    return models.ForeignKey(
        "strategic_areas.Letter",
        models.PROTECT,
        null=True,
        editable=False,
        related_name=related_name,
        verbose_name=_("transcribed from"),
    )


def confirmed_field():
    """On such a revision: when the agency said that it is what it reported."""
    return models.DateTimeField(_("confirmed by the agency"), null=True, editable=False)
