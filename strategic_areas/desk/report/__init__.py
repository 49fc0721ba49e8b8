"""What the report for the commission is made of: sections, tables and rows of text."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """The cells of a row; a heading has one, which goes over all columns."""

    cells: tuple[str, ...]
    is_heading: bool = False


@dataclass(frozen=True)
class Table:
    """Columns have a heading and a share of the width; a blank table is written on."""

    caption: str
    columns: tuple[tuple[str, int], ...]
    rows: tuple[Row, ...]
    is_blank: bool = False


@dataclass(frozen=True)
class Section:
    """Paragraphs and then tables, on a page of its own or below the one before."""

    heading: str
    lines: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    starts_page: bool = False


@dataclass(frozen=True)
class Report:
    title: str
    subject: str
    sections: tuple[Section, ...]


def table(
    caption: str,
    columns: Mapping[str, int],
    rows: Iterable[Row | tuple],
    *,
    is_blank: bool = False,
) -> tuple[Table, ...]:
    """One table, or none without rows; ``columns`` give each heading its width."""
    found = tuple(row if isinstance(row, Row) else Row(tuple(row)) for row in rows)
    return (Table(caption, tuple(columns.items()), found, is_blank),) * bool(found)
