from datetime import datetime, timedelta

from django.utils import timezone

PATH = "/.well-known/security.txt"


def test_a_stranger_learns_whom_to_tell_of_a_weakness(client, settings):
    settings.SECURITY_CONTACT = "mailto:seguridad@example.gob.do"

    response = client.get(PATH)

    lines = response.content.decode().splitlines()
    fields = dict(line.split(": ", 1) for line in lines)
    expires = datetime.fromisoformat(fields.pop("Expires"))
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert fields == {
        "Contact": "mailto:seguridad@example.gob.do",
        "Preferred-Languages": "es, en",
        "Canonical": f"http://localhost:8000{PATH}",
    }
    assert timedelta(days=178) < expires - timezone.now() < timedelta(days=365)


def test_without_a_contact_there_is_no_such_file(client, settings):
    settings.SECURITY_CONTACT = ""

    assert client.get(PATH).status_code == 404


def test_the_file_is_only_read(client, settings):
    settings.SECURITY_CONTACT = "https://example.gob.do/seguridad"

    assert client.post(PATH).status_code == 405
