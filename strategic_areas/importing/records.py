"""
What a checked file says, as lines of the tables that store it.

Here the file's shapes end: spans become dates, and lists records of their own.
"""

from strategic_areas.importing.applying import FileLine
from strategic_areas.importing.format import GEOGRAPHY_SOURCES, SECTIONS
from strategic_areas.importing.rules import counted_by
from strategic_areas.importing.values import span
from strategic_areas.models import CodeList
from strategic_areas.plan_document.lines import LineState
from strategic_areas.plan_document.tables import TABLES

#: Two code lists that a file fills without naming them.
ENTITIES = {
    "code": "entities",
    "kind": CodeList.Kind.ENTITIES.value,
    "provenance": None,
    "name_es": "Entidades",
    "name_en": "Entities",
}
BREAKDOWN_LABELS = {
    "code": "breakdown_labels",
    "kind": CodeList.Kind.BREAKDOWNS.value,
    "provenance": None,
    "name_es": "Etiquetas de los desgloses",
    "name_en": "Labels of breakdowns",
}


def records_of(plan_file, known):
    """The records of a file without faults, by the name of their table."""
    return Records(plan_file, known).all()


class Records:
    def __init__(self, plan_file, known):
        self.file = plan_file
        self.known = known
        self.lists = {name: [] for name in TABLES}

    def all(self):
        for name in SECTIONS:
            take = getattr(self, f"take_{name}", self.take)
            for order, entry in enumerate(self.file.entries[name], start=1):
                take(entry, order)
        sources = self.file.top.values.get(GEOGRAPHY_SOURCES.name)
        if sources is not None:
            for record in [*self.lists["regions"], *self.lists["provinces"]]:
                record.said["sources"] = sources
        return self.lists

    def add(self, table_name, entry, name="", starting=None, **more):
        table = TABLES[table_name]
        values = {**self.said(entry, table_name), **more}
        for attribute, value in values.items():
            if value is None:
                values[attribute] = usual(table.field(attribute))
        starting = starting or {}
        if table.has_field("provenance") and "provenance" not in values:
            starting["provenance"] = self.known.given_provenance(entry)
        return self.put(table, name or entry.name, entry.line, values, starting)

    def put(self, table, title, number, values, starting):
        line = FileLine(
            table,
            number,
            table.key_in(values),
            LineState.NEW,
            said=values,
            title=title,
            starting=starting,
        )
        self.lists[table.name].append(line)
        return line

    def said(self, entry, table_name):
        values = {}
        for key in entry.section.keys:
            if key.name in entry.values and key.table == table_name:
                for attribute, value in spread(key, entry.values[key.name]):
                    if attribute == "places":
                        value = sorted({*values.get("places", []), *value})
                    if attribute != "provenance" or value is not None:
                        values[attribute] = value
        return values

    def claim(self, entry, key="provenance"):
        """The provenance that an entry states, or that its sources give."""
        return entry.values.get(key) or self.known.given_provenance(entry)

    def take(self, entry, order):
        self.add(entry.section.table, entry)

    def take_sources(self, entry, order):
        self.add("sources", entry, key=entry.values["key"])

    def take_plan(self, entry, order):
        self.add("plans", entry, starting={"status": "approved"})

    take_other_plans = take_plan

    def take_agencies(self, entry, order):
        acronym = entry.values["acronym"]
        self.add("agencies", entry)
        name = f"participations {acronym}"
        self.add("participations", entry, name, agency=acronym)

    def take_hotlines(self, entry, order):
        self.add("hotlines", entry, order=order)

    def take_periods(self, entry, order):
        self.add("periods", entry, mode="record")

    def take_updates(self, entry, order):
        self.add(entry.section.table, entry, provenance=self.claim(entry))

    take_commitment_updates = take_updates

    def take_indicators(self, entry, order):
        code = entry.values["code"]
        self.add("indicators", entry)
        claim = self.claim(entry, "targets_provenance")
        for target in entry.nested["targets"]:
            self.add("targets", target, indicator=code, provenance=claim)
        for value in entry.nested["values"]:
            measurement = self.add(
                "values",
                value,
                indicator=code,
                counted_by=counted_by(value),
                provenance=self.claim(value),
            )
            for part in value.nested["breakdown"]:
                self.add("breakdowns", part, measurement=measurement.name)

    def take_classification(self, entry, order):
        if entry.values or entry.nested["entities"]:
            self.add("code_lists", entry, "classification entities", **ENTITIES)
        self.take_list_values("entities", entry.nested["entities"])
        for each in entry.nested["lists"]:
            self.add("code_lists", each, kind=CodeList.Kind.VALUES.value)
            self.take_list_values(each.values["code"], each.nested["values"])
        if labels := entry.nested["breakdown_labels"]:
            name, line = "classification breakdown_labels", labels[0].line
            self.put(TABLES["code_lists"], name, line, {**BREAKDOWN_LABELS}, {})
            self.take_list_values("breakdown_labels", labels)

    def take_list_values(self, code, entries):
        for order, entry in enumerate(entries, start=1):
            more = {"code_list": code, "order": order}
            if "dimension" not in entry.values:
                more["dimension"] = None
            self.add("code_list_values", entry, **more)


def usual(field):
    """What an emptied column holds, in plain form."""
    if field.null or field.is_relation or not field.has_default():
        return None
    return getattr(field.default, "value", field.default)


def spread(key, value):
    """Pairs of a field and its plain value, for one key."""
    attributes = key.stored_as
    if attributes == ("places",):
        codes = value if isinstance(value, list) else [value]
        return [("places", [code for code in codes if code])]
    if attributes == ("starts_on", "ends_on"):
        return zip(attributes, dates(value), strict=True)
    if key.name == "baseline":
        days = dates(value["period"]) if value else [None, None]
        values = [value and value["value"], *days]
        return zip(attributes, values, strict=True)
    if key.name == "continues":
        return [("continues", value and f"{value['plan']}/{value['code']}")]
    return [(attributes[0], value)]


def dates(text):
    return [day.isoformat() for day in span(text)]
