"""Comparison of texts without regard to capitals and accents."""

import unicodedata

#: Accents, and format characters such as zero-width blanks.
LEFT_OUT = frozenset({"Mn", "Cf"})


def fold(text):
    """
    Lowercase text without accents and invisible characters.

    >>> fold("Capacitación")
    'capacitacion'
    """
    if text.isascii():
        return text.casefold()
    characters = unicodedata.normalize("NFKD", text)
    kept = (each for each in characters if unicodedata.category(each) not in LEFT_OUT)
    return "".join(kept).casefold()
