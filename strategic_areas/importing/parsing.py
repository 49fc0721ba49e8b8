"""
Parses the nodes of a plan file into ``FileEntry`` objects, and collects faults.

Identifying data refuses the file. Data that might identify is a warning, unless the
record names its public source.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches

from django.core.exceptions import ValidationError
from django.db.models import DecimalField
from django.utils.translation import override
from yaml import MappingNode, ScalarNode, SequenceNode

from strategic_areas import text_guard
from strategic_areas.importing.format import FILE, SOURCE_KEY
from strategic_areas.importing.reading import is_null, line_of, shortened, source_text
from strategic_areas.importing.values import UnfitValueError
from strategic_areas.plan_document.tables import TABLES
from strategic_areas.text_guard import Severity
from strategic_areas.workbooks.reading import ValueFault


@dataclass
class FileEntry:
    """
    One record of a file.

    ``values`` maps keys to valid plain values, ``nodes`` to their YAML nodes.
    ``file_text`` is the whole file, quoted in faults.
    """

    section: object
    name: str
    line: int
    file_text: str
    above: "FileEntry | None" = None
    values: dict = field(default_factory=dict)
    nodes: dict = field(default_factory=dict)
    nested: dict = field(default_factory=dict)

    def fault(self, key, expected, node=None):
        node = node or self.nodes.get(key)
        line = line_of(node) if node else self.line
        found = shortened(source_text(node, self.file_text)) if node else "nothing"
        return ValueFault(self.name, key, expected, line, found=found)

    def with_nested(self):
        yield self
        for entries in self.nested.values():
            for entry in entries:
                yield from entry.with_nested()

    def node_of_item(self, key, code):
        node = self.nodes[key]
        items = node.value if isinstance(node, SequenceNode) else []
        return next((item for item in items if item.value == code), node)


@dataclass
class ParsedPlanFile:
    """
    The content of a file and its faults.

    ``unread`` are unreadable sections; references to them are not checked.
    """

    top: FileEntry
    faults: list
    unread: set

    @property
    def entries(self):
        return self.top.nested

    @property
    def plan_code(self):
        return next((e.values.get("code") or "" for e in self.entries["plan"]), "")

    def entries_at(self, path):
        """The entries of a section, such as "plan" or "indicators.values"."""
        found = [self.top]
        for name in path.split("."):
            found = [inner for each in found for inner in each.nested.get(name, ())]
        return found


def parse_plan_file(text, mapping):
    parser = PlanFileParser(text)
    top = parser.parse_entry(FILE, mapping, "the file")
    return ParsedPlanFile(top, parser.faults, parser.unread)


class PlanFileParser:
    def __init__(self, text):
        self.text = text
        self.faults = []
        self.unread = set()

    def nodes_by_key(self, mapping, known, name):
        """The value nodes of a mapping; duplicate and unknown keys are faults."""
        nodes, of_format = {}, frozenset(known)
        for key, node in mapping.value:
            word = key.value
            if word in nodes:
                found = shortened(source_text(node, self.text))
                expected = f"each key once; line {line_of(nodes[word])} has it"
            elif word not in of_format:
                near = get_close_matches(word, known, 1)
                hint = f"; perhaps “{near[0]}”" if near else ""
                found = f"the key {source_text(key, self.text)}"
                expected = f"a key of the format{hint}"
            else:
                nodes[word] = node
                continue
            self.faults.append(
                ValueFault(name, word, expected, line_of(key), found=found)
            )
        return nodes

    def parse_section(self, section, node, above):
        """The entries of a section; ``above`` is the surrounding entry or the file."""
        if (node is None or is_null(node)) and not section.required:
            return []
        is_list = section.shape == "list"
        if not isinstance(node, SequenceNode if is_list else MappingNode):
            expected = "a list of records" if is_list else "a mapping"
            self.faults.append(above.fault(section.name, expected, node))
            self.unread.add(section.name)
            return []
        above = None if above.section is FILE else above
        if section.shape == "record":
            return [self.parse_entry(section, node, section.name, above)]
        if section.shape == "mapping":
            return list(self.parse_keyed_entries(section, node))
        return [
            self.parse_entry(
                section, item, self.entry_name(section, item, number, above), above
            )
            for number, item in enumerate(node.value, start=1)
        ]

    def parse_keyed_entries(self, section, mapping):
        """The entries of a mapping by key; only sources are written so."""
        keys = {key.value: key for key, _node in reversed(mapping.value)}
        for word, node in self.nodes_by_key(mapping, list(keys), section.name).items():
            entry = self.parse_entry(section, node, f"{section.name} {word}")
            entry.nodes["key"] = keys[word]
            self.read_value(entry, SOURCE_KEY, keys[word])
            yield entry

    def entry_name(self, section, node, number, above):
        words = []
        if isinstance(node, MappingNode):
            node_by_key = {key.value: value for key, value in node.value}
            parts = [node_by_key.get(name) for name in section.identity]
            words = [part.value for part in parts if isinstance(part, ScalarNode)]
        named = " ".join(words) if any(words) else f"#{number}"
        before = f"{above.name} " if above else ""
        return f"{before}{section.name} {named}"

    def parse_entry(self, section, node, name, above=None):
        entry = FileEntry(section, name, line_of(node), self.text, above)
        if not isinstance(node, MappingNode):
            expected = "a mapping of keys and values"
            self.faults.append(entry.fault("", expected, node))
            return entry
        nodes = entry.nodes = self.nodes_by_key(node, section.names, name)
        for key in section.keys:
            if key.name in nodes:
                self.read_value(entry, key, nodes[key.name])
            elif key.required:
                expected = f"this key: {key.kind.label}"
                self.faults.append(entry.fault(key.name, expected))
        entry.nested = {
            inner.name: self.parse_section(inner, nodes.get(inner.name), entry)
            for inner in section.nested
        }
        return entry

    def read_value(self, entry, key, node):
        try:
            value = key.kind.read(node)
            if key.required and value in (None, []):
                raise UnfitValueError(f"{key.kind.label}; it is required")
            if key.table:
                check_field_value(
                    value, TABLES[key.table].model_field(key.stored_as[0])
                )
        except UnfitValueError as unfit:
            self.faults.append(entry.fault(key.name, unfit.expected, unfit.node))
        else:
            entry.values[key.name] = value


def check_field_value(value, model_field):
    """Raise ``UnfitValueError`` if a model field does not accept the value."""
    # Only a baseline is a mapping, of value and period; its value is checked.
    if isinstance(value, dict):
        value = value.get("value")
    if not isinstance(value, str) or model_field.is_relation:
        return
    is_decimal = isinstance(model_field, DecimalField)
    try:
        model_field.run_validators(Decimal(value) if is_decimal else value)
    except ValidationError as error:
        with override("en"):
            raise UnfitValueError(
                f"what the field takes: {error.messages[0]}"
            ) from None


def check_personal_data(parsed):
    """A fault for identifying data, and a warning for data that might identify."""
    faults, warnings = [], []
    for entry, key, finding in findings_in(parsed):
        line = line_of(entry.nodes[key])
        place = f"characters {finding.start + 1} to {finding.end}"
        with override("en"):
            message = str(finding.message)
        if finding.severity == Severity.BLOCK:
            found = f"personal data in {place}"
            faults.append(
                ValueFault(
                    entry.name, key, f"no personal data: {message}", line, found=found
                )
            )
        elif not names_public_source(entry):
            warnings.append(f"{entry.name} (line {line}), {key}, {place}: {message}")
    return faults, warnings


def findings_in(parsed):
    """Triples of entry, key and finding."""
    clean = set()  # many records say the same
    for entry in parsed.top.with_nested():
        for key in entry.section.text_keys:
            if text := entry.values.get(key):
                text = ", ".join(text) if isinstance(text, list) else text
                findings = () if text in clean else text_guard.find_personal_data(text)
                if not findings:
                    clean.add(text)
                for finding in findings:
                    # Records may contain what they exist for, such as a help line's
                    # number.
                    table = TABLES[entry.section.table]
                    if finding.kind not in table.model.fields.allowed_personal_data:
                        yield entry, key, finding


def names_public_source(entry):
    if entry.section.name == "sources" or entry.values.get("sources"):
        return True
    return entry.above is not None and names_public_source(entry.above)
