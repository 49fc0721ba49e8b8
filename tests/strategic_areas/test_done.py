"""What lists and the register tell of what was done, and what they never tell."""

import csv
from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone

from strategic_areas.public_paths import public_path
from tests import make
from tests.test_public_pages import Page

pytestmark = pytest.mark.django_db
SECRET = "zanahoria"
SAID = {"narrative_es": f"{SECRET} texto"}


def listed(client, plan, language="es"):
    return Page(
        client.get(public_path("commitments", plan.code, language=language)).text
    ).text


def registered(client, plan, **asked):
    return client.get(public_path("updates", plan.code, language="es"), asked)


@pytest.fixture
def asked():
    return make.round()


@pytest.fixture
def activity(asked):
    return make.activity(plan=asked.plan)


def test_the_declaration_comes_before_any_report(client, asked, activity):
    make.published_update(
        activity=activity, period=asked, narrative_es="Se hicieron tres cursos."
    )
    told = listed(client, asked.plan)
    make.published_declaration(
        commitment=activity.commitment, period=asked, statement_es="La red funciona."
    )

    assert "Se hicieron tres cursos." in told
    assert "La red funciona." in listed(client, asked.plan)
    assert "Se hicieron tres cursos." not in listed(client, asked.plan)


def test_of_one_period_the_report_that_says_most_is_first(client, asked, activity):
    by = make.focal_point(agency=activity.agency)
    for execution, percent, text in (
        ("not_started", 0, "Falta el permiso."),
        ("in_progress", 40, "Va por la mitad."),
        ("completed", 100, "Quedó terminado."),
    ):
        make.published_update(
            activity=make.activity(
                commitment=activity.commitment, agency=activity.agency
            ),
            by=by,
            period=asked,
            execution=execution,
            percent=percent,
            narrative_es=text,
        )

    told = listed(client, asked.plan)

    assert "Quedó terminado." in told
    assert "Va por la mitad." not in told
    assert "Falta el permiso." not in told


def test_a_long_text_ends_after_a_sentence(client, asked, activity):
    first = "Se abrieron las oficinas de las cinco regiones, con su personal completo."
    make.published_update(
        activity=activity,
        period=asked,
        narrative_es=f"{first} Después se formó a quienes atienden en cada una, y en "
        "mayo se firmó un acuerdo con la policía.",
    )

    told = listed(client, asked.plan)

    assert first in told
    assert f"{first} …" not in told
    assert "Después se formó" not in told


def reserved(activity, asked):
    make.published_update(
        activity=activity,
        period=asked,
        is_reserved=True,
        **SAID,
        reserved_reason=f"{SECRET} motivo",
        reserved_legal_basis="Ley 200-04, art. 17",
    )
    return "Contenido reservado por ley ( Ley 200-04, art. 17 )"


def in_review(activity, asked):
    make.submitted_update(activity=activity, period=asked, **SAID)
    return "Su reporte espera que una segunda persona lo revise."


def withdrawn(activity, asked):
    make.withdrawn_update(activity=activity, period=asked, **SAID)
    return "se recibe hasta el"


def replaced(activity, asked):
    update = make.published_update(activity=activity, period=asked, **SAID)
    make.publish(make.correction(update, narrative_es="Ahora sí."))
    return "Ahora sí."


def rehearsed(activity, asked):
    period = make.round(plan=asked.plan, is_demonstration=True)
    make.published_update(activity=activity, period=period, **SAID)
    return "se recibe hasta el"


@pytest.mark.parametrize(
    "maker",
    [reserved, in_review, withdrawn, replaced, rehearsed],
    ids=lambda e: e.__name__,
)
def test_no_list_tells_what_the_public_may_not_read(client, asked, activity, maker):
    expected = maker(activity, asked)
    plan = asked.plan

    assert expected in listed(client, plan)
    pages = [
        client.get(public_path("commitments", plan.code, language="es")),
        client.get(activity.commitment.programme.area.get_absolute_url("es")),
        registered(client, plan),
        client.get(public_path("plan_commitments", plan.code)),
    ]
    assert [SECRET in page.text for page in pages] == [False] * 4
    found = registered(client, plan, q=f"{SECRET} texto").context["counts"].found
    assert found == 0


def test_silence_names_the_last_round_that_is_due(client):
    plan = make.plan()
    make.activity(plan=plan, starts_on=date(2025, 1, 1))
    today = timezone.localdate()
    for name, ends_on, due_on in (
        ("Ronda que venció", today - timedelta(60), today - timedelta(20)),
        ("Ronda abierta", today - timedelta(5), today + timedelta(20)),
    ):
        make.round(
            plan=plan,
            name_es=name,
            starts_on=ends_on - timedelta(90),
            ends_on=ends_on,
            opens_on=ends_on + timedelta(1),
            due_on=due_on,
            closes_on=due_on + timedelta(5),
        )

    told = listed(client, plan)

    assert "Ronda que venció: no llegó ningún reporte." in told
    assert "Ronda abierta" not in told


def test_what_has_not_begun_says_when_it_does(client, asked):
    later = timezone.localdate() + timedelta(90)
    make.activity(plan=asked.plan, starts_on=later)

    assert f"Empieza el {later:%d/%m/%Y}." in listed(client, asked.plan)


# The register


def test_the_register_tells_who_answered_and_who_is_missing(client, asked, activity):
    make.published_update(activity=activity, period=asked)
    make.submitted_update(
        activity=make.activity(plan=asked.plan, agency=activity.agency), period=asked
    )
    silent = make.agency(name_es="Guardia de Costas")
    make.activity(plan=asked.plan, agency=silent)

    before = Page(registered(client, asked.plan).text).text
    with time_machine.travel(asked.due_on + timedelta(2)):
        after = Page(registered(client, asked.plan).text).text

    assert "entregó 2 de 2 ; 1 sin publicar" in before.replace("2;", "2 ;")
    assert "Reportaron 1 de 2 instituciones." in before
    assert "Guardia de Costas" not in before
    assert "Falta la Guardia de Costas." in after


def test_a_correction_says_what_it_corrects(client, asked, activity):
    replaced(activity, asked)

    day = timezone.localdate()
    told = Page(registered(client, asked.plan).text).text
    assert f"Corrige lo publicado el {day:%d/%m/%Y}." in told


def test_records_without_a_day_stand_apart_and_last(client):
    plan = make.plan(code="p-2020")
    period = make.period(
        plan=plan, starts_on=date(2020, 1, 1), ends_on=date(2020, 12, 31)
    )
    for title, day in (("Sin su día", None), ("Con su día", date(2020, 3, 5))):
        activity = make.activity(plan=plan, title_es=title)
        make.record_update(activity=activity, period=period, reported_on=day)

    page = registered(client, plan)

    (section,) = page.context["sections"]
    assert [
        ([line.update.subject.title_es for line in lines], number)
        for lines, number, _answered in section["groups"]
    ] == [(["Con su día"], 1), (["Sin su día"], 1)]
    told = Page(page.text).text
    assert "1 no trae día en su fuente: un filtro por día lo deja fuera." in told
    since = Page(registered(client, plan, since="2020-01-01").text).text
    assert "Sin su día" not in since
    assert "1 no tiene fecha en su fuente y queda fuera." in since


def test_of_those_with_a_day_only_what_public_sources_tell_is_counted(client, asked):
    plan = asked.plan
    make.published_update(activity=make.activity(plan=plan), period=asked)
    make.record_update(
        activity=make.activity(plan=plan), period=asked, reported_on=asked.ends_on
    )

    sections = registered(client, plan).context["sections"]

    (recorded,) = (each for each in sections if each["is_from_sources"])
    ((lines, number, _answered),) = recorded["groups"]
    assert (len(lines), number) == (1, 1)


def test_a_file_has_as_many_rows_as_the_page_says(client, asked, activity):
    rehearsed(activity, asked)
    make.published_update(activity=activity, period=asked)

    text = Page(registered(client, asked.plan).text).text
    file = client.get(public_path("plan_updates", asked.plan.code, language="es"))

    assert len(list(csv.reader(file.content.decode("utf-8-sig").splitlines()))) == 3
    assert "Descargar estas 2 filas:" in text


@pytest.mark.parametrize(
    ("words", "expected"),
    [("OFICINAS regionales", 1), ("oficinas nada", 0), ("comision", 1), ("pn", 2)],
)
def test_the_register_is_searched_without_accents(client, asked, words, expected):
    agency = make.agency(acronym="PN")
    for title, text in (
        ("Oficinas regionales", "Se abrieron."),
        ("Comité", "La comisión se reunió."),
    ):
        make.published_update(
            activity=make.activity(plan=asked.plan, agency=agency, title_es=title),
            period=asked,
            narrative_es=text,
        )

    page = registered(client, asked.plan, q=words)

    assert len(page.context["update_page"].updates) == expected
    assert page.context["counts"].found == expected
