"""
Kinds of values: what a file may write for a key, and the plain form it is read in.

``read(node)`` returns what JSON can hold (None for nothing, dates in ISO form, decimals
as text, codes for references, sorted lists) or raises ``Unfit``.
"""

import math
import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, URLValidator, validate_slug
from yaml import MappingNode, ScalarNode, SequenceNode
from yaml.constructor import SafeConstructor

from strategic_areas.importing.reading import TAG, is_null, is_text
from strategic_areas.plan_document.stored import plain


class Unfit(Exception):
    """``expected`` says what would fit; ``node`` is the part that does not."""

    def __init__(self, expected, node=None):
        self.expected = expected
        self.node = node
        super().__init__(expected)


class NoSpan(ValueError):
    pass


@dataclass(frozen=True)
class Text:
    """
    Text as it stands; ``check`` raises ``Unfit`` or ``ValueError`` for other text.

    With a ``section`` it is the code of a record there, in this file or the portal.
    """

    label: str = "text"
    check: Callable | None = None
    section: str = ""

    def read(self, node):
        if is_null(node):
            return None
        if not isinstance(node, ScalarNode):
            raise Unfit(self.label)
        text = node.value
        if not is_text(node):
            raise Unfit(f"{self.label}, in quotes: '{text}'")
        # A database takes neither a NUL nor half of a surrogate pair.
        if re.search("[\0\ud800-\udfff]", text):
            raise Unfit("text of whole characters, without NUL")
        if not text.strip():
            return None
        try:
            if self.check:
                self.check(text)
        except (ValidationError, ValueError):
            raise Unfit(self.label) from None
        return text


def one_of(words):
    """The kind for one word of a ``TextChoices`` or a list."""
    words = [str(getattr(word, "value", word)) for word in words]

    def check(text):
        if text not in words:
            raise Unfit(f"one of {', '.join(words)}")

    return Text("one word of a list", check)


def reference(section):
    return Text("a code", section=section)


@dataclass(frozen=True)
class Date:
    label: str = "a date such as 2018-05-10"

    def read(self, node):
        if is_null(node):
            return None
        try:
            if not re.fullmatch(r"\d{4}-\d\d-\d\d", node.value, re.ASCII):
                raise ValueError
            return date.fromisoformat(node.value).isoformat()
        except (TypeError, ValueError):
            raise Unfit(self.label) from None


@dataclass(frozen=True)
class Number:
    """A number with decimals, never rounded."""

    label: str = "a number such as 12 or 12.5"
    least: float = -math.inf
    most: float = math.inf
    form = r"-?\d{1,40}(\.\d{1,40})?"

    def read(self, node):
        if is_null(node):
            return None
        if not (is_number(node) and re.fullmatch(self.form, node.value)):
            raise Unfit(f"{self.label}, without quotes")
        if not self.least <= Decimal(node.value) <= self.most:
            raise Unfit(f"{self.label} from {self.least} to {self.most}")
        return plain(Decimal(node.value))


@dataclass(frozen=True)
class Whole(Number):
    label: str = "a whole number"
    least: float = 0
    most: float = 2_147_483_647
    form = r"-?(0|[1-9]\d{0,17})"

    def read(self, node):
        found = super().read(node)
        return found and int(found)


def is_number(node):
    return node.tag in {f"{TAG}int", f"{TAG}float"}


@dataclass(frozen=True)
class Flag:
    label: str = "true or false"

    def read(self, node):
        if is_null(node):
            return None
        if node.tag != f"{TAG}bool":
            raise Unfit(f"{self.label}, without quotes")
        return SafeConstructor.bool_values[node.value.lower()]


@dataclass(frozen=True)
class Items:
    """A list of values of one kind; sorted unless ``ordered``."""

    label: str = "a list"
    each: object = Text()
    ordered: bool = False

    def read(self, node):
        if is_null(node):
            return []
        if not isinstance(node, SequenceNode):
            raise Unfit(f"{self.label}, such as [a, b]")
        values = []
        for item in node.value:
            try:
                value = self.each.read(item)
            except Unfit as unfit:
                raise Unfit(f"{unfit.expected} in the list", item) from None
            if value is None:
                raise Unfit(f"{self.each.label} in the list", item)
            if value in values:
                raise Unfit("each item once", item)
            values.append(value)
        return values if self.ordered else sorted(values)

    @property
    def section(self):
        return self.each.section


def references(section):
    return Items("a list of codes", reference(section))


@dataclass(frozen=True)
class Part:
    """A small mapping inside a record, all keys required; read as a dict."""

    label: str = "a mapping"
    kinds: dict = field(default_factory=dict, hash=False)

    def read(self, node):
        if is_null(node):
            return None
        expected = f"a mapping of {' and '.join(self.kinds)}"
        if not isinstance(node, MappingNode):
            raise Unfit(expected)
        if sorted(key.value for key, _ in node.value) != sorted(self.kinds):
            raise Unfit(expected)
        values = {}
        for key, value in node.value:
            kind = self.kinds[key.value]
            try:
                values[key.value] = kind.read(value)
            except Unfit as unfit:
                raise Unfit(f"{key.value}: {unfit.expected}", value) from None
            if values[key.value] is None:
                raise Unfit(f"{key.value}: {kind.label}", value)
        return values


def check_code(text):
    if text != text.strip() or not text.isprintable():
        raise Unfit("a code without spaces around it")
    if text in {".", ".."} or re.search(r"[/\\]", text):
        raise Unfit("a code without slashes, other than “.” and “..”")


#: 2017 · 2018-Q1 · 2018-S2 (half a year) · 2017-01 · 2017-01-31
PART_OF_SPAN = re.compile(
    r"(?P<year>\d{4})"
    r"(-(Q(?P<quarter>[1-4])|S(?P<half>[12])|(?P<month>\d\d)(-(?P<day>\d\d))?))?",
    re.ASCII,
)


def span(text):
    """
    The first and last day of a span of time, as a pair of dates.

    Two parts with a slash between them reach from the first day of the first to the
    last day of the second.

    >>> span("2013/2018-05")
    (datetime.date(2013, 1, 1), datetime.date(2018, 5, 31))

    Raises ``NoSpan``.
    """
    first, slash, last = text.partition("/")
    try:
        starts_on, ends_on = _days(first)
        if slash:
            ends_on = _days(last)[1]
    except ValueError:
        raise NoSpan(text) from None
    if ends_on < starts_on:
        raise NoSpan(text)
    return starts_on, ends_on


def _days(text):
    if not (found := PART_OF_SPAN.fullmatch(text)):
        raise ValueError(text)
    year = int(found["year"])
    if found["day"]:
        return (date.fromisoformat(text),) * 2
    first, last = 1, 12
    for name, months in [("quarter", 3), ("half", 6), ("month", 1)]:
        if found[name]:
            last = int(found[name]) * months
            first = last - months + 1
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


TEXT = Text()
#: A code as the plan writes it; it is a part of addresses.
CODE = Text("a code", check_code)
SLUG = Text("an address word of unaccented letters, digits and hyphens", validate_slug)
URL = Text(
    "a web address that begins with https:// or http://",
    URLValidator(schemes=["http", "https"]),
)
CURRENCY = Text("a currency of ISO 4217, such as DOP", RegexValidator(r"\A[A-Z]{3}\Z"))
SPAN = Text("a span such as 2017, 2018-Q1, 2017-01 or 2017-01/2019-03", span)
