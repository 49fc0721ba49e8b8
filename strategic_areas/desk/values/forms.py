from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from crispy_forms.layout import Layout
from django import forms
from django.utils.formats import number_format
from django.utils.translation import get_language, gettext as _, gettext_lazy

from agencies import numbers
from agencies.numbers import DecimalField, number_text
from strategic_areas.desk.inputs import (
    FieldGroup,
    FoldedFields,
    limit_length,
    one_button_helper,
)
from strategic_areas.desk.sheet.rows import ValueRow
from strategic_areas.disclosure import CATEGORY_GROUPS
from strategic_areas.figures.submission import current_measurement
from strategic_areas.models import (
    CodeList,
    CodeListValue,
    Indicator,
    Letter,
    PublishedFigure,
    Source,
)
from strategic_areas.models.measurements import ReportedValue
from strategic_areas.workflow import guard

#: Dimension → heading of its fields.
DIMENSIONS = {
    "sex+age": gettext_lazy("Women, men, girls and boys"),
    "age": gettext_lazy("Age"),
    "sex": gettext_lazy("Sex"),
    "exploitation": gettext_lazy("Form of exploitation"),
    "nationality": gettext_lazy("Nationality"),
    "department": gettext_lazy("Judicial department"),
    "status": gettext_lazy("Possible or confirmed"),
}
PERCENT_UNITS = ("%", "por ciento", "porcentaje")
#: If a value differs by more than this from the last one, the agency has to explain it,
#: and the reviewer has to compare the two.
LARGE_DIFFERENCE_PERCENT = 30


def differs_much(value: Decimal, last: Decimal) -> bool:
    return 100 * abs(value - last) > LARGE_DIFFERENCE_PERCENT * abs(last)


def value_problems(
    value: Decimal,
    parts: Mapping[str, Mapping[str, Decimal]],
    *,
    counts: str,
    unit: str,
    last: Decimal | None,
    why: str = "",
):
    """
    Yield pairs of a field, or None for the whole form, and the problem.

    ``parts`` maps dimensions to numbers by category, ``last`` is the last public value,
    ``why`` the agency's explanation of a large difference from it, ``counts`` what the
    indicator counts.
    """
    numbers = [value, *(each for dim in parts.values() for each in dim.values())]
    if counts in Indicator.COUNTED and any(each < 0 for each in numbers):
        yield "value", _("A count is never below zero.")
    if unit.strip().lower() in PERCENT_UNITS and not 0 <= value <= 100:
        yield "value", _("A percent lies between 0 and 100.")
    if counts in Indicator.COUNTED and any(
        each != each.to_integral_value() for each in numbers
    ):
        yield "value", _("This indicator counts in whole numbers.")
    if last is not None and differs_much(value, last) and not why:
        text = _("The last value was %(last)s: say why this one differs so much.")
        yield "why", text % {"last": format_number(last)}
    for dimension, numbers_by_category in parts.items():
        if missing := value - sum(numbers_by_category.values()):
            text = _("%(dimension)s: %(number)s too many for the total.")
            if missing > 0:
                text = _(
                    "%(dimension)s: %(number)s of the total are missing. What is not "
                    "known goes into “Not stated”."
                )
            number = format_number(abs(missing))
            yield None, text % {"dimension": DIMENSIONS[dimension], "number": number}


#: Of an indicator that is not sensitive, sex and age are entered together.
ASKED_DIMENSIONS = [name for name in CATEGORY_GROUPS if name not in ("sex", "age")]


class BreakdownFields(FoldedFields):
    template = "desk/_value_parts.html"


def format_number(number):
    return number_format(format(number.normalize(), "f"))


def categories_of(indicator):
    """
    Return the categories of each dimension that the form asks for, with their labels.

    For a sensitive indicator that is only the dimension that can be published; none if
    it counts a subgroup only (``selects``).
    """
    if indicator.selects or indicator.counts not in Indicator.COUNTED:
        return {}
    dimensions = [indicator.dimension] if indicator.sensitive else ASKED_DIMENSIONS
    rows = CodeListValue.objects.filter(
        code_list__plan=indicator.introduced_by_id,
        code_list__kind=CodeList.Kind.BREAKDOWNS,
        dimension__in=dimensions,
    )
    found = defaultdict(dict)
    for row in rows.order_by("order", "pk"):
        english = row.label_en if get_language() == "en" else ""
        found[row.dimension][row.code] = english or row.label_es
    return {name: found[name] for name in dimensions if name in found}


def value_facts(reported):
    labels = categories_of(reported.indicator)
    parts = [
        (
            DIMENSIONS[dimension],
            [
                (labels.get(dimension, {}).get(code, code), number)
                for code, number in numbers.items()
            ],
        )
        for dimension, numbers in reported.parts.items()
    ]
    return {"reported": reported, "parts": parts}


def last_public_figure(indicator):
    return last_public_figures([indicator]).get(indicator.pk)


def last_public_figures(indicators):
    """Map the id of each indicator to its last published figure, in one query."""
    rows = (
        PublishedFigure.objects.public()
        .latest_revisions()
        .filter(indicator__in=indicators)
        .exclude(value=None)
        .order_by("ends_on", "starts_on")
    )
    return {figure.indicator_id: figure for figure in rows}


def initial_of_value(reported):
    """A submitted value as initial form data; if published, without ``why``."""
    initial = {name: getattr(reported, name) for name in ValueForm.Meta.fields}
    initial["value"] = number_text(reported.value)
    if reported.measurement_id:
        initial["why"] = ""
    for dimension, numbers_by_category in reported.parts.items():
        initial |= {
            f"{dimension}.{code}": number_text(number)
            for code, number in numbers_by_category.items()
        }
    return initial


class ValueForm(forms.ModelForm):
    """
    One value and, optionally, its breakdowns.

    ``last`` is the last published figure; the agency explains a large difference
    from it.
    """

    class Meta:
        model = ReportedValue
        fields = ["starts_on", "ends_on", "value", "figure_status", "note", "why"]
        formfield_callback = numbers.formfield
        widgets = {
            "starts_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "ends_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "note": forms.Textarea(attrs={"rows": 3}),
            "why": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args, last, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.last, self.indicator = last, self.instance.indicator
        limit_length(self.fields["note"], self.fields["why"])
        self.fields["why"].label = _("Why it differs")
        self.fields["why"].help_text = _(
            "Only where it differs from the last value by more than %(percent)d "
            "percent, or where the value before is public; then the public reads "
            "it too."
        ) % {"percent": LARGE_DIFFERENCE_PERCENT}
        self.names = {}
        for dimension, categories in categories_of(self.indicator).items():
            self.names[dimension] = [f"{dimension}.{code}" for code in categories]
            self.fields |= {
                f"{dimension}.{code}": DecimalField(
                    label=f"{label} ({self.indicator.unit})",
                    required=False,
                    max_digits=16,
                    decimal_places=3,
                )
                for code, label in categories.items()
            }
        self.fields["value"].label = f"{_('Value')} ({self.indicator.unit})"
        self.helper = one_button_helper("row-form", "save", _("Submit it"))
        self.helper.layout = self.make_layout()

    def make_layout(self):
        folds = [
            BreakdownFields(
                DIMENSIONS[dimension],
                FieldGroup(*names, css_class="row-figures"),
                is_open=any(
                    self.data.get(name) or self.initial.get(name) for name in names
                ),
            )
            for dimension, names in self.names.items()
        ]
        return Layout(
            FieldGroup("starts_on", "ends_on", css_class="row-figures"),
            FieldGroup("value", "figure_status", css_class="row-figures"),
            *folds,
            *("note", "why"),
        )

    def clean(self):
        cleaned = super().clean()
        guard.add_blocking_errors(self, "note", "why")
        if (value := cleaned.get("value")) is not None:
            self._add_problems(value, cleaned.get("why", ""))
        days = {
            name: cleaned.get(name) or getattr(self.instance, name)
            for name in ("starts_on", "ends_on")
        }
        revises = all(days.values()) and current_measurement(
            ReportedValue(indicator=self.indicator, agency=self.instance.agency, **days)
        )
        if revises and not cleaned.get("why") and "why" not in self.errors:
            self.add_error("why", _("The value before is public: say why it differs."))
        return cleaned

    def _add_problems(self, value, why):
        parts = {}
        for dimension, names in self.names.items():
            entered = {
                name.removeprefix(f"{dimension}."): number
                for name in names
                if (number := self.cleaned_data.get(name)) is not None
            }
            if entered:
                parts[dimension] = entered
        self.instance.parts = {
            dimension: {code: format(number, "f") for code, number in entered.items()}
            for dimension, entered in parts.items()
        }
        for problem in value_problems(
            value,
            parts,
            counts=self.indicator.counts,
            unit=self.indicator.unit_es,
            last=self.last and self.last.value,
            why=why,
        ):
            self.add_error(*problem)


class FixedDaysValueForm(ValueForm):
    """A row of the grid, whose days are given."""

    class Meta(ValueForm.Meta):
        fields = ["value", "figure_status", "note", "why"]

    def __init__(self, *args, row: ValueRow, **kwargs):
        self.row = row
        reported = ReportedValue(
            indicator=row.value.indicator,
            agency=row.value.agency,
            starts_on=row.value.starts_on,
            ends_on=row.value.ends_on,
        )
        super().__init__(
            *args,
            instance=reported,
            prefix=row.span_key,
            empty_permitted=True,
            use_required_attribute=False,
            **kwargs,
        )
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{field.label}, {row.value.span}"

    def make_layout(self):
        """Return None: the grid's template lays out the fields."""

    def has_changed(self):
        """Whether anything but ``figure_status`` was entered."""
        parts = {name for names in self.names.values() for name in names}
        return bool({"value", "note", "why", *parts} & set(self.changed_data))


class RecordedValueForm(ValueForm):
    class Meta(ValueForm.Meta):
        fields = ["letter", "source", "printed_where", *ValueForm.Meta.fields]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["letter"].queryset = Letter.objects.filter(
            agency=self.instance.agency
        )
        sources = Source.objects.filter(plan=self.indicator.introduced_by_id)
        self.fields["source"].queryset = sources

    def make_layout(self):
        return Layout("letter", "source", "printed_where", super().make_layout())

    def clean(self):
        cleaned = super().clean()
        if bool(cleaned.get("letter")) == bool(cleaned.get("source")):
            self.add_error("source", _("Name the letter or the source, one of them."))
        if cleaned.get("printed_where") and not cleaned.get("source"):
            self.add_error("printed_where", _("Only a source prints a number."))
        guard.add_blocking_errors(self, "printed_where")
        return cleaned
