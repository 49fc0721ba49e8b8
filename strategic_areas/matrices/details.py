"""Details of a record: agencies, time, budget, state and indicators."""

import re
from itertools import pairwise

from django.conf import settings

from agencies.folding import fold
from agencies.numbers import number_text
from strategic_areas.importing.values import span
from strategic_areas.matrices import amounts
from strategic_areas.matrices.institutions import split_responsible
from strategic_areas.matrices.spreadsheet import letter_of
from strategic_areas.matrices.times import MatrixTime, exactness, time_of
from strategic_areas.plan_document.stored_plan import plain_number

TEXTS = {
    "product": "product",
    "funding": "funding_source",
    "verification": "means_of_verification",
    "note": "note",
    "state": "state",
    "outcome": "outcome",
}
#: Fields that may have a text in each row of a record.
REPEATED_FIELDS = {"note", "means_of_verification"}
#: Meaning of a column → field that its value fills, if of another name.
FIELDS = {"responsible": "lead", "due": "due_on", "start": "starts_on"}
FIELDS |= {"budget": "budget_amount"}
END_STATES = {
    "suspended": re.compile(r"suspend"),
    "cancelled": re.compile(r"cancel|elimin|retirad|descart|withdrawn|anulad"),
}
DONE = re.compile(
    r"cumplid|completad|realizad|ejecutad|terminad|done|completed|achieved"
)
DITTO = re.compile(
    r"(?:id(?:em|\.)?|ditto|igual|lo mismo|same|misma?|[\"'”“″〃»]+|,,)\.?"
)
YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def is_ditto(cell):
    return bool(DITTO.fullmatch(fold(cell.text).strip()))


class RecordReader:
    """Reads the detail columns; ``reader`` collects the results."""

    def __init__(self, reader):
        self.reader = reader
        #: Number of a record → its latest indicator.
        self.indicators = {}
        #: Text and meaning of a cell → the institutions found in it.
        self.split_texts = {}

    def read_row(self, sheet_reader, line, row, *, is_new):
        """Read a row into its record; if it continues one, only new values."""
        self.sheet_reader, self.row, self.is_new = sheet_reader, row, is_new
        sheet = sheet_reader.sheet
        # A merged cell is read once, with the first row of its record.
        at = sheet.at if is_new else lambda *place: sheet.cells.get(place)
        cells = {}
        for column in sheet_reader.meanings:
            if (cell := at(row, column)) and cell.text:
                cells.setdefault(cell.place, (column, cell))
        cells = dict(cells.values())
        measures, numbers = {}, {}
        for column, cell in cells.items():
            # A timetable's column without a period holds due dates.
            meaning = sheet_reader.meanings[column].removesuffix("chronogram") or "due"
            kind = meaning.partition(":")[0]
            # A cell is measured once, with the first row of its record.
            was_read = cell.place in self.reader.used_places
            if cell.is_formula and cell.text.startswith("="):
                self.reader.ask(cell, kind, "formula", line=line)
                cell = self.reader.answered_cell(cell, kind)
            if cell.unstruck_text.startswith("="):
                continue
            if kind in {"indicator", "unit", "baseline", "baseline_year", "target"} or (
                meaning == "code:indicator"
            ):
                if not was_read:
                    measures[meaning] = cell
            elif kind == "chronogram" and cell.unstruck_text.isdecimal():
                numbers[meaning.replace(kind, "target")] = cell
            elif meaning == "outcome" and "area" in sheet_reader.current:
                self._detail(sheet_reader.current["area"], meaning, column, cell)
            elif kind in {*TEXTS, *FIELDS, "lead", "supporting"}:
                self._detail(line, meaning, column, cell)
            elif kind in {"code", "currency", "level"}:
                self.reader.use_cell(line, cell)
        # Numbers in a timetable are targets, unless all are 1: then they are marks.
        if {each.unstruck_text for each in numbers.values()} - {"1"}:
            first = next(iter(numbers.values()))
            self.reader.ask(
                first, "target", "number_of_period", first.unstruck_text, line=line
            )
            measures |= numbers
        # With "exact_to" the record's time was read already.
        if sheet_reader.periods and "exact_to" not in line.values:
            self._timetable(line)
        self._state(line, cells)
        if is_new and "lead" not in line.values and "title" in line.values:
            self._no_lead(line)
        self._measure(line, measures)

    def _detail(self, line, meaning, column, cell):
        name = TEXTS.get(meaning) or FIELDS.get(meaning, meaning)
        old = line.cell_by_field.get(name)
        readers = {"budget": self._budget, "due": self._time, "start": self._time}
        reads_who = {"responsible", "lead", "supporting"}
        read = self._who if meaning in reads_who else readers.get(meaning, self._text)
        if old is None or (name in REPEATED_FIELDS and old.place != cell.place):
            read(line, meaning, column, cell)
        elif old.text != cell.text:
            value = line.values[name]
            value = ", ".join(value) if isinstance(value, list) else value
            self.reader.ask(cell, meaning, "second_value", value, line=line)
            answer = self.reader.answered_cell(cell, meaning)
            if answer is not cell and answer.unstruck_text not in {"", value}:
                line.values.pop(name)
                read(line, meaning, column, answer)
        self.reader.use_cell(line, cell)

    def _text(self, line, meaning, _column, cell):
        name, value = TEXTS[meaning], cell.unstruck_text
        if amounts.is_nothing(value) and not re.search(r"[^\W\d_]{4}", value):
            value = None
        earlier = line.values.get(name)
        self.reader.set_value(
            line, name, f"{earlier}\n{value}" if earlier else value, cell
        )

    def _ask_title(self, line, name, reason, guess=None, **more):
        line.values[name] = guess
        self.reader.ask(line.title_cell, name, reason, guess, line=line, **more)

    # Who, and when.

    def _no_lead(self, line):
        guess = self.reader.names.guess(self.sheet_reader.sheet.title.strip())
        if {"lead", "responsible"} & {*self.sheet_reader.columns}:
            self._ask_title(line, "lead", "no_lead")
        elif guess and guess.reason != "unknown":
            if self.sheet_reader.first_time("lead_from_title"):
                self._ask_title(line, "lead", "lead_from_title", guess.acronym)
                self.sheet_reader.lead = line.values["lead"]
            line.values["lead"] = self.sheet_reader.lead
        elif self.sheet_reader.first_time("no_lead"):
            self._ask_title(line, "lead", "no_lead")

    def _who(self, line, meaning, column, cell):
        name = "supporting" if meaning == "supporting" else "responsible"
        text, reasons = self.reader.answered_cell(cell, name).unstruck_text, []
        if (
            is_ditto(cell)
            and text == cell.unstruck_text
            and column in self.sheet_reader.values_above
        ):
            text, reasons = self.sheet_reader.values_above[column], ["ditto"]
        self.sheet_reader.values_above[column] = text
        found = self.responsible(text, cell, meaning)
        if meaning != "supporting":
            self.reader.set_value(line, "lead", found.lead, cell)
        before = line.values.get("supporting", [])
        others = [
            x for x in found.supporting if x not in [*before, line.values.get("lead")]
        ]
        place = cell if meaning == "supporting" else None
        self.reader.set_value(line, "supporting", before + others, place)
        is_asked = "?" in cell.comment
        more = {
            "struck_inside": cell.unstruck_text != cell.text,
            "comment_asks": is_asked,
        }
        for reason in [*reasons, *found.reasons, *filter(more.get, more)]:
            self.reader.ask(cell, name, reason, found.text or None, line=line)

    def responsible(self, text, cell, meaning):
        if (text, meaning) not in self.split_texts:
            names = self.reader.names
            self.split_texts[text, meaning] = split_responsible(
                text, names, role=meaning
            )
        found = self.split_texts[text, meaning]
        for name, guess in found.named.items():
            self.reader.named_texts.setdefault(name, (guess, []))[1].append(cell)
        return found

    def _time(self, line, meaning, column, cell):
        answer, reasons, years = (
            self.reader.answered_cell(cell, meaning),
            [],
            self.reader.years,
        )
        if is_ditto(cell) and column in self.sheet_reader.values_above:
            time, reasons = self.sheet_reader.values_above[column], ["ditto"]
        else:
            time = time_of(
                cell.unstruck_text, years, day=cell.day, number_format=cell.format
            )
        if answer is not cell and answer.unstruck_text != time.due_on:
            time = (
                time_of(answer.unstruck_text, years)
                if answer.unstruck_text
                else MatrixTime()
            )
        self.sheet_reader.values_above[column] = time
        if meaning == "start":
            starts_on = span(time.span)[0] if time.span else None
            self.reader.set_value(line, "starts_on", starts_on, cell)
        else:
            starts_on = time.starts_on or line.values.get("starts_on")
            line.values |= {"span": time.span or None, "starts_on": starts_on}
            line.values["exact_to"] = time.exact_to
            self.reader.set_value(line, "due_on", time.due_on, cell)
        years = YEAR.findall(cell.comment)
        if time.due_on and years and time.due_on[:4] not in years:
            reasons.append("comment_differs")
        others = ["permanente"] if time.reason == "recurring" else []
        for reason in filter(None, [*reasons, time.reason]):
            self.reader.ask(
                cell, meaning, reason, time.due_on, others=others, line=line
            )

    def _timetable(self, line):
        sheet, columns = self.sheet_reader.sheet, self.sheet_reader.periods
        marked, coloured, others, answered = {}, {}, {}, {}
        # A colour of the whole row is no mark.
        other_cells = (x for x in sheet.rows[self.row] if x.column not in columns)
        marks = self.sheet_reader.mark_colours - {cell.colour for cell in other_cells}
        cells = {x: cell for x in columns if (cell := sheet.at(self.row, x))}
        for column, cell in cells.items():
            text = fold(cell.unstruck_text).strip()
            if self.reader.answered_cell(cell, "due") is not cell:
                answered[cell.place] = column, cell
            if text.isdecimal() and not int(text):
                self.reader.use_cell(line, cell)
            elif amounts.TICK.fullmatch(text) or re.fullmatch(r"\w|\d+", text):
                marked[column] = cell
                self.reader.use_cell(line, cell)
            elif text:
                others[cell.place] = column, cell
            elif cell.colour in marks:
                coloured[column] = cell
        line.values["exact_to"] = None
        both = marked | coloured
        if both and not others:
            self._marks(line, both, [*both.values()][0], is_marked=bool(marked))
        for place, (column, cell) in (others | answered).items():
            answer = self.reader.answered_cell(cell, "due").unstruck_text
            if place in answered and answer == line.values.get("due_on"):
                continue
            if place in answered or re.search(r"[^\W_]{3}", answer):
                self._time(line, "due", column, cell)
            else:
                likely = [columns[column]]
                self.reader.set_value(line, "due_on", None, cell)
                self.reader.ask(cell, "due", "mark_unclear", others=likely, line=line)

    def _marks(self, line, both, cell, *, is_marked):
        place_of = {self.sheet_reader.periods[column]: column for column in both}
        periods = sorted(place_of, key=span)
        text = "/".join(dict.fromkeys([periods[0], periods[-1]]))
        starts_on, ends_on = span(text)
        line.values |= {"span": text, "starts_on": starts_on, "marked": periods}
        line.values["exact_to"] = exactness(periods[-1])
        self.reader.set_value(line, "due_on", ends_on, cell)
        steps = [place_of[after] - place_of[x] for x, after in pairwise(periods)]
        if steps and min(steps) > 1:
            self.reader.ask(cell, "due", "marks_with_gaps", ends_on, line=line)
        elif max(steps, default=1) > 1:
            self.reader.notice(cell, "gap", text)
        if not is_marked:
            self.reader.ask(cell, "due", "only_colour", ends_on, line=line)

    # How much, and in which state.

    def _budget(self, line, _meaning, column, cell):
        answer = self.reader.answered_cell(cell, "budget")
        heading = self.sheet_reader.naming.headings.get(letter_of(column), "")
        for each in self.sheet_reader.columns.get("currency", ()):
            neighbour = self.sheet_reader.sheet.at(self.row, each)
            heading += f" {neighbour.text}" if neighbour else ""
        if answer is not cell and re.match(r"[A-Z]{3} \d", answer.unstruck_text):
            heading = ""  # an amount that the reader proposed, already in full units
        found = amounts.budget_of(
            answer,
            heading,
            self.reader.years,
            country=settings.COUNTRY,
            has_decimal_points=column in self.sheet_reader.columns_with_decimal_points,
        )
        amount = None if found.value is None else number_text(found.value)
        line.values["budget_currency"] = found.currency
        self.reader.set_value(
            line, "budget_amount", amount and plain_number(found.value), cell
        )
        if found.reason:
            guess = amount and f"{found.currency} {amount}"
            self.reader.ask(
                cell, "budget", found.reason, guess, others=found.others, line=line
            )

    def _state(self, line, cells):
        for cell in cells.values():
            if cell.colour in self.sheet_reader.legend and "state" not in line.values:
                line.values["state"] = self.sheet_reader.legend[cell.colour]
                self.reader.notice(cell, "colour_as_state", line.values["state"])
        state, note = (fold(line.values.get(name) or "") for name in ("state", "note"))
        by_state, by_note = (
            next(
                (
                    status
                    for status, pattern in END_STATES.items()
                    if pattern.search(text)
                ),
                None,
            )
            for text in (state, note)
        )
        if by_state:
            line.values["status"] = by_state
        elif line.values.get("is_struck") and self.is_new:
            likely, others = by_note or "cancelled", [*END_STATES, ""]
            self._ask_title(line, "status", "struck_through", likely, others=others)
        is_of_year = DONE.search(state) and YEAR.search(state)
        cell = line.cell_by_field.get("state")
        if is_of_year and cell and cell.place in {x.place for x in cells.values()}:
            self.reader.ask(cell, "state", "state_of_a_year", "in progress", line=line)

    # Measured by what.

    def _measure(self, line, cells):
        if not cells:
            return
        indicator, cell = self.indicators.get(line.number), cells.get("indicator")
        if cell or indicator is None:
            indicator = self.indicators[line.number] = self.reader.line(
                "indicators", line
            )
            name = (
                self.reader.answered_cell(cell, "indicator").unstruck_text
                if cell
                else ""
            )
            name = name or line.values.get("product") or line.values.get("title", "")
            self.reader.set_value(indicator, "name", name, cell)
            if cell and cell.is_struck and not line.values.get("is_struck"):
                self.reader.ask(
                    cell, "indicator", "struck_through", name, line=indicator
                )
        if (
            cell is None
            and indicator.cell_by_field == {}
            and self.sheet_reader.first_time("no_indicator")
        ):
            cell = next(iter(cells.values()))
            self.reader.ask(cell, "indicator", "no_indicator", name, line=indicator)
        if amounts.names_percentage(indicator.values["name"]):
            indicator.values["unit"] = "%"
        for meaning, name in {"code:indicator": "code", "unit": "unit"}.items():
            if meaning in cells:
                self.reader.set_value(
                    indicator, name, cells[meaning].unstruck_text, cells[meaning]
                )
        if "baseline" in cells:
            self._baseline(indicator, cells["baseline"])
        if year := cells.get("baseline_year"):
            found = YEAR.search(year.text)
            self.reader.set_value(
                indicator, "baseline_year", found[0] if found else None, year
            )
        targets = {r: c for r, c in cells.items() if r.startswith("target")}
        others_are_percent = any(each.is_percent for each in targets.values())
        for meaning, each in targets.items():
            self._targets(
                line,
                indicator,
                meaning.partition(":")[2],
                each,
                others_are_percent=others_are_percent,
            )

    def _baseline(self, indicator, cell):
        answer = self.reader.answered_cell(cell, "baseline")
        year = YEAR.search(
            self.sheet_reader.naming.headings.get(letter_of(cell.column), "")
        )
        inside = re.search(r"\(?\b((?:19|20)\d\d)\b\)?:?", answer.unstruck_text)
        text = answer.unstruck_text
        if inside and cell.number is None and len(text) > len(inside[0]):
            year, text = inside, text.replace(inside[0], " ").strip()
        if year:
            indicator.values["baseline_year"] = year[1] if year is inside else year[0]
        answer = answer.with_text(text) if text != answer.unstruck_text else answer
        found = amounts.target_of(answer, indicator.values["name"])
        value = None if found.value is None else number_text(found.value)
        self.reader.set_value(
            indicator, "baseline", value and plain_number(found.value), cell
        )
        self.reader.check_text(cell, f"{indicator.values['name']}: {value}")
        if found.is_percent:
            indicator.values["unit"] = "%"
        if found.reason not in {"", "whole_share"} and not amounts.is_nothing(text):
            self.reader.ask(
                cell,
                "baseline",
                found.reason,
                value,
                others=found.others,
                line=indicator,
            )

    def _targets(self, line, indicator, period, cell, *, others_are_percent):
        reader, name = self.reader, indicator.values["name"]
        answer, others = reader.answered_cell(cell, "target"), ()
        reader.use_cell(indicator, cell)
        if not answer.unstruck_text.strip("-–—_. "):
            return
        is_own = answer is cell
        is_dated = not is_own and YEAR.search(answer.unstruck_text)
        is_yearly = re.search(amounts.EACH_YEAR, fold(answer.unstruck_text))
        if period and not is_dated and not is_yearly:
            found = amounts.target_of(
                answer, name, others_are_percent=others_are_percent and is_own
            )
            values = {} if found.value is None else {period: found.value}
            is_percent, reason, others = found.is_percent, found.reason, found.others
        else:
            due = line.values.get("due_on")
            values, is_percent, reason = amounts.targets_of(
                answer,
                name,
                reader.years,
                due and int(due[:4]),
                column_has_period=bool(period),
            )
        if is_percent and values:
            indicator.values["unit"] = "%"
        numbers = {each: number_text(value) for each, value in values.items()}
        for each, value in values.items():
            target = reader.line("targets", indicator)
            first, last = span(each)
            target.values |= {"period": each, "starts_on": first, "ends_on": last}
            reader.set_value(target, "value", plain_number(value), cell)
        if not is_own and cell.is_percent:
            reader.percentage_indicators.add(indicator.number)
        # Whether 1 means 100 % is asked once for each indicator.
        if reason == "whole_share":
            reason = "" if indicator.number in reader.percentage_indicators else reason
            reader.percentage_indicators.add(indicator.number)
        if reason:
            by_year = "; ".join(f"{year}: {value}" for year, value in numbers.items())
            guess = numbers[period] if [*numbers] == [period] else by_year
            reader.ask(
                cell, "target", reason, guess or None, others=others, line=indicator
            )
