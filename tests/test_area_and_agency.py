"""An area's and an agency's page: sentences, scorecard, targets, reports by round."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from strategic_areas import workflow
from strategic_areas.compliance import Timeliness
from strategic_areas.models import Activity, Commitment
from strategic_areas.public_paths import public_path
from strategic_areas.queries.plan import plan_progress, plans
from strategic_areas.sentences import work_in_cell
from tests import make
from tests.columns_seen import idle_columns
from tests.strategic_areas.asked import DUE, make_asked, make_person, release, submit
from tests.test_public_pages import LANGUAGES

pytestmark = pytest.mark.django_db

RESERVED = {
    "is_reserved": True,
    "reserved_reason": "Un proceso abierto.",
    "reserved_legal_basis": "Ley 200-04, art. 17",
}


def area_page(client, area, language="es", **query):
    word = getattr(area, f"slug_{language}")
    return client.get(
        public_path("area", area.plan.code, word, language=language), query
    )


def agency_page(client, plan, agency):
    return client.get(public_path("agency", plan.code, agency.slug))


def works(page):
    return [
        (line.row.summary.percent, work_in_cell(line.row))
        for line in page.context["table"]["lines"]
    ]


def test_an_area_names_the_targets_that_its_commitments_answer(client):
    target, programme = make.target(), make.programme()
    for _ in range(2):
        make.commitment(programme=programme).frameworks.add(target)
    make.commitment(plan=programme.plan).frameworks.add(make.target())

    for language in LANGUAGES:
        page = area_page(client, programme.area, language)

        targets = [(each.target.code, each.total) for each in page.context["targets"]]
        assert targets == [(target.code, 2)]
        links = re.findall(r'href="([^"]+framework=[^"]+)"', page.text)
        shown = client.get(links[0].replace("&amp;", "&"))
        assert len(shown.context["catalogue"].rows) == 2


# How far a commitment's activities have come


def test_activities_are_told_in_numbers_where_no_percent_is_one(client):
    asked = make.round()
    commitment = make.commitment(plan=asked.plan)
    for execution, kind in (("completed", "one_off"), ("in_progress", "continuing")):
        activity = make.activity(commitment=commitment, kind=kind)
        make.published_update(
            activity=activity, period=asked, execution=execution, percent=None
        )
    area = commitment.programme.area

    ((percent, work),) = works(area_page(client, area, "en"))
    Commitment.objects.update(provenance="reconstructed")
    ((_, reconstructed),) = works(area_page(client, area, "en"))

    assert (percent, re.findall(r"\d+", work)) == (None, ["1", "2"])
    assert re.findall(r"\d+", reconstructed) == ["1", "2"]


# An agency's scorecard


def test_evidence_counts_once_its_report_is_published(client):
    """No report counts that public sources make, nor one that is withheld."""
    asked = make.round()
    commitment = make.commitment(plan=asked.plan)
    person = make.focal_point(agency=commitment.lead)
    make.record_update(activity=make.activity(commitment=commitment))

    def maker(step, evidence=None, **fields):
        activity = make.activity(commitment=commitment)
        update = make.update(activity=activity, period=asked, by=person, **fields)
        if evidence is not None:
            make.evidence(update, is_public=evidence)
        if step == "published":
            make.publish(update)

    maker("published", evidence=True)
    maker("published", evidence=False)
    maker("published", evidence=False, **RESERVED)
    maker("published")
    maker("draft", evidence=False)

    page = agency_page(client, asked.plan, commitment.lead).context["page"]

    assert page.evidence == {"reports": 3, "with_evidence": 2, "with_open": 1}


def test_what_an_area_lists_as_done_is_what_its_heading_counts(client):
    """What sources tell of it stands in its table alone."""
    asked = make.round()
    programme = make.programme(plan=asked.plan)
    plans_own, found = (
        make.activity(
            commitment=make.commitment(programme=programme, provenance=provenance)
        )
        for provenance in ("plan", "reconstructed")
    )
    make.record_update(
        activity=found, period=asked, execution="completed", narrative_es="Lo cuentan."
    )
    alone = area_page(client, programme.area)
    make.published_update(
        activity=plans_own, period=asked, execution="completed", percent=100
    )

    both = area_page(client, programme.area)

    assert (alone.context["finished"], alone.text.count("Lo cuentan.")) == ([], 1)
    assert "Qué se hizo: 1 de 1 actividad terminada" in both.text
    assert [each.activity for each, _ in both.context["finished"]] == [plans_own]


# What no table tells


def test_a_rehearsal_beside_the_plan_is_nothing_an_agency_did(client):
    real = make.round()
    rehearsal = make.round(plan=real.plan, is_demonstration=True)
    commitment = make.commitment(plan=real.plan)
    person = make.focal_point(agency=commitment.lead)
    for period, title in ((real, "Jornada real"), (rehearsal, "Jornada de ensayo")):
        update = make.off_plan_update(
            commitment=commitment, period=period, title_es=title, by=person
        )
        make.publish(update)

    page = agency_page(client, real.plan, commitment.lead)

    assert "Jornada real" in page.text
    assert "Jornada de ensayo" not in page.text


def test_whether_the_plan_states_how_many_victims_is_not_told(client):
    activity = make.activity(counts_victims=True)
    asked = make.round(plan=activity.plan)
    plan, agency = activity.plan, activity.agency

    def of_its_row():
        with time_machine.travel(asked.due_on + timedelta(2)):
            return agency_page(client, plan, agency).text.split(f'id="{activity.code}"')

    before = of_its_row()[1].split("</tr>")[0]
    Activity.objects.update(quantity=7, unit_es="víctimas atendidas")
    after = of_its_row()[1].split("</tr>")[0]

    assert before == after


def test_an_area_marks_what_an_agency_says_it_did_not_do(client):
    update = make.record_update(execution="completed")
    area = update.activity.commitment.programme.area
    mark = "La institución no reconoce esta atribución"
    done = area_page(client, area).text.split("<h2>")[2]
    make.approved_dispute(update)

    disputed = area_page(client, area).text.split("<h2>")[2]

    assert (done.count("Una fuente pública"), disputed.count(mark)) == (1, 1)
    assert mark not in done


def test_what_it_leads_is_told_by_state_and_by_punctuality(client):
    plan, agency = make.plan(), make.agency()
    today = timezone.localdate()
    for days in (-5, 300):
        make.commitment(
            plan=plan,
            lead=agency,
            due_on=today + timedelta(days),
            due_provenance="plan",
        )

    sentence = agency_page(client, plan, agency).context["page"].sentence

    assert (sentence.counts.total, sentence.unfinished) == (2, 2)
    kept = {word: number for word, number in sentence.punctuality.items() if number}
    assert kept == {"late": 1, "not_due": 1}


def test_each_public_round_has_a_row_with_how_it_was_answered(client):
    activity, period = make_asked()
    submit(activity, period, DUE + timedelta(2), make_person(activity.agency))
    release(activity.plan)

    page = agency_page(client, activity.plan, activity.agency)

    scorecards = page.context["page"].scorecards
    rows = [(each, card.timeliness) for each, card, _comment in scorecards]
    assert rows == [(period, Timeliness.LATE)]
    assert page.content.decode().count("promptness--late") == 1


def test_a_reconstruction_scores_nobody_by_completion(client):
    activity = make.activity()
    Activity.objects.update(provenance="press")
    Commitment.objects.update(provenance="reconstructed")

    page = agency_page(client, activity.plan, activity.agency).content.decode()

    counts = page.split('class="count-band"')[1].split("</dl>")[0]
    assert re.findall(r"<dd>(\d+)", counts) == ["1", "0", "0"]


def test_the_board_of_one_agency_alone_reads_evidence():
    update = make.update()
    make.evidence(update)
    make.publish(update)
    plan, today = plans.plan_by_code(update.plan.code), timezone.localdate()

    found = [
        plan_progress.load_plan_progress(plan, today, by)
        for by in (None, update.activity.commitment.lead)
    ]

    (each,) = found[0].activities
    (report,) = each.reports
    assert [dict(each.evidenced) for each in found] == [{}, {report.pk: False}]


# What it undertook, did and reports


def test_who_handed_in_everything_never_reads_like_the_silent(client):
    asked = make.round()
    plan, told, silent = asked.plan, make.agency(), make.agency()
    person = make.focal_point(agency=told)
    for agency in (told, silent):
        make.participation(plan=plan, agency=agency)
        commitment = make.commitment(plan=plan, lead=agency)
        for _ in range(3):
            activity = make.activity(commitment=commitment)
            if agency == told:
                make.submitted_update(activity=activity, period=asked, by=person)

    pages = {each: agency_page(client, plan, each) for each in (told, silent)}
    found = client.get(public_path("agencies", plan.code, language="en"))
    cells = {part.agency: dict(told) for part, _, told in found.context["lines"]}

    answers = {each: page.context["page"] for each, page in pages.items()}
    assert (answers[told].reported, answers[told].in_review) == (3, 3)
    assert {len(each.obligations) for each in answers.values()} == {3}
    assert answers[silent].reported == 0
    assert "family--unread" in pages[told].text
    assert "family--silent" not in pages[told].text
    assert "family--silent" in pages[silent].text
    assert "Origin" not in pages[silent].text
    handed_in = f"Handed in, {plan.periods.get().name_en}"
    assert [cells[each][handed_in] for each in pages] == ["3 of 3", "0 of 3"]
    # Nothing that is published tells how far either has come: that is no zero.
    assert {cells[each]["Fulfilled"] for each in pages} == {"not known yet"}


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, {"Still awaited:", "Nothing yet"}),
        (-1, {"Did not report:", "Nothing handed in"}),
    ],
)
def test_nobody_is_called_silent_before_the_due_date_has_passed(client, days, said):
    due_on = timezone.localdate() + timedelta(days=days)
    asked, agency = make.round(due_on=due_on), make.agency()
    commitment = make.commitment(plan=asked.plan, lead=agency)
    make.activity(commitment=commitment)

    there = public_path("agency", asked.plan.code, agency.slug, language="en")
    pages = client.get(commitment.get_absolute_url("en")).text + client.get(there).text

    assert all(each in pages for each in said)
    for silence in ("Did not report", "has not reported"):
        assert (silence in pages) is (days < 0)


def test_what_was_handed_in_and_returned_stays_handed_in(client):
    update = make.returned_update(reason="Falta la cifra.")

    page = agency_page(client, update.plan, update.agency).context["page"]

    assert (len(page.obligations), page.reported, page.in_review) == (1, 1, 1)


def test_what_it_undertook_and_did_stands_in_one_table_each(client):
    plan, agency = make.plan(), make.agency()
    led = make.commitment(plan=plan, lead=agency)
    helped = make.commitment(plan=plan)
    helped.supporting.add(agency)
    done = make.activity(commitment=led)
    make.published_update(activity=done, execution="completed", percent=100)
    beside = make.off_plan_update(commitment=led)
    make.publish(beside)

    page = agency_page(client, plan, agency)

    told, did = page.context["page"], page.context["done"]["lines"]
    assert [line.commitment for line in page.context["led"]["lines"]] == [led]
    assert [line.commitment for line in told.supported] == [helped]
    assert [(work.activity, work.row is None) for work, _said in did] == [
        (done, False),
        (beside.activity, True),
    ]
    html = page.content.decode()
    assert '<article class="entry' not in html
    listed = re.findall(r'href="([^"]+/compromisos/\?agency=[^"]+)"', html)
    assert len(client.get(listed[0]).context["catalogue"].rows) == 2


def test_an_agencys_tables_have_no_column_that_says_one_thing(client):
    plan, agency = make.plan(), make.agency()
    for _ in range(6):
        line = make.commitment(plan=plan, lead=agency, provenance="reconstructed")
        make.record_update(activity=make.activity(commitment=line))

    for language in LANGUAGES:
        path = public_path("agency", plan.code, agency.slug, language=language)
        html = client.get(path).text

        assert html.count("<tr") == 1 + 6
        assert idle_columns(html) == [], language


# What was done, and what was not, in an area


def test_an_area_tells_what_is_done_in_the_words_last_said(client):
    asked = make.round()
    commitment = make.commitment(plan=asked.plan)
    person = make.focal_point(agency=commitment.lead)
    told = [
        make.published_update(
            by=person,
            activity=make.activity(commitment=commitment),
            period=asked,
            execution=execution,
            percent=None,
            narrative_es=f"Se hizo {execution}.",
        )
        for execution in ("completed", "in_progress", "completed")
    ]
    area = commitment.programme.area

    page = area_page(client, area)

    finished = [account.pk for _row, account in page.context["finished"]]
    assert sorted(finished) == [told[0].pk, told[2].pk]
    row = page.context["row"]
    assert len(row.finished) == row.tally.done == 2
    done = page.text.split("Qué se hizo")[1].split("</section>")[0]
    assert done.count("Se hizo completed.") == 2
    assert "Se hizo in_progress." not in done


def test_an_area_tells_what_went_wrong_with_the_reason_open(client):
    """Of what is late for a reason, of what is suspended and of what is unfulfilled."""
    asked, today = make.round(), timezone.localdate()
    programme = make.programme(plan=asked.plan)
    late, held, unmet, going = (make.commitment(programme=programme) for _ in range(4))
    Commitment.objects.filter(pk=late.pk).update(
        due_on=today - timedelta(9), due_provenance="plan"
    )
    for commitment, fields in (
        (late, {"execution": "in_progress", "obstacle_es": "Falta el local."}),
        (held, {"execution": "suspended", "obstacle_es": "Falta el dinero."}),
        (unmet, {"execution": "in_progress"}),
        (going, {"execution": "in_progress"}),
    ):
        activity = make.activity(commitment=commitment)
        make.published_update(activity=activity, period=asked, **fields)
    make.published_declaration(
        commitment=unmet, period=asked, result="unfulfilled", statement_es="No se pudo."
    )

    page = area_page(client, programme.area)

    told = [(each.row.commitment, each.kind) for each, *_ in page.context["setbacks"]]
    assert told == [(late, "late"), (held, "held"), (unmet, "unmet")]
    section = page.text.split('class="thirds"')[1].split("</section>")[0]
    assert "<details" not in section
    for reason in ("Falta el local.", "Falta el dinero.", "No se pudo."):
        assert reason in section


# An agency that is silent


@pytest.fixture
def owing():
    """An agency of which a round asks for a report that was due five days ago."""
    due_on = timezone.localdate() - timedelta(5)
    asked = make.round(due_on=due_on)
    activity = make.activity(plan=asked.plan)
    make.participation(plan=asked.plan, agency=activity.agency)
    return activity, asked


def test_silence_is_said_first_with_its_round_and_how_to_hear(client, owing):
    """Also of who took part in a rehearsal only."""
    activity, asked = owing
    plan, agency = asked.plan, activity.agency
    rehearsal = make.round(plan=plan, is_demonstration=True)
    make.published_update(activity=activity, period=rehearsal)

    page = agency_page(client, plan, agency)

    assert page.context["page"].silent_in == [asked]
    main = page.text.split("<main")[1].split("</main>")[0]
    first = main.index("No ha reportado en este portal")
    assert first < main.index("count-band")
    assert asked.name_es in main[first : main.index("count-band")]
    feed = public_path("agency_feed", plan.code, agency.slug)
    assert re.search(rf'href="{feed}"[^>]*>Avisarme cuando reporte<', main)


@pytest.mark.parametrize("step", ["submitted", "returned", "published", "off plan"])
def test_who_ever_handed_in_anything_is_not_called_silent(client, owing, step):
    activity, asked = owing
    person = make.focal_point(agency=activity.agency)
    if step == "off plan":
        update = make.off_plan_update(
            commitment=activity.commitment, period=asked, by=person
        )
    else:
        update = make.update(activity=activity, period=asked, by=person)
    workflow.submit(update, by=person)
    if step == "returned":
        workflow.return_to_agency(update, by=make.reviewer(), reason="Falta.")
    elif step in {"published", "off plan"}:
        workflow.publish(update, by=make.reviewer())

    page = agency_page(client, asked.plan, activity.agency)

    assert not page.context["page"].is_silent
    assert "No ha reportado en este portal" not in page.text


# What nobody may read


def hidden_words(client, area, agency):
    """Which of the pages say the word that nobody may read."""
    pages = area_page(client, area), agency_page(client, area.plan, agency)
    return ["zanahoria" in page.text for page in pages]


@pytest.mark.parametrize("execution", ["completed", "suspended"])
def test_words_withheld_waiting_or_withdrawn_are_on_neither_page(client, execution):
    asked = make.round()
    commitment = make.commitment(plan=asked.plan)
    area, agency = commitment.programme.area, commitment.lead
    said = {
        "execution": execution,
        "percent": None,
        "narrative_es": "Se habló de una zanahoria.",
        "obstacle_es": "Falta una zanahoria.",
    }
    person = make.focal_point(agency=agency)

    def maker(**fields):
        return make.submitted_update(
            activity=make.activity(commitment=commitment),
            period=asked,
            by=person,
            **said | fields,
        )

    waiting, withheld, gone, shown = maker(), maker(**RESERVED), maker(), maker()
    reviewer = make.reviewer()
    for update in (withheld, gone):
        workflow.publish(update, by=reviewer)
    workflow.withdraw(gone, by=reviewer, cause="error")
    before = hidden_words(client, area, agency)
    workflow.publish(shown, by=reviewer)

    assert waiting.status == "submitted"
    assert before == [False, False]
    assert hidden_words(client, area, agency) == [True, True]


# Words that agree with what they are said of


def test_a_silent_agency_leads_to_no_list_and_the_list_knows_it(client):
    asked = make.round()
    silent = make.activity(plan=asked.plan).agency
    make.participation(plan=asked.plan, agency=silent)
    heard = make.published_update(
        activity=make.activity(plan=asked.plan), period=asked
    ).agency
    path = public_path("updates", asked.plan.code)

    links = {
        agency: f"{path}?agency={agency.slug}"
        in client.get(public_path("agency", asked.plan.code, agency.slug)).text
        for agency in (silent, heard)
    }
    listed = client.get(path, {"agency": silent.slug})
    unknown = client.get(path, {"agency": "nobody"})

    assert links == {silent: False, heard: True}
    (chosen,) = listed.context["chosen"]
    assert (chosen.chosen, chosen.is_unknown) == (silent.name, False)
    assert listed.context["counts"].found == 0
    assert unknown.context["chosen"][0].is_unknown


def test_lateness_agrees_with_a_commitment_on_card_and_filter(client):
    due = {"due_on": timezone.localdate() - timedelta(5), "due_provenance": "plan"}
    commitment = make.commitment(**due)
    make.round(plan=commitment.plan)
    plan = commitment.plan.code

    card = client.get(
        public_path("commitment_card", plan, commitment.code, language="es")
    )
    found = client.get(public_path("commitments", plan, language="es"))

    assert ">Atrasado<" in card.text
    (field,) = (f for f in found.context["filters"] if f.name == "punctuality")
    words = {value: label for _, group in field.groups for value, label, _n in group}
    assert words["late"] == "Atrasado"
    assert "Atrasada" not in card.text + found.text


def test_english_has_its_own_acronym_of_an_agency(client):
    agency = make.agency(acronym="OIM", acronym_en="IOM", slug="oim")
    commitment = make.commitment(lead=agency)
    update = make.published_update(
        activity=make.activity(commitment=commitment, agency=agency)
    )
    plan = commitment.plan
    make.participation(plan=plan, agency=agency)

    def read_in(language):
        names = [("agencies",), ("agency", "oim"), ("commitments",), ("updates",)]
        names += [("plan_feed",), ("update", update.public_id)]
        names += [("commitment", commitment.code)]
        paths = [
            public_path(n, plan.code, *rest, language=language) for n, *rest in names
        ]
        paths.append(public_path("search", language=language) + "?q=institución")
        return {path: client.get(path).text for path in paths}

    english, spanish = read_in("en"), read_in("es")

    assert [path for path, text in english.items() if "OIM" in text] == []
    assert [path for path, text in spanish.items() if "IOM" in text] == []
    found = client.get(public_path("search", language="en"), {"q": "iom"})
    assert found.status_code == 302
    assert "oim" in found["Location"]


def test_a_list_of_some_says_of_how_many_they_are(client):
    plan = make.plan()
    first, _other = (make.commitment(plan=plan) for _ in range(2))
    path = public_path("commitments", plan.code)

    whole, part = (
        client.get(path),
        client.get(path, {"area": first.programme.area.code}),
    )

    assert f"<h1>\nLos 2 compromisos del plan {plan.code}\n" in whole.text
    assert f"<h1>\n1 de los 2 compromisos del plan {plan.code}\n" in part.text


@pytest.mark.parametrize(("days", "offered"), [(0, True), (-1, False)])
def test_only_of_a_plan_that_is_not_over_are_dates_offered(client, days, offered):
    today = timezone.localdate()
    plan = make.plan(ends_on=today + timedelta(days))

    page = client.get(public_path("commitments", plan.code)).text

    assert ('type="text/calendar"' in page) is offered


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        (["press"], "Tomado de la prensa"),
        (["press", "un_body"], "De la prensa y de una fuente de un gobierno"),
    ],
)
def test_an_account_names_press_and_office_where_both_tell(client, kinds, said):
    plan = make.plan()
    sources = [make.source(plan=plan, kind=kind) for kind in kinds]
    activity = make.activity(plan=plan, provenance="press")
    update = make.record_update(activity=activity, sources=sources)

    page = client.get(public_path("update", plan.code, update.public_id))

    assert f"<dd>{said}" in page.text
