"""The records that a workbook makes or changes: built, checked, saved or proposed."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from agencies import audit
from agencies.access import RefusedError
from strategic_areas import workflow
from strategic_areas.desk.planbook.columns import SHEETS
from strategic_areas.desk.planbook.finding import key_in
from strategic_areas.importing.successions import all_before
from strategic_areas.models import Provenance
from strategic_areas.workflow import guard, structure
from strategic_areas.workflow.applying import validate


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
    """The drafts of rows, in their order; a record may lead to one before it."""
    # Spanish, the first language: it is what undecorated columns hold.
    with override("es"):
        return [_draft(stored, row) for row in rows]


def _draft(stored, row):
    table, rows = row.sheet.table, stored.tables[row.sheet.name].rows
    record = rows[row.origin] if row.origin else stored.new_row(table)
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
    values = {name: stored.plain(record, name) for name in table.identity}
    if not row.origin:
        values |= row.said
    rows.setdefault(key_in(row.sheet, values), record)
    return Draft(row, record, links, before)


def _linked(stored, record, field, keys):
    """The linked records; what no file of the plan can name stays beside them."""
    known = stored.linked_table(field).key_of_pk
    there = getattr(record, field.name).all() if record.pk else []
    others = [each for each in there if each.pk not in known]
    return [*others, *stored.linked(field, keys)]


def faults(stored, drafts):
    """
    What is wrong with a draft: pairs of a column, or "", and words, a list for each.

    Only what a row says is judged, besides the rules of the whole record.
    """
    taking_part = set(stored.tables["participations"].key_of_pk.values())
    taking_part |= {
        draft.row.said["agency"]
        for draft in drafts
        if draft.row.sheet.name == "participations" and "agency" in draft.row.said
    }
    replaced = _replaced(stored, drafts)
    return [
        list(dict.fromkeys(_faults(draft, taking_part, replaced[draft.row.sheet.name])))
        for draft in drafts
    ]


def _faults(draft, taking_part, replaced):
    record, row = draft.record, draft.row
    yield from _broken_rules(draft)
    yield from guard.blocked_texts(type(record), row.said).items()
    yield from workflow.dates_outside(record, row.said).items()
    for column in row.sheet.columns:
        if column.linked == "agencies" and row.sheet.name != "participations":
            said = row.said.get(column.name) or []
            missing = {*([said] if isinstance(said, str) else said)} - taking_part
            if missing:
                text = _("Not on the sheet of agencies of this plan: %(names)s.")
                yield column.name, text % {"names": ", ".join(sorted(missing))}
    if "supersedes" in draft.links:
        if any(each.pk is None for each in draft.links["supersedes"]):
            yield "supersedes", _("Only what the plan has already can be replaced.")
        elif record.code in all_before(record.code, replaced):
            yield "supersedes", _("A record cannot replace itself.")
    if record.pk and workflow.waiting_change(record):
        yield "", _("A change of this record waits for approval already.")


def _broken_rules(draft):
    record, names = draft.record, {column.name for column in draft.row.sheet.columns}
    unsaved = [
        field.name
        for field in record._meta.concrete_fields
        if field.is_relation
        and field.is_cached(record)
        and getattr(record, field.name) is not None
        and getattr(record, field.name).pk is None
    ]
    try:
        validate(record, unsaved)
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            own = next((each for each in (name, f"{name}_es") if each in names), "")
            for message in messages:
                yield own, message


def _replaced(stored, drafts):
    """By sheet: code → the codes of what a record replaces once all is saved."""
    found = {name: {} for name in SHEETS}
    for name in ("commitments", "activities"):
        for pk, row in stored.tables[name].row_of_pk.items():
            found[name][stored.tables[name].key_of_pk[pk]] = [
                each.code for each in row.supersedes.all()
            ]
    for draft in drafts:
        if "supersedes" in draft.links:
            codes = [each.code for each in draft.links["supersedes"]]
            found[draft.row.sheet.name][draft.record.code] = codes
    return found


def needs_act(drafts):
    """Whether any of them changes the structure of an approved plan."""
    return any(
        structure.changed(
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


def apply_at_once(drafts):
    """Whether one person may save them all: what stands in a plan in preparation."""
    return all(
        workflow.applies_at_once(draft.record, draft.row.said, draft.links)
        for draft in drafts
    )


@transaction.atomic
def save(plan, drafts, *, by):
    """Save all of them, or none; what the database refuses raises ``RefusedError``."""
    for draft in drafts:
        if not workflow.may_propose(by, draft.record):
            raise RefusedError(
                _("%(record)s: you may not change this.") % {"record": draft.record}
            )
    made = sum(draft.is_new for draft in drafts)
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
