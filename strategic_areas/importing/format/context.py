"""What stands beside the plan: sources, law, help lines, ratings, code lists."""

from strategic_areas import models
from strategic_areas.importing.format.keys import (
    CODE,
    SOURCED,
    SOURCES,
    YEAR,
    Key,
    Section,
    both,
    refers,
)
from strategic_areas.importing.kinds import (
    Code,
    Date,
    Flag,
    Items,
    Text,
    Url,
    one_of,
    references,
)

SOURCE_LIST = Section(
    "sources",
    (
        Key("title", Text(), required=True),
        Key("publisher", Text()),
        Key("url", Url()),
        Key("kind", Text(), required=True),
        *both("note"),
    ),
    identity=("key",),
    shape="mapping",
)

LEGAL_INSTRUMENTS = Section(
    "legal_instruments",
    (
        CODE,
        Key("kind", Text(), required=True),
        *both("name", required=True),
        Key("year", YEAR),
        Key("date", Date()),
        *both("summary"),
        *SOURCED,
    ),
)

FRAMEWORKS = Section(
    "frameworks",
    (
        CODE,
        Key("family", Text(), required=True),
        Key("kind", Text(), required=True),
        *both("name", required=True),
        Key("year", YEAR),
        *SOURCED,
    ),
)

HOTLINES = Section(
    "hotlines",
    (
        *both("label", required=True),
        Key("numbers", Items("a list of numbers, each in quotes", ordered=True), True),
        Key("hours", Text(), attributes=("hours_es",)),
        Key("hours_en", Text()),
        *both("scope"),
        Key("reliability", one_of(models.HelpLine.Reliability)),
        Key("confirm_before_publishing", Flag()),
        Key("is_police", Flag()),
        Key("confirmed_on", Date()),
        SOURCES,
        *both("note"),
    ),
    identity=("label_es",),
)

TIP_TIERS = Section(
    "tip_tiers",
    (
        Key("report_year", YEAR, required=True),
        Key("covers_year", YEAR),
        Key("tier", Text(), required=True),
        *both("tier", required=True, attribute="label"),
        SOURCES,
        *both("note"),
    ),
    identity=("report_year",),
)

DISCREPANCIES = Section(
    "discrepancies",
    (
        CODE,
        *both("topic", required=True),
        *both("detail", required=True),
        Key("indicators", references("indicators")),
        SOURCES,
    ),
)

REGIONS = Section("regions", (CODE, Key("name", Text(), required=True)))
PROVINCES = Section(
    "provinces",
    (CODE, Key("name", Text(), required=True), refers("region", "regions", True)),
)

LABELS = both("label", required=True)
LIST_CODE = Key("code", Code(), required=True)
ENTITIES = Section("entities", (LIST_CODE, *LABELS), table="code_list_values")
LIST_VALUES = Section("values", (LIST_CODE, *LABELS), table="code_list_values")
LISTS = Section(
    "lists",
    (CODE, *both("name", required=True), *SOURCED),
    table="code_lists",
    nested=(LIST_VALUES,),
)
BREAKDOWN_LABELS = Section(
    "breakdown_labels",
    (
        Key("dimension", Text(), required=True),
        Key("category", Text(), True, ("code",)),
        *LABELS,
    ),
    identity=("dimension", "category"),
    table="code_list_values",
)
CLASSIFICATION = Section(
    "classification",
    (*both("note"), SOURCES),
    identity=(),
    table="code_lists",
    shape="record",
    nested=(ENTITIES, LISTS, BREAKDOWN_LABELS),
)
