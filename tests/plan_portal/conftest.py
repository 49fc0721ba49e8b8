"""Fronts to ask, and the plan whose pages they keep."""

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connections

from plan_portal.page_cache import HELP_PATHS, PageCache
from plan_portal.page_cache.finished_pages import PageMemory
from plan_portal.page_cache.version_watcher import VersionWatcher
from tests import make
from tests.plan_portal.fronts import Counting


@pytest.fixture
def make_front(db, monkeypatch):
    """Fronts that ask for the version themselves, in the test's own transaction."""
    monkeypatch.setattr(VersionWatcher, "start", lambda watch: None)
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    # The connection holds the test's transaction.
    monkeypatch.setattr(connections["default"], "close", lambda: None)

    def maker(application=None, memory=2**20):
        memory = PageMemory(memory, HELP_PATHS)
        return PageCache(Counting(application), watch=VersionWatcher(), memory=memory)

    yield maker
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@pytest.fixture
def front(make_front):
    return make_front()


@pytest.fixture
def plan():
    return make.plan(code="2017-2020")
