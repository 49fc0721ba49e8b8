"""What the review screen shows of one submitted record."""

from dataclasses import dataclass

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from strategic_areas import workflow
from strategic_areas.desk import comparison, waiting
from strategic_areas.desk.deciding import PublishForm, ReturnForm
from strategic_areas.models import ActivityUpdate, CommitmentUpdate
from strategic_areas.queries import record as public
from strategic_areas.workflow import guard


@dataclass(frozen=True)
class Place:
    """Where the record stands in the queue, and its neighbours, None at the ends."""

    number: int
    total: int
    previous: waiting.Waiting | None
    following: waiting.Waiting | None


@dataclass(frozen=True)
class Screen:
    """
    All that a reviewer reads before she decides.

    ``preview`` is the public entry that it would become. ``steps`` are the forms open
    to her: nobody publishes what she had a part in or what the guard blocks.
    ``shows_notes`` is False for whoever reports for the agency, reviewer or not.
    """

    record: ActivityUpdate | CommitmentUpdate
    before: ActivityUpdate | CommitmentUpdate | None
    compared: list
    warnings: list
    blocks: list
    is_mine: bool
    days: int
    preview: public.Entry
    has_english: bool
    transitions: list
    shows_notes: bool
    place: Place
    steps: list


def screen(user, record, posted=None):
    """The screen of a record; ``posted`` is a form that came back with errors."""
    item = waiting.Waiting(record, workflow.has_part_in(user, record))
    before = comparison.last_published(record)
    blocks = guard.blocks(record)
    (preview,) = previews(user, [record], with_evidence=True)
    return Screen(
        record=record,
        before=before,
        compared=comparison.compare(before, record),
        warnings=item.warnings,
        blocks=blocks,
        is_mine=item.is_mine,
        days=item.days,
        preview=preview,
        has_english=bool(preview.text_en),
        transitions=list(record.transitions.select_related("by")),
        shows_notes=not workflow.reports_for(user, record.agency),
        place=_place(user, item),
        steps=_steps(item, blocks, posted),
    )


def previews(user, records, *, with_evidence=False):
    """The public entries that the records become if this person publishes them."""
    within = workflow.within_agency(user, records)
    today = timezone.localdate()
    return [
        public.as_published(
            record,
            record.evidences.all() if with_evidence else (),
            today=today,
            is_reviewed_within_agency=record in within,
        )
        for record in records
    ]


def _place(user, item):
    items = waiting.queue(user)
    number = [each.place for each in items].index(item.place)
    return Place(
        number=number + 1,
        total=len(items),
        previous=items[number - 1] if number else None,
        following=items[number + 1] if number + 1 < len(items) else None,
    )


def _steps(item, blocks, posted):
    kinds = [ReturnForm] if item.is_mine or blocks else [PublishForm, ReturnForm]
    return [
        posted if isinstance(posted, kind) else step_form(kind, item) for kind in kinds
    ]


def step_form(kind, item, data=None):
    """The form of one step on a record, with the version that is on screen."""
    name = "publish" if kind is PublishForm else "return"
    extra = {}
    if kind is PublishForm:
        extra = {"record": item.record, "has_warnings": bool(item.warnings)}
    return kind(
        data,
        action=reverse(
            f"admin:review_{name}",
            args=[waiting.WORDS[type(item.record)], item.record.pk],
        ),
        initial={"seen_version": item.record.version},
        auto_id=f"{name}_%s",
        **extra,
    )


def frame(request, title):
    """What every page of the review needs."""
    return {**admin.site.each_context(request), "title": title}
