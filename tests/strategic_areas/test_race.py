"""Eight people save one row of the sheet at the same time: nobody's words are lost."""

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from threading import Barrier

import pytest
from django.db import connection

from agencies.models import User
from strategic_areas.desk.sheet import forms
from strategic_areas.desk.sheet.forms import RevisionForm
from strategic_areas.desk.sheet.rows import AnswerRow
from strategic_areas.models import ActivityUpdate
from strategic_areas.workflow import steps
from strategic_areas.workflow.questions import REPORT
from tests import make
from tests.deep import DEEP

pytestmark = [pytest.mark.usefixtures("open_record"), pytest.mark.both_databases]

EDITORS, SAVES, TOGETHER = 8, 25 if DEEP else 2, 5 if DEEP else 1


class Race:
    """
    One activity of an open round, and eight people who report on it.

    Every so often all of them read before any of them writes; in the short form always.
    """

    def __init__(self):
        self.activity = make.activity()
        self.agency = self.activity.agency
        self.period = make.round(plan=self.activity.plan)
        first = make.focal_point(agency=self.agency)
        self.people = [first, *(self._cover() for _ in range(EDITORS - 1))]
        self.all_have_read = Barrier(EDITORS, timeout=60)

    def _cover(self):
        person = make.focal_point()
        dated = {"leave_cover": True, "ends_on": self.period.closes_on}
        make.mandate(user=person, agency=self.agency, kind="alternate", **dated)
        return person

    def run(self, saves):
        """Every mark that was told as saved, and how many conflicts were told."""
        with ThreadPoolExecutor(EDITORS) as pool:
            told = list(
                pool.map(self._edit, self._ids(), range(EDITORS), repeat(saves))
            )
        marks = [mark for saved, _conflicts in told for mark in saved]
        return marks, sum(conflicts for _saved, conflicts in told)

    def _ids(self):
        return [person.pk for person in self.people]

    def _edit(self, pk, place, saves):
        """
        One person's saves; on a conflict she reads, puts both together and saves again.

        Everybody reads at her own speed, or all would for ever come at the same time.
        """
        saved, conflicts = [], 0
        try:
            person = User.objects.get(pk=pk)
            for number in range(saves):
                mark = f"m{pk}x{number}"
                row = self._read()
                if number % TOGETHER == 0:
                    self.all_have_read.wait()
                while self._add(row, mark, person).conflict:
                    conflicts += 1
                    time.sleep(place / 50)
                    row = self._read()
                saved.append(mark)
        except BaseException:
            self.all_have_read.abort()
            raise
        finally:
            connection.close()
        return saved, conflicts

    def _read(self):
        stands = ActivityUpdate.objects.filter(activity=self.activity).first()
        return AnswerRow(REPORT, self.activity, self.period, stands)

    def _add(self, row, mark, person):
        text = row.update.narrative_es if row.update else "Avances:"
        form = forms.save_answer(
            row,
            {
                "answer": "reported",
                "percent": "40",
                "narrative_es": f"{text} {mark}",
                "seen_version": row.update.version if row.update else "",
            },
            by=person,
        )
        assert form.conflict or form.is_valid(), form.errors
        return form

    def standing(self):
        return ActivityUpdate.objects.get().narrative_es.split()[1:]


def test_eight_editors_who_save_at_once_lose_nothing():
    race = Race()

    saved, conflicts = race.run(SAVES)

    update = ActivityUpdate.objects.get()
    assert len(saved) == EDITORS * SAVES
    assert sorted(race.standing()) == sorted(saved)
    assert update.version == update.history.count() == len(saved)
    # Of eight who read the same, one wins and seven are told.
    assert conflicts >= (EDITORS - 1) * SAVES / TOGETHER


def test_without_the_guard_the_same_editors_lose(monkeypatch):
    guarded = steps.save_draft

    def unguarded(update, *, by, seen_version):
        stored = ActivityUpdate.objects.get(pk=update.pk)
        return guarded(update, by=by, seen_version=stored.version)

    monkeypatch.setattr(RevisionForm, "_refuse_stale", lambda form: None)
    monkeypatch.setattr(forms.workflow, "save_draft", unguarded)
    race = Race()

    saved, conflicts = race.run(1)

    assert conflicts == 0
    assert len(saved) == EDITORS
    assert len(race.standing()) < len(saved)
