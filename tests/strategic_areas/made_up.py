"""Plans made up by hypothesis: their periods, activities and what was said of each."""

from collections import namedtuple
from datetime import date, timedelta

from django.utils import timezone
from hypothesis import strategies as st

from strategic_areas import models
from strategic_areas.figures.submission import VALUE_STEPS
from tests import make

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
#: What each kind of answer states.
ANSWERS = {
    "reported": {},
    "no_news": {"answer": "no_news", "no_news_reason_es": "Nada."},
    "reserved": {
        "is_reserved": True,
        "reserved_reason": "Caso abierto.",
        "reserved_legal_basis": "Ley 200-04",
    },
}

Work = namedtuple("Work", "agency commitment starts kind stop")
Period = namedtuple("Period", "window ends is_demonstration reopened_until is_ready")
Counted = namedtuple("Counted", "agency frequency became on")
Said = namedtuple("Said", "state on execution answer")

#: From when and until when an amendment stops an activity, counted from today.
STOPS = [(-41, None), (-40, None), (-30, -20), (-21, -4), (-4, 3)]

works = st.builds(
    Work,
    agency=st.integers(0, 1),
    commitment=st.integers(0, 1),
    starts=st.sampled_from([None, None, -200, -50, -49]),
    kind=st.sampled_from(["planned", "planned", "planned", "superseded", "off_plan"]),
    stop=st.sampled_from([None, None, None, *STOPS]),
)
periods = st.builds(
    Period,
    window=st.sampled_from([None, *WINDOWS]),
    ends=st.sampled_from([-120, -50]),
    is_demonstration=st.sampled_from([False, False, False, True]),
    reopened_until=st.sampled_from([None, None, -1, 20]),
    is_ready=st.booleans(),
)
accounts = st.builds(
    Said,
    state=st.sampled_from(STATES),
    on=st.sampled_from([None, -60, -45, -30, -15]),
    execution=st.sampled_from(
        ["in_progress", "completed", "completed", "cancelled", "suspended"]
    ),
    answer=st.sampled_from(list(ANSWERS)),
)
#: What became of the first value that may be asked for of an indicator.
BECAME = ["", "waits", "returned", "published", "hidden", "told_by_others"]
counted = st.builds(
    Counted,
    agency=st.integers(0, 1),
    frequency=st.sampled_from(["yearly", "yearly", "each_round", "not_asked"]),
    became=st.sampled_from(BECAME),
    on=st.sampled_from([-60, -30, -15, 0]),
)
plans = st.fixed_dictionaries(
    {
        "status": st.sampled_from(["approved", "approved", "ended", "in_preparation"]),
        "superseded": st.sampled_from([None, None, 1]),
        "stop": st.sampled_from([None, None, None, *STOPS]),
        "works": st.lists(works, min_size=1, max_size=4),
        "periods": st.lists(periods, min_size=1, max_size=4),
        "values": st.lists(counted, max_size=2),
        # Of each work in each period, in this order; None where nothing was said.
        "accounts": st.lists(st.one_of(st.none(), accounts), min_size=16, max_size=16),
    }
)


def stopped(stop):
    if stop is None:
        return {}
    since, until = stop
    how = "cancelled" if until is None else "suspended"
    resumes = None if until is None else day(until)
    return {"stopped": how, "stopped_on": day(since), "resumes_on": resumes}


class People:
    def __init__(self):
        self.by = make.reviewer()
        self.agencies = [make.agency() for _ in range(2)]
        self.users = [make.focal_point(agency=each) for each in self.agencies]


class World:
    """A plan made up from what hypothesis drew, stored as the workflow leaves it."""

    def __init__(self, drawn, people):
        self.plan = make.plan(
            starts_on=day(-400), ends_on=day(400), status=drawn["status"]
        )
        self.by, self.agencies = people.by, people.agencies
        self.users = people.users
        programme = make.programme(plan=self.plan)
        self.commitments = [
            make.commitment(programme=programme, lead=self.agencies[0], **stopped(stop))
            for stop in (drawn["stop"], None)
        ]
        if drawn["superseded"]:
            heir = make.commitment(programme=programme)
            heir.supersedes.add(self.commitments[drawn["superseded"]])
        self.works = [self._work(*each) for each in drawn["works"]]
        self.periods = [self._period(*each) for each in drawn["periods"]]
        cells = ((work, period) for work in self.works for period in self.periods)
        for (work, period), said in zip(cells, drawn["accounts"], strict=False):
            if said:
                self._say(work, period, *said)
        for each in drawn["values"]:
            self._count(*each)

    def _work(self, agency, commitment, starts, kind, stop):
        made = make.activity(
            commitment=self.commitments[commitment],
            agency=self.agencies[agency],
            starts_on=None if starts is None else day(starts),
            **stopped(stop),
        )
        if kind == "off_plan":
            made.code, made.is_in_plan = f"F-{made.pk}", False
            made.save()
        if kind == "superseded":
            heir = make.activity(commitment=made.commitment, agency=made.agency)
            heir.supersedes.add(made)
        return made

    def _period(self, window, ends, is_demonstration, reopened_until, is_ready):
        if window is None:
            return make.period(plan=self.plan, starts_on=day(-300), ends_on=day(ends))
        opens, due, closes = map(day, WINDOWS[window])
        is_public = is_ready and window == "closed" and not is_demonstration
        made = make.round(
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
        if reopened_until is not None:
            until = day(reopened_until)
            make.reopening(made, self.agencies[0], until=until, by=self.by)
        return made

    def _say(self, work, period, state, on, execution, answer):
        (status, is_letter), is_round = state, period.is_round
        moment = NOW + timedelta(days=on or -30)
        if period.is_demonstration:
            provenance = "demonstration"
        elif is_round:
            provenance = "transcribed" if is_letter else "reported"
        else:
            provenance, status = "press", models.RevisionStatus.PUBLISHED
        fields = dict(ANSWERS[answer])
        if is_round and is_letter:
            fields["letter"] = self._letter(work.agency, period)
        if status in {"published", "withdrawn"}:
            fields |= {"published_at": NOW, "published_by": self.by}
            fields["public_id"] = f"w{work.pk}x{period.pk}"
        if status == "withdrawn":
            fields |= {"withdrawn_at": NOW, "withdrawn_by": self.by}
            fields["withdrawal_reason"] = "Otra cifra."
        update = models.ActivityUpdate.objects.create(
            activity=work,
            agency=work.agency,
            period=period,
            status=status,
            origin="entered" if is_round else "record",
            provenance=provenance,
            execution=execution,
            narrative_es="Se hizo.",
            reported_on=None if is_round or on is None else day(on),
            submitted_at=moment if is_round and status != "draft" else None,
            **fields,
        )
        steps = [] if status == "draft" else [models.RevisionStatus.SUBMITTED]
        if status != "submitted":
            steps.append(status)
        for step in steps if is_round else []:
            models.Transition.objects.create(
                activity_update=update, to_status=step, by=self.by, at=moment
            )

    def _count(self, agency, frequency, became, on):
        indicator = make.indicator(
            plan=self.plan, agency=self.agencies[agency], frequency=frequency
        )
        year = self.plan.starts_on.year
        days = {"starts_on": date(year, 1, 1), "ends_on": date(year, 12, 31)}
        if frequency == "each_round":
            days = {name: getattr(self.periods[0], name) for name in days}
        if became == "told_by_others":
            make.published_figure(indicator=indicator, **days)
        elif became:
            reported = make.reported_value(
                indicator=indicator, by=self.users[agency], **days
            )
            if became == "returned":
                VALUE_STEPS.decline(reported, by=self.by, reason="Falta la fuente.")
            elif became != "waits":
                VALUE_STEPS.approve(reported, by=self.by)
            if became == "hidden":
                models.PublishedFigure.objects.filter(indicator=indicator).update(
                    is_hidden=True
                )
            rows = models.ReportedSpan.objects.filter(indicator=indicator)
            rows.update(submitted_on=day(on))

    def _letter(self, agency, period):
        return models.Letter.objects.create(
            agency=agency,
            period=period,
            dated_on=day(-60),
            received_on=day(-60),
            recorded_by=self.by,
        )
