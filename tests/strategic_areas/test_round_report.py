"""The report for the commission: what the public reads, as a document and a page."""

import io
import re
import zipfile
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.shared import Inches

from strategic_areas import workflow
from strategic_areas.datasets import editions
from strategic_areas.desk.report.document import write
from strategic_areas.desk.report.pages import of_round
from strategic_areas.disclosure import MARKER, PROTECTED
from strategic_areas.queries.pages.round_report import load as report_of
from tests.factories import (
    make_activity,
    make_administrator,
    make_agency,
    make_amendment,
    make_commitment,
    make_focal_point,
    make_indicator,
    make_participation,
    make_plan,
    make_published_figure,
    make_published_update,
    make_reviewer,
    make_round,
    make_submitted_update,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("same_day")]

TODAY = timezone.localdate()
DAY = timedelta(days=1)
#: The places of sections that every report has.
STATE, SILENCE, CHANGES, AMENDMENTS = 0, -4, -3, -2
LATE = {
    "opens_on": TODAY - 9 * DAY,
    "due_on": TODAY - DAY,
    "closes_on": TODAY + 9 * DAY,
}


def text_of(document):
    """Every word of a DOCX, with its head and foot, and its properties."""
    with zipfile.ZipFile(io.BytesIO(document)) as parts:
        names = [name for name in parts.namelist() if name.endswith(".xml")]
        return "\n".join(parts.read(name).decode() for name in names)


def words_of(report):
    """Every text of the plain data."""
    for section in report.sections:
        yield from (section.heading, *section.lines)
        for table in section.tables:
            yield table.caption
            yield from (heading for heading, _share in table.columns)
            yield from (cell for row in table.rows for cell in row.cells)


def rows_of(report, place):
    tables = report.sections[place].tables
    return [row.cells for table in tables for row in table.rows]


def test_the_document_and_the_page_say_the_same(client):
    update = make_published_update(
        obstacle_es="Faltan vehículos.", next_step_es="Comprar dos."
    )
    make_activity(commitment=update.activity.commitment)
    client.force_login(make_reviewer())
    args = [update.period.pk]

    page = client.get(reverse("admin:round_report", args=args))
    document = client.get(reverse("admin:round_document", args=args))

    body = page.content.decode().split('<div class="work report">')[1]
    shown = re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", body))
    written = Document(io.BytesIO(document.content))
    cells = [c.text for t in written.tables for row in t.rows for c in row.cells]
    said = [*cells, *(each.text for each in written.paragraphs[2:])]
    assert "Faltan vehículos." in cells
    assert [each for each in said if re.sub(r"\s+", "", each) not in shown] == []


def test_the_document_lies_on_legal_paper_and_its_tables_break_between_rows(client):
    update = make_published_update()

    document = Document(io.BytesIO(write(of_round(update.period, TODAY))))

    page = document.sections[0]
    assert page.orientation == WD_ORIENT.LANDSCAPE
    assert (page.page_width, page.page_height) == (Inches(14), Inches(8.5))
    assert "NUMPAGES" in page.footer._element.xml
    assert document.tables
    for table in document.tables:
        first, *others = table._tbl.tr_lst
        assert "w:tblHeader" in first.xml
        assert all("w:cantSplit" in row.xml for row in (first, *others))
    assert document.core_properties.author == ""


def test_a_protected_number_and_a_withheld_text_are_not_in_the_document():
    plan = make_plan()
    counting = make_activity(plan=plan, kind="continuing", counts_victims=True)
    reserved = make_activity(plan=plan)
    waiting = make_activity(plan=plan)
    period = make_round(plan=plan, **LATE)
    make_published_update(activity=counting, period=period, quantity=7)
    make_published_update(
        activity=reserved,
        period=period,
        obstacle_es="Operativo reservado.",
        percent=41,
        is_reserved=True,
        reserved_reason="Motivo reservado.",
        reserved_legal_basis="Ley 137-03",
    )
    make_submitted_update(activity=waiting, period=period, obstacle_es="En revisión.")
    figure = make_published_figure(
        indicator=make_indicator(plan=plan, key_figure=True), is_protected=True
    )
    assert figure.value is None

    report = of_round(period, TODAY)

    cells = [
        cell
        for section in report.sections
        for table in section.tables
        for row in table.rows
        if row.cells[0] in {counting.code, reserved.code}
        for cell in row.cells[3:]
    ]
    document = text_of(write(report))
    assert not any(re.search(r"\b(7|41)\b", cell) for cell in cells)
    assert sum(cell.startswith(str(PROTECTED)) for cell in cells) == 2
    assert str(PROTECTED) in {row[-1] for row in rows_of(report, STATE)}
    assert gettext("Reported; content withheld by law") in document
    for hidden in ("Operativo reservado.", "Motivo reservado.", "En revisión."):
        assert hidden not in document


def test_a_withdrawn_text_is_told_as_on_pages():
    update = make_published_update(obstacle_es=MARKER, next_step_es="Seguir.")

    told = [*words_of(of_round(update.period, TODAY))]

    assert MARKER not in " ".join(told)
    assert gettext("[text withdrawn]") in told


def test_the_report_names_who_has_not_reported():
    plan = make_plan()
    period = make_round(plan=plan, **LATE)
    told, silent = make_agency(acronym="DIJO"), make_agency(acronym="CALLA")
    given = make_activity(plan=plan, agency=told)
    missing = make_activity(plan=plan, agency=silent)
    make_submitted_update(activity=given, period=period)

    rows = rows_of(of_round(period, TODAY), SILENCE)

    assert [(row[0].split()[0], *row[1:]) for row in rows] == [
        ("CALLA", "1", "0", missing.code)
    ]


def test_before_its_due_date_the_report_leads_with_who_answered_the_round_before():
    plan = make_plan()
    ended = {"starts_on": TODAY - 80 * DAY, "ends_on": TODAY - 50 * DAY}
    before = make_round(plan=plan, **ended, **LATE)
    activities = [make_activity(plan=plan) for _ in range(3)]
    returned = make_submitted_update(activity=activities[0], period=before)
    workflow.give_back(returned, by=make_reviewer(), reason="Falta el acta.")
    period = make_round(
        plan=plan,
        starts_on=TODAY - 49 * DAY,
        ends_on=TODAY,
        **LATE | {"due_on": TODAY + DAY},
    )

    said = report_of(period, TODAY).headline.answers

    assert (said.due_on, said.heard, len(said.asked)) == (before.due_on, 1, 3)


@pytest.mark.parametrize("later_ends", [TODAY, TODAY + 30 * DAY])
def test_a_report_is_read_beside_two_open_rounds(later_ends):
    plan = make_plan()
    ended = {"starts_on": TODAY - 80 * DAY, "ends_on": TODAY - 50 * DAY}
    make_round(plan=plan, **ended, **LATE)
    still = {"starts_on": TODAY - 49 * DAY, **LATE, "due_on": TODAY + DAY}
    period = make_round(plan=plan, ends_on=TODAY, **still)
    make_round(plan=plan, ends_on=later_ends, **still | {"opens_on": TODAY})
    activity = make_activity(plan=plan)
    make_participation(plan=plan, agency=activity.agency)
    make_submitted_update(activity=activity, period=period)

    [answered] = report_of(period, TODAY).answers

    assert (answered.agency, answered.missing) == (activity.agency, ())


def test_the_report_compares_with_the_edition_of_the_last_round():
    plan = make_plan()
    ended = {"starts_on": TODAY - 80 * DAY, "ends_on": TODAY - 50 * DAY}
    before = make_round(plan=plan, **ended, **LATE)
    activity = make_activity(plan=plan)
    same = make_activity(plan=plan)
    author = make_focal_point(agency=activity.agency)
    for each, period, state in [
        (activity, before, ("in_progress", 40)),
        (same, before, ("in_progress", 40)),
    ]:
        execution, percent = state
        make_published_update(
            activity=each, period=period, execution=execution, percent=percent
        )
    editions.make(plan, period=before)
    period = make_round(
        plan=plan, starts_on=TODAY - 49 * DAY, ends_on=TODAY - 10 * DAY, **LATE
    )
    make_published_update(
        activity=activity,
        period=period,
        by=author,
        execution="completed",
        percent=100,
    )
    amendment = make_amendment(activity=same, decided_on=TODAY - 20 * DAY)
    make_amendment(activity=same, decided_on=TODAY - 70 * DAY, field="title")

    report = of_round(period, TODAY)

    changed = rows_of(report, CHANGES)
    then = {row[0]: row[3] for row in changed}
    assert then[activity.code].endswith("40\N{NO-BREAK SPACE}%")
    assert same.code not in then
    (told,) = rows_of(report, AMENDMENTS)
    assert told[4:6] == (amendment.old_value_es, amendment.new_value_es)


def test_the_report_of_an_earlier_round_tells_of_its_own_time():
    plan = make_plan()
    ended = {"starts_on": TODAY - 80 * DAY, "ends_on": TODAY - 50 * DAY}
    before = make_round(plan=plan, **ended, **LATE)
    activity = make_activity(plan=plan)
    make_published_update(activity=activity, period=before, percent=40)
    latest = make_round(
        plan=plan, starts_on=TODAY - 49 * DAY, ends_on=TODAY - 10 * DAY, **LATE
    )
    make_published_update(activity=activity, period=latest, percent=73)

    then = " ".join(words_of(of_round(before, TODAY)))

    assert "40\N{NO-BREAK SPACE}%" in then
    assert "73\N{NO-BREAK SPACE}%" not in then


def make_full_round(agencies=1):
    plan = make_plan()
    before = {"starts_on": TODAY - 80 * DAY, "ends_on": TODAY - 50 * DAY}
    make_round(plan=plan, **before, **LATE)
    period = make_round(
        plan=plan, starts_on=TODAY - 49 * DAY, ends_on=TODAY - 10 * DAY, **LATE
    )
    reviewer = make_reviewer()
    for _ in range(agencies):
        agency = make_agency()
        make_participation(plan=plan, agency=agency)
        commitment = make_commitment(plan=plan, lead=agency)
        update = make_submitted_update(
            activity=make_activity(commitment=commitment), period=period
        )
        workflow.publish(update, by=reviewer)
        make_activity(commitment=commitment)
        make_amendment(commitment=commitment, decided_on=TODAY)
    return period


def test_the_number_of_queries_does_not_grow_with_the_plan():
    numbers = []
    for period in (make_full_round(1), make_full_round(4)):
        with CaptureQueriesContext(connection) as queries:
            of_round(period, TODAY)
        numbers.append(len(queries))

    assert numbers[0] == numbers[1]


def test_only_the_secretariat_takes_the_report_of_a_round_that_has_opened(client):
    period = make_full_round()
    to_come = make_round(plan=period.plan, opens_on=TODAY + DAY)

    for user, pk, expected in [
        (make_reviewer(), period.pk, 200),
        (make_reviewer(), to_come.pk, 404),
        (make_administrator(), period.pk, 403),
        (make_focal_point(), period.pk, 403),
    ]:
        client.force_login(user)
        for name in ("round_report", "round_document"):
            answer = client.get(reverse(f"admin:{name}", args=[pk]))
            assert answer.status_code == expected


def test_of_a_closed_round_the_states_are_those_of_its_edition():
    activity = make_activity()
    period = make_round(plan=activity.plan, **LATE)
    edition = editions.make(activity.plan, period=period)

    make_published_update(activity=activity, period=period)

    report = of_round(period, TODAY)
    states = {row[0]: row[1] for row in rows_of(report, STATE)}
    assert states["Sin noticias"] == "1"
    assert f"los de la edición {edition.number}." in report.sections[STATE].lines[0]


def test_what_changed_in_a_closed_round_is_how_its_edition_differs_from_the_last():
    activity = make_activity()
    plan = activity.plan
    first, second = (
        make_round(plan=plan, starts_on=day - 20 * DAY, ends_on=day, **LATE)
        for day in (TODAY - 60 * DAY, TODAY - 10 * DAY)
    )
    editions.make(activity.plan, period=first)
    make_published_update(activity=activity, period=second)
    editions.make(activity.plan, period=second)

    other = make_published_update(
        activity=make_activity(commitment=activity.commitment), period=second
    )

    rows = rows_of(of_round(second, TODAY), CHANGES)
    assert [row[0] for row in rows] == [activity.commitment.code, activity.code]
    assert other.activity.code not in {row[0] for row in rows}
    assert rows[0][-2] == "Sin reporte"
