from decimal import Decimal
from functools import reduce
from operator import and_

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import CheckConstraint, DateField, Model, Q, UniqueConstraint
from django.utils.translation import gettext as _
from django.utils.translation import override

from agencies.access import RefusedError
from agencies.decisions import Outdated
from agencies.models import Agency
from strategic_areas.models import AgencyComment, AttributionDispute

#: A link to a record that the same change creates is stored as ``{"new": its place}``.
NEW = "new"


def plain_value(field, value, together=()):
    """
    One value as JSON: links as keys, dates and decimals as text.

    A missing text becomes the empty text. ``together`` are the records of one change; a
    link to an unsaved one names its place among them.
    """
    if field.many_to_many:
        keys = [_key(each, together) for each in value]
        return sorted(keys, key=lambda key: (is_new(key), new_place(key)))
    if isinstance(value, Model):
        return _key(value, together)
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(field, DateField):
        return value and value.isoformat()
    is_text = field.get_internal_type() in {"CharField", "TextField"}
    return "" if is_text and value is None else value


def _key(value, together):
    if not isinstance(value, Model):
        return value
    if value.pk is not None:
        return value.pk
    places = [place for place, each in enumerate(together) if each is value]
    if not places:
        raise ValueError(f"{value!r} is not saved, and not proposed together with this")
    return {NEW: places[0]}


def is_new(key):
    return isinstance(key, dict)


def new_place(key):
    """The place of a new record in its change; for a stored record its key."""
    return key[NEW] if is_new(key) else key


def plain_values(record, names, together=()):
    return {
        name: _read(record, record._meta.get_field(name), together) for name in names
    }


def _read(record, field, together):
    if field.many_to_many:
        linked = getattr(record, field.name).all() if record.pk else []
        return plain_value(field, linked, together)
    value = field.value_from_object(record)
    if value is None and field.is_relation and field.is_cached(record):
        value = getattr(record, field.name)
    return plain_value(field, value, together)


def put(record, values, made):
    """
    Set the fields of a record, except for many-to-many links.

    ``made`` maps places to the new records of the same change.
    """
    for name, value in values.items():
        field = record._meta.get_field(name)
        if field.many_to_many:
            continue
        if is_new(value):
            setattr(record, name, made[new_place(value)])
        else:
            setattr(record, field.attname, field.to_python(value))


def put_links(record, values, made):
    for name, value in values.items():
        if record._meta.get_field(name).many_to_many:
            keys = [made[new_place(key)] if is_new(key) else key for key in value]
            getattr(record, name).set(keys)


def proposed_records(change):
    """
    Pairs of each ``RecordChange`` and the unsaved record with the change applied.

    The record is None if it was deleted. Many-to-many links are not set.
    """
    found, made = [], {}
    for part in change.records.all():
        proposed = part.model()
        if part.object_id:
            proposed = part.model._default_manager.filter(pk=part.object_id).first()
        if proposed is not None:
            # Spanish, the first language: it is what undecorated columns hold.
            with override("es"):
                put(proposed, part.after, made)
            made[part.place] = proposed
        found.append((part, proposed))
    return found


def apply_part(part, change, by, made, aside):
    """
    Save the record of a part as the change says, and return it.

    ``made`` maps places to the records of the change that were saved before it,
    ``aside`` columns to the words that were set aside to make room for those.
    ``Outdated`` if it says something else now than to whoever proposed, or has no place
    any more.
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
    """An agency's former name is kept, so that its address leads on."""
    names = set(Agency.NAMES) & set(changed)
    if isinstance(record, Agency) and record.pk and names:
        record.rename(**{name: getattr(record, name) for name in names})
    else:
        record.save()


def validate(record, exclude=(), free=()):
    """
    Do what ``full_clean`` does, with all check constraints in one query.

    Only where that finds a fault each is tried by itself, to say which. ``free`` are
    the columns whose word another record still has, and gives up.
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
