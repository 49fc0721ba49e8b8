"""
The rule for numbers of cards and telephones written in words: "ocho cero nueve, …".

Words and digits may be mixed. A few numbers in a row are a list ("uno, dos y tres");
seven digits or more are somebody's number, if a word for such a number stands before
them or if six single digits are spelt out in a row.
"""

import re
from collections.abc import Iterator

from strategic_areas.text_guard import vocabulary
from strategic_areas.text_guard.findings import Finding, Kind
from strategic_areas.text_guard.patterns import words
from strategic_areas.text_guard.reading import NOTHING, Reading, Word

SPELT = frozenset(vocabulary.SPELT)
LEAST_DIGITS = 7
#: The least spelt words with and without a word for such a number before.
LEAST_NAMED = 3
LEAST_ALONE = 6
LEAST_IN_A_PLATE = 5
LONGEST = 40
NEAR = 60
AREA = re.compile("8[024]9")
AREA_CODES = (
    *("ochocientos nueve", "ochocientos veintinueve", "ochocientos cuarenta nueve"),
    *("ocho cero nueve", "ocho veintinueve", "ocho dos nueve", "ocho cuatro nueve"),
    *("ocho cuarenta nueve", "eight oh nine", "eight zero nine", "wit zewo nef"),
)
PLATE = re.compile(words("PLATE"))
ANNOUNCED = [
    (Kind.BANK_ACCOUNT, re.compile(words("ACCOUNT"))),
    (Kind.IDENTITY_DOCUMENT, re.compile(words("DOCUMENT"))),
    (Kind.TELEPHONE, re.compile(words("PHONE"))),
    (Kind.TELEPHONE, re.compile(r"(?<![a-z])(?:numero|nimewo|number|linea)(?![a-z])")),
]


def find_spelt_numbers(reading: Reading) -> Iterator[Finding]:
    if reading.said.isdisjoint(SPELT):
        return
    run: list[Word] = []
    for word in [*reading.words, NOTHING]:
        if (word.text in SPELT or word.is_number) and len(run) < LONGEST:
            run.append(word)
        elif run and word.text not in vocabulary.BETWEEN_DIGITS:
            if len(run) > 1:  # no word alone has as many digits as a number
                yield from _found(reading, run)
            run = []


def _digits(word: Word) -> int:
    """How many digits this word stands for by itself; 0 for any other word."""
    if word.is_number:
        return sum(map(str.isdecimal, word.text))
    return vocabulary.SPELT.get(word.text, 0)


def _found(reading: Reading, run: list[Word]) -> Iterator[Finding]:
    spelt = [word for word in run if not word.is_number]
    if not spelt:
        return
    digits = "".join(map(_decoded, run))
    if AREA.match(digits) and len(digits) == 10:
        yield reading.finding(Kind.TELEPHONE, run[0].start, run[-1].end)
        return
    before = reading.plain[max(0, run[0].start - NEAR) : run[0].start]
    if len(spelt) < LEAST_NAMED:
        return
    if len(digits) >= LEAST_IN_A_PLATE and PLATE.search(before[-25:]):
        yield reading.finding(Kind.PLATE, run[0].start, run[-1].end)
        return
    if _counted(run) < LEAST_DIGITS or digits.startswith("123"):
        return
    start = run[0].start
    kind = next((kind for kind, shape in ANNOUNCED if shape.search(before)), None)
    singles = [word for word in spelt if vocabulary.SPELT[word.text] == 1]
    begins = " ".join(word.text for word in run[:4] if word.text != "y")
    is_dialled = begins.startswith(AREA_CODES)
    if kind is None and len(singles) < LEAST_ALONE and not is_dialled:
        return
    yield reading.finding(kind or Kind.TELEPHONE, start, run[-1].end)


def _decoded(word: Word) -> str:
    """The digits of one word, with question marks for those of "veinte"."""
    if word.is_number:
        return re.sub(r"\D", "", word.text)
    return vocabulary.UNITS.get(word.text, "?" * vocabulary.SPELT[word.text])


def _counted(run: list[Word]) -> int:
    """The digits of the whole run: "treinta y cuatro" has two, not three."""
    total, above = 0, 0
    for word in run:
        digits = _digits(word)
        is_inside = not word.is_number and digits < above
        total += 0 if is_inside else digits
        is_round = word.text in vocabulary.TENS
        above = digits if is_round and not word.is_number else 0
    return total
