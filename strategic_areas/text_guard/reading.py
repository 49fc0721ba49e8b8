"""
A text as the rules read it: folded to plain characters, and still tied to its original.

Accents, capitals, full-width digits, hyphens of every kind and all white space are made
alike; what nobody sees, such as zero-width characters, is left out. Each character kept
knows which characters of the original it stands for.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from strategic_areas.text_guard.findings import Finding, Kind

#: Hyphens and minus signs that Unicode does not count as dashes.
HYPHENS = frozenset("\u02d7\u2043\u2212\u2796")
#: Letters and marks that show nothing.
FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
#: Control and format characters, accents and marks that enclose: nothing to read.
UNREAD = frozenset({"Cc", "Cf", "Mn", "Me"})
#: Pictures and other symbols stand between words.
SYMBOLS = frozenset({"So", "Sk"})
LINE_ENDS = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")

#: A number with its separators, a run of letters, or one other sign. The underscore
#: only parts words, as it does in file names.
WORD = re.compile(r"\d{1,20}(?:[.,:/-]\d{1,20}){0,8}|[^\W\d_]{1,40}|[^\w\s]")


@dataclass(frozen=True)
class Word:
    """A word, number or sign; ``text`` in small letters, ``cased`` as written."""

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


#: What stands before the first and after the last word.
NOTHING = Word("", "", 0, 0)


@lru_cache(maxsize=4096)
def _folded(char: str) -> str:
    """The plain characters that one character is read as; often one, maybe none."""
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
    """The small letter, where it is a single one: both forms keep the same length."""
    small = char.lower()
    return small if len(small) == 1 else char


class Reading:
    """The folded text, with and without capitals, its words, and the way back."""

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
        """The word at a place, which may lie outside the text."""
        return self.words[index] if 0 <= index < len(self.words) else NOTHING

    def finding(self, kind: Kind, start: int, end: int) -> Finding:
        """A finding in the original, from a stretch of the folded text."""
        return Finding(kind, self._starts[start], self._ends[end - 1])
