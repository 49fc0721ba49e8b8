"""What the record of many periods costs the pages that tell the latest of it."""

from contextlib import contextmanager
from datetime import date

import pytest
from django.db import connection
from django.db.models.signals import post_init
from django.test.utils import CaptureQueriesContext

from strategic_areas.models import ActivityUpdate
from strategic_areas.queries.pages.agencies import LATEST
from tests import make

pytestmark = pytest.mark.django_db
FEW, MANY = LATEST, LATEST + 8


def test_earlier_periods_cost_no_query_and_no_whole_account(client):
    """An area and an agency tell the words of the last account alone."""
    activity = make.activity()
    paths = pages_of(activity)
    for number in range(FEW):
        record(activity, number)
    spent = {path: cost(client, path) for path in paths}

    for number in range(FEW, MANY):
        record(activity, number)

    assert {path: cost(client, path) for path in paths} == spent
    assert [accounts for _queries, accounts in spent.values()] == [0, 0, 1, 2]


def pages_of(activity):
    """The first page, that of the plan's areas, of one area and of one agency."""
    plan, area = activity.plan, activity.commitment.programme.area
    start = plan.get_absolute_url("es")
    agency = f"{start}instituciones/{activity.agency.slug}/"
    return "/", f"{start}ejes/", area.get_absolute_url("es"), agency


def record(activity, number):
    """A public source says once more that the activity is in progress."""
    year = 2000 + number
    period = make.period(
        plan=activity.plan, starts_on=date(year, 1, 1), ends_on=date(year, 12, 31)
    )
    make.record_update(activity=activity, period=period)


def cost(client, path):
    """The queries of a page, and the accounts that it reads with all their columns."""
    client.get(path)  # the first page of a process asks the database what it can do
    with whole_accounts() as accounts, CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries), len(accounts)


@contextmanager
def whole_accounts():
    found = []

    def note(sender, instance, **kwargs):
        found.append(instance)

    post_init.connect(note, sender=ActivityUpdate)
    try:
        yield found
    finally:
        post_init.disconnect(note, sender=ActivityUpdate)
