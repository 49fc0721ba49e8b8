"""A commitment's page: dates changed, its activities, what is late, and its sources."""

import csv
import io
import re
from datetime import date, timedelta

import pytest
from django.utils import timezone

from strategic_areas import workflow
from strategic_areas.models import Activity, Commitment
from strategic_areas.public_paths import public_path
from tests import make
from tests.crawling import text_of
from tests.test_public_pages import LANGUAGES, MARKER

pytestmark = pytest.mark.django_db


def page_of(client, commitment, language="es"):
    return client.get(commitment.get_absolute_url(language))


# Dates, and every change of them


def test_changes_stand_once_in_the_time_line_with_their_acts(client):
    commitment = make.commitment()
    activity = make.activity(commitment=commitment)
    make.amendment(activity=activity, reason_es="Se licitó dos veces.")
    make.amendment(commitment=commitment, deciding_act_es="Acta 14")
    make.amendment(commitment=commitment, is_approved=False)

    html = page_of(client, commitment).text
    line = html.partition('id="time-line"')[2]

    assert html.count("Se licitó dos veces.") == line.count("Se licitó dos veces.") == 1
    assert html.count('class="plan-change"') == line.count('class="plan-change"') == 2
    acts = public_path("amendments", commitment.plan.code, language="es")
    assert re.search(rf'<a href="{acts}">[^<]*Acta 14</a>', line)


def test_a_date_that_moved_stands_beside_what_it_was(client):
    activity = make.activity(due_on=date(2027, 1, 31), due_provenance="plan")
    for day, old in ((date(2026, 4, 10), "15/04/2026"), (date(2026, 5, 1), "1/6/2026")):
        make.amendment(
            activity=activity, field="due_on", old_value_es=old, decided_on=day
        )

    html = page_of(client, activity.commitment).text

    row = html.split(f'<tr id="{activity.code}">')[1].split("</tr>")[0]
    assert "31/01/2027" in row
    assert "(era 15/04/2026)" in row
    assert "1/6/2026" not in row


# What an amendment stops, and what an agency alone calls cancelled

BY_THE_AGENCY = "La institución la da por cancelada; el plan no se ha modificado."


@pytest.mark.parametrize(
    ("said", "stopped", "told"),
    [
        ("reported", {}, BY_THE_AGENCY),
        ("press", {}, ""),
        ("reported", {"stopped": "cancelled"}, "Cancelación por una modificación"),
        ("none", {"stopped": "suspended"}, "Suspensión por una modificación"),
        ("its commitment", {"stopped": "cancelled"}, "canceló su compromiso"),
        ("completed", {"stopped": "cancelled"}, ""),
    ],
)
def test_who_stopped_an_activity_is_told(client, said, stopped, told):
    stop = stopped | {"stopped_on": date(2026, 1, 1)} if stopped else {}
    own, above = ({}, stop) if said == "its commitment" else (stop, {})
    commitment = make.commitment(**above)
    activity = make.activity(commitment=commitment, **own)
    if said == "press":
        make.record_update(activity=activity, execution="cancelled")
    elif said in {"reported", "completed"}:
        is_done = said == "completed"
        make.published_update(
            activity=activity,
            execution="completed" if is_done else "cancelled",
            percent=100 if is_done else None,
            obstacle_es="" if is_done else "No hay fondos.",
        )

    page = page_of(client, commitment)

    (account,) = page.context["page"].activities
    stands = "completed" if said == "completed" else stop.get("stopped", "cancelled")
    assert account.row.summary.state == stands
    sentences = (BY_THE_AGENCY, "una modificación del plan")
    shown = [each for each in sentences if each in page.content.decode()]
    assert bool(shown) is bool(told)
    assert told in page.content.decode()


# Numbers beside what was planned


def test_its_agencys_last_quantity_stands_beside_the_planned_one(client):
    activity = make.activity(kind="continuing", quantity=120)
    person = make.focal_point(agency=activity.agency)
    for number, year in ((10, 2025), (20, 2026)):
        asked = make.round(
            plan=activity.plan, starts_on=f"{year}-01-01", ends_on=f"{year}-12-31"
        )
        update = make.published_update(
            activity=activity, period=asked, quantity=number, by=person
        )
    hidden = make.round(plan=activity.plan, is_demonstration=True)
    make.published_update(activity=activity, period=hidden, quantity=99, by=person)

    (told,) = page_of(client, activity.commitment).context["page"].activities

    assert told.quantity == 20
    workflow.withdraw(update, by=make.reviewer(), cause="error")
    (told,) = page_of(client, activity.commitment).context["page"].activities
    assert told.quantity == 10


@pytest.mark.parametrize("provenance", ["press", "documented"])
def test_others_counts_are_not_held_against_the_planned_one(client, provenance):
    activity = make.activity(kind="continuing", quantity=120)
    make.record_update(activity=activity, provenance=provenance, quantity=90)

    (told,) = page_of(client, activity.commitment).context["page"].activities

    assert told.latest.quantity == 90
    assert told.quantity is None


def test_of_a_reconstruction_no_quantity_is_held_against_another(client):
    activity = make.activity(kind="continuing", quantity=987654, provenance="press")
    Commitment.objects.update(provenance="reconstructed")
    make.published_update(activity=activity, quantity=20)

    page = page_of(client, activity.commitment)

    assert page.context["page"].activities[0].quantity is None
    table = page.text.split('<table class="rows">')[1].split("</table>")[0]
    assert "987654" not in table.replace(",", "")


# What is late, and why


def test_a_late_commitment_says_what_its_agencies_published(client):
    due_on = timezone.localdate() - timedelta(days=7)
    stated = {"due_on": due_on, "due_provenance": "plan"}
    commitment = make.commitment(**stated)
    asked = make.round(plan=commitment.plan)
    told, silent = (make.activity(commitment=commitment, **stated) for _ in range(2))
    make.published_update(
        activity=told, period=asked, obstacle_es="Falta.", next_step_es="Seguir."
    )
    make.submitted_update(
        activity=silent, period=asked, obstacle_es=MARKER, next_step_es="Seguir."
    )

    for language, word in (("es", "7 días de atraso"), ("en", "7 days late")):
        page = page_of(client, commitment, language)

        delay = page.context["page"].delay
        assert delay.days == 7
        reasons = {part.row.activity: part.report for part in delay.parts}
        assert reasons[told].obstacle_es == "Falta."
        assert reasons[silent] is None
        assert MARKER not in page.text
        assert page.text.count("<p>Falta.</p>") == 1
        assert page.text.count("<p>Seguir.</p>") == 1
        assert word in page.text


def test_a_superseded_activity_keeps_its_quantities(client):
    old = make.activity(kind="continuing", quantity=5)
    new = make.activity(commitment=old.commitment, kind="continuing", quantity=120)
    new.supersedes.add(old)
    make.published_update(activity=old, quantity=4)

    (told,) = page_of(client, old.commitment).context["page"].activities

    assert told.row.activity == Activity.objects.get(pk=new.pk)
    assert told.quantity is None


# What stands on it once


@pytest.fixture(scope="module")
def reported(lasting):
    """A commitment with everything that an agency can say of one activity."""
    activity = make.activity(
        quantity=5000, unit_es="guías", unit_en="guides", expected_product_es="Guía."
    )
    return make.published_update(
        activity=activity,
        narrative_es="Se imprimieron las guías.",
        narrative_en="The guides were printed.",
        quantity=1200,
        people_reached=340,
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_said_stands_once_and_leads_to_its_page(client, reported, language):
    """Each amount stands with its unit, beside what was planned."""
    html = page_of(client, reported.activity.commitment, language).text
    text = {"es": "Se imprimieron las guías.", "en": "The guides were printed."}
    unit = {"es": "guías", "en": "guides"}[language]

    line = html.partition('id="time-line"')[2]
    assert html.count(text[language]) == line.count(text[language]) == 1
    own = public_path(
        "update", reported.plan.code, reported.public_id, language=language
    )
    assert line.count(f'<a href="{own}" rel="bookmark">') == 1
    assert text[language] in client.get(own).text
    (row,) = re.findall(rf'<tr id="{reported.activity.code}">(.*?)</tr>', html, re.S)
    assert f"5,000 {unit}" in row
    assert f"1,200 {unit}" in line
    assert "340" in line


def test_facts_stand_in_a_band_and_nothing_beside_the_page(client, reported):
    commitment = reported.activity.commitment
    commitment.supporting.add(make.agency(name_es="La que apoya"))

    html = page_of(client, commitment).text

    band = html.split('<dl class="fact-band">')[1].split("</dl>")[0]
    labels = [each.strip() for each in re.findall(r"<dt>(.*?)</dt>", band, re.DOTALL)]
    assert labels == ["A cargo", "Apoya", "Plazo"]
    assert "La que apoya" in band
    assert "<aside" not in html
    assert 'class="delay' not in html


def test_each_source_is_named_once_and_what_rests_on_it_leads_on(client):
    plan = make.plan()
    sources = [make.source(plan=plan) for _ in range(2)]
    activity = make.activity(plan=plan)
    activity.sources.add(sources[0])
    for year in (2025, 2026):
        period = make.period(
            plan=plan, starts_on=f"{year}-01-01", ends_on=f"{year}-12-31"
        )
        make.record_update(activity=activity, period=period, sources=sources)

    page = page_of(client, activity.commitment)

    listed = page.text.partition('id="sources"')[2]
    numbers = [each.list_number for each in page.context["page"].sources]
    assert numbers == [1, 2]
    for source in page.context["page"].sources:
        assert page.text.count(source.title) == listed.count(source.title) == 1
        assert page.text.count(f'href="#source-{source.list_number}"') == 2
        assert page.text.count(f'id="source-{source.list_number}"') == 1


def test_what_was_declared_stands_once_beside_what_was_expected(client):
    commitment = make.commitment(expected_result_es="Cien casas.")
    activity = make.activity(commitment=commitment, pk=commitment.pk)
    told = make.published_declaration(
        commitment=commitment, statement_es="Abrieron sesenta."
    )
    update = make.published_update(activity=activity, period=told.period)

    html = page_of(client, commitment).text

    head, line = html.split('id="time-line"')
    assert "Cien casas." in head
    assert head.count("Abrieron sesenta.") == 1
    assert "Abrieron sesenta." not in line
    assert line.count(update.narrative_es) == 1

    workflow.withdraw(told, by=make.reviewer(), cause="error")
    assert "Abrieron sesenta." not in page_of(client, commitment).text


@pytest.mark.parametrize(("is_open", "told"), [(True, "1"), (False, "ninguno")])
def test_who_reported_and_how_many_showed_evidence_is_told(client, is_open, told):
    draft = make.update()
    item = make.evidence(draft)
    make.publish(draft, evidence=[item] if is_open else [])

    html = page_of(client, draft.activity.commitment).text

    words = " ".join(html.partition('id="sources"')[2].split())
    assert f"Reportes: 1; con evidencia pública: {told}." in words


def test_the_start_of_work_to_come_is_in_the_time_line(client):
    day = timezone.localdate() + timedelta(days=9)
    commitment = make.commitment(starts_on=day)

    steps = page_of(client, commitment).context["page"].events

    assert [(each.kind, each.day) for each in steps if each.is_ahead] == [
        ("start", day)
    ]


def test_a_citation_names_the_lead_only_for_what_it_declared(client, reported):
    commitment = reported.activity.commitment
    leads = [commitment.lead.name_es, commitment.lead.name_en]

    def cited(language):
        html = page_of(client, commitment, language).text
        return " ".join(re.findall(r"<cite>(.*?)</cite>", html, re.DOTALL)[0].split())

    def assert_cites_the_portal():
        names = ("Plan Nacional contra", "National Plan against")
        for language, name, lead in zip(LANGUAGES, names, leads, strict=True):
            assert cited(language).startswith(name)
            assert lead not in cited(language)

    assert_cites_the_portal()
    make.published_declaration(commitment=commitment)
    assert [cited(each).partition(": ")[0] for each in LANGUAGES] == leads
    Commitment.objects.filter(pk=commitment.pk).update(provenance="reconstructed")
    assert_cites_the_portal()


def test_targets_are_named_as_people_write_them(client):
    commitment = make.commitment()
    for family, code in (("SDG", "SDG-16.2"), ("GCM", "GCM-9"), ("SDG", "X-1")):
        target = make.target(code=code, family=family)
        commitment.frameworks.add(target)

    spanish, english = (
        page_of(client, commitment, each).content.decode() for each in LANGUAGES
    )

    assert [w in spanish for w in ("ODS 16.2", "Pacto Mundial, obj. 9", "X-1")] == (
        [True] * 3
    )
    assert "SDG 16.2" in english


def test_terms_of_a_text_lead_to_the_glossary_once(client):
    update = make.published_update(narrative_es="La PETT y otra PETT, PETTY.")
    make.term(plan=update.plan, code="PETT")
    glossary = public_path("glossary", language="es")

    html = page_of(client, update.activity.commitment).content.decode()

    assert f'La <a href="{glossary}#pett">PETT</a> y otra PETT, PETTY.' in html
    assert '<div id="pett">' in client.get(glossary).content.decode()


@pytest.mark.parametrize(
    ("is_asked", "why"),
    [
        (False, "Nothing is reported yet: no agency has been asked"),
        (True, "No report on it is published yet"),
    ],
)
def test_the_official_commitment_keeps_what_was_on_record(client, is_asked, why):
    record = make.record_update(provenance="documented")
    old = record.activity.commitment
    Commitment.objects.filter(pk=old.pk).update(provenance="reconstructed")
    new = make.commitment(programme=old.programme)
    new.supersedes.add(old)
    activity = make.activity(commitment=new)
    if is_asked:
        asked = make.round(plan=old.plan)

    silent = page_of(client, new, "en").text

    assert "we had put together 1 record of this work" in silent
    assert record.activity.title_en in silent.partition('id="time-line"')[2]
    assert why in silent
    if is_asked:
        make.published_update(activity=activity, period=asked)
        assert why not in page_of(client, new, "en").text


def test_what_was_published_on_it_alone_is_downloaded(client):
    told = make.published_update(narrative_es="Lo de este.")
    commitment, person = told.activity.commitment, told.contributors.get()
    gone = make.withdrawn_update(
        activity=make.activity(commitment=commitment),
        period=told.period,
        narrative_es="Treinta y siete detenidos.",
    )
    make.update(
        activity=make.activity(commitment=commitment),
        period=told.period,
        by=person,
        narrative_es=MARKER,
    )
    make.published_update(
        activity=make.activity(plan=told.plan),
        period=told.period,
        narrative_es="Lo de otro.",
    )

    paths = re.findall(r'href="([^"]+)" download>', page_of(client, commitment).text)
    texts = [text_of(client.get(path).content) for path in paths]

    rows = list(csv.DictReader(io.StringIO(texts[0])))
    codes = sorted([gone.activity.code, told.activity.code])
    assert sorted(row["activity"] for row in rows) == codes
    assert len(texts) == 3
    for text in texts:
        assert "Lo de este." in text
        for hidden in ("Treinta y siete", MARKER, "Lo de otro."):
            assert hidden not in text


@pytest.mark.parametrize(
    ("due", "said"),
    [
        (-9, ["En marcha, 9 días de atraso", "Under way, 9 days late"]),
        (9, ["En marcha, con alerta de retraso", "Under way, at risk of delay"]),
        (900, ["«En marcha»,", "“Under way”"]),
    ],
)
def test_a_citation_says_the_family_and_the_delay(client, due, said):
    day = timezone.localdate() + timedelta(days=due)
    commitment = make.commitment(due_on=day, due_provenance="plan")
    make.published_update(activity=make.activity(commitment=commitment), percent=5)

    for language, sentence in zip(LANGUAGES, said, strict=True):
        html = page_of(client, commitment, language).text
        (cited,) = re.findall(r"<cite>(.*?)</cite>", html, re.DOTALL)
        assert sentence in cited
