"""What is reported and measured: periods, updates, indicators and their values."""

from strategic_areas import models
from strategic_areas.importing.format.keys import (
    CLAIM,
    CODE,
    SOURCES,
    Key,
    Section,
    both,
    refers,
)
from strategic_areas.importing.kinds import (
    Date,
    Flag,
    Number,
    Part,
    Slug,
    Span,
    Text,
    Whole,
    one_of,
    references,
)
from strategic_areas.importing.provenance import STRENGTH
from strategic_areas.models.measurements import Measurement

PERIODS = Section(
    "periods",
    (
        Key("code", Slug(), required=True),
        *both("name", required=True),
        Key("starts_on", Date(), required=True),
        Key("ends_on", Date(), required=True),
        Key("due_on", Date()),
    ),
)

REPORTED = (
    Key("reported_on", Date()),
    Key("provenance", one_of(STRENGTH)),
    Key("sources", references("sources"), required=True),
    *both("note"),
)

UPDATES = Section(
    "updates",
    (
        refers("activity", "activities", required=True),
        refers("period", "periods", required=True),
        Key("status", one_of(models.Execution), True, ("execution",)),
        Key("percent", Whole("a percent", 0, 100)),
        Key("quantity", Number(least=0)),
        *both("narrative", required=True),
        *both("obstacle"),
        *both("next_step"),
        Key("people_reached", Whole()),
        *REPORTED,
    ),
    identity=("activity", "period"),
)

COMMITMENT_UPDATES = Section(
    "commitment_updates",
    (
        refers("commitment", "commitments", required=True),
        refers("period", "periods", required=True),
        Key("result_reached", Flag(), required=True),
        *both("statement", required=True),
        *REPORTED,
    ),
    identity=("commitment", "period"),
)

SPAN = Key("period", Span(), True, ("starts_on", "ends_on"))
VALUES = Section(
    "values",
    (
        SPAN,
        Key("value", Number(), required=True),
        Key("status", one_of(Measurement.Status), required=True),
        Key("published_total", Flag()),
        Key("counted_by", Text()),
        Key("provenance", one_of(STRENGTH)),
        SOURCES,
        *both("note"),
    ),
    identity=("period", "counted_by"),
    nested=(
        Section(
            "breakdown",
            (
                Key("dimension", Text(), required=True),
                Key("category", Text(), required=True),
                Key("value", Number(), required=True),
            ),
            identity=("dimension", "category"),
            table="breakdowns",
        ),
    ),
)

TARGETS = Section(
    "targets",
    (SPAN, Key("value", Number(), required=True)),
    identity=("period",),
)

INDICATORS = Section(
    "indicators",
    (
        CODE,
        *both("name", required=True),
        *both("unit", required=True),
        Key("counts", one_of(models.Indicator.Counts), required=True),
        Key("sensitive", Flag()),
        refers("area", "areas"),
        refers("programme", "programmes"),
        refers("agency", "agencies"),
        Key("counted_by", Text()),
        Key("direction", one_of(models.Indicator.Direction)),
        Key("aggregation", one_of(models.Indicator.Aggregation)),
        *both("definition"),
        Key(
            "baseline",
            Part(kinds={"value": Number(), "period": Span()}),
            attributes=("baseline_value", "baseline_starts_on", "baseline_ends_on"),
        ),
        Key("targets_provenance", CLAIM, False, ("provenance",), "targets"),
        SOURCES,
        *both("note"),
    ),
    nested=(VALUES, TARGETS),
)
