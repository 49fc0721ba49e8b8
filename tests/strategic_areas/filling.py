"""A focal point who fills the sheet as a workbook: download, change cells, upload."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from tests import make
from tests.strategic_areas.lasting import Lasting

TEXT = "Se capacitó a los fiscales de tres provincias."
NAMES_ROW, FIRST_ROW = 1, 3


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
        written = io.BytesIO()
        self.book.save(written)
        return written.getvalue()


def in_state(response, state):
    """The outcomes of the lines of an upload that are in this state."""
    return [each for each in response.context["outcomes"] if each.state == state]


class Filler(Lasting):
    """One activity of hers and an open round; with a client she is signed in."""

    def __init__(self, client=None):
        self.agency = make.agency()
        self.activity = make.activity(agency=self.agency)
        self.plan = self.activity.plan
        self.period = make.round(plan=self.plan, code="2026-t4")
        self.user = make.focal_point(agency=self.agency)
        if client:
            self.sign_in(client)

    def address(self, name="workbook", *, period=None, agency=None):
        keys = [(period or self.period).pk, (agency or self.agency).slug]
        return reverse(f"admin:{name}", args=keys)

    def another(self, **fields):
        return make.activity(
            commitment=self.activity.commitment, agency=self.agency, **fields
        )

    def published_before(self, activity=None, **fields):
        return make.earlier_report(
            activity or self.activity,
            by=self.user,
            **{"percent": 40, "narrative_es": TEXT, **fields},
        )

    def download(self):
        return Book(self.client.get(self.address()).content)

    def upload(self, book, *, name="hoja.xlsx"):
        content = book if isinstance(book, bytes) else book.content
        return self.client.post(
            self.address(), {"workbook": SimpleUploadedFile(name, content)}
        )

    def save(self, response):
        """Save what the preview announced."""
        staged = response.context["form"]["staged"].value()
        return self.client.post(self.address("workbook_save"), {"staged": staged})


class Kept(Filler):
    """One whose rows last through a module, and the workbook that she downloads."""

    def keep(self):
        super().keep()
        person = self.again(Client())
        self.kept = person.client.get(person.address()).content
        return self

    def book(self):
        """What she downloads while nothing has changed."""
        return Book(self.kept)
