"""Records that lines create or change, saved or proposed together."""

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
from strategic_areas.plan_document.tables import EDITED_TABLES, PLAN_TABLE
from strategic_areas.queries.public_rows import (
    affected_records,
    merge_keys,
    read_public_rows,
    row_differences,
)
from strategic_areas.workflow import amendments
from strategic_areas.workflow.changes import dry_run
from strategic_areas.workflow.plain_values import release_unique_values


@dataclass(frozen=True)
class RecordToSave:
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
        return not self.line.stored_key


class RecordRefusedError(RefusedError):
    """The database refuses the record of ``to_save``; nothing is saved."""

    def __init__(self, to_save):
        super().__init__(
            _("Nothing was saved: two records would be known by the same code.")
        )
        self.to_save = to_save


def build_records(stored, lines):
    stored.relate()
    # Columns without suffix hold Spanish.
    with override("es"):
        # Lines may link to each other's records, so all exist before the links.
        pairs = list(zip(lines, [_record(stored, line) for line in lines], strict=True))
        before = [
            {name: stored.plain(record, name) for name in line.values}
            if line.stored_key
            else {}
            for line, record in pairs
        ]
        return [
            _record_to_save(stored, *pair, values)
            for pair, values in zip(pairs, before, strict=True)
        ]


def _record(stored, line):
    table, rows = line.table, stored.tables[line.table.name].row_of_key
    record, key = stored.new_row(table), line.key
    if line.stored_key:
        record = rows[line.stored_key] = stored.lock_for_change(rows[line.stored_key])
        present = {name: stored.plain(record, name) for name in table.identity}
        key = table.key_in(present | line.values)
    rows.setdefault(key, record)
    return record


def _record_to_save(stored, line, record, before):
    table, links = line.table, {}
    for name, value in line.values.items():
        field = table.model_field(name)
        if field.many_to_many:
            links[name] = _linked(stored, record, field, value)
        elif table.is_set_after_saving(name):
            links[name] = value and stored.linked_table(field).row_of_key[value]
        else:
            stored.put_plain(record, name, value)
    if table.name == "targets" and not record.provenance:
        record.provenance = Provenance.PLAN
    return RecordToSave(line, record, links, before)


def _linked(stored, record, field, keys):
    known_keys = stored.linked_table(field).key_of_pk
    current = getattr(record, field.name).all() if record.pk else []
    # No line of this plan names the sources of other plans.
    others = [each for each in current if each.pk not in known_keys]
    return [*others, *stored.linked(field, keys)]


def needs_act(records_to_save):
    return any(
        amendments.changed_structure_fields(
            to_save.record,
            to_save.before
            | {
                name: list(getattr(to_save.record, name).all())
                for name in to_save.links
                if not to_save.is_new
            },
            to_save.line.values | to_save.links,
            is_new=to_save.is_new,
        )
        for to_save in records_to_save
    )


def none_needs_approval(plan, records_to_save):
    """Whether saving the records needs no second person."""
    return workflow.none_needs_approval(
        plan, [(to_save.record, to_save.links) for to_save in records_to_save]
    )


@transaction.atomic
def save_uploaded_records(plan, records_to_save, *, by):
    """
    Save all or none; the audit entry says that the plan was loaded.

    ``RefusedError`` if the database refuses one.
    """
    created = sum(to_save.is_new for to_save in records_to_save)
    save_records_unaudited(records_to_save, by=by)
    audit.record_event(
        audit.Event.PLAN_LOADED,
        actor=by,
        obj=plan,
        created=created,
        changed=len(records_to_save) - created,
    )


@transaction.atomic
def save_records_unaudited(records_to_save, *, by):
    """Save all or none, without an audit entry, which the caller writes."""
    for to_save in records_to_save:
        if not workflow.may_propose(by, to_save.record):
            raise RefusedError(
                _("%(record)s: you may not change this.") % {"record": to_save.record}
            )
    _save_and_publish(records_to_save, by)


def _save_and_publish(records_to_save, by):
    with figures.without_publishing():
        write_records(records_to_save, by=by)
    if pks := [x.record.pk for x in records_to_save if isinstance(x.record, Indicator)]:
        figures.publish_figures(Indicator.objects.filter(pk__in=pks))


BATCH_SIZE = 500
#: The models whose ``save`` fills in columns.
COMPLETED_ON_SAVE = (PlanMixin, CodeMixin)


def write_records(records_to_save, *, by=None):
    """
    Write the records in order, inside a transaction; new rows of a table in bulk.

    Codes may be exchanged between records. Raises ``RecordRefusedError`` for the first
    one that the database refuses. Figures of indicators are published by
    ``_save_and_publish``.
    """
    release_unique_values(
        (type(to_save.record), to_save.record.pk, to_save.before, to_save.line.values)
        for to_save in records_to_save
    )
    with override("es"):
        for to_save in records_to_save:
            to_save.record._history_user = by
        groups = groupby(
            records_to_save, key=lambda each: (each.line.table.name, each.is_new)
        )
        for (_name, is_new), group in groups:
            if is_new:
                _create([*group])
                continue
            for to_save in group:
                # If only links change, save a version to record the user.
                if by or to_save.line.values.keys() - to_save.links.keys():
                    _save(to_save)
        _save_links(records_to_save)


def _create(records_to_save):
    try:
        with transaction.atomic():
            _create_rows([to_save.record for to_save in records_to_save])
    except (DatabaseError, ValidationError):
        # One by one, to find the refused one.
        for to_save in records_to_save:
            to_save.record.pk, to_save.record._state.adding = None, True
            _save(to_save)


def _create_rows(rows):
    model = type(rows[0])
    for row, kind in product(rows, COMPLETED_ON_SAVE):
        if isinstance(row, kind):
            kind.complete(row)
    if hasattr(model, "history"):
        bulk_create_with_history(rows, model, batch_size=BATCH_SIZE)
    else:
        model._default_manager.bulk_create(rows, batch_size=BATCH_SIZE)


def _save(to_save):
    with _refusing_with(to_save):
        to_save.record.save()


@contextmanager
def _refusing_with(to_save):
    try:
        yield
    except (DatabaseError, ValidationError) as error:
        raise RecordRefusedError(to_save) from error


def _save_links(records_to_save):
    lists = []
    for to_save in records_to_save:
        for name, linked in to_save.links.items():
            if isinstance(linked, list) and to_save.is_new:
                lists.append((to_save, name, linked))
            elif isinstance(linked, list):
                _set_list(to_save, name, linked)
            elif linked or not to_save.is_new:
                setattr(to_save.record, name, linked)
                _save(to_save)
    try:
        with transaction.atomic():
            _add_lists(lists)
    except (DatabaseError, ValidationError):
        for each in lists:
            _set_list(*each)


def _set_list(to_save, name, linked):
    with _refusing_with(to_save):
        getattr(to_save.record, name).set(linked)


def _add_lists(lists):
    rows = defaultdict(list)
    for to_save, name, linked in lists:
        many = to_save.line.table.model_field(name)
        through, own = many.remote_field.through, f"{many.m2m_field_name()}_id"
        other = f"{many.m2m_reverse_field_name()}_id"
        rows[through] += [
            through(**{own: to_save.record.pk, other: each.pk}) for each in linked
        ]
    for through, new in rows.items():
        through._default_manager.bulk_create(new, batch_size=BATCH_SIZE)


def propose_records(records_to_save, *, by, amendment=None):
    with override("es"):
        return workflow.propose_records(
            [(to_save.record, to_save.links) for to_save in records_to_save],
            by=by,
            amendment=amendment,
        )


def lock_records(plan, lines):
    """Lock all of the plan's records in the tables of these lines."""
    for table in {line.table.name: line.table for line in lines}.values():
        field = {"indicators": "introduced_by", PLAN_TABLE: "pk"}.get(
            table.name, "plan"
        )
        rows = table.model.objects.select_for_update().filter(**{field: plan.pk})
        list(rows.values("pk"))


#: The tables whose records another record may supersede.
SUPERSEDABLE = ("commitments", "activities")


def preview_effects(plan, records_to_save, *, by):
    """
    Effects of saving the records, which are saved and rolled back; do not use them
    again.

    ``public``: see ``public_differences``. ``succession``, if records are superseded:
    ``pairs``, ``counts`` before and after, records ``left`` without a successor, and
    the number of published ``reports`` of superseded records.
    """
    pairs = [
        (str(to_save.record), [str(old) for old in replaced])
        for to_save in records_to_save
        if (replaced := to_save.links.get("supersedes"))
    ]
    replaced = [
        old for each in records_to_save for old in each.links.get("supersedes", ())
    ]
    before, found = [len(each) for each in _not_superseded(plan)], {}

    def save():
        _save_and_publish(records_to_save, by)
        if pairs:
            left, counts = [], []
            for name, was, rows in zip(
                SUPERSEDABLE, before, _not_superseded(plan), strict=True
            ):
                title = EDITED_TABLES[name].title
                counts.append((title, was, len(rows)))
                if others := [each for each in rows if not each.is_stated_by_plan]:
                    left.append((title, others))
            found["succession"] = {
                "pairs": pairs,
                "left": left,
                "counts": counts,
                "reports": _reports(replaced),
            }
        return [
            (type(to_save.record), to_save.record.pk) for to_save in records_to_save
        ]

    existing = [(type(x.record), x.record.pk) for x in records_to_save if not x.is_new]
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
        list(EDITED_TABLES[name].model.objects.not_superseded().filter(plan=plan))
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
