"""
The rule for names of people, in Spanish, English and Haitian Creole.

A capitalised word is a name because of what stands before it: a victim ("la menor
Yuleisy"), a relative ("su tía Mercedes"), a title ("doña Carmen") or a word that
announces a name ("conocida como La Flaca"); or because of what stands after it: a
person or an age ("Nadia, a survivor"). Common given names are names anywhere. Officials
named with their office are no finding, and neither is what is called after people. All
names give a warning.
"""

from collections.abc import Iterator

from strategic_areas.text_guard import vocabulary
from strategic_areas.text_guard.ages import age_at, place_at
from strategic_areas.text_guard.findings import Finding, Kind
from strategic_areas.text_guard.leads import (
    MADE_UP,
    QUOTES,
    is_called_after,
    is_given,
    is_official,
    lead_of,
    stands_for_a_person,
)
from strategic_areas.text_guard.reading import Reading, Word

LONGEST_NAME = 8
#: Without one of these words in a text, no name in it begins with a small letter.
SMALL = vocabulary.NICKNAMED | vocabulary.CERTAIN | {"don", "dona"}


def find_names(reading: Reading) -> Iterator[Finding]:
    end = 0
    has_small = not reading.said.isdisjoint(SMALL)
    for index, word in enumerate(reading.words):
        is_read = (has_small or word.cased[:1].isupper()) and index >= end
        if is_read and (found := _name_end(reading, index)):
            end = found
            yield reading.finding(
                Kind.NAME, reading.word(index).start, reading.word(end - 1).end
            )


def _name_end(reading: Reading, index: int) -> int | None:
    """Where a name that begins here ends; None if no name begins here."""
    word = reading.word(index)
    if not word.is_letters or _is_inside(reading, index):
        return None
    end = _capitals_end(reading, index)
    if end is None:
        return _uncapitalised_end(reading, index) or _initial_end(reading, index)
    lead, distance = lead_of(reading, index)
    parts = _parts(reading, index, end)
    given = is_given(word)
    if lead == "nickname" or (lead == "called" and not _is_acronym(word)):
        return end
    if lead == "person" and (parts > 1 or distance == 0 or given):
        return end
    if lead == "several" and given:
        return end
    if lead in {"kin", "title"} and not (
        is_official(reading, index, end) or is_called_after(reading, index, end)
    ):
        return end
    if (
        _is_described(reading, index, end)
        or (parts > 1 and _is_acted_on(reading, index))
        or (given and parts > 1)
        or (word.text in vocabulary.CERTAIN and parts == 1)
        or (parts > 1 and reading.text(end - 1) in vocabulary.SURNAMES)
    ):
        return end if stands_for_a_person(reading, index, end) else None
    return None


def _is_inside(reading: Reading, index: int) -> bool:
    """True right after another part of the same capitalised words."""
    before = reading.word(index - 1)
    return (
        (
            before.is_letters
            and before.is_capitalised
            and before.text not in vocabulary.LEADS
            and reading.word(index).is_capitalised
        )
        or before.text in {"@", "#", "/", "_"}
        and before.end == reading.word(index).start
    )


def _is_part(reading: Reading, index: int) -> bool:
    """True for a word that may be part of a name, as far as its letters tell."""
    word = reading.word(index)
    if not (word.is_letters and word.is_capitalised) or len(word.text) < 2:
        return False
    if word.text in vocabulary.NO_NAMES or word.text in vocabulary.OFFICES:
        return False
    if word.is_shouted:
        is_loud = (
            reading.word(index - 1).is_shouted or reading.word(index + 1).is_shouted
        )
        return is_given(word) if is_loud else len(word.text) > 5
    return True


def _is_rest(reading: Reading, index: int) -> bool:
    """True for a further part: any capitalised word, or an initial with its stop."""
    word = reading.word(index)
    if not word.is_letters or not word.is_capitalised:
        return False
    if word.is_shouted and not reading.word(index - 1).is_shouted:
        return False
    return word.text not in vocabulary.NO_NAMES and word.text not in vocabulary.OFFICES


def _is_acronym(word: Word) -> bool:
    return word.is_shouted and word.text not in vocabulary.GIVEN


def _capitals_end(reading: Reading, index: int) -> int | None:
    """The end of the capitalised words here that are no place; else None."""
    if not _is_part(reading, index):
        return None
    place = place_at(reading, index)
    if place and not _may_be_a_name(reading, index):
        return None
    end, at = index + 1, index + 1
    while at < index + LONGEST_NAME:
        word = reading.word(at)
        if _is_rest(reading, at):
            end = at + 1
        elif not (
            word.text in vocabulary.PARTICLES
            or (word.text == "." and len(reading.text(at - 1)) == 1)
        ):
            break
        at += 1
    return None if place and place >= end else end


def _may_be_a_name(reading: Reading, index: int) -> bool:
    """True for a place that is a name too: "Santiago", "señor Peralta Liriano"."""
    word, after = reading.word(index), reading.word(index + 1)
    if word.text in vocabulary.GIVEN:
        return True
    is_titled = reading.text(index - 1) in vocabulary.TITLES
    is_surname = word.text in vocabulary.SURNAMES
    return is_surname and (is_titled or after.text in vocabulary.SURNAMES)


def _is_acted_on(reading: Reading, start: int) -> bool:
    """True as in "arrestaron a Dieusel Mondésir" and "rescued Dieusel Mondésir"."""
    at = start - 1 - (reading.text(start - 1) == "a")
    return reading.text(at) in vocabulary.ACTED_ON


def _parts(reading: Reading, start: int, end: int) -> int:
    words = [reading.word(at) for at in range(start, end)]
    return sum(word.is_capitalised and len(word.text) > 1 for word in words)


def _uncapitalised_end(reading: Reading, index: int) -> int | None:
    """As in "la victima maria perez": certain given names right after a person."""
    word = reading.word(index)
    back = 2 if reading.text(index - 1) in {"el", "la", "los", *QUOTES} else 1
    if reading.text(index - back) in vocabulary.NICKNAMED and word.text not in (
        vocabulary.STOPS
    ):
        return index + 1
    is_word = word.text not in vocabulary.STOPS and not word.is_capitalised
    if reading.text(index - 1) in {"dona", "don"} and is_word:
        return index + 1
    if word.text not in vocabulary.CERTAIN or word.is_capitalised:
        return None
    before, after = reading.word(index - 1), reading.word(index + 1)
    if after.text in vocabulary.CERTAIN and not after.is_capitalised:
        return index + 2
    if before.text in vocabulary.TITLES or before.text in vocabulary.NAMING_ALWAYS:
        return index + 1
    if before.text in vocabulary.SOUGHT_ONE or before.text in vocabulary.KIN:
        return index + 1
    return None


def _initial_end(reading: Reading, index: int) -> int | None:
    """As in "J. Pérez": an initial and a surname, not of an official."""
    word, stop = reading.word(index), reading.word(index + 1)
    if len(word.text) > 1 or not word.is_capitalised or stop.text != ".":
        return None
    last = reading.word(index + 2)
    is_name = last.text in vocabulary.SURNAMES and last.is_capitalised
    if not is_name or is_official(reading, index, index + 3):
        return None
    return index + 3 if stands_for_a_person(reading, index, index + 3) else None


def _begins(reading: Reading, start: int) -> bool:
    """True at the beginning of a sentence, also after "A"."""
    at = start - 1 - (reading.text(start - 1) == "a")
    return reading.text(at) in {"", "."}


def _is_described(reading: Reading, start: int, end: int) -> bool:
    """True before a person or an age: "Nadia, a survivor", "Ana Lucía, 17 años"."""
    if reading.text(start - 1) in vocabulary.AT and (not is_given(reading.word(start))):
        return False
    after = reading.text(end)
    if is_given(reading.word(start)) and (
        vocabulary.SAID & {after, reading.text(start - 1)}
    ):
        return True
    if MADE_UP.fullmatch(reading.text(start)) and (
        after in vocabulary.BEING
        or (after in vocabulary.JOINED and reading.text(end + 2) in vocabulary.KIN)
    ):
        return True
    if after in vocabulary.APOSTROPHES and reading.text(end + 1) == "s":
        owned = reading.text(end + 2)
        return owned in vocabulary.KIN
    if _begins(reading, start) and (
        after in vocabulary.CONFIDED
        or (after in {"lo", "la"} and reading.text(start - 1) == "a")
    ):
        return reading.text(start) not in vocabulary.NOBODY
    if after not in {",", "("}:
        return False
    at = end + 1
    while reading.text(at) in vocabulary.ARTICLES | {"de"} and at < end + 3:
        at += 1
    if age_at(reading, at):
        return True
    if reading.word(at).is_number and len(reading.text(at)) == 2:
        is_told = reading.text(at - 1) == "de" or is_given(reading.word(start))
        return reading.text(at + 1) in {",", ")"} and is_told
    return reading.text(at) in vocabulary.SOUGHT_ONE and (is_given(reading.word(start)))
