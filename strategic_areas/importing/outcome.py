"""What a load tells: the faults of a file that is refused, or what it did."""

from collections import Counter
from dataclasses import dataclass, field


class Refused(Exception):
    """The file is not loaded; ``faults`` is the list of every reason, in order."""

    def __init__(self, faults):
        self.faults = list(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


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
    What a load did, or would do. Counts are of records, ``kept`` of fields.

    ``created`` counts by table; ``changed`` are pairs of a record's name and its
    changes, in the order of the file. ``absent`` are pairs of a table and a key, of
    records that an earlier file had and this one has not; they stay as they are.
    ``warnings`` are sentences about texts that may make a person findable. ``touched``
    are pairs of a model and a primary key, of the records that the public may read
    otherwise; ``public`` is, of a dry run, what it would read otherwise.
    """

    created: Counter = field(default_factory=Counter)
    changed: list = field(default_factory=list)
    unchanged: int = 0
    kept: list = field(default_factory=list)
    absent: list = field(default_factory=list)
    warnings: list = field(default_factory=list)
    touched: list = field(default_factory=list)
    public: list = field(default_factory=list)

    @property
    def summary(self):
        return (
            f"created={self.created.total()} changed={len(self.changed)} "
            f"unchanged={self.unchanged} kept={len(self.kept)} faults=0"
        )
