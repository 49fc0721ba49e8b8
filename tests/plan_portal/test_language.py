import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("chosen", "kept"), [("en", "en"), ("fr", "es")])
def test_a_person_keeps_the_offered_language_she_chose(client, chosen, kept):
    person = get_user_model().objects.create(username="ana", language="es")
    client.force_login(person)

    response = client.post(reverse("language"), {"language": chosen})

    person.refresh_from_db()
    assert person.language == kept
    assert response["Location"] == reverse("admin:index")
    assert ("idioma" in client.cookies) is (chosen == kept)


def test_another_site_cannot_change_the_language(client):
    linked = client.get(reverse("language"), {"language": "en"})
    forged = Client(enforce_csrf_checks=True).post(
        reverse("language"), {"language": "en"}
    )
    client.post(reverse("language"), {"language": "en"})

    assert (linked.status_code, forged.status_code) == (405, 403)
    assert client.cookies["idioma"].value == "en"
    assert client.cookies["idioma"]["httponly"] is True


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/gestion/password_change/", "/gestion/password_change/"),
        ("https://another.example/", "/gestion/"),
        ("//another.example/", "/gestion/"),
        ("/\\another.example/", "/gestion/"),
        ("javascript:alert(1)", "/gestion/"),
        ("", "/gestion/"),
    ],
)
def test_the_way_back_never_leaves_the_portal(client, target, expected):
    response = client.post(reverse("language"), {"language": "en", "next": target})

    assert response["Location"] == expected


def test_no_sentence_knows_what_the_secretariat_is_called(settings):
    [catalogue] = settings.LOCALE_PATHS[0].glob("es/LC_MESSAGES/django.po")

    assert settings.SECRETARIAT_NAME not in catalogue.read_text(encoding="utf-8")
