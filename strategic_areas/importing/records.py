"""
What a checked file says, as records of the tables that store it.

Here the file's shapes end: spans become dates, lists inside records become records of
their own, and what follows from elsewhere in the file is filled in.
"""

from dataclasses import dataclass, field

from strategic_areas.importing.format import SECTIONS
from strategic_areas.importing.provenance import provenance_of
from strategic_areas.importing.rules import counted_by
from strategic_areas.importing.spans import span
from strategic_areas.importing.tables import TABLES
from strategic_areas.models import CodeList

#: Names of the two code lists that a file fills without naming them.
ENTITIES = {"name_es": "Entidades", "name_en": "Entities"}
BREAKDOWN_LABELS = {
    "name_es": "Etiquetas de los desgloses",
    "name_en": "Labels of breakdowns",
}


@dataclass
class Record:
    """
    What a file says of one row: plain values by the model's field.

    ``starting`` are values of a new row on which the file itself is silent; they ask
    for no change of an existing one.
    """

    table: object
    name: str
    line: int
    values: dict
    starting: dict = field(default_factory=dict)

    @property
    def key(self):
        return "/".join(str(self.values[part] or "") for part in self.table.identity)


def records_of(plan_file, known):
    """Every record of a file that has no faults, as lists by the name of the table."""
    return Records(plan_file, known).all()


class Records:
    def __init__(self, plan_file, known):
        self.file = plan_file
        self.kinds = known.source_kinds
        self.lists = {name: [] for name in TABLES}

    def all(self):
        for name in SECTIONS:
            special = getattr(self, f"take_{name}", None)
            for order, entry in enumerate(self.file.entries[name], start=1):
                if special:
                    special(entry, order)
                else:
                    self.add(entry.section.table or name, entry)
        self.take_geography_sources()
        return self.lists

    def add(self, table, entry, name="", starting=None, **more):
        """A record of one table with what the entry says for it, and ``more``."""
        values = {**self.stored(entry, table), **more}
        for attribute, value in values.items():
            if value is None:
                values[attribute] = usual(TABLES[table].field(attribute))
        starting = starting or {}
        if has_field(TABLES[table], "provenance") and "provenance" not in values:
            starting = {"provenance": self.given(entry), **starting}
        record = Record(TABLES[table], name or entry.name, entry.line, values, starting)
        self.lists[table].append(record)
        return record

    def given(self, entry):
        """The provenance that an entry's sources give."""
        return provenance_of(
            self.kinds.get(key, "") for key in entry.values.get("sources", [])
        )

    def stored(self, entry, table):
        """What the entry says for the fields of one table, in plain form."""
        values = {}
        for key in entry.section.keys:
            own = key.table or entry.section.table or entry.section.name
            if key.name in entry.values and own == table:
                for attribute, value in spread(key, entry.values[key.name]):
                    if attribute == "places":
                        value = sorted({*values.get("places", []), *value})
                    if attribute != "provenance" or value is not None:
                        values[attribute] = value
        return values

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
        claim = entry.values.get("provenance") or self.given(entry)
        self.add(entry.section.name, entry, provenance=claim)

    take_commitment_updates = take_updates

    def take_indicators(self, entry, order):
        code = entry.values["code"]
        self.add("indicators", entry)
        claim = entry.values.get("targets_provenance") or self.given(entry)
        for target in entry.nested["targets"]:
            self.add("targets", target, indicator=code, provenance=claim)
        for value in entry.nested["values"]:
            self.take_value(value, code)

    def take_value(self, entry, indicator):
        claim = entry.values.get("provenance") or self.given(entry)
        more = {
            "indicator": indicator,
            "counted_by": counted_by(entry),
            "provenance": claim,
        }
        measurement = self.add("values", entry, **more)
        for part in entry.nested["breakdown"]:
            self.add("breakdowns", part, measurement=measurement.key)

    def take_classification(self, entry, order):
        if entry.values or entry.nested["entities"]:
            kind = CodeList.Kind.ENTITIES.value
            more = {"code": "entities", "kind": kind, "provenance": None, **ENTITIES}
            self.add("code_lists", entry, "classification entities", **more)
        self.take_list_values("entities", entry.nested["entities"])
        for each in entry.nested["lists"]:
            self.add("code_lists", each, kind=CodeList.Kind.VALUES.value)
            self.take_list_values(each.values["code"], each.nested["values"])
        if labels := entry.nested["breakdown_labels"]:
            self.take_breakdown_labels(labels)

    def take_breakdown_labels(self, labels):
        values = {
            "code": "breakdown_labels",
            "kind": CodeList.Kind.BREAKDOWNS.value,
            "provenance": None,
            **BREAKDOWN_LABELS,
        }
        name, line = "classification breakdown_labels", labels[0].line
        self.lists["code_lists"].append(
            Record(TABLES["code_lists"], name, line, values)
        )
        self.take_list_values("breakdown_labels", labels)

    def take_list_values(self, code, entries):
        for order, entry in enumerate(entries, start=1):
            more = {"code_list": code, "order": order}
            if "dimension" not in entry.values:
                more["dimension"] = None
            self.add("code_list_values", entry, **more)

    def take_geography_sources(self):
        sources = self.file.geography.values.get("geography_sources")
        if sources is not None:
            for record in [*self.lists["regions"], *self.lists["provinces"]]:
                record.values["sources"] = sources


def usual(field):
    """What an emptied column holds, in plain form: its default where it has one."""
    if field.null or field.is_relation or not field.has_default():
        return None
    return getattr(field.default, "value", field.default)


def has_field(table, name):
    return any(field.name == name for field in table.model._meta.fields)


def spread(key, value):
    """Pairs of a field and its plain value, for one key of a record."""
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
