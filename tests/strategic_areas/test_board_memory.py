"""The boards of plans that are kept for a publication version."""

from threading import Event, Thread
from types import SimpleNamespace

import pytest

from agencies.models import Agency, AgencyName
from strategic_areas import workflow
from strategic_areas.addresses import address
from strategic_areas.models import Activity, ActivityUpdate
from strategic_areas.queries.memory import BOARDS, BoardMemory, at_version
from strategic_areas.queries.plan import board
from tests.factories import (
    make_activity,
    make_approved_dispute,
    make_correction,
    make_declaration,
    make_indicator,
    make_published_update,
    make_record_update,
    make_reviewer,
    make_round,
    make_update,
)

EMPTY = SimpleNamespace(activities=[])


class Reading:
    """Tells how often boards were read, each of as many activities."""

    def __init__(self, most=10, size=1):
        self.memory, self.size, self.times = BoardMemory(most), size, 0
        self.before = None

    def read(self, name="a"):
        def made(before):
            self.times += 1
            self.before = before and before.said
            said = f"{name} {self.times}"
            return SimpleNamespace(said=said, activities=[None] * self.size)

        return self.memory.board(name, made).said


def test_a_board_is_read_once_for_a_version():
    reading, found = Reading(), []

    for version in (5, 5, 6, 6):
        with at_version(version):
            found.append(reading.read())

    assert found == ["a 1", "a 1", "a 2", "a 2"]


def test_what_reads_knows_the_board_of_the_version_before_alone():
    reading, found = Reading(), []

    for version, names in [(5, "a"), (6, "ab"), (7, "b"), (8, "ab")]:
        for name in names:
            with at_version(version):
                reading.read(name)
            found.append(reading.before)

    assert found == [None, "a 1", None, "b 3", None, "b 4"]


def test_elsewhere_than_on_public_pages_a_board_is_read_anew():
    reading = Reading()
    with at_version(5):
        reading.read()

    assert [reading.read(), reading.read()] == ["a 2", "a 3"]


def test_a_slow_page_of_an_old_version_changes_nothing_for_a_newer_one():
    reading = Reading()
    with at_version(6):
        reading.read()

    with at_version(5):
        old = [reading.read(), reading.read()]
    with at_version(6):
        assert (old, reading.read()) == (["a 2", "a 3"], "a 1")


def test_the_board_that_was_used_longest_ago_gives_way():
    reading = Reading(most=2)

    with at_version(5):
        found = [reading.read(name) for name in ("a", "b", "a", "c", "a", "b")]

    assert found == ["a 1", "b 2", "a 1", "c 3", "a 1", "b 4"]


def test_a_board_of_too_many_activities_is_not_kept():
    reading = Reading(most=2, size=3)

    with at_version(5):
        assert [reading.read(), reading.read()] == ["a 1", "a 2"]


def test_one_thread_reads_and_the_others_wait_for_what_it_reads():
    memory, begun, may_end, found = BoardMemory(most=10), Event(), Event(), []

    def read(before):
        begun.set()
        assert may_end.wait(10)
        return SimpleNamespace(activities=[None])

    def ask():
        with at_version(5):
            found.append(memory.board("a", read))

    threads = [Thread(target=ask) for _ in range(3)]
    threads[0].start()
    assert begun.wait(10)
    begun.clear()
    for thread in threads[1:]:
        thread.start()
    may_end.set()
    for thread in threads:
        thread.join(10)

    assert len(found) == 3
    assert len({id(each) for each in found}) == 1
    assert not begun.is_set()


def test_after_a_fault_the_next_reader_reads():
    memory = BoardMemory(most=10)

    def fail(before):
        raise ValueError("no board")

    with at_version(5):
        with pytest.raises(ValueError, match="no board"):
            memory.board("a", fail)
        assert memory.board("a", lambda before: EMPTY) is EMPTY


@pytest.mark.django_db(transaction=True)
def test_pages_tell_what_they_would_if_nothing_were_kept(client):
    asked = make_round()
    activity = make_activity(plan=asked.plan)
    update = make_update(activity=activity, period=asked)
    gone = make_activity(plan=asked.plan, commitment=activity.commitment)
    record = make_record_update(activity=make_activity(plan=asked.plan))
    disputed = make_record_update(activity=make_activity(plan=asked.plan))
    declared = make_declaration(commitment=activity.commitment, period=asked)
    reviewer = make_reviewer()
    paths = [address(name, asked.plan.code) for name in ("plan", "updates")]
    paths.append(address("agency", asked.plan.code, activity.agency.slug))

    def publish(revision):
        workflow.submit(revision, by=revision.contributors.get())
        workflow.publish(revision, by=reviewer)

    def withdraw(revision):
        workflow.withdraw(revision, by=reviewer, cause="error")

    steps = (
        lambda: publish(update),
        lambda: publish(make_correction(update, execution="completed", percent=None)),
        lambda: withdraw(ActivityUpdate.objects.get(activity=activity, revision=2)),
        lambda: publish(declared),
        lambda: withdraw(record),
        lambda: make_approved_dispute(disputed),
        lambda: Agency.objects.filter(pk=activity.agency_id).update(acronym="NUEVA"),
        lambda: Activity.objects.filter(pk=gone.pk).delete(),
    )
    before = read(client, paths)
    for number, step in enumerate(steps):
        step()
        kept = read(client, paths)
        BOARDS.empty()
        assert kept == read(client, paths), number
        # Each step changes what some page says, so an old board would have been seen.
        assert kept != before, number
        before = kept


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_pages_of_both_languages_share_a_board(client):
    asked = make_round()
    activity = make_activity(plan=asked.plan, title_en="Install a register")
    make_published_update(activity=activity, period=asked)
    make_indicator(plan=asked.plan, agency=activity.agency, frequency="yearly")
    record = make_record_update(activity=make_activity(plan=asked.plan))
    AgencyName.objects.create(
        agency=activity.agency,
        ends_on=record.period.ends_on,
        **{"acronym": "ANTES", "name_es": "Nombre de antes", "name_en": "Former name"},
    )
    pages = {"plan": (), "commitments": (), "agencies": ()}
    pages["agency"] = (activity.agency.slug,)
    spanish, english = (
        [
            address(name, asked.plan.code, *args, language=language)
            for name, args in pages.items()
        ]
        for language in ("es", "en")
    )

    first_in_spanish, then_in_english = read(client, spanish), read(client, english)
    BOARDS.empty()
    first_in_english, then_in_spanish = read(client, english), read(client, spanish)

    assert (then_in_spanish, then_in_english) == (first_in_spanish, first_in_english)
    # Each page was there, in two languages that differ.
    assert len({*first_in_spanish, *first_in_english}) == len(pages) * 2


@pytest.mark.django_db
def test_after_a_report_only_the_rows_of_its_commitment_are_made_anew():
    asked = make_round()
    told, other = (make_activity(plan=asked.plan) for _ in range(2))
    plan, today = asked.plan, asked.ends_on
    before = board._read(plan, today, None)
    make_published_update(activity=told, period=asked)

    after = board._read(plan, today, before)
    assert rows_of(after) == rows_of(board._read(plan, today, None))
    assert [new is old for new, old in zip(after.rows, before.rows, strict=True)] == [
        row.commitment.pk != told.commitment_id for row in before.rows
    ]

    Agency.objects.filter(pk=other.agency_id).update(acronym="OTRA")
    renamed = board._read(plan, today, after)
    assert "OTRA" in [each.activity.agency.acronym for each in renamed.activities]


def rows_of(found):
    return [
        (
            row.commitment,
            row.standing,
            [(a.standing, a.reports) for a in row.activities],
        )
        for row in found.rows
    ]


@pytest.mark.sqlite
@pytest.mark.django_db
def test_a_board_has_all_that_pages_tell_of_activities(client):
    asked = make_round()
    activity = make_activity(plan=asked.plan)

    (row,) = board.load(asked.plan, asked.ends_on).activities

    assert row.activity.get_deferred_fields().isdisjoint(board.LISTED)
    assert row.activity.title == activity.title


def read(client, paths):
    return [client.get(path).content for path in paths]
