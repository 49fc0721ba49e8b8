"""Log records as JSON lines on standard output."""

import json
import logging
import traceback
from datetime import UTC, datetime

from django.core.exceptions import SuspiciousOperation, ValidationError
from django.db import DatabaseError, OperationalError

#: Errors whose message may repeat typed text. OperationalError, a subclass of
#: DatabaseError, does not: it is about the server.
ERRORS_WITH_INPUT = (
    *(ValueError, LookupError, SuspiciousOperation, ValidationError),
    DatabaseError,
)
EXTRA_FIELDS = ("method", "path", "status", "duration_ms")


class JsonFormatter(logging.Formatter):
    """
    One line per record, so that no logged text can forge another record.

    Only listed fields are written: no headers, forms or cookies. Errors that may repeat
    typed text are reduced to their place and kind.
    """

    def formatException(self, exc_info):
        error, parts = exc_info[1], []
        while error is not None:
            frames = traceback.format_tb(error.__traceback__)
            parts.append("".join([*frames, _describe_error(error)]))
            hidden = error.__suppress_context__
            error = error.__cause__ or (None if hidden else error.__context__)
        return "\n\n".join(reversed(parts))

    def format(self, record):
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(
                timespec="milliseconds"
            ),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        for field in EXTRA_FIELDS:
            if hasattr(record, field):
                entry[field] = getattr(record, field)
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=True, default=str)


def _describe_error(error):
    kind = type(error).__qualname__
    repeats = isinstance(error, ERRORS_WITH_INPUT) and not isinstance(
        error, OperationalError
    )
    return kind if repeats else f"{kind}: {error}"


def configuration(formatter):
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {"()": "plan_portal.logs.JsonFormatter"},
            "plain": {"format": "%(levelname)s %(name)s: %(message)s"},
        },
        "handlers": {
            "stdout": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stdout",
                "formatter": formatter,
            },
        },
        "root": {"handlers": ["stdout"], "level": "INFO"},
        "loggers": {
            # Django's own handlers would log everything twice.
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.server": {"handlers": [], "level": "INFO", "propagate": True},
            # The access log already has a line for each of these.
            "django.request": {"level": "ERROR"},
            # Suspicious requests too; their messages would repeat sent data.
            "django.security": {"level": "CRITICAL"},
            # pikepdf logs a line per command; the refusal of a PDF already has its
            # reason.
            "pikepdf": {"level": "ERROR"},
        },
    }
