"""Proposals that another person decides on: their list, and the forms to decide."""

from dataclasses import dataclass
from datetime import timedelta

from crispy_forms.layout import HTML, Layout
from django import forms
from django.contrib import messages
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _, gettext_lazy

from agencies.accounts.account_changes import ACCOUNT_CHANGE_STEPS, AccountChange
from agencies.accounts.second_factors import RESET_STEPS
from agencies.decisions import Decision, DecisionSteps
from agencies.stand_ins import STAND_IN_STEPS
from strategic_areas import workflow
from strategic_areas.desk.changes.amendment_forms import GuardedModelForm
from strategic_areas.desk.inputs import (
    AnonymityField,
    LongTextField,
    VictimsField,
    one_button_helper,
)
from strategic_areas.desk.screens import refusals_shown_on, render_screen
from strategic_areas.models import (
    ActivityProposal,
    AgencyComment,
    Amendment,
    Correction,
    PendingChange,
    RecordChange,
    Translation,
)
from strategic_areas.purging import PURGE_STEPS
from strategic_areas.purging.takedowns import HIDING_STEPS
from strategic_areas.workflow import CHANGE_STEPS, EDITION_STEPS, PROPOSAL_STEPS, guard
from strategic_areas.workflow.guard import NOTHING_FOUND

#: Steps of a kind of decision → URL name of its page, and its group in the list.
DECISION_PAGES = {
    CHANGE_STEPS: ("admin:approval", "plan"),
    PROPOSAL_STEPS: ("admin:proposal", "plan"),
    EDITION_STEPS: ("admin:edition_proposal", "plan"),
    PURGE_STEPS: ("admin:purge", "ocultado"),
    HIDING_STEPS: ("admin:hidden", "ocultado"),
    RESET_STEPS: ("admin:agencies_factorreset_change", "personas"),
    STAND_IN_STEPS: ("admin:stand_in", "personas"),
    ACCOUNT_CHANGE_STEPS: ("admin:account_change", "personas"),
}
#: Short records, several of which may be approved on one page.
BRIEF_MODELS = {AccountChange, AgencyComment, Correction, Translation}
#: How long a declined or outdated proposal is shown to its proposer.
SHOWN_FOR = timedelta(days=30)


@dataclass(frozen=True)
class QueuedDecision:
    """
    A pending decision and its page.

    ``why_not`` is the reason why this user may not decide, or ""; ``parts`` are the
    ``RecordChange`` objects of a change.
    """

    decision: Decision
    steps: DecisionSteps
    address: str
    group: str
    why_not: str
    parts: tuple[RecordChange, ...]

    #: Warnings are not counted: they do not keep it out of a batch.
    sheet, version, warning_and_block_count = None, 1, 0
    needs_another_person = is_report = differs_much = False

    @property
    def token(self):
        return f"{self.decision._meta.model_name}-{self.decision.pk}-{self.version}"

    @property
    def may_be_batched(self):
        models = {part.model for part in self.parts} or {type(self.decision)}
        return not self.why_not and models <= BRIEF_MODELS

    @property
    def examined(self):
        return guard.examine_texts(
            [(part.model, part.after, "") for part in self.parts]
        )

    @property
    def since(self):
        return self.decision.proposed_at

    @property
    def days_waiting(self):
        return days_since(self.since)

    @property
    def kind(self):
        return capfirst(str(self.decision._meta.verbose_name))


def days_since(moment):
    """Return whole local calendar days since the day of ``moment``."""
    return (timezone.localdate() - timezone.localdate(moment)).days


def queued_decisions(user):
    """Return pending decisions of the kinds that the user decides, oldest first."""
    queued = [
        QueuedDecision(
            row,
            steps,
            reverse(page, args=[row.pk]),
            group,
            steps.why_not(user, row),
            tuple(row.records.all()) if steps is CHANGE_STEPS else (),
        )
        for steps, (page, group) in DECISION_PAGES.items()
        for row in steps.waiting_for(user).select_related(*_shown_links(steps.model))
    ]
    return sorted(queued, key=lambda each: each.since)


def _shown_links(model):
    names = {field.name for field in model._meta.fields}
    return sorted(names & {"proposed_by", "agency", "commitment"})


def returned_proposals(user):
    returned = RecordChange.objects.exclude(returned="").values("change")
    failed = [PendingChange.Status.DECLINED, PendingChange.Status.OUTDATED]
    return list(
        PendingChange.objects.visible_to(user)
        .filter(
            Q(status__in=failed) | Q(pk__in=returned),
            proposed_by=user,
            decided_at__gte=timezone.now() - SHOWN_FOR,
        )
        .order_by("-decided_at")
    )


class DecisionForm(forms.Form):
    """One step of a decision, bound only if its own button was pressed."""

    step, button, css_class = "", "", ""

    def __init__(self, data, **kwargs):
        own_data = data if data and self.step in data else None
        super().__init__(own_data, label_suffix="", auto_id=f"{self.step}_%s", **kwargs)
        self.helper = one_button_helper(
            "step-form", self.step, self.button, css_class=self.css_class
        )

    @property
    def arguments(self):
        """Further keyword arguments of the step."""
        return {}


class ApproveForm(DecisionForm):
    """
    Approves a decision.

    Ticks confirm that nobody can be recognised, if the guard found something, and with
    ``protects`` that both public forms were compared.
    """

    step, button = "approve", gettext_lazy("Approve")
    css_class = "default"

    checked = AnonymityField()
    protection_read = forms.BooleanField(
        label=gettext_lazy(
            "I have compared what the public reads now with what it would read"
        )
    )

    def __init__(self, data, *, examined=NOTHING_FOUND, protects=False, **kwargs):
        super().__init__(data, **kwargs)
        self.examined = examined
        AnonymityField.remove_unless_needed(self, examined)
        if not protects:
            del self.fields["protection_read"]

    def clean(self):
        if self.examined.blocks:
            raise forms.ValidationError(
                _(
                    "Like this it cannot be published: it holds personal data. Return "
                    "it."
                )
            )
        return super().clean()


class ApproveLinesForm(ApproveForm):
    """
    Approves a proposal of several lines, and may return some of them with a reason.

    The first press shows which lines would return, and what the public would read of
    the others; the second applies it. ``seen`` are the places of the returning lines
    shown.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data, *, parts, **kwargs):
        super().__init__(data, **kwargs)
        self.parts, self.dependants = parts, workflow.dependants_of(parts)
        self.helper.form_id = f"{self.step}-form"
        # The message of the first press is below all lines.
        self.helper.form_action = "#decision"
        self.helper.layout = Layout(HTML("{{ form.non_field_errors }}"), *self.fields)
        attributes = {"form": self.helper.form_id}
        for part in parts:
            self.fields[f"back_{part.place}"] = forms.BooleanField(
                label=_("It is returned to the person who proposed it"),
                required=False,
                help_text=self._dependants_text(part),
                widget=forms.CheckboxInput(attributes),
            )
            why = LongTextField(label=_("Reason"), required=False)
            why.widget.attrs |= attributes
            self.fields[f"why_{part.place}"] = why

    def _dependants_text(self, part):
        others = self._labels(
            workflow.with_dependants(self.dependants, [part.place]) - {part.place}
        )
        text = _("What depends on it is returned as well: %(names)s")
        return text % {"names": others} if others else ""

    def _labels(self, places):
        return ", ".join(part.label for part in self.parts if part.place in places)

    def fields_of_line(self, place):
        return [self[f"back_{place}"], self[f"why_{place}"]]

    @property
    def return_reasons(self):
        """The reasons for returned lines, by place."""
        cleaned = getattr(self, "cleaned_data", {})
        return {
            part.place: cleaned.get(f"why_{part.place}", "")
            for part in self.parts
            if cleaned.get(f"back_{part.place}")
        }

    @property
    def left_out(self):
        """The numbers (``place``) of all lines that return, dependants included."""
        return workflow.with_dependants(self.dependants, self.return_reasons)

    def clean(self):
        cleaned = super().clean()
        for part in self.parts:
            back, why = f"back_{part.place}", f"why_{part.place}"
            if bool(cleaned.get(back)) != bool(cleaned.get(why)):
                self.add_error(why, _("Tick what you return, and state the reason."))
        guard.add_guard_errors(
            self,
            RecordChange,
            **{f"why_{part.place}": "returned" for part in self.parts},
        )
        left_out = " ".join(map(str, sorted(self.left_out)))
        if left_out != cleaned.get("seen", ""):
            self.data = self.data.copy()
            self.data[self.add_prefix("seen")] = left_out
            # The public text has changed, so the tick no longer applies.
            self.data.pop(self.add_prefix("protection_read"), None)
            raise forms.ValidationError(self._press_again_text())
        return cleaned

    def _press_again_text(self):
        if not self.left_out:
            return _(
                "Nothing is returned now: all of it will be approved. Press again."
            )
        return _(
            "These go back to who proposed them: %(names)s. The rest will be approved: "
            "read above what the public would read of it, then press again."
        ) % {"names": self._labels(self.left_out)}

    @property
    def arguments(self):
        return {"reasons": self.return_reasons}


class DeclineForm(DecisionForm):
    step, button = "decline", gettext_lazy("Decline")

    reason = LongTextField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("The person who proposed it reads this."),
    )

    def clean(self):
        guard.add_guard_errors(self, PendingChange, reason="reason")
        return super().clean()

    @property
    def arguments(self):
        return {"reason": self.cleaned_data["reason"]}


class TakeBackForm(DecisionForm):
    step, button = "take_back", gettext_lazy("Take my proposal back")


def decision_forms(
    request,
    steps,
    decision,
    approve_form=ApproveForm,
    decline_form=DeclineForm,
    **kwargs,
):
    """
    Return the forms of the steps that this user may take; the pressed one is bound.
    """
    data = request.POST if request.method == "POST" else None
    if decision.is_waiting and decision.proposed_by_id == request.user.pk:
        return [TakeBackForm(data)]
    if not decision.is_waiting or steps.why_not(request.user, decision):
        return []
    return [approve_form(data, **kwargs), decline_form(data)]


def take_pressed_step(request, steps, decision, forms):
    for form in [each for each in forms if each.is_bound and each.is_valid()][:1]:
        step = getattr(steps, form.step)
        with refusals_shown_on(form):
            add_decision_message(
                request, step(decision, by=request.user, **form.arguments)
            )
            return True
    return False


def redirect_to_change(request, change):
    messages.success(request, _("Kept. It applies when another person approves it."))
    return redirect("admin:approval", pk=change.pk)


def add_decision_message(request, decided):
    if decided.status == Decision.Status.OUTDATED:
        text = _(
            "%(record)s: what it changes was changed meanwhile. Nothing was applied; "
            "propose it again if it still holds."
        )
        messages.warning(request, text % {"record": decided})
    else:
        text = _("%(record)s: %(status)s.") % {
            "record": decided,
            "status": decided.get_status_display().lower(),
        }
        messages.success(request, text)


class ProposeChangeForm(GuardedModelForm):
    """
    Proposes texts without personal data; the user has to tick ``warnings`` as read.
    """

    warnings_read = forms.BooleanField(
        label=gettext_lazy("I have read these warnings"),
        required=False,
        widget=forms.HiddenInput,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.warnings = []
        self.helper = one_button_helper(
            "step-form", "propose", gettext_lazy("Send for approval")
        )

    def typed_names(self):
        return self._meta.fields

    def clean(self):
        # The validation below removes refused texts, which have warnings too.
        texts = {
            name: self.cleaned_data[name]
            for name in self._meta.fields
            if name in self.cleaned_data
        }
        cleaned = super().clean()
        self.warnings = guard.warnings_about_texts(self._meta.model, texts)
        if self.warnings:
            self.fields["warnings_read"].widget = forms.CheckboxInput()
            if not cleaned.get("warnings_read"):
                self.add_error(
                    "warnings_read",
                    _("Read the warnings, then change the text or tick this."),
                )
        return cleaned

    def propose(self, *, by):
        """Store the change and return it, or None after adding an error."""
        text = _(
            "Another proposal for this waits for approval. Your text is still here."
        )
        with refusals_shown_on(self, pending_text=text):
            return workflow.propose(self.instance, by=by)
        return None


#: Kinds of acts that decide; a correction cites a page instead.
DECIDING_ACTS = [
    each for each in Amendment.Act.choices if each[0] not in Amendment.KINDS_WITHOUT_ACT
]


class AcceptProposalForm(ApproveForm):
    step, button = "accept", gettext_lazy("Accept")

    code = forms.CharField(
        label=gettext_lazy("Its code in the plan"), max_length=40, strip=True
    )
    act = forms.ChoiceField(label=gettext_lazy("Deciding act"), choices=DECIDING_ACTS)
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

    def clean(self):
        guard.add_blocking_errors(self, "deciding_act")
        return super().clean()

    @property
    def arguments(self):
        return {name: x for name, x in self.cleaned_data.items() if name != "checked"}


def activity_proposal(request, pk):
    workflow.PROPOSAL_STEPS.require_decider(request.user)
    rows = ActivityProposal.objects.visible_to(request.user)
    proposal = get_object_or_404(
        rows.select_related("proposed_by", "decided_by"), pk=pk
    )
    examined = guard.examine_fields(proposal, ("title", "why"))
    step_forms = decision_forms(
        request,
        workflow.PROPOSAL_STEPS,
        proposal,
        AcceptProposalForm,
        examined=examined,
    )
    if take_pressed_step(request, workflow.PROPOSAL_STEPS, proposal, step_forms):
        return redirect("admin:index")
    return render_screen(
        request,
        "desk/proposal.html",
        decided=proposal,
        examined=examined,
        step_forms=step_forms,
        why_not=workflow.PROPOSAL_STEPS.why_not(request.user, proposal),
    )
