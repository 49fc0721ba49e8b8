"""The server is reloaded, replaced and killed while people read and report."""

import os
import random
import signal
import time

from tools.faults import staff, visitors
from tools.faults.telling import Outcome, counted, pace, percentile, scenario

BOTH = ("postgresql", "sqlite")


def share_failed(answers):
    failed = [answer for answer in answers if answer.status != 200]
    return len(failed) / max(1, len(answers))


def must_lose_nothing(outcome, portal, people):
    """No confirmed save is lost, and the audit record is intact."""
    lost = people.lost(portal)
    fault = portal.audit_fault()
    outcome.must(not lost, f"{len(lost)} confirmed saves are gone: {lost[:3]}")
    outcome.must(not fault, f"the audit record is broken: {fault}")
    number = len(people.confirmed())
    outcome.must(number, "nothing was saved at all")
    outcome.did += f"; {number} saves confirmed ({counted(people.answers)})"
    outcome.lost = f"{len(lost)} confirmed saves"


@scenario(
    "F10",
    "Workers replaced three times (SIGHUP) and one killed, 30 pages a second",
    passes="at most 0.1 % of the pages fail, no 5xx, p99 at most 1 s",
)
def replaced_workers(stage, engine):
    with stage.portal(engine) as portal:
        portal.start()
        with visitors.Readers(portal.port, rate=30) as readers:
            time.sleep(2)
            for _ in range(3):
                before = set(portal.workers())
                portal.process.send_signal(signal.SIGHUP)
                wait_until(lambda before=before: not before & set(portal.workers()))
                time.sleep(1)
            # If it is killed sooner, granian considers the application broken.
            time.sleep(6)
            victim = portal.workers()[0]
            os.kill(victim, signal.SIGKILL)
            time.sleep(8)
        answers = readers.answers
        outcome = Outcome(
            f"3 reloads, 1 kill −9 of a worker; {counted(answers)}; {pace(answers)}",
            lost=f"{sum(a.status != 200 for a in answers)} pages",
        )
        outcome.must(share_failed(answers) <= 0.001, "more than 0.1 % failed")
        broken = [a for a in answers if isinstance(a.status, int) and a.status >= 500]
        outcome.must(not broken, f"{len(broken)} pages were answered 5xx")
        outcome.must(percentile(answers, 0.99) <= 1000, "p99 over 1 s")
        outcome.must(len(portal.workers()) == 2, "the killed worker was not replaced")
    return outcome


def wait_until(holds, patience=60):
    deadline = time.monotonic() + patience
    while not holds():
        if time.monotonic() > deadline:
            raise RuntimeError("waited in vain")
        time.sleep(0.1)


@scenario(
    "R1",
    "Service stopped and started again, twice, under 30 pages a second",
    passes="no page is reset or refused; who comes meanwhile waits",
)
def restarted(stage, engine):
    with stage.portal(engine) as portal:
        portal.start()
        away = []
        with visitors.Readers(portal.port, rate=30) as readers:
            for _ in range(2):
                time.sleep(3)
                begun = time.monotonic()
                portal.stop()
                portal.start()
                away.append(time.monotonic() - begun)
            time.sleep(3)
        answers = readers.answers
        outcome = Outcome(
            f"2 restarts, each {max(away):.1f} s at most; {counted(answers)}; "
            f"{pace(answers)}",
            lost=f"{sum(a.status != 200 for a in answers)} pages",
        )
        outcome.must(share_failed(answers) == 0, "pages failed")
    return outcome


@scenario(
    "K1",
    "kill −9 of the server with all its workers while ten people save, three times",
    passes="nothing confirmed is lost, audit record whole, saving goes on by itself",
    on=BOTH,
)
def killed_server(stage, engine):
    with stage.portal(engine) as portal:
        portal.start()
        people = staff.Reporting(staff.reporters(portal, 10), pause=0.05)
        back = []
        with people:
            for _ in range(3):
                time.sleep(random.uniform(2, 4))  # noqa: S311
                portal.kill()
                begun = time.monotonic()
                portal.start()
                back.append(time.monotonic() - begun)
            killed = time.monotonic()
            time.sleep(3)
        outcome = Outcome(f"3 kills, back in {max(back):.1f} s at most")
        after = [a for a in people.answers if a.begun > killed and a.status == 200]
        outcome.must(after, "nobody could save after the last kill")
        must_lose_nothing(outcome, portal, people)
    return outcome


@scenario(
    "K2",
    "kill −9 of one worker after the other while ten people save",
    passes="nothing confirmed is lost, audit record whole, workers come back",
    on=BOTH,
)
def killed_workers(stage, engine):
    with stage.portal(engine) as portal:
        portal.start()
        people = staff.Reporting(staff.reporters(portal, 10), pause=0.05)
        with people:
            for _ in range(3):
                # granian ends when a worker dies within 5.5 s of the last replacement.
                time.sleep(random.uniform(7, 8))  # noqa: S311
                os.kill(random.choice(portal.workers()), signal.SIGKILL)  # noqa: S311
            wait_until(lambda: len(portal.workers()) == 2)
            portal.wait_until_ready()
            time.sleep(3)
        outcome = Outcome("3 workers killed")
        must_lose_nothing(outcome, portal, people)
    return outcome
