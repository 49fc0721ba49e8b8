"""
Reader of matrices: an institution's plan in a workbook of its own layout.

``detect_layout`` proposes what the sheets and columns mean; a person confirms it as a
``Naming``; ``read_matrix`` returns the plan's lines with their cells, open questions,
cells left out, and texts that may identify a person. It stores nothing and uses no
model.
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
