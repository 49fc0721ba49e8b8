"""
Rules for data that identifies a person by itself, which blocks a text; also for
numbers of cards, accounts and telephones in words ("ocho cero nueve, …").

Own rules, since phonenumbers' ``PhoneNumberMatcher`` misses a number next to another.
"""

import re
from collections.abc import Iterator
from functools import cache

from django.conf import settings

from strategic_areas.text_guard import vocabulary
from strategic_areas.text_guard.findings import Finding, PersonalDataKind
from strategic_areas.text_guard.reading import (
    GAP,
    INSTITUTION,
    MONTH,
    NO_WORD,
    NOT_A_CODE,
    NUMBERED,
    PRIVATE,
    Reading,
    TextRule,
    Word,
    is_of_an_office,
    one_of,
    one_word,
    rule,
    text_around,
)

DATE = (
    r"(?:\d{1,4}[-/. ]{1,2}\d{1,2}[-/. ]{1,2}\d{2,4}|(?<!\d)(?:\d{6}|\d{8})(?!\d)"
    rf"|\d{{1,2}}[-/. ][ivx]{{1,4}}[-/. ]\d{{2,4}}|(?<![a-z])[a-z]{{3,12}} de {MONTH}"
    rf"(?![a-z])|\d{{1,2}}(?:st|nd|rd|th|ro|o)?[-/. \n,)]{{0,2}}(?:of |del? )?"
    rf"{MONTH}(?![a-z])|{MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?!\d)|{MONTH}"
    r"[ ,]{1,2}(?:del? )?(?:19|20)\d\d(?!\d))"
)
#: A part of an entry in the civil register, and the words between two parts.
REGISTER_PART = re.compile(rf"(?<![a-z]){one_of('ENTRIES')}")
REGISTER_ENTRY = (
    rf"{REGISTER_PART.pattern}(?: (?:de|of) [a-z]{{4,12}})?[ .:-]{{0,3}}"
    rf"(?:{NUMBERED})?\d{{1,6}}(?:-?[a-z](?![a-z])|(?:[/-]| de )(?:19|20)?\d\d)?"
)
BETWEEN_PARTS = r"[ ,;/]{1,3}(?:(?:y|al?|del?|en|el) ){0,2}"
#: Between the digits of a number after a word such as "cédula", for example
#: "402 dos mil 1234567", "001x1234567x8".
BETWEEN_ANNOUNCED_DIGITS = (
    rf"(?:{GAP}|[a-z]| ?(?:y )?{one_of('BETWEEN_ANNOUNCED_DIGITS')} ?)"
)
#: This close to its word, a telephone number may be grouped like an amount.
MAX_GAP_TO_TELEPHONE = 12
OFFICE_LINE = re.compile(one_word("OFFICE_LINE"))
#: Before a number from abroad: the "00", or nothing before a neighbour's code.
ABROAD = re.compile(r"^(?:00 ?(?=[1-9])|(?=509 |5[78] ))")
EXTENSION = re.compile(r"^[ ,(/]{0,3}ext(?:ension|\.)? ?\d")
PASSPORT_OR_CARD = re.compile(rf"(?<![a-z]){one_of('PASSPORT_OR_CARD')}")
#: "Pasaportes 1234567" is a count; "pasaportes AB123456" is none.
SINGULAR_PASSPORT_OR_CARD = re.compile(PASSPORT_OR_CARD.pattern + "(?!s)")
#: Exceptions, such as "formulario 123".
NOT_PERSONAL = re.compile(rf"(?<![a-z]){one_of('NOT_PERSONAL')}")
#: Counts: "1234567 libras"; "cédulas 12345" and "identity cards 12345".
PLURAL_AFTER = re.compile(r" (?:de )?(?!tras |antes |despues )[a-z]{3,20}s(?![a-z])")
PLURAL_BEFORE = re.compile(r"[a-z]{3,20}s |(?:[a-z]{2,12} )?cards")
#: Words of the civil register; two parts of an entry beside one are enough to mark it.
CIVIL = re.compile(one_of("CIVIL"))
#: After a number: "del Ministerio".
OF_AN_OFFICE = re.compile(rf"^[- ,(]{{0,2}}(?:del? )?(?:la )?{one_of('OWNERS')}")
#: "045-2024" is no passport.
OF_A_YEAR = re.compile(r"(?:^|-)(?:19|20)\d\d(?:-|$)")
WEB_ADDRESS = re.compile(r"https?://[^ \n]{1,190}/$")
#: Words before "nacimiento" that make it that of a thing, such as a law; and words by
#: which the date after it is no birthday ("antes de", "de Duarte").
BIRTH_OF_THING = re.compile(rf"{one_word('BORN_THINGS')}[^.;]{{0,60}}$")
NOT_A_BIRTHDAY = re.compile(
    rf"{one_word('NOT_A_BIRTHDAY')}"
    r"|^ del? (?:[a-z]{2,12} ){0,3}(?:duarte|mella|patria)"
)


def _parsed_telephone(text: str):
    import phonenumbers

    number = re.sub(r"[^\d+]", " ", text).strip()
    try:
        return phonenumbers.parse(ABROAD.sub("+", number), settings.COUNTRY.code)
    except phonenumbers.NumberParseException:
        return None


def _is_private_telephone(match: re.Match[str]) -> bool:
    import phonenumbers

    number, end = _parsed_telephone(match["found"]), match.end("found")
    digits = str(number.national_number) if number else ""
    free, country = phonenumbers.PhoneNumberType.TOLL_FREE, settings.COUNTRY
    has_full_length = len(digits) == len(country.area) + sum(country.subscriber)
    is_toll_free = has_full_length and digits.startswith(tuple(country.toll_free))
    if digits in country.help_lines or is_toll_free:
        return False
    if number and phonenumbers.number_type(number) == free:
        return False
    has_extension = EXTENSION.match(match.string[end : end + 20])
    if has_extension and INSTITUTION.search(text_around(match, 110, 0)):
        return False
    near = text_around(match, 60, 25)
    is_labelled = OFFICE_LINE.search(near) or near[:60].rstrip().endswith(
        (":", ")", ",")
    )
    return not (is_labelled and is_of_an_office(match))


def _is_telephone(match: re.Match[str]) -> bool:
    import phonenumbers

    number = _parsed_telephone(match["found"])
    if number is None or not _is_private_telephone(match):
        return False
    if match["found"].startswith(("+", "00", "509", "(509")):
        known = phonenumbers.ValidationResult
        reason = phonenumbers.is_possible_number_with_reason(number)
        return reason not in {known.TOO_SHORT, known.IS_POSSIBLE_LOCAL_ONLY}
    return phonenumbers.is_valid_number(number)


def _is_loosely_written_telephone(match: re.Match[str]) -> bool:
    is_near = "gap" in match.re.groupindex and len(match["gap"]) < MAX_GAP_TO_TELEPHONE
    return (is_near or _is_identifying_code(match)) and _is_private_telephone(match)


def _is_identity_card(match: re.Match[str]) -> bool:
    """
    Whether it may be an identity card, even one with a wrong check digit: such cards
    were issued, and a mistyped number also leads to its owner. A telephone number with
    country code or a part of a URL is none.
    """
    found, (start, end) = match["found"], match.span("found")
    if not re.search("[1-9]", found):
        return False  # only zeros: a placeholder such as 000-0000000-0
    if found.isdecimal() and match.string[start - 1 : start] == "/":
        return _has_valid_check_digit(match)
    if re.match("-[a-z]", match.string[end : end + 2]) and found.isdecimal():
        return not WEB_ADDRESS.search(match.string[max(0, start - 200) : start])
    return not (found.isdecimal() and begins_with_area_code(found, from_abroad=True))


def begins_with_area_code(digits: str, *, from_abroad: bool = False) -> bool:
    code = settings.COUNTRY.calling_code if from_abroad else ""
    return bool(re.match(code + "".join(settings.COUNTRY.area), digits))


def _has_valid_check_digit(match: re.Match[str]) -> bool:
    from stdnum.util import get_cc_module

    card = get_cc_module(settings.COUNTRY.code.lower(), settings.COUNTRY.identity_card)
    digits = re.sub(r"\D", "", match["found"])
    has_one_separator = len({*match["found"]} - {*digits}) < 2
    return has_one_separator and bool(int(digits)) and card.is_valid(digits)


def _is_payment_card(match: re.Match[str]) -> bool:
    from stdnum import luhn
    from stdnum.util import clean

    number = clean(match["found"], " -\n")
    return luhn.is_valid(number) and not re.fullmatch(r"(?:(?:19|20)\d\d){4}", number)


def _is_account_code(match: re.Match[str]) -> bool:
    from stdnum import iban
    from stdnum.util import clean

    code = clean(match["found"], " -\n")
    country = settings.COUNTRY
    is_own = code.startswith(country.code.lower()) and len(code) == country.iban_length
    is_wallet = code.startswith(("bc1", "0x"))  # of a cryptocurrency
    return is_own or is_wallet or iban.is_valid(code, check_country=False)


def _is_identifying_code(match: re.Match[str]) -> bool:
    start, end = match.span("found")
    after = match.string[end : end + 40]
    is_counted = match["found"].isdecimal() and PLURAL_AFTER.match(after)
    amount = rf"(?:{settings.COUNTRY.currency_sign}|us|usd|eur)?[$€] ?$"
    is_amount = re.search(amount, match.string[max(0, start - 5) : start])
    is_other = is_counted or is_amount or OF_AN_OFFICE.match(after)
    return not is_other and not NOT_A_CODE.fullmatch(match["found"])


def _is_announced_number(match: re.Match[str]) -> bool:
    before = match.string[match.start() : match.start("found")]
    is_count = len(match["found"]) < 9 and match["found"].isdecimal()
    is_other = NOT_PERSONAL.search(before) or (is_count and PLURAL_BEFORE.match(before))
    return _is_identifying_code(match) and not is_other


def _is_passport(match: re.Match[str]) -> bool:
    has_series = match["found"][0].isalpha()
    if OF_A_YEAR.search(match["found"]):
        return False
    near = text_around(match, 110 if has_series else 70, 40)
    shape = PASSPORT_OR_CARD if has_series else SINGULAR_PASSPORT_OR_CARD
    return _is_identifying_code(match) and bool(shape.search(near))


def _is_register_entry(match: re.Match[str]) -> bool:
    if OF_AN_OFFICE.match(match.string[match.end("found") :][:40]):
        return False
    number = len({part[0] for part in REGISTER_PART.findall(match["found"])})
    near = f"{text_around(match, 90, 60)} {match['found']}"
    return number > 2 or (number == 2 and bool(CIVIL.search(near)))


def _is_birth_date(match: re.Match[str]) -> bool:
    # False for the foundation of an institution, and for "born before" in a law.
    before = match.string[max(0, match.start() - 60) : match.start()]
    return not BIRTH_OF_THING.search(before) and not NOT_A_BIRTHDAY.search(match["gap"])


#: A number of the United States, Canada and the Caribbean, as they are written here.
AMERICAN = (
    r"(?:[(]\d{3}[)] ?\d{3}[-. ]|\d{3}[-.]\d{3}[-.]|8(?:00|33|44|55|66|77|88) \d{3} )"
    r"\d{4}"
)


@cache
def identifier_rules(country) -> list[TextRule]:
    return [*_country_rules(country), *RULES]


def _country_rules(country):
    identity_cards = "|".join(country.card_shapes).replace("{GAP}", GAP)
    area, spaced = "".join(country.area), GAP.join(country.area)
    line = GAP.join(rf"\d{{{digits}}}" for digits in country.subscriber)
    return [
        rule(
            PersonalDataKind.IDENTITY_DOCUMENT,
            rf"(?<![+\d])(?P<found>{identity_cards})(?!\d)",
            _is_identity_card,
        ),
        rule(
            PersonalDataKind.IDENTITY_DOCUMENT,
            rf"(?<![+\d])(?P<found>{country.checked_card})(?!\d)",
            _has_valid_check_digit,
        ),
        rule(
            PersonalDataKind.TELEPHONE,
            rf"(?<!\d)(?<!\d[.,])(?P<found>(?:[+]?(?:1|{country.calling_code})[-. \n]"
            rf"{{0,2}})?(?:[(]?{area}[)]?{GAP}{line}|{AMERICAN}))(?!\d)",
            _is_telephone,
        ),
        rule(
            PersonalDataKind.TELEPHONE,
            rf"(?<!\d)(?P<found>[(]?{spaced}[)]?(?:{GAP}\d){{{sum(country.subscriber)}}})"
            r"(?!\d)",
            _is_loosely_written_telephone,
        ),
    ]


RULES = [
    rule(
        PersonalDataKind.TELEPHONE,
        r"(?P<found>(?:[+]|(?<!\d)00) ?[1-9](?:[-._ \n()]{0,3}\d){7,14}|(?<!\d)(?:[(]?"
        r"509[)]?[- ][2-5]\d{3}[- ]?\d{4}|(?:57[- ]3|58[- ]4)\d\d(?:[- ]?\d{3}){2}\d))"
        r"(?!\d)",
        _is_telephone,
    ),
    rule(
        # a number of Venezuela; "dejó el 555-0138"
        PersonalDataKind.TELEPHONE,
        r"(?<![\d-])(?P<found>0[24]\d\d[-. ]\d{3}(?:[-. ]?\d\d){2}|(?<=[ea]l |on |ro )"
        r"[2-9]\d\d-(?!19|20)\d{4})(?![\w-])",
        lambda match: (
            match["found"][0] == "0" or PRIVATE.search(text_around(match, 80, 80))
        ),
    ),
    rule(
        PersonalDataKind.BANK_ACCOUNT,
        r"(?<![a-z\d])(?P<found>[a-z]{2}\d{2}(?:[- \n]?[a-z\d]{4}){3,7}"
        r"(?:[- \n]?[a-z\d]{1,3})?|bc1[a-z\d]{20,60}|0x[a-f\d]{40})(?![a-z\d])",
        _is_account_code,
    ),
    rule(
        # the last digits of a number, or a number with hidden digits
        PersonalDataKind.BANK_ACCOUNT,
        rf"(?:{one_word('ANNOUNCING')}[^\d;]{{0,30}}(?:termina(?:d[ao])?|end(?:s|ing)|\*\*"
        r"|xx)[^\d;]{0,12}|(?:(?:ultimos|last)(?: [a-z\d]{1,8})? (?:digit|numer)o?s"
        rf"|digitos finales)[^\d;]{{0,25}}{one_word('ANNOUNCING')}"
        r"[^\d;]{0,12}(?=\d\d\d)"
        r"|(?<!\d)\d{3,4}[- ]?[\dx*]{2}[x*]{2}[- ]?[x*]{2,4}[- ]?)"
        r"(?P<found>\d{1,4}(?:-\d)?)(?!\d)",
    ),
    rule(
        # acta 234, folio 56, libro 12
        PersonalDataKind.IDENTITY_DOCUMENT,
        rf"(?P<found>{REGISTER_ENTRY}(?:{BETWEEN_PARTS}{REGISTER_ENTRY}){{1,2}})(?!\w)",
        _is_register_entry,
    ),
    rule(
        PersonalDataKind.BANK_ACCOUNT,
        r"(?<!\d)(?P<found>\d{4}(?:[- \n]?\d{4}){3}|3[47]\d\d[- ]?\d{6}[- ]?\d{5})"
        r"(?!\d)",
        _is_payment_card,
    ),
    rule(
        PersonalDataKind.IDENTITY_DOCUMENT,
        rf"{one_word('DOCUMENT')}[^\d;]{{0,60}}?(?P<found>(?:(?<![a-z])[a-z]{{1,3}}"
        rf"[-.]?\d|\d{BETWEEN_ANNOUNCED_DIGITS}\d)(?:{BETWEEN_ANNOUNCED_DIGITS}\d){{4,17}}|(?<![a-z]){NUMBERED}\d{{4,5}})"
        r"(?![\d%])",
        _is_announced_number,
    ),
    rule(
        PersonalDataKind.BANK_ACCOUNT,
        rf"{one_word('ACCOUNT')}[^\d;]{{0,60}}(?P<found>\d(?:{GAP}\d){{6,22}})(?!\d|-[a-z])",
        _is_announced_number,
    ),
    rule(
        PersonalDataKind.PASSPORT,
        rf"(?<![a-z\d$])(?P<found>(?<!\.)(?!{one_of('NO_SERIES')} )[a-z]{{2}} \d(?: ?"
        r"\d){5,8}|[a-z]{1,3}[-.]?\d(?:[-. ]?\d){4,8}|(?:[a-z][-.]){1,3}\d(?:[-. ]?"
        r"\d){5,8}|\d(?:[-. ]?\d){6,10})(?![\w-])",
        _is_passport,
    ),
    rule(
        PersonalDataKind.TELEPHONE,
        rf"{one_word('PHONE')}(?P<gap>[^\d;]{{0,30}})(?P<found>\d(?:{GAP}\d){{6,13}})(?!\d)",
        _is_loosely_written_telephone,
    ),
    rule(
        PersonalDataKind.BIRTH_DATE,
        rf"{one_word('BIRTH')}(?P<gap>[^\d;]{{0,40}}?)(?P<found>{DATE})",
        _is_birth_date,
        needs="",
    ),
]


#: A number has at least MIN_DIGITS digits. An unannounced one has MIN_TELEPHONE_WORDS
#: spelt words and begins with the area code, or MIN_SINGLE_DIGITS spelt single digits.
MIN_DIGITS, MIN_TELEPHONE_WORDS, MIN_SINGLE_DIGITS = 7, 3, 6
#: Words of a number, after which another begins; characters from its announcing word.
MAX_WORDS, MAX_DISTANCE = 40, 60
#: Words that announce a number, such as "cuenta" or "cédula", by its kind.
ANNOUNCED = [
    (PersonalDataKind.BANK_ACCOUNT, re.compile(one_word("ACCOUNT"))),
    (PersonalDataKind.IDENTITY_DOCUMENT, re.compile(one_word("DOCUMENT"))),
    (PersonalDataKind.TELEPHONE, re.compile(one_word("NUMBER"))),
]


def find_spelt_numbers(reading: Reading) -> Iterator[Finding]:
    if reading.word_set.isdisjoint(vocabulary.VALUES):
        return
    run: list[Word] = []
    for word in [*reading.words, NO_WORD]:
        if (word.text in vocabulary.VALUES or word.is_number) and len(run) < MAX_WORDS:
            run.append(word)
        elif run and word.text not in vocabulary.BETWEEN_SPELT_DIGITS:
            if len(run) > 1 and (kind := _spelt_number_kind(reading, run)):
                yield reading.finding_at(kind, run[0].start, run[-1].end)
            run = []


def _spelt_number_kind(reading: Reading, run: list[Word]) -> PersonalDataKind | None:
    spelt = [word.text for word in run if not word.is_number]
    digits = _spelt_digits(run)
    full_length = len(settings.COUNTRY.area) + sum(settings.COUNTRY.subscriber)
    has_area_code = begins_with_area_code(digits)
    if spelt and has_area_code and len(digits) == full_length:
        return PersonalDataKind.TELEPHONE
    number_words = [text for text in spelt if text not in vocabulary.ALSO_OTHER_WORDS]
    # "Uno, dos, tres" is a list.
    if len(number_words) < 2 or len(digits) < MIN_DIGITS or digits[:3] == "123":
        return None
    before = reading.lowercase[max(0, run[0].start - MAX_DISTANCE) : run[0].start]
    kind = next((kind for kind, shape in ANNOUNCED if shape.search(before)), None)
    is_telephone = sum(text in vocabulary.UNITS for text in spelt) >= MIN_SINGLE_DIGITS
    is_telephone |= has_area_code and len(spelt) >= MIN_TELEPHONE_WORDS
    return kind or (PersonalDataKind.TELEPHONE if is_telephone else None)


def _spelt_digits(run: list[Word]) -> str:
    # "Treinta y cuatro" has two digits, not three.
    found, above = "", 0
    for word in run:
        value = vocabulary.VALUES.get(word.text) or re.sub(r"\D", "", word.text)
        is_inside = len(value) < above and not word.is_number
        found = (found[: -len(value)] if is_inside else found) + value
        above = len(value) if word.text in vocabulary.TENS else 0
    return found
