"""The levels of a plan's tree, with codes and address words for what is new."""

import re
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agencies.access import RefusedError
from strategic_areas.models import (
    Activity,
    Commitment,
    Programme,
    RecordChange,
    StrategicArea,
)
from strategic_areas.models.records import sort_key
from strategic_areas.workflow import applies_at_once


@dataclass(frozen=True)
class Level:
    """
    One level of the tree.

    ``word`` stands in addresses; ``above`` is the foreign key to the record above,
    ``answers`` that to the agency that answers, ``named`` the field of its name,
    ``result`` that of what it brings about. ``adds``, ``then_adds`` and ``adds_too``
    stand on the link and the buttons that add one.
    """

    word: str
    model: type[Model]
    above: str
    named: str
    adds: Promise
    then_adds: Promise
    answers: str = ""
    result: str = ""
    adds_too: Promise | str = ""

    @property
    def model_name(self):
        return self.model._meta.model_name

    @property
    def below(self):
        place = LEVELS.index(self) + 1
        return LEVELS[place] if place < len(LEVELS) else None

    @property
    def higher(self):
        place = LEVELS.index(self)
        return LEVELS[place - 1] if place else None

    def rows(self, plan):
        """What of the level stands in a plan, in the order of codes."""
        manager = self.model.objects
        rows = manager.standing() if hasattr(manager, "standing") else manager.all()
        return rows.filter(plan=plan).order_by("sort_code", "pk")

    def name_of(self, record):
        return getattr(record, self.named)

    def counted(self, number):
        meta = self.model._meta
        return (
            f"{number} {meta.verbose_name if number == 1 else meta.verbose_name_plural}"
        )


LEVELS = (
    Level(
        *("eje", StrategicArea, "plan", "name"),
        adds=_("Add a strategic area"),
        then_adds=_("Save and add a strategic area"),
        result="outcome",
    ),
    Level(
        *("programa", Programme, "area", "name"),
        adds=_("Add a programme"),
        then_adds=_("Save and add a programme"),
        adds_too=_("Propose a programme with it"),
    ),
    Level(
        *("compromiso", Commitment, "programme", "title"),
        adds=_("Add a commitment"),
        then_adds=_("Save and add a commitment"),
        adds_too=_("Propose a commitment with it"),
        answers="lead",
        result="expected_result",
    ),
    Level(
        *("actividad", Activity, "commitment", "title"),
        adds=_("Add an activity"),
        then_adds=_("Save and add an activity"),
        adds_too=_("Propose an activity with it"),
        answers="agency",
        result="expected_product",
    ),
)


def key_of(record):
    """What names a record on the page; "plan" for a plan itself."""
    word = next((each.word for each in LEVELS if isinstance(record, each.model)), "")
    return f"{word}-{record.pk}" if word else "plan"


def over(record):
    return getattr(record, level_of(record).above)


def level_of(record):
    return next(each for each in LEVELS if isinstance(record, each.model))


def named(word):
    return next((each for each in LEVELS if each.word == word), None)


def under(record):
    """Everything that stands below a record, whether superseded or not."""
    found, path = [], ""
    level = level_of(record)
    while level := level.below:
        path = f"{level.above}__{path}" if path else level.above
        found += level.model.objects.filter(**{path: record})
    return found


def next_code(level, plan, above, together=()):
    """
    The code after the last one beside which a new record will stand.

    What the plan has on this level, or waits for approval, is left out; ``together``
    are codes proposed beside it.
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
    Exchange the codes of a record and its neighbour, with all below them.

    ``step`` is -1 for the one before, 1 for the one after.
    """
    level = level_of(record)
    beside = list(level.rows(record.plan).filter(**{level.above: over(record)}))
    place = beside.index(record) + step
    if not 0 <= place < len(beside):
        raise RefusedError(gettext("There is nothing to change places with."))
    other = beside[place]
    old, record.code, other.code = record.code, other.code, record.code
    moved = [record, *follow(record, old), other, *follow(other, record.code)]
    if not all(applies_at_once(each, ["code"]) for each in moved):
        raise RefusedError(gettext("Codes of an approved plan change one by one."))
    for each in moved:
        # A code is unique in its plan: the old ones make room first.
        type(each).objects.filter(pk=each.pk).update(code=f"~{each.pk}")
    for each in moved:
        each.save()
    return moved
