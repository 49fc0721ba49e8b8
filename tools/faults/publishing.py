"""
The server is killed during publications; plan files are loaded twice and interrupted.
"""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from tools.benchmarks.servers import ROOT, asked
from tools.faults import staff, visitors
from tools.faults.restarts import BOTH
from tools.faults.telling import Outcome, counted, scenario
from tools.faults.together import publish, transitions


@scenario(
    "F6",
    "kill −9 of all workers at a random point of a publication (20 in the long form)",
    passes="the public page is the old or the new one byte for byte; publishing again "
    "succeeds; published once; audit record whole",
    on=BOTH,
)
def killed_publication(stage, engine):
    with stage.portal(engine) as portal:
        portal.start()
        names, outcome = portal.world["reviewers"], Outcome("")
        reviewer = staff.signed_in(portal, names[0])
        # The time of a publication here, so that the kills interrupt it.
        begun = time.monotonic()
        publish(reviewer, portal.world["sent"][-1])
        usual = (time.monotonic() - begun) / 2
        before, mixed, cut = 0, 0, 0
        number = 20 if stage.minutes else 6
        for report in portal.world["sent"][:number]:
            page = page_of(portal, report)
            old = asked(portal.port, page)[2]
            shown = reviewer.get(f"/gestion/revision/avance/{report}/").text
            version = visitors.VERSION.search(shown)[1]
            answers = []
            poster = threading.Thread(
                target=post, args=[reviewer, report, version, answers]
            )
            poster.start()
            time.sleep(random.uniform(0, usual))  # noqa: S311
            portal.kill()
            poster.join()
            portal.start()
            found = asked(portal.port, page)[2]
            cut += answers[0].status != 302
            before += found == old
            publish(reviewer, report)
            new = once_changed(portal, page, old)
            mixed += found not in (old, new)
            outcome.must(new != old, "publishing again did not succeed")
            times = transitions(portal, report)
            outcome.must(times == 1, f"report {report} was published {times} times")
        outcome.did = (
            f"{number} kills, {cut} before the answer; then {before} old pages and "
            f"{number - before} new ones, {mixed} of neither"
        )
        outcome.lost = f"{mixed} pages"
        outcome.must(not mixed, f"{mixed} pages were neither old nor new")
        fault = portal.audit_fault()
        outcome.must(not fault, f"the audit record is broken: {fault}")
    return outcome


def once_changed(portal, page, old):
    """The page once it has changed, within the two seconds promised to readers."""
    deadline = time.monotonic() + 3
    while (new := asked(portal.port, page)[2]) == old and time.monotonic() < deadline:
        time.sleep(0.1)
    return new


def post(reviewer, report, version, answers):
    page = f"/gestion/revision/avance/{report}/publicar/"
    answers.append(reviewer.post(page, {"seen_version": version, "checked": "on"}))


def page_of(portal, report):
    """The address of the commitment of a report."""
    [(code,)] = portal.rows(
        "SELECT c.code FROM strategic_areas_activityupdate u "
        "JOIN strategic_areas_activity a ON a.id = u.activity_id "
        "JOIN strategic_areas_commitment c ON c.id = a.commitment_id WHERE u.id = %s",
        report,
    )
    return f"/{portal.world['plan']}/compromisos/{code}/"


#: Tables that a plan file fills.
TABLES = ("plan", "strategicarea", "programme", "commitment", "activity", "source")
PLAN = ROOT / "tests" / "states_plan" / "earlier.yaml"


@scenario(
    "F7",
    "A plan file loaded twice, twice at once, and cut off with kill −9 five times",
    passes="as many rows as after one load; of a load that was cut off, none or all",
    on=BOTH,
)
def loaded_badly(stage, engine):
    with stage.portal(engine) as portal:
        outcome = Outcome("")
        none = rows(portal)
        cuts = []
        for _ in range(5):
            load = begin(portal)
            time.sleep(random.uniform(2, 6))  # noqa: S311
            load.send_signal(signal.SIGKILL)
            load.wait()
            cuts.append(rows(portal))
            if cuts[-1] != none:
                break  # the load was over sooner
        at_once = [begin(portal) for _ in range(2)]
        statuses = [load.wait() for load in at_once]
        both = rows(portal)
        again = begin(portal).wait()
        outcome.did = (
            f"{len(cuts)} loads cut off, {sum(c == none for c in cuts)} left nothing; "
            f"two at once ended {statuses}, again {again}: {sum(both)} rows"
        )
        outcome.must(all(c in (none, both) for c in cuts), "part of a plan was left")
        outcome.must(both != none, "the plan was not loaded")
        outcome.must(rows(portal) == both, "a second load made more rows")
        outcome.must(again == 0, "the second load failed")
        outcome.must(0 in statuses, "neither of two loads succeeded")
    return outcome


def begin(portal):
    """A process that loads the plan file."""
    with Path(portal.folder / "loading.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "manage.py", "load_plan", str(PLAN)],
            cwd=ROOT,
            env=os.environ | portal.variables,
            stdout=log,
            stderr=log,
        )


def rows(portal):
    """Table → number of rows, for the tables that a plan file fills."""
    return [
        portal.rows(f"SELECT count(*) FROM strategic_areas_{table}")[0][0]  # noqa: S608
        for table in TABLES
    ]


@scenario(
    "F9",
    "Backup, everything lost, restore into an empty portal, verify",
    passes="`restore` and `verify` find counts, sums and audit record equal; at most "
    "60 s; people sign in, no old session is good",
    on=BOTH,
)
def restored(stage, engine):
    with stage.portal(engine) as portal, stage.portal(engine) as other:
        portal.start()
        people = staff.Reporting(staff.reporters(portal, 3), pause=0.2)
        with people:
            time.sleep(2)
        old = people.reporters[0].visitor
        backups = portal.folder / "backups"
        backups.mkdir()
        begun = time.monotonic()
        portal.manage("back_up", str(backups))
        portal.kill()
        empty(other)
        [backup] = backups.glob("plan-portal-*.tar.gz")
        other.manage("restore", str(backup))
        took = time.monotonic() - begun
        verified = other.manage("verify", check=False)
        other.start()
        person = staff.signed_in(other, other.world["people"][0]["name"])
        seen = person.get("/gestion/").status
        old.port = other.port
        stale = old.get("/gestion/").status
        shown = counted([visitors.Visitor(other.port).get(p) for p in visitors.PAGES])
        outcome = Outcome(
            f"backup and restore {took:.0f} s; desk {seen}, an old session {stale}, "
            f"pages {shown}; {len(people.confirmed())} saves before"
        )
        lost = people.lost(other)
        outcome.lost = f"{len(lost)} confirmed saves"
        outcome.must(not lost, f"{len(lost)} saves are gone")
        outcome.must(took <= 60, f"it took {took:.0f} s")
        outcome.must(not verified.returncode, f"verify: {verified.stdout[-200:]}")
        outcome.must((seen, stale) == (200, 302), f"desk {seen}, old session {stale}")
        fault = other.audit_fault()
        outcome.must(not fault, f"the audit record is broken: {fault}")
    return outcome


def empty(portal):
    """Delete everything of a portal except its static files."""
    if portal.engine == "postgresql":
        name = Path(portal.variables["DATABASE_URL"].partition("?")[0]).name
        portal.cluster.drop(name)
        portal.cluster.make(name)
        return
    for file in portal.folder.glob("portal.sqlite3*"):
        file.unlink()
