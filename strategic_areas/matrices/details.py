"""Details of a record: agencies, time, budget, state and indicators."""

import re
from itertools import pairwise

from django.conf import settings

from agencies.folding import fold
from strategic_areas.importing.values import span
from strategic_areas.matrices import amounts
from strategic_areas.matrices.institutions import split_responsible
from strategic_areas.matrices.spreadsheet import letter_of
from strategic_areas.matrices.times import MatrixTime, exactness, time_of

TEXTS = {
    "product": "product",
    "funding": "funding_source",
    "verification": "means_of_verification",
    "note": "note",
    "state": "state",
    "outcome": "outcome",
}
#: Fields that may have a text in each row of a record.
SEVERAL = {"note", "means_of_verification"}
#: Role → field whose cell shows that it was read.
FIELDS = {"responsible": "lead", "due": "due_on", "start": "starts_on"}
FIELDS |= {"budget": "budget_amount"}
ENDED = {
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
        #: Latest indicator by record number.
        self.indicators, self.split = {}, {}

    def read_row(self, sheet, line, row, *, is_new):
        """Read a row into ``line``; of a continued row only new values."""
        self.sheet, self.row, self.is_new = sheet, row, is_new
        at = sheet.sheet.at if is_new else lambda *place: sheet.sheet.cells.get(place)
        cells = {}
        for column in sheet.roles:
            if (cell := at(row, column)) and cell.text:
                cells.setdefault(cell.place, (column, cell))
        cells = dict(cells.values())
        measures, numbers = {}, {}
        for column, cell in cells.items():
            # A mark without a period is a due date.
            role = sheet.roles[column].removesuffix("chronogram") or "due"
            kind = role.partition(":")[0]
            if cell.is_formula and cell.text.startswith("="):
                self.reader.ask(cell, kind, "formula", line=line)
                cell = self.reader.answered(cell, kind)
            if cell.kept.startswith("="):
                continue
            if kind in {"indicator", "unit", "baseline", "baseline_year", "target"} or (
                role == "code:indicator"
            ):
                measures[role] = cell
            elif kind == "chronogram" and cell.kept.isdecimal():
                numbers[role.replace(kind, "target")] = cell
            elif role == "outcome" and "area" in sheet.current:
                self._detail(sheet.current["area"], role, column, cell)
            elif kind in {*TEXTS, *FIELDS, "lead", "supporting"}:
                self._detail(line, role, column, cell)
            elif kind in {"code", "currency", "level"}:
                self.reader.take(line, cell)
        if {each.kept for each in numbers.values()} - {"1"}:
            first = next(iter(numbers.values()))
            self.reader.ask(first, "target", "number_of_period", first.kept, line=line)
            measures |= numbers
        measures = {
            role: cell
            for role, cell in measures.items()
            if cell.place not in self.reader.taken or cell in numbers.values()
        }
        if sheet.periods and "exact_to" not in line.said:
            self._chronogram(line)
        self._state(line, cells)
        if is_new and "lead" not in line.said and "title" in line.said:
            self._no_lead(line)
        self._measure(line, measures)

    def _detail(self, line, role, column, cell):
        name = TEXTS.get(role) or FIELDS.get(role, role)
        old = line.places.get(name)
        readers = {"budget": self._budget, "due": self._time, "start": self._time}
        reads_who = {"responsible", "lead", "supporting"}
        read = self._who if role in reads_who else readers.get(role, self._text)
        if old is None or (name in SEVERAL and old.place != cell.place):
            read(line, role, column, cell)
        elif old.text != cell.text:
            said = line.said[name]
            said = ", ".join(said) if isinstance(said, list) else said
            self.reader.ask(cell, role, "second_value", said, line=line)
            answer = self.reader.answered(cell, role)
            if answer is not cell and answer.kept not in {"", said}:
                line.said.pop(name)
                read(line, role, column, answer)
        self.reader.take(line, cell)

    def _text(self, line, role, _column, cell):
        name, value = TEXTS[role], cell.kept
        if amounts.is_nothing(value) and not re.search(r"[^\W\d_]{4}", value):
            value = None
        earlier = line.said.get(name)
        self.reader.say(line, name, f"{earlier}\n{value}" if earlier else value, cell)

    def _ask_title(self, line, name, why, reading=None, **more):
        line.said[name] = reading
        self.reader.ask(line.title_cell, name, why, reading, line=line, **more)

    # Who, and when.

    def _no_lead(self, line):
        guess = self.reader.book.guess(self.sheet.sheet.title.strip())
        if {"lead", "responsible"} & {*self.sheet.columns}:
            self._ask_title(line, "lead", "no_lead")
        elif guess and guess.why != "unknown":
            if self.sheet.is_first("lead_from_title"):
                self._ask_title(line, "lead", "lead_from_title", guess.acronym)
                self.sheet.lead = line.said["lead"]
            line.said["lead"] = self.sheet.lead
        elif self.sheet.is_first("no_lead"):
            self._ask_title(line, "lead", "no_lead")

    def _who(self, line, role, column, cell):
        name = "supporting" if role == "supporting" else "responsible"
        text, whys = self.reader.answered(cell, name).kept, []
        if is_ditto(cell) and text == cell.kept and column in self.sheet.above:
            text, whys = self.sheet.above[column], ["ditto"]
        self.sheet.above[column] = text
        found = self.responsible(text, cell, role)
        if role != "supporting":
            self.reader.say(line, "lead", found.lead, cell)
        before = line.said.get("supporting", [])
        others = [
            x for x in found.supporting if x not in [*before, line.said.get("lead")]
        ]
        place = cell if role == "supporting" else None
        self.reader.say(line, "supporting", before + others, place)
        is_asked = "?" in cell.comment
        more = {"struck_inside": cell.kept != cell.text, "comment_asks": is_asked}
        for why in [*whys, *found.whys, *filter(more.get, more)]:
            self.reader.ask(cell, name, why, found.text or None, line=line)

    def responsible(self, text, cell, role):
        if (text, role) not in self.split:
            book = self.reader.book
            self.split[text, role] = split_responsible(text, book, role=role)
        found = self.split[text, role]
        for name, guess in found.named.items():
            self.reader.named_texts.setdefault(name, (guess, []))[1].append(cell)
        return found

    def _time(self, line, role, column, cell):
        answer, whys, years = self.reader.answered(cell, role), [], self.reader.years
        if is_ditto(cell) and column in self.sheet.above:
            time, whys = self.sheet.above[column], ["ditto"]
        else:
            time = time_of(cell.kept, years, day=cell.day, form=cell.format)
        if answer is not cell and answer.kept != time.due_on:
            time = time_of(answer.kept, years) if answer.kept else MatrixTime()
        self.sheet.above[column] = time
        if role == "start":
            starts_on = span(time.span)[0] if time.span else None
            self.reader.say(line, "starts_on", starts_on, cell)
        else:
            starts_on = time.starts_on or line.said.get("starts_on")
            line.said |= {"span": time.span or None, "starts_on": starts_on}
            line.said["exact_to"] = time.exact_to
            self.reader.say(line, "due_on", time.due_on, cell)
        said = YEAR.findall(cell.comment)
        if time.due_on and said and time.due_on[:4] not in said:
            whys.append("comment_differs")
        others = ["permanente"] if time.why == "recurring" else []
        for why in filter(None, [*whys, time.why]):
            self.reader.ask(cell, role, why, time.due_on, others=others, line=line)

    def _chronogram(self, line):
        sheet, columns = self.sheet.sheet, self.sheet.periods
        marked, coloured, others, answered = {}, {}, {}, {}
        # A colour of the whole row is no mark.
        beside = (cell for cell in sheet.rows[self.row] if cell.column not in columns)
        marks = self.sheet.mark_colours - {cell.colour for cell in beside}
        cells = {x: cell for x in columns if (cell := sheet.at(self.row, x))}
        for column, cell in cells.items():
            text = fold(cell.kept).strip()
            if self.reader.answered(cell, "due") is not cell:
                answered[cell.place] = column, cell
            if text.isdecimal() and not int(text):
                self.reader.take(line, cell)
            elif amounts.MARKS.fullmatch(text) or re.fullmatch(r"\w|\d+", text):
                marked[column] = cell
                self.reader.take(line, cell)
            elif text:
                others[cell.place] = column, cell
            elif cell.colour in marks:
                coloured[column] = cell
        line.said["exact_to"] = None
        both = marked | coloured
        if both and not others:
            self._marks(line, both, [*both.values()][0], is_marked=bool(marked))
        for place, (column, cell) in (others | answered).items():
            answer = self.reader.answered(cell, "due").kept
            if place in answered and answer == line.said.get("due_on"):
                continue
            if place in answered or re.search(r"[^\W_]{3}", answer):
                self._time(line, "due", column, cell)
            else:
                likely = [columns[column]]
                self.reader.say(line, "due_on", None, cell)
                self.reader.ask(cell, "due", "mark_unclear", others=likely, line=line)

    def _marks(self, line, both, cell, *, is_marked):
        place_of = {self.sheet.periods[column]: column for column in both}
        periods = sorted(place_of, key=span)
        text = "/".join(dict.fromkeys([periods[0], periods[-1]]))
        starts_on, ends_on = span(text)
        line.said |= {"span": text, "starts_on": starts_on, "marked": periods}
        line.said["exact_to"] = exactness(periods[-1])
        self.reader.say(line, "due_on", ends_on, cell)
        steps = [place_of[after] - place_of[x] for x, after in pairwise(periods)]
        if steps and min(steps) > 1:
            self.reader.ask(cell, "due", "marks_with_gaps", ends_on, line=line)
        elif max(steps, default=1) > 1:
            self.reader.notice(cell, "gap", text)
        if not is_marked:
            self.reader.ask(cell, "due", "only_colour", ends_on, line=line)

    # How much, and in which state.

    def _budget(self, line, _role, column, cell):
        answer = self.reader.answered(cell, "budget")
        heading = self.sheet.naming.headings.get(letter_of(column), "")
        for each in self.sheet.columns.get("currency", ()):
            beside = self.sheet.sheet.at(self.row, each)
            heading += f" {beside.text}" if beside else ""
        if answer is not cell and re.match(r"[A-Z]{3} \d", answer.kept):
            heading = ""  # a reading of here, in full units
        found = amounts.budget_of(
            answer,
            heading,
            self.reader.years,
            country=settings.COUNTRY,
            has_points=column in self.sheet.pointed,
        )
        amount = None if found.value is None else amounts.plain_number(found.value)
        line.said["budget_currency"] = found.currency
        self.reader.say(line, "budget_amount", amount, cell)
        if found.why:
            reading = amount and f"{found.currency} {amount}"
            self.reader.ask(cell, "budget", found.why, reading, line=line)

    def _state(self, line, cells):
        for cell in cells.values():
            if cell.colour in self.sheet.legend and "state" not in line.said:
                line.said["state"] = self.sheet.legend[cell.colour]
                self.reader.notice(cell, "colour_as_state", line.said["state"])
        state, note = (fold(line.said.get(name) or "") for name in ("state", "note"))
        by_state, by_note = (
            next((status for status, form in ENDED.items() if form.search(text)), None)
            for text in (state, note)
        )
        if by_state:
            line.said["status"] = by_state
        elif line.said.get("is_struck") and self.is_new:
            likely, others = by_note or "cancelled", [*ENDED, ""]
            self._ask_title(line, "status", "struck_through", likely, others=others)
        is_of_year = DONE.search(state) and YEAR.search(state)
        cell = line.places.get("state")
        if is_of_year and cell and cell.place in {x.place for x in cells.values()}:
            self.reader.ask(cell, "state", "state_of_a_year", "in progress", line=line)

    # Measured by what.

    def _measure(self, line, cells):
        if not cells:
            return
        made, cell = self.indicators.get(line.number), cells.get("indicator")
        if cell or made is None:
            made = self.indicators[line.number] = self.reader.line("indicators", line)
            name = self.reader.answered(cell, "indicator").kept if cell else ""
            name = name or line.said.get("product") or line.said.get("title", "")
            self.reader.say(made, "name", name, cell)
            if cell and cell.is_struck and not line.said.get("is_struck"):
                self.reader.ask(cell, "indicator", "struck_through", name, line=made)
        if cell is None and made.places == {} and self.sheet.is_first("no_indicator"):
            cell = next(iter(cells.values()))
            self.reader.ask(cell, "indicator", "no_indicator", name, line=made)
        if amounts.is_percentage(made.said["name"]):
            made.said["unit"] = "%"
        for role, name in {"code:indicator": "code", "unit": "unit"}.items():
            if role in cells:
                self.reader.say(made, name, cells[role].kept, cells[role])
        if "baseline" in cells:
            self._baseline(made, cells["baseline"])
        if year := cells.get("baseline_year"):
            said = YEAR.search(year.text)
            self.reader.say(made, "baseline_year", said[0] if said else None, year)
        targets = {r: c for r, c in cells.items() if r.startswith("target")}
        shares = any(each.is_percent for each in targets.values())
        for role, each in targets.items():
            self._targets(line, made, role.partition(":")[2], each, shares=shares)

    def _baseline(self, made, cell):
        answer = self.reader.answered(cell, "baseline")
        said = YEAR.search(self.sheet.naming.headings.get(letter_of(cell.column), ""))
        inside = re.search(r"\(?\b((?:19|20)\d\d)\b\)?:?", answer.kept)
        text = answer.kept
        if inside and cell.number is None and len(text) > len(inside[0]):
            said, text = inside, text.replace(inside[0], " ").strip()
        if said:
            made.said["baseline_year"] = said[1] if said is inside else said[0]
        answer = answer.saying(text) if text != answer.kept else answer
        found = amounts.target_of(answer, made.said["name"])
        value = None if found.value is None else amounts.plain_number(found.value)
        self.reader.say(made, "baseline", value, cell)
        self.reader.protect(cell, f"{made.said['name']}: {value}")
        if found.is_percent:
            made.said["unit"] = "%"
        if found.why not in {"", "whole_share"} and not amounts.is_nothing(text):
            self.reader.ask(
                cell, "baseline", found.why, value, others=found.others, line=made
            )

    def _targets(self, line, made, period, cell, *, shares):
        reader, name = self.reader, made.said["name"]
        answer, others = reader.answered(cell, "target"), ()
        reader.take(made, cell)
        if not answer.kept.strip("-–—_. "):
            return
        is_own = answer is cell
        is_dated = not is_own and YEAR.search(answer.kept)
        is_yearly = re.search(amounts.EACH_YEAR, fold(answer.kept))
        if period and not is_dated and not is_yearly:
            found = amounts.target_of(answer, name, shares=shares and is_own)
            values = {} if found.value is None else {period: found.value}
            is_percent, why, others = found.is_percent, found.why, found.others
        else:
            due = line.said.get("due_on")
            values, is_percent, why = amounts.targets_of(
                answer,
                name,
                reader.years,
                due and int(due[:4]),
                asks_yearly=bool(period),
            )
        if is_percent and values:
            made.said["unit"] = "%"
        said = {each: amounts.plain_number(value) for each, value in values.items()}
        for each, value in said.items():
            target = reader.line("targets", made)
            first, last = span(each)
            target.said |= {"period": each, "starts_on": first, "ends_on": last}
            reader.say(target, "value", value, cell)
        if not is_own and cell.is_percent:
            reader.asked_shares.add(made.number)
        if why == "whole_share":
            why = "" if made.number in reader.asked_shares else why
            reader.asked_shares.add(made.number)
        if why:
            by_year = "; ".join(f"{year}: {value}" for year, value in said.items())
            reading = said[period] if [*said] == [period] else by_year
            reader.ask(cell, "target", why, reading or None, others=others, line=made)
