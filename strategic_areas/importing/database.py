"""Rows stored by the hundred; what the database does not take, as faults of records."""

from contextlib import contextmanager
from functools import cache
from itertools import chain

from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.db.models import JSONField
from django.db.models.sql import InsertQuery
from django.utils import timezone
from django.utils.translation import override

from strategic_areas import workflow
from strategic_areas.importing.outcome import Fault, Refused
from strategic_areas.models.plan import PlanBound
from strategic_areas.models.records import Coded

#: The models whose ``save`` fills in columns.
COMPLETED = (PlanBound, Coded)
#: How many rows one statement holds on PostgreSQL.
AT_ONCE = 100
#: The types of values that databases take as they are.
PLAIN = {str, int, bool, type(None)}


@contextmanager
def faults_of(record):
    """Turn what the database refuses into a fault of the record."""
    try:
        yield
    except (DatabaseError, ValidationError, workflow.TransitionError) as error:
        with override("en"):
            expected = f"what the database takes{why(error, record.table.model)}"
        fault = Fault(record.name, "", "what the file says", expected, record.line)
        raise Refused([fault]) from error


def why(error, model):
    """The constraint's own message where one was broken, else the database's."""
    text = str(error).strip()
    for constraint in model._meta.constraints:
        if constraint.name in text:
            return f": {constraint.violation_error_message}"
    reason = text.splitlines()[0] if text else type(error).__name__
    return f" ({reason})"


def together(add, one_by_one):
    """
    Add many rows at once; if the database refuses any, add them one after the other.

    Only so is it known which record it does not take. Either all are there, or a
    fault is raised.
    """
    try:
        with transaction.atomic():
            add()
    except (DatabaseError, ValidationError):
        one_by_one()


def create(rows):
    """
    Insert new rows of one model in few statements, each with its first version.

    That is what ``save`` does for each: what the model completes is completed, and what
    listens to it is the history.
    """
    columns = completed(rows)
    for row, pk in zip(rows, new_keys(type(rows[0]), len(rows)), strict=True):
        row.pk = pk
    values = values_of(rows, columns)
    insert(type(rows[0]), values, columns)
    keep_versions("+", rows, columns, values)


def change(rows):
    """Write stored rows of one model anew, each with its next version."""
    columns = completed(rows)
    values = values_of(rows, columns)
    update(type(rows[0]), values, columns)
    keep_versions("~", rows, columns, values)


def completed(rows):
    """Complete rows as ``save`` does; the columns of their model."""
    for row in rows:
        for kind in COMPLETED:
            if isinstance(row, kind):
                kind.complete(row)
    return rows[0]._meta.concrete_fields


def new_keys(model, number):
    """So many primary keys that no row has, as the database would give them."""
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            last = "SELECT seq FROM sqlite_sequence WHERE name = %s"
            cursor.execute(last, [table])
            first = (cursor.fetchone() or [0])[0] + 1
            return range(first, first + number)
        following = (
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)"
        )
        cursor.execute(following, [f'"{table}"', column, number])
        return sorted(key for (key,) in cursor.fetchall())


def values_of(rows, columns):
    """What each row says in these columns, as the database takes it."""
    bilingual = {*rows[0].fields.names(bilingual=True)}
    readers = [
        (in_spanish if each.name in bilingual else getattr, each.attname, each)
        for each in columns
    ]
    return [
        [prepared(read(row, name), column) for read, name, column in readers]
        for row in rows
    ]


def in_spanish(row, name):
    """A text in two languages as its own column has it, which repeats the Spanish."""
    text = getattr(row, f"{name}_es")
    return getattr(row, name) if text is None else text


def keep_versions(kind, rows, columns, values):
    """Insert the version of each row, if its model has a history."""
    if not hasattr(rows[0], "history"):
        return
    history = type(rows[0]).history.model
    first = history(
        history_type=kind,
        history_date=timezone.now(),
        history_user=history.get_default_history_user(rows[0]),
    )
    place = {each.attname: place for place, each in enumerate(columns)}
    tracked = {each.attname for each in history.tracked_fields}
    own = stated(history)
    same = [
        None
        if each.attname in tracked
        else prepared(getattr(first, each.attname), each)
        for each in own
    ]
    places = [place[each.attname] if each.attname in tracked else None for each in own]
    steps = [*zip(places, same, strict=True)]
    insert(
        history,
        [[value if at is None else row[at] for at, value in steps] for row in values],
    )


def insert(model, rows, columns=None):
    """Insert rows of prepared values, by one statement."""
    statement = insertion(model, tuple(columns or stated(model)))
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(statement, rows)
            return
        # Each statement is a journey to PostgreSQL and back.
        start, _, row = statement.rpartition(" VALUES ")
        for at in range(0, len(rows), AT_ONCE):
            some = rows[at : at + AT_ONCE]
            values = ", ".join([row] * len(some))
            cursor.execute(f"{start} VALUES {values}", [*chain.from_iterable(some)])


@cache
def insertion(model, columns):
    """The statement that inserts a row with these columns."""
    query = InsertQuery(model)
    query.insert_values(columns, [model()], raw=True)
    [(statement, _)] = query.get_compiler(connection=connection).as_sql()
    return statement


def update(model, rows, columns):
    """Write all columns of stored rows, in their order."""
    quote, pk = connection.ops.quote_name, model._meta.pk
    others = ", ".join(f"{quote(each.column)} = %s" for each in columns if each != pk)
    own = columns.index(pk)
    statement = (
        f"UPDATE {quote(model._meta.db_table)} SET {others} "  # noqa: S608 - our names
        f"WHERE {quote(pk.column)} = %s"
    )
    ordered = [[*row[:own], *row[own + 1 :], row[own]] for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(statement, ordered)


def stated(model):
    """The columns of a model, all but the key that the database gives."""
    return [each for each in model._meta.concrete_fields if not each.primary_key]


def prepared(value, column):
    """The value of a column as the database takes it."""
    if type(value) in PLAIN and not isinstance(column, JSONField):
        return value
    return column.get_db_prep_save(value, connection)
