"""What an agency's state in a round is, how it kept the due dates, who reads it."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from strategic_areas import compliance, workflow
from strategic_areas.compliance import (
    AgencyRoundState,
    ReportStatus,
    Timeliness,
    is_owed,
)
from strategic_areas.models import ReportingPeriod
from strategic_areas.progress import ActivityReport
from strategic_areas.public_paths import public_path
from strategic_areas.queries import rounds
from strategic_areas.queries.plan import plan_progress, submissions
from tests import make
from tests.costs import costs
from tests.strategic_areas.asked import (
    CLOSES,
    DUE,
    OPENS,
    give_back,
    make_asked,
    make_person,
    on,
    release,
    submit,
)

pytestmark = pytest.mark.django_db


# State and promptness


@pytest.mark.parametrize(
    ("standings", "state"),
    [
        ([], AgencyRoundState.NOT_ASKED),
        (["nothing", "nothing"], AgencyRoundState.NOTHING),
        (["nothing", "drafted"], AgencyRoundState.IN_PROGRESS),
        (["nothing", "submitted"], AgencyRoundState.IN_PROGRESS),
        (["nothing", "published"], AgencyRoundState.IN_PROGRESS),
        (["submitted", "published"], AgencyRoundState.SUBMITTED),
        (["returned", "published"], AgencyRoundState.RETURNED),
        (["published", "published"], AgencyRoundState.PUBLISHED),
    ],
)
def test_an_agencys_state_follows_from_how_its_reports_stand(standings, state):
    assert compliance.agency_round_state(map(ReportStatus, standings)) == state


@pytest.mark.parametrize(
    ("days", "today", "expected"),
    [
        ([], CLOSES, Timeliness.NOT_ASKED),
        ([None], DUE, Timeliness.PENDING),
        ([DUE, None], DUE, Timeliness.PENDING),
        ([DUE, OPENS], OPENS, Timeliness.ON_TIME),
        ([DUE + timedelta(days=1)], CLOSES, Timeliness.LATE),
        ([DUE, None], CLOSES, Timeliness.LATE),
        ([None, None], DUE + timedelta(days=1), Timeliness.SILENT),
    ],
)
def test_on_time_means_everything_submitted_by_the_due_date(days, today, expected):
    assert compliance.timeliness_of(DUE, days, today) == expected


def kept(activity, day=CLOSES):
    release(activity.plan)
    loaded = plan_progress.load_plan_progress(activity.plan, day, activity.agency)
    asked = rounds.obligations_in(loaded, rounds.opened_rounds(loaded.periods, day))
    return rounds.compliance_of(rounds.scorecards(activity.agency, asked, day))


def test_on_time_counts_the_first_submission_and_never_the_publication():
    activity, period = make_asked()
    person = make_person(activity.agency)
    update = submit(activity, period, DUE, person)
    give_back(update, DUE + timedelta(days=2))
    with on(DUE + timedelta(days=9)):
        workflow.submit(update, by=person)
        workflow.publish(update, by=make.reviewer())

    assert kept(activity) == compliance.ComplianceCounts(on_time=1, late=0, silent=0)


def test_the_day_of_a_submission_is_that_of_santo_domingo():
    activity, period = make_asked()
    person = make_person(activity.agency)
    with time_machine.travel(datetime(2025, 5, 1, 3, 59, tzinfo=UTC), tick=False):
        # One minute to midnight of the due day.
        make.submitted_update(activity=activity, period=period, by=person)

    assert kept(activity) == compliance.ComplianceCounts(on_time=1, late=0, silent=0)


def test_late_and_silent_are_told_apart():
    activity, period = make_asked()
    silent = make.activity(plan=activity.plan)
    submit(activity, period, DUE + timedelta(days=1), make_person(activity.agency))

    assert kept(activity) == compliance.ComplianceCounts(on_time=0, late=1, silent=0)
    assert kept(silent) == compliance.ComplianceCounts(on_time=0, late=0, silent=1)


def test_demonstrations_and_rounds_still_running_never_count():
    activity, _period = make_asked(is_demonstration=True)
    make.round(plan=activity.plan, opens_on=OPENS, due_on=CLOSES, closes_on=CLOSES)

    assert kept(activity) == compliance.ComplianceCounts(on_time=0, late=0, silent=0)


def test_the_secretariats_review_time_is_a_median_of_real_rounds():
    assert submissions.median_review_days() is None
    waits = []
    for days in (2, 4, 30):
        activity, period = make_asked()
        update = submit(activity, period, OPENS, make_person(activity.agency))
        give_back(update, OPENS + timedelta(days=days))
        waits.append(days)
    activity, period = make_asked(is_demonstration=True)
    update = submit(activity, period, OPENS, make_person(activity.agency))
    give_back(update, OPENS + timedelta(days=1))
    waiting, open_round = make_asked()
    submit(waiting, open_round, OPENS, make_person(waiting.agency))

    assert (waits, submissions.median_review_days()) == ([2, 4, 30], 4)


# What the public reads


def test_the_public_page_of_an_agency_tells_how_it_kept_due_dates(client):
    activity, period = make_asked()
    make.round(
        plan=activity.plan,
        starts_on=date(2025, 4, 1),
        ends_on=date(2025, 6, 30),
        opens_on=date(2025, 7, 1),
        due_on=date(2025, 7, 15),
        closes_on=date(2025, 7, 30),
    )
    submit(activity, period, DUE, make_person(activity.agency))
    release(activity.plan)

    with on(date(2025, 8, 1)):
        page = client.get(
            public_path("agency", activity.plan.code, activity.agency.slug)
        )

    assert page.context["page"].compliance == compliance.ComplianceCounts(1, 0, 1)


def test_the_methodology_page_tells_the_secretariats_own_time(client):
    activity, period = make_asked()
    update = submit(activity, period, OPENS, make_person(activity.agency))
    give_back(update, OPENS + timedelta(days=3))

    page = client.get(public_path("methodology"))

    assert page.context["review_days"] == 3


# The secretariat's table


def table(client, day=DUE, **query):
    with on(day):
        client.force_login(make.reviewer())
        response = client.get(reverse("admin:rounds"), query)
    return response.context["rows"], response.content.decode()


def test_the_table_tells_what_each_agency_has_done(client):
    activity, period = make_asked()
    make.activity(plan=activity.plan, agency=activity.agency)
    submit(activity, period, date(2025, 4, 5), make_person(activity.agency))

    ((row,), _page) = table(client)

    (entry,) = row["entries"]
    agency_round = entry["agency_round"]
    assert agency_round.state == "in_progress"
    assert (len(agency_round.submitted), len(agency_round.items)) == (1, 2)
    assert f"period__id__exact={period.pk}" in entry["address"]


def test_the_table_costs_the_same_for_1_and_for_many_agencies(client):
    activity, _period = make_asked()

    with on(DUE):
        client.force_login(make.reviewer())
        few, many = costs(
            lambda: client.get(reverse("admin:rounds")),
            lambda: make.activity(plan=activity.plan),
        )

    assert few == many


#: The period of the last report, and the day on which it ended.
EARLIER = (1, date(2025, 12, 31))


@pytest.mark.parametrize(
    ("state", "told_in", "starts_on", "owed"),
    [
        ("in_progress", EARLIER, None, True),
        (None, None, date(2026, 3, 31), True),
        (None, None, date(2026, 4, 1), False),
        ("cancelled", EARLIER, None, True),
        ("suspended", EARLIER, None, True),
        ("completed", EARLIER, None, False),
        ("completed", (1, date(2026, 3, 31)), None, False),
        ("completed", (1, date(2026, 4, 1)), None, True),
        ("completed", (2, date(2026, 3, 31)), None, True),
    ],
)
def test_a_round_asks_for_what_has_begun_and_was_not_over(
    state, told_in, starts_on, owed
):
    asked = ReportingPeriod(pk=2, ends_on=date(2026, 3, 31))
    said = []
    if state:
        period, ends_on = told_in
        said = [
            ActivityReport(execution=state, period_id=period, period_ends_on=ends_on)
        ]

    assert is_owed(said, starts_on, asked) is owed
