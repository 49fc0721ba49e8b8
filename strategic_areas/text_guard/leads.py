"""
What stands around a name: what announces it, and what makes it an official's.
"""

import re

from strategic_areas.text_guard import vocabulary
from strategic_areas.text_guard.ages import place_at
from strategic_areas.text_guard.reading import Reading, Word

#: The most words between a name and the word that announces it.
NEAR = 6
#: How far an office may stand before and after the name of an official.
OFFICE_BEFORE = 12
OFFICE_AFTER = 7
#: How far before a name may stand what is called after its owner.
NAMED_AFTER = 10
YEAR = re.compile(r"(?:19|20)\d\d(?!\d)")
CLOSED = frozenset({'"', "»", "”"})
MARKS = frozenset({",", ":", '"', "«", "“", "‘", "'", "("})
QUOTES = frozenset({'"', "«", "“", "‘", "'"})
ENDS = frozenset({".", ";", "!", "?"})
STARTS = ENDS | QUOTES | {"", "-", ":", "("}
#: How many Dominican given names that were made up recently begin or end.
MADE_UP = re.compile(
    r"y[aeiou][a-z]{3,12}|[a-z]{3,10}(?:eis[iy]|leid[iy]|ely[ns]|ail[iy]n|lkis|ibel"
    r"|mely|enny|anny|erlin[ae]?|lenys|eury|inson|elson|erson|ilson|deline|lennys|isbel"
    r"|arlyn)"
)


def is_given(word: Word) -> bool:
    if word.text in vocabulary.GIVEN:
        return True
    return bool(MADE_UP.fullmatch(word.text)) and (word.text,) not in vocabulary.PLACES


def lead_of(reading: Reading, index: int) -> tuple[str | None, int]:
    """What announces a name here, and how many words and marks stand between."""
    if _is_a_nickname(reading, index):
        return "nickname", 0
    called, unknown = False, 0
    allowed = _unknown_allowed(reading, index)
    for back in range(1, NEAR + 1):
        word = reading.word(index - back)
        if word.text == "tal" and reading.text(index - back - 1) in vocabulary.ONES:
            return "called", back - 1
        if word.text in vocabulary.NAMING:
            is_name = _announces(reading, index - back)
            return ("called", back - 1) if is_name else (None, 0)
        if word.text in vocabulary.NETWORKS and back > 1:
            between = {reading.text(index - on) for on in range(1, back)}
            return ("called", 0) if between & {":", "como", "as", "kom"} else (None, 0)
        if word.text in vocabulary.TITLES and back <= 2:
            return "title", back - 1
        if word.text == "." and reading.text(index - back - 1) in vocabulary.TITLES:
            continue
        kind = _person_kind(reading, index - back)
        if kind:
            if back > 1 and reading.text(index - 1) in vocabulary.PARTICLES:
                kind = kind if kind == "kin" and is_given(reading.word(index)) else None
            return kind, 0 if called else back - 1
        if word.text in {"como", "as", "named"}:
            called = True
        if word.text in vocabulary.BEFORE_NAMES or word.text in MARKS:
            continue
        unknown += 1
        if unknown > allowed or not word.is_letters or word.text in vocabulary.OFFICES:
            return None, 0
    return None, 0


def _is_a_nickname(reading: Reading, index: int) -> bool:
    """True after the mark that the police use: "Juan Mota (a) Chino"."""
    at = index - (reading.text(index - 1) in QUOTES)
    before = [reading.text(at - back) for back in (3, 2, 1)]
    return before == ["(", "a", ")"]


def _unknown_allowed(reading: Reading, index: int) -> int:
    """How many other words may stand between what announces a name and the name."""
    at = index - 1
    while reading.text(at) in QUOTES | {"la", "el"}:
        at -= 1
    if reading.text(at) in {"como", "as"}:
        return 3
    return 2 if is_given(reading.word(index)) else 0


def _person_kind(reading: Reading, index: int) -> str | None:
    word, before = reading.word(index), reading.word(index - 1)
    if word.is_capitalised and not word.is_shouted and before.text not in STARTS:
        return None  # "Ciudad Mujer San Juan", "Padre Las Casas"
    if word.text == "papa" and before.text == "el":
        return None  # the Pope
    if word.text in vocabulary.KIN:
        return "kin"
    if word.text in vocabulary.SOUGHT_ONE:
        return "person"
    return "several" if word.text in vocabulary.SOUGHT_SEVERAL else None


def _announces(reading: Reading, index: int) -> bool:
    """True if this word announces somebody's name, not that of a thing."""
    text, before = reading.text(index), reading.text(index - 1)
    if text in vocabulary.NAMING_ALWAYS:
        return True
    if text in {"nombre", "nombres", "name", "names"}:
        after = [reading.text(index + on) for on in range(1, 6)]
        if before in {"en", "in"} or not (
            ":" in after or before in {"de", "al", "a", "su"}
        ):
            return False
    return not _names_a_thing(reading, index)


def _names_a_thing(reading: Reading, index: int) -> bool:
    """True as in "la campaña denominada", "el manual conocido como"."""
    for back in range(1, NEAR + 1):
        text = reading.text(index - back)
        if text in vocabulary.SOUGHT or text in vocabulary.KIN:
            return False
        before = reading.text(index - back - 1)
        if text in vocabulary.NAMED_THINGS and before not in {"de", "del", "of"}:
            return True
        if text in ENDS:
            break
    return False


def stands_for_a_person(reading: Reading, start: int, end: int) -> bool:
    """True unless it names an official, a place or what is called after somebody."""
    return not (
        is_official(reading, start, end)
        or is_called_after(reading, start, end)
        or place_at(reading, start)
        or reading.text(end - 1) in vocabulary.NO_NAMES
    )


def is_called_after(reading: Reading, start: int, end: int) -> bool:
    """
    True for what has somebody's name, and for authors.

    As in "el liceo Ana Gil", "en la Ana Gil", "Ana Gil Avenue", "Ana Gil (2019)" and
    "un estudio de Eva Paz y Ana Gil".
    """
    after, later = reading.word(end), reading.word(end + 1)
    is_titled = after.text in vocabulary.NO_NAMES | vocabulary.CALLED_AFTER
    if after.is_capitalised and is_titled:
        return True
    if after.text == "(" and YEAR.match(later.text):
        return True
    before, earlier = reading.text(start - 1), reading.text(start - 2)
    if before in {"la", "el"} and earlier in {"en", "por"}:
        return True
    if before in {"de", "by"} and earlier in {",", *CLOSED}:
        return True  # "un estudio sobre la trata, de Ana Gil"
    for back in range(1, NAMED_AFTER):
        word = reading.word(start - back)
        if word.text in vocabulary.CALLED_AFTER:
            return True
        is_passed = (
            word.is_capitalised
            or word.text in vocabulary.PARTICLES | vocabulary.JOINED | QUOTES
            or (word.is_letters and back < 5)
            or (word.text == "." and len(reading.text(start - back - 1)) < 5)
        )
        if not is_passed or word.text in vocabulary.APART:
            return False
    return False


def is_office(word: Word) -> bool:
    """True for "ministra", "viceministra", "exministra"."""
    text = word.text
    return text in vocabulary.OFFICES or (
        text.startswith(("ex", "vice", "sub", "vis"))
        and re.sub("^(?:ex|vice|sub|vis)", "", text) in vocabulary.OFFICES
    )


def is_official(reading: Reading, start: int, end: int) -> bool:
    """
    True for somebody named with an office: "la ministra Ana Gil", "Ana Gil, ministra".

    A word such as "a" or "con" between them separates two people: "la fiscal habló con
    doña Ana".
    """
    for back in range(1, OFFICE_BEFORE + 1):
        word, before = reading.word(start - back), reading.word(start - back - 1)
        if is_office(word):
            return before.text not in {"su", "her", "his"} and not (
                _is_helped_by(reading, start - back, start, end)
            )
        if word.text in {"por", "by"} and before.text in vocabulary.LED:
            return True
        is_area = is_office(before)  # "la senadora por Azua, Ana Gil"
        is_article = word.text == "a" and reading.text(start - back + 1) == ","
        if word.text in vocabulary.APART and not is_area and not is_article:
            break
        if word.text in ENDS and len(reading.text(start - back - 1)) > 4:
            break
    if vocabulary.OFFICIATED & {reading.text(start - 1), reading.text(end)}:
        return True
    if reading.text(end) not in {",", "(", "-", "como", "as"}:
        return False
    is_sent = reading.text(end + 1) in vocabulary.PARTICLES | {"por", "of", "from"}
    for on in range(1, OFFICE_AFTER):
        word = reading.word(end + on)
        if is_office(word):
            return True
        if (
            word.is_shouted
            and not reading.word(start).is_shouted
            and ((on == 1 and reading.text(end + 2) == ")") or (is_sent and on < 3))
        ):
            return word.text not in vocabulary.ABBREVIATIONS - vocabulary.EMPLOYERS
        if is_sent and on < 4 and word.text in vocabulary.EMPLOYERS:
            return True
        if is_sent and on == 1:
            continue
        if word.text in vocabulary.APART or word.text in ENDS:
            break
    return False


def _is_helped_by(reading: Reading, office: int, start: int, end: int) -> bool:
    """True as in "Asistida por la defensora, Ana Gil contó": Ana is somebody else."""
    before = reading.texts(office - 2, office)
    return (
        reading.text(start - 1) == ","
        and bool(before & {"por", "by"})
        and reading.text(end) in vocabulary.SAID
    )
