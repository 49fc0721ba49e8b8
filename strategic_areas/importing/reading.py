"""
Parsing of plan files into YAML nodes, which know their line.

A subset of YAML: no aliases, merge keys or tags, and limited depth.
"""

from pathlib import Path

import yaml

from strategic_areas.workbooks.reading import ValueFault

#: libyaml's parser if available: much faster.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_FILE_SIZE = 20_000_000
MAX_DEPTH = 12
TAG = "tag:yaml.org,2002:"


class PlanFileError(Exception):
    """The file is refused; ``faults`` lists all faults in order."""

    def __init__(self, faults):
        self.faults = list(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def read_file(path):
    """
    The text of a plan file and its mapping node.

    Raises ``PlanFileError`` unless it is one YAML mapping in UTF-8.
    """
    path = Path(path)
    try:
        if path.is_file() and path.stat().st_size > MAX_FILE_SIZE:
            raise_fault("a larger file", f"a file of at most {MAX_FILE_SIZE:,} bytes")
        content = path.read_bytes()
    except OSError as error:
        raise_fault(f"{path} ({error.strerror})", "a file that can be read")
    except ValueError:
        raise_fault(repr(str(path)), "the path of a file")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise_fault(
            f"the byte 0x{content[error.start]:02x}",
            "text in UTF-8",
            content[: error.start].count(b"\n") + 1,
        )
    return text, parse_mapping(text)


def parse_mapping(text):
    try:
        _refuse_other_yaml(text)
        node = yaml.compose(text, Loader=LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        lines = text.splitlines()
        found = lines[line - 1].strip() if 0 < line <= len(lines) else "its end"
        raise_fault(shortened(found), f"valid YAML ({error.problem})", line)
    except yaml.YAMLError as error:
        raise_fault(
            "a character that YAML does not allow", f"valid YAML ({error.reason})"
        )
    if node is None or is_null(node):
        raise_fault("nothing", "a mapping of sections, such as “format: 1”")
    if not isinstance(node, yaml.MappingNode):
        raise_fault(
            shortened(source_text(node, text)), "a mapping of sections", line_of(node)
        )
    return node


def _refuse_other_yaml(text):
    # For each open collection: None for a list; for a mapping, whether a key is next.
    documents, open_collections = 0, []
    for event in yaml.parse(text, Loader=LOADER):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
            if event.tag not in (None, "!", f"{TAG}str"):
                raise_fault(event.tag, "a value without a tag", line)
            is_key = open_collections[-1] if open_collections else None
            if is_key is not None:
                open_collections[-1] = not is_key
            if isinstance(event, yaml.ScalarEvent):
                continue
            if len(open_collections) == MAX_DEPTH:
                raise_fault("a deeper nesting", f"at most {MAX_DEPTH} levels", line)
            if is_key:
                raise_fault("a list or mapping as a key", "a word as a key", line)
            open_collections.append(
                True if isinstance(event, yaml.MappingStartEvent) else None
            )
        elif isinstance(event, yaml.CollectionEndEvent):
            open_collections.pop()
        elif isinstance(event, yaml.AliasEvent):
            raise_fault(
                f"*{event.anchor}", "the value itself: aliases are not read", line
            )
        elif isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise_fault("a second document", "one document in a file", line)


def raise_fault(found, expected, line=0):
    raise PlanFileError([ValueFault("the file", "", expected, line, found=found)])


def shortened(raw, length=200):
    raw = " ".join(line.strip() for line in raw.splitlines()).strip()
    return raw if len(raw) <= length else f"{raw[:length]}…"


def source_text(node, text):
    found = text[node.start_mark.index : node.end_mark.index].rstrip()
    return found or ("nothing" if isinstance(node, yaml.ScalarNode) else "")


def line_of(node):
    return node.start_mark.line + 1


def is_null(node):
    return node.tag == f"{TAG}null"
