"""Ages and places: marks, and both beside each other a warning."""

from collections.abc import Iterator
from itertools import pairwise

from strategic_areas.text_guard import vocabulary
from strategic_areas.text_guard.findings import Finding, Kind
from strategic_areas.text_guard.reading import Reading, Stretch

#: The most words between an age and a place that give a warning.
NEAR = 20
#: Every age, in digits as people write it: 7, 07 and 007.
AGES = vocabulary.AGES_IN_WORDS | {
    str(age).zfill(length) for age in range(111) for length in (1, 2, 3)
}
#: Below this age one is a minor, whoever one is.
ADULT = frozenset({"18", "dieciocho", "eighteen"})
PEOPLE = vocabulary.AGED_PEOPLE | vocabulary.OLD


def find_ages_with_places(reading: Reading) -> Iterator[Finding]:
    """From an age to the nearest place, in either order."""
    found = [(*age, "age") for age in ages(reading)]
    if not found or reading.said.isdisjoint(vocabulary.AGED_PEOPLE):
        return
    found += [(*place, "place") for place in _places(reading)]
    reported: set[int] = set()
    for (first, end, kind), (second, second_end, other) in pairwise(sorted(found)):
        age = first if kind == "age" else second
        if kind != other and second - end <= NEAR and age not in reported:
            reported.add(age)
            yield reading.stretch(Kind.AGE_AND_PLACE, first, second_end)


def ages(reading: Reading) -> Iterator[Stretch]:
    """Every age, as the places of its first word and after its last."""
    for index, word in enumerate(reading.words):
        if word.text in vocabulary.AGE_WORDS:
            yield index, index + 1
        elif word.text in AGES and (end := _age_end(reading, index)):
            yield index, end


def _age_end(reading: Reading, index: int) -> int | None:
    before = [reading.text(index - back) for back in (1, 2, 3, 4)]
    text, behind, later = (reading.text(index + on) for on in (0, 1, 2))
    if (behind in {"a", "to"} and later in AGES) or (
        before[0] in {"a", "to"} and before[1] in AGES
    ):
        return None  # of a group
    is_minor = before[:2] == ["de", "menor"] and text not in ADULT
    is_bare = before[0] in vocabulary.HAS and behind in vocabulary.BARE
    if is_minor or is_bare or vocabulary.AGED & set(before[:2]):
        return index + 1
    unit = index + 1 + (behind == "-")
    if reading.text(unit) not in vocabulary.UNITS_OF_AGES:
        is_told = before[0] in {"(", ","} and behind in {")", ","}
        return index + 1 if is_told and len(text) == 2 and text.isdecimal() else None
    after = reading.texts(unit + 1, unit + 3)
    if vocabulary.NOT_OLD_BEFORE & set(before[:3]) or vocabulary.NOT_OLD_AFTER & after:
        return None
    if before[1] in {"menor", "mayor"} and text in ADULT:
        return None
    if reading.text(unit) in vocabulary.ENGLISH_YEARS:
        return unit + 1 if vocabulary.OLD & after else None
    is_young = reading.text(unit) in vocabulary.BABY_MONTHS
    return None if is_young and PEOPLE.isdisjoint({*before, *after}) else unit + 1


def _places(reading: Reading) -> Iterator[Stretch]:
    for index, word in enumerate(reading.words):
        end = vocabulary.place_end(reading.words, index)
        is_in = word.is_capitalised and reading.text(index - 1) in vocabulary.AT
        if end or (is_in and word.text not in vocabulary.NO_PLACES):
            yield index, end or index + 1


def small_places(reading: Reading) -> Iterator[Stretch]:
    """Places below the province, by their names: "Sosúa"."""
    index = 0
    while index < len(reading.words):
        end = vocabulary.place_end(reading.words, index)
        name = tuple([word.text for word in reading.words[index : end or index]])
        is_word = len(name) == 1 and name[0] in vocabulary.PLACE_WORDS
        is_small = end and name not in vocabulary.NAMED and not is_word
        if is_small and reading.word(index).is_capitalised:
            yield index, end
        index = end or index + 1
