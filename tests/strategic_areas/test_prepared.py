"""Queries that are put together once, and what is kept for a publication version."""

from threading import Thread

import pytest
from django.utils.translation import override

from strategic_areas.models import ChangedAccounts, Plan
from strategic_areas.queries.plan import plans
from strategic_areas.queries.prepared import (
    MOST_FOLLOWED,
    Kept,
    VersionMemory,
    at_version,
    kept_for_version,
    prepared,
)
from tests.factories import (
    make_plan,
)


@pytest.fixture
def made():
    """What ``named`` put together, and ``named`` itself."""
    calls = []

    @prepared
    def named(code):
        calls.append(code)
        return Plan.objects.filter(code=code)

    return calls, named


def test_rows_are_put_together_once_for_each_argument_language_and_thread(made):
    calls, named = made

    for language in ("es", "en", "es"):
        with override(language):
            named("a"), named("b"), named("a")
    thread = Thread(target=named, args=["a"])
    thread.start()
    thread.join()

    assert calls == ["a", "b", "a", "b", "a"]


@pytest.mark.django_db
def test_rows_are_read_anew_each_time(made):
    _calls, named = made
    assert list(named("a")) == []

    plan = make_plan(code="a")

    assert list(named("a")) == [plan]


@pytest.mark.django_db
def test_whoever_narrows_them_narrows_her_own(made):
    _calls, named = made
    plan = make_plan(code="a")

    narrowed = named("a").exclude(pk=plan.pk)

    assert (list(narrowed), list(named("a"))) == ([], [plan])


@pytest.mark.django_db
def test_each_language_orders_by_its_own_columns():
    make_plan(code="a", title_es="B", title_en="A")
    make_plan(code="b", title_es="A", title_en="B")

    order = {}
    for language in ("es", "en"):
        with override(language):
            rows = prepared(lambda: plans.public().order_by("title"))()
            order[language] = [plan.code for plan in rows]

    assert order == {"es": ["b", "a"], "en": ["a", "b"]}


# What is kept for a publication version


class Source:
    """Tells how often it was read; ``read`` keeps what it gives."""

    def __init__(self, most=10, weight=1, follow=None):
        self.times = 0
        self.read = kept_for_version(
            VersionMemory(most),
            key=lambda name: (name,),
            weight=lambda found: weight,
            follow=follow,
        )(self._read)

    def _read(self, name):
        self.times += 1
        return f"{name} {self.times}"


def test_what_a_page_reads_is_read_once_for_a_version():
    source, found = Source(), []

    for version, language in [(5, "es"), (5, "es"), (5, "en"), (6, "es"), (6, "es")]:
        with at_version(version, 0), override(language):
            found.append(source.read("a"))

    assert found == ["a 1", "a 1", "a 1", "a 2", "a 2"]


def test_elsewhere_everything_is_read_anew():
    source = Source()
    with at_version(5, 0):
        source.read("a")

    assert [source.read("a"), source.read("a")] == ["a 2", "a 3"]


@pytest.fixture
def changed(monkeypatch):
    """The accounts that changed since any version; a test adds ids of activities."""
    found = {"activity": {1}, "commitment": set()}
    monkeypatch.setattr(ChangedAccounts, "since", lambda version: found)
    return found


def follow(before, changed, name):
    """What was kept, and how many activities have changed accounts since."""
    return f"{before}+{len(changed['activity'])}"


def test_what_was_kept_is_followed_to_the_next_version(changed):
    memory, source = VersionMemory(20), Source()
    reading = {"key": lambda name: (name,), "weight": len}
    followed = kept_for_version(memory, **reading, follow=follow)(source._read)
    plain = kept_for_version(memory, **reading)(lambda name: f"plain {source.times}")

    found = []
    for version in (5, 7):
        with at_version(version, 0):
            found += [followed("a"), plain("a"), followed("a")]

    assert found == ["a 1", "plain 1", "a 1", "a 1+1", "plain 1", "a 1+1"]


@pytest.mark.parametrize(
    ("activities", "structure", "found"),
    [
        (set(), 0, "a 1"),
        ({*range(MOST_FOLLOWED)}, 0, f"a 1+{MOST_FOLLOWED}"),
        # Too many accounts changed, or something else did.
        ({*range(MOST_FOLLOWED + 1)}, 0, "a 2"),
        ({1}, 6, "a 2"),
    ],
)
def test_what_cannot_be_followed_is_read_anew(changed, activities, structure, found):
    source = Source(follow=follow)
    with at_version(5, 0):
        source.read("a")

    changed["activity"] = activities

    with at_version(7, structure):
        assert source.read("a") == found


def test_what_a_whole_version_did_without_is_not_followed(changed):
    source, found = Source(follow=follow), []

    for version, names in enumerate(["ab", "b", "b", "ab"]):
        with at_version(version, 0):
            found += [source.read(name) for name in names]

    assert found == ["a 1", "b 2", "b 2+1", "b 2+1+1", "a 3", "b 2+1+1+1"]


def test_a_slow_page_of_an_old_version_changes_nothing_for_a_newer_one():
    source = Source()
    with at_version(6, 0):
        source.read("a")

    with at_version(5, 0):
        old = [source.read("a"), source.read("a")]
    with at_version(6, 0):
        assert (old, source.read("a")) == (["a 2", "a 3"], "a 1")


NEW = Kept(version=6, found="new", weight=1, lasts=False)


def test_a_page_that_was_begun_before_a_publication_keeps_nothing_for_after_it():
    memory = VersionMemory(10)
    reading = kept_for_version(memory, key=lambda: (), weight=lambda found: 1)

    @reading
    def overtaken():
        memory.put("another page", NEW)
        return "old"

    with at_version(5, 0):
        assert overtaken() == "old"

    assert memory.get("another page") == NEW
    assert list(memory._kept) == ["another page"]


def test_what_was_used_longest_ago_gives_way():
    source = Source(most=2)

    with at_version(5, 0):
        found = [source.read(name) for name in ("a", "b", "a", "c", "a", "b")]

    assert found == ["a 1", "b 2", "a 1", "c 3", "a 1", "b 4"]


def test_what_is_too_heavy_is_not_kept():
    source = Source(most=2, weight=3)

    with at_version(5, 0):
        assert [source.read("a"), source.read("a")] == ["a 1", "a 2"]
