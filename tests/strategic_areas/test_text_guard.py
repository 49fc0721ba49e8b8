"""
The guard for personal data: what it stops, what it asks about, what it lets through.

Every person, number and address here is invented.
"""

import csv
import re
import sys
import unicodedata
from collections import Counter
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, strategies as st

from strategic_areas import text_guard
from strategic_areas.text_guard import (
    Finding,
    KnownWords,
    PersonalDataKind,
    Severity,
    find_personal_data,
    find_review_marks,
    vocabulary,
)
from strategic_areas.text_guard.findings import MESSAGES

HIDDEN = ("hidden", "block")
INITIALS = ("initials", "block")
NUMBER = ("small_number", "warn")
NAME = ("name", "warn")
COUNT = ("count", "mark")


FILES = Path(__file__).parent / "text_guard"


def rows_of(name):
    """The rows of a file of texts, in which hidden characters are escapes."""
    with (FILES / name).open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            text = re.sub(r"\\u(\w{4})", lambda m: chr(int(m[1], 16)), row["text"])
            yield {**row, "text": text}


def table(name):
    """The texts of each kind."""
    found = {}
    for row in rows_of(name):
        found.setdefault(row["kind"], []).append(row["text"])
    return found


def examples(*kinds):
    """Pairs of a text and what is expected of it: kinds, each with its severity."""
    return [
        (row["text"], {tuple(each.split("/")) for each in row["verdict"].split()})
        for row in rows_of("examples.tsv")
        if row["kind"] in kinds
    ]


KINDS, IDENTIFYING = table("texts.tsv"), table("identifiers.tsv")
TEXTS = examples("identifier", "small_number", "place_or_name", "clean")


def marked(text):
    return {(str(each.kind), str(each.severity)) for each in find_review_marks(text)}


def verdict(text):
    return {(str(each.kind), str(each.severity)) for each in find_personal_data(text)}


@pytest.mark.parametrize("kind", ["identifier", "place_or_name", "clean"])
def test_each_text_gets_the_expected_verdict(kind):
    expected = dict(examples(kind))

    assert {text: verdict(text) for text in expected} == expected


def test_what_the_next_line_begins_with_bears_no_name():
    assert verdict("Se atendió a Yesenia Frías\nPrograma") == {("name", "warn")}


def test_an_identifier_beside_its_word_is_stopped_however_it_is_written():
    found = {text: find_personal_data(text) for text, _ in examples("beside_a_word")}

    stopped = {
        text
        for text, findings in found.items()
        if Severity.BLOCK in {each.severity for each in findings}
    }
    assert found.keys() - stopped == set()


def test_every_small_number_of_people_is_a_warning_or_a_mark():
    found = {text: verdict(text) | marked(text) for text, _ in examples("small_number")}

    assert [text for text, kinds in found.items() if not kinds & {NUMBER, COUNT}] == []
    assert sum(NUMBER in kinds for kinds in found.values()) >= 0.6 * len(found)


def test_the_list_holds_a_hundred_texts_and_every_kind():
    told = {kind for _, kinds in TEXTS for kind, _severity in kinds}
    told |= {kind for text, _ in examples("marked") for kind, _severity in marked(text)}

    assert len(TEXTS) >= 100
    assert told == set(PersonalDataKind)


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("Consta: 001-1234567-8.", ["001-1234567-8"]),
        ("«0\u200b01‑1234567‑8»", ["0\u200b01‑1234567‑8", "\u200b"]),
        ("ﬁn 👧🏽 dos   niñas\u0301 más", ["dos   niñas\u0301"]),
        ("la víctima M. R. y dos de las niñas", ["M. R.", "dos de las niñas"]),
        ("tres niñas y una mujer", ["tres niñas"]),
        ("Total de víctimas: 3", ["víctimas: 3"]),
        ("La joven, de 15 años, de Sosúa", ["15 años, de Sosúa"]),
        ("una única víctima", ["única víctima"]),
        ("nueve (9) personas", ["nueve (9) personas"]),
    ],
)
def test_a_finding_marks_its_stretch_of_the_original(text, spans):
    found = find_personal_data(text)

    assert [text[each.start : each.end] for each in found] == spans


def test_a_finding_says_how_grave_it_is_and_what_to_do():
    (finding,) = find_personal_data("cédula 001-1234567-8")

    assert finding == Finding(PersonalDataKind.IDENTITY_DOCUMENT, 7, 20)
    assert finding.severity == Severity.BLOCK
    assert finding.message == MESSAGES[PersonalDataKind.IDENTITY_DOCUMENT]


def test_every_kind_has_a_message_that_quotes_nothing():
    assert set(MESSAGES) == set(PersonalDataKind)
    assert [m for m in MESSAGES.values() if re.search(r"[%{}\d]", str(m))] == []


#: The kinds that must be stopped; the others may also give a warning.
STOPPED = {"identity", "telephone", "email", "account"}
STOPPED |= {"invisible"}


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"clean"}))
def test_nearly_all_personal_data_of_the_table_is_found(kind):
    texts = KINDS[kind]
    severities = [
        {each.severity for each in find_personal_data(text)} for text in texts
    ]
    found = [
        Severity.BLOCK in each if kind in STOPPED else each or find_review_marks(text)
        for text, each in zip(texts, severities, strict=True)
    ]

    assert sum(map(bool, found)) >= 0.95 * len(texts), [
        text for text, is_found in zip(texts, found, strict=True) if not is_found
    ]


def test_nearly_no_clean_text_of_the_table_gives_a_false_alarm():
    texts = KINDS["clean"]

    alarms = [text for text in texts if find_personal_data(text)]
    assert len(alarms) <= 0.02 * len(texts), alarms
    assert not any(
        e.severity == Severity.BLOCK for t in alarms for e in find_personal_data(t)
    )


def test_an_identifier_is_stopped_and_what_looks_like_one_is_not():
    stopped = {
        kind: {
            text
            for text in texts
            if Severity.BLOCK in {each.severity for each in find_personal_data(text)}
        }
        for kind, texts in IDENTIFYING.items()
    }

    assert set(IDENTIFYING["stopped"]) - stopped["stopped"] == set()
    assert stopped["clean"] == set()


@pytest.mark.parametrize("picture", ["👩\u200d👧", "❤\ufe0f"])
def test_a_picture_made_of_several_signs_is_no_hidden_sign(picture):
    assert find_personal_data(f"Gracias {picture}") == []


# Whatever the text --------------------------------------------------------------------

fragments = st.sampled_from(
    [
        *(text for text, _ in TEXTS),
        *("víctima", "dos", "15 años", "Sosúa", "M. R.", "\x00", "👧🏽", "İ", "ﷺ"),
        *("\u202e", "809", "200", "+1", "+", "(", "cuenta", "pasaporte", "nacida el"),
        *("tel", "@", "/"),
    ]
)
texts = st.one_of(st.text(max_size=60), st.lists(fragments, max_size=4).map(" ".join))
cedulas = st.builds(
    "{:03}{sep}{:07}{sep}{}".format,
    st.one_of(st.integers(1, 155), st.just(402)),
    st.integers(0, 9_999_999),
    st.integers(0, 9),
    sep=st.sampled_from(["", "-", " ", "\u00a0", "‑", "–", "\n"]),
)
UNSEEN = ["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u200e", "\x00"]


@given(texts)
@example("\ud800")
@example("፩ víctimas ௰ ½ ² Ⅷ")
def test_findings_and_marks_lie_inside_the_text_in_order(text):
    found, marks = find_personal_data(text), find_review_marks(text)

    spans = [(each.start, each.end) for each in found]
    marked = [(each.start, each.end) for each in marks]
    assert [s for s in spans + marked if not 0 <= s[0] < s[1] <= len(text)] == []
    assert spans == sorted(spans)
    assert len(found) == len(set(found))
    assert all(one[1] <= two[0] for one, two in pairwise(marked))


@given(texts, cedulas, st.data())
def test_a_cedula_between_two_words_always_blocks(text, cedula, data):
    gaps = [0, len(text), *(m.start() for m in re.finditer(r"\s", text))]
    at = data.draw(st.sampled_from(gaps))

    found = find_personal_data(f"{text[:at]} {cedula} {text[at:]}")

    start, end = at + 1, at + 1 + len(cedula)
    assert [
        each
        for each in found
        if each.severity == Severity.BLOCK and each.start < end and each.end > start
    ]


# Marks --------------------------------------------------------------------------------

NAMED = ("possible_name", "mark")


@pytest.mark.parametrize(("text", "expected"), examples("marked", "unmarked"))
def test_what_could_lead_to_somebody_is_marked(text, expected):
    assert (verdict(text), marked(text)) == (set(), expected)


@pytest.mark.parametrize(
    "text", ["The girl June 2027", "La menor June 2027", "Ana June 2027"]
)
def test_a_name_that_is_a_month_is_found_behind_a_person(text):
    assert NAME in verdict(text) or NAMED in marked(text)


def test_what_is_known_is_no_mark_but_a_given_name_is_only_known_in_its_phrase():
    known = KnownWords.of(["Sala Minerva Bernardino del Centro Ágora", "Ambar y cacao"])
    texts = [
        "El taller fue en Ágora.",
        "Fue en la Sala Minerva Bernardino.",
        "La explicó Minerva.",
        "Fue en Zaglul.",
    ]

    assert [
        [text[e.start : e.end] for e in find_review_marks(text, known)]
        for text in texts
    ] == [[], [], ["Minerva"], ["Zaglul"]]


@pytest.mark.parametrize(
    "more", ["Juvenil", "Juvenil Comunitaria Popular Central Este"]
)
def test_a_known_phrase_of_up_to_eight_words_explains_a_given_name(more):
    hall = f"Sala Minerva Bernardino {more}"

    assert find_review_marks(f"Fue en la {hall}.", KnownWords.of([hall])) == []


def test_what_stops_or_warns_is_not_marked_again():
    assert find_review_marks("La víctima María Pérez dio el 809-555-0134.") == []


@given(st.sampled_from(TEXTS), st.sampled_from(UNSEEN), st.data())
def test_characters_that_nobody_sees_change_no_verdict(case, unseen, data):
    text, _expected = case
    at = data.draw(st.integers(0, len(text)))

    assert verdict(text[:at] + unseen + text[at:]) == verdict(text) | {HIDDEN}


@given(st.sampled_from(TEXTS))
def test_missing_accents_change_no_verdict(case):
    text, _expected = case
    plain = text.translate(str.maketrans("áéíóúüñÁÉÍÓÚÑ", "aeiouunAEIOUN"))

    assert verdict(plain) == verdict(text)


@given(st.sampled_from(examples("identifier", "small_number")))
def test_capitals_hide_neither_identifiers_nor_small_numbers(case):
    text, expected = case

    assert verdict(text.upper()) >= expected - {INITIALS, NAME, NUMBER}


# The work -----------------------------------------------------------------------------

MODULES = [
    import_module(f"strategic_areas.text_guard.{path.stem}")
    for path in sorted(Path(text_guard.__file__).parent.glob("*.py"))
    if path.stem != "__init__"
]
ADVERSE = [
    *("1", "1-", "1 ", "a", "A.", "a@", "a.", "@", "dos ", "víctima ", "víctimas: "),
    *("una de las ", "la víctima Ana ", "de 15 años ", "Sosúa 15 años ", "cuenta "),
    *("San Pedro de ", "nacida ", "calle n ", "Ab Street 1 ", "+1(", "\u200b", "ﷺ"),
    *("\n \n", "https://", "00112345678 "),
]


def steps(text):
    """How many lines of Python the guard runs for a text."""
    count = 0
    package = str(Path(text_guard.__file__).parent)

    def trace(frame, event, argument):
        nonlocal count
        if not frame.f_code.co_filename.startswith(package):
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        find_personal_data(text)
        find_review_marks(text)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("piece", ADVERSE)
def test_the_work_grows_with_the_text_and_no_faster(piece):
    short = piece * (150 // len(unicodedata.normalize("NFKD", piece)))
    long = short * 10

    assert steps(long) <= 11 * steps(short) + 1_000


def test_no_shape_repeats_without_a_bound():
    shapes = {
        each.pattern
        for module in MODULES
        for value in vars(module).values()
        for each in [value, *([r.shape for r in getattr(module, "RULES", [])])]
        if isinstance(each, re.Pattern)
    }
    outside_classes = {re.sub(r"\\.|\[[^\]]*\]", "", shape) for shape in shapes}

    assert len(shapes) > 15
    assert [s for s in outside_classes if re.search(r"[*+]|\{\d+,\}", s)] == []


def test_no_list_of_words_takes_the_place_of_another():
    text = vocabulary.FILE.read_text("utf-8")

    names = [name for name, _words in vocabulary._named_entries(text)]

    assert [name for name, number in Counter(names).items() if number > 1] == []
