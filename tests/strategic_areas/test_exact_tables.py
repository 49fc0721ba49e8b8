"""Exact tables of indicators, for official questionnaires."""

import csv
import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from agencies.audit import AuditEntry, Event
from strategic_areas.models.measurements import Breakdown, Measurement
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def girls():
    """A part of 3 of a value, of an indicator for which an agency answers."""
    indicator = make.indicator(agency=make.agency(), counts="persons", national=True)
    value = Measurement.objects.create(
        indicator=indicator,
        starts_on="2024-01-01",
        ends_on="2024-12-31",
        value=20,
        status="confirmed",
        provenance="reported",
        counted_by="=PN",
    )
    return Breakdown.objects.create(
        measurement=value, dimension="sex+age", category="girl", value=3
    )


def address_of(part, name="exact_indicator"):
    of = part.measurement.indicator
    word = of.pk if name == "exact_indicator" else of.agency.slug
    return reverse(f"admin:{name}", args=[word])


@pytest.mark.parametrize("name", ["exact_indicator", "exact_agency"])
def test_a_file_holds_what_is_protected_and_who_took_it(client, girls, name):
    user = make.focal_point(agency=girls.measurement.indicator.agency)
    client.force_login(user)
    address = address_of(girls, name)

    page = client.get(address)
    as_text = client.post(address, {"form": "csv"})
    as_book = client.post(address, {"form": "xlsx"})

    rows = list(csv.reader(io.StringIO(as_text.content.decode("utf-8-sig"))))
    sheet = load_workbook(io.BytesIO(as_book.content)).active
    assert page.context["record"] in (
        girls.measurement.indicator,
        girls.measurement.indicator.agency,
    )
    assert rows[3][6:10] == ["sex+age", "girl", "", "3"]
    assert rows[2][3:6] == ["'=PN", "2024-01-01", "2024-12-31"]
    assert [cell.value for cell in sheet[4]][6:10] == ["sex+age", "girl", None, 3]
    for mark in (rows[0][0], sheet["A1"].value, as_book["Content-Disposition"]):
        assert user.get_username() in mark
    assert as_text["Cache-Control"] == "no-store, private"
    taken = AuditEntry.objects.filter(event=Event.EXPORTED, actor=user)
    assert [entry.facts["form"] for entry in taken.order_by("pk")] == ["csv", "xlsx"]


def test_nobody_else_takes_one(client, girls):
    client.force_login(make.focal_point())
    for name in ("exact_indicator", "exact_agency"):
        assert client.post(address_of(girls, name), {"form": "csv"}).status_code == 404

    girls.measurement.indicator.agency = None
    girls.measurement.indicator.save()
    address = address_of(girls)
    statuses = []
    for user in (make.focal_point(), make.reviewer()):
        client.force_login(user)
        statuses.append(client.post(address, {"form": "csv"}).status_code)

    assert statuses == [404, 200]
    assert AuditEntry.objects.filter(event=Event.EXPORTED).count() == 1


def test_a_page_is_no_file_and_tables_are_limited(client, girls, settings):
    settings.ACCOUNT_RATE_LIMITS = {
        **settings.ACCOUNT_RATE_LIMITS,
        "download_unpublished": "1/m/user",
    }
    client.force_login(make.reviewer())
    address = address_of(girls)

    client.get(address, {"form": "csv"})
    statuses = [client.post(address, {"form": "csv"}).status_code for _ in range(2)]

    assert statuses == [200, 429]
