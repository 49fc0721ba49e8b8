"""The levels of a plan's tree, and codes for new records."""

import re
from dataclasses import dataclass
from itertools import chain, count, pairwise

from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from strategic_areas.models.records import sort_key
from strategic_areas.plan_document.tables import EDITED_TABLES


# Compared by identity: lazy texts are equal or not depending on the active language.
@dataclass(frozen=True, eq=False)
class TreeLevel:
    """
    One kind of record in the tree.

    ``slug`` is its part of URLs, ``table`` its table of the plan document.
    ``parent_links`` are the links to its parent, if that is not the plan; an
    indicator's link to its plan is ``introduced_by``.
    ``agency_link`` leads to the responsible agency, ``result_field`` is the expected
    result. The form shows ``main_columns`` unfolded.
    """

    slug: str
    table: str
    parent_links: tuple = ()
    main_columns: tuple = ()
    name_field: str = ""
    agency_link: str = ""
    result_field: str = ""
    add_label: Promise | str = ""
    save_and_add_label: Promise | str = ""

    @property
    def model(self):
        return EDITED_TABLES[self.table].model

    @property
    def links(self):
        return (*self.parent_links, "introduced_by", "plan")

    @property
    def model_name(self):
        return self.model._meta.model_name

    @property
    def is_coded(self):
        return EDITED_TABLES[self.table].identity == ("code",)

    @property
    def next_level(self):
        """The next level in the chain from area to activity, or None."""
        return dict(pairwise(NESTED_LEVELS)).get(self)

    def count_text(self, number):
        meta = self.model._meta
        return (
            f"{number} {meta.verbose_name if number == 1 else meta.verbose_name_plural}"
        )


PLAN = TreeLevel(
    *("plan", "plans"),
    main_columns=("title_es", "commission_es", "starts_on", "ends_on"),
    name_field="title",
)
AREA = TreeLevel(
    *("eje", "areas"),
    main_columns=("code", "name_es", "outcome_es"),
    name_field="name",
    result_field="outcome",
    add_label=_("Add a strategic area"),
    save_and_add_label=_("Save and add a strategic area"),
)
PROGRAMME = TreeLevel(
    *("programa", "programmes", ("area",)),
    main_columns=("code", "name_es"),
    name_field="name",
    add_label=_("Add a programme"),
    save_and_add_label=_("Save and add a programme"),
)
COMMITMENT = TreeLevel(
    *("compromiso", "commitments", ("programme",)),
    main_columns=("code", "title_es", "lead", "due_on", "expected_result_es"),
    name_field="title",
    agency_link="lead",
    result_field="expected_result",
    add_label=_("Add a commitment"),
    save_and_add_label=_("Save and add a commitment"),
)
ACTIVITY = TreeLevel(
    *("actividad", "activities", ("commitment",)),
    main_columns=(
        *("code", "title_es", "agency", "due_on", "expected_product_es"),
        *("counts_victims", "reaches_victims"),
    ),
    name_field="title",
    agency_link="agency",
    result_field="expected_product",
    add_label=_("Add an activity"),
    save_and_add_label=_("Save and add an activity"),
)
PARTICIPATION = TreeLevel(
    *("participacion", "participations"),
    main_columns=("agency", "role"),
    add_label=_("Add an agency that takes part"),
    save_and_add_label=_("Save and add an agency that takes part"),
)
INDICATOR = TreeLevel(
    *("indicador", "indicators", ("commitment", "programme", "area")),
    main_columns=("code", "name_es", "unit_es", "counts", "agency", "frequency"),
    name_field="name",
    add_label=_("Add an indicator"),
    save_and_add_label=_("Save and add an indicator"),
)
TARGET = TreeLevel(
    *("meta", "targets", ("indicator",)),
    main_columns=("starts_on", "ends_on", "value"),
    add_label=_("Add a target"),
    save_and_add_label=_("Save and add a target"),
)
#: The chain of levels, each the parent of the next.
NESTED_LEVELS = (AREA, PROGRAMME, COMMITMENT, ACTIVITY)
#: All levels, in the order in which a tree is built.
ALL_LEVELS = (PLAN, *NESTED_LEVELS, PARTICIPATION, INDICATOR, TARGET)
ADDABLE_LEVELS = {
    PLAN: (AREA, PARTICIPATION, INDICATOR),
    AREA: (PROGRAMME,),
    PROGRAMME: (COMMITMENT,),
    COMMITMENT: (ACTIVITY, INDICATOR),
    INDICATOR: (TARGET,),
}
LEVEL_BY_SLUG = {each.slug: each for each in ALL_LEVELS}
LEVEL_BY_TABLE = {each.table: each for each in ALL_LEVELS}
LEVEL_BY_MODEL = {each.model: each for each in ALL_LEVELS}


def level_of(record):
    return LEVEL_BY_MODEL[type(record)]


def url_key(record):
    """
    Return the key of a record in URLs; of a new record, the key of its draft line.
    """
    return str(record.pk or f"n{record.draft_line_pk}")


def node_key(record):
    """The record's key on the tree's page, such as ``eje-12``."""
    level = level_of(record)
    return "plan" if level is PLAN else f"{level.slug}-{url_key(record)}"


def parent_of(record):
    """Return the parent of a record, the plan if no link is set, None for a plan."""
    links = (getattr(record, name, None) for name in level_of(record).links)
    return next(filter(None, links), None)


def next_code(stem, siblings, used_codes):
    """
    Return the code after the last of the ``siblings``, skipping ``used_codes`` codes.

    Without siblings the code begins with ``stem``.
    """
    found = re.fullmatch(r"(.*?)(\d{1,9})", max(siblings, key=sort_key, default=""))
    stem, last = (found[1], int(found[2])) if found else (stem, 0)
    codes = (f"{stem}{number}" for number in count(last + 1))
    return next(code for code in codes if code not in used_codes)


def free_area_slug(name, used_slugs, longest):
    slug = (slugify(name) or "eje")[:longest].strip("-")
    others = (f"{slug[: longest - len(str(n)) - 1]}-{n}" for n in count(2))
    return next(free for free in chain([slug], others) if free not in used_slugs)
