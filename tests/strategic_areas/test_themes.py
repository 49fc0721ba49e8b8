"""Themes of activities: in a file, a workbook and the tree, and before the public."""

import pytest
from django.urls import reverse

from strategic_areas import workflow
from strategic_areas.models import Activity, PendingChange, Plan, PlanChange
from tests import factories
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
    made = factories.make_activity(code="1.1", themes=["work"])
    factories.close_structure()
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
    workflow.approve(PendingChange.objects.get(), by=factories.make_reviewer())
    assert themes() == ["children", "tourism"]


def test_of_a_public_plan_two_people_change_them_without_an_act(client, activity):
    client.force_login(factories.make_reviewer())
    edit(client, activity, themes=["border", "work"])

    propose(client, activity.plan)

    assert themes() == ["work"]
    workflow.approve(PendingChange.objects.get(), by=factories.make_reviewer())
    assert themes() == ["border", "work"]
    (change,) = PlanChange.objects.all()
    assert change.amendment is None
    assert change.new_value_es == "Frontera, Trabajo"
    assert change.new_value_en == "Border, Work"


def test_the_record_of_an_activity_tells_them(client, activity):
    client.force_login(factories.make_reviewer())
    address = reverse("admin:strategic_areas_activity_change", args=[activity.pk])

    assert '<div class="readonly">Trabajo</div>' in client.get(address).text
