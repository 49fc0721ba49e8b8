from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from crispy_forms.layout import Layout
from django import forms
from django.utils.formats import number_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from agencies import numbers
from agencies.numbers import DecimalField, written
from strategic_areas.desk.inputs import limit, one_button
from strategic_areas.desk.sheet.forms import Fold, Group
from strategic_areas.disclosure import GROUPS
from strategic_areas.figures.reporting import standing
from strategic_areas.models import CodeList, CodeListValue, Letter, Source
from strategic_areas.models.measurements import ReportedValue
from strategic_areas.workflow import guard

#: What a breakdown tells apart, as the heading of its parts.
DIMENSIONS = {
    "sex+age": gettext_lazy("Women, men, girls and boys"),
    "age": gettext_lazy("Age"),
    "sex": gettext_lazy("Sex"),
    "exploitation": gettext_lazy("Form of exploitation"),
    "nationality": gettext_lazy("Nationality"),
    "department": gettext_lazy("Judicial department"),
    "status": gettext_lazy("Possible or confirmed"),
}
#: Units that are a part of a hundred.
PERCENT = ("%", "por ciento", "porcentaje")
#: What is counted in whole numbers only.
WHOLE = ("persons", "cases", "sentences", "events")
#: A value so many times the last one, or so many times smaller, is asked about.
FAR = 10


class Wrong(StrEnum):
    NEGATIVE = "negative"
    OVER_100 = "over_100"
    NOT_WHOLE = "not_whole"
    FAR_OFF = "far_off"
    PARTS = "parts"


@dataclass(frozen=True)
class Fault:
    """
    What is wrong with a value; ``missing`` is how much the parts of a ``dimension``
    lack.
    """

    wrong: Wrong
    dimension: str = ""
    missing: Decimal = Decimal(0)


def faults(
    value: Decimal,
    parts: Mapping[str, Mapping[str, Decimal]],
    *,
    counts: str,
    unit: str,
    last: Decimal | None,
) -> list[Fault]:
    """Every fault of a value and its parts, by dimension and category."""
    found = []
    told = [value, *(each for dim in parts.values() for each in dim.values())]
    if counts not in ("money", "other") and any(each < 0 for each in told):
        found.append(Fault(Wrong.NEGATIVE))
    if unit.strip().lower() in PERCENT and not 0 <= value <= 100:
        found.append(Fault(Wrong.OVER_100))
    if counts in WHOLE and any(each != each.to_integral_value() for each in told):
        found.append(Fault(Wrong.NOT_WHOLE))
    if last and value and not Decimal(1) / FAR < abs(value / last) < FAR:
        found.append(Fault(Wrong.FAR_OFF))
    for dimension, shares in parts.items():
        if missing := value - sum(shares.values()):
            found.append(Fault(Wrong.PARTS, dimension, missing))
    return found


#: The dimensions to ask for: sex and age together tell what each of them would.
ASKED = [name for name in GROUPS if name not in ("sex", "age")]
SAID = {
    Wrong.NEGATIVE: gettext_lazy("A count is never below zero."),
    Wrong.OVER_100: gettext_lazy("A percent lies between 0 and 100."),
    Wrong.NOT_WHOLE: gettext_lazy("This indicator counts in whole numbers."),
}


class Parts(Fold):
    template = "desk/_value_parts.html"


def plainly(number):
    return number_format(format(number.normalize(), "f"))


def categories_of(indicator):
    """
    The categories of each dimension that is asked for, with their words.

    Of what needs protection it is the one that can be told; nobody is asked for more.
    """
    if indicator.selects or indicator.counts not in WHOLE:
        return {}
    asked = [indicator.dimension] if indicator.sensitive else ASKED
    rows = CodeListValue.objects.filter(
        code_list__plan=indicator.introduced_by_id,
        code_list__kind=CodeList.Kind.BREAKDOWNS,
        dimension__in=asked,
    )
    found = defaultdict(dict)
    for row in rows.order_by("order", "pk"):
        english = row.label_en if get_language() == "en" else ""
        found[row.dimension][row.code] = english or row.label_es
    return {name: found[name] for name in asked if name in found}


def typed(reported):
    told = {name: getattr(reported, name) for name in ValueForm.Meta.fields}
    told["value"] = written(reported.value)
    if reported.measurement_id:
        told["why"] = ""
    for dimension, shares in reported.parts.items():
        told |= {
            f"{dimension}.{code}": written(number) for code, number in shares.items()
        }
    return told


class ValueForm(forms.ModelForm):
    """One value and, if they are known, its parts, in one dimension at a time."""

    is_checked = forms.BooleanField(
        label=gettext_lazy("I have checked the number: it is right"), required=False
    )

    class Meta:
        model = ReportedValue
        fields = ["starts_on", "ends_on", "value", "certainty", "note", "why"]
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
        limit(self.fields["note"], self.fields["why"])
        if last is None:
            del self.fields["is_checked"]
        self.names = {}
        for dimension, categories in categories_of(self.indicator).items():
            self.names[dimension] = {}
            for code, label in categories.items():
                name = f"{dimension}.{code}"
                self.names[dimension][code] = name
                self.fields[name] = DecimalField(
                    label=label, required=False, max_digits=16, decimal_places=3
                )
        self.helper = one_button("row-form", "save", _("Hand it in"))
        self.helper.layout = self.make_layout()

    def make_layout(self):
        folds = [
            Parts(
                DIMENSIONS[dimension],
                Group(*names.values(), css_class="row-figures"),
                is_open=any(
                    self.data.get(name) or self.initial.get(name)
                    for name in names.values()
                ),
            )
            for dimension, names in self.names.items()
        ]
        return Layout(
            Group("starts_on", "ends_on", css_class="row-figures"),
            Group("value", "certainty", css_class="row-figures"),
            *folds,
            *[name for name in ("note", "why", "is_checked") if name in self.fields],
        )

    def clean(self):
        cleaned = super().clean()
        guard.refuse(self, "note", "why")
        if (value := cleaned.get("value")) is not None:
            parts = self.parts()
            self.instance.parts = {
                dimension: {code: format(number, "f") for code, number in told.items()}
                for dimension, told in parts.items()
            }
            for fault in faults(
                value,
                parts,
                counts=self.indicator.counts,
                unit=self.indicator.unit_es,
                last=self.last,
            ):
                self.tell(fault)
        if self.revises() and not cleaned.get("why"):
            self.add_error("why", _("The value before is public: say why it differs."))
        return cleaned

    def revises(self):
        days = {name: self.cleaned_data.get(name) for name in ("starts_on", "ends_on")}
        about = {"indicator": self.indicator, "agency": self.instance.agency}
        return all(days.values()) and standing(ReportedValue(**about, **days))

    def parts(self):
        found = {}
        for dimension, names in self.names.items():
            told = {
                code: self.cleaned_data[name]
                for code, name in names.items()
                if self.cleaned_data.get(name) is not None
            }
            if told:
                found[dimension] = told
        return found

    def tell(self, fault: Fault):
        if fault.wrong is Wrong.PARTS:
            number = plainly(abs(fault.missing))
            words = {"dimension": DIMENSIONS[fault.dimension], "number": number}
            text = _("%(dimension)s: %(number)s too many for the total.") % words
            if fault.missing > 0:
                text = (
                    _(
                        "%(dimension)s: %(number)s of the total are missing. What is "
                        "not known goes into “Not stated”."
                    )
                    % words
                )
            self.add_error(None, text)
        elif fault.wrong is not Wrong.FAR_OFF:
            self.add_error("value", str(SAID[fault.wrong]))
        elif not self.cleaned_data.get("is_checked"):
            self.add_error(
                "is_checked",
                _("The last value was %(last)s. Check this one.")
                % {"last": plainly(self.last)},
            )


class SourcedForm(ValueForm):
    class Meta(ValueForm.Meta):
        fields = ["letter", "source", "printed_where", *ValueForm.Meta.fields]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        letters = Letter.objects.filter(agency=self.instance.agency)
        self.fields["letter"].queryset = letters
        sources = Source.objects.filter(plan=self.indicator.introduced_by_id)
        self.fields["source"].queryset = sources

    def make_layout(self):
        return Layout("letter", "source", "printed_where", super().make_layout())

    def clean(self):
        cleaned = super().clean()
        if bool(cleaned.get("letter")) == bool(cleaned.get("source")):
            self.add_error("source", _("Name the letter or the source, one of them."))
        where = cleaned.get("printed_where")
        if where and not cleaned.get("source"):
            self.add_error("printed_where", _("Only a source prints a number."))
        guard.refuse(self, "printed_where")
        return cleaned
