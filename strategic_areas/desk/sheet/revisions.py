"""
The form of a draft or returned revision, for the sheet and for the admin.

Execution and percent both say how far the work has come. Where one of them changes, the
other follows by the rules at the end of this module.
"""

from django import forms
from django.db.models import QuerySet, TextField
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agencies.fields import Kind
from strategic_areas.models import OPEN, Execution, Status
from strategic_areas.progress import State
from strategic_areas.workflow import guard


class Checkboxes(forms.CheckboxSelectMultiple):
    """
    Checkboxes with Django's own HTML, written without a template for each.

    The templates took most of the time of a sheet: every row has a checkbox for each
    province.
    """

    def render(self, name, value, attrs=None, renderer=None):
        attrs = self.build_attrs(self.attrs, attrs)
        group = attrs.pop("id", name)
        ticked = {str(each) for each in value or ()}
        boxes = format_html_join(
            "\n",
            '<div><label for="{0}_{1}"><input type="checkbox" name="{2}" value="{3}"'
            ' id="{0}_{1}"{4}{5}> {6}</label></div>',
            (
                (
                    group,
                    number,
                    name,
                    key,
                    " checked" if str(key) in ticked else "",
                    flatatt(attrs),
                    label,
                )
                for number, (key, label) in enumerate(self.choices)
            ),
        )
        return format_html('<div id="{}">\n{}\n</div>', group, boxes)


def widgets(fields):
    """Column → widget, for the numbers and links of a report."""
    found = {}
    for field in fields:
        if field.kind is Kind.LINKS:
            found[field.name] = Checkboxes
        elif field.kind in {Kind.WHOLE, Kind.DECIMAL}:
            least, most = field.bounds
            limits = {} if most is None else {"max": most}
            found[field.name] = forms.NumberInput(attrs={"min": least, **limits})
    return found


def text_boxes(fields):
    """Column → text widget of the height that the field declares."""
    return {
        column: forms.TextInput
        if field.rows == 1
        else forms.Textarea(attrs={"rows": field.rows})
        for field in fields
        if isinstance(field.model_field, TextField)
        for column in field.columns
    }


class RevisionForm(forms.ModelForm):
    """
    A draft or returned revision of a report.

    ``seen_version`` is the version on the person's screen. When somebody else saved in
    the meantime, the form is not valid: it keeps her text, holds the stored revision in
    ``conflict``, and her next post is accepted. Where the stored revision equals what
    she posts, as when a form is posted twice, ``is_already_saved`` is True.
    """

    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    #: The model and the field of what the revision reports on.
    subject_model, subject = None, ""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.conflict = None
        self.is_already_saved = False
        self._name_languages()
        if self.instance.pk:
            self.initial["seen_version"] = self.instance.version

    def _name_languages(self):
        """Spanish is the form's own language; only English needs to be named."""
        for declared in self._meta.model.fields.where(bilingual=True):
            spanish, english = declared.columns
            if spanish in self.fields:
                self.fields[spanish].label = declared.label
            if english in self.fields:
                label = gettext("%(label)s, in English") % {"label": declared.label}
                self.fields[english].label = label

    def clean(self):
        cleaned = super().clean()
        self._refuse_personal_data(cleaned)
        if self.instance.pk:
            self._refuse_stale()
        elif cleaned.get(self.subject) and cleaned.get("period"):
            self._refuse_second(cleaned[self.subject], cleaned["period"])
        return cleaned

    def _refuse_personal_data(self, cleaned):
        """Refuse personal data, even in a draft; the text stays on screen."""
        for name in self._meta.model.fields.columns(guarded=True):
            text = cleaned.get(name)
            for reason in guard.refusals(text):
                self.add_error(name, reason)
                # The model's own checks must not take a refused text for a missing one.
                setattr(self.instance, name, text)
        notes = self._meta.model.fields.columns(noted=True)
        guard.judge(self, self._meta.model, **dict(zip(notes, notes, strict=True)))

    def _refuse_stale(self):
        """Lock the row until the end of the request and compare versions."""
        rows = type(self.instance).objects.select_for_update()
        stored = rows.get(pk=self.instance.pk)
        if stored.version == self.cleaned_data.get("seen_version"):
            return
        if self._says_the_same(stored):
            self.cleaned_data["seen_version"] = stored.version
            self.is_already_saved = True
            return
        self.conflict = stored
        self.data = self.data.copy()
        self.data[self.add_prefix("seen_version")] = stored.version
        raise forms.ValidationError(
            _(
                "Somebody saved this report while you were writing. Nothing of yours "
                "is lost: it is below, and what stands saved now is beside it. Put "
                "together what belongs in, and save again."
            ),
            code="conflict",
        )

    def _says_the_same(self, stored):
        """True when nothing in this form differs from the stored revision."""
        answer = getattr(self.instance, "answer", None)
        if getattr(stored, "answer", None) != answer:
            return False
        return all(
            _comparable(stored, name) == _plain(value)
            for name, value in self.cleaned_data.items()
            if name != "seen_version"
        )

    def _refuse_second(self, subject, period):
        """One open revision per subject and period; locked against a second save."""
        self.subject_model.objects.select_for_update().get(pk=subject.pk)
        rows = type(self.instance).objects.filter(
            **{self.subject: subject}, period=period
        )
        if rows.filter(status__in=OPEN).exists():
            raise forms.ValidationError(
                _(
                    "A report of this for the period is already being worked on. Open "
                    "it from the list instead of writing a second one."
                )
            )
        if rows.filter(status=Status.PUBLISHED).exists():
            raise forms.ValidationError(
                _("A report of this is published for the period. Open it and correct.")
            )


def _comparable(record, name):
    if record._meta.get_field(name).many_to_many:
        return _plain(getattr(record, name).all())
    return _plain(getattr(record, name))


def _plain(value):
    """A value as it is compared: None counts as an empty text."""
    if isinstance(value, QuerySet):
        return {row.pk for row in value}
    return "" if value is None else value


#: The cases of a percent that the rules tell apart, with an example of each.
PERCENT_EXAMPLES = {"none": None, "zero": 0, "part": 50, "full": 100}
#: The executions that an agency may state; "" while it has stated none.
STATES = ["", *map(State, Execution.values)]


def execution_for(percent, execution):
    """The execution for a newly typed percent; ``execution`` is the one before."""
    if percent is None:
        return execution
    if percent == 100:
        return State.COMPLETED
    if execution in {State.SUSPENDED, State.CANCELLED}:
        return execution
    return State.NOT_STARTED if percent == 0 else State.IN_PROGRESS


def percent_for(execution, percent):
    """The percent for a newly chosen execution; ``percent`` is the one before."""
    if execution == State.COMPLETED:
        return 100
    if execution == State.NOT_STARTED:
        return 0
    return None if percent == 100 else percent


def settled_pair(percent, execution, *, changed):
    """
    Percent and execution to be stored, given what was typed in both fields.

    ``changed`` are the names of the fields that were changed. Where only one was, the
    other is adjusted to it; an empty execution is derived from the percent.
    """
    if changed == {"percent"} or not execution:
        return percent, execution_for(percent, execution)
    if changed == {"execution"}:
        return percent_for(execution, percent), execution
    return percent, execution


def rules():
    """
    Both rules for every case as plain values, which the sheet's script looks up.

    ``execution`` maps kind of percent and execution to the execution; ``percent`` maps
    execution and kind of percent to the percent, "same" where it stays as it is.
    """
    return {
        "execution": {
            kind: {str(state): str(execution_for(percent, state)) for state in STATES}
            for kind, percent in PERCENT_EXAMPLES.items()
        },
        "percent": {
            str(state): {
                kind: _unless_same(percent_for(state, percent), percent)
                for kind, percent in PERCENT_EXAMPLES.items()
            }
            for state in STATES
        },
    }


def _unless_same(new, old):
    return "same" if new == old else new
