"""Plain (JSON) values of proposed changes: conversion, validation and application."""

from collections import defaultdict
from decimal import Decimal
from functools import cache, reduce
from operator import and_

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import (
    BooleanField,
    CharField,
    CheckConstraint,
    DateField,
    Model,
    UniqueConstraint,
    Value,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _, override

from agencies.access import RefusedError
from agencies.decisions import OutdatedError
from agencies.models import Agency
from strategic_areas.models import AgencyComment, RecordDispute, RoundReopening

#: A link to a new record of the same change is ``{"new": place}``; the place is the
#: record's position in the change.
NEW = "new"


def plain_value(field, value, together=()):
    """
    Return a value as JSON: links as keys, dates and decimals as text.

    A missing text becomes "". A link to an unsaved record is its position in
    ``together``.
    """
    if field.many_to_many:
        keys = [_key(each, together) for each in value]
        return sorted(keys, key=lambda key: (is_new(key), place_of_new(key)))
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


def place_of_new(key):
    """Return the place of a new record in its change; of a stored record, its key."""
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


def set_fields(record, values, new_records):
    """
    Set the fields of a record, except many-to-many links.

    ``new_records`` maps places to new records of the same change.
    """
    for name, value in values.items():
        field = record._meta.get_field(name)
        if field.many_to_many:
            continue
        if is_new(value):
            setattr(record, name, new_records[place_of_new(value)])
        else:
            setattr(record, field.attname, field.to_python(value))


def set_links(record, values, new_records):
    for name, value in values.items():
        if record._meta.get_field(name).many_to_many:
            keys = [
                new_records[place_of_new(key)] if is_new(key) else key for key in value
            ]
            getattr(record, name).set(keys)


def proposed_records(change):
    """
    Return pairs of each ``RecordChange`` and its unsaved record with the change
    applied.

    The record is None if it was deleted. Many-to-many links are not set.
    """
    pairs, new_records = [], {}
    for part in change.records.all():
        proposed = part.model()
        if part.object_id:
            proposed = part.model._default_manager.filter(pk=part.object_id).first()
        if proposed is not None:
            # Columns without suffix hold Spanish.
            with override("es"):
                set_fields(proposed, part.after, new_records)
            new_records[part.place] = proposed
        pairs.append((part, proposed))
    return pairs


def apply_part(part, change, by, saved, old_unique_values):
    """
    Save the record of a part as the change states, and return it.

    ``saved`` maps places to records saved before; ``old_unique_values`` maps columns to
    values that ``release_unique_values`` replaced. Raises ``OutdatedError`` if the
    record changed since the proposal.
    """
    record = _record_to_change(part, old_unique_values)
    # Columns without suffix hold Spanish.
    with override("es"):
        set_fields(record, part.after, saved)
    if not getattr(record, "is_admissible", True):
        raise OutdatedError
    is_new_dispute = isinstance(record, RecordDispute) and part.object_id is None
    if is_new_dispute or isinstance(record, AgencyComment):
        record.written_by = change.proposed_by
        record.written_at = change.proposed_at
    if isinstance(record, RoundReopening):
        record.by = by
    must_be_valid(record)
    record._history_user = by
    reason = _("change %(number)s: proposed by %(one)s, approved by %(other)s") % {
        "number": change.pk,
        "one": change.proposed_by.get_username()[:25],
        "other": by.get_username()[:25],
    }
    record._change_reason = reason[:100]
    try:
        with override("es"):
            _save_or_rename(record, part.after)
            set_links(record, part.after, saved)
    except IntegrityError as error:
        raise RefusedError(
            _("%(record)s: something else was saved in its place meanwhile.")
            % {"record": part}
        ) from error
    return record


def _record_to_change(part, old_unique_values):
    if part.object_id is None:
        return part.model()
    rows = part.model._default_manager.select_for_update()
    record = rows.filter(pk=part.object_id).first()
    for name, value in old_unique_values.items():
        setattr(record, name, value)
    if record is None or plain_values(record, part.before) != part.before:
        raise OutdatedError
    return record


def _save_or_rename(record, changed):
    """Renaming an agency stores its former name, so that its old URL redirects."""
    names = set(Agency.NAMES) & set(changed)
    if isinstance(record, Agency) and record.pk and names:
        record.rename(**{name: getattr(record, name) for name in names})
    else:
        record.save()


def must_be_valid(record, exclude=(), released_fields=()):
    """
    Validate as ``full_clean`` does, with all check constraints in one query.

    ``released_fields`` are unique columns whose value another record of the change
    gives up.
    """
    try:
        record.full_clean(exclude=exclude, validate_constraints=False)
        if broken := broken_checks([record], [{*exclude}])[0]:
            raise ValidationError([x.get_violation_error_message() for x in broken])
        for each in unique_constraints(type(record)):
            each.validate(type(record), record, {*exclude, *released_fields})
    except ValidationError as error:
        raise RefusedError(f"{record}: {'; '.join(error.messages)}") from error


#: SQLite joins at most 500 queries.
QUERIES_AT_ONCE = 400


def unique_constraints(model):
    return [x for x in model._meta.constraints if isinstance(x, UniqueConstraint)]


@cache
def unique_text_fields(model):
    """Return the names of text columns with a unique constraint."""
    return {
        name
        for constraint in unique_constraints(model)
        for name in constraint.fields
        if isinstance(model._meta.get_field(name), CharField)
    }


def released_unique_fields(records):
    """
    Return for each record the unique fields whose new value another record gives up.
    """
    if len(records) < 2:
        return [set() for _record in records]
    changed = {(type(record), record.pk): record for record in records if record.pk}
    released_values = {
        (model, name, row[name])
        for model in {model for model, _pk in changed if unique_text_fields(model)}
        for row in model._default_manager.filter(
            pk__in=[pk for other, pk in changed if other is model]
        ).values("pk", *unique_text_fields(model))
        for name in unique_text_fields(model)
        if row[name] and row[name] != getattr(changed[model, row["pk"]], name)
    }
    return [
        {
            name
            for name in unique_text_fields(type(record))
            if (type(record), name, getattr(record, name)) in released_values
        }
        for record in records
    ]


def release_unique_values(changes):
    """
    Replace unique values that records of one change take from each other.

    ``changes`` are tuples of model, key, and values before and after. Returns the
    replaced values by column for each model and key.
    """
    changes = list(changes)
    new_values = {
        (model, name, after[name])
        for model, _pk, _before, after in changes
        for name in unique_text_fields(model) & after.keys()
    }
    replaced = defaultdict(dict)
    for model, pk, before, after in changes:
        for name in unique_text_fields(model) & after.keys():
            old_value = before.get(name) if pk else ""
            if not old_value or (model, name, old_value) not in new_values:
                continue
            rows = model._default_manager.filter(pk=pk, **{name: old_value})
            if rows.update(**{name: f"~{pk}"}):
                replaced[model, pk][name] = old_value
    return replaced


def broken_checks(records, problem_columns):
    """
    Return for each record the check constraints that it breaks.

    Constraints on its ``problem_columns`` are skipped.
    """
    checks = {
        index: [
            each
            for each in record._meta.constraints
            if isinstance(each, CheckConstraint)
            and names.isdisjoint(each.condition.referenced_base_fields)
        ]
        for index, (record, names) in enumerate(
            zip(records, problem_columns, strict=True)
        )
    }
    suspects = _failing_keys(
        {
            index: (
                records[index],
                reduce(and_, (each.condition for each in constraints)),
            )
            for index, constraints in checks.items()
            if constraints
        }
    )
    failing = _failing_keys(
        {
            (index, each.name): (records[index], each.condition)
            for index in suspects
            for each in checks[index]
        }
    )
    return [
        [each for each in constraints if (index, each.name) in failing]
        for index, constraints in checks.items()
    ]


def _failing_keys(conditions):
    queries = [
        _check_query(index, *pair) for index, pair in enumerate(conditions.values())
    ]
    indexes = set(range(len(queries)))
    for start in range(0, len(queries), QUERIES_AT_ONCE):
        first, *others = queries[start : start + QUERIES_AT_ONCE]
        indexes -= set(first.union(*others, all=True))
    return {key for index, key in enumerate(conditions) if index in indexes}


def _check_query(index, record, condition):
    """Return a query that selects the index if the condition holds, as ``Q.check``."""
    # The condition is evaluated beside one row; which one is irrelevant, if no column
    # has the name of a field of the record: ``annotate`` would refuse it.
    any_row = ContentType.objects.get_for_model(ContentType)
    values = _condition_values(record, condition.referenced_base_fields)
    row = ContentType.objects.filter(pk=any_row.pk).values("model").annotate(**values)
    holds = Coalesce(condition, True, output_field=BooleanField())
    return row.filter(holds).values_list(Value(index), flat=True)


def _condition_values(record, names):
    values = {}
    for field in map(record._meta.get_field, names):
        value = getattr(record, field.attname)
        if field.is_relation and field.is_cached(record):
            linked = field.get_cached_value(record)
            # A link to an unsaved record is not empty.
            if linked is not None and linked.pk is None:
                value = 0
        values[field.name] = Value(value, field)
    return values
