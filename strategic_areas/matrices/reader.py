"""Reads the rows of a named matrix into lines; every cell is used or reported."""

import re
from collections import Counter
from itertools import count

from agencies.folding import fold
from strategic_areas.matrices.details import RecordReader
from strategic_areas.matrices.detection import TOTAL
from strategic_areas.matrices.institutions import InstitutionNames
from strategic_areas.matrices.levels import (
    depth_of,
    in_notation_of,
    sentence,
    split_level,
)
from strategic_areas.matrices.naming import LEVELS, meaning_of
from strategic_areas.matrices.personal_data import identifying_kinds
from strategic_areas.matrices.result import (
    IdentifyingCell,
    MatrixLine,
    MatrixNotice,
    MatrixQuestion,
    MatrixResult,
    key_of,
)
from strategic_areas.matrices.sheets import TABLES, SheetReader
from strategic_areas.matrices.spreadsheet import MatrixCell, open_matrix

PLAN = re.compile(r"\b(?:plan|estrategia|programa|strategy|programme) ")
#: Fields that take an answer verbatim; other answers are parsed like cells.
VERBATIM_FIELDS = {
    "code",
    "lead",
    "name",
    "product",
    "programme",
    "state",
    "status",
    "title",
}


def read_matrix(file, naming, *, institutions):
    """
    Read an uploaded matrix as ``naming`` says; return a ``MatrixResult``.

    ``institutions`` are the portal's, with acronym, names and former names. Raises
    ``RefusedFileError`` for an unsafe file.
    """
    return MatrixReader(open_matrix(file), naming, institutions).read()


class MatrixReader:
    def __init__(self, sheets, naming, institutions):
        self.sheets = {each.title: each for each in sheets}
        self.naming, self.years = naming, tuple(naming.years)
        self.names = InstitutionNames(institutions, naming.institutions)
        self.result = MatrixResult()
        self.used_places, self.questions = set(), {}
        self.named_texts, self.participations, self.records = {}, {}, {}
        self.percentage_indicators = set()
        self.details = RecordReader(self)

    def read(self):
        self._find_plan()
        cells = [x for each in self.sheets.values() for x in each.cells.values()]
        self.names.learn("\n".join(x.text for x in cells if "=" in x.text))
        for naming in self.naming.sheets:
            if sheet := self.sheets.get(naming.title):
                SheetReader(self, sheet, naming).read()
        self._complete_codes()
        self._complete_leads()
        self._ask_institutions()
        self._notice_other_sheets()
        self._check_all_texts()
        self.result.questions += self.questions.values()
        order = {cell.place: number for number, cell in enumerate(cells)}
        self.result.questions.sort(key=lambda each: order.get(each.cell, -1))
        return self.result

    def line(self, table, parent=None):
        line = MatrixLine(table, len(self.result.lines), parent and parent.number)
        self.result.lines.append(line)
        return line

    def set_value(self, line, name, value, cell=None):
        line.values[name] = value
        if cell is not None:
            line.cell_by_field.setdefault(name, cell)
            self.use_cell(line, cell)

    def use_cell(self, line, cell):
        """Record that the cell belongs to the line, even if it gives no value."""
        if cell.place not in line.cells:
            line.cells.append(cell.place)
        self.used_places.add(cell.place)

    def answered_cell(self, cell, name):
        """The cell with the user's answer for a field, or as it is."""
        answer = self.naming.answers.get(key_of(cell.place, name, cell.text))
        return cell if answer is None else cell.with_text(answer)

    def ask(self, cell, name, reason, guess=None, *, others=(), line=None, cells=()):
        asked = MatrixQuestion(
            cell.place, name, cell.text, reason, guess, tuple(others),
            line and line.number, tuple(cells),
        )  # fmt: skip
        answer = self.naming.answers.get(asked.key)
        # An ambiguous answer dates from before thousandths were given a zero.
        if answer is None or reason == "thousands_or_decimals":
            self.used_places.add(cell.place)
            self.questions.setdefault(asked.key, asked)
        elif line is not None:
            self.use_cell(line, cell)
            if name in VERBATIM_FIELDS:
                is_needed = name in {"name", "title"}
                line.values[name] = answer or (line.values[name] if is_needed else None)

    def leave_out_unless_used(self, cell, reason):
        if cell.place not in self.used_places:
            self.used_places.add(cell.place)
            self.result.left_out.append(MatrixNotice(cell.place, reason, cell.text))

    def notice(self, cell, kind, text=""):
        place = getattr(cell, "place", cell)
        self.result.notices.append(MatrixNotice(place, kind, text))

    def check_text(self, cell, text):
        split = split_level(text)
        kinds = identifying_kinds(split.name if split.code else text)
        found = IdentifyingCell(cell.place, text, kinds)
        if kinds and found not in self.result.identifying_cells:
            self.result.identifying_cells.append(found)

    def _check_all_texts(self):
        for sheet in self.sheets.values():
            page = MatrixCell(f"{sheet.title}!", 0, 0)
            for text in sheet.outside:
                self.notice(page, "outside", text)
            for text in (sheet.title, *sheet.outside):
                self.check_text(page, text)
            for cell in sheet.cells.values() if sheet.state == "visible" else ():
                for text in filter(None, (cell.text, cell.comment)):
                    self.check_text(cell, text)

    # Checks of the whole file.

    def _find_plan(self):
        titles = [
            cell
            for each in self.naming.sheets
            if each.title in self.sheets
            for cell in self.sheets[each.title].cells_with_text(
                until=each.heading_rows[0]
            )
            if PLAN.search(fold(cell.text))
        ]
        for cell in titles[:1]:
            title = sentence(re.sub(r"\s*\([^)]*\)$", "", cell.text))
            self.result.plan |= {"title": title, "cell": cell.place}
        first, last = self.years
        if first:
            days = {"starts_on": f"{first}-01-01", "ends_on": f"{last}-12-31"}
            self.result.plan |= days

    def _complete_codes(self):
        """
        Give every record a plan-wide code; ask where none was written.

        Numbers that restart below each record are appended to its code.
        """
        for level in LEVELS:
            group = self.result.of(TABLES[level])
            single = [x for x in group if depth_of(x.values["code"]) == 1]
            places = {(x.values["code"], x.parent) for x in single}
            begin_again = len({code for code, _above in places}) < len(places)
            made, elsewhere = [], []
            for line in group:
                parent, code = self._parent(line), line.values["code"]
                start = (
                    f"{parent.values['code']}."
                    if parent and parent.values["code"]
                    else ""
                )
                if code is None and (found := self._code_from_below(line)):
                    line.values["code"] = found
                    self._ask_code(line, "code_missing", found)
                elif code is None or (begin_again and line in single):
                    line.values |= {"number": code} if code else {}
                    free = f"{start}{code}" if code else self._free_code(start, group)
                    line.values["code"] = free
                    made += [line] if level != "programme" or not code else []
                elif depth_of(code) > max(1, start.count(".")) > 0:
                    elsewhere += [line] if not code.startswith(start) else []
            # Codes that mostly do not extend their parents' are of another kind.
            for line in elsewhere if len(elsewhere) * 2 < len(group) else ():
                self._check_code(line)
            for first in made[:1]:
                cells = [each.code_cell.place for each in made]
                code = first.values["code"]
                self._ask_code(first, "codes_to_be_made", code, cells=cells)
            self._ask_repeated(group)
        for line in self.result.lines:
            parent = line if line.table in TABLES.values() else None
            while parent := parent and self._parent(parent):
                line.values.setdefault(
                    parent.table.removesuffix("s"), parent.values["code"]
                )

    def _complete_leads(self):
        for line in self.result.of("commitments"):
            below = [x for x in self.result.of("activities") if self._parent(x) is line]
            leads = Counter(x.values["lead"] for x in below if x.values.get("lead"))
            if leads and "lead" not in line.values:
                line.values["lead"] = likely = leads.most_common(1)[0][0]
                if len(leads) > 1:
                    cell = line.title_cell
                    self.ask(cell, "lead", "lead_from_below", likely, line=line)

    def _ask_code(self, line, reason, guess, **more):
        self.ask(line.code_cell, "code", reason, guess, line=line, **more)

    def _parent(self, line):
        return None if line.parent is None else self.result.lines[line.parent]

    def _code_from_below(self, line):
        below = (x for x in self.result.lines if x.parent == line.number)
        codes = (x.values["code"] for x in below if depth_of(x.values.get("code")) > 1)
        return next(codes, "").rpartition(".")[0] or None

    def _check_code(self, line):
        code = line.values["code"]
        line.values["code"] = other = in_notation_of(
            code, self._parent(line).values["code"]
        )
        self._ask_code(
            line, "other_notation" if other != code else "code_elsewhere", other
        )

    def _ask_repeated(self, group):
        seen = set()
        for line in group:
            code = fold(line.values["code"] or "")
            if code and code in seen:
                start = "".join(line.values["code"].rpartition(".")[:2])
                others = [self._free_code(start, group)]
                self._ask_code(line, "code_repeated", None, others=others)
            seen.add(code)

    def _free_code(self, start, group):
        used_codes = {line.values.get("code") for line in group}
        return next(x for n in count(1) if (x := f"{start}{n}") not in used_codes)

    def _ask_institutions(self):
        for text, (guess, cells) in self.named_texts.items():
            asked = MatrixQuestion(
                cells[0].place, "institution", text, f"institution_{guess.reason}",
                guess.acronym, cells=tuple(cell.place for cell in cells),
            )  # fmt: skip
            self.result.questions.append(asked)
        for line in list(self.result.lines):
            for name in ("lead", "agency", "supporting"):
                acronyms = line.values.get(name) or []
                for acronym in acronyms if isinstance(acronyms, list) else [acronyms]:
                    if acronym not in self.participations:
                        member = self.line("participations")
                        member.values["agency"] = acronym
                        first = next(iter(line.cell_by_field.values()))
                        member.cell_by_field["agency"] = line.cell_by_field.get(
                            name, first
                        )
                        self.participations[acronym] = member

    def _notice_other_sheets(self):
        titles = [fold(line.values.get("name", "")) for line in self.result.of("areas")]
        named = {naming.title for naming in self.naming.sheets}
        for sheet in self.sheets.values():
            if sheet.title not in named and sheet.state != "visible":
                self.notice(sheet.title, "hidden_sheet")
            elif sheet.title not in named:
                for cell in sheet.cells_with_text():
                    self._ask_unread_text(sheet, cell, titles)
                    self.leave_out_unless_used(cell, "sheet")

    def _ask_unread_text(self, sheet, cell, titles):
        words = fold(cell.text)
        name = fold(split_level(cell.text).name)
        is_known = any(name in title or title in name for title in titles if title)
        is_heading = (
            meaning_of(words) or TOTAL.match(words) or words == fold(sheet.title)
        )
        is_first = sheet.rows[cell.row][0] is cell or cell.column > 2
        asked_here = any(
            each.cell.startswith(f"{sheet.title}!")
            and each.cell.endswith(str(cell.row))
            for each in self.questions.values()
        )
        is_text = cell.number is None and not cell.is_formula
        if is_text and is_first and not (is_known or is_heading or asked_here):
            self.ask(cell, "commitment", "sheet_not_read")
