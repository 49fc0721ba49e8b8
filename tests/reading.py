"""What public pages keep in memory, kept from test to test where nothing changes."""

from contextlib import contextmanager

from strategic_areas.queries.caching import PLAN_CACHE


@contextmanager
def kept_in_memory():
    """
    For a module whose tests change nothing that is public.

    Such a module has a fixture ``read_anew`` of its own that does nothing, in place of
    the one that empties the memory after each test.
    """
    _empty()
    yield
    _empty()


def _empty():
    PLAN_CACHE.empty()
