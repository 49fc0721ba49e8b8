"""What the format is made of: keys, sections, and the keys that many records have."""

from dataclasses import dataclass

from strategic_areas import models
from strategic_areas.importing.kinds import (
    Code,
    Date,
    Part,
    Reference,
    Text,
    Whole,
    one_of,
    references,
)
from strategic_areas.importing.provenance import STATED
from strategic_areas.importing.tables import TABLES


@dataclass(frozen=True)
class Key:
    """
    A key of a record: the kind of its value, and the field or fields that store it.

    ``attributes`` are fields of ``table``; without one, of the section's own table.
    """

    name: str
    kind: object
    required: bool = False
    attributes: tuple = ()
    table: str = ""

    @property
    def stored_as(self):
        return self.attributes or (self.name,)


@dataclass(frozen=True)
class Section:
    """
    Records of one kind. ``shape`` is "list", "mapping" (by key) or "record" (one).

    ``identity`` are the keys that name a record within its section. ``nested`` are the
    sections inside each record.
    """

    name: str
    keys: tuple
    identity: tuple = ("code",)
    table: str = ""
    shape: str = "list"
    required: bool = False
    nested: tuple = ()

    @property
    def names(self):
        """Every key that a record of this section may have."""
        own = [key.name for key in self.keys]
        return [*own, *(inner.name for inner in self.nested)]

    def column(self, key):
        """The model's field that stores the key, or its first one."""
        table = TABLES[key.table or self.table or self.name]
        return table.field(key.stored_as[0])


def both(name, required=False, table="", attribute=""):
    """A text in both languages; the Spanish may be required, the English never is."""
    stored = attribute or name
    return (
        Key(f"{name}_es", Text(), required, (f"{stored}_es",), table),
        Key(f"{name}_en", Text(), False, (f"{stored}_en",), table),
    )


def refers(name, section, required=False):
    return Key(name, Reference(section=section), required)


CODE = Key("code", Code(), required=True)
SOURCES = Key("sources", references("sources"))
YEAR = Whole("a year", 1000, 9999)
PLANNED = (Key("starts_on", Date()), Key("due_on", Date()))
DUE = Key("due_provenance", one_of(models.DueProvenance))
CLAIM = one_of(STATED)
SOURCED = (Key("provenance", CLAIM), SOURCES, *both("note"))
CONTINUES = Part(kinds={"plan": Code(), "code": Code()})
