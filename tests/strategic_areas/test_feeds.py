"""Following from outside: what feeds and calendars hold, and what they never hold."""

from datetime import date
from itertools import product
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from plan_portal.urls import PUBLIC_COMPANIONS
from strategic_areas import workflow
from strategic_areas.public_paths import public_path
from tests import make
from tests.deep import SOME_ROWS, drawn
from tests.make.plans import put_back_in_preparation
from tests.public_site import MOST_QUERIES

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
LANGUAGES = ["es", "en"]
KINDS = ["plan", "area", "commitment", "agency"]
COMPANIONS = [name for name, _, path, _ in PUBLIC_COMPANIONS if ":plan" in path]
MARKER = "zanahoria"


def path_of(name, commitment, language="es"):
    plan, area = commitment.plan.code, commitment.programme.area
    takes = {
        "plan": (plan,),
        "recommendations": (plan,),
        "area": (plan, getattr(area, f"slug_{language}")),
        "commitment": (plan, commitment.code),
        "agency": (plan, commitment.lead.slug),
    }
    return public_path(name, *takes[name.split("_")[0]], language=language)


def entries(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return entries_of(response)


def entries_of(response):
    tree = ElementTree.fromstring(response.content)  # noqa: S314
    return [
        {child.tag.removeprefix(ATOM): child for child in entry}
        for entry in tree.iter(f"{ATOM}entry")
    ]


def events(client, path):
    response = client.get(path)
    calendar = Calendar.from_ical(response.content)
    return {
        str(each["summary"]): (each["dtstart"].dt, str(each["uid"]))
        for each in calendar.walk("VEVENT")
    }


def test_a_feed_tells_what_was_published_on_it_alone(client):
    update = make.published_update(narrative_es="Lo de este.")
    commitment = update.activity.commitment
    other = make.commitment(plan=commitment.plan)
    make.published_update(
        activity=make.activity(commitment=other), period=update.period
    )

    for kind, language in product(KINDS, LANGUAGES):
        path = path_of(f"{kind}_feed", commitment, language)
        response = client.get(path)
        found = entries_of(response)

        assert response["Content-Type"] == "application/atom+xml; charset=utf-8", path
        assert len(found) == (2 if kind == "plan" else 1), path
        (own,) = [each for each in found if "Lo de este." in each["summary"].text]
        assert own["updated"].text == update.published_at.isoformat(), path
        assert own["link"].get("href").endswith(f"/{update.public_id}/"), path


def test_an_account_keeps_its_name_through_revisions_and_is_told_anew(client):
    update = make.published_update()
    path = path_of("plan_feed", update.activity.commitment)
    (before,) = entries(client, path)
    make.publish(make.correction(update, percent=70))

    (after,) = entries(client, path)

    assert after["id"].text == before["id"].text
    assert after["updated"].text > before["updated"].text
    assert "70 %" in after["summary"].text


def test_languages_name_their_entries_apart(client):
    commitment = make.published_update().activity.commitment

    names = [
        entries(client, path_of("plan_feed", commitment, each))[0]["id"].text
        for each in LANGUAGES
    ]

    assert len(set(names)) == 2


def test_a_feed_holds_nothing_unpublished_no_person_and_no_demonstration(client):
    commitment = make.commitment()
    focal_point = make.focal_point(
        agency=commitment.lead, first_name=MARKER, username=MARKER, last_name=MARKER
    )
    period = make.round(plan=commitment.plan)
    rehearsal = make.round(plan=commitment.plan, is_demonstration=True)

    def maker(make_one, **fields):
        activity = make.activity(commitment=commitment)
        fields = {"period": period, "by": focal_point, **fields}
        return make_one(activity=activity, **fields)

    maker(make.update, narrative_es=MARKER)
    maker(make.submitted_update, narrative_es=MARKER)
    maker(make.published_update, narrative_es=MARKER, period=rehearsal)
    withdrawn = maker(make.published_update, narrative_es=MARKER)
    workflow.withdraw(withdrawn, by=make.reviewer(), cause="error")
    maker(make.published_update, narrative_es="Publicado.")

    for kind in KINDS:
        path = path_of(f"{kind}_feed", commitment)
        response = client.get(path)
        text = response.content.decode()
        assert MARKER not in text, kind
        assert len(entries_of(response)) == 2, kind
        assert "Tenía un error de hecho." in text, kind
        assert "Publicado." in text, kind


def test_a_plan_in_preparation_has_no_companions(client):
    commitment = make.commitment()
    make.round(plan=commitment.plan)
    paths = {name: path_of(name, commitment) for name in COMPANIONS}

    def answers():
        return {name: client.get(path).status_code for name, path in paths.items()}

    assert answers() == dict.fromkeys(COMPANIONS, 200)
    put_back_in_preparation(commitment.plan)

    assert answers() == dict.fromkeys(COMPANIONS, 404)


def test_companions_cost_the_same_at_any_size_and_are_not_sent_again(client):
    few, many = (make_reported(rows) for rows in (1, SOME_ROWS))

    every = [
        (name, each) for name in COMPANIONS for each in drawn(LANGUAGES, 1, key=name)
    ]
    for name, language in every:
        spent = []
        for commitment in (few, many):
            path = path_of(name, commitment, language)
            with CaptureQueriesContext(connection) as captured:
                response = client.get(path)
            spent.append(len(captured))
            again = client.get(path, headers={"if-none-match": response["ETag"]})
            assert again.status_code == 304, path
            assert again["Cache-Control"] == "public, no-cache", path

        assert spent[0] == spent[1] <= MOST_QUERIES, path


def make_reported(rows):
    commitment = make.commitment(due_on=date(2026, 6, 1), due_provenance="plan")
    make.round(plan=commitment.plan)
    for _ in range(rows):
        activity = make.activity(commitment=commitment)
        make.record_update(activity=activity)
    return commitment


def test_a_calendar_holds_the_dates_that_somebody_states(client):
    commitment = make.commitment(due_on=date(2026, 6, 1), due_provenance="plan")
    stated = make.activity(
        commitment=commitment, due_on=date(2026, 5, 1), due_provenance="agency"
    )
    make.activity(
        commitment=commitment, due_on=date(2026, 4, 1), due_provenance="plan_period"
    )
    period = make.round(plan=commitment.plan)
    make.round(plan=commitment.plan, is_demonstration=True)

    found = events(client, path_of("plan_dates", commitment))

    days = [day for day, _uid in found.values()]
    assert sorted(days) == sorted(
        [commitment.due_on, stated.due_on, period.due_on, commitment.plan.ends_on]
    )
    assert len({uid for _day, uid in found.values()}) == 4


def test_an_agencys_calendar_holds_its_own_dates(client):
    stated = {"due_on": date(2026, 6, 1), "due_provenance": "plan"}
    commitment = make.commitment(**stated)
    other = make.commitment(plan=commitment.plan, **stated)

    found = " ".join(events(client, path_of("agency_dates", commitment)))

    assert commitment.code in found
    assert other.code not in found


def test_a_moved_date_keeps_its_name_in_the_calendar(client):
    commitment = make.commitment(due_on=date(2026, 6, 1), due_provenance="plan")
    path = path_of("plan_dates", commitment)
    before = {uid for _day, uid in events(client, path).values()}
    commitment.due_on = date(2026, 9, 1)
    commitment.save()

    after = events(client, path).values()

    assert {uid for _day, uid in after} == before
    assert date(2026, 9, 1) in {day for day, _uid in after}


def test_a_page_links_to_its_own_feed_and_calendar(client):
    commitment = make.published_update().activity.commitment

    for kind, language in product(KINDS, LANGUAGES):
        html = client.get(path_of(kind, commitment, language)).content.decode()
        feed = path_of(f"{kind}_feed", commitment, language)
        assert f'href="{feed}"' in html, feed
        has_calendar = kind in {"plan", "agency"}
        assert ('type="text/calendar"' in html) is has_calendar, feed
