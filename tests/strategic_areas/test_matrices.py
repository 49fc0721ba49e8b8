"""Three matrices as ministries make them are read as a careful person reads them."""

from collections import Counter
from decimal import Decimal

import pytest

from tests.strategic_areas.reading_matrices import (
    THREE,
    lost,
    name_content,
    one_of_three,
)

each_matrix = pytest.mark.parametrize("name", THREE)

#: Where a reader of any matrix says something else than the careful person, and why.
DIFFERENCES = {
    "matriz-unica": [],
    "matriz-cuatro-niveles": [],
    "matriz-por-ejes": [
        # The file names it in full and the portal does not know it: the acronym is
        # made of initials, and the person is asked.
        "EJE 1 PREVENCION!C11 supporting: ['MC'], expected ['MINC']"
    ],
}


def sheet_of(place):
    return place.partition("!")[0]


def differences(where, pairs):
    return [
        f"{where} {name}: {got!r}, expected {wanted!r}"
        for name, got, wanted in pairs
        if got != wanted
    ]


def place_of(line, name):
    cell = line.cell_by_field.get(name)
    return cell and {"cell": cell.place, "text": cell.text}


def same_text(text):
    return text and " ".join(text.split()).casefold()


def of_record(line, expected):
    """Differences of one action: who, when, how much, in which state."""
    said = line.values
    lead = expected.get("lead", expected.get("agency"))
    pairs = [
        ("title", said["title"], expected["title"]),
        ("cell", place_of(line, "title")["cell"], expected["cell"]),
        ("lead", said.get("lead"), lead),
        ("supporting", said.get("supporting", []), expected["supporting"]),
        ("responsible", place_of(line, "lead"), expected["responsible"]),
        ("status", said.get("status"), expected.get("status")),
        ("struck", said.get("is_struck"), expected.get("struck_through")),
    ]
    if "support" in expected:
        support = place_of(line, "supporting")
        if support != expected["support"]:
            both = [expected["responsible"]["cell"], expected["support"]["cell"]]
            pairs.append(("support", [c for c in both if c in line.cells], both))
    for name in ("funding_source", "means_of_verification", "note", "product"):
        pairs.append((name, said.get(name), expected.get(name)))
    state = expected.get("state")
    state = state["text"] if isinstance(state, dict) else state
    pairs.append(("state", same_text(said.get("state")), same_text(state)))
    if "code" in expected:
        pairs.append(("code", said["code"], expected["code"]))
    else:
        number = said.get("number", said["code"])
        pairs.append(("number", number, str(expected["number"])))
        pairs.append(("area", said["area"], expected["area"]))
    above = "commitment" if line.table == "activities" else "programme"
    pairs.append((above, said.get(above), expected[above]))
    return differences(
        expected["cell"], [*pairs, *of_due(line, expected), *of_budget(line, expected)]
    )


def of_due(line, expected):
    due = expected["due"]
    names = ("span", "starts_on", "due_on", "exact_to", "marked")
    yield from ((name, line.values.get(name), due.get(name)) for name in names)
    if "cells" not in due:
        yield "due", place_of(line, "due_on"), {k: due[k] for k in ("cell", "text")}


def of_budget(line, expected):
    budget = expected.get("budget", {})
    amount = line.values.get("budget_amount")
    yield "amount", amount and Decimal(amount), budget.get("amount")
    if budget.get("amount"):
        yield "currency", line.values["budget_currency"], budget["currency"]
    if budget:
        place = {k: budget[k] for k in ("cell", "text")}
        got = place_of(line, "budget_amount")
        if place["text"].endswith(".0") and got["text"] == place["text"][:-2]:
            got["text"] = str(float(got["text"]))
        yield "budget", got, place


def of_indicators(reading, line, expected):
    found = [x for x in reading.of("indicators") if x.parent == line.number]
    for made, wanted in zip(found, expected, strict=True):
        base = wanted.get("baseline", {})
        value = made.values.get("baseline")
        targets = [x for x in reading.of("targets") if x.parent == made.number]
        pairs = [
            ("name", made.values["name"], wanted["name"]),
            ("cell", made.cell_by_field["name"].place, wanted["cell"]),
            ("unit", made.values.get("unit"), wanted.get("unit")),
            ("baseline", value and Decimal(value), base.get("value")),
            ("baseline year", made.values.get("baseline_year"), base.get("period")),
            (
                "targets",
                [(t.values["period"], Decimal(t.values["value"])) for t in targets],
                [(t["period"], t["value"]) for t in wanted["targets"]],
            ),
        ]
        for target, its in zip(targets, wanted["targets"], strict=False):
            if "cell" in its:
                cell = target.cell_by_field["value"].place
                pairs.append(("target", cell.endswith(f"{its['cell']}"), True))
            if "text" in its:
                text = target.cell_by_field["value"].text
                pairs.append(("target text", text, str(its["text"])))
        yield from differences(wanted["cell"], pairs)


@each_matrix
def test_the_totals_are_reached(name):
    reading, expected = one_of_three(name)

    counted = Counter(line.table for line in reading.lines)

    assert {t: counted[t] for t in expected["totals"]} == expected["totals"]


@each_matrix
def test_the_plan_is_named(name):
    reading, expected = one_of_three(name)
    wanted = expected["plan"]

    for key in ("starts_on", "ends_on", "cell"):
        assert reading.plan[key] == wanted[key]
    assert same_text(reading.plan["title"]) == same_text(wanted["title"])


@each_matrix
def test_areas_programmes_and_lines_are_read(name):
    reading, expected = one_of_three(name)
    found = []

    tables = ["areas", "programmes"] + ["commitments"] * ("activities" in expected)
    for table in tables:
        for line, wanted in zip(reading.of(table), expected[table], strict=True):
            title = "title" if table == "commitments" else "name"
            keys = {"code", title, "area", "programme", "lead", "outcome"} & {*wanted}
            pairs = [(key, line.values.get(key), wanted[key]) for key in sorted(keys)]
            place = place_of(line, title)
            pairs.append(("cell", place["cell"], wanted["cell"]))
            pairs.append(("text", same_text(place["text"]), same_text(wanted["text"])))
            found += differences(wanted["cell"], pairs)

    assert found == []


@each_matrix
def test_every_action_indicator_and_target_is_read_field_by_field(name):
    reading, expected = one_of_three(name)
    of_actions, of_each = [], []

    # The lines that carry details, each with what is expected of it.
    table = "activities" if "activities" in expected["totals"] else "commitments"
    for line, wanted in zip(reading.of(table), expected[table], strict=True):
        of_actions += of_record(line, wanted)
        of_each += of_indicators(reading, line, wanted["indicators"])

    assert (of_actions, of_each) == (DIFFERENCES[name], [])


#: Questions that the careful person did not have, and why the reader asks them.
ASKED_BESIDE = {
    "matriz-unica": {
        ("D31", "who_leads")  # five joined by "y", without "apoyo"
    },
    "matriz-cuatro-niveles": {
        ("E35", "who_leads"),  # three joined by "y"
        ("E57", "who_leads"),  # three joined by hyphens
    },
    "matriz-por-ejes": {
        ("R12", "more_numbers")  # "11 (una por departamento judicial)", as R9
    },
}
#: Cells whose likeliest reading is another than the careful person's: none, a
#: programme by the name of its area, a code that is made of axis, line and number, and
#: lead and supporters of the same meaning.
OTHER_READINGS = {
    "matriz-unica": {"Matriz PNA 2026-2030!C21": [None]},
    "matriz-cuatro-niveles": {},
    "matriz-por-ejes": {
        "EJE 1 PREVENCION!A8": ["1.1.1"],
        "Eje transversal!B8": ["Coordinación y seguimiento"],
        "Eje transversal!C9": ["MIREX"],
    },
}


@each_matrix
def test_what_is_ambiguous_is_asked_and_nothing_is_decided_silently(name):
    reading, expected = one_of_three(name)
    asked = {q.cell for q in reading.questions}

    missing = [
        each["cell"]
        for each in expected["ambiguous_or_unreadable"]
        if each["cell"] not in asked
    ]

    assert missing == []


@each_matrix
def test_nothing_else_is_asked_but_who_an_institution_is(name):
    reading, expected = one_of_three(name)
    wanted = {each["cell"] for each in expected["ambiguous_or_unreadable"]}

    beside = {
        (question.cell.partition("!")[2], question.reason)
        for question in reading.questions
        if question.cell not in wanted and question.field != "institution"
    }

    assert beside == ASKED_BESIDE[name]


@each_matrix
def test_a_question_gives_the_reading_of_the_careful_person(name):
    reading, expected = one_of_three(name)
    asked = {}
    for question in reading.questions:
        if question.field != "institution":
            asked.setdefault(question.cell, []).append(question.guess)

    found = {
        each["cell"]: asked[each["cell"]]
        for each in expected["ambiguous_or_unreadable"]
        if each["cell"] in asked
        and not any(says(each["reading"], got) for got in asked[each["cell"]])
    }

    assert found == OTHER_READINGS[name]


def says(wanted, got):
    """Whether a reading says what the careful person wrote, in other words or none."""
    if wanted in (None, []) or got is None:
        return got is None and wanted in (None, [])
    words = str(wanted).replace(",", " ").split()
    return all(word.strip(";") in got for word in words if word[0].isdigit())


@each_matrix
def test_an_institution_by_another_name_is_proposed(name):
    reading, expected = one_of_three(name)
    proposed = {
        question.text: question.guess
        for question in reading.questions
        if question.field == "institution"
    }

    wanted = expected["institutions_written_otherwise"]

    assert {k: proposed.get(k) for k in wanted if proposed.get(k) != wanted[k]} == (
        {"Ministerio de Cultura": "MC"} if name == "matriz-por-ejes" else {}
    )


@each_matrix
def test_institutions_that_the_portal_does_not_know_are_asked_about(name):
    reading, expected = one_of_three(name)
    unknown = {q.guess for q in reading.questions if q.reason == "institution_unknown"}

    wanted = set(expected["institutions_not_in_the_plan_of_2017"])

    assert wanted - unknown == ({"MINC"} if name == "matriz-por-ejes" else set())


@each_matrix
def test_every_text_that_protects_somebody_is_told(name):
    reading, expected = one_of_three(name)

    told = {each.cell for each in reading.identifying_cells}

    wanted = {each["cell"] for each in expected["protect"]}
    assert wanted <= told
    # "la entrevista única de niños" is the one false alarm of three matrices.
    assert told - wanted <= {"Matriz PNA 2026-2030!C33"}


@each_matrix
def test_rows_that_are_no_plan_become_nothing(name):
    reading, expected = one_of_three(name)
    left_out = {each.cell for each in reading.left_out}
    in_lines = {cell for line in reading.lines for cell in line.cells}
    rows = [
        (sheet["name"], each["row"])
        for sheet in expected["sheets"]
        for each in sheet.get("not_plan", expected.get("not_plan", []))
        if sheet.get("role") == "matrix"
    ]

    for title, row in rows:
        start = f"{title}!"
        here = {c for c in in_lines if c.startswith(start) and row_of(c) == row}
        asked = {q.cell for q in reading.questions if row_of(q.cell) == row}

        assert here - asked == set(), (title, row)
    assert left_out & in_lines == set()


def row_of(place):
    digits = "".join(c for c in place.partition("!")[2] if c.isdigit())
    return int(digits or 0)


@each_matrix
def test_no_cell_is_lost_without_a_word(name):
    assert lost(name_content(name), one_of_three(name)[0]) == []
