"""Pages for a proposed change, for hiding at once, and for translating."""

from functools import partial
from types import SimpleNamespace

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.defaultfilters import linebreaksbr
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _, gettext_lazy, override

from agencies.access import RefusedError
from agencies.fields import field_of, in_english, models_by_label
from strategic_areas import workflow
from strategic_areas.desk.changes import decisions, protection
from strategic_areas.desk.changes.decisions import ProposeChangeForm
from strategic_areas.desk.inputs import LongTextField, one_button_helper
from strategic_areas.desk.page_changes import page_changes_of
from strategic_areas.desk.plan_tree.approval import (
    ApprovePlanForm,
    load_plan_review,
    page_changes_of_plan,
    plan_to_approve,
)
from strategic_areas.desk.public_pages import public_url
from strategic_areas.desk.review.comparison import ComparedField
from strategic_areas.desk.review.review_queue import REPORT_MODELS, SLUG_BY_MODEL
from strategic_areas.desk.rounds.opening import opening_preview, reopening_preview
from strategic_areas.desk.screens import refusals_shown_on, render_screen
from strategic_areas.models import (
    AgencyComment,
    Amendment,
    Correction,
    HelpLine,
    Indicator,
    PendingChange,
    RecordDispute,
    ReportingPeriod,
    RoundReopening,
    Takedown,
    Target,
    Translation,
    WithdrawalCause,
)
from strategic_areas.models.evidence import TEXTS, untranslated
from strategic_areas.plan_document.tables import EDITED_TABLES
from strategic_areas.purging import takedowns
from strategic_areas.purging.takedowns import HIDEABLE, HIDING_STEPS
from strategic_areas.queries.pages import help_lines
from strategic_areas.queries.plan.counted_updates import public_dispute
from strategic_areas.queries.updates import public_updates
from strategic_areas.views.parameters import found_or_404
from strategic_areas.workflow import AlreadyWaitingError, amendments, guard
from strategic_areas.workflow.plain_values import plain_values, proposed_records

#: Model → template of its own approval page, and function that returns its preview.
RECORD_PAGES = {
    ReportingPeriod: ("desk/round_approval.html", opening_preview),
    RoundReopening: ("desk/reopening_approval.html", reopening_preview),
}


def change_detail(request, pk):
    rows = PendingChange.objects.visible_to(request.user).select_related(
        "proposed_by", "decided_by"
    )
    change = get_object_or_404(rows, pk=pk)
    amendment = getattr(change, "amendment", None)
    examined = _examined(change, amendment)
    plan = plan_to_approve(change)
    approve_form, parts = decisions.ApproveForm, list(change.records.all())
    if plan:
        approve_form = partial(ApprovePlanForm, plan=plan)
    elif workflow.may_return(parts):
        approve_form = partial(decisions.ApproveLinesForm, parts=parts)
    step_forms = decisions.decision_forms(
        request,
        workflow.CHANGE_STEPS,
        change,
        approve_form,
        examined=examined,
        protects=bool(protection.protective_changes(parts)),
    )
    if decisions.take_pressed_step(request, workflow.CHANGE_STEPS, change, step_forms):
        return redirect("admin:index")
    altered = protection.effect_of_change(
        change, request.user, getattr(next(iter(step_forms), None), "left_out", ())
    )
    plan_review = load_plan_review(plan) if plan else None
    records = [] if plan else change_records(change, step_forms, altered.changed or ())
    page, _preview = RECORD_PAGES.get(change.records.all()[0].model, ("", None))
    return render_screen(
        request,
        page if len(records) == 1 and records[0]["opening"] else "desk/approval.html",
        title=str(change),
        decided=change,
        may_hide=not change.is_waiting and HIDING_STEPS.may_decide(request.user),
        amendment=amendment,
        records=records,
        examined=examined,
        altered=altered,
        page_changes=page_changes_of_plan(plan)
        if plan
        else page_changes_of(altered.changed),
        whole=plan_review,
        is_overtaken=bool(plan) and change.plan_digest != workflow.plan_digest(plan),
        step_forms=step_forms,
        why_not=workflow.CHANGE_STEPS.why_not(request.user, change),
    )


def change_records(change, step_forms=(), changed=()):
    """
    Return a context for each record of a change.

    ``changed`` are differences of public rows. ``follows`` are those of this record, in
    words; ``previews`` are its public texts, as ``PUBLIC_TEMPLATES`` shows them.
    ``opening`` previews a pending round. ``returning`` are the form fields that return
    only this record.
    """
    form = next(iter(step_forms), None)
    pairs = proposed_records(change)
    amendment = getattr(change, "amendment", None)
    is_of_several = amendment and amendment.kind == Amendment.Kind.SEVERAL
    kinds = amendments.amendment_kinds([part for part, _proposed in pairs])
    return [
        {
            "name": str(part),
            "kind": Amendment.Kind(kinds[part.place]).label if is_of_several else "",
            "url": _record_url(part),
            "lines": field_changes(
                part, {part.place: part.label for part, _proposed in pairs}
            ),
            "follows": protection.describe_differences(
                _rows_of_record(part, proposed, changed)
            ),
            "previews": _previews(change, proposed) if change.is_waiting else [],
            "returned": part.returned,
            "returning": form.fields_of_line(part.place)
            if isinstance(form, decisions.ApproveLinesForm)
            else [],
            "is_hidden": proposed is not None and not _is_shown(proposed),
            "hide_url": hide_url(part.model, part.object_id),
            # A plan in preparation has no public page.
            "public": public_url(proposed)
            if len(pairs) == 1 and not plan_to_approve(change)
            else "",
            "opening": RECORD_PAGES[part.model][1](proposed)
            if change.is_waiting and part.model in RECORD_PAGES
            else None,
        }
        for part, proposed in pairs
    ]


def _rows_of_record(part, proposed, changed):
    names = [name for name, table in EDITED_TABLES.items() if table.model is part.model]
    code = getattr(proposed, "code", None)
    return [x for x in changed if x.dataset in names and x.row["code"] == code]


def field_changes(part, names=None):
    """
    Return each changed field of one record, in the order of the model.

    ``names`` maps new records, by their ``place`` in this change, to their names.
    """
    return [
        ComparedField(
            field_of(part.model, field.name).label_of(field.name),
            amendments.plain_value_in_words(field, part.before.get(field.name)),
            amendments.plain_value_in_words(field, part.after[field.name], names),
        )
        for field in [*part.model._meta.concrete_fields, *part.model._meta.many_to_many]
        if field.name in part.after
    ]


def _examined(change, amendment):
    parts = [(part.model, part.after, "") for part in change.records.all()]
    if amendment:
        names = amendment.fields.columns(guarded=True)
        values = {name: getattr(amendment, name) for name in names}
        parts.append((type(amendment), values, ""))
    return guard.examine_texts(parts)


def _record_url(part):
    if part.object_id is None or not admin.site.is_registered(part.model):
        return ""
    return reverse(admin_urlname(part.model._meta, "change"), args=[part.object_id])


def hide_url(model, pk):
    if pk is None or not issubclass(model, HIDEABLE):
        return ""
    return reverse("admin:hide", args=[model._meta.model_name, pk])


def _previews(change, proposed):
    if type(proposed) not in PUBLIC_TEMPLATES or not _is_shown(proposed):
        return []
    template, build_context = PUBLIC_TEMPLATES[type(proposed)]
    previews = []
    for language in ("es", "en"):
        with override(language):
            previews.append(
                (language, render_to_string(template, build_context(proposed, change)))
            )
    return previews


def _is_shown(proposed):
    if isinstance(proposed, Translation):
        return proposed.is_admissible
    return not getattr(proposed, "confirm_before_publishing", False)


def _translation_context(proposed, change):
    proposed.record.translation = proposed
    (entry,) = public_updates.build_published_updates([proposed.record])
    return {"entry": entry}


def _comment_context(proposed, change):
    proposed.written_at = change.proposed_at
    return {"comment": proposed}


def _dispute_context(proposed, change):
    proposed.written_at = proposed.written_at or change.proposed_at
    return {"dispute": public_dispute(proposed)}


def _help_line_context(proposed, change):
    return {"each": help_lines.help_line_status(proposed, timezone.localdate())}


def _record_context(proposed, change):
    return {"record": proposed}


#: Model → public template of its records, and function that builds its context.
PUBLIC_TEMPLATES = {
    HelpLine: ("_line.html", _help_line_context),
    Correction: ("_correction.html", _record_context),
    Indicator: ("desk/_reads_indicator.html", _record_context),
    Target: ("desk/_reads_target.html", _record_context),
    ReportingPeriod: ("desk/_reads_period.html", _record_context),
    Translation: ("_entry_body.html", _translation_context),
    AgencyComment: ("_agency_comment.html", _comment_context),
    RecordDispute: ("_dispute.html", _dispute_context),
}


#: Slug in the URL → model.
HIDEABLE_BY_SLUG = {
    label.partition(".")[2]: model
    for label, model in models_by_label().items()
    if model in takedowns.HIDEABLE
}
#: Choice of ``HideRecordForm``, next to the names of fields.
WHOLE_RECORD = "-whole"
#: Number of characters of a text next to the box that hides it.
EXCERPT_LENGTH = 90


class HideRecordForm(forms.Form):
    what = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, label=gettext_lazy("What is hidden")
    )
    cause = forms.ChoiceField(
        choices=WithdrawalCause.choices,
        widget=forms.RadioSelect,
        label=gettext_lazy("Why: the sentence that the public reads"),
    )
    why = LongTextField(
        label=gettext_lazy("In your own words"),
        help_text=Takedown._meta.get_field("why").help_text,
        required=False,
    )

    def __init__(self, *args, record, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        fields = takedowns.hideable(record)
        self.columns = {field.name: columns for field, columns in fields.items()}
        self.columns |= {WHOLE_RECORD: takedowns.values_when_hidden(record)}
        names = {field.name: _field_with_excerpt(field, record) for field in fields}
        names[WHOLE_RECORD] = _("The whole record")
        what = self.fields["what"]
        what.choices = [(x, label) for x, label in names.items() if self.columns[x]]
        what.initial = [WHOLE_RECORD] if len(what.choices) == 1 else None
        self.helper = one_button_helper(
            "step-form", "hide", _("Hide now"), css_class="deletelink"
        )

    def clean(self):
        guard.add_guard_errors(self, Takedown, why="why")
        return super().clean()

    @property
    def chosen(self):
        chosen = (self.columns[name] for name in self.cleaned_data["what"])
        return {name: value for columns in chosen for name, value in columns.items()}


def _field_with_excerpt(field, record):
    column = record._meta.get_field(field.columns[0])
    text = amendments.plain_value_in_words(column, getattr(record, column.name))
    excerpt = Truncator(text).chars(EXCERPT_LENGTH)
    return f"{field.label}: «{excerpt}»" if excerpt else field.label


def hide_record(request, kind, pk):
    """Ask what to hide and why; pressing the button hides it at once."""
    record = get_object_or_404(found_or_404(HIDEABLE_BY_SLUG.get(kind)), pk=pk)
    if not takedowns.may_hide(request.user, record):
        raise Http404
    if "former" in request.POST:
        return _propose_former(request, record)
    form = HideRecordForm(request.POST or None, record=record)
    if form.is_valid():
        reasons = {name: form.cleaned_data[name] for name in ("cause", "why")}
        with refusals_shown_on(form):
            takedown = takedowns.hide_columns(
                record, form.chosen, **reasons, by=request.user
            )
            return redirect("admin:hidden", pk=takedown.pk)
    former = takedowns.previous_values(record)
    now = plain_values(record, former)
    former = {name: value for name, value in former.items() if value != now[name]}
    return render_screen(
        request,
        "desk/hide.html",
        title=_("Hide now"),
        record=record,
        form=form,
        lines=_compared_fields(type(record), now, former),
    )


def _compared_fields(model, before, after):
    return field_changes(SimpleNamespace(model=model, before=before, after=after))


def _propose_former(request, record):
    try:
        change = takedowns.propose_former(record, by=request.user)
    except AlreadyWaitingError as error:
        change = error.current
    except RefusedError as error:
        messages.error(request, str(error))
        return redirect(request.path)
    return redirect("admin:approval", pk=change.pk)


class ConfirmTakedownForm(decisions.ApproveForm):
    button = gettext_lazy("Confirm: it stays hidden")


class RestoreHiddenForm(decisions.DeclineForm):
    button = gettext_lazy("Restore the former content")


def takedown_detail(request, pk):
    rows = Takedown.objects.visible_to(request.user)
    takedown = get_object_or_404(
        rows.select_related("proposed_by", "decided_by"), pk=pk
    )
    why_not = takedowns.HIDING_STEPS.why_not(request.user, takedown)
    examined = guard.examine_fields(takedown, ("why",))
    step_forms = []
    if takedown.is_waiting and not why_not:
        data = request.POST if request.method == "POST" else None
        step_forms = [
            ConfirmTakedownForm(data, examined=examined),
            RestoreHiddenForm(data),
        ]
    if decisions.take_pressed_step(
        request, takedowns.HIDING_STEPS, takedown, step_forms
    ):
        return redirect("admin:index")
    return render_screen(
        request,
        "desk/hidden.html",
        title=str(takedown),
        decided=takedown,
        lines=[
            line
            for key, row in takedown.rows.items()
            for line in _compared_fields(takedowns.model_of(key), **row)
        ],
        stays=_not_restored(takedown) if step_forms else [],
        examined=examined,
        step_forms=step_forms,
        why_not=why_not,
    )


def _not_restored(takedown):
    reasons = dict.fromkeys(
        takedowns.decided_since(takedown), _("It was decided on meanwhile.")
    )
    reasons |= takedowns.not_restorable(takedown)
    return [
        (field_of(takedowns.model_of(key), name).label_of(name), reason)
        for (key, name), reason in reasons.items()
    ]


class TranslationForm(ProposeChangeForm):
    class Meta:
        model = Translation
        fields = TEXTS
        widgets = {
            name: forms.Textarea(attrs={"rows": 5, "lang": "en"}) for name in fields
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        record = self.instance.record
        missing = untranslated(record)
        for name in {*self._meta.fields} - {*missing}:
            del self.fields[name]
        for name, base in missing.items():
            self.fields[name].label = in_english(
                capfirst(record._meta.get_field(base).verbose_name)
            )
            self.fields[name].help_text = format_html(
                '<span class="original" lang="es">{}</span>',
                linebreaksbr(getattr(record, f"{base}_es"), autoescape=True),
            )


def translation_url(user, record):
    """Return the page on which this user may translate the record, or ""."""
    new = Translation(**{record.link_field: record})
    if not untranslated(record) or not workflow.may_propose(user, new):
        return ""
    return reverse("admin:translation", args=[SLUG_BY_MODEL[type(record)], record.pk])


def translate_record(request, kind, pk):
    translation = _translation_or_404(request.user, kind, pk)
    form = TranslationForm(
        request.POST if request.method == "POST" else None, instance=translation
    )
    if form.is_valid() and (change := form.propose(by=request.user)):
        messages.success(
            request,
            _("Kept. It applies when another person of the secretariat approves it."),
        )
        return redirect("admin:approval", pk=change.pk)
    return render_screen(
        request,
        "desk/translation.html",
        title=_("Translate into English"),
        record=translation.record,
        form=form,
        pending_change=workflow.waiting_change(translation),
    )


def _translation_or_404(user, kind, pk):
    rows = found_or_404(REPORT_MODELS.get(kind)).objects.visible_to(user)
    rows = rows.select_related("translation", "period")
    record = get_object_or_404(rows, pk=pk)
    new = Translation(**{record.link_field: record})
    translation = getattr(record, "translation", None) or new
    if not workflow.may_propose(user, translation) or not untranslated(record):
        raise Http404
    return translation
