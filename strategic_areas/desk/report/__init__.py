"""What the report for the commission is made of: cover, sections, tables, charts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from strategic_areas.commitment_states import StateFamily


@dataclass(frozen=True)
class DocumentTable:
    """A table; ``columns`` are pairs of a heading and a share of the width."""

    caption: str
    columns: tuple[tuple[str, int], ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def labelled(self):
        headings = [heading for heading, _share in self.columns]
        return [zip(headings, row, strict=True) for row in self.rows]


@dataclass(frozen=True)
class BarSegment:
    """One family in a bar; ``share`` is in thousandths of the bar."""

    family: StateFamily
    word: str
    number: int
    share: int


@dataclass(frozen=True)
class StackedBars:
    """
    Bars of the same width: triples of a name, segments and their total.

    ``legend`` are pairs of a family and its word.
    """

    caption: str
    rows: tuple[tuple[str, tuple[BarSegment, ...], int], ...]
    legend: tuple[tuple[StateFamily, str], ...]


@dataclass(frozen=True)
class NumberedList:
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Subheading:
    text: str


@dataclass(frozen=True)
class DocumentSection:
    heading: str
    blocks: tuple[str | Subheading | DocumentTable | StackedBars | NumberedList, ...]
    on_new_page: bool = True


@dataclass(frozen=True)
class RoundDocument:
    """A round's report; the cover shows ``facts``, the foot of each page ``foot``."""

    author: str
    title: str
    subject: str
    facts: tuple[tuple[str, str], ...]
    foot: str
    sections: tuple[DocumentSection, ...]


def table_unless_empty(
    caption: str, columns: Mapping[str, int], rows: Iterable[tuple]
) -> tuple[DocumentTable, ...]:
    """Return a table, or nothing without rows; ``columns`` maps headings to widths."""
    rows = tuple(map(tuple, rows))
    return (DocumentTable(caption, tuple(columns.items()), rows),) * bool(rows)
