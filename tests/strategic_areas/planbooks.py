"""A member of the secretariat who takes a plan as a workbook and brings it back."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from strategic_areas.desk.plan_workbook.comparison import STORED_CODE
from strategic_areas.plan_document.tables import EDITED_TABLES
from strategic_areas.workbooks.writing import content_of
from tests import make

NAMES_ROW, FIRST_ROW = 1, 3


class PlanBook:
    """A workbook of a plan, opened; cells go by sheet, stored code and column."""

    def __init__(self, content):
        self.book = load_workbook(io.BytesIO(content))
        self.pages = {}
        for page in self.book:
            name, _dot, column = str(page.cell(NAMES_ROW, 1).value).partition(".")
            if column and name in EDITED_TABLES:
                self.pages[name] = page

    def columns(self, sheet):
        names = [cell.value.partition(".")[2] for cell in self.pages[sheet][NAMES_ROW]]
        return {name: place for place, name in enumerate(names, 1)}

    def rows(self, sheet):
        """Stored code → number of its row."""
        page, column = self.pages[sheet], self.columns(sheet)[STORED_CODE]
        numbers = range(FIRST_ROW, page.max_row + 1)
        found = {page.cell(number, column).value: number for number in numbers}
        return {code: number for code, number in found.items() if code}

    def cell(self, sheet, code, name):
        page = self.pages[sheet]
        return page.cell(self.rows(sheet)[code], self.columns(sheet)[name])

    def fill(self, sheet, code, /, **values):
        for name, value in values.items():
            self.cell(sheet, code, name).value = value
        return self

    def add(self, sheet, /, **values):
        page, columns = self.pages[sheet], self.columns(sheet)
        number = max(page.max_row, FIRST_ROW - 1) + 1
        for name, value in values.items():
            page.cell(number, columns[name]).value = value
        return self

    @property
    def content(self):
        return content_of(self.book)


class Keeper:
    """
    She keeps one plan; ``client`` is signed in as her.

    ``taken`` is the content of the workbook that she took, if she did before.
    """

    def __init__(self, client, user, plan, taken=None):
        self.client, self.user, self.plan, self.taken = client, user, plan, taken
        client.force_login(user)

    @classmethod
    def of(cls, plan):
        keeper = cls(Client(), make.reviewer(), plan)
        keeper.taken = keeper.file_of(plan)
        return keeper

    def with_client(self, client):
        return Keeper(client, self.user, self.plan, self.taken)

    @property
    def book(self):
        return PlanBook(self.taken)

    def address(self, name="planbook"):
        return reverse(f"admin:{name}", args=[self.plan.code])

    def take(self, plan=None):
        return PlanBook(self.file_of(plan or self.plan))

    def file_of(self, plan):
        address = reverse("admin:planbook_file", args=[plan.code])
        return self.client.get(address).content

    def bring(self, book, *, name="plan.xlsx"):
        content = book if isinstance(book, bytes) else book.content
        file = SimpleUploadedFile(name, content)
        return self.client.post(self.address(), {"workbook": file})

    def keep(self, response, **act):
        """Save, or send for approval, what the preview showed."""
        signed_lines = response.context["save_form"]["signed_lines"].value()
        return self.client.post(
            self.address("planbook_save"), {"signed_lines": signed_lines, **act}
        )
