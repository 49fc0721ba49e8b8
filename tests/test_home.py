"""The home page, the page of a plan and the areas: what they say, and how often."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone
from django.utils.translation import override

from strategic_areas import workflow
from strategic_areas.public_paths import public_path
from strategic_areas.queries.pages import overview
from strategic_areas.queries.plan import plans
from tests import make
from tests.columns_seen import idle_columns
from tests.deep import drawn
from tests.strategic_areas.asked import on
from tests.test_public_pages import LANGUAGES, Page

pytestmark = pytest.mark.django_db

#: What is said of work under way, which ended with the plan.
NOW = r"[Ee]n ejecución\b|\b[Ii]n progress\b|under way\.|está atrasado|están atrasados"
TAGS = r"<(script|style)\b.*?</\1>|<[^>]+>"


def text_of(html):
    return " ".join(re.sub(TAGS, " ", html, flags=re.S).split())


def main_of(client, path):
    html = client.get(path).content.decode()
    return html.split("<main", 1)[1].split("</main>")[0]


def every_path(language):
    yield public_path("home", language=language)
    for name in ("plan", "areas", "commitments"):
        yield public_path(name, "2017-2020", language=language)
    for area in plans.plans_with_areas().get(code="2017-2020").areas.all():
        yield area.get_absolute_url(language)


@pytest.mark.parametrize("language", drawn(LANGUAGES, 1, key="columns"))
def test_the_shipped_plan_repeats_no_column(client, shipped, language):
    for path in every_path(language):
        html = main_of(client, path)
        assert idle_columns(html) == [], path
        assert not re.search(NOW, text_of(html)), path
        assert html.count('class="reconstruction"') == 1, path


def test_records_are_told_from_the_records_and_by_year(client, shipped):
    html = main_of(client, "/2017-2020/")

    said = (
        "Encontramos 55 actividades: 30 realizadas, según alguna fuente (17 solo "
        "prensa u ONG), 24 en curso según su último registro, 1 sin registro. No "
        "sabemos cuántas tenía el plan."
    )
    assert said in text_of(html)
    times = html.split('class="plan-time"')[1].split("</ol>")[0]
    assert re.findall(r"<span>(\d+)</span>", times) == ["13", "23", "24", "12"]
    assert "Menciones en las fuentes, por año" in text_of(html)
    assert "El plan 2017-2020 terminó y no encontramos un informe final." in text_of(
        html
    )


def test_of_a_reconstruction_it_tells_how_surely_what_is_known(client, shipped):
    html = main_of(client, "/")

    counts = html.split('class="count-band"')[1].split("</dl>")[0]
    assert re.findall(r"<dt>([^<]+)</dt><dd>(\d+)", counts) == [
        ("hechas, según un gobierno o la ONU", "13"),
        ("hechas, pero solo según la prensa o una ONG", "17"),
        ("en curso la última vez que se supo de ellas", "24"),
        ("sin noticia posterior", "1"),
    ]
    assert html.count("No sabemos si el plan se cumplió.") == 1
    assert 'class="tiles"' not in html


def test_each_commitment_is_a_tile_in_its_family_that_names_it(client):
    plan = make.plan(code="plan-de-prueba")
    asked = make.round(plan=plan)
    silent, heard = (make.activity(plan=plan, code=code).commitment for code in "12")
    make.published_update(activity=heard.activities.get(), period=asked)
    tile = r'tile family--(\w+)[^"]*" href="[^>]+ aria-label="([^"]+)"'

    for language in LANGUAGES:
        html = main_of(client, public_path("home", language=language))

        with override(language):
            named = [f"{each.code} {each.title}" for each in (heard, silent)]
        expected = [("going", named[0]), ("silent", named[1])]
        assert re.findall(tile, html) == expected


def test_a_plan_of_many_commitments_has_a_bar_for_tiles(client, monkeypatch):
    monkeypatch.setattr(overview, "MAX_TILES", 1)
    asked = make.round()
    for _ in range(2):
        make.activity(plan=asked.plan)

    html = main_of(client, "/")

    assert 'class="tile ' not in html
    tiles = html.split("area-card")[0].split("family-bar")[1]
    assert re.findall(r"<b>(\d+)</b>", tiles) == ["2"]


def test_the_page_of_a_plan_tells_its_structure_as_a_tree(client, shipped):
    tree = main_of(client, "/2017-2020/").split("plan-tree")[1]

    assert [tree.count(tag) for tag in ("<h3>", "<h4>")] == [3, 5]
    assert len(set(re.findall(r"compromisos/(R-[\d.]+)/", tree))) == 31
    for name in ("figures-table", "area-card"):
        assert name not in main_of(client, "/2017-2020/")


def test_the_tree_of_a_plan_has_families_and_marks_what_is_late(client):
    yesterday = timezone.localdate() - timedelta(1)
    stated = {"due_on": yesterday, "due_provenance": "plan"}
    late = make.commitment(**stated)
    make.activity(commitment=late, **stated)
    make.round(plan=late.plan)

    tree = main_of(client, late.plan.get_absolute_url()).split("plan-tree")[1]

    assert re.findall(r'class="(family|late)\b', tree) == ["family", "late"]


def test_the_page_of_a_plan_leads_to_themes_and_what_is_asked(client, shipped):
    html = main_of(client, "/2017-2020/")

    asked = client.get(public_path("recommendations", "2017-2020")).context
    told = re.search(r"piden al país: (\d+) ?, de ellas (\d+) sin quien", text_of(html))
    assert list(map(int, told.groups())) == [
        len(asked["shown"]),
        len(asked["without_commitment"]),
    ]
    linked = re.findall(r'href="(/2017-2020/temas/[^"]+)"', html)
    assert linked
    assert {client.get(each).status_code for each in linked} == {200}


# Missing is never zero


def test_of_the_silent_no_nought_is_told(client):
    """Of an area of which nothing is published."""
    asked = make.round()
    activity = make.activity(plan=asked.plan)
    make.submitted_update(activity=activity, period=asked)

    for language in LANGUAGES:
        page = client.get(public_path("home", language=language))

        (area,) = page.context["overview"].areas
        assert (area.has_public_state, area.tally.reported) == (False, 0)
        card = page.text.split('class="card area-card')[1].split("</ul>")[0]
        assert "0" not in re.findall(r"\d+", text_of(f"<{card}"))


def missing_in(client, plan):
    """The names of those that the home page calls silent."""
    box = main_of(client, "/").split('class="round-box"')[1].split("</section>")[0]
    return re.findall(rf'<li>\s*<a href="/{plan.code}/instituciones/[^>]+>([^<]+)', box)


def test_after_the_due_date_whoever_has_not_reported_is_named(client):
    today = timezone.localdate()
    asked = make.round(due_on=today, closes_on=today)
    plan, yesterday = asked.plan, today - timedelta(days=1)
    silent, heard = (make.activity(plan=plan) for _ in range(2))
    make.published_update(activity=heard, period=asked)
    names = []
    for due_on in (today, yesterday):
        type(asked).objects.filter(pk=asked.pk).update(due_on=due_on)
        names.append(missing_in(client, plan))

    assert names == [[], [silent.agency.name]]


def make_rounds(plan, *opened):
    """Rounds of a month that opened so many days ago, and were due 20 days later."""
    today = timezone.localdate()
    return [
        make.round(
            plan=plan,
            starts_on=today - timedelta(days + 30),
            ends_on=today - timedelta(days + 1),
            opens_on=today - timedelta(days),
            due_on=today - timedelta(days - 20),
            closes_on=today - timedelta(days - 25),
        )
        for days in opened
    ]


def report(activity, period, **fields):
    """A report that is published while the round is open."""
    with on(period.opens_on):
        return make.published_update(activity=activity, period=period, **fields)


def test_until_a_round_is_due_the_last_ones_silent_are_named(client):
    """Also where two rounds are open."""
    plan = make.plan()
    first, before, _open, latest = make_rounds(plan, 200, 100, 11, 10)
    twice, once, heard = (
        make.activity(plan=plan, starts_on=first.starts_on) for _ in range(3)
    )
    report(once, first)
    report(heard, first)
    report(heard, before)

    found = client.get("/").context["overview"].latest_round

    assert (found.period, found.past_due_round, found.before) == (latest, before, first)
    assert set(found.missing) == {(twice.agency, True), (once.agency, False)}
    assert set(missing_in(client, plan)) == {twice.agency.name, once.agency.name}


def test_before_its_first_round_it_says_when_that_opens(client):
    day = timezone.localdate() + timedelta(days=20)
    asked = make.round(opens_on=day, due_on=day, closes_on=day)
    make.activity(plan=asked.plan)
    make.round(plan=asked.plan, is_demonstration=True)

    html = text_of(main_of(client, "/"))

    assert "Todavía no se ha pedido ningún reporte" in html
    assert client.get("/").context["overview"].first_round == asked
    assert missing_in(client, asked.plan) == []


def test_what_changed_since_a_round_leads_to_a_list_of_as_many(client):
    plan = make.plan()
    before, now = make_rounds(plan, 100, 10)
    done, same, withdrawn = (
        make.activity(plan=plan, starts_on=before.starts_on) for _ in range(3)
    )
    finished = {"execution": "completed", "percent": 100}
    for activity in (done, same, withdrawn):
        report(activity, before)
    report(same, now)
    report(done, now, **finished)
    taken = report(withdrawn, now, **finished)
    workflow.withdraw(taken, by=make.reviewer(), cause="error")

    page = client.get("/")

    changed = page.context["overview"].changed
    assert changed.since == before
    assert [row.commitment for row in changed.rows] == [done.commitment]
    (link,) = re.findall(r'href="([^"]+changed=[^"]+)"', page.text)
    listed = client.get(unescape(link)).context["catalogue"]
    assert [row.commitment for row in listed.rows] == [done.commitment]


def test_the_first_page_tells_what_is_noted_of_its_plan(client):
    make.commitment(plan=make.plan(note_es="Plan inventado.", code="plan-de-prueba"))

    assert "Plan inventado." in text_of(main_of(client, "/"))


def test_the_outcome_of_an_area_stands_whole(client, shipped):
    page = Page(client.get("/en/2017-2020/areas/").content.decode())

    assert "There are fewer victims: risk conditions are acted upon" in page.text
