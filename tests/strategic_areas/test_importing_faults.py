"""Files that are refused: every fault told at once, nothing written."""

import io
import re

import pytest
from django.core.management import call_command
from django.db import DatabaseError
from django.db.models import QuerySet
from yaml import ScalarNode

from agencies.models import Agency
from strategic_areas import importing
from strategic_areas.importing import PlanFileError, load_plan_file
from strategic_areas.importing.reading import TAG
from strategic_areas.importing.values import TEXT, UnfitValueError
from strategic_areas.models import Commitment, Plan, ReportingPeriod
from tests.strategic_areas.plans import (
    FOLDER,
    faults_of,
    footprint,
    load_small,
    run,
    small,
    write,
)

pytestmark = pytest.mark.django_db


def test_a_file_broken_in_ten_ways_names_ten_faults_and_writes_nothing(db):
    before = footprint()

    status, lines, errors = run(FOLDER / "broken.yaml")

    assert (status, lines) == (1, ["created=0 changed=0 unchanged=0 kept=0 faults=10"])
    assert [line.split("; expected")[0] for line in errors] == [
        "sources matrix (line 4), url: found ftp://example.org/matriz",
        "plan (line 9), starts_on: found 2020-13-45",
        "areas 1 (line 13), nombre_en: found the key nombre_en",
        "programmes 1.1 (line 16), code: found 1.1",
        "agencies AAA (line 19), role: found jefe",
        "periods 2030-S1 (line 22), ends_on: found 2030-01-01",
        "commitments C1 (line 25), lead: found BBB",
        "commitments C1 (line 26), code: found C1",
        "updates C1.a 2030-S1 (line 35), percent: found '120'",
        "updates C1.a 2030-S2 (line 39), period: found 2030-S2",
    ]
    assert footprint() == before


def changed(section, position=0, **values):
    """The small plan with some keys of one record set, or dropped where DROP."""
    content = small()
    record = content[section]
    record = record if section == "plan" else record[position]
    for key, value in values.items():
        if value is DROP:
            del record[key]
        else:
            record[key] = value
    return content


def coded(code):
    """The small plan with another code for its commitment and nothing below it."""
    return changed("commitments", code=code) | {"activities": [], "updates": []}


def without(section):
    content = small()
    del content[section]
    return content


DROP = object()
UPDATE = "updates C1.a 2030-S1"
#: What each section calls the record that is changed.
RECORDS = {
    "plan": "plan",
    "areas": "areas 1",
    "programmes": "programmes 1.1",
    "agencies": "agencies AAA",
    "commitments": "commitments C1",
    "activities": "activities C1.a",
    "updates": UPDATE,
    "indicators": "indicators EJ-1",
}


@pytest.mark.parametrize(
    ("section", "values", "fault"),
    [
        ("plan", {"code": "gestion"}, ("code", "gestion")),
        ("plan", {"code": "con espacio"}, ("code", "con espacio")),
        ("plan", {"title_es": DROP}, ("title_es", "nothing")),
        ("plan", {"title_es": ""}, ("title_es", "''")),
        ("plan", {"ends_on": "2029-01-01"}, ("ends_on", "'2029-01-01'")),
        ("plan", {"launched_on": 2030}, ("launched_on", "2030")),
        ("plan", {"title_es": "x" * 301}, ("title_es", "x" * 200 + "…")),
        ("plan", {"sources": ["x"]}, ("sources", "x")),
        ("plan", {"sources": ["note", "note"]}, ("sources", "note")),
        ("plan", {"sources": [None]}, ("sources", "null")),
        ("plan", {"title_es": ["a"]}, ("title_es", "- a")),
        ("plan", {"sources": "note"}, ("sources", "note")),
        ("areas", {"slug_es": "año"}, ("slug_es", "año")),
        ("areas", {"name_es": True}, ("name_es", "true")),
        ("areas", {"code": 1}, ("code", "1")),
        ("areas", {"provenance": "reported"}, ("provenance", "reported")),
        ("programmes", {"area": "9"}, ("area", "'9'")),
        ("programmes", {"area": 1}, ("area", "1")),
        (
            "agencies",
            {"website": "javascript:alert(1)"},
            ("website", "javascript:alert(1)"),
        ),
        ("agencies", {"succeeded_by": "AAA"}, ("succeeded_by", "AAA")),
        ("commitments", {"supersedes": ["C1"]}, ("supersedes", "- C1")),
        (
            "commitments",
            {"continues": {"plan": "2030-2031", "code": "C1"}},
            ("continues", "plan: 2030-2031 code: C1"),
        ),
        ("activities", {"year": 20188}, ("year", "20188")),
        ("activities", {"kind": "puntual"}, ("kind", "puntual")),
        (
            "activities",
            {"budget": "amount", "budget_source": "note"},
            ("budget_amount", "nothing"),
        ),
        (
            "activities",
            {"budget": "none_assigned", "budget_amount": 1},
            ("budget_amount", "1"),
        ),
        ("activities", {"budget_amount": 1}, ("budget", "nothing")),
        ("activities", {"quantity": -1}, ("quantity", "-1")),
        (
            "activities",
            {"continues": {"plan": "otro", "code": "C1.a"}},
            ("continues", "plan: otro code: C1.a"),
        ),
        ("activities", {"continues": "C1.a"}, ("continues", "C1.a")),
        (
            "activities",
            {"continues": {"plan": None, "code": "C1.a"}},
            ("continues", "null"),
        ),
        ("activities", {"quantity": 10**13}, ("quantity", "10000000000000")),
        ("activities", {"budget_currency": "pesos"}, ("budget_currency", "pesos")),
        ("activities", {"place": "DO-99"}, ("place", "DO-99")),
        ("updates", {"percent": 101}, ("percent", "101")),
        ("updates", {"percent": -1}, ("percent", "-1")),
        ("updates", {"percent": 40.5}, ("percent", "40.5")),
        ("updates", {"percent": 100}, ("status", "in_progress")),
        ("updates", {"status": "completed"}, ("percent", "40")),
        ("updates", {"status": "hecho"}, ("status", "hecho")),
        ("updates", {"sources": []}, ("sources", "[]")),
        ("updates", {"provenance": "plan"}, ("provenance", "plan")),
        (
            "updates",
            {"provenance": "documented", "sources": ["note"]},
            ("provenance", "documented"),
        ),
        (
            "updates",
            {"people_reached": 3_000_000_000},
            ("people_reached", "3000000000"),
        ),
        ("indicators", {"baseline": {"value": 1}}, ("baseline", "value: 1")),
        (
            "indicators",
            {"baseline": {"value": -1, "period": "2029"}},
            ("baseline", "value: -1 period: '2029'"),
        ),
        (
            "indicators",
            {"baseline": {"value": 1, "period": 2029}},
            ("baseline", "2029"),
        ),
        ("indicators", {"sensitive": "no"}, ("sensitive", "'no'")),
    ],
)
def test_a_fault_names_its_record_its_key_and_the_value(
    tmp_path, section, values, fault
):
    content = changed(section, **values)

    assert faults_of(tmp_path, content) == [(RECORDS[section], *fault)]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (small(format=2), ("the file", "format", "2")),
        (without("format"), ("the file", "format", "nothing")),
        (without("areas"), ("the file", "areas", "nothing")),
        (small(format="1"), ("the file", "format", "'1'")),
        (small(hotlines=["911"]), ("hotlines #1", "", "'911'")),
        (small(surprise=[]), ("the file", "surprise", "the key surprise")),
        (small(areas=None), ("the file", "areas", "null")),
        (small(areas="1"), ("the file", "areas", "'1'")),
        (small(periods={"a": 1}), ("the file", "periods", "a: 1")),
        (
            changed("activities", code="F-9") | {"updates": []},
            ("activities F-9", "code", "F-9"),
        ),
        (coded("C/2"), ("commitments C/2", "code", "C/2")),
        (coded(".."), ("commitments ..", "code", "..")),
        (coded(" C2"), ("commitments  C2", "code", "' C2'")),
        (
            small(other_plans=[{**small()["plan"]}]),
            ("other_plans 2030-2031", "code", "2030-2031"),
        ),
        (
            small(classification={"lists": [{"code": "entities", "name_es": "a"}]}),
            ("classification lists entities", "code", "entities"),
        ),
        (small(classification=[]), ("the file", "classification", "[]")),
        (small(geography_sources=["x"]), ("the file", "geography_sources", "x")),
        (changed("activities", **{"kind": "continuing"}), (UPDATE, "percent", "40")),
        (
            changed("updates", **{"period": 2030}),
            ("updates C1.a 2030", "period", "2030"),
        ),
    ],
)
def test_a_fault_names_record_field_and_value(tmp_path, content, fault):
    assert faults_of(tmp_path, content) == [fault]


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"period": "2030-Q5"}, ("values 2030-Q5", "period", "2030-Q5")),
        ({"period": "2031/2030"}, ("values 2031/2030", "period", "2031/2030")),
        ({"period": 2030}, ("values 2030", "period", "2030")),
        ({"value": "40"}, ("values 2030-Q1", "value", "'40'")),
        ({"value": float("inf")}, ("values 2030-Q1", "value", ".inf")),
        ({"value": 0.12345}, ("values 2030-Q1", "value", "0.12345")),
        ({"status": "firm"}, ("values 2030-Q1", "status", "firm")),
        ({"value": -40}, ("values 2030-Q1", "value", "-40")),
        (
            {"breakdown": [{"dimension": "sex", "category": "female", "value": -2}]},
            ("values 2030-Q1 breakdown sex female", "value", "-2"),
        ),
    ],
)
def test_a_fault_of_a_value_names_its_indicator(tmp_path, values, fault):
    content = small()
    content["indicators"][0]["values"][0].update(values)

    record, *rest = fault

    assert faults_of(tmp_path, content) == [(f"indicators EJ-1 {record}", *rest)]


def test_agencies_that_succeed_each_other_in_a_circle_are_a_fault(tmp_path):
    [agency] = small()["agencies"]
    second = {"acronym": "BBB", "slug": "bbb", "role": "member"}
    circle = [
        agency | {"succeeded_by": "BBB"},
        agency | second | {"succeeded_by": "AAA"},
    ]

    assert faults_of(tmp_path, small(agencies=circle)) == [
        ("agencies AAA", "succeeded_by", "BBB"),
        ("agencies BBB", "succeeded_by", "AAA"),
    ]


def test_the_same_span_written_twice_is_a_fault(tmp_path):
    content = small()
    values = content["indicators"][0]["values"]
    values.append({**values[0], "period": "2030-01/2030-03"})

    assert faults_of(tmp_path, content) == [
        ("indicators EJ-1 values 2030-01/2030-03", "period", "2030-01/2030-03")
    ]


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("", 0, "nothing"),
        ("# nothing\n", 0, "nothing"),
        ("- a\n", 1, "- a"),
        ("format: 1\nplan: {code: [\n", 3, "its end"),
        ("format: 1\nplan: a: b\n", 2, "plan: a: b"),
        ("a: &x 1\nb: *x\n", 2, "*x"),
        (
            "a: !!python/object:os.system {}\n",
            1,
            "tag:yaml.org,2002:python/object:os.system",
        ),
        ("format: 1\n---\nformat: 1\n", 2, "a second document"),
        ("a: " + "[" * 20 + "]" * 20 + "\n", 1, "a deeper nesting"),
        ("[a]: 1\n", 1, "- a"),
        ("a: \x01\n", 0, "a character that YAML does not allow"),
    ],
)
def test_a_text_that_is_no_plan_is_told_with_its_line(tmp_path, text, line, found):
    path = write(tmp_path, text)

    with pytest.raises(PlanFileError) as refused:
        load_plan_file(path)

    assert [fault.number for fault in refused.value.faults] == [line]
    assert [fault.place for fault in refused.value.faults] == ["the file"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"format: 1\nplan: \xff\n", "the file (line 2): found the byte 0xff"),
        (b"a: " + b"x" * 20_000_001, "the file: found a larger file"),
    ],
)
def test_bytes_that_are_no_plan_are_told(tmp_path, content, expected):
    path = tmp_path / "plan.yaml"
    path.write_bytes(content)

    status, lines, errors = run(path)

    assert (status, errors[0].split(";")[0]) == (1, expected)
    assert lines == ["created=0 changed=0 unchanged=0 kept=0 faults=1"]


def test_a_folder_or_a_missing_file_is_told(tmp_path):
    missing = tmp_path / "missing.yaml"

    assert run(tmp_path)[2] == [
        f"the file: found {tmp_path} (Is a directory); expected a file that can be read"
    ]
    assert run(missing)[2] == [
        f"the file: found {missing} (No such file or directory); "
        "expected a file that can be read"
    ]


def test_a_repeated_key_is_a_fault_at_every_depth(tmp_path):
    text = write(tmp_path, small()).read_text()
    text = text.replace("  name_es: Prevención", "  name_es: A\n  name_es: B")

    assert faults_of(tmp_path, text + "format: 1\n") == [
        ("areas 1", "name_es", "B"),
        ("the file", "format", "1"),
    ]


def test_text_that_no_database_takes_is_a_fault(tmp_path):
    content = write(tmp_path, small()).read_text().replace("Taller", '"a\\0b"')

    assert faults_of(tmp_path, content) == [("activities C1.a", "title_es", '"a\\0b"')]


def test_half_a_character_is_no_text():
    with pytest.raises(UnfitValueError):
        TEXT.read(ScalarNode(f"{TAG}str", "a\ud800b"))


def test_an_address_word_of_another_agency_is_a_fault(tmp_path):
    Agency.objects.create(acronym="OLD", slug="aaa", name_es="Otra", kind="office")

    assert faults_of(tmp_path, small()) == [("agencies AAA", "slug", "aaa")]


def test_an_unloaded_database_is_told_without_a_traceback(tmp_path, monkeypatch):
    def refuse(code):
        raise DatabaseError("no such table")

    monkeypatch.setattr(importing, "StoredPlan", refuse)

    assert run(write(tmp_path, small()))[2] == [
        "the database: found a refusal (no such table); expected that it takes the file"
    ]


def test_a_path_that_no_system_has_is_told():
    assert run("a\0b")[0] == 1


def test_long_runs_show_progress_on_a_terminal_only(tmp_path):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    path = str(write(tmp_path, small()))
    terminal, pipe = Terminal(), io.StringIO()
    call_command("load_plan", path, "--dry-run", stdout=io.StringIO(), stderr=terminal)
    call_command("load_plan", path, "--dry-run", stdout=io.StringIO(), stderr=pipe)

    shown = re.sub(r"\x1b\[[\d;]*m", "", terminal.getvalue()).splitlines()
    assert shown[:3] == ["plans: 1 …", "sources: 2 …", "agencies: 1 …"]
    assert pipe.getvalue() == ""


def test_two_areas_cannot_share_an_address_word(tmp_path):
    content = small()
    content["areas"].append({**content["areas"][0], "code": "2"})

    assert faults_of(tmp_path, content) == [("areas 2", "slug_es", "prevencion")]


def test_an_indicator_of_another_plan_is_a_fault_that_names_the_plan(tmp_path):
    load_small(tmp_path, small())
    other = changed("plan", code="2032-2033")

    with pytest.raises(PlanFileError) as refused:
        load_small(tmp_path, other)

    assert [str(fault) for fault in refused.value.faults] == [
        "indicators EJ-1 (line 54), code: found EJ-1; expected a code of its own: "
        "the plan 2030-2031 introduced this one"
    ]


def test_a_period_that_is_a_round_here_is_a_fault(tmp_path):
    load_small(tmp_path, small(periods=[], updates=[]))
    days = dict.fromkeys(("starts_on", "opens_on", "ends_on"), "2030-01-01")
    days |= dict.fromkeys(("due_on", "closes_on"), "2030-08-01")
    plan = Plan.objects.get()
    ReportingPeriod.objects.create(plan=plan, code="2030-S1", name_es="Ronda", **days)

    assert faults_of(tmp_path, small()) == [("periods 2030-S1", "code", "2030-S1")]


def test_records_that_supersede_each_other_are_faults(tmp_path):
    content = small()
    first = content["commitments"][0]
    content["commitments"] = [
        {**first, "supersedes": ["C2"]},
        {**first, "code": "C2", "supersedes": ["C1"]},
    ]

    assert faults_of(tmp_path, content) == [
        ("commitments C1", "supersedes", "- C2"),
        ("commitments C2", "supersedes", "- C1"),
    ]


def test_a_circle_of_successions_across_files_is_a_fault(tmp_path):
    first = small()["commitments"][0]
    loaded = [{**first, "supersedes": ["C2"]}, {**first, "code": "C2"}]
    load_small(tmp_path, small(commitments=loaded))
    later = [first, {**first, "code": "C2", "supersedes": ["C1"]}]

    assert faults_of(tmp_path, small(commitments=later)) == [
        ("commitments C2", "supersedes", "- C1")
    ]


def test_a_circle_of_what_continues_across_plans_is_a_fault(tmp_path):
    load_small(tmp_path, small())
    other = small(plan={**small()["plan"], "code": "otro"}, indicators=[])
    other["commitments"][0]["continues"] = {"plan": "2030-2031", "code": "C1"}
    load_small(tmp_path, other)

    [(record, field, _)] = faults_of(
        tmp_path, changed("commitments", continues={"plan": "otro", "code": "C1"})
    )

    assert (record, field) == ("commitments C1", "continues")
    assert Commitment.objects.get(plan__code="otro").continues.plan.code == "2030-2031"


def test_continuing_work_cannot_keep_a_percent_said_before(tmp_path):
    load_small(tmp_path, small())
    content = changed("activities", kind="continuing")
    content["updates"] = []

    assert faults_of(tmp_path, content) == [("activities C1.a", "kind", "continuing")]


def test_what_the_database_refuses_is_a_fault_and_rolls_back(tmp_path, monkeypatch):
    before = footprint()

    whole = QuerySet.bulk_create

    def refuse(rows, *arguments, **options):
        if rows.model._meta.auto_created:
            raise DatabaseError("disk full")
        return whole(rows, *arguments, **options)

    monkeypatch.setattr(QuerySet, "bulk_create", refuse)

    status, lines, errors = run(write(tmp_path, small()))

    assert (status, lines) == (1, ["created=0 changed=0 unchanged=0 kept=0 faults=1"])
    assert errors == [
        "indicators EJ-1 values 2030-Q1 (line 59): found what the file says; "
        "expected what the database takes (disk full)"
    ]
    assert footprint() == before


def test_a_broken_constraint_is_told_in_its_own_words(tmp_path):
    content = changed("commitments", due_on="2030-05-01")
    load_small(tmp_path, content)
    later = changed("commitments", starts_on="2031-01-01")

    with pytest.raises(PlanFileError) as refused:
        load_small(tmp_path, later)

    assert [fault.place for fault in refused.value.faults] == ["commitments C1"]
    assert refused.value.faults[0].message == (
        "what the database takes: The end is before the start."
    )
