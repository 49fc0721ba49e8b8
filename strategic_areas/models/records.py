"""Codes, provenance and sources of records."""

import re

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.fields import DeclaredFields, bilingual, internal, protective, public
from strategic_areas.public_paths import RESERVED_WORDS


def sort_key(code):
    """
    The code with padded numbers, so that 1.10 sorts after 1.9.

    >>> sort_key("R-1.1.10") > sort_key("R-1.1.9")
    True
    """
    return re.sub(r"\d+", lambda number: number[0].zfill(6), code)[:120]


#: The fields of a ``CodeMixin`` record, for its declaration.
CODE_FIELDS = (*public("code"), *internal("sort_code"))


def is_not_reserved(code):
    """Refuse a plan code that begins other URLs."""
    if code in RESERVED_WORDS:
        raise ValidationError(
            _("“%(code)s” is the first word of other pages; choose another code."),
            params={"code": code},
        )


class CodeMixin(models.Model):
    """A record with a code, from which each save computes ``sort_code``."""

    code = models.CharField(_("code"), max_length=40)
    sort_code = models.CharField(max_length=120, editable=False, db_index=True)

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        CodeMixin.complete(self)
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "sort_code"}
        super().save(*args, **kwargs)

    def complete(self):
        self.sort_code = sort_key(self.code)

    def clean(self):
        super().clean()
        if self.code in {".", ".."} or re.search(r"[/\\]", self.code):
            raise ValidationError(
                {"code": _("A code has no slashes and is not made of dots alone.")}
            )


class Provenance(models.TextChoices):
    """Where a figure or a text comes from."""

    PLAN = "plan", _("Stated by the plan")
    REPORTED = "reported", _("Reported by the agency")
    TRANSCRIBED = "transcribed", _("Transcribed by the secretariat")
    DOCUMENTED = "documented", _("Documented by an official or technical text")
    PRESS = "press", _("Taken from the press")
    RECONSTRUCTED = "reconstructed", _("Reconstructed by the editors")
    DEMONSTRATION = "demonstration", _("Demonstration, not real")


#: The provenance that a source gives, by its kind. docs/plan-format.md repeats it.
PROVENANCE_OF_KIND = {
    "official_plan": Provenance.DOCUMENTED,
    "official_report": Provenance.DOCUMENTED,
    "official_study": Provenance.DOCUMENTED,
    "official_protocol": Provenance.DOCUMENTED,
    "official_news": Provenance.DOCUMENTED,
    "foreign_government_report": Provenance.DOCUMENTED,
    "un_body": Provenance.DOCUMENTED,
    "ngo_report": Provenance.DOCUMENTED,
    "reference": Provenance.DOCUMENTED,
    "standard": Provenance.DOCUMENTED,
    "ngo_news": Provenance.PRESS,
    "press": Provenance.PRESS,
}
#: The kinds of those that print figures by the office that they hold.
OFFICIAL = ("foreign_government_report", "un_body")
#: The provenances that sources can give, the strongest first.
STRENGTH = [Provenance.DOCUMENTED, Provenance.PRESS, Provenance.RECONSTRUCTED]
#: The provenances that a plan file may state; the others come from reports made here.
FILE_PROVENANCES = [Provenance.PLAN, *STRENGTH]


def provenance_of(kinds):
    """
    The weakest provenance of sources of these kinds. An unknown kind counts as press,
    none as *reconstructed*.
    """
    given = [PROVENANCE_OF_KIND.get(kind, Provenance.PRESS) for kind in kinds]
    return max(given, key=STRENGTH.index, default=Provenance.RECONSTRUCTED).value


def is_official_kind(kind):
    """Whether it is a source of a State or of the United Nations."""
    return kind in OFFICIAL or kind.startswith("official_")


class SourceVoice(models.IntegerChoices):
    """Who states that work is done. Of several sources the greatest is shown."""

    OTHER = 0, _("Done, according to a public source")
    PRESS = 1, _("Done, according to the press")
    ORGANISATION = 2, _("Done, according to an NGO")
    ABROAD = 3, _("Done, according to another government or the UN")
    OFFICIAL = 4, _("Done, according to an official source")

    @property
    def is_office(self):
        return self >= SourceVoice.ABROAD


#: The voices of those kinds of sources that are not of the State itself.
VOICES = {
    **dict.fromkeys(OFFICIAL, SourceVoice.ABROAD),
    "press": SourceVoice.PRESS,
    "ngo_news": SourceVoice.ORGANISATION,
    "ngo_report": SourceVoice.ORGANISATION,
}


def voice_of(kinds):
    voices = (
        VOICES.get(
            kind, SourceVoice.OFFICIAL if is_official_kind(kind) else SourceVoice.OTHER
        )
        for kind in kinds
    )
    return max(voices, default=SourceVoice.OTHER)


def with_voice():
    """``voice_of`` as an expression for rows that link to a ``source``."""
    return models.Case(
        *(
            models.When(source__kind=kind, then=models.Value(voice.value))
            for kind, voice in VOICES.items()
        ),
        models.When(
            is_official("source__"), then=models.Value(SourceVoice.OFFICIAL.value)
        ),
        default=models.Value(SourceVoice.OTHER.value),
    )


def is_official(path=""):
    begins = models.Q(**{f"{path}kind__startswith": "official_"})
    return begins | models.Q(**{f"{path}kind__in": OFFICIAL})


def is_stronger(provenance, than):
    return FILE_PROVENANCES.index(provenance) < FILE_PROVENANCES.index(than)


class Source(models.Model):
    """
    A public text behind records. Its key is unique in a plan's file.
    ``PROVENANCE_OF_KIND`` maps ``kind``, which is free text.
    """

    plan = models.ForeignKey(
        "strategic_areas.Plan",
        models.PROTECT,
        related_name="file_sources",
        verbose_name=_("plan"),
        help_text=_("The plan whose file names this source."),
    )
    key = models.CharField(_("key"), max_length=60)
    title = models.CharField(_("title"), max_length=300)
    publisher = models.CharField(_("publisher"), max_length=200, blank=True)
    url = models.URLField(_("address"), max_length=500, blank=True)
    kind = models.CharField(_("kind"), max_length=40)
    cited_as = models.CharField(
        _("what a sentence calls it"),
        max_length=100,
        blank=True,
        default="",
        db_default="",
        help_text=_("With its article and year, such as “the 2022 TIP report”."),
    )
    note = models.TextField(_("note"), blank=True)

    fields = DeclaredFields(
        *public("plan", "key", in_file=False),
        *public("title", "publisher", "url"),
        *protective(*public("kind")),
        *bilingual("cited_as", "note"),
    )

    class Meta:
        ordering = ["plan", "key"]
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        constraints = [
            models.UniqueConstraint(
                name="source_key_unique_in_plan",
                fields=["plan", "key"],
                violation_error_message=_("The plan already has a source of this key."),
            )
        ]

    def __str__(self):
        return self.title

    @property
    def whole_key(self):
        """Its key with the plan's code; unique in the portal."""
        return f"{self.plan.code}:{self.key}"

    @classmethod
    def by_key(cls, to_attr: str | None = None) -> models.Prefetch:
        """Prefetch of sources ordered by key."""
        return models.Prefetch("sources", cls.objects.order_by("key"), to_attr)


#: The fields of a ``ProvenanceMixin`` record, for its declaration.
PROVENANCE_FIELDS = (*public("provenance", "sources"), *bilingual("note"))


class ProvenanceMixin(models.Model):
    provenance = models.CharField(
        _("where this comes from"), max_length=20, choices=Provenance
    )
    sources = models.ManyToManyField(
        Source, blank=True, related_name="+", verbose_name=_("sources")
    )
    note = models.TextField(_("note"), blank=True)

    class Meta:
        abstract = True

    @property
    def is_stated_by_plan(self):
        """Whether the plan itself states the record."""
        return self.provenance == Provenance.PLAN
