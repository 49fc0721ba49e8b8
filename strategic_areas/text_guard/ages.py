"""
Ages and places below the province: "una adolescente de 15 años, en Sosúa".

Either alone says little and is a mark. Beside each other they give a warning, since
people who live there may recognise a person by both. Years of prison, of a plan or of
experience are no age, and neither is a range ("12 a 17").
"""

from collections.abc import Iterator

from strategic_areas.text_guard import vocabulary
from strategic_areas.text_guard.findings import Finding, Kind
from strategic_areas.text_guard.reading import Reading

#: The most words between an age and a place that give a warning.
NEAR = 20
OLDEST = 110
#: Below this age one is a minor, whoever one is.
ADULT = frozenset({"18", "dieciocho", "eighteen"})
#: Every age in digits, as people write it: 7, 07 and 007.
AGES = vocabulary.AGES_IN_WORDS | {
    str(age).zfill(length) for age in range(OLDEST + 1) for length in (1, 2, 3)
}
UNITS = vocabulary.YEARS | vocabulary.BABY_MONTHS
PEOPLE = vocabulary.AGED_PEOPLE | vocabulary.OLD

Stretch = tuple[int, int]


def find_ages_with_places(reading: Reading) -> Iterator[Finding]:
    """Findings that reach from an age to the nearest place, in either order."""
    found = [(*age, "age") for age in ages(reading)]
    if not found or reading.said.isdisjoint(vocabulary.AGED_PEOPLE):
        return
    found = sorted([*found, *((*place, "place") for place in any_places(reading))])
    reported: set[int] = set()
    for (first, first_end, kind), (second, second_end, other) in zip(
        found, found[1:], strict=False
    ):
        age = first if kind == "age" else second
        if kind != other and second - first_end <= NEAR and age not in reported:
            reported.add(age)
            yield reading.stretch(Kind.AGE_AND_PLACE, first, second_end)


def ages(reading: Reading) -> Iterator[Stretch]:
    """Every age of somebody, as the places of its first word and after its last."""
    for index, word in enumerate(reading.words):
        if word.text in vocabulary.AGE_WORDS:
            yield index, index + 1
        elif word.text in AGES and (end := _age_end(reading, index)):
            yield index, end


def _age_end(reading: Reading, index: int) -> int | None:
    before = [reading.text(index - back) for back in (1, 2, 3)]
    if _is_in_a_range(reading, index):
        return None
    if vocabulary.AGED & set(before[:2]):
        return index + 1
    if before[:2] == ["de", "menor"] and reading.text(index) not in ADULT:
        return index + 1
    unit = index + 1 + (reading.text(index + 1) == "-")
    if reading.text(unit) not in UNITS:
        is_two = reading.text(index).isdecimal() and len(reading.text(index)) == 2
        is_told = before[0] in {"(", ","} and reading.text(index + 1) in {")", ","}
        return index + 1 if is_two and is_told else None
    after = reading.texts(unit + 1, unit + 3)
    if vocabulary.NOT_OLD_BEFORE & set(before) or vocabulary.NOT_OLD_AFTER & after:
        return None
    if before[1] in {"menor", "mayor"} and reading.text(index) in ADULT:
        return None
    if reading.text(unit) in vocabulary.ENGLISH_YEARS:
        return unit + 1 if vocabulary.OLD & after else None
    near = {*before, reading.text(index - 4), *after}
    is_young = reading.text(unit) in vocabulary.BABY_MONTHS
    return None if is_young and not near & PEOPLE else unit + 1


def _is_in_a_range(reading: Reading, index: int) -> bool:
    """True in a range such as "12 a 17 años" or "12 to 17", the age of a group."""
    ends = ((index - 1, index - 2), (index + 1, index + 2))
    return any(
        reading.text(bound) in {"a", "to"} and reading.text(other) in AGES
        for bound, other in ends
    )


def any_places(reading: Reading) -> Iterator[Stretch]:
    """Every place that is known, whatever its size, and "en Los Guandules"."""
    for index, word in enumerate(reading.words):
        end = vocabulary.place_end(reading.words, index)
        is_named = word.is_capitalised and not word.is_shouted
        is_in = reading.text(index - 1) in vocabulary.AT
        if end or word.text in vocabulary.ORIGINS:
            yield index, end or index + 1
        elif is_in and is_named and word.text not in vocabulary.NO_PLACES:
            yield index, index + 1


def small_places(reading: Reading) -> Iterator[Stretch]:
    """Places below the province: "Sosúa", "el batey Central", "barrio 27"."""
    index = 0
    while index < len(reading.words):
        word = reading.word(index)
        end = (
            vocabulary.place_end(reading.words, index) if word.is_capitalised else None
        )
        name = tuple(each.text for each in reading.words[index : end or index])
        if end and not set(name) <= vocabulary.PLACE_WORDS:
            if name not in vocabulary.PROVINCES | vocabulary.HEROES:
                yield index, end
        elif word.text in vocabulary.PLACE_WORDS:
            end = _named_end(reading, index)
            if end:
                yield index, end
        index = end or index + 1


def _named_end(reading: Reading, index: int) -> int | None:
    """The end of "el batey Central" after its first word; None without a name."""
    at = index + 1
    while reading.text(at) in vocabulary.PARTICLES | {"el", "."}:
        at += 1
    end = at + reading.word(at).is_number
    while reading.word(end).is_letters and reading.word(end).is_capitalised:
        end += 1
    return end if end > at else None
