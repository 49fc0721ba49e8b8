"""The texts and sources of records as the search keeps them, in both languages."""

from django.utils.translation import gettext, override

from agencies.fields import Kind
from strategic_areas.disclosure import MARKER
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    Commitment,
    CommitmentUpdate,
    Discrepancy,
    HelpLine,
    Indicator,
    LaterActivity,
    LegalInstrument,
    Participation,
    PublishedFigure,
    TipTier,
)
from strategic_areas.search.documents import Document, Text

#: Fields that name a record; the search shows them as its title.
NAMES = {"title", "name", "short", "label", "topic", "about"}
#: Models whose pages print sources. A source is found at the first of these.
RESTING = (
    Commitment,
    Activity,
    ActivityUpdate,
    CommitmentUpdate,
    LegalInstrument,
    Discrepancy,
    Participation,
    LaterActivity,
    TipTier,
    HelpLine,
    Indicator,
    PublishedFigure,
)


def texts_of(record, *names):
    """
    The texts of a record that are not empty, each with the name of its field.

    Without ``names``, those are all bilingual texts that the declaration of the model
    holds, but for the names of the record.
    """
    if not names:
        declared = record.fields.names(bilingual=True, public=True, kind=Kind.TEXT)
        names = [name for name in declared if name not in NAMES]
    return not_empty(*(text(record, name) for name in names))


def text(record, field):
    """
    A bilingual text of a record; empty where it has none.

    A text that was withdrawn to protect people cannot be found, nor that it was there.
    """
    spanish = getattr(record, f"{field}_es") or ""
    english = getattr(record, f"{field}_en") or ""
    if MARKER in {spanish, english}:
        return Text("", about=field)
    return Text(spanish, english, about=field)


def title(found):
    """The text as a title. One that was withdrawn reads as it does on pages."""
    return found if found.spanish else in_both("[text withdrawn]")


def untranslated(value):
    """A text that is the same in both languages: initials, a code, a year."""
    written = "" if value in {None, MARKER} else str(value)
    return Text(written, written)


def not_empty(*texts):
    """The texts that are not empty."""
    return tuple(each for each in texts if each.spanish or each.english)


def in_both(message):
    """A sentence of the catalogue in both languages, by its English."""
    found = {}
    for language in ("es", "en"):
        with override(language):
            found[language] = gettext(str(message))
    return Text(found["es"], found["en"])


class SourcesSeen:
    """The sources of the records seen so far, each at its first place."""

    def __init__(self):
        self._first = {}

    def add(self, record, place, plan=None):
        """Note the sources of a record that is found at a place."""
        rank = plan.rank if plan else 0
        kind = RESTING.index(type(record))
        nearness = (rank, kind, place.spanish, place.fragment)
        for source in record.sources.all():
            best = self._first.get(source.pk)
            if best is None or nearness < best[0]:
                self._first[source.pk] = (nearness, source, place, plan)

    def documents(self):
        for (rank, *_), source, place, plan in self._first.values():
            yield Document(
                kind="source",
                pk=str(source.pk),
                title=title(untranslated(source.title)),
                place=place,
                texts=texts_of(source),
                captions=not_empty(
                    untranslated(source.publisher), untranslated(plan and plan.code)
                ),
                order=(rank, source.title, source.pk),
            )
