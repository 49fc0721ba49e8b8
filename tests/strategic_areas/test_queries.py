from datetime import date, timedelta

import pytest
from django.utils import timezone

from strategic_areas import progress, workflow
from strategic_areas.models import ActivityUpdate, WithdrawalCause
from strategic_areas.queries.pages import (
    agencies,
    areas,
    commitments,
    help_lines,
    overview,
    round_answers,
)
from strategic_areas.queries.pages.commitments import Supersessions
from strategic_areas.queries.plan import counted_updates, plan_progress, plans
from strategic_areas.queries.updates import filtered_updates, public_updates
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

TODAY = date(2026, 6, 1)


def make_demonstration(plan):
    return make.round(plan=plan, is_demonstration=True)


def page_of(commitment, *part):
    found = commitments.commitment_by_code(commitment.plan.code, commitment.code)
    today = timezone.localdate()
    return commitments.load_commitment_page(
        found, Supersessions(found.plan), today, *part
    )


def told_on(page):
    return [step for step in page.events if step.kind == "update"]


# Which plan


#: First and last year of plans, and their state.
PLANS = {
    "in force": (2025, 2028, "approved"),
    "old": (2017, 2020, "ended"),
    "older": (2009, 2014, "ended"),
    "coming": (2027, 2030, "approved"),
    "later": (2031, 2034, "approved"),
    "hidden": (2025, 2028, "in_preparation"),
}


@pytest.mark.parametrize(
    ("with_commitments", "empty", "in_force", "shown"),
    [
        (["in force", "old"], [], "in force", "in force"),
        (["old", "older"], ["in force"], "in force", "old"),
        (["old", "coming"], [], None, "old"),
        (["coming"], [], None, "coming"),
        (["coming", "later"], [], None, "coming"),
        (["hidden"], [], None, None),
    ],
)
def test_which_plan_is_shown(with_commitments, empty, in_force, shown):
    made = {None: None}
    for name in (*with_commitments, *empty):
        first, last, status = PLANS[name]
        days = {"starts_on": date(first, 1, 1), "ends_on": date(last, 12, 31)}
        made[name] = make.plan(status=status, **days)
        if name not in empty:
            make.commitment(plan=made[name])

    assert plans.choose_plan(TODAY) == plans.PlanChoice(made[in_force], made[shown])
    assert made.get("hidden") not in plans.public_plans()


def test_gaps_between_plans_are_told_and_overlaps_are_none():
    make.plan(starts_on=date(2009, 1, 1), ends_on=date(2014, 12, 31))
    make.plan(starts_on=date(2014, 1, 1), ends_on=date(2016, 12, 31))
    later = make.plan(starts_on=date(2018, 1, 1), ends_on=date(2020, 12, 31))

    lines = plans.plan_list_items(TODAY)

    gaps = [(line.gap_from, line.gap_until) for line in lines]
    assert gaps == [(date(2017, 1, 1), date(2017, 12, 31)), (None, None), (None, None)]
    assert lines[0].plan == later


@pytest.mark.parametrize(
    ("status", "phase"), [("approved", "in_force"), ("ended", "over")]
)
@pytest.mark.sqlite
def test_a_plan_that_was_closed_before_its_last_day_is_over(status, phase):
    make.plan(status=status, starts_on=date(2020, 1, 1), ends_on=date(2030, 1, 1))

    (line,) = plans.plan_list_items(TODAY)

    assert line.phase == phase


# States


def make_nothing_public():
    commitment = make.commitment()
    activity = make.activity(commitment=commitment)
    make.update(activity=activity)
    other = make.activity(commitment=commitment, agency=make.agency())
    make.submitted_update(activity=other)
    make.published_update(activity=activity, period=make_demonstration(commitment.plan))
    return other


def make_completed():
    activity = make.activity()
    make.published_update(activity=activity, execution="completed", percent=100)
    return activity


def make_withdrawn():
    return make.withdrawn_update().activity


def make_declared_in_a_demonstration():
    commitment = make.commitment()
    period = make_demonstration(commitment.plan)
    return make.published_declaration(commitment=commitment, period=period)


@pytest.mark.parametrize(
    ("maker", "state"),
    [
        (make_nothing_public, "in_review"),
        (make_completed, "to_declare"),
        (make_withdrawn, "not_asked"),
        (make.published_declaration, "fulfilled"),
        (make.declaration, "no_activities"),
        (make_declared_in_a_demonstration, "no_activities"),
    ],
)
def test_only_what_is_public_and_real_makes_a_state(maker, state):
    (row,) = plan_progress.load_plan_progress(maker().plan, TODAY).rows

    assert row.summary.state == state


def test_a_superseded_commitment_is_counted_no_more():
    old = make.commitment()
    new = make.commitment(programme=old.programme)
    new.supersedes.add(old)

    rows = plan_progress.load_plan_progress(old.plan, TODAY).rows

    assert [row.commitment for row in rows] == [new]


# Rounds and the headline


@pytest.mark.sqlite
def test_whoever_handed_in_a_report_is_not_among_the_silent():
    plan = make.plan()
    asked = make.round(plan=plan)
    activities = [make.activity(plan=plan) for _ in range(3)]
    make.published_update(activity=activities[0], period=asked)
    make.submitted_update(activity=activities[1], period=asked)

    read = plan_progress.load_plan_progress(plan, TODAY, rounds=[asked])
    said = round_answers.headline_of(read, timezone.localdate()).answers

    assert (len(said.asked), said.reported_count) == (3, 2)
    assert said.missing == (activities[2].agency.acronym,)


@pytest.mark.sqlite
def test_whose_reports_were_all_returned_is_not_among_the_silent():
    """They were handed in; what became of them since is not the public's business."""
    asked = make.round()
    make.returned_update(
        activity=make.activity(plan=asked.plan), period=asked, reason="Falta el acta."
    )

    found = overview.load_overview(
        plans.plan_by_code(asked.plan.code), timezone.localdate()
    )

    assert found.headline.answers.missing == ()
    answers = found.latest_round.answers
    assert answers.reported_count == len(answers.asked) == 1


@pytest.mark.sqlite
def test_before_its_due_date_a_round_takes_nothing_from_the_one_before():
    plan, today = make.plan(), timezone.localdate()
    over = {"opens_on": today - timedelta(90), "due_on": today - timedelta(60)}
    before = make.round(plan=plan, closes_on=today, ends_on=date(2025, 12, 31), **over)
    now = make.round(plan=plan)
    update = make.published_update(activity=make.activity(plan=plan), period=before)

    read = plan_progress.load_plan_progress(plan, today, rounds=[before, now])

    assert round_answers.round_to_report_on(read.periods, today) == before
    assert round_answers.headline_of(read, today).findings == ("counts",)
    assert round_answers.load_round_answers(read, now).missing == (
        update.agency.acronym,
    )


@pytest.mark.sqlite
def test_what_is_completed_or_not_begun_is_not_owed():
    plan = make.plan()
    earlier = make.period(plan=plan, ends_on=date(2025, 6, 30))
    asked = make.round(plan=plan)
    done = make.activity(plan=plan)
    make.record_update(
        activity=done, period=earlier, execution="completed", percent=100
    )
    make.activity(plan=plan, starts_on=asked.ends_on + timedelta(days=1))
    owing = make.activity(plan=plan)

    read = plan_progress.load_plan_progress(plan, TODAY, rounds=[asked])
    said = round_answers.headline_of(read, timezone.localdate()).answers

    assert said.missing == (owing.agency.acronym,)


@pytest.mark.sqlite
def test_a_demonstration_round_asks_nobody():
    plan = make.plan()
    make_demonstration(plan)
    activity = make.activity(plan=plan)

    assert plans.latest_round(plans.periods_of(plan), timezone.localdate()) is None
    page = page_of(activity.commitment)
    assert page.row.activities[0].summary.state == progress.ActivityState.NOT_ASKED
    assert [step.kind for step in page.events] == ["today"]


def test_the_public_record_is_no_report_of_an_agency():
    update = make.record_update()

    found = plan_progress.load_plan_progress(update.plan, TODAY)

    assert not round_answers.has_any_agency_reported(found)
    assert found.rows[0].summary.state == progress.ActivityState.IN_PROGRESS


def test_a_report_in_review_tells_its_day_and_nothing_else():
    plan = make.plan()
    update = make.submitted_update(
        activity=make.activity(plan=plan), period=make.round(plan=plan)
    )

    page = page_of(update.activity.commitment)

    (asked,) = [step for step in page.events if step.kind == "answers"]
    assert asked.in_review == ((update.activity, timezone.localdate()),)
    assert (asked.reported, asked.missing, asked.awaited) == ((), (), ())
    assert page.activities[0].latest is None
    assert told_on(page) == []


@pytest.mark.sqlite
def test_a_part_of_a_commitments_page_tells_what_the_whole_page_does():
    commitment = make.commitment()
    asked = make.round(plan=commitment.plan)
    person = make.focal_point(agency=commitment.lead)
    for number in range(20, 23):
        activity = make.activity(
            commitment=commitment, agency=commitment.lead, quantity=number * 2
        )
        said = {"execution": "suspended", "quantity": number, "by": person}
        update = make.published_update(activity=activity, period=asked, **said)
        make.publish(make.correction(update))
        make.record_update(activity=activity)
    make.published_declaration(commitment=commitment, period=asked, by=person)
    whole = page_of(commitment)
    assert len(whole.activities) == 3
    assert [each.quantity for each in whole.activities] == [20, 21, 22]
    assert {step.kind for step in whole.events} >= {"update", "today"}

    for first in range(len(whole.events)):
        part = page_of(commitment, first, 1)
        assert part.activities == whole.activities[first : first + 1]
        assert part.events == whole.events[first : first + 1]
        assert part.delay == whole.delay


# The record


def test_what_changed_lately_is_only_what_was_reported_here():
    plan = make.plan()
    activity = make.activity(plan=plan)
    make.record_update(activity=activity)
    make.published_update(activity=activity, period=make_demonstration(plan))
    reported = make.published_update(activity=activity)

    found = plan_progress.load_plan_progress(plan, TODAY)
    latest = areas.latest_updates(found, found.rows)

    assert [line.update.pk for line in latest["by_agencies"]] == [reported.pk]
    assert len(latest["from_sources"]) == 1


def test_the_record_is_sorted_by_period_and_source_never_by_loading():
    plan = make.plan()
    activity = make.activity(plan=plan)
    years = [2025, 2027, 2026]
    for year in years:
        period = make.period(
            plan=plan, starts_on=date(year, 1, 1), ends_on=date(year, 12, 31)
        )
        make.record_update(activity=activity, period=period)

    shown = filtered_updates.load_update_page(plan, {}, 100).updates

    assert [entry.period.ends_on.year for entry in shown] == sorted(years)[::-1]


def test_a_withdrawn_entry_keeps_its_reason_and_nothing_of_its_content():
    update = make.withdrawn_update(narrative_es="Retirado del todo")

    (entry,) = filtered_updates.load_update_page(update.plan, {}, 100).updates

    assert entry.is_withdrawn
    assert entry.withdrawal_sentence == WithdrawalCause.ERROR.label
    assert (entry.text_es, entry.percent, entry.state) == ("", None, None)


def test_what_a_withdrawn_revision_replaced_is_shown_no_more():
    first = make.published_update()
    second = make.publish(make.correction(first))
    (step,) = told_on(page_of(first.activity.commitment))
    assert (step.update.pk, step.earlier_revision_count) == (second.pk, 1)

    workflow.withdraw(second, by=make.reviewer(), cause="error")

    (step,) = told_on(page_of(first.activity.commitment))
    assert step.update.is_withdrawn
    assert step.earlier_revision_count == 0


def test_a_successor_shows_what_was_filed_under_its_predecessors():
    old = make.activity()
    plan = old.plan
    update = make.record_update(activity=old)
    middle = make.commitment(plan=plan)
    middle.supersedes.add(old.commitment)
    new = make.commitment(plan=plan)
    new.supersedes.add(middle)

    page = page_of(new)

    (step,) = told_on(page)
    assert (step.update.pk, step.subject, step.is_of_former) == (update.pk, old, True)
    assert page.row.summary.state == "no_activities"
    old_page = commitments.commitment_by_code(plan.code, old.commitment.code)
    assert commitments.successor_of(old_page, Supersessions(plan)) == new


def test_an_activity_shows_what_was_filed_under_the_one_it_replaced():
    old = make.activity()
    update = make.record_update(activity=old)
    new = make.activity(plan=old.plan)
    new.supersedes.add(old)

    page = page_of(new.commitment)

    (step,) = told_on(page)
    assert (step.update.pk, step.subject, step.is_of_former) == (update.pk, old, True)
    assert page_of(old.commitment).activities == ()


def test_a_demonstration_stands_beside_the_real_state():
    plan = make.plan()
    activity = make.activity(plan=plan)
    make.published_update(
        activity=activity, period=make_demonstration(plan), percent=60
    )

    page = page_of(activity.commitment)

    (account,) = page.activities
    assert account.row.summary.state == progress.ActivityState.NOT_ASKED
    (step,) = told_on(page)
    assert (step.update.is_demonstration, step.update.percent) == (True, 60)
    assert account.latest is None
    entries = filtered_updates.load_update_page(plan, {}, 100).updates
    assert [entry.is_demonstration for entry in entries] == [True]
    assert not ActivityUpdate.objects.counted().exists()


def test_only_cleared_evidence_is_public():
    update = make.update()
    for title, is_public in (("Abierta", True), ("Reservada", False)):
        update.evidences.create(
            title_es=title, url="https://example.org/", is_public=is_public
        )
    make.publish(update)

    (entry,) = public_updates.build_published_updates(public_updates.public_reports())

    assert [link.title_es for link in entry.evidence] == ["Abierta"]


# Agencies, sources, help lines


def test_an_agency_without_a_part_in_the_plan_has_no_page():
    plan = make.plan()
    stranger = make.agency()

    found, agency, part = agencies.agency_by_slug(plan.code, stranger.slug)

    loaded = plan_progress.load_plan_progress(found, TODAY, agency)
    assert part is None
    assert agencies.load_agency_page(agency, part, loaded, TODAY) is None


@pytest.mark.sqlite
def test_an_agency_tells_how_many_of_the_activities_asked_for_it_reported():
    plan = make.plan()
    asked = make.round(plan=plan)
    agency = make.agency()
    first, _ = (make.activity(plan=plan, agency=agency) for _ in range(2))
    make.published_update(activity=first, period=asked)
    today = timezone.localdate()
    found = agencies.agency_by_slug(plan.code, agency.slug)

    page = agencies.load_agency_page(
        *found[1:], plan_progress.load_plan_progress(plan, today, agency), today
    )

    assert (page.round, len(page.obligations), page.reported) == (asked, 2, 1)


def test_the_sources_behind_a_plan_are_counted_once_each():
    plan = make.plan()
    source = make.source(plan=plan)
    make.source(plan=plan)  # nothing rests on this one
    activity = make.activity(plan=plan)
    activity.sources.add(source)
    make.record_update(activity=activity, sources=[source])
    plan.sources.add(make.source(plan=plan))  # no record cites this one

    assert counted_updates.sources_of_plan(plan).count() == 1


def test_each_need_has_its_lines_and_the_rest_stand_apart():
    make.help_line(label_es="Emergencias", numbers=["9-1-1"], order=0)
    make.help_line(label_es="Policía", is_police=True, serves_women=True, order=1)
    make.help_line(label_es="Mujer", serves_women=True, order=2)
    make.help_line(label_es="Otra", order=3)

    shown = help_lines.load_help_page(TODAY)

    of_women = next(lines for code, lines, _ in shown["needs"] if code == "women")
    assert [each.line.label_es for each in of_women] == ["Mujer", "Policía"]
    assert [each.line.label_es for each in shown["others"]] == ["Otra"]
    assert len(shown["lines"]) == 4


def test_where_no_line_is_for_a_need_the_nearest_takes_reports():
    make.help_line(label_es="Otra")
    make.help_line(label_es="Denuncias", takes_reports=True)
    make.help_line(label_es="Oculta", serves_men=True, confirm_before_publishing=True)

    shown = help_lines.load_help_page(TODAY)

    assert {each.line.label_es for each in shown["lines"]} == {"Otra", "Denuncias"}
    needs = {code: lines for code, *lines in shown["needs"]}
    of_men, nearest = needs["men"]
    assert of_men == []
    assert nearest.line.label_es == "Denuncias"
    assert needs["report"][1] is None


@pytest.mark.parametrize("is_read", [True, False])
@pytest.mark.sqlite
def test_creole_is_shown_once_a_speaker_has_read_it(client, is_read):
    make.help_line(label_es="Línea", creole="Rele nou.", creole_is_read=is_read)

    page = client.get("/ayuda/").text

    assert ('lang="ht"' in page) is ("Rele nou." in page) is is_read


@pytest.mark.sqlite
def test_nobody_alone_switches_creole_on():
    line = make.help_line(label_es="Línea", creole="Rele nou.")

    assert not workflow.needs_no_approval(line, {"creole_is_read"})


@pytest.mark.parametrize(("days", "is_told"), [(180, False), (181, True)])
@pytest.mark.sqlite
def test_an_old_confirmation_is_told(days, is_told):
    confirmed = TODAY - timedelta(days=days)
    make.help_line(label_es="Mujer", confirmed_on=confirmed)

    (line,) = help_lines.load_help_page(TODAY)["lines"]

    assert line.last_confirmed_on == (confirmed if is_told else None)


def test_a_report_counts_as_known_from_the_day_it_was_handed_in():
    asked = make.round(
        starts_on=timezone.localdate() - timedelta(days=30),
        ends_on=timezone.localdate() + timedelta(days=60),
    )
    make.published_update(activity=make.activity(plan=asked.plan), period=asked)

    assert (
        plan_progress.load_plan_progress(asked.plan, TODAY).latest_report_day
        == timezone.localdate()
    )


def test_a_plan_is_reconstructed_while_a_standing_commitment_is():
    plan = make.plan()
    make.commitment()  # another plan's
    official = make.commitment(plan=plan)
    before = plans.public_plans().get(pk=plan.pk).is_reconstructed
    grouped = make.commitment(plan=plan, provenance="reconstructed")

    during = plans.public_plans().get(pk=plan.pk).is_reconstructed
    official.supersedes.add(grouped)

    after = plans.public_plans().get(pk=plan.pk).is_reconstructed
    assert (before, during, after) == (False, True, False)


def test_what_is_found_by_its_address_knows_its_plan_for_reconstructed():
    grouped = make.commitment(provenance="reconstructed")
    plan, area, lead = grouped.plan, grouped.programme.area, grouped.lead
    make.participation(plan=plan, agency=lead)
    stated = make.commitment()

    found = [
        commitments.commitment_by_code(plan.code, grouped.code).plan,
        areas.area_by_slug(plans.plan_by_code(plan.code), area.slug).plan,
        agencies.agency_by_slug(plan.code, lead.slug)[0],
        commitments.commitment_by_code(stated.plan.code, stated.code).plan,
    ]

    assert [each.is_reconstructed for each in found] == [True, True, True, False]
