"""
The rules for data that leads to a person: case files, number plates, street addresses.

A case file is found only near a word for a victim, a plate or an address anywhere. All
of them give a warning.
"""

import re
from collections.abc import Iterator

from strategic_areas.text_guard.findings import Finding, Kind
from strategic_areas.text_guard.reading import Reading

#: The most characters between a victim and a case file.
NEAR = 80

VICTIM = re.compile(
    r"(?<![a-z])(?:victima|sobreviviente|menor|nin[oa]s?(?![a-z])|adolescente|joven"
    r"|victim|survivor|minor|child|girl|boy|woman|mujer)"
)
CASE_NUMBER = re.compile(
    r"(?<![a-z])(?:expediente|caso|querella|denuncia|sentencia|nuc|case|file|docket"
    r"|complaint)(?![a-z])[ \n]?(?:judicial |penal |fiscal |file )?"
    r"(?:numero|num|nro|no|n|number)?[. \n:#]{0,3}"
    r"(?P<found>[a-z]{0,4}-?\d{1,5}[-/]\d{2,6}(?:[-/][a-z\d]{1,8}){0,4}|\d{5,12})"
)
#: A span of years is no case file: "el caso 2017-2020".
SPAN_OF_YEARS = re.compile(r"(?:19|20)\d\d[-/](?:19|20)?\d\d")
PLATE = re.compile(
    r"(?<![a-z])(?:placas?|matricula|licen[cs]e plate|number plate)(?![a-z])"
    r"[^\d]{0,15}?(?<![a-z])(?P<found>[a-z]{1,2}-?\d{5,6})(?!\w)"
)
STREET = re.compile(
    r"(?<![a-z])(?P<found>(?:calle|c/|avenida|avda?|callejon|carretera|manzana)[. \n]"
    r"[^\d;]{1,50}?(?<![a-z])(?:numero|num|nro|no|n|#|casa|apto|edificio)[. \no#]{0,3}"
    r"\d{1,4})(?!\d)"
)
#: Only its capitals tell "12 Duarte Street" from "12 children in the street".
STREET_IN_ENGLISH = re.compile(
    r"(?<!\d)(?P<found>\d{1,4} (?:[A-Z][a-z]{1,20} ){1,3}(?:Street|Avenue|Road))(?!\w)"
)


def find_traces(reading: Reading) -> Iterator[Finding]:
    """Findings of case files near a victim, number plates and street addresses."""
    for match in CASE_NUMBER.finditer(reading.plain):
        if not SPAN_OF_YEARS.fullmatch(match["found"]) and _is_near_a_victim(match):
            yield reading.finding(Kind.CASE_NUMBER, *match.span("found"))
    for match in PLATE.finditer(reading.plain):
        yield reading.finding(Kind.PLATE, *match.span("found"))
    for match in STREET.finditer(reading.plain):
        yield reading.finding(Kind.ADDRESS, *match.span("found"))
    for match in STREET_IN_ENGLISH.finditer(reading.cased):
        yield reading.finding(Kind.ADDRESS, *match.span("found"))


def _is_near_a_victim(match: re.Match[str]) -> bool:
    near = match.string[max(0, match.start() - NEAR) : match.end() + NEAR]
    return bool(VICTIM.search(near))
