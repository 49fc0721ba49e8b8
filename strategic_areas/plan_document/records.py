"""Drafts: records that lines create or change, saved or proposed together."""

from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby, product

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _, override
from simple_history.utils import bulk_create_with_history

from agencies import audit
from agencies.access import RefusedError
from agencies.decisions import OutdatedError
from strategic_areas import figures, workflow
from strategic_areas.models import (
    UPDATE_MODELS,
    Indicator,
    Provenance,
)
from strategic_areas.models.plan import PlanMixin
from strategic_areas.models.records import CodeMixin
from strategic_areas.plan_document.lines import PlanLine
from strategic_areas.plan_document.tables import PLAN_TABLE, STRUCTURE
from strategic_areas.queries.public_rows import (
    affected_records,
    merge_keys,
    read_public_rows,
    row_differences,
)
from strategic_areas.workflow import amendments
from strategic_areas.workflow.changes import dry_run
from strategic_areas.workflow.plain_values import free_unique_values


@dataclass(frozen=True)
class RecordDraft:
    """
    A line and its unsaved record.

    ``links`` are changed lists of links, and links to records of the same kind, saved
    last; ``before`` are the former plain values of changed columns.
    """

    line: PlanLine
    record: object
    links: dict
    before: dict

    @property
    def is_new(self):
        return not self.line.origin


class RecordRefusedError(RefusedError):
    """The database refuses the record of ``draft``; nothing is saved."""

    def __init__(self, draft):
        super().__init__(
            _("Nothing was saved: two records would be known by the same code.")
        )
        self.draft = draft


def build_drafts(stored, lines):
    stored.relate()
    # Columns without suffix hold Spanish.
    with override("es"):
        # Lines may link to each other's records, so all exist before the links.
        pairs = list(zip(lines, [_record(stored, line) for line in lines], strict=True))
        before = [
            {name: stored.plain(record, name) for name in line.values}
            if line.origin
            else {}
            for line, record in pairs
        ]
        return [_draft(stored, *pair, b) for pair, b in zip(pairs, before, strict=True)]


def _record(stored, line):
    table, rows = line.table, stored.tables[line.table.name].rows
    record, key = stored.new_row(table), line.name
    if line.origin:
        record = rows[line.origin] = stored.lock_for_change(rows[line.origin])
        present = {name: stored.plain(record, name) for name in table.identity}
        key = table.key_in(present | line.values)
    rows.setdefault(key, record)
    return record


def _draft(stored, line, record, before):
    table, links = line.table, {}
    for name, value in line.values.items():
        field = table.field(name)
        if field.many_to_many:
            links[name] = _linked(stored, record, field, value)
        elif table.is_saved_last(name):
            links[name] = value and stored.linked_table(field).rows[value]
        else:
            stored.put_plain(record, name, value)
    if table.name == "targets" and not record.provenance:
        record.provenance = Provenance.PLAN
    return RecordDraft(line, record, links, before)


def _linked(stored, record, field, keys):
    known_keys = stored.linked_table(field).key_of_pk
    current = getattr(record, field.name).all() if record.pk else []
    others = [each for each in current if each.pk not in known_keys]
    return [*others, *stored.linked(field, keys)]


def needs_act(drafts):
    return any(
        amendments.changed_structure_fields(
            draft.record,
            draft.before
            | {
                name: list(getattr(draft.record, name).all())
                for name in draft.links
                if not draft.is_new
            },
            draft.line.values | draft.links,
            is_new=draft.is_new,
        )
        for draft in drafts
    )


def apply_at_once(plan, drafts):
    return workflow.all_apply_at_once(
        plan, [(draft.record, draft.links) for draft in drafts]
    )


@transaction.atomic
def save_drafts(plan, drafts, *, by):
    """Save all or none; ``RefusedError`` if the database refuses one."""
    created = sum(draft.is_new for draft in drafts)
    save_drafts_unaudited(drafts, by=by)
    audit.record_event(
        audit.Event.PLAN_LOADED,
        actor=by,
        obj=plan,
        created=created,
        changed=len(drafts) - created,
    )


@transaction.atomic
def save_drafts_unaudited(drafts, *, by):
    """Save all or none, without an audit entry, which the caller writes."""
    for draft in drafts:
        if not workflow.may_propose(by, draft.record):
            raise RefusedError(
                _("%(record)s: you may not change this.") % {"record": draft.record}
            )
    _save_and_publish(drafts, by)


def _save_and_publish(drafts, by):
    with figures.publishing_at_end():
        write_drafts(drafts, by=by)
    if pks := [d.record.pk for d in drafts if isinstance(d.record, Indicator)]:
        figures.publish_figures(Indicator.objects.filter(pk__in=pks))


#: Batch size.
BATCH_SIZE = 500
#: The models whose ``save`` fills in columns.
COMPLETED_ON_SAVE = (PlanMixin, CodeMixin)


def write_drafts(drafts, *, by=None):
    """
    Write drafts in order, inside a transaction; new rows of a table in bulk.

    Codes may be exchanged between records. Raises ``RecordRefusedError`` for the first
    draft that the database refuses. Indicators are not published.
    """
    free_unique_values(
        (type(draft.record), draft.record.pk, draft.before, draft.line.values)
        for draft in drafts
    )
    with override("es"):
        for draft in drafts:
            draft.record._history_user = by
        groups = groupby(drafts, key=lambda each: (each.line.table.name, each.is_new))
        for (_name, is_new), group in groups:
            if is_new:
                _create([*group])
                continue
            for draft in group:
                # If only links change, save a version to record the user.
                if by or draft.line.values.keys() - draft.links.keys():
                    _save(draft)
        _save_links(drafts)


def _create(drafts):
    try:
        with transaction.atomic():
            _create_rows([draft.record for draft in drafts])
    except (DatabaseError, ValidationError):
        # One by one, to find the refused one.
        for draft in drafts:
            draft.record.pk, draft.record._state.adding = None, True
            _save(draft)


def _create_rows(rows):
    model = type(rows[0])
    for row, kind in product(rows, COMPLETED_ON_SAVE):
        if isinstance(row, kind):
            kind.complete(row)
    if hasattr(model, "history"):
        bulk_create_with_history(rows, model, batch_size=BATCH_SIZE)
    else:
        model._default_manager.bulk_create(rows, batch_size=BATCH_SIZE)


def _save(draft):
    with _refusing_with(draft):
        draft.record.save()


@contextmanager
def _refusing_with(draft):
    try:
        yield
    except (DatabaseError, ValidationError) as error:
        raise RecordRefusedError(draft) from error


def _save_links(drafts):
    lists = []
    for draft in drafts:
        for name, linked in draft.links.items():
            if isinstance(linked, list) and draft.is_new:
                lists.append((draft, name, linked))
            elif isinstance(linked, list):
                _set_list(draft, name, linked)
            elif linked or not draft.is_new:
                setattr(draft.record, name, linked)
                _save(draft)
    try:
        with transaction.atomic():
            _add_lists(lists)
    except (DatabaseError, ValidationError):
        for each in lists:
            _set_list(*each)


def _set_list(draft, name, linked):
    with _refusing_with(draft):
        getattr(draft.record, name).set(linked)


def _add_lists(lists):
    rows = defaultdict(list)
    for draft, name, linked in lists:
        many = draft.line.table.field(name)
        through, own = many.remote_field.through, f"{many.m2m_field_name()}_id"
        other = f"{many.m2m_reverse_field_name()}_id"
        rows[through] += [
            through(**{own: draft.record.pk, other: each.pk}) for each in linked
        ]
    for through, new in rows.items():
        through._default_manager.bulk_create(new, batch_size=BATCH_SIZE)


def propose_drafts(drafts, *, by, amendment=None):
    with override("es"):
        return workflow.propose_records(
            [(draft.record, draft.links) for draft in drafts],
            by=by,
            amendment=amendment,
        )


def lock_records(plan, lines):
    for table in {line.table.name: line.table for line in lines}.values():
        field = {"indicators": "introduced_by", PLAN_TABLE: "pk"}.get(
            table.name, "plan"
        )
        rows = table.model.objects.select_for_update().filter(**{field: plan.pk})
        list(rows.values("pk"))


#: The tables whose records another record may supersede.
SUPERSEDABLE = ("commitments", "activities")


def preview_effects(plan, drafts, *, by):
    """
    Effects of saving the drafts, which are saved and rolled back; do not use them
    again.

    ``public``: see ``public_differences``. ``succession``, if records are superseded:
    ``pairs``, ``counts`` before and after, records ``left`` without a successor, and
    the number of published ``reports`` of superseded records.
    """
    pairs = [
        (str(draft.record), [str(old) for old in replaced])
        for draft in drafts
        if (replaced := draft.links.get("supersedes"))
    ]
    replaced = [old for d in drafts for old in d.links.get("supersedes", ())]
    before, found = [len(each) for each in _not_superseded(plan)], {}

    def save():
        _save_and_publish(drafts, by)
        if pairs:
            left, counts = [], []
            for name, was, rows in zip(
                SUPERSEDABLE, before, _not_superseded(plan), strict=True
            ):
                title = STRUCTURE[name].title
                counts.append((title, was, len(rows)))
                if others := [each for each in rows if not each.is_official]:
                    left.append((title, others))
            found["succession"] = {
                "pairs": pairs,
                "left": left,
                "counts": counts,
                "reports": _reports(replaced),
            }
        return [(type(draft.record), draft.record.pk) for draft in drafts]

    existing = [(type(d.record), d.record.pk) for d in drafts if not d.is_new]
    return found | {"public": public_differences(existing, save)}


def public_differences(existing, save):
    """
    Differences in what the public reads, or None if they cannot be computed.

    ``save`` saves the records, which is rolled back, and returns pairs of model and
    primary key; ``existing`` are such pairs of records that exist.
    """
    keys = affected_records(existing)
    try:
        with dry_run():
            keys = merge_keys(keys, affected_records(save()))
            after = read_public_rows(keys)
    except (OutdatedError, RefusedError, DatabaseError):
        return None
    return row_differences(read_public_rows(keys), after)


def _not_superseded(plan):
    return [
        list(STRUCTURE[name].model.objects.not_superseded().filter(plan=plan))
        for name in SUPERSEDABLE
    ]


def _reports(replaced):
    return sum(
        model.objects.published()
        .filter(**{f"{model.subject_field}__in": found})
        .count()
        for model in UPDATE_MODELS
        if (found := [x for x in replaced if isinstance(x, _subject_of(model))])
    )


def _subject_of(model):
    return model._meta.get_field(model.subject_field).related_model
