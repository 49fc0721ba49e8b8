"""
Reading in one query what would take two: each costs a page more than what it reads.

The rows of a left join are made records again: by ``with_joined`` where few rows repeat
a record, which keeps what else was asked with it; by ``parted`` where most do. Unions
match columns by their place.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from django.db.models import F, Model, QuerySet


def with_joined(rows: QuerySet, path: str, model: type[Model]) -> QuerySet:
    """``rows``, one for each record of ``model`` along ``path``, or one without any."""
    names = zip(_aliases(path, model), _fields(model), strict=True)
    return rows.annotate(**{alias: F(f"{path}__{field}") for alias, field in names})


def joined(
    row: Model, path: str, model: type[Model], known: dict | None = None
) -> Model | None:
    """
    The record of ``model`` that stands in a row of ``with_joined``.

    ``known`` are records by id: one that is among them is not made again, and one that
    is made is added.
    """
    told = row.__dict__
    key = told[_alias(path, model._meta.pk.attname)]
    if key is None or (known and key in known):
        return known[key] if key else None
    values = [told[alias] for alias in _aliases(path, model)]
    record = model.from_db(row._state.db, _fields(model), values)
    if known is not None:
        known[key] = record
    return record


def distinct(rows: Iterable[Model], path: str, model: type[Model]) -> list[Model]:
    """All records of ``model`` in the rows of one record, each once."""
    found = {}
    for row in rows:
        joined(row, path, model, found)
    return list(found.values())


def parted(rows: QuerySet, parts: Mapping[str, type[Model]], *told: str) -> QuerySet:
    """
    ``rows`` of a join as plain columns, for ``records`` to read.

    ``parts`` are lookups and what stands there, "" for the rows themselves; ``told``
    are annotations.
    """
    names = [
        f"{path}__{name}" if path else name
        for path, model in parts.items()
        for name in _fields(model)
    ]
    return columns(rows, *names, *told)


def records(rows: QuerySet, parts: Mapping[str, type[Model]]) -> Iterator[tuple]:
    """
    What stands in each row of ``parted``: of each part its record or None, then values.

    However many rows hold a record, it is made once: where most rows repeat the most of
    what they hold, that is what reading them costs.
    """
    places, end = [], 0
    for model in parts.values():
        names = _fields(model)
        begin, end = end, end + len(names)
        key = begin + names.index(model._meta.pk.attname)
        places.append((model, names, slice(begin, end), key))
    known = {model: {None: None} for model in parts.values()}
    for row in rows:
        found = []
        for model, names, place, key in places:
            if row[key] not in known[model]:
                record = model.from_db(rows.db, names, row[place])
                known[model][row[key]] = record
            found.append(known[model][row[key]])
        yield (*found, *row[end:])


def columns(rows: QuerySet, *names, named: bool = False) -> QuerySet:
    """``values_list`` that keeps the order of ``names``, as a union needs it."""
    if hasattr(rows, "rewrite"):  # modeltranslation would put them in a set
        rows = rows.rewrite(False)
    return rows.values_list(*names, named=named)


@cache
def _fields(model):
    return tuple(field.attname for field in model._meta.concrete_fields)


@cache
def _aliases(path, model):
    return tuple(_alias(path, field) for field in _fields(model))


def _alias(path, field):
    return f"{path.replace('__', '_')}_{field}"
