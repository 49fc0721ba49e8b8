"""
A number of people in a text about victims is published only from official print.

The tick and the source cost nothing where no such number stands.
"""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from agencies.access import RefusedError
from strategic_areas import workflow
from strategic_areas.desk.review import review_queue
from strategic_areas.models import RevisionStatus, Translation
from strategic_areas.workflow import guard
from strategic_areas.workflow.questions import revision_token
from tests import make
from tests.make.plans import close_structure

pytestmark = pytest.mark.django_db

COUNTED = "Se atendieron 47 mujeres en la casa."
ASKED = {"is_printed", "printed_by"}


def of_victims(plan=None, **fields):
    return make.activity(plan=plan, reaches_victims=True, **fields)


def waiting(narrative=COUNTED, **of):
    activity = make.activity(**of) if of else of_victims()
    return make.submitted_update(activity=activity, narrative_es=narrative)


def publish(client, update, **said):
    posted = {"seen_version": update.version, "checked": "on", **said}
    word = review_queue.SLUG_BY_MODEL[type(update)]
    address = reverse("admin:review_publish", args=[word, update.pk])
    return client.post(address, posted)


def asks(client, update):
    page = client.get(review_queue.review_url(update))
    [form, _give_back] = page.context["screen"]["step_forms"]
    return form.fields.keys() & {*ASKED, "warnings_read"}


@pytest.mark.parametrize(
    ("narrative", "of", "asked"),
    [
        (COUNTED, {"reaches_victims": True}, ASKED),
        (COUNTED, {"counts_victims": True}, ASKED),
        (COUNTED, {"counts_victims": False}, set()),
        ("Se atendió a mujeres en la casa.", {"reaches_victims": True}, set()),
        ("Se formó a cero víctimas.", {"reaches_victims": True}, ASKED),
    ],
)
def test_a_source_is_asked_where_people_are_counted(
    client, reviewer, narrative, of, asked
):
    assert asks(client, waiting(narrative, **of)) == asked


def test_without_the_official_source_it_stays_where_it_is(client, reviewer):
    update = waiting()
    source = make.source(plan=update.activity.plan, title="Informe TIP 2025")
    press = make.source(plan=update.activity.plan, kind="press")

    for said in ({}, {"printed_by": source.pk}, {"is_printed": "on"}):
        assert publish(client, update, **said).status_code == 422
    wrong = publish(client, update, is_printed="on", printed_by=press.pk)
    assert wrong.status_code == 422
    with pytest.raises(workflow.TransitionError):
        workflow.publish(update, by=make.reviewer())
    with pytest.raises(workflow.TransitionError):
        workflow.publish(update, by=make.reviewer(), printed_by=press)
    update.refresh_from_db()
    assert update.status == RevisionStatus.SUBMITTED

    publish(client, update, is_printed="on", printed_by=source.pk)
    update.refresh_from_db()
    entry = reverse("es:update", args=[update.plan.code, update.public_id])
    page = Client().get(entry).content.decode()

    assert (update.status, update.printed_by) == (RevisionStatus.PUBLISHED, source)
    link = f'<a href="{source.url}" rel="noreferrer">{source.title}</a>'
    assert f"números de personas del texto están impresos en: {link}" in page


def test_no_source_is_kept_where_nobody_is_counted():
    update = waiting("Se atendió a mujeres en la casa.")

    workflow.publish(update, by=make.reviewer(), printed_by=make.source())

    assert update.printed_by is None


def test_it_is_never_published_together_with_others(client, reviewer):
    update = waiting()
    [row] = client.get(reverse("admin:index")).context["rows"]
    item = row.items[0]

    posted = {"pick": item.token, "checked": "on", "page_was_shown": "on"}
    client.post(reverse("admin:review_many"), posted)

    update.refresh_from_db()
    assert (item.may_be_batched, update.status) == (False, RevisionStatus.SUBMITTED)


def test_titles_of_evidence_and_names_of_other_work_count_too():
    evidenced = make.update(activity=of_victims())
    make.evidence(evidenced, title_es="Foto de las 47 víctimas")
    sheltered = make.off_plan_update(reaches_victims=True)
    sheltered.activity.title_es = "Acogida de 47 mujeres"

    found = [
        [each.excerpt for each in guard.people_counts_in(update)]
        for update in (evidenced, sheltered)
    ]

    assert found == [["Foto de las 47 víctimas"], ["Acogida de 47 mujeres"]]


def test_a_declaration_is_about_victims_where_an_activity_is():
    with_victims, without = make.commitment(), make.commitment()
    make.activity(commitment=with_victims, counts_victims=True)
    make.activity(commitment=without)

    counted = [
        len(
            guard.people_counts_in(
                make.declaration(commitment=each, statement_es=COUNTED)
            )
        )
        for each in (with_victims, without)
    ]

    assert counted == [1, 0]


def test_what_the_law_withholds_is_asked_nothing():
    update = make.update(activity=of_victims(), narrative_es=COUNTED)
    update.is_reserved = True

    assert guard.people_counts_in(update) == []


def test_whoever_transcribes_a_letter_names_the_source(client):
    plan = make.plan()
    source, activity = make.source(plan=plan), of_victims(plan)
    period, secretary = make.round(plan=plan), make.reviewer()
    letter = make.letter(agency=activity.agency, period=period, by=secretary)
    update = make.transcribed_update(
        activity=activity, letter=letter, by=secretary, narrative_es=COUNTED
    )
    client.force_login(secretary)
    send = reverse("admin:letter_send", args=[letter.pk])
    seen = {"seen": revision_token(update)}

    assert client.post(send, seen).status_code == 422
    client.post(send, {**seen, "is_printed": "on", "printed_by": source.pk})
    update.refresh_from_db()
    agency = make.focal_point(agency=activity.agency)
    workflow.confirm_letter(letter, make.seen_versions(update), by=agency)

    update.refresh_from_db()
    assert (update.status, update.printed_by) == (RevisionStatus.PUBLISHED, source)


@pytest.mark.parametrize("is_printed", [False, True])
def test_a_translation_counts_only_whom_the_report_counted(is_printed):
    narrative = COUNTED if is_printed else "Se atendió a mujeres en la casa."
    update, source = waiting(narrative), make.source()
    workflow.publish(update, by=make.reviewer(), printed_by=source)
    translation = Translation(activity_update=update, text="47 women were sheltered.")

    try:
        change = workflow.propose(translation, by=make.reviewer())
    except RefusedError:
        change = None

    assert (change is not None) == is_printed


@pytest.mark.parametrize(
    ("text", "of", "refused"),
    [
        ("No atendimos a 47 mujeres.", {"reaches_victims": True}, True),
        ("No atendimos a 47 mujeres.", {"reaches_victims": False}, False),
        ("No fue obra nuestra.", {"reaches_victims": True}, False),
    ],
)
def test_whoever_does_not_acknowledge_work_counts_nobody_either(text, of, refused):
    activity = make.activity(provenance="press", **of)
    by = make.focal_point(agency=activity.agency)

    try:
        make.dispute(activity, by=by, text_es=text)
        found = False
    except RefusedError:
        found = True

    assert found == refused


def test_one_sentence_leads_to_the_indicator_that_counts_victims():
    update = waiting("Se atendió a mujeres en la casa.")
    workflow.publish(update, by=make.reviewer())
    said = "Los números de víctimas que se reportan no se publican, sean cuales sean:"

    def told():
        page = Client().get(update.get_absolute_url()).content.decode()
        assert page.count(said) == 1
        return page.split(said)[1].split("</a>")[0]

    assert told().endswith('/indicadores/">las cifras dicen cuántas se cuentan')
    make.indicator(
        plan=update.activity.plan,
        code="I-1",
        name_es="Víctimas identificadas",
        family="victims",
        is_teller=True,
        sensitive=True,
    )
    assert told().endswith('<a href="/indicadores/I-1/">Víctimas identificadas')


def test_a_small_number_is_shown_once():
    update = waiting("Se atendió a tres niñas en la casa.")

    found = guard.examine_report(update).findings

    assert [(each.is_count, "tres niñas" in each.excerpt) for each in found] == [
        (True, True)
    ]


def explain(words, **of):
    update = waiting("Se atendió a mujeres en la casa.", **of)
    workflow.publish(update, by=make.reviewer())
    workflow.withdraw(update, by=make.reviewer(), cause="error")
    workflow.explain_withdrawal(update, words=words, by=make.reviewer())


def hide_translation(words, **of):
    update = waiting("Se atendió a mujeres en la casa.", **of)
    workflow.publish(update, by=make.reviewer())
    made = Translation.objects.create(
        activity_update=update, text="Women were sheltered."
    )
    make.takedown(made, why=words)


def note(words, **of):
    activity = make.activity(**of)
    activity.note_es = words
    workflow.propose(activity, by=make.reviewer())


def amend(words, **of):
    activity = make.activity(**of)
    close_structure()
    activity.title_es = "Otro título"
    act = make.act(plan=activity.plan, reason_es=words)
    workflow.propose(activity, by=make.reviewer(), amendment=act)


def accept(words, **of):
    proposal = make.proposal(why=words)
    close_structure()
    act = {"act": "session", "deciding_act": "CITIM 3", "decided_on": "2026-03-01"}
    victims = {"counts_victims": False, "reaches_victims": False, **of}
    workflow.PROPOSAL_STEPS.accept(
        proposal, by=make.reviewer(), code="1.1.9", **act, **victims
    )


@pytest.mark.parametrize(
    ("words", "of", "refused"),
    [
        ("Eran 47 mujeres, no 50.", {"counts_victims": True}, True),
        ("Eran 47 mujeres, no 50.", {"counts_victims": False}, False),
        ("El número no era correcto.", {"counts_victims": True}, False),
    ],
)
@pytest.mark.parametrize(
    "tell",
    [
        *(explain, hide_translation, note, amend, accept),
        lambda words, **of: make.takedown(make.activity(**of), why=words),
        lambda words, **of: make.takedown(make.activity(**of).commitment, why=words),
    ],
)
def test_what_is_told_beside_work_with_victims_counts_nobody(tell, words, of, refused):
    if not refused:
        tell(words, **of)
        return

    with override("es"), pytest.raises(RefusedError, match="Dígalo sin el número"):
        tell(words, **of)


def test_a_number_in_the_words_of_a_withdrawal_leaves_the_report_public():
    update = waiting("Se atendió a mujeres en la casa.")
    source = make.source(plan=update.activity.plan)
    workflow.publish(update, by=make.reviewer(), printed_by=source)

    with pytest.raises(RefusedError):
        workflow.withdraw(update, by=make.reviewer(), cause="error", words=COUNTED)

    update.refresh_from_db()
    assert update.status == RevisionStatus.PUBLISHED
