"""A submitted record beside the last published one, field by field, word by word."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.db.models import Case, When
from django.utils.translation import gettext as _

from strategic_areas.models import Status

#: Above this many words a comparison costs more than a reader gains.
LONGEST = 2000


@dataclass(frozen=True)
class Compared:
    """
    One field on both sides, each as pieces: "same", "gone" or "new", and the text.

    ``language`` is that of a text, "" for a value; ``before`` is None where nothing was
    ever published.
    """

    label: str
    language: str
    before: list | None
    after: list
    is_changed: bool
    is_internal: bool


def last_published(record):
    """
    The published revision of the same subject that it is to be read beside, or None.

    That of the same period, which it corrects, comes before those of earlier ones. A
    demonstration is never put beside a real report.
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
        ordered.select_related("period")
        .order_by(is_same, *ordered.query.order_by)
        .first()
    )


def compare(before, after):
    """Every field that either of the two says, as ``Compared``."""
    found = []
    for field in after.fields.where(compared=True):
        for language in ("es", "en") if field.bilingual else ("",):
            old = None if before is None else _said(before, field, language)
            new = _said(after, field, language)
            if old or new:
                found.append(_compared(field, language, old, new))
    return found


def _said(record, field, language):
    return field.in_words(field.plain(record), language)


def _compared(field, language, old, new):
    pieces = differences(old or "", new)
    label = field.label
    if language == "en":
        label = _("%(label)s, in English") % {"label": label}
    return Compared(
        label=label,
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
