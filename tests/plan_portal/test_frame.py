"""The frame of the pages: menu, marks of areas, and the way to the staff and back."""

import pytest
from django.template.loader import render_to_string

from plan_portal.templatetags.portal import AREA_SYMBOLS, mark
from strategic_areas.queries.pages import areas
from tests import make

pytestmark = pytest.mark.django_db


def test_areas_are_marked_in_the_order_of_their_plan():
    plan, other = make.plan(), make.plan()
    for place in (2, 1, 10):
        make.area(plan=plan, code=str(place))
    make.area(plan=other, code="0")

    found = {area.code: mark(area) for area in areas.areas_of_plan(plan)}

    assert found == {"1": 1, "2": 2, "10": 3}


def test_each_mark_has_a_shape_of_its_own():
    shapes = {
        render_to_string("_area_mark.html", {"mark": mark}).split(" d=")[1]
        for mark in range(1, AREA_SYMBOLS + 1)
    }

    assert len(shapes) == AREA_SYMBOLS


@pytest.mark.parametrize(
    ("provenance", "words"),
    [
        ("plan", ["Compromisos", "Avances"]),
        ("reconstructed", ["Acciones documentadas", "Registros"]),
    ],
)
def test_the_menu_names_what_the_plan_has(client, provenance, words):
    commitment = make.commitment(provenance=provenance)
    make.record_update(activity=make.activity(commitment=commitment))

    page = client.get(f"/{commitment.plan.code}/").text

    menu = page.split('class="site-nav"')[1].split("</nav>")[0]
    assert [word for word in words if word in menu] == words


def test_one_finds_the_way_from_public_to_staff_pages_and_back(client):
    public = client.get("/").text
    client.force_login(make.reviewer())
    staff = client.get("/gestion/").text

    assert 'href="/gestion/"' in public.partition("</main>")[2]
    assert 'href="/"' in staff.partition("<main")[0]
