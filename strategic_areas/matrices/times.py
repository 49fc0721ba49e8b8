"""
Times in a matrix: "II semestre 2027", "dic-28", "enero-marzo 2027", "T1 2026".

A time becomes a span of plan files and its exactness: day, month, quarter, half_year,
year, continuing (no end), or None.
"""

import re
from dataclasses import dataclass, replace

from strategic_areas.importing.values import span
from strategic_areas.workbooks.reading import comparable

MONTHS = {
    start: number
    for number, starts in enumerate(
        [
            ("ene", "jan"),
            ("feb",),
            ("mar",),
            ("abr", "apr"),
            ("may",),
            ("jun",),
            ("jul",),
            ("ago", "aug"),
            ("sep", "set"),
            ("oct",),
            ("nov",),
            ("dic", "dec"),
        ],
        1,
    )
    for start in starts
}
MONTH = (
    r"(?P<month>ene(?:ro)?|jan(?:uary)?|feb(?:rero|ruary)?|mar(?:zo|ch)?|abr(?:il)?"
    r"|apr(?:il)?|mayo?|jun(?:io|e)?|jul(?:io|y)?|ago(?:sto)?|aug(?:ust)?"
    r"|sep?t?(?:iembre|ember)?|oct(?:ubre|ober)?|nov(?:iembre|ember)?"
    r"|dic(?:iembre)?|dec(?:ember)?)\.?"
)
YEAR = r"(?P<year>(?:19|20)\d\d)"
SHORT_YEAR = r"(?P<year>(?:19|20)\d\d|[23456]\d)"
OF = r"(?: ?[-/. ,] ?| ?del? (?:ano )?| of )"
ORDINALS = {
    word: number
    for number, words in enumerate(
        [
            "1 i 1er 1ro 1ra 1o 1a 1st primer primero primera first",
            "2 ii 2do 2da 2o 2a 2nd segundo segunda second",
            "3 iii 3er 3ro 3ra 3o 3a 3rd tercer tercero tercera third",
            "4 iv 4to 4ta 4o 4a 4th cuarto cuarta fourth",
        ],
        1,
    )
    for word in words.split()
}
ORDINAL = rf"(?P<which>{'|'.join(sorted(ORDINALS, key=len, reverse=True))})"
UNIT = (
    r"(?P<unit>cuatrimestre|cuatrim|trimestres?|trim|quarter|tri|semestres?|sem|half"
    r"|half.year|t|q|s|h)\.?"
)
#: First letter of a unit → number per year, and its span in plan files.
UNITS = dict.fromkeys("tq", (4, "{0}-Q{1}")) | dict.fromkeys("sh", (2, "{0}-S{1}"))
UNITS["c"] = (3, "{0}-{2:02}/{0}-{3:02}")
#: The most exact first.
PATTERNS = [
    re.compile(pattern)
    for pattern in (
        r"(?P<year>\d{4})-(?P<month_number>\d\d?)-(?P<day>\d\d?)(?: 00:00:00)?",
        r"(?P<day>\d\d?)[-/.](?P<month_number>\d\d?)[-/.](?P<year>(?:20)?\d\d)",
        rf"(?P<day>\d\d?)(?:ro|o)?{OF}{MONTH}{OF}{SHORT_YEAR}",
        rf"{MONTH} (?P<day>\d\d?),? {YEAR}",
        rf"{MONTH}{OF}{SHORT_YEAR}",
        rf"{YEAR}{OF}{MONTH}",
        rf"(?P<month_number>0?[1-9]|1[0-2])[-/]{YEAR}",
        r"(?P<year>20\d\d)[-/](?P<month_number>0[1-9]|1[0-2])",
        rf"{ORDINAL}[-. ]*{UNIT}{OF}{YEAR}",
        rf"{UNIT}[- ]?{ORDINAL}{OF}{YEAR}",
        rf"{YEAR}{OF}{ORDINAL}[-. ]*{UNIT}",
        rf"{YEAR}{OF}{UNIT}[- ]?{ORDINAL}",
        rf"(?P<which>i{{1,3}}|iv){OF}{YEAR}",
        rf"{YEAR}{OF}(?P<which>i{{1,3}}|iv)",
        rf"(?:ano )?{YEAR}",
    )
]
OPEN_END = re.compile(r"(?:a partir|desde|from)\b")
NO_BRACKETS = str.maketrans("()", "  ")
JOINTS = re.compile(r" ?[-–—/] ?| (?:al?|hasta|to|y|e|and|until) ")
LEADING_WORDS = re.compile(
    r"^(?:(?:a mas tardar|hasta|para|antes del?|durante|fecha|limite|desde|entre|en"
    r"|not later than|no later than|by|until|from|el|la|los|de|del|in|during|the"
    r"|plazo|a partir de)[ :]+)+"
)
CONTINUING = re.compile(
    r"permanentes?|permanentemente|continu[oa]s?|continuamente|continuing|continuous"
    r"|ongoing|permanent|sin fecha de termino|indefinid[oa]"
)
YEARLY = re.compile(
    r"\b(?:cada|every|each) |todos los anos|bienal(?:mente)?|anual(?:mente|es)?"
    r"|yearly|annual(?:ly)?|semestral(?:mente)?|trimestral(?:mente)?|mensual(?:mente)?"
    r"|quarterly|monthly|periodic[oa]|(?:toda la )?vigencia|todo el (?:plan|periodo)"
    r"|throughout|segun (?:demanda|necesidad)"
)
#: "2026-28", and no month of a year.
SHORT_SPAN = re.compile(r"20(\d\d)[-–/](1[3-9]|[2-9]\d)")
#: Two years joined by "and".
TWO_YEARS = re.compile(r"(20\d\d) (?:y|e|and) (20\d\d)")
MAX_LENGTH = 200
#: Vague times of a year, and the latest day they can mean.
VAGUE_TIME = re.compile(
    r"(?:a )?(?:(?P<end>fin(?:es|al|ales)?|end)|(?P<middle>mediados?|mid)"
    r"|principios?|inicios?|comienzos?|early)[ -](?:del? |of )?(?:ano )?"
    r"(?P<year>20\d\d)"
)


@dataclass(frozen=True)
class MatrixTime:
    """
    ISO days; ``exact_to`` is their precision, or "continuing" for work without an end;
    ``reason`` is the reason to check, or "".
    """

    span: str = ""
    starts_on: str | None = None
    due_on: str | None = None
    exact_to: str | None = None
    reason: str = ""


NO_TIME = MatrixTime(reason="no_date")


def time_of(text, years, *, day=None, number_format=""):
    """
    The time in a cell; ``years`` are the plan's first and last year.

    ``day`` is a typed date, displayed with ``number_format``.

    >>> time_of("II semestre 2027", (2026, 2030)).due_on
    '2027-12-31'
    """
    if day:
        shown = re.sub(r'"[^"]*"|\[[^]]*\]', "", number_format.casefold())
        is_whole = shown == "general" or "d" in shown
        length = 10 if is_whole else 7 if "m" in shown else 4
        return _check_plan_years(_time_of_span(f"{day:%Y-%m-%d}"[:length]), years)
    whole = _plain(text[:MAX_LENGTH])
    plain = " ".join(whole.translate(NO_BRACKETS).split())
    plain = LEADING_WORDS.sub("", plain).strip(" .:;")
    if CONTINUING.fullmatch(plain):
        return MatrixTime(exact_to="continuing")
    if found := _parse_span(plain):
        if OPEN_END.match(whole) and "/" not in found.span:
            return replace(_time_of_span(f"{found.span}/{years[1]}"), reason="open_end")
        apart = TWO_YEARS.fullmatch(plain)
        if apart and int(apart[2]) - int(apart[1]) > 1:
            return replace(found, reason="partly_read")
        if re.match("antes de|before", whole) and found.exact_to != "day":
            return replace(found, reason="about")
        return _check_plan_years(found, years)
    if CONTINUING.search(plain) or YEARLY.search(plain):
        return MatrixTime(exact_to="continuing", reason="recurring")
    if about := VAGUE_TIME.fullmatch(plain):
        last = "12-31" if about["end"] else "06-30" if about["middle"] else "03-31"
        return replace(_time_of_span(f"{about['year']}-{last}"), reason="about")
    inside = [found for pattern in PATTERNS[:-1] if (found := _inside(pattern, plain))]
    named = sorted(re.findall(r"(?<!\d)20\d\d(?!\d)", plain))
    whole = "/".join(dict.fromkeys([*named[:1], *named[-1:]]))
    likely = next(iter(inside), whole)
    return replace(_time_of_span(likely), reason="partly_read") if likely else NO_TIME


def period_of(text, year=None):
    """The period of a heading, such as 2027-Q1 for "T1" below the year 2027, or ""."""
    plain = _plain(text).strip(" .:")
    of_year = _parse_part(f"{plain} {year}") if year and plain not in ORDINALS else ""
    return _parse_part(plain) or of_year


def exactness(part):
    of_a_part = {"Q": "quarter", "S": "half_year"}.get(part[5:6])
    return of_a_part or {4: "year", 7: "month"}.get(len(part), "day")


def _plain(text):
    plain = comparable(text).replace("°", "o")
    return re.sub(r"(\d)\.(?=(?:o|a|er|ro|ra|do|da|to|ta)\b)", r"\1", plain)


def _parse_span(plain):
    if part := _parse_part(plain):
        return _time_of_span(part)
    if years := SHORT_SPAN.fullmatch(plain):
        return _time_of_span(f"20{years[1]}/20{years[2]}")
    for joint in JOINTS.finditer(plain):
        first, last = plain[: joint.start()], plain[joint.end() :]
        end = _parse_part(last)
        if start := end and (_parse_part(first) or _complete_start(first, end)):
            return _time_of_span(f"{start.split('/')[0]}/{end.split('/')[-1]}")
    return None


def _complete_start(first, end):
    if first in ORDINALS and re.search("[QS]", end):
        return f"{end[:6]}{ORDINALS[first]}"
    if len(end) == 10 and first.isdecimal() and len(first) < 3:
        return f"{end[:8]}{int(first):02}"
    return period_of(first, end[:4])


def _time_of_span(text):
    try:
        starts_on, ends_on = span(text)
    except ValueError:
        return NO_TIME
    starts = starts_on if "/" in text else None
    last = exactness(text.rpartition("/")[2])
    return MatrixTime(text, starts, ends_on, last)


def _check_plan_years(time, years):
    if time.due_on and not years[0] <= int(time.due_on[:4]) <= years[1]:
        return replace(time, reason="outside_plan")
    return time


def _parse_part(plain):
    plain = re.sub(r"^(?:el|la|del|de) ", "", plain)
    found = next(filter(None, (pattern.fullmatch(plain) for pattern in PATTERNS)), None)
    return _as_part(found) if found else ""


def _inside(pattern, plain):
    found = re.search(rf"(?<![\w-])(?:{pattern.pattern})(?![\w-])", plain)
    return _as_part(found) if found else ""


def _as_part(found):
    parts = found.groupdict()
    year = int(parts["year"]) + (2000 if len(parts["year"]) == 2 else 0)
    if which := parts.get("which"):
        number = ORDINALS[which]
        unit = parts.get("unit") or ("q" if number > 2 else "s")
        most, template = UNITS[unit[0]]
        found = template.format(year, number, number * 4 - 3, number * 4)
        return found if number <= most else ""
    month = parts.get("month_number") or MONTHS.get((parts.get("month") or "")[:3])
    if month is None:
        return str(year)
    day, month = parts.get("day"), int(month)
    if day and month > 12 >= int(day):
        day, month = month, int(day)
    return f"{year}-{month:02}" + (f"-{int(day):02}" if day else "")
