"""Reports and results by letter: transcribed, and published by another's word."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from agencies.mail import Mail
from strategic_areas import purging, workflow
from strategic_areas.desk import letters, people
from strategic_areas.desk.rounds import notices
from strategic_areas.evidence.storage import evidence_storage
from strategic_areas.models import (
    ActivityUpdate,
    Commitment,
    CommitmentUpdate,
    Letter,
    Purge,
)
from strategic_areas.workflow.questions import DECLARATION, revision_token
from tests import make
from tests.uploads import make_pdf

pytestmark = pytest.mark.django_db

STATEMENT = "El protocolo está aprobado y en uso; consta en el acta 7."
SAID = {"result": "fulfilled", "statement_es": STATEMENT}
#: What a letter may hold, by its word in addresses: drafts, and those of the agency.
TRANSCRIBED = {
    "avance": make.transcribed_update,
    "declaracion": make.transcribed_declaration,
}
OWN = {"avance": make.update, "declaracion": make.declaration}


def text_of(record):
    """The name of the text in which most is said."""
    return "narrative_es" if hasattr(record, "activity") else "statement_es"


def handed_over(transcribe, **fields):
    record = transcribe(**fields)
    letter = record.letter
    workflow.submit_letter(letter, make.seen_versions(record), by=letter.recorded_by)
    record.refresh_from_db()
    return record


@pytest.fixture(params=TRANSCRIBED)
def kind(request):
    return request.param


@pytest.fixture
def waiting(db, kind):
    return handed_over(TRANSCRIBED[kind])


def address(name, letter, *more):
    return reverse(f"admin:{name}", args=[letter.pk, *more])


def make_letter_of(commitment, **fields):
    period = make.round(plan=commitment.plan)
    return make.letter(agency=commitment.lead, period=period, **fields)


def test_an_agencys_own_draft_is_not_written_over(kind):
    own = OWN[kind]()
    letter = make.letter(agency=own.agency, period=own.period)
    before = getattr(own, text_of(own))
    setattr(own, text_of(own), "Otra cosa.")

    with pytest.raises(workflow.TransitionError):
        workflow.transcribe(own, letter, by=make.reviewer(), seen_version=own.version)

    own.refresh_from_db()
    assert getattr(own, text_of(own)) == before


def test_the_secretariat_reads_no_draft_of_the_agency(client, kind):
    own = OWN[kind]()
    words = getattr(own, text_of(own))
    letter = make.letter(agency=own.agency, period=own.period)
    client.force_login(letter.recorded_by)

    page = client.get(address("letter", letter))

    assert page.context["sheet"].written_by_agency == [own.subject]
    assert words not in page.content.decode()


def test_an_agency_neither_reads_nor_sends_a_transcription(client, kind):
    record = TRANSCRIBED[kind]()
    person = make.focal_point(agency=record.agency)
    client.force_login(person)

    sheet = reverse("admin:sheet", args=[record.period.pk, record.agency.slug])
    page = client.get(sheet)
    with pytest.raises(workflow.TransitionError):
        workflow.submit(record, by=person)

    sheet = page.context["sheet"]
    shown = [each.row for each in dict(page.context["sections"]).get(DECLARATION, [])]
    assert {row.state for row in (*sheet.asked_rows, *shown)} == {"todo"}
    assert sheet.sendable == []
    assert getattr(record, text_of(record)) not in page.content.decode()


def test_the_agency_confirms_on_its_page_and_the_public_reads_so(client, waiting):
    person = make.focal_point(agency=waiting.agency)
    client.force_login(person)
    desk = client.get(reverse("admin:index"))
    page = client.get(address("letter_confirm", waiting.letter))

    client.post(
        address("letter_confirmed", waiting.letter),
        {"seen": page.context["confirm"]["seen"].value()},
    )

    waiting.refresh_from_db()
    public = client.get(waiting.get_absolute_url(language="es")).content.decode()
    assert desk.context["letters"] == [waiting.letter]
    assert getattr(waiting, text_of(waiting)) in page.content.decode()
    assert (waiting.status, waiting.published_by) == ("published", person)
    assert waiting.confirmed_at is not None
    assert 'class="transcribed"' in public
    assert waiting.letter.reference in public


def test_another_reviewer_reads_the_letter_and_publishes(
    client, reviewer, waiting, kind
):
    page = client.get(reverse("admin:review", args=[kind, waiting.pk]))
    client.post(
        reverse("admin:review_publish", args=[kind, waiting.pk]),
        {"seen_version": waiting.version, "checked": "on"},
    )

    waiting.refresh_from_db()
    assert address("letter_file", waiting.letter) in page.content.decode()
    assert (waiting.status, waiting.confirmed_at) == ("published", None)


def test_the_transcriber_neither_publishes_nor_confirms(waiting):
    transcriber = waiting.letter.recorded_by
    transcriber.groups.add(*make.focal_point().groups.all())
    make.mandate(user=transcriber, agency=waiting.agency, kind="titular")

    with pytest.raises(workflow.TransitionError):
        workflow.publish(waiting, by=transcriber)
    with pytest.raises(workflow.TransitionError):
        workflow.confirm_letter(
            waiting.letter, make.seen_versions(waiting), by=transcriber
        )

    waiting.refresh_from_db()
    assert waiting.status == "submitted"


@pytest.mark.parametrize("make_actor", [make.focal_point, make.reviewer])
def test_nobody_but_the_agency_confirms_or_contests(make_actor, waiting):
    said, by = make.seen_versions(waiting), make_actor()

    with pytest.raises(workflow.TransitionError):
        workflow.confirm_letter(waiting.letter, said, by=by)
    with pytest.raises(workflow.TransitionError):
        workflow.contest_letter(waiting.letter, said, by=by, reason="No.")

    waiting.refresh_from_db()
    assert waiting.status == "submitted"


def test_what_is_contested_comes_back_with_its_reason(client, waiting):
    client.force_login(make.focal_point(agency=waiting.agency))
    path, seen = address("letter_contested", waiting.letter), revision_token(waiting)
    refused = client.post(path, {"seen": seen, "reason": ""})
    waiting.refresh_from_db()
    before = waiting.status
    client.post(path, {"seen": seen, "reason": "Falta la firma."})

    client.force_login(waiting.letter.recorded_by)
    page = client.get(address("letter", waiting.letter))

    waiting.refresh_from_db()
    ((code, step),) = page.context["contested"]
    assert (refused.status_code, before) == (422, "submitted")
    assert list(refused.context["contest"].errors) == ["reason"]
    assert (waiting.status, code) == ("returned", waiting.subject.code)
    assert step.reason == "Falta la firma."


def test_what_is_contested_is_not_the_agencys_to_mend(client, waiting):
    """Neither on its desk nor in its reminder nor in what a successor takes over."""
    person = make.focal_point(agency=waiting.agency)
    told = {"by": person, "reason": "Falta la firma."}
    workflow.contest_letter(waiting.letter, make.seen_versions(waiting), **told)
    client.force_login(person)

    desk = client.get(reverse("admin:index"))

    tomorrow = timezone.localdate() + timedelta(days=1)
    to_dos = [each for m in notices.reminders_due(tomorrow) for each in m.to_dos]
    assert desk.context["returned"] == []
    assert [each for each in to_dos if each.returned] == []
    assert people.agency_work(waiting.agency)["unfinished"] == ()


def test_what_the_agency_saves_becomes_its_own(kind):
    record = TRANSCRIBED[kind]()
    setattr(record, text_of(record), "Lo decimos nosotros.")
    person = make.focal_point(agency=record.agency)

    workflow.save_draft(record, by=person, seen_version=record.version)

    record.refresh_from_db()
    assert (record.provenance, record.letter) == ("reported", None)


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


def test_where_only_a_titular_submits_only_a_titular_confirms():
    update = handed_over(make.transcribed_update)
    make.focal_point(agency=update.agency)
    alternate = make.focal_point(agency=update.agency)
    type(update.agency).objects.update(only_titular_submits=True)

    with pytest.raises(workflow.TransitionError):
        workflow.confirm_letter(update.letter, make.seen_versions(update), by=alternate)

    update.refresh_from_db()
    assert update.status == "submitted"


def test_what_changed_since_it_was_read_is_not_confirmed():
    update = handed_over(make.transcribed_update)
    focal_point = make.focal_point(agency=update.agency)
    before = make.seen_versions(update)
    workflow.contest_letter(update.letter, before, by=focal_point, reason="No.")
    update.refresh_from_db()
    update.percent = 50
    transcriber = update.letter.recorded_by
    workflow.transcribe(
        update, update.letter, by=transcriber, seen_version=update.version
    )
    workflow.submit_letter(update.letter, make.seen_versions(update), by=transcriber)

    with pytest.raises(workflow.EditConflictError):
        workflow.confirm_letter(update.letter, before, by=focal_point)

    update.refresh_from_db()
    assert update.status == "submitted"


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


def test_a_letter_is_recorded_with_its_file(client, reviewer):
    client.post(reverse("admin:letter_new"), posted_letter(make.activity()))

    letter = Letter.objects.get()
    assert (letter.reference, letter.original_name) == ("DG-77-2026", "Oficio.pdf")
    assert evidence_storage().exists(letter.token)


def test_a_letter_is_asked_for_by_agency_and_round(client, reviewer):
    activity = make.activity()
    period = make.round(plan=activity.plan)
    named = {"agency": str(activity.agency.pk), "period": str(period.pk)}

    form = client.get(reverse("admin:letter_new"), named).context["form"]

    assert {name: form[name].value() for name in named} == named


def test_a_letter_that_cannot_be_is_told_beside_the_field(client, reviewer):
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


def test_a_closed_round_takes_no_letter(client, reviewer):
    activity = make.activity()
    closed = make.round(
        plan=activity.plan,
        opens_on="2025-01-01",
        due_on="2025-01-31",
        closes_on="2025-02-01",
    )

    response = client.post(
        reverse("admin:letter_new"), posted_letter(activity, period=closed.pk)
    )

    assert list(response.context["form"].errors) == ["period"]


def test_rows_of_a_letter_are_saved_in_the_agencys_name(client):
    activity = make.activity()
    letter = make_letter_of(activity.commitment)
    client.force_login(letter.recorded_by)
    said = {"answer": "reported", "percent": "60", "narrative_es": "Se hizo."}

    client.post(address("letter_row", letter, activity.pk), said)
    client.post(address("letter_declaration", letter, activity.commitment_id), SAID)

    update, declared = activity.updates.get(), activity.commitment.updates.get()
    for each in (update, declared):
        assert (each.status, each.provenance) == ("draft", "transcribed")
        assert (each.letter, each.contributors.get()) == (letter, letter.recorded_by)
    assert update.percent == 60
    assert (declared.result, declared.statement_es) == ("fulfilled", STATEMENT)


def test_handing_over_asks_everybody_who_reports_for_the_agency(client):
    update = make.transcribed_update()
    asked = [make.focal_point(agency=update.agency) for _ in range(2)]
    make.focal_point()
    client.force_login(update.letter.recorded_by)

    client.post(address("letter_send", update.letter), {"seen": revision_token(update)})

    update.refresh_from_db()
    assert update.status == "submitted"
    assert set(Mail.objects.values_list("to", flat=True)) == {
        person.email for person in asked
    }
    path = address("letter_confirm", update.letter)
    assert all(path in mail.text for mail in Mail.objects.all())


def test_the_transcriber_is_not_asked_for_her_own_word():
    letter = make.letter()
    make.mandate(user=letter.recorded_by, agency=letter.agency)

    letters.notify_agency(letter, by=letter.recorded_by)

    assert Mail.objects.count() == 0


def test_the_agency_reads_what_is_marked_before_it_confirms(client):
    update = handed_over(
        make.transcribed_update,
        narrative_es="Se visitó el taller de Yahaira en Guachupita.",
    )
    client.force_login(make.focal_point(agency=update.agency))
    shown = client.get(address("letter_confirm", update.letter))
    path = address("letter_confirmed", update.letter)
    posted = {"seen": revision_token(update)}

    refused = client.post(path, posted)
    update.refresh_from_db()
    before = update.status
    client.post(path, {**posted, "checked": "on"})

    update.refresh_from_db()
    assert "<mark>Yahaira" in shown.content.decode()
    assert (refused.status_code, before) == (422, "submitted")
    assert list(refused.context["confirm"].errors) == ["checked"]
    assert update.status == "published"


def test_the_agency_confirms_no_personal_data(client):
    update = handed_over(make.transcribed_update)
    ActivityUpdate.objects.filter(pk=update.pk).update(narrative_es="001-1234567-8")
    client.force_login(make.focal_point(agency=update.agency))
    shown = client.get(address("letter_confirm", update.letter))

    refused = client.post(
        address("letter_confirmed", update.letter),
        {"seen": revision_token(update), "checked": "on"},
    )

    update.refresh_from_db()
    assert (shown.context["confirm"], refused.status_code) == (None, 422)
    assert update.status == "submitted"


def test_a_reference_that_could_lead_to_somebody_is_not_public(client):
    update = handed_over(make.transcribed_update)
    Letter.objects.update(reference="De 001-1234567-8")
    workflow.publish(update, by=make.reviewer())

    public = client.get(update.get_absolute_url(language="es")).content.decode()

    assert 'class="transcribed"' in public
    assert "001-1234567-8" not in public


@pytest.mark.django_db(transaction=True)
def test_a_purge_takes_the_file_of_a_letter(client, reviewer, open_record):
    letter = make.letter()
    token = letter.token
    client.post(reverse("admin:purge_new"), {"files": address("letter_file", letter)})

    purging.confirm(Purge.objects.get(), by=make.reviewer())

    letter.refresh_from_db()
    assert (letter.file.name, letter.original_name) == ("", "")
    assert not evidence_storage().exists(token)


@pytest.mark.parametrize("lead_by_another", [True, False])
def test_a_letter_declares_only_what_its_agency_leads(client, lead_by_another):
    """Neither what another leads in the plan, nor what it leads in another plan."""
    letter = make_letter_of(make.commitment())
    strange = (
        make.commitment(plan=letter.period.plan)
        if lead_by_another
        else make.commitment(lead=letter.agency)
    )
    client.force_login(letter.recorded_by)

    answer = client.post(address("letter_declaration", letter, strange.pk), SAID)

    assert (answer.status_code, strange.updates.count()) == (404, 0)


def test_the_workflow_itself_refuses_a_letter_of_another_agency():
    commitment = make.commitment()
    letter = make_letter_of(make.commitment(plan=commitment.plan))

    with pytest.raises(workflow.TransitionError):
        make.transcribed_declaration(
            commitment=commitment, letter=letter, by=letter.recorded_by
        )

    assert commitment.updates.count() == 0


def test_a_report_and_a_result_of_one_letter_are_handed_over_together(client):
    activity = make.activity()
    by = make.reviewer()
    letter = make_letter_of(activity.commitment, by=by)
    make.transcribed_update(activity=activity, letter=letter, by=by)
    make.transcribed_declaration(commitment=activity.commitment, letter=letter, by=by)
    client.force_login(by)
    form = client.get(address("letter", letter)).context["form"]
    posted = {"seen": form["seen"].value()}

    client.post(address("letter_send", letter), posted)

    counts = Letter.objects.with_counts().get(pk=letter.pk)
    assert (counts.n_submitted, counts.n_draft) == (2, 0)
    sent = activity.updates.get(), activity.commitment.updates.get()
    assert [each.status for each in sent] == ["submitted"] * 2


@pytest.mark.parametrize("changed", ["avance", "declaracion"])
def test_all_of_a_letter_is_handed_over_or_nothing(changed):
    activity = make.activity()
    by = make.reviewer()
    letter = make_letter_of(activity.commitment, by=by)
    update = make.transcribed_update(activity=activity, letter=letter, by=by)
    declared = make.transcribed_declaration(
        commitment=activity.commitment, letter=letter, by=by
    )
    stale = {
        (kind, pk): version + (kind == changed)
        for (kind, pk), version in make.seen_versions(update, declared).items()
    }

    with pytest.raises(workflow.EditConflictError):
        workflow.submit_letter(letter, stale, by=by)

    update.refresh_from_db()
    declared.refresh_from_db()
    assert (update.status, declared.status) == ("draft", "draft")


def test_the_words_of_one_lead_never_become_anothers():
    waiting = handed_over(make.transcribed_declaration)
    other = make.agency()
    Commitment.objects.filter(pk=waiting.commitment_id).update(lead=other)
    waiting = CommitmentUpdate.objects.get(pk=waiting.pk)

    with pytest.raises(workflow.TransitionError):
        workflow.confirm_letter(
            waiting.letter,
            make.seen_versions(waiting),
            by=make.focal_point(agency=other),
        )
    workflow.publish(waiting, by=make.reviewer())

    published = CommitmentUpdate.objects.get(pk=waiting.pk)
    assert (published.status, published.agency) == ("published", waiting.letter.agency)
