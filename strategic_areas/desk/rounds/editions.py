"""Editions of a plan on the desk: the list, what one person proposes, what it holds."""

from django import forms
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.access import only_reviewers
from strategic_areas import workflow
from strategic_areas.datasets import editions
from strategic_areas.desk.changes.decisions import (
    ApproveForm,
    ChangeForm,
    open_forms,
    take_pressed_step,
)
from strategic_areas.desk.inputs import Checkboxes, limit
from strategic_areas.desk.screens import screen, told_on
from strategic_areas.models import EditionProposal
from strategic_areas.queries.plan import plans
from strategic_areas.queries.public_rows import difference
from strategic_areas.workflow import EDITIONS, guard

#: How many of the rows that differ the page of a proposal tells cell by cell.
TOLD = 200


class EditionForm(ChangeForm):
    named = forms.MultipleChoiceField(
        label=gettext_lazy("What it corrects"),
        help_text=gettext_lazy(
            "All that the public reads otherwise now. Of what is not ticked the "
            "correction tells what the edition told."
        ),
        widget=Checkboxes,
    )

    class Meta:
        model = EditionProposal
        fields = ["explanation_es", "explanation_en"]
        widgets = {
            "explanation_es": forms.Textarea(attrs={"rows": 3}),
            "explanation_en": forms.Textarea(attrs={"rows": 3, "lang": "en"}),
        }

    def __init__(self, data, *, instance):
        super().__init__(data, instance=instance)
        for name in self._meta.fields:
            column = self._meta.model.fields.of_column(name)
            self.fields[name].label = column.label_of(name)
            limit(self.fields[name])
        self.fields["explanation_en"].required = False
        if not (first := instance.corrects):
            del self.fields["named"]
            return
        self.order_fields(["named"])
        differs, datasets = workflow.correctable(first), editions.datasets_of(first)
        self.fields["named"].choices = [
            ("/".join(place), _in_words(each, datasets))
            for place, each in differs.items()
        ]

    def propose(self, *, by):
        named = self.cleaned_data.get("named", ())
        self.instance.named = [each.split("/", 1) for each in named]
        with told_on(self):
            return EDITIONS.propose(self.instance, by=by)
        return None


class ApproveEditionForm(ApproveForm):
    """Approves what was read; where that changed since, it is read again."""

    button = gettext_lazy("Yes, make the edition")

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, data, *, told, **kwargs):
        self.now = editions.digest(told)
        super().__init__(data, initial={"seen": self.now}, **kwargs)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("seen") != self.now:
            # The step refuses it; what is drawn then is what the public reads now.
            self.data = {self.step: "1", "seen": self.now}
        return cleaned

    @property
    def arguments(self):
        return {"seen": self.cleaned_data["seen"]}


def plan_editions(request, plan):
    """
    The editions of a plan, and a form that proposes another, or corrects one.

    The address names the one that is to be corrected.
    """
    only_reviewers(request)
    if not (plan := plans.by_code(plan)):
        raise Http404
    proposal = EditionProposal(plan=plan)
    every = plan.editions.select_related("period", "corrects")
    if number := request.GET.get("corrige"):
        proposal.corrects = get_object_or_404(every, number=number, corrects=None)
    waits, form = EditionProposal.objects.waiting().filter(plan=plan).first(), None
    if not waits and (number or not plan.is_reconstructed):
        data = request.POST if request.method == "POST" else None
        form = EditionForm(data, instance=proposal)
        if form.is_valid() and form.propose(by=request.user):
            return redirect("admin:edition_proposal", pk=proposal.pk)
    return screen(
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
    """What a proposed edition would hold, and the steps of whoever reads it."""
    if not EDITIONS.decides(request.user):
        raise Http404
    rows = EditionProposal.objects.visible_to(request.user)
    found = get_object_or_404(rows.select_related("proposed_by", "decided_by"), pk=pk)
    names = found.fields.columns(bilingual=True)
    texts = {name: getattr(found, name) for name in names}
    examined = guard.examine([(type(found), texts, "")], counts_people=True)
    holds, steps = {}, []
    if found.is_waiting:
        told = editions.told_by(found)
        holds = _holds(found, told)
        steps = open_forms(
            request, EDITIONS, found, ApproveEditionForm, examined=examined, told=told
        )
        if take_pressed_step(request, EDITIONS, found, steps):
            return redirect("admin:plan_editions", plan=found.plan.code)
    return screen(
        request,
        "desk/edition_proposal.html",
        title=str(found),
        proposal=found,
        examined=examined,
        steps=steps,
        why_not=EDITIONS.why_not(request.user, found),
        **holds,
    )


def _holds(proposal, told):
    """The rows by dataset, and what differs from the edition before."""
    first, datasets = proposal.corrects, editions.datasets_of(proposal.corrects)
    last = editions.latest(first) if first else proposal.plan.editions.first()
    before = editions.snapshot_of(last).tables if last else {}
    found = difference(before, told.tables)
    return {
        "last": last,
        "datasets": [
            {
                "title": dataset.title,
                "had": len(before.get(name, ())),
                "has": len(told.tables[name]),
                "changed": sum(each.dataset == name for each in found),
            }
            for name, dataset in datasets.items()
        ],
        "differences": [
            (_in_words(each, datasets), each.columns if each.before else ())
            for each in found[:TOLD]
            if each.dataset in datasets
        ],
        "untold": len(found[TOLD:]),
    }


def _in_words(each, datasets):
    """A row that differs: its dataset and key, and what becomes of it."""
    dataset = datasets[each.dataset]
    labels = {column.name: str(column.label) for column in dataset.columns}
    if each.before is None:
        told = _("new")
    elif each.after is None:
        told = _("gone")
    else:
        told = ", ".join(labels.get(name, name) for name, *_cells in each.columns)
    return f"{dataset.title}: {each.key} · {told}"
