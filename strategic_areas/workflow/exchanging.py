"""
Records that exchange a word which only one of them may have, such as their codes.

The database holds each record, as it is saved, against all others. Whoever saves
several therefore sets aside for a moment the words that they take from one another.
"""

from collections import defaultdict

from django.db.models import CharField, UniqueConstraint


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
    """What the database has in these columns of the records that change."""
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
