"""
What the database demands of several records that are saved together.

Records that exchange a word which only one of them may have, such as their codes, could
not be saved one after the other: such words are set aside for a moment. Which checks
many records break is found out in few queries.
"""

from collections import defaultdict
from functools import reduce
from operator import and_

from django.contrib.contenttypes.models import ContentType
from django.db.models import (
    BooleanField,
    CharField,
    CheckConstraint,
    UniqueConstraint,
    Value,
)
from django.db.models.functions import Coalesce

#: How many records one query is about; SQLite joins no more than 500 queries.
AT_ONCE = 400


def words_of(model):
    """The names of the text columns in which no two records may say the same."""
    return {
        name
        for constraint in model._meta.constraints
        if isinstance(constraint, UniqueConstraint)
        for name in constraint.fields
        if isinstance(model._meta.get_field(name), CharField)
    }


def given_up(records):
    """For each record the columns whose word another of them has, and gives up."""
    if len(records) < 2:
        return [set() for _record in records]
    together = defaultdict(dict)
    for record in records:
        if record.pk:
            together[type(record)][record.pk] = record
    free = {
        (model, name, row[name])
        for model, changed in together.items()
        for row in _stored(model, changed)
        for name in words_of(model)
        if row[name] and row[name] != getattr(changed[row["pk"]], name)
    }
    return [
        {
            name
            for name in words_of(type(record))
            if (type(record), name, getattr(record, name)) in free
        }
        for record in records
    ]


def _stored(model, changed):
    if not words_of(model):
        return []
    rows = model._default_manager.filter(pk__in=changed)
    return rows.values("pk", *words_of(model))


def set_aside(changes):
    """
    Make room for the words that the records of one change take from one another.

    ``changes`` are a model, a key and the values by column before and after. Returns by
    model and key the words that were set aside, by column.
    """
    changes = list(changes)
    taken = {
        (model, name, after[name])
        for model, _pk, _before, after in changes
        for name in words_of(model) & after.keys()
    }
    aside = defaultdict(dict)
    for model, pk, before, after in changes:
        for name in words_of(model) & after.keys():
            word = before.get(name) if pk else ""
            if not word or (model, name, word) not in taken:
                continue
            rows = model._default_manager.filter(pk=pk, **{name: word})
            if rows.update(**{name: f"~{pk}"}):
                aside[model, pk][name] = word
    return aside


def broken_checks(records, wrong):
    """
    For each record the check constraints that it breaks, in order.

    ``wrong`` are for each record the columns that have a fault already: constraints
    that look at one of them are left out.
    """
    pairs = zip(records, wrong, strict=True)
    checks = [_checks(record, names) for record, names in pairs]
    whole = [
        (record, reduce(and_, (each.condition for each in own)))
        for record, own in zip(records, checks, strict=True)
        if own
    ]
    places = [place for place, own in enumerate(checks) if own]
    suspects = [places[number] for number in _failing(whole)]
    single = [(place, each) for place in suspects for each in checks[place]]
    failing = _failing([(records[place], each.condition) for place, each in single])
    found = [[] for _record in records]
    for number in sorted(failing):
        place, constraint = single[number]
        found[place].append(constraint)
    return found


def _checks(record, wrong):
    return [
        each
        for each in record._meta.constraints
        if isinstance(each, CheckConstraint)
        and wrong.isdisjoint(each.condition.referenced_base_fields)
    ]


def _failing(pairs):
    places = set(range(len(pairs)))
    queries = [_query(place, *pair) for place, pair in enumerate(pairs)]
    for start in range(0, len(queries), AT_ONCE):
        first, *others = queries[start : start + AT_ONCE]
        places -= set(first.union(*others, all=True))
    return places


def _query(place, record, condition):
    """
    The query that returns the place if the condition holds, as in ``Q.check``.

    It needs some row to select from: that of a content type, which no column of ours is
    named like.
    """
    some = ContentType.objects.get_for_model(ContentType)
    values = _values(record, condition.referenced_base_fields)
    row = ContentType.objects.filter(pk=some.pk).annotate(**values)
    holds = Coalesce(condition, True, output_field=BooleanField())
    return row.filter(holds).values_list(Value(place), flat=True)


def _values(record, names):
    """The values of these columns; a link to an unsaved record is not empty."""
    values = {}
    for field in map(record._meta.get_field, names):
        value = getattr(record, field.attname)
        if field.is_relation and field.is_cached(record):
            linked = field.get_cached_value(record)
            if linked is not None and linked.pk is None:
                value = 0
        values[field.name] = Value(value, field)
    return values
