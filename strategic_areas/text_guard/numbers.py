"""
The rule for small numbers of people: one to nine, in digits or words.

Fewer than ten people may be recognised by those who know them, so such a number gives a
warning: "dos jóvenes víctimas haitianas", "una de las niñas", "victims: 3", "a couple
of girls". Zero gives none. The lists of ``vocabulary`` exclude rates ("tres de cada
diez mujeres"), numbers of articles or goals, and any person who has a right or a role
("una persona puede denunciar", "una persona titular", "cómo atender a una víctima").
"""

import re
from collections.abc import Iterator
from enum import Enum, auto

from strategic_areas.text_guard import vocabulary
from strategic_areas.text_guard.findings import Finding, Kind
from strategic_areas.text_guard.patterns import either, rule, words
from strategic_areas.text_guard.reading import Reading

#: The most words between the number and the people.
REACH = 5
#: Endings of a verb that tells what happened to "una persona".
DONE = ("ada", "ado", "ida", "ido", "ed", "victim", "victima")
#: One to nine, alone or as both ends of a range such as 2-3.
SMALL = re.compile("0?[1-9](?:-0?[1-9])?")
DOZEN = frozenset({"docena", "dozen"})
COUNTING_WORDS = vocabulary.ONE | vocabulary.FEW | DOZEN | {"de"}

NUMBER = rf"(?:0?[1-9]|{either('FEW')}|{either('ONES')})(?![\w%])(?![.,:/-]\d)"
PEOPLE = rf"(?:{words('SEVERAL_PERSONS')}|{words('NATIONALS')})"
BEING = words("BEING")
#: What may follow a number that counts the people before it.
COUNT = (
    rf"(?:de )?{NUMBER}(?! ?[%-])(?! ?/ ?\d)"
    r"(?! (?!(?:y|e|and|en|in|durante|during|de l[ao]s|of the)(?![a-z]))[a-z\d])"
)
#: What "trata de personas: 5" and "talleres para mujeres: 3" count is not people.
NO_PEOPLE = re.compile(
    r"(?:trata|trafico|ilicito|trafficking|smuggling)[ -](?:de|in|of)[ -]$"
    r"|(?<![a-z])(?:para|sobre|contra|con|for|on|against|with|about)"
    r"(?:[ -](?:l[ao]s|the))?[ -]$"
)
BESIDE = vocabulary.THOSE | vocabulary.BEING | vocabulary.OF


def _is_of_people(match: re.Match[str]) -> bool:
    start = match.start("found")
    said = re.findall("[a-z]{2,20}", match["found"])
    return not (
        NO_PEOPLE.search(match.string[max(0, start - 30) : start])
        or vocabulary.LABELS & set(said)
    )


RULES = [
    rule(
        # víctimas: 3; niñas (2); las víctimas fueron tres
        Kind.SMALL_NUMBER,
        rf"(?P<found>{PEOPLE}[ :=(|\[>_\"-]{{1,4}}(?:{BEING} )?{COUNT})",
        _is_of_people,
    ),
    rule(
        # menores referidos al hogar de Azua: 4; víctimas asistidas (marzo): PGR 6
        Kind.SMALL_NUMBER,
        rf"(?P<found>{PEOPLE}(?: (?!(?:y|e|o|and|or) )[a-z-]{{1,20}}){{1,12}}(?: [(]"
        rf"[^()\n]{{1,30}}[)])?(?: ?[:=|>]| [(]| {BEING}) ?(?:[a-z]{{2,15}}"
        rf" ){{0,5}}{COUNT})",
        _is_of_people,
    ),
    rule(
        # de las 34 mujeres entrevistadas, dos declararon
        Kind.SMALL_NUMBER,
        r"(?<![a-z])(?:de|of) (?:l[ao]s|the) (?:\d{1,4} )?"
        rf"(?:{PEOPLE}|casos|cases|trabajador[ae]s|workers)[^.,;:\n]{{0,60}}"
        rf", (?P<found>{NUMBER}) (?:[a-z]{{2,12}}(?:ron|aban|ian|ed)|fue|era|were"
        r"|was|had|have|han|son|are)(?![a-z])",
    ),
    rule(
        # no pasó de nueve la cantidad de sobrevivientes
        Kind.SMALL_NUMBER,
        rf"(?<![\w.,])(?P<found>{NUMBER} (?:la|el|the) (?:cantidad|numero|total"
        rf"|number) (?:de|of) {PEOPLE}|{BEING} {NUMBER} l[ao]s {PEOPLE})",
    ),
]


class Amount(Enum):
    """How a small number is written, which decides what may follow it."""

    ONE = auto()
    FEW = auto()
    DIGITS = auto()


def find_small_numbers(reading: Reading) -> Iterator[Finding]:
    """One finding for each number; for "una sola víctima" the longest one."""
    if reading.said.isdisjoint(vocabulary.COUNTED):
        return
    counted = -1
    for index, word in enumerate(reading.words):
        may_count = word.is_number or word.text in COUNTING_WORDS
        amount = amount_at(reading, index) if may_count else None
        if amount is None:
            continue
        noun = _noun_after(reading, index, amount)
        if noun is not None and noun != counted:
            counted = noun
            yield reading.finding(Kind.SMALL_NUMBER, word.start, reading.word(noun).end)


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
    if reading.text(place) in vocabulary.GATHERED:
        place += 1
    gathers = place > index + 1 or (reading.text(index) in vocabulary.GATHERED | DOZEN)
    if reading.text(place) in vocabulary.OF:
        if reading.text(place + 1) in vocabulary.THEM:
            return place + 1
        if reading.text(place + 1) in vocabulary.THOSE:
            return place + 2 + reading.word(place + 2).is_number
        if gathers:
            return place + 1
    return place


def _is_counted(reading: Reading, place: int, amount: Amount, *, is_next: bool) -> bool:
    """True for a noun for people whose grammatical number fits the amount."""
    text, before = reading.text(place), reading.text(place - 1)
    if text in vocabulary.THEM and before in vocabulary.OF:
        return True
    is_near = is_next or before in BESIDE
    if is_near and text in vocabulary.NATIONALS:
        return True
    if amount == Amount.ONE:
        follows_of = before in vocabulary.THOSE or before.isdecimal()
        return text in vocabulary.ONE_PERSON or (
            follows_of and text in vocabulary.SEVERAL_PERSONS  # "una de las víctimas"
        )
    is_few = amount == Amount.FEW
    return text in (vocabulary.SEVERAL_PERSONS if is_few else vocabulary.PERSONS)


def _case_after(reading: Reading, index: int) -> int | None:
    """The word "caso", as in "un (1) caso" and "dos casos judicializados"."""
    is_bracketed = reading.text(index + 1) == "("
    place = index + (4 if is_bracketed else 1)
    if reading.text(place) not in vocabulary.CASES:
        return None
    behind = reading.texts(place + 1, place + 5)
    is_told = behind & vocabulary.TRIED and not is_advice(reading, index)
    return place if is_bracketed or is_told else None


def _may_stand_between(reading: Reading, place: int, amount: Amount) -> bool:
    """
    True for an adjective, a form of "to be", or a character that separates nothing.

    After "una" or "one", which are frequent, only known adjectives count. After other
    numbers every word does, unless it ends the phrase or is itself what is counted.
    """
    word = reading.word(place)
    if word.text == ")" or word.is_number:
        # "dos (2) víctimas", but not the list item "2) Víctimas"
        return reading.text(place - 1 - (word.text == ")")) == "("
    if word.text in vocabulary.UNHEARD or word.text in vocabulary.BEING:
        return True
    if not word.is_letters or word.text in vocabulary.STOPS:
        return False
    if amount == Amount.ONE:
        return word.text in vocabulary.ADJECTIVES or (
            word.text.endswith(vocabulary.ENDINGS)
        )
    return word.text not in vocabulary.THINGS


def _is_generic(reading: Reading, place: int, amount: Amount) -> bool:
    """True for any person, a compound ("child protection unit") or a comparison."""
    after = reading.word(place + 1)
    if reading.text(place) in {"menor", "minor"} and after.text in vocabulary.MEASURED:
        return True
    if _is_compound(reading, place) or after.text in vocabulary.ROLES:
        return True
    if amount != Amount.ONE:
        return False
    if after.text in {"de", "que", "no", "who", "en", "in"}:
        after = reading.word(place + 2)
    if reading.text(place) in vocabulary.PLAIN_PERSONS:
        behind = [reading.text(place + on) for on in range(1, 4)]
        if not any(text.endswith(DONE) or text in vocabulary.BEING for text in behind):
            return True
    if reading.texts(place + 1, place + 5) & vocabulary.MODAL:
        return True
    has_a_right = reading.texts(place + 2, place + 4) & vocabulary.RIGHTS
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


def amount_at(reading: Reading, index: int) -> Amount | None:
    """How the number at this place is written; None if it is no small number here."""
    word = reading.word(index)
    before, earlier, after = (reading.word(index + on) for on in (-1, -2, 1))
    if word.text in vocabulary.ONE:
        amount = Amount.ONE
    elif (
        word.text in vocabulary.FEW
        or (word.text == "de" and after.text in vocabulary.CREOLE)
        or (word.text in DOZEN and {before.text, earlier.text} & {"media", "half"})
    ):
        amount = Amount.FEW
    elif (
        word.is_number and SMALL.fullmatch(word.text) and not _is_glued(reading, index)
    ):
        amount = Amount.DIGITS
    else:
        return None
    if before.text == "de" and earlier.text in vocabulary.TEAMS:
        return None
    if before.text in vocabulary.NOT_COUNTED or _ends_a_longer_number(reading, index):
        return None
    if amount == Amount.ONE and (
        before.text in vocabulary.ANYONE or is_advice(reading, index)
    ):
        return None
    if _is_labelled(reading, index) or _is_rate(reading, index):
        return None
    return amount


def is_advice(reading: Reading, index: int) -> bool:
    """True as in "cómo atender a una víctima" and "para denunciar un caso"."""
    verb = index - 1 - (reading.text(index - 1) == "a")
    words = reading.texts(verb - 2, verb)
    is_infinitive = reading.text(verb).endswith(("ar", "er", "ir"))
    return bool(words & vocabulary.ADVISED) and (is_infinitive or "to" in words)


def _is_glued(reading: Reading, index: int) -> bool:
    """True in a code ("R-1", "G7"), an ordinal ("3ra") or a percentage."""
    word, after = reading.word(index), reading.word(index + 1)
    before, earlier = reading.word(index - 1), reading.word(index - 2)
    if before.end == word.start and before.is_letters:
        return True
    if before.text == "-" and before.end == word.start and earlier.end == before.start:
        return True
    if after.start == word.end and after.text in vocabulary.ORDINALS:
        return True
    return after.text == "%"


def _ends_a_longer_number(reading: Reading, index: int) -> bool:
    """True at the end of "treinta y dos", "ciento una" or "twenty-two"."""
    before, earlier = reading.word(index - 1), reading.word(index - 2)
    return before.text in vocabulary.TENS or (
        before.text in vocabulary.JOINED and earlier.text in vocabulary.TENS
    )


def _is_labelled(reading: Reading, index: int) -> bool:
    """True as in "artículo 3" and "art. 3", where it does not count anything."""
    before, earlier = reading.word(index - 1), reading.word(index - 2)
    return before.text in vocabulary.LABELS or (
        before.text == "."
        and earlier.text in vocabulary.SHORT_LABELS
        and reading.word(index).is_number
    )


def _is_rate(reading: Reading, index: int) -> bool:
    """True as in "tres de cada diez" and, for both numbers, "one in three"."""
    before, earlier = reading.word(index - 1), reading.word(index - 2)
    after, later = reading.word(index + 1), reading.word(index + 2)
    if after.text in vocabulary.OF and later.text in {"cada", "every", "each"}:
        return True
    return before.text == "in" and (
        earlier.text in vocabulary.ONE | vocabulary.FEW or earlier.is_number
    )
