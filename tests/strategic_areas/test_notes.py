"""Reasons of steps and notes among staff: guarded before they are stored."""

import pytest
from django.urls import reverse

from agencies.access import RefusedError
from strategic_areas import purging, workflow
from strategic_areas.desk.changes.decisions import DeclineForm
from strategic_areas.desk.review.views import ReturnForm
from strategic_areas.models import RevisionStatus, Transition
from tests import make

pytestmark = pytest.mark.django_db

CARD, TELEPHONE = "Es la cédula 001-1234567-8.", "Llame al 809-555-1234."


def withdraw(text):
    update = make.published_update()
    workflow.withdraw(update, by=make.reviewer(), cause="error", words=text)


def give_back(text):
    update = make.submitted_update()
    workflow.return_to_agency(update, by=make.reviewer(), reason=text)


def note_privately(text):
    update, reviewer = make.submitted_update(), make.reviewer()
    workflow.return_to_agency(
        update, by=reviewer, reason="Falta algo.", private_note=text
    )


def decline_change(text):
    workflow.decline(make.change(), by=make.reviewer(), reason=text)


def decline_proposal(text):
    proposal, reviewer = make.proposal(), make.reviewer()
    workflow.PROPOSALS.decline(proposal, by=reviewer, reason=text)


def decline_purge(text):
    purge = make.purge()
    purging.PURGES.decline(purge, by=make.reviewer(), reason=text)


STEPS = {
    "withdrawal": withdraw,
    "return": give_back,
    "private note": note_privately,
    "declined change": decline_change,
    "declined proposal": decline_proposal,
    "declined purge": decline_purge,
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


def test_a_refused_reason_keeps_what_was_typed(client):
    update = make.submitted_update()
    client.force_login(make.reviewer())

    answer = client.post(
        reverse("admin:review_return", args=["avance", update.pk]),
        {"seen_version": update.version, "reason": CARD},
    )

    update.refresh_from_db()
    forms = [
        form
        for form in answer.context["screen"]["steps"]
        if isinstance(form, ReturnForm)
    ]
    assert (answer.status_code, update.status) == (422, RevisionStatus.SUBMITTED)
    assert forms[0]["reason"].value() == CARD
    assert list(forms[0].errors) == ["reason"]


def test_the_form_that_declines_names_the_field():
    form = DeclineForm({"decline": "1", "reason": CARD})

    assert list(form.errors) == ["reason"]
