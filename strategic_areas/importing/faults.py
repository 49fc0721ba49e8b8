"""What is wrong with a file, told so that its author can mend it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """
    One fault: which record and field, what stands there, what would fit.

    ``found`` quotes the value exactly as the file writes it; ``line`` counts from 1, 0
    where a fault has no line of its own.
    """

    record: str
    field: str
    found: str
    expected: str
    line: int = 0

    def __str__(self):
        place = f"{self.record} (line {self.line})" if self.line else self.record
        where = f"{place}, {self.field}" if self.field else place
        return f"{where}: found {self.found}; expected {self.expected}"


class Refused(Exception):
    """The file is not loaded; ``faults`` is the list of every reason, in order."""

    def __init__(self, faults):
        self.faults = list(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))
