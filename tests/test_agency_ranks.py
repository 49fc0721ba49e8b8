"""The list of a plan's agencies: who reports on time, and in which order they stand."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from agencies.models import Agency
from strategic_areas import progress
from strategic_areas.compliance import ComplianceCounts
from strategic_areas.models import Activity, Participation
from strategic_areas.public_paths import public_path
from strategic_areas.queries.pages import agencies
from strategic_areas.queries.plan import plans
from tests import make
from tests.strategic_areas.asked import DUE, make_asked, make_person, release, submit
from tests.test_public_pages import Page

# They are about pages: the database makes no difference to them.
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def reported(lasting):
    """A round that is over, in which one agency reported in time and one did not."""
    activity, period = make_asked()
    other = make.activity(commitment=activity.commitment, agency=None)
    other.agency = make.agency()
    other.save()
    for agency in (activity.agency, other.agency):
        make.participation(plan=activity.plan, agency=agency)
    submit(activity, period, DUE, make_person(activity.agency))
    submit(other, period, DUE + timedelta(1), make_person(other.agency))
    return activity, other


def rows_of(plan):
    today = timezone.localdate()
    found = agencies.load_agency_list_progress(plans.plan_by_code(plan.code), today)
    return {row.agency: row for row in agencies.agency_rows(found, today)}


def test_reports_on_time_are_told_once_scorecards_are_public(client, reported):
    activity, other = reported
    path = public_path("agencies", activity.plan.code)
    before = rows_of(activity.plan)
    columns = [each.name for each in client.get(path).context["columns"]]
    release(activity.plan)
    after = rows_of(activity.plan)

    assert {row.compliance.asked for row in before.values()} == {0}
    assert "on_time" not in columns
    assert {agency: row.compliance.on_time for agency, row in after.items()} == {
        activity.agency: 1,
        other.agency: 0,
    }
    named = client.get(path).context["columns"]
    assert "on_time" in [each.name for each in named]


def test_agencies_stand_by_name_and_are_ranked_only_when_asked(client, reported):
    activity, other = reported
    release(activity.plan)
    type(other.agency).objects.filter(pk=other.agency_id).update(name_es="AAA")
    path = public_path("agencies", activity.plan.code)

    orders = {
        sort: [
            row.agency.pk
            for row in client.get(path, {"sort": sort} if sort else {}).context[
                "agencies"
            ]
        ]
        for sort in ("", "-on_time", "on_time")
    }

    by_name = [other.agency_id, activity.agency_id]
    assert orders == {"": by_name, "-on_time": by_name[::-1], "on_time": by_name}
    assert client.get(path, {"sort": "-name_es"}).context["no_order"] == "-name_es"
    page = Page(client.get(path, {"sort": "-on_time"}).content.decode())
    (canonical,) = [e for e in page.every("link") if e.get("rel") == "canonical"]
    assert canonical["href"].endswith(path)


def test_who_was_never_asked_is_ranked_last():
    def row(name, on_time, late):
        return agencies.AgencyRow(
            participation=Participation(agency=Agency(name_es=name)),
            counts=progress.count_states([]),
            led=0,
            late=0,
            activities=0,
            done=0,
            has_public_state=False,
            owed=0,
            submitted=0,
            compliance=ComplianceCounts(on_time, late, silent=0),
        )

    rows = [row("Nunca", 0, 0), row("Mitad", 2, 2), row("Todo", 1, 0)]

    orders = {
        sort: [each.agency.name_es for each in agencies.sort_by_figure(rows, sort)]
        for sort in ("on_time", "-on_time")
    }

    assert orders == {
        "on_time": ["Mitad", "Todo", "Nunca"],
        "-on_time": ["Todo", "Mitad", "Nunca"],
    }


def test_by_name_the_chair_comes_first_and_the_partners_last():
    plan = make.plan()
    roles = {"Bombo": "member", "Áncora": "member", "Zeta": "chair", "Aro": "partner"}
    for name, role in roles.items():
        agency = make.agency(name_es=name)
        make.participation(plan=plan, agency=agency, role=role)

    names = [agency.name_es for agency in rows_of(plan)]

    assert names == ["Zeta", "Áncora", "Bombo", "Aro"]


def test_the_list_can_be_ranked_without_its_headings_in_sight(client, reported):
    path = public_path("agencies", reported[0].plan.code)

    page = client.get(path, {"sort": "-led"})

    orders = page.content.decode().split('class="orders"')[1].split("</nav>")[0]
    expected = [column.address for column in page.context["columns"]]
    assert re.findall(r'href="([^"]+)"', orders) == expected
    assert page.context["ranked"].name == "led"
    assert client.get(path).context["ranked"] is None


@pytest.mark.parametrize("sort", ["completed", "late", "done"])
def test_a_reconstruction_ranks_nobody_by_what_was_completed(client, reported, sort):
    activity, _other = reported
    path = public_path("agencies", activity.plan.code)
    official = client.get(path, {"sort": f"-{sort}"}).context["no_order"]
    is_official = sort != "done"
    Activity.objects.update(provenance="press")
    type(activity.commitment).objects.update(provenance="reconstructed")

    columns = client.get(path).context["columns"]
    names = {each.name for each in columns if each.address}
    asked = [client.get(path, {"sort": way + sort}).context for way in ("", "-")]

    assert names == {"", "led", "activities", "handed_in"}
    assert official == ("" if is_official else f"-{sort}")
    assert [(each["no_order"], each["ranked"]) for each in asked] == [
        (sort, None),
        (f"-{sort}", None),
    ]
