"""
Index keys of words: folded, and as Snowball stems.

Stems join forms of a word, as "víctimas" and "víctima". The written form is a key too,
so that exact matches rank first. Keys are computed in Python, so that both databases
find the same.
"""

import re
import threading
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from agencies.folding import fold

#: A word, or a code such as "R-1.1.2" or "137-03".
WORD = re.compile(r"[^\W_]+(?:[./-][^\W_]+)*")
PART = re.compile(r"[^\W_]+")
NOT_OF_A_KEY = re.compile(r"[^\w./-]|_")
#: Most parts of a code that are indexed; URLs may have very many.
MAX_PARTS = 8
#: Characters of a key; PostgreSQL's limit is 2,046 bytes.
LONGEST_KEY = 100
#: Common words, ignored if a query has others.
COMMON = {
    "es": frozenset(
        """
        a al ante antes buscar busco como con contra cual cuales cuando cuanta
        cuantas cuanto cuantos de del desde donde e el ella ellas ellos en entre
        era eran es esa ese eso esta estan este esto fue fueron ha haber habia
        habian han hasta hay hubo la las le les lo los mas me mi muestre muy ni
        no o para pero por porque puedo que quien quienes quiero saber se ser si
        sin sobre son su sus te tiene tienen todo tu u un una uno unos unas ver
        y ya
        """.split()  # noqa: SIM905 - a paragraph reads better than quoted words
    ),
    "en": frozenset(
        """
        a about all am an and any are as at be been but by can did do does find
        for from had has have her his how i in into is it its many me much not
        of on or our please search see show so that the their them there they
        this to want was we were what when where which who why will with you
        your
        """.split()  # noqa: SIM905
    ),
}
STEMMERS = {"es": "spanish", "en": "english"}
_stemming = threading.Lock()  # stemmers are not thread-safe
#: Limits of a query, in characters and words.
LONGEST, MAX_WORDS = 200, 10


def word_positions(text, language):
    """The begin, end and keys of each word of a text."""
    for begin, word in _split(text):
        yield begin, begin + len(word), _keys_of_text(word, language)


def _split(text):
    for found in WORD.finditer(text):
        if found[0].isalnum() or is_code(found[0]):
            yield found.start(), found[0]
        else:
            for part in PART.finditer(found[0]):
                yield found.start() + part.start(), part[0]


def is_code(word):
    """Whether a word has digits and punctuation: a code, a law, a date."""
    return bool(re.search(r"[./-]", word) and re.search(r"\d", word))


@lru_cache(maxsize=50_000)
def word_keys(word, language):
    """
    The written word, then its stems.

    Words are stemmed with and without accents, as "juez" and "jueces" differ.
    """
    folded = _plain(word)
    if not folded.isalpha():
        return (folded,) if folded else ()
    stems = {_stem(each, language) for each in _forms(word.lower(), folded, language)}
    return (folded, *sorted(stems - {folded}))


@lru_cache(maxsize=50_000)
def _keys_of_text(word, language):
    """The keys with all runs of a code's parts, so that "R-1.1" finds "R-1.1.2"."""
    found = word_keys(word, language)
    if word.isalnum() or not found:
        return found
    spans = [part.span() for part in PART.finditer(found[0])][:MAX_PARTS]
    runs = {
        found[0][first[0] : last[1]]
        for place, first in enumerate(spans)
        for last in spans[place:]
    }
    return (*found, *sorted(run for run in runs - {found[0]} if len(run) > 1))


def _forms(word, folded, language):
    yield word
    yield folded
    if language == "es" and folded.endswith("ces"):
        yield f"{folded[:-3]}z"
    elif language == "es" and folded.endswith("es") and len(folded) > 4:
        yield folded[:-2]


def _stem(word, language):
    with _stemming:
        return _plain(_stemmer(language).stemWord(word))


@cache
def _stemmer(language):
    import snowballstemmer

    return snowballstemmer.stemmer(STEMMERS[language])


def _plain(word):
    return NOT_OF_A_KEY.sub("", fold(word))[:LONGEST_KEY]


@dataclass(frozen=True)
class Question:
    """A parsed query; ``is_cut`` if a part was left out."""

    text: str
    language: str
    words: tuple[str, ...]
    is_cut: bool

    @cached_property
    def keys(self):
        """The keys of each word; on English pages in both languages."""
        languages = ("es",) if self.language == "es" else ("en", "es")
        return [
            [key for language in languages for key in word_keys(word, language)]
            for word in self.words
        ]

    @cached_property
    def wanted(self):
        return {key for found in self.keys for key in found}


def parse_question(raw, language):
    """
    Parse a query of any characters and length.

    Very common words are left out if there are others.
    """
    start = raw[: LONGEST + 1]
    text = "".join(char if char.isprintable() else " " for char in start[:LONGEST])
    words = {fold(word): word for _, word in _split(text) if word_keys(word, "es")}
    common = COMMON["es"] if language == "es" else COMMON["es"] | COMMON["en"]
    wanted = [word for folded, word in words.items() if folded not in common]
    wanted = wanted or list(words.values())
    return Question(
        text=" ".join(text.split()),
        language=language,
        words=tuple(wanted[:MAX_WORDS]),
        is_cut=len(start) > LONGEST or len(wanted) > MAX_WORDS,
    )
