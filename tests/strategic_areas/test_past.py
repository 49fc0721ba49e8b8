"""A plan as it stood at the end of a past period: nothing of later shows."""

from copy import deepcopy
from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from plan_portal.conditional import ASKED_BY_FRONT, KEEP
from strategic_areas import workflow
from strategic_areas.addresses import address
from strategic_areas.progress import Punctuality, State
from strategic_areas.queries.plan import board, past
from tests import factories
from tests.deep import SOME_ROWS
from tests.public_site import MOST_QUERIES
from tests.test_public_pages import LANGUAGES, Page

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
    plan = past.plan_as_of(plan.code, at, TODAY)
    return board.load(plan, TODAY)


def only(found):
    (row,) = found.rows
    return row


def amend(activity, **fields):
    fields.setdefault("decided_on", date(2026, 3, 1))
    return factories.make_amendment(commitment=activity.commitment, **fields)


def paths(activity, at, language="es"):
    commitment = activity.commitment
    plan, area = commitment.plan.code, commitment.programme.area
    words = {
        "area": (plan, getattr(area, f"slug_{language}")),
        "agency": (plan, commitment.lead.slug),
    }
    return {
        name: address(name, *words.get(name, (plan,)), language=language)
        + (f"?at={at}" if at else "")
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


# The pages


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.sqlite
def test_nothing_of_later_shows_on_any_page(client, activity, language):
    amend(
        activity,
        field="title",
        old_value_es="Antes",
        old_value_en="Antes",
        new_value_es=LATER,
    )
    activity.plan.commitments.update(title_es=LATER, title_en=LATER)
    newcomer = factories.make_agency(name_es=LATER, name_en=LATER)
    factories.make_participation(
        plan=activity.plan, agency=newcomer, member_since=date(2026, 2, 1)
    )

    for name, path in paths(activity, "2025", language).items():
        response = client.get(path)
        assert response.status_code == 200, name
        before, note = response.content.decode().split('<div class="as-of"')
        since, _, after = note.partition("</div>")
        assert LATER not in before + after, name
        # Only the note above says what stands there now.
        assert LATER in since or name in {"areas", "agencies"}, name
    for name, path in paths(activity, "", language).items():
        shown = LATER in client.get(path).content.decode()
        assert shown or name in {"plan", "areas"}, name


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.sqlite
def test_a_page_of_the_past_says_so_and_leads_to_todays(
    client, activity, language, settings
):
    settings.ALLOW_INDEXING = True
    other = {"es": "en", "en": "es"}[language]
    today, there = paths(activity, "", language), paths(activity, "2025", other)

    for name, path in paths(activity, "2025", language).items():
        page = Page(client.get(path).content.decode())
        links = {
            (e.get("rel"), e.get("hreflang")): e["href"] for e in page.every("link")
        }
        targets = [a.get("href") for a in page.every("a")]
        assert "as-of" in [d.get("class") for d in page.every("div")], name
        assert today[name] in targets
        assert there[name] in targets
        assert links["canonical", None].endswith(today[name])
        assert links["alternate", other].endswith(there[name])
        assert [m for m in page.every("meta") if m.get("name") == "robots"]


@pytest.mark.sqlite
def test_every_page_of_today_leads_to_the_past_rounds(client, activity):
    for name, path in paths(activity, "").items():
        page = Page(client.get(path).content.decode())
        targets = {a.get("href") for a in page.every("a")}
        assert {f"{path}?at=2025", f"{path}?at=2026"} <= targets, name
        assert "as-of" not in [d.get("class") for d in page.every("div")]


@pytest.mark.sqlite
def test_links_between_pages_of_the_past_stay_there(client, activity):
    found = paths(activity, "2025")

    targets = [
        a["href"] for a in Page(client.get(found["plan"]).content.decode()).every("a")
    ]

    linked = {found[name] for name in PAGES if name not in {"plan", "agency"}}
    assert linked <= set(targets)


@pytest.mark.sqlite
def test_filters_go_with_a_past_period(client, activity):
    path = paths(activity, "")["commitments"]
    asked = {"at": "2025", "state": "not_started"}

    page = client.get(path, asked, follow=True)

    assert len(page.context["table"].lines) == 1
    html = Page(page.content.decode())
    hidden = [i for i in html.every("input") if i.get("name") == "at"]
    targets = [a.get("href") for a in html.every("a")]
    assert [each["value"] for each in hidden] == ["2025"]
    assert f"{path}?state=not_started" in targets
    assert f"{path}?state=not_started&at=2026" in targets


#: A character that no code contains counts as no question.
IN_VAIN = {"%00": 200, "'": 404}
#: Nothing in these can differ between databases.
WRONG = ("1999", "2028", "ensayo", "2025&at=2026")
if connection.vendor == "sqlite":
    IN_VAIN |= dict.fromkeys(WRONG, 404)


def test_a_period_that_has_not_ended_or_is_none_is_not_found(client, activity):
    make_year(activity.plan, 2028)
    factories.make_round(
        plan=activity.plan,
        code="ensayo",
        ends_on=date(2026, 1, 31),
        is_demonstration=True,
    )

    found = {
        at: {
            client.get(f"{path}?at={at}", follow=True).status_code
            for path in paths(activity, "").values()
        }
        for at in IN_VAIN
    }

    assert found == {at: {status} for at, status in IN_VAIN.items()}


def test_a_plan_in_preparation_has_no_past(client, activity):
    factories.put_back_in_preparation(activity.plan)

    for path in paths(activity, "2025").values():
        assert client.get(path).status_code == 404


@pytest.mark.sqlite
def test_the_front_keeps_pages_of_the_past(client, activity):
    for path in paths(activity, "2025").values():
        assert client.get(path, **{ASKED_BY_FRONT: True})[KEEP] == "yes", path


@pytest.mark.sqlite
def test_pages_of_the_past_cost_no_more_at_any_size(client, activity):
    spent = []
    for number in (1, SOME_ROWS):
        for _ in range(number):
            more = factories.make_activity(commitment=activity.commitment)
            period = activity.plan.periods.get(code="2025")
            factories.make_record_update(activity=more, period=period)
            factories.make_amendment(activity=more, decided_on=date(2026, 2, 1))
        counts = {}
        for name, path in paths(activity, "2025").items():
            with CaptureQueriesContext(connection) as captured:
                client.get(path)
            counts[name] = len(captured)
        spent.append(counts)

    assert spent[0] == spent[1]
    assert max(spent[0].values()) <= MOST_QUERIES
