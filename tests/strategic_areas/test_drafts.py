"""Drafts: what a person prepares to change in a plan."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from agencies.access import RefusedError
from strategic_areas import purging, workflow
from strategic_areas.models import PublicationVersion
from strategic_areas.models.drafts import DraftLine, MatrixNaming, PlanDraft
from strategic_areas.purging import blanking, text_search
from tests import make
from tests.make.plans import put_back_in_preparation

pytestmark = pytest.mark.django_db

NAME = "Juana Pérez Zapata"


def keep(commitment, *, by, **new_values):
    return workflow.save_draft_line(
        commitment.plan,
        "commitments",
        new_values,
        by=by,
        record_pk=commitment.pk,
        values_before=dict.fromkeys(new_values, "Antes"),
    )


def stored_lines(draft):
    return list(
        draft.lines.values_list("table", "record", "new_values", "values_before")
    )


def test_a_line_keeps_what_was_said_last_and_seen_first():
    commitment, person = make.commitment(), make.reviewer()

    keep(commitment, by=person, title_es="Uno")
    keep(commitment, by=person, title_es="Dos")
    workflow.save_draft_line(
        commitment.plan,
        "commitments",
        {"title_es": "Tres", "due_on": None},
        by=person,
        record_pk=commitment.pk,
        values_before={"title_es": "Entretanto", "due_on": "2027-05-01"},
    )

    new_values, values_before = (
        {"title_es": "Tres", "due_on": None},
        {"title_es": "Antes", "due_on": "2027-05-01"},
    )
    expected = [("commitments", commitment.pk, new_values, values_before)]
    assert stored_lines(PlanDraft.objects.get()) == expected


def test_lines_of_new_records_are_kept_in_order_and_dropped():
    plan, person = make.plan(), make.reviewer()
    area = workflow.save_draft_line(plan, "areas", {"code": "9"}, by=person)
    programme = workflow.save_draft_line(plan, "programmes", {"code": "9.1"}, by=person)

    again = workflow.save_draft_line(
        plan, "areas", {"code": "8"}, by=person, line_pk=area.pk
    )
    workflow.drop_draft_lines(plan, [programme.pk], by=person)

    assert again.pk == area.pk
    assert stored_lines(PlanDraft.objects.get()) == [("areas", None, {"code": "8"}, {})]


def test_each_person_writes_in_their_own_draft_alone():
    commitment, one, other = make.commitment(), make.reviewer(), make.reviewer()
    kept = keep(commitment, by=one, title_es="Uno")

    keep(commitment, by=other, title_es="Dos")
    workflow.drop_draft_lines(commitment.plan, [kept.pk], by=other)
    with pytest.raises(DraftLine.DoesNotExist):
        workflow.save_draft_line(
            commitment.plan, "areas", {"code": "9"}, by=other, line_pk=kept.pk
        )

    assert [
        (each.person, [line.new_values for line in each.lines.all()])
        for each in PlanDraft.objects.order_by("pk")
    ] == [(one, [{"title_es": "Uno"}]), (other, [{"title_es": "Dos"}])]


@pytest.mark.parametrize(
    ("maker", "title"),
    [
        (make.focal_point, "Uno"),
        (make.reviewer, "Cédula 001-0123456-7"),
        (make.reviewer, f"Lo de {NAME}"),
    ],
    ids=["who may not change the plan", "personal data", "words of a purge"],
)
def test_no_draft_is_kept_of_what_may_not_be_said(maker, title):
    commitment = make.commitment()
    purging.request_purge(NAME, by=make.reviewer())

    with pytest.raises(RefusedError):
        keep(commitment, by=maker(), title_es=title)

    assert not PlanDraft.objects.exists()
    assert not DraftLine.objects.exists()


def test_a_purge_empties_its_words_in_drafts():
    commitment = make.commitment()
    line = keep(commitment, by=make.reviewer(), title_es=f"Lo de {NAME}", code="1.1")
    DraftLine.objects.update(values_before={"title_es": NAME}, reason=NAME)

    make.purged(NAME)

    line.refresh_from_db()
    assert (line.new_values, line.values_before) == (
        {"title_es": "", "code": "1.1"},
        {"title_es": ""},
    )
    assert NAME not in line.reason


@pytest.mark.parametrize("field", ["new_values", "said"])
def test_a_restored_draft_is_emptied_by_the_former_name_of_its_field_too(
    field, tmp_path
):
    line, at = (
        keep(make.commitment(), by=make.reviewer(), title_es=NAME),
        timezone.now(),
    )
    place = {"model": "strategic_areas.draftline", "row": line.pk, "field": field}
    listed = json.dumps({"at": at.isoformat(), **place})
    (tmp_path / blanking.LIST_NAME).write_text(f"{listed}\n", encoding="utf-8")

    assert blanking.blank_again(tmp_path, at) == 1

    line.refresh_from_db()
    assert line.new_values == {"title_es": ""}


def test_others_read_no_draft_on_the_page_of_a_purge():
    keep(make.commitment(), by=make.reviewer(), title_es=f"Lo de {NAME}")
    asked = purging.request_purge(NAME, by=make.reviewer())

    shown, counted = text_search.split_unsubmitted(purging.preview_purge(asked)[0])

    assert (shown, [each.model for each in counted]) == ([], [DraftLine])


def test_a_draft_is_forgotten_90_days_after_its_last_change():
    old, young = make.commitment(), make.commitment()
    for commitment, days in ((old, 91), (young, 89)):
        keep(commitment, by=make.reviewer(), title_es="Uno")
        then = timezone.now() - timedelta(days=days)
        PlanDraft.objects.filter(plan=commitment.plan).update(changed_at=then)

    call_command("forget_old_data", stdout=(out := StringIO()))

    assert "1 PlanDraft\n" in out.getvalue()
    assert [each.plan for each in PlanDraft.objects.all()] == [young.plan]
    assert DraftLine.objects.get().record == young.pk


def test_a_change_of_a_line_keeps_the_whole_draft():
    commitment, person = make.commitment(), make.reviewer()
    keep(commitment, by=person, title_es="Uno")
    PlanDraft.objects.update(changed_at=timezone.now() - timedelta(days=91))

    keep(commitment, by=person, due_on=None)
    call_command("forget_old_data", stdout=StringIO())

    assert PlanDraft.objects.exists()


def test_a_draft_goes_with_its_plan():
    plan = make.plan()
    workflow.save_draft_line(plan, "areas", {"code": "9"}, by=make.reviewer())
    put_back_in_preparation(plan)

    plan.delete()

    assert not DraftLine.objects.exists()


def test_a_draft_changes_neither_the_plan_nor_what_the_public_reads():
    plan = make.plan()
    digest, version = workflow.plan_digest(plan), PublicationVersion.current()

    workflow.save_draft_line(plan, "areas", {"code": "9"}, by=make.reviewer())

    assert workflow.plan_digest(plan) == digest
    assert PublicationVersion.current() == version


def test_the_naming_of_a_matrix_is_purged_and_forgotten_after_two_years():
    named = [MatrixNaming.objects.create(plan=make.plan()) for _ in range(2)]
    MatrixNaming.objects.update(naming={"institutions": [[f"De {NAME}", "MT"]]})
    asked = purging.request_purge(NAME, by=make.reviewer())

    purging.confirm(asked, by=make.reviewer())
    for naming, days in zip(named, (731, 729), strict=True):
        then = timezone.now() - timedelta(days=days)
        MatrixNaming.objects.filter(pk=naming.pk).update(changed_at=then)
    call_command("forget_old_data", stdout=StringIO())

    kept = MatrixNaming.objects.get()
    assert (kept, kept.naming) == (named[1], {"institutions": [["", "MT"]]})
