"""
The rule for an age near a place: "una adolescente de 15 años, en Sosúa".

Either alone says little, but people who live there may recognise a person by both.
Years of prison, of a plan or of experience are no age, and neither is a range ("12 a
17").
"""

from collections.abc import Iterator
from itertools import pairwise

from strategic_areas.text_guard import vocabulary
from strategic_areas.text_guard.findings import Finding, Kind
from strategic_areas.text_guard.reading import Reading, Word

#: The most words between an age and its place, and between a person and the years.
NEAR_PLACE = 20
NEAR_PERSON = 10
OLDEST = 110
#: Every age in digits, as people write it: 7, 07 and 007.
AGES_IN_DIGITS = frozenset(
    str(age).zfill(length) for age in range(OLDEST + 1) for length in (1, 2, 3)
)
AGES = vocabulary.AGES_IN_WORDS | AGES_IN_DIGITS
#: Without one of these words in a text, there is no age in it.
TELLING = AGES | vocabulary.AGE_WORDS | {"un", "una"}
#: "Una menor de 15 años" is a girl; "toda persona menor de 18 años" is anybody.
ONE = vocabulary.SOUGHT_ONE | vocabulary.KIN | {"la", "el", "otra", "otro"}
NO_PLACES = vocabulary.NO_NAMES | vocabulary.MONTHS | vocabulary.OFFICES
STARTS_A_MINOR = vocabulary.ONE | vocabulary.THOSE | {"", ".", ":", ";"}


def find_ages_with_places(reading: Reading) -> Iterator[Finding]:
    """Findings that reach from an age to the nearest place, in either order."""
    if reading.said.isdisjoint(TELLING) or not (ages := [*_ages(reading)]):
        return
    marks = sorted([*ages, *_places(reading)])
    reported: set[int] = set()
    for (first, first_end, kind), (second, second_end, other) in pairwise(marks):
        age = first if kind == "age" else second
        if kind == other or second - first_end > NEAR_PLACE or age in reported:
            continue
        reported.add(age)
        yield reading.finding(
            Kind.AGE_AND_PLACE,
            reading.word(first).start,
            reading.word(second_end - 1).end,
        )


def _places(reading: Reading) -> Iterator[tuple[int, int, str]]:
    for start in range(len(reading.words)):
        end = place_at(reading, start) or _unknown_place_end(reading, start)
        if end:
            yield start, end, "place"


def _unknown_place_end(reading: Reading, start: int) -> int | None:
    """The end of what looks like a place: "from Los Guandules", "oriunda de"."""
    word, after = reading.word(start), reading.word(start + 1)
    if word.text in vocabulary.ORIGINS:
        return start + 1
    before = reading.text(start - 1)
    is_inside = before in vocabulary.AT or (
        before == "," and reading.text(start - 2) in vocabulary.YEARS
    )
    is_name = word.is_capitalised and not word.is_shouted
    if is_inside and is_name and word.text not in NO_PLACES:
        return start + 1
    if is_inside and word.text in vocabulary.PLACE_STARTS and word.is_capitalised:
        return start + 2 if after.is_capitalised and not word.is_shouted else None
    return None


def _ages(reading: Reading) -> Iterator[tuple[int, int, str]]:
    for index, word in enumerate(reading.words):
        if word.text in vocabulary.AGE_WORDS:
            yield index, index + 1, "age"
        elif (word.text in AGES or _ends_an_age(reading, index)) and (
            end := _age_end(reading, index)
        ):
            yield index, end, "age"


def place_at(reading: Reading, start: int) -> int | None:
    """The end of the longest place that begins here; else None."""
    if reading.text(start) not in vocabulary.PLACE_BEGINS:
        return None
    for length in range(vocabulary.LONGEST_PLACE, 0, -1):
        words = reading.words[start : start + length]
        if tuple(word.text for word in words) in vocabulary.PLACES:
            return start + length
    return None


def age_at(reading: Reading, index: int) -> bool:
    """True for a number of years that begins here: "17 años", "fifteen"."""
    return _is_age(reading.word(index)) and reading.text(index + 1) in vocabulary.YEARS


def _ends_an_age(reading: Reading, index: int) -> bool:
    """True for the end of "treinta y un"."""
    return reading.words[index].text in {"un", "una"} and (
        reading.text(index - 2) in vocabulary.AGES_IN_WORDS
        and reading.text(index - 1) == "y"
    )


def _is_age(word: Word) -> bool:
    return word.text in AGES


def _age_end(reading: Reading, index: int) -> int | None:
    """Where an age that begins here ends; None if the number is no age."""
    before = [reading.text(index - back) for back in (1, 2, 3)]
    word_text = reading.text(index)
    place = index + 1
    if _is_in_a_range(reading, index):
        return None
    if vocabulary.AGED & set(before[:2]):
        return place
    behind = reading.text(place)
    is_old_enough = not word_text.isdecimal() or 8 <= int(word_text) <= OLDEST
    is_of_one = before[1] in ONE and (
        before[1] != "menor" or before[2] in STARTS_A_MINOR
    )
    is_told = before[0] in {"de", ","} and behind in vocabulary.AFTER_AGE
    if is_told and is_of_one and is_old_enough:
        return place
    if before[0] in {"tiene", "tenia"} and behind in {"y", ",", "."} and is_old_enough:
        return place
    if before[0] == "," and before[2] == "(" and behind == ")":
        return place + 1
    if before[0] == "(" and reading.text(place) == ")":
        is_of_one = before[1] in vocabulary.SOUGHT_ONE and len(word_text) == 2
        return place + 1 if is_of_one else None
    if reading.text(place) == "-":
        place += 1
    is_short = behind == "a" and (
        reading.word(place).start == reading.word(index).end
        or reading.text(place + 1) == "."
    )
    if not is_short and not vocabulary.YEARS & {behind, reading.text(place)}:
        return None
    after = reading.texts(place + 1, place + 3)
    if vocabulary.NOT_OLD_BEFORE & set(before) or vocabulary.NOT_OLD_AFTER & after:
        return None
    if before[1] in {"menor", "mayor"} and before[2] not in STARTS_A_MINOR:
        return None
    is_said = bool(after & vocabulary.OLD)
    if reading.text(place) in vocabulary.ENGLISH_YEARS:
        return place + 1 if is_said else None
    is_of_somebody = (
        is_said
        or "tenia" in before
        or before[0] in {"apenas", "solo", "only", "just"}
        or bool(vocabulary.ORIGINS & reading.texts(place + 1, place + 3))
        or before[0] == "gen"
        or _is_near_a_person(reading, index)
        or (is_old_enough and reading.text(place + 2) in vocabulary.HAMLETS)
    )
    return place + 1 if is_of_somebody else None


def _is_in_a_range(reading: Reading, index: int) -> bool:
    """True in a range such as "12 a 17 años" or "12 to 17", the age of a group."""
    ends = ((index - 1, index - 2), (index + 1, index + 2))
    return any(
        reading.text(bound) in {"a", "to"} and _is_age(reading.word(other))
        for bound, other in ends
    )


def _is_near_a_person(reading: Reading, index: int) -> bool:
    near = reading.words[max(0, index - NEAR_PERSON) : index + NEAR_PERSON]
    return any(word.text in vocabulary.AGED_PEOPLE for word in near)
