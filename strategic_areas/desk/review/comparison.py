"""Compare a submitted record with the last published one, word by word."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.db.models import Case, When

from strategic_areas.models import Status

#: Texts of more words are not compared word by word: it would take too long.
LONGEST = 2000


@dataclass(frozen=True)
class Compared:
    """
    One field before and after, each as pieces: "same", "gone" or "new", and the text.

    ``before`` is None where nothing was ever published.
    """

    label: str
    language: str
    before: list | None
    after: list
    is_changed: bool
    is_internal: bool


@dataclass(frozen=True)
class Line:
    """One field that changes; ``pieces`` mark what differs between its two texts."""

    label: str
    before: str
    after: str

    @property
    def pieces(self):
        return differences(self.before, self.after)


def last_published(record):
    """
    The published revision with which a reviewer compares the record, or None.

    One of the same period, which it corrects, comes before earlier periods. A real
    report is never compared with a demonstration.
    """
    rows = type(record).objects.filter(
        **{record.subject_field: record.subject}, status=Status.PUBLISHED
    )
    if not record.is_demonstration:
        rows = rows.filter(period__is_demonstration=False)
    rows = rows.filter(period__ends_on__lte=record.period.ends_on)
    is_same = Case(When(period=record.period, then=0), default=1)
    ordered = rows.newest_first()
    return (
        ordered.select_related("period", "agency")
        .order_by(is_same, *ordered.query.order_by)
        .first()
    )


def compare(before, after):
    found = []
    for field in after.fields.where(compared=True):
        for language in ("es", "en") if field.bilingual else ("",):
            old = None if before is None else _text(before, field, language)
            new = _text(after, field, language)
            if old or new:
                found.append(_compared(field, language, old, new))
    return found


def _text(record, field, language):
    return field.in_words(field.plain(record), language)


def _compared(field, language, old, new):
    pieces = differences(old or "", new)
    return Compared(
        label=field.label_of(f"{field.name}_{language}"),
        language=language,
        before=None if old is None else [p for p in pieces if p[0] != "new"],
        after=[piece for piece in pieces if piece[0] != "gone"],
        is_changed=any(kind != "same" for kind, _text in pieces),
        is_internal=not field.public,
    )


def differences(before, after):
    """
    Pieces of both texts in order, as pairs of "same", "gone" or "new" and the text.

    >>> differences("dos talleres", "tres talleres")
    [('gone', 'dos'), ('new', 'tres'), ('same', ' talleres')]
    """
    old, new = _words(before), _words(after)
    if max(len(old), len(new)) > LONGEST:
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
