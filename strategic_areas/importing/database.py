"""New rows by the hundred; what the database does not take, as faults of records."""

from contextlib import contextmanager

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
    model = type(rows[0])
    for row in rows:
        for kind in COMPLETED:
            if isinstance(row, kind):
                kind.complete(row)
    model._default_manager.bulk_create(rows)
    if hasattr(model, "history"):
        keep_first_versions(model.history.model, rows)


def keep_first_versions(history, rows):
    """Insert the version of each new row."""
    first = history(
        history_type="+",
        history_date=timezone.now(),
        history_user=history.get_default_history_user(rows[0]),
    )
    tracked = {each.attname for each in history.tracked_fields}
    columns = stated(history)
    same = {
        each: prepared(getattr(first, each.attname), each)
        for each in columns
        if each.attname not in tracked
    }
    steps = [(each.attname, each, same.get(each, same)) for each in columns]
    insert(
        history,
        [
            [
                prepared(getattr(row, name), column) if value is same else value
                for name, column, value in steps
            ]
            for row in rows
        ],
    )


def insert(model, rows):
    """Insert rows of prepared values by the statement for one, which is made once."""
    query = InsertQuery(model)
    query.insert_values(stated(model), [model()], raw=True)
    [(statement, _)] = query.get_compiler(connection=connection).as_sql()
    with connection.cursor() as cursor:
        cursor.executemany(statement, rows)


def stated(model):
    """The columns of a model, all but the key that the database gives."""
    return [each for each in model._meta.concrete_fields if not each.primary_key]


def prepared(value, column):
    """The value of a column as the database takes it."""
    if type(value) in PLAIN and not isinstance(column, JSONField):
        return value
    return column.get_db_prep_save(value, connection)
