"""Activities added by agencies: work outside the plan, and proposals for the plan."""

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _, gettext_lazy

from agencies.numbers import WholeField
from strategic_areas import workflow
from strategic_areas.desk.inputs import (
    LongTextField,
    VictimsField,
    limit_length,
    one_button_helper,
)
from strategic_areas.desk.screens import render_screen, take_valid_step
from strategic_areas.desk.sheet.contents import sheet_or_404
from strategic_areas.desk.sheet.rows import row_or_404
from strategic_areas.models import (
    Activity,
    ActivityProposal,
    ActivityUpdate,
    Commitment,
    ExecutionState,
)
from strategic_areas.progress import percent_for
from strategic_areas.workflow import guard

EXECUTION_CHOICES = [
    (value, ExecutionState(value).label)
    for value in (ExecutionState.COMPLETED, ExecutionState.IN_PROGRESS)
]


class OffPlanActivityForm(forms.ModelForm):
    class Meta:
        model = Activity
        fields = ["title_es", "commitment"]
        labels = {"title_es": gettext_lazy("What was done, in one line")}

    def __init__(self, *args, commitments, action, button, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["commitment"].queryset = commitments
        self.fields["commitment"].label = gettext_lazy("The commitment it serves most")
        self.helper = one_button_helper("row-form", "save", button, action=action)

    def clean(self):
        guard.add_blocking_errors(self, "title_es")
        return super().clean()


class ReportOffPlanForm(OffPlanActivityForm):
    """
    The name and first report of an activity; later reports are written on the sheet.
    """

    class Meta(OffPlanActivityForm.Meta):
        fields = [*OffPlanActivityForm.Meta.fields, "reaches_victims"]

    execution = forms.ChoiceField(
        label=gettext_lazy("Execution"), choices=EXECUTION_CHOICES
    )
    narrative_es = LongTextField(
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
        guard.add_blocking_errors(self, "narrative_es")
        return super().clean()

    def store(self, period, *, by):
        names = ("execution", "narrative_es", "people_reached")
        update = ActivityUpdate(
            period=period, **{name: self.cleaned_data[name] for name in names}
        )
        update.percent = percent_for(update.execution, None)
        self.instance = workflow.report_off_plan(self.instance, update, by=by).activity


def report_off_plan(request, period, agency):
    sheet = sheet_or_404(request.user, period, agency)
    form = ReportOffPlanForm(
        request.POST if request.method == "POST" else None,
        instance=Activity(agency=sheet.agency),
        commitments=_commitments(sheet),
        action=sheet.off_plan_url,
        button=_("Save"),
    )
    if take_valid_step(form, form.store, sheet.period, by=request.user):
        return _saved(request, period, agency, form.instance)
    return _page(request, sheet, form)


def edit_off_plan(request, period, agency, activity):
    row = row_or_404(request.user, period, agency, activity=activity)
    if not row.may_edit_activity:
        raise Http404
    sheet = sheet_or_404(request.user, period, agency)
    form = OffPlanActivityForm(
        request.POST if request.method == "POST" else None,
        instance=row.subject,
        commitments=_commitments(sheet),
        action=row.edit_activity_url,
        button=_("Save"),
    )
    if take_valid_step(form, workflow.edit_off_plan, form.instance, by=request.user):
        return _saved(request, period, agency, row.subject)
    return _page(request, sheet, form)


def _commitments(sheet):
    return Commitment.objects.not_superseded().filter(plan=sheet.period.plan)


def _saved(request, period, agency, activity):
    messages.success(request, _("%(code)s is saved.") % {"code": activity.code})
    return redirect(
        row_or_404(request.user, period, agency, activity=activity.pk).page_url
    )


def _page(request, sheet, form, template="desk/off_plan.html", title=None):
    return render_screen(
        request,
        template,
        title=title or _("Other work done (outside the plan)"),
        status=422 if form.errors else 200,
        sheet=sheet,
        form=form,
    )


class ProposeActivityForm(forms.ModelForm):
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
        limit_length(self.fields["why"])
        self.helper = one_button_helper("row-form", "save", _("Propose it"))

    def clean(self):
        guard.add_blocking_errors(self, "title", "why")
        return super().clean()


def propose_activity(request, period, agency):
    sheet = sheet_or_404(request.user, period, agency)
    form = ProposeActivityForm(
        request.POST if request.method == "POST" else None,
        instance=ActivityProposal(agency=sheet.agency, plan=sheet.period.plan),
        commitments=_commitments(sheet),
    )
    if take_valid_step(form, workflow.propose_activity, form.instance, by=request.user):
        messages.success(request, _("Your proposal is with the secretariat."))
        return redirect(f"{sheet.url}#propuestas")
    return _page(request, sheet, form, "desk/propose.html", _("Propose an activity"))
