"""Several values of one indicator are entered at once, and handed in together."""

import pytest
from django.urls import reverse

from agencies.access import RefusedError
from strategic_areas.desk.values import views
from strategic_areas.desk.values.forms import last_public_figure
from strategic_areas.figures.submission import submit_value
from strategic_areas.models.measurements import ReportedValue
from tests import make
from tests.costs import costs
from tests.strategic_areas.test_asked_values import Scene
from tests.world import Lasting

pytestmark = pytest.mark.django_db

FIRST, SECOND = "2024-01-01_2024-12-31", "2025-01-01_2025-12-31"
WORDS = [("woman", "Mujeres"), ("girl", "Niñas")]


class GridDesk(Scene, Lasting):
    def __init__(self):
        super().__init__()
        self.indicator.family, self.indicator.dimension = "victims", "sex+age"
        self.indicator.save()
        make.breakdown_labels(self.plan, **dict(WORDS))

    @property
    def address(self):
        keys = [self.period.pk, self.agency.slug, self.indicator.pk]
        return reverse("admin:value_grid", args=keys)

    def post(self, **columns):
        """Post each column's fields, whose values are given by days."""
        told = {}
        for days in (FIRST, SECOND):
            told[f"{days}-figure_status"] = "provisional"
            for name, value in columns.get(f"d{days[:4]}", {}).items():
                told[f"{days}-{name}"] = value
        return self.client.post(self.address, told)


@pytest.fixture(scope="module")
def kept_desk(lasting):
    return GridDesk().keep()


def test_indicators_that_owe_a_value_come_first_and_are_found_by_a_word(desk, client):
    others = [
        make.indicator(
            plan=desk.plan, agency=desk.agency, code=code, frequency="not_asked"
        )
        for code in ("A-1", "A-2")
    ]
    make.published_figure(indicator=others[1], year=2024, value=30)
    make.published_figure(indicator=others[1], year=2023, value=20)
    make.published_figure(indicator=others[0], year=2024, is_protected=True)
    address = reverse("admin:values", args=[desk.period.pk, desk.agency.slug])

    shown = client.get(address).context["listed_indicators"]
    found = client.get(address, {"q": "a-2"}).context["listed_indicators"]

    last = [line["last"] and line["last"].value for line in shown]
    assert [line["indicator"] for line in shown] == [desk.indicator, *others]
    assert ([line["owed"] for line in shown], last) == ([2, 0, 0], [None, None, 30])
    assert [line["indicator"] for line in found] == [others[1]]


def test_a_value_that_was_taken_away_is_not_the_last_one(client, reviewer):
    indicator = make.indicator(plan=make.plan(), agency=make.agency())
    stays = make.published_figure(indicator=indicator, year=2025)
    gone = make.published_figure(indicator=indicator, year=2026, value=7771)
    make.takedown(gone)

    lines = client.get(reverse("admin:values_recorded")).context["listed_indicators"]

    (last,) = (x["last"] for x in lines if x["indicator"] == indicator)
    assert (last, last_public_figure(indicator)) == (stays, stays)


def test_the_list_of_indicators_costs_the_same_for_one_and_for_many(desk, client):
    address = reverse("admin:values", args=[desk.period.pk, desk.agency.slug])

    def grow():
        about = {"plan": desk.plan, "agency": desk.agency, "frequency": "not_asked"}
        indicator = make.indicator(**about)
        make.published_figure(indicator=indicator, year=2010)
        make.reported_value(indicator=indicator, by=desk.user)

    few, many = costs(lambda: client.get(address), grow)

    assert few == many


def values():
    rows = ReportedValue.objects.order_by("starts_on")
    return [(row.starts_on.year, row.value, row.parts) for row in rows]


def test_the_sheet_leads_to_a_column_for_each_value_that_is_owed(desk, client):
    sheet = reverse("admin:sheet", args=[desk.period.pk, desk.agency.slug])

    page = client.get(desk.address)

    assert desk.address in client.get(sheet).content.decode()
    assert [form.prefix for form in page.context["forms"]] == [FIRST, SECOND]
    assert f'name="{SECOND}-sex+age.girl"' in page.content.decode()


def test_all_that_is_filled_in_is_handed_in_and_the_rest_is_left(desk):
    desk.post(d2024={"value": "40", "sex+age.woman": "30", "sex+age.girl": "10"})
    first = values()

    desk.post(d2025={"value": "50"})

    parts = {"sex+age": {"woman": "30", "girl": "10"}}
    assert first == [(2024, 40, parts)]
    assert values() == [(2024, 40, parts), (2025, 50, {})]


def test_where_one_is_wrong_none_is_handed_in_and_each_fault_names_its_days(desk):
    page = desk.post(
        d2024={"value": "40"},
        d2025={"value": "50", "sex+age.woman": "30", "sex+age.girl": "10"},
    )

    assert (page.status_code, values()) == (422, [])
    assert [bool(form.errors) for form in page.context["forms"]] == [False, True]
    assert page.content.decode().count("<li>2025: ") == 1


def test_what_was_handed_in_has_no_column(desk):
    desk.hand_in()

    columns = desk.client.get(desk.address).context["forms"]

    assert [form.prefix for form in columns] == [SECOND]


def test_a_number_of_days_that_somebody_told_meanwhile_is_not_dropped_unsaid(desk):
    desk.hand_in(value=39)

    one = desk.post(d2024={"value": "40"}, d2025={"value": "50"})
    told = [str(each) for each in desk.client.get(one["Location"]).context["messages"]]
    again = desk.post(d2024={"value": "40"}, d2025={"value": "50"})

    assert [value for _year, value, _parts in values()] == [39, 50]
    assert told[0].startswith("2024: ")
    assert (len(told), again.status_code) == (2, 302)


def test_an_empty_grid_hands_nothing_in(desk):
    page = desk.post()

    assert (page.status_code, values()) == (422, [])
    assert page.context["forms"][0].non_field_errors()


def test_a_number_far_from_the_last_is_asked_about_in_its_column(desk):
    make.published_figure(indicator=desk.indicator, year=2020, value=40)
    asked = desk.post(d2024={"value": "4000"}, d2025={"value": "41"})

    answered = desk.post(
        d2024={"value": "4000", "why": "Es otra cuenta."}, d2025={"value": "41"}
    )

    assert (asked.status_code, answered.status_code) == (422, 302)
    assert f'name="{FIRST}-why"' in asked.content.decode()
    assert [value for _year, value, _parts in values()] == [4000, 41]


def test_what_is_refused_at_the_end_undoes_what_was_handed_in_before(desk, monkeypatch):
    def hand_in_first(reported, *, by):
        if reported.starts_on.year == 2025:
            raise RefusedError("Se está revisando.")
        return submit_value(reported, by=by)

    monkeypatch.setattr(views, "submit_value", hand_in_first)

    page = desk.post(d2024={"value": "40"}, d2025={"value": "50"})

    said = [form.non_field_errors() for form in page.context["forms"]]
    assert (said, values()) == ([[], ["Se está revisando."]], [])
