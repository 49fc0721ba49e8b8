"""Which tests belong to which database; and that nothing is skipped unseen in CI."""

import gc
import os
from collections import OrderedDict
from contextlib import closing
from pathlib import Path

import pytest
from _pytest import runner
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.core.servers.basehttp import ThreadedWSGIServer
from django.db import connection, transaction
from django.test import TransactionTestCase
from hypothesis import settings as hypothesis_settings

from plan_portal.page_cache.call_stack import with_stack_room
from strategic_areas.datasets.file_cache import FILE_CACHE
from strategic_areas.models import Plan
from strategic_areas.queries.caching import PLAN_CACHE
from strategic_areas.workflow import guard
from tests import first_state
from tests.deep import DEEP
from tests.strategic_areas.asked import on
from tests.strategic_areas.plans.kept import load_shipped

# What is read for good is no garbage: see pytest_collection_finish.
gc.disable()

BROWSER_TESTS = Path(__file__).parent / "browser"
#: Files that take longest begin first: no process is left alone with one at the end.
LONGEST = {
    *("test_permission_matrix", "test_one_person", "test_counts_agree", "test_hiding"),
    *("test_crawl", "test_data_judges", "test_matrix_pages", "test_disclosure"),
    *("test_every_public_page", "test_serve_portal", "test_deploy", "test_backup"),
}

# A short run makes up the same examples each time: it fails for what was changed.
hypothesis_settings.register_profile(
    "short", max_examples=40, deadline=None, derandomize=True
)
hypothesis_settings.register_profile("deep", max_examples=2000, deadline=None)
hypothesis_settings.load_profile("deep" if DEEP else "short")


# As production serves requests; without it tests take a tenth longer.
run_with_stack_room = with_stack_room(runner.pytest_runtest_protocol)
ThreadedWSGIServer.process_request_thread = with_stack_room(
    ThreadedWSGIServer.process_request_thread
)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    return run_with_stack_room(item, nextitem)


def pytest_ignore_collect(collection_path):
    """Read no file for PostgreSQL that has nothing for it: most of them."""
    if settings.EMBEDDED_DATABASE or not collection_path.match("test_*.py"):
        return None
    words = collection_path.read_text()
    return not ("both_databases" in words or "mark.postgresql" in words) or None


def pytest_collection_modifyitems(config, items):
    """
    Mark the browser's tests, and leave out those of the other database.

    Tests that commit get ``open_record``.
    """
    kept, left_out = [], []
    for item in items:
        if item.path.is_relative_to(BROWSER_TESTS):
            item.add_marker("browser")
        if _commits(item) and "open_record" not in item.fixturenames:
            item.fixturenames.append("open_record")
        (kept if is_of_database(item) else left_out).append(item)
    config.hook.pytest_deselected(items=left_out)
    items[:] = sorted(kept, key=lambda item: item.path.stem not in LONGEST)


def is_of_database(item):
    """Whether the test runs on this database; see the marks in pyproject.toml."""
    if settings.EMBEDDED_DATABASE:
        return not item.get_closest_marker("postgresql")
    if item.get_closest_marker("postgresql"):
        return True
    fixtures = {"db", "transactional_db", "live_server"} & set(item.fixturenames)
    uses_database = fixtures or item.get_closest_marker("django_db")
    is_for_both = item.get_closest_marker("both_databases")
    return bool(uses_database and is_for_both and not item.get_closest_marker("sqlite"))


def _commits(item):
    marker = item.get_closest_marker("django_db")
    fixtures = {"transactional_db", "live_server"} & set(item.fixturenames)
    return bool(fixtures or (marker and marker.kwargs.get("transaction")))


def pytest_collection_finish():
    """
    Let the garbage collector leave alone what was read for good, and come less often.

    Looking through all modules again and again takes a sixth of the tests' time.
    """
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(50_000, 20, 20)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """In CI a skipped test is a failure: there nothing may be missing."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """
    Note the migrations as applied: what asks for them finds the database ready.

    SQLite is asked once what it can do with JSON, so that no test counts that query.
    After a test that commits the database is put back as it is then.
    """
    with django_db_blocker.unblock():
        call_command("migrate", fake=True, verbosity=0)
        _ = connection.features.supports_json_field
        state = first_state.remember()
    with closing(state), pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            TransactionTestCase, "_fixture_teardown", lambda case: state.put_back()
        )
        yield


class Unkept(OrderedDict):
    """Files of which none is found again."""

    def get(self, key, default=None):
        return default


@pytest.fixture(autouse=True)
def read_anew(request, monkeypatch):
    """
    Each test has the same publication versions, of other texts.

    On PostgreSQL the version moves when a transaction ends: in a test that is one whole
    transaction nothing is kept.
    """
    if "kept_in_memory" in request.fixturenames:
        yield
        return
    if not settings.EMBEDDED_DATABASE and not _commits(request.node):
        monkeypatch.setattr(PLAN_CACHE, "_max_activities", -1)
        monkeypatch.setattr(FILE_CACHE, "_files", Unkept())
    yield
    PLAN_CACHE.empty()
    FILE_CACHE._files.clear()
    guard.known_words_at.cache_clear()


@pytest.fixture
def same_day(request):
    """
    Noon of the module's TODAY, for tests that reckon with it.

    Midnight, which may pass while the tests run, does not make it yesterday.
    """
    with on(request.module.TODAY):
        yield


@pytest.fixture(scope="module")
def lasting(django_db_setup, django_db_blocker):
    """
    One transaction around a whole module, for what all its tests read and none changes.

    The tests that ask for the database have one of their own inside it.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def kept_in_memory():
    """For tests that change nothing public: what pages read is kept between them."""
    PLAN_CACHE.empty()
    yield
    PLAN_CACHE.empty()


@pytest.fixture(scope="module")
def shipped(lasting, kept_in_memory):
    """The shipped plan, which none of the module's tests changes."""
    load_shipped()
    return Plan.objects.get(code="2017-2020")


@pytest.fixture
def open_record(transactional_db):
    """For tests that commit: what they leave in the cache goes as well."""
    yield
    cache.clear()
