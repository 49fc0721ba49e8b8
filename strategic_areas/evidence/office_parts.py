"""
Which parts, relations, fields and formulas an office file may have.

The types of parts and relations decide, as in the programs that open the file. Names
decide nothing: a part may have any. What no list names is refused, so that a new kind
is not taken unseen. Fields and formulas may count, but fetch and start nothing.
"""

import re
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from strategic_areas.evidence.limits import RefusedFileError

_open = "application/vnd.openxmlformats-officedocument."
MAIN_TYPES = {
    "docx": f"{_open}wordprocessingml.document.main+xml",
    "xlsx": f"{_open}spreadsheetml.sheet.main+xml",
}
#: What stands before the end of a content type; the lists below name the ends.
FAMILY = re.compile(
    r"\Aapplication/vnd\.(openxmlformats-(officedocument|package)|ms-(office|word|excel))"
    r"\.(wordprocessingml\.|spreadsheetml\.|drawingml\.)?"
)
KEPT_TYPES = frozenset(
    """
    document.main+xml styles+xml settings+xml websettings+xml fonttable+xml
    numbering+xml footnotes+xml endnotes+xml header+xml footer+xml styleswitheffects+xml
    sheet.main+xml worksheet+xml chartsheet+xml sharedstrings+xml table+xml
    sheetmetadata+xml controlproperties+xml featurepropertybag+xml
    theme+xml themeoverride+xml drawing+xml vmldrawing chart+xml chartshapes+xml
    chartstyle+xml chartcolorstyle+xml chartex+xml diagramdata+xml diagramlayout+xml
    diagramstyle+xml diagramcolors+xml diagramdrawing+xml
    """.split()  # noqa: SIM905 - a paragraph reads better than forty quoted words
)
DROPPED_TYPES = frozenset(
    """
    core-properties+xml extended-properties+xml custom-properties+xml
    customxmlproperties+xml customproperty classificationlabels+xml people+xml
    person+xml usernames+xml printersettings calcchain+xml obfuscatedfont
    document.glossary+xml keymapcustomizations+xml namedsheetviews+xml
    relationships+xml
    intelligence+xml intelligence2+xml digital-signature-origin
    digital-signature-xmlsignature+xml
    application/xml text/xml application/x-fontdata application/x-font-ttf
    """.split()  # noqa: SIM905
)
RELATIONS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"

#: The last words of the types of relations, which all editions of the format share.
KEPT_RELATIONS = frozenset(
    """
    officeDocument styles settings webSettings fontTable numbering footnotes endnotes
    header footer stylesWithEffects worksheet chartsheet sharedStrings table
    sheetMetadata ctrlProp FeaturePropertyBag theme themeOverride drawing vmlDrawing
    image hyperlink chart chartEx chartUserShapes chartStyle chartColorStyle diagramData
    diagramLayout diagramQuickStyle diagramColors diagramDrawing
    """.split()  # noqa: SIM905
)
#: What tells of people, programs and machines, and the signature, which ends anyway.
DROPPED_RELATIONS = frozenset(
    """
    core-properties extended-properties extendedProperties custom-properties
    customProperties customXml customXmlProps customProperty
    classificationlabels thumbnail people person usernames printerSettings calcChain
    font glossaryDocument keyMapCustomizations namedSheetView intelligence origin
    signature
    """.split()  # noqa: SIM905
)
COMMENTS = re.compile(r"(?i)(threaded)?comments?(extended|ids|extensible)?(\+xml)?\Z")
REVISIONS = re.compile(r"(?i)revision(headers|log)(\+xml)?\Z")
#: Declared types for which a file is refused even where no part has them.
ACTIVE_TYPE = re.compile(r"(?i)macroenabled|vbaproject|activex|oleobject|\.package\b")
#: The only addresses to which a document or workbook may lead.
LINK = re.compile(r"(?i)https?://[^\s\\/]|mailto:|#")
FETCHING_FIELD = re.compile(
    r"(?i)\b(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|IMPORT|INCLUDE|LINK|DATABASE)\b"
    r"(\s|\Z)|\A\s*(RD|PRINT|EMBED)\b|\bQUOTE\s+\d"
)
HYPERLINK = re.compile(r"(?i)\A\s*HYPERLINK\b")
#: The switches of a link: a place in the document, a frame, a tip that is shown.
SWITCH = re.compile(r'(?i)\\[lot]\s*("[^"]*"|\S+)|\\[mnh]\b|\\\*\s*\w+')
#: The longest code of a link.
LONGEST_LINK = 8_192
#: Stands in a field's code where another field makes a piece of it.
COMPUTED = "\0"
TEXT = re.compile(r'"((?:[^"]|"")*)"')
#: Functions that fetch from the web or from programs, in any spreadsheet.
FETCHING_FUNCTION = re.compile(
    r"(?i)\b(WEBSERVICE|FILTERXML|IMPORT(DATA|XML|HTML|FEED|RANGE)|IMAGE|RTD|DDE|CALL"
    r"|REGISTER(\.ID)?|EXEC|EVALUATE|SQL\.REQUEST|GOOGLE\w+|STOCKHISTORY|CUBE\w+)\s*\("
    r"|_xll\."
)
LINKED = re.compile(r"(?i)\bHYPERLINK\s*\(\s*(\"(?:[^\"]|\"\")*\")?")
#: A quoted sheet may belong to another workbook; outside quotes a bar asks a program.
ANOTHER_BOOK = re.compile(r"(?i)\\\\|file:|[a-z]:\\|\[[^\]]*\.(xl\w+|ods|csv)\]")
NAME = re.compile(r"'(?:[^']|'')*'")
LEADS_OUT = re.compile(r"(?i)\s*(file|ftp|smb|javascript|ms-[\w-]+):|\s*(\\\\|//)")

#: Four times the longest formula that Excel takes.
LONGEST_FORMULA = 32_768


def is_picture(content_type):
    return content_type.startswith("image/")


def is_kept(content_type):
    """True to keep a part of this type, False to drop it; refused if it is neither."""
    if is_picture(content_type):
        return True
    end = FAMILY.sub("", content_type)
    if end in KEPT_TYPES or end in DROPPED_TYPES:
        return end in KEPT_TYPES
    raise _refusal(end)


def is_followed(kind, is_external):
    """True to follow a relation that stays inside, or to keep a plain link."""
    end = kind.rstrip("/").rpartition("/")[2]
    if end in DROPPED_RELATIONS:
        return False
    if is_external and end != "hyperlink":
        raise from_elsewhere()
    if end in KEPT_RELATIONS:
        return True
    raise _refusal(end)


def _refusal(end):
    """The error for a part or relation whose type has this end."""
    if COMMENTS.search(end):
        return commented()
    if REVISIONS.search(end):
        return tracked()
    return active()


def commented():
    return RefusedFileError(
        "comments",
        _("This file holds comments, with the names of those who wrote them."),
        _(
            "Make a clean copy: under “Review”, delete all comments, save the file "
            "and upload it again; or save it as PDF without comments."
        ),
    )


def tracked():
    return RefusedFileError(
        "tracked",
        _("This file keeps tracked changes: deleted text can still be read in it."),
        _(
            "Make a clean copy: under “Review”, accept all changes and stop tracking "
            "them, save the file and upload it again; or save it as PDF without "
            "changes."
        ),
    )


def from_elsewhere():
    return RefusedFileError(
        "from_elsewhere",
        _("This file takes content from elsewhere: a linked file or picture."),
        advice(),
    )


def active():
    return RefusedFileError(
        "active",
        _(
            "This file does more than show text and numbers: it holds a macro, a data "
            "connection, another file, or the data behind a pivot table or a chart."
        ),
        advice(),
    )


def too_much():
    return RefusedFileError(
        "unpacked",
        _("Unpacked, this file holds far more than a document or a workbook."),
        advice(),
    )


def advice():
    return _(
        "Make a clean copy: copy what matters into a new document or workbook, save it "
        "as .docx or .xlsx, or save this one as PDF, and upload that file."
    )


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
            raise active()
        self.scopes.append([Field()])

    def leave(self):
        """End an alternative; refused if it holds a piece of a field only."""
        if self.scopes.pop() != [Field()]:
            raise active()

    def finish(self):
        for each in self.scopes[0]:
            judge("".join(each.code))


def judge(code):
    """Refuse a field that fetches anything, or links to more than the web."""
    if FETCHING_FIELD.search(code.replace(COMPUTED, " ")):
        raise active()
    found = HYPERLINK.match(code)
    if found:
        target = SWITCH.sub("", code[found.end() : LONGEST_LINK]).strip(' \t\r\n"')
        if target and not LINK.match(target):
            raise from_elsewhere()


def does_more_than_count(formula):
    """True for a formula that fetches, starts or opens more than a web page."""
    if len(formula) > LONGEST_FORMULA:
        return True
    texts = [each.replace('""', '"') for each in TEXT.findall(formula)]
    code = TEXT.sub('""', formula)
    return bool(
        FETCHING_FUNCTION.search(code)
        or "|" in NAME.sub("''", code)
        or ANOTHER_BOOK.search(code)
        or any(LEADS_OUT.match(text) for text in texts)
        or any(not LINK.match(target.strip('"')) for target in LINKED.findall(formula))
    )
