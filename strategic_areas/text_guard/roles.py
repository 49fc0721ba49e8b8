"""Who is named with an office, and what is called after somebody: no private person."""

import re

from strategic_areas.text_guard import vocabulary
from strategic_areas.text_guard.reading import Reading, Word

#: How far an office may stand before and after the name of an official.
BEFORE = 10
AFTER = 6
#: How far before a name may stand what is called after its owner.
CALLED = 5
ENDS = frozenset({".", ";", "!", "?"})
PREFIX = re.compile("^(?:ex|vice|sub|vis)")
YEAR = re.compile(r"(?:19|20)\d\d")


def is_office(word: Word) -> bool:
    """True for "ministra", "viceministra", "exministra"."""
    return bool({word.text, PREFIX.sub("", word.text)} & vocabulary.OFFICES)


def is_official(reading: Reading, start: int, end: int) -> bool:
    """
    True for somebody named with an office: "la ministra Ana Gil", "Ana Gil, ministra".

    A word such as "a" or "con" between them separates two people: "la fiscal habló con
    doña Ana".
    """
    for back in range(1, BEFORE + 1):
        word, before = reading.word(start - back), reading.text(start - back - 1)
        if is_office(word):
            return before not in {"su", "her", "his"}
        if word.text in {"por", "by"} and before in vocabulary.LED:
            return True
        is_area = is_office(reading.word(start - back - 1))  # "la senadora por Azua, …"
        if word.text in vocabulary.APART and not is_area:
            break
        if word.text in ENDS and len(before) > 4:
            break
    if vocabulary.OFFICIATED & {reading.text(start - 1), reading.text(end)}:
        return True
    if reading.text(end) not in {",", "(", "-", "como", "as"}:
        return False
    for on in range(1, AFTER):
        word = reading.word(end + on)
        if is_office(word) or (on < 4 and word.text in vocabulary.EMPLOYERS):
            return True
        is_unit = word.is_shouted and on < 3 and len(word.text) > 2
        if is_unit and not reading.word(start).is_shouted:
            return True
        if word.text in vocabulary.APART - {"por"} or word.text in ENDS:
            break
    return False


def is_called_after(reading: Reading, start: int, end: int) -> bool:
    """
    True for what has somebody's name, and for authors.

    As in "el liceo Ana Gil", "Ana Gil Avenue", "Ana Gil (2019)".
    """
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
        is_passed = word.is_capitalised or word.text in vocabulary.PARTICLES
        if not is_passed and word.text not in vocabulary.QUOTES | vocabulary.JOINED:
            return False
    return False
