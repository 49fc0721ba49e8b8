"""
The rules for data that identifies one person by itself, and so blocks a text.

Libraries tell whether a telephone, account or card can exist. They do not find
telephones, because ``PhoneNumberMatcher`` misses one next to another number.
"""

import re

from strategic_areas.text_guard.findings import Kind
from strategic_areas.text_guard.patterns import (
    GAP,
    INSTITUTION,
    MONTH,
    NO_CODE,
    PRIVATE,
    around,
    either,
    is_of_an_office,
    rule,
    words,
)

#: Help lines that are not toll-free, such as that of the Ministry of Women; and the
#: only prefix of toll-free numbers that phonenumbers does not know.
HELP_LINES = frozenset({"8096897212"})
TOLL_FREE = "809200"

DATE = (
    r"(?:\d{1,4}[-/. ]{1,2}\d{1,2}[-/. ]{1,2}\d{2,4}|(?<!\d)(?:\d{6}|\d{8})(?!\d)"
    rf"|\d{{1,2}}[-/. ][ivx]{{1,4}}[-/. ]\d{{2,4}}|(?<![a-z])[a-z]{{3,12}} de {MONTH}"
    rf"(?![a-z])|\d{{1,2}}(?:st|nd|rd|th|ro|o)?[-/. \n,]{{0,2}}(?:of |del? )?"
    rf"{MONTH}(?![a-z])|{MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?!\d)|{MONTH}"
    r"[ ,]{1,2}(?:del? )?(?:19|20)\d\d(?!\d))"
)
#: Three, seven and one digit with any separators, or three, three, four and one.
CEDULA = (
    rf"(?:\d{{3,6}}[ ,-]{{1,2}}serie[ .]{{1,2}}\d{{1,3}}|\d{{3}}{GAP}\d{{7}}{GAP}\d"
    rf"|\d(?:[-._ ]{{1,3}}\d){{10}}|[04]\d\d[-._ ]\d{{3}}[-._ ]\d{{4}}[-._ ]\d)"
)
#: Between the digits of an announced number: "402 dos mil 1234567", "001x1234567x8".
BETWEEN = rf"(?:{GAP}|[a-z]| ?(?:y )?{either('LINKS')} ?)"
#: So near its word a telephone may have digits in groups of three, as an amount has.
NEAR = 12
OFFICE_LINE = re.compile(words("OFFICE_LINE"))
ABROAD = re.compile(r"^(?:00 ?(?=[1-9])|(?=509 ))()")
EXTENSION = re.compile(r"^[ ,(/]{0,3}ext(?:ension|\.)? ?\d")
PASSPORT = re.compile(rf"(?<![a-z]){either('PASSPORT')}(?!s)")
AMOUNT = re.compile(r"(?:rd|us|usd|eur)?[$€] ?$")
WEB_ADDRESS = re.compile(r"https?://[^ \n]{1,190}/$")
NO_BIRTH = re.compile(rf"{words('BORN_THINGS')}[^.;]{{0,60}}$")
NO_DAY = re.compile(
    rf"{words('NO_DAY')}|^ del? (?:[a-z]{{2,12}} ){{0,3}}(?:duarte|mella|patria)"
)


def _dialled(text: str):
    """The text as a Dominican telephone number; None if it cannot be a number."""
    import phonenumbers

    number = re.sub(r"[^\d+]", " ", text)
    try:
        return phonenumbers.parse(ABROAD.sub(r"+\1", number), "DO")
    except phonenumbers.NumberParseException:
        return None


def _is_private(match: re.Match[str]) -> bool:
    """True for what can be dialled but is no help line and no office's number."""
    import phonenumbers

    number, end = _dialled(match["found"]), match.end("found")
    digits = str(number.national_number) if number else ""
    is_toll_free = len(digits) == 10 and digits.startswith(TOLL_FREE)
    free = phonenumbers.PhoneNumberType.TOLL_FREE
    if digits in HELP_LINES or is_toll_free:
        return False
    if number and phonenumbers.number_type(number) == free:
        return False
    has_extension = EXTENSION.match(match.string[end : end + 20])
    if has_extension and INSTITUTION.search(around(match, 110, 0)):
        return False
    near = around(match, 60, 25)
    is_told = OFFICE_LINE.search(near) or near[:60].rstrip().endswith((":", ")", ","))
    return not (is_told and is_of_an_office(match))


def _is_telephone(match: re.Match[str]) -> bool:
    """True for a number that its country assigns, or after a plus a long enough one."""
    import phonenumbers

    number = _dialled(match["found"])
    if number is None or not _is_private(match):
        return False
    if match["found"].startswith(("+", "00", "509")):
        known = phonenumbers.ValidationResult
        reason = phonenumbers.is_possible_number_with_reason(number)
        return reason not in {known.TOO_SHORT, known.IS_POSSIBLE_LOCAL_ONLY}
    return phonenumbers.is_valid_number(number)


def _is_dialled(match: re.Match[str]) -> bool:
    is_near = "gap" in match.re.groupindex and len(match["gap"]) < NEAR
    return (is_near or _is_code(match)) and _is_private(match)


def _is_cedula(match: re.Match[str]) -> bool:
    """
    True for a number of that pattern, whether or not its check digit is right.

    Cards with a wrong check digit were issued. Two kinds of number only look alike:
    eleven digits that begin like a national telephone number with country code, and the
    number at the start of the last part of a URL ("/20180511203-launch-of-the-plan").
    """
    found, (start, end) = match["found"], match.span("found")
    if re.match("-[a-z]", match.string[end : end + 2]) and found.isdecimal():
        return not WEB_ADDRESS.search(match.string[max(0, start - 200) : start])
    return not found.startswith(("1809", "1829", "1849")) or not found.isdecimal()


def _is_card(match: re.Match[str]) -> bool:
    """True for a number with the check digit of a payment card."""
    from stdnum import luhn
    from stdnum.util import clean

    return luhn.is_valid(clean(match["found"], " -\n"))


def _is_iban(match: re.Match[str]) -> bool:
    """True for a Dominican IBAN by its form, for others by country and check digits."""
    from stdnum import iban
    from stdnum.util import clean

    code = clean(match["found"], " -\n")
    is_dominican = code.startswith("do") and len(code) == 28
    return is_dominican or iban.is_valid(code, check_country=False)


def _is_code(match: re.Match[str]) -> bool:
    """True for a number that is neither a date, an amount nor a span of years."""
    before = match.string[max(0, match.start("found") - 5) : match.start("found")]
    return not NO_CODE.fullmatch(match["found"]) and not AMOUNT.search(before)


def _is_birth(match: re.Match[str]) -> bool:
    """True for a person's birth: not an institution's, nor "born before" in a law."""
    before = match.string[max(0, match.start() - 60) : match.start()]
    return not NO_BIRTH.search(before) and not NO_DAY.search(match["gap"])


RULES = [
    rule(Kind.IDENTITY_DOCUMENT, rf"(?<![+\d])(?P<found>{CEDULA})(?!\d)", _is_cedula),
    rule(
        Kind.TELEPHONE,
        r"(?<!\d)(?<!\d[.,])(?P<found>(?:[+]?1[-. \n]{0,2})?"
        rf"(?:[(]?8[024]9[)]?{GAP}\d{{3}}{GAP}|[(]\d{{3}}[)] ?\d{{3}}[-. ]"
        r"|\d{3}[-.]\d{3}[-.]|8(?:00|33|44|55|66|77|88) \d{3} )\d{4})(?!\d)",
        _is_telephone,
    ),
    rule(
        Kind.TELEPHONE,
        rf"(?<!\d)(?P<found>[(]?8{GAP}[024]{GAP}9[)]?(?:{GAP}\d){{7}})(?!\d)",
        _is_dialled,
    ),
    rule(
        Kind.TELEPHONE,
        r"(?P<found>(?:[+]|(?<!\d)00) ?[1-9](?:[-._ \n()]{0,3}\d){7,14}|(?<!\d)509[- ]"
        r"[2-5]\d{3}[- ]?\d{4})(?!\d)",
        _is_telephone,
    ),
    rule(
        # As one dials in Venezuela, and "dejó el 555-0138".
        Kind.TELEPHONE,
        r"(?<![\d-])(?P<found>0[24]\d\d[-. ]\d{3}[-. ]?\d{4}|(?<=[ea]l |on )[2-9]\d\d"
        r"-(?!19|20)\d{4})(?![\w-])",
        lambda match: match["found"][0] == "0" or PRIVATE.search(around(match, 80, 80)),
    ),
    rule(
        Kind.BANK_ACCOUNT,
        r"(?<![a-z\d])(?P<found>[a-z]{2}\d{2}(?:[- \n]?[a-z\d]{4}){3,7}"
        r"(?:[- \n]?[a-z\d]{1,3})?)(?![a-z\d])",
        _is_iban,
    ),
    rule(
        # The end of a number, or one of which digits are crossed out.
        Kind.BANK_ACCOUNT,
        rf"(?:{words('ANNOUNCING')}[^\d;]{{0,30}}(?:termina(?:d[ao])?|ending|\*\*|xx)"
        r"[^\d;]{0,12}|(?<!\d)\d{3,4}[- ]?[\dx*]{2}[x*]{2}[- ]?[x*]{2,4}[- ]?)"
        r"(?P<found>\d{1,4}(?:-\d)?)(?!\d)",
    ),
    rule(
        # acta 234, folio 56, libro 12
        Kind.IDENTITY_DOCUMENT,
        r"(?<![a-z])(?P<found>(?:folio|libro|acta)[a-z .]{0,15} \d{1,6}[ ,]{1,3}"
        r"(?:folio|libro|acta)[a-z .]{0,8} \d{1,6})(?!\w)",
    ),
    rule(
        Kind.BANK_ACCOUNT, r"(?<!\d)(?P<found>\d{4}(?:[- \n]?\d{4}){3})(?!\d)", _is_card
    ),
    rule(
        Kind.IDENTITY_DOCUMENT,
        rf"{words('DOCUMENT')}[^\d;]{{0,30}}?(?P<found>(?:(?<![a-z])[a-z]{{1,3}}"
        rf"[-.]?)?\d(?:{BETWEEN}\d){{5,18}})(?!\d)",
        _is_code,
    ),
    rule(
        Kind.BANK_ACCOUNT,
        rf"{words('ACCOUNT')}[^\d;]{{0,40}}(?P<found>\d(?:{GAP}\d){{7,22}})(?!\d|-[a-z])",
        _is_code,
    ),
    rule(
        Kind.PASSPORT,
        r"(?<![\w$])(?P<found>[a-z]{1,3}[-.]?\d(?:[-. ]?\d){4,8}|(?:[a-z][-.]){1,3}\d"
        r"(?:[-. ]?\d){5,8}|\d(?:[-. ]?\d){6,10})(?![\w-])",
        lambda match: PASSPORT.search(around(match, 70, 40)) and _is_code(match),
    ),
    rule(
        Kind.TELEPHONE,
        rf"{words('PHONE')}(?P<gap>[^\d;]{{0,30}})(?P<found>\d(?:{GAP}\d){{6,13}})(?!\d)",
        _is_dialled,
    ),
    rule(
        Kind.BIRTH_DATE,
        rf"{words('BIRTH')}(?P<gap>[^\d;]{{0,40}}?)(?P<found>{DATE})",
        _is_birth,
        needs="",
    ),
]
