"""Long lists of public pages: read page by page or by programme, and never cut."""

import re
from contextlib import contextmanager
from datetime import date

import pytest
from django.db import connection
from django.db.models.signals import post_init
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from strategic_areas.models import ActivityUpdate
from strategic_areas.queries.pages import overview
from strategic_areas.queries.pages.agencies import LATEST
from strategic_areas.views import agencies, commitments, indicators, plans
from tests import make

pytestmark = pytest.mark.django_db


class Long:
    """A plan with five commitments in a programme, one of them with five activities."""

    def __init__(self):
        self.plan = make.plan()
        self.area = make.area(plan=self.plan)
        self.agency = make.agency()
        self.programme = make.programme(area=self.area)
        self.commitments = [
            make.commitment(programme=self.programme, lead=self.agency)
            for _ in range(5)
        ]
        self.activities = [
            make.activity(commitment=self.commitments[0]) for _ in range(5)
        ]
        others = [each.agency for each in self.activities]
        for agency in dict.fromkeys([self.agency, *others]):
            make.participation(plan=self.plan, agency=agency)

    def address(self, name, *args):
        return reverse(f"es:{name}", args=[self.plan.code, *args])


@pytest.fixture
def long():
    return Long()


def read(client, address):
    """The pages from this one on, each by the link of the one before."""
    found = []
    while address:
        response = client.get(address)
        assert response.status_code == 200
        found.append(response.content.decode())
        after = re.search(r'rel="next" href="([^"]+)"', found[-1])
        base = address.partition("?")[0]
        address = base + after.group(1).replace("&amp;", "&") if after else ""
    return found


def on_each(pages, texts):
    return [[text for text in texts if text in page] for page in pages]


def test_a_commitments_activities_are_read_by_page(client, long, monkeypatch):
    monkeypatch.setattr(commitments, "ITEMS_PER_PAGE", 2)
    address = long.commitments[0].get_absolute_url(language="es")
    rows = [f'<tr id="{each.code}"' for each in long.activities]

    told = on_each(read(client, address), rows)

    assert told == [rows[:2], rows[2:4], rows[4:]]
    assert client.get(f"{address}?page=4").status_code == 404
    assert client.get(f"{address}?page=1").url == address


def test_what_an_agency_does_is_read_page_by_page(client, long, monkeypatch):
    monkeypatch.setattr(agencies, "PER_PAGE", 2)
    rows = [f'<tr id="{each.code}"' for each in long.activities]

    told = on_each(read(client, long.address("agency", long.agency.slug)), rows)

    assert [len(page) for page in told] == [2, 2, 1]
    assert sorted(sum(told, [])) == sorted(rows)


def test_agencies_are_read_page_by_page_in_their_order(client, long, monkeypatch):
    extra = [make.agency(name_es=f"Zeta {number}") for number in range(3)]
    for agency in extra:
        make.participation(plan=long.plan, agency=agency)
    monkeypatch.setattr(agencies, "PER_PAGE", 2)

    pages = read(client, long.address("agencies") + "?sort=-led")

    everyone = [long.agency, *extra]
    links = [f"/instituciones/{each.slug}/" for each in everyone]
    assert all(any(link in page for page in pages) for link in links)
    assert links[0] in pages[0]
    assert all("sort=-led" in page for page in pages)


def test_long_areas_and_plans_lead_to_a_programmes_list(client, long, monkeypatch):
    monkeypatch.setattr(plans, "MAX_LINES", 2)
    monkeypatch.setattr(overview, "MAX_NAMED", 4)
    area = client.get(long.area.get_absolute_url(language="es")).content.decode()
    plan = client.get(long.address("plan")).content.decode()
    titles = [each.title_es for each in long.commitments]

    for page, named in ((area, 2), (plan, 0)):
        (link,) = set(re.findall(r'href="([^"]+programme=[^"]+)"', page))
        whole = client.get(link).content.decode()
        assert len(on_each([page], [f">{title}<" for title in titles])[0]) == named
        assert on_each([whole], titles) == [titles]


def test_many_indicators_are_read_page_by_page(client, monkeypatch):
    monkeypatch.setattr(indicators, "MOST", 4)
    monkeypatch.setattr(indicators, "PER_PAGE", 2)
    agency, plan = make.agency(), make.plan()
    made = [
        make.indicator(plan=plan, agency=agency if number < 3 else None)
        for number in range(5)
    ]
    for each in made:
        make.published_figure(indicator=each)
    names = [f">{each.name_es}<" for each in made]

    every = on_each(read(client, "/indicadores/"), names)
    own = on_each(read(client, f"/indicadores/?agency={agency.slug}"), names)

    assert every == [names[:2], names[2:4], names[4:]]
    assert own == [names[:2], names[2:3]]


def test_pages_are_sent_without_their_templates_indentation(client, long):
    content = client.get(long.address("plan")).content

    assert content.count(b"\n") > 50
    assert re.search(rb"\n\s", content) is None


FEW, MANY = LATEST, LATEST + 8


def test_earlier_periods_cost_no_query_and_no_whole_account(client):
    """An area and an agency tell the words of the last account alone."""
    activity = make.activity()
    plan, area = activity.plan, activity.commitment.programme.area
    start = plan.get_absolute_url("es")
    agency = f"{start}instituciones/{activity.agency.slug}/"
    # The home page, that of the plan's areas, of one area and of one agency.
    paths = "/", f"{start}ejes/", area.get_absolute_url("es"), agency
    for number in range(FEW):
        record(activity, number)
    spent = {path: cost(client, path) for path in paths}

    for number in range(FEW, MANY):
        record(activity, number)

    assert {path: cost(client, path) for path in paths} == spent
    assert [accounts for _queries, accounts in spent.values()] == [0, 0, 1, 2]


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
