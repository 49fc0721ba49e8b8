"""Tells which PDFs do more than show pages, jump in themselves or link to the web."""

import re

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

#: Names with which a PDF runs something or holds another file, anywhere in it.
ACTIVE = frozenset(
    """
    /JavaScript /JS /AA /Launch /EmbeddedFile /EmbeddedFiles /EF /RichMedia /XFA
    /SubmitForm /ImportData /GoToR /GoToE /Rendition /FileAttachment /OPI
    """.split()  # noqa: SIM905 - a paragraph reads better than eleven quoted words
)
#: Further kinds of actions and annotations that do more than jump or link.
ACTIONS = frozenset(
    """
    /Thread /Sound /Movie /Hide /ResetForm /SetOCGState /Trans /GoTo3DView /GoToDp
    /RichMediaExecute
    """.split()  # noqa: SIM905
)
MEDIA = frozenset(["/Sound", "/Movie", "/Screen", "/3D", "/RichMedia"])
#: The named actions that turn pages.
TURNS = frozenset(["/NextPage", "/PrevPage", "/FirstPage", "/LastPage"])
PLACES = Array | Name | String
WEB = re.compile(r"(?i)\s*https?://[^\s\\/][^\\\0-\x1f]*\Z")
#: Links that open no file and no page, and are removed: their text stays.
HARMLESS = re.compile(r"(?i)\s*(mailto:|tel:|www\.)[^\\\0-\x1f]*\Z")
#: Annotations that are comments, with the name of who wrote them, or that only
#: announce that the text beneath shall be made unreadable.
NOTES = frozenset(["/Text", "/Caret", "/Redact"])
#: Annotations that are drawn, and comments once a text belongs to them.
MARKS = frozenset(
    """
    /Line /Square /Circle /Polygon /PolyLine /Highlight /Underline /Squiggly /StrikeOut
    /Stamp /Ink /Popup
    """.split()  # noqa: SIM905
)


def inside(found):
    """
    The names and dictionaries in this object, each dictionary with its keys.

    Indirect objects in it are left out: they have their own turn.
    """
    waiting = [found]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Name):
            yield value, ()
        elif isinstance(value, Array):
            waiting += filter(_is_here, value)
        elif isinstance(value, Dictionary | Stream):
            yield value, value.keys()
            waiting += filter(_is_here, value.values())


def _is_here(item):
    return isinstance(item, pikepdf.Object) and not item.is_indirect


def does_more(value, keys):
    """True for a dictionary that runs, plays, sends or opens something."""
    if not ACTIVE.isdisjoint(keys):
        return True
    kind = name_of(value, "/S") if "/S" in keys else ""
    return (
        kind in ACTIONS
        or (kind == "/Named" and name_of(value, "/N") not in TURNS)
        or ("/Subtype" in keys and name_of(value, "/Subtype") in MEDIA)
        or ("/OpenAction" in keys and not _only_shows(value["/OpenAction"]))
        or ("/URI" in keys and not _is_harmless(value))
        or _names_file(value, keys)
    )


def _is_harmless(value):
    """False for an address that opens anything but a web page, a mail or a call."""
    address = value["/URI"]
    if isinstance(address, String):
        return bool(WEB.match(str(address)) or HARMLESS.match(str(address)))
    return name_of(value, "/S") != "/URI"


def _names_file(value, keys):
    """True for content that lies in another file."""
    if "/UF" in keys:
        return True
    names_one = "/F" in keys and isinstance(value["/F"], String)
    return names_one or ("/F" in keys and isinstance(value, Stream))


def opens_no_page(action):
    """True for a link to a mail or a telephone, which is removed."""
    address = action.get("/URI")
    return isinstance(address, String) and not WEB.match(str(address))


def _only_shows(action):
    """True for an action that only opens a place in this document, as Office writes."""
    if isinstance(action, Dictionary):
        return (
            action.get("/S") == Name.GoTo
            and isinstance(action.get("/D"), PLACES)
            and "/Next" not in action
        )
    return isinstance(action, PLACES)


def is_note(value):
    """True for a comment on a page."""
    kind = name_of(value, "/Subtype")
    return kind in NOTES or (kind in MARKS and bool(str(value.get("/Contents", ""))))


def name_of(value, key):
    found = value.get(key)
    return str(found) if isinstance(found, Name) else ""
