"""A year of rounds with the clock moved: opening, reminders, closing, scorecards."""

import io
import json
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from importlib import import_module

import django
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db.models import Count
from django.db.models.functions import TruncDate

from tools.benchmarks.servers import ROOT
from tools.faults.restarts import BOTH
from tools.faults.telling import Outcome, scenario

FIRST, LAST = date(2027, 1, 1), date(2028, 2, 29)
OPENS = date(2027, 4, 1), date(2027, 7, 1), date(2027, 10, 1), date(2028, 1, 1)
#: Activities of each agency, and the day of a round on which each reports. None never
#: reports; the fourth reports after the due date.
DAYS, ACTIVITIES = (2, 9, 15, 25, None), 3


@scenario(
    "Y1",
    "Fourteen months day by day with four rounds, five agencies and all timers",
    passes="each round opens and closes on its day; nobody reports outside it; at most "
    "one reminder a person and day, none to a person who owes nothing; scorecards "
    "ready the day after the end and public 72 hours later; audit record whole",
    on=BOTH,
)
def year(stage, engine):
    with stage.portal(engine) as portal:
        done = subprocess.run(
            [sys.executable, "-m", "tools.faults.year"],
            cwd=ROOT,
            env=portal.environment,
            stdout=subprocess.PIPE,
            check=True,
        )
        told = json.loads(done.stdout.decode().splitlines()[-1])
        outcome = Outcome(told["did"], faults=told["faults"])
        fault = portal.audit_fault()
        outcome.must(not fault, f"the audit record is broken: {fault}")
    return outcome


class Year:
    """The plan of the year, the people who work on it, and the errors found."""

    def __init__(self):
        self.make = import_module("tests.make")
        self.models = import_module("strategic_areas.models")
        self.workflow = import_module("strategic_areas.workflow")
        # Names with the first numbers exist already.
        for _ in range(100_000):
            next(import_module("tests.make.numbers").numbers)
        self.faults, self.counts = [], Counter()
        with at(FIRST):
            self._prepare()

    def _prepare(self):
        make = self.make
        plan = make.plan(code="anual", starts_on=FIRST, ends_on=date(2028, 12, 31))
        self.rounds = [
            make.round(
                plan=plan,
                code=f"trimestre-{number}",
                starts_on=date(2027, 3 * number - 2, 1),
                ends_on=opens - timedelta(days=1),
                opens_on=opens,
                due_on=opens + timedelta(days=19),
                closes_on=opens + timedelta(days=29),
            )
            for number, opens in enumerate(
                (
                    date(2027, 4, 1),
                    date(2027, 7, 1),
                    date(2027, 10, 1),
                    date(2028, 1, 1),
                ),
                start=1,
            )
        ]
        self.work = []
        for day in DAYS:
            agency = make.agency()
            person = make.focal_point(agency=agency)
            commitment = make.commitment(plan=plan, lead=agency)
            made = [make.activity(commitment=commitment) for _ in range(ACTIVITIES)]
            self.work.append((day, person, made))
        self.reviewer = make.reviewer()
        make.close_structure()

    def play(self):
        day = FIRST
        while day <= LAST:
            with at(day, hour=11):  # seven in Santo Domingo
                quietly("send_reminders")
                if day.weekday() == 0:
                    quietly("forget_old_data")
            for period in self.rounds:
                self._report(period, day)
            with at(day, hour=20):
                quietly("release_scorecards")
                quietly("send_mail_queue")
                self._look(day)
            day += timedelta(days=1)
            self.counts["days"] += 1

    def _report(self, period, day):
        """Let agencies report in a round on a day, and check refusals outside it."""
        one = timedelta(days=1)
        edges = {period.opens_on - one, period.closes_on + one}
        if day in edges:
            self._is_refused(period, day)
        for place, (due, person, activities) in enumerate(self.work):
            if due is None:
                continue
            if day == period.opens_on + timedelta(days=due):
                with at(day):
                    for activity in activities:
                        report = self.make.update(
                            activity=activity, period=period, by=person, percent=20
                        )
                        self.workflow.submit(report, by=person)
            if day == period.opens_on + timedelta(days=due + 2):
                with at(day):
                    self._review(period, activities, is_returned=place == 1)
            if place == 1 and day == period.opens_on + timedelta(days=due + 3):
                with at(day):
                    self._mend(period, activities, person)

    def _is_refused(self, period, day):
        _due, person, activities = self.work[-1]
        with at(day):
            try:
                report = self.make.update(
                    activity=activities[0], period=period, by=person
                )
                self.workflow.submit(report, by=person)
            except self.workflow.TransitionError:
                self.counts["refused"] += 1
            else:
                self.faults.append(f"a report was taken on {day}")

    def _review(self, period, activities, *, is_returned):
        for report in self._reports(period, activities):
            if is_returned:
                self.workflow.return_to_agency(
                    report, by=self.reviewer, reason="Falta algo."
                )
            else:
                self.workflow.publish(report, by=self.reviewer)
                self.counts["published"] += 1

    def _mend(self, period, activities, person):
        for report in self._reports(period, activities):
            self.workflow.submit(report, by=person)
            report.refresh_from_db()
            self.workflow.publish(report, by=self.reviewer)
            self.counts["published"] += 1

    def _reports(self, period, activities):
        rows = self.models.ActivityUpdate.objects
        return list(rows.filter(period=period, activity__in=activities))

    def _look(self, day):
        """Check scorecards and public content of this evening."""
        for period in self.rounds:
            period.refresh_from_db()
            ready = day > period.closes_on
            if bool(period.scorecards_ready_at) != ready:
                self.faults.append(
                    f"{day}: scorecards of {period.code} ready: {not ready}"
                )
            public = day >= period.closes_on + timedelta(days=4)
            if bool(period.scorecards_public_at) != public:
                self.faults.append(
                    f"{day}: scorecards of {period.code} public: {not public}"
                )

    def look_back(self):
        """Check reminders and reports of the whole year."""
        mails = import_module("agencies.mail").Mail.objects.filter(kind="reminder")
        self.counts["reminders"] = mails.count()
        double = (
            mails.annotate(day=TruncDate("created_at"))
            .values("to", "day")
            .annotate(number=Count("pk"))
            .filter(number__gt=1)
        )
        if double:
            self.faults.append(f"{len(double)} people had two reminders on a day")
        if not mails.filter(to=self.work[-1][1].email).exists():
            self.faults.append("who never reported was never reminded")
        early = self.work[0][1]
        for period in self.rounds:
            sent = period.opens_on + timedelta(days=DAYS[0] + 3)
            wrong = mails.filter(
                to=early.email,
                created_at__date__gt=sent,
                created_at__date__lte=period.closes_on,
            )
            if wrong:
                self.faults.append(f"{period.code}: reminded who owes nothing")
        public = self.models.ActivityUpdate.objects.published()
        number = public.filter(period__in=self.rounds).count()
        due = len(self.rounds) * ACTIVITIES * sum(day is not None for day in DAYS)
        if number != due:
            self.faults.append(f"{number} reports are public, not {due}")
        waiting = import_module("agencies.mail").Mail.objects.waiting().count()
        if waiting:
            self.faults.append(f"{waiting} mails wait at the end")


def at(day, hour=16):
    """This hour of the day in UTC; by default noon in Santo Domingo."""
    moment = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    return time_machine.travel(moment, tick=False)


def quietly(*command):
    call_command(*command, stdout=io.StringIO())


def main():
    django.setup()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    played = Year()
    played.play()
    played.look_back()
    told = ", ".join(f"{number} {name}" for name, number in played.counts.items())
    sys.stdout.write(json.dumps({"did": told, "faults": played.faults[:5]}) + "\n")


if __name__ == "__main__":
    main()
