"""Marks for the reviewer, computed only on review screens."""

import re
from collections.abc import Iterator

from strategic_areas.text_guard import counts, names, vocabulary
from strategic_areas.text_guard.findings import Finding, PersonalDataKind
from strategic_areas.text_guard.names import KnownWords
from strategic_areas.text_guard.reading import (
    MONTH,
    NOT_A_CODE,
    Reading,
    one_of,
    one_word,
)

DAY = re.compile(
    rf"(?<![\d.,/-])(?:\d{{1,2}}(?:ro|o|st|nd|rd|th)?[ -](?:de |of )?{MONTH}(?![a-z])"
    rf"|\d{{1,2}}[-/.]\d{{1,2}}[-/.](?:19|20)?\d\d(?![\d/-])|\d{{4}}-\d\d-\d\d(?!\d)"
    rf"|(?<![a-z]){MONTH} \d{{1,2}}(?!\d)|(?<![a-z])dia \d{{1,2}}(?!\d)"
    rf"|{one_word('DAYS')})"
)
#: Digits and letters that may be the number of a court file, a card, a vehicle or a
#: room, or a latitude such as 18.4861.
CODE = re.compile(
    r"(?<![\w$])(?<!\d[.,])(?:[a-z]{0,4}[-/]?(?=(?:[-/ ]?\d){5})\d{1,8}"
    r"(?:[-/ ]?\d{1,8}){0,6}(?:-[a-z]{1,4})?|[a-z]{1,4}-?\d{3,8}|\d{3,8}-?[a-z]{1,3}"
    rf"|\d{{2,4}}-[a-z]{{2,5}}-\d{{2,6}}|{one_word('ROOM')}[ .:#]{{1,3}}"
    r"(?:n[uo]m?[. ]{1,2})?[a-z]?-?\d{1,4}|1[789][.]\d{3,8})(?![\w%])"
)
AMOUNT_OR_YEARS = re.compile(
    r"\d{1,3}(?:[ .,]\d{3}){1,4}|(?:19|20)\d\d ?[-/] ?(?:19|20)\d\d"
)
#: Text before the number of a law, a form or the like, which is no personal code.
LABEL_BEFORE_NUMBER = re.compile(
    rf"(?<![a-z]){one_of('NUMBERED_THINGS')}[^.;]{{0,25}}$|{one_word('LABELS')}[^.;]{{0,12}}$"
)
#: In Spanish and English an article follows; in Haitian Creole the noun itself.
LANDMARK = re.compile(
    rf"{one_word('BESIDE')}"
    r"(?:(?<=[ad]el)|(?<=al)| (?:el|la|los|las|un|una|the|a)(?=[ ]))"
    r" [a-z]{3,20}|(?<![a-z])(?:bo kote|akote|deye|anfas|devan|tou pre) [a-z]{3,20}"
)
#: "El batey Central", "barrio 27": only capitals tell a name from other words.
PLACE = re.compile(
    rf"(?i:{one_word('PLACE_WORDS')}[. ]{{1,2}}(?:(?:de|del|el|la|las|los) ){{0,2}})"
    r"(?:\d{1,3}|[A-Z][^\W\d_]{1,20}(?: [A-Z][^\W\d_]{1,20}){0,4})"
)
#: In a list after "provincias" no well-known name is a small place: not "Distrito
#: Nacional", though "Distrito" is a word before names of small places.
AMONG_PROVINCES = re.compile(rf"{one_word('PROVINCE_WORDS')}[^.;]{{0,60}}$")
BIRTH = re.compile(one_word("BORN"))
NICKNAME = re.compile(
    rf"{one_word('CALLED')}[^.;,]{{0,25}}?(?: (?:como|as|por|li|la|el|las|los)){{0,2}}"
    r"(?P<found> [\"«“'a-z]{3,20})"
)


def find_marks(reading: Reading, known: KnownWords) -> Iterator[Finding]:
    """
    Passages for the reviewer to read again.

    Names come last: if two marks cover the same passage, the caller keeps the first.
    """
    yield from counts.find_counts(reading)
    for age in counts.ages(reading):
        yield reading.finding_of_words(PersonalDataKind.AGE, *age)
    for place in counts.small_places(reading):
        yield reading.finding_of_words(PersonalDataKind.SMALL_PLACE, *place)
    shapes = [
        (PersonalDataKind.AGE, BIRTH, reading.lowercase),
        (PersonalDataKind.SMALL_PLACE, LANDMARK, reading.lowercase),
        (PersonalDataKind.SMALL_PLACE, PLACE, reading.cased),
    ]
    if not reading.word_set.isdisjoint(counts.PEOPLE | vocabulary.PERSON_VERBS):
        shapes.append((PersonalDataKind.DAY, DAY, reading.digits))
    for kind, shape, text in shapes:
        for match in shape.finditer(text):
            before = reading.lowercase[max(0, match.start() - 60) : match.start()]
            name = tuple(match[0].lower().split())
            is_well_known = name in vocabulary.WELL_KNOWN_NAMES
            if not (is_well_known and AMONG_PROVINCES.search(before)):
                yield reading.finding_at(kind, *match.span())
    for index in range(len(reading.words)):
        if _describes_somebody(reading, index):
            yield reading.finding_of_words(PersonalDataKind.TRAIT, index, index + 1)
    yield from _codes(reading, known)
    for start, end in names.possible_names(reading, known):
        yield reading.finding_of_words(names.kind_of(reading, start, end), start, end)
    for match in NICKNAME.finditer(reading.lowercase):
        start, end = match.span("found")
        yield reading.finding_at(PersonalDataKind.POSSIBLE_NAME, start + 1, end)


def _describes_somebody(reading: Reading, index: int) -> bool:
    text, before, after = (reading.text(index + on) for on in (0, -1, 1))
    if text in vocabulary.KIN and (
        before in vocabulary.DETERMINERS | {"es", "era"} or after in {"de", "del", "of"}
    ):
        return True
    if text in vocabulary.OFFICES and before in {"es", "era", "is", "was"}:
        return True
    is_one_person = text in vocabulary.PERSON_WORDS and before in vocabulary.DETERMINERS
    after = reading.text(index + 2) if after == "," else after
    return text in vocabulary.TRAITS or (
        is_one_person and after in vocabulary.PERSON_VERBS
    )


def _codes(reading: Reading, known: KnownWords) -> Iterator[Finding]:
    for match in CODE.finditer(reading.digits):
        found = match[0].strip(" -/")
        before = reading.digits[max(0, match.start() - 60) : match.start()]
        is_explained = found in known.words or NOT_A_CODE.fullmatch(found)
        if not (
            is_explained
            or AMOUNT_OR_YEARS.fullmatch(found)
            or LABEL_BEFORE_NUMBER.search(before)
        ):
            yield reading.finding_at(PersonalDataKind.CODE, *match.span())
