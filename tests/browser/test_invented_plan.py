"""
The invented plan that `make states` shows: every state stands on it, and how it reads.

It is played until a day of its open round and read in a browser once that round is due:
what is late or missing then is at most two clicks away, and a commitment's page, to
which most of them lead, says first what it knows.
"""

import re
from collections import Counter
from datetime import date

import pytest
from django.db import transaction

from agencies.models import Agency
from strategic_areas import commitment_states
from strategic_areas.compliance import AgencyRoundState
from strategic_areas.models import (
    ActivityUpdate,
    Evidence,
    Participation,
    Plan,
    RevisionStatus,
)
from strategic_areas.public_paths import public_path
from strategic_areas.queries import rounds
from strategic_areas.queries.asked_values import AskedValue
from strategic_areas.queries.pages import delays
from strategic_areas.queries.plan import plan_progress
from strategic_areas.queries.plan.plans import latest_round
from tests import states_plan
from tests.browser.public_walk import SHIPPED, Site, sheets
from tests.browser.test_tasks import WIDTHS, Reader
from tests.deep import drawn
from tests.public_site import LANGUAGES
from tests.states_plan.staging import Stage, clock
from tests.strategic_areas.plans.kept import load_shipped

pytestmark = pytest.mark.django_db

#: The invented plan is played until this day; it is read once its open round is due.
PLAYED = date(2026, 11, 27)
READ = Stage(PLAYED).day("2028-08-30")
#: Commitments of both plans that have more records and steps than others.
LONGEST = (
    f"/{SHIPPED}/compromisos/R-2.1.4/",
    f"/{SHIPPED}/compromisos/R-2.1.7/",
    "/ejemplo/compromisos/1.1.1/",
    "/ejemplo/compromisos/2.1.3/",
    "/ejemplo/compromisos/3.1.4/",
)
#: Where the state or the records end, and the facts; where all the rest begins.
PLACES = """() => {
    const box = (name) => document.querySelector(name).getBoundingClientRect();
    return {
        known: box("main .standing").bottom,
        facts: box("main .fact-band").bottom,
        rest: box("main .fact-band ~ :is(section, .halves:not(:empty))").top,
    };
}"""

#: Where the headline, the figures and the first row of tiles end on the home page.
FIRST = """() => {
    const box = (name) => document.querySelector(name).getBoundingClientRect();
    return {
        headline: box(".headline").bottom,
        figures: box(".key-figures").bottom,
        tiles: box(".tile").bottom,
        height: document.documentElement.scrollHeight,
    };
}"""


#: The words of a home page, with the key figures of the shipped plan; the goals of its
#: areas stand whole.
MOST_WORDS = 450
FOLDED = re.compile(r"(<details>\s*<summary>.*?</summary>).*?</details>", re.DOTALL)
S = commitment_states.CommitmentState
#: By state, how many commitments of the plan in force stand in it; once is not written.
SEVERAL = {S.IN_PROGRESS: 6, S.FULFILLED: 3}
#: What the plan that has ended adds.
ENDED = {S.KEPT_UP: 1, S.LEFT_IN_PROGRESS: 1, S.FULFILLED: 1, S.CARRIED_OVER: 1}


@pytest.fixture
def _django_db_helper():
    """No transaction of its own for each test: one, of the module, holds them all."""


@pytest.fixture(scope="module")
def invented(browser, django_db_setup, django_db_blocker):
    """The portal with it and with the shipped plan; both are gone again afterwards."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_shipped()
        states_plan.build(PLAYED)
        site = Site(browser)
        site.screens = {
            width: site.open(viewport={"width": width, "height": 800})
            for width in WIDTHS
        }
        with clock(READ):
            yield site
        site.close()
        transaction.set_rollback(True)


@pytest.fixture
def in_force(invented):
    """Its board on the day until which it is played."""
    with clock(PLAYED):
        yield plan_progress.load_plan_progress(
            Plan.objects.get(code=states_plan.PLAN), PLAYED
        )


def counted(loaded):
    return Counter(row.summary.state for row in loaded.rows)


def test_every_state_of_the_rule_stands_on_a_commitment(in_force):
    over = plan_progress.load_plan_progress(
        Plan.objects.get(code=states_plan.EARLIER), PLAYED
    )
    given = [state for row in commitment_states.RULE for state in row.states]
    expected = Counter(dict.fromkeys(given, 1)) | Counter(SEVERAL)
    for state in commitment_states.IN_PROGRESS_AFTER_PLAN:
        del expected[state]

    assert counted(in_force) == expected
    assert counted(over) == ENDED
    assert set(counted(in_force) + counted(over)) == set(given) == set(S)


def test_it_is_of_a_plans_size_and_says_that_it_is_invented(in_force):
    plan = in_force.plan

    assert (len(in_force.rows), len(in_force.activities)) == (24, 57)
    assert Participation.objects.filter(plan=plan).count() == 15
    assert plan.areas.count() == 3
    assert "inventado" in plan.note_es
    assert "Invented" in plan.note_en


def test_some_are_late_and_say_why(in_force):
    found = delays.load_delays(in_force, PLAYED)
    late = [row.commitment.code for row in in_force.rows if row.is_late]

    assert late == ["2.1.3", "3.1.2"]
    assert [each.row.commitment.code for each in found.shown] == late
    assert all(part.report for each in found.shown for part in each.parts)


def test_the_open_round_has_been_answered_by_most(in_force):
    asked = latest_round(in_force.periods, PLAYED)
    by_state = Counter(
        cell.state for cell in rounds.load_agency_rounds([asked], PLAYED)
    )

    assert asked.code == "semestre-3"
    assert by_state == {
        AgencyRoundState.PUBLISHED: 10,
        AgencyRoundState.SUBMITTED: 1,
        AgencyRoundState.RETURNED: 1,
        AgencyRoundState.IN_PROGRESS: 1,
        AgencyRoundState.NOTHING: 2,
    }


def test_an_agency_owes_a_value_of_each_year_that_is_over(in_force):
    asked = latest_round(in_force.periods, PLAYED)
    (cell,) = [
        each
        for each in rounds.load_agency_rounds([asked], PLAYED)
        if each.agency.acronym == "GUACO"
    ]

    values = [each for each in cell.items if isinstance(each.subject, AskedValue)]
    first, last = in_force.plan.starts_on.year, asked.ends_on.year
    years = [y for y in range(first, last + 1) if date(y, 12, 31) <= asked.ends_on]
    assert [each.subject.starts_on.year for each in values] == years
    assert {each.subject.code for each in values} == {"EJ-7"}


def test_every_fate_of_a_report_befalls_one(in_force):
    mine = ActivityUpdate.objects.filter(plan=in_force.plan)
    statuses = set(mine.values_list("status", flat=True))

    assert statuses == set(RevisionStatus)
    assert set(mine.values_list("answer", flat=True)) == {
        "reported",
        "same_as_before",
        "no_news",
    }
    assert mine.filter(letter__isnull=False, confirmed_at__isnull=False).exists()
    assert mine.filter(is_reserved=True, status=RevisionStatus.PUBLISHED).exists()
    assert mine.filter(activity__is_in_plan=False).exists()
    assert Evidence.objects.filter(is_public=True).count() == 4
    assert {each.kind for each in in_force.plan.amendments.all()} == {
        "redate",
        "cancel",
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_first_page_is_short_and_begins_with_all_commitments(
    client, in_force, language
):
    html = client.get(public_path("home", language=language)).content.decode()
    seen = FOLDED.sub(r"\1", html.split("<main")[1].split("</main>")[0])

    assert 200 < len(re.sub(r"<[^>]*>", " ", seen).split()) <= MOST_WORDS
    assert seen.index('class="tiles"') < seen.index("round-box")
    assert seen.index("change-list") < seen.index("area-card")


# In a browser, once its round is due


@pytest.fixture(params=WIDTHS)
def later_reader(invented, request):
    return Reader(invented.screens[request.param])


def test_what_is_late_and_held_back(later_reader):
    link = "main a[href*='/compromisos/?punctuality=late']"
    told = later_reader.page.locator(link).inner_text()

    later_reader.click(link)

    assert later_reader.codes() == {"2.1.3", "3.1.2"}
    assert re.findall(r"\d+", told) == [str(len(later_reader.codes()))]


def test_who_has_not_reported(later_reader):
    box = later_reader.page.locator("main .round-box")
    silent = Agency.objects.filter(acronym__in=("ATUR", "DEPUN", "GUACO"))

    assert "Tercer semestre" in box.locator("h2").inner_text()
    assert box.locator("li a").all_inner_texts() == sorted(
        silent.values_list("name_es", flat=True)
    )
    assert "Segundo semestre: tampoco." in box.inner_text()


def test_what_changed_since_a_day(later_reader):
    since = Stage(PLAYED).day("2028-07-01")
    published = ActivityUpdate.objects.filter(status=RevisionStatus.PUBLISHED)
    ids = published.values_list("public_id", flat=True)
    earlier = set(ids.filter(published_at__date__lt=since))

    later_reader.click("main a[href='/ejemplo/avances/']")
    later_reader.ask("since", since.isoformat())

    links = later_reader.page.locator("main a[href*='/avances/']")
    hrefs = links.evaluate_all("each => each.map(it => it.getAttribute('href'))")
    shown = {href.rstrip("/").rpartition("/")[2] for href in hrefs}
    assert shown & set(ids)
    assert not shown & earlier


def test_a_plan_under_way_shows_its_answer_at_once(invented):
    """As that of the shipped plan, which ``test_tasks`` holds to the same."""
    desk, phone = (
        invented.open(viewport={"width": w, "height": 800}) for w in WIDTHS[::-1]
    )

    wide, narrow = (page.goto("/") and page.evaluate(FIRST) for page in (desk, phone))

    assert wide["headline"] < wide["figures"] < wide["tiles"] <= 800
    assert narrow["headline"] <= 640
    assert narrow["height"] <= 4000


@pytest.mark.parametrize("path", ["/", "/en/"])
def test_its_first_page_is_printed_on_two_sheets(invented, path):
    page = invented.open()
    page.goto(path)

    assert sheets(page) <= 2


@pytest.mark.parametrize("path", drawn(LONGEST, 2, key="longest"))
def test_a_commitment_tells_first_what_is_known_and_its_facts(invented, path):
    page = invented.open(viewport={"width": 360, "height": 740})
    page.goto(path)

    places = page.evaluate(PLACES)

    assert places["known"] <= 740
    assert places["known"] < places["facts"] <= places["rest"] < 1.5 * 740
    assert sheets(page) <= 2
