"""
The format of plan files: every section and key, declared once.

Each section lists the fields of its model that a file states. What a key is called and
the kind of its value follow from the field; ``special`` has the keys of fields for
which they do not. docs/plan-format.md lists exactly these keys.
"""

from dataclasses import dataclass

from strategic_areas import models
from strategic_areas.importing.tables import Key, both, keys_of
from strategic_areas.importing.values import (
    SPAN,
    TEXT,
    Flag,
    Items,
    Number,
    Part,
    Reference,
    one_of,
    references,
)
from strategic_areas.models.provenance import STATED, STRENGTH

#: What the key ``format`` of a file says.
VERSION = 1

#: The sources of every region and province of the file; the one bare list.
GEOGRAPHY_SOURCES = Key("geography_sources", references("sources"))


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

    @property
    def names(self):
        """Every key that a record of this section may have."""
        return [each.name for each in (*self.keys, *self.nested)]


def section(name, fields, *, table="", special=None, also=(), **options):
    """A section of the records of one table; ``also`` are keys of other tables."""
    keys = (*keys_of(table or name, fields, special), *also)
    return Section(name, table or name, keys, **options)


PLAN = "code title status starts_on ends_on launched_on summary note sources"
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
            "title publisher url kind note",
            identity=("key",),
            shape="mapping",
        ),
        section("plan", PLAN, table="plans", shape="record", required=True),
        section("other_plans", PLAN, table="plans"),
        section(
            "areas",
            "code slug name short outcome outcome_provenance provenance sources note",
            required=True,
        ),
        section("programmes", "code area name provenance sources note", required=True),
        section(
            "agencies",
            "acronym slug name kind website website_unverified dissolved_on"
            " dissolved_by succeeded_by",
            also=keys_of(
                "participations",
                "role mandate mandate_provenance member_since hosts_secretariat"
                " provenance sources note",
            ),
            identity=("acronym",),
            required=True,
        ),
        section(
            "legal_instruments",
            "code kind name year date summary provenance sources note",
        ),
        section("frameworks", "code family kind name year provenance sources note"),
        section(
            "hotlines",
            "label numbers hours scope reliability confirm_before_publishing is_police"
            " confirmed_on sources note",
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
        section("periods", "code name starts_on ends_on due_on"),
        section(
            "commitments",
            "code programme title expected_result lead supporting baseline"
            " means_of_verification starts_on due_on due_provenance frameworks"
            " supersedes continues provenance sources note",
            required=True,
        ),
        section(
            "activities",
            "code commitment title agency kind year starts_on due_on due_provenance"
            " places expected_product quantity unit means_of_verification budget"
            " budget_amount budget_currency budget_source supersedes continues"
            " provenance sources note",
            special=PLACES,
        ),
        section(
            "later_activities",
            "code commitment programme title agency year starts_on due_on places"
            " provenance sources note",
            special=PLACES,
        ),
        section(
            "updates",
            "activity period execution percent quantity narrative obstacle next_step"
            " people_reached reported_on provenance sources note",
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
            "commitment period result_reached statement reported_on provenance sources"
            " note",
            special=REPORTED
            | {"result_reached": [Key("result_reached", Flag(), True)]},
            identity=("commitment", "period"),
        ),
        section(
            "indicators",
            "code name unit counts sensitive area programme agency counted_by direction"
            " aggregation definition baseline_value baseline_starts_on"
            " baseline_ends_on sources note",
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
                    "starts_on ends_on value status published_total counted_by"
                    " provenance sources note",
                    special=PERIOD | FROM_SOURCES,
                    identity=("period", "counted_by"),
                    nested=(
                        section(
                            "breakdown",
                            "dimension category value",
                            table="breakdowns",
                            identity=("dimension", "category"),
                        ),
                    ),
                ),
                section(
                    "targets",
                    "starts_on ends_on value",
                    special=PERIOD,
                    identity=("period",),
                ),
            ),
        ),
        section(
            "tip_tiers",
            "report_year covers_year tier label sources note",
            special={"label": both("tier", "label")},
            identity=("report_year",),
        ),
        section("discrepancies", "code topic detail indicators sources"),
        section("regions", "code name"),
        section("provinces", "code name region"),
        section(
            "classification",
            "note sources",
            table="code_lists",
            identity=(),
            shape="record",
            nested=(
                section("entities", "code label", table="code_list_values"),
                section(
                    "lists",
                    "code name provenance sources note",
                    table="code_lists",
                    nested=(section("values", "code label", table="code_list_values"),),
                ),
                section(
                    "breakdown_labels",
                    "dimension code label",
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
