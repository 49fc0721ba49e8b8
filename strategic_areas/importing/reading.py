"""
Plan files as trees that remember where and how each value is written.

YAML without its conveniences: no aliases, no merge keys, no tags, a limited depth. A
file is read event by event, so that nothing in it can grow or recurse.
"""

from array import array
from dataclasses import dataclass
from pathlib import Path

import yaml
from yaml.constructor import SafeConstructor
from yaml.nodes import ScalarNode
from yaml.resolver import Resolver

from strategic_areas.importing.outcome import Fault, Refused

#: The parser in C where the library has it: the same events, sixteen times faster.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
LARGEST_FILE = 20_000_000
DEEPEST = 12
TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value: its text and the YAML type it reads as, and its place in the tree."""

    text: str
    type: str
    tree: "Tree"
    at: int

    @property
    def line(self):
        return self.tree.lines[self.at]

    @property
    def raw(self):
        """How the file writes it."""
        return self.tree.written(self.at) or "nothing"

    @property
    def is_null(self):
        return self.type == "null"

    @property
    def is_text(self):
        return self.type == "str"

    @property
    def truth(self):
        return SafeConstructor.bool_values[self.text.lower()]


@dataclass(frozen=True, slots=True)
class Collection:
    """A list or mapping: a place in the tree, which makes its nodes when asked."""

    tree: "Tree"
    at: int

    is_null = False

    @property
    def line(self):
        return self.tree.lines[self.at]

    @property
    def raw(self):
        return self.tree.written(self.at)


class Sequence(Collection):
    __slots__ = ()

    @property
    def items(self):
        return [self.tree.node(at) for at in self.tree.inside(self.at)]


class Mapping(Collection):
    __slots__ = ()

    @property
    def pairs(self):
        """Pairs of key and value in the order of the file, duplicates included."""
        nodes = map(self.tree.node, self.tree.inside(self.at))
        return list(zip(nodes, nodes, strict=True))

    def every(self, name):
        """The values of this key: one, unless the file has it twice."""
        places = self.tree.inside(self.at)
        for key, value in zip(places, places, strict=True):
            if self.tree.value(key) == name:
                yield self.tree.node(value)

    def get(self, name):
        """The first value of this key; None without one."""
        return next(self.every(name), None)

    def __contains__(self, name):
        return self.get(name) is not None

    def __getitem__(self, name):
        return self.get(name)


#: What a node may be: a collection, or a value of one of the types of YAML.
KINDS = (
    *(Mapping, Sequence),
    *("bool", "float", "int", "merge", "null", "str", "timestamp", "value", "yaml"),
)
NUMBERS = {kind: number for number, kind in enumerate(KINDS)}


def read_file(path):
    """
    The tree of a plan file: a ``Mapping``.

    Raises ``Refused`` when the file cannot be read as one YAML mapping in UTF-8.
    """
    path = Path(path)
    try:
        if path.is_file() and path.stat().st_size > LARGEST_FILE:
            refuse("a larger file", f"a file of at most {LARGEST_FILE:,} bytes")
        content = path.read_bytes()
    except OSError as error:
        refuse(f"{path} ({error.strerror})", "a file that can be read")
    except ValueError:
        refuse(repr(str(path)), "the path of a file")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        refuse(f"the byte 0x{content[error.start]:02x}", "text in UTF-8", line)
    return read_text(text)


def read_text(text):
    """The tree of a plan file's text; raises ``Refused`` as ``read_file`` does."""
    try:
        tree = Tree(text).build()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        lines = text.splitlines()
        found = lines[line - 1].strip() if 0 < line <= len(lines) else "its end"
        refuse(shortened(found), f"valid YAML ({error.problem})", line)
    except yaml.YAMLError as error:
        refuse("a character that YAML does not allow", f"valid YAML ({error.reason})")
    if tree is None or (isinstance(tree, Scalar) and tree.is_null):
        refuse("nothing", "a mapping of sections, such as “format: 1”")
    if not isinstance(tree, Mapping):
        refuse(shortened(tree.raw), "a mapping of sections", tree.line)
    return tree


def refuse(found, expected, line=0):
    raise Refused([Fault("the file", "", found, expected, line)])


def shortened(raw, length=200):
    """The text as it is written, on one line, cut where it would fill the screen."""
    raw = " ".join(line.strip() for line in raw.splitlines()).strip()
    return raw if len(raw) <= length else f"{raw[:length]}…"


class Pieces:
    """A text as the parser reads it: piece by piece, so that it makes no copy of it."""

    def __init__(self, text):
        self.text = text
        self.at = 0

    def read(self, size):
        self.at += size
        return self.text[self.at - size : self.at]


class Tree:
    """
    The tree of one text, built from the parser's events.

    A node is a number, its place in columns: its line, where it is written, and its
    type; of a list or mapping the place after its last node. Objects for hundreds of
    thousands of values would take ten times the memory of the text.
    """

    def __init__(self, text):
        self.text = text
        self.resolver = Resolver()
        self.lines, self.starts, self.ends = array("I"), array("I"), array("I")
        self.types, self.after = array("B"), array("I")
        self.quotes = array("B")  # how many quotation marks enclose a value
        self.texts = {}  # of what the file writes otherwise than it reads
        self.open = []  # places of the collections around the next event
        self.keys = []  # for each of them, whether a mapping's key comes next
        self.documents = 0

    def build(self):
        """The node of the whole; None for a text of no document."""
        for event in yaml.parse(Pieces(self.text), Loader=LOADER):
            self.take(event)
        return self.node(0) if self.lines else None

    def clear(self):
        """Let go of everything; no node may be asked any more."""
        self.__init__("")

    def take(self, event):
        if type(event) is yaml.ScalarEvent:
            self.place(event, self.type_of(event))
            self.keep_text(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self.refuse_tag(event)
            self.begin(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self.end(event)
        elif isinstance(event, yaml.AliasEvent):
            line = event.start_mark.line + 1
            refuse(f"*{event.anchor}", "the value itself: aliases are not read", line)
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                line = event.start_mark.line + 1
                refuse("a second document", "one document in a file", line)

    def refuse_tag(self, event):
        if event.tag not in (None, "!", f"{TAG}str"):
            refuse(event.tag, "a value without a tag", event.start_mark.line + 1)

    def type_of(self, event):
        self.refuse_tag(event)
        if event.tag in (None, "!") and event.implicit[0]:
            tag = self.resolver.resolve(ScalarNode, event.value, event.implicit)
            return tag.removeprefix(TAG)
        return "str"

    def begin(self, event):
        line = event.start_mark.line + 1
        if len(self.open) == DEEPEST:
            refuse("a deeper nesting", f"at most {DEEPEST} levels", line)
        if self.keys and self.keys[-1]:
            refuse("a list or mapping as a key", "a word as a key", line)
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        self.place(event, Mapping if is_mapping else Sequence)
        self.open.append(len(self.lines) - 1)
        self.keys.append(is_mapping)

    def end(self, event):
        at = self.open.pop()
        self.keys.pop()
        self.ends[at], self.after[at] = event.end_mark.index, len(self.lines)

    def place(self, event, type_):
        """Add a node where it belongs: inside the innermost collection."""
        start = event.start_mark
        self.lines.append(start.line + 1)
        self.starts.append(start.index)
        self.ends.append(event.end_mark.index)
        self.types.append(NUMBERS[type_])
        self.quotes.append(0)
        self.after.append(len(self.lines))
        if self.open and KINDS[self.types[self.open[-1]]] is Mapping:
            self.keys[-1] = not self.keys[-1]

    def keep_text(self, event):
        """Keep the text of the last node, unless it stands in the file as it is."""
        start, end, text = event.start_mark.index, event.end_mark.index, event.value
        if self.text[start + 1 : end - 1] == text:
            self.quotes[-1] = 1
        elif self.text[start:end] != text:
            self.texts[len(self.lines) - 1] = text

    def value(self, at):
        """The text of a value."""
        if at in self.texts:
            return self.texts[at]
        quotes = self.quotes[at]
        return self.text[self.starts[at] + quotes : self.ends[at] - quotes]

    def written(self, at):
        """What the file writes for a node."""
        return self.text[self.starts[at] : self.ends[at]].rstrip()

    def inside(self, at):
        """The places of the nodes right inside a collection."""
        last, at = self.after[at], at + 1
        while at < last:
            yield at
            at = self.after[at]

    def node(self, at):
        kind = KINDS[self.types[at]]
        if isinstance(kind, str):
            return Scalar(self.value(at), kind, self, at)
        return kind(self, at)
