"""Builds table rows from a checked file: spans become dates, lists become rows."""

from strategic_areas.importing.format import (
    BREAKDOWN_LABELS,
    GEOGRAPHY_SOURCES,
    SECTIONS,
    SOURCE_KEY,
)
from strategic_areas.importing.rules import counted_by
from strategic_areas.importing.values import span
from strategic_areas.plan_document.lines import LineState, PlanLine
from strategic_areas.plan_document.tables import TABLES


class LineBuilder:
    """``lists`` maps table names to lines, of a file without faults."""

    def __init__(self, parsed, known):
        self.known = known
        self.lists = {name: [] for name in TABLES}
        for name, section in SECTIONS.items():
            self.add_section(section, parsed.entries[name])
        sources = parsed.top.values.get(GEOGRAPHY_SOURCES.name)
        if sources is not None:
            for line in [*self.lists["regions"], *self.lists["provinces"]]:
                line.values["sources"] = sources

    def add_section(self, section, entries, above=None):
        if section.fixed.get("code_list") == BREAKDOWN_LABELS["code"] and entries:
            title = "classification breakdown_labels"
            self.put(TABLES["code_lists"], entries[0], {**BREAKDOWN_LABELS}, title)
        for order, entry in enumerate(entries, start=1):
            # A "classification" that has other lists but no entities adds no code list.
            is_record = entry.values or entry.nested.get("entities")
            has_line = section.shape != "record" or is_record
            line = self.add(section, entry, order, above) if has_line else above
            for inner in section.nested:
                self.add_section(inner, entry.nested[inner.name], line)

    def add(self, section, entry, order, above):
        table = TABLES[section.table]
        values = self.values_of(entry, table) | section.fixed
        if section.above:
            values[section.above] = above.key
        if section.is_numbered:
            values["order"] = order
        if section.name == "agencies":
            part = TABLES["participations"]
            self.put(
                part,
                entry,
                self.values_of(entry, part) | {"agency": values["acronym"]},
                f"participations {values['acronym']}",
            )
        if table.name == "values":
            values["counted_by"] = counted_by(entry)
        if table.name == "targets":
            stated = entry.above.values.get("targets_provenance")
            values["provenance"] = stated or self.known.provenance_by_sources(
                entry.above
            )
        if section.infers_provenance:
            values.setdefault("provenance", self.known.provenance_by_sources(entry))
        return self.put(table, entry, values, entry.name)

    def put(self, table, entry, values, title):
        starting = dict(entry.section.starting)
        if table.has_field("provenance") and "provenance" not in values:
            starting["provenance"] = self.known.provenance_by_sources(entry)
        for name, value in values.items():
            if value is None:
                values[name] = self.known.stored.default_value(table, name)
        line = PlanLine(
            table,
            entry.line,
            table.key_in(values),
            LineState.NEW,
            values=values,
            title=title,
            starting=starting,
        )
        self.lists[table.name].append(line)
        return line

    def values_of(self, entry, table):
        values = {}
        for key in (*entry.section.keys, SOURCE_KEY):
            if key.name in entry.values and key.table == table.name:
                for name, value in column_values(key, entry.values[key.name]):
                    if name == "places":
                        value = sorted({*values.get("places", []), *value})
                    if name != "provenance" or value is not None:
                        values[name] = value
        return values


def column_values(key, value):
    columns = key.stored_as
    if columns == ("places",):
        codes = value if isinstance(value, list) else [value]
        return [("places", list(filter(None, codes)))]
    if columns == ("starts_on", "ends_on"):
        return zip(columns, span(value), strict=True)
    if key.name == "baseline":
        days = span(value["period"]) if value else [None, None]
        return zip(columns, [value and value["value"], *days], strict=True)
    if key.name == "continues":
        return [("continues", value and f"{value['plan']}/{value['code']}")]
    return [(columns[0], value)]
