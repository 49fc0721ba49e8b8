"""What the tables of patterns share. Repetitions are bounded: no text is slow."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from strategic_areas.text_guard import vocabulary
from strategic_areas.text_guard.findings import Finding, Kind
from strategic_areas.text_guard.reading import Reading

#: What may stand between the digits of one number, and as much of it as may.
SEPARATOR = r"[-._ \n/·•|*~()]"
GAP = SEPARATOR + "{0,3}"

#: "(núm.) 45", "# 45", "No. 45"
NUMBERED = r"(?:numero|number|nimewo|num|nro|nos?|n|#)[. \n:#°º]{0,3}"

#: A date, a span of years, thousands with blanks, or only zeros: nobody's.
NO_CODE = re.compile(
    r"\d{1,2}[-/. ]\d{1,2}[-/. ](?:19|20)\d\d|(?:19|20)\d\d[-/. ]\d{1,2}[-/. ]\d{1,2}"
    r"|(?:19|20)\d\d[-/ ](?:19|20)\d\d|\d{1,3}(?: \d{3}){1,3}|[1-9]\d{0,4}0{5,9}"
    r"|[0 .()-]{5,20}"
)


def either(name: str) -> str:
    """A pattern for any entry of this list of the vocabulary."""
    entries = sorted(getattr(vocabulary, name), key=lambda entry: (-len(entry), entry))
    return f"(?:{'|'.join(entries)})".replace("_", " ")


def words(name: str) -> str:
    """The same for whole words."""
    return rf"(?<![a-z]){either(name)}(?![a-z])"


MONTH = either("MONTH")
INSTITUTION = re.compile(rf"(?<![a-z]){either('INSTITUTION')}")
PRIVATE = re.compile(rf"(?<![a-z]){either('PRIVATE')}")
LANDMARK = re.compile(rf"{words('BESIDE')} (?:la |el |the )?[a-z]{{2,20}}")


class Rule(NamedTuple):
    """
    A pattern whose group ``found`` is a finding if ``accepts`` agrees.

    A text without one of the signs in ``needs`` is not searched.
    """

    kind: Kind
    shape: re.Pattern[str]
    accepts: Callable[[re.Match[str]], bool] = bool
    is_cased: bool = False
    needs: str = "0123456789"


def rule(kind: Kind, pattern: str, *more, **options) -> Rule:
    return Rule(kind, re.compile(pattern), *more, **options)


def find(reading: Reading, rules: list[Rule]) -> Iterator[Finding]:
    """All findings of the rules, which never overlap."""
    taken = bytearray(len(reading.plain))
    signs = frozenset(reading.digits)
    for rule in rules:
        if rule.needs and signs.isdisjoint(rule.needs):
            continue
        text = reading.cased if rule.is_cased else reading.digits
        for match in rule.shape.finditer(text):
            start, end = match.span("found")
            if not any(taken[start:end]) and rule.accepts(match):
                taken[start:end] = b"\1" * (end - start)
                yield reading.finding(rule.kind, start, end)


def around(match: re.Match[str], before: int, after: int) -> str:
    (start, end), text = match.span("found"), match.string
    last = end + after
    while end < last < len(text) and text[last].isalpha():
        last -= 1
    return f"{text[max(0, start - before) : start]} {text[end:last]}".lower()


def is_of_an_office(match: re.Match[str]) -> bool:
    """Named with its institution, which is no landmark, and nobody."""
    near = around(match, 110, 90)
    is_named = INSTITUTION.search(LANDMARK.sub(" ", near))
    return bool(is_named and not PRIVATE.search(near))
