"""What staff read of indicators, targets and raw values."""

from datetime import date

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import override

from strategic_areas.models import PublishedFigure, Target
from strategic_areas.models.measurements import Measurement, ReportedValue
from tests import make

pytestmark = pytest.mark.django_db

SPAN = {"starts_on": date(2025, 1, 1), "ends_on": date(2025, 12, 31)}


@pytest.mark.parametrize(
    ("stored", "shown"), [("349.000", "349"), ("34.500", "34.5"), ("300", "300")]
)
def test_a_value_is_listed_with_its_unit_and_without_zeros(client, stored, shown):
    plan, indicator = make.plan(), make.indicator()
    Target.objects.create(
        plan=plan, indicator=indicator, value=stored, provenance="plan", **SPAN
    )
    Measurement.objects.create(
        indicator=indicator,
        value=stored,
        status="confirmed",
        provenance="documented",
        **SPAN,
    )
    client.force_login(make.reviewer(language="en"))

    listed = []
    for model in (Target, Measurement):
        name = f"admin:strategic_areas_{model._meta.model_name}_changelist"
        (row,) = client.get(reverse(name)).context["cl"].result_list
        with override("en"):
            listed.append(admin.site.get_model_admin(model).figure(row))

    assert listed == [f"{shown} people", f"{shown} people"]
    assert str(Target.objects.get()) == f"{indicator.code}: {shown}"


def test_every_field_of_an_admin_page_has_a_name_that_is_translated():
    untold = [
        f"{model._meta.label}.{field.name}"
        for model in admin.site._registry
        if model._meta.app_label == "strategic_areas"
        for field in [*model._meta.fields, *model._meta.many_to_many]
        if field.editable
        and not field.primary_key
        and not field.name.endswith("_en")
        and not isinstance(field.verbose_name, Promise)
    ]

    assert untold == []


def test_a_value_is_read_on_its_page_as_in_the_list(client):
    indicator = make.indicator()
    stored = Measurement.objects.create(
        indicator=indicator,
        value="349.000",
        status="confirmed",
        provenance="documented",
        **SPAN,
    )
    client.force_login(make.reviewer())

    name = "admin:strategic_areas_measurement_change"
    page = client.get(reverse(name, args=[stored.pk])).content.decode()

    assert "349 personas" in page
    assert "349.000" not in page


def test_nobody_changes_a_value_by_a_form(client):
    stored = Measurement.objects.create(
        indicator=make.indicator(),
        value=5,
        status="confirmed",
        provenance="documented",
        **SPAN,
    )
    client.force_login(make.user(is_staff=True, is_superuser=True))
    page = reverse("admin:strategic_areas_measurement_change", args=[stored.pk])
    printed = {"printed_by": make.source().pk, "printed_where_es": "p. 4"}

    answers = [
        client.post(page, {"value": "9", **printed}),
        client.post(reverse("admin:strategic_areas_measurement_add"), printed),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    stored.refresh_from_db()
    assert (stored.value, stored.printed_by) == (5, None)


@pytest.mark.parametrize(
    ("language", "called"),
    [
        ("es", "I-01, del 01/01/2025 al 31/12/2025"),
        ("en", "I-01, from 1 January 2025 to 31 December 2025"),
    ],
)
def test_a_value_is_called_by_its_days_in_words(language, called):
    indicator = make.indicator(code="I-01")

    with override(language):
        for model in (Measurement, PublishedFigure, ReportedValue):
            assert str(model(indicator=indicator, **SPAN)) == called
