"""
Validation of records to save with a fixed number of queries.

Only columns that a line sets are checked, and the rules for the whole record.
"""

from collections import defaultdict
from copy import copy

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from strategic_areas import workflow
from strategic_areas.models import Activity, ActivityUpdate, Indicator, Plan
from strategic_areas.plan_document.tables import EDITED_TABLES
from strategic_areas.workflow import guard
from strategic_areas.workflow.plain_values import (
    broken_checks,
    unique_constraints,
    unique_text_fields,
)


def find_problems(stored, records_to_save, *, requires_participation=True):
    """
    For each record to save, a list of pairs of column (or "") and problem.

    ``requires_participation`` refuses agencies that do not participate in the plan. The
    plan tree accepts them, and lists them before the plan is approved.
    """
    participants = set(stored.tables["participations"].key_of_pk.values())
    participants |= {
        to_save.line.values["agency"]
        for to_save in records_to_save
        if to_save.line.table.name == "participations"
        and "agency" in to_save.line.values
    }
    replaced = _replaced(stored, records_to_save)
    records = [to_save.record for to_save in records_to_save]
    _set_former_state(records_to_save)
    waiting = workflow.waiting_keys(records)
    wrong = [list(_field_problems(to_save)) for to_save in records_to_save]
    broken = broken_checks(records, [{name for name, _text in own} for own in wrong])
    shared = _uniqueness_problems(stored, records_to_save)
    found = []
    for index, to_save in enumerate(records_to_save):
        problems = [*wrong[index], *_record_problems(to_save, replaced)]
        if stored.plan.status != Plan.Status.IN_PREPARATION:
            counts = guard.refused_counts(to_save.record, to_save.line.values)
            problems += counts.items()
        problems += (
            _unknown_participants(to_save, participants)
            if requires_participation
            else []
        )
        problems += [("", each.get_violation_error_message()) for each in broken[index]]
        problems += shared[index]
        if (type(to_save.record), to_save.record.pk) in waiting:
            problems.append(
                ("", _("A change of this record waits for approval already."))
            )
        found.append(list(dict.fromkeys(problems)))
    return found


def mark_dependants(stored, records_to_save, found):
    """``found``, with a problem for each record that refers to a wrong new one."""
    wrong = {
        id(to_save.record): to_save.line
        for to_save, faults in zip(records_to_save, found, strict=True)
        if to_save.is_new and (faults or to_save.line.faults)
    }
    text = _("Depends on row %(number)d of the sheet “%(sheet)s”, which has an error.")
    problems = []
    for to_save, faults in zip(records_to_save, found, strict=True):
        depends = [
            (column.name, text % {"number": line.number, "sheet": line.table.title})
            for column in to_save.line.table.columns
            for record in _linked_records(stored, to_save, column)
            if (line := wrong.get(id(record))) and record is not to_save.record
        ]
        problems.append([*faults, *depends])
    return problems


def _linked_records(stored, to_save, column):
    keys = to_save.line.values.get(column.name)
    if (
        not keys
        or column.linked_table not in EDITED_TABLES
        or column.links_to_other_plan
    ):
        return []
    keys = keys if isinstance(keys, list) else [keys]
    return [stored.tables[column.linked_table].row_of_key[key] for key in keys]


def _unknown_participants(to_save, participants):
    line = to_save.line
    for column in line.table.columns:
        if column.linked_table == "agencies" and line.table.name != "participations":
            values = line.values.get(column.name) or []
            missing = {
                *([values] if isinstance(values, str) else values)
            } - participants
            if missing:
                yield (
                    column.name,
                    _("Not on the sheet of agencies of this plan: %(names)s.")
                    % {"names": ", ".join(sorted(missing))},
                )


def _record_problems(to_save, replaced):
    record, line = to_save.record, to_save.line
    yield from guard.blocked_texts(type(record), line.values).items()
    yield from workflow.dates_outside_plan(record, line.values).items()
    if "supersedes" in to_save.links:
        if any(each.pk is None for each in to_save.links["supersedes"]):
            yield "supersedes", _("Only what the plan has already can be replaced.")
        elif record.code in all_reachable(record.code, replaced[line.table.name]):
            yield "supersedes", _("A record cannot replace itself.")


def _field_problems(to_save):
    record = to_save.record
    columns = {column.name for column in to_save.line.table.tree_columns}
    linked = [
        field.name
        for field in record._meta.concrete_fields
        if field.is_relation
        and field.is_cached(record)
        and field.get_cached_value(record) is not None
    ]
    for step in (lambda: record.clean_fields(exclude=linked), record.clean):
        try:
            step()
        except ValidationError as error:
            for name, errors in error.update_error_dict({}).items():
                own = next((x for x in (name, f"{name}_es") if x in columns), "")
                yield from ((own, text) for each in errors for text in each.messages)


def _set_former_state(records_to_save):
    """Set what ``clean`` of each record would otherwise query."""
    activities = [x.record for x in records_to_save if isinstance(x.record, Activity)]
    stored = [each.pk for each in activities if each.pk]
    updates = ActivityUpdate.objects.filter(activity__in=stored, percent__isnull=False)
    with_percents = set(updates.values_list("activity", flat=True))
    for each in activities:
        each.has_percents = each.pk in with_percents
    for to_save in records_to_save:
        if isinstance(to_save.record, Indicator) and not to_save.is_new:
            former = {
                name: to_save.before.get(name, getattr(to_save.record, name))
                for name in ("sensitive", "why_not_sensitive")
            }
            to_save.record.is_stored_without_reason = not any(former.values())


def _uniqueness_problems(stored, records_to_save):
    found = {id(to_save.record): [] for to_save in records_to_save}
    for name in {to_save.line.table.name for to_save in records_to_save}:
        model = EDITED_TABLES[name].model
        own = [
            to_save for to_save in records_to_save if to_save.line.table.name == name
        ]
        values = {id(to_save.record): to_save.line.values for to_save in own}
        rows = [*stored.tables[name].row_of_pk.values()]
        rows += [to_save.record for to_save in own if to_save.is_new]
        for constraint in unique_constraints(model):
            text = constraint.get_violation_error_message()
            problems = [(row, text) for row in _duplicates(constraint, rows)]
            # Saving releases texts first (``release_unique_values``).
            problems += (
                []
                if unique_text_fields(model)
                else _refused_exchanges(constraint, own, stored)
            )
            for record, text in problems:
                columns = (
                    n for n in constraint.fields if n in values.get(id(record), ())
                )
                found.get(id(record), []).append((next(columns, ""), text))
    return [found[id(to_save.record)] for to_save in records_to_save]


def _duplicates(constraint, rows):
    by_key = defaultdict(list)
    for row in rows:
        by_key[_key(constraint, row)].append(row)
    return [
        row
        for key, alike in by_key.items()
        if all(key) and len(alike) > 1
        for row in alike
    ]


def _refused_exchanges(constraint, records_to_save, stored):
    former = {_former_key(constraint, x, stored): x.record for x in records_to_save}
    text = _(
        "Another row of this workbook gives this up. Only codes and address words can "
        "be exchanged: leave this as it was in both rows, and exchange what stands "
        "beside it."
    )
    return [
        (to_save.record, text)
        for to_save in records_to_save
        if former.get(_key(constraint, to_save.record), to_save.record)
        is not to_save.record
    ]


def _key(constraint, row):
    # A missing link is reported separately.
    return tuple(_plain(getattr(row, name, None)) for name in constraint.fields)


def _plain(value):
    if isinstance(value, Model):
        return value.pk or id(value)
    return value


def _former_key(constraint, to_save, stored):
    if to_save.is_new:
        return None
    former = copy(to_save.record)
    for name in {*constraint.fields} & to_save.before.keys():
        stored.put_plain(former, name, to_save.before[name])
    return _key(constraint, former)


def _replaced(stored, records_to_save):
    found = {name: {} for name in EDITED_TABLES}
    for name in ("commitments", "activities"):
        for pk, row in stored.tables[name].row_of_pk.items():
            found[name][stored.tables[name].key_of_pk[pk]] = [
                each.code for each in row.supersedes.all()
            ]
    for to_save in records_to_save:
        if "supersedes" in to_save.links:
            found[to_save.line.table.name][to_save.record.code] = [
                each.code for each in to_save.links["supersedes"]
            ]
    return found


def all_reachable(code, links):
    found, waiting = set(), list(links.get(code, []))
    while waiting:
        linked = waiting.pop()
        if linked not in found:
            found.add(linked)
            waiting.extend(links.get(linked, []))
    return found
