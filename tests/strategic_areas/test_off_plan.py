"""Work outside the plan: reported, reviewed and published, and counted nowhere."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from strategic_areas import workflow
from strategic_areas.desk import queries
from strategic_areas.models import Activity, ActivityUpdate, RevisionStatus, Submission
from strategic_areas.queries import rounds
from strategic_areas.queries.pages import agencies, areas, commitments, round_answers
from strategic_areas.queries.pages.commitments import Supersessions
from strategic_areas.queries.plan import plan_progress, submissions
from strategic_areas.queries.plan.counted_updates import sources_of_plan
from strategic_areas.queries.updates import filtered_updates
from strategic_areas.workflow.questions import OFF_PLAN
from tests import make
from tests.world import Desk

pytestmark = pytest.mark.django_db

TITLE = "Jornada de orientación en la terminal de autobuses"
TEXT = "Se orientó a conductores sobre señales de alerta."


@pytest.fixture(scope="module")
def kept_desk(lasting):
    desk = Desk(owes=False)
    make.participation(plan=desk.plan, agency=desk.agency)
    return desk.keep()


def tell(desk, **fields):
    told = {
        "title_es": TITLE,
        "commitment": desk.commitment.pk,
        "execution": "completed",
        "reaches_victims": "False",
        "narrative_es": TEXT,
    }
    return desk.post("sheet_off_plan", **told | fields)


def begin(desk, **fields):
    about = {"commitment": desk.commitment, "period": desk.period, "by": desk.user}
    return make.off_plan_update(**about, **fields)


def sheet_of(desk):
    return desk.open().context["sheet"]


def test_it_is_stored_with_its_first_draft_under_a_code_of_its_own(desk):
    response = tell(desk, people_reached="40")

    update = ActivityUpdate.objects.get()
    activity = update.activity
    (row,) = sheet_of(desk).sections[OFF_PLAN]
    assert response.url == row.page_url
    assert (activity.code, activity.is_in_plan, activity.agency) == (
        f"F-{desk.agency.acronym}-1",
        False,
        desk.agency,
    )
    assert (update.status, update.percent, update.people_reached) == ("draft", 100, 40)
    assert (row.update, row.state, row.question.is_owed) == (update, "ready", False)


def test_codes_go_on_and_a_second_press_tells_it_once(desk):
    tell(desk)
    tell(desk)
    tell(desk, title_es="Otra jornada")

    codes = Activity.objects.values_list("code", flat=True)
    assert list(codes) == [f"F-{desk.agency.acronym}-{n}" for n in (1, 2)]
    assert ActivityUpdate.objects.count() == 2


WRONG = [
    ({"title_es": ""}, "title_es"),
    ({"title_es": "Se atendió a 001-1234567-8"}, "title_es"),
    ({"narrative_es": "Se atendió a 001-1234567-8"}, "narrative_es"),
    ({"narrative_es": ""}, "narrative_es"),
    ({"execution": "suspended"}, "execution"),
    ({"people_reached": "-1"}, "people_reached"),
    ({"reaches_victims": ""}, "reaches_victims"),
]


def test_what_is_wrong_is_said_and_nothing_is_half_done(desk):
    elsewhere = {"commitment": make.commitment().pk}
    for fields, wrong in [*WRONG, (elsewhere, "commitment")]:
        response = tell(desk, **fields)

        errors = list(response.context["form"].errors)
        assert (response.status_code, errors) == (422, [wrong]), fields
    assert not Activity.objects.exists()


def test_a_closed_round_takes_no_new_work_and_leaves_no_activity(desk):
    today = timezone.localdate()
    ended = today - timedelta(days=1)
    desk.period.opens_on = desk.period.due_on = desk.period.closes_on = ended
    desk.period.save()

    response = tell(desk)

    assert response.status_code == 422
    assert not Activity.objects.exists()


def test_its_name_is_mended_until_it_was_sent(desk):
    update = begin(desk)
    mended = {"title_es": "Con su nombre", "commitment": desk.commitment.pk}
    address = desk.address("sheet_row_rename", update.activity.pk)

    first = desk.client.post(address, mended)
    workflow.submit(update, by=desk.user)
    second = desk.client.post(address, {**mended, "title_es": "Otro"})

    assert [answer.status_code for answer in (first, second)] == [302, 404]
    assert Activity.objects.get().title_es == "Con su nombre"


def test_the_workflow_itself_keeps_the_name_of_what_is_published(desk):
    update = begin(desk)
    make.publish(update)
    activity = Activity.objects.get()
    activity.title_es = "Otro"

    with pytest.raises(workflow.TransitionError):
        workflow.edit_off_plan(activity, by=desk.user)


def test_a_name_that_warns_is_looked_at_before_it_is_sent(desk):
    tell(desk, title_es="Se rescató a dos niñas en Azua")

    assert [row.update.activity.code for row in sheet_of(desk).rows_with_warnings] == [
        f"F-{desk.agency.acronym}-1"
    ]


def test_it_is_sent_with_the_rest(desk):
    tell(desk)
    form = desk.client.get(desk.address("sheet_check")).context["form"]

    desk.client.post(desk.address("sheet_check"), {"seen": form["seen"].value()})

    (report,) = Submission.objects.get().content["reports"]
    assert report["activity"] == f"F-{desk.agency.acronym}-1"
    assert ActivityUpdate.objects.get().status == RevisionStatus.SUBMITTED


def test_in_a_later_round_it_is_offered_while_it_goes_on_and_never_owed(desk):
    for title, execution, percent in (("A", "completed", 100), ("B", "in_progress", 9)):
        update = begin(desk, title_es=title, execution=execution, percent=percent)
        make.publish(update)
    desk.period = make.round(
        plan=desk.plan, starts_on="2026-01-01", ends_on="2026-12-31"
    )

    sheet = sheet_of(desk)

    assert [(row.subject.title_es, row.state) for row in sheet.sections[OFF_PLAN]] == [
        ("B", "todo")
    ]
    listed = queries.open_sheets(desk.user)
    assert (sheet.asked_rows, sheet.unanswered_reports) == ((), [])
    assert [(each.asked_rows, each.to_do) for each in listed] == [((), [])] * 2


def everything_counted(plan, agency, user):
    """Each figure that is told of a plan, its agencies and its rounds."""
    today = timezone.localdate()
    loaded = plan_progress.load_plan_progress(plan, today, for_agency=agency)
    _plan, agency, part = agencies.agency_by_slug(plan.code, agency.slug)
    page = agencies.load_agency_page(agency, part, loaded, today)
    commitment = commitments.commitment_by_code(plan.code, page.led[0].commitment.code)
    shown = commitments.load_commitment_page(commitment, Supersessions(plan), today)
    counted = filtered_updates.count_by_filters(plan, {})
    return {
        "counts": loaded.counts,
        "states": [row.summary for row in loaded.rows],
        "activities": [each.activity for each in loaded.activities],
        "reported until": loaded.latest_report_day,
        "headline": round_answers.headline_of(loaded, today),
        "agencies": [
            (row.counts, row.late, row.activities)
            for row in agencies.agency_rows(loaded, today)
        ],
        "scorecard": (page.counts, page.obligations, page.compliance),
        "of the agency": [row.activity for row in page.activities],
        "of the commitment": [each.row.activity for each in shown.activities],
        "of the commitment's state": shown.row.summary,
        "accounts": counted.total - counted.off_plan,
        "by_agencies": [
            line.update.pk
            for line in areas.latest_updates(loaded, loaded.rows)["by_agencies"]
        ],
        "sources": sources_of_plan(plan).count(),
        "review": submissions.median_review_days(),
        "rounds": rounds.load_agency_rounds(plan.periods.opened_by(today), today),
        "owed": [
            row.subject
            for sheet in queries.open_sheets(user)
            for row in sheet.asked_rows
        ],
    }


def test_no_figure_moves_by_work_beside_the_plan(desk):
    reviewer = make.reviewer()
    make.published_update(
        activity=make.activity(commitment=desk.commitment),
        period=desk.period,
        by=desk.user,
        reviewer=reviewer,
    )
    make.activity(commitment=desk.commitment)
    before = everything_counted(desk.plan, desk.agency, desk.user)

    update = begin(desk)
    workflow.submit(update, by=desk.user)
    assert everything_counted(desk.plan, desk.agency, desk.user) == before

    with time_machine.travel(timezone.now() + timedelta(days=9)):
        workflow.publish(update, by=reviewer)
    assert everything_counted(desk.plan, desk.agency, desk.user) == before


def test_once_published_it_is_read_under_its_own_heading(desk, client):
    make.published_update(
        activity=make.activity(commitment=desk.commitment), period=desk.period
    )
    update = begin(desk, title_es=TITLE)
    addresses = [
        desk.commitment.get_absolute_url(language="es"),
        reverse("es:agency", args=[desk.plan.code, desk.agency.slug]),
        reverse("es:updates", args=[desk.plan.code]),
    ]

    unseen = [TITLE in client.get(address).content.decode() for address in addresses]
    make.publish(update)

    pages = [client.get(address) for address in addresses]
    assert unseen == [False] * 3
    (of_commitment,) = pages[0].context["page"].off_plan
    (of_agency,) = pages[1].context["page"].off_plan
    assert of_commitment.subject == of_agency.activity == update.activity
    marked = [
        entry.subject
        for entry in pages[2].context["update_page"].updates
        if entry.is_off_plan
    ]
    assert marked == [update.activity]


def test_the_secretariat_sees_it_only_once_it_is_handed_in(desk):
    kept, sent = begin(desk), begin(desk)
    workflow.submit(sent, by=desk.user)
    period = make.round(plan=desk.plan, starts_on=date(2024, 1, 1))
    told = {"percent": 10, "narrative_es": TEXT}
    make.update(activity=sent.activity, period=period, by=desk.user, **told)

    seen = Activity.objects.off_plan().visible_to(make.reviewer())
    own = Activity.objects.off_plan().visible_to(desk.user)

    assert list(seen) == [sent.activity]
    assert set(own) == {kept.activity, sent.activity}
