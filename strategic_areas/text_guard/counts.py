"""
Numbers beside people, in digits or words: "dos jóvenes víctimas", "victims: 3".

Fewer than ten people may be recognised by those who know them. Where it is sure that a
number counts people, it warns; where a word for people only stands near it, a reviewer
reads it as a mark. Rates ("tres de cada diez mujeres"), numbers of articles or goals
and ordinals count nobody.
"""

import re
from collections.abc import Iterator

from strategic_areas.text_guard import vocabulary
from strategic_areas.text_guard.findings import Finding, Kind
from strategic_areas.text_guard.reading import Reading

#: Everybody who may be counted.
PEOPLE = (
    vocabulary.PERSONS
    | vocabulary.NATIONALS
    | vocabulary.KIN
    | vocabulary.SOUGHT_ONE
    | vocabulary.SOUGHT_SEVERAL
    | vocabulary.ROLES
    | vocabulary.OFFICES
    | vocabulary.CASES
)
#: The most words between a number and its people, where that is sure and where not.
REACH = 4
NEAR = 6
#: One to nine, alone or as both ends of a range such as 2-3.
SMALL = re.compile("0?[1-9](?:-0?[1-9])?")
ANY = re.compile(r"\d{1,9}(?:[.,]\d{3}){0,3}(?:-\d{1,9})?")
YEAR = re.compile(r"(?:19|20)\d\d(?:-(?:19|20)?\d\d)?")
ENDS = frozenset({"", ".", ";", "!", "?", "¿", "¡"})
#: Endings of what was done to "una persona", of several people and of what they did.
DONE = ("ada", "ado", "ida", "ido", "ed")
SEVERAL = (
    *("doras", "dores", "istas", "antes", "entes", "eros", "eras", "adas", "ados"),
    *("idas", "idos", "anas", "anos", "esas", "eses", "enas", "enos", "icas", "icos"),
)
#: What "talleres para mujeres: 3" and "trata de personas: 5" count is not people.
FOR = frozenset({"para", "sobre", "contra", "con", "for", "on", "against", "about"})
TRADES = frozenset({"trata", "trafico", "trafficking", "smuggling", "trafik"})
ONLY = frozenset({"unica", "unico", "sola", "only", "lone", "sole"})
DID = ("ron", "aban", "ian", "eran")
ONE = vocabulary.ONE
FEW = vocabulary.FEW | {"docena", "dozen"}
LARGE = vocabulary.TENS | (vocabulary.AGES_IN_WORDS - vocabulary.FEW)


def find_small_numbers(reading: Reading) -> Iterator[Finding]:
    """One to nine people, where that is sure; of "una sola víctima" one finding."""
    last = -1
    if reading.said.isdisjoint(PEOPLE):
        return
    for index in _numbers(reading, most=9):
        noun = _noun(reading, index)
        if noun is not None and noun != last:
            last = noun
            start, end = min(index, noun), max(index, noun)
            yield reading.stretch(Kind.SMALL_NUMBER, start, end + 1)


def find_counts(reading: Reading, *, most: int | None) -> Iterator[Finding]:
    """Every number beside people up to ``most``, or of any size, sure or not."""
    for index in _numbers(reading, most):
        noun = _noun(reading, index)
        if noun is None and not _is_beside(reading, index):
            continue
        if noun is None:
            is_told = reading.word(index + 1).is_letters
            noun = index + is_told
        yield reading.stretch(Kind.COUNT, min(index, noun), max(index, noun) + 1)


def _numbers(reading: Reading, most: int | None) -> Iterator[int]:
    """The places of numbers up to nine, or of any size, that count something."""
    for index, word in enumerate(reading.words):
        if word.is_number:
            is_read = (SMALL if most else ANY).fullmatch(word.text)
            is_read = is_read and not YEAR.fullmatch(word.text)
            is_read = is_read and not _is_glued(reading, index)
        else:
            is_read = word.text in (ONE | FEW if most else ONE | FEW | LARGE)
            is_read = is_read or _is_creole(reading, index)
            if most and _ends_a_longer_number(reading, index):
                is_read = False
        if is_read and not _counts_nothing(reading, index):
            yield index


def _is_glued(reading: Reading, index: int) -> bool:
    """True in a code ("R-1", "G7"), an ordinal ("3ra"), a date or a percentage."""
    word, after = reading.word(index), reading.word(index + 1)
    before, earlier = reading.word(index - 1), reading.word(index - 2)
    if before.end == word.start and before.is_letters:
        return True
    if before.text == "-" and before.end == word.start and earlier.end == before.start:
        return True
    if after.start == word.end and after.text in vocabulary.ORDINALS:
        return True
    is_day = after.text in {"de", "of"} | vocabulary.MONTHS and (
        {after.text, reading.text(index + 2)} & vocabulary.MONTHS
    )
    is_item = after.text == ")" and before.text != "("
    is_day = is_day or before.text in vocabulary.MONTHS
    return after.text == "%" or after.is_number or is_item or bool(is_day)


def _is_creole(reading: Reading, index: int) -> bool:
    """True for "de fi": the word is two in Creole and "of" in Spanish."""
    is_two = reading.text(index) == "de"
    return is_two and reading.text(index + 1) in vocabulary.CREOLE


def _ends_a_longer_number(reading: Reading, index: int) -> bool:
    """True at the end of "treinta y dos", "ciento una" or "twenty-two"."""
    before, earlier = reading.text(index - 1), reading.text(index - 2)
    return before in vocabulary.TENS or (
        before in vocabulary.JOINED and earlier in vocabulary.TENS
    )


def _counts_nothing(reading: Reading, index: int) -> bool:
    """True in a label ("artículo 3"), a rate ("tres de cada diez") or a team."""
    before, earlier = reading.text(index - 1), reading.text(index - 2)
    after, later = reading.text(index + 1), reading.text(index + 2)
    if before in vocabulary.LABELS | vocabulary.NOT_COUNTED:
        return True
    if before == "." and earlier in vocabulary.SHORT_LABELS:
        return reading.word(index).is_number
    if after in vocabulary.OF and later in {"cada", "every", "each"}:
        return True
    if before == "in" and (earlier in ONE | FEW or reading.word(index - 2).is_number):
        return True
    if reading.text(index) in ONE and before in vocabulary.ANYONE:
        return True
    if reading.text(index) == "a":  # in Spanish it counts nobody
        return reading.texts(index + 1, index + 4).isdisjoint(vocabulary.IN_ENGLISH)
    return before == "de" and earlier in vocabulary.TEAMS


def _noun(reading: Reading, index: int) -> int | None:
    """The place of the people whom the number surely counts; None without them."""
    after, before = _noun_after(reading, index), _noun_before(reading, index)
    return before if after is None else after


def _noun_after(reading: Reading, index: int) -> int | None:
    is_one = reading.text(index) in ONE
    place = index + 1
    if reading.text(place) in vocabulary.GATHERED:
        place += 1
    if reading.text(place) in vocabulary.OF:
        place += 1
        place += reading.text(place) in vocabulary.THOSE - vocabulary.THEM
        place += reading.word(place).is_number
    for at in range(place, place + REACH):
        word = reading.word(at)
        is_next = at == index + 1 or reading.text(at - 1) in vocabulary.THOSE
        if word.text in vocabulary.PERSONS or (is_next and _is_of_people(word.text)):
            if _is_compound(reading, at) or not (is_one or _fits(word.text)):
                return None
            return at if not is_one or _happened(reading, index, at) else None
        if word.text in vocabulary.UNHEARD or word.text == ")" or word.is_number:
            continue
        is_between = word.text in vocabulary.ADJECTIVES or word.text.endswith(
            (*vocabulary.ENDINGS, "s", "es")
        )
        if not is_between or word.text in vocabulary.THINGS | vocabulary.STOPS:
            return None
    return None


def _is_of_people(text: str) -> bool:
    return text in vocabulary.NATIONALS or text in vocabulary.THEM


def _fits(text: str) -> bool:
    """True for people in the plural, or who are the same in both numbers."""
    return text in vocabulary.SEVERAL_PERSONS | vocabulary.NATIONALS | vocabulary.THEM


def _happened(reading: Reading, index: int, noun: int) -> bool:
    """True for one certain person: something was done to her, or she did it."""
    near = [reading.text(noun + on) for on in range(4)]
    if set(near) & (vocabulary.MODAL | vocabulary.RIGHTS | vocabulary.ANY_PERSON):
        return False
    if reading.texts(index - 2, index) & vocabulary.ACTED_ON:
        return True
    is_only = not ONLY.isdisjoint(reading.texts(index, noun))
    return is_only or any(
        text.endswith(DONE) or text in vocabulary.BEING | vocabulary.SAID
        for text in near[1:]
    )


def _is_compound(reading: Reading, place: int) -> bool:
    """True as in "child protection", "women's shelter" and "victim-centred"."""
    after, later = reading.word(place + 1), reading.word(place + 2)
    if after.text in vocabulary.APOSTROPHES:
        behind = reading.word(place + 3) if later.text == "s" else later
        return behind.text in vocabulary.COMPOUNDS
    if after.text == "-" and after.start == reading.word(place).end:
        return later.text not in vocabulary.PERSONS
    return after.text in vocabulary.COMPOUNDS | vocabulary.ROLES


def _noun_before(reading: Reading, index: int) -> int | None:
    """As in "víctimas: 3", "niñas (2)" and "las víctimas fueron tres"."""
    at = index - 1
    while reading.text(at) in {":", "(", "|", "=", '"', ">", "-", "[", "_"} and (
        at > index - 3
    ):
        at -= 1
    if reading.text(at) in vocabulary.BEING:
        at -= 1
    is_apart = at < index - 1 or "_" in reading.plain[reading.word(at).end :][:1]
    is_people = reading.text(at) in vocabulary.SEVERAL_PERSONS | vocabulary.NATIONALS
    if not is_apart or not is_people or reading.text(index + 1) in {"%", "/"}:
        return None
    is_of = reading.text(at - 1) in FOR or (
        reading.text(at - 1) in vocabulary.OF and reading.text(at - 2) in TRADES
    )
    after = reading.word(index + 1)
    is_ended = not after.is_letters or after.text in vocabulary.STOPS
    return at if is_ended and not is_of else None


def _is_beside(reading: Reading, index: int) -> bool:
    """True if people stand near in the sentence and the number counts nothing else."""
    word, after = reading.word(index), reading.text(index + 1)
    place = index + 1 + (after in vocabulary.ADJECTIVES)
    if {after, reading.text(place)} & (vocabulary.THINGS | vocabulary.YEARS | {"%"}):
        return False
    if word.text in ONE:
        behind = reading.texts(index + 1, index + 4)
        return bool(behind & PEOPLE) and not _is_compound(reading, index + 1)
    if after.endswith(SEVERAL) or after.endswith(DID):
        return True
    if reading.text(index - 1) == ":" and not PEOPLE.isdisjoint(reading.said):
        return True
    for step in (1, -1):
        for on in range(1, NEAR + 1):
            text = reading.text(index + step * on)
            if text in PEOPLE:
                return True
            if text in ENDS:
                break
    return False
