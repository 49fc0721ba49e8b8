"""
The forms that answer a row, and saving: full answer, "same as before", "no news".

Their fields follow from the model.
"""

from functools import cache

from crispy_forms.layout import Hidden, Layout, Submit
from django import forms
from django.db import transaction
from django.db.models import QuerySet
from django.forms import model_to_dict, modelform_factory
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, gettext_lazy as _

from agencies import numbers
from agencies.fields import FieldKind
from strategic_areas import workflow
from strategic_areas.desk.inputs import (
    LONGEST_TEXT,
    PLAIN_FORM_ATTRIBUTES,
    FieldGroup,
    FoldedFields,
    add_protection_hint,
    form_helper,
    text_widgets,
    widgets_for,
)
from strategic_areas.models import ActivityUpdate, AnswerKind, RevisionStatus
from strategic_areas.models.report_fields import FormSection
from strategic_areas.progress import (
    ActivityState,
    execution_for,
    percent_for,
    settled_pair,
)
from strategic_areas.workflow import guard
from strategic_areas.workflow.questions import QUESTION_BY_MODEL

#: The version in a form before a correction is begun.
NOT_BEGUN = 0
NOTHING_CHANGED = _(
    "This says just what is published. Change what is to be corrected, then save."
)
NOT_TOGETHER = _("Completed and 100 percent go together: change one of the two.")
NOTHING_SAID = _(
    "Nothing is written here yet. Write what was done, or answer “No news”. What others"
    " published is shown next to it and is not reported in the agency's name."
)


class RevisionForm(forms.ModelForm):
    """
    A draft or returned revision.

    If another person saved since ``seen_version``, the form is invalid: it keeps the
    user's text, and ``conflict`` is the stored revision. The next post is accepted. If
    both are equal, ``is_already_saved`` is set instead.
    """

    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    #: The user, to tell their own earlier save from another person's.
    by = None
    #: The field that shows the error if neither percent nor execution is given.
    asks_execution_at = "execution"
    #: Posted percent and execution, before one was adjusted to the other.
    posted_pair = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.conflict = None
        self.is_already_saved = False
        if self.instance.pk:
            self.initial["seen_version"] = self.instance.version
        # Only English is named in labels; Spanish is the default.
        for declared in self._meta.model.fields.where(bilingual=True):
            for name in self.fields.keys() & {*declared.columns}:
                self.fields[name].label = declared.label_of(name)

    def clean(self):
        self._settle_percent()
        cleaned = super().clean()
        self._refuse_personal_data(cleaned)
        self._refuse_long(cleaned)
        # Else the model would report a refused text as missing.
        for name in self.errors.keys() & self.fields.keys():
            if isinstance(self.fields[name], forms.CharField):
                setattr(self.instance, name, self[name].value())
        if not self.instance._state.adding:
            self._refuse_stale()
        return cleaned

    def _settle_percent(self):
        cleaned = self.cleaned_data
        if not {"percent", "execution"} <= set(cleaned):
            return
        percent, execution = cleaned["percent"], cleaned["execution"]
        self.posted_pair = percent, execution
        changed = {"percent", "execution"} & set(self.changed_data)
        percent, execution = settled_pair(percent, execution, changed=changed)
        cleaned |= {"percent": percent, "execution": execution}
        if not execution:
            text = _("State the percent, or choose the execution.")
            self.add_error(self.asks_execution_at, text)

    def _refuse_personal_data(self, cleaned):
        for name in self._meta.model.fields.columns(guarded=True):
            for reason in guard.blocking_messages(cleaned.get(name)):
                self.add_error(name, reason)
        notes = self._meta.model.fields.columns(is_note=True)
        guard.add_guard_errors(
            self, self._meta.model, **dict(zip(notes, notes, strict=True))
        )

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
                "workbook. Nothing is lost: what you wrote here is below, and what is "
                "saved and differs is next to it. Combine the two and save again."
            )
        elif who:
            text = _(
                "%(who)s saved this row on %(when)s, while you were writing. Nothing "
                "is lost: what you wrote here is below, and what is saved and differs "
                "is next to it. Combine the two and save again."
            )
        else:
            text = _(
                "Somebody saved this report while you were writing. Nothing of yours "
                "is lost: it is below, and what is saved now is next to it. Combine "
                "the two and save again."
            )
        return text % facts

    @property
    def conflicting(self):
        """
        Pairs of label and stored text of the fields that differ from this form.

        For another kind of answer all fields are returned.
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
        """Also true if the first of two equal posts had percent or state adjusted."""
        if getattr(stored, "answer", None) != getattr(self.instance, "answer", None):
            return False
        if self.posted_pair:
            percent, execution = self.posted_pair
            followed = [
                (percent, execution_for(percent, execution)),
                (percent_for(execution, percent), execution),
            ]
            if (stored.percent, stored.execution) in followed:
                self.cleaned_data |= model_to_dict(stored, ["percent", "execution"])
        return all(
            _comparable(stored, name) == _plain(value)
            for name, value in self.cleaned_data.items()
            if name != "seen_version"
        )


def _comparable(record, name):
    value = getattr(record, name)
    return _plain(value.all() if hasattr(value, "all") else value)


def _plain(value):
    if isinstance(value, QuerySet):
        return {row.pk for row in value}
    return "" if value is None else value


class SheetRowForm(RevisionForm):
    """A form of one row; its field ids are unique on the page."""

    answer, suffix = "", ""

    def __init__(self, *args, row, **kwargs):
        self.row = row
        kwargs.setdefault("instance", row.to_write)
        auto_id = f"{row.anchor}{self.suffix}_%s"
        super().__init__(*args, label_suffix="", auto_id=auto_id, **kwargs)
        hidden = [Hidden("answer", self.answer)] if row.question.takes_no_news else []
        form_class = f"row-form row-form--{self.answer}"
        self.helper = form_helper(
            form_class, *hidden, action=row.url(), **PLAIN_FORM_ATTRIBUTES
        )
        self.helper.layout = self.make_layout()
        self.helper.form_id = auto_id % "form"

    def make_layout(self):
        return Layout(*self.fields)

    def clean(self):
        if self.row.question.takes_no_news:
            self.instance.answer = self.answer
        return super().clean()


class AnswerForm(SheetRowForm):
    """
    The full answer, prefilled with the agency's own last report.

    ``provinces`` are the choices of places, read once for the sheet. ``texts`` are laid
    out after the evidence.
    """

    answer = AnswerKind.REPORTED
    asks_execution_at = "percent"

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
            for part in FormSection
        }
        texts, figures = parts.pop(FormSection.TEXT), parts.pop(FormSection.FIGURES)
        figures.sort(key=lambda name: name not in {"percent", "quantity"})
        folds = [self._fold(part, names) for part, names in parts.items() if names]
        groups = [FieldGroup(*figures, css_class="row-figures")] if figures else []
        for name in self.fields.keys() - {"seen_version", *figures}:
            self.fields[name].widget.attrs["form"] = self.auto_id % "form"
        self.texts = form_helper("")
        self.texts.form_tag, self.texts.disable_csrf = False, True
        self.texts.layout = Layout(*texts, *folds)
        return Layout("seen_version", *groups)

    def _fit_activity(self, activity):
        del self.fields["percent" if activity.is_continuing else "quantity"]
        # A percent alone is enough; see ``_settle_percent``.
        self.fields["execution"].required = activity.is_continuing
        if activity.is_continuing and activity.unit:
            label = gettext("Quantity (%(unit)s)") % {"unit": activity.unit}
            self.fields["quantity"].label = label
        add_protection_hint(self.fields, activity)

    def _fold(self, part, names):
        is_open = part is FormSection.RESERVED and self.instance.is_reserved
        if part is FormSection.HELD_BACK:
            stands = self.instance.execution or self.initial.get("execution") or ""
            told = ActivityUpdate(activity=self.row.subject, execution=stands)
            is_open = told.is_held_back()
        return FoldedFields(part.label, *names, is_open=is_open)

    def clean(self):
        is_empty = not (self.instance.pk or self.last or self.has_changed())
        if is_empty and self.row.question.takes_no_news:
            self.add_error(None, NOTHING_SAID)
        self._keep_english()
        cleaned = super().clean()
        percent, execution = map(cleaned.get, ("percent", "execution"))
        is_told = self.posted_pair and percent is not None
        if is_told and (percent == 100) != (execution == ActivityState.COMPLETED):
            self.add_error("percent", NOT_TOGETHER)
        return cleaned

    def _keep_english(self):
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


def _lines(text):
    return (text or "").strip().splitlines()


class NoNewsForm(SheetRowForm):
    answer, suffix = AnswerKind.NO_NEWS, "_no_news"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["no_news_reason_es"].label = gettext("No news, because…")
        self.helper.add_input(Submit("save", _("No news, for this reason")))


@cache
def _form_class(model, base):
    fields = [
        field
        for field in model.fields.where(filled_in=True)
        if (field.part is FormSection.NO_NEWS) is (base is NoNewsForm)
    ]
    asks = QUESTION_BY_MODEL[model].asks
    radios = dict.fromkeys(asks, forms.RadioSelect)
    return modelform_factory(
        model,
        form=base,
        fields=[field.columns[0] for field in fields],
        labels=asks,
        widgets={**widgets_for(fields), **text_widgets(fields), **radios},
        formfield_callback=numbers.number_formfield,
    )


def row_form(row, *args, base=AnswerForm, **kwargs):
    return _form_class(row.question.model, base)(*args, row=row, **kwargs)


@transaction.atomic
def save_answer(row, data, *, by):
    """
    Store a posted row and return its form; its errors say why it was refused.

    A row of a letter is transcribed. The subject is locked, so that a form posted twice
    makes one revision.
    """
    type(row.subject).objects.select_for_update().get(pk=row.subject.pk)
    instance = _revision_to_write(row)
    is_published = instance.status == RevisionStatus.PUBLISHED
    if is_published and data.get("seen_version") == str(NOT_BEGUN):
        return _save_correction(row, instance, data, by)
    form = answer_form(row, instance, data)
    form.by = by
    if form.is_valid() and not form.is_already_saved:
        _store(form, by)
    return form


def _save_correction(row, published, data, by):
    with transaction.atomic():
        try:
            instance = workflow.begin_correction(published, by=by)
        except workflow.TransitionError as error:
            form = answer_form(row, published, _seen(data, published.version))
            form.add_error(None, str(error))
            return form
        setattr(instance, row.field, row.subject)
        form = answer_form(row, instance, _seen(data, instance.version))
        if form.is_valid() and not form.has_changed():
            form.add_error(None, NOTHING_CHANGED)
        if form.is_valid():
            _store(form, by)
        if form.errors:
            transaction.set_rollback(True)
            form.data = _seen(data, NOT_BEGUN)
    return form


def _seen(data, version):
    data = data.copy()
    data["seen_version"] = str(version)
    return data


def _revision_to_write(row):
    about = {row.field: row.subject, "period": row.period, "agency": row.agency}
    rows = row.question.model.objects.filter(**about).exclude(
        status=RevisionStatus.WITHDRAWN
    )
    stored = rows.order_by("-revision").first()
    # A transcriber never sees the agency's own draft.
    if stored is None or row.letter and stored.letter_id != row.letter.pk:
        return row.blank()
    return row.take(stored)


def answer_form(row, instance, data):
    answer = data.get("answer") if row.question.takes_no_news else None
    if answer == AnswerKind.NO_NEWS:
        _say_no_news(instance, row)
        return row_form(row, data, base=NoNewsForm, instance=instance)
    if answer == AnswerKind.SAME_AS_BEFORE and row.own:
        return _same_as_before(row, instance, data.get("seen_version"))
    return row_form(row, data, instance=instance)


def _same_as_before(row, instance, seen_version):
    last = row.own
    repeated = last.fields.where(repeated=True)
    again = model_to_dict(last, [field.columns[0] for field in repeated])
    for field in repeated:
        if field.kind is FieldKind.LINKS:
            again[field.name] = [each.pk for each in again[field.name]]
        for english in field.columns[1:]:
            setattr(instance, english, getattr(last, english))
    form = row_form(row, {**again, "seen_version": seen_version}, instance=instance)
    form.answer = AnswerKind.SAME_AS_BEFORE
    return form


def _say_no_news(instance, row):
    if row.own:
        before = row.own
    elif row.last:
        before = ActivityUpdate(execution=row.last.execution)
    else:
        percent = None if instance.activity.is_continuing else 0
        before = ActivityUpdate(execution="not_started", percent=percent)
    for field in instance.fields.where(repeated=True):
        if field.stands:
            setattr(instance, field.name, getattr(before, field.name))
        elif field.kind is not FieldKind.LINKS:
            for column in field.columns:
                setattr(instance, column, "" if field.kind is FieldKind.TEXT else None)


def _store(form, by):
    record = form.save(commit=False)
    seen = form.cleaned_data["seen_version"]
    try:
        if form.row.letter:
            workflow.transcribe(record, form.row.letter, by=by, seen_version=seen)
        elif record.pk:
            workflow.save_draft(record, by=by, seen_version=seen)
        else:
            workflow.create_draft(record, by=by)
    except workflow.TransitionError as error:
        form.add_error(None, str(error))
    else:
        form.save_m2m()
