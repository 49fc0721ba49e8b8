"""A plan as it stood at the end of a past period, and the addresses that told it."""

from copy import deepcopy
from datetime import date

import pytest
import time_machine

from plan_portal.conditional import ASKED_BY_FRONT, KEEP
from strategic_areas import workflow
from strategic_areas.addresses import address
from strategic_areas.progress import Punctuality, State
from strategic_areas.queries.plan import board, past
from tests import factories
from tests.test_public_pages import LANGUAGES

pytestmark = pytest.mark.django_db
TODAY = date(2027, 6, 30)
PAGES = ("plan", "areas", "area", "commitments", "agencies", "agency")
LATER = "zanahoria"


@pytest.fixture(autouse=True)
def later():
    with time_machine.travel(TODAY, tick=False):
        yield


def make_year(plan, year, **fields):
    return factories.make_period(
        plan=plan,
        code=str(year),
        starts_on=date(year, 1, 1),
        ends_on=date(year, 12, 31),
        **fields,
    )


@pytest.fixture(scope="module")
def kept(lasting):
    with time_machine.travel(TODAY, tick=False):
        return make_reported()


@pytest.fixture
def activity(kept):
    """The same for each test, in objects of its own."""
    return deepcopy(kept)


def make_reported():
    """An activity that was reported on for 2025 and, otherwise, for 2026."""
    plan = factories.make_plan(code="plan-x", starts_on=date(2025, 1, 1))
    commitment = factories.make_commitment(
        plan=plan, title_es="Título", title_en="Title"
    )
    factories.make_participation(plan=plan, agency=commitment.lead)
    activity = factories.make_activity(commitment=commitment)
    first, second = make_year(plan, 2025), make_year(plan, 2026)
    factories.make_record_update(
        activity=activity, period=first, execution="not_started"
    )
    factories.make_record_update(
        activity=activity,
        period=second,
        execution="completed",
        narrative_es=LATER,
        narrative_en=LATER,
    )
    return activity


def read(plan, at):
    """The board as of the end of a period, or of today for ""."""
    if not at:
        return board.load(plan, TODAY)
    return past.load(plan, plan.periods.get(code=at))


def only(found):
    (row,) = found.rows
    return row


def amend(activity, **fields):
    fields.setdefault("decided_on", date(2026, 3, 1))
    return factories.make_amendment(commitment=activity.commitment, **fields)


def paths(activity, language="es"):
    commitment = activity.commitment
    plan, area = commitment.plan.code, commitment.programme.area
    words = {
        "area": (plan, getattr(area, f"slug_{language}")),
        "agency": (plan, commitment.lead.slug),
    }
    return {
        name: address(name, *words.get(name, (plan,)), language=language)
        for name in PAGES
    }


# What counts


def test_what_is_said_of_later_periods_does_not_count(activity):
    states = {
        at: only(read(activity.plan, at)).activities[0].standing.state
        for at in ("2025", "2026", "")
    }

    assert states == {
        "2025": State.NOT_STARTED,
        "2026": State.COMPLETED,
        "": State.COMPLETED,
    }


def test_the_newest_revision_that_stands_counts_whenever_it_was_published():
    asked = factories.make_round(starts_on="2025-01-01", ends_on="2025-12-31")
    activity = factories.make_activity(plan=asked.plan)
    update = factories.make_published_update(
        activity=activity, period=asked, percent=40
    )

    def percent():
        row = only(read(asked.plan, asked.code))
        return row.activities[0].standing.percent

    assert percent() == 40
    newer = factories.make_correction(update, percent=55)
    workflow.submit(newer, by=update.contributors.first())
    workflow.publish(newer, by=factories.make_reviewer())
    assert percent() == 55
    workflow.withdraw(newer, by=factories.make_reviewer(), cause="error")
    assert percent() is None


@pytest.mark.sqlite
def test_lateness_is_that_of_the_last_day_of_the_period(activity):
    plan = activity.plan
    plan.commitments.update(due_on=date(2026, 6, 30), due_provenance="plan")

    kept = {at: only(read(plan, at)).standing.punctuality for at in ("2025", "2026")}

    assert kept == {"2025": Punctuality.ON_TIME, "2026": Punctuality.LATE}


# What amendments changed since


@pytest.mark.sqlite
def test_amendments_of_later_are_undone_to_the_oldest_of_their_old_values(activity):
    plan = activity.plan
    plan.commitments.update(due_on=date(2028, 1, 31), due_provenance="amendment")
    old = {"old_value_es": "30/06/2026", "old_value_en": "30/06/2026"}
    amend(activity, **old)
    amend(activity, decided_on=date(2027, 1, 1), old_value_es="30/06/2027")
    amend(
        activity,
        field="title",
        old_value_es="Antes",
        old_value_en="Before",
        new_value_es="Título",
    )

    then, between, now = (
        only(read(plan, at)).commitment for at in ("2025", "2026", "")
    )

    assert [each.due_on for each in (then, between, now)] == [
        date(2026, 6, 30),
        date(2027, 6, 30),
        date(2028, 1, 31),
    ]
    assert [each.due_provenance for each in (then, between, now)] == [
        "plan",
        "amendment",
        "amendment",
    ]
    assert (then.title_es, then.title_en) == ("Antes", "Before")
    assert between.title_es == now.title_es == "Título"


@pytest.mark.parametrize("undone", [True, False])
@pytest.mark.sqlite
def test_only_what_was_approved_and_decided_later_is_undone(activity, undone):
    fields = {"field": "title", "old_value_es": "Antes", "old_value_en": "Before"}
    if undone:
        amend(activity, **fields)
    else:
        amend(activity, is_approved=False, **fields)
        amend(activity, decided_on=date(2025, 12, 31), **fields)
        amend(factories.make_activity(), **fields)

    then = only(read(activity.plan, "2025")).commitment

    assert then.title_es == ("Antes" if undone else "Título")


def test_a_lead_and_a_programme_of_then_are_found_by_their_words(activity):
    former = factories.make_agency(acronym="ANTES", slug="antes")
    programme = factories.make_programme(plan=activity.plan, code="9.9")
    amend(activity, field="lead", old_value_es="ANTES", new_value_es="X")
    amend(activity, field="programme", old_value_es="9.9", new_value_es="X")

    then = only(read(activity.plan, "2025")).commitment
    now = only(read(activity.plan, "")).commitment

    assert (then.lead, then.programme) == (former, programme)
    assert (now.lead, now.programme) == (
        activity.commitment.lead,
        activity.commitment.programme,
    )


def test_what_an_amendment_brought_later_was_not_there_and_replaced_nothing(activity):
    plan, commitment = activity.plan, activity.commitment
    added = factories.make_activity(commitment=commitment)
    factories.make_amendment(
        activity=added, field="activity", decided_on=date(2026, 5, 1)
    )
    heir = factories.make_commitment(plan=plan)
    heir.supersedes.add(commitment)
    factories.make_amendment(
        commitment=heir, field="commitment", decided_on=date(2026, 5, 1)
    )

    then, later, now = (read(plan, at) for at in ("2025", "2026", ""))

    assert [row.commitment for row in then.rows] == [commitment]
    assert [each.activity for each in then.activities] == [activity]
    for found in (later, now):
        assert [row.commitment for row in found.rows] == [heir]


@pytest.mark.parametrize("text", ["", "pronto", "31/02/2026", "2026"])
@pytest.mark.sqlite
def test_an_old_date_that_nobody_can_read_is_no_known_deadline(activity, text):
    activity.plan.commitments.update(
        due_on=date(2025, 1, 31), due_provenance="amendment"
    )
    amend(activity, old_value_es=text, old_value_en=text)

    then = only(read(activity.plan, "2025"))

    assert then.standing.punctuality == Punctuality.NO_DEADLINE


# What was not there yet


@pytest.mark.sqlite
def test_what_waits_for_review_did_not_wait_then():
    asked = factories.make_round(starts_on="2025-01-01", ends_on="2025-12-31")
    activity = factories.make_activity(plan=asked.plan)
    factories.make_submitted_update(activity=activity, period=asked)

    states = [
        only(read(asked.plan, at)).activities[0].standing.state
        for at in ("", asked.code)
    ]

    assert states == [State.IN_REVIEW, State.NOT_ASKED]


@pytest.mark.sqlite
def test_a_plan_that_was_closed_later_still_ran():
    plan = factories.make_plan(starts_on=date(2025, 1, 1))
    activity = factories.make_activity(plan=plan)
    factories.make_record_update(
        activity=activity, period=make_year(plan, 2025), execution="in_progress"
    )
    plan.status = "ended"
    plan.save()

    states = [only(read(plan, at)).standing.state for at in ("", "2025")]

    assert states == ["left_in_progress", "in_progress"]


# The addresses that pages once had


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.sqlite
def test_an_address_of_a_past_period_leads_to_the_page_for_good(
    client, activity, language
):
    for name, path in paths(activity, language).items():
        answer = client.get(f"{path}?at=2025", **{ASKED_BY_FRONT: True})
        assert (answer.status_code, answer["Location"]) == (301, path), name
        assert KEEP not in answer.headers, name


@pytest.mark.sqlite
def test_what_else_such_an_address_asks_for_stays_but_for_a_page_of_then(
    client, activity
):
    path = paths(activity)["commitments"]

    answer = client.get(f"{path}?state=late&at=2025&page=7&from=mail")

    assert (answer.status_code, answer["Location"]) == (301, f"{path}?state=late")
    assert client.get(f"{path}?at=1999&at=2025", follow=True).status_code == 200


@pytest.mark.sqlite
def test_no_page_leads_to_a_past_period(client, activity):
    for path in paths(activity).values():
        assert "at=" not in client.get(path).content.decode().replace("format=", "")
