"""One published account as the public reads it. It names institutions, no person."""

from dataclasses import replace

from django.utils import timezone

from strategic_areas import progress
from strategic_areas.models import (
    PUBLIC_RECORD,
    ActivityUpdate,
    Answer,
    CommitmentUpdate,
    Plan,
    Status,
)
from strategic_areas.models.translations import translated_fields
from strategic_areas.queries import disputes, grounds, letters, names
from strategic_areas.queries.entry import Entry
from strategic_areas.queries.evidence import evidence_line
from strategic_areas.queries.prepared import prepared


@prepared
def updates():
    """Public revisions of updates of public plans, with what a page prints of them."""
    return (
        _public(ActivityUpdate)
        .select_related(
            "period",
            "letter",
            "activity__agency",
            "activity__commitment__plan",
            "translation",
            "dispute__agency",
        )
        .annotate(
            called_then=names.then("activity__agency"),
            is_about_disputed=disputes.unresolved("activity", "activity")
            | disputes.unresolved("commitment", "activity__commitment"),
        )
    )


@prepared
def declarations():
    """Public revisions of declarations of public plans."""
    return (
        _public(CommitmentUpdate)
        .select_related(
            "period",
            "letter",
            "commitment__lead",
            "commitment__plan",
            "translation",
        )
        .annotate(
            called_then=names.then("commitment__lead"),
            is_about_disputed=disputes.unresolved("commitment", "commitment"),
        )
    )


def _public(model):
    rows = model.objects.filter(status__in=PUBLIC_RECORD)
    return rows.exclude(plan__status=Plan.Status.IN_PREPARATION)


def standing(rows):
    """Those that no newer revision replaced: published ones and withdrawals."""
    return rows.exclude(status=Status.REPLACED)


def newest_off_plan(entries):
    """Of each work beside the plan, its first account among ``entries``."""
    newest_of = {}
    for entry in entries:
        if entry.is_off_plan:
            newest_of.setdefault(entry.subject.pk, entry)
    return tuple(newest_of.values())


def newest(rows):
    """Demonstrations first, where their mark is seen; then newest first."""
    ordered = rows.newest_first()
    return ordered.order_by("-period__is_demonstration", *ordered.query.order_by)


def entries(updates=(), declarations=(), *, found=None):
    """
    Entries of loaded revisions, in the order given: updates, then declarations.

    One query for any number of them: what they rest on, unless the caller has
    ``found`` it.
    """
    updates, declarations = list(updates), list(declarations)
    found = found or grounds.of(updates, declarations)
    return [
        _entry(kind, row, found.sources[kind, row.pk], found.evidence[kind, row.pk])
        for kind, rows in (
            ("activityupdate", updates),
            ("commitmentupdate", declarations),
        )
        for row in rows
    ]


def as_published(row, evidence, *, today, is_reviewed_within_agency):
    """
    The entry that a submitted revision becomes if it is published today.

    For whoever reviews it; ``evidence`` are the items that she may clear with it.
    """
    lines = [evidence_line(item, is_open=False) for item in evidence]
    return replace(
        _entry(row._meta.model_name, row, (), lines),
        status=Status.PUBLISHED,
        published_on=today,
        is_reviewed_within_agency=is_reviewed_within_agency,
    )


def day(moment):
    """The date in Santo Domingo, if there is a moment."""
    return timezone.localdate(moment) if moment else None


def _entry(kind, row, sources, evidence):
    is_update = kind == "activityupdate"
    frame = {
        "kind": kind,
        "pk": row.pk,
        "subject": row.activity if is_update else row.commitment,
        "commitment": row.activity.commitment if is_update else row.commitment,
        "agency": names.called(row.agency, getattr(row, "called_then", None)),
        "period": row.period,
        "revision": row.revision,
        "status": row.status,
        "provenance": row.provenance,
        "reported_on": row.reported_on,
        "published_on": day(row.published_at),
        "public_id": row.public_id,
        "submitted_on": day(row.submitted_at),
        "is_reviewed_within_agency": row.is_reviewed_within_agency,
        "purged_on": day(row.purged_at),
        "letter": letters.transcribed_from(row),
    }
    if row.status == Status.WITHDRAWN:
        return Entry(
            **frame,
            withdrawn_on=day(row.withdrawn_at),
            withdrawal_reason_es=row.withdrawal_reason,
        )
    if is_update and row.is_reserved:
        return Entry(**frame, **_withheld_content(row))
    if row.origin == "record":
        frame |= {
            "dispute": disputes.of(row),
            "is_about_disputed": getattr(row, "is_about_disputed", False),
        }
    content = _update_content(row) if is_update else _declaration_content(row)
    return Entry(**frame, **content, sources=tuple(sources), evidence=tuple(evidence))


def _withheld_content(row):
    return {
        "state": progress.State(row.execution),
        "is_reserved": True,
        "legal_basis": row.reserved_legal_basis,
    }


def _update_content(row):
    return {
        "is_no_news": row.answer == Answer.NO_NEWS,
        "state": progress.State(row.execution),
        "percent": row.percent,
        "quantity": row.quantity,
        "people_reached": row.people_reached,
        **texts(row),
    }


def _declaration_content(row):
    return {"result_reached": row.result_reached, **texts(row)}


def texts(row) -> dict:
    """What it says in both languages; where it has no English, its translation's."""
    kept, found, translated = getattr(row, "translation", None), {}, set()
    for name, field in translated_fields(row).items():
        spanish = getattr(row, f"{field}_es") or ""
        english = getattr(row, f"{field}_en") or ""
        if spanish and not english and (english := getattr(kept, name, "")):
            translated.add(name)
        found |= {f"{name}_es": spanish, f"{name}_en": english}
    return {**found, "translated": frozenset(translated)}
