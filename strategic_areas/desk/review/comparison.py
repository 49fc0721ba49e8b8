"""Comparison of a submitted record with the last published one, word by word."""

import re
from collections import defaultdict, namedtuple
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from operator import itemgetter

from django.utils import timezone

from strategic_areas import workflow
from strategic_areas.models import RevisionStatus
from strategic_areas.models.evidence import translated_fields
from strategic_areas.queries.updates.public_updates import (
    build_published_updates,
    preview_published,
    public_declarations,
    public_reports,
)

#: Longer texts are not compared word by word, which would take too long.
MAX_COMPARED_WORDS = 2000
#: A queued report, the last published revision or None, both as published updates, the
#: new texts by language, and their columns.
ReportComparison = namedtuple(
    "ReportComparison", "item published before after texts columns"
)
#: A public text; ``pieces`` are triples of "same", "gone" or "new", a piece of text,
#: and the numbers of the guard's findings in it.
ComparedText = namedtuple("ComparedText", "heading language column pieces")


@dataclass(frozen=True)
class ComparedField:
    """The two values of a field; the public never reads an internal one."""

    label: str
    before: str
    after: str
    is_internal: bool = False

    @property
    def pieces(self):
        return text_differences(self.before, self.after)


def compare_reports(user, items, *, with_evidence=False):
    """Return what each report changes in public if this user publishes it."""
    reports, today = [item.record for item in items], timezone.localdate()
    reviewed_within = workflow.reviewed_within_agency(user, reports)
    published = last_published_revisions(reports)
    updates = {
        (each.kind, each.pk): each
        for rows in (public_reports(), public_declarations())
        for each in build_published_updates(
            rows.filter(pk__in=[x.pk for x in published if isinstance(x, rows.model)])
        )
    }
    comparisons = []
    for item, row in zip(items, published, strict=True):
        before = row and updates.get((row._meta.model_name, row.pk))
        after = preview_published(
            item.record,
            item.evidences if with_evidence else (),
            today=today,
            is_reviewed_within_agency=item.record in reviewed_within,
        )
        texts = {
            language: _public_texts(before, after, item, language)
            for language in ("es", "en")[: 1 + bool(after.text_en)]
        }
        columns = {text.column for each in texts.values() for text in each}
        comparisons.append(ReportComparison(item, row, before, after, texts, columns))
    return comparisons


def _public_texts(before, after, item, language):
    columns = {name: name for name, _ in after.texts} | translated_fields(item.record)
    # A record's texts win over its evidence's texts with the same column.
    marks = {text.column: text.pieces for text in reversed(item.examined.texts)}
    found = []
    for name, heading in [("text", ""), *after.texts]:
        shown = language if getattr(after, f"{name}_{language}") else "es"
        if new := getattr(after, f"{name}_{shown}"):
            column = f"{columns[name]}_{shown}"
            pieces = _with_findings(
                # Without an earlier public text nothing differs.
                text_differences(getattr(before, f"{name}_{shown}", new), new),
                marks.get(column, [(new, ())]),
            )
            found.append(ComparedText(heading, shown, column, list(pieces)))
    return found


def _with_findings(pieces, marked):
    """Split the pieces of a difference where the guard's findings begin and end."""
    numbers = [each for text, each in marked for _character in text]
    for kind, text in pieces:
        if kind == "gone":
            yield kind, text, ()
            continue
        own, numbers = numbers[: len(text)], numbers[len(text) :]
        for found, part in groupby(zip(text, own, strict=True), itemgetter(1)):
            yield kind, "".join(character for character, _found in part), found


def last_published_revisions(records):
    """
    Return for each record the published revision to compare it with, or None.

    It is the one of the same period, else the newest of an earlier period. A real
    report is never compared with a demonstration.
    """
    rows = defaultdict(list)
    for model in {type(record) for record in records}:
        subjects = [row.subject for row in records if isinstance(row, model)]
        found = model.objects.filter(
            **{f"{model.subject_field}__in": subjects}, status=RevisionStatus.PUBLISHED
        ).newest_first()
        for row in found.select_related("period", "agency", model.subject_field):
            rows[row.subject].append(row)
    return [
        min(
            (
                row
                for row in rows[record.subject]
                if row.period.ends_on <= record.period.ends_on
                and (record.is_demonstration or not row.period.is_demonstration)
            ),
            key=lambda row: row.period != record.period,
            default=None,
        )
        for record in records
    ]


def compare_fields(before, after, excluded_columns=()):
    found = []
    for field in after.fields.where(compared=True):
        for language in ("es", "en") if field.bilingual else ("",):
            column = f"{field.name}_{language}"
            old, new = (
                field.in_words(field.plain(each), language) if each else ""
                for each in (before, after)
            )
            if (old or new) and column not in excluded_columns:
                found.append(
                    ComparedField(
                        *(field.label_of(column), old, new),
                        is_internal=not field.public or after.is_for_staff(field),
                    )
                )
    return found


def text_differences(before, after):
    """
    Return pairs of "same", "gone" or "new" and a piece of text, in order.

    Texts that share less than half the words of the shorter text are returned whole.

    >>> text_differences("dos talleres", "tres talleres")
    [('gone', 'dos'), ('new', 'tres'), ('same', ' talleres')]
    """
    old, new = _words(before), _words(after)
    old_set, new_set = set(before.split()), set(after.split())
    if max(len(old), len(new)) > MAX_COMPARED_WORDS or (
        2 * len(old_set & new_set) < min(len(old_set), len(new_set))
    ):
        return [("gone", before), ("new", after)]
    pieces = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for step, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if step == "equal":
            pieces.append(("same", "".join(old[old_from:old_to])))
            continue
        if old_to > old_from:
            pieces.append(("gone", "".join(old[old_from:old_to])))
        if new_to > new_from:
            pieces.append(("new", "".join(new[new_from:new_to])))
    return pieces


def _words(text):
    return re.findall(r"\s+|\S+", text)
