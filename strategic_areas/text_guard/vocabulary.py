"""
The words that the rules use: the lists of ``vocabulary.txt``, and numbers in words.

Each list of the file is an attribute of this module, a frozen set: ``KIN``, ``TITLES``.
``PLACES`` holds tuples, since places are searched word by word.
"""

from collections.abc import Iterator
from pathlib import Path

FILE = Path(__file__).with_name("vocabulary.txt")


def _lists(text: str) -> Iterator[tuple[str, list[str]]]:
    """The name and the words of each list of the file."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for block in "\n".join(lines).split("\n\n"):
        name, _, words = block.strip().partition(":")
        if words:
            yield name, words.split()


def _read(text: str) -> dict[str, frozenset[str]]:
    read: dict[str, frozenset[str]] = {}
    for name, words in _lists(text):
        found: set[str] = set()
        for word in words:
            mark, rest = word[0], word[1:]
            if mark == "@":
                found |= read[rest]
            elif mark == "-" and rest:
                found.discard(rest)
            else:
                found.add(word)
        read[name] = frozenset(found)
    return read


globals().update(_read(FILE.read_text("utf-8")))

PROVINCES = frozenset(tuple(name.split("_")) for name in globals()["PROVINCES"])
HEROES = frozenset(tuple(name.split("_")) for name in globals()["HEROES"])
PLACES = frozenset(tuple(name.split("_")) for name in globals()["PLACES"])
LONGEST_PLACE = max(map(len, PLACES))
PLACE_BEGINS = frozenset(name[0] for name in PLACES)

#: The digit that each word stands for, and how many digits.
UNITS = {word: str(n) for n in range(10) for word in globals()[f"DIGIT_{n}"]}
SPELT = {
    **dict.fromkeys(UNITS, 1),
    **dict.fromkeys(globals()["TWO_DIGITS"], 2),
    **dict.fromkeys(globals()["THREE_DIGITS"], 3),
}
ENDINGS = tuple(globals()["ADJECTIVE_ENDINGS"])


def place_end(words, start) -> int | None:
    """The end of the longest place that begins at a word of a text; else None."""
    if start >= len(words) or words[start].text not in PLACE_BEGINS:
        return None
    for length in range(LONGEST_PLACE, 0, -1):
        if tuple(word.text for word in words[start : start + length]) in PLACES:
            return min(start + length, len(words))
    return None
