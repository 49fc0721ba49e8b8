"""Taking one row's answer: in full, as before, or no news."""

from django.db import transaction
from django.forms import model_to_dict

from strategic_areas import workflow
from strategic_areas.desk.forms import NoNewsForm, ReportForm
from strategic_areas.models import Activity, ActivityUpdate, Answer, Status

#: What "the same as the previous period" says again; notes are for one period only.
COPIED = (
    *("execution", "percent", "quantity", "people_reached"),
    *("narrative_es", "obstacle_es", "next_step_es"),
    *("is_reserved", "reserved_reason", "reserved_legal_basis"),
)
COPIED_IN_ENGLISH = ("narrative_en", "obstacle_en", "next_step_en")
#: What goes on standing where there is no news. What was withheld stays withheld.
CARRIED = (
    *("execution", "percent"),
    *("is_reserved", "reserved_reason", "reserved_legal_basis"),
)
#: What a "no news" does not say, though a draft may have said it.
UNSAID = ("quantity", "people_reached")
UNSAID_TEXTS = ("narrative", "obstacle", "next_step")


@transaction.atomic
def take(row, data, *, by, letter=None):
    """
    Store one row as posted and return its form, whose errors say why it was not.

    With a ``letter`` it is the secretariat that transcribes it in the agency's name.

    Rows are locked by their activity, so that a press that comes twice, or two people
    at once, make one revision.
    """
    Activity.objects.select_for_update().get(pk=row.activity.pk)
    instance = written_in(row, letter)
    form = _form(row, instance, data)
    if form.is_valid() and not form.is_already_saved:
        store(form, by, letter)
    return form


def written_in(row, letter):
    """The newest revision; for who transcribes a letter, only what is of that."""
    instance = newest(row)
    if letter and instance.pk and instance.letter_id != letter.pk:
        # Nothing of what the agency writes is shown to who transcribes.
        return row.blank()
    return instance


def newest(row):
    """The revision that is written in, read again now that the row is locked."""
    stored = (
        row.model.objects.filter(**{row.field: row.subject}, period=row.period)
        .exclude(status=Status.WITHDRAWN)
        .order_by("-revision")
        .first()
    )
    if stored is None:
        return row.blank()
    setattr(stored, row.field, row.subject)
    stored.period = row.period
    return stored


def _form(row, instance, data):
    answer = data.get("answer")
    if answer == Answer.NO_NEWS:
        _say_no_news(instance, row.last)
        return NoNewsForm(data, instance=instance)
    if answer == Answer.SAME_AS_BEFORE and row.last:
        again = model_to_dict(row.last, COPIED)
        again["places"] = [place.pk for place in row.last.places.all()]
        again["seen_version"] = data.get("seen_version")
        form = ReportForm(again, instance=instance, last=row.last)
        form.answer = Answer.SAME_AS_BEFORE
        for name in COPIED_IN_ENGLISH:
            setattr(instance, name, getattr(row.last, name))
        return form
    return ReportForm(data, instance=instance, last=row.last)


def _say_no_news(instance, last):
    for name in UNSAID:
        setattr(instance, name, None)
    for name in UNSAID_TEXTS:
        setattr(instance, f"{name}_es", "")
        setattr(instance, f"{name}_en", "")
    for name in CARRIED:
        setattr(instance, name, getattr(last or _nothing(instance), name))


def _nothing(instance):
    """Where nothing was ever published: the work has not begun."""
    percent = None if instance.activity.is_continuing else 0
    return ActivityUpdate(execution="not_started", percent=percent)


def store(form, by, letter=None):
    """Save a valid form by the workflow; its refusal becomes the form's."""
    record = form.save(commit=False)
    seen = form.cleaned_data["seen_version"]
    try:
        if letter:
            workflow.transcribe(record, letter, by=by, seen_version=seen)
        elif record.pk:
            workflow.save(record, by=by, seen_version=seen)
        else:
            workflow.draft(record, by=by)
    except workflow.TransitionError as error:
        form.add_error(None, str(error))
    else:
        form.save_m2m()
