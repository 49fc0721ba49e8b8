"""
Detection of a matrix's layout: sheets, and the likely meaning of each column.

The result is a proposal that a person confirms as a ``Naming``.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import NamedTuple

from agencies.folding import fold
from strategic_areas.matrices.levels import (
    CODE_ALONE,
    are_nested,
    depth_of,
    split_level,
)
from strategic_areas.matrices.naming import (
    HIERARCHY,
    LEVELS,
    LONGEST_HEADING,
    Naming,
    SheetNaming,
    meaning_of,
    ranked_words,
)
from strategic_areas.matrices.spreadsheet import column_of, letter_of, open_matrix
from strategic_areas.matrices.times import period_of, time_of
from strategic_areas.workbooks.reading import MAX_ROWS, comparable

#: Titles with the plan's years are above this row.
LAST_TITLE_ROW = 12
#: Rows searched for headings, and maximum of heading rows.
LAST_HEADING_ROW, MAX_HEADING_ROWS = 60, 4
#: Rows below the heading from which the texts of a column are read.
SAMPLED_ROWS = 39
SAMPLES = 3
#: Given any year, ``period_of`` also knows periods that name none, such as "T1".
ANY_YEAR = 2000
#: Meanings of columns whose codes may show levels.
MAY_HOLD_LEVELS = {"code", "ignore", "level", "product", "outcome", *LEVELS}
TOTAL = re.compile(r"(?:sub-? ?)?total(?:es)?\b|suma\b|gran total|sum\b|grand total")
NOTE = re.compile(
    r"notas?\b|note|fuentes?\b|leyenda|legend|elaborad|source|\*|\d\)|aclaracion"
    r"|abreviatura"
)
YEARS = re.compile(r"(20\d\d) ?(?:-|–|—|al?|/) ?(20\d\d)")
AREA_TITLE = re.compile(
    r"(?:eje|area|pilar|componente|axis|pillar|ambito)\b.{0,30}?(?:[:.\-–]|\d"
    r"|\b[ivx]+\b)"
)
CODE = re.compile(r"(?:[a-z]{0,3}[-. ]?)?(?:\d{1,3}|[ivx]+)(?:[.-][\da-z]{1,3})*[.)]?")


@dataclass
class DetectedColumn:
    letter: str
    heading: str
    meaning: str
    #: Of the first ``SAMPLED_ROWS`` rows below the heading; of all rows without one.
    texts: list
    is_hidden: bool = False

    @property
    def is_doubtful(self):
        """
        Whether the heading names another meaning, several or none. "Responsables" above
        "Apoyo" is no second meaning.
        """
        named = {meaning_of(fold(part)) for part in self.heading.split(" / ")}
        meaning = self.meaning.partition(":")[0]
        # "ignore" reads nothing; "responsible" may become "lead".
        is_never_doubtful = meaning in {"ignore", "lead", "responsible"}
        return not is_never_doubtful and named - {"", "responsible"} != {meaning}

    @property
    def samples(self):
        return list(dict.fromkeys(self.texts))[:SAMPLES]


@dataclass
class DetectedSheet:
    """
    ``kind`` is "matrix", "other", "empty" or "hidden".

    ``nested`` are the levels that the depth of codes shows. Of hidden sheets only name
    and size are known.
    """

    title: str
    kind: str
    rows: int
    naming: SheetNaming
    columns: list = field(default_factory=list)
    nested: list = field(default_factory=list)


class DetectedLayout(NamedTuple):
    sheets: list
    naming: Naming


def detect_layout(file):
    """
    Detect the layout of an uploaded matrix; ``RefusedFileError`` for an unsafe file.
    """
    opened = open_matrix(file)
    sheets = [_detect_sheet(each) for each in opened]
    naming = Naming(years=_years(opened))
    naming.sheets = [each.naming for each in sheets if each.kind == "matrix"]
    headings = [
        x.heading for each in sheets for x in each.columns if x.meaning == "level"
    ]
    if nested := max((each.nested for each in sheets), key=len, default=[]):
        naming.levels, naming.by_depth = nested, True
    elif headings:
        naming.levels = _as_levels(ranked_words(fold(headings[0])))
    return DetectedLayout(sheets, naming)


def _as_levels(ranked, *, below_areas=False):
    """
    The plan's levels for the file's level words, highest first.

    Words that end with commitment and activity stay. Others are renamed by position; of
    one or two the lowest is the commitment, which every plan needs. If areas have rows
    of their own, the words are ``below_areas``.
    """
    if ranked[-2:] == [*LEVELS[2:]] and {*ranked} <= {*LEVELS}:
        return ranked
    if below_areas and len(ranked) > 1:
        return [*LEVELS[1 : len(ranked) + 1]]
    if len(ranked) > 2:
        return [*LEVELS[: len(ranked)]]
    upper = ["area" if ranked[0] == "area" else "programme"] if ranked[1:] else []
    return [*upper, "commitment"] if ranked else []


def _years(opened):
    visible = (each for each in opened if each.state == "visible")
    texts = [
        x.text for each in visible for x in each.cells_with_text(until=LAST_TITLE_ROW)
    ]
    texts += [each.title for each in opened]
    spans = Counter(
        (int(found[1]), int(found[2]))
        for text in texts
        if (found := YEARS.search(text)) and int(found[1]) < int(found[2])
    )
    if spans:
        return [*spans.most_common(1)[0][0]]
    years = [int(each) for text in texts for each in re.findall(r"\b20\d\d\b", text)]
    return [min(years), max(years)] if years else [0, 9999]


def _detect_sheet(sheet):
    kind = "hidden" if sheet.state != "visible" else "other" if sheet.rows else "empty"
    naming = SheetNaming(sheet.title, last_row=max(sheet.rows, default=0))
    detected = DetectedSheet(sheet.title, kind, naming.last_row, naming)
    top = _heading_row(sheet) if kind == "other" else None
    if top is None:
        # The user may still choose another sheet.
        detected.columns = [
            DetectedColumn(letter, "", "ignore", [*_texts(sheet, letter, 0).values()])
            for letter in map(letter_of, range(1, sheet.last_column + 1))
            if kind == "other"
        ]
        return detected
    first, last = _heading_block(sheet, top)
    detected.kind, detected.columns = "matrix", _columns(sheet, first, last)
    naming.heading_rows, naming.first_row = [first, last], last + 1
    depths = _mark_nested_levels(sheet, last, detected.columns)
    naming.columns = {each.letter: each.meaning for each in detected.columns}
    naming.headings = {each.letter: each.heading for each in detected.columns}
    naming.last_row = _last_row(sheet, naming)
    names_areas = {"level", "area"} & {*naming.columns.values()}
    if not names_areas and not _have_area_rows(detected.columns):
        naming.area = _area_title(sheet, first)
    nested = [level for level in LEVELS if level not in naming.columns.values()]
    if 1 < depths < len(nested):
        nested[depths - 1 :] = ["commitment" if "commitment" in nested else nested[-1]]
    detected.nested = nested if depths else []
    return detected


def _mark_nested_levels(sheet, after, columns):
    """
    Mark a column whose codes show levels, or its titles, as holding several levels.

    Returns the number of depths of the codes, or 0.
    """
    by_letter = {
        each.letter: _texts(sheet, each.letter, after)
        for each in columns
        if each.meaning.partition(":")[0] in MAY_HOLD_LEVELS
    }
    for letter, texts in by_letter.items():
        titles = [letter]
        level_texts = {
            row: split_level(text, accepts_bare_number=True)
            for row, text in texts.items()
        }
        codes = {row: x.code for row, x in level_texts.items() if x.code and not x.word}
        alone = {row: x for row, x in texts.items() if CODE_ALONE.fullmatch(x)}
        if len(alone) > 0.8 * len(texts):
            codes = alone
            titles = [
                each
                for each, others in by_letter.items()
                if column_of(each) > column_of(letter)
                and len(alone.keys() & others.keys()) > 0.8 * len(alone)
            ]
        if titles and 2 * len(codes) > len(texts) and are_nested(codes.values()):
            meanings = {letter: "code:level", titles[0]: "level"}
            for each in columns:
                each.meaning = meanings.get(each.letter, each.meaning)
            return len({*map(depth_of, codes.values())})
    return 0


def _heading_row(sheet):
    scores = {}
    for row in range(1, LAST_HEADING_ROW + 1):
        cells = sheet.rows.get(row, ())
        score = len({meaning_of(comparable(cell.text)) for cell in cells} - {""})
        if score > 2 and score * 2 >= len([c for c in cells if c.number is None]):
            scores[row] = score
    return max(scores, key=scores.get, default=None)


def _is_heading_like(cell):
    words = comparable(cell.text)
    return len(words) <= LONGEST_HEADING and bool(
        re.fullmatch(r"(?:ano )?20\d\d", words)
        or meaning_of(words)
        or period_of(words, ANY_YEAR)
        or words in {"valor", "ano", "value", "year"}
    )


def _heading_block(sheet, top):
    first = last = top
    above = sheet.rows.get(top - 1, [])
    if len(above) > 1 and all(map(_is_heading_like, above)):
        first = top - 1
    while last - first < MAX_HEADING_ROWS - 1:
        below = sheet.rows.get(last + 1, [])
        reaches = any(
            sheet.anchors.get((last + 1, cell.column), (0, 0))[0] == cell.row
            for row in range(first, last + 1)
            for cell in sheet.rows.get(row, [])
        )
        if not reaches and not (below and _continues_heading(sheet, last, below)):
            break
        last += 1
    return first, last


def _continues_heading(sheet, row, below):
    """
    Whether the row ``below`` has the words and style of a heading; without colour and
    bold type, only if all are periods.
    """
    styles = {(cell.colour, cell.is_bold) for cell in sheet.rows.get(row, ())}
    periods = [cell for cell in below if period_of(comparable(cell.text), ANY_YEAR)]
    return (
        all(map(_is_heading_like, below))
        and all((cell.colour, cell.is_bold) in styles for cell in below)
        and (bool(below[0].colour or below[0].is_bold) or len(periods) == len(below))
    )


def heading_parts(sheet, column, rows):
    cells = [sheet.at(row, column) for row in range(rows[0], rows[1] + 1)]
    texts = [" ".join(cell.text.split()) for cell in cells if cell and cell.text]
    return list(dict.fromkeys(texts))


def _columns(sheet, first, last):
    found, above = [], []
    for column in range(1, sheet.last_column + 1):
        heading = heading_parts(sheet, column, (first, last))
        parts = [fold(each) for each in heading]
        top = sheet.at(first, column)
        if parts and (top is None or not top.text) and above:
            # An upper heading that is not merged over its columns.
            parts = [above[0], *parts] if period_of(parts[-1], ANY_YEAR) else parts
        if top is not None and top.text:
            above = parts
        letter = letter_of(column)
        hidden = (letter, "hidden_column") in sheet.hidden
        texts = [*_texts(sheet, letter, last, last + SAMPLED_ROWS).values()]
        column_found = DetectedColumn(letter, " / ".join(heading), "", texts, hidden)
        if parts or texts:
            column_found.meaning = _column_meaning(parts, column_found.samples)
            found.append(column_found)
    _settle_meanings(found)
    return found


def _texts(sheet, letter, after, until=MAX_ROWS):
    column = column_of(letter)
    return {
        row: cell.text
        for row in sheet.rows
        if after < row <= until
        and (cell := sheet.cells.get((row, column)))
        and cell.text
    }


def _column_meaning(parts, samples):
    if not parts:
        return _role_by_samples(samples)
    year, period = None, ""
    for part in parts:
        bare = re.sub(
            r"^(?:cronograma|calendario|metas?|targets?|ano|programacion|al"
            r"|presupuesto|monto|costo)(?: (?:al|para|for|of|de|del|ano))* ",
            "",
            part,
        )
        found = period_of(bare, year)
        if found:
            period, year = found, found[:4]
        elif (named := re.search(r"\b(20\d\d)\b", part)) and not YEARS.search(part):
            year = named[1]
            is_dated = meaning_of(part) in {"target", "chronogram"}
            period = period or (year if is_dated else "")
    meanings = [meaning for part in parts if (meaning := meaning_of(part))]
    first, own = next(iter(meanings), ""), parts[-1]
    if "baseline" in meanings:
        is_year = own in {"ano", "year"} or "baseline_year" in meanings
        return "baseline_year" if is_year else "baseline"
    if period and first in {"", "target", "chronogram", "due"}:
        is_of_time = meaning_of(own) or period_of(own, ANY_YEAR)
        words = samples and min(map(len, samples)) > 2 and " ".join([own, *samples])
        if words and not is_of_time and not re.search(r"\d", words):
            return "ignore"  # "Prioridad" below "Programación 2027"
        if "target" in meanings and not parts[0].startswith("programacion"):
            return f"target:{period}"
        values = [each for each in samples if len(each) > 2 or each.isdecimal()]
        is_timetable = "chronogram" in meanings or len(period) > 4 or not values
        return f"{'chronogram' if is_timetable else 'target'}:{period}"
    specific = [
        meaning for meaning in meanings if meaning not in {"target", "chronogram"}
    ]
    # "Presupuesto / Fuente" and "Programación / Plazo": the lower heading says more.
    return specific[-1] if specific else first or _role_by_samples(samples)


def _role_by_samples(samples):
    if samples and all(CODE.fullmatch(fold(each)) for each in samples):
        return "code"
    are_times = samples and all(time_of(x, (1900, 2100)).due_on for x in samples)
    return "due" if are_times else "ignore"


def _have_area_rows(columns):
    others = (each for each in columns if each.meaning not in LEVELS)
    return any(map(_count_area_titles, others))


def _count_area_titles(column):
    return sum(bool(AREA_TITLE.match(comparable(text))) for text in column.texts)


def _is_coded(column):
    coded = [x for x in column.texts if depth_of(split_level(x).code) > 1]
    return len(coded) * 2 > len(column.texts)


def _settle_meanings(columns):
    free = {"programme", "area"} - {each.meaning for each in columns}
    for each in columns:
        if each.meaning == "product" and _is_coded(each):
            each.meaning = "commitment"
        # "Objetivo general" is a level if there is no other high one.
        if each.meaning == "outcome" and free:
            each.meaning = "programme" if "programme" in free else "area"
    ranked = [c for c in columns if c.meaning in HIERARCHY]
    ranked.sort(key=lambda each: HIERARCHY.index(each.meaning))
    others = [each for each in columns if each not in ranked]
    words = [each.meaning for each in ranked]
    levels = _as_levels(words, below_areas=_have_area_rows(others))
    for each, level in zip_longest(ranked, levels, fillvalue="note"):
        each.meaning = level
    budgets = [each for each in columns if each.meaning == "budget"]
    whole = [each for each in budgets if "total" in fold(each.heading)] or budgets
    for each in budgets:
        each.meaning = "budget" if each is whole[0] else "ignore"
    meanings = {each.meaning for each in columns}
    for each in columns:
        if each.meaning == "responsible" and "supporting" in meanings:
            each.meaning = "lead"
    _settle_codes(columns)
    seen = Counter()
    for each in columns:
        seen[each.meaning] += 1
        if seen[each.meaning] > 1 and each.meaning in {*LEVELS, "level", "indicator"}:
            each.meaning = "note"


def _settle_codes(columns):
    used_meanings = set()
    for at, each in reversed([*enumerate(columns)]):
        if each.meaning != "code":
            continue
        named = [c for c in columns[at + 1 :] if c.meaning in {*LEVELS, "indicator"}]
        notes = sum(bool(NOTE.match(comparable(text))) for text in each.texts)
        codes = len(each.texts) - _count_area_titles(each) - notes
        named.sort(key=lambda other: abs(len(other.texts) - codes))
        each.meaning = f"code:{named[0].meaning}" if named else "ignore"
        if each.meaning in used_meanings:
            each.meaning = "ignore"
        used_meanings.add(each.meaning)


def _last_row(sheet, naming):
    read = {
        k for k, meaning in naming.columns.items() if meaning not in {"ignore", "note"}
    }
    for row in sorted(sheet.rows.keys() - range(naming.first_row), reverse=True):
        cells = [c for c in sheet.rows[row] if letter_of(c.column) in read]
        words = comparable(cells[0].text) if cells else ""
        is_remark = len(cells) < 2 or NOTE.match(words)
        if not is_remark and not TOTAL.match(words):
            return row
    return naming.first_row


def _area_title(sheet, first):
    for cell in sheet.cells_with_text(until=first):
        words = comparable(cell.text)
        if AREA_TITLE.match(words) and meaning_of(words) != "level":
            return cell.place.rpartition("!")[2]
    return "title"
