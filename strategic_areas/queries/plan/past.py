"""
The board of a plan as it stood at the end of a past period.

Accounts of periods that end by that day count, whenever they were published; accounts
of later periods do not. What amendments changed since then is undone.
"""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from copy import copy
from dataclasses import replace
from datetime import date

from django.core.exceptions import FieldDoesNotExist
from django.db.models import DateField, ForeignKey, Model, Q

from agencies.models import Agency
from strategic_areas.disclosure import MARKER, OF_VICTIMS
from strategic_areas.models import (
    Activity,
    Commitment,
    DueProvenance,
    Plan,
    PlanChange,
    Programme,
    ReportingPeriod,
)
from strategic_areas.queries.plan import answering, board, counted, plans
from strategic_areas.queries.plan.board import Board
from strategic_areas.queries.plan.rows import CommitmentRow, build


def load(plan: Plan, period: ReportingPeriod) -> Board:
    """The board of a plan at the end of one of its periods, which is over."""
    day, every = period.ends_on, answering.every_agency()
    named = {Agency: answering.agencies_by_word(every), Programme: _programmes(plan)}
    changes = Changes(plans.amended().filter(plan=plan), day, named)
    periods = [each for each in plans.periods_of(plan) if each.ends_on <= day]
    plan = copy(plan)
    changes.undo([plan])
    if plan.status == Plan.Status.ENDED:
        plan.status = Plan.Status.APPROVED  # It was closed later; its dates say if not.
    by_key = {each.pk: each for each in every}
    commitments, activities = (
        board.with_marks(model.objects.filter(changes.standing(model)))
        for model in (Commitment, Activity)
    )
    commitments = board.commitments_of(plan, commitments, by_key)
    activities = board.activities_of(plan, activities, by_key, commitments)
    changes.undo([*commitments, *activities])
    called = {each.pk: answering.on_day(each, day) for each in every}
    for commitment in commitments:
        commitment.lead = called[commitment.lead_id]
    for activity in activities:
        activity.agency = called[activity.agency_id]
    read = counted.rows_of(plan, periods)
    # What waits for review waits today, and did not then.
    accounts = replace(counted.accounts_of(*read, periods), handed_in={})
    rows = build(commitments, activities, accounts, periods, day)
    return Board(plan, rows, tuple(periods), day)


def changed_since(board: Board, period: ReportingPeriod) -> tuple[CommitmentRow, ...]:
    """
    The commitments whose state was another one when a round was due.

    They are compared with what accounts of periods up to that one tell. No query: what
    is in the plan by now counts for then too, and only stops and their days are undone.
    """
    last = period.ends_on

    def by_then(accounts):
        return [each for each in accounts if each.period_ends_on <= last]

    then = build(
        [row.commitment for row in board.rows],
        [each.activity for each in board.activities],
        counted.Accounts(
            {each.activity.pk: by_then(each.reports) for each in board.activities},
            {row.commitment.pk: by_then(row.declarations) for row in board.rows},
        ),
        [each for each in board.periods if each.ends_on <= last],
        period.due_on,
    )
    return tuple(
        row
        for row, before in zip(board.rows, then, strict=True)
        if row.standing.state != before.standing.state
    )


def _programmes(plan):
    """The programmes of a plan by their keys, codes and names."""
    found = {}
    for each in Programme.objects.filter(plan=plan).select_related("area"):
        words = (each.pk, each.code, each.name_es, each.name_en)
        found |= {word: each for word in words if word}
    return found


class Changes:
    """
    What amendments changed in a plan since a day.

    ``named`` finds agencies and programmes by their keys, or by the words that the old
    value of a change names them by.
    """

    def __init__(
        self, changes: Iterable[PlanChange], day: date, named: Mapping[type, Mapping]
    ):
        latest_first = sorted(changes, key=lambda a: (a.decided_on, a.pk))[::-1]
        self._named = named
        self._later = [each for each in latest_first if each.decided_on > day]
        self._by_then = {
            (*_about(each), each.field)
            for each in latest_first
            if each.decided_on <= day
        }

    def standing(self, model) -> Q:
        """A condition for the commitments or activities that stood on the day."""
        name = model._meta.model_name
        new, old = f"from_{name}", f"to_{name}"
        ids = (getattr(each, f"{name}_id") for each in self._later if each.brings)
        brought = {pk for pk in ids if pk}
        pairs = model.supersedes.through.objects
        replaced = pairs.exclude(**{f"{new}__in": brought}).values(old)
        return ~Q(pk__in=replaced) & ~Q(pk__in=brought)

    def undo(self, records: Iterable[Model]) -> None:
        """Give records back the values that were changed since the day."""
        by_key = {_key(record): record for record in records}
        for change in self._later:
            record = by_key.get(_about(change))
            if record and not change.brings and change.field not in OF_VICTIMS:
                with suppress(FieldDoesNotExist):
                    self._undo(record, change)

    def _undo(self, record, change):
        field = record._meta.get_field(change.field)
        said, plain = change.old_value_es or "", plans.plain_before(change)
        if said == MARKER and not hasattr(record, f"{field.name}_es"):
            return  # A figure that was taken away is not told of the past either.
        if isinstance(field, ForeignKey):
            named = self._named.get(field.related_model, {})
            if old := named.get(plain or said):
                setattr(record, field.name, old)
        elif isinstance(field, DateField):
            setattr(record, field.name, day_said(plain or said))
            self._tell_who_stated(record, field.name)
        elif change.old_plain and not field.many_to_many:
            setattr(record, field.name, field.to_python(plain))
        elif hasattr(record, f"{field.name}_es"):
            setattr(record, f"{field.name}_es", said)
            setattr(record, f"{field.name}_en", change.old_value_en)
        elif not field.many_to_many:
            setattr(record, field.name, said)

    def _tell_who_stated(self, record, name):
        """Say who stated the old due date: the plan, or an earlier amendment."""
        if name != "due_on":
            return
        amended = (*_key(record), name) in self._by_then
        stated = DueProvenance.AMENDMENT if amended else DueProvenance.PLAN
        record.due_provenance = stated if record.due_on else ""


def _about(change):
    return change.model, change.commitment_id, change.activity_id


def _key(record):
    return (
        record._meta.model_name,
        record.pk if isinstance(record, Commitment) else None,
        record.pk if isinstance(record, Activity) else None,
    )


def day_said(text: str) -> date | None:
    """The date that an amendment writes as 31/03/2026 or 2026-03-31; else None."""
    for pattern, order in ((r"(\d+)/(\d+)/(\d{4})", -1), (r"(\d{4})-(\d+)-(\d+)", 1)):
        if found := re.fullmatch(pattern, text.strip()):
            with suppress(ValueError):
                return date(*map(int, found.groups()[::order]))
    return None
