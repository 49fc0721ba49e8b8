"""The sheet: all that an agency owes in a round, on one page, saved row by row."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from strategic_areas.desk import answers, showing
from strategic_areas.desk.sheet import find

#: The header by which the sheet's script asks for one row instead of a page.
ROW_ONLY = "X-Row-Only"


def find_or_404(request, period, agency, only=None):
    """The sheet; what is not yours, or not any more, is not found."""
    found = find(request.user, period, agency, only=only)
    if found is None:
        raise Http404
    return found


def sheet(request, period, agency):
    """Every activity owed in the round; the next empty row stands open."""
    found = find_or_404(request, period, agency)
    row = request.GET.get("fila", "")
    unfolded = int(row) if row.isdecimal() else None
    context = showing.page(request, found, unfolded=unfolded)
    return render(request, "desk/sheet.html", context)


@require_POST
def save_row(request, period, agency, activity):
    """Save this row and no other; its errors come back beside their fields."""
    row = find_or_404(request, period, agency, activity).row(activity)
    if row is None:
        raise Http404
    form = answers.take(row, request.POST, by=request.user)
    if ROW_ONLY in request.headers:
        found = find_or_404(request, period, agency, activity)
        return _row_only(request, found, activity, form)
    found = find_or_404(request, period, agency)
    if form.errors:
        context = showing.page(request, found, unfolded=activity, posted=form)
        return render(request, "desk/sheet.html", context, status=_status(form))
    messages.success(request, _("%(code)s is saved.") % {"code": row.activity.code})
    return redirect(_next_address(found, activity))


def _status(form):
    if not form.errors:
        return 200
    return 409 if form.conflict else 422


def _row_only(request, found, activity, form):
    """The row as it stands now, for the script to put in its place."""
    posted = form if form.errors else None
    shown = showing.show(
        found.row(activity),
        showing.places(),
        unfolded=activity if posted else None,
        posted=posted,
    )
    context = {**showing.frame(request, found), "shown": shown}
    return render(request, "desk/_row.html", context, status=_status(form))


def _next_address(found, activity):
    """The next row that waits, opened; after the last one the check of all."""
    following = found.following(activity)
    if following is None:
        return found.check_url
    return following.page_url
