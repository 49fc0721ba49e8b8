"""PostgreSQL is stopped, frozen and killed under readers and reporters."""

import random
import signal
import subprocess
import time

from tools.benchmarks import servers
from tools.faults import staff, visitors
from tools.faults.restarts import must_lose_nothing, share_failed
from tools.faults.telling import Outcome, counted, pace, percentile, scenario


@scenario(
    "F1",
    "PostgreSQL stopped at once (-m immediate), then started; pages in memory",
    passes="99.9 % answer 200, p95 at most 300 ms, under a banner; staff pages 503 in "
    "Spanish within 3 s; /salud/viva answers 200, /salud/lista 503; a fresh page "
    "without a banner within 10 s of the return",
)
def stopped(stage, engine):
    with stage.portal(engine) as portal:
        portal.start()
        person = staff.signed_in(portal, portal.world["people"][0]["name"])
        warm(portal)
        with visitors.Readers(portal.port, rate=10) as readers:
            time.sleep(3)
            portal.cluster.control("stop", "-m", "immediate")
            stopped_at = time.monotonic()
            time.sleep(3)
            desk = person.get("/gestion/")
            alive = servers.asked(portal.port, "/salud/viva")[0]
            ready = servers.asked(portal.port, "/salud/lista")[0]
            time.sleep(stage.seconds(10))
            started_at = time.monotonic()
            portal.cluster.control("start")
            back_at = time.monotonic()
            time.sleep(12)
        answers = readers.answers
        away = [a for a in readers.since(stopped_at + 3) if a.begun < started_at]
        fresh = [a for a in readers.since(back_at) if not a.body]
        last = [a for a in readers.since(back_at) if a.body]
        outcome = Outcome(
            f"away {back_at - stopped_at:.0f} s; pages {counted(answers)}; "
            f"{pace(answers)}; staff page {desk.status} in {desk.seconds:.1f} s",
            lost=f"{sum(a.status != 200 for a in answers)} pages",
        )
        outcome.must(share_failed(answers) <= 0.001, "more than 0.1 % failed")
        outcome.must(percentile(answers, 0.95) <= 300, "p95 over 300 ms")
        outcome.must(away and all(a.body for a in away), "a page without the banner")
        outcome.must(desk.status == 503, f"a staff page was answered {desk.status}")
        outcome.must(b'lang="es"' in desk.body, "the 503 is not in Spanish")
        outcome.must(desk.seconds <= 3, "a staff page took longer than 3 s")
        outcome.must((alive, ready) == (200, 503), f"probes {alive} and {ready}")
        outcome.must(fresh, "no fresh page came back")
        late = max((a.begun for a in last), default=back_at) - back_at
        outcome.must(late <= 10, f"a banner {late:.0f} s after the return")
        outcome.did += f"; last banner {late:.1f} s after the return"
        seen = person.get("/gestion/").status
        outcome.must(seen == 200, f"afterwards her desk answers {seen}")
    return outcome


def warm(portal):
    """Let both workers make each page."""
    with visitors.Crowd(portal.port, people=8):
        time.sleep(4)


@scenario(
    "F2",
    "PostgreSQL frozen (SIGSTOP) under readers, then let go on",
    passes="no public page takes longer than 3 s; normal within 10 s, no worker stuck",
)
def frozen(stage, engine):
    with stage.portal(engine) as portal:
        portal.start()
        warm(portal)
        # The second half was never requested, so that none of it is cached.
        unasked = [f"/2017-2020/compromisos/?eje=x{number}" for number in range(2000)]
        workers = set(portal.workers())
        with (
            visitors.Readers(portal.port, rate=10) as readers,
            visitors.Readers(portal.port, rate=3, pages=unasked) as others,
        ):
            time.sleep(2)
            portal.cluster.signal(signal.SIGSTOP)
            stopped_at = time.monotonic()
            time.sleep(stage.seconds(15))
            portal.cluster.signal(signal.SIGCONT)
            back_at = time.monotonic()
            time.sleep(14)
        answers = readers.answers + others.answers
        late = [a for a in readers.since(back_at + 10) if a.body or a.status != 200]
        outcome = Outcome(
            f"frozen {back_at - stopped_at:.0f} s; "
            f"in memory {counted(readers.answers)}, "
            f"{pace(readers.answers)}; never made {counted(others.answers)}, "
            f"{pace(others.answers)}",
            lost=f"{sum(a.status != 200 for a in readers.answers)} pages in memory",
        )
        longest = max(a.seconds for a in answers)
        outcome.must(longest <= 3, f"a page took {longest:.1f} s")
        outcome.must(not late, f"{len(late)} pages not normal after 10 s")
        outcome.must(share_failed(readers.answers) == 0, "a page in memory failed")
        outcome.must(set(portal.workers()) == workers, "a worker did not survive")
    return outcome


@scenario(
    "K3",
    "kill −9 of PostgreSQL while ten people save, three times",
    passes="nothing confirmed is lost, audit record whole, saving goes on by itself",
)
def killed_database(stage, engine):
    with stage.portal(engine) as portal:
        portal.start()
        people = staff.Reporting(staff.reporters(portal, 10), pause=0.05)
        with people:
            for _ in range(3):
                time.sleep(random.uniform(3, 5))  # noqa: S311
                portal.cluster.signal(signal.SIGKILL)
                start_again(portal.cluster)
            back = time.monotonic()
            time.sleep(8)
        outcome = Outcome("3 kills")
        after = [a for a in people.answers if a.begun > back and a.status == 200]
        outcome.must(after, "nobody could save after the last kill")
        must_lose_nothing(outcome, portal, people)
    return outcome


def start_again(cluster, patience=30):
    """Start after a kill; the memory of the dead processes is freed a moment later."""
    deadline = time.monotonic() + patience
    while True:
        try:
            return cluster.control("start")
        except subprocess.CalledProcessError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
