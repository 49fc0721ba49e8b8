"""How many queries it takes to read something, with little and with much of it."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.deep import SOME_ROWS


def count_queries(read):
    with CaptureQueriesContext(connection) as captured:
        read()
    return len(captured)


def costs(read, grow, *, more=SOME_ROWS):
    """The queries of a reading with two rows, and with so many ``more``."""
    grow()
    read()  # What a process asks only once does not count.
    grow()  # Both readings that count follow a change.
    before = count_queries(read)
    for _ in range(more):
        grow()
    return before, count_queries(read)
