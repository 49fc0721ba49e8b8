"""Judges the fields of a document, whose code may stand in many pieces."""

import re
from dataclasses import dataclass, field

from strategic_areas.evidence import office_parts

FETCHING = re.compile(
    r"(?i)\b(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|IMPORT|INCLUDE|LINK|DATABASE)\b"
    r"(\s|\Z)|\A\s*(RD|PRINT|EMBED)\b|\bQUOTE\s+\d"
)
HYPERLINK = re.compile(r"(?i)\A\s*HYPERLINK\b")
#: The switches of a link: a place in the document, a frame, a tip that is shown.
SWITCH = re.compile(r'(?i)\\[lot]\s*("[^"]*"|\S+)|\\[mnh]\b|\\\*\s*\w+')
#: The longest code of a link.
LONGEST = 8_192
#: Stands in a field's code where another field makes a piece of it.
COMPUTED = "\0"


@dataclass
class Field:
    """An open field: its code so far, and whether its result has begun."""

    code: list[str] = field(default_factory=list)
    has_result: bool = False


class Fields:
    """
    The fields of one part.

    Its scopes are the part and the alternatives inside it, of which a program shows
    one. The first field of a scope stands for code outside of all fields.
    """

    def __init__(self):
        self.scopes = [[Field()]]

    def mark(self, kind):
        """Open a field, begin its result or close it, as ``fldCharType`` says."""
        scope = self.scopes[-1]
        if kind == "begin":
            if len(scope) > 1 and not scope[-1].has_result:
                scope[-1].code.append(COMPUTED)
            scope.append(Field())
        elif len(scope) > 1 and kind == "separate":
            scope[-1].has_result = True
        elif len(scope) > 1 and kind == "end":
            judge("".join(scope.pop().code))

    def add(self, text):
        self.scopes[-1][-1].code.append(text)

    def enter(self):
        """Begin an alternative; refused inside the code of a field."""
        scope = self.scopes[-1]
        if len(scope) > 1 and not scope[-1].has_result:
            raise office_parts.active()
        self.scopes.append([Field()])

    def leave(self):
        """End an alternative; refused if it holds a piece of a field only."""
        if self.scopes.pop() != [Field()]:
            raise office_parts.active()

    def finish(self):
        for each in self.scopes[0]:
            judge("".join(each.code))


def judge(code):
    """Refuse a field that fetches anything, or links to more than the web."""
    if FETCHING.search(code.replace(COMPUTED, " ")):
        raise office_parts.active()
    found = HYPERLINK.match(code)
    if found:
        target = SWITCH.sub("", code[found.end() : LONGEST]).strip(' \t\r\n"')
        if target and not office_parts.LINK.match(target):
            raise office_parts.from_elsewhere()
