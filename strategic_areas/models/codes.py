"""The codes of records, and how they are sorted."""

import re

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.fields import internal, public
from strategic_areas.addresses import RESERVED_WORDS


def sort_key(code):
    """
    The code with every number padded, so that 1.10 sorts after 1.9.

    >>> sort_key("R-1.1.10") > sort_key("R-1.1.9")
    True
    """
    return re.sub(r"\d+", lambda number: number[0].zfill(6), code)[:120]


#: The fields of a ``Coded`` record, for its declaration.
CODED = (*public("code"), *internal("sort_code"))


def is_not_reserved(code):
    """Refuse a plan code with which the addresses of other pages begin."""
    if code in RESERVED_WORDS:
        raise ValidationError(
            _("“%(code)s” is the first word of other pages; choose another code."),
            params={"code": code},
        )


class Coded(models.Model):
    """A record with a code of its own; ``sort_code`` follows from it at each save."""

    code = models.CharField(_("code"), max_length=40)
    sort_code = models.CharField(max_length=120, editable=False, db_index=True)

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        Coded.complete(self)
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "sort_code"}
        super().save(*args, **kwargs)

    def complete(self):
        """Fill in what follows from other fields."""
        self.sort_code = sort_key(self.code)

    def clean(self):
        """Refuse a code that cannot be part of a URL."""
        super().clean()
        if self.code in {".", ".."} or re.search(r"[/\\]", self.code):
            raise ValidationError(
                {"code": _("A code has no slashes and is not made of dots alone.")}
            )
