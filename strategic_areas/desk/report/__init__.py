"""What the report for the commission is made of: a cover, sections and their parts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from strategic_areas.commitment_states import StateFamily


@dataclass(frozen=True)
class DocumentTable:
    """Columns have a heading and a share of the width."""

    caption: str
    columns: tuple[tuple[str, int], ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def labelled(self):
        """The rows, each cell with the heading of its column."""
        headings = [heading for heading, _share in self.columns]
        return [zip(headings, row, strict=True) for row in self.rows]


@dataclass(frozen=True)
class BarSegment:
    """The part of a bar for one family; ``share`` is in thousandths of the bar."""

    family: StateFamily
    word: str
    number: int
    share: int


@dataclass(frozen=True)
class StackedBars:
    """Bars by name, each as wide as the others; ``key`` are the families with words."""

    caption: str
    rows: tuple[tuple[str, tuple[BarSegment, ...], int], ...]
    key: tuple[tuple[StateFamily, str], ...]


@dataclass(frozen=True)
class NumberedList:
    """Numbered sentences."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Subheading:
    text: str


@dataclass(frozen=True)
class DocumentSection:
    """A heading with paragraphs, tables and charts below, mostly on a new page."""

    heading: str
    parts: tuple[str | Subheading | DocumentTable | StackedBars | NumberedList, ...]
    on_new_page: bool = True


@dataclass(frozen=True)
class RoundDocument:
    """``foot`` stands below each page, ``facts`` and who is the ``author`` in front."""

    author: str
    title: str
    subject: str
    facts: tuple[tuple[str, str], ...]
    foot: str
    sections: tuple[DocumentSection, ...]


def tables_with_rows(
    caption: str, columns: Mapping[str, int], rows: Iterable[tuple]
) -> tuple[DocumentTable, ...]:
    """One table, or none without rows; ``columns`` give each heading its width."""
    found = tuple(map(tuple, rows))
    return (DocumentTable(caption, tuple(columns.items()), found),) * bool(found)
