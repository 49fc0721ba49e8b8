"""
An uploaded matrix, and forms for the meanings of its columns and for answers.

Each page sends the file to the next one, signed for its uploader; it is not stored.
"""

import base64
import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies import numbers
from agencies.models import Agency
from strategic_areas import matrices
from strategic_areas.desk.sheet_workbook.signed_preview import read_signed, sign
from strategic_areas.evidence import RefusedFileError
from strategic_areas.matrices import COLUMN_MEANINGS, Naming
from strategic_areas.matrices.naming import AREA_CELL_PATTERN, LEVELS
from strategic_areas.matrices.personal_data import identifying_kinds
from strategic_areas.matrices.times import period_of
from strategic_areas.models.activities import StopKind
from strategic_areas.models.drafts import MatrixNaming
from strategic_areas.plan_document.values import DAY
from strategic_areas.workbooks.reading import MAX_ROWS, digest_of

#: In bytes; a larger file would not fit, signed, into a form.
LARGEST_FILE = 1_300_000
#: The answer that leaves a value out.
LEAVE_OUT = "-"
#: Fields whose answer is a text of the plan; they are used, but not saved
#: for the next version of the matrix.
TEXT_FIELDS = {
    *("title", "name", "indicator", "product", "outcome"),
    *("verification", "funding", "state", "note", "unit"),
}
#: Fields whose answer is one or more agencies of the portal.
AGENCY_FIELDS = {"responsible", "lead", "supporting"}
NUMBER_FIELDS = {"target", "baseline"}
#: Fields whose answer is chosen, never typed, except of a programme that the matrix
#: does not name. "status" is suspended or cancelled; "state" is the matrix's own text.
#: "institution" is no column, but the question which agency a name in a cell means.
CHOICE_FIELDS = {"institution", "lead", "level", "status", *LEVELS}
#: Fields without which no record can be saved.
REQUIRED_FIELDS = {"responsible", "lead", "code", "programme"}
PERIOD = re.compile(r"20\d\d(?:-(?:Q[1-4]|S[12]|0[1-9]|1[0-2]))?")
DAY_READ = re.compile(r"\d{4}-\d\d-\d\d")
YEARS_TYPED = re.compile(r"[\d\s–-]*")
CODE = re.compile(r"[^\s/\\]{1,40}")
ACRONYM = re.compile(r"[^\W\d_][\w-]+")
MAX_QUESTIONS = 150
#: Parts of a naming that map one text to another.
MAPPING_PARTS = ("answers", "institutions")
#: Fields with row numbers of a sheet, in their order.
ROW_FIELDS = ("first_heading_row", "last_heading_row", "first_row", "last_row")


@dataclass
class UploadedMatrix:
    """
    An uploaded matrix and its uploader's answers.

    ``replacements`` maps the keys of suspected texts, which may identify a person, to
    their new texts; ``checked`` are the keys of those that the uploader ticked.
    """

    name: str
    content: bytes
    naming: Naming | None = None
    replacements: dict = field(default_factory=dict)
    checked: list = field(default_factory=list)

    @classmethod
    def of(cls, upload):
        """Read an upload, or raise ``RefusedFileError`` if it is too large to sign."""
        if upload.size > LARGEST_FILE:
            raise RefusedFileError(
                "size",
                _("This file is larger than %(limit)s.")
                % {"limit": filesizeformat(LARGEST_FILE)},
                _("Take the pictures out of it, such as logos, and save it again."),
            )
        upload.seek(0)
        return cls(upload.name, upload.read())

    def signed(self, signed_for):
        content = base64.b64encode(self.content).decode()
        naming = self.naming and self.naming.as_json()
        return sign(
            [self.name, content, naming, self.replacements, self.checked], signed_for
        )

    @classmethod
    def from_signed(cls, text, signed_for):
        """Return the matrix, or raise ``StalePreviewError`` as ``read_signed`` does."""
        name, content, naming, replacements, checked = read_signed(text, signed_for)
        naming = naming and Naming.from_json(naming)
        return cls(name, base64.b64decode(content), naming, replacements, checked)

    @property
    def file(self):
        return SimpleUploadedFile(self.name, self.content)

    @cached_property
    def layout(self):
        return matrices.detect_layout(self.file)

    @property
    def given_answers(self):
        """Triples of the key, the question and the answer of each question."""
        for key, answer in self.naming.answers.items():
            cell, name, _text = key.rsplit("#", 2)
            yield (
                key,
                f"{cell} · {COLUMN_MEANINGS.get(name, name)}",
                describe_value(answer) if answer else "–",
            )
        for text, acronym in self.naming.institutions.items():
            yield text, f"«{text}»", acronym or "–"

    def take_answers(self, plan_lines, question_form):
        """
        Take over the posted texts and answers; return whether some could not be parsed.

        Answers that the user wants to change are dropped. Nothing is saved.
        """
        data, self.checked = question_form.data, []
        for found in plan_lines.suspected_texts:
            text = data.get(found.name, found.text).replace("\r\n", "\n").strip()
            if text != found.text:
                self.replacements[found.key] = text
            if f"{found.name}-checked" in data:
                self.checked.append(checked_key(found.key, text))
        for key in data.getlist("again"):
            self.naming.answers.pop(key, None)
            self.naming.institutions.pop(key, None)
        for shown in (each for each in question_form.open_questions if each.chosen):
            answer = "" if shown.chosen == LEAVE_OUT else shown.chosen
            if shown.question.field == "institution":
                self.naming.institutions[shown.question.text] = answer
            else:
                self.naming.answers[shown.question.key] = answer
        return question_form.has_errors

    def suspected_texts_with_ticks(self, plan_lines):
        """Pairs of a text, also if reworded, and whether the uploader ticked it."""
        return [
            (found, checked_key(found.key, found.text) in self.checked)
            for found in plan_lines.suspected_texts
        ]

    def texts_that_prevent_saving(self, plan_lines):
        """Return the suspected texts that are barred or not checked yet."""
        return [
            found
            for found, is_checked in self.suspected_texts_with_ticks(plan_lines)
            if found.messages and (found.is_barred or not is_checked)
        ]

    def read(self):
        return matrices.read_matrix(
            self.file, self.naming, institutions=_institutions()
        )


def _institutions():
    for each in Agency.objects.prefetch_related("former_names"):
        former = [x for old in each.former_names.all() for x in (old.acronym, old.name)]
        names = filter(None, (each.name_es, each.name_en))
        yield matrices.KnownInstitution(each.acronym, [*names], former)


def proposed_naming(plan, layout):
    """Return the plan's saved naming, fitted to this file, or else a guess."""
    naming = layout.naming
    if saved := MatrixNaming.objects.filter(plan=plan).first():
        # A purge may have blanked required parts of the naming.
        with suppress(TypeError, ValueError, KeyError):
            pairs = {name: dict(saved.naming[name]) for name in MAPPING_PARTS}
            naming = Naming.from_json(saved.naming | pairs).adapted_to(layout)
    naming.years = [plan.starts_on.year, plan.ends_on.year]
    return naming


def save_naming(plan, naming):
    """
    Save the naming for the next version of the file, without texts of the plan.

    Pairs are saved as lists, since a purge searches values and not keys.
    """
    data = naming.as_json()
    for name in MAPPING_PARTS:
        data[name] = [
            pair
            for pair in data[name].items()
            if not any(map(identifying_kinds, pair))
            and TEXT_FIELDS.isdisjoint(pair[0].split("#"))
        ]
    for sheet in data["sheets"]:
        if identifying_kinds(sheet["title"]):
            sheet["title"] = ""
        for letter, heading in sheet["headings"].items():
            if identifying_kinds(heading):
                sheet["headings"][letter] = ""
    MatrixNaming.objects.update_or_create(
        plan=plan, defaults={"naming": data, "changed_at": timezone.now()}
    )


class ColumnNamingForm(forms.Form):
    """Asks for the meaning of each column of the sheets to read."""

    def __init__(self, *args, layout, naming, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.base, self.sheets, self.doubtful = naming, [], 0
        sheet_namings = {each.title: each for each in naming.sheets}
        for number, sheet in enumerate(layout.sheets):
            if sheet.kind not in {"hidden", "empty"}:
                self._add_sheet(number, sheet, sheet_namings.get(sheet.title))
        if not self.sheets:
            raise RefusedFileError(
                "empty",
                _("This workbook has no visible sheet with a text."),
                _("Save it with the sheet of the plan visible, and bring it again."),
            )
        self.fields["levels"] = forms.MultipleChoiceField(
            label=_("Levels that share one column"),
            choices=[(each, COLUMN_MEANINGS[each]) for each in LEVELS],
            initial=naming.levels,
            required="level" in self.data.values(),
            widget=forms.CheckboxSelectMultiple,
        )
        self.fields["by_depth"] = forms.BooleanField(
            label=_("In it, the depth of a row's code gives its level"),
            help_text=_("1 is above 1.1, and 1.1 above 1.1.1 or 1.1.a."),
            initial=naming.by_depth,
            required=False,
        )

    def _add_sheet(self, number, sheet, saved):
        start, shown = f"{number}-", saved or sheet.naming
        rows = {
            "first_heading_row": (
                _("First row of the headings"),
                shown.heading_rows[0],
            ),
            "last_heading_row": (_("Last row of the headings"), shown.heading_rows[-1]),
            "first_row": (_("First row of the plan"), shown.first_row),
            "last_row": (_("Last row of the plan"), shown.last_row),
        }
        self.fields[f"{start}read"] = forms.BooleanField(
            label=_("Read this sheet"), required=False, initial=saved is not None
        )
        for name, (label, value) in rows.items():
            self.fields[start + name] = forms.IntegerField(
                label=label, initial=value, min_value=1, max_value=MAX_ROWS
            )
        self.fields[f"{start}area"] = forms.RegexField(
            rf"^{AREA_CELL_PATTERN}$",
            label=_("Cell that names the area of the whole sheet"),
            initial=shown.area,
            required=False,
            help_text=_("Such as A4; “title” if the name of the sheet does."),
        )
        columns = []
        for column in sheet.columns:
            meaning = shown.columns.get(column.letter, column.meaning) or "ignore"
            name, period = start + column.letter, ""
            if meaning not in COLUMN_MEANINGS:
                meaning, _colon, period = meaning.partition(":")
            self.fields[name] = forms.ChoiceField(
                label=_("What column %(letter)s is") % {"letter": column.letter},
                choices=[
                    (each, str(COLUMN_MEANINGS[each]).capitalize())
                    for each in COLUMN_MEANINGS
                ],
                initial=meaning,
            )
            self.fields[f"{name}-period"] = forms.CharField(
                label=_("Period of column %(letter)s") % {"letter": column.letter},
                initial=period,
                required=False,
                max_length=40,
            )
            columns.append((column, name))
            self.doubtful += column.is_doubtful
        self.sheets.append((sheet, start, columns))

    @property
    def has_levels(self):
        return any("level" in each.columns.values() for each in self.base.sheets)

    @property
    def sheet_fields(self):
        """Triples of a sheet, its fields, and its columns with their two fields."""
        for sheet, start, columns in self.sheets:
            yield (
                sheet,
                [self[start + name] for name in ("read", *ROW_FIELDS, "area")],
                [(each, self[name], self[f"{name}-period"]) for each, name in columns],
            )

    def clean(self):
        cleaned = super().clean()
        for _sheet, start, columns in self.sheets:
            for _column, name in columns:
                cleaned[name] = self._meaning(name, cleaned)
            rows = [cleaned.get(start + name) for name in ROW_FIELDS]
            if None not in rows and sorted(rows) != rows:
                self.add_error(
                    f"{start}first_row",
                    _("The rows of the headings come first, then those of the plan."),
                )
        if not any(cleaned.get(f"{start}read") for _s, start, _c in self.sheets):
            raise ValidationError(_("Choose at least one sheet."))
        return cleaned

    def _meaning(self, name, cleaned):
        meaning, period = cleaned.get(name), cleaned.get(f"{name}-period")
        if not period or meaning not in {"target", "chronogram"}:
            return meaning
        found = PERIOD.fullmatch(period.upper())
        period = found[0] if found else period_of(period, self.base.years[0])
        if not period:
            self.add_error(
                f"{name}-period",
                _("Write a period such as 2027, 2027-S1, 2027-Q1 or 2027-03."),
            )
        return f"{meaning}:{period}"

    def updated_naming(self):
        cleaned = self.cleaned_data
        self.base.sheets = [
            matrices.SheetNaming(
                sheet.title,
                [cleaned[start + name] for name in ROW_FIELDS[:2]],
                cleaned[f"{start}first_row"],
                cleaned[f"{start}last_row"],
                {column.letter: cleaned[name] for column, name in columns},
                {column.letter: column.heading for column, name in columns},
                cleaned[f"{start}area"],
            )
            for sheet, start, columns in self.sheets
            if cleaned[f"{start}read"]
        ]
        levels, self.base.by_depth = cleaned["levels"], cleaned["by_depth"]
        self.base.levels = levels or [*LEVELS]
        return self.base


@dataclass
class ShownMatrixQuestion:
    name: str
    question: object
    cell: str
    choices: list
    chosen: str = ""
    typed: str = ""
    error: str = ""

    @property
    def may_be_typed(self):
        return (
            self.question.field not in CHOICE_FIELDS
            or self.question.reason == "no_programme"
        )

    @property
    def label(self):
        return COLUMN_MEANINGS.get(self.question.field, "")


class MatrixQuestionForm:
    def __init__(self, result, data=None):
        self.agencies = dict(Agency.objects.values_list("acronym", "name_es"))
        self.programmes = [
            (line.values["code"], f"{line.values['code']} {line.values['name']}")
            for line in result.of("programmes")
        ]
        self.data, self.count = data, len(result.questions)
        questions = sorted(result.questions, key=lambda each: each.guess is not None)
        self.open_questions = [
            self._shown_question(each) for each in questions[:MAX_QUESTIONS]
        ]
        if len({x.question.cell.rpartition("!")[0] for x in self.open_questions}) == 1:
            for each in self.open_questions:
                each.cell = cell_without_sheet(each.cell)

    def _shown_question(self, question):
        name, data = f"q-{digest_of(question.key)}", self.data
        is_name = question.field == "institution"
        guesses = [] if is_name else [question.guess, *question.others]
        choices = {x: describe_value(x) for x in guesses if x}
        if is_name or question.field in AGENCY_FIELDS:
            choices |= {a: f"{a} · {b}" for a, b in sorted(self.agencies.items())}
        if question.reason == "no_programme":
            choices |= dict(self.programmes)
        if question.field not in REQUIRED_FIELDS:
            choices[LEAVE_OUT] = _("Leave it out")
        chosen = question.guess if data is None else data.get(name, "")
        shown = ShownMatrixQuestion(
            *(name, question, question.cell, list(choices.items())),
            chosen=chosen if chosen in choices else "",
            typed=(data or {}).get(f"{name}-text", "").strip(),
        )
        if shown.typed and shown.may_be_typed:
            try:
                shown.chosen = self._parse_typed(question, shown.typed)
            except (ValidationError, ValueError) as error:
                shown.chosen = ""
                shown.error = " ".join(getattr(error, "messages", [str(error)]))
        return shown

    def _parse_typed(self, question, text):
        if len(text) > 400:
            raise ValueError(_("Write at most 400 characters."))
        if text == LEAVE_OUT and question.field in REQUIRED_FIELDS:
            raise ValueError(_("This cannot be left out."))
        if question.field in AGENCY_FIELDS and text != LEAVE_OUT:
            acronyms = {*ACRONYM.findall(text.replace("(apoyo)", ""))}
            if not set() < acronyms <= self.agencies.keys():
                raise ValueError(
                    _(
                        "Write acronyms of the portal: the lead, a slash, and those "
                        "that support, such as AAA / BBB, CCC (apoyo)."
                    )
                )
        elif question.field in {"due", "start"}:
            return DAY.clean(text).isoformat()
        elif question.field in NUMBER_FIELDS:
            for part in text.split(";"):
                years, _colon, number = part.rpartition(":")
                if not YEARS_TYPED.fullmatch(years):
                    raise ValueError(_("Write years and numbers, such as 2027: 5."))
                numbers.parse_number(number)
        elif question.field == "budget":
            return numbers.number_text(numbers.parse_number(text))
        elif question.field == "code" and not CODE.fullmatch(text):
            raise ValueError(_("A code has no blanks and no slashes."))
        return text

    @property
    def has_errors(self):
        return any(shown.error for shown in self.open_questions)


def checked_key(key, text):
    return f"{key}#{digest_of(text)}"


def describe_value(value):
    with suppress(ValueError):
        if DAY_READ.fullmatch(value):
            return f"{date.fromisoformat(value):%d/%m/%Y}"
    return str((COLUMN_MEANINGS | dict(StopKind.choices)).get(value, value))


@dataclass
class MatrixNode:
    """A line and the nodes below it; ``cells`` maps its fields to cells."""

    line: object
    cells: dict
    due: str
    below: list = field(default_factory=list)


def build_matrix_tree(result):
    """Return the nodes of the top lines, without participations."""
    nodes = [
        MatrixNode(
            line,
            {
                name: cell_without_sheet(cell.place)
                for name, cell in line.cell_by_field.items()
            },
            describe_value(line.values.get("due_on") or ""),
        )
        for line in result.lines
    ]
    for node in nodes:
        if node.line.parent is not None:
            nodes[node.line.parent].below.append(node)
    return [
        node
        for node in nodes
        if node.line.parent is None and node.line.table != "participations"
    ]


def cell_without_sheet(cell):
    return cell.rpartition("!")[2]
