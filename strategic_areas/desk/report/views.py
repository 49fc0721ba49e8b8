"""
Pages of a round's documents: the report for the commission, and the status of each
agency's report.
"""

from django.http import Http404
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext as _, pgettext, pgettext_lazy
from django.views.decorators.http import require_safe

from agencies.audit import record_download
from strategic_areas import spreadsheet_cells as escaping, workflow
from strategic_areas.compliance import ReportStatus, Timeliness
from strategic_areas.desk.changes import decisions
from strategic_areas.desk.changes.agency_statements import BilingualTextForm
from strategic_areas.desk.report import (
    DocumentTable,
    sections,
    table_unless_empty,
)
from strategic_areas.desk.report.round_report import load_round_report
from strategic_areas.desk.rounds.views import REPORT_STATUS_WORDS, round_or_404
from strategic_areas.desk.screens import render_screen
from strategic_areas.models import Plan, ReportingPeriod, SecretariatTexts
from strategic_areas.queries.figures.phrases import text_in_language
from strategic_areas.queries.rounds import load_agency_rounds
from strategic_areas.sentences import TIMELINESS
from strategic_areas.views.files import WORKBOOK, as_file

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_safe
def show_round_report(request, pk):
    period, round_report = _load_report(request, pk)
    return render_screen(
        request,
        "desk/report.html",
        title=_("Report for the commission"),
        period=period,
        round_report=round_report,
        round_document=round_report and sections.build_round_document(round_report),
    )


@require_safe
def download_document(request, pk):
    from strategic_areas.desk.report.docx_writer import write_docx

    period, round_report = _load_report(request, pk)
    if round_report is None:
        raise Http404
    stem = f"{_('Report for the commission')} {period.plan.code} {period.code}"
    name = slugify(f"{stem} {round_report.day}")
    return as_file(
        write_docx(sections.build_round_document(round_report)), f"{name}.docx", DOCX
    )


class SecretariatTextsForm(BilingualTextForm):
    max_length = 6000

    class Meta(BilingualTextForm.Meta):
        model = SecretariatTexts
        fields = SecretariatTexts.fields.columns(bilingual=True)
        # Spanish and English: for the introduction, and again for the conclusions.
        widget_pair = BilingualTextForm.Meta.widgets.values()
        widgets = dict(zip(fields, [*widget_pair, *widget_pair], strict=True))


def edit_secretariat_texts(request, pk):
    period, round_report = _load_report(request, pk)
    if not (round_report and round_report.edition and round_report.before):
        raise Http404
    texts = round_report.secretariat_texts or SecretariatTexts(
        period=period, since=round_report.before.period
    )
    form = SecretariatTextsForm(request.POST or None, instance=texts)
    if form.is_valid() and (change := form.propose(by=request.user)):
        return decisions.redirect_to_change(request, change)
    return render_screen(
        request,
        "desk/secretariat_texts.html",
        status=422 if form.errors else 200,
        title=_("Introduction and conclusions"),
        period=period,
        round_report=round_report,
        round_document=sections.build_round_document(round_report),
        pending_change=workflow.waiting_change(texts),
        form=form,
    )


def _load_report(request, pk):
    period = round_or_404(request.user, pk)
    if period.plan.status == Plan.Status.IN_PREPARATION:
        raise Http404
    since_code, today = request.GET.get("since", ""), timezone.localdate()
    return period, load_round_report(period, today, since_code)


STATUS_WORDS = {
    **REPORT_STATUS_WORDS,
    ReportStatus.PUBLISHED: pgettext_lazy("a report", "Published"),
}
#: Code of the paper size in workbooks.
LEGAL_PAPER = 5
#: Colour of headings.
HEADING_COLOUR = "003876"


def report_status_tables(period: ReportingPeriod, today) -> tuple[DocumentTable, ...]:
    columns = {
        _("Agency"): 12,
        _("Code"): 10,
        _("Activity or indicator"): 50,
        pgettext("of a report", "State"): 20,
        _("First handed in"): 16,
        _("Punctuality"): 16,
    }
    agency_rounds = sorted(
        load_agency_rounds([period], today), key=lambda each: each.agency.acronym
    )
    return table_unless_empty(
        _("Each report and value that the round asks for"),
        columns,
        (
            (
                each.agency.acronym,
                item.subject.code,
                text_in_language(item.subject, "title"),
                str(STATUS_WORDS[item.report_status]),
                date_format(item.first_submitted_on, "SHORT_DATE_FORMAT")
                if item.first_submitted_on
                else "",
                _timeliness_word(item.first_submitted_on, period.due_on, today),
            )
            for each in agency_rounds
            for item in each.items
        ),
    )


def _timeliness_word(first_submitted_on, due_on, today):
    if first_submitted_on and first_submitted_on > due_on:
        return pgettext("an answer to a round", "Late")
    if first_submitted_on:
        return str(TIMELINESS[Timeliness.ON_TIME])
    return str(TIMELINESS[Timeliness.SILENT]) if today > due_on else ""


@require_safe
def report_statuses(request, pk):
    period = round_or_404(request.user, pk)
    return render_screen(
        request,
        "desk/report_statuses.html",
        title=_("State of each report"),
        period=period,
        tables=report_status_tables(period, timezone.localdate()),
    )


@require_safe
def download_report_statuses(request, pk):
    period, today = round_or_404(request.user, pk), timezone.localdate()
    record_download(request, period, agency=None, kind="round_state")
    workbook = tables_as_workbook(report_status_tables(period, today))
    name = slugify(
        f"{_('State of each report')} {period.plan.code} {period.code} {today}"
    )
    return as_file(workbook, f"{name}.xlsx", WORKBOOK)


def tables_as_workbook(tables: tuple[DocumentTable, ...]) -> bytes:
    """Return the tables as a workbook with escaped texts, to print on legal paper."""
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    from strategic_areas.workbooks.writing import content_of, new_book

    book = new_book()
    sheet = book.active
    sheet.title = _("State of each report")
    for each in tables:
        sheet.append([escaping.workbook_text(heading) for heading, _w in each.columns])
        for row in each.rows:
            sheet.append([escaping.workbook_text(cell) for cell in row])
        for number, (_heading, width) in enumerate(each.columns, 1):
            sheet.column_dimensions[get_column_letter(number)].width = width
    for line in sheet.iter_rows():
        for cell in line:
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            if cell.value is not None:
                cell.data_type = "s"
    for cell in sheet[1]:
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor=HEADING_COLOUR)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = LEGAL_PAPER
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToHeight = 0
    sheet.oddFooter.center.text = "&P / &N"
    return content_of(book)
