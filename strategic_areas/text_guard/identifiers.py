"""
The rules for data that identifies one person by itself, and so blocks a text.

Each rule is a regular expression, and some also need a certain word nearby. Repetitions
are bounded, so that no text makes a rule slow. Characters matched by one rule are not
matched by a later one. Two libraries tell whether a telephone number, account or card
can exist. They do not find telephone numbers, because ``PhoneNumberMatcher`` misses one
next to another number.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType, ValidationResult
from stdnum import iban, luhn
from stdnum.util import clean

from strategic_areas.text_guard.findings import Finding, Kind
from strategic_areas.text_guard.reading import Reading

#: Help lines that any text may name although they are not toll-free: that of the
#: Ministry of Women. Short numbers such as 9-1-1 or *212 match no rule.
HELP_LINES = frozenset({"8096897212"})
#: Toll-free numbers belong to no person. phonenumbers knows all but this prefix.
TOLL_FREE = "809200"

MONTH = (
    "(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|sep?tiembre|octubre|noviembre"
    "|diciembre|january|february|march|april|may|june|july|august|september|october"
    "|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)"
)
DATE = (
    r"(?:\d{1,4}[-/. ]\d{1,2}[-/. ]\d{2,4}"
    rf"|\d{{1,2}}(?:st|nd|rd|th|ro|o)?[ \n,]{{0,2}}(?:of |de |del )?{MONTH}(?![a-z])"
    rf"|{MONTH} \d{{1,2}}(?!\d))"
)
#: The results of phonenumbers for a number that can only be dialled locally.
TOO_SHORT = {ValidationResult.TOO_SHORT, ValidationResult.IS_POSSIBLE_LOCAL_ONLY}
#: Three, seven and one digit, with any separators.
CEDULA = r"\d{3}[-. \n]{0,3}\d{7}[-. \n]{0,3}\d"


class Rule(NamedTuple):
    """A pattern whose group ``found`` is a finding if ``accepts`` agrees."""

    kind: Kind
    shape: re.Pattern[str]
    accepts: Callable[[re.Match[str]], bool]


def find_identifiers(reading: Reading) -> Iterator[Finding]:
    """All findings of the rules, which never overlap."""
    taken = bytearray(len(reading.plain))
    for rule in RULES:
        for match in rule.shape.finditer(reading.plain):
            start, end = match.span("found")
            if any(taken[start:end]) or not rule.accepts(match):
                continue
            taken[start:end] = b"\1" * (end - start)
            if rule.kind != Kind.TELEPHONE or not _is_official(match["found"]):
                yield reading.finding(rule.kind, start, end)


def _always(match: re.Match[str]) -> bool:
    return True


def _dialled(text: str) -> phonenumbers.PhoneNumber | None:
    """The text as a Dominican telephone number; None if it cannot be a number."""
    try:
        return phonenumbers.parse(text.replace("\n", " "), "DO")
    except NumberParseException:
        return None


def _is_official(found: str) -> bool:
    """True for a help line or a toll-free number, with or without country code."""
    number = _dialled(found)
    if number is None:
        return False
    digits = str(number.national_number)
    return (
        digits in HELP_LINES
        or (len(digits) == 10 and digits.startswith(TOLL_FREE))
        or phonenumbers.number_type(number) == PhoneNumberType.TOLL_FREE
    )


def _is_telephone(match: re.Match[str]) -> bool:
    """
    True for a number that its country assigns, or after a plus for one long enough.

    After a plus there may be too many digits, as the last may belong to the next word.
    """
    number = _dialled(match["found"])
    if number is None:
        return False
    if match["found"].startswith("+"):
        reason = phonenumbers.is_possible_number_with_reason(number)
        return reason not in TOO_SHORT
    return phonenumbers.is_valid_number(number)


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
    return luhn.is_valid(clean(match["found"], " -\n"))


def _is_iban(match: re.Match[str]) -> bool:
    """True for a Dominican IBAN by its form, for others by country and check digits."""
    code = clean(match["found"], " -\n")
    is_dominican = code.startswith("do") and len(code) == 28
    return is_dominican or iban.is_valid(code, check_country=False)


def _is_passport(match: re.Match[str]) -> bool:
    """True with the word passport nearby, before or after the number."""
    before = match.string[max(0, match.start() - 40) : match.start()]
    after = match.string[match.end() : match.end() + 25]
    return bool(PASSPORT_WORD.search(f"{before} {after}"))


def _is_birth(match: re.Match[str]) -> bool:
    """True for a person's birth: not an institution's, nor "born before" in a law."""
    before = match.string[max(0, match.start() - 60) : match.start()]
    return not NOT_A_PERSON.search(before) and not NOT_A_DAY.search(match["gap"])


WEB_ADDRESS = re.compile(r"https?://[^ \n]{1,190}/$")
PASSPORT_WORD = re.compile(r"(?<![a-z])(?:pasaporte|passport)")
NOT_A_PERSON = re.compile(
    r"(?<![a-z])(?:campana|plan|programa|comision|red|proyecto|ley|iniciativa|linea|mesa"
    r"|unidad|institucion|agencia|alianza|campaign|programme|program|commission|network"
    r"|project|law|initiative|line|unit|agency|alliance)(?![a-z])[^.;]{0,60}$"
)
NOT_A_DAY = re.compile(
    r"(?<![a-z])(?:antes|despues|desde|entre|hasta|partir|before|after|since|between"
    r"|until)(?![a-z])"
)
RULES = [
    Rule(
        # Addresses of institutions are found too: nobody can tell who reads the mail.
        Kind.EMAIL,
        re.compile(
            r"(?P<found>[\w.%+'-]{1,64}(?: ?@ ?| ?[(\[](?:at|arroba)[)\]] ?| arroba )"
            r"[\w-]{1,63}(?:\.[\w-]{1,63}){1,4})"
        ),
        _always,
    ),
    Rule(
        Kind.IDENTITY_DOCUMENT,
        re.compile(rf"(?<![+\d])(?P<found>{CEDULA})(?!\d)"),
        _is_cedula,
    ),
    Rule(
        # Dominican numbers, and other North American ones with brackets or hyphens.
        Kind.TELEPHONE,
        re.compile(
            r"(?<!\d)(?<!\d[.,])(?P<found>(?:[+]?1[-. \n]{0,2})?"
            r"(?:[(]?8[024]9[)]?[-. \n)/]{0,3}\d{3}[-. \n]{0,3}"
            r"|[(]\d{3}[)] ?\d{3}[-. ]|\d{3}[-.]\d{3}[-.]"
            r"|8(?:00|33|44|55|66|77|88) \d{3} )"
            r"\d{4})(?!\d)"
        ),
        _is_telephone,
    ),
    Rule(
        Kind.TELEPHONE,
        re.compile(r"(?P<found>[+] ?[1-9](?:[-. \n()]{0,3}\d){7,14})(?!\d)"),
        _is_telephone,
    ),
    Rule(
        Kind.BANK_ACCOUNT,
        re.compile(
            r"(?<![a-z\d])(?P<found>[a-z]{2}\d{2}(?:[- \n]?[a-z\d]{4}){3,7}"
            r"(?:[- \n]?[a-z\d]{1,3})?)(?![a-z\d])"
        ),
        _is_iban,
    ),
    Rule(
        Kind.BANK_ACCOUNT,
        re.compile(r"(?<!\d)(?P<found>\d{4}(?:[- \n]?\d{4}){3})(?!\d)"),
        _is_card,
    ),
    Rule(
        Kind.BANK_ACCOUNT,
        re.compile(
            r"(?<![a-z])(?:cuenta|account)(?! con(?![a-z]))(?![a-z])[^\d]{0,40}"
            r"(?P<found>\d(?:[- \n]?\d){8,19})(?!\d)"
        ),
        _always,
    ),
    Rule(
        Kind.IDENTITY_DOCUMENT,
        re.compile(
            r"(?<![a-z])(?:cedula|documento de identidad|identity card|id card|dni|ninu"
            r"|nif|carne|carnet)(?![a-z])[^\d]{0,30}"
            r"(?P<found>\d(?:[-. \n]{0,2}\d){6,16})(?!\d)"
        ),
        _always,
    ),
    Rule(
        Kind.PASSPORT,
        re.compile(r"(?<!\w)(?P<found>[a-z]{1,3}-?\d{5,9}|\d{7,9})(?!\w)"),
        _is_passport,
    ),
    Rule(
        Kind.TELEPHONE,
        re.compile(
            r"(?<![a-z])(?:tel|telf|telefonos?|cel|celular|movil|whatsapp|phone|telephone"
            r"|mobile|cellphone|fax|llamar al|llame al)(?![a-z])[^\d]{0,25}"
            r"(?P<found>\d(?:[-. \n]{0,2}\d){6,13})(?!\d)"
        ),
        _always,
    ),
    Rule(
        Kind.BIRTH_DATE,
        re.compile(
            r"(?<![a-z])(?:nacid[oa]s?|nacio|fecha de (?:su )?nac(?:imiento)?|f\. ?nac"
            r"|born|date of birth|birth ?date|d\.?o\.?b)(?![a-z])(?P<gap>[^\d;]{0,40}?)"
            rf"(?P<found>{DATE})"
        ),
        _is_birth,
    ),
]
