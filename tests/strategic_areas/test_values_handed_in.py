"""An agency hands in a value of its indicator; the secretariat publishes it."""

from datetime import date
from decimal import Decimal

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils.html import escape

from agencies.access import RefusedError
from agencies.mail import Mail
from strategic_areas.desk.values.forms import value_problems
from strategic_areas.figures.submission import (
    VALUE_STEPS,
    fingerprinted_facts,
    submit_value,
)
from strategic_areas.models import PublishedCell, PublishedFigure
from strategic_areas.models.letters import digest
from strategic_areas.models.measurements import Measurement, ReportedValue
from tests import make
from tests.world import Desk

pytestmark = pytest.mark.django_db

WORDS = [("woman", "Mujeres"), ("girl", "Niñas"), ("boy", "Niños")]


class ValueDesk(Desk):
    def __init__(self):
        super().__init__(owes=False)
        self.indicator = make.indicator(
            plan=self.plan,
            agency=self.agency,
            counts="persons",
            national=True,
            family="victims",
            is_teller=True,
            dimension="sex+age",
        )
        make.breakdown_labels(self.plan, **dict(WORDS))

    def hand_in(self, **fields):
        told = {
            "starts_on": "2025-01-01",
            "ends_on": "2025-12-31",
            "value": "49",
            "figure_status": "confirmed",
            "sex+age.woman": "18",
            "sex+age.girl": "27",
            "sex+age.boy": "4",
            **fields,
        }
        return self.post("value_new", self.indicator, **told)


@pytest.fixture(scope="module")
def kept_desk(lasting):
    return ValueDesk().keep()


def decide(client, step="publish", **posted):
    client.force_login(make.reviewer())
    pk = ReportedValue.objects.latest("pk").pk
    page = client.get(reverse("admin:value", args=[pk]))
    address = reverse(f"admin:review_{step}", args=["cifra", pk])
    return page, client.post(address, {"seen_version": 1, **posted})


def test_a_value_waits_and_is_published_with_its_parts_protected(desk, client):
    desk.hand_in()
    listed = client.get(desk.address("values")).context["listed_indicators"]
    before = PublishedFigure.objects.count()

    page, _answer = decide(client)

    assert [row.value for row in listed[0]["handed_in"]] == [49]
    assert ("Niños", "4") in page.context["screen"]["parts"][0][1]
    figure = PublishedFigure.objects.get()
    assert (before, figure.value, figure.provenance) == (0, 49, "reported")
    assert figure.counted_by == desk.agency.acronym
    cells = PublishedCell.objects.order_by("order")
    assert [(cell.categories, cell.value) for cell in cells] == [
        (["woman"], 18),
        (["girl", "boy"], 31),
    ]


@pytest.mark.parametrize("field", ["note", "why"])
def test_what_is_marked_beside_a_value_asks_for_a_tick(desk, client, field):
    desk.hand_in(**{field: "Lo anotó Yubelkis en Villa Jaragua."})

    page, refused = decide(client)
    before = PublishedFigure.objects.count()
    decide(client, checked="on")

    assert page.content.decode().count("<mark>") == 2
    assert list(refused.context["screen"]["step_forms"][0].errors) == ["checked"]
    assert (before, PublishedFigure.objects.count()) == (0, 1)


def test_a_value_of_the_same_days_revises_the_one_before(desk, client):
    for number, why in (("49", ""), ("60", "Faltaba una región.")):
        desk.client.force_login(desk.user)
        desk.hand_in(value=number, why=why, **{"sex+age.woman": int(number) - 31})
        decide(client)

    figure = PublishedFigure.objects.latest_revisions().get()
    assert (figure.value, figure.reason_es) == (60, "Faltaba una región.")
    assert figure.revises.value == 49
    assert Measurement.objects.exclude(revises=None).count() == 1


def test_a_declined_value_tells_its_agency_why(desk, client):
    desk.hand_in()

    decide(client, "return", reason="Falta la fuente.")

    client.force_login(desk.user)
    page = client.get(desk.address("values")).content.decode()
    assert "Falta la fuente." in page
    mail = Mail.objects.get()
    assert "Falta la fuente." in mail.text
    assert settings.SITE_URL + desk.address("values") in mail.text
    assert not PublishedFigure.objects.exists()


def test_a_returned_value_is_mended_from_what_was_handed_in(desk, client):
    desk.hand_in()
    decide(client, "return", reason="Falta la fuente.")
    returned = ReportedValue.objects.get()
    theirs = make.reported_value(value=77)
    address = desk.address("value_new", desk.indicator.pk)
    client.force_login(desk.user)

    mended, foreign = (
        client.get(address, {"desde": each.pk}).context["form"].initial
        for each in (returned, theirs)
    )

    assert (mended["value"], mended["sex+age.girl"]) == ("49", "27")
    assert foreign["value"] is None


@pytest.mark.parametrize("kind", ["letter", "source"])
def test_the_secretariat_records_a_value_that_another_publishes(desk, client, kind):
    told = {
        "letter": make.letter(agency=desk.agency, period=desk.period),
        "source": make.source(plan=desk.period.plan, kind="official_report"),
    }[kind]
    reviewer = make.reviewer()
    client.force_login(reviewer)
    address = reverse("admin:value_recorded", args=[desk.indicator.pk])
    year = {"starts_on": "2025-01-01", "ends_on": "2025-12-31"}
    fields = {**year, "value": "49", "figure_status": "confirmed"}

    refused = client.post(address, fields)
    client.post(address, {**fields, kind: told.pk})
    reported = ReportedValue.objects.get()
    with pytest.raises(RefusedError):
        VALUE_STEPS.approve(reported, by=reviewer)
    decide(client)

    assert "source" in refused.context["form"].errors
    figure = PublishedFigure.objects.get()
    expected = {"letter": ("transcribed", []), "source": ("documented", [told])}
    assert (figure.provenance, list(figure.sources.all())) == expected[kind]
    assert figure.counted_by == desk.agency.acronym


def test_two_people_see_a_value_become_printed(desk, client, reviewer):
    address = reverse("admin:value_recorded", args=[desk.indicator.pk])
    source = make.source(plan=desk.period.plan, kind="official_report")
    days = {"starts_on": "2025-01-01", "ends_on": "2025-03-31"}
    fields = {**days, "value": "5", "figure_status": "provisional"}
    letter = make.letter(agency=desk.agency, period=desk.period)

    refused = client.post(
        address, {**fields, "letter": letter.pk, "printed_where": "p. 4"}
    )
    client.post(address, {**fields, "source": source.pk, "printed_where": "p. 4"})
    before = PublishedFigure.objects.count()
    with pytest.raises(RefusedError):
        VALUE_STEPS.approve(ReportedValue.objects.get(), by=reviewer)
    page, _answer = decide(client)

    assert "printed_where" in refused.context["form"].errors
    assert f"{source} · impresa en: p. 4" in page.content.decode()
    figure = PublishedFigure.objects.get()
    assert (before, figure.value) == (0, 5)
    assert (figure.printed_by, figure.printed_where_es) == (source, "p. 4")


def test_what_is_written_down_without_its_place_is_not_printed(desk, client, reviewer):
    address = reverse("admin:value_recorded", args=[desk.indicator.pk])
    source = make.source(plan=desk.period.plan, kind="official_report")
    days = {"starts_on": "2025-01-01", "ends_on": "2025-03-31"}
    fields = {**days, "value": "50", "figure_status": "confirmed", "source": source.pk}

    client.post(address, fields)
    decide(client)

    assert PublishedFigure.objects.get().value is None


def test_only_the_secretariat_names_a_letter_and_only_of_the_agency(desk):
    theirs = {"letter": make.letter()}
    own = {"letter": make.letter(agency=desk.agency)}

    for fields, by in ((own, desk.user), (theirs, make.reviewer())):
        with pytest.raises(RefusedError):
            make.reported_value(indicator=desk.indicator, by=by, **fields)


def test_a_receipt_tells_what_was_handed_in_with_its_fingerprint(desk, client):
    desk.hand_in()
    reported = ReportedValue.objects.get()
    receipt = reverse("admin:value_receipt", args=[reported.pk])

    text = client.get(receipt).content.decode()
    listed = client.get(desk.address("values")).content.decode()

    assert receipt in listed
    assert fingerprinted_facts(reported)["certainty"] == "confirmed"
    assert digest(fingerprinted_facts(reported)) in text
    assert "49" in text
    reported.parts["sex+age"]["boy"] = "5"
    assert digest(fingerprinted_facts(reported)) not in text
    client.force_login(make.focal_point())
    assert client.get(receipt).status_code == 404


def test_a_value_in_place_of_another_says_why(desk, client):
    desk.hand_in()
    decide(client)
    client.force_login(desk.user)

    answer = desk.hand_in(why=" ")

    assert "why" in answer.context["form"].errors
    with pytest.raises(RefusedError):
        make.reported_value(indicator=desk.indicator, by=desk.user)


def test_a_reviewer_takes_a_published_value_away_from_its_page(desk, client):
    desk.hand_in()
    waiting, _answer = decide(client)
    pk = ReportedValue.objects.get().pk

    page = client.get(reverse("admin:value", args=[pk]))

    figure = PublishedFigure.objects.get()
    hide_url = reverse("admin:hide", args=["publishedfigure", figure.pk])
    shown = [each.context["screen"]["hide_url"] for each in (waiting, page)]
    assert shown == ["", hide_url]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"value": "-1"}, "value"),
        ({"value": "49.5"}, "value"),
        ({"value": "50"}, "__all__"),
        ({"value": "48"}, "__all__"),
        ({"ends_on": "2024-12-31"}, "__all__"),
        ({"note": "Con la cédula 001-1234567-8."}, "note"),
    ],
)
def test_a_wrong_value_is_refused_at_its_field(desk, fields, wrong):
    answer = desk.hand_in(**fields)

    assert answer.status_code == 422
    assert wrong in answer.context["form"].errors

    assert escape(answer.context["form"].errors[wrong][0]) in answer.content.decode()
    assert not ReportedValue.objects.exists()


def test_a_value_that_leaps_asks_for_a_reason_that_no_public_page_tells(desk, client):
    desk.hand_in()
    decide(client)
    client.force_login(desk.user)
    none = {f"sex+age.{code}": "" for code, _label in WORDS}
    year = {"starts_on": "2026-01-01", "ends_on": "2026-12-31", "value": "70", **none}

    asked = desk.hand_in(**year)
    told = desk.hand_in(**year, why="Se cuentan también las oficinas nuevas.")
    page, _answer = decide(client, compared="on")

    assert [*asked.context["form"].errors] == ["why"]
    assert "Se cuentan también las oficinas nuevas." in page.content.decode()
    assert told.status_code == 302
    figure = PublishedFigure.objects.latest("pk")
    assert (figure.value, figure.reason_es or "") == (70, "")


def test_of_the_same_days_one_value_waits(desk):
    desk.hand_in()

    answer = desk.hand_in()

    assert answer.status_code == 422
    assert ReportedValue.objects.count() == 1


def test_nobody_hands_in_for_an_indicator_of_another_agency(desk):
    theirs = make.indicator(plan=desk.period.plan, agency=make.agency())

    answer = desk.client.get(desk.address("value_new", theirs.pk))
    forged = ReportedValue(
        indicator=theirs,
        agency=desk.agency,
        starts_on=date(2025, 1, 1),
        ends_on=date(2025, 12, 31),
        value=1,
    )

    assert answer.status_code == 404
    with pytest.raises(RefusedError):
        submit_value(forged, by=desk.user)


def test_a_value_is_outdated_where_another_was_published_meanwhile():
    reported = make.reported_value()
    # The same days.
    make.measurement(reported.indicator, counted_by=reported.agency.acronym, value=7)

    VALUE_STEPS.approve(reported, by=make.reviewer())

    assert ReportedValue.objects.get().status == "outdated"


def test_an_indicator_that_selects_asks_for_no_parts(desk, client):
    desk.indicator.selects = True
    desk.indicator.save()

    form = client.get(desk.address("value_new", desk.indicator.pk)).context["form"]

    assert form.names == {}


OVER_100 = ("value", "Un porcentaje va de 0 a 100.")
FAR_OFF = ("why", "El último valor fue 40: diga por qué este cambia tanto.")
ONE_LACKS = (None, "Edad: faltan 1 para el total. Lo que no se sabe va en «No consta».")


@pytest.mark.parametrize(
    ("value", "parts", "fields", "expected"),
    [
        (101, {}, {"unit": "por ciento", "counts": "other"}, [OVER_100]),
        (-3, {}, {"counts": "money"}, []),
        (Decimal("1.5"), {}, {"counts": "money"}, []),
        (52, {}, {"last": Decimal(40)}, []),
        (53, {}, {"last": Decimal(40)}, [FAR_OFF]),
        (28, {}, {"last": Decimal(40)}, []),
        (0, {}, {"last": Decimal(40)}, [FAR_OFF]),
        (53, {}, {"last": Decimal(40), "why": "Hay oficinas nuevas."}, []),
        (40, {"age": {"adult": 30, "child": 9}}, {}, [ONE_LACKS]),
        (40, {"age": {"adult": 30, "child": 10}}, {}, []),
    ],
)
def test_what_is_wrong_with_a_value(value, parts, fields, expected):
    told = {
        dimension: {code: Decimal(number) for code, number in numbers.items()}
        for dimension, numbers in parts.items()
    }
    given = {"counts": "persons", "unit": "personas", "last": None, **fields}

    assert list(value_problems(Decimal(value), told, **given)) == expected


def test_a_demonstration_says_that_values_carry_no_mark_of_it(desk, client):
    mark = 'class="notice">Los valores no llevan la marca'
    shown = []
    for period in (
        desk.period,
        make.round(plan=desk.period.plan, is_demonstration=True),
    ):
        desk.period = period
        pages = [desk.address("values"), desk.address("sheet")]
        shown.append([mark in client.get(page).content.decode() for page in pages])

    assert shown == [[False, False], [True, True]]
