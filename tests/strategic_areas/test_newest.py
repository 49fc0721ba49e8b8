"""Which of several accounts is the newest: one order, wherever it is asked."""

from datetime import UTC, date, datetime
from itertools import product

import pytest

from agencies.folding import fold
from strategic_areas.commitment_states import recency_of
from strategic_areas.models import ActivityUpdate, Provenance, RevisionStatus
from strategic_areas.queries import search_texts
from strategic_areas.queries.pages import commitments
from strategic_areas.queries.pages.commitments import Supersessions
from strategic_areas.queries.plan import counted_updates, plan_progress
from strategic_areas.queries.updates import filtered_updates, public_updates
from tests import make
from tests.strategic_areas.test_register import walk

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

YEAR_END = date(2025, 12, 31)
TODAY = date(2026, 6, 1)


@pytest.fixture
def activity():
    """
    A dated source and then the agency tell of periods that end on one day.

    The source says that the work goes on, the agency that it is completed.
    """
    activity = make.activity()
    make.record_update(
        activity=activity,
        period=make.period(plan=activity.plan, ends_on=YEAR_END),
        execution="in_progress",
        reported_on=date(2025, 11, 15),
    )
    make.published_update(
        activity=activity,
        period=make.round(plan=activity.plan, ends_on=YEAR_END),
        execution="completed",
        percent=100,
        narrative_es="La obra se entregó.",
    )
    return activity


@pytest.mark.sqlite
def test_the_public_page_shows_the_account_by_which_the_work_stands(client, activity):
    page = client.get(activity.commitment.get_absolute_url())

    (shown,) = page.context["page"].activities
    assert shown.row.summary.state == "completed"
    assert shown.latest.state == "completed"
    text = page.content.decode()
    row, line = text.split("<tbody>")[1].split('class="time-line"')
    assert "family--met" in row
    assert line.index("La obra se entregó.") < line.index("Una fuente pública")


def test_every_list_begins_with_the_account_by_which_the_work_stands(activity):
    plan = activity.plan
    (row,) = plan_progress.load_plan_progress(plan, TODAY).rows

    commitment = commitments.commitment_by_code(plan.code, activity.commitment.code)
    page = commitments.load_commitment_page(commitment, Supersessions(plan), TODAY)
    firsts = [
        filtered_updates.load_update_page(plan, {}, 100).updates[0],
        filtered_updates.load_update_page(plan, {}, 1).updates[0],
        next(each.update for each in page.events if each.update),
    ]

    assert row.activities[0].summary.state == "completed"
    assert [entry.state for entry in firsts] == ["completed"] * 3
    found = [
        each for each in search_texts.documents_of_records() if each.kind == "update"
    ]
    found = [each for each in found if each.address.spanish[0] == plan.code]
    found.sort(key=lambda each: each.order)
    assert [each.address.spanish[1] for each in found] == [
        entry.public_id
        for entry in filtered_updates.load_update_page(plan, {}, 100).updates
    ]


#: Two seconds, of which the first is still the day before in Santo Domingo.
MIDNIGHT = [
    datetime(2026, 1, 1, 3, 59, 59, tzinfo=UTC),
    datetime(2026, 1, 1, 4, 0, 0, tzinfo=UTC),
]


@pytest.fixture(scope="module")
def stored(lasting):
    plan = make.plan()
    commitment = make.commitment(plan=plan)
    periods = [
        make.period(plan=plan, ends_on=day)
        for day in (YEAR_END, date(2026, 6, 30))
        for _ in range(2)
    ]
    combinations = list(
        product(
            periods,
            [None, YEAR_END, date(2026, 1, 1)],
            [None, *MIDNIGHT],
            [Provenance.REPORTED, Provenance.PRESS],
            [1, 2],
        )
    )
    combinations = combinations[1::2] + combinations[::2]
    by = make.reviewer()
    return ActivityUpdate.objects.bulk_create(
        ActivityUpdate(
            plan=plan,
            activity=make.activity(commitment=commitment),
            agency=commitment.lead,
            period=period,
            reported_on=reported_on,
            submitted_at=submitted_at,
            provenance=provenance,
            origin="entered" if provenance == Provenance.REPORTED else "record",
            revision=revision,
            status=RevisionStatus.PUBLISHED,
            published_at=MIDNIGHT[0],
            published_by=by,
            public_id=f"word{number}",
            execution="in_progress",
            narrative_es="Se hizo.",
        )
        for number, (
            period,
            reported_on,
            submitted_at,
            provenance,
            revision,
        ) in enumerate(combinations)
    )


def test_the_database_sorts_accounts_as_the_rule_does(stored):
    sorted_there = list(ActivityUpdate.objects.newest_first())

    assert sorted_there == sorted(stored, key=recency_of, reverse=True)


def test_an_account_is_as_old_as_a_row_as_an_entry_and_in_a_count(stored):
    rows = list(ActivityUpdate.objects.order_by("pk"))
    in_count = counted_updates.rows_of_reports_counted_or_in_review().order_by("pk")
    assert rows == stored

    for row, entry, light in zip(
        rows, public_updates.build_published_updates(rows), in_count, strict=True
    ):
        report = counted_updates.build_report(light, row.period)
        assert row.recency == entry.recency == report.recency


def name_of(row):
    """The name by which a report is sorted; none of what public sources tell."""
    return fold(row.agency.name) if row.origin == "entered" else ""


@pytest.mark.sqlite
def test_the_record_tells_periods_then_sources_then_agencies_on_and_back(stored):
    plan = stored[0].plan
    rightly = sorted(stored, key=recency_of, reverse=True)
    rightly.sort(key=lambda row: (row.origin == "entered", name_of(row)))
    rightly.sort(key=lambda row: (row.period.ends_on, row.period_id), reverse=True)
    told = [entry for page in walk(plan, {}, 20) for entry in page.updates]
    back = filtered_updates.load_update_page(plan, {}, 20, (rightly[-1], True))

    assert [entry.pk for entry in told] == [row.pk for row in rightly]
    assert list(back.updates) == told[-21:-1]
