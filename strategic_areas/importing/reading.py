"""
Plan files as trees that remember where and how each value is written.

YAML without its conveniences: no aliases, no merge keys, no tags, a limited depth. A
file is read event by event, so that nothing in it can grow or recurse.
"""

from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class Scalar:
    """One value: its text, the YAML type it reads as, and how the file writes it."""

    text: str
    type: str
    raw: str
    line: int

    @property
    def is_null(self):
        return self.type == "null"

    @property
    def is_text(self):
        return self.type == "str"

    @property
    def truth(self):
        return SafeConstructor.bool_values[self.text.lower()]


@dataclass
class Sequence:
    line: int
    raw: str = ""
    items: list = field(default_factory=list)

    is_null = False


@dataclass
class Mapping:
    """``pairs`` are (key, value) in the order of the file, duplicates included."""

    line: int
    raw: str = ""
    pairs: list = field(default_factory=list)

    is_null = False


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


class Tree:
    """Builds the tree of one text from the parser's events."""

    def __init__(self, text):
        self.text = text
        self.resolver = Resolver()
        self.open = []  # the collections around the next event
        self.keys = []  # for each open mapping, the key that waits for its value
        self.root = None
        self.documents = 0

    def build(self):
        for event in yaml.parse(self.text, Loader=LOADER):
            self.take(event)
        return self.root

    def take(self, event):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            refuse(f"*{event.anchor}", "the value itself: aliases are not read", line)
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                refuse("a second document", "one document in a file", line)
        elif isinstance(event, yaml.ScalarEvent):
            self.refuse_tag(event, line)
            self.place(self.scalar(event, line))
        elif isinstance(event, yaml.CollectionStartEvent):
            self.refuse_tag(event, line)
            self.begin(event, line)
        elif isinstance(event, yaml.CollectionEndEvent):
            self.end(event)

    def refuse_tag(self, event, line):
        if event.tag not in (None, "!", f"{TAG}str"):
            refuse(event.tag, "a value without a tag", line)

    def scalar(self, event, line):
        raw = self.text[event.start_mark.index : event.end_mark.index].rstrip()
        tag = event.tag
        if tag in (None, "!"):
            tag = self.resolver.resolve(ScalarNode, event.value, event.implicit)
        return Scalar(event.value, tag.removeprefix(TAG), raw or "nothing", line)

    def begin(self, event, line):
        if len(self.open) == DEEPEST:
            refuse("a deeper nesting", f"at most {DEEPEST} levels", line)
        kind = Mapping if isinstance(event, yaml.MappingStartEvent) else Sequence
        collection = kind(line, raw=str(event.start_mark.index))
        self.place(collection)
        self.open.append(collection)
        self.keys.append(None)

    def end(self, event):
        collection = self.open.pop()
        self.keys.pop()
        start = int(collection.raw)
        collection.raw = self.text[start : event.end_mark.index].rstrip()

    def place(self, node):
        """Put a node where it belongs: into the innermost collection."""
        if not self.open:
            self.root = node
        elif isinstance(self.open[-1], Sequence):
            self.open[-1].items.append(node)
        elif self.keys[-1] is None:
            if not isinstance(node, Scalar):
                refuse("a list or mapping as a key", "a word as a key", node.line)
            self.keys[-1] = node
        else:
            self.open[-1].pairs.append((self.keys[-1], node))
            self.keys[-1] = None
