"""
The rules for data that identifies one person by itself, and so blocks a text.

Two libraries tell whether a telephone number, account or card can exist. They do not
find telephone numbers, because ``PhoneNumberMatcher`` misses one next to another
number. Numbers written in words are read in ``spelt``.
"""

import re

from strategic_areas.text_guard import vocabulary
from strategic_areas.text_guard.findings import Kind
from strategic_areas.text_guard.patterns import (
    GAP,
    INSTITUTION,
    MONTH,
    NO_CODE,
    PRIVATE,
    around,
    is_of_an_office,
    rule,
    words,
)

#: Help lines that any text may name although they are not toll-free: that of the
#: Ministry of Women. Short numbers such as 9-1-1 or *212 match no rule.
HELP_LINES = frozenset({"8096897212"})
#: Toll-free numbers belong to no person. phonenumbers knows all but this prefix.
TOLL_FREE = "809200"

DATE = (
    r"(?:\d{1,4}[-/. ]{1,2}\d{1,2}[-/. ]{1,2}\d{2,4}|(?<!\d)(?:\d{6}|\d{8})(?!\d)"
    r"|\d{1,2}[-/. ][ivx]{1,4}[-/. ]\d{2,4}"
    rf"|\d{{1,2}}[-/. ](?:de )?{MONTH}[-/. ](?:de )?\d{{2,4}}|(?<![a-z])[a-z]{{3,12}}"
    rf" de {MONTH}(?![a-z])|\d{{1,2}}(?:st|nd|rd|th|ro|o)?[ \n,]{{0,2}}(?:of |de "
    rf"|del )?{MONTH}(?![a-z])|{MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?!\d)|{MONTH}"
    rf"[ ,]{{1,2}}(?:de |del )?(?:19|20)\d\d(?!\d))"
)
#: Three, seven and one digit with any separators, or three, three, four and one.
CEDULA = (
    rf"(?:\d{{3,6}}[ ,-]{{1,2}}serie[ .]{{1,2}}\d{{1,3}}|\d{{3}}{GAP}\d{{7}}{GAP}\d"
    rf"|\d(?:[-._ ]{{1,3}}\d){{10}}|[04]\d\d[-._ ]\d{{3}}[-._ ]\d{{4}}[-._ ]\d)"
)
#: Where numbers belong to a document, and where to something else.
OFFICE_LINE = re.compile(words("OFFICE_LINE"))
NOT_A_PERSON = re.compile(rf"{words('BORN_THINGS')}[^.;]{{0,60}}$")
PASSPORT_WORD = re.compile(
    r"(?<![a-z])(?:pasaporte|passport|paspo|travel document|documento de viaje"
    r"|dokiman vwayaj)(?!s)"
)
#: A number as one dials it from here, which the library knows only with a plus.
ABROAD = re.compile(r"^(?:00 ?(?=[1-9])|(?=509 ))()")
EXTENSION = re.compile(r"^[ ,(/]{0,3}ext(?:ension|\.)? ?\d")
ABBREVIATIONS = vocabulary.ABBREVIATIONS
NO_ACCOUNT = re.compile(
    r"(?<![a-z])(?:iniciativa|proyecto|ley|senado|camara|partida)(?![a-z])"
)
AMOUNT = re.compile(r"(?:rd|us|usd|eur)?[$€] ?$")


def _dialled(text: str):
    """The text as a Dominican telephone number; None if it cannot be a number."""
    import phonenumbers

    number = re.sub(r"[^\d+]", " ", text)
    try:
        return phonenumbers.parse(ABROAD.sub(r"+\1", number), "DO")
    except phonenumbers.NumberParseException:
        return None


def _is_official(found: str) -> bool:
    """True for a help line or a toll-free number, with or without country code."""
    import phonenumbers

    number = _dialled(found)
    if number is None:
        return False
    digits = str(number.national_number)
    return (
        digits in HELP_LINES
        or (len(digits) == 10 and digits.startswith(TOLL_FREE))
        or phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.TOLL_FREE
    )


def _is_private(match: re.Match[str]) -> bool:
    """True for what can be dialled but is no help line and no office's number."""
    if _is_official(match["found"]):
        return False
    end = match.end("found")
    has_extension = EXTENSION.match(match.string[end : end + 20])
    if has_extension and INSTITUTION.search(around(match, 110, 0)):
        return False
    near = around(match, 60, 25)
    is_told = OFFICE_LINE.search(near) or near[:60].rstrip().endswith((":", ")", ","))
    return not (is_told and is_of_an_office(match))


def _is_telephone(match: re.Match[str]) -> bool:
    """
    True for a number that its country assigns, or after a plus for one long enough.

    After a plus there may be too many digits, as the last may belong to the next word.
    """
    import phonenumbers

    number = _dialled(match["found"])
    if number is None:
        return False
    if match["found"].startswith(("+", "00", "509")):
        known = phonenumbers.ValidationResult
        reason = phonenumbers.is_possible_number_with_reason(number)
        is_local = reason in {known.TOO_SHORT, known.IS_POSSIBLE_LOCAL_ONLY}
        return not is_local and _is_private(match)
    return phonenumbers.is_valid_number(number) and _is_private(match)


def _is_dialled(match: re.Match[str]) -> bool:
    return _is_code(match) and _is_private(match)


def _is_cedula(match: re.Match[str]) -> bool:
    """
    True for a number of that pattern, whether or not its check digit is right.

    A number with one wrong digit can still identify the person, and cards with a wrong
    check digit were issued. Two kinds of number only look alike: eleven digits that
    begin like a national telephone number with country code, and the number at the
    start of the last part of a URL ("/20180511203-launch-of-the-plan").
    """
    found = match["found"]
    if not found.isdecimal():
        return True
    start, end = match.span("found")
    behind = match.string[end : end + 2]
    is_slug = behind[:1] == "-" and behind[1:].isalpha()
    if is_slug and WEB_ADDRESS.search(match.string[max(0, start - 200) : start]):
        return False
    return not found.startswith(("1809", "1829", "1849"))


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
    start = match.start("found")
    before = match.string[max(0, start - 5) : start]
    return not NO_CODE.fullmatch(match["found"]) and not AMOUNT.search(before)


def _is_account(match: re.Match[str]) -> bool:
    """True for such a number that is not of a bill or tender "deposited" somewhere."""
    return _is_code(match) and not NO_ACCOUNT.search(around(match, 60, 0))


def _is_passport(match: re.Match[str]) -> bool:
    """True with the word passport nearby, before or after the number."""
    return bool(PASSPORT_WORD.search(around(match, 40, 25))) and _is_code(match)


def _is_birth(match: re.Match[str]) -> bool:
    """True for a person's birth: not an institution's, nor "born before" in a law."""
    before = match.string[max(0, match.start() - 60) : match.start()]
    return not NOT_A_PERSON.search(before) and not NOT_A_DAY.search(match["gap"])


WEB_ADDRESS = re.compile(r"https?://[^ \n]{1,190}/$")
NOT_A_DAY = re.compile(
    r"(?<![a-z])(?:antes|despues|desde|entre|hasta|partir|before|after|since|between"
    r"|until|cada|every|chak|patricio|procer|heroe)(?![a-z])"
    r"|^ del? (?:[a-z]{2,12} ){0,3}(?:duarte|mella|luperon|patria|republica)"
)
RULES = [
    rule(Kind.IDENTITY_DOCUMENT, rf"(?<![+\d])(?P<found>{CEDULA})(?!\d)", _is_cedula),
    rule(
        # Dominican numbers, and other North American ones with brackets or hyphens.
        Kind.TELEPHONE,
        r"(?<!\d)(?<!\d[.,])(?P<found>(?:[+]?1[-. \n]{0,2})?"
        rf"(?:[(]?8[024]9[)]?{GAP}\d{{3}}{GAP}|[(]\d{{3}}[)] ?\d{{3}}[-. ]"
        r"|\d{3}[-.]\d{3}[-.]|8(?:00|33|44|55|66|77|88) \d{3} )\d{4})(?!\d)",
        _is_telephone,
    ),
    rule(
        Kind.TELEPHONE,
        r"(?<!\d)(?P<found>[(]?8[-._ ]{0,3}[024][-._ ]{0,3}9[)]?(?:[-._ ]{0,3}\d){7})"
        r"(?!\d)",
        _is_dialled,
    ),
    rule(
        Kind.TELEPHONE,
        r"(?P<found>(?:[+]|(?<!\d)00) ?[1-9](?:[-._ \n()]{0,3}\d){7,14}|(?<!\d)509[- ]"
        r"[2-5]\d{3}[- ]?\d{4})(?!\d)",
        _is_telephone,
    ),
    rule(
        Kind.BANK_ACCOUNT,
        r"(?<![a-z\d])(?P<found>[a-z]{2}\d{2}(?:[- \n]?[a-z\d]{4}){3,7}"
        r"(?:[- \n]?[a-z\d]{1,3})?)(?![a-z\d])",
        _is_iban,
    ),
    rule(
        Kind.BANK_ACCOUNT,
        rf"{words('ACCOUNT')}[^\d;]{{0,30}}(?:terminad[ao]|termina|ending|\*\*|xx)"
        r"[^\d;]{0,12}(?P<found>\d{3,4})(?!\d)",
    ),
    rule(
        # A number of a card of which some digits are crossed out.
        Kind.BANK_ACCOUNT,
        r"(?<!\d)(?P<found>\d{4}[- ]?[\dx*]{2}[x*]{2}[- ]?[x*]{4}[- ]?\d{4})(?!\d)",
    ),
    rule(
        Kind.BANK_ACCOUNT, r"(?<!\d)(?P<found>\d{4}(?:[- \n]?\d{4}){3})(?!\d)", _is_card
    ),
    rule(
        Kind.IDENTITY_DOCUMENT,
        rf"{words('DOCUMENT')}[^\d;]{{0,30}}?(?P<found>(?:(?<![a-z])[a-z]{{1,3}}"
        rf"[-.]?)?\d(?:{GAP}\d){{5,18}})(?!\d)",
        _is_code,
    ),
    rule(
        Kind.BANK_ACCOUNT,
        rf"{words('ACCOUNT')}[^\d;]{{0,40}}(?P<found>\d(?:{GAP}\d){{7,22}})(?!\d"
        rf"|-[a-z])",
        _is_account,
    ),
    rule(
        Kind.PASSPORT,
        r"(?<![\w$])(?P<found>[a-z]{1,3}[-. ]?\d(?:[-. ]?\d){4,8}|\d{7,9})(?!\w)",
        _is_passport,
    ),
    rule(
        Kind.TELEPHONE,
        rf"{words('PHONE')}[^\d;]{{0,30}}(?P<found>\d(?:{GAP}\d){{6,13}})(?!\d)",
        _is_dialled,
    ),
    rule(
        # "dejó el 555-0138 de una vecina"
        Kind.TELEPHONE,
        r"(?<![a-z])(?:el|al|on|nan) (?P<found>[2-9]\d\d-(?!19|20)\d{4})(?![\w-])",
        lambda match: bool(PRIVATE.search(around(match, 80, 80))),
    ),
    rule(
        Kind.BIRTH_DATE,
        rf"{words('BIRTH')}(?P<gap>[^\d;]{{0,40}}?)(?P<found>{DATE})",
        _is_birth,
        needs="",
    ),
    rule(
        # iniciales y.a.c., usuaria j. f.; those in capitals are found by their words.
        Kind.INITIALS,
        rf"(?i:{words('SOUGHT_ONE')}|iniciales|initials|inisyal)[ ,:]{{1,2}}"
        r"(?P<found>(?:[a-z]\. ?){1,4}[a-z](?![a-z]))",
        lambda match: re.sub("[^a-z]", "", match["found"]) not in ABBREVIATIONS,
        is_cased=True,
        needs="",
    ),
    rule(
        # A year or a month alone is somebody's birth only beside a word for a person.
        Kind.BIRTH_DATE,
        rf"{words('BIRTH')}(?P<gap>) ?(?:(?:en|in|nan|del?|para|hacia|an|por|circa"
        rf"|around) )?(?:el |ano |lane |mes de |mwa ){{0,2}}(?P<found>(?:19|20)"
        rf"\d\d(?!\d)|{MONTH}(?![a-z]))",
        lambda match: _is_birth(match) and bool(PRIVATE.search(around(match, 80, 40))),
        needs="",
    ),
    rule(
        # 14/03/2009 (nacimiento)
        Kind.BIRTH_DATE,
        rf"(?<![\w])(?P<found>{DATE})(?P<gap>)[ ,()]{{1,3}}(?:su |fecha de |date of )?"
        r"(?:fecha en que nacio|nacimiento|nac(?![a-z])|birth(?! regis)|nesans|f\.n"
        r"|(?:(?:la|el|ella) )?(?:(?:nina|menor|joven|adolescente|victima) )?"
        r"cumpl(?:e|io|ira)(?![a-z]))",
        _is_birth,
    ),
]
