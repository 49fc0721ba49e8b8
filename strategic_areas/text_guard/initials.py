"""
The rule for initials of a person, which block: "la víctima M. R.", "J.P.F. (15)".

A word for a person or for initials stands before them, or an age behind them.
"""

from collections.abc import Iterator

from strategic_areas.text_guard import vocabulary
from strategic_areas.text_guard.findings import Finding, Kind
from strategic_areas.text_guard.reading import Reading

#: The most words between initials and the person or the age.
NEAR = 5
LONGEST = 5
LONGEST_JOINED = 4
#: Who may have initials: one person told of, or somebody in the same case.
ONE = vocabulary.SOUGHT_ONE | vocabulary.TITLES
OTHERS = vocabulary.SOUGHT | vocabulary.KIN | vocabulary.CASES
MARKS = frozenset({",", ":", '"', "«", "“", "("})


def find_initials(reading: Reading) -> Iterator[Finding]:
    end = 0
    has_word = not reading.said.isdisjoint(vocabulary.INITIAL_WORDS)
    for index, word in enumerate(reading.words):
        length = len(word.text)
        is_seen = word.cased.isupper() or (has_word and length == 1)
        if not is_seen or length > LONGEST_JOINED or index < end:
            continue
        if word.is_letters and (found := _end(reading, index)):
            end = found
            yield reading.finding(
                Kind.INITIALS, reading.word(index).start, reading.word(end - 1).end
            )


def _is_letter(reading: Reading, index: int) -> bool:
    word = reading.word(index)
    return (
        len(word.text) == 1
        and word.is_letters
        and (word.is_capitalised or reading.text(index - 1) in vocabulary.INITIAL_WORDS)
    )


def _end(reading: Reading, index: int) -> int | None:
    """The end of initials of a person that begin here; else None."""
    dotted = _dotted_end(reading, index)
    joined = _joined_end(reading, index)
    end = dotted or joined
    if end is None:
        return None
    lead, is_written = _lead(reading, index), False
    if lead == "initials" or (dotted and lead == "next"):
        return end
    letters = [word.text for word in reading.words[index:end] if word.is_letters]
    if "".join(letters) in vocabulary.ABBREVIATIONS:
        return None
    after = reading.word(end)
    if dotted:
        is_long = len(letters) > 2 and not after.is_capitalised
        is_told = lead or is_long or _acts(reading, index, end)
    elif _is_letter(reading, index):
        is_told = lead
    else:
        is_of_one = after.text == "," and reading.text(end + 1) in vocabulary.SOUGHT_ONE
        is_written = not lead
        is_told = lead == "next" or is_of_one
    return end if is_told or _has_age(reading, end, is_written=is_written) else None


def _dotted_end(reading: Reading, index: int) -> int | None:
    """The end of two to five single capitals with stops: "M. R.", "J.P.F"."""
    before = reading.word(index - 1)
    if before.text == "." and _is_letter(reading, index - 2):
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
        while reading.text(at) in vocabulary.PARTICLES and count < LONGEST:
            at += 1  # "A. de la C."
    return end if count > 1 else None


def _joined_end(reading: Reading, index: int) -> int | None:
    """The end of "JPF" or "J P F"."""
    word = reading.word(index)
    if word.is_letters and 2 <= len(word.text) <= 4 and word.is_shouted:
        return index + 1
    at = index
    while _is_letter(reading, at) and at < index + 2 * LONGEST:
        at += 1 + (reading.text(at + 1) == "-" and _is_letter(reading, at + 2))
    is_run = at - index > 1 and not _is_letter(reading, index - 1)
    return at if is_run else None


def _lead(reading: Reading, start: int) -> str | None:
    """What announces initials: the word "initials", a person next to them or near."""
    is_short = False
    for back in range(1, NEAR + 1):
        word = reading.word(start - back)
        is_short |= word.text == "siglas"
        if word.text in vocabulary.INITIAL_WORDS or (
            is_short and word.text in vocabulary.SHORTENED
        ):
            return "initials"
        if word.text in ONE:
            return "next" if back == 1 else "near"
        if word.text in {"identificada", "identificado", "identified", "known"}:
            return "next"
        if word.text in OTHERS:
            return "near"
        if not word.is_letters and word.text not in MARKS:
            break
    return None


def _acts(reading: Reading, start: int, end: int) -> bool:
    """True as in "J.P.F. fue rescatada", "se entrevistó a J.P.F."."""
    before, after = reading.word(start - 1), reading.word(end)
    if before.text in {"la", "el", "los", "las", "the"}:
        return False
    if before.text in {"a", "bay"} and not after.is_capitalised:
        return True
    later = reading.word(end + 1)
    if after.text == "," and later.text in {"quien", "who", "ki"}:
        return True
    return after.text in vocabulary.SAID or (
        after.text in vocabulary.BEING | vocabulary.NATIONALS
    )


def _has_age(reading: Reading, end: int, *, is_written: bool = False) -> bool:
    """True as in "(16)", ", de 15 años", ", menor de edad"."""
    behind = [reading.word(end + on) for on in range(NEAR)]
    if is_written:
        return behind[0].text in {",", "(", "de"} and any(
            word.text in vocabulary.YEARS for word in behind
        )
    if behind[0].text not in {",", "(", "de"}:
        return False
    if behind[0].text in {"(", ","} and behind[2].text in {")", ","}:
        return behind[1].text.isdecimal() and len(behind[1].text) == 2
    told = vocabulary.YEARS | vocabulary.AGED | vocabulary.SOUGHT_ONE
    return any(word.text in told for word in behind)
