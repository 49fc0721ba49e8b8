"""
What is on record of reconstructed work, from the records alone.

It is no measure of the plan: nobody knows how many activities the plan had.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from strategic_areas.newest import newest
from strategic_areas.progress import State
from strategic_areas.queries.plan.counted import CountedReport


@dataclass(frozen=True)
class Records:
    """
    How many activities were found, and what the last record says of each.

    ``by_press`` are those of ``done`` that only the press or an organisation calls so;
    ``other`` were not begun, suspended or cancelled. ``years`` are pairs of each year
    of the plan and the number of its records.
    """

    found: int
    done: int
    by_press: int
    going: int
    other: int
    untold: int
    years: tuple[tuple[int, int], ...]

    @property
    def strip(self):
        """Triples of a year, its number of records, and that in steps from 0 to 4."""
        most = max((number for _, number in self.years), default=0)
        return [
            (year, number, -(-4 * number // (most or 1))) for year, number in self.years
        ]

    @property
    def last_year(self):
        """The last year with a record; None without any."""
        return max((year for year, number in self.years if number), default=None)


def records(
    accounts: Iterable[Sequence[CountedReport]], first: int, last: int
) -> Records:
    """
    Count records; ``accounts`` are those of each activity.

    The strip of years goes from ``first`` to ``last``, and to any other that occurs.
    """
    accounts = list(accounts)
    latest = [newest(each) for each in accounts]
    told = [each for each in latest if each]
    done = [each for each in told if each.is_done]
    going = sum(each.execution == State.IN_PROGRESS for each in told)
    years = Counter(r.period_ends_on.year for each in accounts for r in each)
    return Records(
        found=len(accounts),
        done=len(done),
        by_press=sum(each.voice is not None and each.voice.is_outside for each in done),
        going=going,
        other=len(told) - len(done) - going,
        untold=len(latest) - len(told),
        years=tuple((y, years[y]) for y in sorted({*range(first, last + 1), *years})),
    )
