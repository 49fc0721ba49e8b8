"""What a picture is made of. Its texts are those that the reader is to see."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Value:
    """
    What was counted from one day to another.

    ``is_break`` says that it does not count what the value before it counts, or that
    somebody else counts: no line joins the two.
    """

    starts_on: date
    ends_on: date
    number: Decimal
    text: str
    is_provisional: bool = False
    is_break: bool = False

    @property
    def is_year(self) -> bool:
        """True of one whole calendar year; any other span is drawn as long as it is."""
        return (
            self.starts_on.year == self.ends_on.year
            and (self.starts_on.month, self.starts_on.day) == (1, 1)
            and (self.ends_on.month, self.ends_on.day) == (12, 31)
        )

    def follows(self, other: "Value") -> bool:
        """True if a line may lead here from ``other``: the next year, counted alike."""
        is_next = other.ends_on.year + 1 == self.starts_on.year
        return self.is_year and other.is_year and is_next and not self.is_break


@dataclass(frozen=True)
class Line:
    """The values of one count; ``name`` stands at its end, where there are several."""

    values: tuple[Value, ...]
    name: str = ""


@dataclass(frozen=True)
class Level:
    """A baseline or a target; ``text`` says which, with its number."""

    starts_on: date
    ends_on: date
    number: Decimal
    text: str
    is_target: bool = False


@dataclass(frozen=True)
class Period:
    """The time of a plan, shaded behind the values."""

    starts_on: date
    ends_on: date
    text: str


@dataclass(frozen=True)
class Part:
    """One category of a breakdown."""

    name: str
    number: Decimal
    text: str
