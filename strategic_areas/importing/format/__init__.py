"""
The format of plan files: every section, key and kind of value, declared once.

docs/plan-format.md lists exactly these; checking, storing and the documentation's test
all read this declaration.
"""

from strategic_areas.importing.format import context, planned, reported
from strategic_areas.importing.format.keys import Key, Section
from strategic_areas.importing.kinds import references

__all__ = ["GEOGRAPHY_SOURCES", "SECTIONS", "VERSION", "Key", "Section"]

#: What the key ``format`` of a file says.
VERSION = 1

#: The sources of every region and province of the file; the one bare list.
GEOGRAPHY_SOURCES = references("sources")

SECTIONS = {
    section.name: section
    for section in [
        context.SOURCE_LIST,
        planned.PLAN,
        planned.OTHER_PLANS,
        planned.AREAS,
        planned.PROGRAMMES,
        planned.AGENCIES,
        context.LEGAL_INSTRUMENTS,
        context.FRAMEWORKS,
        context.HOTLINES,
        reported.PERIODS,
        planned.COMMITMENTS,
        planned.ACTIVITIES,
        planned.LATER_ACTIVITIES,
        reported.UPDATES,
        reported.COMMITMENT_UPDATES,
        reported.INDICATORS,
        context.TIP_TIERS,
        context.DISCREPANCIES,
        context.REGIONS,
        context.PROVINCES,
        context.CLASSIFICATION,
    ]
}
