"""The columns of the workbook: what each is called, asks for and holds."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: Counts the shapes of the workbook; one of another shape is refused.
FORMAT = "hoja-1"


@dataclass(frozen=True)
class Column:
    """``name`` is how a column is recognised wherever it was moved to."""

    name: str
    header: str | Promise
    width: int
    hint: str | Promise = ""


#: Which row of the portal a line is about, and what stood there; hidden.
IDS = (
    Column("activity", "activity", 8),
    Column("update", "update", 8),
    Column("version", "version", 8),
    Column("seen", "seen", 8),
)
#: What helps to fill the rest; locked.
TOLD = (
    Column("code", _("Code"), 12),
    Column("title", _("Activity"), 42),
    Column("state", _("State"), 20),
    Column("last", _("Last published"), 26),
    Column("last_text", _("What was published"), 44),
)
#: What the agency fills, by the names of the forms' fields.
FILLED = (
    Column(
        "answer",
        _("Answer"),
        22,
        _(
            "Choose from the list. With “Same as the previous period” and “No news” "
            "leave the other cells as they are. Empty, it follows from what you fill."
        ),
    ),
    Column(
        "execution",
        _("Execution"),
        18,
        _("Choose from the list. Where a percent says it, it follows from that."),
    ),
    Column(
        "percent",
        _("Percent complete"),
        13,
        _(
            "A whole number from 0 to 100, since the activity began. Continuing work "
            "states a quantity instead."
        ),
    ),
    Column(
        "quantity",
        _("Quantity"),
        13,
        _("A number, 0 or more. Only for continuing work."),
    ),
    Column(
        "narrative_es",
        _("What was done"),
        60,
        _(
            "About the work, never about a person. The public reads it. A new line: "
            "Alt + Enter."
        ),
    ),
    Column(
        "obstacle_es",
        _("Obstacle"),
        40,
        _("What holds it back. Required when it is suspended, cancelled or late."),
    ),
    Column(
        "next_step_es",
        _("Next step"),
        40,
        _("Required when it is suspended, cancelled or late."),
    ),
    Column("people_reached", _("People reached"), 13, _("A whole number, 0 or more.")),
    Column(
        "places",
        _("Provinces"),
        26,
        _(
            "Names as they stand on the sheet of lists, separated by a semicolon: "
            "Azua; Duarte."
        ),
    ),
    Column("internal_note", _("Note for the secretariat"), 34, _("Never published.")),
    Column(
        "is_reserved",
        _("Reserved"),
        12,
        _("Yes where the law withholds it; then reason and legal basis are required."),
    ),
    Column(
        "reserved_reason",
        _("Why it is reserved"),
        34,
        _("For the secretariat; never published."),
    ),
    Column(
        "reserved_legal_basis",
        _("Legal basis"),
        24,
        _("The public reads it, such as: Ley 200-04, art. 17."),
    ),
    Column(
        "no_news_reason_es",
        _("No news, because"),
        34,
        _("Only with the answer “No news”. The public reads it. Name no person."),
    ),
)
COLUMNS = (*IDS, *TOLD, *FILLED)
FILLED_NAMES = tuple(column.name for column in FILLED)
HEADERS = {column.name: column.header for column in COLUMNS}

CHOICES = ("answer", "execution", "is_reserved")
NUMBERS = ("percent", "quantity", "people_reached")
#: With these answers every cell but the named ones stays as it was.
ALONE = {
    "same_as_before": {"answer"},
    "no_news": {"answer", "no_news_reason_es"},
}
