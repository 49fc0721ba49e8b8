"""Focal points and reviewers who sign in and save during a failure."""

import re
import threading
import time
from uuid import uuid4

from tools.faults.visitors import VERSION, Visitor


def signed_in(portal, username, **options):
    return Visitor(portal.port, **options).sign_in(username, portal.world["password"])


class Reporter:
    """
    A focal point who saves one row of the sheet again and again.

    ``confirmed`` holds the codes whose save the portal confirmed.
    """

    def __init__(self, portal, person, visitor=None):
        self.visitor = visitor or signed_in(portal, person["name"])
        self.activity = person["activities"][0]
        place = f"{portal.world['period']}/{person['agency']}"
        self.sheet = f"/gestion/hoja/{place}/"
        self.row = f"{self.sheet}{self.activity}/"
        self.confirmed, self.answers = [], []
        self.version, self._number, self._word = "", 0, uuid4().hex[:8]

    def save(self):
        """Save the row once with a new code; return the answer."""
        self._number += 1
        mark = f"m{self._word}x{self._number}"
        answer = self.visitor.post(
            self.row,
            {
                "answer": "reported",
                "execution": "in_progress",
                "percent": 1 + self._number % 98,
                "narrative_es": f"Se avanza según lo previsto: {mark}.",
                "seen_version": self.version,
            },
            X_Row_Only="1",
        )
        self.answers.append(answer)
        if answer.status == 200:
            self.confirmed.append(mark)
        if answer.status in {200, 409} and (found := VERSION.search(answer.text)):
            self.version = found[1]
        return answer

    def keep_saving(self, done, pause):
        """Save until ``done`` is set, with a pause between two saves."""
        while not done.is_set():
            self.save()
            done.wait(pause)


class Reporting:
    """
    Several reporters at the same time, each in a thread, until the block ends.

    They begin one after the other within the first pause.
    """

    def __init__(self, reporters, pause):
        self.reporters, self.done = reporters, threading.Event()
        self._between = pause / len(reporters)
        self._threads = [
            threading.Thread(target=each.keep_saving, args=[self.done, pause])
            for each in reporters
        ]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
            time.sleep(self._between)
        return self

    def __exit__(self, *_):
        self.done.set()
        for thread in self._threads:
            thread.join()

    @property
    def answers(self):
        return [answer for each in self.reporters for answer in each.answers]

    def confirmed(self):
        return [mark for each in self.reporters for mark in each.confirmed]

    def lost(self, portal):
        """Confirmed codes that are missing from the history."""
        table = "strategic_areas_historicalactivityupdate"
        stored = portal.rows(f"SELECT narrative_es FROM {table}")  # noqa: S608
        texts = " ".join(text for (text,) in stored if text)
        standing = set(re.findall(r"m[0-9a-f]{8}x\d+", texts))
        return [mark for mark in self.confirmed() if mark not in standing]


def reporters(portal, number):
    """This many focal points, signed in."""
    return [Reporter(portal, person) for person in portal.world["people"][:number]]
