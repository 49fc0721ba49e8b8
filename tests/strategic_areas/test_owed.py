"""What an agency owes in a round: whoever tells it, tells the same."""

from collections import namedtuple
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from strategic_areas.desk import queries, reminders, sheet
from strategic_areas.models import (
    ActivityUpdate,
    Letter,
    RoundReopening,
    Status,
    Transition,
)
from strategic_areas.queries import agencies, board, commitments, rounds
from strategic_areas.queries.succession import Succession
from tests import factories
from tests.deep import DEEP

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
NOW = timezone.now()


def day(number):
    return TODAY + timedelta(days=number)


#: By when a round opens, is due and closes, counted from today.
WINDOWS = {
    "closed": (-40, -20, -10),
    "late": (-20, -5, 5),
    "open": (-5, 5, 15),
    "upcoming": (2, 5, 15),
}
#: How a report stands, and whether the secretariat wrote it from a letter.
STATES = [
    *((status, False) for status in ("draft", "submitted", "returned", "published")),
    ("withdrawn", False),
    *((status, True) for status in ("draft", "submitted", "returned", "published")),
]
HANDED_IN = {Status.SUBMITTED, Status.PUBLISHED}

Work = namedtuple("Work", "agency commitment starts kind")
Period = namedtuple("Period", "window ends is_demonstration again is_ready")
Said = namedtuple("Said", "state on execution answer")

works = st.builds(
    Work,
    agency=st.integers(0, 1),
    commitment=st.integers(0, 1),
    starts=st.sampled_from([None, None, -200, -50, -49]),
    kind=st.sampled_from(["planned", "planned", "planned", "superseded", "off_plan"]),
)
periods = st.builds(
    Period,
    window=st.sampled_from([None, *WINDOWS]),
    ends=st.sampled_from([-120, -50]),
    is_demonstration=st.sampled_from([False, False, False, True]),
    again=st.sampled_from([None, None, -1, 20]),
    is_ready=st.booleans(),
)
accounts = st.builds(
    Said,
    state=st.sampled_from(STATES),
    on=st.sampled_from([None, -60, -45, -30, -15]),
    execution=st.sampled_from(
        ["in_progress", "completed", "completed", "cancelled", "suspended"]
    ),
    answer=st.sampled_from(["reported", "no_news", "reserved"]),
)
plans = st.fixed_dictionaries(
    {
        "status": st.sampled_from(["approved", "approved", "ended", "in_preparation"]),
        "superseded": st.sampled_from([None, None, 1]),
        "works": st.lists(works, min_size=1, max_size=4),
        "periods": st.lists(periods, min_size=1, max_size=4),
        # Of each work in each period, in this order; None where nothing was said.
        "accounts": st.lists(st.one_of(st.none(), accounts), min_size=16, max_size=16),
    }
)


class World:
    """A plan made up from what hypothesis drew, stored as the workflow leaves it."""

    def __init__(self, drawn):
        self.plan = factories.make_plan(
            starts_on=day(-400), ends_on=day(400), status=drawn["status"]
        )
        self.by = factories.make_reviewer()
        self.agencies = [factories.make_agency() for _ in range(2)]
        self.users = [factories.make_focal_point(agency=each) for each in self.agencies]
        self.commitments = [
            factories.make_commitment(plan=self.plan, lead=self.agencies[0])
            for _ in range(2)
        ]
        if drawn["superseded"]:
            heir = factories.make_commitment(plan=self.plan)
            heir.supersedes.add(self.commitments[drawn["superseded"]])
        self.works = [self._work(*each) for each in drawn["works"]]
        self.periods = [self._period(*each) for each in drawn["periods"]]
        cells = ((work, period) for work in self.works for period in self.periods)
        for (work, period), said in zip(cells, drawn["accounts"], strict=False):
            if said:
                self._say(work, period, *said)

    def _work(self, agency, commitment, starts, kind):
        fields = {"code": f"F-{self.plan.pk}-{commitment}", "is_in_plan": False}
        made = factories.make_activity(
            commitment=self.commitments[commitment],
            agency=self.agencies[agency],
            starts_on=None if starts is None else day(starts),
        )
        if kind == "off_plan":
            fields["code"] = f"F-{made.pk}"
            type(made).objects.filter(pk=made.pk).update(**fields)
            made.refresh_from_db()
        if kind == "superseded":
            heir = factories.make_activity(
                commitment=made.commitment, agency=made.agency
            )
            heir.supersedes.add(made)
        return made

    def _period(self, window, ends, is_demonstration, again, is_ready):
        if window is None:
            return factories.make_period(
                plan=self.plan, starts_on=day(-300), ends_on=day(ends)
            )
        opens, due, closes = map(day, WINDOWS[window])
        is_public = is_ready and window == "closed" and not is_demonstration
        made = factories.make_round(
            plan=self.plan,
            starts_on=day(-300),
            ends_on=day(ends),
            is_demonstration=is_demonstration,
            opens_on=opens,
            due_on=due,
            closes_on=closes,
            scorecards_ready_at=NOW - timedelta(days=9) if is_public else None,
            scorecards_public_at=NOW - timedelta(days=5) if is_public else None,
        )
        if again is not None:
            RoundReopening.objects.create(
                period=made,
                agency=self.agencies[0],
                until=day(again),
                reason="Cambio de personal.",
                by=self.by,
            )
        return made

    def _say(self, work, period, state, on, execution, answer):
        (status, is_letter), is_round = state, period.is_round
        moment = NOW + timedelta(days=on or -30)
        if period.is_demonstration:
            provenance = "demonstration"
        elif is_round:
            provenance = "transcribed" if is_letter else "reported"
        else:
            provenance, status = "press", Status.PUBLISHED
        fields = {"no_news_reason_es": "Nada."} if answer == "no_news" else {}
        if answer == "reserved":
            fields = {"is_reserved": True, "reserved_reason": "Caso abierto."}
            fields["reserved_legal_basis"] = "Ley 200-04"
        if is_round and is_letter:
            fields["letter"] = self._letter(work.agency, period)
        if status in {"published", "withdrawn"}:
            fields |= {"published_at": NOW, "published_by": self.by}
            fields["public_id"] = f"w{work.pk}x{period.pk}"
        if status == "withdrawn":
            fields |= {"withdrawn_at": NOW, "withdrawn_by": self.by}
            fields["withdrawal_reason"] = "Otra cifra."
        update = ActivityUpdate.objects.create(
            activity=work,
            period=period,
            status=status,
            origin="entered" if is_round else "record",
            provenance=provenance,
            execution=execution,
            narrative_es="Se hizo.",
            answer="no_news" if answer == "no_news" else "reported",
            reported_on=None if is_round or on is None else day(on),
            submitted_at=moment if is_round and status != "draft" else None,
            **fields,
        )
        steps = [] if status == "draft" else [Status.SUBMITTED]
        if status != "submitted":
            steps.append(status)
        for step in steps if is_round else []:
            Transition.objects.create(
                activity_update=update, to_status=step, by=self.by, at=moment
            )

    def _letter(self, agency, period):
        return Letter.objects.create(
            agency=agency,
            period=period,
            dated_on=day(-60),
            received_on=day(-60),
            recorded_by=self.by,
        )


def asked_by_sheet(world, period, number):
    """Activity → the status of its newest revision, as the agency's sheet shows it."""
    found = sheet.read(period, world.agencies[number], world.users[number])
    return {row.activity: row.update.status if row.update else "" for row in found.rows}


def check_desk(world, asked):
    """The desk lists what the sheets ask in the rounds that take reports."""
    for number, agency in enumerate(world.agencies):
        expected = {
            (period, activity)
            for period in world.periods
            if period.is_round and period.accepts(agency)
            for activity in asked[period, agency]
        }
        listed = queries.owed_by(world.users[number])
        assert {(item.period, item.activity) for item in listed} == expected


def check_cells(world, asked):
    """So do the secretariat's table and what reminders are made of."""
    cells = rounds.cells(world.plan.periods.opened(TODAY), TODAY)
    parts = {
        (part.period, part.agency): part for part in reminders.to_do_in(cells, TODAY)
    }
    told = {(cell.period, cell.agency): cell for cell in cells}
    for key in opened(world, asked):
        statuses, cell, part = asked[key], told.get(key), parts.get(key)
        items = cell.items if cell else ()
        back = {each for each, status in statuses.items() if status == Status.RETURNED}
        missing = {
            each
            for each, status in statuses.items()
            if status not in HANDED_IN | {Status.RETURNED}
        }
        assert {item.activity for item in items} == set(statuses)
        if cell:
            assert cell.accepts(TODAY) is key[0].accepts(key[1])
        if part or back:
            assert {each.subject for each in part.returned} == back
        if missing and cell.accepts(TODAY):
            assert set(part.missing) == missing


def check_agency_page(world, asked):
    """So do an agency's page and its scorecards."""
    real = rounds.opened(world.periods, TODAY)
    for agency in world.agencies:
        plan, found, part = agencies.find(world.plan.code, agency.slug)
        loaded = board.load(plan, TODAY, supporter=found)
        page = agencies.page(found, part, loaded, TODAY)
        if page is None:
            continue
        latest = asked[real[0], agency] if real else {}
        assert page.round == (real[0] if real else None)
        assert page.owed == len(latest)
        assert page.reported == sum(each in HANDED_IN for each in latest.values())
        cards = {each.period: each.card for each in page.scorecards}
        for period in real:
            statuses = asked[period, agency]
            if statuses and period.scorecards_public_at:
                given = statuses.keys() & handed_in_once(period)
                assert cards[period].asked == len(statuses)
                assert cards[period].missing == len(statuses) - len(given)
            else:
                assert period not in cards


def handed_in_once(period):
    """The activities that were ever handed in: a scorecard takes nothing of it back."""
    steps = Transition.objects.filter(
        activity_update__period=period, to_status=Status.SUBMITTED
    )
    return {step.activity_update.activity for step in steps}


def check_commitment_pages(world, asked):
    """So does the time line of a commitment, of every round that has opened."""
    real = rounds.opened(world.periods, TODAY)
    silent = set()
    for each in world.plan.commitments.standing():
        found = commitments.find(world.plan.code, each.code)
        page = commitments.page(found, Succession(found.plan), TODAY)
        silent |= {
            (step.asked.period, activity)
            for step in page.steps
            if step.kind == "asked"
            for activity in (*step.asked.missing, *step.asked.awaited)
        }
    expected = {
        (period, activity)
        for period in real
        for agency in world.agencies
        for activity, status in asked[period, agency].items()
        if status not in HANDED_IN | {Status.WITHDRAWN}
    }
    assert silent == expected


def opened(world, asked):
    return [key for key in asked if key[0].opens_on <= TODAY]


@settings(
    max_examples=1_000 if DEEP else 20,
    derandomize=True,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(plans)
def test_desk_reminders_scorecards_and_public_pages_ask_the_same(drawn):
    with transaction.atomic():
        world = World(drawn)
        asked = {
            (period, agency): asked_by_sheet(world, period, number)
            for period in world.periods
            if period.is_round
            for number, agency in enumerate(world.agencies)
        }

        check_desk(world, asked)
        check_cells(world, asked)
        if drawn["status"] == "in_preparation":
            assert not any(asked.values())
        else:
            check_agency_page(world, asked)
            check_commitment_pages(world, asked)
        transaction.set_rollback(True)
