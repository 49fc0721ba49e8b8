"""Saving what a preview announced, row by row, each checked again."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from strategic_areas.desk import answers


@dataclass
class Saved:
    """Codes of the activities by what became of them; ``refused`` with the reason."""

    saved: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def save(sheet, rows, *, by):
    """
    Store each row by itself, as the sheet does.

    What somebody saved in the meantime is left alone and told; a row that is stored
    already, because the press came twice, counts as saved.
    """
    told = Saved()
    for activity, code, data in rows:
        row = sheet.row(activity)
        if row is None:
            told.refused.append((code, _("It is no longer asked about in this round.")))
            continue
        form = answers.take(row, data, by=by)
        if form.conflict:
            told.conflicts.append(code)
        elif form.errors:
            told.refused.append((code, _first(form.errors)))
        else:
            told.saved.append(code)
    return told


def _first(errors):
    return next(iter(errors.values()))[0]
