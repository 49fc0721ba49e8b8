"""The phrases of a purge, which are recognised in different spellings."""

import html
import re
from urllib.parse import unquote

from django.utils.translation import gettext as _

from agencies.folding import fold

#: The fewest letters and digits of a phrase; a shorter one would occur everywhere.
SHORTEST = 4
ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


class PhrasesError(ValueError):
    """The phrases cannot be searched for; the message tells people why."""


class Phrases:
    """
    A search for several phrases, given one a line.

    Capitals, accents, and white space or punctuation between words make no difference,
    nor do the escapes of HTML, JSON and URLs.
    """

    def __init__(self, lines):
        phrases = [line for line in lines.splitlines() if line.strip()]
        for phrase in phrases:
            if len("".join(_parts(phrase))) < SHORTEST:
                raise PhrasesError(
                    _(
                        "“%(words)s” is too short: it would be found everywhere. "
                        "Write %(number)s letters or digits at least."
                    )
                    % {"words": phrase.strip(), "number": SHORTEST}
                )
        patterns = [r"[\W_]*".join(map(re.escape, _parts(each))) for each in phrases]
        self._pattern = (
            re.compile(rf"(?<![^\W_])(?:{'|'.join(patterns)})(?![^\W_])")
            if patterns
            else None
        )

    def occur_in(self, text):
        """True when one of the phrases occurs in the text."""
        return bool(self._pattern and text and self._pattern.search(_unescaped(text)))


def _parts(phrase):
    return re.findall(r"[^\W_]+", _unescaped(phrase))


def _unescaped(text):
    text = ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return fold(unquote(html.unescape(text)))
