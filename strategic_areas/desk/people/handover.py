"""
Who takes over from whom: handing a mandate over, and substitutes of the secretariat.
"""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.access import RefusedError, Role, is_administrator, is_reviewer
from agencies.accounts.confirming import ACCOUNT_CHANGES, AccountChange
from agencies.accounts.leaving import hand_over
from agencies.models import Agency, FocalPoint, User
from agencies.stand_ins import STAND_INS, StandIn
from agencies.stand_ins import name as name_stand_in
from strategic_areas.desk.changes import decisions
from strategic_areas.desk.inputs import one_button
from strategic_areas.desk.screens import screen
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
    return {
        "agency": agency,
        "commitments": tuple(
            Commitment.objects.filter(lead=agency, plan__in=Plan.objects.public())
            .select_related("plan")
            .order_by("plan", "sort_code")
        ),
        "activities": tuple(
            Activity.objects.standing()
            .filter(agency=agency, plan__in=Plan.objects.public())
            .select_related("commitment", "plan")
            .order_by("plan", "sort_code")
        ),
        "published": tuple(
            updates.filter(status=Status.PUBLISHED)
            .select_related("activity", "period")
            .order_by("-published_at", "-pk")[:REPORTS_SHOWN]
        ),
        "unfinished": tuple(begun),
        "owed": tuple(_owed(agency, today)),
    }


def _owed(agency, today):
    opened = ReportingPeriod.objects.opened(today).select_related("plan")
    for cell in rounds.cells(opened, today):
        if cell.agency == agency and cell.accepts(today) and cell.missing:
            yield cell


class HandoverForm(forms.Form):
    successor = forms.ModelChoiceField(
        label=gettext_lazy("Successor"),
        queryset=User.objects.none(),
        help_text=gettext_lazy("Somebody without an account is invited first."),
    )

    def __init__(self, *args, mandate, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["successor"].queryset = (
            User.objects.filter(
                is_active=True, is_staff=True, groups__name=Role.FOCAL_POINT
            )
            .exclude(pk=mandate.user_id)
            .order_by("last_name", "username")
        )


def hand_over_page(request, pk):
    if not is_administrator(request.user):
        raise PermissionDenied
    current = FocalPoint.objects.current().select_related("agency", "user")
    mandate = get_object_or_404(current, pk=pk)
    form = HandoverForm(request.POST or None, mandate=mandate)
    if form.is_valid():
        try:
            hand_over(mandate, form.cleaned_data["successor"], by=request.user)
        except RefusedError as error:
            form.add_error(None, str(error))
        else:
            done = _("%(agency)s is handed over.") % {"agency": mandate.agency}
            messages.success(request, done)
            return redirect("admin:agencies_focalpoint_changelist")
    return screen(
        request,
        "desk/hand_over.html",
        title=_("Hand over %(agency)s") % {"agency": mandate.agency},
        mandate=mandate,
        form=form,
    )


def account_page(request, slug):
    agencies = FocalPoint.objects.agencies_of(request.user)
    agency = Agency.objects.filter(pk__in=agencies, slug=slug).first()
    if agency is None:
        raise Http404
    return screen(
        request,
        "desk/handover.html",
        title=_("%(agency)s: what is promised, done and owed") % {"agency": agency},
        account=agency_work(agency),
    )


class StandInForm(forms.ModelForm):
    class Meta:
        model = StandIn
        fields = ["user", "starts_on", "ends_on"]
        widgets = {
            name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            for name in ("starts_on", "ends_on")
        }

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        people = User.objects.filter(is_active=True, is_staff=True, is_superuser=False)
        known = people.filter(groups__name__in=[Role.FOCAL_POINT, Role.ADMINISTRATOR])
        others = known.exclude(groups__name=Role.REVIEWER).exclude(pk=by.pk)
        self.fields["user"].queryset = others.distinct().order_by("username")
        self.helper = one_button(
            "step-form", "name", gettext_lazy("Name them as a substitute"), css_class=""
        )

    def clean_ends_on(self):
        day = self.cleaned_data["ends_on"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("That day is past."))
        return day


def stand_ins(request):
    if not STAND_INS.decides(request.user):
        raise PermissionDenied
    form = None
    if is_reviewer(request.user):
        form = StandInForm(request.POST or None, by=request.user)
        if form.is_valid():
            try:
                made = name_stand_in(form.save(commit=False), by=request.user)
                return redirect("admin:stand_in", pk=made.pk)
            except RefusedError as error:
                form.add_error(None, str(error))
    return screen(
        request,
        "desk/stand_ins.html",
        title=_("Substitutes of the secretariat"),
        rows=StandIn.objects.visible_to(request.user).order_by("-starts_on")[:50],
        form=form,
    )


def stand_in(request, pk):
    rows = StandIn.objects.visible_to(request.user)
    found = get_object_or_404(rows.select_related("proposed_by", "decided_by"), pk=pk)
    steps = decisions.open_forms(request, STAND_INS, found, decisions.ApproveForm)
    if decisions.take_pressed_step(request, STAND_INS, found, steps):
        return redirect("admin:stand_ins")
    return screen(
        request,
        "desk/stand_in.html",
        title=str(found),
        stand_in=found,
        steps=steps,
        why_not=STAND_INS.why_not(request.user, found),
    )


class ConfirmPersonForm(decisions.ApproveForm):
    button = gettext_lazy("I know this person: confirm")


def account_change(request, pk):
    rows = AccountChange.objects.visible_to(request.user)
    found = get_object_or_404(
        rows.select_related("user", "proposed_by", "decided_by"), pk=pk
    )
    steps = decisions.open_forms(request, ACCOUNT_CHANGES, found, ConfirmPersonForm)
    if decisions.take_pressed_step(request, ACCOUNT_CHANGES, found, steps):
        return redirect("admin:decisions")
    return screen(
        request,
        "desk/account_change.html",
        title=str(found),
        change=found,
        person=found.user,
        steps=steps,
        why_not=ACCOUNT_CHANGES.why_not(request.user, found),
    )
