"""
Handover: the administrator's step, and the successor's page to print.

The page says what the agency promised, did and owes.
"""

from dataclasses import dataclass

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agencies import access
from agencies.accounts.leaving import hand_over
from agencies.models import Agency, FocalPoint, User
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    Commitment,
    CommitmentUpdate,
    Plan,
    ReportingPeriod,
    Status,
)
from strategic_areas.queries import rounds

#: How many published reports the page shows; it shows the newest.
REPORTS_SHOWN = 20
UNFINISHED = [Status.DRAFT, Status.RETURNED]


@dataclass(frozen=True)
class AgencyWork:
    """What an agency promised, did and owes."""

    agency: Agency
    commitments: tuple[Commitment, ...]
    activities: tuple[Activity, ...]
    published: tuple[ActivityUpdate, ...]
    unfinished: tuple
    owed: tuple[rounds.Cell, ...]


def agency_work(agency, today=None):
    """The work of an agency, with its drafts: for people who hold its mandate."""
    today = today or timezone.localdate()
    updates = ActivityUpdate.objects.without_transcriptions()
    updates = updates.filter(agency=agency)
    declared = CommitmentUpdate.objects.without_transcriptions()
    declared = declared.filter(agency=agency)
    begun = [
        *updates.filter(status__in=UNFINISHED).select_related("activity", "period"),
        *declared.filter(status__in=UNFINISHED).select_related("commitment", "period"),
    ]
    return AgencyWork(
        agency=agency,
        commitments=tuple(
            Commitment.objects.filter(lead=agency, plan__in=Plan.objects.public())
            .select_related("plan")
            .order_by("plan", "sort_code")
        ),
        activities=tuple(
            Activity.objects.standing()
            .filter(agency=agency, plan__in=Plan.objects.public())
            .select_related("commitment", "plan")
            .order_by("plan", "sort_code")
        ),
        published=tuple(
            updates.filter(status=Status.PUBLISHED)
            .select_related("activity", "period")
            .order_by("-published_at", "-pk")[:REPORTS_SHOWN]
        ),
        unfinished=tuple(begun),
        owed=tuple(_owed(agency, today)),
    )


def _owed(agency, today):
    """The rounds that still take this agency's reports and lack some."""
    opened = ReportingPeriod.objects.opened(today).select_related("plan")
    for cell in rounds.cells(opened, today):
        if cell.agency == agency and cell.accepts(today) and cell.missing:
            yield cell


class HandoverForm(forms.Form):
    successor = forms.ModelChoiceField(
        label=_("Successor"),
        queryset=User.objects.none(),
        help_text=_("Somebody without an account is invited first."),
    )

    def __init__(self, *args, mandate, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["successor"].queryset = (
            User.objects.filter(
                is_active=True, is_staff=True, groups__name=access.Role.FOCAL_POINT
            )
            .exclude(pk=mandate.user_id)
            .order_by("last_name", "username")
        )


def hand_over_page(request, pk):
    """Explain a handover to an administrator, then do it."""
    if not access.is_administrator(request.user):
        raise PermissionDenied
    current = FocalPoint.objects.current().select_related("agency", "user")
    mandate = get_object_or_404(current, pk=pk)
    form = HandoverForm(request.POST or None, mandate=mandate)
    if form.is_valid():
        try:
            hand_over(mandate, form.cleaned_data["successor"], by=request.user)
        except access.RefusedError as error:
            form.add_error(None, str(error))
        else:
            done = gettext("%(agency)s is handed over.") % {"agency": mandate.agency}
            messages.success(request, done)
            return HttpResponseRedirect(reverse("admin:agencies_focalpoint_changelist"))
    context = {
        **admin.site.each_context(request),
        "title": gettext("Hand over %(agency)s") % {"agency": mandate.agency},
        "mandate": mandate,
        "form": form,
    }
    return TemplateResponse(request, "desk/hand_over.html", context)


def account_page(request, slug):
    """What the agency promised, did and owes; for its own focal points only."""
    agencies = FocalPoint.objects.agencies_of(request.user)
    agency = Agency.objects.filter(pk__in=agencies, slug=slug).first()
    if agency is None:
        raise Http404
    context = {
        **admin.site.each_context(request),
        "title": gettext("%(agency)s: what is promised, done and owed")
        % {"agency": agency},
        "account": agency_work(agency),
    }
    return TemplateResponse(request, "desk/handover.html", context)
