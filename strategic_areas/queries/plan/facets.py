"""Filters of a list, with the number of records for each value."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Facet:
    """
    One filter and the requested value ``asked``, or "".

    ``numbers`` counts the records for each value under the other filters; ``without``
    counts them if this filter is dropped.
    """

    asked: str
    numbers: Mapping[str, int]
    without: int

    @property
    def is_unknown(self) -> bool:
        return bool(self.asked) and self.asked not in self.numbers


@dataclass(frozen=True)
class FilterableRecord:
    record: object
    values: Mapping[str, frozenset[str]]


def has_unknown_value(
    facets: Mapping[str, Facet], possible: Mapping[str, Iterable[str]]
) -> bool:
    """Whether a requested value is neither present nor among the ``possible`` ones."""
    return any(
        facet.is_unknown and facet.asked not in possible.get(name, ())
        for name, facet in facets.items()
    )


def apply_filters(
    items: Iterable[FilterableRecord], asked: Mapping[str, str], names: Iterable[str]
) -> tuple[list, dict[str, Facet]]:
    """The records that match all requested values, and a facet for each filter."""
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
