"""The word lists of ``vocabulary.txt`` as frozen sets, and numbers in words."""

from collections.abc import Iterator
from pathlib import Path

FILE = Path(__file__).with_name("vocabulary.txt")


def _named_entries(text: str) -> Iterator[tuple[str, list[str]]]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for block in "\n".join(lines).split("\n\n"):
        name, _, words = block.strip().partition(":")
        if words:
            yield name, words.split()


def _load_lists(text: str) -> dict[str, frozenset[str]]:
    lists: dict[str, frozenset[str]] = {}
    for name, words in _named_entries(text):
        entries: set[str] = set()
        for word in words:
            mark, rest = word[0], word[1:]
            if mark == "@":
                entries |= lists[rest]
            elif mark == "-" and rest:
                entries.discard(rest)
            else:
                entries.add(word)
        lists[name] = frozenset(entries)
    return lists


globals().update(_load_lists(FILE.read_text("utf-8")))

for _name in ("PROVINCES", "FAMOUS_PEOPLE", "PLACES"):
    globals()[_name] = frozenset(tuple(x.split("_")) for x in globals()[_name])
PLACES = globals()["PLACES"]
WELL_KNOWN_NAMES = globals()["PROVINCES"] | globals()["FAMOUS_PEOPLE"]
LONGEST_PLACE = max(map(len, PLACES))
PLACE_BEGINS = frozenset(name[0] for name in PLACES)

#: The digits that each number in words stands for, and those of one digit.
VALUES = dict(entry.split("=") for entry in globals()["VALUES"])
UNITS = frozenset(word for word, digits in VALUES.items() if len(digits) == 1)
#: Endings, as ``str.endswith`` takes them.
ENDINGS = tuple(globals()["ADJECTIVE_ENDINGS"])
for _name in ("NO_NAME_ENDINGS", "PAST_ENDINGS", "DONE", "SEVERAL", "DID"):
    globals()[_name] = tuple(globals()[_name])
for _name in ("STARTS", "ENDS", "BARE"):
    globals()[_name] |= {""}


def place_end(words, start) -> int | None:
    """The index after the longest place that begins at a word, or None."""
    if start >= len(words) or words[start].text not in PLACE_BEGINS:
        return None
    for length in range(LONGEST_PLACE, 0, -1):
        if tuple(word.text for word in words[start : start + length]) in PLACES:
            return min(start + length, len(words))
    return None
