"""
Check of a matrix's cells for texts that may identify a person; stricter than for
reports.
"""

import re
from functools import lru_cache

from agencies.folding import fold
from strategic_areas import text_guard
from strategic_areas.text_guard import PersonalDataKind, vocabulary
from strategic_areas.text_guard.reading import Reading

#: Review marks of the guard that are reported; the others occur in most texts.
REPORTED_MARKS = {PersonalDataKind.AGE, PersonalDataKind.TRAIT, PersonalDataKind.DAY}
PEOPLE = frozenset().union(
    *(vocabulary.COUNTED, vocabulary.PERSON_VERBS, vocabulary.KIN, vocabulary.OFFICES),
    *(
        vocabulary.TRAITS,
        vocabulary.PERSON_WORDS,
        vocabulary.AGE_WORDS,
        vocabulary.AGED,
    ),
    vocabulary.UNITS_OF_AGES,
)
ONE_PERSON = vocabulary.PERSON_INVOLVED | vocabulary.AGED_PEOPLE
SINGULAR_ARTICLES = {
    "la",
    "el",
    "una",
    "un",
    "esta",
    "este",
    "dicha",
    "dicho",
    "the",
    "this",
}
#: Words for few people, even without a number.
FEW_PEOPLE_WORDS = {"hermanas", "hermanos", "gemelas", "gemelos", "primas", "familia"}
#: "Caso Mercedes" and "M. R.", but no company or region.
CASE_NAMES = re.compile(
    r"\b[Cc]aso (?!de |del |por )[A-ZÁÉÍÓÚ]"
    r"|(?<![\w.])(?!S\. ?A|D\. ?N|R\. ?D)[A-ZÁÉÍÓÚ]\. ?[A-ZÁÉÍÓÚ]\."
)
#: Signs of a person without a word for people: telephone, age, initial, alias,
#: whereabouts.
OTHER_SIGNS = {
    PersonalDataKind.TELEPHONE: re.compile(
        r"\(?\b8[024]9\)?[ .-]?\d{3}[ .-]?\d{4}\b"
        r"|\+\d{1,3}[ .-]?\(?\d{2,4}\)?(?:[ .-]?\d{3,4}){2}"
    ),
    PersonalDataKind.AGE: re.compile(
        r"(?<![\d.])\d{1,2} ?a(?:[.](?! ?m\b)|ns?\b)"
        r"|\([fmh]\),? ?\d{1,2}\b|\b(?:fem|masc)\w*[.,]* \d{1,2}\b"
    ),
    PersonalDataKind.POSSIBLE_INITIALS: re.compile(
        r"\b(?:victima|menor|nin[ao]|sobreviviente|joven|adolescente|senora?|testigo"
        r"|madre|padre|herman[ao])s? [a-z][.]|\([a-z][.][,)]"
    ),
    PersonalDataKind.POSSIBLE_NAME: re.compile(
        r"\b(?:testigo|victima|sobreviviente|informante|menor|nin[ao]|alias)\b[^.]{0,20}[«\"“”']"
    ),
    PersonalDataKind.SMALL_PLACE: re.compile(
        r"\bhabitacion (?:n\S* )?\d|\d[.]\d{2,}, ?-\d+[.]\d{2}"
        r"|\bcasos? (?:del?|en el|en la|de la) "
        r"(?:bar|hotel|motel|club|colmado|finca|batey|negocio|cabanas?)\b"
    ),
}
#: Events that happen to a single person.
EVENTS = re.compile(
    r"\bcasos?\b|\b(?:rescat|capt|explot|vendid|violad|abusad|asesinad|fallecid|hallad"
    r"|traslad|retornad|repatriad|desaparecid|embarazad|secuestr|escap|huy|denunci"
    r"|encontrad|rescued|case|killed|missing|pregnant)"
)
#: Maximum of words between a person and a place.
MAX_DISTANCE = 6


@lru_cache(maxsize=4_096)
def identifying_kinds(text):
    """
    Kinds of findings in a text: those of the guard, its marks of ages, traits and days,
    a single person with an event or a place, and people of a small place.
    """
    plain = fold(text)
    kinds = [kind for kind, pattern in OTHER_SIGNS.items() if pattern.search(plain)]
    if not re.search(r"[^\W\d_]{3}|\d{3}|@", text):
        return tuple(kinds)
    kinds += [each.kind for each in text_guard.find_personal_data(text)]
    if not PEOPLE.isdisjoint(re.findall("[a-z]+", plain)):
        marks = [each.kind for each in text_guard.find_review_marks(text)]
        kinds += [kind for kind in marks if kind in REPORTED_MARKS]
        reading = Reading(text)
        is_of_people = not reading.word_set.isdisjoint(vocabulary.COUNTED)
        if PersonalDataKind.SMALL_PLACE in marks and is_of_people:
            kinds.append(PersonalDataKind.SMALL_PLACE)
        if any(_is_somebody(reading, index) for index in range(len(reading.words))):
            kinds.append(PersonalDataKind.TRAIT)
    if CASE_NAMES.search(text):
        kinds.append(PersonalDataKind.POSSIBLE_NAME)
    return tuple(dict.fromkeys(kinds))


def _is_somebody(reading, index):
    word = reading.word(index)
    is_one = word.text in ONE_PERSON and reading.text(index - 1) in SINGULAR_ARTICLES
    if not (is_one or word.text in FEW_PEOPLE_WORDS) or word.is_capitalised:
        return False
    if is_one and reading.text(index + 1) in vocabulary.PERSON_INVOLVED:
        return True  # "la adolescente venezolana"
    return bool(EVENTS.search(reading.lowercase)) or any(
        reading.word(at).is_capitalised and vocabulary.place_end(reading.words, at)
        for at in range(index + 1, min(index + MAX_DISTANCE, len(reading.words)))
    )
