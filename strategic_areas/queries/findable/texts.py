"""Texts of records and of the site, in both languages, as the search keeps them."""

from django.utils.translation import gettext, override

from strategic_areas.marker import MARKER
from strategic_areas.search.documents import Text


def text(record, field, about=""):
    """
    A bilingual text of a record; empty where there is none.

    What was withdrawn to protect people cannot be found, nor that it was there.
    """
    spanish = getattr(record, f"{field}_es") or ""
    english = getattr(record, f"{field}_en") or ""
    if MARKER in {spanish, english}:
        return Text("")
    return Text(spanish, english, about)


def title(record):
    """The title, never empty: of one that was withdrawn, what its page says instead."""
    found = text(record, "title")
    return found if found.spanish else in_both("[text withdrawn to protect people]")


def sign(value):
    """Initials, a code or a year, which are the same in any language."""
    return Text(value or "", value or "")


def said(*texts):
    """Those that say something."""
    return tuple(each for each in texts if each.spanish or each.english)


def in_both(message):
    """A sentence of the catalogue, by its English."""
    found = {}
    for language in ("es", "en"):
        with override(language):
            found[language] = gettext(str(message))
    return Text(found["es"], found["en"])
