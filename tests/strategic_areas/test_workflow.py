"""The steps of a report, who may take them, and the trace they leave."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from agencies.access import RefusedError, Role
from agencies.accounts import closing
from agencies.mail import Mail
from agencies.models import User
from strategic_areas import workflow
from strategic_areas.models import ActivityUpdate, PendingChange, RevisionStatus
from strategic_areas.queries.plan import plan_progress as boards
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def steps(update):
    """The transitions so far as (from, to, who, reason)."""
    return [
        (step.from_status, step.to_status, step.by, step.reason)
        for step in update.transitions.all()
    ]


def first_submitted_on(update):
    board = boards.load_plan_progress(
        update.plan, timezone.localdate(), rounds=[update.period]
    )
    return board.first_submitted_on(
        SimpleNamespace(activity=update.activity), update.period
    )


def test_a_report_goes_from_draft_over_return_to_publication():
    update = make.update()
    author, reviewer = update.contributors.get(), make.reviewer()

    workflow.submit(update, by=author)
    workflow.return_to_agency(update, by=reviewer, reason="Falta la fecha.")
    update.narrative_es = "Se hizo el 3 de mayo."
    workflow.save_draft(update, by=author, seen_version=update.version)
    workflow.submit(update, by=author)
    workflow.publish(update, by=reviewer)

    assert steps(update) == [
        ("draft", "submitted", author, ""),
        ("submitted", "returned", reviewer, "Falta la fecha."),
        ("returned", "submitted", author, ""),
        ("submitted", "published", reviewer, ""),
    ]
    assert (update.status, update.published_by) == (RevisionStatus.PUBLISHED, reviewer)


@pytest.mark.parametrize("had_part", ["wrote", "changed", "submitted"])
@pytest.mark.sqlite
def test_nobody_publishes_what_they_had_a_part_in(had_part):
    agency = make.agency()
    update = make.update(activity=make.activity(agency=agency))
    colleague, both = make.focal_point(agency=agency), make.reviewer()
    both.groups.add(colleague.groups.get())
    both.mandates.create(
        agency=agency,
        kind="alternate",
        starts_on=timezone.localdate(),
        ends_on=timezone.localdate(),
        leave_cover=True,
    )
    if had_part == "wrote":
        update = make.update(activity=update.activity, by=both)
    if had_part == "changed":
        workflow.save_draft(update, by=both, seen_version=update.version)
    submitter = both if had_part == "submitted" else colleague
    workflow.submit(update, by=submitter)

    with pytest.raises(workflow.TransitionError):
        workflow.publish(update, by=both)

    update.refresh_from_db()
    assert update.status == RevisionStatus.SUBMITTED


@pytest.mark.sqlite
def test_only_a_current_mandate_lets_somebody_submit():
    agency = make.agency()
    update = make.update(activity=make.activity(agency=agency))
    yesterday = timezone.localdate() - timedelta(days=1)
    ended = make.focal_point(
        agency=agency, mandate={"ends_on": yesterday, "leave_cover": True}
    )

    with pytest.raises(workflow.TransitionError):
        workflow.submit(update, by=ended)

    update.refresh_from_db()
    assert update.status == RevisionStatus.DRAFT


def test_a_correction_replaces_what_it_corrects_when_published():
    first = make.published_update(percent=40)
    author = first.contributors.get()

    second = workflow.begin_correction(first, by=author)
    second.percent = 45
    workflow.save_draft(second, by=author, seen_version=second.version)
    first.refresh_from_db()
    status_before = first.status
    workflow.submit(second, by=author)
    workflow.publish(second, by=make.reviewer())

    first.refresh_from_db()
    assert (status_before, first.status) == (
        RevisionStatus.PUBLISHED,
        RevisionStatus.REPLACED,
    )
    assert (second.revision, second.percent, first.percent) == (2, 45, 40)


@pytest.mark.parametrize("maker", [make.round, make.period])
@pytest.mark.sqlite
def test_a_closed_round_or_a_record_period_takes_no_first_report(maker):
    closed = timezone.localdate() - timedelta(days=1)
    days = {"due_on": closed, "closes_on": closed} if maker is make.round else {}
    period = maker(**days)

    with pytest.raises(workflow.TransitionError):
        make.update(activity=make.activity(plan=period.plan), period=period)

    assert ActivityUpdate.objects.count() == 0


def close(period):
    period.closes_on = period.due_on = timezone.localdate() - timedelta(days=1)
    period.save()


def test_a_draft_is_submitted_after_the_close_only_where_it_reopened():
    update = make.update()
    author = update.contributors.get()
    close(update.period)
    make.reopening(update.period, make.agency())  # another's opens nothing for this one

    with pytest.raises(workflow.TransitionError):
        workflow.submit(update, by=author)

    update.refresh_from_db()
    assert (update.status, update.submitted_at) == (RevisionStatus.DRAFT, None)
    make.reopening(update.period, update.agency)
    workflow.submit(update, by=author)
    assert update.status == RevisionStatus.SUBMITTED


def test_what_came_back_and_corrections_are_submitted_after_the_round_closed():
    returned, published = make.submitted_update(), make.published_update()
    workflow.return_to_agency(returned, by=make.reviewer(), reason="Falta la fecha.")
    for each in (returned, published):
        close(each.period)
    correction = make.correction(published)

    for each in (returned, correction):
        workflow.submit(each, by=each.contributors.first())

    assert {returned.status, correction.status} == {RevisionStatus.SUBMITTED}


def test_a_withdrawal_states_its_cause_and_words_that_two_people_approved():
    update, reviewer = make.published_update(), make.reviewer()

    workflow.withdraw(update, by=reviewer, cause="error", words="Era de otro año.")

    assert (update.status, update.withdrawal_cause, update.withdrawn_by) == (
        RevisionStatus.WITHDRAWN,
        "error",
        reviewer,
    )
    assert update.withdrawal_reason == ""
    (change,) = PendingChange.objects.waiting()
    with pytest.raises(RefusedError):
        workflow.approve(change, by=reviewer)
    workflow.approve(change, by=make.reviewer())
    update.refresh_from_db()
    assert update.withdrawal_reason == "Era de otro año."


@pytest.mark.parametrize("maker", [make.published_update, make.submitted_update])
def test_nothing_else_of_a_report_is_changed_by_a_proposal(maker):
    update = maker()
    update.percent = 1

    with pytest.raises(RefusedError):
        workflow.propose(update, by=make.reviewer())
    with pytest.raises(RefusedError):
        workflow.explain_withdrawal(update, words="No.", by=make.reviewer())


def test_a_record_names_the_locked_system_user():
    update = make.record_update()

    user = update.published_by
    assert (user.username, user.is_active, user.has_usable_password()) == (
        workflow.SYSTEM_USERNAME,
        False,
        False,
    )
    assert steps(update) == [("", "published", user, "")]


def test_a_changed_record_becomes_a_new_revision():
    first = make.record_update()

    second = make.record_update(
        activity=first.activity, period=first.period, narrative_es="Otra lectura."
    )

    first.refresh_from_db()
    assert (first.status, second.status, second.revision) == (
        RevisionStatus.REPLACED,
        RevisionStatus.PUBLISHED,
        2,
    )


@pytest.mark.sqlite
def test_a_record_needs_a_source():
    activity = make.activity()
    update = ActivityUpdate(
        activity=activity,
        period=make.period(plan=activity.plan),
        execution="in_progress",
        provenance="press",
        narrative_es="Sin fuente.",
    )

    with pytest.raises(workflow.TransitionError):
        workflow.publish_public_record(update, sources=[])

    assert ActivityUpdate.objects.count() == 0


@pytest.mark.parametrize("provenance", ["reported", "transcribed", "demonstration"])
@pytest.mark.sqlite
def test_a_record_is_never_a_report(provenance):
    source = make.source()

    with pytest.raises(workflow.TransitionError):
        make.record_update(provenance=provenance, sources=[source])

    assert ActivityUpdate.objects.count() == 0


def test_a_record_never_overrides_what_the_agency_said():
    said = make.published_update()

    with pytest.raises(workflow.TransitionError):
        make.record_update(activity=said.activity, period=said.period)

    said.refresh_from_db()
    assert said.status == RevisionStatus.PUBLISHED


@pytest.mark.sqlite
def test_what_is_entered_in_a_demonstration_is_marked_so():
    period = make.round(is_demonstration=True)

    update = make.update(activity=make.activity(plan=period.plan), period=period)

    assert update.provenance == "demonstration"


@pytest.mark.parametrize(
    ("hosts", "reports", "told"),
    [
        (False, False, False),
        (True, False, True),
        (False, True, True),
        (False, "before", False),
    ],
)
@pytest.mark.sqlite
def test_a_review_that_stays_within_the_agency_is_stamped_so(hosts, reports, told):
    update, other = make.submitted_update(), make.submitted_update()
    reviewer = make.reviewer()
    for row, is_host in ((update, hosts), (other, False)):
        make.participation(plan=row.plan, agency=row.agency, hosts_secretariat=is_host)
    if reports:
        reviewer.groups.add(Group.objects.get(name=Role.FOCAL_POINT))
        today = timezone.localdate()
        span = {"starts_on": today - timedelta(days=9), "kind": "alternate"}
        if reports == "before":
            span["ends_on"] = today - timedelta(days=1)
        make.mandate(user=reviewer, agency=update.agency, **span)

    workflow.publish(update, by=reviewer)
    workflow.publish(other, by=reviewer)

    stamps = update.is_reviewed_within_agency, other.is_reviewed_within_agency
    assert stamps == (told, False)


STEPS = {
    "give_back": lambda update, by: workflow.return_to_agency(
        update, by=by, reason="No."
    ),
    "publish": lambda update, by: workflow.publish(update, by=by),
    "withdraw": lambda update, by: workflow.withdraw(update, by=by, cause="error"),
    "correct": lambda update, by: workflow.begin_correction(update, by=by),
    "submit": lambda update, by: workflow.submit(update, by=by),
    "save": lambda update, by: workflow.save_draft(update, by=by, seen_version=1),
}


#: Each step, the state from which it leads, and for whom it is not.
REFUSED = [
    ("give_back", "submitted", "author"),
    ("give_back", "submitted", "administrator"),
    ("publish", "submitted", "focal point"),
    ("publish", "submitted", "administrator"),
    ("withdraw", "published", "author"),
    ("withdraw", "published", "administrator"),
    ("correct", "published", "focal point"),
    ("correct", "published", "reviewer"),
    ("submit", "draft", "focal point"),
    ("submit", "draft", "reviewer"),
    ("save", "draft", "focal point"),
    ("save", "draft", "reviewer"),
]


@pytest.mark.sqlite
def test_a_step_is_refused_to_whoever_it_is_not_for():
    makers = (make.update, make.submitted_update, make.published_update)
    updates = {each.status: each for each in (maker() for maker in makers)}
    people = {
        "focal point": make.focal_point(),
        "reviewer": make.reviewer(),
        "administrator": make.administrator(),
    }

    taken = []
    for step, status, who in REFUSED:
        update = ActivityUpdate.objects.get(pk=updates[status].pk)
        actor = {**people, "author": update.contributors.get()}[who]
        try:
            STEPS[step](update, actor)
        except workflow.TransitionError:
            continue
        taken.append((step, status, who))

    assert taken == []
    stored = ActivityUpdate.objects.values_list("status", "pk")
    assert dict(stored) == {status: each.pk for status, each in updates.items()}
    assert len(stored) == len(updates) == 3


@pytest.mark.sqlite
def test_a_correction_that_changes_nothing_is_not_handed_in():
    update = make.published_update()
    author = update.contributors.get()
    revision = workflow.begin_correction(update, by=author)

    with pytest.raises(workflow.TransitionError):
        workflow.submit(revision, by=author)

    revision.refresh_from_db()
    assert revision.status == RevisionStatus.DRAFT


def test_a_public_revision_keeps_its_sources():
    update = make.record_update()

    with pytest.raises(IntegrityError), transaction.atomic():
        update.sources.clear()

    assert update.sources.count() == 1


def test_the_trace_says_what_was_stored_not_what_somebody_had_loaded():
    update = make.submitted_update()
    author = update.contributors.get()
    loaded_before = ActivityUpdate.objects.get(pk=update.pk)
    workflow.return_to_agency(update, by=make.reviewer(), reason="Falta la fecha.")

    workflow.submit(loaded_before, by=author)

    assert steps(update)[-1] == ("returned", "submitted", author, "")


def submitted_on(day, update, *, by, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(timezone, "now", lambda: day)
        workflow.submit(update, by=by)


def test_what_is_taken_back_counts_from_its_next_submission(monkeypatch):
    today = timezone.now()
    period = make.round()
    update = make.update(activity=make.activity(plan=period.plan), period=period)
    author = update.contributors.get()

    submitted_on(today - timedelta(2), update, by=author, monkeypatch=monkeypatch)
    assert first_submitted_on(update) == timezone.localdate(today - timedelta(2))
    workflow.recall(update, by=author)

    assert (update.status, update.submitted_at) == (RevisionStatus.DRAFT, None)
    assert first_submitted_on(update) is None
    workflow.submit(update, by=author)
    assert first_submitted_on(update) == timezone.localdate(today)


def test_what_came_back_before_keeps_its_first_day_and_its_way(monkeypatch):
    today = timezone.now()
    update = make.update()
    author = update.contributors.get()
    submitted_on(today - timedelta(2), update, by=author, monkeypatch=monkeypatch)
    workflow.return_to_agency(update, by=make.reviewer(), reason="Falta la fecha.")
    workflow.submit(update, by=author)

    workflow.recall(update, by=author)

    assert update.submitted_at is not None
    assert first_submitted_on(update) == timezone.localdate(today - timedelta(2))


def test_nothing_is_taken_back_once_decided_or_closed_nor_by_others():
    update = make.submitted_update()
    author = update.contributors.get()
    for stranger in (make.focal_point(agency=make.agency()), make.reviewer()):
        with pytest.raises(workflow.TransitionError):
            workflow.recall(update, by=stranger)
    update.period.opens_on = timezone.localdate() - timedelta(10)
    close(update.period)
    with pytest.raises(workflow.TransitionError):
        workflow.recall(update, by=author)
    make.reopening(update.period, update.agency)
    workflow.publish(update, by=make.reviewer())
    with pytest.raises(workflow.TransitionError):
        workflow.recall(update, by=author)
    assert update.status == RevisionStatus.PUBLISHED


@pytest.mark.sqlite
def test_a_letter_is_contested_and_not_taken_back():
    update = make.transcribed_update()
    workflow.submit_letter(
        update.letter, make.seen_versions(update), by=update.contributors.get()
    )

    with pytest.raises(workflow.TransitionError):
        workflow.recall(update, by=make.focal_point(agency=update.agency))


@pytest.mark.sqlite
def test_a_note_goes_with_a_submission():
    update = make.update()
    author = update.contributors.get()
    sent = make.seen_versions(update)
    asked = update.period, update.agency, sent
    with pytest.raises(workflow.TransitionError):
        workflow.submit_all(*asked, by=author, note="Cédula 001-1234567-8.")

    kept = workflow.submit_all(*asked, by=author, note="El dato es preliminar.")

    assert kept.content["note"] == "El dato es preliminar."
    assert steps(update) == [("draft", "submitted", author, kept.content["note"])]


# Who submitted hears of a return


def returned(**fields):
    update = make.submitted_update()
    sender = update.transitions.get(to_status="submitted").by
    User.objects.filter(pk=sender.pk).update(**fields)
    workflow.return_to_agency(
        update, by=make.reviewer(), reason="Aclare el porcentaje."
    )
    return update, sender


def test_who_submitted_hears_of_a_return_at_once():
    update, sender = returned()
    make.focal_point(agency=update.agency)

    mail = Mail.objects.get(kind="returned")
    sheet = reverse("admin:sheet", args=[update.period_id, update.agency.slug])
    assert mail.to == sender.email
    assert "Aclare el porcentaje." in mail.text
    assert sheet in mail.text


def test_who_reports_for_the_agency_no_more_does_not_hear_of_it():
    update = make.submitted_update()
    sender = update.transitions.get(to_status="submitted").by
    closing.end_mandate(sender.mandates.get())

    workflow.return_to_agency(update, by=make.reviewer(), reason="Falta la fecha.")

    assert not Mail.objects.filter(kind="returned").exists()


@pytest.mark.parametrize(
    "fields", [{"hears_of_returns": False}, {"is_active": False}, {"email": ""}]
)
def test_nobody_hears_of_it_who_wants_no_mail_or_cannot_be_written_to(fields):
    update, _sender = returned(**fields)

    assert update.status == "returned"
    assert not Mail.objects.filter(kind="returned").exists()
