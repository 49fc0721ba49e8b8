"""Editions of a plan: their list, proposals, and what a proposed one holds."""

from functools import partial

from django import forms
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _, gettext_lazy

from agencies.access import RefusedError, require_reviewer
from strategic_areas import workflow
from strategic_areas.datasets import editions
from strategic_areas.desk.changes.agency_statements import BilingualTextForm
from strategic_areas.desk.changes.decisions import (
    ApproveForm,
    decision_forms,
    take_pressed_step,
)
from strategic_areas.desk.inputs import Checkboxes
from strategic_areas.desk.screens import refusals_shown_on, render_screen
from strategic_areas.models import EditionProposal
from strategic_areas.queries.pages.editions import edition_differences
from strategic_areas.queries.plan import plans
from strategic_areas.views.editions import difference_line
from strategic_areas.workflow import EDITIONS, guard
from strategic_areas.workflow.editions import edition_texts


class ProposeEditionForm(BilingualTextForm):
    named = forms.MultipleChoiceField(
        label=gettext_lazy("What it corrects"),
        help_text=gettext_lazy(
            "All that the public now reads differently. What is not ticked stays in the"
            " correction as the edition had it."
        ),
        widget=Checkboxes,
    )
    field_order = ["named"]

    class Meta(BilingualTextForm.Meta):
        model = EditionProposal
        fields = ["explanation_es", "explanation_en"]
        widgets = dict(
            zip(fields, BilingualTextForm.Meta.widgets.values(), strict=True)
        )

    def __init__(self, data, *, instance):
        super().__init__(data, instance=instance)
        if not (first := instance.corrects):
            del self.fields["named"]
            return
        self.fields["named"].choices = [
            (f"{of.dataset.name}/{each.key}", _in_words(of.dataset, each))
            for of in workflow.correctable_rows(first)
            for each in of.rows
        ]

    def propose(self, *, by):
        named = self.cleaned_data.get("named", ())
        self.instance.named = [each.split("/", 1) for each in named]
        with refusals_shown_on(self):
            return EDITIONS.propose(self.instance, by=by)
        return None


class ApproveEditionForm(ApproveForm):
    """Approves the edition that was read, identified by its seal."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data, *, seen, **kwargs):
        super().__init__(data, initial={"seen": seen}, **kwargs)
        self.read = self.data.get("seen", "")
        if self.is_bound:
            # The page shows the current rows, with their seal.
            self.data = {**self.data.dict(), "seen": seen}

    @property
    def arguments(self):
        return {"seen": self.read}


def plan_editions(request, plan):
    require_reviewer(request)
    if not (plan := plans.plan_by_code(plan)):
        raise Http404
    proposal = EditionProposal(plan=plan)
    every = plan.editions.select_related("period", "corrects")
    if number := request.GET.get("corrige"):
        proposal.corrects = get_object_or_404(every, number=number, corrects=None)
    waits, form = EditionProposal.objects.waiting().filter(plan=plan).first(), None
    if not waits and (number or not plan.is_reconstructed):
        data = request.POST if request.method == "POST" else None
        form = ProposeEditionForm(data, instance=proposal)
        if form.is_valid() and form.propose(by=request.user):
            return redirect("admin:edition_proposal", pk=proposal.pk)
    return render_screen(
        request,
        "desk/editions.html",
        status=422 if form and form.errors else 200,
        title=_("Editions of %(plan)s") % {"plan": plan},
        plan=plan,
        editions=every,
        corrects=proposal.corrects,
        waits=waits,
        form=form,
    )


def edition_proposal(request, pk):
    if not EDITIONS.may_decide(request.user):
        raise Http404
    rows = EditionProposal.objects.visible_to(request.user)
    found = get_object_or_404(rows.select_related("proposed_by", "decided_by"), pk=pk)
    examined = guard.examine_texts(
        [(EditionProposal, edition_texts(found), "")], counts_people=True
    )
    holds, steps = {}, []
    if found.is_waiting:
        try:
            # The seal is read first, so that the rows shown are at least as new.
            holds = {
                "seen": editions.seal_of(editions.snapshot_of_proposal(found)),
                **_holds(found),
            }
        except RefusedError as error:
            holds = {"seen": "", "refused": error}
        form = partial(ApproveEditionForm, seen=holds["seen"])
        steps = decision_forms(request, EDITIONS, found, form, examined=examined)
        if take_pressed_step(request, EDITIONS, found, steps):
            return redirect("admin:plan_editions", plan=found.plan.code)
    return render_screen(
        request,
        "desk/edition_proposal.html",
        title=str(found),
        decided=found,
        examined=examined,
        steps=steps,
        why_not=EDITIONS.why_not(request.user, found),
        **holds,
    )


def _holds(proposal):
    first, plan = proposal.corrects, proposal.plan
    served = plan.editions.filter(is_moving=False)
    last = editions.latest_correction(first) if first else served.first()
    found = edition_differences(plan, last)
    return {
        "last": last,
        "datasets": found,
        "lines": [
            difference_line(of.dataset, each)
            for of in found
            for each in of.rows
            if [of.dataset.name, each.key] in proposal.named
        ],
    }


def _in_words(dataset, changed):
    told = difference_line(dataset, changed)
    differs = ", ".join(str(label) for label, *_cells in told["cells"])
    return f"{dataset.title}: {told['code']} · {differs or told['kind']}"
