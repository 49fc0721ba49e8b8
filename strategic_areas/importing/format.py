"""
The format of plan files: sections, keys and the columns that store them.

The keys follow from the declared fields of each model, except ``special`` ones;
docs/plan-format.md lists them.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property

from django.db import models as columns

from agencies.fields import WordsField
from strategic_areas import models
from strategic_areas.importing.values import (
    AMOUNT,
    CODE,
    CURRENCY,
    DATE,
    FLAG,
    NUMBER,
    PERCENT,
    SPAN,
    TEXT,
    URL,
    WHOLE,
    YEAR,
    NestedMapping,
    ValueList,
    one_of,
    reference,
    references,
    whole,
)
from strategic_areas.models.records import FILE_PROVENANCES, STRENGTH
from strategic_areas.plan_document.tables import TABLE_OF_MODEL, TABLES

#: Kinds of value that follow from the type of a model's field.
KIND_OF_COLUMN = {
    columns.BooleanField: FLAG,
    columns.CharField: TEXT,
    columns.DateField: DATE,
    columns.DecimalField: NUMBER,
    columns.PositiveIntegerField: WHOLE,
    columns.SlugField: TEXT,
    columns.TextField: TEXT,
    columns.URLField: URL,
}
#: Kinds of value that follow from the name of a model's field.
KIND_OF_NAME = {
    "acronym": CODE,
    "budget_amount": AMOUNT,
    "budget_currency": CURRENCY,
    "code": CODE,
    "continues": NestedMapping(kinds={"plan": CODE, "code": CODE}),
    "covers_year": YEAR,
    "mandate_provenance": one_of(FILE_PROVENANCES),
    "outcome_provenance": one_of(FILE_PROVENANCES),
    "percent": PERCENT,
    "provenance": one_of(FILE_PROVENANCES),
    "quantity": AMOUNT,
    "report_year": YEAR,
    "succeeded_by": reference("agencies of the portal"),
    "year": YEAR,
}


@dataclass(frozen=True)
class FileKey:
    name: str
    kind: object
    required: bool = False
    stored_as: tuple = ()
    table: str = ""


def kind_of(column):
    if column.name in KIND_OF_NAME and not isinstance(column, columns.SlugField):
        return KIND_OF_NAME[column.name]
    if column.is_relation:
        record_kind = TABLE_OF_MODEL[column.related_model].name
        return (references if column.many_to_many else reference)(record_kind)
    if column.choices:
        word = one_of(word for word, _ in column.choices)
        is_list = isinstance(column, WordsField)
        return ValueList("a list of codes", word) if is_list else word
    return KIND_OF_COLUMN[type(column)]


def keys_of_table(table_name, fields=(), special=None):
    """
    Keys of these fields, by default of all declared fields of the model.

    English keys are never required. ``special`` maps field names to keys.
    """
    keys = []
    for column in TABLES[table_name].file_columns:
        name, is_first = column.field.name, column.name == column.field.columns[0]
        if name in (special or {}):
            keys += special[name] if is_first else []
        elif not fields or name in fields:
            keys.append(
                FileKey(
                    column.name,
                    kind_of(column.field.model_field),
                    column.is_required and name != "provenance",
                )
            )
    return tuple(
        replace(
            key, table=key.table or table_name, stored_as=key.stored_as or (key.name,)
        )
        for key in keys
    )


def bilingual_keys(name, stored_as):
    return [
        FileKey(f"{name}_es", TEXT, True, (f"{stored_as}_es",)),
        FileKey(f"{name}_en", TEXT, False, (f"{stored_as}_en",)),
    ]


VERSION = FileKey("format", whole("1", 1, 1), True)

#: The sources of all regions and provinces, a list at the top level of the file.
GEOGRAPHY_SOURCES = FileKey("geography_sources", references("sources"))


#: The key of a source, written before its record.
SOURCE_KEY = FileKey("key", CODE, True, ("key",), "sources")
#: Kinds of typed content: texts, codes and URLs.
TYPED_KINDS = (TEXT, CODE, URL)


@dataclass(frozen=True)
class FileSection:
    """
    Records of one kind; ``shape`` is "list", "mapping" (by key) or "record" (one).

    - ``identity``: the keys that identify a record; ``nested``: sections inside it.
    - ``above``: the column that leads to the surrounding record.
    - ``fixed``: values of columns without a key; ``starting``: defaults of new records.
    - ``is_numbered``: a column holds the position in the list.
    - ``infers_provenance``: provenance follows from the sources if the file has none.
    """

    name: str
    table: str
    keys: tuple
    identity: tuple = ("code",)
    shape: str = "list"
    required: bool = False
    nested: tuple = ()
    above: str = ""
    fixed: dict = field(default_factory=dict, hash=False)
    starting: dict = field(default_factory=dict, hash=False)
    is_numbered: bool = False
    infers_provenance: bool = False

    @cached_property
    def names(self):
        return [each.name for each in (*self.keys, *self.nested)]

    @cached_property
    def text_keys(self):
        # Not references, dates and choices.
        return [
            key.name
            for key in (*self.keys, SOURCE_KEY)
            if key.kind in TYPED_KINDS or getattr(key.kind, "each", None) == TEXT
        ]


def section(name, *fields, table="", special=None, also=(), **options):
    """A section for one table; ``also`` are keys of other tables."""
    return FileSection(
        name,
        table or name,
        (*keys_of_table(table or name, fields, special), *also),
        **options,
    )


PLACES = {
    "places": [
        FileKey("place", reference("provinces"), stored_as=("places",)),
        FileKey("places", references("provinces")),
    ]
}
SOURCE_PROVENANCE = {"provenance": [FileKey("provenance", one_of(STRENGTH))]}
REPORTED_SOURCES = SOURCE_PROVENANCE | {
    "sources": [FileKey("sources", references("sources"), True)]
}
PERIOD = {
    "starts_on": [FileKey("period", SPAN, True, ("starts_on", "ends_on"))],
    "ends_on": [],
}

#: Code lists that a file fills implicitly.
ENTITIES = {
    "code": "entities",
    "kind": models.CodeList.Kind.ENTITIES.value,
    "provenance": None,
    "name_es": "Entidades",
    "name_en": "Entities",
}
BREAKDOWN_LABELS = {
    "code": "breakdown_labels",
    "kind": models.CodeList.Kind.BREAKDOWNS.value,
    "provenance": None,
    "name_es": "Etiquetas de los desgloses",
    "name_en": "Labels of breakdowns",
}
APPROVED = {"status": "approved"}
HELP_LINE = {
    "numbers": [
        FileKey(
            "numbers",
            ValueList("a list of numbers, each in quotes", ordered=True),
            True,
        )
    ],
    "hours": [
        FileKey("hours", TEXT, stored_as=("hours_es",)),
        FileKey("hours_en", TEXT),
    ],
}
YEARS = {
    name: [FileKey(name, ValueList("a list of years, each in quotes"))]
    for name in ("years_read", "years_told")
}
EXECUTION = {
    "execution": [
        FileKey("status", one_of(models.ExecutionState), True, ("execution",))
    ],
    "narrative": bilingual_keys("narrative", "narrative"),
}
BASELINE = ("baseline_value", "baseline_starts_on", "baseline_ends_on")
INDICATOR = dict.fromkeys(BASELINE, ()) | {
    "baseline_value": [
        FileKey(
            "baseline",
            NestedMapping(kinds={"value": NUMBER, "period": SPAN}),
            stored_as=BASELINE,
        )
    ],
    "sources": [
        FileKey(
            "targets_provenance",
            one_of(FILE_PROVENANCES),
            False,
            ("provenance",),
            "targets",
        ),
        FileKey("sources", references("sources")),
    ],
}
BREAKDOWN = section(
    "breakdown",
    table="breakdowns",
    identity=("dimension", "category"),
    above="measurement",
)
VALUES = section(
    "values",
    special=PERIOD
    | SOURCE_PROVENANCE
    | {"breaks": [FileKey("break", FLAG, stored_as=("breaks",))]},
    identity=("period", "counted_by"),
    nested=(BREAKDOWN,),
    above="indicator",
    infers_provenance=True,
)
TARGETS = section("targets", special=PERIOD, identity=("period",), above="indicator")


def list_values(name, *fields, **options):
    return section(name, *fields, table="code_list_values", is_numbered=True, **options)


LISTS = section(
    "lists",
    table="code_lists",
    fixed={"kind": models.CodeList.Kind.VALUES.value},
    nested=(
        list_values(
            "values", "code", "label", above="code_list", fixed={"dimension": None}
        ),
    ),
)
LABELS = list_values(
    "breakdown_labels",
    special={
        "dimension": [FileKey("dimension", TEXT, True)],
        "code": [FileKey("category", TEXT, True, ("code",))],
    },
    identity=("dimension", "category"),
    fixed={"code_list": BREAKDOWN_LABELS["code"]},
)
OF_ENTITIES = {"code_list": ENTITIES["code"], "dimension": None}

SECTIONS = {
    each.name: each
    for each in [
        section("sources", identity=("key",), shape="mapping"),
        section(
            "plan", table="plans", shape="record", required=True, starting=APPROVED
        ),
        section("other_plans", table="plans", starting=APPROVED),
        section("areas", required=True),
        section("programmes", required=True),
        section(
            "agencies",
            also=keys_of_table("participations"),
            identity=("acronym",),
            required=True,
        ),
        section("legal_instruments"),
        section("frameworks", special=YEARS),
        section(
            "hotlines", special=HELP_LINE, identity=("label_es",), is_numbered=True
        ),
        section("periods", fixed={"mode": "record"}),
        section("commitments", required=True),
        section("activities", special=PLACES),
        section("later_activities", special=PLACES),
        section(
            "updates",
            special=REPORTED_SOURCES | EXECUTION,
            identity=("activity", "period"),
            infers_provenance=True,
        ),
        section(
            "commitment_updates",
            special=REPORTED_SOURCES
            | {"result": [FileKey("result", one_of(models.DeclaredResult), True)]},
            identity=("commitment", "period"),
            infers_provenance=True,
        ),
        section("indicators", special=INDICATOR, nested=(VALUES, TARGETS)),
        section("target_links", identity=("target", "commitment", "indicator")),
        section(
            "tip_tiers",
            special={"label": bilingual_keys("tier", "label")},
            identity=("report_year",),
        ),
        section("discrepancies"),
        section("terms"),
        section("regions"),
        section("provinces"),
        section(
            "classification",
            *("note", "sources"),
            table="code_lists",
            identity=(),
            shape="record",
            fixed=ENTITIES,
            nested=(
                list_values("entities", "code", "label", fixed=OF_ENTITIES),
                LISTS,
                LABELS,
            ),
        ),
    ]
}

#: The file as a whole.
FILE = FileSection(
    "", "", (VERSION, GEOGRAPHY_SOURCES), nested=tuple(SECTIONS.values())
)
