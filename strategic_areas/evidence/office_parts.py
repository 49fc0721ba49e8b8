"""
Which parts and relations an office file may have.

Their types decide, as in the programs that open the file. Names decide nothing: a part
may have any. What no list names is refused, so that a new kind is not taken unseen.
"""

import re

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
