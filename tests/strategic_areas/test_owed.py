"""What an agency owes in a round is the same on every page and in every mail."""

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings

from strategic_areas.compliance import ReportStatus
from strategic_areas.desk import queries
from strategic_areas.desk.rounds import notices
from strategic_areas.desk.sheet import contents
from strategic_areas.models import RevisionStatus, Transition
from strategic_areas.queries import rounds
from strategic_areas.queries.asked_values import AskedValue
from strategic_areas.queries.pages import agencies, commitments, round_answers
from strategic_areas.queries.pages.commitments import Supersessions
from strategic_areas.queries.plan import plan_progress
from tests.deep import DEEP
from tests.strategic_areas.made_up import TODAY, People, World, plans

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("same_day"),
    pytest.mark.both_databases,
]

HANDED_IN = {RevisionStatus.SUBMITTED, RevisionStatus.PUBLISHED}


def asked_by_sheet(world, period, number):
    """
    Activity → the status of its newest revision, as the agency's sheet shows it.

    Values of indicators are among them, each with the status of its days.
    """
    found = contents.sheet_for(period, world.agencies[number], world.users[number])
    return {
        row.subject: row.update.status if row.update else "" for row in found.asked_rows
    } | {row.value: row.state.replace("todo", "") for row in found.values}


def check_desk(world, asked):
    """The desk lists what the sheets ask in the rounds that take reports."""
    for number, agency in enumerate(world.agencies):
        expected = {
            (period, activity)
            for period in world.periods
            if period.is_round and period.accepts(agency)
            for activity in asked[period, agency]
        }
        sheets = queries.open_sheets(world.users[number])
        listed = [row for sheet in sheets for row in (*sheet.asked_rows, *sheet.values)]
        assert {(row.period, row.subject) for row in listed} == expected
        to_do = {(row.period, row.subject) for sheet in sheets for row in sheet.to_do}
        assert {key for key in expected if is_open_value(*key)} <= to_do


def is_open_value(_period, subject):
    return isinstance(subject, AskedValue) and subject.report_status not in {
        ReportStatus.SUBMITTED,
        ReportStatus.PUBLISHED,
    }


def check_agency_rounds(world, asked):
    """So do the secretariat's table and what reminders are made of."""
    agency_rounds = rounds.load_agency_rounds(
        world.plan.periods.opened_by(TODAY), TODAY
    )
    to_dos = {
        (to_do.period, to_do.agency): to_do
        for to_do in notices.agency_to_dos(agency_rounds, TODAY)
    }
    told = {(each.period, each.agency): each for each in agency_rounds}
    for key in opened(world, asked):
        statuses, found, to_do = asked[key], told.get(key), to_dos.get(key)
        items = found.items if found else ()
        back = {
            each
            for each, status in statuses.items()
            if status == RevisionStatus.RETURNED
        }
        missing = {
            each
            for each, status in statuses.items()
            if status not in HANDED_IN | {RevisionStatus.RETURNED}
        }
        assert {item.subject for item in items} == set(statuses)
        if found:
            assert found.accepts(TODAY) is key[0].accepts(key[1])
        if to_do or back:
            assert {each.subject for each in to_do.returned} == back
        if missing and found.accepts(TODAY):
            assert set(to_do.missing) == missing


def check_agency_page(world, asked):
    """So do an agency's page and its scorecards."""
    real = rounds.opened_rounds(world.periods, TODAY)
    for agency in world.agencies:
        plan, found, part = agencies.agency_by_slug(world.plan.code, agency.slug)
        loaded = plan_progress.load_plan_progress(plan, TODAY, for_agency=found)
        page = agencies.load_agency_page(found, part, loaded, TODAY)
        if page is None:
            continue
        latest = asked[real[0], agency] if real else {}
        given = latest.keys() & handed_in_once(real[0], latest) if real else ()
        assert page.round == (real[0] if real else None)
        assert (len(page.obligations), page.reported) == (len(latest), len(given))
        cards = {period: card for period, card, _comment in page.scorecards}
        for period in real:
            statuses = asked[period, agency]
            if statuses and period.scorecards_public_at:
                given = statuses.keys() & handed_in_once(period, statuses)
                assert cards[period].owed == len(statuses)
                assert cards[period].missing == len(statuses) - len(given)
            else:
                assert period not in cards


def handed_in_once(period, statuses):
    """What of it was ever handed in: a scorecard takes nothing of it back."""
    steps = Transition.objects.filter(
        activity_update__period=period, to_status=RevisionStatus.SUBMITTED
    )
    values = {each for each in statuses if isinstance(each, AskedValue)}
    return {step.activity_update.activity for step in steps} | {
        each for each in values if each.first_submitted_on
    }


def check_commitment_pages(world, asked):
    """So does the time line of a commitment, of every round that has opened."""
    real = rounds.opened_rounds(world.periods, TODAY)
    silent = set()
    for each in world.plan.commitments.not_superseded():
        found = commitments.commitment_by_code(world.plan.code, each.code)
        page = commitments.load_commitment_page(found, Supersessions(found.plan), TODAY)
        silent |= {
            (step.period, activity)
            for step in page.events
            if step.kind == "answers"
            for activity in (*step.missing, *step.awaited)
        }
    expected = {
        (period, activity)
        for period in real
        for agency in world.agencies
        for activity, status in asked[period, agency].items()
        if status not in HANDED_IN | {RevisionStatus.WITHDRAWN}
        and not isinstance(activity, AskedValue)
    }
    assert silent == expected


def check_headline(world, asked):
    """So does the sentence that tells how many agencies have reported."""
    loaded = plan_progress.load_plan_progress(world.plan, TODAY, rounds=world.periods)
    for period in rounds.opened_rounds(world.periods, TODAY):
        owing = {agency for agency in world.agencies if asked[period, agency]}
        told = round_answers.load_round_answers(loaded, period).asked
        assert set(told) == {agency.acronym for agency in owing}


def opened(world, asked):
    return [key for key in asked if key[0].opens_on <= TODAY]


#: The rule is tried on SQLite; on PostgreSQL only what its queries ask can differ.
EXAMPLES = 12 if connection.vendor == "sqlite" else 4


@pytest.fixture
def people():
    return People()


@settings(
    max_examples=1_000 if DEEP else EXAMPLES,
    derandomize=True,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(drawn=plans)
def test_desk_reminders_scorecards_and_public_pages_ask_the_same(people, drawn):
    with transaction.atomic():
        world = World(drawn, people)
        asked = {
            (period, agency): asked_by_sheet(world, period, number)
            for period in world.periods
            if period.is_round
            for number, agency in enumerate(world.agencies)
        }

        check_desk(world, asked)
        check_agency_rounds(world, asked)
        if drawn["status"] == "in_preparation":
            assert not any(asked.values())
        else:
            check_agency_page(world, asked)
            check_headline(world, asked)
            check_commitment_pages(world, asked)
        transaction.set_rollback(True)
