from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.fields import Fields, public
from strategic_areas.models.answers import Answer
from strategic_areas.models.commitment_updates import CommitmentUpdate
from strategic_areas.models.review import Status
from strategic_areas.models.trail import belongs_to_one
from strategic_areas.models.updates import ActivityUpdate

#: Its texts. ``text`` is what was done, why there is no news, or a declaration; each
#: other one translates the field of the same name.
TEXTS = ("text", "obstacle", "next_step", "note")


class Translation(models.Model):
    """
    The secretariat's English translation of one published revision, which never
    changes.

    Pages show a text from here where the revision has none in English. The next
    revision of the report needs its own translation.
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

    fields = Fields(
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

    @property
    def record(self):
        return self.activity_update or self.commitment_update

    @property
    def may_stand(self):
        """True when the public reads the revision in full: no other is translated."""
        withheld = getattr(self.record, "is_reserved", False)
        return self.record.status == Status.PUBLISHED and not withheld

    @property
    def approval_slot(self):
        return f"translation:{self.record._meta.model_name}:{self.record.pk}"


def translated_fields(record):
    """Names of the translation's fields, each with that of the field it translates."""
    if isinstance(record, CommitmentUpdate):
        text = "statement"
    else:
        text = "no_news_reason" if record.answer == Answer.NO_NEWS else "narrative"
    same = {name: name for name in TEXTS if name in record.fields}
    return {"text": text, **same}


def untranslated(record):
    """
    Those of ``translated_fields`` that are filled in in Spanish and empty in English.
    """
    return {
        name: field
        for name, field in translated_fields(record).items()
        if getattr(record, f"{field}_es") and not getattr(record, f"{field}_en")
    }
