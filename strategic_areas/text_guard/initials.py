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
SIGNS = frozenset({",", ":", '"', "«", "“", "("})


def find_initials(reading: Reading) -> Iterator[Finding]:
    end = 0
    for index in range(len(reading.words)):
        if index >= end and (found := _end(reading, index)):
            end = found
            yield reading.finding(
                Kind.INITIALS, reading.word(index).start, reading.word(end - 1).end
            )


def _is_letter(reading: Reading, index: int) -> bool:
    word = reading.word(index)
    return (
        len(word.text) == 1
        and word.is_letters
        and (
            word.is_capitalised
            or reading.word(index - 1).text in vocabulary.INITIAL_WORDS
        )
    )


def _end(reading: Reading, index: int) -> int | None:
    """The end of initials of a person that begin here; else None."""
    dotted = _dotted_end(reading, index)
    joined = _joined_end(reading, index)
    end = dotted or joined
    if end is None:
        return None
    lead = _lead(reading, index)
    if lead == "initials":
        return end
    if dotted and lead == "next":
        return end
    if dotted and lead is None and _acts(reading, index, end):
        lead = "near"
    letters = "".join(
        reading.word(at).text for at in range(index, end) if reading.word(at).is_letters
    )
    if letters in vocabulary.ABBREVIATIONS or (
        joined and not _is_letter(reading, index)
    ):
        if letters in vocabulary.ABBREVIATIONS or dotted:
            return None
        return end if _has_age(reading, end, is_written=not lead) else None
    return end if lead or _has_age(reading, end) else None


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
    return end if count > 1 else None


def _joined_end(reading: Reading, index: int) -> int | None:
    """The end of "JPF" or "J P F"."""
    word = reading.word(index)
    if word.is_letters and 2 <= len(word.text) <= 4 and word.is_shouted:
        return index + 1
    at = index
    while _is_letter(reading, at) and at < index + 2 * LONGEST:
        at += 1 + (reading.word(at + 1).text == "-" and _is_letter(reading, at + 2))
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
        if word.text in vocabulary.SOUGHT | vocabulary.SOUGHT_ONE:
            return "next" if back == 1 else "near"
        if word.text in vocabulary.KIN | vocabulary.CASES | {
            "identificada",
            "identificado",
        }:
            return "near"
        if not word.is_letters and word.text not in SIGNS:
            break
    return None


def _acts(reading: Reading, start: int, end: int) -> bool:
    """True as in "J.P.F. fue rescatada", "se entrevistó a J.P.F."."""
    before, after = reading.word(start - 1), reading.word(end)
    if before.text in {"la", "el", "los", "las", "the"}:
        return False
    if before.text in {"a", "bay"} and not after.is_capitalised:
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
