"""
A text prepared for the rules, with its original positions, and tools for patterns.

Accents, capitals, hyphens and white space are normalised; invisible characters are left
out. Repetitions in patterns are bounded, so that no text is slow.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from strategic_areas.text_guard import vocabulary
from strategic_areas.text_guard.findings import Finding, PersonalDataKind

#: Hyphens and minus signs that Unicode does not count as dashes.
HYPHENS = frozenset("\u02d7\u2043\u2212\u2796")
#: Letters and marks that are invisible.
FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
#: Categories left out: control and format characters, accents and enclosing marks.
IGNORED_CATEGORIES = frozenset({"Cc", "Cf", "Mn", "Me"})
#: Categories read as spaces: pictures and other symbols.
SYMBOLS = frozenset({"So", "Sk"})
#: Variation selectors, which choose how the character before them looks; U+FE0F, which
#: asks for a picture, is left out.
SELECTORS = frozenset(map(chr, [*range(0xFE00, 0xFE0F), *range(0xE0100, 0xE01F0)]))
#: A joiner between two pictures, such as those of a woman and a girl.
PICTURE = re.compile(
    "[\u2600-\u27bf\ufe0f\U0001f000-\U0001ffff]\u200d[\u2600-\u27bf\U0001f000-\U0001ffff]"
)
LINE_ENDS = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")

#: A number with its separators, a run of letters, or one other character. An underscore
#: only separates words, as in file names.
WORD = re.compile(r"\d{1,20}(?:[.,:/-]\d{1,20}){0,8}|[^\W\d_]{1,40}|[^\w\s]")

#: A number in which somebody typed the letter O.
NUMBER_WITH_LETTERS = re.compile(
    r"(?<![a-z\d])(?=[o\d]{0,11}\d)[o\d](?:[o\d]|[il](?=\d)){1,11}(?![a-z\d])"
)
LETTER_AT_DIGIT = re.compile(r"[oil]\d|\do")
ORDINAL = re.compile(r"\d{1,3}o")


class Word(NamedTuple):
    """A word, number or character: ``text`` in small letters, ``cased`` as written."""

    text: str
    cased: str
    start: int
    end: int

    @property
    def is_letters(self) -> bool:
        return self.text.isalpha()

    @property
    def is_number(self) -> bool:
        return self.text[:1].isdecimal()

    @property
    def is_capitalised(self) -> bool:
        return self.cased[:1].isupper()

    @property
    def is_all_capitals(self) -> bool:
        return len(self.cased) > 1 and self.cased.isupper()


#: Indices of the first word and after the last word.
WordRange = tuple[int, int]
#: The word returned for places before the first and after the last word.
NO_WORD = Word("", "", 0, 0)


@lru_cache(maxsize=4096)
def _folded_character(char: str) -> str:
    return "".join(map(_plain_character, unicodedata.normalize("NFKD", char)))


def _plain_character(char: str) -> str:
    category = unicodedata.category(char)
    if char.isspace():
        return "\n" if char in LINE_ENDS else " "
    if category in IGNORED_CATEGORIES or char in FILLERS:
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category == "Pd" or char in HYPHENS:
        return "-"
    return " " if category in SYMBOLS else char


def _hidden_ranges(text: str) -> Iterator[tuple[int, int]]:
    hidden = [at for at, char in enumerate(text) if _is_hidden(char)]
    hidden = [at for at in hidden if not PICTURE.match(text, max(0, at - 1))]
    for _shift, run in groupby(enumerate(hidden), lambda pair: pair[1] - pair[0]):
        indices = [at for _, at in run]
        yield indices[0], indices[-1] + 1


@lru_cache(maxsize=4096)
def _is_hidden(char: str) -> bool:
    is_format = unicodedata.category(char) in {"Cc", "Cf"} and not char.isspace()
    return is_format or char in FILLERS or char in SELECTORS


def _letters_to_digits(match: re.Match[str]) -> str:
    number = match[0]
    after = match.string[match.end() : match.end() + 2]
    if ORDINAL.fullmatch(number) and not (after[:1] in "-_." and after[1:].isdigit()):
        return number
    return re.sub("o", "0", re.sub("[il]", "1", number))


class Reading:
    """
    The folded text with capitals (``cased``) and in ``lowercase``, and its words.

    ``digits`` is ``lowercase`` with digits for the letters O, I and L inside numbers.
    """

    def __init__(self, text: str) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self.cased = "".join(self._fold(text))
        self.hidden = list(_hidden_ranges(text))
        self.lowercase = self.cased.lower()  # as long as ``cased``
        self.digits = self.lowercase
        if LETTER_AT_DIGIT.search(self.lowercase):
            self.digits = NUMBER_WITH_LETTERS.sub(_letters_to_digits, self.lowercase)
        lowercase, cased, make = self.lowercase, self.cased, Word._make
        self.words = [
            make((lowercase[start:end], cased[start:end], start, end))
            for start, end in map(re.Match.span, WORD.finditer(lowercase))
        ]
        texts = [word.text for word in self.words]
        self.word_set = frozenset(texts)
        # Functions of an index; outside the text they return NO_WORD and "".
        self.word = defaultdict(lambda: NO_WORD, enumerate(self.words)).__getitem__
        self.text = defaultdict(str, enumerate(texts)).__getitem__

    def _fold(self, text: str) -> list[str]:
        kept: list[str] = []
        for index, original in enumerate(text):
            for char in _folded_character(original):
                if kept and char in " \n" and kept[-1] in " \n":
                    kept[-1] = min(kept[-1], char)  # a line end outlasts spaces
                    self._ends[-1] = index + 1
                else:
                    kept.append(char)
                    self._starts.append(index)
                    self._ends.append(index + 1)
            if kept and unicodedata.combining(original):
                self._ends[-1] = index + 1
        return kept

    def texts(self, start: int, end: int) -> set[str]:
        return {self.word(index).text for index in range(start, end)}

    def finding_at(self, kind: PersonalDataKind, start: int, end: int) -> Finding:
        """Takes positions in the folded text."""
        return Finding(kind, self._starts[start], self._ends[end - 1])

    def finding_of_words(self, kind: PersonalDataKind, start: int, end: int) -> Finding:
        """A finding from the word at ``start`` to the one before ``end``."""
        return self.finding_at(kind, self.word(start).start, self.word(end - 1).end)


#: Separators inside a number.
SEPARATOR = r"[-._ \n/·•|*~()]"
GAP = SEPARATOR + "{0,3}"

#: "(núm.) 45", "# 45", "No. 45"
NUMBERED = r"(?:numero|number|nimewo|num|nro|nos?|n|#)[. \n:#°º]{0,3}"

#: Dates, spans of years, thousands with blanks, only zeros: no codes of people.
NOT_A_CODE = re.compile(
    r"\d{1,2}[-/. ]\d{1,2}[-/. ](?:19|20)\d\d|(?:19|20)\d\d[-/. ]\d{1,2}[-/. ]\d{1,2}"
    r"|(?:19|20)\d\d[-/ ](?:19|20)\d\d|\d{1,3}(?: \d{3}){1,3}|[1-9]\d{0,4}0{5,9}"
    r"|[0 .()-]{5,20}"
)


def one_of(name: str) -> str:
    """A pattern for any entry of the vocabulary's list ``name``."""
    entries = sorted(getattr(vocabulary, name), key=lambda entry: (-len(entry), entry))
    return f"(?:{'|'.join(entries)})".replace("_", " ")


def one_word(name: str) -> str:
    """The same, for whole words."""
    return rf"(?<![a-z]){one_of(name)}(?![a-z])"


MONTH = one_of("MONTH")
INSTITUTION = re.compile(rf"(?<![a-z]){one_of('INSTITUTION')}")
PRIVATE = re.compile(rf"(?<![a-z]){one_of('PRIVATE')}")
LANDMARK = re.compile(rf"{one_word('BESIDE')} (?:la |el |the )?[a-z]{{2,20}}")


class TextRule(NamedTuple):
    """
    A pattern whose group ``found`` is a finding if ``accepts`` returns true.

    Texts without any character of ``needs`` are skipped.
    """

    kind: PersonalDataKind
    shape: re.Pattern[str]
    accepts: Callable[[re.Match[str]], bool] = bool
    is_cased: bool = False
    needs: str = "0123456789"


def rule(kind: PersonalDataKind, pattern: str, *more, **options) -> TextRule:
    return TextRule(kind, re.compile(pattern), *more, **options)


def find(reading: Reading, rules: list[TextRule]) -> Iterator[Finding]:
    covered = bytearray(len(reading.lowercase))
    characters = frozenset(reading.digits)
    for rule in rules:
        if rule.needs and characters.isdisjoint(rule.needs):
            continue
        text = reading.cased if rule.is_cased else reading.digits
        for match in rule.shape.finditer(text):
            start, end = match.span("found")
            if not any(covered[start:end]) and rule.accepts(match):
                covered[start:end] = b"\1" * (end - start)
                yield reading.finding_at(rule.kind, start, end)


def text_around(match: re.Match[str], before: int, after: int) -> str:
    (start, end), text = match.span("found"), match.string
    last = end + after
    while end < last < len(text) and text[last].isalpha():
        last -= 1
    return f"{text[max(0, start - before) : start]} {text[end:last]}".lower()


def is_of_an_office(match: re.Match[str]) -> bool:
    """Whether words near it name an institution (not a landmark) and no person."""
    near = text_around(match, 110, 90)
    is_named = INSTITUTION.search(LANDMARK.sub(" ", near))
    return bool(is_named and not PRIVATE.search(near))
