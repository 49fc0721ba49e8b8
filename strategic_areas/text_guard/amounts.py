"""
Which words are a small number of something: one to nine, in digits or in words.

Rates ("tres de cada diez"), numbers of articles or goals, the ends of longer numbers
and advice about anybody ("cómo atender a una víctima") are none.
"""

from enum import Enum, auto

from strategic_areas.text_guard import vocabulary
from strategic_areas.text_guard.reading import Reading


class Amount(Enum):
    """How a small number is written, which decides what may follow it."""

    ONE = auto()
    FEW = auto()
    DIGITS = auto()


def amount_at(reading: Reading, index: int) -> Amount | None:
    """How the number at this place is written; None if it is no small number here."""
    word, before = reading.word(index), reading.word(index - 1)
    if word.text in vocabulary.ONE:
        amount = Amount.ONE
    elif word.text in vocabulary.FEW or (
        word.text == "de" and reading.word(index + 1).text in vocabulary.CREOLE
    ):
        amount = Amount.FEW
    elif word.is_number and _is_small(word.text) and not _is_glued(reading, index):
        amount = Amount.DIGITS
    else:
        return None
    if before.text in vocabulary.NOT_COUNTED or _ends_a_longer_number(reading, index):
        return None
    if amount == Amount.ONE and (
        before.text in vocabulary.ANYONE or is_advice(reading, index)
    ):
        return None
    if _is_labelled(reading, index) or _is_rate(reading, index):
        return None
    return amount


def is_advice(reading: Reading, index: int) -> bool:
    """True as in "cómo atender a una víctima" and "para denunciar un caso"."""
    verb = index - 1 - (reading.word(index - 1).text == "a")
    words = {reading.word(verb - on).text for on in (1, 2)}
    is_infinitive = reading.word(verb).text.endswith(("ar", "er", "ir"))
    return bool(words & vocabulary.ADVISED) and (is_infinitive or "to" in words)


def _is_small(text: str) -> bool:
    """True for one to nine, alone or as both ends of a range such as 2-3."""
    ends = text.split("-")
    return len(ends) <= 2 and all(
        len(end) <= 2 and end.isdecimal() and 1 <= int(end) <= 9 for end in ends
    )


def _is_glued(reading: Reading, index: int) -> bool:
    """True in a code ("R-1", "G7"), an ordinal ("3ra") or a percentage."""
    word, after = reading.word(index), reading.word(index + 1)
    before, earlier = reading.word(index - 1), reading.word(index - 2)
    if before.end == word.start and before.is_letters:
        return True
    if before.text == "-" and before.end == word.start and earlier.end == before.start:
        return True
    if after.start == word.end and after.text in vocabulary.ORDINALS:
        return True
    return after.text == "%"


def _ends_a_longer_number(reading: Reading, index: int) -> bool:
    """True at the end of "treinta y dos", "ciento una" or "twenty-two"."""
    before, earlier = reading.word(index - 1), reading.word(index - 2)
    return before.text in vocabulary.TENS or (
        before.text in vocabulary.JOINED and earlier.text in vocabulary.TENS
    )


def _is_labelled(reading: Reading, index: int) -> bool:
    """True as in "artículo 3" and "art. 3", where it does not count anything."""
    before, earlier = reading.word(index - 1), reading.word(index - 2)
    return before.text in vocabulary.LABELS or (
        before.text == "."
        and earlier.text in vocabulary.SHORT_LABELS
        and reading.word(index).is_number
    )


def _is_rate(reading: Reading, index: int) -> bool:
    """True as in "tres de cada diez" and, for both numbers, "one in three"."""
    before, earlier = reading.word(index - 1), reading.word(index - 2)
    after, later = reading.word(index + 1), reading.word(index + 2)
    if after.text in vocabulary.OF and later.text in {"cada", "every", "each"}:
        return True
    return before.text == "in" and (
        earlier.text in vocabulary.ONE | vocabulary.FEW or earlier.is_number
    )
