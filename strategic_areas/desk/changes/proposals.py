"""How the secretariat decides on an activity that an agency proposed for a plan."""

from django import forms
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy

from strategic_areas import workflow
from strategic_areas.desk.changes import decisions
from strategic_areas.desk.inputs import VictimsField
from strategic_areas.desk.screens import screen
from strategic_areas.models import ActivityProposal, Amendment
from strategic_areas.workflow import guard

#: The acts that decide; a correction cites a page instead.
ACTS = [each for each in Amendment.Act.choices if each[0] not in Amendment.CITED]


class AcceptProposalForm(decisions.ApproveForm):
    step, button = "accept", gettext_lazy("Accept")

    code = forms.CharField(
        label=gettext_lazy("Its code in the plan"), max_length=40, strip=True
    )
    act = forms.ChoiceField(label=gettext_lazy("Deciding act"), choices=ACTS)
    deciding_act = forms.CharField(
        label=gettext_lazy("Number of the act"),
        max_length=300,
        help_text=gettext_lazy("The public reads it, such as: Minutes 3-2031."),
    )
    decided_on = forms.DateField(
        label=gettext_lazy("Decided on"), widget=forms.DateInput(attrs={"type": "date"})
    )

    counts_victims = VictimsField("counts_victims")
    reaches_victims = VictimsField("reaches_victims")

    def clean_deciding_act(self):
        text = self.cleaned_data["deciding_act"]
        if reasons := guard.refusals(text):
            raise forms.ValidationError(reasons)
        return text

    @property
    def arguments(self):
        return {name: x for name, x in self.cleaned_data.items() if name != "checked"}


def proposal(request, pk):
    if not workflow.PROPOSALS.decides(request.user):
        raise Http404
    rows = ActivityProposal.objects.visible_to(request.user)
    found = get_object_or_404(rows.select_related("proposed_by", "decided_by"), pk=pk)
    examined = guard.examined_texts(found, ("title", "why"))
    steps = decisions.open_forms(
        request, workflow.PROPOSALS, found, AcceptProposalForm, examined=examined
    )
    if decisions.take_pressed_step(request, workflow.PROPOSALS, found, steps):
        return redirect("admin:index")
    return screen(
        request,
        "desk/proposal.html",
        proposal=found,
        examined=examined,
        steps=steps,
        why_not=workflow.PROPOSALS.why_not(request.user, found),
    )
