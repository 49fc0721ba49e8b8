"""What a load did, or would do."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Change:
    """A field that the file changes, both values in plain form."""

    field: str
    old: object
    new: object


@dataclass(frozen=True)
class Kept:
    """A field that differs from the file and is left alone, and why."""

    record: str
    field: str
    here: object
    in_file: object
    reason: str


@dataclass
class Outcome:
    """
    Counts are of records, ``kept`` of fields.

    ``created`` counts by table; ``changed`` are pairs of a record's name and its
    changes, in the order of the file. ``warnings`` are texts to look at: they may make
    a person findable.
    """

    created: Counter = field(default_factory=Counter)
    changed: list = field(default_factory=list)
    unchanged: int = 0
    kept: list = field(default_factory=list)
    warnings: list = field(default_factory=list)

    @property
    def summary(self):
        return (
            f"created={self.created.total()} changed={len(self.changed)} "
            f"unchanged={self.unchanged} kept={len(self.kept)} faults=0"
        )
