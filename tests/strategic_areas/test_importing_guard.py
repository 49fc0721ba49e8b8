"""The guard for personal data over plan files."""

import pytest

from strategic_areas.importing import load_plan_file
from strategic_areas.models import HelpLine
from tests.strategic_areas.plans import footprint, run, small, write

pytestmark = pytest.mark.django_db

CARD = "001-1234567-8"
FEW = "Se atendió a dos niñas."


def with_text(text, section="updates", key="narrative_es", **record):
    content = small()
    content[section][0] |= {key: text, **record}
    return content


def test_an_identity_card_refuses_the_whole_file_and_is_not_repeated(tmp_path):
    path = write(tmp_path, with_text(f"Con la cédula {CARD}."))
    line = 1 + path.read_text().splitlines().index(
        f"  narrative_es: Con la cédula {CARD}."
    )
    before = footprint()

    status, lines, errors = run(path)

    assert (status, lines) == (1, ["created=0 changed=0 unchanged=0 kept=0 faults=1"])
    (error,) = errors
    place = f"updates C1.a 2030-S1 (line {line}), narrative_es: found personal data"
    assert error.startswith(
        f"{place} in characters 15 to 27; expected no personal data: "
    )
    assert CARD not in error
    assert footprint() == before


@pytest.mark.parametrize(
    ("section", "key"),
    [
        ("commitments", "title_es"),
        ("commitments", "note_en"),
        ("activities", "expected_product_es"),
        ("agencies", "mandate_es"),
        ("indicators", "definition_es"),
        ("areas", "outcome_es"),
        ("periods", "name_es"),
    ],
)
def test_every_text_that_the_public_reads_is_inspected(tmp_path, section, key):
    path = write(tmp_path, with_text("Escriba a ana@example.org", section, key))

    status, _, errors = run(path)

    assert status == 1
    assert len(errors) == 1
    assert f"{key}: found personal data" in errors[0]


@pytest.mark.parametrize(
    ("section", "key", "typed"),
    [
        ("agencies", "website", f"https://example.org/{CARD}"),
        ("areas", "slug_es", CARD),
        ("tip_tiers", "tier", "a@b.do"),
        ("hotlines", "numbers", ["809-555-1234", CARD]),
        ("legal_instruments", "code", CARD),
    ],
)
def test_codes_addresses_and_lists_are_inspected_too(tmp_path, section, key, typed):
    content = small()
    given = {
        "hotlines": {"label_es": "Línea", "numbers": []},
        "tip_tiers": {"report_year": 2030, "tier": "", "label_es": "Nivel"},
        "legal_instruments": {
            "code": "",
            "name_es": "Ley",
            "kind": "law",
            "provenance": "plan",
        },
    }
    content.setdefault(section, [given.get(section)])
    content[section][0] |= {key: typed}

    status, _, errors = run(write(tmp_path, content))

    assert status == 1
    assert [error for error in errors if f"{key}: found personal data" in error]


def test_what_lies_inside_a_record_and_the_key_of_a_source_are_inspected(tmp_path):
    content = with_text(f"Cédula {CARD}", sources=["matrix"])
    content["sources"][CARD] = {"title": "Informe", "kind": "press"}
    content["indicators"][0]["values"][0]["note_es"] = "Tel. 809-555-1234"

    status, _, errors = run(write(tmp_path, content))

    assert status == 1
    for key in ("key", "narrative_es", "note_es"):
        assert [each for each in errors if f"{key}: found personal data" in each]


def test_a_file_takes_no_plan_back(tmp_path):
    load_plan_file(write(tmp_path, small()))
    content = small()
    content["plan"]["status"] = "in_preparation"

    status, _, errors = run(write(tmp_path, content))

    assert status == 1
    assert [error for error in errors if ", status: " in error]


@pytest.mark.parametrize("options", [[], ["--dry-run"]])
def test_a_small_number_without_a_source_is_told_and_loaded(tmp_path, options):
    path = write(tmp_path, with_text(FEW, "activities", "note_es"))

    status, lines, _ = run(path, *options)

    told = [line for line in lines if line.startswith("warning: ")]
    assert status == 0
    assert [line.split(", characters")[0].split(" (line")[0] for line in told] == [
        "warning: activities C1.a"
    ]
    assert "niñas" not in told[0]


def test_the_texts_of_a_file_are_checked_until_it_is_loaded(tmp_path):
    content = with_text(FEW, "activities", "note_es")
    path = write(tmp_path, content)

    load_plan_file(path, dry_run=True)
    warned = [bool(load_plan_file(path).warnings) for _again in range(2)]

    assert warned == [True, False]


def test_a_record_that_names_its_public_source_is_not_told(tmp_path):
    content = with_text(FEW, "activities", "note_es", sources=["matrix"])

    assert load_plan_file(write(tmp_path, content)).warnings == []


def test_a_help_line_may_say_a_telephone_number(tmp_path):
    content = small()
    content["hotlines"] = [
        {
            "label_es": "Línea",
            "numbers": ["809-555-1234"],
            "note_es": "También 809-555-4321",
        }
    ]

    load_plan_file(write(tmp_path, content))

    assert HelpLine.objects.get().note_es == "También 809-555-4321"


@pytest.mark.parametrize(
    ("flags", "printed_by", "refused"),
    [
        ({"reaches_victims": True}, None, True),
        ({"counts_victims": True}, None, True),
        ({"reaches_victims": True}, "note", True),
        ({"reaches_victims": True}, "report", False),
        ({}, None, False),
    ],
)
def test_a_number_of_victims_needs_official_print(tmp_path, flags, printed_by, refused):
    content = small()
    content["sources"] |= {
        "report": {"title": "Informe", "kind": "official_report"},
        "note": {"title": "Nota", "kind": "press"},
    }
    [activity] = content["activities"]
    activity |= {"counts_victims": False, "reaches_victims": False, **flags}
    [update] = content["updates"]
    update["narrative_es"] = "Se atendieron 47 mujeres en la casa."
    if printed_by:
        update["printed_by"] = printed_by

    status, _, errors = run(write(tmp_path, content))

    told = [error for error in errors if "47 mujeres" in error or "official" in error]
    assert (status, bool(told)) == (int(refused), refused)
