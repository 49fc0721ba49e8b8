"""The report for the commission: an edition's rows, as a document and a page."""

import io
import re
import zipfile
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from docx import Document
from docx.shared import Cm

from strategic_areas import workflow
from strategic_areas.datasets import editions
from strategic_areas.desk.report import (
    DocumentTable,
    NumberedList,
    StackedBars,
    Subheading,
    round_report,
)
from strategic_areas.desk.report.docx_writer import write_docx
from strategic_areas.desk.report.sections import build_round_document
from strategic_areas.disclosure import MARKER, PROTECTED
from strategic_areas.models import (
    Activity,
    Edition,
    EditionRows,
    ReportingPeriod,
    WithdrawalCause,
)
from tests import make
from tests.costs import count_queries

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("same_day")]

TODAY = timezone.localdate()
DAY = timedelta(days=1)
LATE = {
    "opens_on": TODAY - 9 * DAY,
    "due_on": TODAY - DAY,
    "closes_on": TODAY + 9 * DAY,
}
BEFORE = {"starts_on": TODAY - 80 * DAY, "ends_on": TODAY - 50 * DAY}
SINCE = {"starts_on": TODAY - 49 * DAY, "ends_on": TODAY - 10 * DAY}


def close(period):
    days = {"due_on": TODAY - 2 * DAY, "closes_on": TODAY - DAY}
    ReportingPeriod.objects.filter(pk=period.pk).update(**days)
    period.refresh_from_db()


def make_edition(period):
    close(period)
    return editions.make_edition(period.plan, period=period)


def report_of(period):
    return build_round_document(round_report.load_round_report(period, TODAY))


def parts_of(report):
    return [block for section in report.sections for block in section.blocks]


def words_of(report):
    yield from (report.author, report.title, report.subject, report.foot)
    yield from (said for fact in report.facts for said in fact)
    yield from (section.heading for section in report.sections)
    for part in parts_of(report):
        match part:
            case DocumentTable():
                yield part.caption
                yield from (heading for heading, _share in part.columns)
                yield from (cell for row in part.rows for cell in row)
            case NumberedList():
                yield from part.lines
            case Subheading():
                yield part.text
            case StackedBars():
                yield from (name for name, _segments, _total in part.rows)
            case text:
                yield text


def rows_of(report, caption):
    return [
        row
        for part in parts_of(report)
        if isinstance(part, DocumentTable) and part.caption == gettext(caption)
        for row in part.rows
    ]


def text_of(document):
    """Every word of a DOCX, with its foot, and its properties."""
    with zipfile.ZipFile(io.BytesIO(document)) as parts:
        names = [name for name in parts.namelist() if name.endswith(".xml")]
        return "\n".join(parts.read(name).decode() for name in names)


def test_the_document_and_the_page_say_the_same(client, reviewer):
    update = make.published_update(
        obstacle_es="Faltan vehículos.", next_step_es="Comprar dos."
    )
    make.activity(commitment=update.activity.commitment)
    args = [update.period.pk]

    page = client.get(reverse("admin:round_report", args=args))
    document = client.get(reverse("admin:round_document", args=args))

    body = page.content.decode().split('<div class="commission">')[1]
    shown = re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", body))
    written = Document(io.BytesIO(document.content))
    cells = [c.text for t in written.tables for row in t.rows for c in row.cells]
    said = [*cells, *(p.text for p in written.paragraphs if "■" not in p.text)]
    assert "Faltan vehículos." in "".join(cells)
    assert [each for each in said if re.sub(r"\s+", "", each) not in shown] == []


def test_a_long_title_or_a_stray_character_makes_a_document():
    period = make.round(plan=make.plan(title_es="Plan \x0b" + 147 * "a "))

    document = Document(io.BytesIO(write_docx(report_of(period))))

    assert len(document.core_properties.subject) == 255


def test_the_document_stands_on_a4_and_its_tables_break_between_rows():
    document = Document(
        io.BytesIO(write_docx(report_of(make.published_update().period)))
    )

    page = document.sections[0]
    assert [round(size.cm, 1) for size in (page.page_width, page.page_height)] == [
        round(size.cm, 1) for size in (Cm(21), Cm(29.7))
    ]
    assert "NUMPAGES" in page.footer._element.xml
    assert document.tables
    for table in document.tables:
        assert all("w:cantSplit" in row.xml for row in table._tbl.tr_lst)
    assert document.core_properties.author == ""


def test_a_bar_has_a_cell_for_each_family_with_its_count_and_says_it_in_words():
    activity = make.activity()
    period = make.round(plan=activity.plan, **LATE)
    make.published_update(
        activity=activity, period=period, execution="completed", percent=100
    )
    make.activity(commitment=activity.commitment)
    make.activity(commitment=activity.commitment)

    report = report_of(period)

    bars = next(each for each in parts_of(report) if isinstance(each, StackedBars))
    whole, *_areas = bars.rows
    document = Document(io.BytesIO(write_docx(report)))
    drawn = document.tables[1]
    assert [(each.family, each.number) for each in whole[1]] == [
        ("met", 1),
        ("silent", 2),
    ]
    assert [cell.text for cell in drawn.rows[0].cells[1:]] == ["1", "2", "3"]
    assert "1 Terminada, 2 Sin noticias" in drawn._tbl.xml


def test_a_protected_number_and_a_withheld_text_are_not_in_the_document():
    plan = make.plan()
    counting = make.activity(plan=plan, kind="continuing", counts_victims=True)
    reserved = make.activity(plan=plan)
    waiting = make.activity(plan=plan)
    period = make.round(plan=plan, **LATE)
    make.published_update(activity=counting, period=period, quantity=7771)
    make.published_update(
        activity=reserved,
        period=period,
        obstacle_es="Operativo reservado.",
        percent=41,
        is_reserved=True,
        reserved_reason="Motivo reservado.",
        reserved_legal_basis="Ley 137-03",
    )
    make.submitted_update(activity=waiting, period=period, obstacle_es="En revisión.")
    figure = make.published_figure(
        indicator=make.indicator(plan=plan, key_figure=True), is_protected=True
    )
    assert figure.value is None

    report = report_of(period)

    figures = rows_of(report, "Figures, and what they cannot say")
    document = text_of(write_docx(report))
    assert [cells[1].startswith(str(PROTECTED)) for cells in figures] == [True]
    assert gettext("Reported; content withheld by law") in document
    for hidden in (
        "7771",
        "41\N{NO-BREAK SPACE}%",
        "Operativo reservado.",
        "Motivo reservado.",
        "En revisión.",
    ):
        assert hidden not in document


def test_a_withdrawn_text_is_told_as_on_pages():
    update = make.published_update(obstacle_es=MARKER, next_step_es="Seguir.")

    told = " ".join(words_of(report_of(update.period)))

    assert MARKER not in told
    assert gettext("[text withdrawn]") in told


def test_the_report_names_who_did_not_report_and_for_how_many_rounds():
    plan = make.plan()
    told, silent = make.agency(acronym="DIJO"), make.agency(acronym="CALLA")
    given = make.activity(plan=plan, agency=told)
    make.activity(plan=plan, agency=silent)
    author = make.focal_point(agency=told)
    for dates in (BEFORE, SINCE):
        period = make.round(plan=plan, **dates, **LATE)
        make.published_update(activity=given, period=period, by=author)
        make_edition(period)

    report = report_of(period)

    [row] = rows_of(report, "What each of them answered")
    assert row[0].split()[0] == "CALLA"
    assert row[1:] == ("0 de 1", "No reportó", "2 rondas seguidas")
    asked = [each for each in parts_of(report) if isinstance(each, NumberedList)]
    assert "CALLA" in asked[0].lines[0]


def test_an_agency_without_news_is_told_with_its_reason():
    activity = make.activity()
    period = make.round(plan=activity.plan, **LATE)
    make.published_update(
        activity=activity,
        period=period,
        answer="no_news",
        no_news_reason_es="Sigue en comisión.",
        narrative_es="",
    )
    make_edition(period)

    [row] = rows_of(report_of(period), "What each of them answered")

    assert row[2:] == (gettext("No news"), "Sigue en comisión.")


def test_with_too_few_answers_the_report_says_that_nobody_can_judge():
    plan = make.plan()
    activities = [make.activity(plan=plan) for _ in range(3)]
    period = make.round(plan=plan, **LATE)
    make.published_update(activity=activities[0], period=period)
    make_edition(period)

    told = " ".join(words_of(report_of(period)))

    assert "Solo han reportado 1 de 3 instituciones;" in told


def test_the_report_compares_with_the_edition_of_the_last_round():
    plan = make.plan()
    before = make.round(plan=plan, **BEFORE, **LATE)
    activity = make.activity(plan=plan)
    same = make.activity(plan=plan)
    author = make.focal_point(agency=activity.agency)
    make.amendment(activity=same, decided_on=TODAY - 70 * DAY, field="title")
    for each in (activity, same):
        make.published_update(
            activity=each, period=before, execution="in_progress", percent=40
        )
    make_edition(before)
    period = make.round(plan=plan, **SINCE, **LATE)
    make.published_update(
        activity=activity, period=period, by=author, execution="completed", percent=100
    )
    amendment = make.amendment(activity=same, decided_on=TODAY - 20 * DAY)

    report = report_of(period)

    then = {row[0].split()[0]: row for row in rows_of(report, "State, then and now")}
    assert then[activity.code][1:] == ("En ejecución", "Terminada")
    assert same.code not in then
    told = " ".join(words_of(report))
    assert amendment.old_value_es in told
    assert told.count(amendment.new_value_es) >= 1


def test_what_an_amendment_cancelled_is_told_apart_from_what_counts():
    plan = make.plan()
    before = make.round(plan=plan, **BEFORE, **LATE)
    halted, cancelled = make.activity(plan=plan), make.activity(plan=plan)
    make_edition(before)
    period = make.round(plan=plan, **SINCE, **LATE)
    make.published_update(activity=halted, period=period, execution="suspended")
    Activity.objects.filter(pk=cancelled.pk).update(
        stopped="cancelled", stopped_on=TODAY - 20 * DAY
    )

    apart = gettext("Cancelled by an amendment, and not counted")
    (told,) = [
        line
        for line in words_of(report_of(period))
        if line.startswith(f"{apart} (1): ")
    ]
    assert cancelled.code in told
    assert halted.code not in told


def test_a_number_that_is_protected_since_is_not_told_as_what_it_was():
    plan = make.plan()
    before = make.round(plan=plan, **BEFORE, **LATE)
    activity = make.activity(plan=plan)
    make.published_update(
        activity=activity, period=before, execution="in_progress", percent=43
    )
    make_edition(before)
    period = make.round(plan=plan, **SINCE, **LATE)
    type(activity).objects.filter(pk=activity.pk).update(counts_victims=True)

    assert "43\N{NO-BREAK SPACE}%" not in " ".join(words_of(report_of(period)))


def test_a_report_of_several_rounds_compares_with_an_earlier_edition(client, reviewer):
    plan = make.plan()
    activity = make.activity(plan=plan)
    author = make.focal_point(agency=activity.agency)
    rounds = []
    for days in (80, 50, 20):
        dates = {"starts_on": TODAY - days * DAY, "ends_on": TODAY - (days - 9) * DAY}
        period = make.round(plan=plan, **dates, **LATE)
        if rounds:
            make.published_update(
                activity=activity, period=period, by=author, execution="in_progress"
            )
        make_edition(period)
        rounds.append(period)
    first, second, last = rounds

    changed = {
        since: rows_of(
            build_round_document(round_report.load_round_report(last, TODAY, since)),
            "State, then and now",
        )
        for since in ("", second.code, first.code)
    }

    assert [len(rows) for rows in changed.values()] == [0, 0, 2]
    for name in ("round_report", "round_document"):
        path = reverse(f"admin:{name}", args=[last.pk])
        answers = [client.get(path, {"since": code}) for code in (first.code, "x")]
        assert [each.status_code for each in answers] == [200, 404]


def test_what_an_agency_does_not_acknowledge_is_told_with_that():
    activity = make.activity(provenance="press")
    make.round(plan=activity.plan, **SINCE, **LATE)
    make.record_update(activity=activity, obstacle_es="Faltan vehículos.")
    make.approved_dispute(activity)

    [row] = rows_of(report_of(activity.plan.periods.get(mode="round")), "Commitments")

    assert gettext("not acknowledged") in row[-1]


def make_told_round():
    """The second closed round with an edition, of an activity with an obstacle."""
    activity = make.activity()
    make_edition(make.round(plan=activity.plan, **BEFORE, **LATE))
    period = make.round(plan=activity.plan, **SINCE, **LATE)
    update = make.published_update(
        activity=activity,
        period=period,
        execution="in_progress",
        percent=61,
        obstacle_es="Falta el acta.",
    )
    make.published_figure(indicator=make.indicator(plan=activity.plan, key_figure=True))
    return update, make_edition(period)


def test_what_changes_afterwards_is_not_in_the_report_of_an_edition():
    update, _edition = make_told_round()
    activity, period = update.activity, update.period
    told = [*words_of(report_of(period))]

    factory = {"activity": activity, "execution": "completed", "percent": 100}
    make.published_update(
        **factory,
        period=make.round(plan=period.plan, **LATE),
        by=make.focal_point(agency=activity.agency),
    )
    make.activity(commitment=activity.commitment)
    make.indicator(plan=period.plan, key_figure=True)
    area = activity.commitment.programme.area
    for record in (activity, activity.commitment, period.plan):
        type(record).objects.filter(pk=record.pk).update(title_es="Otra cosa")
    for record in (activity.agency, area, *period.plan.periods.all()):
        type(record).objects.filter(pk=record.pk).update(name_es="Otra cosa")
    make.amendment(activity=activity, decided_on=TODAY)

    assert [*words_of(report_of(period))] == told


def test_the_report_of_an_edition_tells_its_rows():
    update, edition = make_told_round()
    rows = EditionRows.objects.get(edition=edition, dataset="activities")
    table = editions.unpack_rows(rows.content)
    Edition.objects.filter(pk=edition.pk).update(is_locked=True)
    table[update.activity.code]["percent"] = 67
    rows.content = editions.pack_rows(table)
    rows.save()
    Edition.objects.filter(pk=edition.pk).update(is_locked=False, nonce=b"0" * 16)

    told = " ".join(words_of(report_of(update.period)))

    assert "67\N{NO-BREAK SPACE}%" in told
    assert "61\N{NO-BREAK SPACE}%" not in told
    assert f"/{edition.number}/" in told


def test_what_is_withdrawn_leaves_the_report_of_an_edition():
    update, _edition = make_told_round()
    assert "Falta el acta." in " ".join(words_of(report_of(update.period)))

    workflow.withdraw(update, by=make.reviewer(), cause=WithdrawalCause.ERROR)

    told = " ".join(words_of(report_of(update.period)))
    assert "Falta el acta." not in told
    assert "61\N{NO-BREAK SPACE}%" not in told


def test_an_earlier_round_without_an_edition_has_no_report(client, reviewer):
    plan = make.plan()
    activity = make.activity(plan=plan)
    before = make.round(plan=plan, **BEFORE, **LATE)
    make.published_update(activity=activity, period=before)
    close(before)
    latest = make.round(plan=plan, **SINCE, **LATE)

    still_open = make.round(plan=plan, **BEFORE, **LATE)

    pages = {
        (name, each): client.get(reverse(f"admin:{name}", args=[each.pk]))
        for name in ("round_report", "round_document")
        for each in (before, still_open, latest)
    }

    assert pages["round_document", before].status_code == 404
    assert activity.code not in pages["round_report", before].content.decode()
    for each in (still_open, latest):
        assert gettext("Preliminary") in pages["round_report", each].content.decode()
        assert pages["round_document", each].status_code == 200


def make_full_round(agencies=1):
    plan = make.plan()
    make.round(plan=plan, **BEFORE, **LATE)
    period = make.round(plan=plan, **SINCE, **LATE)
    reviewer = make.reviewer()
    for _ in range(agencies):
        agency = make.agency()
        make.participation(plan=plan, agency=agency)
        commitment = make.commitment(plan=plan, lead=agency)
        activity = make.activity(commitment=commitment)
        make.published_update(activity=activity, period=period, reviewer=reviewer)
        make.activity(commitment=commitment)
        make.amendment(commitment=commitment, decided_on=TODAY)
    return period


def test_the_number_of_queries_does_not_grow_with_the_plan():
    few, many = (
        count_queries(lambda: report_of(period))  # noqa: B023 - called at once
        for period in (make_full_round(1), make_full_round(4))
    )

    assert few == many


def test_only_the_secretariat_takes_the_report_of_a_round_that_has_opened(client):
    period = make_full_round()
    to_come = make.round(plan=period.plan, opens_on=TODAY + DAY)

    for user, pk, expected in [
        (make.reviewer(), period.pk, 200),
        (make.reviewer(), to_come.pk, 404),
        (make.administrator(), period.pk, 403),
        (make.focal_point(), period.pk, 403),
    ]:
        client.force_login(user)
        for name in ("round_report", "round_document"):
            answer = client.get(reverse(f"admin:{name}", args=[pk]))
            assert answer.status_code == expected
