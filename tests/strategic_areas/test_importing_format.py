"""The declaration of the format: against the models, its documentation, its parts."""

import re
from decimal import Decimal

import pytest

from strategic_areas.importing.format import SECTIONS
from strategic_areas.importing.values import span
from strategic_areas.management.commands.load_plan import excerpts
from strategic_areas.models.records import (
    PROVENANCE_OF_KIND,
    is_stronger,
    provenance_of,
)
from strategic_areas.plan_document.lines import NOTHING, FieldAction, field_action
from strategic_areas.plan_document.stored_plan import plain_number
from strategic_areas.plan_document.tables import TABLES
from tests.strategic_areas.plans import ROOT, load_small

DOCUMENT = (ROOT / "docs" / "plan-format.md").read_text(encoding="utf-8")

#: Fields that no key of a file states, with the reason; "" stands for every table.
REVIEWED = {
    "agency": "that of the activity or commitment",
    "revision": "publish_public_record counts them",
    "status": "publish_public_record publishes",
    "origin": "publish_public_record sets it",
    "version": "counts saves of a draft",
    "contributors": "those who enter a report here",
    "created_at": "the clock",
    "changed_at": "the clock",
    "submitted_at": "a record is not submitted",
    "published_at": "the clock",
    "unchanged_since": "said of an agency's own reports",
    "public_id": "publish_public_record makes it of what it is about",
    "published_by": "the locked account of the record",
    "is_reviewed_within_agency": "nobody reviews a record here",
    "withdrawn_at": "the secretariat withdraws here",
    "withdrawn_by": "the secretariat withdraws here",
    "withdrawal_cause": "the secretariat withdraws here",
    "withdrawal_reason": "the secretariat withdraws here",
    "purged_at": "a text is purged here",
    "letter": "a record is transcribed from no letter",
    "confirmed_at": "a record is confirmed by its sources",
}
STOPPED = dict.fromkeys(
    ("stopped", "stopped_on", "resumes_on"), "an amendment alone stops a record"
)
COMPUTED = {
    "": {
        "id": "the database numbers rows",
        "plan": "the plan of the file",
        "sort_code": "follows from the code",
    },
    "sources": {"key": "the key of the mapping"},
    "commitments": STOPPED,
    "activities": {**STOPPED, "is_in_plan": "a file states what the plan holds"},
    "agencies": {"only_titular_submits": "a rule of the staff pages"},
    "participations": {"agency": "the entry itself"},
    "regions": {"sources": "geography_sources"},
    "provinces": {"sources": "geography_sources"},
    "hotlines": {
        "order": "the place in the list",
        "creole_is_read": "two people say so",
    },
    "periods": {
        "mode": "periods of a file are record periods",
        "is_demonstration": "a record period is none",
        "is_final": "a record period asks for no report",
        "is_scheduled": "a record period is made from no schedule",
        "scorecards_ready_at": "a record period has no scorecards",
        "scorecards_public_at": "a record period has no scorecards",
        "opens_on": "a record period has no window",
        "closes_on": "a record period has no window",
    },
    "indicators": {
        "introduced_by": "the plan of the file",
        "why_not_sensitive": "said by whoever lifts the protection here",
    },
    "targets": {"indicator": "the record around it"},
    "values": {
        "indicator": "the record around it",
        "revises": "a revision is entered here; a file states a value anew",
    },
    "breakdowns": {"measurement": "the record around it"},
    "code_lists": {"kind": "the part of the classification"},
    "code_list_values": {
        "code_list": "the record around it",
        "order": "the place in the list",
    },
    "commitment_updates": {
        **REVIEWED,
        "result_reached": "what declarations older than `result` said",
    },
    "updates": {
        **REVIEWED,
        "answer": "a record reports",
        "internal_note": "between an agency and the secretariat",
        "no_news_reason_es": "a record reports",
        "no_news_reason_en": "a record reports",
        "places": "those who enter a report here",
        "is_reserved": "what is of public record is not withheld",
        "reserved_reason": "what is of public record is not withheld",
        "reserved_legal_basis": "what is of public record is not withheld",
    },
}


def every_section():
    waiting = [(section.name, section) for section in SECTIONS.values()]
    for path, section in waiting:
        waiting += [(f"{path}.{inner.name}", inner) for inner in section.nested]
    return waiting


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_field_of_a_table_is_stated_or_computed_for_a_reason(table):
    translated = {
        field.translated_field.name
        for field in table.model._meta.fields
        if hasattr(field, "translated_field")
    }
    fields = {
        field.name
        for field in [*table.model._meta.fields, *table.model._meta.many_to_many]
    }
    found = {name: set() for name in TABLES}
    for _, section in every_section():
        for key in section.keys:
            found[key.table].update(key.stored_as)
    stated = found[table.name]
    computed = {**COMPUTED[""], **COMPUTED.get(table.name, {})}

    assert fields - translated - stated - set(computed) == set()
    assert stated - fields == set()
    assert set(COMPUTED.get(table.name, {})) - fields == set()


def test_the_documentation_lists_exactly_the_keys_of_the_format():
    expected = {}
    for path, section in every_section():
        required = {key.name for key in section.keys if key.required}
        expected[path] = [
            (name, "required" if name in required else "") for name in section.names
        ]

    found = {}
    for part in re.split(r"^#{3,4} ", DOCUMENT, flags=re.M)[1:]:
        path = part[1 : part.index("`", 1)]
        found[path] = re.findall(r"^\| `(\w+)` \|.*\| (required)? ?\|$", part, re.M)
    assert found == expected


def test_the_documentation_shows_the_table_of_provenance():
    rows = re.findall(r"^\| `(\w+)` \| (documented|press) \|$", DOCUMENT, re.M)

    assert dict(rows) == PROVENANCE_OF_KIND


@pytest.mark.django_db
def test_the_example_of_the_documentation_loads(tmp_path):
    example = re.search(r"```yaml\n(.*?)```", DOCUMENT, re.S)[1]

    outcome = load_small(tmp_path, example)

    assert (outcome.created.total(), outcome.kept) == (14, [])


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2017", "2017-01-01", "2017-12-31"),
        ("2018-Q1", "2018-01-01", "2018-03-31"),
        ("2018-Q4", "2018-10-01", "2018-12-31"),
        ("2018-S1", "2018-01-01", "2018-06-30"),
        ("2018-S2", "2018-07-01", "2018-12-31"),
        ("2020-02", "2020-02-01", "2020-02-29"),
        ("2020-02-28", "2020-02-28", "2020-02-28"),
        ("2017-01/2019-03", "2017-01-01", "2019-03-31"),
        ("2013/2018-05", "2013-01-01", "2018-05-31"),
        ("2018-Q1/2018-Q2", "2018-01-01", "2018-06-30"),
    ],
)
def test_a_span_means_its_first_and_last_day(text, first, last):
    assert span(text) == (first, last)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "18",
        "2018-13",
        "2018-00",
        "2018-Q5",
        "2018-S3",
        "2019/2018",
        "2018/",
        "/2018",
    ]
    + ["2018-02-30", "2018 ", "0000", "2017/2018/2019", "２０１８"],
)
def test_what_is_no_span_is_refused(text):
    with pytest.raises(ValueError, match=".*"):
        span(text)


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (["official_report"], "documented"),
        (["official_report", "press"], "press"),
        (["ngo_news"], "press"),
        (["a_word_of_its_own"], "press"),
        ([], "reconstructed"),
    ],
)
def test_the_weakest_source_decides(kinds, expected):
    assert provenance_of(kinds) == expected


def test_a_claim_is_stronger_in_the_order_of_the_table():
    order = ["plan", "documented", "press", "reconstructed"]

    stronger = [
        (one, other) for one in order for other in order if is_stronger(one, than=other)
    ]

    assert stronger == [
        (one, other) for i, one in enumerate(order) for other in order[i + 1 :]
    ]


@pytest.mark.parametrize(
    ("wanted", "here", "options", "expected"),
    [
        ("a", "a", {}, FieldAction.AGREED),
        ("b", "a", {"former": "a"}, FieldAction.APPLY),
        ("b", "c", {"former": "a"}, FieldAction.KEEP),
        ("a", "c", {"former": "a"}, FieldAction.KEEP),
        ("a", None, {"former": NOTHING}, FieldAction.APPLY),
        ("a", None, {"former": "a"}, FieldAction.KEEP),
        ("a", "usual", {"default": "usual"}, FieldAction.APPLY),
        ("a", "c", {}, FieldAction.KEEP),
        ("a", None, {"others": [None]}, FieldAction.KEEP),
        ("a", None, {"others": ["c"]}, FieldAction.KEEP),
        ("a", "c", {"others": ["c"]}, FieldAction.KEEP),
        ("a", "c", {"others": ["c"], "is_own": True}, FieldAction.APPLY),
        ("a", "d", {"others": ["c"], "is_own": True}, FieldAction.KEEP),
    ],
)
def test_a_file_changes_only_what_nobody_else_filled(wanted, here, options, expected):
    assert field_action(wanted, here, **options) == expected


@pytest.mark.parametrize(
    ("number", "text"),
    [("7.500", "7.5"), ("100", "100"), ("0.0", "0"), ("-0", "0"), ("-2.50", "-2.5")],
)
def test_a_number_has_one_plain_form(number, text):
    assert plain_number(Decimal(number)) == text


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (None, ["a", "b"], ("nothing", "a, b")),
        (True, False, ("True", "False")),
        ("x\ny", "x", ("x y", "x")),
        ("a" * 121, "b", ("a" * 120 + "…", "b")),
    ],
)
def test_two_values_are_shown_where_they_differ(one, other, expected):
    assert excerpts(one, other) == expected
