"""
A plan as it stood at the end of a past period.

Accounts of periods that end by that day count, whenever they were published; accounts
of later periods do not. What amendments changed since then is undone. A plan read this
way carries the period as ``until``, and all that is read of the plan follows it.
"""

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from copy import copy
from datetime import date

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Case, DateField, ForeignKey, Model, Q, Value, When

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
from strategic_areas.queries.plan import names, plans

#: The field of an activity that changes when it is moved to another agency.
MOVED = "agency"
#: The fields whose words may name a record in the old value of an amendment.
NAMED_BY = {
    Agency: ("acronym", "slug", "name_es", "name_en"),
    Programme: ("code", "name_es", "name_en"),
}


def plan_as_of(code: str, at: str, today: date) -> Plan | None:
    """
    A public plan as of the end of the period of code ``at``, or of today for "".

    One of the past carries the plan of today as ``now``.
    None for a period that the plan has not, or that has not ended.
    """
    plan = plans.by_code(code)
    if plan is None or not at:
        return plan
    plan.now, plan.every_period = copy(plan), plans.periods_of(plan)
    plan.until = next(
        (p for p in choices(plan.every_period, today) if p.code == at), None
    )
    if plan.until is None:
        return None
    day = plan.until.ends_on
    plan.known_periods = [p for p in plan.every_period if p.ends_on <= day]
    plan.changes = Changes(plans.amended().filter(plan=plan), day)
    plan.changes.undo([plan])
    return plan


def today_of(plan: Plan) -> Plan:
    """The plan of today, of one of the past; what is read once of both is shared."""
    plan.now.known_periods = plan.every_period
    plan.now.known_agencies = getattr(plan, "known_agencies", None)
    return plan.now


def choices(periods: Iterable[ReportingPeriod], today: date) -> list[ReportingPeriod]:
    """The periods as of which a plan can be read: real ones that have ended."""
    return [p for p in periods if p.ends_on < today and not p.is_demonstration]


def day_of(plan: Plan, today: date) -> date:
    """The day of which the plan's pages tell."""
    return plan.until.ends_on if plan.until else today


def until(rows, plan: Plan):
    """The rows, accounts or comments, of periods up to that as of which it is read."""
    if plan.until is None:
        return rows
    return rows.filter(period__ends_on__lte=plan.until.ends_on)


class Changes:
    """What amendments changed in a plan, apart by whether they came after a day."""

    def __init__(self, changes: Iterable[PlanChange], day: date):
        latest_first = sorted(changes, key=lambda a: (a.decided_on, a.pk))[::-1]
        self._day = day
        self.moves = [
            each for each in latest_first if each.activity_id and each.field == MOVED
        ]
        self.later = [each for each in latest_first if each.decided_on > day]
        self._by_then = {
            (*_about(each), each.field)
            for each in latest_first
            if each.decided_on <= day
        }
        self.brought = {
            Commitment: self._brought("commitment_id"),
            Activity: self._brought("activity_id"),
        }

    def _brought(self, key):
        ids = (getattr(a, key) for a in self.later if a.brings)
        return {pk for pk in ids if pk}

    def standing(self, model) -> Q:
        """A condition for the commitments or activities that stood on the day."""
        new, old = (f"{way}_{model._meta.model_name}" for way in ("from", "to"))
        pairs = model.supersedes.through.objects
        replaced = pairs.exclude(**{f"{new}__in": self.brought[model]}).values(old)
        return ~Q(pk__in=replaced) & ~Q(pk__in=self.brought[model])

    def undo(self, records: Iterable[Model], known: "Known | None" = None) -> None:
        """
        Give records of one kind back the values that were changed since the day.

        ``known`` saves reading agencies again that were read for another day.
        """
        records = list(records)
        known = known or Known(records, self._day)
        by_key = {_key(record): record for record in records}
        for change in self.later:
            record = by_key.get(_about(change))
            if record and not change.brings:
                self._undo(record, change, known)

    def _undo(self, record, change, known):
        if change.field in OF_VICTIMS:
            return  # what counts victims now is not told of the past either
        with suppress(FieldDoesNotExist):
            field = record._meta.get_field(change.field)
            said = change.old_value_es or ""
            if said == MARKER and not hasattr(record, f"{field.name}_es"):
                return  # a figure that was taken away is not told of the past either
            if isinstance(field, ForeignKey):
                key = _plain(change)
                if old := known.named(field.related_model, key or said):
                    setattr(record, field.name, old)
            elif isinstance(field, DateField):
                plain = _plain(change)
                setattr(record, field.name, _day(plain or said))
                self._tell_who_stated(record, field.name)
            elif change.old_plain and not field.many_to_many:
                setattr(record, field.name, field.to_python(_plain(change)))
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


def _plain(change):
    """The old value as the record held it; None if it was a text, or was purged."""
    with suppress(ValueError):
        return json.loads(change.old_plain)
    return None


def _day(text):
    """The date that an amendment writes as 31/03/2026 or 2026-03-31; else None."""
    for pattern, order in ((r"(\d+)/(\d+)/(\d{4})", -1), (r"(\d{4})-(\d+)-(\d+)", 1)):
        if found := re.fullmatch(pattern, text.strip()):
            with suppress(ValueError):
                return date(*map(int, found.groups()[::order]))
    return None


class Known:
    """
    Agencies and programmes by their keys, or the words that name them.

    They are read when they are first needed.
    """

    def __init__(self, records, day):
        self._found, self._day = {}, day
        self._plan = getattr(records[0], "plan", None) if records else None
        for record in records:
            for name in ("lead", "agency", "programme"):
                if name in record._state.fields_cache:
                    self._learn(getattr(record, name))

    def _learn(self, record):
        self._found[type(record), record.pk] = record
        for name in NAMED_BY[type(record)]:
            self._found[type(record), getattr(record, name)] = record
        for word in (getattr(record, "called_then", None) or {}).values():
            self._found.setdefault((type(record), word), record)

    def named(self, model, word):
        if model in NAMED_BY and word and (model, word) not in self._found:
            rows = self._agencies if model is Agency else self._programmes
            for record in rows(word)[:1]:
                self._found[model, word] = record
        return self._found.get((model, word))

    def _programmes(self, word):
        rows = Programme.objects.filter(_named(Programme, word), plan=self._plan)
        return rows.select_related("area")

    def _agencies(self, word):
        """Agencies that have this name now, then those that had it once."""
        named, once = _named(Agency, word), Q()
        if isinstance(word, str):
            once = _named(Agency, word, "former_names__")
        rows = Agency.objects.filter(named | once).annotate(
            called_then=names.name_then("pk", self._day),
            bears_it_no_more=Case(When(named, then=Value(0)), default=Value(1)),
        )
        return rows.order_by("bears_it_no_more", "pk")


def _named(model, word, path=""):
    """A condition for the records that this word names, or that have this key."""
    if not isinstance(word, str):
        return Q(pk=word)
    named = Q()
    for name in NAMED_BY[model]:
        named |= Q(**{f"{path}{name}": word})
    return named
