"""Each step of the workflow and each round leaves its entry, and no word of it."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from agencies.audit import AuditEntry
from strategic_areas import workflow
from tests import make
from tests.strategic_areas.drafts import edit

pytestmark = pytest.mark.django_db

STEPS = "report_"


def save_again(client, page, **changed):
    context = client.get(page).context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    posted = {
        bound.html_name: bound.value()
        for form in forms
        for bound in form
        if bound.value() is not None
    }
    return client.post(page, posted | changed)


def steps():
    return AuditEntry.objects.filter(event__startswith=STEPS).order_by("pk")


def test_every_step_of_a_report_is_recorded_with_who_took_it():
    reviewer = make.reviewer()
    update = make.submitted_update()
    author = update.contributors.get()

    workflow.return_to_agency(update, by=reviewer, reason="Falta la fuente.")
    workflow.submit(update, by=author)
    workflow.publish(update, by=reviewer)
    workflow.withdraw(update, by=reviewer, cause="error")

    assert list(steps().values_list("event", "actor", "role")) == [
        ("report_submitted", author.pk, "focal_point"),
        ("report_returned", reviewer.pk, "reviewer"),
        ("report_submitted", author.pk, "focal_point"),
        ("report_published", reviewer.pk, "reviewer"),
        ("report_withdrawn", reviewer.pk, "reviewer"),
    ]
    assert set(steps().values_list("object", "agency")) == {
        (f"strategic_areas.activityupdate:{update.pk}", update.agency.acronym)
    }
    assert steps()[1].facts == {
        "from_status": "submitted",
        "to_status": "returned",
        "period": update.period_id,
        "revision": 1,
    }


def test_what_people_wrote_stands_in_no_entry():
    update = make.submitted_update(narrative_es="Palabra-del-reporte")

    workflow.return_to_agency(update, by=make.reviewer(), reason="Palabra-del-motivo")

    rows = json.dumps(list(AuditEntry.objects.values()), default=str)
    assert "Palabra" not in rows
    assert update.contributors.get().username not in rows


def test_a_replaced_report_a_declaration_and_a_record_are_recorded():
    before = make.published_update()
    make.publish(make.correction(before))
    declaration = make.submitted_declaration()
    record = make.record_update()

    found = list(steps().values_list("event", "object"))

    assert ("report_replaced", f"strategic_areas.activityupdate:{before.pk}") in found
    about = f"strategic_areas.commitmentupdate:{declaration.pk}"
    assert ("report_submitted", about) in found
    about = f"strategic_areas.activityupdate:{record.pk}"
    assert ("report_published", about) in found


def test_a_refused_step_leaves_no_entry():
    update, reviewer = make.submitted_update(), make.reviewer()
    before = AuditEntry.objects.count()

    with pytest.raises(workflow.TransitionError):
        workflow.withdraw(update, by=reviewer, cause="error")

    assert AuditEntry.objects.count() == before


def test_a_proposal_and_what_became_of_it_are_recorded():
    line, proposer, other = make.help_line(), make.reviewer(), make.reviewer()
    change = make.change(line, by=proposer, scope_es="Palabra-propuesta")
    workflow.approve(change, by=other)
    refused = make.change(line, by=proposer, scope_es="Palabra-rechazada")
    workflow.decline(refused, by=other, reason="Palabra-del-motivo")
    back = make.change(line, by=proposer, scope_es="Otra")
    workflow.take_back(back, by=proposer)

    found = AuditEntry.objects.filter(event__startswith="approval_").order_by("pk")
    assert list(found.values_list("event", "actor")) == [
        ("approval_asked", proposer.pk),
        ("approval_given", other.pk),
        ("approval_asked", proposer.pk),
        ("approval_refused", other.pk),
        ("approval_asked", proposer.pk),
        ("approval_withdrawn", proposer.pk),
    ]
    assert found[1].facts == {
        "kind": ["strategic_areas.helpline"],
        "record": [line.pk],
        "fields": ["scope_es"],
    }
    assert "Palabra" not in json.dumps(list(found.values()), default=str)


def test_a_workbook_of_unpublished_reports_taken_out_is_recorded(client):
    update = make.submitted_update()
    person = update.contributors.get()
    client.force_login(person)
    period, agency = update.period, update.agency

    client.get(reverse("admin:workbook", args=[period.pk, agency.slug]))

    entry = AuditEntry.objects.get(event="exported")
    assert (entry.actor, entry.agency) == (person, agency.acronym)
    assert entry.object == f"strategic_areas.reportingperiod:{period.pk}"
    assert entry.facts == {"kind": "workbook"}


def test_a_round_opened_again_in_the_admin_is_recorded(client, reviewer):
    today = timezone.localdate()
    update = make.published_update()
    period = make.round(
        plan=update.plan,
        opens_on=today - timedelta(days=60),
        due_on=today - timedelta(days=40),
        closes_on=today - timedelta(days=30),
    )

    client.post(
        reverse("admin:strategic_areas_roundreopening_add"),
        {
            "period": period.pk,
            "agency": update.agency.pk,
            "until": (today + timedelta(days=5)).isoformat(),
            "reason": "Palabra-del-motivo",
        },
    )

    entry = AuditEntry.objects.get(event="round_reopened")
    assert (entry.actor, entry.agency) == (reviewer, update.agency.acronym)
    assert entry.facts == {"until": (today + timedelta(days=5)).isoformat()}


def unready():
    return make.plan(status="in_preparation")


@pytest.mark.parametrize(
    ("make_actor", "make_record", "changed"),
    [
        (make.reviewer, lambda: make.source(plan=unready()), {"title": "Palabra"}),
        (make.reviewer, unready, {"code": "palabra"}),
        (make.reviewer, lambda: make.round(plan=unready()), {"name_es": "Palabra"}),
        (make.administrator, make.agency, {"only_titular_submits": "on"}),
        (make.administrator, make.reviewer, {"last_name": "Palabra-del-nombre"}),
    ],
)
def test_changes_are_recorded_without_words(client, make_actor, make_record, changed):
    actor, record = make_actor(), make_record()
    client.force_login(actor)
    name = f"{record._meta.app_label}_{record._meta.model_name}"

    answer = save_again(
        client, reverse(f"admin:{name}_change", args=[record.pk]), **changed
    )

    assert answer.status_code == 302
    entry = AuditEntry.objects.get(event="record_changed")
    assert entry.actor == actor
    assert entry.object == f"{record._meta.label_lower}:{record.pk}"
    assert entry.facts == {"fields": [*changed]}


def test_what_is_changed_on_the_tree_is_recorded_without_its_words(client, reviewer):
    activity = make.activity(plan=unready())

    edit(client, activity, title_es="Palabra")

    entry = AuditEntry.objects.get(event="record_changed")
    assert (entry.actor, entry.facts) == (reviewer, {"fields": ["title_es"]})
    assert entry.object == f"strategic_areas.activity:{activity.pk}"


def test_nothing_is_recorded_where_nothing_was_changed(client, reviewer):
    record = make.source()

    save_again(client, reverse("admin:strategic_areas_source_change", args=[record.pk]))

    assert not AuditEntry.objects.filter(event="record_changed").exists()


def test_a_letter_that_somebody_takes_out_is_recorded(client):
    letter, reviewer = make.letter(), make.reviewer()
    client.force_login(reviewer)

    client.get(reverse("admin:letter_file", args=[letter.pk])).getvalue()

    entry = AuditEntry.objects.get(event="exported")
    assert (entry.actor, entry.agency) == (reviewer, letter.agency.acronym)
    assert entry.object == f"strategic_areas.letter:{letter.pk}"
    assert entry.facts == {"kind": "letter"}


def test_a_letter_shown_in_a_page_is_recorded_once_in_a_session(client, reviewer):
    address = reverse("admin:letter_file", args=[make.letter().pk])

    for path in (f"{address}?mostrada", f"{address}?mostrada", address):
        client.get(path).getvalue()

    assert AuditEntry.objects.filter(event="exported").count() == 2


def test_a_letter_over_the_limit_is_not_shown_when_asked_again(
    client, reviewer, settings
):
    settings.ACCOUNT_RATE_LIMITS = {"download_unpublished": "1/m/user"}
    shown, other = make.letter(), make.letter()

    def ask(letter):
        address = reverse("admin:letter_file", args=[letter.pk])
        answer = client.get(f"{address}?mostrada")
        answer.getvalue() if answer.streaming else None
        return answer.status_code

    statuses = [ask(shown), ask(other), ask(other), ask(shown)]

    assert statuses == [200, 429, 429, 200]
    entry = AuditEntry.objects.get(event="exported")
    assert entry.object == f"strategic_areas.letter:{shown.pk}"


def test_nobody_takes_out_everything_at_once(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"download_unpublished": "2/m/user"}
    letter, reviewer = make.letter(), make.reviewer()
    address = reverse("admin:letter_file", args=[letter.pk])
    client.force_login(reviewer)
    answers = [client.get(address) for _time in range(3)]
    client.force_login(make.reviewer())
    others = client.get(address)

    statuses = [answer.status_code for answer in [*answers, others]]
    for answer in [*answers, others]:
        answer.getvalue() if answer.streaming else None

    assert statuses == [200, 200, 429, 200]
    assert AuditEntry.objects.filter(event="exported", actor=reviewer).count() == 2
    assert AuditEntry.objects.filter(event="limit_reached").count() == 1


def test_an_amendment_of_the_plan_is_recorded():
    proposal, reviewer = make.proposal(), make.reviewer()

    change = workflow.PROPOSAL_STEPS.accept(
        proposal,
        by=make.reviewer(),
        code="9.9",
        act="session",
        deciding_act="4",
        decided_on=timezone.localdate(),
    )

    workflow.approve(change, by=reviewer)

    entry = AuditEntry.objects.get(event="amendment_made")
    proposal.refresh_from_db()
    amendment = proposal.activity.plan_changes.get().amendment
    assert (entry.actor, entry.agency) == (reviewer, proposal.agency.acronym)
    assert entry.object == f"strategic_areas.amendment:{amendment.pk}"
