"""The frame of the pages: menu, marks of areas, and the way to the staff and back."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.template.loader import render_to_string

from plan_portal import country, environment
from plan_portal.templatetags.portal import AREA_SYMBOLS, mark
from strategic_areas.queries.pages import areas
from tests import make
from tests.test_public_pages import read

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


LOGOS = {"institution": "logos/institution.svg", "government": "logos/government.png"}


def test_official_site_shows_identifier_links_and_logos(client, settings):
    settings.OFFICIAL_SITE, settings.LOGOS = True, LOGOS
    # Static paths without a manifest: the logos are no files of this project.
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {
            "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        }
    }

    page = read(client, "/")

    assert "termina en .gob.do, .gov.do, .mil.do" in page.text
    assert "demonstration-band" not in [each.get("class") for each in page.every("p")]
    addresses = [each["href"] for each in page.every("a")]
    assert addresses[-10:] == list(settings.COUNTRY.state_links)
    assert addresses[-10:-8] == [
        "https://saip.gob.do/",
        "https://transparencia.gob.do/",
    ]
    assert [each.get("src") for each in page.every("img")] == [
        "/static/logos/institution.svg",
        "/static/logos/government.png",
    ]


def test_demonstration_looks_like_no_official_site(client, settings):
    settings.OFFICIAL_SITE, settings.LOGOS = False, LOGOS

    page = read(client, "/")

    found = [each for tag in ("details", "ul", "img") for each in page.every(tag)]
    classes = [each.get("class") for each in found]
    assert {"official", "state-links", "logo"}.isdisjoint(classes)
    assert page.every("img") == []
    assert "demonstration-band" in [each.get("class") for each in page.every("p")]


def test_logo_folder_gives_each_logo_or_is_refused(tmp_path):
    with pytest.raises(ImproperlyConfigured, match="institution.svg"):
        environment.logos(str(tmp_path))

    (tmp_path / "government.png").touch()
    (tmp_path / "photo.png").touch()

    assert environment.logos("") == {}
    assert environment.logos(str(tmp_path)) == {"government": "logos/government.png"}


def test_state_link_without_a_text_is_refused(settings, tmp_path):
    source = (settings.BASE_DIR / "plan_portal/countries/do.toml").read_text("utf-8")
    file = tmp_path / "do.toml"
    file.write_text(source + '"https://example.org/" = {es = "Ejemplo"}\n', "utf-8")

    with pytest.raises(ImproperlyConfigured, match="example.org.* text in en"):
        country.load_country(file)
