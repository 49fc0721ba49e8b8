"""Which rules of the database many records break, asked in few questions."""

from functools import reduce
from operator import and_

from django.db import DEFAULT_DB_ALIAS
from django.db.models import BooleanField, CheckConstraint, Q, Value
from django.db.models.functions import Coalesce
from django.db.models.sql import Query

#: How many records one question is about; SQLite joins no more than 500 questions.
AT_ONCE = 400


def broken_checks(records, wrong):
    """
    For each record the check constraints that it breaks, in order.

    ``wrong`` are for each record the columns of which something is said already: no
    constraint that looks at one of them is asked about.
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
    """The places of the pairs of a record and a condition of which it is not true."""
    places = set(range(len(pairs)))
    asked = [_question(place, *pair) for place, pair in enumerate(pairs)]
    for start in range(0, len(asked), AT_ONCE):
        together = Query(None)
        together.add_annotation(Value(0), "_place")
        together.combinator, together.combinator_all = "union", True
        together.combined_queries = tuple(asked[start : start + AT_ONCE])
        compiler = together.get_compiler(using=DEFAULT_DB_ALIAS)
        places -= {row[0] for rows in compiler.execute_sql() for row in rows}
    return places


def _question(place, record, condition):
    """Answers the place if the condition holds, as ``Q.check`` asks."""
    query = Query(None)
    for name, value in _values(record).items():
        query.add_annotation(value, name, select=False)
    query.add_annotation(Value(place), "_place")
    query.add_q(Q(Coalesce(condition, True, output_field=BooleanField())))
    return query


def _values(record):
    """The values of a record's columns; a link to an unsaved record is not empty."""
    values = record._get_field_expression_map(meta=record._meta)
    for field in record._meta.concrete_fields:
        if field.is_relation and field.is_cached(record):
            linked = getattr(record, field.name)
            if linked is not None and linked.pk is None:
                values[field.name] = Value(0)
    return values
