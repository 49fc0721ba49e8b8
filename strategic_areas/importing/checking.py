"""Every value of a file against the declaration; nothing is written here."""

from dataclasses import dataclass, field
from difflib import get_close_matches

from strategic_areas.importing.faults import Fault
from strategic_areas.importing.format import GEOGRAPHY_SOURCES, SECTIONS, VERSION
from strategic_areas.importing.kinds import Code, Unfit, Whole, quoted
from strategic_areas.importing.reading import Mapping, Scalar, Sequence
from strategic_areas.importing.tables import TABLES, shortfall

TOP = "the file"


@dataclass
class Entry:
    """
    One record of a file, as far as it fits the declaration.

    ``values`` holds what the file says in plain form, by key; a key that is absent or
    does not fit is not in it. ``nodes`` holds what is written, for every known key.
    """

    section: object
    name: str
    line: int
    above: "Entry | None" = None
    values: dict = field(default_factory=dict)
    nodes: dict = field(default_factory=dict)
    nested: dict = field(default_factory=dict)

    def fault(self, key, expected, node=None):
        node = node or self.nodes.get(key)
        found = quoted(node) if node else "nothing"
        return Fault(self.name, key, found, expected, node.line if node else self.line)

    def item(self, key, code):
        """The node of one code in a list, or of the value itself."""
        node = self.nodes[key]
        items = node.items if isinstance(node, Sequence) else []
        return next((item for item in items if item.text == code), node)


@dataclass
class PlanFile:
    """What a file says: entries by section, in its order, and its faults so far."""

    entries: dict
    geography: Entry
    faults: list
    #: Sections that could not be read; references to them are not judged.
    unread: set

    @property
    def plan(self):
        return next(iter(self.entries["plan"]), None)

    def nested(self, section, name):
        for entry in self.entries[section]:
            yield from entry.nested.get(name, [])


def check(tree):
    """The ``PlanFile`` of a tree; every value that does not fit is among its faults."""
    checker = Checker()
    nodes = checker.keys(tree, ["format", "geography_sources", *SECTIONS], TOP)
    checker.version(nodes)
    entries = {}
    for name, section in SECTIONS.items():
        node = nodes.get(name)
        if section.required and (node is None or node.is_null):
            found = quoted(node) if node else "nothing"
            fault = Fault(TOP, name, found, "this section", node.line if node else 0)
            checker.faults.append(fault)
            checker.unread.add(name)
        entries[name] = checker.section(section, node)
    geography = Entry(None, TOP, tree.line, nodes=nodes)
    if "geography_sources" in nodes:
        checker.value(geography, "geography_sources", GEOGRAPHY_SOURCES)
    return PlanFile(entries, geography, checker.faults, checker.unread)


class Checker:
    """Reads nodes by the declaration and gathers what does not fit."""

    def __init__(self):
        self.faults = []
        self.unread = set()

    def version(self, nodes):
        entry = Entry(None, TOP, 1, nodes=nodes)
        if "format" not in nodes:
            self.faults.append(entry.fault("format", str(VERSION)))
            return
        try:
            fits = Whole().read(nodes["format"]) == VERSION
        except Unfit:
            fits = False
        if not fits:
            self.faults.append(entry.fault("format", str(VERSION)))

    def keys(self, mapping, known, name):
        """The values of a mapping by key; duplicate and unknown keys are faults."""
        nodes = {}
        for key, node in mapping.pairs:
            if key.text in nodes:
                expected = f"each key once; line {nodes[key.text].line} has it"
                fault = Fault(name, key.text, quoted(node), expected, key.line)
                self.faults.append(fault)
            elif key.text not in known:
                near = get_close_matches(key.text, known, 1)
                hint = f"; perhaps “{near[0]}”" if near else ""
                expected = f"a key of the format{hint}"
                fault = Fault(name, key.text, f"the key {key.raw}", expected, key.line)
                self.faults.append(fault)
            else:
                nodes[key.text] = node
        return nodes

    def section(self, section, node, above=None):
        """The entries of a section, a list; an absent or empty one has none."""
        if node is None or node.is_null:
            return []
        kind = Sequence if section.shape == "list" else Mapping
        if not isinstance(node, kind):
            expected = "a list of records" if kind is Sequence else "a mapping"
            name = above.name if above else TOP
            fault = Fault(name, section.name, quoted(node), expected, node.line)
            self.faults.append(fault)
            self.unread.add(section.name)
            return []
        if section.shape == "record":
            return [self.record(section, node, section.name, above)]
        if section.shape == "mapping":
            return list(self.keyed(section, node))
        return [
            self.record(section, item, self.name(section, item, number, above), above)
            for number, item in enumerate(node.items, start=1)
        ]

    def keyed(self, section, mapping):
        """The records of a mapping, whose keys are their names."""
        known = [key.text for key, _ in mapping.pairs]
        seen = self.keys(mapping, known, section.name)
        for key, node in mapping.pairs:
            if seen.pop(key.text, None) is None:
                continue
            entry = self.record(section, node, f"{section.name} {key.text}")
            entry.nodes["key"] = key
            field = TABLES["sources"].field("key")
            self.value(entry, "key", Code(), field, required=True)
            yield entry

    def name(self, section, node, number, above):
        """What a fault calls a record: by its code, or by its place in the list."""
        words = []
        if isinstance(node, Mapping):
            nodes = {key.text: value for key, value in node.pairs}
            parts = [nodes.get(name) for name in section.identity]
            words = [part.text for part in parts if isinstance(part, Scalar)]
        named = " ".join(words) if any(words) else f"#{number}"
        before = f"{above.name} " if above else ""
        return f"{before}{section.name} {named}"

    def record(self, section, node, name, above=None):
        entry = Entry(section, name, node.line, above)
        if not isinstance(node, Mapping):
            expected = "a mapping of keys and values"
            self.faults.append(Fault(name, "", quoted(node), expected, node.line))
            return entry
        entry.nodes = self.keys(node, section.names, name)
        for key in section.keys:
            if key.name in entry.nodes:
                field = section.column(key)
                self.value(entry, key.name, key.kind, field, key.required)
            elif key.required:
                expected = f"this key: {key.kind.label}"
                self.faults.append(entry.fault(key.name, expected))
        for inner in section.nested:
            node = entry.nodes.get(inner.name)
            entry.nested[inner.name] = self.section(inner, node, entry)
        return entry

    def value(self, entry, name, kind, field=None, required=False):
        """Take one value into the entry, or tell why it does not fit."""
        node = entry.nodes[name]
        try:
            value = kind.read(node)
            if required and value in (None, []):
                raise Unfit(f"{kind.label}; it is required")
            if field is not None:
                self.fit(field, value)
        except Unfit as unfit:
            self.faults.append(entry.fault(name, unfit.expected, unfit.node))
        else:
            entry.values[name] = value

    def fit(self, field, value):
        if isinstance(value, dict):
            value = value.get("value")
        if value is None or isinstance(value, list | bool) or field.is_relation:
            return
        if short := shortfall(field, value):
            raise Unfit(short)
