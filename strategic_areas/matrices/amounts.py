"""
Numbers in a matrix: targets, by year or in one text, and budgets.

A comma before three digits separates thousands, as Dominicans write; a point there is
ambiguous, so a person is asked, also before a word such as "millones".
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from agencies.folding import fold
from agencies.numbers import number_text
from strategic_areas.workbooks.reading import comparable

NUMBER_WORDS = {
    **dict.fromkeys(["un", "uno", "una", "one"], 1),
    **{"dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7},
    **{"ocho": 8, "nueve": 9, "diez": 10, "doce": 12, "two": 2, "three": 3, "four": 4},
}
SCALES = [
    (re.compile(r"mil millones|millardos?|billions?"), 10**9),
    (re.compile(r"mill?on(?:es)?|mill\.?|mm|millions?|m"), 10**6),
    (re.compile(r"mil(?:es)?|k|thousands?"), 10**3),
]
SCALE = "|".join(pattern.pattern for pattern, _ in SCALES)
SCALE_WORD = re.compile(rf"\b(?:{SCALE})\b")
DIGITS = r"\d+(?:[.,'\u2019]\d+)*(?: \d{3}(?!\d))*"
NUMBER = re.compile(
    rf"(?<![\w.,])(?:(?P<digits>{DIGITS})|(?P<word>{'|'.join(NUMBER_WORDS)})(?![a-z]))"
    rf"(?: ?(?P<scale>{SCALE})(?![a-z]))?(?P<percent> ?%| por ciento| percent)?"
)
#: Texts for "no number": a baseline or budget is empty then, a target is asked about.
#: A budget with an error of a spreadsheet, such as "#N/D", is asked about too.
NO_VALUE = re.compile(
    r"[-–—_./*]*|n\.?/?[adp]\.?|s\.?/?[dc]\.?|s/i|t\.?b\.?d\.?"
    r"|#(?:[a-z]+/?[a-z0-9]*[!?]|n/[ad]|[a-z]+)"
    r"|no (?:disponible|aplica|hay|tiene|definid[oa]).*"
    r"|sin (?:costo|datos?|linea|informacion|presupuesto|fondos).*"
    r"|por (?:definir|determinar|identificar|asignar|confirmar|establecer).*"
    r"|pendiente.*"
    r"|(?:fondos|recursos) propios|own funds|ninguno|no cost|none|not? .*|to be .*"
    r"|a definir.*"
)
TICK = re.compile(r"[x✓✔√●■☑]|si|yes")
EACH_YEAR = (
    r"(?:(?:por|al|cada|a|per|each|every|todos los|en cada|/) ?(?:ano|year)s?\b"
    r"|anual(?:es|mente)?|annual(?:ly)?|yearly)"
)
YEAR = r"(?:19|20)\d\d"
MAX_LENGTH = 500
UNTIL = re.compile(rf"(?:hasta|until|a) (?:el )?({YEAR})")
FROM = re.compile(rf"(?:desde|a partir de|from) (?:el )?({YEAR})")
SPANS = re.compile(rf"({YEAR})(?: ?(?:-|–|a|al|to) ?({YEAR}))?")
YEARS_THEN_NUMBER = re.compile(
    rf"(?:ano )?(?P<first>{YEAR})(?: ?(?:-|–|al?|to) ?(?P<last>{YEAR}))? ?[:=] ?"
    rf"(?P<number>[^;]*?)(?=;|,? ?(?:ano )?{YEAR} ?(?:(?:-|–"
    rf"|al?) ?{YEAR} ?)?[:=]|$)"
)
A_NUMBER = rf"(?:{DIGITS}|{'|'.join(NUMBER_WORDS)})(?: ?(?:{SCALE}))? ?%?"
NUMBER_THEN_YEAR = re.compile(
    rf"(?P<number>{A_NUMBER})(?: [a-z]{{3,20}})?"
    rf" ?(?:\(|en |para |al |in |by )(?:el )?(?P<first>{YEAR})\)?"
)
INEXACT = re.compile(
    r"[<>≥≤~±+]|al menos|m[ia](?:nimo|ximo|n\.|x\.)|mas de|menos de|hasta|cerca de"
    r"|at least|aprox"
)
REFUSED_FORMS = [
    (reason, re.compile(pattern))
    for reason, pattern in [
        ("no_number", rf"\A(?:{NO_VALUE.pattern})\Z"),
        ("relative", r"% mas|aument|increment|reduc|disminu|respecto|mas que|increase"
                     r"|decrease|(?<![\w.,])[+−-]\d|\+ ?\d"),
        ("range", rf"({DIGITS}) ?%? ?(?:-|–|a|to|entre|y) ?({DIGITS})"),
    ]
]  # fmt: skip
CURRENCIES = [
    ("USD", re.compile(r"us ?\$|usd|u\$s|dolar(?:es)?|dollars?")),
    ("EUR", re.compile(r"€|\beur(?:os?)?")),
]


@dataclass(frozen=True)
class MatrixNumber:
    """
    A number or None. A budget is in full units of ``currency``.

    ``reason`` to check it is a key of ``result.REASONS``; ``others`` are texts of the
    other ways to read it.
    """

    value: Decimal | None = None
    is_percent: bool = False
    reason: str = ""
    others: tuple = ()
    currency: str | None = None


def is_nothing(text):
    """Whether a text stands for "no number", such as "n/d" or "—"."""
    return bool(NO_VALUE.fullmatch(_plain(text)))


def target_of(cell, name, *, others_are_percent=False):
    """
    The target of one year, from its own cell.

    ``name`` is the indicator's; with ``others_are_percent`` other years of the row
    are percentages.
    """
    is_percent = names_percentage(name)
    if cell.number is not None:
        value = Decimal(str(cell.number))
        if cell.is_percent:
            return MatrixNumber(value * 100, True, "whole_share" if value == 1 else "")
        if is_percent and not others_are_percent and 0 < value <= 1:
            return MatrixNumber(value * 100, True, "fraction")
        reason = "format_differs" if others_are_percent else ""
        return MatrixNumber(value, is_percent or others_are_percent, reason)
    plain = _plain(cell.unstruck_text)
    if TICK.fullmatch(plain) or plain == "no":
        return MatrixNumber(Decimal(plain != "no"), reason="mark")
    numbers = [x for x in NUMBER.finditer(plain) if not re.fullmatch(YEAR, x[0])]
    if reason := _refusal_reason(plain, numbers):
        return MatrixNumber(reason=reason)
    found = numbers[0]
    number_read = _parse_number(found, is_percent=is_percent)
    rest = f"{plain[: found.start()]} {plain[found.end() :]}"
    reasons = {
        "unit_twice": found["scale"] and SCALE_WORD.search(fold(name)),
        "each_or_all": re.search(r"\bacum", rest),
        "inexact": INEXACT.search(rest),
        "more_numbers": re.search(r"\d|\bun[oa] por\b", rest),
    }
    reason = number_read.reason or next(filter(reasons.get, reasons), "")
    divisor = _scale(found["scale"]) if reasons["unit_twice"] else 1
    return MatrixNumber(
        number_read.value and number_read.value / divisor,
        number_read.is_percent or is_percent,
        reason,
        tuple(number_text(Decimal(each) / divisor) for each in number_read.others),
    )


def _refusal_reason(plain, numbers):
    reasons = (reason for reason, pattern in REFUSED_FORMS if pattern.search(plain))
    return next(reasons, "" if numbers else "no_number")


def targets_of(cell, name, years, due_year, *, column_has_period=False):
    """
    The targets of several years in one text.

    Returns a mapping of years to numbers, whether they are percentages, and a reason to
    check or "". A number without a year belongs to ``due_year``, or to the last year if
    there is none or if it is a percentage. With ``column_has_period``, "per year" is a
    reason to check.
    """
    plain, is_percent = _plain(cell.unstruck_text), names_percentage(name)
    all_years = range(years[0], years[1] + 1)
    if cell.number is None and (found := _by_year(plain)):
        return _merge_years(found, is_percent)
    if is_nothing(plain):
        return {}, is_percent, "no_number"
    number = NUMBER.search(SPANS.sub(" ", plain))
    is_relative = _refusal_reason(plain, ()) == "relative"
    if number and not is_relative and re.search(EACH_YEAR, plain):
        start, end = FROM.search(plain), UNTIL.search(plain)
        has_both_years = (span := SPANS.search(plain)) and span[2]
        first = int(span[1] if has_both_years else start[1] if start else years[0])
        last = int(span[2] if has_both_years else end[1] if end else years[1])
        number_read = _parse_number(number)
        each_year = () if number_read.value is None else range(first, last + 1)
        return (
            dict.fromkeys(map(str, each_year), number_read.value),
            number_read.is_percent or is_percent,
            number_read.reason or ("yearly" if column_has_period else ""),
        )
    parts = [NUMBER.fullmatch(part.strip()) for part in re.split(r"[/;|]", plain)]
    if len(parts) == len(all_years) > 1 and all(parts):
        number_read = [_parse_number(part) for part in parts]
        by_year = zip(map(str, all_years), number_read, strict=True)
        return (
            {year: read.value for year, read in by_year if read.value is not None},
            any(read.is_percent for read in number_read) or is_percent,
            next((r.reason for r in number_read if r.reason), "years_not_told"),
        )
    if len(parts) > 1 or re.search(r"->|→|=>", plain):
        return {}, is_percent, "years_not_told"
    number_read = target_of(cell, name)
    if number_read.value is None:
        return {}, is_percent, number_read.reason
    year = years[1] if number_read.is_percent or not due_year else due_year
    return (
        {str(year): number_read.value},
        number_read.is_percent,
        number_read.reason or "no_year",
    )


def names_percentage(name):
    return bool(
        re.match(r"(?:%|porcentaje|por ciento|tasa de|percent|proporcion)", fold(name))
    )


def budget_of(cell, heading, years, *, country, has_decimal_points=False):
    """
    The budget in a cell; a yearly amount is multiplied by the plan's ``years``.

    ``heading`` may name currency and unit. With ``has_decimal_points``, other cells of
    the column have them, so a comma is to be checked.
    """
    plain, head = _plain(cell.unstruck_text), fold(heading)
    named_currency = currency_of(plain, country) or currency_of(head, country)
    currency = named_currency or country.currency
    scaled = SCALE_WORD.search(head)
    factor = _scale(scaled[0]) if scaled else 1
    if cell.number is not None:
        return MatrixNumber(Decimal(str(cell.number)) * factor, currency=currency)
    if is_nothing(plain):
        return MatrixNumber(reason="no_number" if plain.startswith("#") else "")
    numbers = [each for each in NUMBER.finditer(plain) if each["digits"]]
    if reason := _refusal_reason(plain, numbers):
        return MatrixNumber(reason=reason if numbers else "who_pays")
    digits, scale = numbers[0]["digits"], numbers[0]["scale"]
    number_read = _parse_number(numbers[0])
    if len(numbers) > 1:
        return MatrixNumber(reason="more_numbers")
    rest = f"{plain[: numbers[0].start()]} {plain[numbers[0].end() :]}"
    for _name, pattern in _currencies(country):
        rest = pattern.sub(" ", rest)
    is_yearly = re.search(EACH_YEAR, rest)
    reasons = {
        "yearly": is_yearly,
        "unit_twice": scaled and scale,
        "inexact": INEXACT.search(rest),
        "comma": has_decimal_points and re.fullmatch(r"\d+,\d{1,2}", digits),
        "more_words": re.search("[a-z]{3}", rest),
    }
    factor = (1 if scale else factor) * (years[1] - years[0] + 1 if is_yearly else 1)
    return MatrixNumber(
        number_read.value and number_read.value * factor,
        reason=number_read.reason or next(filter(reasons.get, reasons), ""),
        others=tuple(
            f"{currency} {number_text(Decimal(each) * factor)}"
            for each in number_read.others
        ),
        currency=currency,
    )


def currency_of(text, country):
    """The currency named by sign, code or word in a folded text, or ""."""
    return next((x for x, pattern in _currencies(country) if pattern.search(text)), "")


def _currencies(country):
    own = rf"\b{country.currency_sign} ?\$|\b{country.currency.lower()}\b|pesos"
    return [*CURRENCIES, (country.currency, re.compile(own))]


def _by_year(plain):
    found = [
        (each, each["first"], each.groupdict().get("last"), each["number"])
        for pattern in (YEARS_THEN_NUMBER, NUMBER_THEN_YEAR)
        for each in pattern.finditer(plain)
    ]
    return found if len({each[0].re for each in found}) == 1 else []


def _merge_years(found, is_percent):
    values, reason = {}, ""
    for _each, first, last, text in found:
        number = NUMBER.search(text)
        number_read = (
            _parse_number(number) if number else MatrixNumber(reason="no_number")
        )
        is_for_each = not last or re.search(EACH_YEAR, text)
        reason = reason or number_read.reason or ("" if is_for_each else "each_or_all")
        is_percent = is_percent or number_read.is_percent
        if number_read.value is None:
            continue
        years = [*map(str, range(int(first), int(last or first) + 1))]
        has_more = re.search(r"\d", text[number.end() :]) or {*years} & values.keys()
        reason = reason or ("more_numbers" if has_more else "")
        values |= dict.fromkeys(years, number_read.value)
    return values, is_percent, reason


def _plain(text):
    return comparable(text[:MAX_LENGTH].replace("\n", " ; "))


def _scale(text):
    return next((by for pattern, by in SCALES if pattern.fullmatch(text)), 1)


def _parse_number(found, *, is_percent=False):
    says_percent = bool(found["percent"])
    scale = _scale(found["scale"]) if found["scale"] else 1
    if found["word"]:
        return MatrixNumber(Decimal(NUMBER_WORDS[found["word"]]) * scale, says_percent)
    digits = re.sub(r"[ '\u2019]", "", found["digits"])
    separators = re.findall(r"[.,]", digits)
    if len(set(separators)) == 2:
        last = separators[-1]
        digits = digits.replace("," if last == "." else ".", "").replace(last, ".")
    elif len(separators) > 1:
        if not re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", digits):
            return MatrixNumber(None, says_percent, "thousands_or_decimals")
        digits = digits.replace(separators[0], "")
    elif separators:
        whole, _separator, part = digits.replace(",", ".").partition(".")
        may_be_thousands = len(part) == 3 and whole != "0" and len(whole) < 4
        if may_be_thousands and separators == ["."]:
            others = tuple(
                number_text(Decimal(f"{whole}{mark}{part}") * scale)
                for mark in ("", ".")
            )
            return MatrixNumber(None, says_percent, "thousands_or_decimals", others)
        separator = "" if may_be_thousands and separators == [","] else "."
        digits = f"{whole}{separator}{part}"
    value = Decimal(digits) * scale
    if is_percent and not says_percent and 0 < value < 1:
        return MatrixNumber(value * 100, True, "fraction")
    return MatrixNumber(value, says_percent)
