"""The phrases of purges, found in different spellings."""

import html
import re
from itertools import chain
from urllib.parse import unquote

from django.utils.translation import gettext as _

from agencies.folding import fold
from strategic_areas.models import Purge

#: Shorter phrases would occur everywhere.
FEWEST_CHARACTERS = 4
SPANISH_WORDS = """
a al ante con contra como cual cuales cuando de del desde donde durante e el ella ellas
ellos en entre era eran es esa esas ese eso esos esta estas este esto estos fue fueron
ha han hasta hay la las le les lo los mas me mi muy ni no nos o otra otras otro otros
para pero por porque que quien quienes se segun ser si sin sobre son su sus tambien te
toda todas todo todos tras tu u un una unas uno unos y ya
"""
ENGLISH_WORDS = """
about all also an and any are as at be been but by for from had has have he her his in
into is it its not of on or our she so than that the their them there these they this
those to was we were when which who will with
"""
#: A phrase of common words only would match every text.
COMMON_WORDS = {*SPANISH_WORDS.split(), *ENGLISH_WORDS.split()}
ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


class PhrasesError(ValueError):
    pass


class Phrases:
    """
    A search for several phrases, one per line.

    Ignores case, accents, punctuation between words, and escapes of HTML, JSON and
    URLs.
    """

    def __init__(self, lines):
        phrases = [line for line in lines.splitlines() if line.strip()]
        for phrase in phrases:
            if len("".join(_parts(phrase))) < FEWEST_CHARACTERS:
                raise PhrasesError(
                    _(
                        "“%(words)s” is too short: it would be found everywhere. "
                        "Write %(number)s letters or digits at least."
                    )
                    % {"words": phrase.strip(), "number": FEWEST_CHARACTERS}
                )
        patterns = [r"[\W_]*".join(map(re.escape, _parts(each))) for each in phrases]
        self._pattern = (
            re.compile(rf"(?<![^\W_])(?:{'|'.join(patterns)})(?![^\W_])")
            if patterns
            else None
        )

    def __bool__(self):
        return self._pattern is not None

    def occur_in(self, text):
        return bool(self._pattern and text and self._pattern.search(_unescaped(text)))


def _parts(phrase):
    return re.findall(r"[^\W_]+", _unescaped(phrase))


def _unescaped(text):
    text = ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return fold(unquote(html.unescape(text)))


def must_be_particular(lines):
    """Refuse a phrase that consists of common words only."""
    for phrase in lines.splitlines():
        if (parts := _parts(phrase)) and COMMON_WORDS.issuperset(parts):
            raise PhrasesError(
                _(
                    "“%(words)s” is too general: it would be found everywhere. Add a "
                    "name, a number or another word of the text."
                )
                % {"words": phrase.strip()}
            )


def waiting_phrases():
    """Return the phrases and file names of pending purges."""
    waiting = Purge.objects.waiting().values_list("phrases", "files")
    return Phrases("\n".join(chain(*waiting)))


def strings_of(value):
    """Return every string in a JSON value, keys included."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for each in (*value, *value.values()) for text in strings_of(each)]
    if isinstance(value, list):
        return [text for each in value for text in strings_of(each)]
    return []


def contains_phrase(value, phrases):
    return any(map(phrases.occur_in, strings_of(value)))
