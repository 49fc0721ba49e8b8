"""Answers 400 where what was sent could not even be read, instead of breaking."""

import logging
import traceback

from django.db import DataError

from plan_portal.errors import bad_request

logger = logging.getLogger(__name__)

#: What Python and the databases raise for a number that is too large, for a text with
#: a null, and for JSON that is nested too deep.
OF_WHAT_WAS_SENT = (DataError, OverflowError, RecursionError)
#: How a ``ValueError`` says the same, of a number of thousands of digits, of a text in
#: the place of a number, and of a null.
IN_WORDS = (
    "Exceeds the limit (",
    "expected a number but got",
    "cannot contain NUL",
)


class UnreadableMiddleware:
    """
    Answers 400 to a request with a value that no rule of a form has refused.

    No browser sends such a value by itself. The log tells where it was met, since it
    may be an error of the portal, and not what it was.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not is_of_what_was_sent(exception):
            return None
        kind = type(exception).__name__
        logger.warning("Unreadable input: %s in %s", kind, place_of(exception))
        return bad_request(request, exception)


def is_of_what_was_sent(exception):
    if isinstance(exception, ValueError):
        return any(words in str(exception) for words in IN_WORDS)
    return isinstance(exception, OF_WHAT_WAS_SENT)


def place_of(exception):
    """File, line and function where an exception was raised."""
    frame = traceback.extract_tb(exception.__traceback__)[-1]
    return f"{frame.filename}:{frame.lineno} {frame.name}"
