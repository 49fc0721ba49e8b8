"""
Kinds of values: which YAML they accept, and the plain value they return.

``read(node)`` returns JSON values (None for nothing, ISO dates, decimals as text, codes
for references, sorted lists) or raises ``UnfitValueError``.
"""

import math
import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, URLValidator
from yaml import MappingNode, ScalarNode, SequenceNode
from yaml.constructor import SafeConstructor

from strategic_areas.importing.reading import TAG, is_null
from strategic_areas.plan_document.stored_plan import plain_number


class UnfitValueError(Exception):
    """``expected`` describes a fitting value; ``node`` is the unfitting one."""

    def __init__(self, expected, node=None):
        self.expected = expected
        self.node = node
        super().__init__(expected)


@dataclass(frozen=True)
class ScalarValue:
    """
    A value of the YAML ``types``; ``hint`` explains how to write it.

    ``plain`` converts the text or raises ``UnfitValueError`` or ``ValueError``. With a
    ``record_kind`` the value is the code of such a record.
    """

    label: str
    plain: Callable
    types: tuple = ("str",)
    hint: str = ", in quotes: '{}'"
    record_kind: str = ""

    def read(self, node):
        if is_null(node):
            return None
        if not isinstance(node, ScalarNode):
            raise UnfitValueError(self.label)
        if node.tag.removeprefix(TAG) not in self.types:
            raise UnfitValueError(self.label + self.hint.format(node.value))
        try:
            return self.plain(node.value)
        except (ValidationError, ValueError):
            raise UnfitValueError(self.label) from None


def text(label="text", check=str, record_kind=""):
    """``check`` raises for an unfitting text."""

    def read(text):
        # Databases refuse NUL and lone surrogates.
        if re.search("[\0\ud800-\udfff]", text):
            raise UnfitValueError("text of whole characters, without NUL")
        if not text.strip():
            return None
        check(text)
        return text

    return ScalarValue(label, read, record_kind=record_kind)


TEXT = text()


def one_of(words):
    words = [str(getattr(word, "value", word)) for word in words]
    return text(f"one of {', '.join(words)}", words.index)


def reference(record_kind):
    return text("a code", record_kind=record_kind)


def number(label, least=-math.inf, most=math.inf, form=r"-?\d{1,40}(\.\d{1,40})?"):
    """A decimal number, never rounded."""

    def read(text):
        if not (re.fullmatch(form, text) and least <= Decimal(text) <= most):
            raise ValueError(text)
        return plain_number(Decimal(text))

    return ScalarValue(label, read, ("int", "float"), ", without quotes")


def whole(label, least, most):
    found = number(label, least, most, r"-?(0|[1-9]\d{0,17})")
    return replace(found, plain=lambda text: int(found.plain(text)))


def day(text):
    if date.fromisoformat(text).isoformat() != text:
        raise ValueError(text)
    return text


def flag(text):
    return SafeConstructor.bool_values[text.lower()]


def read_inside(kind, node, template):
    """Read a value that may not be empty."""
    try:
        value = kind.read(node)
    except UnfitValueError as unfit:
        raise UnfitValueError(template.format(unfit.expected), node) from None
    if value is None:
        raise UnfitValueError(template.format(kind.label), node)
    return value


@dataclass(frozen=True)
class ValueList:
    """A list of values of one kind; sorted unless ``ordered``."""

    label: str = "a list"
    each: ScalarValue = TEXT
    ordered: bool = False

    def read(self, node):
        if is_null(node):
            return []
        if not isinstance(node, SequenceNode):
            raise UnfitValueError(f"{self.label}, such as [a, b]")
        values = []
        for item in node.value:
            value = read_inside(self.each, item, "{} in the list")
            if value in values:
                raise UnfitValueError("each item once", item)
            values.append(value)
        return values if self.ordered else sorted(values)

    @property
    def record_kind(self):
        return self.each.record_kind


def references(record_kind):
    return ValueList("a list of codes", reference(record_kind))


@dataclass(frozen=True)
class NestedMapping:
    """A mapping inside a record, with all keys required; read as a dict."""

    label: str = "a mapping"
    kinds: dict = field(default_factory=dict, hash=False)

    def read(self, node):
        if is_null(node):
            return None
        known = isinstance(node, MappingNode) and [key.value for key, _ in node.value]
        if not known or sorted(known) != sorted(self.kinds):
            raise UnfitValueError(f"a mapping of {' and '.join(self.kinds)}")
        nodes = {key.value: value for key, value in node.value}
        return {
            name: read_inside(self.kinds[name], nodes[name], f"{name}: {{}}")
            for name in known
        }


def check_code(text):
    if text != text.strip() or not text.isprintable():
        raise UnfitValueError("a code without spaces around it")
    if text in {".", ".."} or re.search(r"[/\\]", text):
        raise UnfitValueError("a code without slashes, other than “.” and “..”")


#: 2017 · 2018-Q1 · 2018-S2 (half a year) · 2017-01 · 2017-01-31
PART_OF_SPAN = re.compile(
    r"(?P<year>\d{4})"
    r"(-(Q(?P<quarter>[1-4])|S(?P<half>[12])|(?P<month>\d\d)(-(?P<day>\d\d))?))?",
    re.ASCII,
)


def span(text):
    """
    First and last day of a span, in ISO form; raises ``ValueError``.

    Two parts with a slash reach from the start of the first to the end of the second.

    >>> span("2013/2018-05")
    ('2013-01-01', '2018-05-31')
    """
    first, slash, last = text.partition("/")
    starts_on, ends_on = _days(first)
    if slash:
        ends_on = _days(last)[1]
    if ends_on < starts_on:
        raise ValueError(text)
    return starts_on, ends_on


def _days(text):
    if not (found := PART_OF_SPAN.fullmatch(text)):
        raise ValueError(text)
    year = int(found["year"])
    if found["day"]:
        return (day(text),) * 2
    first, last = 1, 12
    for name, months in [("quarter", 3), ("half", 6), ("month", 1)]:
        if found[name]:
            last = int(found[name]) * months
            first = last - months + 1
    ends_on = date(year, last, monthrange(year, last)[1])
    return date(year, first, 1).isoformat(), ends_on.isoformat()


#: A code, which becomes part of URLs.
CODE = text("a code", check_code)
URL = text(
    "a web address that begins with https:// or http://",
    URLValidator(schemes=["http", "https"]),
)
CURRENCY = text("a currency of ISO 4217, such as DOP", RegexValidator(r"\A[A-Z]{3}\Z"))
SPAN = text("a span such as 2017, 2018-Q1, 2017-01 or 2017-01/2019-03", span)
DATE = ScalarValue("a date such as 2018-05-10", day, ("timestamp", "str"), "")
FLAG = ScalarValue("true or false", flag, ("bool",), ", without quotes")
NUMBER = number("a number such as 12 or 12.5")
AMOUNT = number("a number from 0 up, such as 12 or 12.5", 0)
WHOLE = whole("a whole number from 0 to 2147483647", 0, 2_147_483_647)
YEAR = whole("a year from 1000 to 9999", 1000, 9999)
PERCENT = whole("a whole percent from 0 to 100", 0, 100)
