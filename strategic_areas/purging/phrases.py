"""The words of a purge, found however they are written."""

import html
import re
from urllib.parse import unquote

from django.utils.translation import gettext as _

from agencies.folding import fold

#: Fewer letters and digits than these would be found all over the portal.
SHORTEST = 4
ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


class PhrasesError(ValueError):
    """These words cannot be looked for; the message says why, for people."""


class Phrases:
    """
    Phrases, a line each, as one question to a text.

    Capitals, accents, white space and punctuation between the words make no
    difference, nor do the escapes of HTML, JSON and web addresses.
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
        """True when one of the phrases stands in the text."""
        return bool(self._pattern and text and self._pattern.search(_unescaped(text)))


def _parts(phrase):
    return re.findall(r"[^\W_]+", _unescaped(phrase))


def _unescaped(text):
    text = ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return fold(unquote(html.unescape(text)))
