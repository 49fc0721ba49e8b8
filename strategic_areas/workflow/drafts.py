"""Lines of a person's draft of a plan. Only that person writes in it."""

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from strategic_areas.models.drafts import DRAFTED, DraftLine, PlanDraft
from strategic_areas.workflow.guard import must_be_clean, must_not_wait_for_purge
from strategic_areas.workflow.moves import must_propose


@transaction.atomic
def keep_line(plan, table, said, *, by, record=None, seen=None, line=None):
    """
    Keep in the person's draft what a record would say; return the ``DraftLine``.

    ``said`` and ``seen`` are plain values by column, ``record`` the key of a stored
    record and ``line`` that of a kept line of a new one. Columns that the line said
    already stay; what was seen first stays too. ``RefusedError`` for a text that holds
    personal data, or words that somebody asked to withdraw.
    """
    must_propose(by, plan)
    must_be_clean(DRAFTED[table], **said)
    must_not_wait_for_purge(plan, said.values())
    draft, _is_new = PlanDraft.objects.get_or_create(plan=plan, person=by)
    draft = PlanDraft.objects.select_for_update().get(pk=draft.pk)
    if record is not None:
        kept = draft.lines.filter(table=table, record=record).first()
    else:
        kept = line and draft.lines.get(pk=line, table=table, record=None)
    if not kept:
        last = draft.lines.aggregate(last=Max("order"))["last"] or 0
        kept = DraftLine(draft=draft, order=last + 1, table=table, record=record)
    kept.said |= said
    kept.seen = (seen or {}) | kept.seen
    kept.save()
    _touch(draft)
    return kept


@transaction.atomic
def drop_lines(plan, lines, *, by):
    """Take lines, by their keys, out of the person's draft of a plan."""
    draft = PlanDraft.objects.select_for_update().filter(plan=plan, person=by).first()
    if draft is None:
        return
    draft.lines.filter(pk__in=lines).delete()
    _touch(draft)


def _touch(draft):
    draft.changed_at = timezone.now()
    draft.save(update_fields=["changed_at"])
