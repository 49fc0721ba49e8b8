"""
Which of several accounts is the newest: the one order of them.

Pure, like ``progress``: plain values in, plain values out.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple


class Age(NamedTuple):
    """
    How new an account is: of two accounts the one of the greater age is the newer.

    The fields decide in this order. ``models.review`` gives the database's expression
    of each, so that rows are sorted there as they are here; of accounts that are equal
    in all of them, the one that was stored first comes first.
    """

    period_ends_on: date
    #: The day of the public source, or that on which the agency handed in its report;
    #: ``date.min``, before every other day, where it is unknown.
    said_on: date
    #: An agency's own word comes before that of a public source.
    was_entered: bool
    revision: int

    @property
    def descending(self) -> tuple[int, int, int, int]:
        """Numbers of which the newest account has the smallest."""
        return (
            -self.period_ends_on.toordinal(),
            -self.said_on.toordinal(),
            -self.was_entered,
            -self.revision,
        )


def newness(account) -> tuple[Age, int]:
    """The key by which accounts of any kind are sorted, the oldest first."""
    return account.age, -account.pk


def newest(accounts: Iterable):
    """The newest of the accounts, which is the one that stands; None without any."""
    return max(accounts, key=newness, default=None)


# Thousands of accounts are made for a board, which frozen ones would slow down.
@dataclass(kw_only=True)
class Account:
    """A published account that counts: of which period it is, and when it was said."""

    period_ends_on: date
    period_starts_on: date | None = None
    said_on: date | None = None
    was_entered: bool = False
    revision: int = 1
    pk: int = 0
    period_id: int = 0
    age: Age = field(init=False, repr=False, compare=False)

    def __post_init__(self):
        self.age = Age(
            self.period_ends_on,
            self.said_on or date.min,
            self.was_entered,
            self.revision,
        )

    @property
    def known_by(self) -> date:
        """The day by which what it says was so."""
        return min(self.period_ends_on, self.said_on or self.period_ends_on)

    @property
    def not_before(self) -> date:
        """The earliest day on which what it says can have come about."""
        return min(self.period_starts_on or self.known_by, self.known_by)
