"""What an official matrix takes the place of, told before it does."""

from dataclasses import dataclass

from strategic_areas.desk.planbook.columns import SHEETS
from strategic_areas.models import ActivityUpdate, CommitmentUpdate

#: The sheets of records that others may replace.
REPLACING = ("commitments", "activities")


@dataclass(frozen=True)
class Succession:
    """
    ``pairs`` are a new record and what it replaces; ``left`` are records by the title
    of their sheet that stand without a successor although the plan does not state them.

    ``counts`` are triples of a sheet's title and how many count before and afterwards.
    ``reports`` is how many published reports the replaced records keep.
    """

    pairs: list
    left: list
    counts: list
    reports: int


def succession(stored, drafts):
    """The ``Succession`` that the drafts bring about; None where none replaces."""
    renewed = {}
    for draft in drafts:
        if "supersedes" in draft.links:
            renewed[id(draft.record)] = draft
    pairs = [
        (draft.record, draft.links["supersedes"])
        for draft in renewed.values()
        if draft.links["supersedes"]
    ]
    if not pairs:
        return None
    before = _Standing(stored, [], {})
    after = _Standing(
        stored, [draft.record for draft in drafts if draft.is_new], renewed
    )
    left = [
        (SHEETS[name].title, [each for each in after.of[name] if not each.is_official])
        for name in REPLACING
    ]
    return Succession(
        pairs,
        [(title, found) for title, found in left if found],
        [
            (SHEETS[name].title, len(before.of[name]), len(after.of[name]))
            for name in REPLACING
        ],
        _reports([old for _new, replaced in pairs for old in replaced]),
    )


class _Standing:
    """By sheet the records that count: ``of``."""

    def __init__(self, stored, new, renewed):
        rows = {}
        for name in REPLACING:
            model = SHEETS[name].table.model
            made = [each for each in new if isinstance(each, model)]
            rows[name] = [*SHEETS[name].rows(stored), *made]
        gone = {
            (type(old), old.pk)
            for found in rows.values()
            for row in found
            for old in _replaced_by(row, renewed)
        }
        self.of = {
            name: [row for row in found if not _is_gone(row, gone)]
            for name, found in rows.items()
        }


def _replaced_by(row, renewed):
    if id(row) in renewed:
        return renewed[id(row)].links["supersedes"]
    return row.supersedes.all() if row.pk else []


def _is_gone(row, gone):
    above = getattr(row, "commitment", None)
    return (type(row), row.pk) in gone or bool(above) and _is_gone(above, gone)


def _reports(replaced):
    """The published reports of these commitments and activities."""
    return sum(
        model.objects.published()
        .filter(**{f"{model.subject_field}__in": found})
        .count()
        for model in (ActivityUpdate, CommitmentUpdate)
        if (found := [each for each in replaced if _is_subject(model, each)])
    )


def _is_subject(model, record):
    return isinstance(record, model._meta.get_field(model.subject_field).related_model)
