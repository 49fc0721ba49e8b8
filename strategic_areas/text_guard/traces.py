"""
The rules for data that leads to a person: case files, number plates, street addresses.

All of them give a warning. A public office's address is no finding.
"""

import re

from strategic_areas.text_guard.findings import Kind
from strategic_areas.text_guard.patterns import (
    NO_CODE,
    NUMBERED,
    around,
    either,
    is_of_an_office,
    rule,
    words,
)

OF_WHAT = (
    r"(?:(?:judicial|penal|fiscal|file|medic[oa]|clinic[oa]|social|de|del|la|el|un"
    r"|usuari[oa]|victima|menor|interno|instruccion|record|code|codigo|investigacion"
    r"|lapolis)[ \n]){0,4}"
)
#: A code with a stroke and three digits: "2019-00345", "2018-EPEN-00412", "0887-B".
CODE = r"(?=(?:[a-z/-]{0,12}\d){3})[a-z\d]{1,10}(?:[-/][a-z\d]{1,12}){1,6}"
#: "HC 33871", "AB1234", "1234"
PLAIN_CODE = r"(?:[b-df-hj-np-tv-z]{1,3} ?|[a-z]{1,3})?"
#: Years, telephones and laws are no case file, and neither is a thing bought.
SPAN_OF_YEARS = re.compile(
    r"(?:19|20)\d\d[-/](?:19|20)?\d\d|24/7|9-1-1|(?:1-)?\d{3}-\d{3}-\d{4}|tc/.{1,20}"
)
NO_CASE = re.compile(rf"(?<![a-z]){either('NO_CASE')}")
OF_ONE = re.compile(
    r"denunciante|usuari[oa]|(?:imput|acus|agravi)ad[oa]|victima(?![a-z])|(?:la|el)"
    r" (?:menor|joven|adolescente|nin[ao])(?![a-z])"
)
#: A number of a house, in digits or in words.
HOUSE = rf"(?:\d{{1,4}}(?![\d%])|(?:{either('TWO_DIGITS')}|{either('FEW')})(?![a-z]))"
HOME = re.compile(words("HOME"))


def _is_case(match: re.Match[str]) -> bool:
    found = re.sub(f"^{NUMBERED}", "", match["found"])
    if SPAN_OF_YEARS.fullmatch(found) or NO_CODE.fullmatch(found):
        return False
    return not NO_CASE.search(around(match, 60, 60))


def _is_private(match: re.Match[str]) -> bool:
    return not is_of_an_office(match)


def _is_home(match: re.Match[str]) -> bool:
    """True for a place told by its neighbour, as one does of a home."""
    return bool(HOME.search(f"{around(match, 80, 40)} {match['found']}"))


RULES = [
    rule(
        Kind.CASE_NUMBER,
        r"(?<![\w-])(?P<found>\d{2,5}-(?:\d{2,4}-){0,2}[a-z]{4}-\d{3,6})(?!\w)",
    ),
    rule(
        Kind.CASE_NUMBER,
        rf"{words('CASE_WORD')}[ .:,\n]{{0,3}}{OF_WHAT}[. \n:#]{{0,3}}"
        rf"(?P<found>{NUMBERED}(?:{PLAIN_CODE}\d{{3,12}}|{either('THREE_DIGITS')}"
        rf"[ a-z]{{0,20}})(?!\w)|(?:{NUMBERED})?{CODE}(?![\w$%])"
        rf"|{PLAIN_CODE}\d{{5,12}}(?![\w$%]))",
        _is_case,
    ),
    rule(
        Kind.CASE_NUMBER,
        rf"{words('CASE_NEAR')}[^\d;]{{0,45}}?(?<![a-z\d])(?P<found>{CODE})(?![\w$%])",
        _is_case,
    ),
    rule(
        Kind.CASE_NUMBER,
        rf"{words('CASE_NEAR')}[ :.#]{{1,3}}(?P<found>(?!19|20)\d{{4,12}})(?![\w$%])",
        _is_case,
    ),
    rule(
        Kind.CASE_NUMBER,
        rf"(?<![a-z])oficio[^\d;.]{{0,20}}?(?<![a-z\d-])(?P<found>{CODE})(?!\w)",
        lambda match: bool(OF_ONE.search(around(match, 60, 90))),
    ),
    rule(
        Kind.PLATE,
        rf"{words('PLATE')}[^\d;]{{0,25}}?"
        r"(?P<found>(?<![a-z])[a-z]{1,3}[-. ]{0,2}\d[\do]?[\do]?[-. ]?[\do]{2,3}"
        r"[-. ]?[\do]{0,3}|\d{5,7})(?!\w)(?! estudiant| alumn)",
    ),
    rule(
        # folio 45, libro 12
        Kind.CASE_NUMBER,
        r"(?<![a-z])(?P<found>(?:folio|libro|acta)[a-z .]{0,8} \d{1,6}[ ,]{1,3}"
        r"(?:folio|libro|acta)[a-z .]{0,8} \d{1,6})(?!\w)",
    ),
    rule(
        Kind.PLATE,
        rf"{words('VEHICLE')}[^\d;.]{{0,30}}?"
        r"(?P<found>(?<![a-z])[a-z]{1,2}[- ]?\d{2,3}[-. ]?\d{3,4})(?!\w)",
    ),
    rule(
        Kind.PLATE,
        rf"{words('CHASSIS')}[^\d;]{{0,15}}?(?P<found>[a-z\d]{{8,17}})(?!\w)",
        lambda match: any(map(str.isdecimal, match["found"])),
    ),
    rule(
        # calle Duarte núm. 45; c/ 8, casa 15
        Kind.ADDRESS,
        rf"(?<![a-z])(?P<found>{either('STREET')}[. \n]{{0,2}}"
        r"[^;:\n]{1,45}?(?<![a-z])(?:numero|num|nro|no\.|nimewo|n\.?[o°º]|#|casa"
        r"|apto|apartamento|edificio|edif|esquina|esq|altos|local|bloque)"
        rf"[. \no#]{{0,3}}{HOUSE})",
        _is_private,
    ),
    rule(
        # calle El Sol 18: only capitals tell it from "en la calle 18 niños"
        Kind.ADDRESS,
        rf"(?<!\w)(?P<found>(?i:{either('STREET')})[. ]{{1,2}}"
        r"(?:(?:[A-Z][\w.]{0,20}|de|la|las|los|el|del)[ ,]{1,2}){1,5}\d{1,4}"
        r"(?![\d%]))(?! (?i:de|ninos|ninas|victimas|personas|mujeres|operativos"
        r"|de) )(?! de)",
        _is_private,
        is_cased=True,
    ),
    rule(
        # en la Duarte núm. 12; at 12 Calle Duarte
        Kind.ADDRESS,
        r"(?P<found>(?<=en la )(?!Ley|Res|Sala|Circ)(?:[A-Z][a-z]{2,20} ){1,4}(?:[Nn]"
        r"umero|[Nn]um\.?|[Nn]\.?o\.?|#) ?\d{1,4}(?!\w)|(?<!\d)\d{1,4}[, ]{1,2}(?:[Cc]"
        r"alle|[Rr]uelle|[Rr]i|[Rr]ue) (?:[A-Z][a-z]{1,20} ?){1,4})",
        _is_home,
        is_cased=True,
    ),
    rule(
        # 12 Duarte Street
        Kind.ADDRESS,
        r"(?<!\d)(?P<found>\d{1,4} (?:[A-Z][a-z]{1,20} ){1,3}(?:Street|Avenue|Road|St"
        r"|Ave|Rd|Lane|Boulevard))(?!\w)",
        _is_private,
        is_cased=True,
    ),
    rule(
        Kind.ADDRESS,
        r"(?<![a-z])(?P<found>(?:apartamento|apartment|apto?|edificio|edif|manzana|mz"
        r"|solar|casa|villa|bloque|torre|house|habitacion|room|piso|kay)[. ]{0,2}"
        r"(?:numero |num\.? |no\.? |nro\.? |number |nimewo |#)?\d{1,4}[a-z]?(?![\w%])"
        r"[^;:\n]{0,40}(?:apartamento|apto?|edificio|casa|manzana|residencial|calle"
        r"|barrio|sector|bloque|villa|ri|lari|c/|res|urb|urbanizacion|invivienda"
        r"|ensanche|lote|piso|street))(?![a-z])",
        _is_private,
    ),
    rule(
        Kind.ADDRESS,
        rf"(?P<found>{words('DWELLING')}[^;\n]{{0,20}}(?<![a-z])(?:{either('STREET')}"
        rf"|barrio|sector|callejon|edificio|manzana)"
        r"[. ][^;\n]{2,30})",
        _is_private,
    ),
    rule(
        Kind.ADDRESS,
        rf"(?P<found>{words('BESIDE')} [^;.\n]{{3,30}})",
        lambda match: _is_home(match) and _is_private(match),
    ),
    rule(
        # residencial Las Palmas, casa 8; calle Sol, tercer piso
        Kind.ADDRESS,
        r"(?<![a-z])(?P<found>(?:residencial|urbanizacion|res|ensanche|barrio|manzana)"
        r"[. ]{1,2}[^;\n]{1,40}(?<![a-z])(?:casa|apto?|edificio)[. ]{1,2}"
        rf"(?:{NUMBERED})?[a-z]?-?\d{{1,4}}|{either('STREET')}[. ][^;\n]{{2,30}}"
        rf"(?<![a-z])"
        r"(?:primer|segund[oa]|tercer|cuart[oa]|\d) (?:piso|planta|nivel))(?![\w%])",
        _is_private,
    ),
    rule(
        # calle Duarte esquina Mella
        Kind.ADDRESS,
        rf"(?<![a-z])(?P<found>{either('STREET')}[. ]{{1,2}}[^;:.\n]{{2,30}}[ ,]"
        r"(?:esq\.?|esquina|casi esquina|entre|corner of) [^;:.\n]{2,25})",
        _is_private,
    ),
    rule(
        Kind.ADDRESS,
        rf"(?<![a-z])(?P<found>(?:casa|apartamento|apto?|house|kay|vivienda)"
        rf"[. ]{{0,2}}(?:{NUMBERED}\d{{1,4}}|(?:[a-z]{{3,10}} ){{0,2}}(?:sin numero"
        rf"|s/n)|[a-z]-?\d{{1,3}}|\d{{1,3}}-?[a-z]))(?!\w)",
        _is_private,
    ),
    rule(
        Kind.ADDRESS,
        r"(?<![a-z])(?P<found>(?:km\.?|kilometro) \d{1,3}(?: [12]/2"
        r"| y medio)?[ ,]{1,2}(?:de )?(?:la )?(?:carretera|autopista)[^;.\n]{0,30}"
        r"|(?:carretera|autopista) [^;.\n]{2,30}(?<![a-z])(?:km|kilometro)\.? ?\d{1,3}"
        r")",
        lambda match: _is_private(match) and _is_home(match),
    ),
    rule(
        Kind.ADDRESS,
        r"(?<![\d.])(?P<found>1[789]\.\d{3,8}[° ,nN]{1,5}-?(?:6[89]"
        r"|7[0-4])\.\d{3,8})",
    ),
]
