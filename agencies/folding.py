"""Text compared as people type it: capitals and accents make no difference."""

import unicodedata

#: Accents, and format characters such as zero-width blanks.
LEFT_OUT = frozenset({"Mn", "Cf"})


def fold(text):
    """
    The text in small letters, without accents and what nobody sees.

    >>> fold("Capacitación")
    'capacitacion'
    """
    if text.isascii():
        return text.casefold()
    characters = unicodedata.normalize("NFKD", text)
    kept = (each for each in characters if unicodedata.category(each) not in LEFT_OUT)
    return "".join(kept).casefold()
