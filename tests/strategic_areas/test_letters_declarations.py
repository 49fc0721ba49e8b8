"""A result that the lead agency declares by letter: the same rules as for a report."""

import copy
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from strategic_areas import workflow
from strategic_areas.desk import people
from strategic_areas.desk.rounds import notices
from strategic_areas.models import (
    Commitment,
    CommitmentUpdate,
    Letter,
)
from strategic_areas.workflow.questions import DECLARATION, seen_of, token_of
from tests import make

pytestmark = pytest.mark.django_db

STATEMENT = "El protocolo está aprobado y en uso; consta en el acta 7."
SAID = {"result": "fulfilled", "statement_es": STATEMENT}


def handed_over(**fields):
    """A transcribed declaration that waits for its agency's word."""
    declared = make.transcribed_declaration(**fields)
    by = declared.letter.recorded_by
    workflow.submit_letter(declared.letter, seen_of(declared), by=by)
    declared.refresh_from_db()
    return declared


@pytest.fixture(scope="module")
def kept_waiting(lasting):
    return handed_over()


@pytest.fixture
def waiting(db, kept_waiting):
    """A transcribed declaration that waits for its agency's word."""
    return copy.deepcopy(kept_waiting)


def address(name, letter, *more):
    return reverse(f"admin:{name}", args=[letter.pk, *more])


def make_letter_of(commitment, **fields):
    period = make.round(plan=commitment.plan)
    return make.letter(agency=commitment.lead, period=period, **fields)


def test_a_row_of_the_letter_is_saved_in_the_leads_name(client):
    commitment = make.commitment()
    letter = make_letter_of(commitment)
    client.force_login(letter.recorded_by)

    client.post(address("letter_declaration", letter, commitment.pk), SAID)

    declared = commitment.updates.get()
    assert (declared.status, declared.provenance, declared.letter) == (
        "draft",
        "transcribed",
        letter,
    )
    assert (declared.result, declared.statement_es) == ("fulfilled", STATEMENT)


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


def test_no_declaration_is_transcribed_without_a_letter():
    declared = make.declaration()

    with pytest.raises(IntegrityError), transaction.atomic():
        CommitmentUpdate.objects.update(provenance="transcribed")

    declared.refresh_from_db()
    assert declared.provenance == "reported"


def test_the_leads_own_draft_is_neither_shown_nor_written_over(client):
    own = make.declaration(statement_es="Un borrador nuestro.")
    letter = make.letter(agency=own.agency, period=own.period)
    client.force_login(letter.recorded_by)

    page = client.get(address("letter", letter))
    answer = client.post(address("letter_declaration", letter, own.commitment.pk), SAID)

    own.refresh_from_db()
    assert page.context["sheet"].taken == [own.commitment]
    assert "Un borrador nuestro." not in page.content.decode()
    assert (answer.status_code, own.statement_es) == (404, "Un borrador nuestro.")


def test_what_is_being_transcribed_is_not_the_leads_to_send(client):
    declared = make.transcribed_declaration()
    client.force_login(make.focal_point(agency=declared.agency))

    keys = [declared.period.pk, declared.agency.slug]
    page = client.get(reverse("admin:sheet", args=keys))

    (shown,) = dict(page.context["sections"])[DECLARATION]
    assert (shown.row.state, page.context["sheet"].sendable) == ("todo", [])
    assert declared.statement_es not in page.content.decode()


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
        for (kind, pk), version in seen_of(update, declared).items()
    }

    with pytest.raises(workflow.Conflict):
        workflow.submit_letter(letter, stale, by=by)

    update.refresh_from_db()
    declared.refresh_from_db()
    assert (update.status, declared.status) == ("draft", "draft")


def test_the_lead_confirms_on_its_page_and_the_public_reads_so(client, waiting):
    focal_point = make.focal_point(agency=waiting.agency)
    client.force_login(focal_point)
    desk = client.get(reverse("admin:index"))
    page = client.get(address("letter_confirm", waiting.letter))

    client.post(
        address("letter_confirmed", waiting.letter),
        {"seen": page.context["confirm"]["seen"].value()},
    )

    waiting.refresh_from_db()
    public = client.get(waiting.get_absolute_url(language="es")).content.decode()
    assert desk.context["letters"] == [waiting.letter]
    assert waiting.statement_es in page.content.decode()
    assert (waiting.status, waiting.published_by) == ("published", focal_point)
    assert waiting.confirmed_at is not None
    assert 'class="transcribed"' in public
    assert waiting.letter.reference in public


def test_a_second_reviewer_reads_the_letter_and_publishes(client, waiting):
    reviewer = make.reviewer()
    client.force_login(reviewer)
    keys = ["declaracion", waiting.pk]

    page = client.get(reverse("admin:review", args=keys)).content.decode()
    client.post(
        reverse("admin:review_publish", args=keys),
        {"seen_version": waiting.version, "checked": "on"},
    )

    waiting.refresh_from_db()
    assert address("letter_file", waiting.letter) in page
    assert (waiting.status, waiting.confirmed_at) == ("published", None)


def test_whoever_transcribed_it_neither_publishes_nor_confirms(waiting):
    transcriber = waiting.letter.recorded_by
    transcriber.groups.add(*make.focal_point().groups.all())
    make.mandate(user=transcriber, agency=waiting.agency, kind="titular")

    with pytest.raises(workflow.TransitionError):
        workflow.publish(waiting, by=transcriber)
    with pytest.raises(workflow.TransitionError):
        workflow.confirm_letter(waiting.letter, seen_of(waiting), by=transcriber)

    waiting.refresh_from_db()
    assert waiting.status == "submitted"


@pytest.mark.parametrize("make_actor", [make.focal_point, make.reviewer])
def test_nobody_but_the_lead_confirms_or_contests(make_actor, waiting):
    said, by = seen_of(waiting), make_actor()

    with pytest.raises(workflow.TransitionError):
        workflow.confirm_letter(waiting.letter, said, by=by)
    with pytest.raises(workflow.TransitionError):
        workflow.contest_letter(waiting.letter, said, by=by, reason="No.")

    waiting.refresh_from_db()
    assert waiting.status == "submitted"


def test_what_the_lead_contests_comes_back_with_its_reason(client, waiting):
    client.force_login(make.focal_point(agency=waiting.agency))
    client.post(
        address("letter_contested", waiting.letter),
        {"seen": token_of(waiting), "reason": "Falta la firma."},
    )

    client.force_login(waiting.letter.recorded_by)
    page = client.get(address("letter", waiting.letter))
    waiting.refresh_from_db()
    ((code, step),) = page.context["contested"]
    assert (waiting.status, code, step.reason) == (
        "returned",
        waiting.commitment.code,
        "Falta la firma.",
    )


def test_what_the_lead_contests_is_not_its_own_work_that_came_back(client, waiting):
    """Neither on its desk nor in its digest nor in what a successor takes over."""
    lead = make.focal_point(agency=waiting.agency)
    told = {"by": lead, "reason": "Falta la firma."}
    workflow.contest_letter(waiting.letter, seen_of(waiting), **told)
    client.force_login(lead)

    desk = client.get(reverse("admin:index"))

    tomorrow = timezone.localdate() + timedelta(days=1)
    parts = [part for d in notices.digests(tomorrow) for part in d.parts]
    assert desk.context["returned"] == []
    assert [part for part in parts if part.returned] == []
    assert people.agency_work(waiting.agency)["unfinished"] == ()


def test_the_words_of_one_lead_never_become_anothers(waiting):
    other = make.agency()
    Commitment.objects.filter(pk=waiting.commitment_id).update(lead=other)
    waiting = CommitmentUpdate.objects.get(pk=waiting.pk)

    with pytest.raises(workflow.TransitionError):
        workflow.confirm_letter(
            waiting.letter, seen_of(waiting), by=make.focal_point(agency=other)
        )
    workflow.publish(waiting, by=make.reviewer())

    published = CommitmentUpdate.objects.get(pk=waiting.pk)
    assert (published.status, published.agency) == ("published", waiting.letter.agency)


def test_what_the_lead_saves_becomes_its_own_declaration():
    declared = make.transcribed_declaration()
    focal_point = make.focal_point(agency=declared.agency)
    declared.statement_es = "Lo decimos nosotros."

    workflow.save(declared, by=focal_point, seen_version=declared.version)

    declared.refresh_from_db()
    assert (declared.provenance, declared.letter) == ("reported", None)
