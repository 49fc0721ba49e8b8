"""What is planned: the plan, who takes part, commitments and activities."""

from strategic_areas import models
from strategic_areas.importing.format.keys import (
    CLAIM,
    CODE,
    CONTINUES,
    DUE,
    PLANNED,
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
    Currency,
    Date,
    Flag,
    Number,
    Reference,
    Slug,
    Text,
    Url,
    one_of,
    references,
)

PLAN_KEYS = (
    Key("code", Slug(), required=True),
    *both("title", required=True),
    Key("status", one_of(models.Plan.Status)),
    Key("starts_on", Date(), required=True),
    Key("ends_on", Date(), required=True),
    Key("launched_on", Date()),
    *both("summary"),
    *both("note"),
    SOURCES,
)

PLAN = Section("plan", PLAN_KEYS, table="plans", shape="record", required=True)
OTHER_PLANS = Section("other_plans", PLAN_KEYS, table="plans")

AGENCIES = Section(
    "agencies",
    (
        Key("acronym", Code(), required=True),
        Key("slug", Slug(), required=True),
        *both("name", required=True),
        Key("kind", Text(), required=True),
        Key("website", Url()),
        Key("website_unverified", Url()),
        Key("dissolved_on", Date()),
        Key("dissolved_by", Text()),
        refers("succeeded_by", "agencies of the portal"),
        Key(
            "role",
            one_of(models.Participation.Role),
            required=True,
            table="participations",
        ),
        *both("mandate", table="participations"),
        Key("mandate_provenance", CLAIM, table="participations"),
        Key("member_since", Date(), table="participations"),
        Key("hosts_secretariat", Flag(), table="participations"),
        Key("provenance", CLAIM, table="participations"),
        Key("sources", references("sources"), table="participations"),
        *both("note", table="participations"),
    ),
    identity=("acronym",),
    required=True,
)

COMMITMENTS = Section(
    "commitments",
    (
        CODE,
        refers("programme", "programmes", required=True),
        *both("title", required=True),
        *both("expected_result"),
        refers("lead", "agencies", required=True),
        Key("supporting", references("agencies")),
        *both("baseline"),
        *both("means_of_verification"),
        *PLANNED,
        DUE,
        Key("frameworks", references("frameworks")),
        Key("supersedes", references("commitments")),
        Key("continues", CONTINUES),
        *SOURCED,
    ),
    required=True,
)

ACTIVITIES = Section(
    "activities",
    (
        CODE,
        refers("commitment", "commitments", required=True),
        *both("title", required=True),
        refers("agency", "agencies", required=True),
        Key("kind", one_of(models.Activity.Kind)),
        Key("year", YEAR),
        *PLANNED,
        DUE,
        Key("place", Reference(section="provinces"), attributes=("places",)),
        Key("places", references("provinces")),
        *both("expected_product"),
        Key("quantity", Number(least=0)),
        *both("unit"),
        *both("means_of_verification"),
        Key("budget", one_of(models.Activity.Budget)),
        Key("budget_amount", Number(least=0)),
        Key("budget_currency", Currency()),
        refers("budget_source", "sources"),
        Key("supersedes", references("activities")),
        Key("continues", CONTINUES),
        *SOURCED,
    ),
)

LATER_ACTIVITIES = Section(
    "later_activities",
    (
        CODE,
        refers("commitment", "commitments"),
        refers("programme", "programmes"),
        *both("title", required=True),
        refers("agency", "agencies"),
        Key("year", YEAR),
        *PLANNED,
        Key("place", Reference(section="provinces"), attributes=("places",)),
        Key("places", references("provinces")),
        *SOURCED,
    ),
)

AREAS = Section(
    "areas",
    (
        CODE,
        Key("slug_es", Slug(), required=True),
        Key("slug_en", Slug()),
        *both("name", required=True),
        *both("short"),
        *both("outcome"),
        Key("outcome_provenance", CLAIM),
        *SOURCED,
    ),
    required=True,
)

PROGRAMMES = Section(
    "programmes",
    (
        CODE,
        refers("area", "areas", required=True),
        *both("name", required=True),
        *SOURCED,
    ),
    required=True,
)
