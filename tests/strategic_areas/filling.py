"""A focal point who fills the sheet as a workbook: download, change cells, upload."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation
from openpyxl import load_workbook

from strategic_areas.desk.sheet_workbook.update_lines import columns_of
from strategic_areas.models import ActivityUpdate
from strategic_areas.workbooks.writing import content_of
from tests.world import Desk

NAMES_ROW, FIRST_ROW = 1, 3
COLUMNS = columns_of(ActivityUpdate)


class Book:
    """A downloaded workbook, opened; cells go by activity and column name."""

    #: The name of the column by which the rows of the page are known.
    key = "activity"

    def __init__(self, content):
        self.book = load_workbook(io.BytesIO(content))
        self.page = next(
            page for page in self.book if page.cell(NAMES_ROW, 1).value == self.key
        )

    def columns(self):
        return {cell.value: cell.column for cell in self.page[NAMES_ROW]}

    def letters(self):
        return {cell.value: cell.column_letter for cell in self.page[NAMES_ROW]}

    def numbers(self):
        """Activity id → number of its line."""
        column = self.columns()[self.key]
        lines = range(FIRST_ROW, self.page.max_row + 1)
        return {self.page.cell(line, column).value: line for line in lines}

    def cell(self, activity, name):
        return self.page.cell(self.numbers()[activity.pk], self.columns()[name])

    def fill(self, activity, /, **values):
        for name, value in values.items():
            self.cell(activity, name).value = value
        return self

    @property
    def content(self):
        return content_of(self.book)


def in_state(response, state):
    return [each for each in response.context["outcomes"] if each.state == state]


def faults(response):
    """The cells, or numbers of rows, in which something is wrong."""
    return [
        fault.place or fault.number
        for outcome in response.context["outcomes"]
        for fault in outcome.faults
    ]


def spanish(name, value):
    """What a cell of a report's column shows."""
    with translation.override("es"):
        return COLUMNS[name].word(value)


class Filler(Desk):
    """One who fills the sheet as a workbook; with a client she is signed in."""

    def __init__(self, client=None, **fields):
        super().__init__(**fields)
        if client:
            self.sign_in(client)

    def address(self, name="workbook", *more, **keys):
        return super().address(name, *more, **keys)

    def download(self):
        return Book(self.client.get(self.address()).content)

    def upload(self, book, *, name="hoja.xlsx"):
        content = book if isinstance(book, bytes) else book.content
        return self.post("workbook", workbook=SimpleUploadedFile(name, content))

    def confirm(self, response):
        signed_lines = response.context["form"]["signed_lines"].value()
        return self.post("workbook_save", signed_lines=signed_lines)


class Kept(Filler):
    """One whose rows last through a module, and the workbook that she downloads."""

    def keep(self):
        super().keep()
        person = self.again(Client())
        self.kept = person.client.get(person.address()).content
        return self

    def book(self):
        return Book(self.kept)
