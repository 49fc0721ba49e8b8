"""
What the tables of patterns share: the rule, the words between, the search.

Each rule is a regular expression, and some also need or exclude a certain word nearby.
Repetitions are bounded, so that no text makes a rule slow. What one rule of a table has
matched is not matched by a later one of that table.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache, reduce
from itertools import count
from operator import or_
from typing import NamedTuple

from strategic_areas.text_guard import vocabulary
from strategic_areas.text_guard.findings import Finding, Kind
from strategic_areas.text_guard.needs import needs_of, parts_of, pieces_of
from strategic_areas.text_guard.reading import Reading

#: What may stand between the digits of one number, and as much of it as may.
SEPARATOR = r"[-._ \n/·•|*,]"
GAP = SEPARATOR.replace(",", "") + "{0,3}"

MONTH = (
    "(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|sep?tiembre|octubre|noviembre"
    "|diciembre|january|february|march|april|may|june|july|august|september|october"
    "|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|ene|abr|ago|dic"
    "|janvye|fevriye|mas|avril|me|jen|jiye|out|septanm|oktob|novanm|desanm)"
)
#: "(núm.) 45", "# 45", "No. 45"
NUMBERED = r"(?:numero|number|nimewo|num|nro|nos?|n|#)[. \n:#°º]{0,3}"

#: A date, a span of years, or thousands with blanks between: no number of anybody.
NO_CODE = re.compile(
    r"\d{1,2}[-/. ]\d{1,2}[-/. ](?:19|20)\d\d|(?:19|20)\d\d[-/. ]\d{1,2}[-/. ]\d{1,2}"
    r"|(?:19|20)\d\d[-/ ](?:19|20)\d\d|\d{1,3}(?: \d{3}){1,3}"
)


def either(name: str) -> str:
    """A pattern for any entry of this list of the vocabulary."""
    entries = sorted(getattr(vocabulary, name), key=lambda entry: (-len(entry), entry))
    return f"(?:{'|'.join(entries)})".replace("_", " ")


def words(name: str) -> str:
    """The same for whole words."""
    return rf"(?<![a-z]){either(name)}(?![a-z])"


INSTITUTION = re.compile(rf"(?<![a-z]){either('INSTITUTION')}")
PRIVATE = re.compile(rf"(?<![a-z]){either('PRIVATE')}")
LANDMARK = re.compile(rf"{words('BESIDE')} (?:la |el |los |las |the )?[a-z]{{2,20}}")


class Rule(NamedTuple):
    """A pattern whose group ``found`` is a finding if ``accepts`` agrees."""

    kind: Kind
    shape: re.Pattern[str]
    accepts: Callable[[re.Match[str]], bool]
    is_cased: bool


def rule(
    kind: Kind,
    pattern: str,
    accepts: Callable[[re.Match[str]], bool] = bool,
    *,
    is_cased: bool = False,
) -> Rule:
    return Rule(kind, re.compile(pattern), accepts, is_cased)


class Sieve:
    """Tables of rules, and what a text needs for each rule to be worth trying."""

    def __init__(self, tables: list[list[Rule]]) -> None:
        self.tables = tables
        self.bits: dict[str, int] = {}
        self.number = count()
        self.needs = [[self._need(rule) for rule in table] for table in tables]
        self.most_digits = max(least for table in self.needs for _, least, _ in table)
        # Texts are made of the same words, and hold the same of what rules look for.
        self._held = lru_cache(maxsize=4096)(self._bits_of)
        self._worth = lru_cache(maxsize=4096)(self._worth_trying)

    def _need(self, rule: Rule) -> tuple[Rule, int, int]:
        """The rule, its least digits, and a bit for each set of pieces."""
        found, need = needs_of(rule.shape, is_cased=rule.is_cased), 0
        for pieces in found.sets:
            bit = 1 << next(self.number)
            need |= bit
            for piece in pieces:
                self.bits[piece] = self.bits.get(piece, 0) | bit
        return rule, found.digits, need

    def pass_on(self, reading: Reading) -> list[list[Rule]]:
        """The tables without the rules for which the text has nothing."""
        if not reading.cased.isascii():
            return self.tables
        bits = reduce(or_, map(self._held, parts_of(reading.plain)))
        if reading.digits != reading.plain:
            bits = reduce(or_, map(self._held, parts_of(reading.digits)), bits)
        digits = sum(map(reading.digits.count, "0123456789"))
        return self._worth(bits, min(digits, self.most_digits))

    def _bits_of(self, part: str) -> int:
        """The bits of all sets of which a part of a text has a piece."""
        return reduce(or_, [self.bits.get(each, 0) for each in pieces_of(part)], 0)

    def _worth_trying(self, bits: int, digits: int) -> list[list[Rule]]:
        """The rules that need no more digits, and no other pieces than these bits."""
        return [
            [
                rule
                for rule, least, need in table
                if digits >= least and not need & ~bits
            ]
            for table in self.needs
        ]


def find(reading: Reading, rules: list[Rule]) -> Iterator[Finding]:
    """All findings of the rules, which never overlap."""
    taken = bytearray(len(reading.plain))
    for rule in rules:
        text = reading.cased if rule.is_cased else reading.digits
        for match in rule.shape.finditer(text):
            start, end = match.span("found")
            if not any(taken[start:end]) and rule.accepts(match):
                taken[start:end] = b"\1" * (end - start)
                yield reading.finding(rule.kind, start, end)


def around(match: re.Match[str], before: int, after: int) -> str:
    """The text beside what was found, in small letters."""
    start, end = match.span("found")
    text = match.string
    return f"{text[max(0, start - before) : start]} {text[end : end + after]}".lower()


def is_of_an_office(match: re.Match[str]) -> bool:
    """
    True for a telephone or address named with its institution, and no person.

    An institution that is only a landmark ("frente a la iglesia") is none.
    """
    near = around(match, 110, 90)
    if PRIVATE.search(near):
        return False
    return bool(INSTITUTION.search(LANDMARK.sub(" ", near)))
