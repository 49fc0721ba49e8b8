"""The records that a workbook makes or changes: built, tried, saved or proposed."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from agencies import audit
from agencies.access import RefusedError
from strategic_areas import workflow
from strategic_areas.desk.changes.protection import would_read
from strategic_areas.desk.planbook.columns import EARLIER, SHEETS, key_in
from strategic_areas.importing.format import TABLE_OF_MODEL
from strategic_areas.models import ActivityUpdate, CommitmentUpdate, Provenance
from strategic_areas.workflow import amendments
from strategic_areas.workflow.plain_values import set_aside


@dataclass(frozen=True)
class Draft:
    """
    A row of the workbook and its record as it would be, not saved.

    ``links`` are its changed many-to-many fields, ``before`` the former plain values of
    all that changes.
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
    _put_in(drafts, by)
    audit.record(
        audit.Event.PLAN_LOADED,
        actor=by,
        obj=plan,
        created=made,
        changed=len(drafts) - made,
    )


def _put_in(drafts, by):
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


def propose(drafts, *, by):
    with override("es"):
        pairs = [(draft.record, draft.links) for draft in drafts]
        return workflow.propose_together(pairs, by=by)


#: The sheets of records that others may replace.
REPLACING = ("commitments", "activities")


def outlook(plan, drafts, *, by):
    """
    What keeping drafts brings about; they are saved and undone: use them no more.

    ``lines`` are what the public would read otherwise, None where it cannot be told.
    ``succession`` is there where records replace others: ``pairs`` of both, how many
    ``counts`` before and afterwards, what is ``left`` without a successor, and how many
    published ``reports`` the replaced keep.
    """
    pairs = [
        (str(draft.record), [str(old) for old in replaced])
        for draft in drafts
        if (replaced := draft.links.get("supersedes"))
    ]
    replaced = [old for d in drafts for old in d.links.get("supersedes", ())]
    before, found = [len(each) for each in _standing(plan)], {}

    def put_in():
        _put_in(drafts, by)
        if pairs:
            left, counts = [], []
            for name, was, rows in zip(REPLACING, before, _standing(plan), strict=True):
                title = SHEETS[name].title
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

    touched = [(type(d.record), d.record.pk) for d in drafts if not d.is_new]
    return found | {"lines": would_read(touched, put_in)}


def _standing(plan):
    models = [SHEETS[name].table.model for name in REPLACING]
    return [list(each.objects.standing().filter(plan=plan)) for each in models]


def _reports(replaced):
    return sum(
        model.objects.published()
        .filter(**{f"{model.subject_field}__in": found})
        .count()
        for model in (ActivityUpdate, CommitmentUpdate)
        if (found := [each for each in replaced if _is_subject(model, each)])
    )


def _is_subject(model, record):
    return isinstance(record, model._meta.get_field(model.subject_field).related_model)
