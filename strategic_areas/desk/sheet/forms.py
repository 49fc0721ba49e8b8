"""
The forms that answer a row, and how answers are saved.

An answer is a full report, "same as before" or "no news".
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

#: ``seen_version`` in the form of a published row: its first save begins a correction.
CORRECTION_NOT_BEGUN = 0
NOTHING_CHANGED = _(
    "This says just what is published. Change what is to be corrected, then save."
)
MUST_GO_TOGETHER = _("Completed and 100 percent go together: change one of the two.")
NOTHING_SAID = _(
    "Nothing is written here yet. Write what was done, or answer “No news”. What others"
    " published is shown next to it and is not reported in the agency's name."
)


class RevisionForm(forms.ModelForm):
    """
    A draft or returned revision.

    If another person saved since ``seen_version``, the form is invalid: it keeps the
    user's text, and ``conflict`` is the stored revision. The next post is accepted. If
    the form equals the stored revision, ``is_already_saved`` is set instead.
    """

    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    #: The user; a conflict with an own earlier save gets another message.
    by = None
    #: The field that shows the error if neither percent nor execution is given.
    execution_error_field = "execution"
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
        # Otherwise the model would report a refused text as missing.
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
            self.add_error(
                self.execution_error_field,
                _("State the percent, or choose the execution."),
            )

    def _refuse_personal_data(self, cleaned):
        for name in self._meta.model.fields.columns(guarded=True):
            for reason in guard.blocking_messages(cleaned.get(name)):
                self.add_error(name, reason)
        # Notes may contain a telephone (``allowed_personal_data``).
        notes = self._meta.model.fields.columns(is_note=True)
        guard.add_guard_errors(
            self, self._meta.model, **dict(zip(notes, notes, strict=True))
        )

    def _refuse_long(self, cleaned):
        for name in self._meta.model.fields.first_columns(filled_in=True):
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
        if self._equals_stored(stored):
            self.cleaned_data["seen_version"] = stored.version
            self.is_already_saved = True
            return
        self.conflict = stored
        self.data = self.data.copy()
        self.data[self.add_prefix("seen_version")] = stored.version
        raise forms.ValidationError(self._conflict_message(stored), code="conflict")

    def _conflict_message(self, stored):
        last_save = stored.history.select_related("history_user").first()
        person = last_save and last_save.history_user
        facts = {
            "who": (person.get_full_name() or person.get_username()) if person else "",
            "when": date_format(localtime(stored.changed_at), "SHORT_DATETIME_FORMAT"),
        }
        if person and person == self.by:
            text = _(
                "You saved this row yourself on %(when)s, in another window or from a "
                "workbook. Nothing is lost: what you wrote here is below, and what is "
                "saved and differs is next to it. Combine the two and save again."
            )
        elif person:
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

        If the stored revision is another kind of answer, all fields are returned.
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

    def _equals_stored(self, stored):
        """
        Whether the form equals the stored revision, before or after adjusting the
        percent.
        """
        if getattr(stored, "answer", None) != getattr(self.instance, "answer", None):
            return False
        if self.posted_pair:
            percent, execution = self.posted_pair
            adjusted_pairs = [
                (percent, execution_for(percent, execution)),
                (percent_for(execution, percent), execution),
            ]
            if (stored.percent, stored.execution) in adjusted_pairs:
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
        kwargs.setdefault("instance", row.revision_to_edit)
        auto_id = f"{row.anchor}{self.suffix}_%s"
        super().__init__(*args, label_suffix="", auto_id=auto_id, **kwargs)
        hidden = [Hidden("answer", self.answer)] if row.question.allows_no_news else []
        form_class = f"row-form row-form--{self.answer}"
        self.helper = form_helper(
            form_class, *hidden, action=row.url(), **PLAIN_FORM_ATTRIBUTES
        )
        self.helper.layout = self.make_layout()
        self.helper.form_id = auto_id % "form"

    def make_layout(self):
        return Layout(*self.fields)

    def clean(self):
        if self.row.question.allows_no_news:
            self.instance.answer = self.answer
        return super().clean()


class AnswerForm(SheetRowForm):
    """
    The full answer, prefilled with the agency's own last report.

    ``provinces`` are the choices of places, read once for the sheet. The page shows
    ``texts``, a form helper for the text fields, below the evidence.
    """

    answer = AnswerKind.REPORTED
    execution_error_field = "percent"

    def __init__(self, *args, row, provinces=None, **kwargs):
        self.last, self.button = row.own_last, row.question.save_label
        if self.last and not kwargs.setdefault("instance", row.revision_to_edit).pk:
            prefilled = self._meta.model.fields.first_columns(prefilled=True)
            kwargs["initial"] = model_to_dict(self.last, prefilled)
        super().__init__(*args, row=row, **kwargs)
        self.set_provinces(provinces)

    def set_provinces(self, provinces):
        if provinces is not None and "places" in self.fields:
            self.fields["places"].choices = provinces

    def make_layout(self):
        if "percent" in self.fields:
            self._fit_activity(self.row.subject)
        first_columns = self._meta.model.fields.first_columns
        parts = {
            part: [name for name in first_columns(part=part) if name in self.fields]
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
            self.fields["quantity"].label = gettext("Quantity (%(unit)s)") % {
                "unit": activity.unit
            }
        add_protection_hint(self.fields, activity)

    def _fold(self, part, names):
        is_open = part is FormSection.RESERVED and self.instance.is_reserved
        if part is FormSection.OBSTACLE:
            execution = self.instance.execution or self.initial.get("execution") or ""
            update = ActivityUpdate(activity=self.row.subject, execution=execution)
            is_open = update.needs_obstacle()
        return FoldedFields(part.label, *names, is_open=is_open)

    def clean(self):
        is_empty = not (self.instance.pk or self.last or self.has_changed())
        if is_empty and self.row.question.allows_no_news:
            self.add_error(None, NOTHING_SAID)
        self._copy_or_clear_english()
        cleaned = super().clean()
        percent, execution = map(cleaned.get, ("percent", "execution"))
        has_percent = self.posted_pair and percent is not None
        if has_percent and (percent == 100) != (execution == ActivityState.COMPLETED):
            self.add_error("percent", MUST_GO_TOGETHER)
        return cleaned

    def _copy_or_clear_english(self):
        for field in self._meta.model.fields.where(bilingual=True, repeated=True):
            spanish, english = field.columns
            if spanish not in self.fields:
                continue
            text = _lines(self.cleaned_data.get(spanish))
            stored = getattr(self.instance, english)
            is_changed = text != _lines(getattr(self.instance, spanish))
            if self.last and text == _lines(getattr(self.last, spanish)):
                if is_changed or not stored:
                    setattr(self.instance, english, getattr(self.last, english))
            elif is_changed and stored:
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
    field_questions = QUESTION_BY_MODEL[model].field_questions
    radios = dict.fromkeys(field_questions, forms.RadioSelect)
    return modelform_factory(
        model,
        form=base,
        fields=[field.columns[0] for field in fields],
        labels=field_questions,
        widgets={**widgets_for(fields), **text_widgets(fields), **radios},
        formfield_callback=numbers.formfield,
    )


def row_form(row, *args, base=AnswerForm, **kwargs):
    return _form_class(row.question.model, base)(*args, row=row, **kwargs)


@transaction.atomic
def save_answer(row, data, *, by):
    """
    Store a posted row and return its form, with errors if it was refused.

    A row of a letter is transcribed. The subject is locked, so that a form posted twice
    makes one revision.
    """
    type(row.subject).objects.select_for_update().get(pk=row.subject.pk)
    instance = _revision_to_write(row)
    is_published = instance.status == RevisionStatus.PUBLISHED
    if is_published and data.get("seen_version") == str(CORRECTION_NOT_BEGUN):
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
            form = answer_form(
                row, published, _with_seen_version(data, published.version)
            )
            form.add_error(None, str(error))
            return form
        setattr(instance, row.question_name, row.subject)
        form = answer_form(row, instance, _with_seen_version(data, instance.version))
        if form.is_valid() and not form.has_changed():
            form.add_error(None, NOTHING_CHANGED)
        if form.is_valid():
            _store(form, by)
        if form.errors:
            transaction.set_rollback(True)
            form.data = _with_seen_version(data, CORRECTION_NOT_BEGUN)
    return form


def _with_seen_version(data, version):
    data = data.copy()
    data["seen_version"] = str(version)
    return data


def _revision_to_write(row):
    lookups = {
        row.question_name: row.subject,
        "period": row.period,
        "agency": row.agency,
    }
    rows = row.question.model.objects.filter(**lookups).exclude(
        status=RevisionStatus.WITHDRAWN
    )
    stored = rows.order_by("-revision").first()
    # A transcriber never sees the agency's own draft.
    if stored is None or row.letter and stored.letter_id != row.letter.pk:
        return row.blank_revision()
    return row.link_to_row(stored)


def answer_form(row, instance, data):
    answer = data.get("answer") if row.question.allows_no_news else None
    if answer == AnswerKind.NO_NEWS:
        _fill_in_no_news(instance, row)
        return row_form(row, data, base=NoNewsForm, instance=instance)
    if answer == AnswerKind.SAME_AS_BEFORE and row.own_last:
        return _same_as_before(row, instance, data.get("seen_version"))
    return row_form(row, data, instance=instance)


def _same_as_before(row, instance, seen_version):
    last = row.own_last
    repeated = last.fields.where(repeated=True)
    values = model_to_dict(last, [field.columns[0] for field in repeated])
    for field in repeated:
        if field.kind is FieldKind.LINKS:
            values[field.name] = [each.pk for each in values[field.name]]
        for english in field.columns[1:]:
            setattr(instance, english, getattr(last, english))
    form = row_form(row, {**values, "seen_version": seen_version}, instance=instance)
    form.answer = AnswerKind.SAME_AS_BEFORE
    return form


def _fill_in_no_news(instance, row):
    if row.own_last:
        last = row.own_last
    elif row.last:
        last = ActivityUpdate(execution=row.last.execution)
    else:
        percent = None if instance.activity.is_continuing else 0
        last = ActivityUpdate(execution="not_started", percent=percent)
    for field in instance.fields.where(repeated=True):
        if field.survives_no_news:
            setattr(instance, field.name, getattr(last, field.name))
        elif field.kind is not FieldKind.LINKS:
            for column in field.columns:
                setattr(instance, column, "" if field.kind is FieldKind.TEXT else None)


def _store(form, by):
    record = form.save(commit=False)
    seen_version = form.cleaned_data["seen_version"]
    try:
        if form.row.letter:
            workflow.transcribe(
                record, form.row.letter, by=by, seen_version=seen_version
            )
        elif record.pk:
            workflow.save_draft(record, by=by, seen_version=seen_version)
        else:
            workflow.create_draft(record, by=by)
    except workflow.TransitionError as error:
        form.add_error(None, str(error))
    else:
        form.save_m2m()
