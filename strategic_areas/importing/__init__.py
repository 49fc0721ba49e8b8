"""
Plan files in.

A file is read (``reading``), each value checked against the format (``format``,
``values``, ``checking``), the whole against itself and the portal (``rules``,
``stored``), turned into records (``records``) of ``tables`` and put in, field by field
(``applying``), as far as nobody edited them here. ``outcome`` is what a load tells.
"""

from strategic_areas.importing.loading import load
from strategic_areas.importing.outcome import Fault, Outcome, Refused

__all__ = ["Fault", "Outcome", "Refused", "load"]
