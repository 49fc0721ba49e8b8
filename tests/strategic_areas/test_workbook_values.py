"""Values of indicators in the workbook of a round: written, read, and handed in."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from strategic_areas.figures.submission import VALUE_STEPS
from strategic_areas.models import PublishedFigure
from strategic_areas.models.measurements import ReportedValue
from strategic_areas.workbooks.writing import content_of
from tests import make
from tests.deep import drawn
from tests.strategic_areas.filling import in_state
from tests.strategic_areas.test_value_grid import GridDesk, values

pytestmark = pytest.mark.django_db


#: What is typed in the row of a year → the column whose cell is told to be wrong.
FAULTS = [
    ({"total": -1}, "value_total"),
    ({"total": "muchas"}, "value_total"),
    ({"total": 40, "certainty": "quizás"}, "value_certainty"),
    ({"total": "=20+20"}, "value_total"),
    ({"total": 40, "note": "Cédula 001-1234567-8."}, "value_note"),
    ({"girl": 3}, "value_total"),
    ({"total": 40, "girl": 3}, None),
]


class ValueBook:
    """The sheet of values of a downloaded workbook; cells go by year and name."""

    def __init__(self, content):
        self.book = load_workbook(io.BytesIO(content))
        pages = [each for each in self.book if each["A1"].value == "value_key"]
        self.page = pages[0] if pages else None

    @property
    def columns(self):
        return {cell.value: cell.column for cell in self.page[1]}

    def cell(self, year, name, code=None):
        for line in range(3, self.page.max_row + 1):
            days = self.page.cell(line, self.columns["value_days"]).value
            own = self.page.cell(line, self.columns["value_code"]).value
            if days == str(year) and code in {None, own}:
                return self.page.cell(line, self.columns[name])
        raise LookupError(year)

    def fill(self, year, /, **told):
        for name, value in told.items():
            name = {"woman": "sex+age.woman", "girl": "sex+age.girl"}.get(
                name, f"value_{name}"
            )
            self.cell(year, name).value = value
        return self

    @property
    def content(self):
        return content_of(self.book)


class ValueFiller(GridDesk):
    def url(self, name="workbook"):
        return reverse(f"admin:{name}", args=[self.period.pk, self.agency.slug])

    def download(self):
        return ValueBook(self.client.get(self.url()).content)

    def upload(self, book):
        file = SimpleUploadedFile("hoja.xlsx", book.content)
        return self.client.post(self.url(), {"workbook": file})

    def keep(self):
        super().keep()
        person = self.again(Client())
        self.kept = person.client.get(person.url()).content
        return self

    def book(self):
        return ValueBook(self.kept)

    def save(self, page):
        signed_lines = page.context["form"]["signed_lines"].value()
        return self.client.post(
            self.url("workbook_save"), {"signed_lines": signed_lines}
        )


@pytest.fixture(scope="module")
def kept_filler(lasting):
    return ValueFiller().keep()


def faults(page):
    """The cells in which something is wrong, with the heading of their column."""
    return [
        (fault.place or fault.number, fault.header)
        for outcome in page.context["outcomes"]
        for fault in outcome.faults
    ]


def kinds(page):
    found = {}
    for each in page.context["outcomes"]:
        if each.worksheet.name == "value":
            year = each.row and each.row.value.starts_on.year
            found.setdefault(each.state.value, []).append(year)
    return found


def test_the_sheet_has_a_row_for_each_value_and_a_column_for_each_part(filler):
    filler.hand_in()

    book = filler.download()

    assert {"value_total", "value_certainty", "sex+age.woman"} <= set(book.columns)
    assert book.cell(2025, "value_total").protection.locked is False
    assert book.cell(2024, "value_total").protection.locked is True
    assert book.cell(2025, "value_total").value is None


def test_where_no_value_is_asked_the_workbook_has_no_such_sheet(filler):
    type(filler.indicator).objects.update(frequency="not_asked")

    assert filler.download().page is None


def test_what_is_filled_in_is_handed_in_once_and_not_before_it_is_saved(filler):
    book = filler.book().fill(2024, total=40, woman=30, girl=10, note="Sin Azua.")

    page = filler.upload(book)
    before = values()
    answer, _again = filler.save(page), filler.save(page)

    (outcome,) = in_state(page, "new")
    told = {change.header: change.new for change in outcome.changes}
    assert (before, kinds(page)) == ([], {"new": [2024], "unchanged": [2025]})
    assert told["Valor"] == "40"
    assert page.context["hands_in"]
    assert answer.status_code == 302
    assert values() == [(2024, 40, {"sex+age": {"woman": "30", "girl": "10"}})]
    assert ReportedValue.objects.get().note == "Sin Azua."
    assert not PublishedFigure.objects.exists()


@pytest.mark.parametrize(("other", "level"), [(39, "warning"), (40, "success")])
def test_a_number_that_was_not_handed_in_is_not_called_so(filler, other, level):
    page = filler.upload(filler.book().fill(2024, total=40, note="Sin Azua."))
    filler.hand_in(value=other, note="Sin Azua.")

    filler.save(page)

    told = filler.client.get(filler.url("sheet")).context["messages"]
    assert [each.level_tag for each in told] == [level]
    assert [value for _year, value, _parts in values()] == [other]


@pytest.mark.parametrize(("told", "name"), drawn(FAULTS, 3, key="faults"))
def test_each_fault_stands_by_its_cell_and_nothing_is_handed_in(filler, told, name):
    book = filler.book().fill(2025, **told)
    line = book.cell(2025, "value_code").row
    cell = book.cell(2025, name).coordinate if name else line
    header = book.page.cell(2, book.columns[name]).value if name else ""

    page = filler.upload(book)

    assert (cell, header) in faults(page)
    assert kinds(page) == {"refused": [2025], "unchanged": [2024]}
    assert page.context["form"]["signed_lines"].value() == ""


def test_a_number_far_from_the_last_is_asked_about_by_its_cell(filler):
    make.published_figure(indicator=filler.indicator, year=2020, value=40)
    book = filler.book().fill(2024, total=4000)
    asked = faults(filler.upload(book))

    filler.save(filler.upload(book.fill(2024, why="Es otra cuenta.")))

    assert asked[0][0] == book.cell(2024, "value_why").coordinate
    assert [value for _year, value, _parts in values()] == [4000]


def test_a_returned_value_comes_with_what_was_handed_in(filler):
    VALUE_STEPS.decline(filler.hand_in(value=77), by=make.reviewer(), reason="Falta.")
    book = filler.download()
    held, unchanged = book.cell(2024, "value_total").value, kinds(filler.upload(book))

    filler.save(filler.upload(book.fill(2024, total=78)))

    assert (held, unchanged) == (77, {"unchanged": [2024, 2025]})
    assert [value for _year, value, _parts in values()] == [77, 78]


def test_a_workbook_with_the_headings_of_an_earlier_time_is_read(filler):
    book = filler.book().fill(2024, total=40)
    assert book.page["A2"].value == "key"
    book.page["A2"].value = "value"

    assert kinds(filler.upload(book)) == {"new": [2024], "unchanged": [2025]}


def test_what_was_handed_in_meanwhile_is_not_handed_in_again(filler):
    book = filler.book().fill(2024, total=40)
    filler.hand_in(value=39)

    page = filler.upload(book)

    assert kinds(page) == {"refused": [2024], "unchanged": [2025]}
    assert [value for _year, value, _parts in values()] == [39]


def test_a_part_that_the_indicator_does_not_have_is_refused(filler):
    other = make.indicator(
        plan=filler.plan, agency=filler.agency, frequency="yearly", counts="money"
    )
    book = filler.download()
    book.cell(2024, "value_total", other.code).value = 5
    book.cell(2024, "sex+age.girl", other.code).value = 5

    page = filler.upload(book)

    place = book.cell(2024, "sex+age.girl", other.code).coordinate
    assert [cell for cell, _header in faults(page)] == [place]


def test_reports_and_values_come_back_together(filler):
    activity = make.activity(plan=filler.plan, agency=filler.agency)
    book = filler.download().fill(2024, total=40)
    reports = next(page for page in book.book if page["A1"].value == "activity")
    names = {cell.value: cell.column for cell in reports[1]}
    reports.cell(3, names["percent"]).value = 30
    reports.cell(3, names["execution"]).value = "En ejecución"
    reports.cell(3, names["narrative_es"]).value = "Se hizo una parte."

    page = filler.upload(book)
    filler.save(page)

    assert page.context["count"] == 2
    assert activity.updates.get().percent == 30
    assert [value for _year, value, _parts in values()] == [40]


@pytest.mark.parametrize(
    ("cell", "value"), [("50,0", 50), ("1.250.000", 1250000), (1250, 1250)]
)
def test_a_cell_that_is_text_is_read_as_a_form_reads_it(filler, cell, value):
    page = filler.upload(filler.book().fill(2025, total=cell))
    filler.save(page)

    assert values() == [(2025, value, {})]


def test_a_cell_of_text_that_could_be_two_numbers_is_asked_back(filler):
    page = filler.upload(filler.book().fill(2025, total="1.250"))

    assert [header for _place, header in faults(page)] == ["Valor"]
    assert "puede ser 1250 o 1.25" in page.content.decode()


def test_a_number_of_the_program_is_never_doubted(filler):
    filler.indicator.counts = "other"
    filler.indicator.save()

    page = filler.upload(filler.book().fill(2025, total=2.125))

    assert faults(page) == []
    (outcome,) = in_state(page, "new")
    assert [(each.header, each.new) for each in outcome.changes] == [
        ("Valor", "2.125"),
        ("Cifra provisional o confirmada", "Provisional"),
    ]
