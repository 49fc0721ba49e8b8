"""Several values are published as one: all of them or none, protected together."""

import pytest

from agencies.access import RefusedError
from strategic_areas.figures.reporting import VALUES
from strategic_areas.models import PublishedFigure
from strategic_areas.models.measurements import Measurement, ReportedValue
from tests.factories import (
    make_agency,
    make_indicator,
    make_reported_value,
    make_reviewer,
    make_source,
)

pytestmark = pytest.mark.django_db

PERSONS = {"counts": "persons", "national": True, "family": "victims"}


def make_counted(is_teller=False):
    agency = make_agency()
    return make_indicator(agency=agency, is_teller=is_teller, **PERSONS)


def statuses():
    return list(ReportedValue.objects.order_by("pk").values_list("status", flat=True))


@pytest.mark.parametrize("order", [1, -1], ids=["total first", "printed first"])
def test_what_they_tell_is_protected_once_all_are_known(order):
    """Else the year's total stood beside the printed part that it does not tell."""
    reviewer = make_reviewer()
    total = make_counted(is_teller=True)
    source = make_source(plan=total.introduced_by, kind="official_report")
    part = make_indicator(plan=total.introduced_by, agency=total.agency, **PERSONS)
    values = [
        make_reported_value(indicator=total, value=49, certainty="confirmed"),
        make_reported_value(
            indicator=part,
            by=make_reviewer(),
            starts_on="2025-01-01",
            ends_on="2025-03-31",
            value=12,
            certainty="confirmed",
            source=source,
            printed_where="p. 4",
        ),
    ]

    VALUES.approve_all(values[::order], by=reviewer)

    told = dict(PublishedFigure.objects.values_list("indicator", "value"))
    assert told == {total.pk: None, part.pk: 12}
    assert statuses() == ["approved", "approved"]


def test_nobody_publishes_what_they_handed_in_and_then_none_is(client):
    reviewer = make_reviewer()
    own = make_indicator(agency=make_agency())
    source = make_source(plan=own.introduced_by)
    values = [
        make_reported_value(),
        make_reported_value(indicator=own, by=reviewer, source=source),
    ]

    with pytest.raises(RefusedError, match=f"^{values[1]}: "):
        VALUES.approve_all(values, by=reviewer)

    assert statuses() == ["pending", "pending"]
    assert not Measurement.objects.exists()
    assert not PublishedFigure.objects.exists()


def test_one_that_was_overtaken_is_named_and_none_is_published():
    values = [make_reported_value(), make_reported_value()]
    Measurement.objects.create(
        indicator=values[1].indicator,
        starts_on=values[1].starts_on,
        ends_on=values[1].ends_on,
        counted_by=values[1].agency.acronym,
        value=7,
        status="confirmed",
        provenance="reported",
    )

    with pytest.raises(RefusedError, match=f"^{values[1]}: "):
        VALUES.approve_all(values, by=make_reviewer())

    assert statuses() == ["pending", "pending"]
    assert Measurement.objects.count() == 1


def test_trying_them_leaves_nothing():
    values = [make_reported_value(), make_reported_value()]

    with VALUES.tried(values, by=make_reviewer()):
        within = PublishedFigure.objects.count()

    assert (within, PublishedFigure.objects.count()) == (2, 0)
    assert statuses() == ["pending", "pending"]
