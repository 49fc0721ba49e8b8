"""Declared results on the sheet: who declares, what is sent, what is never owed."""

import pytest
from django.urls import reverse
from django.utils import timezone

from strategic_areas import workflow
from strategic_areas.models import (
    CommitmentUpdate,
    Evidence,
    RevisionStatus,
    Submission,
)
from strategic_areas.models.letters import digest
from strategic_areas.workflow.questions import DECLARATION
from tests import make
from tests.world import STATEMENT, Desk

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def kept_desk(lasting):
    return Desk(owes=False).keep()


def write_report(desk):
    activity = make.activity(commitment=desk.commitment)
    return make.update(activity=activity, period=desk.period, by=desk.user)


def test_the_sheet_has_a_row_for_each_commitment_that_the_agency_leads(desk):
    make.activity(commitment=make.commitment(plan=desk.plan), agency=desk.agency)
    make.commitment(lead=desk.agency)
    heir = make.commitment(plan=desk.plan, lead=desk.agency)
    superseded = make.commitment(plan=desk.plan, lead=desk.agency)
    heir.supersedes.add(superseded)

    shown = dict(desk.open().context["sections"])[DECLARATION]

    assert [each.row.subject for each in shown] == [desk.commitment, heir]


def test_a_declaration_is_saved_as_a_draft_and_owed_by_nobody(desk):
    before = desk.open().context["sheet"]

    response = desk.declare()

    declared = CommitmentUpdate.objects.get()
    sheet = desk.open().context["sheet"]
    assert response.status_code == 302
    assert (declared.status, declared.result, declared.statement_es) == (
        RevisionStatus.DRAFT,
        "fulfilled",
        STATEMENT,
    )
    assert (before.unanswered_reports, before.sendable) == ([], [])
    assert [row.update for row in sheet.sendable] == [declared]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"statement_es": ""}, "statement_es"),
        ({"result": ""}, "result"),
        ({"result": "maybe"}, "result"),
        ({"statement_es": "Se entregó a 001-1234567-8."}, "statement_es"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(desk, fields, wrong):
    response = desk.declare(**fields)

    (shown,) = dict(response.context["sections"])[DECLARATION]
    assert (response.status_code, list(shown.posted.errors)) == (422, [wrong])
    assert not CommitmentUpdate.objects.exists()


def test_forged_addresses_are_not_found(desk):
    theirs = make.commitment(plan=desk.plan)
    make.activity(commitment=theirs, agency=desk.agency)
    declared = make.declaration(commitment=theirs, period=desk.period)
    item = make.evidence(declared)
    foreign = make.commitment(lead=desk.agency)
    link = {"title_es": "Acta", "url": "https://example.org/"}

    answers = [
        desk.declare(theirs),
        desk.declare(foreign),
        desk.client.post(desk.address("sheet_declaration_attach", theirs), link),
        desk.client.post(desk.address("sheet_declaration_detach", theirs, item.pk)),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert list(CommitmentUpdate.objects.all()) == [declared]
    assert list(Evidence.objects.all()) == [item]


def test_reports_and_declarations_are_sent_at_once_with_one_receipt(desk):
    report = write_report(desk)
    desk.declare()
    declared = CommitmentUpdate.objects.get()
    make.evidence(declared, url="https://example.org/acta")

    response = desk.send()

    kept = Submission.objects.get()
    report.refresh_from_db()
    declared.refresh_from_db()
    assert response.url == reverse("admin:receipt", args=[kept.pk])
    assert {report.status, declared.status} == {RevisionStatus.SUBMITTED}
    assert [each["update"] for each in kept.content["reports"]] == [report.pk]
    assert kept.content["declarations"] == [
        {
            "commitment": desk.commitment.code,
            "title": desk.commitment.title_es,
            "declaration": declared.pk,
            "revision": 1,
            "version": 1,
            "result": "fulfilled",
            "result_reached": None,
            "statement": {"es": STATEMENT, "en": ""},
            "evidence": [
                {
                    "kind": "link",
                    "title": "Acta",
                    "where": "https://example.org/acta",
                    "sha256": "",
                }
            ],
        }
    ]
    assert STATEMENT in desk.client.get(response.url).content.decode()


def test_a_declaration_is_sent_alone_and_a_second_press_finds_its_receipt(desk):
    desk.declare()
    form = desk.client.get(desk.address("sheet_check")).context["form"]
    posted = {"seen": form["seen"].value()}

    urls = [desk.client.post(desk.address("sheet_check"), posted).url for _ in "12"]

    assert urls[0] == urls[1]
    assert Submission.objects.count() == 1


def test_nothing_is_sent_when_a_declaration_changed_meanwhile(desk):
    report = write_report(desk)
    desk.declare()
    form = desk.client.get(desk.address("sheet_check")).context["form"]
    desk.declare(seen_version=1, statement_es="Otra cosa.")

    posted = {"seen": form["seen"].value()}
    desk.client.post(desk.address("sheet_check"), posted)

    report.refresh_from_db()
    assert report.status == RevisionStatus.DRAFT
    assert not Submission.objects.exists()


def test_another_leads_declaration_is_not_sent(desk):
    theirs = make.declaration(
        commitment=make.commitment(plan=desk.plan), period=desk.period
    )

    with pytest.raises(workflow.TransitionError):
        workflow.submit_all(
            desk.period, desk.agency, make.seen_versions(theirs), by=desk.user
        )

    theirs.refresh_from_db()
    assert theirs.status == RevisionStatus.DRAFT


def test_receipts_of_before_there_were_declarations_still_open(desk):
    content = {
        "receipt": "2026-T4-X-1",
        "agency": {"acronym": "X", "name": "X"},
        "reports": [],
    }
    kept = Submission.objects.create(
        agency=desk.agency,
        period=desk.period,
        number=1,
        reference="2026-T4-X-1",
        at=timezone.now(),
        by=desk.user,
        content=content,
        sha256=digest(content),
    )

    answer = desk.client.get(reverse("admin:receipt", args=[kept.pk]))

    assert answer.status_code == 200
    assert dict(answer.context["answers_by_question"])[DECLARATION] == []


def test_what_came_back_says_why_on_sheet_and_desk(desk):
    desk.declare()
    declared = CommitmentUpdate.objects.get()
    workflow.submit(declared, by=desk.user)
    workflow.return_to_agency(declared, by=make.reviewer(), reason="Falta el acta.")

    (row,) = desk.open().context["sheet"].sections[DECLARATION]
    page = desk.client.get(reverse("admin:index"))

    assert (row.state, row.return_step.reason) == ("returned", "Falta el acta.")
    assert [each.return_step.reason for each in page.context["returned"]] == [
        "Falta el acta."
    ]
    desk.declare(seen_version=declared.version, statement_es="Con el acta.")
    assert desk.open().context["sheet"].sections[DECLARATION][0].state == "ready"


def test_what_another_lead_got_back_is_not_on_the_desk(desk):
    theirs = make.submitted_declaration(
        commitment=make.commitment(plan=desk.plan), period=desk.period
    )
    workflow.return_to_agency(theirs, by=make.reviewer(), reason="Para otra.")

    assert desk.client.get(reverse("admin:index")).context["returned"] == []


def test_the_last_published_declaration_stands_beside_the_new_one(desk):
    before = make.round(plan=desk.plan, starts_on="2024-01-01", ends_on="2024-12-31")
    published = make.published_declaration(
        commitment=desk.commitment, period=before, by=desk.user, result="in_part"
    )

    (row,) = desk.open().context["sheet"].sections[DECLARATION]

    assert (row.state, row.last) == ("todo", published)


def test_a_correction_of_a_published_declaration_is_written_on_the_sheet(desk):
    published = make.published_declaration(
        commitment=desk.commitment, period=desk.period, by=desk.user
    )
    correction = workflow.begin_correction(published, by=desk.user)

    response = desk.declare(seen_version=correction.version, result="unfulfilled")

    correction.refresh_from_db()
    assert response.status_code == 302
    assert (correction.result, correction.statement_es) == ("unfulfilled", STATEMENT)


def test_evidence_stands_beside_a_declaration(desk):
    desk.declare()
    attach = desk.address("sheet_declaration_attach", desk.commitment)

    desk.client.post(attach, {"title_es": "Acta", "url": "https://example.org/acta"})

    (item,) = CommitmentUpdate.objects.get().evidences.all()
    assert (item.kind, item.is_public) == ("link", False)
    desk.client.post(desk.address("sheet_declaration_detach", desk.commitment, item.pk))
    assert not Evidence.objects.exists()


def test_a_lead_that_owes_nothing_finds_its_sheet_on_the_desk(desk):
    make.commitment(plan=desk.plan)

    response = desk.client.get(reverse("admin:index"))

    (sheet,) = response.context["sheets"]
    assert (sheet.period, sheet.agency, sheet.to_do) == (desk.period, desk.agency, [])


def test_an_agency_without_a_part_in_the_plan_has_no_sheet_to_fill(desk):
    desk.client.force_login(make.focal_point())

    assert desk.client.get(reverse("admin:index")).context["sheets"] == []
