"""An agency says of a published figure that it does not acknowledge it."""

import csv
import io
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from agencies.access import RefusedError
from agencies.models import Agency
from strategic_areas import workflow
from strategic_areas.figures import publish_figures
from strategic_areas.models import (
    Indicator,
    PendingChange,
    PublishedFigure,
    RecordDispute,
)
from strategic_areas.models.agency_statements import attributed_to
from tests import make

pytestmark = pytest.mark.django_db

TEXT = "Contamos 60, no 40: faltan los casos de Santiago."
DECISION = {
    "outcome": "kept",
    "resolved_on": date(2026, 6, 1),
    "resolution_es": "El informe impreso dice 40.",
}
FIGURE = {"provenance": "press", "counted_by": "MP"}


@pytest.fixture
def indicator():
    """An indicator of one agency, whose values the agency MP counts."""
    make.agency(acronym="MP")
    agency = make.agency(acronym="PGR")
    return make.indicator(code="I-7", agency=agency, sensitive=False)


@pytest.fixture
def figure(indicator):
    return make.published_figure(indicator=indicator, **FIGURE)


def page(client):
    return client.get("/indicadores/I-7/")


def test_it_stands_beside_the_value_and_with_the_decision_too(client, figure):
    dispute = make.approved_dispute(figure, text_es=TEXT)
    (point,) = page(client).context["disputed"]
    before = page(client).content.decode()

    change = make.change(dispute, **DECISION)
    workflow.approve(change, by=make.reviewer())
    after = page(client).content.decode()

    assert (point.pk, point.is_disputed) == (figure.pk, True)
    assert TEXT in before
    assert f'href="#objecion-{figure.pk}"' in before
    assert f'id="objecion-{figure.pk}"' in before
    assert DECISION["resolution_es"] in after
    assert TEXT in after
    assert f'href="#objecion-{figure.pk}"' not in after


def test_the_files_say_it_in_columns_of_their_own(client, figure):
    make.published_figure(indicator=figure.indicator, year=2024, **FIGURE)
    make.approved_dispute(figure, text_es=TEXT)

    content = client.get("/indicadores/I-7.csv").content.decode("utf-8-sig")
    told = client.get("/indicadores.json").json()["rows"]

    rows = list(csv.DictReader(io.StringIO(content)))
    assert [row["is_disputed"] for row in rows] == ["false", "true"]
    assert [each["is_disputed"] for each in told] == [False, True]


def test_it_is_found_by_the_search(client, figure):
    make.approved_dispute(figure, text_es=TEXT)

    found = client.get("/buscar/", {"q": "Santiago"}).content.decode()

    assert f"/indicadores/I-7/#objecion-{figure.pk}" in found


def test_it_goes_away_with_the_figure_and_comes_back_with_it(client, figure):
    make.approved_dispute(figure, text_es=TEXT)
    row = PublishedFigure.objects.filter(pk=figure.pk)

    def told():
        rows = client.get("/indicadores.json").json()["rows"]
        is_told = [row["value"] is not None for row in rows]
        return [TEXT in client.get("/indicadores/I-7/").text, *is_told]

    row.update(is_hidden=True)
    gone = told()
    row.update(is_hidden=False)

    assert gone == [False] * 2
    assert told() == [True] * 2


@pytest.mark.parametrize("of", ["PGR", "MP"])
def test_who_answers_and_who_counted_may_dispute_it_by_the_desk(client, figure, of):
    agency = Agency.objects.get(acronym=of)
    client.force_login(make.focal_point(agency=agency))
    form = reverse("admin:attribution", args=["cifra", figure.pk])

    listed = client.get(reverse("admin:attributions")).content.decode()
    client.post(form, {"text_es": TEXT, "save": "1"})

    assert form in listed
    workflow.approve(PendingChange.objects.get(), by=make.reviewer())
    assert RecordDispute.objects.get().agency == agency
    assert RecordDispute.objects.get().published_figure == figure


#: What makes a value one that nobody may dispute: of its indicator, and of itself.
CLOSED = {
    "its own word": ({}, {"provenance": "reported"}),
    "hidden": ({}, {"is_hidden": True}),
    "protected": ({}, {"is_protected": True}),
    "of people, and not printed": ({"sensitive": True}, {}),
    "of people of a place": ({"sensitive": True, "national": False}, {}),
    "of some people": ({"sensitive": True, "selects": True}, {}),
}


def test_what_is_protected_or_its_own_word_is_not_disputed(client):
    agency, found = make.agency(), {}
    client.force_login(make.focal_point(agency=agency))

    for name, (of_indicator, of_figure) in {"open": ({}, {}), **CLOSED}.items():
        open_to_all = {"national": True, "sensitive": False}
        indicator = make.indicator(agency=agency, **open_to_all | of_indicator)
        figure = make.published_figure(indicator=indicator, **FIGURE | of_figure)
        url = reverse("admin:attribution", args=["cifra", figure.pk])
        found[name] = client.get(url).status_code

    assert found == {"open": 200, **dict.fromkeys(CLOSED, 404)}


def test_a_revised_value_keeps_what_was_said_of_it(client, figure):
    make.approved_dispute(figure, text_es=TEXT)
    PublishedFigure.objects.filter(pk=figure.pk).update(is_latest=False)
    revised = {"value": 60, "revises": figure, "reason_es": "Se contó dos veces."}
    make.published_figure(indicator=figure.indicator, **revised, **FIGURE)

    shown = page(client)

    assert shown.context["disputed"] == []
    (point,) = shown.context["revised"]
    (old,) = point.revisions
    assert (old.value, old.dispute.text_es) == (figure.value, TEXT)
    assert TEXT in shown.text
    assert "Se contó dos veces." in shown.text


def of_people(indicator):
    """The indicator as one that counts people who need protection."""
    indicator.sensitive = True
    indicator.save()
    return indicator


def test_of_people_only_print_is_disputed_and_without_numbers(indicator):
    of = {"indicator": of_people(indicator), **FIGURE}
    make.published_figure(**of, year=2024)
    source = make.source(kind="official_report")
    printed = make.published_figure(**of, printed_by=source)
    agencies = Agency.objects.filter(acronym="PGR")
    person = make.focal_point(agency=agencies.get())

    assert list(attributed_to(PublishedFigure, agencies)) == [printed]
    for text in (TEXT, "Eran cuarenta y siete."):
        with pytest.raises(RefusedError, match="sin números"):
            make.approved_dispute(printed, text_es=text, by=person)
    make.approved_dispute(printed, text_es="En 2025 contamos de otro modo.", by=person)


def test_what_is_protected_now_is_gone_with_what_was_said_of_it(client, indicator):
    of_people(indicator)
    printed = {"printed_by": make.source(kind="official_report")}
    printed["printed_where_es"] = "p. 4"
    measurement = make.measurement(indicator, value=7, **printed, **FIGURE)
    publish_figures(Indicator.objects.filter(pk=indicator.pk))
    before = PublishedFigure.objects.get()
    make.approved_dispute(before, text_es="Contamos de otro modo.")

    source = measurement.printed_by
    source.kind = "press"
    source.save()

    now = PublishedFigure.objects.latest_revisions().get()
    before.refresh_from_db()
    assert measurement.value == 7
    assert (now.is_protected, before.is_hidden) == (True, True)
    for address in ("/indicadores/I-7/", "/indicadores/I-7.csv", "/indicadores.json"):
        assert "Contamos de otro modo" not in client.get(address).content.decode()


def test_a_dispute_is_about_one_record(figure):
    dispute = make.approved_dispute(figure)
    record = make.record_update()
    rows = RecordDispute.objects.filter(pk=dispute.pk)

    for fields in ({"published_figure": None}, {"activity": record.activity}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        RecordDispute.objects.create(
            agency=dispute.agency,
            published_figure=make.published_figure(),
            activity=record.activity,
            text_es=TEXT,
            signed_as="titular",
            written_by=dispute.written_by,
            written_at=dispute.written_at,
        )


def test_of_no_agency_nothing_is_attributed(figure):
    own = Agency.objects.filter(pk=figure.indicator.agency_id)

    assert list(attributed_to(PublishedFigure, Agency.objects.none())) == []
    assert list(attributed_to(PublishedFigure, own)) == [figure]
