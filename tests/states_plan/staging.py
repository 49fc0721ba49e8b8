"""The files of the invented plans, moved to today; and a clock to play them by."""

import calendar
import io
import re
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

import pikepdf
import time_machine
import yaml
from django.core.management import call_command

from strategic_areas.importing.reading import LOADER

FOLDER = Path(__file__).parent
#: The files are written as if today fell between this day and a month later.
WRITTEN_FOR = date(2028, 7, 15)
DATE = re.compile(r"\b(20\d\d)-(\d\d)-(\d\d)\b")


class Stage:
    """Today, for which every date of the files is moved by whole months."""

    def __init__(self, today):
        self.today = today
        months = 12 * (today.year - WRITTEN_FOR.year) + today.month - WRITTEN_FOR.month
        self.months = months if today.day >= WRITTEN_FOR.day else months - 1

    def moved(self, day):
        """The same day as many months later; the last of a month stays the last."""
        years, month = divmod(day.month - 1 + self.months, 12)
        year = day.year + years
        last = calendar.monthrange(year, month + 1)[1]
        is_last = day.day == calendar.monthrange(day.year, day.month)[1]
        return date(year, month + 1, last if is_last else min(day.day, last))

    def text(self, name):
        """A file of this folder with its dates moved."""
        return DATE.sub(
            lambda found: str(self.moved(date(*map(int, found.groups())))),
            (FOLDER / name).read_text(encoding="utf-8"),
        )

    def load(self, name):
        """Load a plan file."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.write_text(self.text(name), encoding="utf-8")
            call_command("load_plan", str(path), stdout=io.StringIO())

    def read(self, name):
        return yaml.load(self.text(name), LOADER)  # noqa: S506 - safe

    def on(self, written):
        """Noon in Santo Domingo of a day as the files write it."""
        return clock(self.day(written))

    def day(self, written):
        return self.moved(date.fromisoformat(written))


def clock(day):
    """Stop the clock at noon of the day in Santo Domingo."""
    noon = datetime(day.year, day.month, day.day, 16, tzinfo=UTC)
    return time_machine.travel(noon, tick=False)


def pdf(title):
    """One page with its title, which says that it is invented."""
    lines = (title, "Documento inventado, para mostrar el portal.")
    text = b"".join(
        b"BT /F 16 Tf 72 %d Td (%s) Tj ET\n" % (700 - 40 * row, line.encode("cp1252"))
        for row, line in enumerate(lines)
    )
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.Type1,
        BaseFont=pikepdf.Name.Helvetica,
        Encoding=pikepdf.Name.WinAnsiEncoding,
    )
    written = io.BytesIO()
    with pikepdf.new() as document:
        page = document.add_blank_page()
        page.Contents = document.make_stream(text)
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
        document.save(written)
    return written.getvalue()
