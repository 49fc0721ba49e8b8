"""
The rule for names of people where it is sure that they are names.

A capitalised word is a name because of what stands before it: a victim ("la menor
Yuleisy"), a relative ("su tía Mercedes"), a title ("doña Carmen") or a word that
announces a name ("conocida como La Flaca"); or because it is a given name before a
surname, an age or a verb of telling. Officials named with their office are no finding,
and neither is what is called after people. Every other word that could be a name is a
mark (``marks``), which only whoever reviews a text reads.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from strategic_areas.text_guard import vocabulary
from strategic_areas.text_guard.findings import Finding, Kind
from strategic_areas.text_guard.reading import Reading, Word
from strategic_areas.text_guard.roles import is_called_after, is_office, is_official

FILE = Path(__file__).with_name("people.txt")
LONGEST = 8
#: Words before a name that make it one: how a person is told of, or a name announced.
PERSONS = vocabulary.SOUGHT_ONE | vocabulary.KIN
QUOTES = vocabulary.QUOTES
STARTS = frozenset({"", ".", ";", "!", "?", "-", ":", "(", *QUOTES})
#: What may stand between a person and the name, and the most of it.
BETWEEN = vocabulary.BEFORE_NAMES | {",", ":", *QUOTES}
NEAR = 5


@cache
def people() -> frozenset[str]:
    """Given names and surnames that are hardly ever another word."""
    lines = FILE.read_text("utf-8").splitlines()
    return frozenset(" ".join(each for each in lines if each[:1] != "#").split())


def find_names(reading: Reading) -> Iterator[Finding]:
    end = 0
    for index, word in enumerate(reading.words):
        if index >= end and word.is_letters and (found := _end(reading, index)):
            end = found
            yield reading.finding(
                Kind.NAME, reading.word(index).start, reading.word(end - 1).end
            )


def _end(reading: Reading, index: int) -> int | None:
    """Where a name that begins here surely ends; None if none does."""
    word, before = reading.word(index), reading.word(index - 1)
    if _is_announced(reading, index):
        return _capitals_end(reading, index)
    if not _may_begin(reading, index) or _is_inside(before, word):
        return None
    if reading.said.isdisjoint(_telling()):
        return None
    end = _capitals_end(reading, index)
    if not _is_told(reading, index, end):
        return None
    is_nobody = (
        is_official(reading, index, end)
        or is_called_after(reading, index, end)
        or vocabulary.place_end(reading.words, index)
        or reading.text(end - 1) in vocabulary.NO_NAMES
    )
    return None if is_nobody else end


@cache
def _telling() -> frozenset[str]:
    """Without one of these words in a text, nothing in it is surely a name."""
    return people() | vocabulary.TITLES | PERSONS | vocabulary.NAMING


def _may_begin(reading: Reading, index: int) -> bool:
    word = reading.word(index)
    if not word.is_capitalised or len(word.text) < 2 or is_office(word):
        return False
    is_loud = reading.word(index - 1).is_shouted or reading.word(index + 1).is_shouted
    if word.is_shouted and (is_loud or len(word.text) < 6):
        return word.text in people()
    return word.text not in vocabulary.NO_NAMES


def _is_inside(before: Word, word: Word) -> bool:
    """True right after another part of the same capitalised words."""
    is_lead = before.text in vocabulary.LEADS | vocabulary.OFFICES
    return (
        (before.is_letters and before.is_capitalised and not is_lead)
        or before.text in {"@", "#", "/", "_"}
        and before.end == word.start
    )


def _capitals_end(reading: Reading, index: int) -> int:
    """The end of the capitalised words here, with particles and initials between."""
    end, at = index + 1, index + 1
    while at < index + LONGEST:
        word = reading.word(at)
        is_part = word.is_letters and word.is_capitalised and not is_office(word)
        if is_part and word.text not in vocabulary.NO_NAMES:
            end = at + 1
        elif not (
            word.text in vocabulary.PARTICLES
            or (word.text == "." and len(reading.text(at - 1)) == 1)
        ):
            break
        at += 1
    return end


def _is_announced(reading: Reading, index: int) -> bool:
    """True as in "alias la flaca", "(a) Chino" and "doña carmen"."""
    at = index - 1
    while reading.text(at) in {"el", "la", "los", ":", *QUOTES} and at > index - 4:
        at -= 1
    word, said = reading.word(index), reading.text(at)
    if word.text in vocabulary.STOPS | {"edad", "por"} or not word.is_letters:
        return False
    if [reading.text(at - back) for back in (2, 1, 0)] == ["(", "a", ")"]:
        return True
    if said in vocabulary.NICKNAMED:
        return True
    return said in {"don", "dona"} and at == index - 1 and not word.is_capitalised


def _is_told(reading: Reading, index: int, end: int) -> bool:
    """True where what stands before or after makes the words a person's name."""
    lead = _lead(reading, index)
    if lead:
        return True
    given = reading.text(index) in people()
    parts = [reading.word(at) for at in range(index, end)]
    names = [word.text for word in parts if word.is_capitalised and len(word.text) > 1]
    if given and len(names) > 1 and names[-1] in people() | vocabulary.ALL_NAMES:
        return True
    after, later = reading.text(end), reading.word(end + 1)
    is_aged = after in {",", "("} and (
        later.is_number or reading.word(end + 2).text in vocabulary.YEARS
    )
    return given and (
        is_aged or bool(vocabulary.SAID & {after, reading.text(index - 1)})
    )


def _lead(reading: Reading, index: int) -> bool:
    """Whether a person, a title or an announcing word stands before a name here."""
    for back in range(1, NEAR + 1):
        at = index - back
        word, before = reading.word(at), reading.text(at - 1)
        if word.text in vocabulary.TITLES:
            return back <= 2
        if word.text == "." and before in vocabulary.TITLES:
            continue
        if word.text in {"nombre", "name"}:
            return before in {"de", "su", "cuyo"} or reading.text(at + 1) == ":"
        if word.text in PERSONS:
            is_title = word.is_capitalised and before not in STARTS  # "Ciudad Mujer …"
            is_thing = word.text in {"papa", "familia"} and before == "el"
            is_far = back > 1 and reading.text(index - 1) in vocabulary.PARTICLES
            return not (is_title or is_thing or is_far)
        if word.text not in BETWEEN:
            return False
    return False
