"""The clock goes a day forward and back, past a deadline, and over midnight."""

import re
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tools.benchmarks.servers import ROOT, asked
from tools.faults import staff, visitors
from tools.faults.restarts import BOTH
from tools.faults.stage import SERVER
from tools.faults.telling import Outcome, counted, scenario

DAY = 86_400
ZONE = ZoneInfo("America/Santo_Domingo")
RESET = "/cuenta/password/reset/"


class Clock:
    """The clock of a portal, moved while it serves."""

    def __init__(self, portal):
        self.portal, self.seconds = portal, 0
        self.file = portal.folder / "clock"
        self.file.write_text("0")
        application = ["--application", "tools.faults.moved:application"]
        portal.start([*SERVER, *application], CLOCK=str(self.file))

    def move(self, seconds):
        """Move the clock of every worker by these seconds."""
        self.seconds = seconds
        self.file.write_text(str(seconds))
        time.sleep(0.5)

    def manage(self, *arguments):
        """Run a command at that time, as a timer would."""
        command = [sys.executable, "-m", "tools.faults.moved", str(self.seconds)]
        return subprocess.run(
            [*command, *arguments],
            cwd=ROOT,
            env=self.portal.environment,
            capture_output=True,
            text=True,
            check=True,
        )


@scenario(
    "F14",
    "The clock a day forward, a day back, past a round's end, and over midnight",
    passes="sessions, links and deadlines hold by the new hour; nothing fails; the "
    "audit record keeps its order; a page in memory is of the new day within 2 s",
    on=BOTH,
)
def moved_clock(stage, engine):
    with stage.portal(engine) as portal:
        clock, outcome = Clock(portal), Outcome("")
        forward(clock, outcome)
        link(clock, outcome)
        back(clock, outcome)
        past_the_end(clock, outcome)
        over_midnight(clock, outcome)
        fault = portal.audit_fault()
        outcome.must(not fault, f"the audit record is broken: {fault}")
        outcome.must(not portal.errors(), f"{len(portal.errors())} errors in the log")
        hours = {
            (datetime(2026, month, 1, tzinfo=ZONE)).utcoffset()
            for month in range(1, 13)
        }
        outcome.must(hours == {timedelta(hours=-4)}, "the hour changes in the year")
    outcome.did = outcome.did.rstrip("; ")
    return outcome


def pages(portal):
    reader = visitors.Visitor(portal.port)
    return [reader.get(page) for page in visitors.PAGES]


def forward(clock, outcome):
    """A day later the session has ended, and a new sign-in works."""
    portal = clock.portal
    reporter = staff.Reporter(portal, portal.world["people"][0])
    outcome.must(reporter.save().status == 200, "she could not save before")
    clock.move(DAY)
    ended = reporter.visitor.get("/gestion/").status
    shown = pages(portal)
    reporter.visitor = staff.signed_in(portal, portal.world["people"][0]["name"])
    saved = reporter.save().status
    outcome.did += f"+1 day: session {ended}, pages {counted(shown)}, saving {saved}; "
    outcome.must(ended == 302, "a session outlived a day")
    outcome.must({a.status for a in shown} == {200}, "public pages failed a day later")
    outcome.must(saved == 200, "nobody could save a day later")


def link(clock, outcome):
    """A link to a new password is valid for an hour."""
    portal = clock.portal
    person = visitors.Visitor(portal.port)
    person.get(RESET)
    [(address,)] = portal.rows(
        "SELECT email FROM agencies_user WHERE username = %s",
        portal.world["people"][4]["name"],
    )
    person.post(RESET, {"email": address})
    clock.manage("send_mail_queue")
    mails = sorted((portal.folder / "mail").glob("*.eml"))
    found = re.search(r"https?://[^/\s]+(/\S*reset/key/\S+)", mails[-1].read_text())
    opened = follow(portal, found[1])
    clock.move(clock.seconds + 2 * 3600)
    late = follow(portal, found[1])
    outcome.did += f"link opens a form: {opened}, two hours later: {late}; "
    outcome.must(opened, "the link did not open")
    outcome.must(not late, "the link still opens after two hours")


def follow(portal, path):
    """Whether a link leads to a form for a new password."""
    person = visitors.Visitor(portal.port)
    answer = person.get(path)
    if answer.status == 302:
        answer = person.get(answer.headers["location"])
    return 'name="password1"' in answer.text


def back(clock, outcome):
    """A day back, sign-in works, and later saves remain."""
    portal = clock.portal
    clock.move(-DAY)
    shown = pages(portal)
    reporter = staff.Reporter(portal, portal.world["people"][2])
    saved = [reporter.save().status for _ in range(2)]
    outcome.did += f"−1 day: pages {counted(shown)}, saving {saved}; "
    outcome.must({a.status for a in shown} == {200}, "public pages failed a day back")
    outcome.must(saved == [200, 200], "nobody could save a day back")


def past_the_end(clock, outcome):
    """After a round closed nobody reports in it."""
    portal = clock.portal
    person = portal.world["people"][6]
    clock.move(40 * DAY)
    reporter = staff.Reporter(portal, person)
    answer = reporter.save()
    [(number,)] = portal.rows(
        "SELECT count(*) FROM strategic_areas_activityupdate WHERE activity_id = %s",
        reporter.activity,
    )
    outcome.did += f"10 days past the round's end: saving {answer.status}; "
    outcome.must(400 <= answer.status < 500, f"a late save is told {answer.status}")
    outcome.must(number == 0, "a late report was stored")


def over_midnight(clock, outcome):
    """A page in memory at the end of the day."""
    portal = clock.portal
    now = datetime.now(UTC).astimezone(ZONE)
    end = datetime(now.year, now.month, now.day, tzinfo=ZONE) + timedelta(days=1)
    page = portal.world["due_today"]
    clock.move((end - now).total_seconds() - 8)
    midnight = time.monotonic() + 8 - 0.5
    before = [asked(portal.port, page)[2] for _ in range(4)]
    seen = []
    while time.monotonic() < midnight + 8:
        status, _took, body = asked(portal.port, page)
        seen.append((time.monotonic() - midnight, status, body != before[-1]))
        time.sleep(0.1)
    old = [moment for moment, _status, is_new in seen if not is_new]
    statuses = {status for _moment, status, _new in seen}
    changed = max(old, default=0)
    outcome.did += f"midnight: last page of the old day {changed:+.1f} s after it; "
    outcome.must(statuses == {200}, f"at midnight pages were answered {statuses}")
    outcome.must(any(new for *_, new in seen), "the page never became of the new day")
    outcome.must(changed <= 2, f"a page of the old day {changed:.1f} s after midnight")
