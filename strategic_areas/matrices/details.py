"""What belongs to a record: who, when, how much, its state, what measures it."""

import re

from django.conf import settings

from agencies.folding import fold
from strategic_areas.importing.values import span
from strategic_areas.matrices import amounts
from strategic_areas.matrices.institutions import split_responsible
from strategic_areas.matrices.looking import letter_of
from strategic_areas.matrices.times import exactness, time_of

TEXTS = {
    "product": "product",
    "funding": "funding_source",
    "verification": "means_of_verification",
    "note": "note",
    "state": "state",
}
#: The roles of columns that belong to an indicator, not to the record above it.
OF_INDICATORS = {"indicator", "code:indicator", "unit", "baseline", "baseline_year"}
WHO = {"responsible": "lead", "lead": "lead", "supporting": "supporting"}
ENDED = [
    ("suspended", re.compile(r"suspend")),
    ("cancelled", re.compile(r"cancel|elimin|retirad|descart|withdrawn|anulad")),
]
DONE = re.compile(
    r"cumplid|completad|realizad|ejecutad|terminad|done|completed|achieved"
)
DITTO = re.compile(
    r"(?:id(?:em|\.)?|ditto|igual|lo mismo|same|misma?|[\"'”“″〃]+|,,)\.?"
)
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
#: Which share of a chronogram's cells may have a colour that is a mark.
MOST_MARKED = 0.6


class RecordReader:
    """Reads the columns beside the levels; ``reader`` collects what comes out."""

    def __init__(self, reader):
        self.reader = reader
        self.indicators = {}

    def read_row(self, sheet, line, row, cells, *, is_new):
        """All that a row says of ``line``; of a row that goes on, only what is new."""
        self.sheet, self.row, self.is_new = sheet, row, is_new
        texts = {}
        for column in sheet.roles:
            cell = sheet.sheet.cells.get((row, column))
            if is_new:
                cell = sheet.sheet.at(row, column)
            if (
                cell
                and cell.text
                and cell.place not in (x.place for x in texts.values())
            ):
                texts[column] = cell
        for column, cell in texts.items():
            role = sheet.roles[column]
            if role in TEXTS:
                self._text(line, TEXTS[role], cell)
            elif role == "outcome" and "area" in sheet.current:
                self._text(sheet.current["area"], "outcome", cell)
            elif role in {"responsible", "lead", "supporting"}:
                self._who(line, role, column, cell)
            elif role == "budget":
                self._budget(line, column, cell)
        self._when(line, texts)
        self._state(line, texts)
        if (
            is_new
            and "lead" not in line.said
            and line.table not in {"areas", "programmes"}
        ):
            self._no_lead(line)
        self._indicator(line, texts)
        for column, cell in texts.items():
            if sheet.roles[column].partition(":")[0] in {"code", "currency", "level"}:
                self.reader.take(line, cell)

    # Texts, and who.

    def _text(self, line, name, cell):
        value = cell.kept
        if amounts.is_nothing(value) and name in {"funding_source", "product"}:
            value = None if not re.search(r"[^\W\d_]{4}", value) else value
        if name in line.said and line.said[name] != value:
            if name == "note":
                value = f"{line.said[name]}\n{value}"
            else:
                self.reader.ask(cell, name, "second_value", line.said[name], line=line)
                self.reader.take(line, cell)
                return
        self.reader.say(line, name, value, cell)

    def _no_lead(self, line):
        if any(role in WHO for role in self.sheet.columns):
            place = line.places["title"]
            cell = self.sheet.sheet.at(self.row, self._column_of(place.cell))
            line.said["lead"] = None
            self.reader.ask(cell, "lead", "no_lead", line=line)

    def _column_of(self, place):
        letters = re.search(r"!([A-Z]+)\d+$", place)[1]
        return next(c for c in self.sheet.roles if letter_of(c) == letters)

    def _who(self, line, role, column, cell):
        name = "supporting" if role == "supporting" else "responsible"
        answer, is_answered = self.reader.answered(cell, name)
        text = answer.kept
        whys = []
        if DITTO.fullmatch(fold(text).strip()) and column in self.sheet.above:
            text = self.sheet.above[column]
            whys.append("ditto")
        else:
            self.sheet.above[column] = text
        found = self.responsible(text, cell, role)
        whys += found.whys
        if cell.kept != cell.text:
            whys.append("struck_inside")
        if "?" in cell.comment:
            whys.append("comment_asks")
        if not self.is_new and self._is_second(line, name, cell, found):
            return
        if role != "supporting":
            self.reader.say(line, "lead", found.lead, cell)
        before = line.said.get("supporting") or []
        extra = [
            x
            for x in found.supporting
            if x not in before and x != line.said.get("lead")
        ]
        self.reader.say(line, "supporting", before + extra, cell)
        for why in dict.fromkeys(whys):
            self.reader.ask(cell, name, why, found.text or None, line=line)

    def _is_second(self, line, name, cell, found):
        """Whether a later row of a record says again who answers for it."""
        old = line.places.get("supporting" if name == "supporting" else "lead")
        if old is None or old.cell == cell.place:
            return False
        if old.text != cell.text:
            self.reader.ask(cell, name, "second_value", found.text, line=line)
        self.reader.take(line, cell)
        return True

    def responsible(self, text, cell, role):
        """Lead and supporters of a text; remembers the names to be confirmed."""
        found = split_responsible(text, self.reader.book, role=role)
        for name, guess in found.named.items():
            self.reader.named_texts.setdefault(name, (guess, []))[1].append(cell)
        return found

    # When.

    def _when(self, line, texts):
        for column, cell in texts.items():
            role = self.sheet.roles[column]
            if role in {"due", "start"}:
                self._time(line, role, column, cell)
        columns = [
            c for c, role in self.sheet.roles.items() if role.startswith("chronogram")
        ]
        if columns and self.is_new and "exact_to" not in line.said:
            self._chronogram(line, columns)
        elif columns and not self.is_new:
            for column in columns:
                if column in texts:
                    self.reader.ask(texts[column], "due", "second_value", line=line)

    def _time(self, line, role, column, cell):
        answer, _is_answered = self.reader.answered(cell, role)
        text, whys = answer.kept, []
        if DITTO.fullmatch(fold(text).strip()) and column in self.sheet.above:
            time = self.sheet.above[column]
            whys.append("ditto")
        else:
            time = time_of(text, self.reader.years, day=answer.day, form=answer.format)
            self.sheet.above[column] = time
        if answer.kept == "" != cell.text:
            time = time.__class__()
        if not self.is_new and "exact_to" in line.said:
            if line.said.get("span") != time.span:
                self.reader.ask(cell, role, "second_value", time.span, line=line)
            return self.reader.take(line, cell)
        if role == "start":
            starts_on = span(time.span)[0].isoformat() if time.span else None
            self.reader.say(line, "starts_on", starts_on, cell)
        else:
            self._say_time(line, time, cell)
        years = set(YEAR.findall(cell.comment))
        if time.due_on and years and time.due_on[:4] not in years:
            whys.append("comment_differs")
        for why in [*whys, time.why]:
            if why:
                others = ["permanente"] if why == "recurring" else []
                self.reader.ask(cell, role, why, time.due_on, others=others, line=line)
        return None

    def _say_time(self, line, time, cell):
        for name in ("span", "starts_on", "due_on", "exact_to"):
            value = getattr(time, name) or None
            if name != "starts_on" or value or "starts_on" not in line.said:
                line.said[name] = value
        self.reader.say(line, "due_on", time.due_on, cell)

    def _chronogram(self, line, columns):
        sheet, marked, coloured = self.sheet.sheet, [], []
        texts = {}
        for column in columns:
            cell = sheet.at(self.row, column)
            period = self.sheet.roles[column].partition(":")[2]
            if cell and cell.text:
                texts.setdefault(cell.place, cell)
                answer, _ = self.reader.answered(cell, "due")
                if (
                    amounts.MARKS.fullmatch(fold(answer.kept).strip())
                    or (cell.number is not None or len(answer.kept.strip()) == 1)
                    and fold(answer.kept).strip() not in {"?", "-", "–", "—"}
                ):
                    marked.append((period, column, cell))
                    self.reader.take(line, cell)
            elif cell and cell.colour in self._mark_colours(columns):
                coloured.append((period, column, cell))
        others = [c for c in texts.values() if c.place not in line.cells]
        for cell in others:
            answer, _ = self.reader.answered(cell, "due")
            if re.search(r"[^\W_]{3}", answer.kept):
                self._time(line, "due", cell.column, cell)
            else:
                period = self.sheet.roles[cell.column].partition(":")[2]
                self.reader.say(line, "due_on", None, cell)
                self.reader.ask(cell, "due", "mark_unclear", others=[period], line=line)
        if not others:
            self._say_marks(
                line, sorted(marked + coloured, key=lambda each: each[1]), marked
            )
        line.said.setdefault("exact_to", None)

    def _say_marks(self, line, both, marked):
        if not both:
            line.said |= {"due_on": None}
            return
        first, last = both[0][0], both[-1][0]
        text = first if first == last else f"{first}/{last}"
        starts_on, ends_on = (day.isoformat() for day in span(text))
        line.said |= {
            "span": text, "starts_on": starts_on, "exact_to": exactness(last),
            "marked": [period for period, *_ in both],
        }  # fmt: skip
        self.reader.say(line, "due_on", ends_on, both[0][2])
        steps = [b[1] - a[1] for a, b in zip(both, both[1:], strict=False)]
        if steps and min(steps) > 1:
            self.reader.ask(both[0][2], "due", "marks_with_gaps", ends_on, line=line)
        elif any(step > 1 for step in steps):
            self.reader.notice(both[0][2], "gap", text)
        if not marked:
            self.reader.ask(both[0][2], "due", "only_colour", ends_on, line=line)

    def _mark_colours(self, columns):
        """The colours of empty cells that mark a time: those that few cells have."""
        if not hasattr(self.sheet, "mark_colours"):
            naming, found = self.sheet.naming, {}
            rows = range(naming.first_row, naming.last_row + 1)
            for row in rows:
                for column in columns:
                    cell = self.sheet.sheet.cells.get((row, column))
                    if cell and cell.colour:
                        found[cell.colour] = found.get(cell.colour, 0) + 1
            most = MOST_MARKED * len(rows) * len(columns)
            self.sheet.mark_colours = {c for c, count in found.items() if count < most}
        return self.sheet.mark_colours

    # How much, and in which state.

    def _budget(self, line, column, cell):
        answer, _is_answered = self.reader.answered(cell, "budget")
        heading = self.sheet.naming.headings.get(letter_of(column), "")
        for each in self.sheet.columns.get("currency", ()):
            beside = self.sheet.sheet.at(self.row, each)
            heading += f" {beside.text}" if beside else ""
        found = amounts.budget_of(
            answer, heading, self.reader.years,
            country=settings.COUNTRY, has_points=self._has_points(column),
        )  # fmt: skip
        amount = None if found.amount is None else amounts.plain_number(found.amount)
        if not self.is_new and "budget_amount" in line.said:
            if line.said["budget_amount"] != amount:
                self.reader.ask(cell, "budget", "second_value", amount, line=line)
            self.reader.take(line, cell)
            return
        line.said["budget_currency"] = found.currency
        self.reader.say(line, "budget_amount", amount, cell)
        if found.why:
            reading = amount and f"{found.currency} {amount}"
            self.reader.ask(cell, "budget", found.why, reading, line=line)

    def _has_points(self, column):
        return any(
            re.search(r"\d\.\d{1,2}(?!\d)", cell.text)
            for (_row, at), cell in self.sheet.sheet.cells.items()
            if at == column
        )

    def _state(self, line, texts):
        """The state: by its words, a legend's colours, and what is struck through."""
        for cell in texts.values():
            if cell.colour in self.sheet.legend and "state" not in line.said:
                line.said["state"] = self.sheet.legend[cell.colour]
                self.reader.notice(cell, "colour_as_state", line.said["state"])
        state = fold(line.said.get("state") or "")
        note = fold(line.said.get("note") or "")
        by_state = next((s for s, form in ENDED if form.search(state)), None)
        by_note = next((s for s, form in ENDED if form.search(note)), None)
        place = line.places.get("title") or line.places.get("name")
        if by_state:
            line.said["status"] = by_state
        elif line.said.get("is_struck") and self.is_new and place:
            title = self.sheet.sheet.at(self.row, self._column_of(place.cell))
            line.said["status"] = by_note or "cancelled"
            self.reader.ask(
                title,
                "status",
                "struck_through",
                line.said["status"],
                others=["suspended", "cancelled", ""],
                line=line,
            )
        if DONE.search(state) and YEAR.search(state) and "state" in line.places:
            cell = next(
                c for c in texts.values() if self.sheet.roles[c.column] == "state"
            )
            self.reader.ask(cell, "state", "state_of_a_year", "in progress", line=line)

    # Measured by what.

    def _indicator(self, line, texts):
        sheet = self.sheet
        by_role = {sheet.roles[column]: cell for column, cell in texts.items()}
        mine = {
            role: cell for role, cell in by_role.items()
            if (role in OF_INDICATORS or role.startswith("target"))
            and cell.place not in self.reader.taken
        }  # fmt: skip
        if not mine:
            return
        if "indicator" in mine:
            made = self.reader.line("indicators", line)
            answer, _ = self.reader.answered(mine["indicator"], "indicator")
            self.reader.say(made, "name", answer.kept, mine["indicator"])
            self.indicators[line.number] = made
        elif line.number not in self.indicators:
            made = self.reader.line("indicators", line)
            cell = next(iter(mine.values()))
            name = (
                line.said.get("product") or line.said.get("title") or line.said["name"]
            )
            self.reader.say(made, "name", name)
            self.reader.ask(cell, "indicator", "no_indicator", name, line=made)
            self.indicators[line.number] = made
        made = self.indicators[line.number]
        if "code:indicator" in mine:
            self.reader.say(
                made, "code", mine["code:indicator"].kept, mine["code:indicator"]
            )
        if "unit" in mine:
            self.reader.say(made, "unit", mine["unit"].kept, mine["unit"])
        if amounts.is_percentage(made.said["name"]):
            made.said["unit"] = "%"
        self._baseline(made, mine)
        targets = {r: c for r, c in mine.items() if r.startswith("target")}
        shares = any(cell.is_percent for cell in targets.values())
        for role, cell in targets.items():
            self._targets(line, made, role.partition(":")[2], cell, shares=shares)

    def _baseline(self, made, mine):
        cell = mine.get("baseline")
        year = mine.get("baseline_year")
        if cell is not None:
            answer, _ = self.reader.answered(cell, "baseline")
            plain = re.sub(r"\(?\b((?:19|20)\d\d)\b\)?[:,]?", " ", answer.kept)
            years = YEAR.findall(answer.kept)
            is_alone = cell.number is None and years and re.search(r"\d|[a-z]", plain)
            if is_alone:
                answer = answer.__class__(
                    cell.place, 0, 0, plain.strip(), plain.strip()
                )
                made.said["baseline_year"] = years[0]
            found = amounts.target_of(answer, made.said["name"])
            value = found.value is not None and amounts.plain_number(found.value)
            self.reader.say(made, "baseline", value or None, cell)
            if found.is_percent:
                made.said["unit"] = "%"
            if found.why not in {"", "whole_share"} and not amounts.is_nothing(
                answer.kept
            ):
                self.reader.ask(cell, "baseline", found.why, value or None,
                                others=found.others, line=made)  # fmt: skip
        if year is not None:
            said = YEAR.search(year.text)
            self.reader.say(made, "baseline_year", said[0] if said else None, year)
            if not said and not amounts.is_nothing(year.kept):
                self.reader.ask(year, "baseline_year", "no_number", line=made)

    def _targets(self, line, made, period, cell, *, shares):
        reader, name = self.reader, made.said["name"]
        answer, is_answered = reader.answered(cell, "target")
        reader.take(made, cell)
        if is_answered and not answer.kept:
            return
        others = ()
        is_yearly = re.search(amounts.EACH_YEAR, fold(answer.kept))
        is_dated = is_answered and YEAR.search(answer.kept)
        if period and not is_yearly and not is_dated:
            found = amounts.target_of(answer, name, shares=shares and not is_answered)
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
        for each, value in values.items():
            target = reader.line("targets", made)
            first, last = (day.isoformat() for day in span(each))
            target.said |= {"period": each, "starts_on": first, "ends_on": last}
            reader.say(target, "value", amounts.plain_number(value), cell)
        if why == "whole_share":
            if made.said.get("asked_share"):
                return
            made.said["asked_share"] = True
        if why:
            said = {year: amounts.plain_number(v) for year, v in values.items()}
            by_year = "; ".join(f"{year}: {value}" for year, value in said.items())
            reading = said[period] if [*said] == [period] else by_year
            reader.ask(cell, "target", why, reading or None, others=others, line=made)
