"""The levels of a plan's tree, and codes for new records."""

import re
from dataclasses import dataclass
from itertools import chain, count, pairwise

from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from strategic_areas.models.records import sort_key
from strategic_areas.plan_document.tables import STRUCTURE


# Compared by identity, since lazy texts compare by the active language.
@dataclass(frozen=True, eq=False)
class TreeLevel:
    """
    One kind of record in the tree.

    ``word`` is its word in URLs, ``table`` its table of the plan's document. ``above``
    are the links to its parent, if that is not the plan. ``named`` is the field of its
    name, ``answers`` the link to the responsible agency, ``result`` its expected
    result. ``first`` are the columns that its form shows unfolded; ``adds`` and
    ``then_adds`` label the link and the button that add one.
    """

    word: str
    table: str
    above: tuple = ()
    first: tuple = ()
    named: str = ""
    answers: str = ""
    result: str = ""
    adds: Promise | str = ""
    then_adds: Promise | str = ""

    @property
    def model(self):
        return STRUCTURE[self.table].model

    @property
    def links(self):
        return (*self.above, "introduced_by", "plan")

    @property
    def model_name(self):
        return self.model._meta.model_name

    @property
    def is_coded(self):
        return STRUCTURE[self.table].identity == ("code",)

    @property
    def below(self):
        """The next level in the chain from area to activity, or None."""
        return dict(pairwise(LEVELS)).get(self)

    def counted(self, number):
        meta = self.model._meta
        return (
            f"{number} {meta.verbose_name if number == 1 else meta.verbose_name_plural}"
        )


PLAN = TreeLevel(
    *("plan", "plans"),
    first=("title_es", "commission_es", "starts_on", "ends_on"),
    named="title",
)
AREA = TreeLevel(
    *("eje", "areas", (), ("code", "name_es", "outcome_es"), "name"),
    result="outcome",
    adds=_("Add a strategic area"),
    then_adds=_("Save and add a strategic area"),
)
PROGRAMME = TreeLevel(
    *("programa", "programmes", ("area",), ("code", "name_es"), "name"),
    adds=_("Add a programme"),
    then_adds=_("Save and add a programme"),
)
COMMITMENT = TreeLevel(
    *("compromiso", "commitments", ("programme",)),
    ("code", "title_es", "lead", "due_on", "expected_result_es"),
    *("title", "lead", "expected_result"),
    adds=_("Add a commitment"),
    then_adds=_("Save and add a commitment"),
)
ACTIVITY = TreeLevel(
    *("actividad", "activities", ("commitment",)),
    (
        *("code", "title_es", "agency", "due_on", "expected_product_es"),
        *("counts_victims", "reaches_victims"),
    ),
    *("title", "agency", "expected_product"),
    adds=_("Add an activity"),
    then_adds=_("Save and add an activity"),
)
PARTICIPATION = TreeLevel(
    *("participacion", "participations", (), ("agency", "role")),
    adds=_("Add an agency that takes part"),
    then_adds=_("Save and add an agency that takes part"),
)
INDICATOR = TreeLevel(
    *("indicador", "indicators", ("commitment", "programme", "area")),
    ("code", "name_es", "unit_es", "counts", "agency", "frequency"),
    "name",
    adds=_("Add an indicator"),
    then_adds=_("Save and add an indicator"),
)
TARGET = TreeLevel(
    *("meta", "targets", ("indicator",), ("starts_on", "ends_on", "value")),
    adds=_("Add a target"),
    then_adds=_("Save and add a target"),
)
#: The chain below the plan, and all levels in the order of building a tree.
LEVELS = (AREA, PROGRAMME, COMMITMENT, ACTIVITY)
ALL_LEVELS = (PLAN, *LEVELS, PARTICIPATION, INDICATOR, TARGET)
ADDABLE_LEVELS = {
    PLAN: (AREA, PARTICIPATION, INDICATOR),
    AREA: (PROGRAMME,),
    PROGRAMME: (COMMITMENT,),
    COMMITMENT: (ACTIVITY, INDICATOR),
    INDICATOR: (TARGET,),
}
LEVEL_BY_WORD = {each.word: each for each in ALL_LEVELS}
LEVEL_BY_TABLE = {each.table: each for each in ALL_LEVELS}
LEVEL_BY_MODEL = {each.model: each for each in ALL_LEVELS}


def level_of(record):
    return LEVEL_BY_MODEL[type(record)]


def url_key(record):
    """Return the key of a record in URLs: its own, or that of its draft line."""
    return str(record.pk or f"n{record.draft_line}")


def page_key(record):
    level = level_of(record)
    return "plan" if level is PLAN else f"{level.word}-{url_key(record)}"


def parent_of(record):
    """Return the parent of a record, the plan if no link is set, None for a plan."""
    links = (getattr(record, name, None) for name in level_of(record).links)
    return next(filter(None, links), None)


def next_code(stem, beside, taken):
    """
    Return the code after the last of those ``beside``, skipping those ``taken``.

    ``stem`` begins the first code.
    """
    found = re.fullmatch(r"(.*?)(\d{1,9})", max(beside, key=sort_key, default=""))
    stem, last = (found[1], int(found[2])) if found else (stem, 0)
    codes = (f"{stem}{number}" for number in count(last + 1))
    return next(code for code in codes if code not in taken)


def free_slug(name, taken, longest):
    word = (slugify(name) or "eje")[:longest].strip("-")
    others = (f"{word[: longest - len(str(n)) - 1]}-{n}" for n in count(2))
    return next(free for free in chain([word], others) if free not in taken)
