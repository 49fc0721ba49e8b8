"""Queries that are put together once, and what is kept for a publication version."""

from itertools import pairwise
from threading import Thread

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from agencies.models import Agency
from strategic_areas import workflow
from strategic_areas.addresses import address
from strategic_areas.models import Activity, ActivityUpdate, Plan
from strategic_areas.queries.plan import board, plans
from strategic_areas.queries.prepared import (
    BOARDS,
    Kept,
    VersionMemory,
    at_version,
    kept_for_version,
    prepared,
)
from strategic_areas.triggers import versions
from tests.factories import (
    make_activity,
    make_approved_dispute,
    make_correction,
    make_declaration,
    make_plan,
    make_published_declaration,
    make_published_update,
    make_record_update,
    make_reviewer,
    make_round,
    make_update,
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

    def __init__(self, most=10, weight=1):
        self.times = 0
        self.read = kept_for_version(
            VersionMemory(most), key=lambda name: (name,), weight=lambda found: weight
        )(self._read)

    def _read(self, name):
        self.times += 1
        return f"{name} {self.times}"


def test_what_a_page_reads_is_read_once_for_a_version_and_a_language():
    source, found = Source(), []

    for version, language in [(5, "es"), (5, "es"), (5, "en"), (6, "es"), (6, "es")]:
        with at_version(version), override(language):
            found.append(source.read("a"))

    assert found == ["a 1", "a 1", "a 2", "a 3", "a 3"]


def test_elsewhere_everything_is_read_anew():
    source = Source()
    with at_version(5):
        source.read("a")

    assert [source.read("a"), source.read("a")] == ["a 2", "a 3"]


def test_what_was_kept_is_followed_to_the_next_version_if_it_can_be():
    asked = []

    def follow(before, version, name):
        asked.append((before, version, name))
        return f"{before} on" if name == "a" else None

    memory, source = VersionMemory(20), Source()
    reading = {"key": lambda name: (name,), "weight": len}
    followed = kept_for_version(memory, **reading, follow=follow)(source._read)
    plain = kept_for_version(memory, **reading)(lambda name: f"plain {name}")

    for version in (5, 7):
        with at_version(version):
            found = [followed("a"), followed("b"), plain("a"), followed("a")]

    assert found == ["a 1 on", "b 3", "plain a", "a 1 on"]
    assert asked == [("a 1", 5, "a"), ("b 2", 5, "b")]

    with at_version(9, structure=8):
        assert followed("a") == "a 4"


def test_a_slow_page_of_an_old_version_changes_nothing_for_a_newer_one():
    source = Source()
    with at_version(6):
        source.read("a")

    with at_version(5):
        old = [source.read("a"), source.read("a")]
    with at_version(6):
        assert (old, source.read("a")) == (["a 2", "a 3"], "a 1")


NEW = Kept(version=6, found="new", weight=1, lasts=False)


def test_a_page_that_was_begun_before_a_publication_keeps_nothing_for_after_it():
    memory = VersionMemory(10)
    reading = kept_for_version(memory, key=lambda: (), weight=lambda found: 1)

    @reading
    def overtaken():
        memory.put("another page", NEW)
        return "old"

    with at_version(5):
        assert overtaken() == "old"

    assert memory.get("another page") == NEW
    assert list(memory._kept) == ["another page"]


def test_what_was_used_longest_ago_gives_way():
    source = Source(most=2)

    with at_version(5):
        found = [source.read(name) for name in ("a", "b", "a", "c", "a", "b")]

    assert found == ["a 1", "b 2", "a 1", "c 3", "a 1", "b 4"]


def test_what_is_too_heavy_is_not_kept():
    source = Source(most=2, weight=3)

    with at_version(5):
        assert [source.read("a"), source.read("a")] == ["a 1", "a 2"]


@pytest.mark.django_db(transaction=True)
def test_pages_tell_what_they_would_if_nothing_were_kept(client, monkeypatch):
    asked = make_round()
    activity = make_activity(plan=asked.plan)
    update = make_update(activity=activity, period=asked)
    gone = make_activity(plan=asked.plan, commitment=activity.commitment)
    record = make_record_update(activity=make_activity(plan=asked.plan))
    disputed = make_record_update(activity=make_activity(plan=asked.plan))
    declared = make_declaration(commitment=activity.commitment, period=asked)
    elsewhere, reviewer = make_published_update(), make_reviewer()
    paths = [
        address(name, asked.plan.code)
        for name in ("plan", "commitments", "agencies", "updates")
    ]
    paths.append(address("agency", asked.plan.code, activity.agency.slug))
    paths.append(f"{paths[0]}?at={record.period.code}")
    reads, commitments = [], board._commitments
    monkeypatch.setattr(
        board, "_commitments", lambda *args: reads.append(args) or commitments(*args)
    )

    def submit(revision):
        workflow.submit(revision, by=revision.contributors.get())

    def publish(revision):
        workflow.publish(revision, by=reviewer)

    def withdraw(revision):
        workflow.withdraw(revision, by=reviewer, reason="No era exacto.")

    def correct(revision):
        correction = make_correction(revision, execution="completed", percent=None)
        submit(correction)
        publish(correction)

    told, were_read = [read(client, paths)], []
    for step in (
        lambda: submit(update),
        lambda: publish(update),
        lambda: correct(update),
        lambda: withdraw(ActivityUpdate.objects.get(activity=activity, revision=2)),
        lambda: (submit(declared), publish(declared)),
        lambda: withdraw(record),
        lambda: withdraw(elsewhere),
        lambda: make_approved_dispute(disputed),
        lambda: Agency.objects.filter(pk=activity.agency_id).update(acronym="NUEVA"),
        lambda: Activity.objects.filter(pk=gone.pk).delete(),
    ):
        step()
        reads.clear()
        kept = read(client, paths)
        were_read.append(bool(reads))
        BOARDS.empty()
        assert kept == read(client, paths)
        told.append(kept)

    # Each step but that in another plan changed what some page says, so an old board
    # would have been seen. Only what changed more than accounts made boards anew.
    changed = [before != after for before, after in pairwise(told)]
    assert changed == [True] * 6 + [False] + [True] * 3
    assert were_read == [False] * 7 + [True] * 3


@pytest.mark.django_db
def test_a_board_reads_no_table_whose_changes_it_is_not_told():
    update = make_published_update()
    make_published_declaration(commitment=update.activity.commitment)
    untold = {apps.get_model("strategic_areas", name) for name in versions.ON_NO_BOARD}

    with CaptureQueriesContext(connection) as asked:
        found = board.load(plans.by_code(update.plan.code), update.period.ends_on)

    assert [len(row.activities) for row in found.rows] == [1]
    read_of = " ".join(query["sql"] for query in asked)
    assert "activityupdate" in read_of
    assert [each for each in untold if f'"{each._meta.db_table}"' in read_of] == []


def read(client, paths):
    return [client.get(path).content for path in paths]
