import pytest
from django.contrib.auth import get_user_model
from django.test import Client

pytestmark = pytest.mark.urls("tests.plan_portal.urls")

HEADERS = {
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), "
        "gyroscope=(), microphone=(), payment=(), usb=()"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "manifest-src": "'self'",
    "report-uri": "/csp-informe/",
}


def policy_of(response):
    directives = response["Content-Security-Policy"].split("; ")
    return dict(directive.split(" ", 1) for directive in directives)


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
def test_every_kind_of_response_carries_every_header(path, options, status):
    client = Client(raise_request_exception=False)

    response = client.get(path, **options)

    assert response.status_code == status
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
    assert policy_of(response) == POLICY


def test_a_static_file_carries_every_header_and_is_shared_with_nobody(client):
    response = client.head("/static/admin/css/base.css")

    assert response.status_code == 200
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
    assert policy_of(response) == POLICY
    assert "Access-Control-Allow-Origin" not in response.headers


def test_a_refused_form_carries_every_header():
    client = Client(enforce_csrf_checks=True)

    response = client.post("/form/")

    assert response.status_code == 403
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
    assert policy_of(response) == POLICY


@pytest.mark.parametrize("host", ["localhost", "another.example"])
def test_a_secure_response_binds_the_browser_to_secure_transport(settings, host):
    settings.SECURE_HSTS_SECONDS = 31536000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True

    response = Client().get("/page/", secure=True, headers={"host": host})

    assert (
        response["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    )


def test_plain_http_does_not_promise_secure_transport(client, settings):
    settings.SECURE_HSTS_SECONDS = 31536000

    response = client.get("/page/")

    assert "Strict-Transport-Security" not in response.headers


@pytest.mark.django_db
def test_staff_pages_are_never_stored(client):
    assert client.get("/gestion/page/")["Cache-Control"] == "no-store, private"
    assert "Cache-Control" not in client.get("/page/").headers


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
