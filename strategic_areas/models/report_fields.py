from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.template.defaultfilters import floatformat
from django.utils.functional import Promise, lazy
from django.utils.translation import gettext, gettext_lazy as _

from agencies.fields import NOTE, DeclaredField, FieldKind, public
from strategic_areas.disclosure import is_for_staff
from strategic_areas.models.references import Province

#: The fields of a revision that was transcribed from an agency's letter.
TRANSCRIPTION_FIELDS = public("letter", "confirmed_at", in_file=False)


def _legal_basis_hint():
    law = settings.COUNTRY.texts["es"]["access_law"]
    return gettext("The public reads it, such as: %(law)s, art. 17.") % {"law": law}


#: Help text of the legal basis.
LEGAL_BASIS_HINT = lazy(_legal_basis_hint, str)()


class FormSection(models.TextChoices):
    FIGURES = "figures", _("How far it has come")
    TEXT = "text", _("What was done")
    OBSTACLE = "obstacle", _("Obstacle and next step")
    REACH = "reach", _("People reached and places")
    NOTE = "note", _("Note for the secretariat")
    NO_NEWS = "no_news", _("No news")
    RESERVED = "reserved", _("Reserved by law")


@dataclass(frozen=True)
class ColumnLayout:
    width: int
    hint: str | Promise = ""


@dataclass(frozen=True)
class ReportField(DeclaredField):
    """
    A field that an agency fills in.

    ``part``: section of the form; None if agencies do not fill it in.
    ``rows``: height of its text box.
    ``compared``: reviewers compare it with the last published value.
    ``corrected``: a correction starts with its published value, and must change such a
    field or the evidence.
    ``receipt``: it is on the receipt.
    ``repeated``: "Same as the previous period" copies it.
    ``survives_no_news``: "No news" leaves its last value valid.
    ``prefilled``: an empty row starts with its last published value.
    ``says_no``: False is shown as "no".
    ``column_layout``: of its column in the workbook.
    ``heading``: public heading if it is not the label; "" for none.
    """

    part: FormSection | None = None
    rows: int = 2
    compared: bool = True
    corrected: bool = True
    receipt: bool = True
    repeated: bool = True
    survives_no_news: bool = False
    prefilled: bool = False
    says_no: bool = False
    column_layout: ColumnLayout | None = None
    heading: str | Promise | None = None

    @property
    def public_heading(self):
        return self.label if self.heading is None else str(self.heading)

    @property
    def filled_in(self):
        return self.part is not None

    @property
    def bounds(self):
        """The least and the greatest number allowed, or None."""
        # Django adds upper limits for the database, which people need not read.
        stated = self.model_field.deconstruct()[3].get("validators", [])
        least = [
            each.limit_value
            for each in self.model_field.validators
            if isinstance(each, MinValueValidator)
        ]
        most = [
            each.limit_value for each in stated if isinstance(each, MaxValueValidator)
        ]
        return max(least, default=None), min(most, default=None)

    def plain(self, record):
        """The value as JSON: decimals as text, links by name, languages by code."""
        if self.bilingual:
            return {
                language: getattr(record, f"{self.name}_{language}") or ""
                for language in ("es", "en")
            }
        value = getattr(record, self.name)
        if self.kind is FieldKind.LINKS:
            return [str(each) for each in value.all()]
        if self.kind is FieldKind.DECIMAL and value is not None:
            return format(value, f".{self.model_field.decimal_places}f")
        return value

    def in_words(self, plain, language="es"):
        """A ``plain`` value as text for people, in one language."""
        if isinstance(plain, dict):
            return plain.get(language, "")
        if isinstance(plain, list):
            return ", ".join(sorted(plain))
        if plain in {None, ""}:
            return ""
        if self.kind is FieldKind.FLAG:
            return gettext("Yes") if plain else (gettext("No") if self.says_no else "")
        if self.kind is FieldKind.CHOICE:
            return str(dict(self.model_field.flatchoices).get(plain, plain))
        if self.kind is FieldKind.DECIMAL:
            return floatformat(Decimal(plain), "-2g")
        return str(plain)


class FieldValuesMixin:
    @property
    def field_values(self):
        return self._in_words(self.fields.where(receipt=True))

    @property
    def public_field_values(self):
        fields = self.fields.where(receipt=True, public=True)
        return self._in_words(each for each in fields if not self.is_for_staff(each))

    def is_for_staff(self, field):
        """Whether ``disclosure`` protects this figure."""
        is_figure = field.kind in {FieldKind.WHOLE, FieldKind.DECIMAL}
        return is_figure and is_for_staff(field.name, self.subject)

    def _in_words(self, fields):
        fields = list(fields)
        return in_words(fields, {field.name: field.plain(self) for field in fields})


def in_words(fields, values):
    """Pairs of label and Spanish value for values that are not empty."""
    pairs = [(each.label, each.in_words(values.get(each.name))) for each in fields]
    return [(label, words) for label, words in pairs if words]


def letter_field(related_name):
    return models.ForeignKey(
        "strategic_areas.Letter",
        models.PROTECT,
        null=True,
        editable=False,
        related_name=related_name,
        verbose_name=_("transcribed from"),
    )


def confirmed_field():
    return models.DateTimeField(_("confirmed by the agency"), null=True, editable=False)


class AnswerKind(models.TextChoices):
    """The kind of answer that an agency gives. Each kind counts as reported."""

    REPORTED = "reported", _("Reported")
    SAME_AS_BEFORE = "same_as_before", _("Same as the previous period")
    NO_NEWS = "no_news", _("No news")


ANSWER_FIELD = ReportField(
    "answer",
    in_file=False,
    repeated=False,
    column_layout=ColumnLayout(
        22,
        _(
            "Choose from the list. With “Same as the previous period” and “No news” "
            "leave the other cells as they are. Empty, it follows from what you fill."
        ),
    ),
)
#: The other fields of a ``ReportAnswerMixin``, for the declaration of fields.
REPORT_ANSWER_FIELDS = (
    ReportField(
        "places",
        in_file=False,
        part=FormSection.REACH,
        prefilled=True,
        column_layout=ColumnLayout(
            26,
            _(
                "Names as they stand on the sheet of lists, separated by a semicolon: "
                "Azua; Duarte."
            ),
        ),
    ),
    ReportField(
        "internal_note",
        in_file=False,
        **NOTE,
        part=FormSection.NOTE,
        compared=False,
        repeated=False,
        column_layout=ColumnLayout(34, _("Never published.")),
    ),
    ReportField(
        "is_reserved",
        in_file=False,
        part=FormSection.RESERVED,
        survives_no_news=True,
        column_layout=ColumnLayout(
            12,
            _(
                "Yes where the law withholds it; then reason and legal basis are "
                "required."
            ),
        ),
    ),
    ReportField(
        "reserved_reason",
        in_file=False,
        **NOTE,
        part=FormSection.RESERVED,
        survives_no_news=True,
        column_layout=ColumnLayout(34, _("For the secretariat; never published.")),
    ),
    ReportField(
        "reserved_legal_basis",
        in_file=False,
        part=FormSection.RESERVED,
        survives_no_news=True,
        column_layout=ColumnLayout(24, LEGAL_BASIS_HINT),
    ),
    ReportField(
        "no_news_reason",
        bilingual=True,
        in_file=False,
        staff_label=_("No news, because"),
        heading="",
        part=FormSection.NO_NEWS,
        rows=1,
        repeated=False,
        column_layout=ColumnLayout(
            34,
            _("Only with the answer “No news”. The public reads it. Name no person."),
        ),
    ),
)


class ReportAnswerMixin(models.Model):
    """
    What only reports on activities have, not declarations. Of a reserved report only
    the legal basis is public.
    """

    answer = models.CharField(
        _("answer"), max_length=15, choices=AnswerKind, default=AnswerKind.REPORTED
    )
    no_news_reason = models.TextField(
        _("why there is no news"),
        blank=True,
        help_text=_("The public reads it. Name no person."),
    )
    internal_note = models.TextField(
        _("note for the secretariat"), blank=True, help_text=_("Never published.")
    )
    places = models.ManyToManyField(
        Province, blank=True, related_name="+", verbose_name=_("provinces")
    )
    #: Whether the law keeps the content from the public.
    is_reserved = models.BooleanField(
        _("reserved"),
        default=False,
        help_text=_("It counts as reported; the public reads only the legal basis."),
    )
    reserved_reason = models.TextField(
        _("why it is reserved"),
        blank=True,
        help_text=_("For the secretariat; never published."),
    )
    reserved_legal_basis = models.CharField(
        _("legal basis"),
        max_length=200,
        blank=True,
        help_text=LEGAL_BASIS_HINT,
    )

    class Meta:
        abstract = True

    @property
    def needs_no_details(self):
        """Whether obstacle and next step may be empty, whatever the state."""
        return self.is_reserved or self.answer == AnswerKind.NO_NEWS

    def errors_of_empty_fields(self, text):
        """Field name → message for each required field that is empty."""
        required = _("This is required.")
        if self.is_reserved:
            names = ["reserved_reason", "reserved_legal_basis"]
        elif self.answer == AnswerKind.NO_NEWS:
            names = ["no_news_reason_es"]
        else:
            names = [text]
        errors = {name: required for name in names if not getattr(self, name)}
        if (self.reserved_reason or self.reserved_legal_basis) and not self.is_reserved:
            errors["is_reserved"] = _("Tick this, or leave reason and basis empty.")
        return errors
