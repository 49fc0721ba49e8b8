"""The preview of a workbook, and the signed form in which it is posted back."""

from collections import Counter
from dataclasses import dataclass

from agencies.fields import Kind
from strategic_areas.desk.planbook import checking, records
from strategic_areas.desk.planbook.columns import (
    OF_PLAN,
    SHEETS,
    called,
    digests,
    for_cell,
)
from strategic_areas.desk.planbook.comparing import Row, State
from strategic_areas.desk.workbook.reading import Change, Fault
from strategic_areas.desk.workbook.signed_preview import StaleError, read_signed, sign
from strategic_areas.importing.stored import StoredObjects
from strategic_areas.models import Plan
from strategic_areas.workflow import guard

#: What bringing the workbook back would write.
KEPT = (State.NEW, State.CHANGED)


@dataclass(frozen=True)
class Shown:
    """One row as the page shows it; ``moves`` if its public address changes."""

    row: Row
    name: str
    state: State
    changes: tuple = ()
    faults: tuple = ()
    warnings: tuple = ()
    moves: bool = False


@dataclass(frozen=True)
class Preview:
    """
    What bringing the workbook back would do.

    ``sheets`` are pairs of a title and the rows that change; ``absent`` of a title and
    the keys of records that the workbook has not.
    """

    sheets: list
    counts: Counter
    drafts: list
    absent: list

    @property
    def is_whole(self):
        """A plan is changed as a whole, or not at all."""
        return not (self.counts[State.REFUSED] or self.counts[State.STALE])

    @property
    def replaces(self):
        """Whether any of its records takes the place of another one."""
        return any(draft.links.get("supersedes") for draft in self.drafts)


def preview(stored, rows, *, is_checked=False):
    """The ``Preview`` of compared rows; ``stored`` is then as they would leave it."""
    absent = [] if is_checked else _absent(stored, rows)
    # What is refused is checked too, as far as it was read: all that is wrong is told.
    asked = [row for row in rows if row.said]
    stood = {id(row): _shown_values(stored, row) for row in asked}
    drafts = records.build(stored, asked)
    found = [[] for _draft in drafts]
    if not is_checked:
        found = checking.faults(stored, drafts)
        found = checking.with_dependants(stored, drafts, found)
    shown = {}
    for draft, faults in zip(drafts, found, strict=True):
        shown[id(draft.row)] = _shown(stored, draft, faults, stood[id(draft.row)])
    sheets = {}
    counts = Counter()
    for row in rows:
        each = shown.get(id(row)) or Shown(row, row.name, row.state, faults=row.faults)
        counts[each.state] += 1
        if each.state is not State.UNCHANGED:
            sheets.setdefault(row.sheet.title, []).append(each)
    kept = [draft for draft in drafts if draft.row.state in KEPT]
    return Preview(list(sheets.items()), counts, kept, absent)


def _shown_values(stored, row):
    if not row.origin:
        return {}
    record = stored.tables[row.sheet.name].rows[row.origin]
    return row.sheet.plain(stored, record)


def _shown(stored, draft, faults, stood):
    row = draft.row
    columns = {column.name: column for column in row.sheet.columns}
    changes = tuple(
        Change(
            columns[name].label,
            in_words(columns[name], stood.get(name), stored),
            in_words(columns[name], value, stored),
            row.places.get(name, ""),
        )
        for name, value in row.said.items()
    )
    if any(not fault.header for fault in row.faults):
        # It has no place as a whole: what its cells say is judged once it has one.
        faults = []
    unread = {fault.place for fault in row.faults}
    told = row.faults + tuple(
        Fault(
            row.places.get(name, ""),
            columns[name].label if name in columns else "",
            message,
        )
        for name, message in faults
        if row.places.get(name) not in unread
    )
    is_public = stored.plan.status != Plan.Status.IN_PREPARATION
    return Shown(
        row,
        row.name if told else str(draft.record),
        State.REFUSED if told and row.state in KEPT else row.state,
        changes,
        told,
        tuple(guard.found_warnings(type(draft.record), row.said)),
        bool(row.origin) and is_public and not {"code", "slug_es"}.isdisjoint(row.said),
    )


def in_words(column, value, stored):
    if value in (None, "", []):
        return ""
    if column.kind is Kind.DATE:
        return f"{for_cell(column, value, stored):%d/%m/%Y}"
    if column.kind in (Kind.LINK, Kind.LINKS):
        keys = value if isinstance(value, list) else [value]
        return "; ".join(_called(column, key, stored) for key in keys)
    return str(for_cell(column, value, stored))


def _called(column, key, stored):
    code = called(column, key, stored)
    if column.linked not in SHEETS or column.is_earlier:
        return code
    record = stored.tables[column.linked].rows[key]
    return code if record.code == code else str(record)


def _absent(stored, rows):
    found = []
    for name, sheet in SHEETS.items():
        known = stored.tables[name].key_of_pk
        listed = {row.origin or row.name for row in rows if row.sheet.name == name}
        keys = [known[row.pk] for row in sheet.rows(stored)]
        missing = [key for key in keys if key not in listed]
        found += [(sheet.title, missing)] if missing else []
    return found


def stage(preview, plan, *, by):
    rows = [
        [row.sheet.name, row.number, row.name, *_said(row)]
        for row in (draft.row for draft in preview.drafts)
    ]
    return sign(rows, _owner(plan, by))


def _said(row):
    places = {name: place for name, place in row.places.items() if name in row.said}
    return row.origin, row.said, places, row.stood


def unstage(signed, plan, *, by):
    """
    The preview of what was signed, of records as they stand now, which are locked.

    ``StaleError`` if one of them changed since.
    """
    signed_rows = read_signed(signed, _owner(plan, by))
    rows = [
        Row(
            SHEETS[sheet],
            number,
            name,
            State.CHANGED if origin else State.NEW,
            *(origin, said, places, stood),
        )
        for sheet, number, name, origin, said, places, stood in signed_rows
    ]
    for name in {row.sheet.name for row in rows}:
        model = SHEETS[name].table.model
        field = {"indicators": "introduced_by", OF_PLAN: "pk"}.get(name, "plan")
        list(model.objects.select_for_update().filter(**{field: plan.pk}).values("pk"))
    stored = StoredObjects(plan.code)
    for row in rows:
        record = stored.tables[row.sheet.name].rows.get(row.origin or row.name)
        if bool(row.origin) != (record is not None):
            raise StaleError
        if record and stood_of(row.sheet, stored, record) != row.stood:
            raise StaleError
    return preview(stored, rows, is_checked=True)


def stood_of(sheet, stored, record):
    return "-".join(digests(sheet, sheet.plain(stored, record), stored))


def _owner(plan, user):
    return [user.pk, "plan", plan.pk]
