"""Comparison of texts without regard to capitals and accents."""

import unicodedata

#: Unicode categories: accents, and format characters such as zero-width blanks.
REMOVED_CATEGORIES = frozenset({"Mn", "Cf"})


def fold(text):
    """
    Lowercase text without accents and invisible characters.

    >>> fold("Capacitación")
    'capacitacion'
    """
    if text.isascii():
        return text.casefold()
    characters = unicodedata.normalize("NFKD", text)
    return "".join(
        character
        for character in characters
        if unicodedata.category(character) not in REMOVED_CATEGORIES
    ).casefold()
