"""Reasons of steps and notes among staff: guarded before they are stored."""

import io

import pytest
from django.core.management import call_command
from django.urls import reverse

from agencies.access import RefusedError
from strategic_areas import purging, workflow
from strategic_areas.desk.changes.decisions import DeclineForm
from strategic_areas.desk.review.views import ReturnForm
from strategic_areas.models import Activity, Discrepancy, RevisionStatus, Transition
from tests import make
from tests.make.plans import open_structure

pytestmark = pytest.mark.django_db

CARD, TELEPHONE = "Es la cédula 001-1234567-8.", "Llame al 809-555-1234."


def withdraw(text):
    update = make.published_update()
    workflow.withdraw(update, by=make.reviewer(), cause="error", words=text)


def give_back(reason, **note):
    update = make.submitted_update()
    workflow.return_to_agency(update, by=make.reviewer(), reason=reason, **note)


STEPS = {
    "withdrawal": withdraw,
    "return": give_back,
    "private note": lambda text: give_back("Falta algo.", private_note=text),
    "declined change": lambda text: workflow.decline(
        make.change(), by=make.reviewer(), reason=text
    ),
    "declined proposal": lambda text: workflow.PROPOSAL_STEPS.decline(
        make.proposal(), by=make.reviewer(), reason=text
    ),
    "declined purge": lambda text: purging.PURGE_STEPS.decline(
        make.purge(), by=make.reviewer(), reason=text
    ),
}


@pytest.mark.parametrize("name", STEPS)
def test_no_step_takes_the_number_of_an_identity_card(name):
    with pytest.raises(RefusedError) as refused:
        STEPS[name](CARD)

    assert "001-1234567-8" not in str(refused.value)
    assert ": " in str(refused.value)  # it names the field
    assert not Transition.objects.exclude(reason="", private_note="").exists()


@pytest.mark.parametrize("name", sorted(set(STEPS) - {"withdrawal"}))
def test_the_telephone_of_an_office_may_stand_in_what_only_staff_read(name):
    STEPS[name](TELEPHONE)


def test_the_public_reason_of_a_withdrawal_tells_no_telephone():
    with pytest.raises(RefusedError):
        withdraw(TELEPHONE)


def test_a_report_keeps_no_card_in_notes_for_the_secretariat(client):
    update = make.update()
    client.force_login(update.contributors.get())
    name = "admin:strategic_areas_activityupdate_change"
    address = reverse(name, args=[update.pk])
    form = client.get(address).context["adminform"].form
    posted = {name: form[name].value() for name in form.fields}
    posted = {name: value for name, value in posted.items() if value}

    answers = [
        client.post(
            address,
            posted
            | {"internal_note": text, "reserved_reason": text}
            | {"evidences-TOTAL_FORMS": 0, "evidences-INITIAL_FORMS": 0},
        )
        for text in (CARD, TELEPHONE)
    ]

    refused = [
        answer.context["adminform"].form.errors if answer.context else {}
        for answer in answers
    ]
    names = {"internal_note", "reserved_reason"}
    assert names <= set(refused[0])
    assert not names & set(refused[1])


def test_a_refused_reason_keeps_what_was_typed(client, reviewer):
    update = make.submitted_update()

    answer = client.post(
        reverse("admin:review_return", args=["avance", update.pk]),
        {"seen_version": update.version, "reason": CARD},
    )

    update.refresh_from_db()
    forms = [
        form
        for form in answer.context["screen"]["step_forms"]
        if isinstance(form, ReturnForm)
    ]
    assert (answer.status_code, update.status) == (422, RevisionStatus.SUBMITTED)
    assert forms[0]["reason"].value() == CARD
    assert list(forms[0].errors) == ["reason"]


def test_the_form_that_declines_names_the_field():
    assert list(DeclineForm({"decline": "1", "reason": CARD}).errors) == ["reason"]


# The command that lists stored texts in which the guard finds a person


def listed():
    """The command's lines, and its exit status."""
    output, status = io.StringIO(), 0
    try:
        call_command("check_texts", stdout=output)
    except SystemExit as ended:
        status = ended.code
    return output.getvalue().splitlines(), status


def test_a_stored_text_that_would_be_refused_is_named_and_not_quoted():
    record = make.discrepancy()
    Discrepancy.objects.filter(pk=record.pk).update(detail_es="Con 001-1234567-8.")

    assert listed() == (
        [f"strategic_areas.Discrepancy {record.pk} detail_es identity_document"],
        1,
    )


def test_clean_texts_and_the_telephone_of_a_help_line_pass():
    make.help_line(numbers=["809-200-7212"])
    make.published_update()

    lines, status = listed()

    assert (len(lines), status) == (1, 0)


def test_a_public_report_that_counts_people_without_a_source_is_named():
    """One published before that was asked, or before its work was of victims."""
    update = make.published_update(narrative_es="Se atendieron 47 mujeres.")
    assert listed()[1] == 0

    open_structure()
    Activity.objects.filter(pk=update.activity_id).update(reaches_victims=True)

    label = f"strategic_areas.ActivityUpdate {update.pk}"
    assert listed() == ([f"{label} counts people in work with victims"], 1)
