"""The boards of plans that are kept for a publication version."""

import random
from collections import Counter
from contextlib import nullcontext
from datetime import date, timedelta
from threading import Event, Thread
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from agencies.models import Agency, AgencyName
from strategic_areas import workflow
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    CommitmentUpdate,
    PublicationVersion,
)
from strategic_areas.public_paths import public_path
from strategic_areas.queries.caching import PLAN_CACHE, ProgressCache, caching_version
from strategic_areas.queries.plan import plan_progress, plans
from strategic_areas.workflow import TransitionError
from strategic_areas.workflow.changes import dry_run
from tests import make
from tests.deep import DEEP, SEED

pytestmark = pytest.mark.both_databases

EMPTY = SimpleNamespace(activities=[])


class Reading:
    """Tells how often boards were read, each of as many activities."""

    def __init__(self, most=10, size=1):
        self.memory, self.size, self.times = ProgressCache(most), size, 0
        self.before = None

    def read(self, name="a"):
        def made(before):
            self.times += 1
            self.before = before and before.said
            said = f"{name} {self.times}"
            return SimpleNamespace(said=said, activities=[None] * self.size)

        return self.memory.get_or_load(name, made).said


#: Versions in which boards are asked for, None elsewhere than on public pages; what for
#: each, and the numbers of the readings that are told.
READINGS = {
    "once for a version": ({}, [5, 5, 6, 6], "aaaa", [1, 1, 2, 2]),
    "anew elsewhere": ({}, [5, None, None], "aaa", [1, 2, 3]),
    "anew by a slow page of an old version": ({}, [6, 5, 5, 6], "aaaa", [1, 2, 3, 1]),
    "anew after it gave way to others": (
        {"most": 2},
        [5] * 6,
        "abacab",
        [1, 2, 1, 3, 1, 4],
    ),
    "anew if it is too large": ({"most": 2, "size": 3}, [5, 5], "aa", [1, 2]),
}


@pytest.mark.parametrize("case", READINGS)
def test_a_board_is_read(case):
    limits, versions, names, numbers = READINGS[case]
    reading, found = Reading(**limits), []

    for version, name in zip(versions, names, strict=True):
        with caching_version(version) if version else nullcontext():
            found.append(reading.read(name))

    told = zip(names, numbers, strict=True)
    assert found == [f"{name} {number}" for name, number in told]


def test_what_reads_knows_the_board_of_the_version_before_alone():
    reading, found = Reading(), []

    for version, names in [(5, "a"), (6, "ab"), (7, "b"), (8, "ab")]:
        for name in names:
            with caching_version(version):
                reading.read(name)
            found.append(reading.before)

    assert found == [None, "a 1", None, "b 3", None, "b 4"]


def test_one_thread_reads_and_the_others_wait_for_what_it_reads():
    memory, found = ProgressCache(max_activities=10), []
    begun, may_end = Event(), Event()

    def read(before):
        begun.set()
        assert may_end.wait(10)
        return SimpleNamespace(activities=[None])

    def ask():
        with caching_version(5):
            found.append(memory.get_or_load("a", read))

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
    memory = ProgressCache(max_activities=10)

    def fail(before):
        raise ValueError("no board")

    with caching_version(5):
        with pytest.raises(ValueError, match="no board"):
            memory.get_or_load("a", fail)
        assert memory.get_or_load("a", lambda before: EMPTY) is EMPTY


@pytest.mark.django_db(transaction=True)
def test_pages_tell_what_they_would_if_nothing_were_kept(client):
    asked = make.round()
    activity = make.activity(plan=asked.plan)
    update = make.update(activity=activity, period=asked)
    gone = make.activity(plan=asked.plan, commitment=activity.commitment)
    record = make.record_update(activity=make.activity(plan=asked.plan))
    disputed = make.record_update(activity=make.activity(plan=asked.plan))
    declared = make.declaration(commitment=activity.commitment, period=asked)
    reviewer = make.reviewer()
    paths = [public_path(name, asked.plan.code) for name in ("plan", "updates")]
    paths.append(public_path("agency", asked.plan.code, activity.agency.slug))

    def publish(revision):
        workflow.submit(revision, by=revision.contributors.get())
        workflow.publish(revision, by=reviewer)

    def withdraw(revision):
        workflow.withdraw(revision, by=reviewer, cause="error")

    steps = (
        lambda: publish(update),
        lambda: publish(make.correction(update, execution="completed", percent=None)),
        lambda: withdraw(ActivityUpdate.objects.get(activity=activity, revision=2)),
        lambda: publish(declared),
        lambda: withdraw(record),
        lambda: make.approved_dispute(disputed),
        lambda: Agency.objects.filter(pk=activity.agency_id).update(acronym="NUEVA"),
        lambda: Activity.objects.filter(pk=gone.pk).delete(),
    )
    before = read(client, paths)
    for number, step in enumerate(steps):
        step()
        kept = read(client, paths)
        PLAN_CACHE.empty()
        assert kept == read(client, paths), number
        # Each step changes what some page says, so an old board would have been seen.
        assert kept != before, number
        before = kept


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_tried_and_undone_leaves_no_board(client):
    """The next publication takes the very version that was undone."""
    asked = make.round()
    activity = make.activity(plan=asked.plan, title_es="Como está escrito")
    path = public_path("plan", asked.plan.code)
    client.get(path)

    with dry_run():
        Activity.objects.filter(pk=activity.pk).update(title_es="Solo a prueba")
        (tried,) = plan_progress.load_plan_progress(
            asked.plan, timezone.localdate()
        ).activities
        assert tried.activity.title_es == "Solo a prueba"
    make.published_update(activity=activity, period=asked)
    client.get(path)

    kept = [row for each in PLAN_CACHE._entries.values() for row in each.activities]
    assert {row.activity.title_es for row in kept} == {"Como está escrito"}


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_pages_of_both_languages_share_a_board(client):
    asked = make.round()
    activity = make.activity(plan=asked.plan, title_en="Install a register")
    make.published_update(activity=activity, period=asked)
    make.indicator(plan=asked.plan, agency=activity.agency, frequency="yearly")
    record = make.record_update(activity=make.activity(plan=asked.plan))
    AgencyName.objects.create(
        agency=activity.agency,
        ends_on=record.period.ends_on,
        **{"acronym": "ANTES", "name_es": "Nombre de antes", "name_en": "Former name"},
    )
    pages = {"plan": (), "commitments": (), "agencies": ()}
    pages["agency"] = (activity.agency.slug,)
    spanish, english = (
        [
            public_path(name, asked.plan.code, *args, language=language)
            for name, args in pages.items()
        ]
        for language in ("es", "en")
    )

    first_in_spanish, then_in_english = read(client, spanish), read(client, english)
    PLAN_CACHE.empty()
    first_in_english, then_in_spanish = read(client, english), read(client, spanish)

    assert (then_in_spanish, then_in_english) == (first_in_spanish, first_in_english)
    # Each page was there, in two languages that differ.
    assert len({*first_in_spanish, *first_in_english}) == len(pages) * 2


@pytest.mark.django_db
def test_after_a_report_only_the_rows_of_its_commitment_are_made_anew():
    asked = make.round()
    told, other = (make.activity(plan=asked.plan) for _ in range(2))
    plan, today = asked.plan, asked.ends_on
    before = plan_progress._load(plan, today, None)
    make.published_update(activity=told, period=asked)

    after = plan_progress._load(plan, today, before)
    assert rows_of(after) == rows_of(plan_progress._load(plan, today, None))
    assert [new is old for new, old in zip(after.rows, before.rows, strict=True)] == [
        row.commitment.pk != told.commitment_id for row in before.rows
    ]

    Agency.objects.filter(pk=other.agency_id).update(acronym="OTRA")
    renamed = plan_progress._load(plan, today, after)
    assert "OTRA" in [each.activity.agency.acronym for each in renamed.activities]


def rows_of(found):
    return [
        (row.commitment, row.summary, [(a.summary, a.reports) for a in row.activities])
        for row in found.rows
    ]


#: How often each kind of change befalls the two plans; on PostgreSQL only what the
#: queries ask can differ.
SHORT = 3 if connection.vendor == "sqlite" else 1
TIMES = 200 if DEEP else SHORT
#: So many times more at most, until each kind of change was possible once.
MORE = 20


class Happenings:
    def __init__(self, draw):
        self.draw, self.reviewer = draw, make.reviewer()
        self.round = make.round()
        self.earlier = make.period(plan=self.round.plan, ends_on=date(2025, 6, 30))
        self.plan = self.round.plan
        self.activities = [make.activity(plan=self.plan) for _ in range(4)]
        for each in self.activities[:2]:
            more = make.activity(commitment=each.commitment, agency=each.agency)
            self.activities.append(more)
        other = make.round(plan=make.plan(code="otro"))
        self.activities.append(make.activity(plan=other.plan))
        self.rounds = {self.plan: self.round, other.plan: other}
        agencies = {each.agency for each in self.activities}
        agencies |= {each.commitment.lead for each in self.activities}
        self.people = {each: make.focal_point(agency=each) for each in agencies}
        for act in (self.report, self.publish, self.report, self.record):
            act()

    def of_status(self, status):
        models = (ActivityUpdate, CommitmentUpdate)
        found = [row for model in models for row in model.objects.filter(status=status)]
        return self.draw.choice(found)

    def report(self):
        activity = self.draw.choice(self.activities)
        make.submitted_update(
            activity=activity,
            period=self.rounds[activity.plan],
            by=self.people[activity.agency],
            percent=self.draw.randrange(1, 99),
        )

    def declare(self):
        commitment = self.draw.choice(self.activities).commitment
        make.submitted_declaration(
            commitment=commitment,
            period=self.rounds[commitment.plan],
            by=self.people[commitment.lead],
            result=self.draw.choice(["fulfilled", "in_part"]),
        )

    def publish(self):
        workflow.publish(self.of_status("submitted"), by=self.reviewer)

    def give_back(self):
        given = self.of_status("submitted")
        workflow.return_to_agency(given, by=self.reviewer, reason="Falta algo.")

    def correct(self):
        published = ActivityUpdate.objects.filter(status="published", origin="entered")
        correction = make.correction(
            self.draw.choice(list(published)), percent=self.draw.randrange(1, 99)
        )
        workflow.submit(correction, by=correction.contributors.get())
        workflow.publish(correction, by=self.reviewer)

    def withdraw(self):
        published = self.of_status("published")
        workflow.withdraw(published, by=self.reviewer, cause="error")

    def record(self):
        activity = self.draw.choice(self.activities[:-1])
        make.record_update(activity=activity, period=self.earlier)

    def dispute(self):
        records = ActivityUpdate.objects.filter(status="published", origin="record")
        make.approved_dispute(self.draw.choice(list(records)))

    def rename(self):
        agency = self.draw.choice([*self.people])
        Agency.objects.filter(pk=agency.pk).update(acronym=self.draw.choice("ABC"))

    def move(self):
        activity = self.draw.choice(self.activities)
        days = self.draw.randrange(400)
        Activity.objects.filter(pk=activity.pk).update(
            due_on=date(2025, 1, 1) + timedelta(days=days), due_provenance="plan"
        )


@pytest.mark.django_db(transaction=True)
def test_a_board_that_is_kept_is_the_one_that_would_be_read():
    draw = random.Random(SEED)  # noqa: S311 - no secret
    world, done = Happenings(draw), Counter()
    acts = [
        *(world.report, world.declare, world.publish, world.publish, world.correct),
        *(world.give_back, world.withdraw, world.record, world.dispute),
        *(world.rename, world.move),
    ]

    kinds = {act.__name__ for act in acts}

    for time in range(TIMES + MORE):
        if time >= TIMES and done.keys() == kinds:
            break
        for act in draw.sample(acts, len(acts)):
            try:
                with transaction.atomic():
                    act()
            except (IndexError, IntegrityError, TransitionError, ValidationError):
                continue  # no record is in a state in which this could happen to it
            done[act.__name__] += 1
            assert told_of(world.plan, world.earlier, is_kept=True) == told_of(
                world.plan, world.earlier, is_kept=False
            )

    assert done.keys() == kinds


def by_id(accounts):
    """Sorted accounts: a query without an order returns its rows in any."""
    return sorted(accounts, key=lambda each: each.pk)


def told_of(plan, earlier, *, is_kept):
    kept = caching_version(PublicationVersion.current()) if is_kept else nullcontext()
    with kept:
        found = plan_progress.load_plan_progress(
            plans.plan_by_code(plan.code), timezone.localdate()
        )
    return [
        (
            row.commitment.pk,
            row.commitment.lead.acronym,
            row.commitment.is_disputed,
            row.summary,
            by_id(row.declarations),
            [
                (
                    *(each.activity.pk, each.activity.due_on, each.summary),
                    *(each.activity.agency.acronym, each.activity.is_disputed),
                    *(by_id(each.reports), each.in_review, each.owes(earlier)),
                )
                for each in row.activities
            ],
        )
        for row in found.rows
    ]


@pytest.mark.sqlite
@pytest.mark.django_db
def test_a_board_has_all_that_pages_tell_of_activities(client):
    asked = make.round()
    activity = make.activity(plan=asked.plan)

    (row,) = plan_progress.load_plan_progress(asked.plan, asked.ends_on).activities

    assert row.activity.get_deferred_fields().isdisjoint(plan_progress.ACTIVITY_COLUMNS)
    assert row.activity.title == activity.title


def read(client, paths):
    return [client.get(path).content for path in paths]
