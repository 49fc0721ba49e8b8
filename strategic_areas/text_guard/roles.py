"""Who is named with an office, and what is called after somebody."""

import re

from strategic_areas.text_guard import vocabulary
from strategic_areas.text_guard.reading import Reading, Word

#: How far an office may stand before and after a name, and what is called by it.
BEFORE, AFTER, CALLED = 10, 6, 5
PREFIX = re.compile("^(?:ex|vice|sub|vis)")
YEAR = re.compile(r"(?:19|20)\d\d")


def is_office(word: Word) -> bool:
    return bool({word.text, PREFIX.sub("", word.text)} & vocabulary.OFFICES)


def is_official(reading: Reading, start: int, end: int) -> bool:
    """
    Named with an office: "la ministra Ana Gil", "Ana Gil, ministra".

    "a" or "con" between them parts two people: "la fiscal habló con doña Ana".
    """
    for back in range(1, BEFORE + 1):
        word, before = reading.word(start - back), reading.word(start - back - 1)
        if is_office(word):
            return before.text not in {"su", "her", "his"}
        if word.text in {"por", "by"} and before.text in vocabulary.LED:
            return True
        is_area = is_office(before)  # "la senadora por Azua, …"
        is_end = word.text in vocabulary.ENDS and len(before.text) > 4
        if is_end or (word.text in vocabulary.APART and not is_area):
            break
    if vocabulary.OFFICIATED & {reading.text(start - 1), reading.text(end)}:
        return True
    if reading.text(end) not in vocabulary.BEFORE_OFFICES:
        return False
    for on in range(1, AFTER):
        word = reading.word(end + on)
        is_unit = word.is_shouted and on < 3 and not reading.word(start).is_shouted
        if is_office(word) or (on < 4 and word.text in vocabulary.EMPLOYERS) or is_unit:
            return True
        if word.text in vocabulary.APART - {"por"} or word.text in vocabulary.ENDS:
            break
    return False


def is_called_after(reading: Reading, start: int, end: int) -> bool:
    """As in "el liceo Ana Gil", "Ana Gil Avenue", "Ana Gil (2019)"."""
    after, later = reading.word(end), reading.text(end + 1)
    is_titled = after.text in vocabulary.NO_NAMES | vocabulary.CALLED_AFTER
    if after.is_capitalised and is_titled:
        return True
    if after.text == "(" and YEAR.match(later):
        return True
    for back in range(1, CALLED + 1):
        word = reading.word(start - back)
        if word.text in vocabulary.CALLED_AFTER:
            return True
        is_passed = word.is_capitalised or word.text in vocabulary.PARTICLES | {"."}
        if not is_passed and word.text not in vocabulary.QUOTES | vocabulary.JOINED:
            return False
    return False
