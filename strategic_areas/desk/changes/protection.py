"""
What a change alters of the protection of people, and what the public then reads.

Whoever decides reads both forms: of reports as their fields are told, of indicators as
their figures are published. For that the change is carried out and undone at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import DatabaseError, transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override

from agencies import access
from strategic_areas import disclosure
from strategic_areas.desk.review.comparison import Line
from strategic_areas.models import PUBLIC_RECORD, Activity, Indicator
from strategic_areas.queries.figures import words
from strategic_areas.queries.figures.indicators import IndicatorLine
from strategic_areas.queries.figures.points import Shown, points_of
from strategic_areas.workflow.plain_values import proposed_records


@dataclass(frozen=True)
class Altered:
    """
    What a change alters of the protection of people.

    ``fields`` are pairs of a record and its altered fields, in words. ``lines`` are
    what the public would read otherwise; None where this person may not read it, or
    where it cannot be told.
    """

    fields: list[tuple[str, str]]
    lines: list[Line] | None


def altered(change, user):
    """What a change alters of protection, as ``Altered``; None if nothing."""
    parts = [
        (part, proposed, fields)
        for part, proposed in proposed_records(change)
        if (fields := protective_fields(part))
    ]
    if not parts:
        return None
    named = [
        (str(part), ", ".join(field.label for field in fields))
        for part, _proposed, fields in parts
    ]
    reads = access.is_reviewer(user) or user.is_superuser
    lines = _lines(parts) if reads and change.is_waiting else None
    return Altered(named, lines)


def protective_fields(part):
    """The protective fields that a part sets; of a new record, those not as usual."""
    is_new = part.object_id is None
    return [
        field
        for field in part.model.fields.where(protects=True)
        if field.name in part.after
        and not (is_new and _is_usual(field.model_field, part.after[field.name]))
    ]


def _is_usual(field, value):
    return not field.has_default() or value == field.get_default()


def _lines(parts):
    found, others = [], {}
    for part, proposed, fields in parts:
        if part.object_id is None or proposed is None:
            continue
        if part.model is Activity:
            found += _of_activity(Activity.objects.get(pk=part.object_id), proposed)
        else:
            others[proposed] = [field.name for field in fields]
    if not others:
        return found
    before = dict(published(_all()))
    after = _published_after(others)
    if after is None:
        return None
    return [*found, *differing(before, after)]


def _of_activity(stored, proposed):
    """The lines of its planned quantity, and of what is published of it."""
    texts = []
    for activity in (stored, proposed):
        planned = disclosure.planned(activity)
        label = f"{activity.code} · {capfirst(_('planned quantity'))}"
        told = {label: "" if planned is None else words.number(planned)}
        rows = activity.updates.filter(status__in=PUBLIC_RECORD)
        for update in rows.select_related("period").order_by("pk"):
            update.activity = activity
            for name, text in update.public_field_values:
                told[f"{activity.code} · {update.period} · {name}"] = text
        texts.append(told)
    return differing(*texts)


def _published_after(records):
    """What is published once these fields of records are saved, which is undone."""
    try:
        with transaction.atomic():
            for record, names in records.items():
                with override("es"):
                    record.save(update_fields=names)
            found = dict(published(_all()))
            transaction.set_rollback(True)
    except DatabaseError:
        return None
    return found


def _all():
    return list(Indicator.objects.order_by("sort_code", "pk"))


def published(rows):
    """Pairs of what the public reads of these indicators, and what stands there."""
    points = points_of(rows, in_full=True)
    for indicator in rows:
        line = IndicatorLine(indicator, points.get(indicator.pk, ()))
        if (baseline := line.baseline) is not None:
            yield _named(indicator, _("baseline")), words.number(baseline)
        for point in line.points:
            yield from _of_point(indicator, point)


def _of_point(indicator, point) -> Iterable[tuple[str, str]]:
    about = [words.span(point.starts_on, point.ends_on), point.counted_by]
    yield _named(indicator, *about), words.value_text(point)
    for name in ("caption", "note"):
        if text := words.in_language(point, name):
            yield _named(indicator, *about, _(name)), text
    for breakdown in point.breakdowns:
        for cell in breakdown.cells:
            which = words.in_language(cell, "label")
            place = words.dimension(breakdown.dimension)
            yield _named(indicator, *about, place, which), words.number(cell.value)
    if point.shown is Shown.VALUE:
        for number, earlier in enumerate(point.revisions, start=1):
            place = _("earlier value %(number)d") % {"number": number}
            yield _named(indicator, *about, place), words.number(earlier.value)


def _named(indicator, *parts):
    return " · ".join([indicator.code, *filter(None, parts)])


def differing(before, after):
    """A line for each place where the two forms differ, in order."""
    return [
        Line(place, before.get(place, ""), after.get(place, ""))
        for place in {**before, **after}
        if before.get(place, "") != after.get(place, "")
    ]
