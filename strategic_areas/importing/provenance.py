"""
Which provenance a source gives, by its kind. docs/plan-format.md shows this table.

Updates and values rest on their sources: the weakest of them decides.
"""

from strategic_areas.models import Provenance

PROVENANCE_OF_KIND = {
    "official_plan": Provenance.DOCUMENTED,
    "official_report": Provenance.DOCUMENTED,
    "official_study": Provenance.DOCUMENTED,
    "official_protocol": Provenance.DOCUMENTED,
    "official_news": Provenance.DOCUMENTED,
    "foreign_government_report": Provenance.DOCUMENTED,
    "un_body": Provenance.DOCUMENTED,
    "ngo_report": Provenance.DOCUMENTED,
    "reference": Provenance.DOCUMENTED,
    "standard": Provenance.DOCUMENTED,
    "ngo_news": Provenance.PRESS,
    "press": Provenance.PRESS,
}
#: What a kind counts as that the table does not know.
UNKNOWN_KIND = Provenance.PRESS

#: What sources can give, from the strongest to the weakest.
STRENGTH = [Provenance.DOCUMENTED, Provenance.PRESS, Provenance.RECONSTRUCTED]

#: What a file may state of its records: nobody reported or transcribed them here.
STATED = [Provenance.PLAN, *STRENGTH]


def provenance_of(kinds):
    """
    The provenance that sources of these kinds give together: the weakest wins.

    Without any source it is *reconstructed*.
    """
    given = [PROVENANCE_OF_KIND.get(kind, UNKNOWN_KIND) for kind in kinds]
    weakest = max(given, key=STRENGTH.index, default=Provenance.RECONSTRUCTED)
    return weakest.value


def is_stronger(provenance, than):
    """True when ``provenance`` claims more than ``than``; the plan claims most."""
    return STATED.index(provenance) < STATED.index(than)
