import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.plan_portal.test_headers import BEST

pytestmark = pytest.mark.urls("tests.plan_portal.urls")


@pytest.mark.parametrize(
    ("path", "options", "status"),
    [
        ("/page/", {}, 200),
        ("/page", {}, 301),
        ("/suspicious/", {}, 400),
        ("/page/", {"headers": {"host": "another.example"}}, 400),
        ("/forbidden/", {}, 403),
        ("/nowhere/", {}, 404),
        ("/broken/", {}, 500),
        ("/salud/viva", {}, 200),
    ],
)
def test_every_kind_of_response_carries_every_header(settings, path, options, status):
    """What the portal's own pages and files carry stands in test_headers.py."""
    settings.SECURE_HSTS_SECONDS = 31536000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True

    response = Client(raise_request_exception=False).get(path, secure=True, **options)

    policy = {*response["Content-Security-Policy"].split("; ")}
    found = {name: response.headers.get(name) for name in BEST}
    assert response.status_code == status
    assert found | {"Content-Security-Policy": policy - {"img-src 'self'"}} == BEST
    assert "img-src 'self'" in policy
    assert "Cache-Control" not in response.headers or path != "/page/"


def test_plain_http_does_not_promise_secure_transport(client, settings):
    settings.SECURE_HSTS_SECONDS = 31536000

    response = client.get("/page/")

    assert "Strict-Transport-Security" not in response.headers


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("/page/", "es"),
        ("/en/page/", "en"),
        ("/en", "en"),
        ("/enero/", "es"),
        ("/en/nowhere/", "en"),
        ("/nowhere/", "es"),
    ],
)
def test_a_public_address_alone_decides_its_language(client, path, language):
    client.cookies["idioma"] = "es" if language == "en" else "en"

    response = client.get(path, headers={"accept-language": "en;q=1, es;q=0.5"})

    assert response["Content-Language"] == language


def test_a_public_page_varies_on_nothing(client):
    client.cookies["idioma"] = "en"
    client.cookies["sesion"] = "of-somebody"

    response = client.get("/page/", headers={"accept-language": "en"})

    assert "Vary" not in response.headers


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cookie", "language"), [("en", "en"), ("es", "es"), ("", "es"), ("xx", "es")]
)
def test_a_staff_page_follows_the_browser_at_first(client, cookie, language):
    client.cookies["idioma"] = cookie

    response = client.get("/gestion/page/")

    assert response["Content-Language"] == language


@pytest.mark.django_db
def test_a_staff_page_speaks_the_persons_language(client):
    person = get_user_model().objects.create(username="ana", language="en")
    client.force_login(person)
    client.cookies["idioma"] = "es"

    response = client.get("/gestion/page/")

    assert response["Content-Language"] == "en"
