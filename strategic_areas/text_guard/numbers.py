"""
The rule for small numbers of people: one to nine, in digits or words.

Fewer than ten people may be recognised by those who know them, so such a number gives a
warning: "dos jóvenes víctimas haitianas", "una de las niñas", "victims: 3", "a couple
of girls". Zero gives none. The lists of ``vocabulary`` exclude rates ("tres de cada
diez mujeres"), numbers of articles or goals, and any person who has a right or a role
("una persona puede denunciar", "una persona titular").
"""

from collections.abc import Iterator

from strategic_areas.text_guard import vocabulary
from strategic_areas.text_guard.amounts import Amount, amount_at, is_advice
from strategic_areas.text_guard.findings import Finding, Kind
from strategic_areas.text_guard.reading import Reading, Word

#: The most words between the number and the people.
REACH = 5


#: Endings of a verb that tells what happened to "una persona".
DONE = ("ada", "ado", "ida", "ido", "ed", "victim", "victima")


def find_small_numbers(reading: Reading) -> Iterator[Finding]:
    """One finding for each number; for "una sola víctima" the longest one."""
    counted = -1
    for index, word in enumerate(reading.words):
        amount = amount_at(reading, index)
        if amount is None:
            continue
        noun = _noun_after(reading, index, amount)
        if noun is not None and noun != counted:
            counted = noun
            yield reading.finding(Kind.SMALL_NUMBER, word.start, reading.word(noun).end)
        elif (
            noun is None and (noun := _noun_before(reading, index, amount)) is not None
        ):
            yield reading.finding(Kind.SMALL_NUMBER, reading.word(noun).start, word.end)


def _noun_after(reading: Reading, index: int, amount: Amount) -> int | None:
    """The index of the noun for people that the number counts; None without one."""
    if (case := _case_after(reading, index)) is not None:
        return case
    start = _skip_of(reading, index)
    for place in range(start, start + REACH):
        if _is_counted(reading, place, amount, is_next=place == index + 1):
            return None if _is_generic(reading, place, amount) else place
        if not _may_stand_between(reading, place, amount):
            return None
    return None


def _skip_of(reading: Reading, index: int) -> int:
    """The index after "de las", "of the 14", "par de" or "casos de"; else the next."""
    place = index + 1
    if reading.word(place).text in vocabulary.GATHERED:
        place += 1
    gathers = place > index + 1 or reading.word(index).text in vocabulary.GATHERED
    if reading.word(place).text in vocabulary.OF:
        if reading.word(place + 1).text in vocabulary.THEM:
            return place + 1
        if reading.word(place + 1).text in vocabulary.THOSE:
            return place + 2 + reading.word(place + 2).is_number
        if gathers:
            return place + 1
    return place


def _is_counted(reading: Reading, place: int, amount: Amount, *, is_next: bool) -> bool:
    """True for a noun for people whose grammatical number fits the amount."""
    text, before = reading.word(place).text, reading.word(place - 1).text
    if text in vocabulary.THEM and before in vocabulary.OF:
        return True
    is_near = is_next or before in vocabulary.THOSE | vocabulary.BEING
    if is_near and text in vocabulary.NATIONALS:
        return True
    if amount == Amount.ONE:
        return text in vocabulary.ONE_PERSON or _follows_of(reading, place)
    is_few = amount == Amount.FEW
    return text in (vocabulary.SEVERAL_PERSONS if is_few else vocabulary.PERSONS)


def _case_after(reading: Reading, index: int) -> int | None:
    """The word "caso", as in "un (1) caso" and "dos casos judicializados"."""
    is_bracketed = reading.word(index + 1).text == "("
    place = index + (4 if is_bracketed else 1)
    if reading.word(place).text not in vocabulary.CASES:
        return None
    behind = {reading.word(place + on).text for on in range(1, 5)}
    is_told = behind & vocabulary.TRIED and not is_advice(reading, index)
    return place if is_bracketed or is_told else None


def _follows_of(reading: Reading, place: int) -> bool:
    """True as in "una de las víctimas": a plural noun after a number of one."""
    before = reading.word(place - 1)
    return reading.word(place).text in vocabulary.SEVERAL_PERSONS and (
        before.text in vocabulary.THOSE or before.is_number
    )


def _may_stand_between(reading: Reading, place: int, amount: Amount) -> bool:
    """
    True for an adjective, a form of "to be", or a character that separates nothing.

    After "una" or "one", which are frequent, only known adjectives count. After other
    numbers every word does, unless it ends the phrase or is itself what is counted.
    """
    word = reading.word(place)
    if word.text == ")" or word.is_number:
        return _is_bracketed_number(reading, place)
    if word.text in vocabulary.UNHEARD or word.text in vocabulary.BEING:
        return True
    if not word.is_letters or word.text in vocabulary.STOPS:
        return False
    if amount == Amount.ONE:
        return _is_adjective(word)
    return word.text not in vocabulary.THINGS


def _is_bracketed_number(reading: Reading, place: int) -> bool:
    """True as in "dos (2) víctimas", but not in the list item "2) Víctimas"."""
    number = place if reading.word(place).is_number else place - 1
    return reading.word(number - 1).text == "("


def _is_adjective(word: Word) -> bool:
    return word.text in vocabulary.ADJECTIVES or word.text.endswith(vocabulary.ENDINGS)


def _is_generic(reading: Reading, place: int, amount: Amount) -> bool:
    """True for any person, a compound ("child protection unit") or a comparison."""
    after = reading.word(place + 1)
    if (
        reading.word(place).text in {"menor", "minor"}
        and after.text in vocabulary.MEASURED
    ):
        return True
    if _is_compound(reading, place):
        return True
    if amount != Amount.ONE:
        return False
    if after.text in {"de", "que", "no", "who", "en", "in"}:
        after = reading.word(place + 2)
    if reading.word(place).text in vocabulary.PLAIN_PERSONS:
        behind = [reading.word(place + on).text for on in range(1, 4)]
        if not any(text.endswith(DONE) or text in vocabulary.BEING for text in behind):
            return True
    if {reading.word(place + on).text for on in range(1, 5)} & vocabulary.MODAL:
        return True
    has_a_right = {reading.word(place + on).text for on in (2, 3)} & vocabulary.RIGHTS
    return after.text in vocabulary.ANY_PERSON or bool(has_a_right)


def _is_compound(reading: Reading, place: int) -> bool:
    """True as in "child protection", "women's shelter" and "victim-centred"."""
    noun, after, later = (reading.word(place + on) for on in range(3))
    if after.text in vocabulary.APOSTROPHES:
        behind = reading.word(place + 3) if later.text == "s" else later
        return behind.text in vocabulary.COMPOUNDS
    if after.text == "-" and after.start == noun.end and later.start == after.end:
        return later.text not in vocabulary.PERSONS
    return noun.text in vocabulary.ONE_PERSON and after.text in vocabulary.COMPOUNDS


def _noun_before(reading: Reading, index: int, amount: Amount) -> int | None:
    """The noun before, as in "víctimas: 3", "niñas (2)", "las víctimas fueron tres"."""
    place = index - 1
    while (
        index - place <= 3
        and reading.word(place).text in vocabulary.SIGNS | vocabulary.BEING
    ):
        place -= 1
    is_told = place < index - 1
    if not _ends_the_count(reading, index):
        return None
    if amount == Amount.ONE and not (
        is_told and reading.word(index).text in vocabulary.ONES
    ):
        return None
    for back in range(place, place - REACH, -1):
        word = reading.word(back)
        if word.text in (
            vocabulary.PERSONS | vocabulary.NATIONALS
            if is_told
            else vocabulary.SEVERAL_PERSONS
        ):
            return None if _is_beside_the_count(reading, back) else back
        if not is_told or not _may_stand_before(word):
            return None
    return None


def _may_stand_before(word: Word) -> bool:
    """True for words between, as in "víctimas de trata rescatadas en Sosúa: 3"."""
    return word.is_letters and word.text not in vocabulary.STOPS - {
        "de",
        "of",
        "en",
        "in",
    }


def _is_beside_the_count(reading: Reading, place: int) -> bool:
    """True as in "trata de personas: 5" and "talleres para las mujeres: 3"."""
    before, earlier = reading.word(place - 1), reading.word(place - 2)
    if before.text in vocabulary.THOSE:
        before, earlier = earlier, reading.word(place - 3)
    is_crime = before.text in {"de", "of", "in"} and earlier.text in vocabulary.CRIMES
    return is_crime or before.text in vocabulary.MEANT_FOR


def _ends_the_count(reading: Reading, index: int) -> bool:
    """True when no other noun follows that the number could count."""
    after, later = reading.word(index + 1), reading.word(index + 2)
    if after.text in {"y", "e", "and", "en", "in", "durante", "during"}:
        return True
    if after.text in vocabulary.OF:
        return later.text in vocabulary.THOSE
    return not (after.is_letters or after.is_number or after.text in {"%", "-", "/"})
