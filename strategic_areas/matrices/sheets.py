"""Reads the rows of a sheet as records at their levels."""

import re
from functools import cached_property

from agencies.folding import fold
from strategic_areas.matrices.details import is_ditto
from strategic_areas.matrices.detection import NOTE, TOTAL, heading_parts
from strategic_areas.matrices.levels import (
    COORDINATOR,
    depth_of,
    level_among,
    split_level,
)
from strategic_areas.matrices.naming import CODES, LEVELS
from strategic_areas.matrices.spreadsheet import MatrixCell, column_of
from strategic_areas.workbooks.reading import comparable

TABLES = {level: f"{level}s" for level in LEVELS[:3]} | {"activity": "activities"}
#: The field of a record's title, by table.
TITLES = dict.fromkeys(["areas", "programmes"], "name")
TITLES |= dict.fromkeys(["commitments", "activities"], "title")
#: Meanings of a lone cell that is a heading.
HEADING_MEANINGS = {"level", *CODES}
#: Maximum share of a timetable's cells in a marking colour.
MAX_MARKED_SHARE = 0.6
#: Columns that rows of totals leave empty.
RECORD_MEANINGS = {"lead", "responsible", "due", "indicator"}
CONTINUATION = re.compile(r"\(?(?:viene|contin|cont\.|cont'd)|[a-záéíóúñ]")
OUTCOME = re.compile(r"(?:objetivo|proposito|outcome|goal)\b[^:]{0,30}: *")


class SheetReader:
    def __init__(self, reader, sheet, naming):
        self.reader, self.sheet, self.naming = reader, sheet, naming
        self.meanings = {
            column_of(k): v for k, v in naming.columns.items() if v != "ignore"
        }
        self.columns = {
            meaning: [
                column for column, other in self.meanings.items() if other == meaning
            ]
            for meaning in self.meanings.values()
        }
        #: The period of each column of a timetable.
        self.periods = {
            column: meaning.partition(":")[2]
            for column, meaning in self.meanings.items()
            if meaning.startswith("chronogram:")
        }
        self.current, self.values_above, self.last_record, self.lead = (
            {},
            {},
            None,
            None,
        )
        self.levels = reader.naming.levels
        self.by_colour, self.by_depth, self.widths = {}, {}, {}
        self.is_nested = reader.naming.by_depth and "level" in self.columns
        self.reasons_asked = set()
        self.headings = {
            column: tuple(map(fold, heading_parts(sheet, column, naming.heading_rows)))
            for column in range(1, sheet.last_column + 1)
        }
        #: Colour → state, by the legend: below the records, a cell in the colour and
        #: the text to its right.
        self.legend = {
            cell.colour: neighbour.text
            for (row, column), cell in sheet.cells.items()
            if row > naming.last_row and cell.colour and not cell.text
            if (neighbour := sheet.cells.get((row, column + 1))) and neighbour.text
        }

    def read(self):
        naming = self.naming
        if self.is_nested:
            self._learn_depths()
        elif "level" in self.columns:
            self._learn_levels()
        has_titles = self.columns.keys() & {"level", *LEVELS}
        for row, cells in self.sheet.rows.items():
            if naming.first_row <= row <= naming.last_row:
                if not has_titles and self.first_time("no_titles"):
                    self.reader.ask(cells[0], "level", "no_titles")
                self._read_row(row, cells)
        self._ask_coordinators()
        self._notice_cells()

    @cached_property
    def mark_colours(self):
        colours = [each.colour for each in self.cells_below_headings(self.periods)]
        rows = self.naming.last_row - self.naming.first_row + 1
        most = MAX_MARKED_SHARE * rows * len(self.periods)
        return {each for each in colours if each and colours.count(each) < most}

    @cached_property
    def columns_with_decimal_points(self):
        """Budget columns in which one or two digits follow a point."""
        cells = self.cells_below_headings(self.columns["budget"])
        return {x.column for x in cells if re.search(r"\d\.\d\d?(?!\d)", x.text)}

    def cells_below_headings(self, columns):
        rows = range(self.naming.first_row, self.naming.last_row + 1)
        cells = self.sheet.cells
        return [cells[row, x] for row in rows for x in columns if (row, x) in cells]

    def first_time(self, reason):
        """Whether no question had this reason yet; it is remembered."""
        is_first = reason not in self.reasons_asked
        self.reasons_asked.add(reason)
        return is_first

    def _learn_depths(self):
        cells = self.cells_below_headings(self.columns["level"][:1])
        depths = {depth_of(self._level_text(cell, "level").code) for cell in cells}
        above = ["area"] if self.naming.area else []
        levels = [each for each in self.levels if each not in above] or [*LEVELS]
        for at, depth in enumerate(sorted(depths - {0})):
            self.by_depth[depth] = levels[min(at, len(levels) - 1)]

    def _learn_levels(self):
        for cell in self.cells_below_headings(self.columns["level"][:1]):
            level_text = split_level(cell.text)
            is_of_record = level_text.code and len(self.sheet.rows[cell.row]) > 1
            level = level_among(level_text.word, self.levels)
            if level := level or (self.levels[-1] if is_of_record else ""):
                self.by_depth.setdefault(depth_of(level_text.code), level)
                if cell.colour and level_text.word:
                    self.by_colour.setdefault(cell.colour, level)
                self.widths.setdefault(level, []).append(self._width(cell))

    def _width(self, cell):
        return self.sheet.widths.get((cell.row, cell.column), 1)

    def _area_of_sheet(self):
        naming, reader = self.naming, self.reader
        if naming.area == "title":
            text = self.sheet.title.strip()
            cell = MatrixCell(f"{self.sheet.title}!", 0, 0, text, text)
            reader.ask(cell, "area", "area_from_title", text)
        else:
            letters, digits = re.fullmatch(r"([A-Z]+)(\d+)", naming.area).groups()
            cell = self.sheet.at(int(digits), column_of(letters))
        line = cell and self._record("area", cell, split_level(cell.unstruck_text))
        # Nothing is below the title of a sheet: the range is empty.
        below = cell.row + 1 if cell and cell.row else naming.last_row
        for cell in self.sheet.cells_with_text(below, naming.heading_rows[0]):
            if found := OUTCOME.match(comparable(cell.text)):
                reader.set_value(
                    line, "outcome", cell.unstruck_text[found.end() :], cell
                )
        return line

    # Rows.

    def _read_row(self, row, cells):
        read_cells = [cell for cell in cells if cell.column in self.meanings]
        if self.is_nested:
            read_cells = [
                x for x in read_cells if self.meanings[x.column] not in CODES
            ] or read_cells
        meanings = [self.meanings[cell.column] for cell in read_cells]
        first, alone = comparable(cells[0].text), len(read_cells) == 1
        reason = "column"
        if self._repeats_headings(cells):
            reason = "heading_again"
        elif TOTAL.match(first) and RECORD_MEANINGS.isdisjoint(meanings):
            reason = "total"
        elif (
            alone
            and meanings != ["note"]
            and NOTE.match(first)
            and not (self.is_nested and self._level_text(read_cells[0], "level").code)
        ):
            reason = "note_row"
        elif alone and (
            meanings[0] in HEADING_MEANINGS
            or self._width(read_cells[0]) > 2
            or (
                meanings[0] in LEVELS
                and CONTINUATION.match(read_cells[0].unstruck_text)
            )
            or self._lacks_code(read_cells[0])
        ):
            self._read_heading(read_cells[0])
        elif read_cells:
            self._read_record(row)
        for cell in cells:
            self.reader.leave_out_unless_used(cell, reason)

    def _lacks_code(self, cell):
        level = self.meanings[cell.column]
        is_coded = level in LEVELS and self.columns.get(f"code:{level}")
        return is_coded and not self._level_text(cell, level).code

    def _repeats_headings(self, cells):
        # "Eje 2: Persecución" alone below the heading "Eje" is an area.
        if len(cells) == 1:
            return comparable(cells[0].text) in self.headings[cells[0].column]
        same = [
            cell
            for cell in cells
            if comparable(cell.text).startswith(self.headings[cell.column])
        ]
        return len(same) == len(cells) or (len(same) > 2 and len(same) * 2 > len(cells))

    def _read_heading(self, cell):
        level_text = self._level_text(cell, self.meanings[cell.column])
        level = self._level_of(cell, level_text, is_alone=True)
        if level and not (self.last_record and CONTINUATION.match(cell.unstruck_text)):
            line = self._record(level, cell, level_text)
            if level in self.widths and self._width(cell) == 1:
                joined = [each for each in self.widths[level] if each > 1]
                if len(joined) * 2 > len(self.widths[level]) and level_text.word:
                    self.reader.ask(
                        cell, level, "not_merged", level_text.code, line=line
                    )
        elif level_text.code:
            self.reader.ask(cell, "level", "no_level", others=self.levels)
        elif self.last_record is not None:
            name = TITLES[self.last_record.table]
            more = re.sub(r"^\([^)]*\)\s*", "", cell.unstruck_text)
            joined = f"{self.last_record.values[name]} {more}"
            self.reader.ask(cell, name, "goes_on", joined, line=self.last_record)
            self.reader.use_cell(self.last_record, cell)
            self.reader.check_text(cell, joined)
        else:
            self.reader.leave_out_unless_used(cell, "not_understood")

    def _level_of(self, cell, level_text, *, is_alone):
        """
        The level of a text, or "".

        The user's answer counts first; then the code's depth if the sheet is nested;
        then a level word. Otherwise, with a column of levels, a cell that ``is_alone``
        has the level of its colour or else its code's depth, others the lowest; without
        one, a cell has the level of its column, or is an area if its code has depth 1.
        """
        answer = self.reader.answered_cell(cell, "level")
        if answer is not cell:
            return answer.unstruck_text
        if self.is_nested and level_text.code:
            return self.by_depth[depth_of(level_text.code)]
        if "level" in self.columns:
            by_depth = (
                self.by_depth.get(depth_of(level_text.code), "")
                if level_text.code
                else ""
            )
            return level_among(level_text.word, self.levels) or (
                self.by_colour.get(cell.colour, by_depth)
                if is_alone
                else self.levels[-1]
            )
        meaning = self.meanings.get(cell.column, "")
        word = level_among(level_text.word, [*LEVELS])
        below = [level for level in LEVELS if level in self.columns]
        # A heading outside the column of the highest level stands above its records:
        # "Objetivo 1" beside a column of objectives is an area.
        if word and below and LEVELS.index(word) >= LEVELS.index(below[0]):
            above = LEVELS[max(LEVELS.index(below[0]) - 1, 0)]
            word = below[0] if meaning == below[0] else above
        top = "area" if depth_of(level_text.code) == 1 else ""
        without_word = "" if self._lacks_code(cell) else meaning
        return word or (without_word if meaning in LEVELS else top)

    def _read_record(self, row):
        started, lines = None, self.reader.result.lines
        cells = {each.column: each for each in self.sheet.rows[row]}
        columns = self.columns.get("level", [])[:1]
        columns += [each for level in LEVELS for each in self.columns.get(level, ())]
        for cell in filter(None, map(cells.get, columns)):
            meaning, before = self.meanings[cell.column], len(lines)
            level_text = self._level_text(cell, meaning)
            if meaning == "level":
                level = self._level_of(cell, level_text, is_alone=False)
                started = self._record(level, cell, level_text)
            elif not is_ditto(cell):
                line = self._record(meaning, cell, level_text)
                started = line if len(lines) > before else started
            elif line := self.current.get(meaning):
                self.reader.use_cell(line, cell)
                self.reader.ask(cell, meaning, "ditto", line.values.get("code"))
        if line := started or self.last_record:
            self.reader.details.read_row(self, line, row, is_new=started is not None)

    def _code(self, row, level):
        # The last of ``CODES`` is an indicator's.
        meanings = CODES[:-1] if level == "level" else [f"code:{level}"]
        columns = [
            each for meaning in meanings for each in self.columns.get(meaning, ())
        ]
        cells = (self.sheet.at(row, column) for column in columns)
        return next((cell for cell in cells if cell and cell.text), None)

    def _level_text(self, cell, level):
        level_text = split_level(
            cell.unstruck_text,
            accepts_bare_number=self.is_nested or level in LEVELS[:2],
        )
        if (code := self._code(cell.row, level)) is None:
            return level_text
        worded = split_level(code.unstruck_text)
        own = worded.code if worded.word else ""
        return level_text._replace(code=own or code.unstruck_text.rstrip(".)"))

    # Records.

    def _record(self, level, cell, level_text):
        reader, code = self.reader, level_text.code
        code_cell = self._code(cell.row, self.meanings.get(cell.column, ""))
        higher = reversed(LEVELS[: LEVELS.index(level)])
        parent = next(filter(None, map(self.current.get, higher)), None)
        if parent is None and level != "area" and self.naming.area:
            parent = self._area_of_sheet()
        key = (level, parent and parent.number, code, fold(level_text.name))
        same = reader.records.get(key)
        if level not in LEVELS[:2] and same is not self.current.get(level):
            same = None
        line = reader.records[key] = same or reader.line(TABLES[level], parent)
        for each in filter(None, (cell, code_cell)):
            reader.use_cell(line, each)
        if same is None:
            reader.set_value(line, TITLES[line.table], level_text.name, cell)
            reader.set_value(
                line, "code", ".".join(code.split()) or None, code_cell or cell
            )
            if " " in code:
                reader.ask(
                    code_cell, "code", "other_notation", line.values["code"], line=line
                )
            self._read_struck(line, cell)
            if level_text.coordinator:
                found = reader.details.responsible(
                    level_text.coordinator, cell, "responsible"
                )
                reader.set_value(line, "lead", found.lead, cell)
                if found.supporting:
                    reader.set_value(line, "supporting", found.supporting, cell)
            is_low = level not in LEVELS[:2] and (not parent or parent.table == "areas")
            if is_low and self.first_time(("no_programme", parent and parent.number)):
                likely = parent and parent.values["name"]
                reader.ask(cell, "programme", "no_programme", likely, line=line)
        if self.current.get(level) is not line:
            for lower in LEVELS[LEVELS.index(level) :]:
                self.current.pop(lower, None)
            self.current[level] = self.last_record = line
        return line

    def _read_struck(self, line, cell):
        if cell.is_struck:
            line.values["is_struck"] = True
        if cell.unstruck_text != cell.text:
            name = TITLES[line.table]
            self.reader.ask(cell, name, "struck_inside", line.values[name], line=line)

    def _ask_coordinators(self):
        for level in LEVELS[:3]:
            lines = [
                line for line in self.reader.result.of(TABLES[level])
                if line.title_cell.place.startswith(f"{self.sheet.title}!")
            ]  # fmt: skip
            bare = [x for x in lines if not COORDINATOR.search(x.title_cell.text)]
            for line in bare if len(bare) * 2 < len(lines) else ():
                line.values.setdefault("lead", None)
                self.reader.ask(line.code_cell, "lead", "no_coordinator", line=line)

    # Notices about cells.

    def _notice_cells(self):
        reader, sheet = self.reader, self.sheet
        for cell in sheet.cells.values():
            kinds = {
                "comment": cell.comment,
                "struck": cell.text and cell.is_struck,
                "formula": cell.is_formula,
            }
            for kind in filter(kinds.get, kinds):
                text = cell.comment if kind == "comment" else cell.text
                reader.notice(cell, kind, text)
            if cell.text:
                reader.leave_out_unless_used(cell, self._reason_left_out(cell))
        for name, kind in sheet.hidden:
            reader.notice(f"{sheet.title}!{name}", kind)

    def _reason_left_out(self, cell):
        if cell.row < self.naming.first_row:
            return "heading" if cell.row >= self.naming.heading_rows[0] else "above"
        if cell.row <= self.naming.last_row:
            return "column"
        is_total = TOTAL.match(comparable(self.sheet.rows[cell.row][0].text))
        return "total" if is_total else "below"
