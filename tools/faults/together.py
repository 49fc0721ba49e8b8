"""Many people write the same record, publish the same report, fill one SQLite file."""

import threading
import time

from tools.faults import staff, visitors
from tools.faults.restarts import BOTH, must_lose_nothing
from tools.faults.suites import pytest_outcome
from tools.faults.telling import Outcome, counted, pace, percentile, scenario


@scenario(
    "F4",
    "Eight editors of one record, 25 saves each, with and without the version check",
    passes="nothing lost, each refused editor gets a message; without the check saves "
    "are lost",
    on=BOTH,
)
def editors(stage, engine):
    return pytest_outcome(stage, engine, "tests/strategic_areas/test_race.py", DEEP="1")


def publish(reviewer, report):
    """Post a publication as a reviewer's browser would; return the answer."""
    page = f"/gestion/revision/avance/{report}/"
    shown = reviewer.get(page)
    if shown.status != 200:
        return shown
    version = visitors.VERSION.search(shown.text)[1]
    fields = {"seen_version": version, "checked": "on"}
    return reviewer.post(f"{page}publicar/", fields)


def transitions(portal, report):
    """Number of recorded publications of a report."""
    [(number,)] = portal.rows(
        "SELECT count(*) FROM strategic_areas_transition "
        "WHERE activity_update_id = %s AND to_status = 'published'",
        report,
    )
    return number


@scenario(
    "F5",
    "Two reviewers publish the same report at the same moment, ten reports",
    passes="each is published once, and the other reviewer is told",
    on=BOTH,
)
def publishers(stage, engine):
    with stage.portal(engine) as portal:
        portal.start()
        names = portal.world["reviewers"][:2]
        reviewers = [staff.signed_in(portal, name) for name in names]
        reports, answers, told = portal.world["sent"][:10], [], []
        for report in reports:
            page = f"/gestion/revision/avance/{report}/"
            seen = [
                visitors.VERSION.search(each.get(page).text)[1] for each in reviewers
            ]
            gate = threading.Barrier(2)
            threads = [
                threading.Thread(target=together, args=[gate, *case, page, answers])
                for case in zip(reviewers, seen, strict=True)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            # The other reviewer's next page says that the report is already decided.
            after = [each.get("/gestion/").text for each in reviewers]
            told.append(sum('class="error"' in text for text in after))
        numbers = [transitions(portal, report) for report in reports]
        outcome = Outcome(f"10 pairs; {counted(answers)}; {pace(answers)}")
        outcome.must(numbers == [1] * 10, f"published so often: {numbers}")
        outcome.must(all(a.status == 302 for a in answers), "an answer was an error")
        outcome.must(told == [1] * 10, f"so many reviewers were told: {told}")
        fault = portal.audit_fault()
        outcome.must(not fault, f"the audit record is broken: {fault}")
    return outcome


def together(gate, reviewer, version, page, answers):
    gate.wait()
    fields = {"seen_version": version, "checked": "on"}
    answers.append(reviewer.post(f"{page}publicar/", fields))


@scenario(
    "F16",
    "Twenty people save into one SQLite file, each every two seconds",
    passes="nobody is told that the database is locked; p95 of a save at most 2 s",
    on=("sqlite",),
)
def sqlite_writers(stage, engine):
    with stage.portal(engine) as portal:
        portal.start()
        people = staff.Reporting(staff.reporters(portal, 20), pause=2)
        with people:
            time.sleep(stage.seconds(20))
        outcome = Outcome(f"{stage.seconds(20):.0f} s; {pace(people.answers)}")
        wrong = [a for a in people.answers if a.status != 200]
        outcome.must(not wrong, f"{len(wrong)} saves were not answered 200")
        outcome.must(percentile(people.answers, 0.95) <= 2000, "p95 over 2 s")
        locked = [line for line in portal.errors() if "locked" in line]
        outcome.must(not locked, f"{len(locked)} times the database was locked")
        must_lose_nothing(outcome, portal, people)
    return outcome
