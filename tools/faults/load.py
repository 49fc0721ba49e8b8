"""Unusual load: readers, editors on the last day, an attacker who guesses passwords."""

import re
import threading
import time
from collections import Counter
from pathlib import Path

from tools.faults import staff, visitors
from tools.faults.restarts import BOTH, must_lose_nothing, share_failed
from tools.faults.telling import Outcome, counted, pace, percentile, scenario


def memory(portal):
    """Memory of the workers in MB."""
    texts = [Path(f"/proc/{pid}/status").read_text() for pid in portal.workers()]
    return sum(int(re.search(r"VmRSS:\s+(\d+)", text)[1]) for text in texts) / 1024


def must_be_quick(outcome, answers, name, *, p95, p99=None):
    late = percentile(answers, 0.95)
    outcome.must(late <= p95, f"{name}: p95 {late:.0f} ms")
    if p99:
        late = percentile(answers, 0.99)
        outcome.must(late <= p99, f"{name}: p99 {late:.0f} ms")


@scenario(
    "L1",
    "Fifty public pages a second (5 min in the long form)",
    passes="p95 at most 300 ms, p99 at most 800 ms, no errors, memory grows by less "
    "than 10 %",
    on=BOTH,
)
def readers(stage, engine):
    with stage.portal(engine) as portal:
        portal.start()
        with visitors.Crowd(portal.port, people=8):
            time.sleep(5)
        before = memory(portal)
        with visitors.Readers(portal.port, rate=50) as asking:
            time.sleep(stage.seconds(20))
        grew = memory(portal) / before - 1
        outcome = Outcome(
            f"{counted(asking.answers)}; {pace(asking.answers)}; memory {grew:+.0%}"
        )
        must_be_quick(outcome, asking.answers, "pages", p95=300, p99=800)
        outcome.must(share_failed(asking.answers) == 0, "pages failed")
        outcome.must(grew < 0.1, f"memory grew by {grew:.0%}")
    return outcome


@scenario(
    "L2",
    "Sixty-four readers who ask without a pause",
    passes="at least 150 pages a second, no 5xx, back to normal within 10 s",
)
def saturation(stage, engine):
    with stage.portal(engine) as portal:
        portal.start()
        with visitors.Crowd(portal.port, people=8):
            time.sleep(5)
        begun = time.monotonic()
        with visitors.Crowd(portal.port, people=64) as crowd:
            time.sleep(stage.seconds(15))
        rate = len(crowd.answers) / (time.monotonic() - begun)
        ended = time.monotonic()
        with visitors.Readers(portal.port, rate=10) as after:
            time.sleep(12)
        late = after.since(ended + 10)
        outcome = Outcome(
            f"{rate:.0f} pages a second; {counted(crowd.answers)}; "
            f"{pace(crowd.answers)}; then {pace(late)}"
        )
        outcome.must(rate >= 150, f"{rate:.0f} pages a second")
        outcome.must(share_failed(crowd.answers) == 0, "pages failed")
        must_be_quick(outcome, late, "afterwards", p95=300)
    return outcome


@scenario(
    "L3",
    "Forty-two people report on the last day, each every five seconds",
    passes="p95 of a save at most 800 ms, none lost",
    on=BOTH,
)
def last_day(stage, engine):
    with stage.portal(engine) as portal:
        portal.start()
        people = staff.Reporting(staff.reporters(portal, 42), pause=5)
        with people:
            time.sleep(stage.seconds(25))
        outcome = Outcome(pace(people.answers))
        must_be_quick(outcome, people.answers, "saves", p95=800)
        wrong = [a for a in people.answers if a.status != 200]
        outcome.must(not wrong, f"{len(wrong)} saves were not answered 200")
        must_lose_nothing(outcome, portal, people)
    return outcome


@scenario(
    "P1",
    "Three hundred readers and thirty focal points at once (ten minutes: MINUTES=10)",
    passes="no page and no save fails; p95 of pages at most 500 ms, of saves 1 s; none "
    "lost",
    on=BOTH,
)
def everybody(stage, engine):
    with stage.portal(engine) as portal:
        portal.start()
        people = staff.Reporting(staff.reporters(portal, 30), pause=5)
        with visitors.Crowd(portal.port, people=300, think=10) as crowd, people:
            time.sleep(stage.seconds(25))
        outcome = Outcome(
            f"pages {counted(crowd.answers)}, {pace(crowd.answers)}; saves "
            f"{pace(people.answers)}"
        )
        must_be_quick(outcome, crowd.answers, "pages", p95=500)
        must_be_quick(outcome, people.answers, "saves", p95=1000)
        outcome.must(share_failed(crowd.answers) == 0, "pages failed")
        wrong = [a for a in people.answers if a.status != 200]
        outcome.must(not wrong, f"{len(wrong)} saves were not answered 200")
        must_lose_nothing(outcome, portal, people)
    return outcome


@scenario(
    "L6",
    "Thirty wrong passwords a second from one address, beside readers",
    passes="limits answer 429; p95 of public pages at most 500 ms, none fails",
)
def guessing(stage, engine):
    with stage.portal(engine) as portal:
        portal.start()
        with visitors.Crowd(portal.port, people=8):
            time.sleep(5)
        guesser = visitors.Visitor(portal.port)
        guesser.get(visitors.SIGN_IN)
        told, threads = Counter(), []

        def guess(number):
            fields = {"login": f"persona{number % 7}", "password": f"wrong-{number}"}
            told[guesser.post(visitors.SIGN_IN, fields).status] += 1

        with visitors.Readers(portal.port, rate=20) as asking:
            begun = time.monotonic()
            for number in range(int(30 * stage.seconds(10))):
                time.sleep(max(0, begun + number / 30 - time.monotonic()))
                threads.append(threading.Thread(target=guess, args=[number]))
                threads[-1].start()
            for thread in threads:
                thread.join()
        outcome = Outcome(
            f"guesses {dict(told)}; pages {counted(asking.answers)}, "
            f"{pace(asking.answers)}"
        )
        outcome.must(told[429], "no limit answered")
        outcome.must(set(told) <= {200, 429, 503}, f"guesses were answered {set(told)}")
        must_be_quick(outcome, asking.answers, "pages", p95=500)
        outcome.must(share_failed(asking.answers) == 0, "pages failed")
    return outcome


@scenario(
    "F13",
    "The table that counts sign-ins is lost",
    passes="public pages and open sessions go on; nobody signs in; all is well once "
    "the table is there again",
)
def no_limits(stage, engine):
    with stage.portal(engine) as portal:
        portal.start()
        first, second = (person["name"] for person in portal.world["people"][:2])
        person = staff.signed_in(portal, first)
        portal.change("ALTER TABLE shared_cache RENAME TO shared_cache_away")
        pages = [visitors.Visitor(portal.port).get(p) for p in visitors.PAGES]
        open_one = person.get("/gestion/").status
        other = visitors.Visitor(portal.port)
        other.get(visitors.SIGN_IN)
        fields = {"login": second, "password": portal.world["password"]}
        refused = other.post(visitors.SIGN_IN, fields)
        desk = other.get("/gestion/").status
        portal.change("ALTER TABLE shared_cache_away RENAME TO shared_cache")
        again = staff.signed_in(portal, second).get("/gestion/").status
        outcome = Outcome(
            f"pages {counted(pages)}; an open session {open_one}; signing in "
            f"{refused.status}, then her desk {desk}; afterwards {again}"
        )
        outcome.must(share_failed(pages) == 0, "pages failed")
        outcome.must(open_one == 200, f"an open session was answered {open_one}")
        outcome.must(
            refused.status != 302 and desk == 302, "somebody signed in uncounted"
        )
        outcome.must(again == 200, "nobody could sign in afterwards")
    return outcome
