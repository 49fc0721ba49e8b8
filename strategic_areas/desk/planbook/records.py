"""
The records that a workbook makes or changes: built, checked, saved or proposed.

Before an official matrix replaces records, it is told which ones.
"""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from agencies import audit
from agencies.access import RefusedError
from strategic_areas import workflow
from strategic_areas.desk.planbook.cell_values import key_in
from strategic_areas.desk.planbook.columns import EARLIER, SHEETS
from strategic_areas.importing.tables import TABLE_OF_MODEL
from strategic_areas.models import ActivityUpdate, CommitmentUpdate, Provenance
from strategic_areas.workflow import amendments
from strategic_areas.workflow.database_rules import set_aside


@dataclass(frozen=True)
class Draft:
    """
    A row of the workbook and its record as it would be, not saved.

    ``links`` are its many-to-many fields that change, ``before`` the former plain
    values of all that change; empty for a new record.
    """

    row: object
    record: object
    links: dict
    before: dict

    @property
    def is_new(self):
        return self.record.pk is None


def build(stored, rows):
    """The drafts of rows, in their order; a record may lead to any other of them."""
    _relate(stored)
    # Spanish, the first language: it is what undecorated columns hold.
    with override("es"):
        records = [_record(stored, row) for row in rows]
        pairs = zip(rows, records, strict=True)
        return [_draft(stored, row, record) for row, record in pairs]


def _relate(stored):
    """Give every record those to which it leads, so that no query reads them again."""
    for name, sheet in SHEETS.items():
        for field in sheet.table.model._meta.concrete_fields:
            table = TABLE_OF_MODEL.get(field.related_model)
            if table is None or field.name in EARLIER:
                continue
            known = stored.tables[table.name].row_of_pk
            for row in stored.tables[name].row_of_pk.values():
                if linked := known.get(getattr(row, field.attname)):
                    field.set_cached_value(row, linked)


def _record(stored, row):
    """The record of a row, which others find by its key, still as it stands."""
    table, rows = row.sheet.table, stored.tables[row.sheet.name].rows
    record, key = stored.new_row(table), row.name
    if row.origin:
        record = rows[row.origin]
        stands = {name: stored.plain(record, name) for name in table.identity}
        key = key_in(row.sheet, stands | row.said)
    rows.setdefault(key, record)
    return record


def _draft(stored, row, record):
    table = row.sheet.table
    before = {}
    if row.origin:
        before = {name: stored.plain(record, name) for name in row.said}
    links = {}
    for name, value in row.said.items():
        field = table.field(name)
        if field.many_to_many:
            links[name] = _linked(stored, record, field, value)
        else:
            stored.put_plain(record, name, value)
    if row.sheet.name == "targets" and not record.provenance:
        record.provenance = Provenance.PLAN
    return Draft(row, record, links, before)


def _linked(stored, record, field, keys):
    """The linked records; what no file of the plan can name stays beside them."""
    known = stored.linked_table(field).key_of_pk
    there = getattr(record, field.name).all() if record.pk else []
    others = [each for each in there if each.pk not in known]
    return [*others, *stored.linked(field, keys)]


def needs_act(drafts):
    """Whether any of them changes the structure of an approved plan."""
    return any(
        amendments.changed_structure(
            draft.record,
            draft.before | _stored_links(draft),
            draft.row.said | draft.links,
            is_new=draft.is_new,
        )
        for draft in drafts
    )


def _stored_links(draft):
    if draft.is_new:
        return {}
    return {name: list(getattr(draft.record, name).all()) for name in draft.links}


def apply_at_once(plan, drafts):
    """Whether one person may save them all: what stands in a plan in preparation."""
    records = [(draft.record, draft.links) for draft in drafts]
    return workflow.all_apply_at_once(plan, records)


@transaction.atomic
def save(plan, drafts, *, by):
    """Save all of them, or none; what the database refuses raises ``RefusedError``."""
    for draft in drafts:
        if not workflow.may_propose(by, draft.record):
            raise RefusedError(
                _("%(record)s: you may not change this.") % {"record": draft.record}
            )
    made = sum(draft.is_new for draft in drafts)
    set_aside(
        (type(draft.record), draft.record.pk, draft.before, draft.row.said)
        for draft in drafts
    )
    with override("es"):
        for draft in drafts:
            draft.record._history_user = by
            draft.record.save()
            for name, records in draft.links.items():
                getattr(draft.record, name).set(records)
    audit.record(
        audit.Event.PLAN_LOADED,
        actor=by,
        obj=plan,
        created=made,
        changed=len(drafts) - made,
    )


def propose(drafts, *, by):
    """Send them for approval as one change that needs no act."""
    with override("es"):
        pairs = [(draft.record, draft.links) for draft in drafts]
        return workflow.propose_together(pairs, by=by)


#: The sheets of records that others may replace.
REPLACING = ("commitments", "activities")


@dataclass(frozen=True)
class Succession:
    """
    ``pairs`` are a new record and what it replaces; ``left`` are records by the title
    of their sheet that stand without a successor although the plan does not state them.

    ``counts`` are triples of a sheet's title and how many count before and afterwards.
    ``reports`` is how many published reports the replaced records keep.
    """

    pairs: list
    left: list
    counts: list
    reports: int


def succession(stored, drafts):
    """The ``Succession`` that the drafts bring about; None where none replaces."""
    renewed = {}
    for draft in drafts:
        if "supersedes" in draft.links:
            renewed[id(draft.record)] = draft
    pairs = [
        (draft.record, draft.links["supersedes"])
        for draft in renewed.values()
        if draft.links["supersedes"]
    ]
    if not pairs:
        return None
    before = _Standing(stored, [], {})
    after = _Standing(
        stored, [draft.record for draft in drafts if draft.is_new], renewed
    )
    left = [
        (SHEETS[name].title, [each for each in after.of[name] if not each.is_official])
        for name in REPLACING
    ]
    return Succession(
        pairs,
        [(title, found) for title, found in left if found],
        [
            (SHEETS[name].title, len(before.of[name]), len(after.of[name]))
            for name in REPLACING
        ],
        _reports([old for _new, replaced in pairs for old in replaced]),
    )


class _Standing:
    """The records that count once others are replaced; ``of`` has them by sheet."""

    def __init__(self, stored, new, renewed):
        rows = {}
        for name in REPLACING:
            model = SHEETS[name].table.model
            made = [each for each in new if isinstance(each, model)]
            rows[name] = [*SHEETS[name].rows(stored), *made]
        gone = {
            (type(old), old.pk)
            for found in rows.values()
            for row in found
            for old in _replaced_by(row, renewed)
        }
        self.of = {
            name: [row for row in found if not _is_gone(row, gone)]
            for name, found in rows.items()
        }


def _replaced_by(row, renewed):
    if id(row) in renewed:
        return renewed[id(row)].links["supersedes"]
    return row.supersedes.all() if row.pk else []


def _is_gone(row, gone):
    above = getattr(row, "commitment", None)
    return (type(row), row.pk) in gone or bool(above) and _is_gone(above, gone)


def _reports(replaced):
    """The published reports of these commitments and activities."""
    return sum(
        model.objects.published()
        .filter(**{f"{model.subject_field}__in": found})
        .count()
        for model in (ActivityUpdate, CommitmentUpdate)
        if (found := [each for each in replaced if _is_subject(model, each)])
    )


def _is_subject(model, record):
    return isinstance(record, model._meta.get_field(model.subject_field).related_model)
