"""The forms of the sheet: one row's answers, and what is sent at the end."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Hidden, Layout, Submit
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from strategic_areas.desk import in_step
from strategic_areas.desk.layout import Fold, Group
from strategic_areas.desk.revisions import ACCOUNT, RevisionForm
from strategic_areas.desk.ticks import Ticks
from strategic_areas.models import Activity, ActivityUpdate, Answer

#: The texts that may stand in English too.
TRANSLATED = ("narrative", "obstacle", "next_step")
#: What a new report takes over from the last published one, to be changed.
REMEMBERED = ("execution", "percent", "narrative_es", "obstacle_es", "next_step_es")


class RowForm(RevisionForm):
    """A form of one row; its fields' ids are the row's own."""

    subject_model, subject = Activity, "activity"
    answer, button, css_class = "", "", ""

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
        self.helper.add_input(Hidden("answer", self.answer))
        self.helper.add_input(Submit("save", self.button, css_class=self.css_class))

    def make_layout(self):
        return Layout(*self.fields)

    def clean(self):
        self.instance.answer = self.answer
        return super().clean()


class ReportForm(RowForm):
    """
    What was done, in full. One number is enough where the rest is remembered.

    ``last`` is the last published update, whose texts stand in the empty row;
    ``provinces`` are the choices of places, read once for the whole sheet.
    """

    answer, button, css_class = Answer.REPORTED, _("Save and next"), "default"
    #: Percent and execution as posted, before one followed the other.
    posted_pair = None

    class Meta:
        model = ActivityUpdate
        fields = ACCOUNT
        widgets = {
            "percent": forms.NumberInput(attrs={"min": 0, "max": 100, "step": 1}),
            "people_reached": forms.NumberInput(attrs={"min": 0}),
            "quantity": forms.NumberInput(attrs={"min": 0}),
            "narrative_es": forms.Textarea(attrs={"rows": 5}),
            "obstacle_es": forms.Textarea(attrs={"rows": 2}),
            "next_step_es": forms.Textarea(attrs={"rows": 2}),
            "internal_note": forms.Textarea(attrs={"rows": 2}),
            "reserved_reason": forms.Textarea(attrs={"rows": 2}),
            "places": Ticks,
        }

    def __init__(self, *args, last=None, provinces=None, **kwargs):
        instance = kwargs["instance"]
        self.last = last
        if last and not instance.pk:
            kwargs["initial"] = {
                **{name: getattr(last, name) for name in REMEMBERED},
                "places": [place.pk for place in last.places.all()],
            }
        super().__init__(*args, **kwargs)
        if (stored := self.initial.get("quantity")) is not None:
            self.initial["quantity"] = _shortest(stored)
        if provinces is not None:
            self.fields["places"].choices = provinces

    def make_layout(self):
        activity = self.instance.activity
        number = "quantity" if activity.is_continuing else "percent"
        del self.fields["percent" if activity.is_continuing else "quantity"]
        # A percent alone says it; see ``_keep_in_step``.
        self.fields["execution"].required = activity.is_continuing
        if activity.is_continuing and activity.unit:
            label = gettext("Quantity (%(unit)s)") % {"unit": activity.unit}
            self.fields["quantity"].label = label
        return Layout(
            "seen_version",
            Group(number, "execution", css_class="row-figures"),
            "narrative_es",
            Fold(
                _("Obstacle and next step"),
                "obstacle_es",
                "next_step_es",
                is_open=self._is_held_back(),
            ),
            Fold(_("People reached and places"), "people_reached", "places"),
            Fold(_("Note for the secretariat"), "internal_note"),
            Fold(
                _("Reserved by law"),
                "is_reserved",
                "reserved_reason",
                "reserved_legal_basis",
                is_open=self.instance.is_reserved,
            ),
        )

    def _is_held_back(self):
        stands = self.instance.execution or self.initial.get("execution") or ""
        return ActivityUpdate(
            activity=self.instance.activity, execution=stands
        ).is_held_back()

    def clean(self):
        self._keep_in_step()
        self._keep_english()
        return super().clean()

    def _keep_english(self):
        """
        English stands beside the Spanish that it translates, and beside no other.

        A text that says again what was published is translated already.
        """
        for name in TRANSLATED:
            told = _lines(self.cleaned_data.get(f"{name}_es"))
            stands = getattr(self.instance, f"{name}_en")
            is_changed = told != _lines(getattr(self.instance, f"{name}_es"))
            if self.last and told == _lines(getattr(self.last, f"{name}_es")):
                if is_changed or not stands:
                    before = getattr(self.last, f"{name}_en")
                    setattr(self.instance, f"{name}_en", before)
            elif is_changed and stands:
                setattr(self.instance, f"{name}_en", "")

    def _keep_in_step(self):
        """Whichever of the two was changed leads; both together must agree."""
        cleaned = self.cleaned_data
        if not {"percent", "execution"} <= set(cleaned):
            return
        percent, execution = cleaned["percent"], cleaned["execution"]
        self.posted_pair = percent, execution
        changed = {"percent", "execution"} & set(self.changed_data)
        percent, execution = in_step.both(percent, execution, changed=changed)
        cleaned |= {"percent": percent, "execution": execution}
        if (percent == 100) != (execution == "completed") and percent is not None:
            self.add_error(
                "percent", _("100 % and completed go together, and only together.")
            )
        if not execution:
            self.add_error("percent", _("State the percent, or choose the execution."))

    def _says_the_same(self, stored):
        """Also where the first press of the same words changed what goes with them."""
        if self.posted_pair:
            percent, execution = self.posted_pair
            stands = stored.percent, stored.execution
            followed = [
                (percent, in_step.execution_for(percent, execution)),
                (in_step.percent_for(execution, percent), execution),
            ]
            if stands in followed:
                pair = dict(zip(("percent", "execution"), stands, strict=True))
                self.cleaned_data.update(pair)
        return super()._says_the_same(stored)


def _lines(text):
    """A text as it reads, however its lines end."""
    return (text or "").strip().splitlines()


def _shortest(number):
    """12 and 12.5 instead of 12.00 and 12.50."""
    whole = number.to_integral_value()
    return whole if number == whole else number.normalize()


class NoNewsForm(RowForm):
    """Nothing to tell, and why; what stood published goes on standing."""

    answer, button = Answer.NO_NEWS, _("No news, for this reason")

    class Meta:
        model = ActivityUpdate
        fields = ["no_news_reason_es"]
        widgets = {"no_news_reason_es": forms.TextInput}

    def __init__(self, *args, **kwargs):
        instance = kwargs["instance"]
        kwargs["auto_id"] = f"r{instance.activity_id}_no_news_%s"
        super().__init__(*args, **kwargs)
        self.fields["no_news_reason_es"].label = gettext("No news, because…")


class SameForm(forms.Form):
    """The same as the last published: one press, no field."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, action, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_action = action
        self.helper.form_class = "row-form row-form--same_as_before"
        self.helper.add_input(Hidden("answer", Answer.SAME_AS_BEFORE))
        self.helper.add_input(Submit("save", _("Same as the previous period")))


class VersionsForm(forms.Form):
    """
    The versions that stood on the screen, each as id:version.

    ``seen`` are reports, ``declared`` declarations.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    declared = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean_seen(self):
        return versions(self.cleaned_data["seen"])

    def clean_declared(self):
        return versions(self.cleaned_data["declared"])


class SendForm(VersionsForm):
    """What is sent; where the guard warned, one tick says that this was read."""

    warnings_read = forms.BooleanField(label=_("I have read these warnings"))

    def __init__(self, *args, action, has_warnings, **kwargs):
        kwargs["label_suffix"] = ""
        super().__init__(*args, **kwargs)
        if not has_warnings:
            del self.fields["warnings_read"]
        self.helper = FormHelper()
        self.helper.form_action = action
        self.helper.form_class = "send-form"
        self.helper.add_input(
            Submit("send", _("Send all for review"), css_class="default")
        )

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not (cleaned["seen"] or cleaned["declared"]):
            raise forms.ValidationError(_("There is nothing to send."))
        return cleaned


def versions(text):
    """A dict of id → version, or an error where it is not ours."""
    try:
        pairs = (pair.split(":") for pair in text.split(",") if text)
        return {int(pk): int(version) for pk, version in pairs}
    except ValueError as error:
        raise forms.ValidationError(_("There is nothing to send.")) from error
