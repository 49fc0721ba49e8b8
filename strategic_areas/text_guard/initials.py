"""The rule for initials of a person, which block: "la víctima M. R.", "J.P.F. (15)"."""

from collections.abc import Iterator

from strategic_areas.text_guard import vocabulary
from strategic_areas.text_guard.findings import Finding, Kind
from strategic_areas.text_guard.reading import Reading

#: The most words between initials and the word "initials", and the most initials.
NEAR, LONGEST, LONGEST_JOINED = 5, 5, 4


def find_initials(reading: Reading) -> Iterator[Finding]:
    end = 0
    for index, word in enumerate(reading.words):
        is_seen = word.cased.isupper() or reading.text(index + 1) == "."
        is_seen &= index >= end and word.is_letters
        if is_seen and (found := _end(reading, index)):
            end = found
            yield reading.stretch(Kind.INITIALS, index, end)


def _end(reading: Reading, index: int) -> int | None:
    dotted = _dotted_end(reading, index)
    word = reading.word(index)
    is_joined = word.is_shouted and len(word.text) <= LONGEST_JOINED
    end = dotted or (index + 1 if is_joined else None)
    if end is None:
        return None
    lead = _lead(reading, index)
    if lead == "initials" or (lead and dotted):
        return end
    letters = [word.text for word in reading.words[index:end] if word.is_letters]
    if "".join(letters) in vocabulary.ABBREVIATIONS:
        return None
    before, after = reading.text(index - 1), reading.text(end)
    is_told = after in vocabulary.ACTS and before not in vocabulary.THOSE
    return end if (dotted and is_told) or _has_age(reading, end) else None


def _is_letter(reading: Reading, index: int) -> bool:
    word = reading.word(index)
    before, earlier = reading.text(index - 1), reading.text(index - 2)
    is_told = before in vocabulary.INITIAL_WORDS | vocabulary.TOLD_OF or (
        before == "." and len(earlier) == 1
    )
    is_told &= reading.text(index + 1) == "."
    return len(word.text) == 1 and word.is_letters and (word.is_capitalised or is_told)


def _dotted_end(reading: Reading, index: int) -> int | None:
    """After two to five single capitals with stops: "M. R.", "J.P.F"."""
    if reading.text(index - 1) == "." and _is_letter(reading, index - 2):
        return None
    at, count, end = index, 0, index
    while _is_letter(reading, at) and count < LONGEST:
        count, end, at = count + 1, at + 1, at + 1
        if (
            reading.text(at) != "."
            or reading.word(at).start != reading.word(at - 1).end
        ):
            break
        end = at = at + 1
        while reading.text(at) in vocabulary.PARTICLES:
            at += 1  # "A. de la C."
    has_stop = "." in reading.texts(index, end)
    return end if count > 1 and has_stop else None


def _lead(reading: Reading, start: int) -> str:
    """What announces initials, near or next to them; else ""."""
    is_next = True
    for back in range(1, NEAR + 1):
        word = reading.word(start - back)
        if word.text in vocabulary.INITIAL_WORDS:
            return "initials"
        if is_next and word.text in vocabulary.TOLD_OF:
            return "person"
        if not word.is_letters and word.text not in vocabulary.PASSED:
            break
        is_next &= word.text in vocabulary.PASSED | {"como", "as"}
    return ""


def _has_age(reading: Reading, end: int) -> bool:
    """As in "(16)", ", de 15 años", ", menor de edad"."""
    behind = [reading.text(end + on) for on in range(NEAR)]
    is_bare = len(behind[1]) == 2 and behind[1].isdecimal() and behind[2] in {")", ","}
    is_told = is_bare or not vocabulary.AGED_BEHIND.isdisjoint(behind)
    return is_told and behind[0] in {",", "(", "de"}
