"""The files of data: what they hold, how they are sent, when they are made."""

import csv
import gzip
import io
import json
import zipfile
from datetime import date

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from plan_portal.conditional_get import FOR_PAGE_CACHE, KEEP_HEADER
from strategic_areas.datasets import DATASETS, editions, file_cache
from strategic_areas.datasets.columns import (
    GAPS,
    CellKind,
    DataColumn,
    Dataset,
    GapReason,
)
from strategic_areas.datasets.file_cache import FileCache, NotReadyError
from strategic_areas.datasets.formats import (
    PACKAGE,
    as_csv,
    as_json,
    as_package,
    as_workbook,
)
from strategic_areas.datasets.formats.package import describe
from strategic_areas.datasets.snapshots import Snapshot, take_snapshot
from strategic_areas.models import Commitment, Edition, PublicationVersion
from strategic_areas.models.publication import VersionCounters
from strategic_areas.views import data, datasets
from tests import make
from tests.plan_portal.fronts import Reply

DAY = date(2026, 11, 30)
THINGS = Dataset(
    "things",
    "Things",
    "a thing",
    "never",
    (
        DataColumn("code", "Code"),
        DataColumn("words_es", "Words", gap=GapReason.NOT_REPORTED),
        DataColumn("number", "Number", CellKind.NUMBER, GapReason.PROTECTED, unit="%"),
        DataColumn("is_new", "New", CellKind.BOOLEAN),
        DataColumn("said_on", "Said on", CellKind.DAY, GapReason.NOT_DUE),
    ),
    ("code",),
    list,
)
ROWS = {
    "1": {
        "code": "1",
        "words_es": '=SUM(A1) "o" más,\notra línea',
        "number": 0,
        "is_new": True,
        "said_on": "2026-01-31",
    },
    "2": {
        "code": "2",
        "words_es": None,
        "number": None,
        "is_new": False,
        "said_on": None,
    },
}
TAKEN = Snapshot("p-1", "Plan uno", "Plan one", DAY, "", False, {"things": ROWS})


@pytest.fixture
def moved(monkeypatch):
    """Lets the publication version be this one, after so many takedowns."""

    def move(number, takedowns=0):
        counters = VersionCounters(number, takedowns)
        monkeypatch.setattr(PublicationVersion, "counters", lambda: counters)

    move(1)
    return move


@pytest.fixture
def shelf(plan, moved, monkeypatch):
    """A shelf that makes files when the test says so."""
    monkeypatch.setattr(file_cache, "MAX_WAIT", 0)
    shelf = FileCache(max_bytes=0)
    shelf._thread = "of the test"
    return shelf


@pytest.fixture
def plan(db):
    """A plan with a commitment of its own."""
    plan = make.plan(code="p-1")
    make.commitment(plan=plan, code="C-1", title_es="Capacitación")
    return plan


def file_of(plan, name="commitments", form="csv"):
    return reverse("es:data_file", args=[plan.code, name, form])


def test_a_csv_file_has_a_mark_names_and_cells_as_declared():
    found = as_csv(THINGS, ROWS.values())

    assert found.decode() == (
        "\ufeffcode,words_es,number,is_new,said_on\r\n"
        '1,"\'=SUM(A1) ""o"" más,\notra línea",0,true,2026-01-31\r\n'
        "2,,,false,\r\n"
    )


def test_a_json_file_says_what_it_is_and_has_numbers_as_numbers():
    found = json.loads(as_json(TAKEN, THINGS))

    assert list(found) == ["about", "columns", "rows"]
    assert found["about"]["data_as_of"] == "2026-11-30"
    assert found["about"]["title"] == {"es": "Plan uno", "en": "Plan one"}
    assert found["about"]["dataset"]["key"] == ["code"]
    assert found["columns"][2] == {
        "name": "number",
        "title": {"es": "Number", "en": "Number"},
        "type": "number",
        "unit": {"es": "%", "en": "%"},
        "empty": {
            "code": "protected",
            "es": "Protegido: podría llevar hasta una persona, o la ley lo reserva",
            "en": "Protected: it could lead to a person, or the law withholds it",
        },
    }
    assert found["rows"] == list(ROWS.values())


def in_words(cell):
    """The value of a cell; of a date its words, which a text would not have."""
    return f"{cell.value:%Y-%m-%d %H:%M}" if cell.is_date else cell.value


def test_a_workbook_has_its_dictionary_first_and_days_as_dates():
    book = load_workbook(io.BytesIO(as_workbook(TAKEN, {"things": THINGS}, "es")))

    dictionary, codes, things, about = book.worksheets
    assert [each.title for each in book.worksheets] == [
        *("Diccionario", "Códigos", "Things", "Sobre estos datos")
    ]
    assert {each.freeze_panes for each in book.worksheets} == {"A2"}
    assert [each.value for each in dictionary[4]] == [
        *("things", "number", "Number", None, "Número", "%"),
        "Protegido: podría llevar hasta una persona, o la ley lo reserva",
        *(False, None),
    ]
    assert [[in_words(cell) for cell in row] for row in things] == [
        ["Code", "Words", "Number", "New", "Said on"],
        ["1", '\'=SUM(A1) "o" más,\notra línea', 0, True, "2026-01-31 00:00"],
        ["2", None, None, False, None],
    ]


def test_a_package_is_the_same_for_the_same_rows_and_bits():
    first = as_package(TAKEN, {"things": THINGS}, "0f")
    same = as_package(TAKEN, {"things": THINGS}, "0f")
    other = as_package(TAKEN, {"things": THINGS}, "f0")

    assert first == same != other
    with zipfile.ZipFile(io.BytesIO(first)) as package:
        assert package.namelist() == [
            *("datapackage.json", "LEEME.md", "README.md", "things.csv")
        ]
        assert package.read("things.csv") == as_csv(THINGS, ROWS.values())
        assert package.read("LEEME.md").decode().startswith("# Plan uno\n")
        assert package.read("README.md").decode().startswith("# Plan one\n")


def test_a_package_describes_what_its_columns_are():
    described = describe(TAKEN, {"things": THINGS}, "0f")
    (resource,) = described["resources"]
    fields = {each["name"]: each for each in resource["schema"]["fields"]}

    assert described["version"] == "2026-11-30"
    assert described["random"] == "0f"
    assert resource["schema"]["primaryKey"] == ["code"]
    assert fields["code"]["constraints"] == {"required": True, "unique": True}
    assert fields["number"]["missingValues"] == [
        {"value": "", "label": GAPS[GapReason.PROTECTED]}
    ]
    assert fields["said_on"]["type"] == "date"


def test_an_edition_has_files_of_its_own_rows(client, plan):
    edition = editions.make_edition(plan)
    Commitment.objects.update(title_es="Otro título")
    place = [plan.code, edition.number]

    kept = client.get(reverse("es:edition_file", args=[*place, "commitments", "csv"]))
    now = client.get(file_of(plan))
    book = client.get(reverse("en:edition_workbook", args=place))
    gone = client.get(reverse("es:edition_file", args=["p-1", "1999-1", "a", "csv"]))

    assert b"Capacitaci" in kept.content
    assert "Otro título".encode() in now.content
    assert b"Capacitaci" not in now.content
    sheets = load_workbook(io.BytesIO(book.content)).sheetnames
    assert sheets[:2] == ["Dictionary", "Codes"]
    assert gone.status_code == 404


def test_each_dataset_of_a_plan_is_a_file_in_each_form(client, plan):
    taken = take_snapshot(plan)
    for name, dataset in DATASETS.items():
        names = [each.name for each in dataset.columns]

        table = client.get(file_of(plan, name)).content.decode("utf-8-sig")
        told = client.get(file_of(plan, name, "json")).json()

        assert next(csv.reader(io.StringIO(table))) == names
        assert told["rows"] == list(taken.tables[name].values())


def test_a_file_is_sent_to_programs_of_other_sites(client, plan):
    response = client.get(file_of(plan))

    assert {
        name: response.headers[name]
        for name in (
            *("Content-Type", "Access-Control-Allow-Origin", "X-Robots-Tag", "Vary"),
            *("Cross-Origin-Resource-Policy", "Cache-Control"),
        )
    } == {
        "Content-Type": "text/csv; charset=utf-8",
        "Access-Control-Allow-Origin": "*",
        "X-Robots-Tag": "noindex",
        "Vary": "Accept-Encoding",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Cache-Control": "public, no-cache",
    }
    assert response.headers["Content-Disposition"].startswith(
        'attachment; filename="p-1-commitments-20'
    )


def test_a_file_is_packed_for_who_takes_it_packed(client, plan):
    plain = client.get(file_of(plan))

    packed = client.get(file_of(plan), headers={"accept-encoding": "br, gzip"})
    refused = client.get(file_of(plan), headers={"accept-encoding": "gzip;q=0"})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content == refused.content
    assert "Content-Encoding" not in {**plain.headers, **refused.headers}
    assert packed.headers["ETag"] != plain.headers["ETag"]


def test_what_a_program_has_is_not_sent_again(client, plan):
    etag = client.get(file_of(plan)).headers["ETag"]

    again = client.get(file_of(plan), headers={"if-none-match": etag})
    head = client.head(file_of(plan))

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["Access-Control-Allow-Origin"] == "*"
    assert (head.status_code, head.headers["ETag"]) == (200, etag)


@pytest.mark.parametrize(
    ("plan_code", "name", "form"),
    [
        ("nobody", "commitments", "csv"),
        ("p-1", "nothing", "csv"),
        ("p-1", "commitments", "exe"),
        ("draft", "commitments", "csv"),
    ],
)
def test_what_does_not_exist_is_no_file(client, plan, plan_code, name, form):
    make.plan(code="draft", status="in_preparation")

    response = client.get(reverse("es:data_file", args=[plan_code, name, form]))

    assert response.status_code == 404


def test_the_index_names_each_plan_and_its_files(client, plan):
    found = client.get("/datos/indice.json").json()["plans"]

    assert [each["plan"] for each in found] == ["p-1"]
    assert [each["name"] for each in found[0]["datasets"]] == list(DATASETS)
    commitments = {each["name"]: each for each in found[0]["datasets"]}["commitments"]
    assert commitments["rows"] == 1
    assert commitments["csv"].endswith("/datos/p-1/commitments.csv")


def test_the_front_passes_files_on_and_keeps_none(make_front, plan):
    front = make_front()
    path = file_of(plan)

    first = Reply(front, path, accept_encoding="gzip")
    again = Reply(
        front, path, accept_encoding="gzip", if_none_match=first.headers["ETag"]
    )

    assert (first.status, again.status) == (200, 304)
    assert first.headers["Content-Encoding"] == "gzip"
    assert path not in front.memory.pages


def test_files_are_made_once_for_a_version_and_a_day(shelf, plan, moved, monkeypatch):
    shelf._make()
    made = shelf.files(plan)
    shelf._make()
    same = shelf.files(plan)
    moved(2)
    before = shelf.files(plan)
    shelf._make()
    anew = shelf.files(plan)
    monkeypatch.setattr(file_cache.timezone, "localdate", lambda: date(2030, 1, 1))
    shelf._make()

    assert made is same is before
    assert len({made, anew, shelf.files(plan)}) == 3
    assert made.snapshot.tables == {}
    assert made.counts["commitments"] == 1


def test_what_was_made_before_a_taking_away_is_never_served(shelf, plan, moved):
    shelf._make()
    moved(2, takedowns=1)

    with pytest.raises(NotReadyError):
        shelf.files(plan)

    assert shelf.available_files(plan) is None
    shelf.drop_made_before_takedown(1)
    moved(1)
    assert shelf.available_files(plan) is None


def test_what_is_taken_away_meanwhile_is_in_none(shelf, plan, moved, monkeypatch):
    def read(plan):
        found = take_snapshot(plan)
        moved(2, takedowns=1)
        return found

    monkeypatch.setattr(file_cache, "read_unchanging", read)
    shelf._make()
    moved(1)

    assert shelf.available_files(plan) is None
    assert shelf._wake.is_set()


def test_who_asks_too_early_is_told_to_come_again(client, shelf, plan, monkeypatch):
    """Other sites too are told what is no file."""
    leads = client.get("/indicadores.csv?area=x")
    monkeypatch.setattr(datasets, "FILE_CACHE", shelf)

    response = client.get(file_of(plan))

    assert (leads.status_code, response.status_code) == (302, 503)
    for answer in (leads, response):
        assert answer["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Retry-After"] == "5"
    assert response.headers["Cache-Control"] == "no-store"
    assert "ETag" not in response.headers
    assert shelf._wake.is_set()


def test_one_reader_waits_and_the_next_is_told_at_once(shelf, plan, monkeypatch):
    shelf._waiting_lock.acquire()
    monkeypatch.setattr(file_cache, "MAX_WAIT", 60)

    with pytest.raises(NotReadyError):
        shelf.files(plan)


def test_who_waits_gets_what_is_made_meanwhile(shelf, plan, monkeypatch):
    monkeypatch.setattr(shelf._changed, "wait", lambda patience: shelf._make())

    assert shelf.files(plan).counts["commitments"] == 1


def test_files_that_cannot_be_made_do_not_end_the_maker(shelf, monkeypatch, caplog):
    rounds = iter([True, True, False])
    monkeypatch.setattr(shelf._wake, "wait", lambda: next(rounds))
    monkeypatch.setattr(file_cache.connection, "close", lambda: None)
    monkeypatch.setattr(file_cache, "MIN_PAUSE", 0)
    monkeypatch.setattr(shelf, "_make", lambda: 1 / 0)

    shelf._run()

    assert [each.message for each in caplog.records] == [
        "The files of data were not made"
    ] * 2


def test_only_a_takedown_ends_the_pause(shelf, plan):
    shelf._make()
    made = shelf.available_files(plan).version

    shelf.drop_made_before_takedown(made.takedowns)
    ended_by_nothing = shelf._dropped.is_set()
    shelf.drop_made_before_takedown(made.takedowns + 1)

    assert not ended_by_nothing
    assert shelf._dropped.is_set()


def test_a_plan_that_fails_keeps_no_other_away(shelf, plan, monkeypatch, caplog):
    other = make.plan()

    def read(each):
        return take_snapshot(each) if each == other else 1 / 0

    monkeypatch.setattr(file_cache, "read_unchanging", read)
    shelf._make()

    assert shelf.available_files(plan) is None
    assert shelf.available_files(other).counts["commitments"] == 0
    assert f"The files of plan {plan.pk} were not made" in caplog.text


def test_a_page_with_old_sizes_is_not_kept(client, shelf, plan, moved, monkeypatch):
    monkeypatch.setattr(data, "FILE_CACHE", shelf)
    path = reverse("es:plan_data", args=[plan.code])

    def is_kept():
        return KEEP_HEADER in client.get(path, **{FOR_PAGE_CACHE: True}).headers

    before = is_kept()
    shelf._make()
    ready_now = is_kept()
    moved(2)

    assert (before, ready_now, is_kept()) == (False, True, False)


def test_an_edition_from_which_something_is_taken_is_not_found(client, plan):
    edition = editions.make_edition(plan)
    place = [plan.code, edition.number]
    files = [(name, form) for name in DATASETS for form in ("csv", "json")]
    paths = [
        *(reverse("es:edition_file", args=[*place, *file]) for file in files),
        reverse("es:edition_file", args=[*place, *PACKAGE.split(".")]),
        reverse("es:edition_workbook", args=place),
        reverse("en:edition_workbook", args=place),
        reverse("es:edition", args=place),
        reverse("es:difference_today", args=place),
        reverse("es:difference_today_file", args=[*place, "csv"]),
    ]

    def answers():
        return {client.get(path).status_code for path in paths}

    def named():
        (told,) = client.get("/datos/indice.json").json()["plans"]
        return [each["number"] for each in told["editions"]]

    before = answers(), named()
    Edition.objects.filter(pk=edition.pk).update(is_locked=True)

    assert before == ({200}, [edition.number])
    assert (answers(), named()) == ({404}, [])


def test_a_list_of_several_plans_names_them_all(client, plan):
    other = make.plan(code="p-2", title_es="Plan dos", title_en="")

    about = client.get("/indicadores.json").json()["about"]

    assert about["plan"] == "p-1, p-2"
    assert about["title"]["es"] == f"{plan.title_es}; {other.title_es}"
    assert about["title"]["en"] == plan.title_en


@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
def test_without_public_plans_there_is_no_file_of_a_list(client, db, form):
    assert client.get(f"/indicadores.{form}").status_code == 404
