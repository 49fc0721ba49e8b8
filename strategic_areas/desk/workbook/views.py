"""The workbook's addresses: download, upload and compare, save what was shown."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from agencies.audit import take_out
from strategic_areas.desk.downloads import as_file
from strategic_areas.desk.sheet import sheet_page
from strategic_areas.desk.sheet.pages import sheet_or_404
from strategic_areas.desk.sheet.sheet_page import UploadForm
from strategic_areas.desk.workbook.comparing import Kind, compare
from strategic_areas.desk.workbook.reading import read
from strategic_areas.desk.workbook.saving import (
    SaveForm,
    StaleError,
    read_signed_rows,
    save,
    sign_rows,
)
from strategic_areas.desk.workbook.value_lines import compare_values
from strategic_areas.evidence import EXTENSIONS, RefusedFileError


@require_http_methods(["GET", "POST"])
def workbook(request, period, agency):
    """The sheet of the round as a workbook; uploaded, what it would change."""
    sheet = sheet_or_404(request, period, agency)
    if request.method == "GET":
        return _download(request, sheet)
    upload = UploadForm(request.POST, request.FILES, action=sheet.workbook_url)
    context = {**sheet_page.base_context(request, sheet), "upload": upload}
    if upload.is_valid():
        try:
            context |= _preview(sheet, upload.cleaned_data["workbook"], request.user)
        except RefusedFileError as error:
            upload.add_error("workbook", str(error))
    status = 422 if upload.errors else 200
    return render(request, "desk/workbook.html", context, status=status)


def _download(request, sheet):
    from strategic_areas.desk.workbook.value_page import add_values
    from strategic_areas.desk.workbook.writing import write

    take_out(request, sheet.period, agency=sheet.agency, kind="workbook")
    names = [name for _pk, name in sheet_page.province_choices()]
    name = f"hoja-{sheet.agency.slug}-{sheet.period.code}.xlsx"
    return as_file(write(sheet, names, add_values), name, EXTENSIONS["xlsx"])


def _preview(sheet, file, user):
    """What the page shows of each line, and the form that saves what can be."""
    lines, pages = read(file, sheet)
    values = compare_values(sheet, pages)
    reports = compare(sheet, lines, sheet_page.province_choices(), by=user)
    outcomes = [*reports, *values]
    staged = sign_rows(sheet, outcomes, by=user)
    kinds = {kind: [each for each in outcomes if each.kind == kind] for kind in Kind}
    count = len(kinds[Kind.NEW]) + len(kinds[Kind.CHANGED])
    return {
        "outcomes": outcomes,
        "kinds": {kind.value: found for kind, found in kinds.items()},
        "count": count,
        "hands_in": any(each.data for each in values),
        "form": SaveForm(
            action=sheet.workbook_save_url, count=count, initial={"staged": staged}
        ),
    }


@require_POST
def save_workbook(request, period, agency):
    """Save the rows that the preview announced, and tell what became of each."""
    sheet = sheet_or_404(request, period, agency)
    try:
        rows = read_signed_rows(request.POST.get("staged", ""), sheet, by=request.user)
    except StaleError:
        messages.error(
            request,
            _("Nothing was saved: this preview is too old. Upload the workbook again."),
        )
        return redirect(sheet.url)
    _show_result(request, save(sheet, rows, by=request.user))
    return redirect(sheet.url)


def _show_result(request, result):
    if result.saved:
        message = _("Saved from the workbook: %(codes)s.")
        messages.success(request, message % {"codes": ", ".join(result.saved)})
    if result.handed_in:
        message = _("Handed in from the workbook: %(codes)s.")
        messages.success(request, message % {"codes": ", ".join(result.handed_in)})
    if result.conflicts:
        message = _(
            "Not saved, because somebody saved them in the meantime: %(codes)s. Upload "
            "the same workbook again to see both texts."
        )
        messages.warning(request, message % {"codes": ", ".join(result.conflicts)})
    for code, reason in result.refused:
        message = _("%(code)s is not saved: %(reason)s")
        messages.error(request, message % {"code": code, "reason": reason})
