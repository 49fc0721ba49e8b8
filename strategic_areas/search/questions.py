"""Questions to the search, cut to a length at which every one can be answered."""

from dataclasses import dataclass
from functools import cached_property

from agencies.folding import fold
from strategic_areas.search.stems import COMMON, keys, words

#: Characters that are read of a question, and words that are looked for.
LONGEST, MOST_WORDS = 200, 10


@dataclass(frozen=True)
class Question:
    """``text`` is shown again with the answer; ``is_cut`` if some was left out."""

    text: str
    language: str
    words: tuple[str, ...]
    is_cut: bool

    @cached_property
    def keys(self):
        """The keys of each word, on an English page those of both languages."""
        return tuple(self.keys_of(word) for word in self.words)

    def keys_of(self, word):
        found = keys(word, "es")
        return found if self.language == "es" else (*keys(word, "en"), *found)

    @cached_property
    def wanted(self):
        """The keys of all words together."""
        return frozenset(key for found in self.keys for key in found)


def ask(raw, language):
    """
    The question in a text from the address, of any characters and any length.

    Words that every text holds are left out if there are others.
    """
    begun = raw[: LONGEST + 1]
    text = "".join(char if char.isprintable() else " " for char in begun[:LONGEST])
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
    The expression for documents that hold at least one key of each word.

    A key holds no quotation mark, so that nothing in it is read as an operator.
    """
    return " AND ".join(f"({' OR '.join(map(_quoted, each))})" for each in found)


def _quoted(key):
    return f'"{key}"'
