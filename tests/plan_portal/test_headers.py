"""
What every answer carries, on each kind of page that the portal has.

The expected values are what Mozilla's HTTP Observatory asks for its best mark.
"""

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from plan_portal.middleware import SecurityHeadersMiddleware
from tests import make
from tests.deep import drawn

pytestmark = pytest.mark.django_db

BEST = {
    "Content-Security-Policy": {
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "object-src 'none'",
        "manifest-src 'self'",
        "report-uri /csp-informe/",
    },
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), "
        "gyroscope=(), microphone=(), payment=(), usb=()"
    ),
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}
#: A file is shut in even more: it runs nothing and stands in no page.
FILE = BEST | {"Content-Security-Policy": {"sandbox", "default-src 'none'"}}


@pytest.fixture
def secure(settings):
    """Answers as they leave a portal under TLS."""
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 31536000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True


def own_file(client):
    item = make.file_evidence()
    client.force_login(item.activity_update.contributors.get())
    return client.get(reverse("staff_evidence", args=[item.token]), secure=True)


def letter(client):
    client.force_login(make.reviewer())
    return client.get(
        reverse("admin:letter_file", args=[make.letter().pk]), secure=True
    )


def workbook(client):
    person = make.focal_point()
    agency = person.mandates.get().agency
    activity = make.activity(agency=agency)
    client.force_login(person)
    keys = [make.round(plan=activity.plan).pk, agency.slug]
    return client.get(reverse("admin:workbook", args=keys), secure=True)


def too_many(client):
    client.handler.enforce_csrf_checks = False
    for number in range(11):
        answer = client.post(
            "/cuenta/login/", {"login": f"x{number}", "password": "x"}, secure=True
        )
    return answer


def page(path, make_actor=None, **options):
    def ask(client):
        if make_actor:
            client.force_login(make_actor())
        return client.get(path, secure=True, **options)

    return ask


def refused_form(client):
    client.force_login(make.reviewer())
    return client.post("/gestion/avisos/", {"reminders": "never"}, secure=True)


KINDS = {
    "public page": (page("/"), 200, BEST),
    "public page in English": (page("/en/"), 200, BEST),
    "sign-in": (page("/cuenta/login/"), 200, BEST),
    "sent to sign in": (page("/gestion/"), 302, BEST),
    "desk": (page("/gestion/", make.reviewer), 200, BEST),
    "admin list": (page("/gestion/agencies/user/", make.administrator), 200, BEST),
    "admin form": (
        page("/gestion/agencies/agency/add/", make.administrator),
        200,
        BEST,
    ),
    "error: not found": (page("/nowhere/at/all/"), 404, BEST),
    "error: not hers": (page("/gestion/agencies/user/", make.reviewer), 403, BEST),
    "error: another host": (page("/", headers={"host": "evil.example"}), 400, BEST),
    "error: a form from elsewhere": (refused_form, 403, BEST),
    "style sheet": (page("/static/portal.css"), 200, BEST),
    "error: not that way": (page("/csp-informe/"), 405, BEST),
    "error: too many": (too_many, 429, BEST),
    "table to download": (
        page("/1991-1994/compromisos.csv"),
        200,
        # Pages of other sites may load it.
        {**BEST, "Cross-Origin-Resource-Policy": "cross-origin"},
    ),
    "feed": (page("/1991-1994/avances.atom"), 200, BEST),
    "file of evidence": (own_file, 200, FILE),
    "letter": (letter, 200, FILE),
    "workbook": (workbook, 200, BEST),
    "probe": (page("/salud/viva"), 200, BEST),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_answer_has_the_best_headers(kind, secure):
    ask, status, expected = KINDS[kind]
    make.plan(code="1991-1994")
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)

    response = ask(client)
    response.close()

    found = {name: response.headers.get(name) for name in expected}
    policy = set(found["Content-Security-Policy"].split("; "))
    # Pictures are the one thing that may differ: data: for a code to photograph.
    found["Content-Security-Policy"] = {
        rule for rule in policy if not rule.startswith("img-src")
    }
    assert response.status_code == status
    assert found == expected
    assert not [rule for rule in policy if "unsafe" in rule or "*" in rule]
    is_open = "Access-Control-Allow-Origin" in response.headers
    assert is_open == (kind == "table to download")
    assert "Server" not in response.headers


@pytest.mark.parametrize(
    "path", ["/", "/cuenta/login/", "/nowhere/", "/static/portal.css", "/salud/viva"]
)
def test_every_text_says_its_character_set(client, path):
    response = client.get(path)
    response.close()

    kind, _semicolon, rest = response["Content-Type"].partition("; ")
    assert kind.startswith("text/")
    assert rest.replace('"', "") == "charset=utf-8"


@pytest.mark.parametrize(
    "path",
    ["/static/", "/static/admin/", "/.git/config", "/manage.py", "/static/..%2f"],
)
def test_no_folder_is_listed_and_no_source_served(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/", "/cuenta/login/", "/salud/viva"])
def test_no_request_is_echoed(client, path):
    response = client.trace(path, headers={"x-told": "planted-word"})

    assert b"planted-word" not in response.content


def test_plain_http_leads_to_the_same_address_under_tls(client, secure):
    response = client.get("/planes/?a=1")

    assert response.status_code == 301
    assert response["Location"] == "https://testserver/planes/?a=1"


def test_cookies_are_bound_to_the_host_and_beyond_all_scripts(client, secure):
    """Their names and the mark secure are the settings': tests/…/test_settings.py."""
    client.force_login(make.reviewer())
    session = client.session
    session["active_at"] = session["active_at"] - 61
    session.save()

    answer = client.get("/gestion/avisos/", secure=True)

    assert set(answer.cookies) >= {"sesion", "csrf"}
    for name in ("sesion", "csrf"):
        cookie = answer.cookies[name]
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
        assert (cookie["path"], cookie["domain"]) == ("/", "")


def routes(resolver, before=""):
    """Every address of the portal as a path, with 1 for each thing asked for."""
    for each in resolver.url_patterns:
        whole = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from routes(each, whole)
        elif isinstance(each, URLPattern):
            yield whole


def example_of(route):
    parts = route.replace("^", "").replace("$", "").split("/")
    return "/" + "/".join("1" if set("<(") & set(part) else part for part in parts)


STAFF = sorted(
    example_of(route)
    for route in routes(get_resolver())
    if route.startswith(("gestion/", "cuenta/"))
)


def test_no_browser_stores_a_page_of_staff():
    def kept(request):
        return HttpResponse(headers={"Cache-Control": "public, max-age=60"})

    ask = SecurityHeadersMiddleware(kept)
    said = {path: ask(RequestFactory().get(path))["Cache-Control"] for path in STAFF}

    assert len(STAFF) > 50
    assert said == dict.fromkeys(STAFF, "no-store, private")


def test_nothing_stands_before_what_tells_browsers_not_to_store(client):
    client.force_login(make.user(is_superuser=True))

    told = {
        path: client.get(path).headers.get("Cache-Control") for path in drawn(STAFF, 10)
    }

    assert told == dict.fromkeys(told, "no-store, private")
