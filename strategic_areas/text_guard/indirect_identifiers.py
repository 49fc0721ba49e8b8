"""Rules for indirect identifiers: case files, number plates, addresses."""

import re

from strategic_areas.text_guard.findings import PersonalDataKind
from strategic_areas.text_guard.reading import (
    NOT_A_CODE,
    NUMBERED,
    is_of_an_office,
    one_of,
    one_word,
    rule,
    text_around,
)

#: A code with a hyphen or slash and three digits: "2019-00345", "2018-EPEN-00412".
CODE = r"(?=(?:[a-z/-]{0,12}\d){3})[a-z\d]{1,10}(?:[-/][a-z\d]{1,12}){1,6}"
#: Years, telephone numbers and rulings are no case number.
NOT_A_CASE_NUMBER = re.compile(
    r"(?:19|20)\d\d[-/](?:19|20)?\d\d|24/7|9-1-1|(?:1-)?\d{3}-\d{3}-\d{4}|tc/.{1,20}"
)
NO_COURT_CASE = re.compile(rf"(?<![a-z]){one_of('NUMBERED_THINGS')}")


def _is_case(match: re.Match[str]) -> bool:
    found = re.sub(f"^{NUMBERED}", "", match["found"])
    is_other = NOT_A_CASE_NUMBER.fullmatch(found) or NOT_A_CODE.fullmatch(found)
    return not is_other and not NO_COURT_CASE.search(text_around(match, 60, 60))


RULES = [
    rule(
        PersonalDataKind.CASE_NUMBER,
        rf"{one_word('CASE_WORD')}[ .:,\n]{{0,3}}"
        rf"(?:{one_word('OF_A_CASE')}[ \n]){{0,4}}"
        rf"[. \n:#]{{0,3}}(?P<found>{NUMBERED}[a-z]{{0,3}} ?\d{{3,12}}(?!\w)"
        rf"|(?:{NUMBERED})?{CODE}(?![\w$%])|[a-z]{{0,3}} ?\d{{5,12}}(?![\w$%]))",
        _is_case,
    ),
    rule(
        PersonalDataKind.CASE_NUMBER,
        rf"{one_word('CASE_NEAR')}(?:[^\d;]{{0,45}}?(?<![a-z\d])(?P<found>{CODE})"
        r"|[ :.#]{1,3}(?!19|20)\d{4,12})(?![\w$%])",
        lambda match: bool(match["found"]) and _is_case(match),
    ),
    rule(
        PersonalDataKind.PLATE,
        rf"(?:{one_word('PLATE')}[^\d;]{{0,25}}?|{one_word('VEHICLE')}[^\d;.]{{0,30}}?)"
        r"(?P<found>(?<![a-z])(?!(?:[aeouy]|de|la) )[a-z]{1,3}[-. ]{0,2}\d[\do]{0,2}"
        r"[-. ]?[\do]{2,4})(?!\w)",
    ),
    rule(
        # calle Duarte núm. 45; c/ 8, casa 15
        PersonalDataKind.ADDRESS,
        rf"(?<![a-z])(?P<found>{one_of('STREET')}[. \n]{{0,2}}[^;:\n]{{1,45}}?"
        rf"(?<![a-z]){one_of('HOUSE_NUMBER')}[. \no#]{{0,3}}\d{{1,4}}(?![\d%]))",
        lambda match: not is_of_an_office(match),
    ),
    rule(
        # calle El Sol 18: only capitals tell it from "en la calle 18 niños"
        PersonalDataKind.ADDRESS,
        rf"(?<!\w)(?P<found>(?i:{one_of('STREET')})[. ]{{1,2}}"
        r"(?:(?:[A-Z][\w.]{0,20}|de|la|las|los|el|del)[ ,]{1,2}){1,5}\d{1,4}"
        r"(?![\d%])|\d{1,4} (?:[A-Z][a-z]{1,20} ){1,3}(?:Street|Avenue|Road))"
        r"(?! (?i:de|ninos|ninas|victimas|personas|mujeres|operativos) )(?! de)",
        lambda match: not is_of_an_office(match),
        is_cased=True,
    ),
]
