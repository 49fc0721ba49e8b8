"""The forms of the sheet, by which an agency answers one row."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Hidden, Layout, LayoutObject, Submit
from django import forms
from django.forms import model_to_dict
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agencies import numbers
from strategic_areas.desk.inputs import tell_protection, text_boxes, widgets
from strategic_areas.desk.sheet import revisions
from strategic_areas.desk.sheet.revisions import RevisionForm
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    Answer,
    Commitment,
    CommitmentUpdate,
    Result,
)
from strategic_areas.models.report_fields import Part

#: The columns that a report fills in, in Spanish, by the part of the form.
PARTS = {
    part: ActivityUpdate.fields.spanish(part=part)
    for part in Part
    if part is not Part.NO_NEWS
}
FILLED_IN = ActivityUpdate.fields.where(filled_in=True)
WIDGETS = {**widgets(FILLED_IN), **text_boxes(FILLED_IN)}
#: What a report may say in English too.
TRANSLATED = ActivityUpdate.fields.where(bilingual=True, repeated=True)


#: Why an empty row is refused.
NOTHING_SAID = _(
    "Nothing is said here yet. Write what was done, or answer “No news”. What others "
    "published stands beside it and is not reported in the institution's name."
)


class Group(LayoutObject):
    template = "portal/layout/group.html"

    def __init__(self, *fields, css_class=""):
        self.fields = list(fields)
        self.css_class = css_class

    def render(self, form, context, template_pack="portal", **kwargs):
        fields = self.get_rendered_fields(form, context, template_pack, **kwargs)
        return render_to_string(self.template, {**self._shown(form), "fields": fields})

    def _shown(self, form):
        return {"css_class": self.css_class}


class Fold(Group):
    """Fields that are seldom filled, folded away unless one is wrong or required."""

    template = "portal/layout/fold.html"

    def __init__(self, title, *fields, is_open=False):
        super().__init__(*fields)
        self.title = title
        self.is_open = is_open

    def _shown(self, form):
        names = {pointer.name for pointer in self.get_field_names()}
        return {
            "title": self.title,
            "is_open": self.is_open or names & set(form.errors),
        }


class RowForm(RevisionForm):
    """
    A form of one row; its fields' ids are unique on the page.

    The page puts the button below the evidence, and ties it to this form by its
    ``form_id``.
    """

    subject_model, subject = Activity, "activity"
    answer, button = "", ""

    def __init__(self, *args, action="", **kwargs):
        instance = kwargs["instance"]
        kwargs["label_suffix"] = ""
        kwargs.setdefault("auto_id", f"r{instance.activity_id}_%s")
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_action = action
        self.helper.form_class = f"row-form row-form--{self.answer}"
        self.helper.attrs = {"novalidate": "", "autocomplete": "off"}
        self.helper.layout = self.make_layout()
        self.helper.form_id = self.auto_id % "form"
        self.helper.add_input(Hidden("answer", self.answer))

    def make_layout(self):
        return Layout(*self.fields)

    def clean(self):
        self.instance.answer = self.answer
        return super().clean()


class ReportForm(RowForm):
    """
    A full report. One number is enough where the last report fills in the rest.

    ``last`` is the agency's own last report, whose texts prefill an empty row;
    ``provinces`` are the choices of places, read once for the whole sheet.
    """

    answer, button = Answer.REPORTED, _("Save and next")
    #: Percent and execution as posted, before one was adjusted to the other.
    posted_pair = None

    class Meta:
        model = ActivityUpdate
        fields = [name for names in PARTS.values() for name in names]
        widgets = WIDGETS
        formfield_callback = numbers.formfield

    def __init__(self, *args, last=None, provinces=None, **kwargs):
        instance = kwargs["instance"]
        self.last = last
        if last and not instance.pk:
            remembered = ActivityUpdate.fields.spanish(prefilled=True)
            kwargs["initial"] = model_to_dict(last, remembered)
        super().__init__(*args, **kwargs)
        if provinces is not None:
            self.fields["places"].choices = provinces

    def make_layout(self):
        activity = self.instance.activity
        number = "quantity" if activity.is_continuing else "percent"
        del self.fields["percent" if activity.is_continuing else "quantity"]
        # A percent alone is enough; see ``_settle_percent``.
        self.fields["execution"].required = activity.is_continuing
        if activity.is_continuing and activity.unit:
            label = gettext("Quantity (%(unit)s)") % {"unit": activity.unit}
            self.fields["quantity"].label = label
        tell_protection(self.fields, activity)
        figures, texts, *folds = PARTS
        shown = [name for name in PARTS[figures] if name in self.fields]
        return Layout(
            "seen_version",
            Group(*sorted(shown, key=number.__ne__), css_class="row-figures"),
            *PARTS[texts],
            *[self._fold(part) for part in folds],
        )

    def _fold(self, part):
        is_open = {
            Part.HELD_BACK: self._is_held_back(),
            Part.RESERVED: self.instance.is_reserved,
        }
        return Fold(part.label, *PARTS[part], is_open=is_open.get(part, False))

    def _is_held_back(self):
        stands = self.instance.execution or self.initial.get("execution") or ""
        return ActivityUpdate(
            activity=self.instance.activity, execution=stands
        ).is_held_back()

    def clean(self):
        if not (self.instance.pk or self.last or self.has_changed()):
            self.add_error(None, NOTHING_SAID)
        self._settle_percent()
        self._keep_english()
        return super().clean()

    def _keep_english(self):
        """
        Keep an English text only with the Spanish text that it translates.

        A Spanish text equal to the published one gets the published English.
        """
        for field in TRANSLATED:
            spanish, english = field.columns
            text = _lines(self.cleaned_data.get(spanish))
            stands = getattr(self.instance, english)
            is_changed = text != _lines(getattr(self.instance, spanish))
            if self.last and text == _lines(getattr(self.last, spanish)):
                if is_changed or not stands:
                    setattr(self.instance, english, getattr(self.last, english))
            elif is_changed and stands:
                setattr(self.instance, english, "")

    def _settle_percent(self):
        cleaned = self.cleaned_data
        if not {"percent", "execution"} <= set(cleaned):
            return
        percent, execution = cleaned["percent"], cleaned["execution"]
        self.posted_pair = percent, execution
        changed = {"percent", "execution"} & set(self.changed_data)
        percent, execution = revisions.settled_pair(percent, execution, changed=changed)
        cleaned |= {"percent": percent, "execution": execution}
        if (percent == 100) != (execution == "completed") and percent is not None:
            self.add_error(
                "percent", _("100 % and completed go together, and only together.")
            )
        if not execution:
            self.add_error("percent", _("State the percent, or choose the execution."))

    def _says_the_same(self, stored):
        """Also true where the first of two equal posts had its pair adjusted."""
        if self.posted_pair:
            percent, execution = self.posted_pair
            stands = stored.percent, stored.execution
            followed = [
                (percent, revisions.execution_for(percent, execution)),
                (revisions.percent_for(execution, percent), execution),
            ]
            if stands in followed:
                pair = dict(zip(("percent", "execution"), stands, strict=True))
                self.cleaned_data.update(pair)
        return super()._says_the_same(stored)


def _lines(text):
    return (text or "").strip().splitlines()


class NoNewsForm(RowForm):
    """No news, and the reason; what was published remains in force."""

    answer, button = Answer.NO_NEWS, _("No news, for this reason")

    class Meta:
        model = ActivityUpdate
        fields = ActivityUpdate.fields.spanish(part=Part.NO_NEWS)
        widgets = WIDGETS

    def __init__(self, *args, **kwargs):
        instance = kwargs["instance"]
        kwargs["auto_id"] = f"r{instance.activity_id}_no_news_%s"
        super().__init__(*args, **kwargs)
        self.fields["no_news_reason_es"].label = gettext("No news, because…")
        self.helper.add_input(Submit("save", self.button))


class SameForm(forms.Form):
    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, action, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_action = action
        self.helper.form_class = "row-form row-form--same_as_before"
        self.helper.add_input(Hidden("answer", Answer.SAME_AS_BEFORE))
        self.helper.add_input(Submit("save", _("Same as the previous period")))


class DeclarationForm(RevisionForm):
    subject_model, subject = Commitment, "commitment"
    button = _("Save the declaration")

    result = forms.ChoiceField(
        label=_("What became of the expected result?"),
        choices=Result.choices,
        widget=forms.RadioSelect,
    )

    class Meta:
        model = CommitmentUpdate
        fields = CommitmentUpdate.fields.spanish(filled_in=True)
        widgets = text_boxes(CommitmentUpdate.fields.where(filled_in=True))

    field_order = ["seen_version", *Meta.fields]

    def __init__(self, *args, action, **kwargs):
        instance = kwargs["instance"]
        kwargs["label_suffix"] = ""
        kwargs["auto_id"] = f"c{instance.commitment_id}_%s"
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_action = action
        self.helper.form_class = "row-form row-form--declared"
        self.helper.attrs = {"novalidate": "", "autocomplete": "off"}
        self.helper.form_id = self.auto_id % "form"
