"""
The reader of any matrix: a plan as an institution keeps it in a workbook of its own.

``detect_layout`` opens an upload and proposes what its sheets and columns are; a person
confirms that as a ``Naming``; ``read_matrix`` then gives the lines of the plan, each
with the cells that it comes from, what has to be asked, what was left out, and what may
identify a person. Nothing is stored, and no model is known here.
"""

from strategic_areas.matrices.detection import detect_layout
from strategic_areas.matrices.institutions import KnownInstitution
from strategic_areas.matrices.naming import ROLES, Naming, SheetNaming
from strategic_areas.matrices.reader import read_matrix
from strategic_areas.matrices.result import MatrixLine

__all__ = [
    "ROLES",
    "KnownInstitution",
    "MatrixLine",
    "Naming",
    "SheetNaming",
    "detect_layout",
    "read_matrix",
]
