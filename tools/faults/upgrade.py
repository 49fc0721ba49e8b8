"""
The stored portal is migrated while its own code serves, then as docs/operate.md says.
"""

import io
import subprocess
import sys
import tarfile
import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime

import psycopg2

from tools.benchmarks import servers
from tools.benchmarks.servers import ROOT
from tools.faults import staff, visitors
from tools.faults.restarts import BOTH
from tools.faults.stage import SERVER, Portal, surroundings
from tools.faults.telling import Outcome, counted, scenario

#: The commit that made the portal in tests/stored.
STORED = "83257298"
#: Not long after it was stored: its rounds are open.
THEN = datetime(2026, 12, 1, 14, 0, tzinfo=UTC)
#: With them the stored people have production passwords and no second factor.
PEOPLE = """
from django.contrib.auth.hashers import make_password
from agencies.models import User
from allauth.mfa.models import Authenticator
Authenticator.objects.all().delete()
User.objects.update(password=make_password("correct horse battery staple"))
"""
OPEN = """
SELECT p.id, g.slug, a.id FROM strategic_areas_reportingperiod p
JOIN strategic_areas_activity a ON a.plan_id = p.plan_id
JOIN agencies_agency g ON g.id = a.agency_id
JOIN agencies_focalpoint f ON f.agency_id = g.id
JOIN agencies_user u ON u.id = f.user_id
WHERE p.mode = 'round' AND p.closes_on = '2026-12-30' AND u.username = 'focal'
AND a.kind = 'one_off' AND NOT EXISTS (
  SELECT 1 FROM strategic_areas_activityupdate r
  WHERE r.activity_id = a.id AND r.period_id = p.id)
ORDER BY p.id, a.id
"""


@contextmanager
def stored_portal(stage, engine):
    """The stored portal and a folder with its code."""
    folder = stage.folder / f"stored-{engine}-{time.monotonic_ns()}"
    code = folder / "code"
    code.mkdir(parents=True)
    packed = subprocess.run(
        ["git", "archive", STORED], cwd=ROOT, stdout=subprocess.PIPE, check=True
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(code, filter="data")
    with tarfile.open(ROOT / f"tests/stored/{engine}.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    (code / "moved.py").write_text((ROOT / "tools/faults/moved.py").read_text())
    later = (THEN - datetime.now(UTC)).total_seconds()
    (folder / "clock").write_text(str(later))
    (folder / "static").mkdir()
    (folder / "world.json").write_text(
        '{"people": [], "password": "correct horse battery staple"}'
    )
    port = servers.free_port()
    variables = surroundings(folder, port) | {
        "SECRET_KEY": "for-tests-only",
        "CLOCK": str(folder / "clock"),
    }
    if engine == "postgresql":
        cluster, name = stage.cluster(), folder.name
        cluster.make(name)
        variables["DATABASE_URL"] = cluster.address(name)
        with (
            closing(psycopg2.connect(cluster.address(name))) as database,
            database.cursor() as cursor,
        ):
            cursor.execute((folder / "portal.sql").read_text(encoding="utf-8"))
            database.commit()
    portal = Portal(engine, folder, port, variables, stage.database)
    try:
        yield portal, code
    finally:
        portal.kill()


def old_server(portal):
    command = "-m granian --interface wsgi --host 127.0.0.1 --workers 2 --no-ws"
    command += f" --blocking-threads 2 --respawn-failed-workers --port {portal.port}"
    command += " --log-level warning moved:application"
    return [sys.executable, *command.split()]


def old_command(portal, code, *arguments):
    subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=code,
        env=portal.environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def reporter_of(portal):
    """The stored focal point and an untouched row of an open round."""
    period, agency, activity = portal.rows(OPEN)[0]
    portal.world["period"] = period
    person = {"name": "focal", "agency": agency, "activities": [activity]}
    return staff.Reporter(portal, person)


@scenario(
    "F11",
    "The stored portal migrated while its own code serves readers and a reporter; "
    "then the new code started",
    passes="no 5xx on public pages; nothing confirmed is lost; audit record whole",
    on=BOTH,
)
def migrated_while_served(stage, engine):
    return upgraded(stage, engine, is_stopped=False)


@scenario(
    "U1",
    "The same as docs/operate.md says: stopped, migrated, started",
    passes="nothing confirmed is lost; audit record whole; saving goes on",
    on=BOTH,
)
def migrated_as_told(stage, engine):
    return upgraded(stage, engine, is_stopped=True)


def saved(people, since):
    """The saves since a moment that are in the database."""
    return [a for a in people.answers if a.begun > since and a.status == 200]


def upgraded(stage, engine, *, is_stopped):
    pages = ("/", "/ayuda/", "/metodologia/")
    with stored_portal(stage, engine) as (portal, code):
        old_command(portal, code, "compile_catalogues")
        old_command(portal, code, "collectstatic", "--no-input")
        old_command(portal, code, "shell", "-c", PEOPLE)
        portal.start_own(old_server(portal), folder=code)
        people = staff.Reporting([reporter_of(portal)], pause=0.5)
        with visitors.Readers(portal.port, rate=5, pages=pages) as readers, people:
            time.sleep(4)
            saved_before = len(people.confirmed())
            begun = time.monotonic()
            if is_stopped:
                portal.stop()
            migrating = time.monotonic()
            portal.manage("migrate", "--no-input")
            took = time.monotonic() - migrating
            if not is_stopped:
                time.sleep(5)
                portal.stop()
            stopped = time.monotonic()
            portal.manage("collectstatic", "--no-input")
            portal.start([*SERVER, "--application", "tools.faults.moved:application"])
            away = time.monotonic() - (begun if is_stopped else stopped)
            started = time.monotonic()
            while not saved(people, started) and time.monotonic() < started + 60:
                time.sleep(0.5)
        while_old = [a for a in readers.answers if begun <= a.begun < stopped]
        broken = [a for a in while_old if isinstance(a.status, int) and a.status >= 500]
        saves = [a for a in people.answers if begun <= a.begun < stopped]
        after = [a for a in people.answers if a.begun > started]
        outcome = Outcome(
            f"migrating took {took:.0f} s, the portal was away {away:.0f} s; meanwhile "
            f"pages {counted(while_old)}, saves {counted(saves)}; "
            f"{len(people.confirmed())} saves confirmed"
        )
        if not is_stopped:
            outcome.must(not broken, f"{len(broken)} public pages were answered 5xx")
        outcome.must(saved_before, "nobody saved before")
        outcome.must(saved(people, started), f"afterwards saves {counted(after)}")
        lost = people.lost(portal)
        fault = portal.audit_fault()
        outcome.must(not lost, f"{len(lost)} confirmed saves are gone")
        outcome.must(not fault, f"the audit record is broken: {fault}")
        outcome.lost = f"{len(lost)} confirmed saves, {len(broken)} pages"
    return outcome
