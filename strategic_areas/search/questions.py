"""What somebody asks for, held to a size that every answer can be made for."""

from dataclasses import dataclass
from functools import cached_property

from agencies.folding import fold
from strategic_areas.search.stems import COMMON, keys, words

#: Signs that are read of a question, and words that are looked for.
LONGEST, MOST_WORDS = 200, 10


@dataclass(frozen=True)
class Question:
    """``text`` as it is shown again; ``is_cut`` where more was asked than is read."""

    text: str
    language: str
    words: tuple[str, ...]
    is_cut: bool

    @cached_property
    def keys(self):
        """The keys of each word; on an English page in Spanish too."""
        return tuple(self.keys_of(word) for word in self.words)

    def keys_of(self, word):
        found = keys(word, "es")
        return found if self.language == "es" else (*keys(word, "en"), *found)

    @cached_property
    def wanted(self):
        """The keys of all words."""
        return frozenset(key for found in self.keys for key in found)


def ask(raw, language):
    """
    The question in what came from the address: any signs, of any length.

    Words that stand in every text are left out while others are asked for.
    """
    begun = raw[: LONGEST + 1]
    text = "".join(sign if sign.isprintable() else " " for sign in begun[:LONGEST])
    asked = [word for word in words(text) if keys(word, "es")]
    common = COMMON["es"] if language == "es" else COMMON["es"] | COMMON["en"]
    told = [word for word in asked if fold(word) not in common] or asked
    return Question(
        text=" ".join(text.split()),
        language=language,
        words=tuple(told[:MOST_WORDS]),
        is_cut=len(begun) > LONGEST or len(told) > MOST_WORDS,
    )


def every(found):
    """
    The expression for documents that hold a key of each word.

    A key holds no quotation mark, so nothing in it is read as an operator.
    """
    return " AND ".join(f"({' OR '.join(map(_quoted, each))})" for each in found)


def _quoted(key):
    return f'"{key}"'
