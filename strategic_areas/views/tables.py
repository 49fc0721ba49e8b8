"""Lists as files of comma-separated values, as spreadsheets open them."""

import csv
import io
from collections.abc import Iterable
from urllib.parse import quote

from django.http import HttpResponse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from strategic_areas.cells import escape
from strategic_areas.models import Plan

#: This mark tells spreadsheets that the file is UTF-8.
MARK = "\ufeff"


def csv_file(plan: Plan, name: str, header: Iterable[str], rows: Iterable[Iterable]):
    """
    A file to save. Its name and its last column tell the day of its data.

    Every text is escaped, so that no spreadsheet takes it for a formula. Dates are
    written as in ISO 8601; what is missing is an empty cell.
    """
    today = timezone.localdate()
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow([*header, _("Data as of")])
    writer.writerows([*map(_cell, row), today.isoformat()] for row in rows)
    response = HttpResponse(
        MARK + written.getvalue(), content_type="text/csv; charset=utf-8"
    )
    words = [plan.code, name, _("data as of"), today.isoformat()]
    if plan.until:
        words.insert(2, plan.until.name)
    file_name = quote(f"{slugify(' '.join(words))}.csv")
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
