"""One round: what is missing by agency, and closing it before its day."""

from dataclasses import dataclass

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies import access
from agencies.models import Agency
from strategic_areas import rounds
from strategic_areas.desk.matrix import ROUND_WORDS
from strategic_areas.discipline import Standing
from strategic_areas.models import Activity, ReportingPeriod
from strategic_areas.queries.rounds import cells
from strategic_areas.schedule import RoundState


@dataclass(frozen=True)
class Unfinished:
    """What of one agency is not published yet in a round, by where it stands."""

    agency: Agency
    owed: int
    missing: tuple[Activity, ...]
    drafted: tuple[Activity, ...]
    returned: tuple[Activity, ...]
    submitted: tuple[Activity, ...]

    @property
    def is_complete(self):
        return not (self.missing or self.drafted or self.returned or self.submitted)


class CloseForm(forms.Form):
    """Whoever closes has read what closing leaves out."""

    has_read = forms.BooleanField(
        label=gettext_lazy("I have read what is missing; the round closes now")
    )

    def __init__(self, *args, action, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.helper = FormHelper()
        self.helper.form_action = action
        self.helper.form_class = "step-form"
        self.helper.add_input(
            Submit("close", _("Close the round"), css_class="default")
        )


def round_page(request, pk):
    """What is missing in a round; a press closes one that is late, for good."""
    if not (access.is_reviewer(request.user) or request.user.is_superuser):
        raise PermissionDenied
    today = timezone.localdate()
    period = get_object_or_404(_opened(request.user, today), pk=pk)
    form = CloseForm(
        request.POST if request.method == "POST" else None,
        action=reverse("admin:round", args=[pk]),
    )
    if form.is_valid():
        return _close(request, period, today)
    state = period.state(today)
    context = {
        **admin.site.each_context(request),
        "title": period.name,
        "period": period,
        "word": ROUND_WORDS[state],
        "agencies": unfinished_of(period, today),
        "form": form if state == RoundState.LATE else None,
        "is_open": state == RoundState.OPEN,
        "closed": period.history.filter(history_change_reason=rounds.CLOSED)
        .select_related("history_user")
        .order_by("history_date")
        .last(),
    }
    status = 422 if form.is_bound else 200
    return render(request, "desk/round.html", context, status=status)


def _opened(user, today):
    """The rounds that the matrix shows; one that is still to open is not found."""
    rows = ReportingPeriod.objects.visible_to(user).opened(today)
    return rows.select_related("plan")


def _close(request, period, today):
    try:
        rounds.close(period, by=request.user, today=today)
    except access.RefusedError as error:
        messages.error(request, str(error))
    else:
        text = _("%(round)s is closed.") % {"round": period}
        messages.success(request, text)
    return redirect("admin:round", pk=period.pk)


def unfinished_of(period, today):
    """Every agency that the round asks, those with most to do first."""
    found = []
    for cell in cells([period], today):
        if not cell.items:
            continue
        standing = {
            each: tuple(i.activity for i in cell.items if i.standing == each)
            for each in Standing
        }
        found.append(
            Unfinished(
                cell.agency,
                len(cell.items),
                missing=standing[Standing.NOTHING],
                drafted=standing[Standing.DRAFTED],
                returned=standing[Standing.RETURNED],
                submitted=standing[Standing.SUBMITTED],
            )
        )
    return sorted(
        found,
        key=lambda each: (each.is_complete, -len(each.missing), each.agency.acronym),
    )
