"""The page of one proposed change, on which another person decides."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.contrib import admin, messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from strategic_areas import workflow
from strategic_areas.desk import approvals
from strategic_areas.models import PendingChange


class DecisionForm(forms.Form):
    """One way to decide; its button's name says which."""

    step, button, css_class = "", "", ""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", auto_id=f"{self.step}_%s", **kwargs)
        self.helper = FormHelper()
        self.helper.form_class = "step-form"
        self.helper.add_input(Submit(self.step, self.button, css_class=self.css_class))


class ApproveForm(DecisionForm):
    """Where the guard warned, one tick says that the warnings were read."""

    step, button = "approve", gettext_lazy("Approve")
    css_class = "default"

    warnings_read = forms.BooleanField(label=gettext_lazy("I have read these warnings"))

    def __init__(self, *args, has_warnings, **kwargs):
        super().__init__(*args, **kwargs)
        if not has_warnings:
            del self.fields["warnings_read"]


class DeclineForm(DecisionForm):
    step, button = "decline", gettext_lazy("Decline")

    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Whoever proposed it reads this."),
    )


class TakeBackForm(DecisionForm):
    step, button = "take_back", gettext_lazy("Take my proposal back")


def approval(request, pk):
    """What changes, what the public will read, and the steps open to this person."""
    rows = PendingChange.objects.visible_to(request.user)
    related = ("content_type", "proposed_by", "decided_by")
    change = get_object_or_404(rows.select_related(*related), pk=pk)
    warnings = approvals.warnings(change)
    data = request.POST if request.method == "POST" else None
    steps = open_steps(request.user, change, warnings, data)
    for form in steps:
        if form.is_bound and form.is_valid() and _decide(request, change, form):
            return redirect("admin:index")
    context = {
        **admin.site.each_context(request),
        "change": change,
        "record_url": approvals.record_url(change),
        "lines": approvals.lines(change),
        "warnings": warnings,
        "readings": approvals.readings(change) if change.is_waiting else [],
        "steps": steps,
    }
    return render(request, "desk/approval.html", context)


def open_steps(user, change, warnings, data=None):
    """The forms of what this person may do; the one that was pressed is bound."""
    if not change.is_waiting:
        return []

    def made(form_class, **kwargs):
        return form_class(data if data and form_class.step in data else None, **kwargs)

    if change.proposed_by_id == user.pk:
        return [made(TakeBackForm)]
    if not workflow.may_review(user, change):
        return []
    if workflow.is_of_own_dispute(user, change):
        return []
    return [made(ApproveForm, has_warnings=bool(warnings)), made(DeclineForm)]


def _decide(request, change, form):
    """Take the step; False where it was refused, and the page says why."""
    try:
        if form.step == "approve":
            decided = workflow.approve(change, by=request.user)
        elif form.step == "decline":
            reason = form.cleaned_data["reason"]
            decided = workflow.decline(change, by=request.user, reason=reason)
        else:
            decided = workflow.take_back(change, by=request.user)
    except workflow.TransitionError as error:
        form.add_error(None, str(error))
        return False
    if decided.status == PendingChange.Status.OUTDATED:
        text = _(
            "%(record)s: what it changes was changed meanwhile. Nothing was applied; "
            "propose it again if it still holds."
        )
        messages.warning(request, text % {"record": decided})
    else:
        status = decided.get_status_display().lower()
        messages.success(request, f"{decided}: {status}.")
    return True
