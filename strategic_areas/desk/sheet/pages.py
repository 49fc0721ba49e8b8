"""The sheet: all that an agency owes in a round, on one page, saved row by row."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from strategic_areas import workflow
from strategic_areas.desk.sheet import answers, sheet_page
from strategic_areas.desk.sheet.contents import (
    find_row,
    find_sheet,
    next_waiting_row,
    read_again,
)

#: The header by which the sheet's script asks for one row instead of a page.
ROW_ONLY = "X-Row-Only"


def sheet_or_404(request, period, agency):
    """The sheet, or ``Http404`` for a user who does not report for the agency now."""
    found = find_sheet(request.user, period, agency)
    if found is None:
        raise Http404
    return found


def row_or_404(request, period, agency, activity=None, commitment=None):
    """The row of an activity, or that of a commitment which the agency leads."""
    row = find_row(
        request.user, period, agency, activity=activity, commitment=commitment
    )
    if row is None:
        raise Http404
    return row


def sheet(request, period, agency):
    """
    Show every activity owed in the round, with the next empty row unfolded.

    The sheet's script asks for a row alone that stands closed on the page.
    """
    if ROW_ONLY in request.headers:
        return _closed_row(request, period, agency)
    found = sheet_or_404(request, period, agency)
    context = sheet_page.page(
        request, found, unfolded=sheet_page.requested_row(request)
    )
    return render(request, "desk/sheet.html", context)


def _closed_row(request, period, agency):
    """The row that the query asks for, whole."""
    subject = sheet_page.requested_subject(request)
    if subject is None:
        raise Http404
    return _row_only(request, row_or_404(request, period, agency, **subject))


@require_POST
def save_row(request, period, agency, **subject):
    """Save one row; its errors are shown at their fields."""
    row = row_or_404(request, period, agency, **subject)
    form = answers.save_answer(row, request.POST, by=request.user)
    if ROW_ONLY in request.headers:
        return _row_only(request, read_again(row), form)
    if form.errors:
        found = sheet_or_404(request, period, agency)
        context = sheet_page.page(request, found, unfolded=row.anchor, posted=form)
        return render(request, "desk/sheet.html", context, status=_status(form))
    messages.success(request, _("%(code)s is saved.") % {"code": row.subject.code})
    return redirect(_next_address(row))


def _status(form):
    if not form.errors:
        return 200
    return 409 if form.conflict else 422


def _row_only(request, row, form=None):
    """The row as it is now, by which the script replaces the row on the page."""
    posted = form if form and form.errors else None
    shown = sheet_page.show(
        row,
        sheet_page.province_choices(),
        unfolded=row.anchor if posted else None,
        posted=posted,
    )
    context = {"shown": shown, "sheet": {"may_recall": _may_recall(request.user, row)}}
    status = _status(form) if form else 200
    return render(request, shown.template, context, status=status)


def _may_recall(user, row):
    """As the whole sheet tells it, where the row was sent."""
    if not row.may_be_recalled:
        return False
    return workflow.may_submit(user, row.agency) and row.period.accepts(row.agency)


def _next_address(row):
    """The next row that waits, unfolded; after the last one the check page."""
    if not row.is_owed:
        return row.page_url
    after = next_waiting_row(row)
    return after.page_url if after else row.check_url
