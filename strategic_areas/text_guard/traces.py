"""
The rules for data that leads to a person: case files, number plates, street addresses.

All of them give a warning. A public office's address is no finding.
"""

import re

from strategic_areas.text_guard.findings import Kind
from strategic_areas.text_guard.patterns import (
    NO_CODE,
    NUMBERED,
    Rule,
    around,
    either,
    is_of_an_office,
    words,
)

OF_WHAT = (
    r"(?:(?:judicial|penal|fiscal|file|medic[oa]|clinic[oa]|de|del|la|el|un|usuari[oa]"
    r"|victima|menor|interno|instruccion|record|code|codigo|investigacion"
    r"|lapolis)[ \n]){0,4}"
)
#: A code with a stroke: "2019-00345", "223-2018-EPEN-00412", "VT/2019/034".
CODE = (
    r"(?:(?:[a-z]{1,8}[-/]){0,3}[a-z]{0,4}[-/]?\d{1,5}[-/]\d{2,6}(?:[-/][a-z\d]{1,8}){0,4}"
    r"|(?:[a-z]{1,8}[-/]){1,3}\d{2,6}(?:[-/]\d{1,8}){0,2})"
)
#: A span of years is no case file, and neither is a thing bought or a ruling on a law.
SPAN_OF_YEARS = re.compile(r"(?:19|20)\d\d[-/](?:19|20)?\d\d")
NO_CASE = re.compile(rf"(?<![a-z]){either('NO_CASE')}")
HOME = re.compile(words("HOME"))


def _is_case(match: re.Match[str]) -> bool:
    found = match["found"]
    if (
        SPAN_OF_YEARS.fullmatch(found)
        or NO_CODE.fullmatch(found)
        or found.startswith("tc/")
    ):
        return False
    return not NO_CASE.search(around(match, 60, 60))


def _is_private(match: re.Match[str]) -> bool:
    return not is_of_an_office(match)


def _is_home(match: re.Match[str]) -> bool:
    """True for a place told by its neighbour, as one does of a home."""
    return bool(HOME.search(f"{around(match, 80, 40)} {match['found']}"))


RULES = [
    Rule(
        Kind.CASE_NUMBER,
        re.compile(
            r"(?<![\w-])(?P<found>\d{2,4}-\d{2,4}(?:-\d{2,4})?-[a-z]{3,4}-\d{3,6})(?!\w)"
        ),
        _is_case,
    ),
    Rule(
        Kind.CASE_NUMBER,
        re.compile(
            rf"{words('CASE_WORD')}[ .:,\n]{{0,3}}{OF_WHAT}"
            rf"(?:{NUMBERED})?[. \n:#]{{0,3}}"
            rf"(?P<found>{CODE}|\d{{5,12}})(?![\w$%])"
        ),
        _is_case,
    ),
    Rule(
        Kind.CASE_NUMBER,
        re.compile(
            rf"{words('CASE_WORD')}[ .:,\n]{{0,3}}{OF_WHAT}"
            rf"{NUMBERED}(?P<found>[a-z]{{0,3}}\d{{3,12}})(?!\w)"
        ),
        _is_case,
    ),
    Rule(
        Kind.CASE_NUMBER,
        re.compile(
            rf"{words('CASE_NEAR')}[^\d;]{{0,45}}?(?<![a-z\d])(?P<found>{CODE})(?![\w$%])"
        ),
        _is_case,
    ),
    Rule(
        Kind.CASE_NUMBER,
        re.compile(
            rf"{words('CASE_NEAR')}[ :.#]{{1,3}}(?P<found>(?!19"
            rf"|20)\d{{4,12}})(?![\w$%])"
        ),
        _is_case,
    ),
    Rule(
        Kind.PLATE,
        re.compile(
            rf"{words('PLATE')}[^\d;]{{0,25}}?"
            r"(?P<found>(?<![a-z])[a-z]{1,3}[-. ]{0,2}\d[\do]?[\do]?[-. ]?[\do]{2,3}"
            r"[-. ]?[\do]{0,3}|\d{5,7})(?!\w)"
        ),
    ),
    Rule(
        Kind.PLATE,
        re.compile(
            rf"{words('VEHICLE')}[^\d;.]{{0,30}}?"
            r"(?P<found>(?<![a-z])[a-z][- ]?\d{3}[- ]?\d{3,4})(?!\w)"
        ),
    ),
    Rule(
        # A private car's, lorry's or motorcycle's plate by its form alone.
        Kind.PLATE,
        re.compile(r"(?<![\w/.-])(?P<found>[A-Z]-?\d{6}|K-?\d{7})(?![\w/-])"),
        is_cased=True,
    ),
    Rule(
        # A123456, placa del vehículo
        Kind.PLATE,
        re.compile(
            r"(?<!\w)(?P<found>[a-z]{1,2}[- ]?\d{5,6})[ ,(]{1,3}(?:de )?"
            rf"{words('PLATE')}"
        ),
    ),
    Rule(
        Kind.PLATE,
        re.compile(
            rf"{words('CHASSIS')}[^\d;]{{0,15}}?(?P<found>[a-z\d]{{8,17}})(?!\w)"
        ),
        lambda match: any(map(str.isdecimal, match["found"])),
    ),
    Rule(
        # calle Duarte núm. 45; c/ 8, casa 15
        Kind.ADDRESS,
        re.compile(
            rf"(?<![a-z])(?P<found>{either('STREET')}[. \n]{{0,2}}"
            r"[^;:\n]{1,45}?(?<![a-z])"
            r"(?:numero|num|nro|no\.|nimewo|n[°º]|#|casa|apto|apartamento|edificio"
            r"|edif|km"
            r"|esquina|esq|altos|local|bloque)[. \no#]{0,3}\d{1,4}(?![\d%]))"
        ),
        _is_private,
    ),
    Rule(
        # calle El Sol 18: only capitals tell it from "en la calle 18 niños"
        Kind.ADDRESS,
        re.compile(
            rf"(?<!\w)(?P<found>(?i:{either('STREET')})[. ]{{1,2}}"
            r"(?:(?:[A-Z][\w.]{0,20}|de|la|las|los|el"
            r"|del)[ ,]{1,2}){1,5}\d{1,4}(?![\d%]))"
            r"(?! (?i:de|ninos|ninas|victimas|personas|mujeres|operativos|de) )(?! de)"
        ),
        _is_private,
        is_cased=True,
    ),
    Rule(
        # 12 Duarte Street
        Kind.ADDRESS,
        re.compile(
            r"(?<!\d)(?P<found>\d{1,4} (?:[A-Z][a-z]{1,20} ){1,3}(?:Street|Avenue|Road"
            r"|St|Ave|Rd|Lane|Boulevard))(?!\w)"
        ),
        _is_private,
        is_cased=True,
    ),
    Rule(
        Kind.ADDRESS,
        re.compile(
            r"(?<![a-z])(?P<found>(?:apartamento|apartment|apto?|edificio|edif|manzana"
            r"|mz|solar|casa|house|habitacion|room|piso|kay)[. ]{0,2}"
            r"(?:numero |num\.? |no\.? |nro\.? |number |nimewo "
            r"|#)?\d{1,4}[a-z]?(?![\w%])"
            r"[^;:\n]{0,40}(?:apartamento|apto?|edificio|casa|manzana|residencial"
            r"|calle|barrio"
            r"|sector|bloque|villa|ri|lari|c/|res|urb|urbanizacion|invivienda"
            r"|ensanche|lote|piso|street))(?![a-z])"
        ),
        _is_private,
    ),
    Rule(
        Kind.ADDRESS,
        re.compile(
            rf"(?P<found>{words('DWELLING')}"
            rf"[^;\n]{{0,20}}(?<![a-z])(?:{either('STREET')}|barrio|sector|callejon"
            rf"|edificio|manzana)"
            r"[. ][^;\n]{2,30})"
        ),
        _is_private,
    ),
    Rule(
        Kind.ADDRESS,
        re.compile(rf"(?P<found>{words('BESIDE')} [^;.\n]{{3,30}})"),
        _is_home,
    ),
    Rule(
        # residencial Las Palmas, casa 8; calle Sol, tercer piso
        Kind.ADDRESS,
        re.compile(
            r"(?<![a-z])(?P<found>(?:residencial|urbanizacion|res|ensanche|barrio|manzana)"
            r"[. ]{1,2}[^;\n]{1,40}(?<![a-z])(?:casa|apto?|edificio)[. ]{1,2}"
            rf"(?:{NUMBERED})?[a-z]?-?\d{{1,4}}"
            rf"|{either('STREET')}[. ][^;\n]{{2,30}}(?<![a-z])"
            r"(?:primer|segund[oa]|tercer|cuart[oa]|\d) (?:piso|planta|nivel))(?![\w%])"
        ),
        _is_private,
    ),
    Rule(
        # calle Duarte esquina Mella
        Kind.ADDRESS,
        re.compile(
            rf"(?<![a-z])(?P<found>{either('STREET')}[. ]{{1,2}}[^;:.\n]{{2,30}}[ ,]"
            r"(?:esq\.?|esquina|casi esquina|entre|corner of) [^;:.\n]{2,25})"
        ),
        _is_private,
    ),
    Rule(
        Kind.ADDRESS,
        re.compile(
            rf"(?<![a-z])(?P<found>(?:casa|apartamento|apto?|house|kay"
            rf"|vivienda)[. ]{{0,2}}"
            rf"(?:{NUMBERED}\d{{1,4}}|(?:[a-z]{{3,10}} ){{0,2}}(?:sin numero|s/n)"
            rf"|[a-z]-?\d{{1,3}}|\d{{1,3}}-?[a-z]))(?!\w)"
        ),
        _is_private,
    ),
    Rule(
        Kind.ADDRESS,
        re.compile(
            r"(?<![a-z])(?P<found>km\.? \d{1,3}(?: [12]/2"
            r"| y medio)?[ ,]{1,2}(?:de )?(?:la )?"
            r"(?:carretera|autopista)[^;.\n]{0,30}|(?:carretera"
            r"|autopista) [^;.\n]{2,30}"
            r"(?<![a-z])(?:km|kilometro)\.? ?\d{1,3})"
        ),
        lambda match: _is_private(match) and _is_home(match),
    ),
    Rule(
        Kind.ADDRESS,
        re.compile(
            r"(?<![\d.])(?P<found>1[789]\.\d{3,8}[° ,nN]{1,5}-?(?:6[89]"
            r"|7[0-4])\.\d{3,8})"
        ),
    ),
]
