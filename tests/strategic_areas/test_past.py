"""The addresses that once told a plan as of the end of a past period."""

from copy import deepcopy
from datetime import date

import pytest
import time_machine

from plan_portal.conditional_get import FOR_PAGE_CACHE, KEEP_HEADER
from strategic_areas.public_paths import public_path
from tests import make
from tests.test_public_pages import LANGUAGES

pytestmark = pytest.mark.django_db
TODAY = date(2027, 6, 30)
PAGES = ("plan", "areas", "area", "commitments", "agencies", "agency")


@pytest.fixture(autouse=True)
def later():
    with time_machine.travel(TODAY, tick=False):
        yield


def make_year(plan, year, **fields):
    return make.period(
        plan=plan,
        code=str(year),
        starts_on=date(year, 1, 1),
        ends_on=date(year, 12, 31),
        **fields,
    )


@pytest.fixture(scope="module")
def kept(lasting):
    with time_machine.travel(TODAY, tick=False):
        plan = make.plan(code="plan-x", starts_on=date(2025, 1, 1))
        commitment = make.commitment(plan=plan, title_es="Título", title_en="Title")
        make.participation(plan=plan, agency=commitment.lead)
        activity = make.activity(commitment=commitment)
        first, second = make_year(plan, 2025), make_year(plan, 2026)
        make.record_update(activity=activity, period=first, execution="not_started")
        make.record_update(activity=activity, period=second, execution="completed")
        return activity


@pytest.fixture
def activity(kept):
    """The same for each test, in objects of its own."""
    return deepcopy(kept)


def paths(activity, language="es"):
    commitment = activity.commitment
    plan, area = commitment.plan.code, commitment.programme.area
    words = {
        "area": (plan, getattr(area, f"slug_{language}")),
        "agency": (plan, commitment.lead.slug),
    }
    return {
        name: public_path(name, *words.get(name, (plan,)), language=language)
        for name in PAGES
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_past_periods_address_leads_to_the_page(client, activity, language):
    for name, path in paths(activity, language).items():
        answer = client.get(f"{path}?at=2025", **{FOR_PAGE_CACHE: True})
        assert (answer.status_code, answer["Location"]) == (301, path), name
        assert KEEP_HEADER not in answer.headers, name


def test_what_else_a_past_address_asks_for_stays(client, activity):
    path = paths(activity)["commitments"]

    answer = client.get(f"{path}?state=late&at=2025&page=7&from=mail")

    assert (answer.status_code, answer["Location"]) == (301, f"{path}?state=late")
    assert client.get(f"{path}?at=1999&at=2025", follow=True).status_code == 200


def test_no_page_leads_to_a_past_period(client, activity):
    for path in paths(activity).values():
        assert "at=" not in client.get(path).content.decode().replace("format=", "")
