"""Log records as JSON, one object a line, for whatever gathers the standard output."""

import json
import logging
from datetime import UTC, datetime

EXTRA_FIELDS = ("method", "path", "status", "duration_ms")


class JsonFormatter(logging.Formatter):
    """
    One line per record, whatever the message holds.

    JSON writes line breaks as escapes, so text that came from a browser cannot forge a
    second record. Only the fields named here are written: no headers, forms or cookies.
    """

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


def configuration(formatter):
    """The LOGGING setting: everything to standard output, in the named format."""
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
            # Django's own handlers would log everything a second time.
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.server": {"handlers": [], "level": "INFO", "propagate": True},
            # The access log already has a line for each of these.
            "django.request": {"level": "ERROR"},
            # It also has one for each request under a wrong host name; bots send many.
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            # pikepdf logs a line in every command, and the refusal of a bad PDF already
            # says what pikepdf would log about it.
            "pikepdf": {"level": "ERROR"},
        },
    }
