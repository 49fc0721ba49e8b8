"""Reports by letter: transcribed in the agency's name, published by another's word."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from agencies.mail import Mail
from strategic_areas import purging, workflow
from strategic_areas.desk import letters
from strategic_areas.evidence.storage import evidence_storage
from strategic_areas.models import ActivityUpdate, Letter, Purge
from strategic_areas.workflow.questions import seen_of, token_of
from tests import make
from tests.uploads import make_pdf

pytestmark = pytest.mark.django_db


def handed_over(**fields):
    """A transcribed report that waits for its agency's word."""
    update = make.transcribed_update(**fields)
    seen = seen_of(update)
    workflow.submit_letter(update.letter, seen, by=update.contributors.get())
    update.refresh_from_db()
    return update


def seen(update):
    return seen_of(update)


# The workflow


def test_a_transcription_names_its_letter_and_whoever_wrote_it():
    update = make.transcribed_update()

    assert (update.provenance, update.status) == ("transcribed", "draft")
    assert update.contributors.get() == update.letter.recorded_by


def test_nothing_is_transcribed_without_a_letter():
    update = make.update()

    with pytest.raises(IntegrityError), transaction.atomic():
        ActivityUpdate.objects.filter(pk=update.pk).update(provenance="transcribed")

    update.refresh_from_db()
    assert update.provenance == "reported"


def test_only_the_secretariat_transcribes():
    activity = make.activity()
    letter = make.letter(agency=activity.agency, period=make.round(plan=activity.plan))

    for actor in (make.focal_point(agency=activity.agency), make.administrator()):
        with pytest.raises(workflow.TransitionError):
            make.transcribed_update(activity=activity, letter=letter, by=actor)

        assert ActivityUpdate.objects.count() == 0


@pytest.mark.parametrize("other", ["agency", "period"])
def test_a_letter_tells_of_its_own_agency_and_round_alone(other):
    activity = make.activity()
    named = {"agency": activity.agency, "period": make.round(plan=activity.plan)}
    strange = {"agency": make.agency(), "period": make.round(plan=activity.plan)}
    letter = make.letter(**{**named, other: strange[other]})
    update = ActivityUpdate(
        activity=activity, period=named["period"], execution="in_progress"
    )

    with pytest.raises(workflow.TransitionError):
        workflow.transcribe(update, letter, by=make.reviewer())

    assert ActivityUpdate.objects.count() == 0


def test_the_agencys_own_draft_is_never_transcribed_over():
    own = make.update()
    letter = make.letter(agency=own.agency, period=own.period)
    own.narrative_es = "Otra cosa."

    with pytest.raises(workflow.TransitionError):
        workflow.transcribe(own, letter, by=make.reviewer(), seen_version=own.version)

    own.refresh_from_db()
    assert own.narrative_es == "Se hizo una parte del trabajo."


def test_the_agencys_word_publishes():
    update = handed_over()
    focal_point = make.focal_point(agency=update.agency)

    workflow.confirm_letter(update.letter, seen(update), by=focal_point)

    update.refresh_from_db()
    assert (update.status, update.published_by) == ("published", focal_point)
    assert update.confirmed_at is not None


def test_a_second_reviewer_publishes_without_the_agencys_word():
    update = handed_over()

    workflow.publish(update, by=make.reviewer())

    assert (update.status, update.confirmed_at) == ("published", None)


def test_the_transcriber_neither_publishes_nor_confirms():
    update = handed_over()
    transcriber = update.letter.recorded_by
    transcriber.groups.add(*make.focal_point().groups.all())
    make.mandate(user=transcriber, agency=update.agency, kind="titular")

    with pytest.raises(workflow.TransitionError):
        workflow.publish(update, by=transcriber)
    with pytest.raises(workflow.TransitionError):
        workflow.confirm_letter(update.letter, seen(update), by=transcriber)

    update.refresh_from_db()
    assert update.status == "submitted"


def test_nobody_but_the_agency_confirms_or_contests():
    update = handed_over()

    for actor in (make.focal_point(), make.reviewer()):
        with pytest.raises(workflow.TransitionError):
            workflow.confirm_letter(update.letter, seen(update), by=actor)
        with pytest.raises(workflow.TransitionError):
            workflow.contest_letter(update.letter, seen(update), by=actor, reason="No.")

        update.refresh_from_db()
        assert update.status == "submitted"


def test_where_only_a_titular_submits_only_a_titular_confirms():
    update = handed_over()
    make.focal_point(agency=update.agency)
    alternate = make.focal_point(agency=update.agency)
    type(update.agency).objects.update(only_titular_submits=True)

    with pytest.raises(workflow.TransitionError):
        workflow.confirm_letter(update.letter, seen(update), by=alternate)

    update.refresh_from_db()
    assert update.status == "submitted"


def test_what_is_contested_goes_back_with_the_reason():
    update = handed_over()
    focal_point = make.focal_point(agency=update.agency)

    workflow.contest_letter(
        update.letter, seen(update), by=focal_point, reason="Son 12 talleres."
    )

    step = update.transitions.last()
    assert (step.to_status, step.by, step.reason) == (
        "returned",
        focal_point,
        "Son 12 talleres.",
    )


def test_what_changed_since_it_was_read_is_not_confirmed():
    update = handed_over()
    focal_point = make.focal_point(agency=update.agency)
    before = seen(update)
    workflow.contest_letter(update.letter, before, by=focal_point, reason="No.")
    update.refresh_from_db()
    update.percent = 50
    transcriber = update.letter.recorded_by
    workflow.transcribe(
        update, update.letter, by=transcriber, seen_version=update.version
    )
    workflow.submit_letter(update.letter, seen(update), by=transcriber)

    with pytest.raises(workflow.Conflict):
        workflow.confirm_letter(update.letter, before, by=focal_point)

    update.refresh_from_db()
    assert update.status == "submitted"


def test_what_the_agency_saves_becomes_its_own_report():
    update = make.transcribed_update()
    focal_point = make.focal_point(agency=update.agency)
    update.narrative_es = "Lo decimos nosotros."

    workflow.save(update, by=focal_point, seen_version=update.version)

    update.refresh_from_db()
    assert (update.provenance, update.letter) == ("reported", None)


def test_the_agency_does_not_send_a_transcription_as_it_is():
    update = make.transcribed_update()

    with pytest.raises(workflow.TransitionError):
        workflow.submit(update, by=make.focal_point(agency=update.agency))

    update.refresh_from_db()
    assert update.status == "draft"


# The pages


def posted_letter(letter_of, **changes):
    today = timezone.localdate().isoformat()
    return {
        "agency": letter_of.agency.pk,
        "period": make.round(plan=letter_of.plan).pk,
        "kind": "letter",
        "reference": "DG-77-2026",
        "dated_on": today,
        "received_on": today,
        "upload": SimpleUploadedFile("Oficio.pdf", make_pdf()),
        **changes,
    }


def test_a_letter_is_recorded_with_its_file(client):
    client.force_login(make.reviewer())

    client.post(reverse("admin:letter_new"), posted_letter(make.activity()))

    letter = Letter.objects.get()
    assert (letter.reference, letter.original_name) == ("DG-77-2026", "Oficio.pdf")
    assert evidence_storage().exists(letter.token)


def test_a_letter_is_asked_for_by_agency_and_round(client):
    activity = make.activity()
    period = make.round(plan=activity.plan)
    client.force_login(make.reviewer())
    named = {"agency": str(activity.agency.pk), "period": str(period.pk)}

    form = client.get(reverse("admin:letter_new"), named).context["form"]

    assert {name: form[name].value() for name in named} == named


def test_a_letter_that_cannot_be_is_told_beside_the_field(client):
    client.force_login(make.reviewer())
    activity = make.activity()
    said = []

    for changes, wrong in (
        ({"upload": SimpleUploadedFile("oficio.exe", b"MZ")}, "upload"),
        ({"upload": SimpleUploadedFile("oficio.pdf", b"no")}, "upload"),
        ({"upload": SimpleUploadedFile("oficio.pdf", b"")}, "upload"),
        ({"received_on": "2999-01-01"}, "received_on"),
        ({"reference": "De 001-1234567-8"}, "reference"),
    ):
        posted = posted_letter(activity, **changes)
        response = client.post(reverse("admin:letter_new"), posted)

        errors = response.context["form"].errors
        assert list(errors) == [wrong], changes
        said.append(errors[wrong][0])
    assert Letter.objects.count() == 0
    # Of an empty file it says what to do.
    assert said[2].endswith("Guárdelo de nuevo y suba ese archivo.")


def test_a_closed_round_takes_no_letter(client):
    activity = make.activity()
    closed = make.round(
        plan=activity.plan,
        opens_on="2025-01-01",
        due_on="2025-01-31",
        closes_on="2025-02-01",
    )
    client.force_login(make.reviewer())

    response = client.post(
        reverse("admin:letter_new"), posted_letter(activity, period=closed.pk)
    )

    assert list(response.context["form"].errors) == ["period"]


def test_the_pages_of_transcription_are_the_secretariats(client):
    update = make.transcribed_update()
    pages = [
        reverse("admin:letters"),
        reverse("admin:letter_new"),
        reverse("admin:letter", args=[update.letter.pk]),
    ]

    for actor in (make.focal_point(agency=update.agency), make.administrator()):
        client.force_login(actor)
        assert [client.get(page).status_code for page in pages] == [404] * 3, actor


def test_a_letter_of_another_agency_is_not_found(client):
    update = handed_over()
    client.force_login(make.focal_point())

    for name, posted in (
        ("letter_confirm", None),
        ("letter_confirmed", {}),
        ("letter_contested", {"reason": "No."}),
        ("letter_file", None),
    ):
        address = reverse(f"admin:{name}", args=[update.letter.pk])
        given = {"seen": token_of(update), **(posted or {})}
        answer = client.get(address) if posted is None else client.post(address, given)

        update.refresh_from_db()
        assert (answer.status_code, update.status) == (404, "submitted"), name


def test_a_row_of_a_letter_is_saved_in_the_agencys_name(client):
    activity = make.activity()
    letter = make.letter(agency=activity.agency, period=make.round(plan=activity.plan))
    client.force_login(letter.recorded_by)
    address = reverse("admin:letter_row", args=[letter.pk, activity.pk])

    client.post(
        address, {"answer": "reported", "percent": "60", "narrative_es": "Se hizo."}
    )

    update = ActivityUpdate.objects.get()
    assert (update.percent, update.provenance, update.letter) == (
        60,
        "transcribed",
        letter,
    )


def test_the_secretariat_reads_no_draft_of_the_agency_on_the_letters_sheet(client):
    own = make.update(narrative_es="Un borrador nuestro.")
    letter = make.letter(agency=own.agency, period=own.period)
    client.force_login(letter.recorded_by)

    response = client.get(reverse("admin:letter", args=[letter.pk]))

    assert response.context["sheet"].taken == [own.activity]
    assert "Un borrador nuestro." not in response.content.decode()


def test_what_is_being_transcribed_is_not_on_the_agencys_sheet_to_send(client):
    update = make.transcribed_update()
    client.force_login(make.focal_point(agency=update.agency))

    response = client.get(
        reverse("admin:sheet", args=[update.period.pk, update.agency.slug])
    )

    assert [row.state for row in response.context["sheet"].rows] == ["todo"]


def test_handing_over_asks_everybody_who_reports_for_the_agency(client):
    update = make.transcribed_update()
    asked = [make.focal_point(agency=update.agency) for _ in range(2)]
    make.focal_point()
    client.force_login(update.letter.recorded_by)

    client.post(
        reverse("admin:letter_send", args=[update.letter.pk]),
        {"seen": token_of(update)},
    )

    update.refresh_from_db()
    assert update.status == "submitted"
    assert set(Mail.objects.values_list("to", flat=True)) == {
        person.email for person in asked
    }
    address = reverse("admin:letter_confirm", args=[update.letter.pk])
    assert all(address in mail.text for mail in Mail.objects.all())


def test_the_transcriber_is_not_asked_for_her_own_word():
    letter = make.letter()
    make.mandate(user=letter.recorded_by, agency=letter.agency)

    letters.ask_agency(letter, by=letter.recorded_by)

    assert Mail.objects.count() == 0


def test_the_agency_confirms_on_its_page_and_the_public_reads_so(client):
    update = handed_over()
    client.force_login(make.focal_point(agency=update.agency))
    page = client.get(reverse("admin:letter_confirm", args=[update.letter.pk]))

    client.post(
        reverse("admin:letter_confirmed", args=[update.letter.pk]),
        {"seen": page.context["confirm"]["seen"].value()},
    )

    update.refresh_from_db()
    public = client.get(update.get_absolute_url(language="es")).content.decode()
    assert update.status == "published"
    assert update.letter.reference in public


def test_the_agency_reads_what_is_marked_before_it_confirms(client):
    update = handed_over(narrative_es="Se visitó el taller de Yahaira en Guachupita.")
    client.force_login(make.focal_point(agency=update.agency))
    shown = client.get(reverse("admin:letter_confirm", args=[update.letter.pk]))
    address = reverse("admin:letter_confirmed", args=[update.letter.pk])
    posted = {"seen": token_of(update)}

    refused = client.post(address, posted)
    update.refresh_from_db()
    before = update.status
    client.post(address, {**posted, "checked": "on"})

    update.refresh_from_db()
    assert "<mark>Yahaira" in shown.content.decode()
    assert (refused.status_code, before) == (422, "submitted")
    assert list(refused.context["confirm"].errors) == ["checked"]
    assert update.status == "published"


def test_the_agency_confirms_no_personal_data(client):
    update = handed_over()
    ActivityUpdate.objects.filter(pk=update.pk).update(narrative_es="001-1234567-8")
    client.force_login(make.focal_point(agency=update.agency))
    shown = client.get(reverse("admin:letter_confirm", args=[update.letter.pk]))

    refused = client.post(
        reverse("admin:letter_confirmed", args=[update.letter.pk]),
        {"seen": token_of(update), "checked": "on"},
    )

    update.refresh_from_db()
    assert (shown.context["confirm"], refused.status_code) == (None, 422)
    assert update.status == "submitted"


def test_contesting_wants_a_reason(client):
    update = handed_over()
    client.force_login(make.focal_point(agency=update.agency))

    response = client.post(
        reverse("admin:letter_contested", args=[update.letter.pk]),
        {"seen": token_of(update), "reason": ""},
    )

    update.refresh_from_db()
    assert (response.status_code, update.status) == (422, "submitted")
    assert list(response.context["contest"].errors) == ["reason"]


def test_a_reference_that_could_lead_to_somebody_is_not_public(client):
    update = handed_over()
    Letter.objects.update(reference="De 001-1234567-8")
    workflow.publish(update, by=make.reviewer())

    public = client.get(update.get_absolute_url(language="es")).content.decode()

    assert 'class="transcribed"' in public
    assert "001-1234567-8" not in public


@pytest.mark.parametrize(
    ("make_actor", "status"),
    [(make.reviewer, 200), (make.focal_point, 200), (make.administrator, 404)],
)
def test_the_letter_is_opened_by_its_agency_and_the_secretariat(
    client, make_actor, status
):
    letter = make.letter()
    fields = {"agency": letter.agency} if make_actor is make.focal_point else {}
    client.force_login(make_actor(**fields))

    response = client.get(reverse("admin:letter_file", args=[letter.pk]))
    response.close()

    assert response.status_code == status


@pytest.mark.django_db(transaction=True)
def test_a_purge_takes_the_file_of_a_letter(client, open_record):
    letter = make.letter()
    token = letter.token
    client.force_login(make.reviewer())
    client.post(
        reverse("admin:purge_new"),
        {"files": reverse("admin:letter_file", args=[letter.pk])},
    )

    purging.confirm(Purge.objects.get(), by=make.reviewer())

    letter.refresh_from_db()
    assert (letter.file.name, letter.original_name) == ("", "")
    assert not evidence_storage().exists(token)
