"""The boards of plans that are kept, and follow the accounts that changed."""

import random
from collections import Counter
from contextlib import nullcontext
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agencies.models import Agency, AgencyName
from strategic_areas import workflow
from strategic_areas.addresses import address
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    CommitmentUpdate,
    PublicationVersion,
)
from strategic_areas.queries.plan import board, plans, submissions
from strategic_areas.queries.prepared import BOARDS, at_version
from strategic_areas.triggers import versions
from strategic_areas.workflow import TransitionError
from tests.deep import DEEP, SEED
from tests.factories import (
    make_activity,
    make_approved_dispute,
    make_correction,
    make_declaration,
    make_focal_point,
    make_indicator,
    make_period,
    make_plan,
    make_published_declaration,
    make_published_update,
    make_record_update,
    make_reviewer,
    make_round,
    make_update,
)


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
    paths = [address(name, asked.plan.code) for name in ("plan", "updates")]
    paths.append(address("agency", asked.plan.code, activity.agency.slug))
    reads, commitments = [], board.commitments_of
    monkeypatch.setattr(
        board, "commitments_of", lambda *args: reads.append(args) or commitments(*args)
    )

    def submit(revision):
        workflow.submit(revision, by=revision.contributors.get())

    def publish(revision):
        workflow.publish(revision, by=reviewer)

    def withdraw(revision):
        workflow.withdraw(revision, by=reviewer, cause="error")

    def correct(revision):
        correction = make_correction(revision, execution="completed", percent=None)
        submit(correction)
        publish(correction)

    told, were_read = [read(client, paths)], []
    steps = (
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
    )
    for number, step in enumerate(steps):
        step()
        reads.clear()
        told.append(read(client, paths))
        were_read.append(bool(reads))
        # Read anew after steps 3, 7 and 10 only: after the others it is enough that the
        # pages changed.
        if DEEP or number in {2, 6, 9}:
            BOARDS.empty()
            assert told[-1] == read(client, paths)

    # Each step but that in another plan changed what some page says, so an old board
    # would have been seen. Only what changed more than accounts made boards anew.
    changed = [before != after for before, after in pairwise(told)]
    assert changed == [True] * 6 + [False] + [True] * 3
    assert were_read == [False] * 7 + [True] * 3


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_pages_of_both_languages_share_what_is_kept(client):
    asked = make_round()
    activity = make_activity(plan=asked.plan, title_en="Install a register")
    make_published_update(activity=activity, period=asked)
    make_indicator(plan=asked.plan, agency=activity.agency, frequency="yearly")
    record = make_record_update(activity=make_activity(plan=asked.plan))
    named, agency = (activity.agency.slug,), activity.agency
    AgencyName.objects.create(
        agency=agency,
        ends_on=record.period.ends_on,
        **{"acronym": "ANTES", "name_es": "Nombre de antes", "name_en": "Former name"},
    )
    pages = {"plan": (), "commitments": (), "agencies": (), "agency": named}
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


#: How often each kind of change befalls the two plans; on PostgreSQL only what the
#: queries ask and the triggers tell can differ.
SHORT = 3 if connection.vendor == "sqlite" else 1
TIMES = 200 if DEEP else SHORT
#: So many times more at most, until each kind of change was possible once.
MORE = 20


class Happenings:
    """What befalls the accounts of two plans, drawn at random."""

    def __init__(self, draw):
        self.draw, self.reviewer = draw, make_reviewer()
        self.round = make_round()
        self.earlier = make_period(plan=self.round.plan, ends_on=date(2025, 6, 30))
        self.plan = self.round.plan
        self.activities = [make_activity(plan=self.plan) for _ in range(4)]
        for each in self.activities[:2]:
            more = make_activity(commitment=each.commitment, agency=each.agency)
            self.activities.append(more)
        other = make_round(plan=make_plan(code="otro"))
        self.activities.append(make_activity(plan=other.plan))
        self.rounds = {self.plan: self.round, other.plan: other}
        agencies = {each.agency for each in self.activities}
        agencies |= {each.commitment.lead for each in self.activities}
        self.people = {each: make_focal_point(agency=each) for each in agencies}
        for act in (self.report, self.publish, self.report, self.record):
            act()

    def of_status(self, status):
        models = (ActivityUpdate, CommitmentUpdate)
        found = [row for model in models for row in model.objects.filter(status=status)]
        return self.draw.choice(found)

    def report(self):
        activity = self.draw.choice(self.activities)
        update = make_update(
            activity=activity,
            period=self.rounds[activity.plan],
            by=self.people[activity.agency],
            percent=self.draw.randrange(1, 99),
        )
        workflow.submit(update, by=self.people[activity.agency])

    def declare(self):
        commitment = self.draw.choice(self.activities).commitment
        declared = make_declaration(
            commitment=commitment,
            period=self.rounds[commitment.plan],
            by=self.people[commitment.lead],
            result=self.draw.choice(["fulfilled", "in_part"]),
        )
        workflow.submit(declared, by=self.people[commitment.lead])

    def publish(self):
        workflow.publish(self.of_status("submitted"), by=self.reviewer)

    def give_back(self):
        given = self.of_status("submitted")
        workflow.give_back(given, by=self.reviewer, reason="Falta algo.")

    def correct(self):
        published = ActivityUpdate.objects.filter(status="published", origin="entered")
        correction = make_correction(
            self.draw.choice(list(published)), percent=self.draw.randrange(1, 99)
        )
        workflow.submit(correction, by=correction.contributors.get())
        workflow.publish(correction, by=self.reviewer)

    def withdraw(self):
        published = self.of_status("published")
        workflow.withdraw(published, by=self.reviewer, cause="error")

    def record(self):
        activity = self.draw.choice(self.activities[:-1])
        make_record_update(activity=activity, period=self.earlier)

    def dispute(self):
        records = ActivityUpdate.objects.filter(status="published", origin="record")
        make_approved_dispute(self.draw.choice(list(records)))

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
def test_a_board_that_is_followed_is_the_one_that_would_be_read():
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


def kept_by(counters):
    return at_version(counters.number, counters.structure)


def told_of(plan, earlier, *, is_kept):
    """What a board holds, and first days."""
    found = []
    with kept_by(PublicationVersion.counters()) if is_kept else nullcontext():
        found.append(board.load(plans.by_code(plan.code), timezone.localdate()))
        agency, periods = found[0].activities[0].activity.agency, found[0].periods
        given = [
            submissions.first_submissions(plan, *args)
            for args in ((None, periods), (agency, ()))
        ]
    return [given] + [
        [
            (
                row.commitment.pk,
                row.commitment.lead.acronym,
                row.commitment.is_disputed,
                row.standing,
                by_id(row.declarations),
                [
                    (
                        *(each.activity.pk, each.activity.due_on, each.standing),
                        *(each.activity.agency.acronym, each.activity.is_disputed),
                        *(by_id(each.reports), each.handed_in, each.owes(earlier)),
                    )
                    for each in row.activities
                ],
            )
            for row in each.rows
        ]
        for each in found
    ]


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
