"""The frame of the public pages: its menu and the marks of areas."""

import pytest
from django.template.loader import render_to_string

from plan_portal.templatetags.portal import MARKS, mark_of
from tests import factories

pytestmark = pytest.mark.django_db


def test_areas_are_marked_in_the_order_of_their_plan():
    plan, other = factories.make_plan(), factories.make_plan()
    areas = [factories.make_area(plan=plan, code=str(place)) for place in (2, 1, 10)]
    factories.make_area(plan=other, code="0")

    assert [mark_of(plan, area) for area in areas] == [2, 1, 3]


def test_each_mark_has_a_shape_of_its_own():
    shapes = {
        render_to_string("_area_mark.html", {"mark": mark}).split(" d=")[1]
        for mark in range(1, MARKS + 1)
    }

    assert len(shapes) == MARKS


@pytest.mark.parametrize(
    ("provenance", "words"),
    [
        ("plan", ["Compromisos", "Avances"]),
        ("reconstructed", ["Acciones documentadas", "Registros"]),
    ],
)
def test_the_menu_names_what_the_plan_has(client, provenance, words):
    commitment = factories.make_commitment(provenance=provenance)
    factories.make_record_update(
        activity=factories.make_activity(commitment=commitment)
    )

    page = client.get(f"/{commitment.plan.code}/").text

    menu = page.split('class="site-nav"')[1].split("</nav>")[0]
    assert [word for word in words if word in menu] == words
