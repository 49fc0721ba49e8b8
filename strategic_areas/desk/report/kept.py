"""What the report of a closed round tells from the rows of its edition."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from types import SimpleNamespace

from django.utils.translation import gettext as _

from strategic_areas.desk.report.matrix import NOTHING, percent
from strategic_areas.progress import Counts, Punctuality
from strategic_areas.queries.figures.words import in_language
from strategic_areas.queries.pages.round_report import RoundReport
from strategic_areas.states import CommitmentState


def groups(content: RoundReport) -> list[SimpleNamespace]:
    """The commitments of the plan and of each area, as rows of a board have them."""
    rows = [_row(each) for each in content.tables["commitments"].values()]
    codes = [each.area.code for each in content.areas]
    return [
        SimpleNamespace(
            rows=part,
            counts=Counts(
                len(part),
                tuple(Counter(CommitmentState(row.state) for row in part).items()),
            ),
        )
        for part in (rows, *([row for row in rows if row.area == c] for c in codes))
    ]


def _row(row):
    lead = SimpleNamespace(acronym=row["lead_acronym"])
    day = row["due_on"] and date.fromisoformat(row["due_on"])
    return SimpleNamespace(
        **row,
        is_late=row["punctuality"] == Punctuality.LATE,
        deadline=SimpleNamespace(due_on=day),
        commitment=SimpleNamespace(**row | {"lead": lead, "sort_code": row["code"]}),
    )


def silence(content: RoundReport, otherwise: list) -> list[tuple[str, ...]]:
    """
    The agencies that had not handed in all, with how much they were asked.

    ``otherwise`` is what is told where the edition tells of no answers.
    """
    told = content.tables.get("scorecards", {}).values()
    asked = [row for row in told if row["round"] == content.period.code]
    found = [
        (
            f"{row['agency_acronym']} · {in_language(agency, 'name')}",
            *(str(row[name]) for name in ("asked", "handed_in", "missing")),
        )
        for row in asked
        for agency in [SimpleNamespace(**content.tables["agencies"][row["agency"]])]
        if row["missing"]
    ]
    return found if asked else otherwise


def changes(content: RoundReport) -> Iterable[tuple[str, ...]]:
    """The commitments, then the activities, that tell another state than before."""
    for of in content.differences or ():
        if of.dataset.name in {"commitments", "activities"}:
            words = next(c.codes for c in of.dataset.columns if c.name == "state")
            for each in of.rows:
                row = SimpleNamespace(**each.row)
                yield (
                    row.code,
                    in_language(row, "title"),
                    each.row.get("lead_acronym") or each.row.get("agency_acronym"),
                    *(_state(words, old) for old in (each.before, each.after)),
                )


def _state(words, row):
    if row is None:
        return _("Not in the plan")
    return f"{words.get(row['state'], NOTHING)} {percent(row['percent'])}".strip()
