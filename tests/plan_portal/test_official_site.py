"""An official site shows who runs it and links to the sites that the State asks for."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from plan_portal import country, environment
from tests.test_public_pages import read

pytestmark = pytest.mark.django_db
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
