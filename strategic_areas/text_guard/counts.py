"""
Numbers of people, in digits or words: "dos jóvenes víctimas", "victims: 3".

One to nine people are a warning if that is certain; a number near a word for people is
a mark. An age or a place is a mark, and both together are a warning.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from strategic_areas.text_guard import vocabulary
from strategic_areas.text_guard.findings import Finding, PersonalDataKind
from strategic_areas.text_guard.reading import Reading, WordRange

PEOPLE, ONE, FEW = vocabulary.COUNTED, vocabulary.ONE, vocabulary.FEW
#: Maximum of words between number and people, for warnings and for marks.
MAX_WORDS_BETWEEN, MAX_WORDS_FOR_MARK = 4, 6
#: One to nine, alone or as both ends of a range such as 2-3.
SMALL_NUMBER = re.compile("0?[1-9](?:-0?[1-9])?")


def find_small_numbers(reading: Reading) -> Iterator[Finding]:
    last = -1
    for index in () if reading.word_set.isdisjoint(PEOPLE) else _small_numbers(reading):
        noun = _counted_noun(reading, index)
        if noun is not None and noun != last:
            last = noun
            yield reading.finding_of_words(
                PersonalDataKind.SMALL_NUMBER, min(index, noun), max(index, noun) + 1
            )


def find_counts(reading: Reading) -> Iterator[Finding]:
    for index in _small_numbers(reading):
        noun = _counted_noun(reading, index)
        if noun is None and _is_near_people(reading, index):
            noun = index + reading.word(index + 1).is_letters
        if noun is not None:
            yield reading.finding_of_words(
                PersonalDataKind.COUNT, min(index, noun), max(index, noun) + 1
            )


def _small_numbers(reading: Reading) -> Iterator[int]:
    for index, word in enumerate(reading.words):
        if word.is_number:
            is_small = SMALL_NUMBER.fullmatch(word.text) and not _is_code_or_date(
                reading, index
            )
        else:
            is_small = word.text in ONE | FEW and not _ends_longer_number(
                reading, index
            )
        if is_small and not _counts_nothing(reading, index):
            yield index


def _is_code_or_date(reading: Reading, index: int) -> bool:
    # Whether it is part of "R-1", an ordinal, a date, a percentage or a list.
    word, after = reading.word(index), reading.word(index + 1)
    before, earlier = reading.word(index - 1), reading.word(index - 2)
    if before.end == word.start and (
        before.is_letters or (before.text == "-" and earlier.end == before.start)
    ):
        return True
    if after.start == word.end and after.text in vocabulary.ORDINALS:
        return True
    is_day = {before.text, after.text} & vocabulary.MONTHS or (
        after.text in {"de", "of"} and reading.text(index + 2) in vocabulary.MONTHS
    )
    is_item = after.text == ")" and before.text != "("
    return after.text == "%" or after.is_number or is_item or bool(is_day)


def _ends_longer_number(reading: Reading, index: int) -> bool:
    # "dos" in "treinta y dos"
    at = index - 1 - (reading.text(index - 1) in vocabulary.AND_WORDS)
    return reading.text(at) in vocabulary.TENS


def _counts_nothing(reading: Reading, index: int) -> bool:
    # Whether it is a label ("artículo 3"), a rate ("tres de cada diez") or a team.
    before, earlier = reading.text(index - 1), reading.text(index - 2)
    after, later = reading.text(index + 1), reading.text(index + 2)
    if before in vocabulary.LABELS | vocabulary.NOT_COUNTED:
        return True
    if before == "." and earlier in vocabulary.SHORT_LABELS:
        return reading.word(index).is_number
    if after in vocabulary.OF and later in vocabulary.NOT_COUNTED:
        return True
    if before == "in" and (earlier in ONE | FEW or earlier.isdecimal()):
        return True
    if after == "a" and later.isdecimal():
        return True  # an age of a group
    if reading.text(index) == "a":  # in Spanish it counts nobody
        return reading.texts(index + 1, index + 4).isdisjoint(vocabulary.IN_ENGLISH)
    is_anyone = reading.text(index) in ONE and before in vocabulary.ANYONE
    return is_anyone or (before == "de" and earlier in vocabulary.TEAMS)


def _counted_noun(reading: Reading, index: int) -> int | None:
    after = _noun_after(reading, index)
    return _noun_before(reading, index) if after is None else after


def _noun_after(reading: Reading, index: int) -> int | None:
    if reading.text(index) in ONE - vocabulary.ONLY:
        return None  # it may be anybody
    place = index + 1 + (reading.text(index + 1) in vocabulary.GATHERED)
    if reading.text(place) in vocabulary.OF:
        place += 1
        place += reading.text(place) in vocabulary.ARTICLES - vocabulary.THEM
        place += reading.word(place).is_number
    for at in range(place, place + MAX_WORDS_BETWEEN):
        word = reading.word(at)
        is_next = at == index + 1 or reading.text(at - 1) in vocabulary.ARTICLES
        is_of_people = word.text in vocabulary.NATIONALS | vocabulary.THEM
        if word.text in vocabulary.PERSONS or (is_next and is_of_people):
            is_fit = is_of_people or word.text in vocabulary.SEVERAL_PERSONS
            is_fit |= reading.text(index) in vocabulary.ONLY
            is_owner = reading.text(at + 1) in vocabulary.APOSTROPHES
            return at if is_fit and not is_owner else None
        if word.text in vocabulary.UNHEARD | {")"} or word.is_number:
            continue
        is_between = word.text in vocabulary.ADJECTIVES or word.text.endswith(
            (*vocabulary.ENDINGS, "s")
        )
        if not is_between or word.text in vocabulary.THINGS | vocabulary.STOPS:
            return None
    return None


def _noun_before(reading: Reading, index: int) -> int | None:
    # As in "víctimas: 3", "niñas (2)" and "las víctimas fueron tres".
    at = index - 1
    while at > index - 3 and reading.text(at) in vocabulary.COLONS:
        at -= 1
    at -= reading.text(at) in vocabulary.BEING
    is_apart = at < index - 1 or reading.lowercase[reading.word(at).end :][:1] == "_"
    is_people = reading.text(at) in vocabulary.SEVERAL_PERSONS | vocabulary.NATIONALS
    if not is_apart or not is_people or reading.text(index + 1) in {"%", "/"}:
        return None
    # "talleres para mujeres: 3" and "trata de personas: 5" count no people
    before, earlier = reading.text(at - 1), reading.text(at - 2)
    if before in vocabulary.FOR or earlier in vocabulary.TRADES:
        return None
    after = reading.word(index + 1)
    return at if not after.is_letters or after.text in vocabulary.STOPS else None


def _is_near_people(reading: Reading, index: int) -> bool:
    after = reading.text(index + 1)
    place = index + 1 + (after in vocabulary.ADJECTIVES)
    if {after, reading.text(place)} & (vocabulary.THINGS | vocabulary.YEARS | {"%"}):
        return False
    if reading.text(index) in ONE:
        return _reaches_people(reading, range(index + 1, index + 5))
    if after.endswith((*vocabulary.SEVERAL, *vocabulary.DID)):
        return True
    if reading.text(index - 1) == ":" and not PEOPLE.isdisjoint(reading.word_set):
        return True
    places = range(1, MAX_WORDS_FOR_MARK + 1)
    return any(
        _reaches_people(reading, [index + sign * step for step in places])
        for sign in (1, -1)
    )


def _reaches_people(reading: Reading, places) -> bool:
    # Whether a word for people comes before the end of the sentence.
    near = map(reading.text, places)
    return next((x for x in near if x in PEOPLE or x in vocabulary.ENDS), "") in PEOPLE


#: Maximum of words between an age and a place for a warning.
MAX_WORDS_TO_PLACE = 20
#: Every age, in digits as people write it: 7, 07 and 007.
AGES = vocabulary.AGES_IN_WORDS | {
    str(age).zfill(length) for age in range(111) for length in (1, 2, 3)
}
ADULT = frozenset({"18", "dieciocho", "eighteen"})
OF_AN_AGE = vocabulary.AGED_PEOPLE | vocabulary.OLD


def find_ages_with_places(reading: Reading) -> Iterator[Finding]:
    """From an age to the nearest place, in either order."""
    found = [(*age, "age") for age in ages(reading)]
    if not found or reading.word_set.isdisjoint(vocabulary.AGED_PEOPLE):
        return
    found += [(*place, "place") for place in _places(reading)]
    reported: set[int] = set()
    for (first, end, kind), (second, second_end, other) in pairwise(sorted(found)):
        age = first if kind == "age" else second
        if kind != other and second - end <= MAX_WORDS_TO_PLACE and age not in reported:
            reported.add(age)
            yield reading.finding_of_words(
                PersonalDataKind.AGE_AND_PLACE, first, second_end
            )


def ages(reading: Reading) -> Iterator[WordRange]:
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
        is_enclosed = before[0] in {"(", ","} and behind in {")", ","}
        return (
            index + 1 if is_enclosed and len(text) == 2 and text.isdecimal() else None
        )
    after = reading.texts(unit + 1, unit + 3)
    if vocabulary.NOT_OLD_BEFORE & set(before[:3]) or vocabulary.NOT_OLD_AFTER & after:
        return None
    if before[1] in {"menor", "mayor"} and text in ADULT:
        return None
    if reading.text(unit) in vocabulary.ENGLISH_YEARS:
        return unit + 1 if vocabulary.OLD & after else None
    is_young = reading.text(unit) in vocabulary.BABY_MONTHS
    return None if is_young and OF_AN_AGE.isdisjoint({*before, *after}) else unit + 1


def _places(reading: Reading) -> Iterator[WordRange]:
    for index, word in enumerate(reading.words):
        end = vocabulary.place_end(reading.words, index)
        is_in = word.is_capitalised and reading.text(index - 1) in vocabulary.AT
        if end or (is_in and word.text not in vocabulary.NO_PLACES):
            yield index, end or index + 1


def small_places(reading: Reading) -> Iterator[WordRange]:
    """Names of places below the province, such as "Sosúa"."""
    index = 0
    while index < len(reading.words):
        end = vocabulary.place_end(reading.words, index)
        name = tuple([word.text for word in reading.words[index : end or index]])
        is_word = len(name) == 1 and name[0] in vocabulary.PLACE_WORDS
        is_small = end and name not in vocabulary.WELL_KNOWN_NAMES and not is_word
        if is_small and reading.word(index).is_capitalised:
            yield index, end
        index = end or index + 1
