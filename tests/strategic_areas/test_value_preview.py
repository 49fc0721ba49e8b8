"""Whoever decides on a value reads beforehand what the public will read, and where."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from strategic_areas.figures.submission import VALUE_STEPS
from strategic_areas.models import PublishedFigure
from strategic_areas.models.measurements import Measurement, ReportedValue
from strategic_areas.queries.figures import indicators, phrases
from tests import make

pytestmark = pytest.mark.django_db


class Scene:
    def __init__(self, client, **fields):
        self.client = client
        self.agency = make.agency(acronym="PGR", name_es="Procuraduría")
        self.activity = make.activity(agency=self.agency)
        self.commitment = self.activity.commitment
        plan = self.activity.plan
        make.round(plan=plan)
        about = {
            "plan": plan,
            "agency": self.agency,
            "counted_by": "PGR",
            "area": self.commitment.programme.area,
            "commitment": self.commitment,
            "key_figure": True,
            **fields,
        }
        self.indicator = make.indicator(**about)
        self.user = make.focal_point(agency=self.agency)
        self.reviewer = make.reviewer()
        client.force_login(self.reviewer)

    def hand_in(self, year, value, **fields):
        return make.reported_value(
            indicator=self.indicator,
            by=self.user,
            starts_on=f"{year}-01-01",
            ends_on=f"{year}-12-31",
            value=value,
            **fields,
        )

    def publish(self, reported):
        return VALUE_STEPS.approve(reported, by=self.reviewer)

    def page(self, reported):
        return self.client.get(reverse("admin:value", args=[reported.pk]))

    def shown(self, reported):
        """What the review shows of the one indicator, with all that changes."""
        preview = self.page(reported).context["screen"]["preview"]
        (shown,) = preview["indicators"]
        return shown | {"public_changes": preview["public_changes"]}

    def series(self):
        rows = indicators.public_indicators().filter(pk=self.indicator.pk)
        (line,) = indicators.load_series(rows)
        return [phrases.value_sentence(line, point) for point in line.points]


CASES = {"counts": "cases", "sensitive": False, "why_not_sensitive": "Cuenta casos."}


@pytest.fixture
def cases(client):
    return Scene(client, **CASES)


@pytest.fixture
def persons(client):
    about = {"counts": "persons", "national": True, "family": "victims"}
    return Scene(client, sensitive=True, is_teller=True, **about)


def rows():
    tables = (Measurement, PublishedFigure, ReportedValue)
    return [list(table.objects.order_by("pk").values()) for table in tables]


@pytest.mark.parametrize("value", [81, 8])
def test_what_the_review_shows_is_what_is_then_published(cases, value):
    cases.publish(cases.hand_in(2023, 52))
    reported, before = cases.hand_in(2024, value), cases.series()

    shown = cases.shown(reported)
    cases.publish(reported)

    assert shown["before"]["text"] == before[-1]
    assert shown["after"]["text"] == cases.series()[-1]
    assert [
        (row["span"], row["text"], row["has_changed"]) for row in shown["series"]
    ] == [
        ("2023", "52", False),
        ("2024", str(value), True),
    ]


def test_a_value_that_revises_another_is_not_called_new(cases):
    cases.publish(cases.hand_in(2023, 40))
    cases.publish(cases.hand_in(2024, 52))
    revised = cases.hand_in(2024, 61, why="Faltaban casos.")

    page = cases.page(revised).text

    assert "<strong>en lugar de 52</strong>" in page
    assert "<strong>nuevo</strong>" not in page
    assert "en lugar de 40" not in page


def test_the_preview_changes_nothing(cases):
    cases.publish(cases.hand_in(2023, 52))
    reported = cases.hand_in(2024, 81)
    before = rows()

    cases.page(reported)

    assert rows() == before


def test_the_preview_follows_the_rule_that_protects_people(persons):
    reported = persons.hand_in(2024, 7)

    shown = persons.shown(reported)

    assert [(row["text"], row["has_changed"]) for row in shown["series"]] == [
        ("Dato protegido", True)
    ]
    told = [shown["after"]["text"], *(line.after for line in shown["public_changes"])]
    assert not any("7" in text for text in told)
    persons.publish(reported)
    assert persons.series() == [shown["after"]["text"]]


def test_a_value_that_the_public_does_not_read_is_called_so(persons):
    persons.publish(persons.hand_in(2024, 49))
    reported = persons.hand_in(2024, 47, why="Dos casos eran uno.")

    shown = persons.shown(reported)

    persons.publish(reported)
    assert shown["after"]["text"] == persons.series()[-1]


def test_the_review_names_the_pages_on_which_it_appears(cases):
    reported = cases.hand_in(2024, 81)

    addresses = [page.address for page in cases.shown(reported)["page_changes"]]
    cases.publish(reported)

    plan = cases.indicator.introduced_by
    assert addresses == [
        "/",
        cases.commitment.programme.area.get_absolute_url(),
        f"/{plan.code}/instituciones/{cases.agency.slug}/",
        cases.commitment.get_absolute_url(),
        f"/indicadores/{cases.indicator.code}/",
        "/indicadores/",
    ]
    for address in addresses:
        assert cases.indicator.code in cases.client.get(address).content.decode()


def test_a_figure_of_the_first_page_is_called_so(cases):
    opening = "Esta cifra abre la portada."
    first = cases.page(cases.hand_in(2024, 81)).content.decode()
    cases.indicator.key_figure = False
    cases.indicator.save()

    second = cases.page(ReportedValue.objects.get()).content.decode()

    assert (opening in first, opening in second) == (True, False)


def test_the_queue_names_the_agency(cases):
    cases.hand_in(2024, 81)

    queue = cases.client.get(reverse("admin:index")).content.decode()

    assert f"PGR · {cases.user.get_full_name() or cases.user.username}" in queue


@pytest.mark.parametrize(("value", "number"), [(79, 0), (80, 1), (81, 1)])
def test_a_target_that_it_reaches_is_told(cases, value, number):
    aim = {"starts_on": "2024-01-01", "ends_on": "2024-12-31", "value": 80}
    cases.indicator.direction = "increase"
    cases.indicator.save()
    plan = cases.indicator.introduced_by
    cases.indicator.targets.create(plan=plan, provenance="plan", **aim)

    page = cases.page(cases.hand_in(2024, value))

    assert page.content.decode().count("se alcanza la meta") == number


def test_the_queue_tells_how_far_each_value_leaps_in_as_many_queries(cases):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            text = cases.client.get(reverse("admin:index")).content.decode()
        return len(captured), text

    cases.publish(cases.hand_in(2023, 52))
    cases.hand_in(2024, 81)
    queries()
    number, text = queries()
    cases.hand_in(2025, 50)
    cases.hand_in(2026, 20)
    queries()

    more, several = queries()

    assert text.count("frente al último valor") == 1
    assert "+56 % frente al último valor" in text
    assert several.count("frente al último valor") == 2
    assert "-62 % frente al último valor" in several
    assert more == number


def test_a_value_that_leaps_is_not_offered_with_others(cases):
    cases.publish(cases.hand_in(2023, 52))
    near, _leaping = cases.hand_in(2024, 60), cases.hand_in(2025, 81)

    rows = cases.client.get(reverse("admin:index")).context["rows"]

    assert [row.picks for row in rows] == [f"cifra-{near.pk}-1", ""]


def test_a_value_that_is_decided_has_no_preview(cases):
    reported = cases.publish(cases.hand_in(2024, 81))

    assert cases.page(reported).context["screen"]["preview"] is None
