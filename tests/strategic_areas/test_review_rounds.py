"""One round's page: what is missing by agency, and closing before the day."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from strategic_areas import workflow
from tests import make
from tests.costs import costs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("same_day")]

TODAY = timezone.localdate()
DAY = timedelta(days=1)
LATE = {
    "opens_on": TODAY - 9 * DAY,
    "due_on": TODAY - DAY,
    "closes_on": TODAY + 9 * DAY,
}
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
    back = make.submitted_update(activity=returned, **fields)
    workflow.return_to_agency(back, by=make.reviewer(), reason="Falta la fecha.")
    done = make.submitted_update(activity=published, **fields)
    workflow.publish(done, by=make.reviewer())
    return period, activities, other


def test_a_round_tells_what_is_missing_of_each_agency_late_or_closed(client):
    period, activities, other = make_world(**LATE)
    client.force_login(make.reviewer())
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


def test_a_late_round_is_closed_once_a_second_person_agrees(client):
    period, *_ = make_world(**LATE)
    second = make.reviewer()
    client.force_login(make.reviewer())

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
def test_no_round_is_closed_before_its_due_date_or_twice(client, window):
    period = make.round(**window)
    client.force_login(make.reviewer())

    client.post(page(period), READ)

    period.refresh_from_db()
    assert period.closes_on == window["closes_on"]
    assert workflow.waiting_change(period) is None


def test_a_round_that_has_not_opened_is_not_found(client):
    period = make.round(opens_on=TODAY + DAY)
    client.force_login(make.reviewer())

    assert client.get(page(period)).status_code == 404


def test_the_page_costs_the_same_at_1_and_many_activities(client):
    period, activities, _ = make_world(**LATE)
    client.force_login(make.reviewer())
    commitment = activities[0].commitment

    few, many = costs(
        lambda: client.get(page(period)), lambda: make.activity(commitment=commitment)
    )

    assert few == many
