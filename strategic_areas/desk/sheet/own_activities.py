"""
Activities that agencies bring in: work outside the plan, and what they propose for it.
"""

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.access import RefusedError
from agencies.numbers import WholeField
from strategic_areas import workflow
from strategic_areas.desk.inputs import LongText, VictimsField, limit, one_button
from strategic_areas.desk.screens import screen
from strategic_areas.desk.sheet.pages import row_or_404, sheet_or_404
from strategic_areas.models import (
    Activity,
    ActivityProposal,
    ActivityUpdate,
    Commitment,
    Execution,
)
from strategic_areas.workflow import guard

DONE = [
    (value, Execution(value).label)
    for value in (Execution.COMPLETED, Execution.IN_PROGRESS)
]


class NameForm(forms.ModelForm):
    class Meta:
        model = Activity
        fields = ["title_es", "commitment"]
        labels = {"title_es": gettext_lazy("What was done, in one line")}

    def __init__(self, *args, commitments, action, button, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["commitment"].queryset = commitments
        self.fields["commitment"].label = gettext_lazy("The commitment it serves most")
        self.helper = one_button("row-form", "save", button, action=action)

    def clean(self):
        guard.refuse(self, "title_es")
        return super().clean()


class OffPlanForm(NameForm):
    """The name and the first report; later reports are written on the sheet."""

    class Meta(NameForm.Meta):
        fields = [*NameForm.Meta.fields, "reaches_victims"]

    execution = forms.ChoiceField(label=gettext_lazy("Execution"), choices=DONE)
    narrative_es = LongText(
        rows=5,
        label=gettext_lazy("What was done, in full"),
        help_text=gettext_lazy(
            "About the work, never about a person. The public reads it."
        ),
    )
    reaches_victims = VictimsField("reaches_victims")
    people_reached = WholeField(
        label=gettext_lazy("People reached"), required=False, min_value=0
    )

    def clean(self):
        guard.refuse(self, "narrative_es")
        return super().clean()

    def report(self, period):
        cleaned = self.cleaned_data
        is_done = cleaned["execution"] == Execution.COMPLETED
        return ActivityUpdate(
            period=period,
            execution=cleaned["execution"],
            percent=100 if is_done else None,
            narrative_es=cleaned["narrative_es"],
            people_reached=cleaned["people_reached"],
        )


def report(request, period, agency):
    found = sheet_or_404(request, period, agency)
    form = OffPlanForm(
        request.POST if request.method == "POST" else None,
        instance=Activity(agency=found.agency),
        commitments=_commitments(found),
        action=found.off_plan_url,
        button=_("Save"),
    )
    if form.is_valid():
        try:
            update = workflow.report_off_plan(
                form.instance, form.report(found.period), by=request.user
            )
        except workflow.TransitionError as error:
            form.add_error(None, str(error))
        else:
            return _saved(request, period, agency, update.activity)
    return _page(request, found, form)


def rename(request, period, agency, activity):
    row = row_or_404(request, period, agency, activity=activity)
    if not row.may_be_renamed:
        raise Http404
    found = sheet_or_404(request, period, agency)
    form = NameForm(
        request.POST if request.method == "POST" else None,
        instance=row.subject,
        commitments=_commitments(found),
        action=row.rename_url,
        button=_("Save"),
    )
    if form.is_valid():
        try:
            workflow.rename_off_plan(form.instance, by=request.user)
        except workflow.TransitionError as error:
            form.add_error(None, str(error))
        else:
            return _saved(request, period, agency, row.subject)
    return _page(request, found, form)


def _commitments(found):
    return Commitment.objects.standing().filter(plan=found.period.plan)


def _saved(request, period, agency, activity):
    messages.success(request, _("%(code)s is saved.") % {"code": activity.code})
    return redirect(row_or_404(request, period, agency, activity=activity.pk).page_url)


def _page(request, found, form):
    return screen(
        request,
        "desk/off_plan.html",
        title=_("Other work done (outside the plan)"),
        status=422 if form.errors else 200,
        sheet=found,
        form=form,
    )


class ProposalForm(forms.ModelForm):
    class Meta:
        model = ActivityProposal
        fields = ["title", "commitment", "why", "kind", "starts_on", "due_on"]
        widgets = {
            "why": forms.Textarea(attrs={"rows": 4}),
            "starts_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "due_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args, commitments, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["commitment"].queryset = commitments
        limit(self.fields["why"])
        self.helper = one_button("row-form", "save", _("Propose it"))

    def clean(self):
        guard.refuse(self, "title", "why")
        return super().clean()


def propose(request, period, agency):
    found = sheet_or_404(request, period, agency)
    form = ProposalForm(
        request.POST if request.method == "POST" else None,
        instance=ActivityProposal(agency=found.agency, plan=found.period.plan),
        commitments=_commitments(found),
    )
    if form.is_valid():
        try:
            workflow.propose_activity(form.instance, by=request.user)
        except RefusedError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Your proposal is with the secretariat."))
            return redirect(f"{found.url}#propuestas")
    return screen(
        request,
        "desk/propose.html",
        title=_("Propose an activity"),
        status=422 if form.errors else 200,
        sheet=found,
        form=form,
    )
