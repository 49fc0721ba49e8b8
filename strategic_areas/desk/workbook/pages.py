"""
The workbook's pages: download, upload and compare, save what was shown.

The announced rows are signed into the page, and checked again when they are saved.
"""

from dataclasses import dataclass, field

from django import forms
from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from agencies.audit import take_out
from strategic_areas.desk.inputs import one_button
from strategic_areas.desk.screens import screen
from strategic_areas.desk.sheet import answers, sheet_page
from strategic_areas.desk.sheet.pages import sheet_or_404
from strategic_areas.desk.sheet.sheet_page import UploadForm
from strategic_areas.desk.workbook.comparing import Kind, compare
from strategic_areas.desk.workbook.reading import read
from strategic_areas.desk.workbook.signed_preview import (
    StaleError,
    read_signed,
    sign,
)
from strategic_areas.desk.workbook.value_lines import compare_values, save_value
from strategic_areas.evidence import RefusedFileError
from strategic_areas.views.files import WORKBOOK, as_file


@require_http_methods(["GET", "POST"])
def workbook(request, period, agency):
    """The sheet of the round as a workbook, or what an uploaded one would change."""
    sheet = sheet_or_404(request, period, agency)
    if request.method == "GET":
        return _download(request, sheet)
    upload = UploadForm(request.POST, request.FILES, action=sheet.workbook_url)
    context = {"sheet": sheet, "upload": upload}
    if upload.is_valid():
        try:
            context |= _preview(sheet, upload.cleaned_data["workbook"], request.user)
        except RefusedFileError as error:
            upload.add_error("workbook", str(error))
    status = 422 if upload.errors else 200
    return screen(request, "desk/workbook.html", status=status, **context)


def _download(request, sheet):
    from strategic_areas.desk.workbook.writing import write

    take_out(request, sheet.period, agency=sheet.agency, kind="workbook")
    names = [name for _pk, name in sheet_page.province_choices()]
    name = f"hoja-{sheet.agency.slug}-{sheet.period.code}.xlsx"
    return as_file(write(sheet, names), name, WORKBOOK)


def _preview(sheet, file, user):
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
    """Save the announced rows, and tell what became of each."""
    sheet = sheet_or_404(request, period, agency)
    try:
        rows = read_signed_rows(request.POST.get("staged", ""), sheet, by=request.user)
    except StaleError as error:
        messages.error(request, str(error))
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


def sign_rows(sheet, outcomes, *, by):
    """The rows that would be saved, signed, or ""."""
    rows = [
        [outcome.row.key, outcome.row.subject.code, outcome.data]
        for outcome in outcomes
        if outcome.data
    ]
    return sign(rows, _owner(sheet, by)) if rows else ""


def read_signed_rows(signed, sheet, *, by):
    """Activity id, code and data of each row; or ``StaleError``."""
    return read_signed(signed, _owner(sheet, by))


def _owner(sheet, user):
    return [user.pk, sheet.period.pk, sheet.agency.pk]


class SaveForm(forms.Form):
    staged = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args, action, count=0, **kwargs):
        super().__init__(*args, **kwargs)
        label = ngettext("Save %(count)d row", "Save %(count)d rows", count)
        self.helper = one_button(
            "send-form", "save", label % {"count": count}, action=action
        )


@dataclass
class Saved:
    """Codes by what became of them; ``refused`` with the reason."""

    saved: list[str] = field(default_factory=list)
    handed_in: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def save(sheet, rows, *, by):
    """
    Store each row by itself, as the sheet does; a value is handed in.

    What somebody saved meanwhile is left alone; what is stored already counts as saved.
    """
    result = Saved()
    for activity, code, data in rows:
        if isinstance(activity, str):
            if why_not := save_value(sheet, activity, data, by=by):
                result.refused.append((code, why_not))
            else:
                result.handed_in.append(code)
            continue
        row = sheet.row("activity", activity)
        if row is None:
            result.refused.append(
                (code, _("It is no longer asked about in this round."))
            )
            continue
        form = answers.save_answer(row, data, by=by)
        if form.conflict:
            result.conflicts.append(code)
        elif form.errors:
            result.refused.append((code, _first(form.errors)))
        else:
            result.saved.append(code)
    return result


def _first(errors):
    return next(iter(errors.values()))[0]
