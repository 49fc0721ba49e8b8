"""Filters of a list, with the number of records for each value."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Facet:
    """
    One filter of a list.

    ``requested`` is the requested value, or "". ``numbers`` counts the records for each
    value under the other filters; ``without`` counts them if this filter is dropped.
    """

    requested: str
    numbers: Mapping[str, int]
    without: int

    @property
    def is_unknown(self) -> bool:
        return bool(self.requested) and self.requested not in self.numbers


@dataclass(frozen=True)
class FilterableRecord:
    record: object
    values: Mapping[str, frozenset[str]]


def has_unknown_value(
    facets: Mapping[str, Facet], valid: Mapping[str, Iterable[str]]
) -> bool:
    """Whether a requested value is neither present nor among the ``valid`` ones."""
    return any(
        facet.is_unknown and facet.requested not in valid.get(name, ())
        for name, facet in facets.items()
    )


def apply_filters(
    items: Iterable[FilterableRecord],
    requested: Mapping[str, str],
    names: Iterable[str],
) -> tuple[list, dict[str, Facet]]:
    """The records that match all requested values, and a facet for each filter."""
    matching, excluded_by = [], Counter()
    numbers = {name: Counter() for name in names}
    active = [(name, requested[name]) for name in numbers if requested.get(name)]
    for item in items:
        missed = {name for name, value in active if value not in item.values[name]}
        for name, counts_of_filter in numbers.items():
            is_counted = missed <= {name}
            for value in item.values[name]:
                counts_of_filter[value] += is_counted
        if not missed:
            matching.append(item.record)
        elif len(missed) == 1:
            excluded_by.update(missed)
    return matching, {
        name: Facet(
            requested.get(name, ""), counts_of_filter, len(matching) + excluded_by[name]
        )
        for name, counts_of_filter in numbers.items()
    }
