"""Texts of records as the search keeps them, in both languages, and their sources."""

from django.utils.translation import gettext, override

from agencies.fields import Kind
from strategic_areas.marker import MARKER
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    Commitment,
    CommitmentUpdate,
    Discrepancy,
    HelpLine,
    LaterActivity,
    LegalInstrument,
    Participation,
    TipTier,
)
from strategic_areas.search.documents import Document, Text

#: The fields that name a record; what it says stands in the others.
NAMES = {"title", "name", "short", "label", "topic", "about"}
#: The records whose pages print what they rest on; the first of these comes first.
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
)


def texts_of(record, *names):
    """
    What a record says, each text under its name.

    Without ``names`` that is all that its declaration holds in two languages.
    """
    if not names:
        declared = record.fields.names(bilingual=True, public=True, kind=Kind.TEXT)
        names = [name for name in declared if name not in NAMES]
    return told(*(text(record, name) for name in names))


def text(record, field):
    """
    A bilingual text of a record; empty where there is none.

    What was withdrawn to protect people cannot be found, nor that it was there.
    """
    spanish = getattr(record, f"{field}_es") or ""
    english = getattr(record, f"{field}_en") or ""
    if MARKER in {spanish, english}:
        return Text("", about=field)
    return Text(spanish, english, about=field)


def title(found):
    """A text as a title, never empty: of one that was withdrawn, what pages say."""
    return found if found.spanish else in_both("[text withdrawn to protect people]")


def untranslated(value):
    """Initials, a code or a year, which are the same in any language."""
    written = "" if value in {None, MARKER} else str(value)
    return Text(written, written)


def told(*texts):
    """Those that say something."""
    return tuple(each for each in texts if each.spanish or each.english)


def in_both(message):
    """A sentence of the catalogue, by its English."""
    found = {}
    for language in ("es", "en"):
        with override(language):
            found[language] = gettext(str(message))
    return Text(found["es"], found["en"])


class SourcesSeen:
    """What the records rest on that were told, each with the place to find it at."""

    def __init__(self):
        self._first = {}

    def add(self, record, place, plan=None):
        """The sources of a record that was loaded with them, and stands at a place."""
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
                captions=told(
                    untranslated(source.publisher), untranslated(plan and plan.code)
                ),
                order=(rank, source.title, source.pk),
            )
