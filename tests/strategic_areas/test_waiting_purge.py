"""While a purge waits, the words that it asks to withdraw do not become public."""

import pytest
from django.urls import reverse

from agencies.access import RefusedError
from strategic_areas import purging, workflow
from strategic_areas.disclosure import MARKER
from strategic_areas.figures.submission import VALUE_STEPS
from strategic_areas.models import Purge, Takedown
from strategic_areas.purging import takedowns
from tests import make
from tests.make.plans import approve_plan

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

NAME = "Juana Pérez Zapata"
TEXT = f"Se atendió a {NAME} en la oficina."


def hidden_law():
    law = make.law(note_es=TEXT)
    columns = takedowns.hideable(law)[law.fields["note"]]
    takedown = takedowns.hide_columns(law, columns, cause="error", by=make.reviewer())
    return lambda by: takedowns.HIDING_STEPS.decline(takedown, by=by, reason="No era.")


def own_words():
    law = make.law()
    columns = takedowns.values_when_hidden(law)
    told = {"cause": "error", "why": TEXT}
    takedown = takedowns.hide_columns(law, columns, **told, by=make.reviewer())
    return lambda by: takedowns.HIDING_STEPS.approve(takedown, by=by)


def change():
    waiting = make.change(make.law(), note_es=TEXT)
    return lambda by: workflow.approve(waiting, by=by)


def report():
    update = make.submitted_update(narrative_es=TEXT)
    return lambda by: workflow.publish(update, by=by)


def evidence():
    update = make.update()
    make.evidence(update, title_es=TEXT)
    workflow.submit(update, by=update.contributors.get())
    return lambda by: workflow.publish(update, by=by)


def value():
    reported = make.reported_value(note=TEXT)
    return lambda by: VALUE_STEPS.approve(reported, by=by)


WAYS = [hidden_law, own_words, change, report, evidence, value]


@pytest.mark.parametrize("way", WAYS)
def test_the_words_become_public_only_once_it_is_called_off(way):
    step = way()
    asked = purging.request_purge(NAME, by=make.reviewer())
    by = make.reviewer()

    with pytest.raises(RefusedError, match="retirar de todas partes"):
        step(by)

    purging.cancel(asked, by=make.reviewer())
    step(by)


def test_a_letter_with_the_words_is_not_confirmed():
    update = make.transcribed_update(narrative_es=TEXT)
    letter, seen = update.letter, make.seen_versions(update)
    workflow.submit_letter(letter, seen, by=letter.recorded_by)
    update.refresh_from_db()
    purging.request_purge(NAME, by=make.reviewer())
    focal_point = make.focal_point(agency=update.agency)

    with pytest.raises(workflow.TransitionError, match="retirar de todas partes"):
        workflow.confirm_letter(letter, make.seen_versions(update), by=focal_point)

    update.refresh_from_db()
    assert update.status == "submitted"


@pytest.mark.parametrize("by_name", [True, False])
def test_a_file_that_shall_go_is_not_opened_to_the_public(by_name):
    update = make.update()
    item = make.file_evidence(update, name=f"{NAME}.pdf")
    workflow.submit(update, by=update.contributors.get())
    told = (NAME, []) if by_name else ("", [item.token])
    purging.request_purge(*told, by=make.reviewer())

    with pytest.raises(workflow.TransitionError, match="retirar de todas partes"):
        workflow.publish(update, by=make.reviewer(), evidence=[item])

    workflow.publish(update, by=make.reviewer())
    item.refresh_from_db()
    assert not item.is_public


def test_work_outside_the_plan_is_not_published_under_the_words():
    purging.request_purge(NAME, by=make.reviewer())
    update = make.off_plan_update(title_es=TEXT)
    workflow.submit(update, by=update.contributors.get())

    with pytest.raises(workflow.TransitionError, match="retirar de todas partes"):
        workflow.publish(update, by=make.reviewer())


def test_a_plan_with_the_words_is_not_approved():
    purging.request_purge(NAME, by=make.reviewer())
    plan = make.plan(status="in_preparation")
    make.commitment(plan=plan, expected_result_es=TEXT)

    with pytest.raises(RefusedError, match="retirar de todas partes"):
        approve_plan(plan)

    plan.refresh_from_db()
    assert plan.status == "in_preparation"


def test_a_step_that_holds_none_of_the_words_is_taken():
    purging.request_purge(NAME, by=make.reviewer())
    update = make.submitted_update(narrative_es="Se atendió en la oficina.")

    workflow.publish(update, by=make.reviewer())

    update.refresh_from_db()
    assert update.status == "published"


def test_what_waits_hidden_is_not_corrected():
    update = make.published_update(narrative_es=TEXT)
    asked = purging.request_purge(NAME, by=make.reviewer())
    update.refresh_from_db()
    by = make.focal_point(agency=update.agency)

    with pytest.raises(workflow.TransitionError, match="una parte está oculta"):
        workflow.begin_correction(update, by=by)

    purging.cancel(asked, by=make.reviewer())
    update.refresh_from_db()
    assert workflow.begin_correction(update, by=by).narrative_es == TEXT


def test_a_request_that_hides_many_places_is_asked_for_twice(client, reviewer):
    laws = [make.law(name_es=f"Ley {number} de Quisqueya") for number in range(21)]
    page, asked = reverse("admin:purge_new"), {"phrases": "Quisqueya"}

    first = client.post(page, asked)

    told = first.context["form"].errors["hides_many"]
    assert ("21" in str(told), Takedown.objects.count()) == (True, 0)
    assert 'type="checkbox" name="hides_many"' in first.text
    client.post(page, asked | {"hides_many": "on"})
    laws[0].refresh_from_db()
    assert (Purge.objects.count(), laws[0].name_es) == (1, MARKER)


def test_a_request_that_hides_few_places_is_asked_for_once(client, reviewer):
    for number in range(20):
        make.law(name_es=f"Ley {number} de Quisqueya")

    client.post(reverse("admin:purge_new"), {"phrases": "Quisqueya"})

    assert Purge.objects.count() == 1


def test_common_words_alone_are_no_request(client, reviewer):
    said = client.post(reverse("admin:purge_new"), {"phrases": "de la"})

    assert list(said.context["form"].errors) == ["phrases"]
