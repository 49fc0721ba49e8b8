"""Which tests belong to which database; and that nothing is skipped unseen in CI."""

import os
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction

from strategic_areas import triggers
from strategic_areas.views.search import INDEX

BROWSER_TESTS = Path(__file__).parent / "browser"


def pytest_collection_modifyitems(config, items):
    """
    Mark the browser's tests, and leave out those that are not this run's.

    TEST_PART names the run's part: "browser", "other" or none for all. What is for the
    other database runs when its turn comes. Tests that commit get ``open_record``.
    """
    part = os.environ.get("TEST_PART")
    for item in items:
        if item.path.is_relative_to(BROWSER_TESTS):
            item.add_marker("browser")
        if _commits(item) and "open_record" not in item.fixturenames:
            item.fixturenames.append("open_record")
    other = "postgresql" if settings.EMBEDDED_DATABASE else "sqlite"
    kept, left_out = [], []
    for item in items:
        its_part = "browser" if item.get_closest_marker("browser") else "other"
        is_mine = part in {None, "", its_part} and not item.get_closest_marker(other)
        (kept if is_mine else left_out).append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


def _commits(item):
    marker = item.get_closest_marker("django_db")
    fixtures = {"transactional_db", "live_server"} & set(item.fixturenames)
    return bool(fixtures or (marker and marker.kwargs.get("transaction")))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """In CI a skipped test is a failure: there nothing may be missing."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(autouse=True)
def indexed_anew():
    """Each test has the same publication versions, of other texts."""
    yield
    INDEX._version = None


@pytest.fixture(scope="module")
def lasting(django_db_setup, django_db_blocker):
    """
    One transaction around a whole module, for what all its tests read and none changes.

    The tests that ask for the database have one of their own inside it.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def open_record(transactional_db):
    """
    For tests that commit: guards in place for the test, lifted for its teardown.

    The teardown empties the tables, which the append-only guards refuse. Afterwards
    they are put back, for whatever runs next.
    """
    triggers.install()
    yield
    triggers.drop()
    cache.clear()
