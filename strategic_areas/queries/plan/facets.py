"""Filters of a list, and how many records each value of a filter would leave."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Facet:
    """
    One filter of a list, and the value ``asked`` for, "" for none.

    ``numbers`` says how many records every value that occurs would leave; ``without``
    how many there were if this filter alone were dropped.
    """

    asked: str
    numbers: Mapping[str, int]
    without: int

    @property
    def is_unknown(self) -> bool:
        return bool(self.asked) and self.asked not in self.numbers


@dataclass(frozen=True)
class FilterableRecord:
    """A record, and its values by filter."""

    record: object
    values: Mapping[str, frozenset[str]]


def has_unknown_value(
    facets: Mapping[str, Facet], possible: Mapping[str, Iterable[str]]
) -> bool:
    """
    True if a value is asked for that no record can have.

    ``possible`` are those that one may have though none does.
    """
    return any(
        facet.is_unknown and facet.asked not in possible.get(name, ())
        for name, facet in facets.items()
    )


def apply_filters(
    items: Iterable[FilterableRecord], asked: Mapping[str, str], names: Iterable[str]
) -> tuple[list, dict[str, Facet]]:
    """The records that have every value asked for, and a facet for each name."""
    kept, without = [], Counter()
    numbers = {name: Counter() for name in names}
    wanted = [(name, asked[name]) for name in numbers if asked.get(name)]
    for item in items:
        missed = {name for name, value in wanted if value not in item.values[name]}
        for name, found in numbers.items():
            counts = missed <= {name}
            for value in item.values[name]:
                found[value] += counts
        if not missed:
            kept.append(item.record)
        elif len(missed) == 1:
            without.update(missed)
    return kept, {
        name: Facet(asked.get(name, ""), found, len(kept) + without[name])
        for name, found in numbers.items()
    }
