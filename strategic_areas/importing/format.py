"""
The format of plan files: every section, declared once.

The declaration of a model says which of its fields a file states. What a key is called
and the kind of its value follow from the field; ``special`` has the keys of fields for
which they do not. docs/plan-format.md lists exactly these keys.
"""

from dataclasses import dataclass
from functools import cached_property

from strategic_areas import models
from strategic_areas.importing.tables import Key, both, keys_of
from strategic_areas.importing.values import (
    CODE,
    SLUG,
    SPAN,
    TEXT,
    URL,
    Flag,
    Items,
    Number,
    Part,
    Reference,
    one_of,
    references,
)
from strategic_areas.models.records import STATED, STRENGTH

#: What the key ``format`` of a file says.
VERSION = 1

#: The sources of every region and province of the file; the one bare list.
GEOGRAPHY_SOURCES = Key("geography_sources", references("sources"))


#: The key of a source, which stands before its record.
SOURCE_KEY = Key("key", CODE, True, ("key",), "sources")
#: The kinds of what somebody types: free texts, codes and addresses.
TYPED = (TEXT, CODE, SLUG, URL)


@dataclass(frozen=True)
class Section:
    """
    Records of one kind. ``shape`` is "list", "mapping" (by key) or "record" (one).

    ``identity`` are the keys that name a record within its section. ``nested`` are the
    sections inside each record.
    """

    name: str
    table: str
    keys: tuple
    identity: tuple = ("code",)
    shape: str = "list"
    required: bool = False
    nested: tuple = ()

    @cached_property
    def names(self):
        """Every key that a record of this section may have."""
        return [each.name for each in (*self.keys, *self.nested)]

    @cached_property
    def typed(self):
        """The names of keys of which somebody types the value, or a list of values."""
        # References, dates and choices are texts too, but nobody types them freely.
        return [
            key.name
            for key in (*self.keys, SOURCE_KEY)
            if key.kind in TYPED or getattr(key.kind, "each", None) == TEXT
        ]


def section(name, *fields, table="", special=None, also=(), **options):
    """
    A section of the records of one table; ``also`` are keys of other tables.

    ``fields`` are named where it states just some of those that a file states.
    """
    keys = (*keys_of(table or name, fields, special), *also)
    return Section(name, table or name, keys, **options)


PLACES = {
    "places": [
        Key("place", Reference(section="provinces"), stored_as=("places",)),
        Key("places", references("provinces")),
    ]
}
FROM_SOURCES = {"provenance": [Key("provenance", one_of(STRENGTH))]}
REPORTED = FROM_SOURCES | {"sources": [Key("sources", references("sources"), True)]}
PERIOD = {
    "starts_on": [Key("period", SPAN, True, ("starts_on", "ends_on"))],
    "ends_on": [],
}

SECTIONS = {
    each.name: each
    for each in [
        section(
            "sources",
            identity=("key",),
            shape="mapping",
        ),
        section("plan", table="plans", shape="record", required=True),
        section("other_plans", table="plans"),
        section(
            "areas",
            required=True,
        ),
        section("programmes", required=True),
        section(
            "agencies",
            also=keys_of("participations"),
            identity=("acronym",),
            required=True,
        ),
        section("legal_instruments"),
        section("frameworks"),
        section(
            "hotlines",
            special={
                "numbers": [
                    Key(
                        "numbers",
                        Items("a list of numbers, each in quotes", ordered=True),
                        True,
                    )
                ],
                "hours": [
                    Key("hours", TEXT, stored_as=("hours_es",)),
                    Key("hours_en", TEXT),
                ],
            },
            identity=("label_es",),
        ),
        section("periods"),
        section(
            "commitments",
            required=True,
        ),
        section(
            "activities",
            special=PLACES,
        ),
        section(
            "later_activities",
            special=PLACES,
        ),
        section(
            "updates",
            special=REPORTED
            | {
                "execution": [
                    Key("status", one_of(models.Execution), True, ("execution",))
                ],
                "narrative": both("narrative", "narrative"),
            },
            identity=("activity", "period"),
        ),
        section(
            "commitment_updates",
            special=REPORTED | {"result": [Key("result", one_of(models.Result), True)]},
            identity=("commitment", "period"),
        ),
        section(
            "indicators",
            special={
                "baseline_value": [
                    Key(
                        "baseline",
                        Part(kinds={"value": Number(), "period": SPAN}),
                        stored_as=(
                            "baseline_value",
                            "baseline_starts_on",
                            "baseline_ends_on",
                        ),
                    )
                ],
                "baseline_starts_on": [],
                "baseline_ends_on": [],
                "sources": [
                    Key(
                        "targets_provenance",
                        one_of(STATED),
                        stored_as=("provenance",),
                        table="targets",
                    ),
                    Key("sources", references("sources")),
                ],
            },
            nested=(
                section(
                    "values",
                    special=PERIOD
                    | FROM_SOURCES
                    | {"breaks": [Key("break", Flag(), stored_as=("breaks",))]},
                    identity=("period", "counted_by"),
                    nested=(
                        section(
                            "breakdown",
                            table="breakdowns",
                            identity=("dimension", "category"),
                        ),
                    ),
                ),
                section(
                    "targets",
                    special=PERIOD,
                    identity=("period",),
                ),
            ),
        ),
        section(
            "tip_tiers",
            special={"label": both("tier", "label")},
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
            nested=(
                section("entities", "code", "label", table="code_list_values"),
                section(
                    "lists",
                    table="code_lists",
                    nested=(
                        section("values", "code", "label", table="code_list_values"),
                    ),
                ),
                section(
                    "breakdown_labels",
                    table="code_list_values",
                    special={
                        "dimension": [Key("dimension", TEXT, True)],
                        "code": [Key("category", TEXT, True, ("code",))],
                    },
                    identity=("dimension", "category"),
                ),
            ),
        ),
    ]
}
