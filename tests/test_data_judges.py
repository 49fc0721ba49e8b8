"""
The files of data as others' tools read them: frictionless, pandas, LibreOffice.

Both plans are read, the shipped one and the invented one in use: today's files and
those of an edition.
"""

import csv
import io
import json
import math
import runpy
import shutil
import subprocess
import zipfile
from collections import namedtuple
from datetime import date, datetime
from itertools import zip_longest

import frictionless
import pandas
import pytest
from openpyxl import load_workbook

from strategic_areas import spreadsheet_cells
from strategic_areas.datasets import editions
from strategic_areas.models import Edition, Plan
from strategic_areas.public_paths import public_path
from tests import states_plan
from tests.deep import DEEP
from tests.states_plan.staging import clock
from tests.strategic_areas.plans import shipped_content
from tests.strategic_areas.plans.kept import load_shipped

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 27)
SHIPPED, INVENTED = shipped_content()["plan"]["code"], states_plan.PLAN
#: The type of a column in the description → how pandas is to read it; days apart.
TYPES = {
    "string": "string",
    "integer": "Int64",
    "number": "Float64",
    "boolean": "boolean",
}
#: How LibreOffice writes every sheet: commas, quotes, UTF-8, numbers as stored.
EVERY_SHEET = (
    "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
)

#: What one address of files holds: by the name of a dataset, but ``package``.
Taken = namedtuple("Taken", ["package", "tables", "json", "workbook"])


#: Whose files are read: in the short form of one plan as it stands today, and of the
#: other in an edition.
PLACES = [(SHIPPED, "edition"), (INVENTED, "today")]
if DEEP:
    PLACES += [(SHIPPED, "today"), (INVENTED, "edition")]


@pytest.fixture(scope="module")
def told(lasting, kept_in_memory):
    load_shipped()
    states_plan.build(TODAY)
    with clock(TODAY):
        for plan in Plan.objects.filter(code__in=[SHIPPED, INVENTED], editions=None):
            editions.make_edition(plan)
        yield


@pytest.fixture(params=PLACES, ids="-".join)
def taken(request, client, told, kept):
    """All files of a plan."""
    plan, of = request.param
    if request.param not in kept:
        editions_of = Edition.objects.filter(plan__code=plan)
        number = editions_of.last().number if of == "edition" else ""
        kept[request.param] = take(client, plan, number)
    return kept[request.param]


@pytest.fixture(scope="module")
def kept():
    """What was taken already; between these tests nothing changes."""
    return {}


def take(client, plan, edition=""):
    """All files of a plan, or of an edition of it, as they are sent."""
    words = (plan, edition) if edition else (plan,)
    kind = "edition" if edition else "data"

    def read(name, *more):
        with clock(TODAY):
            answer = client.get(public_path(name, *words, *more, language="es"))
        assert answer.status_code == 200, (name, more)
        return b"".join(answer)

    package = read(f"{kind}_file", "paquete", "zip")
    names = [each["name"] for each in described(package)["resources"]]
    workbook = read("edition_workbook" if edition else "workbook")
    return Taken(
        package,
        {name: read(f"{kind}_file", name, "csv") for name in names},
        {name: json.loads(read(f"{kind}_file", name, "json")) for name in names},
        workbook,
    )


def described(package):
    """The description in a package."""
    with zipfile.ZipFile(io.BytesIO(package)) as files:
        return json.loads(files.read("datapackage.json"))


def as_pandas(resource, table):
    """A table as pandas reads it with the types of its description."""
    fields = resource["schema"]["fields"]
    days = [each["name"] for each in fields if each["type"] == "date"]
    types = {
        each["name"]: TYPES[each["type"]] for each in fields if each["type"] in TYPES
    }
    kinds = types | dict.fromkeys(days, "string")
    frame = pandas.read_csv(
        io.BytesIO(table), dtype=kinds, keep_default_na=False, na_values=[""]
    )
    for name in days:
        frame[name] = pandas.to_datetime(frame[name], format="%Y-%m-%d")
    return frame


def plain(value):
    """A cell of any form as the same plain value; None where it is empty."""
    if value is None or value is pandas.NA or value is pandas.NaT or value == "":
        return None
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, bool | date | str):
        text = value.isoformat() if isinstance(value, date) else value
        if isinstance(text, str):
            return spreadsheet_cells.unescape_formula(text).replace("\r\n", "\n")
        return text
    return int(value) if float(value).is_integer() else float(value)


def unequal(table, rows):
    """Where a table of pandas or a sheet differs from the rows of the JSON."""
    found = [("rows", len(table), len(rows))] if len(table) != len(rows) else []
    for place, (one, other) in enumerate(zip(table, rows, strict=False)):
        found += [
            (place, name, plain(one[name]), plain(other[name]))
            for name in other
            if plain(one[name]) != plain(other[name])
        ]
    return found


def sheets_of(workbook):
    """The sheets of a workbook, each as its heading and its rows."""
    book = load_workbook(io.BytesIO(workbook), read_only=True)
    found = {}
    for sheet in book.worksheets:
        heading, *rows = sheet.iter_rows(values_only=True)
        found[sheet.title] = (heading, rows)
    return found


def opened_by_libreoffice(workbook, folder):
    """The rows of texts that LibreOffice reads of each sheet, by its title."""
    (folder / "libro.xlsx").write_bytes(workbook)
    command = ["soffice", f"-env:UserInstallation=file://{folder}/profile"]
    command += ["--headless", "--convert-to", EVERY_SHEET, "--outdir", str(folder)]
    subprocess.run(
        [*command, str(folder / "libro.xlsx")],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return {
        file.stem.removeprefix("libro-"): list(
            csv.reader(file.read_text(encoding="utf-8").splitlines(keepends=True))
        )
        for file in folder.glob("libro-*.csv")
    }


def test_frictionless_finds_no_fault_in_a_package(taken, tmp_path):
    with zipfile.ZipFile(io.BytesIO(taken.package)) as files:
        files.extractall(tmp_path)
    report = frictionless.Package(str(tmp_path / "datapackage.json")).validate()

    # File, column and what is wrong.
    found = [("package", None, each.type, each.note) for each in report.errors]
    for task in report.tasks:
        found += [
            (task.name, getattr(each, "field_name", None), each.type, each.note)
            for each in task.errors
        ]
    assert found == []


def test_pandas_reads_each_table_as_its_json_has_it(taken):
    faults = {}
    for resource in described(taken.package)["resources"]:
        name = resource["name"]
        frame = as_pandas(resource, taken.tables[name])
        wrong = unequal(frame.to_dict("records"), taken.json[name]["rows"])
        faults |= {name: wrong} if wrong else {}

    assert faults == {}


def test_the_lines_of_its_read_me_read_a_table_as_it_is(taken, tmp_path, monkeypatch):
    with zipfile.ZipFile(io.BytesIO(taken.package)) as files:
        files.extractall(tmp_path)
    monkeypatch.chdir(tmp_path)
    for name in ("README.md", "LEEME.md"):
        said = (tmp_path / name).read_text(encoding="utf-8")
        lines = tmp_path / "lines.py"
        lines.write_text(said.split("```python")[1].split("```")[0], encoding="utf-8")

        rows = runpy.run_path(str(lines))["rows"]

        told = rows.to_dict("records")
        assert unequal(told, taken.json["commitments"]["rows"]) == []
        assert rows.dtypes["programme"] == "string"


def test_what_the_invented_plan_says_of_itself_travels_with_it(client, told):
    path = public_path("data_file", INVENTED, "paquete", "zip", language="es")
    with clock(TODAY):
        package = b"".join(client.get(path))

    with zipfile.ZipFile(io.BytesIO(package)) as files:
        said = [files.read(name).decode() for name in ("README.md", "LEEME.md")]
    about = described(package)
    assert ["Invented plan:" in said[0], "Plan inventado:" in said[1]] == [True, True]
    assert about["description"].startswith("Plan inventado:")
    assert (about["is_demonstration"], "contributors" in about) == (True, False)


def test_a_package_holds_the_files_that_stand_beside_it(taken):
    with zipfile.ZipFile(io.BytesIO(taken.package)) as files:
        inside = {name: files.read(f"{name}.csv") for name in taken.tables}

    assert inside == taken.tables


def test_a_workbook_has_the_cells_of_its_json(taken):
    sheets, faults = sheets_of(taken.workbook), {}
    for name, each in taken.json.items():
        titles = [column["title"]["es"] for column in each["columns"]]
        names = [column["name"] for column in each["columns"]]
        heading, rows = sheets[each["about"]["dataset"]["title"]["es"][:31]]
        assert [*heading] == titles
        # A row ends with its last cell that is not empty.
        table = [dict(zip_longest(names, row)) for row in rows]
        wrong = unequal(table, each["rows"])
        faults |= {name: wrong} if wrong else {}

    assert faults == {}


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_libreoffice_opens_a_workbook_and_reads_every_row(taken, tmp_path):
    opened = opened_by_libreoffice(taken.workbook, tmp_path)
    sheets = sheets_of(taken.workbook)

    assert {title: len(rows) for title, rows in opened.items()} == {
        title: len(rows) + 1 for title, (_heading, rows) in sheets.items()
    }
    assert {title: rows[0] for title, rows in opened.items()} == {
        title: [each or "" for each in heading]
        for title, (heading, _rows) in sheets.items()
    }


def test_an_unequal_cell_is_found(taken):
    resources = {each["name"]: each for each in described(taken.package)["resources"]}
    frame = as_pandas(resources["commitments"], taken.tables["commitments"])
    rows = taken.json["commitments"]["rows"]
    title = rows[0]["title_es"]

    planted = [rows[0] | {"title_es": "Otro título"}, *rows[1:]]

    found = unequal(frame.to_dict("records"), planted)
    assert found == [(0, "title_es", title, "Otro título")]
