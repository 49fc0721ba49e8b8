"""
Pictures of figures: values in, geometry out. Nothing here knows Django or a record.

A picture has no size of its own. Places along it are percents of its width, heights are
ems, the size of its letters; so it is as wide as the page lets it, and its letters are
those of the page, on a telephone and at twice the text size too. The templates
``charts/…`` write the geometry as SVG, with classes of the style sheet.
"""

from strategic_areas.charts.files import file
from strategic_areas.charts.scales import (
    Bars,
    Columns,
    Level,
    Line,
    Part,
    Period,
    Value,
    bars,
    columns,
)
from strategic_areas.charts.series import SeriesPicture, series

__all__ = [
    "Bars",
    "Columns",
    "Level",
    "Line",
    "Part",
    "Period",
    "SeriesPicture",
    "Value",
    "bars",
    "columns",
    "file",
    "series",
]
