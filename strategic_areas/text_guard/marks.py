"""
What a reviewer looks at before she says that nobody can be recognised in a text.

A mark is no finding: it stops and warns of nothing, and most are harmless. It shows
every word that could be part of a person's name, and whatever narrows down who is told
of: a number from 1 to 9 beside people, an age, initials, a day, a place below the
province, a relative, a code. Names are capitalised words that nothing known explains,
or words in small letters of ``people.txt``. What is known, such as the words of the
plan and the names of institutions, is given by whoever asks. Only screens of a review
ask for marks, so the list of names is read when the first of them is shown.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from strategic_areas.text_guard import ages, counts, vocabulary
from strategic_areas.text_guard.findings import Finding, Kind
from strategic_areas.text_guard.names import people
from strategic_areas.text_guard.patterns import MONTH, NO_CODE, either, words
from strategic_areas.text_guard.reading import Reading, Word
from strategic_areas.text_guard.roles import is_official

#: Words that begin sentences and name nobody.
ORDINARY = frozenset().union(
    *(
        getattr(vocabulary, name)
        for name in (
            *("NO_NAMES", "PERSONS", "KIN", "OFFICES", "PLACE_WORDS", "TITLES", "FEW"),
            *("SOUGHT_ONE", "LABELS", "CALLED_AFTER", "EMPLOYERS", "AGES_IN_WORDS"),
            *("ADJECTIVES", "BEING", "MODAL", "ROLES", "NAMING", "ONE", "CASES"),
            *(
                "OPENERS",
                "COUNTRIES",
                "THOSE",
                "MONTHS",
                "TENS",
                "NOT_COUNTED",
                "PRONOUNS",
                "OF",
            ),
        )
    )
)
#: Endings of words that are no names.
ENDINGS = (
    *("mos", "cion", "ciones", "sion", "mente", "dad", "dades", "bles", "tion", "ismo"),
    *("miento", "mientos", "encia", "encias", "ivo", "iva", "ivas", "ivos", "ados"),
    *("adas", "idos", "idas", "icos", "icas", "ales", "ura", "aje", "ario", "aria"),
)
#: After an unknown word that begins a sentence, these make it somebody's name.
ACTING = (
    vocabulary.SAID
    | vocabulary.BEING
    | frozenset(
        ["'", "’", "se", "no", "le", "la", "lo", "y", ",", "(", "tiene", "ya", "nunca"]
    )
    | frozenset(
        ["'", "’", "ha", "has", "had", "did", "te", "pa", "and", "e", "vive", "lives"]
    )
)
ACTED = ("aba", "ia", "io", "ho", "lo", "ro", "po", "to", "so", "ed")
#: At this share of words in capitals they tell nothing.
LOUD = 0.6
LONGEST_ACRONYM = 5
ENDS = frozenset({"", ".", "!", "?", ":", ";", "-", "(", "¿", "¡", "•", "*", "…", ")"})
QUOTES = vocabulary.QUOTES
DAY = re.compile(
    rf"(?<![\d.,/-])(?:\d{{1,2}}(?:ro|o|st|nd|rd|th)?[ -](?:de |of )?{MONTH}(?![a-z])"
    rf"|\d{{1,2}}[-/.]\d{{1,2}}[-/.](?:19|20)?\d\d(?![\d/-])|\d{{4}}-\d\d-\d\d(?!\d)"
    rf"|(?<![a-z]){MONTH} \d{{1,2}}(?!\d)|(?<![a-z])dia \d{{1,2}}(?!\d)"
    rf"|{words('DAYS')})"
)
#: Digits and letters that may lead to a file, a card or a vehicle.
CODE = re.compile(
    r"(?<![\w$])(?<!\d[.,])(?:[a-z]{0,4}[-/]?(?=(?:[-/ ]?\d){5})\d{1,8}"
    r"(?:[-/ ]?\d{1,8}){0,6}(?:-[a-z]{1,4})?|[a-z]{1,4}-?\d{3,8}|\d{3,8}-?[a-z]{1,3}"
    r"|\d{2,4}-[a-z]{2,5}-\d{2,6})(?![\w%])"
)
AMOUNT = re.compile(r"\d{1,3}(?:[ .,]\d{3}){1,4}|(?:19|20)\d\d ?[-/] ?(?:19|20)\d\d")
LANDMARK = re.compile(
    rf"{words('BESIDE')}(?:(?<=[ad]el)|(?<=al)| (?:el|la|los|las|un|una|the|a)(?=[ ]))"
    r" [a-z]{3,20}|(?<![a-z])(?:bo kote|akote|deye|anfas|devan|tou pre) [a-z]{3,20}"
)
NICKNAME = re.compile(
    r"(?<![a-z])(?:conocid[oa]s?|known|apodad[oa]s?|mentad[oa]|dicen|decian|llaman"
    r"|llamaban|rele)(?![a-z])[^.;,]{0,25}?(?: (?:como|as|por|li|la|el|las|los)){0,2}"
    r"(?P<found> [\"«“'a-z]{3,20})"
)
LABELS = re.compile(
    rf"(?<![a-z]){either('NO_CASE')}[^.;]{{0,25}}$|{words('LABELS')}[^.;]{{0,12}}$"
)


@dataclass(frozen=True)
class Known:
    """
    What explains a capitalised word: ``words``, and ``phrases`` of several capitals.

    Both are in small letters without accents. A given name or surname is only known as
    part of a phrase: "Minerva" in "Minerva Mirabal".
    """

    words: frozenset[str] = frozenset()
    phrases: frozenset[tuple[str, ...]] = frozenset()

    @classmethod
    def of(cls, texts) -> "Known":
        """All words of the texts, and their runs of capitalised words."""
        found: set[str] = set()
        phrases: set[tuple[str, ...]] = set()
        for text in texts:
            reading = Reading(text)
            found |= reading.said
            for start, end in _runs(reading):
                phrases.add(_phrase(reading, start, end))
                phrases |= set(_parts(_phrase(reading, start, end)))
        return cls(frozenset(found), frozenset(phrases))


NOTHING_KNOWN = Known()


def find_marks(reading: Reading, known: Known) -> Iterator[Finding]:
    """All marks of a text, in no order; some overlap."""
    yield from _names(reading, known)
    yield from counts.find_counts(reading, most=9)
    for age in ages.ages(reading):
        yield reading.stretch(Kind.AGE, *age)
    for place in ages.small_places(reading):
        yield reading.stretch(Kind.SMALL_PLACE, *place)
    for match in LANDMARK.finditer(reading.plain):
        yield reading.finding(Kind.SMALL_PLACE, *match.span())
    for match in NICKNAME.finditer(reading.plain):
        start, end = match.span("found")
        yield reading.finding(Kind.POSSIBLE_NAME, start + 1, end)
    yield from _relatives(reading)
    yield from _codes(reading, known)
    if not reading.said.isdisjoint(counts.PEOPLE):
        for match in DAY.finditer(reading.digits):
            yield reading.finding(Kind.DAY, *match.span())


# Names --------------------------------------------------------------------------------


def _names(reading: Reading, known: Known) -> Iterator[Finding]:
    letters = [word for word in reading.words if len(word.text) > 1 and word.is_letters]
    shouted = sum(word.is_shouted for word in letters)
    is_loud = shouted > 2 and shouted > LOUD * len(letters)
    end = 0
    for start, stop in _runs(reading):
        if is_loud and any(len(reading.text(at)) > 1 for at in range(start, stop)):
            continue
        end = stop
        kept = _unexplained(reading, start, stop, known)
        if kept:
            yield reading.stretch(_kind(reading, *kept), *kept)
    for index, word in enumerate(reading.words):
        is_small = is_loud or not word.is_capitalised
        if is_loud and _is_spaced(reading, index):
            yield reading.stretch(Kind.POSSIBLE_INITIALS, index, index + 2)
        if is_small and index >= end - len(reading.words) and word.text in people():
            after = index + 1
            while reading.text(after) in vocabulary.ALL_NAMES | people() and (
                is_loud or not reading.word(after).is_capitalised
            ):
                after += 1
            yield reading.stretch(Kind.POSSIBLE_NAME, index, after)


def _runs(reading: Reading) -> Iterator[tuple[int, int]]:
    """Runs of capitalised words, with small ones between: "Ana de la Cruz"."""
    at = 0
    while at < len(reading.words):
        if not _is_capital(reading.words[at]):
            at += 1
            continue
        end, look = at + 1, at + 1
        while look < len(reading.words):
            word = reading.words[look]
            if _is_capital(word) and not _is_apart(reading, look):
                end = look + 1
            elif not (
                word.text in vocabulary.PARTICLES
                or (word.text == "." and len(reading.text(look - 1)) == 1)
                or (word.text == "-" and word.start == reading.words[look - 1].end)
            ):
                break
            look += 1
        yield at, end
        at = end


def _is_capital(word: Word) -> bool:
    return word.is_letters and word.is_capitalised


def _is_apart(reading: Reading, index: int) -> bool:
    """True for a word that begins a line."""
    before, word = reading.word(index - 1), reading.word(index)
    return "\n" in reading.plain[before.end : word.start]


def _phrase(reading: Reading, start: int, end: int) -> tuple[str, ...]:
    return tuple(reading.text(at) for at in range(start, end))


def _parts(phrase: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The capitalised words between small ones: "Sala Gil" of "Sala Gil del …"."""
    part: list[str] = []
    for word in (*phrase, "de"):
        if word not in vocabulary.PARTICLES:
            part.append(word)
        elif part:
            yield tuple(part)
            part = []


def _begins(reading: Reading, index: int) -> bool:
    """True for the first word of a sentence, a line or a quotation."""
    before = reading.text(index - 1)
    return before in ENDS or before in QUOTES or _is_apart(reading, index)


def _unexplained(reading: Reading, start: int, end: int, known: Known):
    """The part of the run that nothing explains, from and to which word; or None."""
    if _is_known(reading, start, end, known):
        return None
    at = [
        index
        for index in range(start, end)
        if _is_capital(reading.word(index)) and not _explains(reading, index, known)
    ]
    if not at or (end - start > 1 and is_official(reading, at[0], at[-1] + 1)):
        return None
    # With a name beside them, words that are surnames too belong to it.
    first, last = at[0], at[-1] + 1
    if reading.text(last) in vocabulary.ALL_NAMES and last < end:
        last += 1
    while last < end and reading.text(last - 1) in people():
        last += 1
    return first, last


def _is_known(reading: Reading, start: int, end: int, known: Known) -> bool:
    """True if the whole run, or all of it but its first word, is known."""
    phrase = _phrase(reading, start, end)
    if end - start == 1:
        return phrase in vocabulary.PROVINCES and not _is_a_surname(reading, start)
    rest = phrase[1:] if _begins(reading, start) else phrase
    phrases = known.phrases | vocabulary.PROVINCES | vocabulary.HEROES
    return phrase in phrases or rest in phrases


def _is_a_surname(reading: Reading, index: int) -> bool:
    """True for "Duarte" where it may be somebody: no place stands before it."""
    if reading.text(index) not in vocabulary.SURNAME_PROVINCES:
        return False
    near = {reading.text(index - 1), reading.text(index - 2), reading.text(index + 1)}
    names = {name[-1] for name in vocabulary.PROVINCES}
    placing = vocabulary.AT | vocabulary.PLACE_WORDS | vocabulary.PROVINCE_WORDS
    is_placed = near & (placing | names)
    return not is_placed or reading.text(index - 1) in vocabulary.TITLES


def _explains(reading: Reading, index: int, known: Known) -> bool:
    """True if the capitalised word is explained without anybody's name."""
    text, after = reading.text(index), reading.word(index + 1)
    if len(text) == 1:
        return _is_joined(reading, index)
    if text in people():
        return False
    is_first, is_alone = _begins(reading, index), not _is_capital(after)
    is_word = text in known.words or text in ORDINARY
    if text in vocabulary.ALL_NAMES:
        return is_word and is_first and is_alone
    if is_word or text.endswith(ENDINGS) or (text,) in vocabulary.PROVINCES:
        return True
    if text in vocabulary.ABBREVIATIONS or text in vocabulary.STOPS:
        return True
    is_acting = after.text in ACTING or (after.text.endswith(ACTED) and len(text) > 4)
    return is_first and is_alone and not is_acting


def _is_joined(reading: Reading, index: int) -> bool:
    """True for the single letter of a code, a list or a vowel: "R-1", "A.", "Y"."""
    after, before = reading.word(index + 1), reading.word(index - 1)
    is_list = _begins(reading, index) and not _is_capital(reading.word(index + 2))
    is_coded = after.text == "-" or before.text == "-" or after.is_number
    is_word = reading.text(index) in {"a", "y", "e", "o", "i"} and after.text != "."
    return is_list or is_coded or is_word


def _is_spaced(reading: Reading, index: int) -> bool:
    """True for the first of two single letters in a text of capitals: "R M V"."""
    both = [reading.word(index), reading.word(index + 1)]
    return all(len(word.text) == 1 and word.is_letters for word in both)


def _kind(reading: Reading, start: int, end: int) -> Kind:
    """Initials are single capitals, or few of them that are no known acronym."""
    letters = [reading.word(at) for at in range(start, end)]
    is_short = all(
        len(word.text) == 1 or (word.is_shouted and len(word.text) <= LONGEST_ACRONYM)
        for word in letters
        if word.is_letters and word.text not in people()
    )
    has_name = any(word.text in people() for word in letters)
    return Kind.POSSIBLE_INITIALS if is_short and not has_name else Kind.POSSIBLE_NAME


# What narrows down who is told of -----------------------------------------------------


def _relatives(reading: Reading) -> Iterator[Finding]:
    for index, word in enumerate(reading.words):
        before = reading.text(index - 1)
        if word.text in vocabulary.KIN and before in vocabulary.OF_ONE:
            yield reading.stretch(Kind.RELATIVE, index - 1, index + 1)


def _codes(reading: Reading, known: Known) -> Iterator[Finding]:
    for match in CODE.finditer(reading.digits):
        found = match[0].strip(" -/")
        before = reading.digits[max(0, match.start() - 60) : match.start()]
        is_explained = found in known.words or NO_CODE.fullmatch(found)
        if not (is_explained or AMOUNT.fullmatch(found) or LABELS.search(before)):
            yield reading.finding(Kind.CODE, *match.span())
    run: list[int] = []
    for index in range(len(reading.words) + 1):
        if reading.text(index) in vocabulary.UNITS:
            run.append(index)
        elif reading.text(index) not in {",", "-", "y"} or not run:
            if len(run) > 2:
                yield reading.stretch(Kind.CODE, run[0], run[-1] + 1)
            run = []
