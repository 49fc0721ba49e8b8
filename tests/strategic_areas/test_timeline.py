"""A commitment's time line: dates and who states them, rounds, updates, amendments."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override

from strategic_areas import workflow
from strategic_areas.models import DueProvenance, Provenance
from strategic_areas.queries.pages import commitments, overview
from strategic_areas.queries.pages.commitments import Supersessions
from strategic_areas.queries.plan import plans
from tests import make
from tests.test_public_pages import LANGUAGES, read

pytestmark = pytest.mark.django_db

MARKER = "zanahoria"


@pytest.fixture
def commitment():
    return make.commitment()


def steps_of(commitment, today=None):
    found = commitments.commitment_by_code(commitment.plan.code, commitment.code)
    today = today or timezone.localdate()
    return commitments.load_commitment_page(
        found, Supersessions(found.plan), today
    ).events


def make_round(plan, due_in=-10, **fields):
    due_on = timezone.localdate() + timedelta(days=due_in)
    return make.round(
        plan=plan,
        opens_on=due_on - timedelta(days=30),
        due_on=due_on,
        closes_on=due_on + timedelta(days=60),
        **fields,
    )


def asked_of(commitment):
    return [step for step in steps_of(commitment) if step.kind == "answers"]


def test_steps_stand_in_the_order_of_their_days(commitment):
    activity = make.activity(
        commitment=commitment, due_on=date(2026, 2, 1), due_provenance="agency"
    )
    make.record_update(activity=activity)
    make.amendment(activity=activity, decided_on=date(2025, 9, 1))
    make.amendment(commitment=commitment, decided_on=date(2025, 10, 1))
    make.amendment(commitment=commitment, is_approved=False)

    steps = steps_of(commitment)

    assert [step.kind for step in steps] == [
        *("today", "due", "update"),
        *["change"] * 2,
    ]
    assert [step.day for step in steps] == sorted(
        (step.day for step in steps), reverse=True
    )
    assert [step.subject for step in steps[3:]] == [commitment, activity]


@pytest.mark.parametrize(
    ("provenance", "is_told"),
    [("plan", True), ("amendment", True), ("agency", True), ("plan_period", False)],
)
def test_only_a_date_that_somebody_states_is_a_step(commitment, provenance, is_told):
    type(commitment).objects.update(due_on=date(2026, 5, 1), due_provenance=provenance)

    told = [step.subject for step in steps_of(commitment) if step.kind == "due"]

    assert told == ([commitment] if is_told else [])


def test_a_round_tells_who_reported_whose_waits_and_who_is_missing(commitment):
    asked = make_round(commitment.plan)
    published, submitted, returned, drafted, silent = (
        make.activity(commitment=commitment) for _ in range(5)
    )
    by = make.focal_point(agency=commitment.lead)
    told = {"period": asked, "by": by}
    make.published_update(activity=published, **told)
    make.submitted_update(activity=submitted, **told)
    make.update(activity=drafted, narrative_es=MARKER, **told)
    make.returned_update(activity=returned, **told, reason="Falta algo.")

    (found,) = asked_of(commitment)

    assert found.period == asked
    assert found.reported == (published,)
    assert found.in_review == ((submitted, timezone.localdate()),)
    assert set(found.missing) == {returned, drafted, silent}
    assert found.awaited == ()


def test_nobody_is_missing_before_the_due_date(commitment):
    activity = make.activity(commitment=commitment)
    make_round(commitment.plan, due_in=5)

    (found,) = asked_of(commitment)

    assert (found.missing, found.awaited) == ((), (activity,))


def test_each_round_has_its_own_step_and_a_demonstration_none(commitment):
    activity = make.activity(commitment=commitment)
    first = make_round(commitment.plan, due_in=-40, ends_on=date(2025, 6, 30))
    second = make_round(commitment.plan, due_in=-5)
    make_round(commitment.plan, is_demonstration=True)
    make.submitted_update(activity=activity, period=first)

    later, earlier = asked_of(commitment)

    assert (later.period, later.missing) == (second, (activity,))
    assert (earlier.period, earlier.in_review[0][0]) == (first, activity)


def test_what_was_withdrawn_is_not_called_missing(commitment):
    asked = make_round(commitment.plan)
    activity = make.activity(commitment=commitment)
    make.withdrawn_update(activity=activity, period=asked)

    assert asked_of(commitment) == []


def test_a_declaration_speaks_for_no_activity_of_the_same_number(commitment):
    silent = make.activity(commitment=commitment, pk=commitment.pk)
    asked = make_round(commitment.plan)
    make.published_declaration(commitment=commitment, period=asked)

    (found,) = asked_of(commitment)

    assert found.missing == (silent,)


def test_the_page_tells_all_of_it_and_nothing_unpublished(client):
    commitment = make.commitment(due_on=date(2026, 5, 1), due_provenance="agency")
    asked = make_round(commitment.plan)
    shown, hidden = (make.activity(commitment=commitment) for _ in range(2))
    by = make.focal_point(agency=commitment.lead)
    draft = make.update(activity=shown, period=asked, by=by)
    cleared = make.evidence(draft)
    make.evidence(draft, title_es=MARKER)
    make.publish(draft, evidence=[cleared])
    make.submitted_update(activity=hidden, period=asked, by=by, narrative_es=MARKER)
    make.amendment(
        commitment=commitment, old_value_es="01/04/2026", old_value_en="01/04/2026"
    )

    for language in LANGUAGES:
        page = read(client, commitment.get_absolute_url(language))

        days = [each.get("datetime") for each in page.every("time")]
        assert "2026-05-01" in days
        assert page.text.count(getattr(asked, f"name_{language}")) == 1
        assert "01/04/2026" in page.text
        assert f"#{hidden.code}" not in [each.get("href") for each in page.every("a")]
        assert hidden.code in page.text
        assert MARKER not in page.text
        assert cleared.title_es in page.text


@pytest.fixture(scope="module")
def every_step(lasting):
    """A commitment with a step of every kind, each with a text of its own."""
    commitment = make.commitment(due_on=date(2026, 5, 1), due_provenance="agency")
    plan, lead = commitment.plan, commitment.lead
    by, reviewer = make.focal_point(agency=lead), make.reviewer()
    asked = make_round(plan)
    told, silent, taken, pressed = (
        make.activity(commitment=commitment, code=f"A-{number}") for number in range(4)
    )
    type(silent).objects.filter(pk=silent.pk).update(
        due_on=date(2026, 4, 2), due_provenance="plan"
    )
    draft = make.update(activity=told, period=asked, by=by)
    cleared = make.evidence(draft)
    workflow.submit(draft, by=by)
    workflow.publish(draft, by=reviewer, evidence=[cleared])
    wrong = make.published_update(
        activity=taken, period=asked, by=by, narrative_es="Treinta y siete detenidos."
    )
    workflow.withdraw(wrong, by=reviewer, cause="error")
    make.record_update(
        activity=pressed, sources=[make.source(plan=plan) for _ in range(2)]
    )
    make.amendment(
        commitment=commitment,
        old_value_es="01/04/2026",
        old_value_en="01/04/2026",
        new_value_es="01/05/2026",
        new_value_en="01/05/2026",
        reason_es="Faltó el local.",
        reason_en="Faltó el local.",
        deciding_act_es="Acta 14",
        deciding_act_en="Acta 14",
    )
    return commitment


WHY = {"es": "Tenía un error de hecho.", "en": "It stated a fact wrongly."}


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_tells_who_said_and_changed_what(client, every_step, language):
    page = client.get(every_step.get_absolute_url(language)).content.decode()
    line = page.split('class="time-line"')[1].split("</section>")[0]

    with override(language):
        by_agency, by_press = (
            str(each.label) for each in (DueProvenance.AGENCY, Provenance.PRESS)
        )
    assert by_agency in page.split('class="fact-band"')[1].split("</dl>")[0]
    for text in (by_press, "A-1", "Acta 14", WHY[language]):
        assert text in line
    assert line.count('href="#source-') == 2
    assert "<del>01/04/2026</del>" in line
    assert "<ins>01/05/2026</ins>" in line
    assert page.count("Faltó el local.") == line.count("Faltó el local.") == 1
    assert "Treinta y siete detenidos" not in page


def test_what_comes_stands_above_today_and_what_was_below(commitment):
    today, soon = timezone.localdate(), timezone.localdate() + timedelta(days=9)
    stated = {"due_provenance": "plan"}
    kept, late, coming, done = (
        make.activity(commitment=commitment, due_on=day, **stated)
        for day in (today - timedelta(9), today - timedelta(9), soon, soon)
    )
    over, still_open = make_round(commitment.plan), make_round(commitment.plan, 5)
    for activity in (kept, done):
        make.published_update(
            activity=activity, period=over, execution="completed", percent=100
        )

    steps = steps_of(commitment)

    (now,) = [place for place, step in enumerate(steps) if step.kind == "today"]
    assert [(step.kind, step.subject, step.period) for step in steps[:now]] == [
        ("due", coming, None),
        ("answers", None, still_open),
    ]
    told = [(each.kind, each.subject) for each in steps[now + 1 :]]
    assert told == [
        ("update", kept),
        ("update", done),
        ("answers", None),
        ("due", late),
    ]
    assert len({step.group_key for step in steps[now + 1 : now + 4]}) == 1


def test_a_plan_that_is_over_has_no_today(commitment):
    type(commitment.plan).objects.update(status="ended")
    make.activity(commitment=commitment)

    assert "today" not in [step.kind for step in steps_of(commitment)]


# The time line of a plan


def spans_of(plan, today):
    return overview.load_plan_page(plans.plan_by_code(plan.code), today)["spans"]


def test_without_rounds_the_time_line_has_the_years_of_the_plan():
    plan = make.plan()

    found = spans_of(plan, date(2026, 6, 1))

    assert [(each.starts_on.year, str(each.tense)) for each in found] == [
        (2025, "past"),
        (2026, "now"),
        (2027, "to_come"),
        (2028, "to_come"),
    ]
    assert {each.update_count for each in found} == {None}


def test_with_rounds_it_has_each_and_who_reported_in_those_that_opened():
    asked, today = make.round(), timezone.localdate()
    later = {"opens_on": date(2028, 1, 1), "due_on": date(2028, 2, 1)}
    make.round(
        plan=asked.plan,
        starts_on=date(2027, 1, 1),
        ends_on=date(2027, 12, 31),
        closes_on=date(2028, 3, 1),
        **later,
    )
    make.round(plan=asked.plan, is_demonstration=True)
    for maker in (make.published_update, make.update):
        maker(activity=make.activity(plan=asked.plan), period=asked)

    told = [
        each.answers and (each.answers.reported_count, len(each.answers.asked))
        for each in spans_of(asked.plan, today)
    ]

    assert told == [(1, 2), None]


def test_years_with_records_stay_beside_the_first_round():
    line = make.commitment(provenance="reconstructed")
    activity = make.activity(commitment=line, provenance="reconstructed")
    period = make.period(plan=line.plan, mode="record")
    make.record_update(activity=activity, period=period)
    asked = make.round(plan=line.plan)

    found = spans_of(line.plan, timezone.localdate())

    assert [each.period for each in found[-2:]] == [None, asked]
    assert sum(each.update_count or 0 for each in found) == 1


def test_a_report_that_was_returned_was_heard_in_its_round_and_no_later_one():
    plan, today = make.plan(), timezone.localdate()
    over = {"opens_on": today - timedelta(90), "closes_on": today}
    before = make.round(plan=plan, due_on=today - timedelta(60), **over)
    make.round(
        plan=plan, ends_on=date(2026, 6, 30), due_on=today - timedelta(1), **over
    )
    make.returned_update(
        activity=make.activity(plan=plan), period=before, reason="Falta el acta."
    )

    heard = [each.answers.reported_count for each in spans_of(plan, today)]

    assert heard == [1, 0]
