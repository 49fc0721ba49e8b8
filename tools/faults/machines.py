"""Two application servers behind nginx, with one PostgreSQL and one folder of files."""

import contextlib
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from tests import proxies
from tools.benchmarks import servers
from tools.faults import staff, visitors
from tools.faults.publishing import page_of
from tools.faults.restarts import must_lose_nothing, share_failed
from tools.faults.slow import KEYS
from tools.faults.stage import Portal
from tools.faults.telling import Outcome, counted, pace, percentile, scenario
from tools.faults.together import publish

#: Seconds within which every server must show a publication.
FRESH = 2


@contextlib.contextmanager
def two_machines(stage, engine, **settings):
    """Two portals with separate folders that share only the files."""
    with tempfile.TemporaryDirectory(dir=stage.folder) as shared:
        settings["FILE_STORE_URL"] = f"file://{shared}/files"
        with stage.portal(engine, **settings) as first:
            folder, port = first.folder.with_suffix(".second"), servers.free_port()
            shutil.copytree(first.folder, folder, symlinks=True)
            variables = first.variables | {"VAR_DIR": str(folder)}
            second = Portal(engine, folder, port, variables, first.cluster)
            try:
                first.start()
                second.start()
                yield first, second
            finally:
                second.kill()
                shutil.rmtree(folder)


@scenario(
    "M1",
    "Ten publications, six wrong passwords and the timers of one task, on two "
    "application servers by turns",
    passes="each publication is fresh on both within 2 s; five passwords are tried in "
    "all; the task runs once",
)
def shared_state(stage, engine):
    with two_machines(stage, engine) as (first, second):
        reviewer = staff.signed_in(first, first.world["reviewers"][0])
        delays = []
        for number, report in enumerate(first.world["sent"][:10]):
            reviewer.port = (first, second)[number % 2].port
            delays.append(seconds_until_fresh((first, second), reviewer, report))
        guesses = guess(first, 3) + guess(second, 3)
        backups = first.folder / "backups"
        backups.mkdir()
        said = run_at_once((first, second), "backup", BACKUP_FOLDER=str(backups))
        number = len([*backups.glob("plan-portal-*.tar.gz")])
        outcome = Outcome(
            f"fresh on both after {max(delays):.1f} s at most; guesses answered "
            f"{guesses}; {number} backup"
        )
        outcome.must(max(delays) <= FRESH, f"a page was old for {max(delays):.1f} s")
        outcome.must(guesses == [200] * 5 + [429], f"guesses were answered {guesses}")
        outcome.must(number == 1, f"the task ran {number} times: {said}")
    return outcome


def seconds_until_fresh(portals, reviewer, report):
    """Time after a publication until no request gets the old page."""
    page = page_of(portals[0], report)
    old, again = (
        [servers.asked(each.port, page)[2] for each in portals] for _ in range(2)
    )
    assert old == again, "a page changed by itself"
    publish(reviewer, report)
    published = last = time.monotonic()
    for each, before in zip(portals * 2, old * 2, strict=True):
        while last < published + 20:
            begun = time.monotonic()
            if servers.asked(each.port, page)[2] != before:
                break
            last = begun
            time.sleep(0.02)
    return last - published


def guess(portal, times):
    """Statuses of several sign-ins to one account with wrong passwords."""
    stranger = visitors.Visitor(portal.port)
    stranger.get(visitors.SIGN_IN)
    wrong = {"login": portal.world["administrator"], "password": "equivocada"}
    statuses = []
    while len(statuses) < times:
        status = stranger.post(visitors.SIGN_IN, wrong).status
        if status != 503:  # the process was busy with another sign-in
            statuses.append(status)
    return statuses


def run_at_once(portals, task, **variables):
    said = []
    threads = [
        threading.Thread(
            target=lambda each=each: said.append(
                each.manage("run_task", task, check=False, **variables).stdout
            )
        )
        for each in portals
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


@scenario(
    "M2",
    "One of two application servers killed (kill −9), then the other one stopped, "
    "while eight people save and others read, behind nginx",
    passes="nothing confirmed is lost, audit record whole; at most 0.1 % of the pages "
    "fail; while one is away the other takes saves, and p95 of pages is at most 1 s",
)
def ended_server(stage, engine):
    port = servers.free_port()
    settings = {
        "INSECURE_HTTP": "false",
        "MFA_ENCRYPTION_KEYS": KEYS,
        "REQUIRE_SECOND_FACTOR": "false",
        "BEHIND_TLS_PROXY": "true",
        "SITE_URL": f"https://localhost:{port}",
    }
    with (
        two_machines(stage, engine, **settings) as (first, second),
        in_front(port, first.port, second.port),
    ):
        people = staff.Reporting(
            [
                staff.Reporter(first, person, sign_in(port, first, person["name"]))
                for person in first.world["people"][:8]
            ],
            pause=1,
        )
        with visitors.Readers(port, rate=20, tls=True) as readers, people:
            time.sleep(8)
            first.kill()
            first.close()
            alone = time.monotonic()
            time.sleep(5)
            first.start()
            time.sleep(8)  # a server that starts has no page in memory
            second.stop()
            second.close()
            other_alone = time.monotonic()
            time.sleep(5)
        answers = readers.answers
        outcome = Outcome(f"pages {counted(answers)}; {pace(answers)}")
        for begun in (alone, other_alone):
            pages, saves = (
                [each for each in asked if begun <= each.begun < begun + 5]
                for asked in (answers, people.answers)
            )
            outcome.did += f"; beside one that is away {pace(pages)}"
            saved = any(each.status == 200 for each in saves)
            outcome.must(saved, "nobody could save on the server that was left")
            outcome.must(percentile(pages, 0.95) <= 1000, "p95 of pages over 1 s")
        outcome.must(share_failed(answers) <= 0.001, "more than 0.1 % of pages failed")
        must_lose_nothing(outcome, first, people)
    return outcome


def sign_in(port, portal, name):
    return visitors.Visitor(port, tls=True).sign_in(name, portal.world["password"])


@contextlib.contextmanager
def in_front(port, *inner):
    """The shipped nginx on a port, in front of these servers."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder)
        certificate = proxies.make_certificate(made)
        one, *others = inner
        plain = servers.free_port()
        command = proxies.nginx(made, certificate, one, port, plain, others)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with subprocess.Popen(command, **quiet) as process:
            try:
                servers.wait_for(port)
                yield
            finally:
                process.terminate()
