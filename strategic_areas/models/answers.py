"""How an agency answers: with a report, as before, with no news, or by withholding."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.fields import NOTE
from strategic_areas.models.references import Province
from strategic_areas.models.report_fields import Column, Part, ReportField


class Answer(models.TextChoices):
    """What a revision answers. All three kinds count as reported."""

    REPORTED = "reported", _("Reported")
    SAME_AS_BEFORE = "same_as_before", _("Same as the previous period")
    NO_NEWS = "no_news", _("No news")


ANSWER = ReportField(
    "answer",
    in_file=False,
    repeated=False,
    column=Column(
        22,
        _(
            "Choose from the list. With “Same as the previous period” and “No news” "
            "leave the other cells as they are. Empty, it follows from what you fill."
        ),
    ),
)
#: The other fields of an ``Answered`` report, for its declaration.
ANSWERED = (
    ReportField(
        "places",
        in_file=False,
        part=Part.REACH,
        prefilled=True,
        column=Column(
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
        part=Part.NOTE,
        compared=False,
        repeated=False,
        column=Column(34, _("Never published.")),
    ),
    ReportField(
        "is_reserved",
        in_file=False,
        part=Part.RESERVED,
        stands=True,
        column=Column(
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
        part=Part.RESERVED,
        stands=True,
        column=Column(34, _("For the secretariat; never published.")),
    ),
    ReportField(
        "reserved_legal_basis",
        in_file=False,
        part=Part.RESERVED,
        stands=True,
        column=Column(24, _("The public reads it, such as: Ley 200-04, art. 17.")),
    ),
    ReportField(
        "no_news_reason",
        bilingual=True,
        in_file=False,
        called=_("No news, because"),
        heading="",
        part=Part.NO_NEWS,
        rows=1,
        repeated=False,
        column=Column(
            34,
            _("Only with the answer “No news”. The public reads it. Name no person."),
        ),
    ),
)


class Answered(models.Model):
    """
    The kind of an answer, and what the public may not read of it.

    ``internal_note`` is never published. Of a reserved answer the public reads only
    that it was given and the legal basis for withholding it.
    """

    answer = models.CharField(
        _("answer"), max_length=15, choices=Answer, default=Answer.REPORTED
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
        help_text=_("The public reads it, such as: Ley 200-04, art. 17."),
    )

    class Meta:
        abstract = True

    @property
    def explains_itself(self):
        return self.is_reserved or self.answer == Answer.NO_NEWS

    def missing_answers(self, text):
        """
        Messages by the name of each field that this kind of answer needs and that is
        empty.
        """
        required = _("This is required.")
        if self.is_reserved:
            names = ["reserved_reason", "reserved_legal_basis"]
        elif self.answer == Answer.NO_NEWS:
            names = ["no_news_reason_es"]
        else:
            names = [text]
        errors = {name: required for name in names if not getattr(self, name)}
        if (self.reserved_reason or self.reserved_legal_basis) and not self.is_reserved:
            errors["is_reserved"] = _("Tick this, or leave reason and basis empty.")
        return errors
