"""Converts the lines of a matrix to lines of the plan's document."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import chain, count

from django.utils.translation import gettext, override

from agencies.fields import FieldKind
from strategic_areas.importing.values import span
from strategic_areas.matrices import COLUMN_MEANINGS, MatrixLine
from strategic_areas.matrices.personal_data import identifying_kinds
from strategic_areas.models import Activity, Indicator, Participation
from strategic_areas.plan_document.lines import (
    LineState,
    PlanLine,
    with_defaults,
    with_due_date_provenance,
)
from strategic_areas.plan_document.tables import EDITED_TABLES
from strategic_areas.plan_document.values import record_digests
from strategic_areas.text_guard.findings import MESSAGES, STOPS
from strategic_areas.workbooks.reading import ValueFault, comparable, digest_of

#: Table → field of a matrix line → column of the table.
COLUMN_OF_FIELD = {
    "areas": {"code": "code", "name": "name_es", "outcome": "outcome_es"},
    "programmes": {"code": "code", "area": "area", "name": "name_es"},
    "commitments": {
        **{"code": "code", "programme": "programme", "title": "title_es"},
        **{"product": "expected_result_es", "lead": "lead", "supporting": "supporting"},
        **{"starts_on": "starts_on", "due_on": "due_on"},
        "means_of_verification": "means_of_verification_es",
    },
    "activities": {
        **{"code": "code", "commitment": "commitment", "title": "title_es"},
        **{"product": "expected_product_es", "lead": "agency", "kind": "kind"},
        **{"starts_on": "starts_on", "due_on": "due_on"},
        "means_of_verification": "means_of_verification_es",
    },
    "indicators": {
        **{"code": "code", "name": "name_es", "unit": "unit_es", "counts": "counts"},
        **{"commitment": "commitment", "baseline": "baseline_value"},
        **{"baseline_starts_on": "baseline_starts_on"},
        **{"baseline_ends_on": "baseline_ends_on", "agency": "agency"},
        "frequency": "frequency",
    },
    "targets": {
        **{"indicator": "indicator", "starts_on": "starts_on", "ends_on": "ends_on"},
        "value": "value",
    },
    "participations": {"agency": "agency", "role": "role"},
}
#: Field of a matrix line that the plan may have no column for → meaning in the matrix.
#: ``status``: suspended or cancelled, as ``state`` or cells struck through say.
UNPLACED_FIELDS = {
    **{"budget_amount": "budget", "funding_source": "funding", "status": "state"},
    **{"state": "state", "note": "note", "supporting": "supporting", "lead": "lead"},
    **{"product": "product", "means_of_verification": "verification"},
}
#: Columns with a default where the matrix states nothing. It replaces no stored value.
DEFAULTED_COLUMNS = {
    *("participations.role", "indicators.counts", "indicators.unit_es"),
    *("indicators.agency", "indicators.frequency"),
}
ROW_NUMBER = re.compile(r"\d+$")
#: Matrices have no codes for indicators.
INDICATOR_PREFIX = "I-"


@dataclass(frozen=True)
class SuspectedText:
    """A text that may identify a person; its ``key`` changes with the text."""

    key: str
    cell: str
    label: str
    text: str
    messages: tuple
    is_barred: bool

    @property
    def name(self):
        return f"text-{digest_of(self.key)}"


class MatrixLines:
    """
    The ``PlanLine`` objects of a matrix, compared with the stored plan.

    ``replacements`` maps keys of suspected texts to new ones, "" to leave one out.
    Afterwards ``unplaced_cells`` maps column names to cells for which the plan has no
    field.
    """

    def __init__(self, stored, result, replacements):
        self.stored, self.result, self.replacements = stored, result, replacements
        self.suspected_texts, self.unplaced_cells = [], defaultdict(list)
        #: Numbers of lines that are left out, because their title or code is.
        self.left_out = set()
        self.messages_by_cell = {
            each.cell: each.messages for each in result.identifying_cells
        }
        self.agencies = stored.tables["agencies"]
        #: Number of a matrix line → key of its record.
        self.keys = {}
        self.indicator_numbers, self.record_keys = Counter(), set()
        #: Table and code of the matrix → code without identifying text.
        self.replaced_codes = {}
        commitments = stored.tables["commitments"].key_of_pk
        self.indicator_codes = {
            (commitments.get(row.commitment_id), comparable(row.name_es)): code
            for code, row in stored.tables["indicators"].row_of_key.items()
            if row.introduced_by_id == stored.plan.pk
        }
        self._replace_programme_names()
        lines = [
            self._plan_line(EDITED_TABLES[x], line)
            for x in COLUMN_OF_FIELD
            for line in result.of(x)
        ]
        self.lines = list(filter(None, lines))
        # In a template a defaultdict would return a new list for "items".
        self.unplaced_cells = dict(self.unplaced_cells)

    def _replace_programme_names(self):
        """
        Replace names of programmes by codes; add lines for new programmes.

        ``read_matrix`` asks the user once per area for the programme of commitments
        without one; the answer goes to all of them.
        """
        code_by_parent, commitments = {}, self.result.of("commitments")
        for line in commitments:
            if name := line.values.get("programme"):
                code = line.values["programme"] = self._programme_code(line, name)
                code_by_parent[line.parent] = code
        for line in commitments:
            line.values.setdefault("programme", code_by_parent.get(line.parent))

    def _programme_code(self, line, name):
        area, rows = (
            line.values.get("area"),
            self.stored.tables["programmes"].row_of_key,
        )
        codes = {each.values.get("code") for each in self.result.of("programmes")}
        codes |= rows.keys()
        if name in codes:
            return name
        lines = [
            x for x in self.result.of("programmes") if x.values.get("area") == area
        ]
        for each in lines:
            if comparable(each.values["name"]) == comparable(name):
                return each.values["code"]
        stored = {comparable(row.name_es): code for code, row in rows.items()}
        numbered = (f"{area}.{n}" for n in count(1))
        free = (x for x in chain([area], numbered) if x not in codes)
        code = stored.get(comparable(name)) or next(free)
        new = MatrixLine("programmes", len(self.result.lines), line.parent)
        new.values |= {"code": code, "area": area, "name": name}
        titled = line if line.parent is None else self.result.lines[line.parent]
        new.cell_by_field["name"] = new.cell_by_field["code"] = titled.title_cell
        self.result.lines.append(new)
        return code

    def _plan_line(self, table, line):
        if line.parent in self.left_out:
            self.left_out.add(line.number)
            return None
        values, problems = self._values_by_column(table, line), []
        for column in table.columns:
            value = values.get(column.name)
            if not value:
                continue
            if column.linked_table == "agencies":
                values[column.name] = self._agencies(column, line, value, problems)
            elif column.kind is FieldKind.TEXT:
                values[column.name] = self._text(column, line, value)
            elif column.linked_table:
                code = self.replaced_codes.get((column.linked_table, value), value)
                values[column.name] = code
        title = next((c for c in ("title_es", "name_es") if c in values), None)
        code = line.values.get("code")
        if title and not values[title] or code and not values.get("code", True):
            self.left_out.add(line.number)
            return None
        self.replaced_codes[table.name, code] = values.get("code")
        return self._compared_line(table, line, values, problems)

    def _values_by_column(self, table, line):
        values, commitment = dict(line.values), self._commitment_above(line)
        if commitment is not None:
            values["commitment"] = self.keys.get(commitment.number)
        if table.name == "activities":
            # The text of the time column states that an activity is continuing.
            is_continuing = values.get("exact_to") == "continuing"
            values["kind"] = (
                Activity.Kind.CONTINUING if is_continuing else Activity.Kind.ONE_OFF
            )
        if table.name == "indicators":
            self._complete_indicator(values)
            # The lead of the commitment is proposed as responsible agency, and yearly
            # values, since targets are yearly. An unknown lead is a problem of the
            # commitment only.
            lead = commitment and commitment.values.get("lead")
            if lead in self.agencies.row_of_key:
                values |= {"agency": lead, "frequency": Indicator.Frequency.YEARLY}
        if table.name == "targets":
            values["indicator"] = self.keys.get(line.parent)
        if table.name == "participations":
            values["role"] = Participation.Role.PARTNER
        columns = COLUMN_OF_FIELD[table.name]
        for name, cell in line.cell_by_field.items():
            if name in UNPLACED_FIELDS and name not in columns and values.get(name):
                self.unplaced_cells[COLUMN_MEANINGS[UNPLACED_FIELDS[name]]].append(
                    cell.place
                )
        return {
            columns[name]: value for name, value in values.items() if name in columns
        }

    def _commitment_above(self, line):
        while line.parent is not None:
            line = self.result.lines[line.parent]
            if line.table == "commitments":
                return line
        return None

    def _complete_indicator(self, values):
        with override("es"):
            values.setdefault("unit", gettext("units"))
        values["counts"] = Indicator.Counts.OTHER
        year = values.get("baseline_year")
        if values.get("baseline") and year:
            values["baseline_starts_on"], values["baseline_ends_on"] = span(str(year))
        else:
            values["baseline"] = None
        if not values.get("code"):
            values["code"] = self._indicator_code(values)

    def _indicator_code(self, values):
        rows, plan = self.stored.tables["indicators"].row_of_key, self.stored.plan
        commitment, name = values.get("commitment"), comparable(values["name"])
        if (commitment, name) in self.indicator_codes:
            return self.indicator_codes[commitment, name]
        while True:
            self.indicator_numbers[commitment] += 1
            number = self.indicator_numbers[commitment]
            code = f"{INDICATOR_PREFIX}{commitment}.{number}"
            if code in rows and rows[code].introduced_by_id != plan.pk:
                code = f"{code}-{plan.code}"
            if code not in rows:
                return code

    def _agencies(self, column, line, value, problems):
        names = value if isinstance(value, list) else [value]
        known = [x for x in names if x in self.agencies.row_of_key]
        for name in names:
            if name not in known:
                text = gettext("The portal has no agency “%(name)s”.") % {
                    "name": name[:40]
                }
                cell = self._cell_of(line, column.name)
                problems.append(ValueFault(cell, column.label, text))
        keys = [self.agencies.key_of_pk[self.agencies.row_of_key[x].pk] for x in known]
        if column.kind is FieldKind.LINKS:
            return sorted(set(keys))
        return keys[0] if keys else None

    def _text(self, column, line, value):
        cell = self._cell_of(line, column.name)
        key = f"{cell}#{column.name}#{digest_of(value)}"
        text = self.replacements.get(key, value)
        # A code is often in the cell of the title, which shows the findings itself.
        is_code = column.name == "code"
        is_generated = is_code and not self._own_cell(line, "code")
        kinds = () if is_generated else identifying_kinds(text)
        messages = [MESSAGES[kind] for kind in kinds]
        if not is_code and text == value and self._own_cell(line, column.name):
            messages += self.messages_by_cell.get(cell, [])
        if messages or key in self.replacements:
            is_barred = not STOPS.keys().isdisjoint(kinds)
            messages = tuple(dict.fromkeys(map(str, messages)))
            label = f"{line.values.get('code') or ''} {column.label}".strip()
            self.suspected_texts.append(
                SuspectedText(key, cell, label, text, messages, is_barred)
            )
        return text or None

    def _own_cell(self, line, column):
        fields = {own: name for name, own in COLUMN_OF_FIELD[line.table].items()}
        return line.cell_by_field.get(fields.get(column))

    def _cell_of(self, line, column):
        """Return the address of a column's cell, or else of the line's title."""
        cell = self._own_cell(line, column)
        if cell is None and line.cell_by_field:
            cell = line.cell_by_field.get("title") or next(
                iter(line.cell_by_field.values())
            )
        return cell.place if cell else ""

    def _compared_line(self, table, line, values, problems):
        places = {name: self._cell_of(line, name) for name in values}
        row = ROW_NUMBER.search(next(iter(places.values()), ""))
        key = self.keys[line.number] = table.key_in(values)
        if (table.name, key) in self.record_keys:
            problems.append(
                ValueFault(
                    "",
                    "",
                    gettext("This record, or its code, is in more than one row."),
                )
            )
        self.record_keys.add((table.name, key))
        record, digests = self.stored.tables[table.name].row_of_key.get(key), ""
        if record is None:
            values, state = with_defaults(table, values), LineState.NEW
        else:
            stored = table.comparable_values(self.stored, record)
            values = {
                name: value
                for name, value in values.items()
                if value != stored[name]
                and (
                    f"{table.name}.{name}" not in DEFAULTED_COLUMNS
                    or self._own_cell(line, name)
                )
            }
            values = with_due_date_provenance(table, values, stored)
            state = LineState.CHANGED if values else LineState.UNCHANGED
            digests = record_digests(table, record, self.stored)
        return PlanLine(
            table,
            int(row.group()) if row else 0,
            key,
            LineState.REFUSED if problems else state,
            key if record else "",
            values,
            places,
            digests,
            tuple(problems),
        )
