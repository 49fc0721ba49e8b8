"""
Tables: which columns of one tell its rows apart, and lists as files of values.

A column that says the same on every row is left out, and what it says is said once.
Files hold comma-separated values, as spreadsheets open them.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from django.http import HttpResponse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from strategic_areas.cells import escape
from strategic_areas.models import Plan

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


#: This mark tells spreadsheets that the file is UTF-8.
MARK = "\ufeff"


def csv_file(
    plan: Plan,
    name: str,
    header: Iterable[str],
    rows: Iterable[Iterable],
    recorded_until: date | None = None,
):
    """
    A file to save. Its name and its last column tell the day of its data.

    Of a reconstruction that is the day up to which the public record goes.

    Every text is escaped, so that no spreadsheet takes it for a formula. Dates are
    written as in ISO 8601; what is missing is an empty cell.
    """
    day = (recorded_until or timezone.localdate()).isoformat()
    words = _("Record up to") if recorded_until else _("Data as of")
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow([*header, words])
    writer.writerows([*map(_cell, row), day] for row in rows)
    response = HttpResponse(
        MARK + written.getvalue(), content_type="text/csv; charset=utf-8"
    )
    then = [plan.until.name] if plan.until else []
    file_name = quote(f"{slugify(' '.join([plan.code, name, *then, words, day]))}.csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def disputed_heading() -> str:
    """The heading of the column of ``disputed``, the same in every file."""
    return _("Not acknowledged by the institution")


def disputed(record) -> str:
    """ "Yes" while the institution does not acknowledge the record, else ""."""
    return _("yes") if record.is_disputed else ""


def _cell(value):
    return "" if value is None else escape(str(value))
