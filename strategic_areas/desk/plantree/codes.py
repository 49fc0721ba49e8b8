"""Codes and address words: proposed for what is new, and kept in order by moves."""

import re

from django.contrib.contenttypes.models import ContentType
from django.utils.text import slugify
from django.utils.translation import gettext as _

from agencies.access import RefusedError
from strategic_areas.desk.plantree.levels import level_of, over, under
from strategic_areas.models import RecordChange, StrategicArea
from strategic_areas.models.codes import sort_key
from strategic_areas.workflow import applies_at_once


def next_code(level, plan, above, together=()):
    """
    The code after the last one beside which a new record will stand.

    Without any beside it, it is the first below the record above. A code that the plan
    has elsewhere on this level, or that waits for approval, is left out. ``together``
    are the codes of records that are proposed beside it.
    """
    taken = set(level.model.objects.filter(plan=plan).values_list("code", flat=True))
    taken |= _proposed(level.model) | {*together}
    beside = list(together)
    if above.pk:
        rows = level.rows(plan).filter(**{level.above: above})
        beside += rows.values_list("code", flat=True)
    last = max(beside, key=sort_key, default="")
    stem, number = _parts(last)
    if not number:
        stem, number = (f"{above.code}." if level.higher else ""), 0
    while (code := f"{stem}{number + 1}") in taken:
        number += 1
    return code


def _proposed(model):
    """The codes of records whose addition waits for approval."""
    kind = ContentType.objects.get_for_model(model)
    parts = RecordChange.objects.filter(content_type=kind, slot__isnull=False)
    return {part.after.get("code") for part in parts if part.object_id is None}


def _parts(code):
    """What stands before the last number of a code, and that number; 0 for none."""
    found = re.fullmatch(r"(.*?)(\d{1,9})", code)
    return (found[1], int(found[2])) if found else ("", 0)


def free_word(area, column, name):
    """An address word made of a name, which no other area of the plan has."""
    longest = StrategicArea._meta.get_field(column).max_length
    word = (slugify(name) or "eje")[:longest].strip("-")
    others = StrategicArea.objects.filter(plan=area.plan).exclude(pk=area.pk)
    taken, number, free = set(others.values_list(column, flat=True)), 1, word
    while free in taken:
        number += 1
        free = f"{word[: longest - len(str(number)) - 1]}-{number}"
    return free


def follow(record, old):
    """
    The records below whose codes begin with the record's old code, coded anew, unsaved.

    1.2.1 below 1.2 becomes 1.4.1 when 1.2 becomes 1.4.
    """
    begins, found = f"{old}.", []
    if not old or record.code == old:
        return found
    for each in under(record):
        if each.code.startswith(begins):
            each.code = f"{record.code}.{each.code.removeprefix(begins)}"
            found.append(each)
    return found


def swap(record, step):
    """
    Give a record of a plan in preparation the code of its neighbour, and the reverse.

    ``step`` is -1 for the one before, 1 for the one after. What stands below them is
    coded along.
    """
    level = level_of(record)
    beside = list(level.rows(record.plan).filter(**{level.above: over(record)}))
    place = beside.index(record) + step
    if not 0 <= place < len(beside):
        raise RefusedError(_("There is nothing to change places with."))
    other = beside[place]
    old, record.code, other.code = record.code, other.code, record.code
    moved = [record, *follow(record, old), other, *follow(other, record.code)]
    if not all(applies_at_once(each, ["code"]) for each in moved):
        raise RefusedError(_("Codes of an approved plan change one by one."))
    for each in moved:
        # A code is unique in its plan: the old ones make room first.
        type(each).objects.filter(pk=each.pk).update(code=f"~{each.pk}")
    for each in moved:
        each.save()
    return moved
