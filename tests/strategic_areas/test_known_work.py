"""What a board knows of the activities by which it says a commitment's state."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from strategic_areas.models import Plan
from strategic_areas.queries.plan import plan_progress
from tests import make

pytestmark = pytest.mark.django_db


def nothing_asked(plan):
    make.activity(plan=plan)


def asked(plan):
    make.activity(plan=plan)
    make.round(plan=plan)


def asked_before_it_begins(plan):
    make.activity(plan=plan, starts_on="2099-01-01")
    make.round(plan=plan)


def rehearsed(plan):
    activity = make.activity(plan=plan)
    rehearsal = make.round(plan=plan, is_demonstration=True)
    make.published_update(activity=activity, period=rehearsal)


def in_review(plan):
    activity = make.activity(plan=plan)
    make.submitted_update(activity=activity, period=make.round(plan=plan))


def reserved(plan):
    make.published_update(
        activity=make.activity(plan=plan),
        period=make.round(plan=plan),
        is_reserved=True,
        reserved_reason="Investigación abierta.",
        reserved_legal_basis="Ley 200-04, art. 17",
    )


def called_cancelled(plan):
    make.record_update(activity=make.activity(plan=plan), execution="cancelled")


def cancelled(plan):
    stopped = {"stopped": "cancelled", "stopped_on": "2026-01-01"}
    make.record_update(activity=make.activity(plan=plan, **stopped))


def cancelled_whole(plan):
    stopped = {"stopped": "cancelled", "stopped_on": "2026-01-01"}
    commitment = make.commitment(plan=plan, **stopped)
    make.record_update(activity=make.activity(commitment=commitment))


def superseded(plan):
    commitment = make.commitment(plan=plan)
    old = make.activity(commitment=commitment)
    make.record_update(activity=old, execution="completed")
    make.activity(commitment=commitment).supersedes.add(old)


#: What there is to know → state, what is done, told and counted; state of activities.
KNOWN = {
    nothing_asked: ("not_asked", (0, 0, 1), ["not_asked"]),
    asked: ("no_report", (0, 0, 1), ["no_report"]),
    asked_before_it_begins: ("not_asked", (0, 0, 1), ["not_asked"]),
    rehearsed: ("not_asked", (0, 0, 1), ["not_asked"]),
    in_review: ("in_review", (0, 0, 1), ["in_review"]),
    reserved: ("reserved", (0, 0, 1), ["in_progress"]),
    called_cancelled: ("suspended", (0, 1, 1), ["cancelled"]),
    cancelled: ("cancelled", (0, 0, 0), ["cancelled"]),
    cancelled_whole: ("cancelled", (0, 0, 0), ["cancelled"]),
    superseded: ("not_asked", (0, 0, 1), ["not_asked"]),
}


@pytest.mark.parametrize("maker", KNOWN)
def test_a_state_comes_from_what_is_publicly_known(maker):
    plan = make.plan()
    maker(plan)

    (row,) = plan_progress.load_plan_progress(plan, timezone.localdate()).rows

    counted = row.summary.tally
    tally = counted.done, counted.reported, counted.total
    states = [each.summary.state for each in row.activities]
    assert (row.summary.state, tally, states) == KNOWN[maker]


def test_of_reconstructed_work_no_report_was_due():
    plan = make.plan()
    line = make.commitment(plan=plan, provenance="reconstructed")
    make.activity(commitment=line)
    make.round(plan=plan)

    (row,) = plan_progress.load_plan_progress(plan, timezone.localdate()).rows

    assert row.activities[0].summary.state == "no_record"


@pytest.mark.parametrize(
    ("kind", "until", "state"),
    [
        ("one_off", date(2024, 12, 31), "left_in_progress"),
        ("continuing", date(2024, 12, 31), "kept_up"),
        ("continuing", date(2023, 12, 31), "left_in_progress"),
    ],
)
def test_after_the_end_of_a_plan_nothing_is_in_progress(kind, until, state):
    plan = make.plan(starts_on=date(2022, 1, 1), ends_on=date(2024, 12, 31))
    period = make.period(
        plan=plan, starts_on=until - timedelta(days=300), ends_on=until
    )
    activity = make.activity(plan=plan, kind=kind)
    make.record_update(activity=activity, period=period)

    (row,) = plan_progress.load_plan_progress(
        Plan.objects.get(pk=plan.pk), timezone.localdate()
    ).rows

    assert row.summary.state == state
    assert row.activities[0].summary.state == "left_in_progress"
    assert row.latest_report_day == until
