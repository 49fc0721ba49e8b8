"""The developers' page of partials: all of them, and for developers alone."""

from pathlib import Path

import pytest
from django.test import RequestFactory
from django.urls import NoReverseMatch, reverse

from plan_portal import components
from plan_portal.urls import PUBLIC_PAGES, developers_patterns
from tests import factories
from tests.deep import DEEP

pytestmark = pytest.mark.django_db

TEMPLATES = Path(__file__).parents[2] / "templates"


def test_without_debug_there_is_no_such_page(client):
    assert developers_patterns(False) == []
    with pytest.raises(NoReverseMatch):
        reverse("components")
    assert client.get("/componentes/").status_code == 404


def test_with_debug_partials_are_shown_with_inputs_and_states(monkeypatch):
    shown = [row for row in PUBLIC_PAGES if DEEP or row[0] in {"search", "commitment"}]
    monkeypatch.setattr(components, "PUBLIC_PAGES", shown)
    factories.make_published_update()
    ((pattern,),) = (each.url_patterns for each in developers_patterns(True))

    html = pattern.callback(RequestFactory().get("/componentes/")).content.decode()

    assert 'id="_status.html"' in html
    assert html.count('class="component-state"') > 30
    assert components._inputs("_status.html") == "A state. Needs: state, word."


def test_states_differ_by_structure_and_not_by_words():
    first, same, other = (
        components.state(html)
        for html in ('<p class="a">x</p>', '<p class="a">y</p>', '<p class="b">x</p>')
    )

    assert first == same != other
    assert components.state("x") == components.state("y") != components.state(" ")


def test_every_partial_says_at_its_head_what_it_needs():
    first = {
        path.name: path.read_text().split("\n", 1)[0]
        for path in TEMPLATES.glob("_*.html")
    }

    assert first
    assert [
        name
        for name, line in first.items()
        if not line.startswith("{# ") or "Needs" not in line
    ] == []


def test_only_pages_of_the_public_table_are_read():
    assert components.collect(PUBLIC_PAGES[:0]).keys() == {"_copy_banner.html"}
