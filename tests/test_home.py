"""The first page, the page of a plan and the areas: what they say, and how often."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override

from strategic_areas.addresses import address
from strategic_areas.queries.pages import overview
from strategic_areas.queries.plan import plans
from tests import factories
from tests.columns_seen import idle_columns
from tests.deep import drawn
from tests.strategic_areas.plans.kept import load_shipped
from tests.test_public_pages import LANGUAGES, Page

pytestmark = pytest.mark.django_db

#: What is said of work under way, which ended with the plan.
NOW = r"[Ee]n ejecución\b|\b[Ii]n progress\b|under way\.|está atrasado|están atrasados"
TAGS = r"<(script|style)\b.*?</\1>|<[^>]+>"


@pytest.fixture(scope="module")
def shipped(lasting):
    load_shipped()


def text_of(html):
    return " ".join(re.sub(TAGS, " ", html, flags=re.S).split())


def main_of(client, path):
    html = client.get(path).content.decode()
    return html.split("<main", 1)[1].split("</main>")[0]


def every_path(language):
    yield address("home", language=language)
    for name in ("plan", "areas", "commitments"):
        yield address(name, "2017-2020", language=language)
    for area in plans.with_areas().get(code="2017-2020").areas.all():
        yield area.get_absolute_url(language)


@pytest.mark.parametrize("language", drawn(LANGUAGES, 1, key="columns"))
def test_of_the_shipped_plan_no_column_repeats_and_nothing_goes_on(
    client, shipped, language
):
    for path in every_path(language):
        html = main_of(client, path)
        assert idle_columns(html) == [], path
        assert not re.search(NOW, text_of(html)), path
        assert html.count('class="reconstruction"') == 1, path


def test_records_are_told_from_the_records_and_by_year(client, shipped):
    html = main_of(client, "/")

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


def test_institutions_with_least_to_tell_are_folded_away(client, shipped):
    found = client.get("/").context["overview"]

    assert overview.MOST_INSTITUTIONS == 8 < len(found.every_institution) == 31
    assert len(found.institutions) == overview.SHOWN_OF_MANY == 5
    assert min(each.weight for each in found.institutions) >= max(
        each.weight for each in found.folded
    )
    folded = main_of(client, "/").split("<summary>")[1].split("</details>")[0]
    assert folded.count("<a ") == len(found.folded) == 26


def test_the_page_of_a_plan_tells_its_structure_as_a_tree(client, shipped):
    tree = main_of(client, "/2017-2020/").split("plan-tree")[1]

    assert [tree.count(tag) for tag in ("<h3>", "<h4>")] == [3, 5]
    assert len(set(re.findall(r"compromisos/(R-[\d.]+)/", tree))) == 31
    for name in ("figures-table", "area-card"):
        assert name not in main_of(client, "/2017-2020/")


# Missing is never zero


def test_of_the_silent_no_nought_is_told(client):
    """Neither of an area nor of an agency of which nothing is published."""
    asked = factories.make_round()
    activity = factories.make_activity(plan=asked.plan)
    factories.make_participation(plan=asked.plan, agency=activity.agency)
    factories.make_submitted_update(activity=activity, period=asked)

    for language in LANGUAGES:
        page = client.get(address("home", language=language))

        ((_agency, _path, told),) = page.context["table"]["rows"]
        (area,) = page.context["overview"].areas
        with override(language):
            cells = {str(heading): cell for heading, cell in told}
        assert (area.is_told, area.tally.told) == (False, 0)
        assert [cell for cell in cells.values() if cell.startswith("0")] == []
        figures = page.text.split('class="figures"')[1].split("</dl>")[0]
        assert re.findall(r"<dd>(\d+)", figures) == ["1", "1"]


def test_after_the_due_date_whoever_has_not_reported_is_named(client):
    today = timezone.localdate()
    asked = factories.make_round(due_on=today, closes_on=today)
    plan, yesterday = asked.plan, today - timedelta(days=1)
    silent, heard = (factories.make_activity(plan=plan) for _ in range(2))
    factories.make_published_update(activity=heard, period=asked)
    names = []
    for due_on in (today, yesterday):
        type(asked).objects.filter(pk=asked.pk).update(due_on=due_on)
        text = text_of(main_of(client, address("home", language="en")))
        names.append(f"Not yet: {silent.agency.acronym}." in text)

    assert names == [False, True]


def test_the_first_page_tells_what_is_noted_of_its_plan(client):
    plan = factories.make_plan(note_es="Plan inventado.", code="plan-de-prueba")
    factories.make_commitment(plan=plan)

    assert "Plan inventado." in text_of(main_of(client, "/"))


def test_the_outcome_of_an_area_stands_whole(client, shipped):
    page = Page(client.get("/en/").content.decode())

    assert "There are fewer victims: risk conditions are acted upon" in page.text
