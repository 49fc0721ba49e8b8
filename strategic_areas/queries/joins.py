"""
Reading in one query what would take two: each costs a page more than what it reads.

The rows of a left join are made records again; unions match columns by their place.
"""

from collections.abc import Iterable

from django.db.models import F, Model, QuerySet


def with_joined(rows: QuerySet, path: str, model: type[Model]) -> QuerySet:
    """``rows``, one for each record of ``model`` along ``path``, or one without any."""
    return rows.annotate(
        **{_alias(path, field): F(f"{path}__{field}") for field in _fields(model)}
    )


def joined(row: Model, path: str, model: type[Model]) -> Model | None:
    """The record of ``model`` that stands in a row of ``with_joined``."""
    fields = _fields(model)
    values = [getattr(row, _alias(path, field)) for field in fields]
    if values[fields.index(model._meta.pk.attname)] is None:
        return None
    return model.from_db(row._state.db, fields, values)


def distinct(rows: Iterable[Model], path: str, model: type[Model]) -> list[Model]:
    """All records of ``model`` in the rows of one record, each once."""
    found = {}
    for row in rows:
        if record := joined(row, path, model):
            found.setdefault(record.pk, record)
    return list(found.values())


def columns(rows: QuerySet, *names, named: bool = False) -> QuerySet:
    """``values_list`` that keeps the order of ``names``, as a union needs it."""
    if hasattr(rows, "rewrite"):  # modeltranslation would put them in a set
        rows = rows.rewrite(False)
    return rows.values_list(*names, named=named)


def _fields(model):
    return [field.attname for field in model._meta.concrete_fields]


def _alias(path, field):
    return f"{path.replace('__', '_')}_{field}"
