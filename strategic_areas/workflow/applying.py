"""Saves one record of a change that another person approved."""

from functools import reduce
from operator import and_

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext as _
from django.utils.translation import override

from agencies.access import RefusedError
from agencies.decisions import Outdated
from agencies.models import Agency
from strategic_areas.models import AgencyComment, AttributionDispute
from strategic_areas.workflow.plain_values import plain_values, put, put_links


def apply_part(part, change, by, made, aside):
    """
    Save the record of a part as the change says, and return it.

    ``made`` maps places to the records of the change that were saved before it, and
    ``aside`` columns to the words that were set aside to make room for those.
    ``Outdated`` if it says something else now than what it said to whoever proposed,
    or has no place any more.
    """
    record = _record_to_change(part, aside)
    # Spanish, the first language: it is what undecorated columns hold.
    with override("es"):
        put(record, part.after, made)
    if not getattr(record, "may_stand", True):
        raise Outdated
    _sign(record, part, change)
    must_be_valid(record)
    record._history_user = by
    record._change_reason = _provenance(change, by)
    _save(record, part, made)
    return record


def _record_to_change(part, aside):
    """The record, locked, or a new one; outdated if it is gone or changed since."""
    if part.object_id is None:
        return part.model()
    rows = part.model._default_manager.select_for_update()
    record = rows.filter(pk=part.object_id).first()
    for name, word in aside.items():
        setattr(record, name, word)
    if record is None or plain_values(record, part.before) != part.before:
        raise Outdated
    return record


def _sign(record, part, change):
    """An agency's own words are those of whoever proposed them."""
    is_said = isinstance(record, AgencyComment)
    if is_said or isinstance(record, AttributionDispute) and part.object_id is None:
        record.written_by = change.proposed_by
        record.written_at = change.proposed_at


def _save(record, part, made):
    try:
        with override("es"):
            _save_columns(record, part.after)
            put_links(record, part.after, made)
    except IntegrityError as error:
        raise RefusedError(
            _("%(record)s: something else was saved in its place meanwhile.")
            % {"record": part}
        ) from error


def _provenance(change, by):
    said = _("change %(number)s: proposed by %(one)s, approved by %(other)s")
    return said[:100] % {
        "number": change.pk,
        "one": change.proposed_by.get_username()[:25],
        "other": by.get_username()[:25],
    }


def _save_columns(record, changed):
    """Save a record; an agency's former name is kept, so that its address leads on."""
    names = set(Agency.NAMES) & set(changed)
    if isinstance(record, Agency) and record.pk and names:
        record.rename(**{name: getattr(record, name) for name in names})
    else:
        record.save()


def validate(record, exclude=(), free=()):
    """
    What ``full_clean`` does, with all checks of the database in one question.

    Only where that finds something wrong each is asked by itself, to say what. ``free``
    are columns whose word another record has still, and gives up.
    """
    record.full_clean(exclude=exclude, validate_constraints=False)
    model, constraints = type(record), record._meta.constraints
    checks = [each for each in constraints if isinstance(each, CheckConstraint)]
    others = [each for each in constraints if each not in checks]
    together = reduce(and_, (each.condition for each in checks), Q())
    if checks:
        others.append(CheckConstraint(name="together", condition=together))
    try:
        for each in others:
            is_unique = isinstance(each, UniqueConstraint)
            each.validate(model, record, {*exclude, *(free if is_unique else ())})
    except ValidationError:
        record.validate_constraints({*exclude, *free})
        raise


def must_be_valid(record, exclude=(), free=()):
    try:
        validate(record, exclude, free)
    except ValidationError as error:
        told = "; ".join(error.messages)
        raise RefusedError(f"{record}: {told}") from error
