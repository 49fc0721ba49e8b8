"""
Reader of matrices: an institution's plan in a workbook of its own layout.

``detect_layout`` proposes the meaning of sheets and columns, a person confirms it as a
``Naming``, and ``read_matrix`` returns lines and open questions. Nothing is stored.
"""

from strategic_areas.matrices.detection import detect_layout
from strategic_areas.matrices.institutions import KnownInstitution
from strategic_areas.matrices.naming import COLUMN_MEANINGS, Naming, SheetNaming
from strategic_areas.matrices.reader import read_matrix
from strategic_areas.matrices.result import MatrixLine

__all__ = [
    "COLUMN_MEANINGS",
    "KnownInstitution",
    "MatrixLine",
    "Naming",
    "SheetNaming",
    "detect_layout",
    "read_matrix",
]
