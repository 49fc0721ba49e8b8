import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_a_person_keeps_the_language_she_chose(client):
    person = get_user_model().objects.create(username="ana", language="es")
    client.force_login(person)

    response = client.post(reverse("language"), {"language": "en"})

    person.refresh_from_db()
    assert person.language == "en"
    assert response["Location"] == reverse("admin:index")


def test_a_stranger_keeps_the_language_in_the_browser(client):
    client.post(reverse("language"), {"language": "en"})

    assert client.cookies["idioma"].value == "en"
    assert client.cookies["idioma"]["httponly"] is True


def test_a_language_that_is_not_offered_changes_nothing(client):
    person = get_user_model().objects.create(username="ana", language="es")
    client.force_login(person)

    client.post(reverse("language"), {"language": "fr"})

    person.refresh_from_db()
    assert person.language == "es"
    assert "idioma" not in client.cookies


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


def test_a_link_cannot_change_the_language(client):
    assert client.get(reverse("language"), {"language": "en"}).status_code == 405


def test_another_site_cannot_change_the_language():
    client = Client(enforce_csrf_checks=True)

    response = client.post(reverse("language"), {"language": "en"})

    assert response.status_code == 403


def test_no_sentence_knows_what_the_secretariat_is_called(settings):
    [catalogue] = settings.LOCALE_PATHS[0].glob("es/LC_MESSAGES/django.po")

    assert settings.SECRETARIAT_NAME not in catalogue.read_text(encoding="utf-8")
