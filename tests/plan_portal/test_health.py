import pytest
from django.db import OperationalError
from django.db.migrations.recorder import MigrationRecorder

from plan_portal import health
from strategic_areas import triggers

PROBE = {"host": "10.0.0.7:8000"}


def test_the_living_process_says_so_without_a_database(client):
    response = client.get("/salud/viva", headers=PROBE)

    assert (response.status_code, response.content) == (200, b"viva\n")


@pytest.mark.django_db
def test_a_portal_that_can_serve_is_ready(client):
    response = client.get("/salud/lista", headers=PROBE)

    assert (response.status_code, response.content) == (200, b"lista\n")
    assert response["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_a_missing_trigger_makes_the_portal_unready(client, monkeypatch):
    monkeypatch.setattr(triggers, "missing", lambda: ["keeps_version"])

    response = client.get("/salud/lista")

    assert (response.status_code, response.content) == (
        503,
        b"no lista\nmissing trigger: keeps_version\n",
    )


@pytest.mark.django_db
def test_an_unapplied_migration_makes_the_portal_unready(client):
    MigrationRecorder.Migration.objects.filter(app="sessions").delete()

    response = client.get("/salud/lista")

    assert (response.status_code, response.content) == (
        503,
        b"no lista\nunapplied migrations: 1\n",
    )


def test_a_database_that_fails_is_told_without_its_words(client, monkeypatch):
    def fail():
        raise OperationalError("no route to secret-host")

    monkeypatch.setattr(health, "reasons_not_to_serve", fail)

    response = client.get("/salud/lista")

    assert (response.status_code, response.content) == (
        503,
        b"no lista\nthe database does not answer\n",
    )


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/salud/viva", "/salud/lista"])
def test_probes_need_no_secure_transport(client, settings, path):
    settings.SECURE_SSL_REDIRECT = True

    assert client.get(path).status_code == 200
