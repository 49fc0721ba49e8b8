"""
Takedowns: hide public content at once. Another person confirms or restores it.

The marker or an empty value takes its place; nothing is typed. Fields that somebody
else decided on meanwhile are not restored. An earlier value returns as a proposal.
"""

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils.translation import gettext as _, override

from agencies.access import RefusedError
from agencies.decisions import DecisionStatus
from agencies.fields import field_of, models_declaring
from agencies.models import Agency
from strategic_areas.datasets.removals import (
    count_cells_with,
    removing_from_editions,
    restore_in_editions,
)
from strategic_areas.disclosure import MARKER
from strategic_areas.models import (
    PUBLIC_STATUSES,
    Evidence,
    HelpLine,
    PendingChange,
    PlanChange,
    PublishedFigure,
    Purge,
    RecordChange,
    Takedown,
    WithdrawalCause,
)
from strategic_areas.models.review import Revision
from strategic_areas.models.takedowns import row_key
from strategic_areas.purging.text_search import (
    BlankingMethod,
    blanking_method,
    replace_phrases,
    rows_of,
)
from strategic_areas.triggers.versions import public_tables
from strategic_areas.workflow import changes
from strategic_areas.workflow.amendments import approved_plan_of
from strategic_areas.workflow.guard import (
    blocked_texts,
    must_count_nobody,
    must_identify_nobody,
    must_not_be_in_pending_purge,
)
from strategic_areas.workflow.phrases import Phrases, strings_of
from strategic_areas.workflow.plain_values import plain_values, set_fields, set_links
from strategic_areas.workflow.transitions import GuardedSteps, decides_on, may_review

HIDEABLE = tuple(
    model
    for model in models_declaring(public=True)
    if getattr(model, "is_hideable", True)
)
#: Replacements by blanking method.
REPLACEMENTS = {
    BlankingMethod.MARK: MARKER,
    BlankingMethod.EMPTY: "",
    BlankingMethod.STRINGS: [],
}
#: Texts up to this length are not searched in the list of changes.
MAX_UNSEARCHED_LENGTH = 3
#: Columns that only make sense with a figure, and their values without it.
WITH_FIGURE = {
    "baseline_value": {"baseline_starts_on": None, "baseline_ends_on": None},
    "budget_amount": {"budget": "not_known", "budget_source": None},
}


class HidingSteps(GuardedSteps):
    """
    Proposing hides the content at once; declining restores it.

    Restored texts are checked by the guard. A purge's takedown is decided with the
    purge.
    """

    model = Takedown

    def may_decide(self, user):
        return may_review(user, PendingChange)

    def objection(self, user, takedown):
        if takedown.model is Purge or decides_on(user, [takedown.model]):
            return ""
        return _("The secretariat decides on this.")

    def waiting_for(self, user):
        purges = Purge.objects.waiting().values("pk")
        of_purge = ContentType.objects.get_for_model(Purge)
        rows = super().waiting_for(user)
        return rows.exclude(content_type=of_purge, object_id__in=purges)

    def store(self, takedown, words=None):
        takedown.save()
        touched = [(model_of(key), int(key.partition(":")[2])) for key in takedown.rows]
        hidden = texts_hidden_by([takedown])
        what = {"takedown": takedown.pk, "texts": hidden, "words": words}
        with removing_from_editions(takedown.cause, touched, **what) as removed_cells:
            _swap_values(takedown, "before", "after")
        Takedown.objects.filter(pk=takedown.pk).update(editions=removed_cells)
        takedown.editions = removed_cells

    def apply(self, takedown, by):
        must_not_be_in_pending_purge(takedown, [takedown.why])

    def decline(self, takedown, *, by, reason=""):
        """Restore the content, unless a pending purge covers it."""
        rows = takedown.rows.values()
        hidden_values = [value for row in rows for value in row["before"].values()]
        must_not_be_in_pending_purge(takedown, [*hidden_values, takedown.editions])
        return super().decline(takedown, by=by, reason=reason)

    def on_end(self, takedown):
        if takedown.status == DecisionStatus.DECLINED:
            kept = decided_since(takedown) | set(not_restorable(takedown))
            _swap_values(takedown, "after", "before", without=kept)
            if takedown.editions and not kept:
                later = Takedown.objects.filter(pk__gt=takedown.pk)
                hidden = texts_hidden_by(later.exclude(status=DecisionStatus.DECLINED))
                restore_in_editions(takedown, without=hidden)
            if takedown.model is PublishedFigure:
                _show_again(takedown.object_id)

    def take_back(self, takedown, *, by):
        """Refused: the person who hid it cannot restore it alone."""
        raise RefusedError(_("Another person confirms or restores this."))

    def facts(self, takedown):
        return {
            "kind": takedown.model._meta.label_lower,
            "record": takedown.object_id,
            "fields": {name for row in takedown.rows.values() for name in row["after"]},
        }


HIDING_STEPS = HidingSteps()


def may_hide(user, record):
    is_hideable = isinstance(record, HIDEABLE) and HIDING_STEPS.may_decide(user)
    return is_hideable and decides_on(user, [type(record)])


def hideable(record):
    """
    The public fields that can be hidden, with their replacement values.

    Protective fields are left out: without them more might be shown.
    """
    found = {}
    if isinstance(record, PublishedFigure):
        return found
    for field in record.fields.where(public=True, protects=False):
        columns = {name: _without(record, name) for name in field.columns}
        columns = {
            name: value for name, value in columns.items() if value is not CANNOT_HIDE
        }
        if columns:
            found[field] = columns | WITH_FIGURE.get(field.name, {})
    return found


CANNOT_HIDE = object()


def _without(record, column):
    field, value = record._meta.get_field(column), getattr(record, column)
    if value in (None, "", []) or field.is_relation:
        return CANNOT_HIDE
    if isinstance(field, models.CharField | models.TextField | models.JSONField):
        return getattr(record, "blanks", {}).get(column) or REPLACEMENTS.get(
            blanking_method(field), CANNOT_HIDE
        )
    is_figure = isinstance(field, models.DecimalField | models.IntegerField)
    return None if is_figure and field.null else CANNOT_HIDE


def values_when_hidden(record):
    if isinstance(record, HelpLine):
        return {"confirm_before_publishing": True}
    if isinstance(record, PublishedFigure):
        return {"is_hidden": True}
    found = hideable(record).values()
    return {name: value for columns in found for name, value in columns.items()}


def previous_values(record):
    """Values before the last approved change of a record, by column; or {}."""
    parts = RecordChange.objects.filter(
        content_type=ContentType.objects.get_for_model(record),
        object_id=record.pk,
        change__status=DecisionStatus.APPROVED,
        returned="",
    )
    parts = parts.order_by("-change__decided_at", "-pk").select_related("change")
    part = parts.first()
    # Only another amendment undoes an amendment.
    if part is None or hasattr(part.change, "amendment"):
        return {}
    # Former names of agencies stay on record and are not restored.
    is_renamed = isinstance(record, Agency) and set(part.before) & set(Agency.NAMES)
    return {} if is_renamed else part.before


def propose_former(record, *, by):
    record, values = (
        type(record)._default_manager.get(pk=record.pk),
        previous_values(record),
    )
    with override("es"):
        set_fields(record, values, {})
    links = {name for name in values if record._meta.get_field(name).many_to_many}
    return changes.propose(record, by=by, links={name: values[name] for name in links})


@transaction.atomic
def hide_columns(record, columns, *, cause, by, why=""):
    """
    Replace these columns by plain values and return the takedown.

    ``why`` is checked by the guard and public once another person confirms.
    """
    if not may_hide(by, record):
        raise RefusedError(_("%(record)s: you may not hide this.") % {"record": record})
    if not cause:
        raise RefusedError(_("%(record)s: state the reason.") % {"record": record})
    must_identify_nobody(Takedown, why=why)
    must_count_nobody(record, {"why": why}, Takedown)
    stored = type(record)._default_manager.select_for_update().get(pk=record.pk)
    about = {
        "content_type": ContentType.objects.get_for_model(record),
        "object_id": record.pk,
    }
    if Takedown.objects.waiting().filter(**about).exists():
        raise RefusedError(
            _("%(record)s: something of it is hidden already.") % {"record": record}
        )
    before = plain_values(stored, columns)
    after = {name: value for name, value in columns.items() if value != before[name]}
    if not after:
        raise RefusedError(
            _("%(record)s: nothing of it would change.") % {"record": record}
        )
    with override("es"):
        label = str(stored)[:300]
    rows = dict([takedown_row(stored, after), *_plan_change_rows(stored, after)])
    stated = {"cause": WithdrawalCause(cause), "why": why.strip()}
    return HIDING_STEPS.propose(
        Takedown(**about, label=label, rows=rows, **stated), by=by
    )


def takedown_row(record, after):
    row = {"before": plain_values(record, after), "after": after}
    return row_key(type(record), record.pk), row


def _plan_change_rows(record, after):
    plan = approved_plan_of(record)
    if plan is None:
        return
    fields = [field_of(type(record), name) for name in after]
    hidden = {name for field in fields for name in (field.name, *field.columns)}
    texts = _texts(plain_values(record, after))
    for line in plan.plan_changes.select_related("commitment", "activity"):
        is_own = record in (line.commitment, line.activity)
        is_of_field = is_own and line.field in hidden
        columns = {
            name: MARKER
            for name in PlanChange.fields.columns(bilingual=True)
            if (text_shown := getattr(line, name) or "")
            and (
                is_of_field
                and not name.startswith("name")
                or any(text in text_shown for text in texts)
            )
        }
        if is_of_field and line.old_plain:
            columns["old_plain"] = ""
        if columns:
            yield takedown_row(line, columns)


def restore_for_purge(takedown):
    _swap_values(takedown, "after", "before")


def not_restorable(takedown):
    """Map pairs of row key and column to the reason why they stay hidden."""
    blocked = {
        (key, name): reason
        for key, row in takedown.rows.items()
        for name, reason in blocked_texts(model_of(key), row["before"]).items()
    }
    figures = PublishedFigure.objects.kept_after_protection().filter(
        pk=takedown.object_id
    )
    if takedown.model is PublishedFigure and figures.exists():
        key = row_key(PublishedFigure, takedown.object_id)
        blocked[key, "is_hidden"] = _("The number is protected now.")
    return blocked


def _show_again(pk):
    for figure in PublishedFigure.objects.filter(pk=pk):
        same = PublishedFigure.objects.same_as(figure)
        if not Takedown.objects.in_force_of(same).exists():
            same.latest_revisions().update(is_hidden=False)


def model_of(key):
    return apps.get_model(key.partition(":")[0])


def stored_record(key):
    return model_of(key)._default_manager.filter(pk=key.partition(":")[2]).first()


def decided_since(takedown):
    """
    Pairs of row key and column that two people decided on since it was hidden.

    They approved a change, or another takedown of the same text.
    """
    since = takedown.proposed_at
    parts = RecordChange.objects.filter(
        change__status=DecisionStatus.APPROVED,
        change__decided_at__gte=since,
        returned="",
    )
    changed = {
        (row_key(part.model, part.object_id), name)
        for part in parts
        for name in part.after
    }
    others = Takedown.objects.filter(
        status=DecisionStatus.APPROVED, decided_at__gte=since
    )
    gone = texts_hidden_by(others)
    return {
        (key, name)
        for key, row in takedown.rows.items()
        for name, value in row["before"].items()
        if (key, name) in changed
        or any(each in text for each in gone for text in _texts({name: value}))
    }


def texts_hidden_by(takedowns):
    """The hidden texts, except very short ones."""
    return {
        text
        for takedown in takedowns
        for row in takedown.rows.values()
        for text in _texts(row["before"])
    }


def _texts(values):
    strings = [text for value in values.values() for text in strings_of(value)]
    return [text for text in strings if len(text) > MAX_UNSEARCHED_LENGTH]


def _swap_values(takedown, current, new, without=()):
    """
    Swap the values of each row, where the current value is unchanged.

    ``current`` and ``new`` name the forms; ``without`` are pairs of row key and column
    to skip.
    """
    rows = Takedown.objects.filter(pk=takedown.pk)
    rows.update(is_changing_rows=True)
    for key, row in takedown.rows.items():
        rows_of_model = model_of(key)._default_manager.select_for_update()
        record = rows_of_model.filter(pk=key.partition(":")[2]).first()
        if record is None:
            continue
        now = plain_values(record, row[current])
        changed = {
            column: row[new][column]
            for column, value in row[current].items()
            if now[column] == value and (key, column) not in without
        }
        _put(record, changed, takedown)
    rows.update(is_changing_rows=False)


def _put(record, values, takedown):
    record._history_user = takedown.decided_by or takedown.proposed_by
    # Columns without suffix hold Spanish.
    with override("es"):
        set_fields(record, values, {})
        record.save()
        set_links(record, values, {})


HIDDEN_EVIDENCE = {"is_public": False}


def hide_matches(purge, matches, *, by):
    """
    Hide the public matches of a purge request; return the takedown, or None.

    The person who confirms the purge confirms it too; cancelling by another person
    restores the content, cancelling by the requester does not.
    """
    rows, words = rows_to_hide(purge, matches), Phrases(purge.phrases)
    if not (rows or count_cells_with(words)):
        return None
    about = {"content_type": _kind(), "object_id": purge.pk, "label": str(purge)}
    takedown = Takedown(**about, cause=WithdrawalCause.PERSONAL, rows=rows)
    return HIDING_STEPS.propose(takedown, by=by, words=words)


def rows_to_hide(purge, matches):
    words, rows = Phrases(purge.phrases), {}
    for (model, pk), fields in _public(matches).items():
        record = rows_of(model).get(pk=pk)
        if columns := _columns(record, fields, words):
            key, row = takedown_row(record, columns)
            rows[key] = row
    return rows


def hidden_by(purge):
    return Takedown.objects.filter(content_type=_kind(), object_id=purge.pk).first()


def restore_declined(purge):
    takedown = hidden_by(purge)
    if takedown and takedown.is_waiting and purge.status == Purge.Status.DECLINED:
        reason = _("The purge was called off.")
        HIDING_STEPS.decline(takedown, by=purge.decided_by, reason=reason)


def _kind():
    return ContentType.objects.get_for_model(Purge)


def _public(matches):
    tables = {table.name for table in public_tables()}
    found = {}
    for match in matches:
        if match.model._meta.db_table not in tables:
            continue
        found.setdefault((match.model, match.row), []).append(match.field)
    return found


def _columns(record, fields, words):
    if isinstance(record, Revision) and record.status not in PUBLIC_STATUSES:
        return {}
    if isinstance(record, Takedown) and record.status != Takedown.Status.APPROVED:
        return {}
    if isinstance(record, Evidence):
        return HIDDEN_EVIDENCE if record.is_public else {}
    # Protective fields stay.
    public = record.fields.columns(public=True, protects=False)
    columns = {
        field.name: _replacement(record, field, words)
        for field in fields
        if field.name in public
    }
    return {name: each for name, each in columns.items() if each is not CANNOT_HIDE}


def _replacement(record, field, words):
    method = blanking_method(field)
    if method is BlankingMethod.STRINGS:
        return replace_phrases(getattr(record, field.attname), words, MARKER)
    if method is BlankingMethod.DECLARED_VALUE:
        return record.blanks[field.name]
    return REPLACEMENTS.get(method, CANNOT_HIDE)
