"""
The forms by which a row is answered; what they ask follows from the model's fields.

Execution and percent both say how far the work has come. Where one of them changes, the
other follows by the rules at the end of this module.
"""

from functools import cache

from crispy_forms.layout import Hidden, Layout, Submit
from django import forms
from django.db.models import QuerySet
from django.forms import model_to_dict, modelform_factory
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agencies import numbers
from strategic_areas.desk.inputs import (
    LONGEST_TEXT,
    PLAIN,
    Fold,
    Group,
    helper_of,
    tell_protection,
    text_boxes,
    widgets,
)
from strategic_areas.models import OPEN, ActivityUpdate, Answer, Execution, Status
from strategic_areas.models.report_fields import Part
from strategic_areas.progress import State
from strategic_areas.workflow import guard
from strategic_areas.workflow.questions import BY_MODEL

#: Why an empty row is refused.
NOTHING_SAID = _(
    "Nothing is said here yet. Write what was done, or answer “No news”. What others "
    "published stands beside it and is not reported in the institution's name."
)


class RevisionForm(forms.ModelForm):
    """
    A draft or returned revision of a report.

    When somebody else saved since ``seen_version``, the form is not valid: it keeps her
    text, holds the stored revision in ``conflict``, and her next post is accepted.
    Where that equals what she posts, ``is_already_saved`` is True.
    """

    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

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
        else:
            subject = cleaned.get(self._meta.model.subject_field)
            if subject and cleaned.get("period"):
                self._refuse_second(subject, cleaned["period"])
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
        type(subject).objects.select_for_update().get(pk=subject.pk)
        model = self._meta.model
        rows = model.objects.filter(**{model.subject_field: subject}, period=period)
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


class RowForm(RevisionForm):
    """
    A form of one row; its fields' ids are unique on the page.

    The page puts the button of the full one below the evidence, and ties it to that
    form by its ``form_id``.
    """

    answer, suffix = "", ""

    def __init__(self, *args, row, **kwargs):
        self.row = row
        kwargs.setdefault("instance", row.to_write)
        auto_id = f"{row.anchor}{self.suffix}_%s"
        super().__init__(*args, label_suffix="", auto_id=auto_id, **kwargs)
        hidden = [Hidden("answer", self.answer)] if row.question.takes_no_news else []
        form_class = f"row-form row-form--{self.answer}"
        self.helper = helper_of(form_class, *hidden, action=row.url(), **PLAIN)
        self.helper.layout = self.make_layout()
        self.helper.form_id = auto_id % "form"

    def make_layout(self):
        return Layout(*self.fields)

    def clean(self):
        if self.row.question.takes_no_news:
            self.instance.answer = self.answer
        return super().clean()


class AnswerForm(RowForm):
    """
    The full answer. One number is enough where the agency's own last one, which
    prefills an empty row, says the rest.

    ``provinces`` are the choices of places, read once for the whole sheet.
    """

    answer = Answer.REPORTED
    #: Percent and execution as posted, before one was adjusted to the other.
    posted_pair = None

    def __init__(self, *args, row, provinces=None, **kwargs):
        self.last, self.button = row.own, row.question.saves
        if self.last and not kwargs.setdefault("instance", row.to_write).pk:
            remembered = self._meta.model.fields.spanish(prefilled=True)
            kwargs["initial"] = model_to_dict(self.last, remembered)
        super().__init__(*args, row=row, **kwargs)
        self.take_provinces(provinces)

    def take_provinces(self, provinces):
        if provinces is not None and "places" in self.fields:
            self.fields["places"].choices = provinces

    def make_layout(self):
        if "percent" in self.fields:
            self._fit_activity(self.row.subject)
        columns = self._meta.model.fields.spanish
        parts = {
            part: [name for name in columns(part=part) if name in self.fields]
            for part in Part
        }
        texts, figures = parts.pop(Part.TEXT), parts.pop(Part.FIGURES)
        figures.sort(key=lambda name: name not in {"percent", "quantity"})
        folds = [self._fold(part, names) for part, names in parts.items() if names]
        groups = [Group(*figures, css_class="row-figures")] if figures else []
        return Layout("seen_version", *groups, *texts, *folds)

    def _fit_activity(self, activity):
        del self.fields["percent" if activity.is_continuing else "quantity"]
        # A percent alone is enough; see ``_settle_percent``.
        self.fields["execution"].required = activity.is_continuing
        if activity.is_continuing and activity.unit:
            label = gettext("Quantity (%(unit)s)") % {"unit": activity.unit}
            self.fields["quantity"].label = label
        tell_protection(self.fields, activity)

    def _fold(self, part, names):
        is_open = part is Part.RESERVED and self.instance.is_reserved
        if part is Part.HELD_BACK:
            is_open = self._is_held_back()
        return Fold(part.label, *names, is_open=is_open)

    def _is_held_back(self):
        stands = self.instance.execution or self.initial.get("execution") or ""
        return ActivityUpdate(
            activity=self.row.subject, execution=stands
        ).is_held_back()

    def clean(self):
        is_empty = not (self.instance.pk or self.last or self.has_changed())
        if is_empty and self.row.question.takes_no_news:
            self.add_error(None, NOTHING_SAID)
        self._settle_percent()
        self._keep_english()
        return super().clean()

    def _keep_english(self):
        """
        Keep an English text only with the Spanish text that it translates.

        A Spanish text equal to the published one gets the published English.
        """
        for field in self._meta.model.fields.where(bilingual=True, repeated=True):
            spanish, english = field.columns
            if spanish not in self.fields:
                continue
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
        percent, execution = settled_pair(percent, execution, changed=changed)
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
                (percent, execution_for(percent, execution)),
                (percent_for(execution, percent), execution),
            ]
            if stands in followed:
                pair = dict(zip(("percent", "execution"), stands, strict=True))
                self.cleaned_data.update(pair)
        return super()._says_the_same(stored)


def _lines(text):
    return (text or "").strip().splitlines()


class NoNewsForm(RowForm):
    """No news, and the reason; what was published remains in force."""

    answer, suffix = Answer.NO_NEWS, "_no_news"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["no_news_reason_es"].label = gettext("No news, because…")
        self.helper.add_input(Submit("save", _("No news, for this reason")))


class SameForm(forms.Form):
    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *, row):
        seen = {"seen_version": row.update.version if row.update else None}
        super().__init__(initial=seen, auto_id=f"{row.anchor}_same_%s")
        self.helper = helper_of(
            "row-form row-form--same_as_before",
            Hidden("answer", Answer.SAME_AS_BEFORE),
            Submit("save", _("Same as the previous period")),
            action=row.url(),
        )


@cache
def _form_class(model, base):
    """The form of a model's fields; those of "no news" stand in a form of their own."""
    is_no_news = base is NoNewsForm
    fields = [
        field
        for field in model.fields.where(filled_in=True)
        if (field.part is Part.NO_NEWS) is is_no_news
    ]
    asks = BY_MODEL[model].asks
    radios = dict.fromkeys(asks, forms.RadioSelect)
    return modelform_factory(
        model,
        form=base,
        fields=[field.columns[0] for field in fields],
        labels=asks,
        widgets={**widgets(fields), **text_boxes(fields), **radios},
        formfield_callback=numbers.formfield,
    )


def answer_form(row, *args, **kwargs):
    return _form_class(row.question.model, AnswerForm)(*args, row=row, **kwargs)


def no_news_form(row, *args, **kwargs):
    return _form_class(row.question.model, NoNewsForm)(*args, row=row, **kwargs)


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


def percent_rules():
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
