"""
The rule for initials of a person, which block: "la víctima M. R.", "J.P.F. (15)".

A word for a person or for initials stands before them, or an age or a verb of telling
behind them. Other single capitals are marks.
"""

from collections.abc import Iterator

from strategic_areas.text_guard import vocabulary
from strategic_areas.text_guard.findings import Finding, Kind
from strategic_areas.text_guard.reading import Reading

#: The most words between initials and the word "initials".
NEAR = 5
LONGEST = 5
LONGEST_JOINED = 4
PERSONS = vocabulary.SOUGHT_ONE | vocabulary.TITLES | vocabulary.KIN
TOLD = vocabulary.YEARS | vocabulary.AGED | vocabulary.SOUGHT_ONE
PASSED = vocabulary.QUOTES | {",", ":", "("}
ACTS = vocabulary.SAID | vocabulary.BEING | vocabulary.NATIONALS


def find_initials(reading: Reading) -> Iterator[Finding]:
    end = 0
    has_word = not reading.said.isdisjoint(vocabulary.INITIAL_WORDS)
    for index, word in enumerate(reading.words):
        is_seen = word.cased.isupper() or (has_word and len(word.text) == 1)
        is_seen &= index >= end and word.is_letters
        if is_seen and (found := _end(reading, index)):
            end = found
            yield reading.stretch(Kind.INITIALS, index, end)


def _end(reading: Reading, index: int) -> int | None:
    """The end of initials of a person that begin here; else None."""
    dotted = _dotted_end(reading, index)
    end = dotted or _joined_end(reading, index)
    if end is None:
        return None
    lead = _lead(reading, index)
    if lead == "initials" or (lead and dotted):
        return end
    letters = [word.text for word in reading.words[index:end] if word.is_letters]
    if "".join(letters) in vocabulary.ABBREVIATIONS:
        return None
    is_told = bool(lead) and len(letters) > 1
    if dotted and not reading.word(end).is_capitalised:
        is_thing = reading.text(index - 1) in {"la", "el", "los", "las", "the"}
        is_told |= reading.text(end) in ACTS and not is_thing
        is_told |= reading.text(index - 1) == "a" and len(letters) > 2
    return end if is_told or _has_age(reading, end) else None


def _is_letter(reading: Reading, index: int) -> bool:
    word = reading.word(index)
    is_named = reading.text(index - 1) in vocabulary.INITIAL_WORDS
    return len(word.text) == 1 and word.is_letters and (word.is_capitalised or is_named)


def _dotted_end(reading: Reading, index: int) -> int | None:
    """The end of two to five single capitals with stops: "M. R.", "J.P.F"."""
    if reading.text(index - 1) == "." and _is_letter(reading, index - 2):
        return None
    at, count, end = index, 0, None
    while _is_letter(reading, at) and count < LONGEST:
        count += 1
        word, stop = reading.word(at), reading.word(at + 1)
        if stop.text != "." or stop.start != word.end:
            end = at + 1 if count > 1 else None
            break
        at += 2
        end = at
        while reading.text(at) in vocabulary.PARTICLES:
            at += 1  # "A. de la C."
    return end if count > 1 else None


def _joined_end(reading: Reading, index: int) -> int | None:
    """The end of "JPF" or "J P F"."""
    word = reading.word(index)
    if 2 <= len(word.text) <= LONGEST_JOINED and word.is_shouted:
        return index + 1
    at = index
    while _is_letter(reading, at) and at < index + 2 * LONGEST:
        at += 1 + (reading.text(at + 1) == "-" and _is_letter(reading, at + 2))
    return at if at - index > 1 and not _is_letter(reading, index - 1) else None


def _lead(reading: Reading, start: int) -> str:
    """What announces initials: "initials" near, or a "person" next to them; else ""."""
    is_next = True
    for back in range(1, NEAR + 1):
        word = reading.word(start - back)
        if word.text in vocabulary.INITIAL_WORDS:
            return "initials"
        if is_next and word.text in PERSONS | vocabulary.SHORTENED:
            return "person"
        if not word.is_letters and word.text not in PASSED:
            break
        is_next &= word.text in PASSED | {"como", "as"}
    return ""


def _has_age(reading: Reading, end: int) -> bool:
    """True as in "(16)", ", de 15 años", ", menor de edad"."""
    behind = [reading.text(end + on) for on in range(NEAR)]
    if behind[0] not in {",", "(", "de"}:
        return False
    if behind[1].isdecimal() and len(behind[1]) == 2 and behind[2] in {")", ","}:
        return True
    return not TOLD.isdisjoint(behind)
