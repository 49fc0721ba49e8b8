"""The rule for numbers of cards and telephones in words: "ocho cero nueve, …"."""

import re
from collections.abc import Iterator

from django.conf import settings

from strategic_areas.text_guard import identifiers, vocabulary
from strategic_areas.text_guard.findings import Finding, Kind
from strategic_areas.text_guard.patterns import words
from strategic_areas.text_guard.reading import NOTHING, Reading, Word

#: The least digits, and the least spelt words of a telephone and of any number.
LEAST_DIGITS, LEAST_NAMED, LEAST_ALONE = 7, 3, 6
LONGEST, NEAR = 40, 60
ANNOUNCED = [
    (Kind.BANK_ACCOUNT, re.compile(words("ACCOUNT"))),
    (Kind.IDENTITY_DOCUMENT, re.compile(words("DOCUMENT"))),
    (Kind.TELEPHONE, re.compile(words("NUMBER"))),
]


def find_spelt_numbers(reading: Reading) -> Iterator[Finding]:
    if reading.said.isdisjoint(vocabulary.VALUES):
        return
    run: list[Word] = []
    for word in [*reading.words, NOTHING]:
        if (word.text in vocabulary.VALUES or word.is_number) and len(run) < LONGEST:
            run.append(word)
        elif run and word.text not in vocabulary.BETWEEN_DIGITS:
            if len(run) > 1 and (kind := _kind(reading, run)):
                yield reading.finding(kind, run[0].start, run[-1].end)
            run = []


def _kind(reading: Reading, run: list[Word]) -> Kind | None:
    """None for a list, or digits alone."""
    spelt = [word.text for word in run if not word.is_number]
    digits = _digits(run)
    whole = len(settings.COUNTRY.area) + sum(settings.COUNTRY.subscriber)
    is_dialled = identifiers.is_dialled(digits)
    if spelt and is_dialled and len(digits) == whole:
        return Kind.TELEPHONE
    sure = [text for text in spelt if text not in vocabulary.MAY_COUNT]
    if len(sure) < 2 or len(digits) < LEAST_DIGITS or digits[:3] == "123":
        return None
    before = reading.plain[max(0, run[0].start - NEAR) : run[0].start]
    kind = next((kind for kind, shape in ANNOUNCED if shape.search(before)), None)
    is_alone = sum(text in vocabulary.UNITS for text in spelt) >= LEAST_ALONE
    is_alone |= is_dialled and len(spelt) >= LEAST_NAMED
    return kind or (Kind.TELEPHONE if is_alone else None)


def _digits(run: list[Word]) -> str:
    """ "Treinta y cuatro" has two, not three."""
    found, above = "", 0
    for word in run:
        value = vocabulary.VALUES.get(word.text) or re.sub(r"\D", "", word.text)
        is_inside = len(value) < above and not word.is_number
        found = (found[: -len(value)] if is_inside else found) + value
        above = len(value) if word.text in vocabulary.TENS else 0
    return found
