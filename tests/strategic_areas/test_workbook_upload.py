"""Uploading the workbook: what it would change, by cell, before anything is saved."""

from decimal import Decimal

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile

from strategic_areas import workflow
from strategic_areas.desk.sheet.contents import sheet_or_404
from strategic_areas.desk.sheet_workbook import signed_preview
from strategic_areas.desk.sheet_workbook.views import read_sheet_workbook
from strategic_areas.evidence import RefusedFileError
from strategic_areas.models import ActivityUpdate, AnswerKind, RevisionStatus
from strategic_areas.workbooks import reading
from tests import make
from tests.strategic_areas.filling import Book, Kept, faults, in_state, spanish
from tests.uploads import make_pdf, make_workbook, make_zip, unzip, with_shared_strings
from tests.world import TEXT

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def kept_published(lasting):
    kept = Kept()
    kept.published_before()
    return kept.keep()


@pytest.fixture(scope="module")
def provinces(lasting):
    make.province()
    make.province("Samaná")


@pytest.fixture(scope="module")
def kept_many(lasting, provinces):
    kept = Kept()
    number = max(len(WRONG), len(STORED) + 1)
    kept.activities = [kept.activity, *(kept.another() for _ in range(number - 1))]
    told = {
        "period": make.round(
            plan=kept.plan, starts_on="2024-01-01", ends_on="2024-12-31"
        ),
        "by": kept.user,
        "reviewer": make.reviewer(),
        "percent": 40,
        "narrative_es": TEXT,
    }
    for activity in kept.activities:
        make.published_update(activity=activity, **told)
    return kept.keep()


@pytest.fixture
def many(client, db, kept_many):
    """A filler with an activity for each case, and 40 per cent told of each."""
    return kept_many.again(client)


@pytest.fixture
def published(client, db, kept_published):
    """A filler of whom 40 per cent was published for the time before."""
    return kept_published.again(client)


def kinds(response):
    """State of the line → codes of the activities."""
    found = {}
    for each in response.context["outcomes"]:
        if each.worksheet.name == "activity":
            code = each.row and each.row.subject.code
            found.setdefault(each.state.value, []).append(code)
    return found


def changes(response):
    """Header → old and new of the first row that changes something."""
    (outcome, *_) = [each for each in response.context["outcomes"] if each.changes]
    return {change.header: (change.old, change.new) for change in outcome.changes}


def stored(filler, activity=None):
    return ActivityUpdate.objects.get(
        activity=activity or filler.activity, period=filler.period
    )


def everything_stored():
    return list(ActivityUpdate.objects.order_by("pk").values())


def fill_each(filler, cells):
    book = filler.book()
    activities = filler.activities[: len(cells)]
    for activity, filled in zip(activities, cells, strict=True):
        book.fill(activity, **filled)
    return book


def test_a_workbook_as_it_was_downloaded_changes_nothing(published):
    second = published.another()
    make.update(
        activity=second,
        period=published.period,
        by=published.user,
        narrative_es="Una línea.\r\nOtra.",
    )
    before = everything_stored()

    response = published.upload(published.download())

    assert kinds(response) == {"unchanged": [published.activity.code, second.code]}
    assert response.context["form"]["signed_lines"].value() == ""
    assert everything_stored() == before


def test_what_means_the_same_as_before_is_no_change(published):
    book = published.book().fill(
        published.activity,
        execution="IN PROGRESS",
        percent=" 40 %",
        narrative_es=f"{TEXT} ",
        is_reserved=spanish("is_reserved", False),
    )

    assert kinds(published.upload(book)) == {"unchanged": [published.activity.code]}


def test_one_number_in_the_workbook_is_a_report_however_often_pressed(published):
    waiting = published.another()
    book = published.download().fill(published.activity, percent=60)
    preview = published.upload(book)

    answers = [published.confirm(preview) for _press in range(2)]

    update = stored(published)
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0].url == published.address("sheet")
    assert (update.percent, update.execution, update.narrative_es, update.answer) == (
        60,
        "in_progress",
        TEXT,
        AnswerKind.REPORTED,
    )
    assert update.version == 1
    assert list(update.contributors.all()) == [published.user]
    assert not ActivityUpdate.objects.filter(activity=waiting).exists()


def test_a_workbook_that_another_program_saved_is_read(published):
    book = published.book().fill(published.activity, percent=60)

    published.confirm(published.upload(with_shared_strings(book.content)))

    assert (stored(published).percent, stored(published).narrative_es) == (60, TEXT)


def test_text_that_begins_like_a_formula_comes_back_as_it_was(filler):
    update = make.update(**filler.about, narrative_es="=SUMA(1)", obstacle_es="'-5 %")

    book = filler.download()
    untouched = filler.upload(book)
    filler.confirm(filler.upload(book.fill(filler.activity, percent=60)))

    update.refresh_from_db()
    assert kinds(untouched) == {"unchanged": [filler.activity.code]}
    assert (update.percent, update.narrative_es, update.obstacle_es) == (
        60,
        "=SUMA(1)",
        "'-5 %",
    )


REASON = {"no_news_reason_es": "Se espera la firma."}
#: What is filled in after 40 per cent was told, and what is stored of it.
STORED = [
    (
        {"percent": 60},
        {"execution": "in_progress", "percent": 60, "narrative_es": TEXT},
    ),
    ({"percent": 100}, {"execution": "completed", "percent": 100}),
    ({"percent": 0}, {"execution": "not_started", "percent": 0}),
    ({"percent": "45 %"}, {"execution": "in_progress", "percent": 45}),
    ({"execution": "completed"}, {"execution": "completed", "percent": 100}),
    (
        {"execution": "In progress", "percent": 70},
        {"execution": "in_progress", "percent": 70},
    ),
    (
        {"execution": "in_progress", "percent": 0},
        {"execution": "not_started", "percent": 0},
    ),
    ({"answer": "same_as_before"}, {"answer": "same_as_before", "percent": 40}),
    ({"answer": "no_news", **REASON}, {"answer": "no_news", "percent": 40, **REASON}),
    # A reason alone says so too.
    (REASON, {"answer": "no_news", "percent": 40, **REASON}),
    (
        {"narrative_es": "Una línea.\nOtra.", "places": "Azua", "is_reserved": "no"},
        {"narrative_es": "Una línea.\r\nOtra.", "is_reserved": False},
    ),
]


def test_what_is_filled_in_is_stored_and_the_same_file_again_changes_nothing(many):
    book = fill_each(many, [cells for cells, _expected in STORED])
    *filled, last = many.activities[: len(STORED) + 1]
    book.cell(last, "percent").value = 0.45
    book.cell(last, "percent").number_format = "0%"

    many.confirm(many.upload(book))
    before = everything_stored()
    again = many.upload(book)

    for activity, (cells, expected) in zip(filled, STORED, strict=True):
        update = stored(many, activity)
        assert {name: getattr(update, name) for name in expected} == expected, cells
    assert stored(many, last).percent == 45
    told = {row["activity_id"] for row in before if row["period_id"] == many.period.pk}
    assert told == {activity.pk for activity in (*filled, last)}
    assert kinds(again) == {"unchanged": [each.code for each in many.activities]}
    assert everything_stored() == before


def test_a_preview_shows_old_and_new_of_each_field_that_changes(filler):
    make.update(**filler.about)
    book = filler.download().fill(filler.activity, percent=60, obstacle_es="La firma.")

    response = filler.upload(book)

    assert kinds(response) == {"changed": [filler.activity.code]}
    assert sorted(changes(response).values()) == [("", "La firma."), ("40", "60")]


def test_a_stale_workbook_overwrites_nothing_and_shows_both_texts(filler):
    update = make.update(**filler.about)
    second = filler.another()
    book = filler.download()
    update.narrative_es = "Lo más nuevo."
    workflow.save_draft(update, by=filler.user, seen_version=1)
    book.fill(filler.activity, narrative_es="Lo del libro.")
    book.fill(second, percent=10, narrative_es=TEXT)

    response = filler.upload(book)
    filler.confirm(response)

    assert kinds(response) == {"stale": [filler.activity.code], "new": [second.code]}
    assert list(changes(response).values()) == [("Lo más nuevo.", "Lo del libro.")]
    assert stored(filler).narrative_es == "Lo más nuevo."
    assert stored(filler, second).percent == 10


def test_a_stale_row_that_nobody_touched_is_no_conflict(filler):
    update = make.update(**filler.about)
    book = filler.download()
    update.narrative_es = "Lo más nuevo."
    workflow.save_draft(update, by=filler.user, seen_version=1)

    assert kinds(filler.upload(book)) == {"unchanged": [filler.activity.code]}


def test_a_workbook_of_a_withdrawn_revision_is_stale_beside_its_successor(filler):
    update = make.submitted_update(**filler.about)
    book = filler.download()
    workflow.publish(update, by=make.reviewer())
    workflow.withdraw(update, by=make.reviewer(), cause="error")
    make.update(**filler.about, narrative_es="La nueva.")

    response = filler.upload(book.fill(filler.activity, narrative_es="La vieja."))

    assert kinds(response) == {"stale": [filler.activity.code]}


def test_what_is_saved_between_preview_and_saving_is_left_alone(filler):
    second = filler.another()
    book = filler.download()
    for activity in (filler.activity, second):
        book.fill(activity, percent=10, narrative_es="Lo del libro.")
    preview = filler.upload(book)
    make.update(
        activity=filler.activity,
        period=filler.period,
        by=make.focal_point(agency=filler.agency),
        narrative_es="De la colega.",
    )

    filler.confirm(preview)

    assert stored(filler).narrative_es == "De la colega."
    assert stored(filler, second).narrative_es == "Lo del libro."


def test_what_is_sent_between_preview_and_saving_stays_as_it_was_sent(filler):
    update = make.update(**filler.about)
    preview = filler.upload(filler.download().fill(filler.activity, percent=60))
    workflow.submit(update, by=filler.user)

    page = filler.client.get(filler.confirm(preview).url)

    update.refresh_from_db()
    assert (update.status, update.percent) == (RevisionStatus.SUBMITTED, 40)
    assert [message.level_tag for message in page.context["messages"]] == ["error"]


def test_what_is_not_owed_any_more_when_saving_is_told(published):
    preview = published.upload(published.book().fill(published.activity, percent=60))
    published.activity.starts_on = "2030-01-01"
    published.activity.save()

    page = published.client.get(published.confirm(preview).url)

    assert [message.level_tag for message in page.context["messages"]] == ["error"]
    assert not ActivityUpdate.objects.filter(period=published.period).exists()


#: What somebody fills in, and the column in which that is wrong.
WRONG = [
    ({"percent": 101}, "percent"),
    ({"percent": 60.5}, "percent"),
    ({"percent": "mucho"}, "percent"),
    ({"percent": "=40+20"}, "percent"),
    ({"percent": "#N/A"}, "percent"),
    ({"percent": None, "execution": None}, "percent"),
    ({"percent": 60, "execution": "completed"}, "percent"),
    ({"quantity": 7}, "quantity"),
    ({"execution": "casi"}, "execution"),
    ({"answer": "tal vez"}, "answer"),
    ({"narrative_es": None}, "narrative_es"),
    ({"narrative_es": "Se atendió a 001-1234567-8."}, "narrative_es"),
    ({"obstacle_es": "Llamar al 809-555-1234."}, "obstacle_es"),
    ({"execution": "suspended", "next_step_es": "Pedir."}, "obstacle_es"),
    ({"execution": "suspended", "obstacle_es": "Falta."}, "next_step_es"),
    ({"people_reached": -1}, "people_reached"),
    ({"places": "Azua; Atlantis"}, "places"),
    ({"is_reserved": "quizás"}, "is_reserved"),
    ({"is_reserved": "sí", "reserved_reason": "x"}, "reserved_legal_basis"),
    ({"is_reserved": "sí", "reserved_legal_basis": "x"}, "reserved_reason"),
    ({"reserved_legal_basis": "x"}, "is_reserved"),
    ({"answer": "no_news"}, "no_news_reason_es"),
    ({"answer": "no_news", "no_news_reason_es": "x", "percent": 60}, "percent"),
    ({"answer": "same_as_before", "percent": 60}, "percent"),
    ({"answer": "reported", "no_news_reason_es": "x"}, "no_news_reason_es"),
]


def test_each_error_names_its_cell_and_its_row_is_not_saved(many):
    book = fill_each(many, [cells for cells, _column in WRONG])

    response = many.upload(book)

    found = {
        outcome.row.subject: {fault.place for fault in outcome.faults}
        for outcome in in_state(response, "refused")
    }
    for activity, (cells, column) in zip(many.activities, WRONG, strict=True):
        assert found[activity] == {book.cell(activity, column).coordinate}, cells
    assert list(kinds(response)) == ["refused"]
    assert response.context["form"]["signed_lines"].value() == ""


def test_several_errors_stand_in_the_order_of_the_columns(published):
    cells = {"places": "Atlantis", "narrative_es": None, "percent": 101}
    book = published.book().fill(published.activity, **cells)

    response = published.upload(book)

    assert faults(response) == [
        book.cell(published.activity, name).coordinate
        for name in ("percent", "narrative_es", "places")
    ]


def test_what_does_not_fit_the_activity_is_told(filler):
    continuing = filler.another(kind="continuing")
    book = filler.download().fill(filler.activity, answer="same_as_before")
    book.fill(continuing, percent=60, execution="in_progress", narrative_es=TEXT)

    response = filler.upload(book)

    assert faults(response) == [
        book.cell(filler.activity, "answer").coordinate,
        book.cell(continuing, "percent").coordinate,
    ]


def test_the_other_rows_are_saved_beside_a_wrong_one(filler):
    second = filler.another()
    book = filler.download().fill(filler.activity, percent=101, narrative_es=TEXT)
    book.fill(second, percent=10, narrative_es=TEXT)

    response = filler.upload(book)
    filler.confirm(response)

    assert kinds(response) == {"refused": [filler.activity.code], "new": [second.code]}
    (update,) = ActivityUpdate.objects.filter(period=filler.period)
    assert update.activity == second


def test_what_was_sent_is_told_by_its_cells_and_stays(filler):
    update = make.submitted_update(**filler.about)
    book = filler.download().fill(filler.activity, percent=60)

    response = filler.upload(book)

    update.refresh_from_db()
    assert faults(response) == [book.cell(filler.activity, "percent").coordinate]
    assert (update.status, update.percent) == (RevisionStatus.SUBMITTED, 40)


def test_a_returned_report_is_mended_in_the_workbook(filler):
    update = make.returned_update(**filler.about, reason="Diga dónde.")
    book = filler.download()

    filler.confirm(filler.upload(book.fill(filler.activity, narrative_es="En Azua.")))

    update.refresh_from_db()
    assert "Diga dónde." in book.cell(filler.activity, "state").value
    assert (update.narrative_es, update.version) == ("En Azua.", 2)


def test_columns_may_be_moved(published):
    book = published.book()
    last = book.columns()["no_news_reason_es"]
    for cells in book.page.iter_rows(min_row=1, max_row=book.page.max_row):
        moved = [cell.value for cell in cells][::-1]
        for column, value in enumerate(moved, 1):
            book.page.cell(cells[0].row, column).value = value

    response = published.upload(book.fill(published.activity, percent=60))

    assert book.columns()["no_news_reason_es"] == 1 != last
    assert kinds(response) == {"new": [published.activity.code]}


def test_a_missing_column_is_named(filler):
    book = filler.book()
    header = book.page.cell(2, book.columns()["percent"]).value
    book.page.delete_cols(book.columns()["percent"])

    response = filler.upload(book)

    (error,) = response.context["upload"].errors["workbook"]
    assert response.status_code == 422
    assert header in error


def test_cells_moved_apart_from_their_row_are_noticed(filler):
    second = filler.another()
    book = filler.download()
    first, other = book.cell(filler.activity, "code"), book.cell(second, "code")
    first.value, other.value = other.value, first.value

    response = filler.upload(book.fill(filler.activity, percent=60))

    assert faults(response) == [3]


def test_a_row_twice_or_added_is_refused_by_its_number(published):
    book = published.book().fill(published.activity, percent=60)
    for cell in list(book.page[3]):
        book.page.cell(4, cell.column).value = cell.value
    book.page.cell(5, book.columns()["narrative_es"]).value = "Otra actividad."

    response = published.upload(book)

    assert faults(response) == [3, 4, 5]


def test_another_agencys_activity_is_not_reached_by_its_id(filler):
    stranger = make.activity(plan=filler.plan)
    book = filler.book().fill(filler.activity, percent=60, narrative_es=TEXT)
    book.fill(filler.activity, code=stranger.code, activity=stranger.pk)

    response = filler.upload(book)

    assert kinds(response) == {"refused": [None]}
    assert not ActivityUpdate.objects.filter(period=filler.period).exists()


@pytest.mark.parametrize("key", ["agency", "period"])
def test_another_sheets_workbook_is_refused(published, key):
    book = published.book().fill(published.activity, percent=60)
    if key == "agency":
        other = make.focal_point()
        agency = other.mandates.get().agency
        published.client.force_login(other)
        address = published.address(agency=agency)
    else:
        address = published.address(
            period=make.round(plan=published.plan, code="2027-t1")
        )
    published.address = lambda name="workbook": address

    response = published.upload(book)

    assert response.status_code == 422
    assert "outcomes" not in response.context
    assert published.agency.slug in response.context["upload"].errors["workbook"][0]


TOO_MUCH_XML = b"<a" * (reading.UNPACKED_BYTES // 2 + 1)
#: A row after the last one, with a text in the column of what was done.
OVERLONG = b'<row r="9"><c r="N9" t="inlineStr"><is><t>%s</t></is></c></row>' % (
    b"a" * 40_000
)


def make_other_workbook(filler):
    book = filler.book()
    del book.book["_hoja"]
    return book.content


def make_overlong(filler):
    """A text that no spreadsheet would write."""
    parts = unzip(filler.kept)
    name = "xl/worksheets/sheet2.xml"
    filled = parts[name].replace(b"</sheetData>", OVERLONG + b"</sheetData>")
    return make_zip({**parts, name: filled})


def with_part(filler, name, content):
    parts = unzip(filler.kept)
    return make_workbook({**parts, name: content})


NOT_THE_WORKBOOK = [
    ("hoja.pdf", lambda filler: make_pdf()),
    ("hoja.xlsx", lambda filler: make_pdf()),
    ("hoja.csv", lambda filler: b"a,b\n"),
    ("hoja.xls", lambda filler: filler.kept),
    ("hoja.xlsx", lambda filler: b""),
    ("hoja.xlsx", lambda filler: filler.kept[:-400]),
    ("hoja.xlsx", lambda filler: make_workbook()),
    ("hoja.xlsx", make_other_workbook),
    ("hoja.xlsx", make_overlong),
    ("hoja.xlsx", lambda filler: with_part(filler, "xl/vbaProject.bin", b"x")),
    ("hoja.xlsx", lambda filler: with_part(filler, "xl/styles.xml", TOO_MUCH_XML)),
]


def test_what_is_not_the_workbook_is_refused_in_words(filler):
    sheet = sheet_or_404(filler.user, filler.period.pk, filler.agency.slug)

    for number, (name, make_content) in enumerate(NOT_THE_WORKBOOK):
        with pytest.raises(RefusedFileError) as caught:
            read_sheet_workbook(
                SimpleUploadedFile(name, make_content(filler)), sheet, by=filler.user
            )

        assert str(caught.value).strip(), (number, name)


@pytest.mark.parametrize("content", [b"", make_pdf()])
def test_a_refusal_stands_beside_the_field(filler, content):
    response = filler.upload(content)

    assert response.status_code == 422
    assert response.context["upload"].errors["workbook"]


def test_nothing_is_saved_but_by_her_own_preview_of_today(published, monkeypatch):
    preview = published.upload(published.book().fill(published.activity, percent=60))
    signed = preview.context["form"]["signed_lines"].value()
    forged = signing.dumps(
        signing.loads(signed, salt=signed_preview.SALT), salt="another purpose"
    )
    colleague = make.focal_point(agency=published.agency)

    for signed_lines in (
        "",
        "x",
        forged,
        signed[:-1] + ("a" if signed[-1] != "a" else "b"),
    ):
        published.client.post(
            published.address("workbook_save"), {"signed_lines": signed_lines}
        )
    published.client.force_login(colleague)
    published.client.post(published.address("workbook_save"), {"signed_lines": signed})
    published.client.force_login(published.user)
    monkeypatch.setattr(signed_preview, "MAX_AGE", -1)
    published.confirm(preview)

    assert not ActivityUpdate.objects.filter(period=published.period).exists()


def test_a_closed_round_takes_no_first_report(published):
    published.period.closes_on = published.period.due_on = published.period.opens_on
    published.period.save()

    response = published.upload(
        published.download().fill(published.activity, percent=60)
    )

    assert faults(response) == [3]


def test_the_guards_warnings_stand_in_the_preview(published):
    book = published.book().fill(
        published.activity, narrative_es="Se rescató a dos niñas en Azua."
    )

    response = published.upload(book)

    (outcome,) = in_state(response, "new")
    assert [warned.excerpt for warned in outcome.warnings] != []


def test_a_workbook_in_english_is_read_by_whoever_reads_spanish(published):
    published.user.language = "en"
    published.user.save()
    book = Book(published.client.get(published.address()).content)
    published.user.language = "es"
    published.user.save()

    published.confirm(
        published.upload(book.fill(published.activity, execution="Completed"))
    )

    assert stored(published).execution == "completed"


def test_an_activity_no_longer_asked_about_is_told(published):
    book = published.book().fill(published.activity, percent=60)
    published.activity.starts_on = "2030-01-01"
    published.activity.save()
    make.period(plan=published.plan)

    assert faults(published.upload(book)) == [3]


@pytest.mark.parametrize(("cell", "quantity"), [("2,5", "2.5"), ("1.250,5", "1250.5")])
def test_a_cell_of_text_says_a_quantity_as_a_form_does(filler, cell, quantity):
    activity = filler.another(kind="continuing")
    book = filler.download().fill(
        activity, execution="En ejecución", quantity=cell, narrative_es=TEXT
    )

    filler.confirm(filler.upload(book))

    assert stored(filler, activity).quantity == Decimal(quantity)


def test_a_cell_of_text_that_could_be_two_quantities_is_asked_back(filler):
    activity = filler.another(kind="continuing")
    book = filler.download().fill(
        activity, execution="En ejecución", quantity="1.250", narrative_es=TEXT
    )

    response = filler.upload(book)

    assert "puede ser 1250 o 1.25" in response.content.decode()
    assert faults(response) != []
