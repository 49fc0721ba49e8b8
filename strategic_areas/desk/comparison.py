"""A submitted record beside the last published one, field by field."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Case, When
from django.template.defaultfilters import floatformat
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from strategic_areas.desk.differences import differences
from strategic_areas.models import Status

#: What a reviewer compares, in the order of the sheet; notes stand apart.
FIELDS = {
    "activityupdate": (
        *("answer", "execution", "percent", "quantity"),
        *("no_news_reason", "narrative", "obstacle", "next_step"),
        *("people_reached", "places"),
        *("is_reserved", "reserved_reason", "reserved_legal_basis"),
    ),
    "commitmentupdate": ("result_reached", "statement"),
}
#: Those that are told in two languages.
BILINGUAL = {"no_news_reason", "narrative", "obstacle", "next_step", "statement"}
#: Those that nobody but staff reads.
INTERNAL = {"reserved_reason"}


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
    for name in FIELDS[after._meta.model_name]:
        languages = ("es", "en") if name in BILINGUAL else ("",)
        for language in languages:
            old = None if before is None else _said(before, name, language)
            new = _said(after, name, language)
            if old or new:
                found.append(_compared(after, name, language, old, new))
    return found


def _compared(record, name, language, old, new):
    pieces = differences(old or "", new)
    label = capfirst(str(record._meta.get_field(name).verbose_name))
    if language == "en":
        label = _("%(label)s, in English") % {"label": label}
    return Compared(
        label=label,
        language=language,
        before=None if old is None else [p for p in pieces if p[0] != "new"],
        after=[piece for piece in pieces if piece[0] != "gone"],
        is_changed=any(kind != "same" for kind, _text in pieces),
        is_internal=name in INTERNAL,
    )


def _said(record, name, language):
    """What a record says in one field, as words; "" for nothing."""
    if language:
        return getattr(record, f"{name}_{language}") or ""
    if name == "places":
        return ", ".join(sorted(place.name for place in record.places.all()))
    if hasattr(record, f"get_{name}_display"):
        return str(getattr(record, f"get_{name}_display")())
    value = getattr(record, name)
    if isinstance(value, bool):
        return _("Yes") if value else _("No") if name == "result_reached" else ""
    if isinstance(value, Decimal):
        return floatformat(value, "-2g")
    return "" if value is None else str(value)
