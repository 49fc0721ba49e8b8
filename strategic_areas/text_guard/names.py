"""
The rules for names and initials next to a word for a person.

Initials block: "la víctima M. R.", "J.P.F., de 15 años". Two capitalised words right
after "la víctima" or "la joven" warn as a name, and so does a single one after
"llamada" or "named", unless one of them belongs to institutions. A text all in capitals
cannot be told apart and has no names here.
"""

from collections.abc import Iterator

from strategic_areas.text_guard import vocabulary
from strategic_areas.text_guard.findings import Finding, Kind
from strategic_areas.text_guard.reading import Reading, Word

#: The most words between initials and the person or the age.
NEAR = 4
LONGEST_NAME = 8
LONGEST_INITIALS = 5
SIGNS = frozenset({",", ":", '"', "«", "“"})


def find_names(reading: Reading) -> Iterator[Finding]:
    """Findings of initials and names, in the order of the text."""
    for index, word in enumerate(reading.words):
        if end := _initials_end(reading, index):
            kind = Kind.INITIALS
        elif end := _name_end(reading, index):
            kind = Kind.NAME
        else:
            continue
        yield reading.finding(kind, word.start, reading.word(end - 1).end)


def _is_initial(reading: Reading, index: int) -> bool:
    """True for one capital letter with a full stop."""
    word, stop = reading.word(index), reading.word(index + 1)
    return (
        len(word.text) == 1
        and word.is_capitalised
        and stop.text == "."
        and stop.start == word.end
    )


def _initials_end(reading: Reading, index: int) -> int | None:
    """The end of two to five initials of a person that begin here; else None."""
    if _is_initial(reading, index - 2) or not _is_initial(reading, index):
        return None
    end, letters = index, ""
    while _is_initial(reading, end) and len(letters) < LONGEST_INITIALS:
        letters += reading.word(end).text
        end += 2
    if len(letters) < 2:
        return None
    if reading.word(index - 1).text in vocabulary.SOUGHT:
        return end
    if letters in vocabulary.ABBREVIATIONS:
        return None
    return end if _is_of_a_person(reading, index, end) else None


def _is_of_a_person(reading: Reading, start: int, end: int) -> bool:
    """True for initials after a word for a person, or before an age."""
    for back in range(1, NEAR + 1):
        word = reading.word(start - back)
        if word.text in vocabulary.SOUGHT or word.text in {"iniciales", "initials"}:
            return True
        if not _may_introduce(word, back):
            break
    behind = [reading.word(end + on) for on in range(NEAR)]
    return behind[0].text in {",", "(", "de"} and any(
        word.text in vocabulary.YEARS | vocabulary.AGED for word in behind
    )


def _name_end(reading: Reading, index: int) -> int | None:
    """The end of a name that begins here, right after a word for a person."""
    if not _is_part(reading.word(index)):
        return None
    needed = _needed_parts(reading, index)
    if needed is None:
        return None
    end, parts, is_spelt = index, 0, False
    for place in range(index, index + LONGEST_NAME):
        word = reading.word(place)
        if word.text in vocabulary.INSTITUTIONS:
            break
        if _is_part(word):
            end, parts = place + 1, parts + 1
            is_spelt = is_spelt or len(word.text) > 1
        elif word.text not in vocabulary.PARTICLES and not _is_initial(
            reading, place - 1
        ):
            break
    return end if parts >= needed and is_spelt else None


def _needed_parts(reading: Reading, index: int) -> int | None:
    """How many capitalised words make a name: one after "called"; None for no name."""
    called = False
    for back in range(1, NEAR + 1):
        word = reading.word(index - back)
        if word.text in vocabulary.SOUGHT:
            if _is_of_an_institution(reading, index - back):
                return None
            return 1 if called else 2
        if word.text in vocabulary.CALLED:
            called = True
        elif not _may_introduce(word, back):
            break
    return None


def _may_introduce(word: Word, back: int) -> bool:
    """True for a word or character that may stand between a person and a name."""
    if word.text in vocabulary.INTRODUCTIONS or word.text in SIGNS:
        return True
    return back > 1 and word.text in vocabulary.INTRODUCED


def _is_of_an_institution(reading: Reading, index: int) -> bool:
    """True if capitalised inside a sentence, as in "Ciudad Mujer San Juan"."""
    starts = {"", ".", ":", ";", "!", "?", "-", "(", '"', "«", "“"}
    person, before = reading.word(index), reading.word(index - 1)
    return person.is_shouted or (person.is_capitalised and before.text not in starts)


def _is_part(word: Word) -> bool:
    return word.is_letters and word.is_capitalised
