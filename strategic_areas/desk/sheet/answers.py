"""Saving one answered row: the full answer, "same as before" or "no news"."""

from django.db import transaction
from django.forms import model_to_dict
from django.utils.translation import gettext_lazy as _

from agencies.fields import Kind
from strategic_areas import workflow
from strategic_areas.desk.sheet.forms import answer_form, no_news_form
from strategic_areas.models import ActivityUpdate, Answer, Status

#: The version that a form carries while no correction is begun.
NOT_BEGUN = 0
NOTHING_CHANGED = _(
    "This says just what is published. Change what is to be corrected, then save."
)


@transaction.atomic
def save_answer(row, data, *, by):
    """
    Store one row as posted and return its form; its errors say why it was refused.

    A row of a letter the secretariat transcribes in the agency's name. The subject is
    locked, so that a form posted twice makes one revision.
    """
    type(row.subject).objects.select_for_update().get(pk=row.subject.pk)
    instance = _revision_to_write(row)
    is_published = instance.status == Status.PUBLISHED
    if is_published and data.get("seen_version") == str(NOT_BEGUN):
        return _save_correction(row, instance, data, by)
    form = _form(row, instance, data)
    form.by = by
    if form.is_valid() and not form.is_already_saved:
        _store(form, by)
    return form


def _save_correction(row, published, data, by):
    """Begin a correction with what is posted; one that is refused leaves no trace."""
    with transaction.atomic():
        try:
            instance = workflow.correct(published, by=by)
        except workflow.TransitionError as error:
            form = _form(row, published, _seen(data, published.version))
            form.add_error(None, str(error))
            return form
        setattr(instance, row.field, row.subject)
        form = _form(row, instance, _seen(data, instance.version))
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
    """The newest revision or a blank one, read while the subject is locked."""
    about = {row.field: row.subject, "period": row.period, "agency": row.agency}
    rows = row.question.model.objects.filter(**about).exclude(status=Status.WITHDRAWN)
    stored = rows.order_by("-revision").first()
    # Whoever transcribes a letter never sees what the agency itself writes.
    if stored is None or row.letter and stored.letter_id != row.letter.pk:
        return row.blank()
    return row.take(stored)


def _form(row, instance, data):
    answer = data.get("answer") if row.question.takes_no_news else None
    if answer == Answer.NO_NEWS:
        _say_no_news(instance, row)
        return no_news_form(row, data, instance=instance)
    if answer == Answer.SAME_AS_BEFORE and row.own:
        return _same_as_before(row, instance, data.get("seen_version"))
    return answer_form(row, data, instance=instance)


def _same_as_before(row, instance, seen_version):
    """The form as if somebody had typed the last report again, in both languages."""
    last = row.own
    repeated = last.fields.where(repeated=True)
    again = model_to_dict(last, [field.columns[0] for field in repeated])
    for field in repeated:
        if field.kind is Kind.LINKS:
            again[field.name] = [each.pk for each in again[field.name]]
        for english in field.columns[1:]:
            setattr(instance, english, getattr(last, english))
    form = answer_form(row, {**again, "seen_version": seen_version}, instance=instance)
    form.answer = Answer.SAME_AS_BEFORE
    return form


def _say_no_news(instance, row):
    """
    Keep the values that remain in force; empty all that belongs to one period.

    Of what others said of it only the state remains, never a figure.
    """
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
        elif field.kind is not Kind.LINKS:
            for column in field.columns:
                setattr(instance, column, "" if field.kind is Kind.TEXT else None)


def _store(form, by):
    record = form.save(commit=False)
    seen = form.cleaned_data["seen_version"]
    try:
        if form.row.letter:
            workflow.transcribe(record, form.row.letter, by=by, seen_version=seen)
        elif record.pk:
            workflow.save(record, by=by, seen_version=seen)
        else:
            workflow.draft(record, by=by)
    except workflow.TransitionError as error:
        form.add_error(None, str(error))
    else:
        form.save_m2m()
