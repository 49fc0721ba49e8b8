"""
Cleans workbooks and documents: zip archives of parts, which relations connect.

Beginning with the archive's own relations, every part that they reach is written anew.
What no relation reaches is left behind, and so are relations and parts that tell of
people and programs. ``office_parts`` says which types are taken.
"""

import io
import posixpath
import re
import zipfile
import zlib
from dataclasses import dataclass
from xml.sax.handler import ContentHandler
from xml.sax.saxutils import quoteattr

from strategic_areas.evidence import office_parts
from strategic_areas.evidence.limits import (
    BOOK_CELLS,
    BOOK_ELEMENTS,
    BOOK_OTHERS,
    EMBEDDED_PIXELS,
    PACKED_ENTRIES,
    UNPACKED_BYTES,
    XML_BYTES,
    XML_ELEMENTS,
    holds_another_file,
    not_what_its_name_says,
)
from strategic_areas.evidence.office_xml import copied, local, parsed

FIRST, LAST, LAST_LENGTH = b"PK\x03\x04", b"PK\x05\x06", 22
PLAIN_NAME = re.compile(r"[^\\:\0%]+")
PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
ENCRYPTED = 0x1
CHUNK = 64 * 1024
#: The timestamp of every entry, so that the archive does not tell when it was written.
NO_MOMENT = (1980, 1, 1, 0, 0, 0)

#: Cells of a sheet and the texts that they share, and what they are part or made of.
CELLS = frozenset(["c", "si", "t"])
OF_CELLS = frozenset(["row", "v", "is"])

CONTENT_TYPES = "[Content_Types].xml"
_package = "http://schemas.openxmlformats.org/package/2006"


def clean_office(content, extension, *, is_read=False):
    """
    The document without personal metadata; refused if it runs or loads anything.

    Of one that the portal itself ``is_read`` cell by cell fewer elements are taken.
    """
    if not content.startswith(FIRST):
        raise not_what_its_name_says(extension, office_parts.advice())
    if content[-LAST_LENGTH:-18] != LAST:
        raise holds_another_file(office_parts.advice())
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            _must_be_plain(packed.infolist(), extension)
            room = BookRoom() if is_read else Room()
            return _packed_anew(Archive(packed, room), extension)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ):
        raise not_what_its_name_says(extension, office_parts.advice()) from None


def _must_be_plain(entries, extension):
    """Refuse too many, encrypted or duplicate entries, and names that lead outside."""
    if len(entries) > PACKED_ENTRIES:
        raise office_parts.too_much()
    if not entries or min(entry.header_offset for entry in entries) != 0:
        raise holds_another_file(office_parts.advice())
    names = [entry.orig_filename.lower() for entry in entries]
    plain = all(
        PLAIN_NAME.fullmatch(name) and ".." not in name.split("/") and name[0] != "/"
        for name in names
    )
    if not plain or len(set(names)) != len(names):
        raise ValueError("Names that no office program writes")
    for entry in entries:
        if entry.flag_bits & ENCRYPTED or entry.compress_type not in PACKED:
            raise ValueError("Entries that no office program writes")


class Room:
    """How much one file may still unpack to."""

    def __init__(self):
        self.bytes = UNPACKED_BYTES
        self.xml_bytes = XML_BYTES
        self.elements = XML_ELEMENTS
        self.pixels = EMBEDDED_PIXELS

    def take(self, what, amount=1):
        left = getattr(self, what) - amount
        setattr(self, what, left)
        if left < 0:
            raise office_parts.too_much()

    def take_element(self, kind, attributes):
        """One element of this name."""
        self.take("elements", 1 + attributes)


class BookRoom(Room):
    """How much one workbook that is read cell by cell may still hold."""

    def __init__(self):
        super().__init__()
        self.elements = BOOK_ELEMENTS
        self.cells, self.others = BOOK_CELLS, BOOK_OTHERS

    def take_element(self, kind, attributes):
        super().take_element(kind, attributes)
        if kind in CELLS:
            self.take("cells")
        elif kind not in OF_CELLS:
            self.take("others", 1 + attributes)


@dataclass(frozen=True)
class Relation:
    """One relation of a part: to the part of this name, or to an address outside."""

    id: str
    kind: str
    target: str
    is_external: bool


class Archive:
    """The parts of the file as they arrive. Their names differ in more than case."""

    def __init__(self, packed, room):
        self.packed, self.room = packed, room
        entries = [entry for entry in packed.infolist() if not entry.is_dir()]
        self.entries = {entry.filename.lower(): entry for entry in entries}
        self.types = ContentTypes(self.room)
        if CONTENT_TYPES not in packed.namelist():
            raise ValueError("No content types")
        parsed(self.xml(CONTENT_TYPES), self.types)
        for name in self.entries:
            if name != CONTENT_TYPES.lower():
                office_parts.is_kept(self.types.of(name))

    def read(self, name):
        """The unpacked bytes, counted while reading: the stated size may be false."""
        data = bytearray()
        with self.packed.open(self.entries[name.lower()]) as source:
            while chunk := source.read(CHUNK):
                self.room.take("bytes", len(chunk))
                data += chunk
        return bytes(data)

    def xml(self, name):
        self.room.take("xml_bytes", self.entries[name.lower()].file_size)
        return self.read(name)

    def relations(self, name):
        """The relations of a part, or of the archive for "", that are written."""
        folder, base = posixpath.split(name)
        listed = posixpath.join(folder, "_rels", f"{base}.rels")
        if listed.lower() not in self.entries:
            return
        found = Relations(self.room)
        parsed(self.xml(listed), found)
        for attrs in found.listed:
            relation = self._relation(folder, attrs)
            if relation:
                yield relation

    def _relation(self, folder, attrs):
        kind, target = attrs.get("Type", ""), attrs.get("Target", "")
        is_external = attrs.get("TargetMode", "Internal") != "Internal"
        if not office_parts.is_followed(kind, is_external):
            return None
        if is_external or target.startswith("#"):
            if not office_parts.LINK.match(target):
                raise office_parts.from_elsewhere()
            return Relation(attrs.get("Id", ""), kind, target, is_external)
        path = posixpath.normpath(posixpath.join("/", folder, target))
        entry = self.entries.get(path.lstrip("/").lower())
        if entry is None:
            return None
        if not office_parts.is_kept(self.types.of(entry.filename)):
            raise ValueError("A relation to a part of another kind")
        return Relation(attrs.get("Id", ""), kind, entry.filename, is_external)


class ContentTypes(ContentHandler):
    """Reads which content type each part has."""

    def __init__(self, room):
        super().__init__()
        self.room = room
        self.by_extension = {"rels": office_parts.RELATIONS_TYPE}
        self.by_name = {}

    def startElement(self, name, attrs):
        self.room.take_element(name, len(attrs))
        declared = attrs.get("ContentType", "").partition(";")[0].strip()
        if office_parts.ACTIVE_TYPE.search(declared.lower()):
            raise office_parts.active()
        if local(name) == "Default":
            self.by_extension[attrs.get("Extension", "").lower()] = declared
        elif local(name) == "Override":
            self.by_name[attrs.get("PartName", "").lstrip("/").lower()] = declared

    def of(self, name):
        """The type of a part in small letters, to compare it."""
        return self.written(name).lower()

    def written(self, name):
        """The type as the file writes it: other programs tell capitals from small."""
        name = name.lower()
        extension = name.rpartition(".")[2]
        return self.by_name.get(name) or self.by_extension.get(extension, "")


class Relations(ContentHandler):
    """Reads the relations that one part lists."""

    def __init__(self, room):
        super().__init__()
        self.room = room
        self.listed = []

    def startElement(self, name, attrs):
        self.room.take_element(name, len(attrs))
        if local(name) == "Relationship":
            self.listed.append(dict(attrs))


def _packed_anew(archive, extension):
    """The archive with every part that its relations reach, each written anew."""
    written, types, waiting = {}, {}, [""]
    while waiting:
        name = waiting.pop()
        relations = list(archive.relations(name))
        if name == "":
            _must_be_kind(relations, archive.types, extension)
        if relations:
            folder, base = posixpath.split(name)
            listed = posixpath.join(folder, "_rels", f"{base}.rels")
            written[listed] = _relations(relations)
        for relation in relations:
            target = relation.target
            is_part = not (relation.is_external or target.startswith("#"))
            if is_part and target not in types:
                types[target], written[target] = _cleaned(archive, target)
                waiting.append(target)
    return _packed({CONTENT_TYPES: _types(types), **written})


def _must_be_kind(relations, types, extension):
    """Refuse a file whose relations do not lead to the main part of its kind."""
    (main,) = [each for each in relations if each.kind.endswith("/officeDocument")]
    if types.of(main.target) != office_parts.MAIN_TYPES[extension]:
        raise ValueError("Another kind of document")


def _cleaned(archive, name):
    """The content type and the content under which a part is stored."""
    content_type = archive.types.of(name)
    if office_parts.is_picture(content_type):
        from strategic_areas.evidence.images import clean_embedded

        return clean_embedded(archive.read(name), archive.room)
    return archive.types.written(name), copied(archive.xml(name), archive.room)


def _relations(relations):
    lines = [
        f"<Relationship Id={quoteattr(each.id)} Type={quoteattr(each.kind)} "
        + (
            f'Target={quoteattr(each.target)} TargetMode="External"/>'
            if each.is_external
            else f"Target={quoteattr(_address(each.target))}/>"
        )
        for each in relations
    ]
    opened = f'<Relationships xmlns="{_package}/relationships">'
    return f"{opened}{''.join(lines)}</Relationships>".encode()


def _address(target):
    return target if target.startswith("#") else f"/{target}"


def _types(types):
    lines = [
        f"<Override PartName={quoteattr('/' + name)} ContentType={quoteattr(kind)}/>"
        for name, kind in types.items()
    ]
    return (
        f'<Types xmlns="{_package}/content-types"><Default Extension="rels" '
        f'ContentType="{office_parts.RELATIONS_TYPE}"/>{"".join(lines)}</Types>'
    ).encode()


def _packed(parts):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in parts.items():
            entry = zipfile.ZipInfo(name, NO_MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, data)
    return written.getvalue()
