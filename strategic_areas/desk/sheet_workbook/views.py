"""
Pages of the sheet's workbook: download, upload with preview, save.

The previewed rows are signed into the page, and checked again when saved.
"""

from collections import Counter

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from agencies.audit import record_download
from strategic_areas.desk.screens import render_screen
from strategic_areas.desk.sheet.contents import sheet_or_404
from strategic_areas.desk.sheet.sheet_page import UploadWorkbookForm
from strategic_areas.desk.sheet_workbook.lines import DOWNLOAD_AGAIN
from strategic_areas.desk.sheet_workbook.signed_preview import (
    SavePreviewForm,
    StalePreviewError,
    read_signed,
    sign,
)
from strategic_areas.desk.sheet_workbook.update_lines import UpdateWorksheet
from strategic_areas.desk.sheet_workbook.value_lines import ValueWorksheet
from strategic_areas.evidence import RefusedFileError
from strategic_areas.plan_document.lines import LineState
from strategic_areas.views.files import WORKBOOK, as_file
from strategic_areas.workbooks.reading import read_metadata, read_worksheets
from strategic_areas.workflow.questions import QUESTION_BY_MODEL

#: Version of the workbook's format; others are refused.
FORMAT = "hoja-1"
#: State of lines → heading, and what to do.
SECTIONS = {
    LineState.REFUSED: (
        _("To be corrected"),
        _(
            "These rows are not saved. Correct the cells in the workbook and upload "
            "it again."
        ),
    ),
    LineState.STALE: (
        _("Saved by somebody else in the meantime"),
        _(
            "These rows are not overwritten. Open each on the sheet and put together "
            "what belongs in."
        ),
    ),
    LineState.NEW: (_("New"), ""),
    LineState.CHANGED: (_("Changed"), ""),
}


def workbook_metadata(sheet):
    return {
        "format": FORMAT,
        "plan": sheet.period.plan.code,
        "period": sheet.period.code,
        "agency": sheet.agency.slug,
    }


def answer_worksheets(sheet):
    worksheets = [ValueWorksheet(sheet.values)]
    for question in reversed(QUESTION_BY_MODEL.values()):
        rows = [row for row in sheet.all_rows if row.question_name == question.name]
        worksheets.insert(0, UpdateWorksheet(question, rows))
    return [
        each
        for each in worksheets
        if each.columns and (each.rows or not each.is_optional)
    ]


@require_http_methods(["GET", "POST"])
def sheet_workbook(request, period, agency):
    sheet = sheet_or_404(request.user, period, agency)
    if request.method == "GET":
        return _download(request, sheet)
    upload = UploadWorkbookForm(request.POST, request.FILES, action=sheet.workbook_url)
    context = {
        "sheet": sheet,
        "upload": upload,
        "title": _("What the workbook would change"),
    }
    if upload.is_valid():
        try:
            context |= _preview(sheet, upload.cleaned_data["workbook"], request.user)
        except RefusedFileError as error:
            upload.add_error("workbook", str(error))
    status = 422 if upload.errors else 200
    return render_screen(request, "desk/workbook.html", status=status, **context)


def _download(request, sheet):
    from strategic_areas.desk.sheet_workbook.writer import write_sheet_workbook

    record_download(request, sheet.period, agency=sheet.agency, kind="workbook")
    return as_file(
        write_sheet_workbook(sheet, answer_worksheets(sheet), workbook_metadata(sheet)),
        f"hoja-{sheet.agency.slug}-{sheet.period.code}.xlsx",
        WORKBOOK,
    )


def read_sheet_workbook(upload, sheet, *, by):
    """
    Return the ``LinePreview`` of every line of an uploaded workbook.

    Raises ``RefusedFileError`` if the workbook is not this sheet's.
    """
    uploaded = read_worksheets(upload)
    _must_be_of(read_metadata(uploaded), sheet)
    return [
        line
        for worksheet in answer_worksheets(sheet)
        for line in worksheet.previews(uploaded, by=by)
    ]


def _must_be_of(metadata, sheet):
    if metadata == workbook_metadata(sheet):
        return
    if metadata.get("format") != FORMAT:
        what = _("This is not the workbook of a sheet, or one of an older version.")
        raise RefusedFileError("not_ours", what, DOWNLOAD_AGAIN)
    what = _(
        "This workbook is of %(agency)s in the round %(period)s, not of this sheet."
    ) % {"agency": metadata.get("agency"), "period": metadata.get("period")}
    raise RefusedFileError("another_sheet", what, DOWNLOAD_AGAIN)


def _preview(sheet, file, user):
    lines = read_sheet_workbook(file, sheet, by=user)
    to_save = [each for each in lines if each.data]
    rows = [
        [each.worksheet.name, each.row.key, each.row.subject.code, each.data]
        for each in to_save
    ]
    label = ngettext("Save %(count)d row", "Save %(count)d rows", len(rows))
    sections = [
        (title, explanation, [each for each in lines if each.state is state])
        for state, (title, explanation) in SECTIONS.items()
    ]
    return {
        "outcomes": lines,
        "counts": Counter(each.state for each in lines),
        "sections": [section for section in sections if section[2]],
        "count": len(rows),
        "hands_in": any(isinstance(each.worksheet, ValueWorksheet) for each in to_save),
        "form": SavePreviewForm(
            action=sheet.workbook_save_url,
            label=label % {"count": len(rows)},
            initial={
                "signed_lines": sign(rows, _signed_for(sheet, user)) if rows else ""
            },
        ),
    }


def _signed_for(sheet, user):
    return [user.pk, sheet.period.pk, sheet.agency.pk]


@require_POST
def save_sheet_workbook(request, period, agency):
    """
    Store each previewed row by itself; values are submitted.

    Rows that another person saved meanwhile are left alone.
    """
    sheet = sheet_or_404(request.user, period, agency)
    try:
        rows = read_signed(
            request.POST.get("signed_lines", ""), _signed_for(sheet, request.user)
        )
    except StalePreviewError as error:
        messages.error(request, str(error))
        return redirect(sheet.url)
    worksheets = {each.name: each for each in answer_worksheets(sheet)}
    codes_by_result = {"saved": [], "submitted": [], "conflicts": []}
    for name, key, code, data in rows:
        worksheet = worksheets.get(name)
        row = worksheet and worksheet.row(str(key))
        result, reason = "refused", _("It is no longer asked about in this round.")
        if row:
            result, reason = worksheet.save(row, data, by=request.user)
        if result == "refused":
            message = _("%(code)s is not saved: %(reason)s")
            messages.error(request, message % {"code": code, "reason": reason})
        else:
            codes_by_result[result].append(code)
    for result, (add_message, message) in {
        "saved": (messages.success, _("Saved from the workbook: %(codes)s.")),
        "submitted": (
            messages.success,
            _("Submitted from the workbook: %(codes)s."),
        ),
        "conflicts": (
            messages.warning,
            _(
                "Not saved, because somebody saved them in the meantime: %(codes)s. "
                "Upload the same workbook again to see both texts."
            ),
        ),
    }.items():
        if codes := codes_by_result[result]:
            add_message(request, message % {"codes": ", ".join(codes)})
    return redirect(sheet.url)
