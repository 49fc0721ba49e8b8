"""
A text as the rules read it: folded to plain characters, with its original positions.

Accents, capitals, full-width digits, hyphens of every kind and white space are
normalised; invisible characters, such as zero-width ones, are left out. For every
remaining character its position in the original text is known.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from strategic_areas.text_guard.findings import Finding, Kind

#: Hyphens and minus signs that Unicode does not count as dashes.
HYPHENS = frozenset("\u02d7\u2043\u2212\u2796")
#: Letters and marks that are invisible.
FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
#: Categories left out: control and format characters, accents and enclosing marks.
UNREAD = frozenset({"Cc", "Cf", "Mn", "Me"})
#: Categories read as spaces: pictures and other symbols.
SYMBOLS = frozenset({"So", "Sk"})
LINE_ENDS = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")

#: A number with its separators, a run of letters, or one other character. An underscore
#: only separates words, as in file names.
WORD = re.compile(r"\d{1,20}(?:[.,:/-]\d{1,20}){0,8}|[^\W\d_]{1,40}|[^\w\s]")


@dataclass(frozen=True)
class Word:
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
    def is_shouted(self) -> bool:
        return len(self.cased) > 1 and self.cased.isupper()


#: The word returned for places before the first and after the last word.
NOTHING = Word("", "", 0, 0)


@lru_cache(maxsize=4096)
def _folded(char: str) -> str:
    """The plain characters for one character: often one, sometimes none."""
    return "".join(map(_plain, unicodedata.normalize("NFKD", char)))


def _plain(char: str) -> str:
    category = unicodedata.category(char)
    if char.isspace():
        return "\n" if char in LINE_ENDS else " "
    if category in UNREAD or char in FILLERS:
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category == "Pd" or char in HYPHENS:
        return "-"
    return " " if category in SYMBOLS else char


def _small(char: str) -> str:
    """The small letter, if it is a single character, so that lengths stay the same."""
    small = char.lower()
    return small if len(small) == 1 else char


class Reading:
    """The folded text with and without capitals, its words and original positions."""

    def __init__(self, text: str) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self.cased = "".join(self._fold(text))
        self.plain = "".join(map(_small, self.cased))
        self.words = [
            Word(match[0], self.cased[slice(*match.span())], *match.span())
            for match in WORD.finditer(self.plain)
        ]

    def _fold(self, text: str) -> list[str]:
        kept: list[str] = []
        for index, original in enumerate(text):
            for char in _folded(original):
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

    def word(self, index: int) -> Word:
        """The word at an index, or ``NOTHING`` for an index outside the text."""
        return self.words[index] if 0 <= index < len(self.words) else NOTHING

    def finding(self, kind: Kind, start: int, end: int) -> Finding:
        """A finding in the original text, from positions in the folded text."""
        return Finding(kind, self._starts[start], self._ends[end - 1])
