"""Themes of activities: in a file, a workbook, the tree, and in public."""

import re

import pytest
from django.urls import reverse

from strategic_areas import workflow
from strategic_areas.models import Activity, PendingChange, Plan, PlanChange
from strategic_areas.public_paths import public_path
from strategic_areas.queries.site import arguments_of_public_pages
from strategic_areas.themes import Theme
from tests import make
from tests.make.plans import close_structure
from tests.strategic_areas.drafts import edit, propose
from tests.strategic_areas.planbooks import Keeper
from tests.strategic_areas.plans import load_small, run, small, write
from tests.strategic_areas.test_planbook import faults

pytestmark = pytest.mark.django_db


def with_themes(*themes):
    content = small()
    content["activities"][0]["themes"] = list(themes)
    return content


def themes():
    return Activity.objects.get().themes


def test_a_file_states_themes_and_an_older_one_without_them_leaves_them(tmp_path):
    load_small(tmp_path, with_themes("work", "children"))
    assert themes() == ["children", "work"]

    load_small(tmp_path, small())

    assert themes() == ["children", "work"]


def test_an_unknown_theme_is_a_fault_that_names_those_there_are(tmp_path):
    path = write(tmp_path, with_themes("work", "boats"))
    lines = path.read_text(encoding="utf-8").splitlines()
    line = next(place for place, said in enumerate(lines, 1) if "boats" in said)

    status, _lines, errors = run(path)

    assert (status, errors) == (
        1,
        [
            f"activities C1.a (line {line}), themes: found boats; expected one of "
            "children, migrants, work, tourism, border in the list"
        ],
    )
    assert not Plan.objects.exists()


@pytest.fixture
def activity():
    made = make.activity(code="1.1", themes=["work"])
    close_structure()
    return made


def test_a_workbook_gives_and_takes_them_in_words(client, activity):
    keeper = Keeper.of(activity.plan).with_client(client)
    book = keeper.book
    assert book.cell("activities", "1.1", "themes").value == "Trabajo"
    book.fill("activities", "1.1", themes="Trabajo; barcos")
    page = keeper.bring(book)
    assert faults(page) == [book.cell("activities", "1.1", "themes").coordinate]
    assert "Frontera" in page.text
    book.fill("activities", "1.1", themes="Turismo; children")

    keeper.keep(keeper.bring(book))

    assert themes() == ["work"]
    workflow.approve(PendingChange.objects.get(), by=make.reviewer())
    assert themes() == ["children", "tourism"]


def test_of_a_public_plan_two_people_change_them(client, reviewer, activity):
    edit(client, activity, themes=["border", "work"])

    propose(client, activity.plan)

    assert themes() == ["work"]
    workflow.approve(PendingChange.objects.get(), by=make.reviewer())
    assert themes() == ["border", "work"]
    (change,) = PlanChange.objects.all()
    assert change.amendment is None
    assert change.new_value_es == "Frontera, Trabajo"
    assert change.new_value_en == "Border, Work"


def test_the_record_of_an_activity_tells_them(client, reviewer, activity):
    address = reverse("admin:strategic_areas_activity_change", args=[activity.pk])

    assert '<div class="readonly">Trabajo</div>' in client.get(address).text


# What the public reads


@pytest.fixture
def plan(client):
    """Two commitments, one with an activity for children; and one of no theme."""
    plan = make.plan(code="p")
    for code, *themes in (("1", "children"), ("2", "children", "border"), ("3",)):
        commitment = make.commitment(plan=plan, code=code)
        make.activity(
            commitment=commitment, code=f"{code}.1", title_es="Infantil", themes=themes
        )
    old = make.activity(commitment=commitment, code="3.2", themes=["tourism"])
    make.activity(commitment=commitment, code="3.3").supersedes.add(old)
    return plan


def codes(response):
    return [row.commitment.code for row in response.context["catalogue"].rows]


@pytest.mark.parametrize(
    ("theme", "path", "found"),
    [
        (Theme.CHILDREN, "/p/temas/ninez-y-adolescencia/", ["1", "2"]),
        (Theme.BORDER, "/en/p/themes/border/", ["2"]),
    ],
)
def test_a_themes_page_has_what_its_filter_leaves(client, plan, theme, path, found):
    page = client.get(path)
    listed = client.get(public_path("commitments", "p"), {"theme": theme})

    assert page.status_code == 200
    assert codes(page) == codes(listed) == found

    assert listed.context["catalogue"].facets["theme"].numbers[theme] == len(found)
    assert 'hreflang="es" href="http' in page.text
    for language in ("es", "en"):
        assert f'{public_path("theme", "p", theme, language=language)}"' in page.text


def test_what_no_activity_that_stands_has_is_no_theme_of_the_plan(client, plan):
    make.activity(plan=make.plan(code="q", status="in_preparation"), themes=["work"])

    assert client.get("/p/temas/turismo/").status_code == 404
    assert client.get("/p/temas/otro/").status_code == 404
    assert client.get("/q/temas/trabajo/").status_code == 404
    site = client.get("/mapa/").text
    assert re.findall(r"/temas/[^/]+/", site) == [
        "/temas/ninez-y-adolescencia/",
        "/temas/frontera/",
    ]
    assert len(arguments_of_public_pages()["theme"]) == 2


def test_no_activity_that_was_cancelled_is_counted_for_its_theme(client):
    commitment = make.commitment(plan=make.plan(code="p"))
    for stopped in ({}, {"stopped": "cancelled", "stopped_on": "2025-01-01"}):
        make.activity(commitment=commitment, themes=["work"], **stopped)

    page = client.get(public_path("theme", "p", Theme.WORK, language="es"))

    assert "1 actividad de este tema, en 1 compromiso." in page.text


def test_the_search_knows_the_words_of_a_theme(client, plan):
    answer = client.get("/buscar/", {"q": "niños"}).context["answer"]

    found = {group.kind: [hit.code for hit in group.hits] for group in answer.groups}
    assert (found["commitment"], found["activity"]) == (["1", "2"], ["1.1", "2.1"])

    assert answer.groups[0].hits[0].path == "/p/temas/ninez-y-adolescencia/"


def test_a_commitment_leads_to_its_themes(client, plan):
    page = client.get(public_path("commitment", "p", "2", language="en")).text

    assert (
        '<a href="/en/p/themes/children-and-adolescents/">Children and adolescents</a>'
        ', <a href="/en/p/themes/border/">Border</a>'
    ) in page
