"""The columns that tell a table's rows apart; what the rest say is said once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

#: From so many rows on, a column that says the same on each of them is left out.
MANY_ROWS = 5
#: What stands in a cell that tells nothing; such a column is left out of any table.
NOTHING = frozenset({None, ""})


@dataclass(frozen=True)
class Columns:
    """
    Which columns of a table are shown, and what the others say of every row.

    ``shown`` are names, in the order of the table. ``common`` are pairs of a heading
    and a value, "" where no row has any.
    """

    shown: tuple[str, ...]
    common: tuple[tuple[str, str], ...]


def telling(
    headings: Mapping[str, str], rows: Iterable[Mapping[str, object]]
) -> Columns:
    """
    The columns that earn their place.

    ``headings`` gives each column that may be left out its heading; every row holds by
    the same names what stands in its cells. A column that a reader needs on each row,
    such as a title, is not named at all.
    """
    rows, shown, common = list(rows), [], []
    for name, heading in headings.items():
        values = {row[name] for row in rows}
        if len(values) == 1 and (len(rows) >= MANY_ROWS or not values - NOTHING):
            (value,) = values
            common.append((heading, "" if value is None else str(value)))
        else:
            shown.append(name)
    return Columns(tuple(shown), tuple(common))
