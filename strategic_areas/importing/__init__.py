"""
Plan files in.

A file is read (``reading``), each value checked against the declaration of the format
(``format``, ``checking``), the whole against itself and the portal (``rules``) and for
personal data (``guarding``), turned into records (``records``) and put in, field by
field (``applying``, ``revising``), as far as nobody edited them here (``memory``,
``deciding``).
"""

from strategic_areas.importing.faults import Fault, Refused
from strategic_areas.importing.loading import load
from strategic_areas.importing.outcome import Outcome

__all__ = ["Fault", "Outcome", "Refused", "load"]
