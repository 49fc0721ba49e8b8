"""
The form of a draft or returned revision, for the sheet and for the admin.

Execution and percent both say how far the work has come. Where one of them changes, the
other follows by the rules at the end of this module.
"""

from django import forms
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from strategic_areas.desk.inputs import LONGEST_TEXT
from strategic_areas.models import OPEN, Execution, Status
from strategic_areas.progress import State
from strategic_areas.workflow import guard


class RevisionForm(forms.ModelForm):
    """
    A draft or returned revision of a report.

    When somebody else saved since ``seen_version``, the form is not valid: it keeps her
    text, holds the stored revision in ``conflict``, and her next post is accepted.
    Where that equals what she posts, ``is_already_saved`` is True.
    """

    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    #: The model and the field of what the revision reports on.
    subject_model, subject = None, ""

    #: Who posts the form, so that it can tell her own earlier save from another's.
    by = None

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
            for name in self.fields.keys() & {*declared.columns}:
                self.fields[name].label = declared.label_of(name)

    def clean(self):
        cleaned = super().clean()
        self._refuse_personal_data(cleaned)
        self._refuse_long(cleaned)
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

    def _refuse_long(self, cleaned):
        for name in self._meta.model.fields.spanish(filled_in=True):
            text = cleaned.get(name)
            if not isinstance(text, str) or name not in self.changed_data:
                continue
            length = len(text.replace("\r\n", "\n"))
            if length > LONGEST_TEXT:
                text = _(
                    "This has %(length)d characters; %(most)d fit. Say the main thing "
                    "here, and attach the rest as evidence."
                )
                self.add_error(name, text % {"length": length, "most": LONGEST_TEXT})

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
        raise forms.ValidationError(self._who_saved(stored), code="conflict")

    def _who_saved(self, stored):
        saved = stored.history.select_related("history_user").first()
        who = saved and saved.history_user
        facts = {
            "who": (who.get_full_name() or who.get_username()) if who else "",
            "when": date_format(localtime(stored.changed_at), "SHORT_DATETIME_FORMAT"),
        }
        if who and who == self.by:
            text = _(
                "You saved this row yourself on %(when)s, in another window or from a "
                "workbook. Nothing is lost: what you wrote here is below, and what "
                "differs in what stands saved is beside it. Put together what belongs "
                "in, and save again."
            )
        elif who:
            text = _(
                "%(who)s saved this row on %(when)s, while you were writing. Nothing "
                "is lost: what you wrote here is below, and what differs in what "
                "stands saved is beside it. Put together what belongs in, and save "
                "again."
            )
        else:
            text = _(
                "Somebody saved this report while you were writing. Nothing of yours "
                "is lost: it is below, and what stands saved now is beside it. Put "
                "together what belongs in, and save again."
            )
        return text % facts

    @property
    def conflicting(self):
        """
        Label and stored words of what differs from this form, where both were saved.

        An answer of another kind is shown whole, because every field may differ.
        """
        stored = self.conflict
        answers = [getattr(each, "answer", None) for each in (stored, self.instance)]
        if len({*answers}) > 1:
            return stored.field_values
        return [
            (field.label, field.in_words(field.plain(stored)) or "–")
            for field in stored.fields.where(filled_in=True)
            if any(
                _comparable(stored, name) != _plain(self.cleaned_data[name])
                for name in field.columns
                if name in self.cleaned_data
            )
        ]

    def _says_the_same(self, stored):
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

    Where only one of them ``changed``, the other is adjusted to it; an empty execution
    is derived from the percent.
    """
    if changed == {"percent"} or not execution:
        return percent, execution_for(percent, execution)
    if changed == {"execution"}:
        return percent_for(execution, percent), execution
    return percent, execution


def rules():
    """Both rules for every case as plain values, which the sheet's script looks up."""
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
