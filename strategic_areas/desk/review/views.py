from crispy_forms.layout import Layout, Submit
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _, gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from agencies.access import RefusedError
from strategic_areas import workflow
from strategic_areas.desk.changes import decisions, views as changes
from strategic_areas.desk.inputs import (
    PRINTED_LABEL,
    AnonymityField,
    FoldedFields,
    LongTextField,
    PrintedByField,
    form_helper,
    one_button_helper,
)
from strategic_areas.desk.page_changes import page_changes_of_reports
from strategic_areas.desk.public_pages import public_url
from strategic_areas.desk.review import comparison, review_queue
from strategic_areas.desk.screens import render_screen
from strategic_areas.desk.sheet.sheet_page import evidence_location
from strategic_areas.desk.values import views as value_pages
from strategic_areas.figures.submission import VALUE_STEPS
from strategic_areas.models import Transition
from strategic_areas.workflow import guard
from strategic_areas.workflow.questions import VALUE


class ReviewStepForm(forms.Form):
    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    button, css_class = "", ""

    def __init__(self, *args, action, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.helper = one_button_helper(
            "step-form", "step", self.button, css_class=self.css_class, action=action
        )


class PublicEvidenceField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, item):
        return format_html("{}: {}", item.title, evidence_location(item))


class PublishForm(ReviewStepForm):
    """Publishes a record with the ticked evidence; a reserved record has none."""

    button, css_class = gettext_lazy("Yes, publish"), "default"

    evidence = PublicEvidenceField(
        queryset=None,
        required=False,
        label=gettext_lazy("Evidence that the public may open"),
        help_text=gettext_lazy(
            "Only what you have read and found free of personal data."
        ),
    )
    checked = AnonymityField()
    compared = forms.BooleanField(
        label=gettext_lazy("I have compared it with the last value: it is right")
    )
    is_printed = forms.BooleanField(label=PRINTED_LABEL)
    printed_by = PrintedByField()

    def __init__(self, *args, item, **kwargs):
        super().__init__(*args, **kwargs)
        if getattr(item.record, "is_reserved", False) or not item.evidences:
            del self.fields["evidence"]
        else:
            self.fields["evidence"].queryset = item.evidences
        AnonymityField.remove_unless_needed(self, item.examined)
        if not item.differs_much:
            del self.fields["compared"]
        PrintedByField.remove_unless_needed(self, item.examined.counts)


class DecideManyForm(forms.Form):
    """
    Publishes or approves several records in the versions that the screen showed.

    Those also named in ``back`` return to their agencies instead, with one reason.
    """

    checked = AnonymityField()
    #: Only this page's form posts it: a POST without it shows the page and decides
    #: nothing.
    page_was_shown = forms.BooleanField(widget=forms.HiddenInput, initial=True)
    reason = LongTextField(
        label=gettext_lazy("Why it is returned"),
        help_text=gettext_lazy("The agency reads it. Say what to correct."),
        required=False,
    )

    def __init__(self, *args, action, tokens, items, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        reports = [item.token for item in items if item.is_report]
        for name, allowed in (("pick", tokens), ("back", reports)):
            self.fields[name] = forms.MultipleChoiceField(
                choices=[(token, token) for token in allowed],
                widget=forms.MultipleHiddenInput,
                required=name == "pick",
            )
        self.initial["pick"] = [item.token for item in items]
        examined = guard.merge_examinations(item.examined for item in items)
        AnonymityField.remove_unless_needed(self, examined)
        self.helper = form_helper("step-form", action=action)
        self.helper.form_id = "decide-all"
        self.helper.layout = Layout(
            *("pick", "page_was_shown"),
            *(["checked"] if examined.findings else []),
            Submit(
                "step",
                _("Yes, approve")
                if all(isinstance(item, decisions.QueuedDecision) for item in items)
                else _("Yes, publish"),
                css_class="default",
            ),
            *(["reason"] if reports else []),
            *(
                [Submit("all", _("Return all of them"), formnovalidate=True)]
                if 1 < len(items) == len(reports)
                else []
            ),
        )

    def clean(self):
        if "all" in self.data:
            self.cleaned_data["back"] = [
                token for token, _label in self.fields["back"].choices
            ]
        if {*self.cleaned_data.get("back", ())} >= {*self.cleaned_data.get("pick", ())}:
            self.errors.pop("checked", None)  # nothing is published
        if len({bool(self.cleaned_data.get(name)) for name in ("back", "reason")}) > 1:
            self.add_error("reason", _("Tick what you return, and state the reason."))
        guard.add_guard_errors(self, Transition, reason="reason")
        return super().clean()


class ReturnForm(ReviewStepForm):
    button = gettext_lazy("Return to the agency")

    reason = LongTextField(
        label=gettext_lazy("Reason for returning it"),
        help_text=gettext_lazy("The agency reads it. Say what to correct."),
    )
    private_note = LongTextField(
        rows=2,
        required=False,
        label=gettext_lazy("Private note"),
        help_text=gettext_lazy("Only the secretariat reads it; the agency never does."),
    )

    def __init__(self, *args, item, **kwargs):
        super().__init__(*args, **kwargs)
        if not item.is_report:
            del self.fields["private_note"]
        if item.examined.blocks:
            self.initial["reason"] = "\n".join(
                dict.fromkeys(f"{x.label}: {x.message}" for x in item.examined.findings)
            )
        note = FoldedFields(_("Note that only the secretariat reads"), "private_note")
        self.helper.layout = Layout(
            "seen_version", "reason", *([note] if item.is_report else [])
        )

    def clean(self):
        guard.add_guard_errors(
            self, Transition, reason="reason", private_note="private_note"
        )
        return super().clean()


def review_context(user, item, posted=None):
    """
    Return what a reviewer reads before deciding on a report or a value.

    ``step_forms`` are those of the steps that this user may take.
    """
    return {
        "item": item,
        "record": item.record,
        "subject": item.subject,
        "examined": item.examined,
        "needs_another_person": item.needs_another_person,
        "days_waiting": item.days_waiting,
        "queue_position": _queue_position(user, item),
        "step_forms": _step_forms(item, posted),
        **(
            value_pages.value_context(user, item.record)
            if isinstance(item, review_queue.QueuedValue)
            else _report_context(user, item)
        ),
    }


def _report_context(user, item):
    record = item.record
    (report_comparison,) = comparison.compare_reports(user, [item], with_evidence=True)
    return {
        "comparison": report_comparison,
        "preview": report_comparison.after,
        "field_comparisons": comparison.compare_fields(
            report_comparison.published, record, report_comparison.columns
        ),
        "page_changes": page_changes_of_reports([report_comparison])
        if item.may_be_published
        else [],
        "history": list(record.transitions.select_related("by")),
        "shows_notes": not workflow.may_report_for(user, record.agency),
        "public": public_url(record.subject),
    }


def _queue_position(user, *items):
    queue = review_queue.queue_positions(user, exclude_own=True)
    indexes = sorted(queue.index(x.position) for x in items if x.position in queue)
    if not indexes or indexes[-1] - indexes[0] >= len(indexes):
        return None
    return {
        "number": indexes[0] + 1,
        "last": indexes[-1] + 1,
        "total": len(queue),
        "previous": queue[indexes[0] - 1] if indexes[0] else None,
        "following": next(iter(queue[indexes[-1] + 1 :]), None),
    }


def _step_forms(item, posted):
    if not item.is_waiting:
        return []
    form_classes = [PublishForm] if item.may_be_published else []
    form_classes += [ReturnForm] if item.may_be_returned else []
    return [
        posted if isinstance(posted, form_class) else step_form(form_class, item)
        for form_class in form_classes
    ]


def step_form(form_class, item, data=None):
    name = "publish" if form_class is PublishForm else "return"
    action = reverse(f"admin:review_{name}", args=[item.slug, item.record.pk])
    seen = {"seen_version": item.version}
    return form_class(
        data, action=action, item=item, initial=seen, auto_id=f"{name}_%s"
    )


ROWS_PER_PAGE = 50
#: Items that may be decided together; people would not read a longer list.
MAX_AT_ONCE = 50


#: Filter word → group of the list.
QUEUE_GROUPS = {
    "reportes": gettext_lazy("Reports"),
    "valores": gettext_lazy("Values"),
    "plan": gettext_lazy("Plan"),
    "personas": gettext_lazy("People"),
    "ocultado": gettext_lazy("Hidden"),
}


def queue_context(request):
    queue = review_queue.review_queue_of(request.user)
    chosen = request.GET.get("que", "")
    page = Paginator(queue.of(chosen), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return {
        "queue": queue,
        "page": page,
        "rows": queue.loaded(page.object_list),
        "groups": [(*each, len(queue.of(each[0]))) for each in QUEUE_GROUPS.items()],
        "chosen": chosen,
        "ticked": "todas" in request.GET,
    }


def item_or_404(user, kind, pk):
    if kind not in review_queue.REVIEWED_MODELS:
        raise Http404
    rows = review_queue.reviewable_rows(user, kind)
    if kind in review_queue.REPORT_MODELS:
        rows = rows.prefetch_related("evidences")
    return review_queue.queue_item(user, get_object_or_404(rows, pk=pk))


def review_record(request, kind, pk):
    item = item_or_404(request.user, kind, pk)
    if not item.is_waiting and kind in review_queue.REPORT_MODELS:
        record = item.record
        messages.info(
            request, _("%(record)s is no longer waiting.") % {"record": record}
        )
        name = f"admin:strategic_areas_{record._meta.model_name}_change"
        return redirect(name, record.pk)
    return _show(request, item)


def review_value(request, pk):
    return review_record(request, VALUE.review_slug, pk)


def _show(request, item, posted=None):
    return render_screen(
        request,
        item.template,
        status=422 if posted else 200,
        title=str(item.record),
        screen=review_context(request.user, item, posted),
    )


@require_POST
def publish_item(request, kind, pk):
    item = item_or_404(request.user, kind, pk)
    return _take_step(request, item, PublishForm, item.publish)


@require_POST
def return_item(request, kind, pk):
    item = item_or_404(request.user, kind, pk)
    return _take_step(request, item, ReturnForm, item.send_back)


def _take_step(request, item, form_class, step):
    form = step_form(form_class, item, request.POST)
    if item.is_waiting and not form.is_valid():
        return _show(request, item, form)
    try:
        if not form.is_valid():
            raise RefusedError(
                _("%(record)s is no longer waiting.") % {"record": item.record}
            )
        step(by=request.user, cleaned=form.cleaned_data)
    except RefusedError as error:
        messages.error(request, str(error))
        return redirect(item.address)
    decisions.add_decision_message(request, item.record)
    return redirect(_next_address(request.user, item.position))


def _next_address(user, position):
    following = review_queue.next_position(
        review_queue.queue_positions(user, exclude_own=True), position
    )
    return following.address if following else reverse("admin:index")


def decide_many(request):
    user, reviewed_models = request.user, review_queue.SLUG_BY_MODEL
    if not any(workflow.may_review(user, each) for each in reviewed_models):
        raise PermissionDenied
    picked = request.POST if request.method == "POST" else request.GET
    tokens = " ".join(picked.getlist("pick")).split()
    chosen, left_out = choose_items(request.user, tokens)
    known_tokens = {item.token for item in chosen}
    # The protection of values depends on all of them, so that without one of them the
    # preview is shown again.
    is_as_shown = not any(
        token.startswith(f"{VALUE.review_slug}-") and token not in known_tokens
        for token in tokens
    )
    form = DecideManyForm(
        request.POST if request.method == "POST" and is_as_shown else None,
        action=reverse("admin:review_many"),
        tokens=tokens,
        items=chosen,
    )
    other_items = [x for x in chosen if not isinstance(x, review_queue.QueuedValue)]
    values = [item.record for item in chosen if item not in other_items]
    value_preview, refused = None, ""
    try:
        if form.is_valid():
            _decide_all(request, values, other_items, left_out, form.cleaned_data)
            return redirect("admin:index")
        if values:
            value_preview = value_pages.preview_publication(values, by=request.user)
    except RefusedError as error:
        refused = str(error)
    comparisons = comparison.compare_reports(
        request.user, [item for item in other_items if item.is_report]
    )
    return render_screen(
        request,
        "desk/decide_many.html",
        status=422 if request.method == "POST" else 200,
        title=_("Read together"),
        comparisons=comparisons,
        page_changes=page_changes_of_reports(comparisons),
        proposals=[
            (item, changes.change_records(item.decision) if item.parts else [])
            for item in other_items
            if isinstance(item, decisions.QueuedDecision)
        ],
        of_values=value_preview,
        refused=refused,
        marked_items=[item for item in chosen if item.examined.findings],
        left_out=left_out,
        queue_position=_queue_position(
            request.user,
            *(x for x in chosen if not isinstance(x, decisions.QueuedDecision)),
        ),
        form=form,
    )


def choose_items(user, tokens):
    """
    Return the ticked items that may be published together, and why others may not.

    A token is valid only while the version that it names still waits.
    """
    named = {token.rpartition("-")[0] for token in tokens}
    positions = [
        each
        for each in review_queue.queue_positions(user)
        if f"{each.slug}-{each.pk}" in named
    ]
    reports_and_values = review_queue.load_queued_reports(user, positions).values()
    by_token = {
        item.token: item
        for item in [*reports_and_values, *decisions.queued_decisions(user)]
        if item in reports_and_values or item.may_be_batched
    }
    chosen, left_out = [], []
    for token in dict.fromkeys(tokens):
        item = by_token.get(token)
        reason = _why_not(item, len(chosen))
        if reason:
            record = getattr(item, "record", getattr(item, "decision", token))
            left_out.append((record, reason))
        else:
            chosen.append(item)
    return chosen, left_out


def _why_not(item, chosen_count):
    if item is None:
        return _("it is no longer waiting, or was changed since.")
    if item.needs_another_person:
        return _("you had a part in it: another person publishes it.")
    if item.warning_and_block_count or item.differs_much or item.examined.blocks:
        return _("something in it has to be read by itself.")
    if chosen_count >= MAX_AT_ONCE:
        return _("at most %(number)d at once.") % {"number": MAX_AT_ONCE}
    return ""


def _decide_all(request, values, other_items, left_out, cleaned):
    VALUE_STEPS.approve_all(values, by=request.user)
    published = len(values)
    for item in other_items:
        step_data = {**cleaned, "private_note": "", "seen_version": item.version}
        try:
            if item.token in cleaned["back"]:
                item.send_back(by=request.user, cleaned=step_data)
                decisions.add_decision_message(request, item.record)
            elif isinstance(item, decisions.QueuedDecision):
                decisions.add_decision_message(
                    request, item.steps.approve(item.decision, by=request.user)
                )
            else:
                item.publish(by=request.user, cleaned=step_data)
                published += 1
        except RefusedError as error:
            messages.warning(request, str(error))
    for label, reason in left_out:
        messages.warning(request, f"{label}: {reason}")
    if published:
        messages.success(
            request,
            ngettext(
                "%(number)d answer was published.",
                "%(number)d answers were published.",
                published,
            )
            % {"number": published},
        )
