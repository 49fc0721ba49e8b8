"""A scorecard is read by its agency first, and by everybody 72 hours later."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.audit import AuditEntry
from agencies.mail import Mail
from strategic_areas import rounds, workflow
from strategic_areas.compliance import REPLY_WITHIN, Timeliness
from strategic_areas.desk.changes.agency_statements import rounds_to_comment
from strategic_areas.desk.rounds import notices
from strategic_areas.models import PublicationVersion, ReportingPeriod
from strategic_areas.public_paths import public_path
from tests import make
from tests.make.plans import put_back_in_preparation
from tests.public_site import MOST_QUERIES
from tests.strategic_areas.asked import CLOSES, DUE, make_asked, make_person, on, submit

pytestmark = pytest.mark.django_db

#: The day after the round closes, at noon in Santo Domingo.
CLOSED = datetime(CLOSES.year, CLOSES.month, CLOSES.day, 16, tzinfo=UTC) + timedelta(1)
TEXT = "Una mudanza retrasó el segundo reporte."


@pytest.fixture
def asked():
    """A closed round that asked for two activities; one was reported in time."""
    activity, period = make_asked()
    make.activity(commitment=activity.commitment, agency=activity.agency)
    person = make_person(activity.agency)
    submit(activity, period, DUE, person)
    return activity, period, person


def page_at(client, moment, activity):
    path = public_path("agency", activity.plan.code, activity.agency.slug)
    with time_machine.travel(moment, tick=False):
        return client.get(path)


def pass_on(moment):
    with time_machine.travel(moment, tick=False):
        return notices.prepare_and_release_scorecards()


def test_the_public_reads_no_scorecard_before_72_hours_have_passed(client, asked):
    activity, _period, _person = asked
    shown = {}
    for hours in (0, 1, 71, 72):
        moment = CLOSED + timedelta(hours=hours)
        pass_on(moment)
        page = page_at(client, moment, activity).context["page"]
        shown[hours] = len(page.scorecards), page.compliance.round_count

    assert timedelta(hours=72) == REPLY_WITHIN
    assert shown == {0: (0, 0), 1: (0, 0), 71: (0, 0), 72: (1, 1)}


def test_without_the_step_nothing_becomes_public_however_long_one_waits(client, asked):
    activity, _period, _person = asked

    page = page_at(client, CLOSED + timedelta(days=300), activity).context["page"]

    assert (
        page.scorecards,
        page.compliance.round_count,
        page.unpublished_scorecard,
    ) == ([], 0, None)


def test_a_scorecard_counts_first_submissions_by_the_due_date(client, asked):
    activity, period, _person = asked
    pass_on(CLOSED)
    pass_on(CLOSED + REPLY_WITHIN)

    page = page_at(client, CLOSED + REPLY_WITHIN, activity).context["page"]

    ((told, card, _comment),) = page.scorecards
    assert told == period
    assert (card.owed, card.on_time, card.late, card.missing) == (2, 1, 0, 1)
    assert card.timeliness == Timeliness.LATE


@pytest.mark.django_db(transaction=True)
def test_each_stamp_moves_the_version_so_that_no_page_is_stale(open_record, asked):
    versions = [PublicationVersion.current()]
    for moment in (CLOSED, CLOSED + timedelta(hours=1), CLOSED + REPLY_WITHIN):
        pass_on(moment)
        versions.append(PublicationVersion.current())

    ready, quiet, public = (
        after > before for before, after in zip(versions, versions[1:], strict=False)
    )
    assert (ready, quiet, public) == (True, False, True)


def test_the_step_is_taken_once_and_recorded(asked):
    _activity, period, _person = asked

    lines = [len(pass_on(CLOSED + timedelta(hours=h))) for h in (0, 0, 72, 72, 100)]

    period.refresh_from_db()
    assert lines == [2, 0, 1, 0, 0]  # the first makes an edition too
    assert period.scorecards_ready_at == CLOSED
    assert period.scorecards_public_at == CLOSED + REPLY_WITHIN
    events = AuditEntry.objects.filter(event__startswith="round_scorecards")
    assert [each.event for each in events.order_by("pk")] == [
        "round_scorecards_ready",
        "round_scorecards_public",
    ]


def test_open_rounds_and_demonstrations_have_none(asked):
    activity, _period, _person = asked
    running = make.round(plan=activity.plan)
    closed = {"opens_on": CLOSES, "due_on": CLOSES, "closes_on": CLOSES}
    rehearsal = make.round(plan=activity.plan, is_demonstration=True, **closed)

    for hours in (0, 72):
        pass_on(CLOSED + timedelta(hours=hours))

    stamped = ReportingPeriod.objects.exclude(scorecards_ready_at=None)
    assert not stamped.filter(pk__in=[running.pk, rehearsal.pk]).exists()


def test_a_round_of_a_plan_in_preparation_has_none(asked):
    activity, period, _person = asked
    put_back_in_preparation(activity.plan)

    for hours in (0, 72):
        pass_on(CLOSED + timedelta(hours=hours))

    period.refresh_from_db()
    assert (period.scorecards_ready_at, period.scorecards_public_at) == (None, None)


def test_a_round_that_runs_again_is_read_by_its_agencies_anew(asked):
    _activity, period, _person = asked
    pass_on(CLOSED)
    period.refresh_from_db()
    period.closes_on = CLOSES + timedelta(days=30)
    period.save()

    pass_on(CLOSED + REPLY_WITHIN)

    period.refresh_from_db()
    assert (period.scorecards_ready_at, period.scorecards_public_at) == (None, None)


def test_the_agency_is_told_once_by_mail_and_nobody_else(asked):
    activity, _period, person = asked
    make.focal_point(agency=make.agency())
    with on(CLOSES):
        make.focal_point(agency=activity.agency)

    for hours in (0, 0, 1):
        pass_on(CLOSED + timedelta(hours=hours))

    mails = Mail.objects.filter(kind="scorecard")
    assert len({mail.to for mail in mails}) == mails.count()
    assert person.email in {mail.to for mail in mails}
    people = {m.user.email for m in activity.agency.focal_points.select_related("user")}
    assert {mail.to for mail in mails} <= people
    path = reverse("admin:agency_comment", args=[_period.pk, activity.agency.slug])
    assert path in mails.first().text


def test_the_agency_reads_its_own_on_the_desk_and_sends_a_comment(client, asked):
    activity, period, person = asked
    url = reverse("admin:agency_comment", args=[period.pk, activity.agency.slug])
    pass_on(CLOSED)
    with time_machine.travel(CLOSED + timedelta(hours=5), tick=False):
        client.force_login(person)
        own = client.get(url).context["scorecard"]
        (listed,) = rounds_to_comment(person)
        client.post(url, {"text_es": TEXT})
        desk = client.get(reverse("admin:index")).content.decode()

    assert (own["card"].owed, own["card"].missing, own["is_public"]) == (2, 1, False)
    assert own["public_from"] == listed.public_from == CLOSED + REPLY_WITHIN
    assert url in desk


def test_a_reply_stands_beside_its_scorecard(client, asked):
    activity, period, person = asked
    pass_on(CLOSED)
    with time_machine.travel(CLOSED + timedelta(hours=5), tick=False):
        said = make.agency_comment(activity.agency, period, person, text_es=TEXT)
        change = workflow.propose(said, by=person)
        workflow.approve(change, by=make.reviewer())
    pass_on(CLOSED + REPLY_WITHIN)

    response = page_at(client, CLOSED + REPLY_WITHIN, activity)

    ((_period, _card, comment),) = response.context["page"].scorecards
    assert comment.text_es == TEXT
    assert response.context["page"].comments == []
    assert response.content.decode().count(TEXT) == 1


def test_the_methodology_page_states_the_hours_of_the_code(client):
    page = client.get(public_path("methodology"))

    assert page.context["reply_hours"] == REPLY_WITHIN / timedelta(hours=1)
    assert "72" in page.content.decode()


def test_the_page_costs_the_same_with_many_rounds(client, asked):
    activity, _period, _person = asked
    spent = []
    for number in range(2):
        for more in range(4 * number):
            day = DUE - timedelta(days=400 + more)
            make.round(plan=activity.plan, opens_on=day, due_on=day, closes_on=day)
        pass_on(CLOSED)
        pass_on(CLOSED + REPLY_WITHIN)
        with CaptureQueriesContext(connection) as captured:
            page_at(client, CLOSED + REPLY_WITHIN, activity)
        spent.append(len(captured))

    assert spent[0] == spent[1] <= MOST_QUERIES


def test_the_command_does_it(asked, capsys):
    _activity, period, _person = asked
    with time_machine.travel(CLOSED, tick=False):
        call_command("release_scorecards")

    assert period.code in capsys.readouterr().out
    assert rounds.release_scorecards(CLOSED) == []
