"""A commitment's page: since when, each agency's part, dates changed, what is late."""

import re
from datetime import date, timedelta

import pytest
from django.utils import timezone

from strategic_areas import sentences, workflow
from strategic_areas.addresses import address
from strategic_areas.models import Activity, Commitment
from strategic_areas.progress import Declaration, Report, begun_with
from tests import factories
from tests.test_public_pages import LANGUAGES, MARKER

pytestmark = pytest.mark.django_db


def page_of(client, commitment, language="es"):
    return client.get(commitment.get_absolute_url(language))


def said(year, execution):
    return Report(period_ends_on=date(year, 12, 31), execution=execution)


def declared(year, is_reached):
    return Declaration(
        period_ends_on=date(year, 12, 31), result="fulfilled" if is_reached else ""
    )


# Since when it stands as it does


@pytest.mark.parametrize(
    ("records", "begun"),
    [
        ([], None),
        ([(1, said(2018, "not_started"))], 2018),
        ([(1, said(2018, "not_started")), (2, said(2019, "in_progress"))], 2019),
        ([(2, said(2020, "completed")), (1, said(2019, "in_progress"))], 2019),
        (
            [
                (1, said(2018, "in_progress")),
                (1, said(2019, "not_started")),
                (1, said(2020, "in_progress")),
            ],
            2020,
        ),
        (
            [
                (1, said(2018, "completed")),
                (None, declared(2019, True)),
            ],
            2019,
        ),
        ([(None, declared(2019, False))], None),
        ([(None, declared(2018, True)), (None, declared(2019, False))], None),
        ([(None, declared(2018, False)), (1, said(2019, "in_progress"))], 2019),
    ],
)
def test_a_state_began_with_the_first_record_of_its_unbroken_last_run(records, begun):
    first, _state = begun_with(records, 2)

    assert (first and first.period_ends_on.year) == begun


def test_the_page_names_the_period_since_which_the_state_stands(client):
    activity = factories.make_activity()
    periods = [
        factories.make_period(
            plan=activity.plan, starts_on=f"{year}-01-01", ends_on=f"{year}-12-31"
        )
        for year in (2025, 2026)
    ]
    for period, execution in zip(periods, ("in_progress", "completed"), strict=True):
        factories.make_record_update(
            activity=activity, period=period, execution=execution
        )

    assert page_of(client, activity.commitment).context["page"].since == periods[1]


def test_a_demonstration_begins_no_state(client):
    asked = factories.make_round(is_demonstration=True)
    activity = factories.make_activity(plan=asked.plan)
    factories.make_published_update(activity=activity, period=asked)

    assert page_of(client, activity.commitment).context["page"].since is None


# Dates, and every change of them


def test_changes_of_its_dates_stand_beside_them_with_their_reasons(client):
    commitment = factories.make_commitment()
    first = factories.make_amendment(commitment=commitment)
    last = factories.make_amendment(commitment=commitment, decided_on=date(2026, 1, 1))
    factories.make_amendment(commitment=commitment, field="title")
    factories.make_amendment(commitment=commitment, is_approved=False)

    page = page_of(client, commitment)

    assert page.context["page"].date_changes == [last, first]
    facts = page.content.decode().split('class="side"')[1].split("</dl>")[0]
    assert facts.count(first.amendment.reason_es) == 2


def test_the_reason_of_an_amendment_stands_once_and_its_change_in_the_time_line(client):
    activity = factories.make_activity()
    factories.make_amendment(activity=activity, reason_es="Se licitó dos veces.")

    html = page_of(client, activity.commitment).content.decode()

    assert html.count("Se licitó dos veces.") == 1
    assert html.count('class="plan-change"') == 2


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
    commitment = factories.make_commitment(**above)
    activity = factories.make_activity(commitment=commitment, **own)
    if said == "press":
        factories.make_record_update(activity=activity, execution="cancelled")
    elif said in {"reported", "completed"}:
        is_done = said == "completed"
        factories.make_published_update(
            activity=activity,
            execution="completed" if is_done else "cancelled",
            percent=100 if is_done else None,
            obstacle_es="" if is_done else "No hay fondos.",
        )

    page = page_of(client, commitment)

    (account,) = page.context["page"].activities
    stands = "completed" if said == "completed" else stop.get("stopped", "cancelled")
    assert account.row.standing.state == stands
    sentences = (BY_THE_AGENCY, "una modificación del plan")
    shown = [each for each in sentences if each in page.content.decode()]
    assert bool(shown) is bool(told)
    assert told in page.content.decode()


# Each agency's part


def test_the_lead_comes_first_and_each_agency_counts_for_itself(client):
    commitment = factories.make_commitment()
    others = [factories.make_agency(name_es=name) for name in ("Zeta", "Alfa")]
    for agency in (*others, commitment.lead, others[0]):
        factories.make_activity(commitment=commitment, agency=agency)

    parts = page_of(client, commitment).context["page"].parts

    assert [(agency, counts.total) for agency, counts, _told in parts] == [
        (commitment.lead, 1),
        (others[1], 1),
        (others[0], 2),
    ]


# Numbers beside what was planned


def test_reported_quantities_stand_beside_the_planned_one(client):
    activity = factories.make_activity(kind="continuing", quantity=120)
    person = factories.make_focal_point(agency=activity.agency)
    for number, year in ((10, 2025), (20, 2026)):
        asked = factories.make_round(
            plan=activity.plan, starts_on=f"{year}-01-01", ends_on=f"{year}-12-31"
        )
        update = factories.make_published_update(
            activity=activity, period=asked, quantity=number, by=person
        )
    hidden = factories.make_round(plan=activity.plan, is_demonstration=True)
    factories.make_published_update(
        activity=activity, period=hidden, quantity=99, by=person
    )

    (account,) = page_of(client, activity.commitment).context["page"].activities

    assert [quantity for _period, quantity, _url in account.quantities] == [20, 10]
    workflow.withdraw(update, by=factories.make_reviewer(), cause="error")
    (account,) = page_of(client, activity.commitment).context["page"].activities
    assert [quantity for _period, quantity, _url in account.quantities] == [10]


def test_what_others_counted_is_not_held_against_the_planned_quantity(client):
    activity = factories.make_activity(kind="continuing", quantity=120)
    asked = factories.make_round(plan=activity.plan)
    factories.make_published_update(activity=activity, period=asked, quantity=10)
    for provenance in ("press", "documented"):
        factories.make_record_update(
            activity=activity, provenance=provenance, quantity=90
        )

    (account,) = page_of(client, activity.commitment).context["page"].activities

    assert [quantity for _period, quantity, _url in account.quantities] == [10]


def test_of_a_reconstruction_no_quantity_is_held_against_another(client):
    activity = factories.make_activity(
        kind="continuing", quantity=120, provenance="press"
    )
    Commitment.objects.update(provenance="reconstructed")
    factories.make_record_update(activity=activity, quantity=20)

    page = page_of(client, activity.commitment)

    assert page.context["page"].activities[0].quantities == ()
    assert 'class="quantities"' not in page.content.decode()


# What is late, and why


def test_a_late_commitment_says_what_its_agencies_published_of_it(client):
    due_on = timezone.localdate() - timedelta(days=7)
    stated = {"due_on": due_on, "due_provenance": "plan"}
    commitment = factories.make_commitment(**stated)
    asked = factories.make_round(plan=commitment.plan)
    told, silent = (
        factories.make_activity(commitment=commitment, **stated) for _ in range(2)
    )
    factories.make_published_update(
        activity=told, period=asked, obstacle_es="Falta.", next_step_es="Seguir."
    )
    factories.make_submitted_update(
        activity=silent, period=asked, obstacle_es=MARKER, next_step_es="Seguir."
    )

    for language, word in (("es", ">Atrasado<"), ("en", ">Late<")):
        page = page_of(client, commitment, language)

        delay = page.context["page"].delay
        assert delay.days == 7
        reasons = {part.row.activity: part.account for part in delay.parts}
        assert reasons[told].obstacle_es == "Falta."
        assert reasons[silent] is None
        assert MARKER not in page.text
        assert page.text.count("<p>Falta.</p>") == 1
        assert page.text.count("<p>Seguir.</p>") == 1
        assert word in page.text


def test_what_a_public_source_says_holds_it_back_is_no_reason_of_the_agency(client):
    due_on = timezone.localdate() - timedelta(days=7)
    activity = factories.make_activity(due_on=due_on, due_provenance="plan")
    factories.make_record_update(activity=activity, obstacle_es="Dice la prensa.")

    (part,) = page_of(client, activity.commitment).context["page"].delay.parts

    assert (part.days, part.account) == (7, None)


def test_what_is_neither_late_nor_held_back_says_nothing_of_it(client):
    update = factories.make_published_update()

    page = page_of(client, update.activity.commitment)

    assert page.context["page"].delay is None
    assert 'class="delay' not in page.content.decode()


def test_a_superseded_activity_leaves_its_quantities_to_the_one_that_stands(client):
    old = factories.make_activity(kind="continuing", quantity=5)
    new = factories.make_activity(
        commitment=old.commitment, kind="continuing", quantity=120
    )
    new.supersedes.add(old)
    factories.make_published_update(activity=old, quantity=4)

    (account,) = page_of(client, old.commitment).context["page"].activities

    assert account.row.activity == Activity.objects.get(pk=new.pk)
    assert account.quantities == ()


# What stands on it once


@pytest.fixture(scope="module")
def reported(lasting):
    """A commitment with everything that an agency can say of one activity."""
    activity = factories.make_activity(
        quantity=5000, unit_es="guías", unit_en="guides", expected_product_es="Guía."
    )
    return factories.make_published_update(
        activity=activity,
        narrative_es="Se imprimieron las guías.",
        narrative_en="The guides were printed.",
        quantity=1200,
        people_reached=340,
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_stands_twice_on_it(client, reported, language):
    html = page_of(client, reported.activity.commitment, language).content.decode()
    text = {"es": "Se imprimieron las guías.", "en": "The guides were printed."}

    assert html.count(text[language]) == 1
    assert f'<a href="#{reported.activity.code}">' in html
    assert f'id="{reported.activity.code}"' in html


def test_each_amount_stands_on_a_line_of_its_own_with_its_unit(client, reported):
    html = page_of(client, reported.activity.commitment).content.decode()

    amounts = html.split('<ul class="figures">')[1].split("</ul>")[0]
    assert amounts.count("<li>") == 2
    assert "guías" in html


def test_facts_dates_and_sources_stand_in_the_side_column(client, reported):
    html = page_of(client, reported.activity.commitment).content.decode()

    main, side = html.split('<aside class="side">')
    side, rest = side.split("</aside>")
    assert 'id="sources"' in side
    assert "<dl>" not in main.split('class="with-side')[1] + rest


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
    factories.make_published_declaration(commitment=commitment)
    assert [cited(each).partition(": ")[0] for each in LANGUAGES] == leads
    Commitment.objects.filter(pk=commitment.pk).update(provenance="reconstructed")
    assert_cites_the_portal()


def test_targets_are_named_as_people_write_them(client):
    commitment = factories.make_commitment()
    for family, code in (("SDG", "SDG-16.2"), ("GCM", "GCM-9"), ("SDG", "X-1")):
        target = factories.make_target(code=code, family=family)
        commitment.frameworks.add(target)

    spanish, english = (
        page_of(client, commitment, each).content.decode() for each in LANGUAGES
    )

    assert [w in spanish for w in ("ODS 16.2", "Pacto Mundial, obj. 9", "X-1")] == (
        [True] * 3
    )
    assert "SDG 16.2" in english


@pytest.mark.parametrize(
    ("days", "since"),
    [
        (("2017-01-01", "2017-12-31"), "2017"),
        (("2027-07-01", "2027-12-31"), "12/2027"),
    ],
)
def test_since_when_is_a_year_or_a_month(days, since):
    starts_on, ends_on = map(date.fromisoformat, days)
    period = factories.make_period(starts_on=starts_on, ends_on=ends_on)

    assert sentences.since(period).split()[-1] == since


def test_terms_of_a_text_lead_to_the_glossary_once(client):
    update = factories.make_published_update(narrative_es="La PETT y otra PETT, PETTY.")
    factories.make_term(plan=update.plan, code="PETT")
    glossary = address("glossary", language="es")

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
    record = factories.make_record_update(provenance="documented")
    old = record.activity.commitment
    Commitment.objects.filter(pk=old.pk).update(provenance="reconstructed")
    new = factories.make_commitment(programme=old.programme)
    new.supersedes.add(old)
    activity = factories.make_activity(commitment=new)
    if is_asked:
        asked = factories.make_round(plan=old.plan)

    silent = page_of(client, new, "en").text

    assert "we had put together 1 record of this work" in silent
    assert record.activity.title_en in silent.partition('id="time-line"')[2]
    assert why in silent
    if is_asked:
        factories.make_published_update(activity=activity, period=asked)
        assert why not in page_of(client, new, "en").text
