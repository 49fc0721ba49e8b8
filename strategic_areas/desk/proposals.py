"""Proposed activities: the agency's form, and the page on which it is decided."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.contrib import admin, messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from strategic_areas import workflow
from strategic_areas.desk import sheet_page
from strategic_areas.desk.views import find_or_404
from strategic_areas.models import ActivityProposal, Commitment
from strategic_areas.workflow import guard


class ProposalForm(forms.ModelForm):
    """What the agency wants the plan to hold, and why."""

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
        self.helper = FormHelper()
        self.helper.form_class = "row-form"
        self.helper.add_input(Submit("save", _("Propose it"), css_class="default"))

    def clean(self):
        cleaned = super().clean()
        for name in ("title", "why"):
            for reason in guard.refusals(cleaned.get(name)):
                self.add_error(name, reason)
        return cleaned


class DecisionForm(forms.Form):
    """One way to decide; the name of its button says which."""

    step, button, css_class = "", "", ""

    def __init__(self, data, **kwargs):
        mine = data if data and self.step in data else None
        super().__init__(mine, label_suffix="", auto_id=f"{self.step}_%s", **kwargs)
        self.helper = FormHelper()
        self.helper.form_class = "step-form"
        self.helper.add_input(Submit(self.step, self.button, css_class=self.css_class))


class AcceptForm(DecisionForm):
    step, button, css_class = "accept", gettext_lazy("Accept"), "default"

    code = forms.CharField(
        label=gettext_lazy("Its code in the plan"), max_length=40, strip=True
    )
    deciding_act = forms.CharField(
        label=gettext_lazy("Deciding act"),
        max_length=300,
        help_text=gettext_lazy("The public reads it, such as: Acta CITIM 3-2026."),
    )
    decided_on = forms.DateField(
        label=gettext_lazy("Decided on"), widget=forms.DateInput(attrs={"type": "date"})
    )

    def clean_deciding_act(self):
        text = self.cleaned_data["deciding_act"]
        if reasons := guard.refusals(text):
            raise forms.ValidationError(reasons)
        return text

    def take(self, proposal, by):
        workflow.accept_activity(proposal, by=by, **self.cleaned_data)


class DeclineForm(DecisionForm):
    step, button = "decline", gettext_lazy("Decline")

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Whoever proposed it reads this."),
    )

    def take(self, proposal, by):
        workflow.decline_activity(proposal, by=by, reason=self.cleaned_data["reason"])


def propose(request, period, agency):
    """The form of a proposal; stored, its state stands on the sheet."""
    found = find_or_404(request, period, agency)
    form = ProposalForm(
        request.POST if request.method == "POST" else None,
        instance=ActivityProposal(agency=found.agency, plan=found.period.plan),
        commitments=Commitment.objects.standing().filter(plan=found.period.plan),
    )
    if form.is_valid():
        try:
            workflow.propose_activity(form.instance, by=request.user)
        except workflow.TransitionError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Your proposal is with the secretariat."))
            return redirect(f"{found.url}#propuestas")
    context = {**sheet_page.frame(request, found), "form": form}
    status = 422 if form.errors else 200
    return render(request, "desk/propose.html", context, status=status)


def proposal(request, pk):
    """What is proposed, what the guard says, and the decision for a reviewer."""
    if not request.user.has_perm("strategic_areas.publish_activityproposal"):
        raise Http404
    rows = ActivityProposal.objects.visible_to(request.user).select_related(
        "agency", "commitment", "plan", "proposed_by", "decided_by"
    )
    found = get_object_or_404(rows, pk=pk)
    steps = _steps(request, found)
    for form in steps:
        if form.is_bound and form.is_valid() and _taken(request, form, found):
            return redirect("admin:index")
    context = {
        **admin.site.each_context(request),
        "proposal": found,
        "warnings": guard.warnings_of(found, ("title", "why")),
        "steps": steps,
    }
    return render(request, "desk/proposal.html", context)


def _steps(request, found):
    if not workflow.may_decide(request.user, found):
        return []
    data = request.POST if request.method == "POST" else None
    return [AcceptForm(data), DeclineForm(data)]


def _taken(request, form, found):
    """True once the decision is stored; else its refusal stands in the form."""
    try:
        form.take(found, request.user)
    except workflow.TransitionError as error:
        form.add_error(None, str(error))
        return False
    text = _("%(record)s: %(status)s.") % {
        "record": found,
        "status": found.get_status_display().lower(),
    }
    messages.success(request, text)
    return True


def waiting_for(user):
    """The proposals on which a reviewer decides, the longest waiting first."""
    if not user.has_perm("strategic_areas.publish_activityproposal"):
        return []
    rows = ActivityProposal.objects.waiting().select_related("agency", "commitment")
    for row in (found := list(rows)):
        row.mine = row.proposed_by_id == user.pk
    return found
