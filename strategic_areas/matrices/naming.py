"""
The confirmed meaning of a matrix's sheets and columns, kept for its next version.

Stored as JSON by ``as_json`` and read by ``from_json``.
"""

import re
from dataclasses import asdict, dataclass, field, replace

from django.utils.translation import gettext_lazy as _

from strategic_areas.workbooks.reading import MAX_ROWS, comparable

#: Meanings of columns; "target" and "chronogram", a timetable, may have a period:
#: "target:2027".
COLUMN_MEANINGS = {
    "area": _("area"),
    "programme": _("programme"),
    "commitment": _("commitment"),
    "activity": _("activity"),
    "level": _("several levels in one column"),
    "code:area": _("code of the area"),
    "code:programme": _("code of the programme"),
    "code:commitment": _("code of the commitment"),
    "code:activity": _("code of the activity"),
    "code:level": _("code of several levels"),
    "outcome": _("what the area is to lead to"),
    "product": _("product"),
    "indicator": _("indicator"),
    "code:indicator": _("code of the indicator"),
    "unit": _("unit of the indicator"),
    "baseline": _("baseline"),
    "baseline_year": _("year of the baseline"),
    "target": _("target"),
    "lead": _("lead"),
    "supporting": _("supporting agencies"),
    "responsible": _("lead and supporting agencies in one text"),
    "start": _("start"),
    "due": _("due date"),
    "chronogram": _("mark in a timetable"),
    "budget": _("budget"),
    "currency": _("currency"),
    "funding": _("who pays"),
    "verification": _("means of verification"),
    "state": _("state"),
    "note": _("note, not to be published"),
    "ignore": _("not to be read"),
}
#: The cell of the area's title, "title" for the sheet's name, or empty.
AREA_CELL_PATTERN = r"(?:title|[A-Z]{1,3}[0-9]{1,4})?"
LEVELS = ("area", "programme", "commitment", "activity")
#: Meanings of columns with patterns of their headings; the first match decides.
HEADINGS = [
    (meaning, re.compile(pattern))
    for meaning, pattern in [
        ("verification", r"medios? de verificacion|fuentes? de verificacion"
                         r"|verificacion"
                         r"|evidencias?|means of verification"),
        ("funding", r"fuentes?\b|financiamiento|financiador|cooperante|funding|source"),
        ("baseline_year", r"ano (?:de la |de )?(?:linea )?(?:de )?base|baseline year"),
        ("baseline", r"linea (?:de )?base|lb\b|valor (?:inicial|base)|baseline"
                     r"|situacion inicial|ejec(?:[.]|utad[oa]|ucion)? 20\d\d"),
        ("unit", r"unidad(?:es)?(?: de medida)?$|unit"),
        ("code:indicator", r"(?:cod\w*|n[o.]*) (?:del? )?indicador"),
        ("code", r"(?:n\.?[o°º]?\.?|num\w*\.?|#|cod\w*\.?|id|item|code|number"
                 r"|ref\w*\.?)"
                 r"(?: (?:de(?:l| la)? |of )?\w+)?$"),
        ("outcome", r"obj\w*\.? (?:gral|general|estrategico)|strategic objective"
                    r"|impacto"),
        ("product", r"productos?\b|entregables?|outputs?|deliverables?"
                    r"|resultados? esperados?"),
        ("indicator", r"indicador(?:es)?|indicators?"),
        ("responsible", r".*(?:responsable|lider).*(?:apoyo|colabora|corresponsable)"),
        ("supporting", r".*\bapoyo\b|.*\bapoyan?\b|co-?r?responsables?|.*colabora"
                       r"|.*involucrad|.*aliad|.*participantes|support|.*partner"
                       r"|.*contraparte"),
        ("responsible", r".*\bresponsables?\b|.*\blider|ejecutor|.*coordinador"
                        r"|unidad ejecutora"
                        r"|lead|responsible|.*a cargo|instituci"),
        ("start", r"(?:fecha (?:de )?)?inicio|desde|start"),
        ("due", r"plazos?\b|fechas?\b|vencimiento|hasta|fin\b|termino|deadline|due"
                r"|timeline"
                r"|time ?frame|periodo\b|tiempo|vigencia|end"),
        ("currency", r"moneda|currency|divisa"),
        ("budget", r"presupuesto|ppto|costos?\b|monto|inversion|recursos|budget|cost"
                   r"|amount"),
        ("state", r"estado|estatus|situacion|avance|semaforo|status|progress"
                  r"|cumplimiento"),
        ("note", r"observacion|obs\b|notas?\b|comentario|remarks?|comments?|notes?"),
        ("target", r"metas?\b|targets?|programacion|meta\b"),
        ("chronogram", r"cronograma|calendario|calendar|schedule|chronogram|gantt"),
        ("area", r"ejes?\b|areas?\b|pilar|componente|ambito|axis|pillar"
                 r"|strategic area|dimension"),
        ("programme", r"obj(?:etivos?)?\b|programa|estrategia|objective|outcome"
                      r"|resultado"
                      r"|programme|goal"),
        ("line", r"linea|line\b|lines\b|proyecto"),
        ("commitment", r"compromiso|accion|medida|action|measure|commitment"
                       r"|iniciativa"),
        ("activity", r"actividad|tarea|activit|task|sub-?accion"),
    ]
]  # fmt: skip
HIERARCHY = ("area", "programme", "line", "commitment", "activity")
LONGEST_HEADING = 70
#: Meanings of codes.
CODES = tuple(meaning for meaning in COLUMN_MEANINGS if meaning.startswith("code:"))


@dataclass
class SheetNaming:
    """
    How to read a sheet.

    ``columns`` maps letters to meanings, ``headings`` maps letters to headings, by
    which a moved column is found again. ``area`` is the cell with the title of the
    sheet's area, such as "A4", or "title" for the sheet's name.
    """

    title: str
    heading_rows: list = field(default_factory=lambda: [1, 1])
    first_row: int = 2
    last_row: int = 0
    columns: dict = field(default_factory=dict)
    headings: dict = field(default_factory=dict)
    area: str = ""


@dataclass
class Naming:
    """
    How to read a matrix.

    ``levels`` are the levels in a column of several, highest first; ``by_depth``: codes
    show them, otherwise words, looks and merged cells. ``years`` are the plan's first
    and last. ``answers`` maps a question's key to the chosen text, ``institutions`` a
    spelling to an acronym; "" means none.
    """

    sheets: list = field(default_factory=list)
    levels: list = field(default_factory=lambda: list(LEVELS))
    by_depth: bool = False
    years: list = field(default_factory=lambda: [0, 0])
    answers: dict = field(default_factory=dict)
    institutions: dict = field(default_factory=dict)

    def as_json(self):
        return asdict(self)

    @classmethod
    def from_json(cls, data):
        """Raises ``TypeError`` or ``ValueError`` for malformed data."""
        naming = cls(**data)
        naming.sheets = [SheetNaming(**each) for each in naming.sheets]
        for sheet in naming.sheets:
            first, last = sheet.heading_rows
            if not 0 < first <= last <= sheet.first_row <= sheet.last_row <= MAX_ROWS:
                raise ValueError(f"{sheet.title}: rows")
            if not re.fullmatch(AREA_CELL_PATTERN, sheet.area):
                raise ValueError(f"{sheet.title}: {sheet.area}")
            for letter, meaning in sheet.columns.items():
                if not (re.fullmatch("[A-Z]{1,3}", letter) and is_meaning(meaning)):
                    raise ValueError(f"{sheet.title}: {letter} {meaning}")
        return naming

    def adapted_to(self, layout):
        """
        Adapt this naming to another version of the file, by sheet names and headings.
        """
        guess = layout.naming
        by_title = {comparable(each.title): each for each in self.sheets}
        if len(by_title) == len(guess.sheets) == 1:
            by_title = {comparable(guess.sheets[0].title): self.sheets[0]}
        named = [each for each in guess.sheets if comparable(each.title) in by_title]
        for sheet in named:
            old = by_title[comparable(sheet.title)]
            words = old.headings
            meanings = {comparable(words.get(k, "")): v for k, v in old.columns.items()}
            for letter, heading in sheet.headings.items():
                by_words = meanings.get(comparable(heading))
                same = by_words if heading else old.columns.get(letter)
                sheet.columns[letter] = same or sheet.columns[letter]
            sheet.area = sheet.area or old.area
        pairs = {"answers": {**self.answers}, "institutions": {**self.institutions}}
        return replace(self, sheets=named or guess.sheets, **pairs)


def meaning_of(heading):
    if len(heading) > LONGEST_HEADING:
        return ""
    return "level" if len({*ranked_words(heading)}) > 1 else _meaning(heading)


def _meaning(heading):
    bare = re.sub(r"^(?:la|el|los|las|the) ", "", heading.strip(" .:*"))
    return next((meaning for meaning, pattern in HEADINGS if pattern.match(bare)), "")


def ranked_words(heading):
    """The level words of a heading such as "Eje / Línea / Actividad"."""
    parts = map(_meaning, re.split(r" ?/ ?| y | e |, |\n", heading))
    return [meaning for meaning in parts if meaning in HIERARCHY]


def is_meaning(meaning):
    start, _colon, period = str(meaning).partition(":")
    return meaning in COLUMN_MEANINGS or bool(
        period and start in {"target", "chronogram"}
    )
