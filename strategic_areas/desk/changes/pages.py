"""The page of a proposed change: each field that changes, and the public text."""

from functools import partial

from django.contrib import admin
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from agencies.fields import field_of
from strategic_areas import workflow
from strategic_areas.desk.changes import decisions, protection
from strategic_areas.desk.plantree.pages import (
    ApprovePlanForm,
    plan_to_approve,
    read_whole,
)
from strategic_areas.desk.public_pages import public_address
from strategic_areas.desk.review.comparison import Line
from strategic_areas.desk.rounds.pages import opening
from strategic_areas.desk.screens import screen
from strategic_areas.models import (
    AgencyComment,
    AttributionDispute,
    Correction,
    HelpLine,
    Indicator,
    PendingChange,
    ReportingPeriod,
    Target,
    Translation,
)
from strategic_areas.purging.hiding import HIDEABLE, HIDINGS
from strategic_areas.queries.pages import help_lines
from strategic_areas.queries.plan import counted
from strategic_areas.queries.updates import record
from strategic_areas.workflow import guard
from strategic_areas.workflow.amendments import in_words
from strategic_areas.workflow.plain_values import proposed_records


def approval(request, pk):
    rows = PendingChange.objects.visible_to(request.user)
    rows = rows.select_related("proposed_by", "decided_by")
    change = get_object_or_404(rows, pk=pk)
    amendment = getattr(change, "amendment", None)
    examined = _examined(change, amendment)
    plan = plan_to_approve(change)
    steps = decisions.open_forms(
        request,
        workflow.CHANGES,
        change,
        *([partial(ApprovePlanForm, plan=plan)] if plan else []),
        examined=examined,
        protects=bool(protection.named_fields(change)),
    )
    if decisions.take_pressed_step(request, workflow.CHANGES, change, steps):
        return redirect("admin:index")
    return screen(
        request,
        "desk/approval.html",
        change=change,
        may_hide=not change.is_waiting and HIDINGS.decides(request.user),
        amendment=amendment,
        records=records(change),
        examined=examined,
        altered=protection.altered(change, request.user),
        whole=read_whole(plan) if plan else None,
        is_overtaken=bool(plan) and change.plan_digest != workflow.digest(plan),
        steps=steps,
        why_not=workflow.CHANGES.why_not(request.user, change),
    )


def records(change):
    """
    Each record that changes, its pages, and its fields that change.

    ``readings`` are what the public will read of a record with a template of its own;
    ``opening`` is what a waiting round would do.
    """
    found = proposed_records(change)
    names = {part.place: part.label for part, _proposed in found}
    return [
        {
            "name": str(part),
            "url": record_url(part),
            "lines": lines(part, names),
            "readings": _readings(change, proposed) if change.is_waiting else [],
            "is_hidden": proposed is not None and not _is_shown(proposed),
            "hides": hide_url(part.model, part.object_id),
            "public": _page_of(change, proposed) if len(found) == 1 else "",
            "opening": _opening(change, proposed),
        }
        for part, proposed in found
    ]


def lines(part, names=None):
    """
    Every field that changes in one record, in the order of the model's fields.

    ``names`` maps the place of each new record of the change to its name.
    """
    fields = [*part.model._meta.concrete_fields, *part.model._meta.many_to_many]
    return [
        Line(
            field_of(part.model, field.name).label_of(field.name),
            in_words(field, part.before.get(field.name)),
            in_words(field, part.after[field.name], names),
        )
        for field in fields
        if field.name in part.after
    ]


def _examined(change, amendment):
    parts = [(part.model, part.after, "") for part in change.records.all()]
    if amendment:
        names = amendment.fields.columns(guarded=True)
        values = {name: getattr(amendment, name) for name in names}
        parts.append((type(amendment), values, ""))
    return guard.examine(parts)


def record_url(part):
    if part.object_id is None or not admin.site.is_registered(part.model):
        return ""
    meta = part.model._meta
    name = f"admin:{meta.app_label}_{meta.model_name}_change"
    return reverse(name, args=[part.object_id])


def hide_url(model, pk):
    if pk is None or not issubclass(model, HIDEABLE):
        return ""
    return reverse("admin:hide", args=[model._meta.model_name, pk])


def _readings(change, proposed):
    if type(proposed) not in PUBLIC_TEMPLATES or not _is_shown(proposed):
        return []
    template, needed = PUBLIC_TEMPLATES[type(proposed)]
    found = []
    for language in ("es", "en"):
        with override(language):
            shown = needed(proposed, change)
            found.append((language, render_to_string(template, shown)))
    return found


def _page_of(change, proposed):
    """The public page; a plan that waits for its approval has none yet."""
    return "" if plan_to_approve(change) else public_address(proposed)


def _opening(change, proposed):
    is_round = isinstance(proposed, ReportingPeriod) and change.is_waiting
    return opening(proposed) if is_round else None


def _is_shown(proposed):
    if isinstance(proposed, Translation):
        return proposed.may_stand
    return not getattr(proposed, "confirm_before_publishing", False)


def _record(proposed, change):
    return {"record": proposed}


def _line(proposed, change):
    return {"each": help_lines.line(proposed, timezone.localdate())}


def _entry(proposed, change):
    proposed.record.translation = proposed
    (entry,) = record.entries([proposed.record])
    return {"entry": entry}


def _comment(proposed, change):
    proposed.written_at = change.proposed_at
    return {"comment": proposed}


def _dispute(proposed, change):
    proposed.written_at = proposed.written_at or change.proposed_at
    return {"dispute": counted.public_dispute(proposed)}


#: Model → the public template of its records, and what builds its context.
PUBLIC_TEMPLATES = {
    HelpLine: ("_line.html", _line),
    Correction: ("_correction.html", _record),
    Indicator: ("desk/_reads_indicator.html", _record),
    Target: ("desk/_reads_target.html", _record),
    ReportingPeriod: ("desk/_reads_period.html", _record),
    Translation: ("_entry_body.html", _entry),
    AgencyComment: ("_agency_comment.html", _comment),
    AttributionDispute: ("_dispute.html", _dispute),
}
