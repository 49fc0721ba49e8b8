"""
The effect of a change on the protection of people and on what the public reads.

To compare both, the change is applied in a transaction and rolled back.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _, gettext_lazy

from agencies import access
from agencies.fields import field_of
from strategic_areas import sentences, workflow
from strategic_areas.desk.review.comparison import ComparedField
from strategic_areas.disclosure import PROTECTED
from strategic_areas.models import Activity, ActivityUpdate, Indicator
from strategic_areas.plan_document.records import public_differences
from strategic_areas.queries.figures import phrases
from strategic_areas.queries.figures.indicators import ValueDisplay
from strategic_areas.queries.public_rows import MODELS_BEHIND_ROWS, RowDifference


@dataclass(frozen=True)
class ProtectionChange:
    """
    The effect of a change on protection and public rows.

    ``fields`` are pairs of a record and the labels of its changed protective fields.
    ``changed`` are the differences in public rows; None if this user may not read them
    or the change is decided.
    """

    fields: list[tuple[str, str]]
    changed: list[RowDifference] | None

    @property
    def lines(self) -> list[ComparedField] | None:
        return describe_differences(self.changed)


def protective_changes(parts):
    """Return pairs of a record and the labels of the protective fields that change."""
    return [
        (str(part), ", ".join(field.label for field in fields))
        for part in parts
        if (fields := protective_fields(part))
    ]


def effect_of_change(change, user, left_out=()):
    """The effect without the parts whose numbers (``place``) are in ``left_out``."""
    parts = [part for part in change.records.all() if part.place not in left_out]
    fields = protective_changes(parts)
    if not ((access.is_reviewer(user) or user.is_superuser) and change.is_waiting):
        return ProtectionChange(fields, None)
    if MODELS_BEHIND_ROWS.isdisjoint(part.model for part in parts):
        return ProtectionChange(fields, [])
    touched = [(part.model, part.object_id) for part in parts if part.object_id]

    def apply():
        saved = workflow.CHANGE_STEPS.save_parts(change, parts, user)
        return [(type(record), record.pk) for record in saved.values()]

    return ProtectionChange(fields, public_differences(touched, apply))


def protective_fields(part):
    """
    Return the protective fields that a part sets.

    Of a new record, fields set to their default, or without one, are left out.
    """
    is_new = part.object_id is None
    return [
        field
        for field in part.model.fields.where(protects=True)
        if field.name in part.after
        and not (is_new and _is_default(field.model_field, part.after[field.name]))
    ]


def _is_default(field, value):
    return not field.has_default() or value == field.get_default()


#: Column → its label, and function that returns a row's value in words.
WORDED_COLUMNS = {
    "state": (gettext_lazy("State"), lambda row: sentences.state_word(row["state"])),
    "punctuality": (
        gettext_lazy("Punctuality"),
        lambda row: str(sentences.PUNCTUALITY.get(row["punctuality"], "")),
    ),
    "caption_es": (
        gettext_lazy("caption"),
        lambda row: phrases.choose_language(row["caption_es"], row["caption_en"]),
    ),
    "note_es": (
        gettext_lazy("note"),
        lambda row: phrases.choose_language(row["note_es"], row["note_en"]),
    ),
    "earlier": (
        gettext_lazy("earlier values"),
        lambda row: "; ".join(map(phrases.format_figure, row["earlier"])),
    ),
}
#: Dataset → model whose fields label its computed columns not in ``WORDED_COLUMNS``.
MODEL_OF_DATASET = {
    # Of a commitment only ``percent`` is left, which is a field of reports.
    "commitments": ActivityUpdate,
    "activities": Activity,
    "reports": ActivityUpdate,
    "indicators": Indicator,
}


def describe_differences(differences):
    """
    Describe each column that differs as a ``ComparedField``; None for None.

    Proposed columns are left out, since the proposal shows them.
    """
    if differences is None:
        return None
    return [
        ComparedField(_difference_label(each, name), *texts)
        for each in differences
        for name in each.computed_columns
        if (
            texts := [
                _cell_in_words(each, row, name) for row in (each.before, each.after)
            ]
        )
        and texts[0] != texts[1]
    ]


def _difference_label(difference, name):
    row, dataset = difference.row, difference.dataset
    if dataset == "reports":
        parts = [row["subject"], row["period"]]
    elif "indicator" in row:
        span = phrases.span_heading(row["starts_on"], row["ends_on"])
        parts = [row["indicator"], span, row["counted_by"]]
    else:
        parts = [row["code"]]
    if dataset == "breakdowns":
        label = phrases.choose_language(row["label_es"], row["label_en"])
        parts += [phrases.dimension_phrase(row["dimension"]), label]
    if name in WORDED_COLUMNS:
        parts.append(str(WORDED_COLUMNS[name][0]))
    elif dataset in MODEL_OF_DATASET:
        parts.append(field_of(MODEL_OF_DATASET[dataset], name).label)
    return " · ".join(filter(None, parts))


def _cell_in_words(difference, row, name):
    if row is None:
        return ""
    if name in WORDED_COLUMNS:
        return WORDED_COLUMNS[name][1](row)
    if row.get("shown") is ValueDisplay.WITHDRAWN:
        return _("Withdrawn figure")
    if row[name] is None:
        # A report never shows whether it states a number of victims.
        is_shown = difference.dataset != "reports" and name in row.get("protected", ())
        return str(PROTECTED) if is_shown else ""
    if "exactness" in row:
        return phrases.format_inexact(row[name], row["exactness"])
    return phrases.format_figure(Decimal(row[name]))
