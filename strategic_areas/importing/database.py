"""What the database does not take of a file, as faults of its records."""

from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.utils.translation import override

from strategic_areas import workflow
from strategic_areas.importing.outcome import Fault, Refused


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
