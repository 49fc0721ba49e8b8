"""Pages of a plan's editions and of proposed editions."""

from functools import partial

from django import forms
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
from strategic_areas.views.editions import difference_line
from strategic_areas.views.parameters import public_plan_or_404
from strategic_areas.workflow import EDITION_STEPS, guard
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
        if not (original := instance.corrects):
            del self.fields["named"]
            return
        self.fields["named"].choices = [
            (f"{table.dataset.name}/{row.key}", _difference_text(table.dataset, row))
            for table in workflow.correctable_differences(original)
            for row in table.rows
        ]

    def propose(self, *, by):
        named = self.cleaned_data.get("named", ())
        self.instance.named = [each.split("/", 1) for each in named]
        with refusals_shown_on(self):
            return EDITION_STEPS.propose(self.instance, by=by)
        return None


class ApproveEditionForm(ApproveForm):
    """Approves the edition whose digest the approver has ``seen``."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data, *, seen, **kwargs):
        super().__init__(data, initial={"seen": seen}, **kwargs)
        self.posted_seal = self.data.get("seen", "")
        if self.is_bound:
            # The page shows the current rows, with their digest.
            self.data = {**self.data.dict(), "seen": seen}

    @property
    def arguments(self):
        return {"seen": self.posted_seal}


def plan_editions(request, plan):
    require_reviewer(request)
    plan = public_plan_or_404(plan)
    proposal = EditionProposal(plan=plan)
    rows = plan.editions.select_related("period", "corrects")
    if number := request.GET.get("corrige"):
        proposal.corrects = get_object_or_404(rows, number=number, corrects=None)
    pending_proposal, form = (
        EditionProposal.objects.waiting().filter(plan=plan).first(),
        None,
    )
    if not pending_proposal and (number or not plan.is_reconstructed):
        form = ProposeEditionForm(
            request.POST if request.method == "POST" else None, instance=proposal
        )
        if form.is_valid() and form.propose(by=request.user):
            return redirect("admin:edition_proposal", pk=proposal.pk)
    return render_screen(
        request,
        "desk/editions.html",
        status=422 if form and form.errors else 200,
        title=_("Editions of %(plan)s") % {"plan": plan},
        plan=plan,
        editions=rows,
        corrects=proposal.corrects,
        pending_proposal=pending_proposal,
        form=form,
    )


def edition_proposal(request, pk):
    EDITION_STEPS.require_decider(request.user)
    rows = EditionProposal.objects.visible_to(request.user)
    proposal = get_object_or_404(
        rows.select_related("proposed_by", "decided_by"), pk=pk
    )
    examined = guard.examine_texts(
        [(EditionProposal, edition_texts(proposal), "")], counts_people=True
    )
    content, step_forms = {}, []
    if proposal.is_waiting:
        try:
            # The digest is read first, so that the rows shown are at least as new.
            content = {
                "seen": editions.digest_of(editions.snapshot_of_proposal(proposal)),
                **_content(proposal),
            }
        except RefusedError as error:
            content = {"seen": "", "refused": error}
        form = partial(ApproveEditionForm, seen=content["seen"])
        step_forms = decision_forms(
            request, EDITION_STEPS, proposal, form, examined=examined
        )
        if take_pressed_step(request, EDITION_STEPS, proposal, step_forms):
            return redirect("admin:plan_editions", plan=proposal.plan.code)
    return render_screen(
        request,
        "desk/edition_proposal.html",
        title=str(proposal),
        decided=proposal,
        examined=examined,
        step_forms=step_forms,
        why_not=EDITION_STEPS.why_not(request.user, proposal),
        **content,
    )


def _content(proposal):
    first, plan = proposal.corrects, proposal.plan
    available = plan.editions.filter(is_locked=False)
    last = editions.latest_correction(first) if first else available.first()
    tables = edition_differences(plan, last)
    return {
        "last": last,
        "datasets": tables,
        "lines": [
            difference_line(table.dataset, row)
            for table in tables
            for row in table.rows
            if [table.dataset.name, row.key] in proposal.named
        ],
    }


def _difference_text(dataset, row):
    line = difference_line(dataset, row)
    columns = ", ".join(str(label) for label, *_cells in line["cells"])
    return f"{dataset.title}: {line['code']} · {columns or line['kind']}"
