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
