"""A round's state as a table and a workbook, and the reminder to one agency."""

import io
from datetime import timedelta

import pytest
import time_machine
from django.core import mail as outbox
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from agencies.audit import AuditEntry, Event
from agencies.mail import DEMONSTRATION_MAIL_DOMAIN, Mail
from strategic_areas import workflow
from strategic_areas.compliance import ReportStatus
from strategic_areas.desk.report.views import STATUS_WORDS, report_status_tables
from tests import make
from tests.costs import costs
from tests.strategic_areas.asked import on

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("same_day")]

TODAY = timezone.localdate()
DAY = timedelta(days=1)
LATE = {
    "opens_on": TODAY - 9 * DAY,
    "due_on": TODAY - DAY,
    "closes_on": TODAY + 9 * DAY,
}


@pytest.fixture(scope="module")
def late_round(lasting):
    with on(TODAY):
        plan = make.plan()
        period = make.round(plan=plan, **LATE)
        writes, silent = make.agency(acronym="ESCRIBE"), make.agency(acronym="CALLA")
        author = make.focal_point(agency=writes)
        made = {
            ReportStatus.DRAFTED: make.update,
            ReportStatus.SUBMITTED: make.submitted_update,
            ReportStatus.PUBLISHED: make.published_update,
        }
        activities = {}
        for standing, maker in made.items():
            activities[standing] = make.activity(plan=plan, agency=writes)
            maker(activity=activities[standing], period=period, by=author)
        activities[ReportStatus.NOTHING] = make.activity(
            plan=plan, agency=silent, title_es="=1+1"
        )
        return period, activities, silent


def press(client, period, agency):
    return client.post(reverse("admin:round_remind", args=[period.pk, agency.slug]))


def test_the_table_tells_how_each_report_stands(late_round):
    period, activities, _ = late_round

    (table,) = report_status_tables(period, TODAY)

    told = {row[1]: row[3] for row in table.rows}
    assert told == {
        activity.code: str(STATUS_WORDS[standing])
        for standing, activity in activities.items()
    }
    assert [row[0] for row in table.rows][0] == "CALLA"
    # Not "late or in part", which tells of all that an agency was asked.
    assert {row[5] for row in table.rows} == {"Tarde", "Sin respuesta"}


def test_the_workbook_holds_the_table_and_no_formula(client, reviewer, late_round):
    period, activities, _ = late_round

    answer = client.get(reverse("admin:round_workbook", args=[period.pk]))

    sheet = load_workbook(io.BytesIO(answer.content)).active
    lines = list(sheet.iter_rows(values_only=True))
    assert len(lines) == 1 + len(activities)
    assert "'=1+1" in {line[2] for line in lines}
    assert (sheet.page_setup.orientation, sheet.print_title_rows) == (
        "landscape",
        "$1:$1",
    )
    assert AuditEntry.objects.filter(event=Event.EXPORTED, actor=reviewer).count() == 1


def test_the_table_costs_the_same_at_any_length(late_round):
    period, *_ = late_round

    few, many = costs(
        lambda: report_status_tables(period, TODAY),
        lambda: make.activity(plan=period.plan, agency=make.agency()),
    )

    assert few == many


def test_silent_agencies_are_named_after_the_due_date(client, reviewer, late_round):
    period, _, silent = late_round
    page = reverse("admin:round", args=[period.pk])

    late = client.get(page).context["silent"]
    type(period).objects.filter(pk=period.pk).update(due_on=TODAY)
    in_time = client.get(page).context["silent"]

    assert (late, in_time) == ([silent.acronym], [])


def test_a_press_reminds_an_agency_once_a_day(client, reviewer, late_round):
    period, activities, silent = late_round
    person = make.focal_point(agency=silent)

    for _ in range(2):
        press(client, period, silent)

    (mail,) = Mail.objects.filter(kind="asked")
    assert mail.to == person.email
    assert activities[ReportStatus.NOTHING].code in mail.text
    assert reverse("admin:sheet", args=[period.pk, silent.slug]) in mail.text
    (entry,) = AuditEntry.objects.filter(event=Event.ROUND_REMINDED)
    assert (entry.actor, entry.agency) == (reviewer, "CALLA")
    assert outbox.outbox == []
    with time_machine.travel(timezone.now() + DAY):
        client.force_login(reviewer)
        press(client, period, silent)
    assert Mail.objects.filter(kind="asked").count() == 2


def test_whoever_owes_nothing_is_not_reminded(client, reviewer, late_round):
    period, activities, silent = late_round
    make.submitted_update(activity=activities[ReportStatus.NOTHING], period=period)

    answers = [
        press(client, *asked).status_code
        for asked in [(period, silent), (period, make.agency())]
    ]

    assert answers == [302, 404]
    assert not Mail.objects.filter(kind="asked").exists()


def test_of_a_demonstration_only_invented_people_are_reminded(client, reviewer):
    activity = make.activity()
    period = make.round(plan=activity.plan, is_demonstration=True, **LATE)
    invented = f"a{DEMONSTRATION_MAIL_DOMAIN}"
    for address in [invented, "a@example.org"]:
        make.focal_point(agency=activity.agency, email=address)

    press(client, period, activity.agency)

    assert [each.to for each in Mail.objects.filter(kind="asked")] == [invented]


# One round's page: what is missing by agency, and closing before the day

READ = {"has_read": "on"}


def page(period):
    return reverse("admin:round", args=[period.pk])


def make_world(**window):
    """A round, an agency with one activity in each state, and another's, untouched."""
    commitment = make.commitment()
    period = make.round(plan=commitment.plan, **window)
    author = make.focal_point(agency=commitment.lead)
    activities = [make.activity(commitment=commitment) for _ in range(5)]
    other = make.activity(plan=commitment.plan)
    _nothing, drafted, submitted, returned, published = activities
    fields = {"period": period, "by": author}
    make.update(activity=drafted, **fields)
    make.submitted_update(activity=submitted, **fields)
    make.returned_update(activity=returned, **fields)
    make.published_update(activity=published, **fields)
    return period, activities, other


def test_a_round_tells_what_is_missing_of_each_agency_late_or_closed(client, reviewer):
    period, activities, other = make_world(**LATE)
    nothing, drafted, submitted, returned, _published = activities

    for closes_on in (LATE["closes_on"], TODAY - DAY):
        type(period).objects.filter(pk=period.pk).update(closes_on=closes_on)
        response = client.get(page(period))

        told = {
            each["agency"]: list(each["activities"].values())
            for each in response.context["agencies"]
        }
        assert told == {
            nothing.agency: [(nothing,), (drafted,), (returned,), (submitted,)],
            other.agency: [(other,)],
        }
        assert (response.context["form"] is not None) is (closes_on > TODAY)


def test_a_late_round_is_closed_once_a_second_person_agrees(client, reviewer):
    period, *_ = make_world(**LATE)
    second = make.reviewer()

    unread = client.post(page(period))
    client.post(page(period), READ)
    before = type(period).objects.get(pk=period.pk).closes_on
    workflow.approve(workflow.waiting_change(period), by=second)

    period.refresh_from_db()
    assert (unread.status_code, before) == (422, LATE["closes_on"])
    assert (period.closes_on, period.is_open()) == (TODAY - DAY, False)
    assert period.history.latest().history_user == second


@pytest.mark.parametrize(
    "window",
    [
        {**LATE, "due_on": TODAY},
        {**LATE, "due_on": TODAY + DAY},
        {**LATE, "due_on": TODAY - 2 * DAY, "closes_on": TODAY - DAY},
    ],
)
def test_no_round_is_closed_before_its_due_date_or_twice(client, reviewer, window):
    period = make.round(**window)

    client.post(page(period), READ)

    period.refresh_from_db()
    assert period.closes_on == window["closes_on"]
    assert workflow.waiting_change(period) is None


def test_a_round_that_has_not_opened_is_not_found(client, reviewer):
    period = make.round(opens_on=TODAY + DAY)

    assert client.get(page(period)).status_code == 404


def test_the_page_costs_the_same_at_1_and_many_activities(client, reviewer):
    period, activities, _ = make_world(**LATE)
    commitment = activities[0].commitment

    few, many = costs(
        lambda: client.get(page(period)), lambda: make.activity(commitment=commitment)
    )

    assert few == many
