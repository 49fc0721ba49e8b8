"""What stands in a plan's tree, level by level, with codes for what is new."""

import re
from dataclasses import dataclass
from itertools import chain, count, pairwise

from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from strategic_areas.models.records import sort_key
from strategic_areas.plan_document.tables import STRUCTURE


# By identity: what a lazy text is equal to depends on the language.
@dataclass(frozen=True, eq=False)
class TreeLevel:
    """
    One kind of record in the tree.

    ``word`` stands in addresses; ``table`` names its table of the plan's document.
    ``above`` are the links to the record above it, if that is not the plan.
    ``named`` is the field of its name, ``answers`` the link to the agency that answers,
    ``result`` what it brings about; ``first`` are the columns that its form shows
    unfolded. ``adds`` and ``then_adds`` stand on the link and the button that add one.
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
        """The links under which a record stands, the first that is filled counts."""
        return (*self.above, "introduced_by", "plan")

    @property
    def model_name(self):
        return self.model._meta.model_name

    @property
    def is_coded(self):
        return STRUCTURE[self.table].identity == ("code",)

    @property
    def below(self):
        """The level below it in the chain from area to activity; None below others."""
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
#: The chain from the plan down, and all levels in the order in which a tree is made.
LEVELS = (AREA, PROGRAMME, COMMITMENT, ACTIVITY)
ALL_LEVELS = (PLAN, *LEVELS, PARTICIPATION, INDICATOR, TARGET)
#: What may be added below a record of each level.
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
    """What names a record in addresses: its key, or that of its line in a draft."""
    return str(record.pk or f"n{record.draft_line}")


def page_key(record):
    """What names a record on the page; "plan" for a plan itself."""
    level = level_of(record)
    return "plan" if level is PLAN else f"{level.word}-{url_key(record)}"


def parent_of(record):
    """The record above it; its plan where no link leads to one, None over a plan."""
    links = (getattr(record, name, None) for name in level_of(record).links)
    return next(filter(None, links), None)


def next_code(stem, beside, taken):
    """
    The code after the last of those ``beside`` which a new record will stand.

    ``stem`` begins the first one; what is ``taken`` is left out.
    """
    found = re.fullmatch(r"(.*?)(\d{1,9})", max(beside, key=sort_key, default=""))
    stem, last = (found[1], int(found[2])) if found else (stem, 0)
    codes = (f"{stem}{number}" for number in count(last + 1))
    return next(code for code in codes if code not in taken)


def free_slug(name, taken, longest):
    """An address word made of a name, which is not among those ``taken``."""
    word = (slugify(name) or "eje")[:longest].strip("-")
    others = (f"{word[: longest - len(str(n)) - 1]}-{n}" for n in count(2))
    return next(free for free in chain([word], others) if free not in taken)
