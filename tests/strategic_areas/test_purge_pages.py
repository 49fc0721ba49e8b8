"""The pages of purges: two roles, two people, no word in an address."""

import pytest
from django.urls import reverse

from agencies.mail import queue_mail
from strategic_areas import purging, workflow
from strategic_areas.models import Purge, Takedown
from strategic_areas.public_paths import public_path
from tests import make
from tests.strategic_areas.test_purging import columns_that_hold, with_file

pytestmark = pytest.mark.django_db

NAME = "Juana Pérez Zapata"


def test_a_row_that_is_gone_since_leaves_the_purge_to_be_decided(client, reviewer):
    gone, left = make.round(name_es="Ronda de Zutana"), make.law(note_es="A Zutana.")
    asked = purging.request_purge("Zutana", by=make.administrator())
    gone.delete()

    _places, context = shown(client, asked)
    client.post(reverse("admin:purge_confirm", args=[asked.pk]))

    rows = [row["row"] for group in context["already_hidden"] for row in group["rows"]]
    asked.refresh_from_db()
    assert (rows, asked.status) == ([left.pk], "approved")


def shown(client, purge):
    """What the page of a purge shows of the places, and what else."""
    context = client.get(reverse("admin:purge", args=[purge.pk])).context
    found = [*context["already_hidden"], *context["groups"]]
    places = [row for group in found for row in group["rows"]]
    return [(row["address"], row["text"]) for row in places], context


def test_the_page_lists_every_place_and_the_address_no_word(client, reviewer):
    update = make.published_update(narrative_es=f"A {NAME}.")

    response = client.post(reverse("admin:purge_new"), {"phrases": NAME})

    asked = Purge.objects.get()
    assert response.url == reverse("admin:purge", args=[asked.pk])
    name = "admin:strategic_areas_activityupdate"
    past = [update.pk, update.history.earliest().pk]
    assert set(shown(client, asked)[0]) == {
        (reverse(f"{name}_change", args=[update.pk]), ""),
        (reverse(f"{name}_simple_history", args=past), ""),
    }


def test_the_second_person_reads_each_text_before_she_confirms(client, reviewer):
    update = make.published_update(narrative_es=f"A {NAME}.")
    workflow.return_to_agency(
        sent := make.submitted_update(), by=make.reviewer(), reason=f"Sin {NAME}."
    )
    key = "https://portal/cuenta/password/reset/key/1-abc/"
    text = f"Hola {NAME}: {key}"
    queue_mail(to="a@example.org", language="es", kind="x", subject="x", text=text)
    asked = purging.request_purge(NAME, by=make.administrator())

    places, _context = shown(client, asked)

    page = "admin:strategic_areas_activityupdate_change"
    assert (reverse(page, args=[update.pk]), f"A {NAME}.") in places
    assert (reverse(page, args=[sent.pk]), f"Sin {NAME}.") in places
    assert ("", f"Hola {NAME}: …") in places
    assert key not in str(places)


def test_of_drafts_both_persons_are_told_a_number_alone(client):
    draft = make.update(narrative_es=f"Borrador de {NAME}.")
    make.evidence(draft, title_es=f"Acta de {NAME}")
    sent = make.update(narrative_es=f"Antes {NAME}.")
    author = sent.contributors.get()
    sent.narrative_es = "Después nadie."
    workflow.save_draft(sent, by=author, seen_version=sent.version)
    workflow.submit(sent, by=author)
    make.off_plan_update(title_es=f"Jornada de {NAME}")
    asked = purging.request_purge(NAME, by=make.reviewer())

    for person in (asked.proposed_by, make.reviewer(), make.administrator()):
        client.force_login(person)
        places, context = shown(client, asked)
        assert (places, context["unsubmitted"]) == ([], context["number"])
        assert context["unsubmitted"] > 6

    purging.confirm(asked, by=make.reviewer())
    assert columns_that_hold(NAME) == []


def test_a_request_names_a_file_by_its_address(client, reviewer):
    item = make.file_evidence(make.update())

    client.post(
        reverse("admin:purge_new"),
        {"files": f"https://portal/gestion/evidencia/{item.token}/"},
    )

    assert Purge.objects.get().files == item.token


def test_a_request_that_asks_for_nothing_or_too_much_is_told_so(client, reviewer):
    for wrong, posted in (
        ("__all__", {}),
        ("phrases", {"phrases": "ab"}),
        ("files", {"files": "https://portal/gestion/evidencia/x/"}),
    ):
        response = client.post(reverse("admin:purge_new"), posted)
        assert list(response.context["form"].errors) == [wrong]

    assert Purge.objects.count() == 0


def test_the_public_page_says_when_a_text_was_withdrawn(client):
    update = make.published_update(narrative_es=f"A {NAME}.")
    make.purged(NAME)

    told = {"es": "Se retiró un texto para proteger", "en": "A text was withdrawn to"}
    for language, words in told.items():
        own = public_path(
            "update", update.plan.code, update.public_id, language=language
        )
        for path in (update.get_absolute_url(language=language), own):
            page = client.get(path).text
            assert words in page, path
            assert "Juana" not in page, path


@pytest.mark.parametrize("make_other", [make.reviewer, make.administrator])
def test_what_stays_hidden_after_a_call_off_has_its_own_page(client, make_other):
    update, item = with_file(f"{NAME}.pdf", narrative_es=f"A {NAME}.")
    asked, other = purging.request_purge(NAME, by=make.reviewer()), make_other()
    client.force_login(other)
    places, _context = shown(client, asked)
    purging.cancel(asked, by=asked.proposed_by)
    page = reverse("admin:hidden", args=[Takedown.objects.get().pk])

    listed = client.get(reverse("admin:index")).text
    read = client.get(page).text
    client.post(page, {"decline": "1", "reason": "No era."})

    for record in (update, item):
        record.refresh_from_db()
    assert f"A {NAME}." in [text for _address, text in places]
    assert (page in listed, "Juana" in read) == (True, True)
    assert (update.narrative_es, item.is_public) == (f"A {NAME}.", True)
