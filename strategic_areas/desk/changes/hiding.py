"""
Hiding something of a public record at once, and what another person decides.

A former form is proposed here, too; it comes back when another person approves it.
"""

from types import SimpleNamespace

from django import forms
from django.apps import apps
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.access import RefusedError
from agencies.fields import field_of
from strategic_areas.desk.changes import decisions
from strategic_areas.desk.changes.pages import lines
from strategic_areas.desk.inputs import LongText, one_button
from strategic_areas.desk.screens import screen
from strategic_areas.models import Cause, Takedown
from strategic_areas.purging import hiding
from strategic_areas.workflow import AlreadyWaiting, guard
from strategic_areas.workflow.amendments import in_words
from strategic_areas.workflow.plain_values import plain_values

#: The word of an address → the kind of record.
KINDS = {model._meta.model_name: model for model in hiding.HIDEABLE}
WHOLE = "-whole"
#: The characters of a text that stand beside the box that hides it.
EXCERPT = 90


class HideForm(forms.Form):
    what = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, label=gettext_lazy("What is hidden")
    )
    cause = forms.ChoiceField(
        choices=Cause.choices,
        widget=forms.RadioSelect,
        label=gettext_lazy("Why: the sentence that the public reads"),
    )
    why = LongText(
        label=gettext_lazy("In your own words"),
        help_text=Takedown._meta.get_field("why").help_text,
        required=False,
    )

    def __init__(self, *args, record, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        fields = hiding.hideable(record)
        self.columns = {field.name: columns for field, columns in fields.items()}
        self.columns |= {WHOLE: hiding.whole(record)}
        names = [(field.name, _in_words(field, record)) for field in fields]
        names += [(WHOLE, _("The whole record"))]
        self.fields["what"].choices = [
            (name, label) for name, label in names if self.columns[name]
        ]
        if len(self.fields["what"].choices) == 1:
            self.fields["what"].initial = [WHOLE]
        self.helper = one_button(
            "step-form", "hide", _("Hide now"), css_class="deletelink"
        )

    def clean(self):
        guard.judge(self, Takedown, why="why")
        return super().clean()

    @property
    def chosen(self):
        found = {}
        for name in self.cleaned_data["what"]:
            found |= self.columns[name]
        return found


def _in_words(field, record):
    column = record._meta.get_field(field.columns[0])
    said = in_words(column, getattr(record, column.name))
    excerpt = Truncator(said).chars(EXCERPT)
    return f"{field.label}: «{excerpt}»" if excerpt else field.label


def hide(request, kind, pk):
    """Ask what to hide and why; it is hidden with the press of the button."""
    if kind not in KINDS:
        raise Http404
    record = get_object_or_404(KINDS[kind], pk=pk)
    if not hiding.may_hide(request.user, record):
        raise Http404
    if "former" in request.POST:
        return _propose_former(request, record)
    form = HideForm(request.POST or None, record=record)
    if form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("cause", "why")}
        try:
            made = hiding.hide(record, form.chosen, **told, by=request.user)
            return redirect("admin:hidden", pk=made.pk)
        except RefusedError as error:
            form.add_error(None, str(error))
    before = hiding.former(record)
    now = plain_values(record, before)
    before = {name: value for name, value in before.items() if value != now[name]}
    return screen(
        request,
        "desk/hide.html",
        title=_("Hide now"),
        record=record,
        form=form,
        lines=_lines(type(record), now, before),
    )


def _lines(model, before, after):
    return lines(SimpleNamespace(model=model, before=before, after=after))


def _propose_former(request, record):
    try:
        change = hiding.propose_former(record, by=request.user)
    except AlreadyWaiting as error:
        change = error.current
    except RefusedError as error:
        messages.error(request, str(error))
        return redirect(request.path)
    return redirect("admin:approval", pk=change.pk)


class ConfirmHidingForm(decisions.ApproveForm):
    button = gettext_lazy("Confirm: it stays hidden")


class RestoreForm(decisions.DeclineForm):
    button = gettext_lazy("Restore what stood before")


def hidden(request, pk):
    rows = Takedown.objects.visible_to(request.user)
    takedown = get_object_or_404(
        rows.select_related("proposed_by", "decided_by"), pk=pk
    )
    why_not = hiding.HIDINGS.why_not(request.user, takedown)
    examined = guard.examined_texts(takedown, ("why",))
    steps = []
    if takedown.is_waiting and not why_not:
        data = request.POST if request.method == "POST" else None
        steps = [ConfirmHidingForm(data, examined=examined), RestoreForm(data)]
    if decisions.take_pressed_step(request, hiding.HIDINGS, takedown, steps):
        return redirect("admin:index")
    return screen(
        request,
        "desk/hidden.html",
        title=str(takedown),
        takedown=takedown,
        lines=[
            line
            for key, row in takedown.rows.items()
            for line in _lines(apps.get_model(key.partition(":")[0]), **row)
        ],
        stays=_stays(takedown) if steps else [],
        examined=examined,
        steps=steps,
        why_not=why_not,
    )


def _stays(takedown):
    """Pairs of a field that restoring would not bring back, and the reason."""
    since = _("It was decided on meanwhile.")
    reasons = dict.fromkeys(hiding.decided_since(takedown), since)
    reasons |= hiding.stopped(takedown)
    return [
        (field_of(hiding.model_of(key), name).label_of(name), reason)
        for (key, name), reason in reasons.items()
    ]
