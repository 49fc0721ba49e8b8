"""New rows by the hundred; what the database does not take, as faults of records."""

from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils.translation import override

from strategic_areas import workflow
from strategic_areas.importing.outcome import Fault, Refused
from strategic_areas.models.codes import Coded
from strategic_areas.models.plan import PlanBound

#: The models whose ``save`` fills in columns.
COMPLETED = (PlanBound, Coded)


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
    if hasattr(model._meta, "simple_history_manager_attribute"):
        model.history.bulk_history_create(rows, default_change_reason=None)
