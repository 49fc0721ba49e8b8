"""Proposed activities: who proposes, who decides, and what the plan becomes by it."""

import pytest
from django.conf import settings
from django.urls import reverse

from agencies.access import RefusedError
from agencies.mail import Mail
from strategic_areas import workflow
from strategic_areas.desk import queries
from strategic_areas.models import (
    Activity,
    ActivityProposal,
    Amendment,
    PendingChange,
    Plan,
)
from strategic_areas.triggers.versions import public_tables
from strategic_areas.workflow import PROPOSAL_STEPS
from tests import make
from tests.world import Desk

pytestmark = pytest.mark.django_db

TITLE = "Protocolo de atención en puertos"
WHY = "El plan no contempla los puertos."
ACT = {
    "code": "1.1.9",
    "act": "session",
    "deciding_act": "CITIM 3-2026",
    "counts_victims": "False",
    "reaches_victims": "False",
    "decided_on": "2026-03-01",
}


@pytest.fixture(scope="module")
def kept_desk(lasting):
    return Desk(owes=False).keep()


def propose(desk, **fields):
    told = {
        "title": TITLE,
        "why": WHY,
        "commitment": desk.commitment.pk,
        "kind": "one_off",
        "due_on": "2026-12-31",
    }
    return desk.post("sheet_propose", **told | fields)


def page_of(proposal):
    return reverse("admin:proposal", args=[proposal.pk])


def accept(client, proposal, **fields):
    return client.post(page_of(proposal), {**ACT, "accept": "1", **fields})


def accept_by_two(proposal, by=None):
    change = PROPOSAL_STEPS.accept(proposal, by=by or make.reviewer(), **ACT)
    workflow.approve(change, by=make.reviewer())


def decline(client, proposal, reason="Ya está en 1.1.2."):
    return client.post(page_of(proposal), {"reason": reason, "decline": "1"})


def test_a_proposal_waits_and_stands_on_the_sheet_of_its_agency(desk):
    make.proposal(commitment=make.commitment(plan=desk.commitment.plan))

    response = propose(desk)

    (proposal,) = desk.open().context["sheet"].proposals
    assert response.status_code == 302
    assert (proposal.title, proposal.status, proposal.proposed_by) == (
        TITLE,
        "pending",
        desk.user,
    )
    assert not Activity.objects.exists()


def test_a_press_that_comes_twice_proposes_once(desk):
    propose(desk)
    propose(desk)

    assert ActivityProposal.objects.count() == 1


def test_what_is_wrong_is_said_and_nothing_is_stored(desk):
    wrong = [
        *({"title": ""}, {"why": ""}, {"kind": "x"}),
        {"commitment": make.commitment().pk},
        *({"title": "Atender a 001-1234567-8"}, {"why": "Lo pidió 001-1234567-8"}),
    ]

    answers = [propose(desk, **fields) for fields in wrong]

    assert [
        (answer.status_code, list(answer.context["form"].errors)) for answer in answers
    ] == [(422, list(fields)) for fields in wrong]
    assert not ActivityProposal.objects.exists()


def test_dates_in_the_wrong_order_are_refused(desk):
    response = propose(desk, starts_on="2027-01-01")

    assert response.status_code == 422
    assert not ActivityProposal.objects.exists()


def test_the_workflow_itself_asks_who_proposes():
    commitment = make.commitment()

    with pytest.raises(RefusedError):
        make.proposal(commitment=commitment, by=make.focal_point())


def test_reviewers_have_it_in_their_queue_the_longest_waiting_first(desk):
    first, second = make.proposal(), make.proposal()
    make_decided = make.proposal()
    reviewer = make.reviewer()
    PROPOSAL_STEPS.decline(make_decided, by=reviewer, reason="No.")
    queue = reverse("admin:index")

    focal_point = desk.client.get(queue).context["rows"]
    desk.client.force_login(reviewer)

    assert focal_point == []
    listed = desk.client.get(queue).context["rows"]
    assert [row.items[0].decision for row in listed] == [first, second]


def test_accepted_it_is_an_activity_by_an_approved_amendment(client, desk):
    propose(desk)
    proposal = ActivityProposal.objects.get()
    reviewer, second = make.reviewer(), make.reviewer()
    client.force_login(reviewer)

    response = accept(client, proposal)
    assert not Activity.objects.exists()
    workflow.approve(PendingChange.objects.get(), by=second)

    activity, amendment = Activity.objects.get(), Amendment.objects.get()
    proposal.refresh_from_db()
    told = activity.plan_changes.get()
    assert response.status_code == 302
    assert (proposal.status, proposal.activity, proposal.decided_by) == (
        "approved",
        activity,
        second,
    )
    assert (activity.code, activity.title_es, activity.agency, activity.is_in_plan) == (
        "1.1.9",
        TITLE,
        desk.agency,
        True,
    )
    assert (str(activity.due_on), activity.due_provenance) == (
        "2026-12-31",
        "amendment",
    )
    assert (
        told.amendment,
        told.adds_record,
        told.new_value_es,
        amendment.reason_es,
        amendment.deciding_act_es,
        str(amendment.decided_on),
        amendment.proposed_by,
        amendment.approved_by,
    ) == (
        amendment,
        True,
        f"1.1.9 {TITLE}",
        WHY,
        ACT["deciding_act"],
        "2026-03-01",
        reviewer,
        second,
    )
    (sheet,) = queries.open_sheets(desk.user)
    assert [row.subject for row in sheet.asked_rows] == [activity]


def test_the_public_reads_act_and_reason_and_nobodys_name(client):
    proposal = make.proposal(title=TITLE, why=WHY)
    people = proposal.proposed_by, make.reviewer()

    accept_by_two(proposal, by=people[1])

    response = client.get(proposal.commitment.get_absolute_url(language="es"))
    page = response.content.decode()
    (account,) = response.context["page"].activities
    (told,) = account.row.activity.approved_changes
    assert told.amendment.deciding_act_es == ACT["deciding_act"]
    assert [
        word for word in (TITLE, WHY, ACT["deciding_act"]) if word not in page
    ] == []
    assert not any(person.username in page for person in people)


def test_half_a_decision_changes_nothing(client, reviewer):
    proposal = make.proposal()
    taken = make.activity(commitment=proposal.commitment, code="T-1")
    halves = [
        *({"code": code} for code in ("", "T-1", "F-X-1", "1/2")),
        *({"deciding_act": act} for act in ("", "Acta de 001-1234567-8")),
        *({"act": "signed_page"}, {"decided_on": ""}, {"reaches_victims": ""}),
    ]

    answers = [accept(client, proposal, **fields) for fields in halves]

    proposal.refresh_from_db()
    assert [answer.status_code for answer in answers] == [200] * len(halves)
    said = [bool(answer.context["step_forms"][0].errors) for answer in answers]
    assert said == [True] * len(halves)
    assert (proposal.is_waiting, list(Activity.objects.all())) == (True, [taken])
    assert not Amendment.objects.exists()
    assert not Mail.objects.exists()


def test_a_plan_that_has_ended_takes_no_activity_any_more(client, reviewer):
    proposal = make.proposal()
    Plan.objects.filter(pk=proposal.plan_id).update(status="ended")

    response = accept(client, proposal)

    assert response.context["step_forms"][0].non_field_errors()
    proposal.refresh_from_db()
    assert proposal.is_waiting
    assert not Activity.objects.exists()


def test_declined_it_says_why_on_the_sheet(client, desk):
    propose(desk)
    proposal = ActivityProposal.objects.get()
    client.force_login(make.reviewer())

    unsaid = decline(client, proposal, reason="  ")
    decline(client, proposal)

    client.force_login(desk.user)
    (shown,) = desk.open().context["sheet"].proposals
    assert unsaid.context["step_forms"][1].errors
    assert (shown.status, shown.reason) == ("declined", "Ya está en 1.1.2.")
    assert not Activity.objects.exists()


def test_one_reviewer_alone_puts_nothing_in_the_plan(client):
    proposal, reviewer = make.proposal(title=TITLE), make.reviewer()
    change = PROPOSAL_STEPS.accept(proposal, by=reviewer, **ACT)

    for step in (
        lambda: workflow.approve(change, by=reviewer),
        lambda: PROPOSAL_STEPS.accept(proposal, by=make.reviewer(), **ACT),
        lambda: PROPOSAL_STEPS.decline(
            ActivityProposal.objects.get(), by=make.reviewer(), reason="No."
        ),
    ):
        with pytest.raises(RefusedError):
            step()

    page = client.get(proposal.commitment.get_absolute_url(language="es"))
    assert ACT["deciding_act"] not in page.content.decode()
    assert not Activity.objects.exists()
    assert ActivityProposal.objects.get().is_waiting


def test_what_became_of_the_amendment_leaves_the_proposal_open_again():
    proposal, reviewer = make.proposal(), make.reviewer()
    change = PROPOSAL_STEPS.accept(proposal, by=reviewer, **ACT)

    workflow.decline(change, by=make.reviewer(), reason="Otro código.")
    accept_by_two(ActivityProposal.objects.get())

    assert ActivityProposal.objects.get().activity == Activity.objects.get()


def test_a_proposal_that_was_taken_back_meanwhile_is_not_taken_in():
    proposal = make.proposal()
    change = PROPOSAL_STEPS.accept(proposal, by=make.reviewer(), **ACT)
    PROPOSAL_STEPS.take_back(proposal, by=proposal.proposed_by)

    workflow.approve(change, by=make.reviewer())

    assert PendingChange.objects.get().status == PendingChange.Status.OUTDATED
    assert not Activity.objects.exists()


@pytest.mark.parametrize("is_accepted", [True, False])
def test_whoever_proposed_it_gets_one_mail_in_her_language(is_accepted):
    proposal = make.proposal(title=TITLE)
    proposal.proposed_by.language = "en"
    proposal.proposed_by.save()
    reviewer = make.reviewer()

    if is_accepted:
        accept_by_two(proposal, by=reviewer)
    else:
        PROPOSAL_STEPS.decline(proposal, by=reviewer, reason="Ya está en 1.1.2.")

    mail = Mail.objects.get()
    said = ACT["code"] if is_accepted else "Ya está en 1.1.2."
    assert (mail.to, mail.language) == (proposal.proposed_by.email, "en")
    assert TITLE in mail.text
    assert said in mail.text
    assert f"{settings.SITE_URL}{reverse('admin:index')}" in mail.text


def test_the_mail_leads_to_the_sheet_of_the_last_round():
    proposal = make.proposal(title=TITLE)
    last = make.round(plan=proposal.plan)

    PROPOSAL_STEPS.decline(proposal, by=make.reviewer(), reason="Ya está en 1.1.2.")

    sheet = reverse("admin:sheet", args=[last.pk, proposal.agency.slug])
    assert f"{settings.SITE_URL}{sheet}#propuestas" in Mail.objects.get().text


def test_a_proposal_is_never_public(client):
    proposal = make.proposal(title=TITLE, why=WHY)

    pages = [
        client.get(address).content.decode()
        for address in (
            proposal.commitment.get_absolute_url(language="es"),
            reverse("es:plan", args=[proposal.plan.code]),
            reverse("es:updates", args=[proposal.plan.code]),
        )
    ]

    table = ActivityProposal._meta.db_table
    assert table not in {each.name for each in public_tables()}
    assert [page for page in pages if TITLE in page or WHY in page] == []


def test_what_the_guard_marks_is_shown_and_asks_for_a_tick(client, reviewer):
    proposal = make.proposal(why="Se rescató a dos niñas en Azua.")

    shown = client.get(page_of(proposal))
    refused = client.post(page_of(proposal), {"accept": "x", **ACT})

    proposal.refresh_from_db()
    assert shown.content.decode().count("<mark>") == 1
    assert list(refused.context["step_forms"][0].errors) == ["checked"]
    assert proposal.is_waiting
