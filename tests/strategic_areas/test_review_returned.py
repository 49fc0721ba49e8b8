"""The submitter sees when and why a report came back: on the desk and in the mail."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from strategic_areas import workflow
from strategic_areas.desk.rounds import notices
from tests import make
from tests.costs import costs

pytestmark = pytest.mark.django_db

DESK = reverse("admin:index")


def give_back(record, reason):
    workflow.return_to_agency(
        record, by=make.reviewer(), reason=reason, private_note="Nota reservada."
    )
    return record.transitions.get(to_status="returned")


def moment(step):
    return date_format(timezone.localtime(step.at), "SHORT_DATETIME_FORMAT")


def test_the_desk_tells_when_and_why_also_after_the_round_closed(client):
    update, foreign = make.submitted_update(), make.submitted_update()
    step = give_back(update, "Falta la fecha del taller.")
    give_back(foreign, "Motivo de otra institución.")
    yesterday = timezone.localdate() - timedelta(days=1)
    window = {"opens_on": yesterday, "due_on": yesterday, "closes_on": yesterday}
    type(update.period).objects.filter(pk=update.period_id).update(**window)
    client.force_login(update.contributors.get())

    response = client.get(DESK)

    (told,) = response.context["returned"]
    page = response.content.decode()
    assert (told, told.return_step) == (update, step)
    assert step.reason in page
    assert moment(step) in page
    assert "Motivo de otra institución." not in page
    assert "Nota reservada." not in page


def test_what_was_sent_again_is_no_more_told_as_returned(client):
    update = make.submitted_update()
    give_back(update, "Falta la fecha del taller.")
    author = update.contributors.get()
    workflow.submit(update, by=author)
    client.force_login(author)

    assert client.get(DESK).context["returned"] == []


def test_the_digest_tells_when_and_why_of_updates_and_declarations():
    update = make.submitted_update()
    author = update.contributors.get()
    declaration = make.submitted_declaration(
        commitment=update.activity.commitment, period=update.period, by=author
    )
    steps = [
        give_back(update, "Falta la fecha."),
        give_back(declaration, "Sin prueba."),
    ]
    tomorrow = timezone.localdate() + timedelta(days=1)

    (mail,) = [m for m in notices.reminders_due(tomorrow) if m.user == author]

    (to_do,) = mail.to_dos
    assert [each.subject for each in to_do.returned] == [
        update.activity,
        declaration.commitment,
    ]
    written = notices.write_reminder(mail, tomorrow)
    for body in (written["text"], written["html"]):
        for step in steps:
            assert step.reason in body
            assert moment(step) in body
        assert "Nota reservada." not in body


def test_the_desk_costs_the_same_however_many_came_back(client):
    update = make.submitted_update()
    author = update.contributors.get()
    client.force_login(author)

    def grow():
        activity = make.activity(commitment=update.activity.commitment)
        about = {"activity": activity, "period": update.period, "by": author}
        give_back(make.submitted_update(**about), "Falta la fecha.")

    few, many = costs(lambda: client.get(DESK), grow)

    assert few == many
