"""
What a text must hold for a pattern to match, as far as the pattern itself shows it.

Most texts hold nothing that most patterns look for. What a pattern needs is read from
its own parts and never written down beside it, so that the two cannot disagree; where
the parts do not show it, the pattern needs nothing and is always tried.
"""

import re
from collections import Counter
from functools import cache
from itertools import product
from re import _constants as codes
from re import _parser as parser
from typing import NamedTuple

from strategic_areas.text_guard import vocabulary

#: How many characters are looked up at a time, and the most strings of one place.
LENGTH = 3
MOST_STRINGS = 64
MOST_CHARACTERS = 6
DIGITS = {ord(digit): "0" for digit in "123456789"}
#: What stands before the first letter of a word, as no text holds it.
START = "\0"
VOID = frozenset(f"{START} ")
FIRST_LETTERS = re.compile(f"{START}[^{START}]{{1,7}}")
BEGINNING = re.compile("(?<![a-z])(?=[a-z])")


class Needs(NamedTuple):
    """
    At least so many digits, and of each set at least one piece.

    ``strings`` are all that a part can match, where they are few; else None.
    """

    digits: int = 0
    sets: tuple[frozenset[str], ...] = ()
    strings: frozenset[str] | None = None


NOTHING_KNOWN = Needs()


def parts_of(text: str) -> list[str]:
    """
    A small ASCII text in parts, of which each piece of the text is in one at least.

    A part is a word with what follows it, and the first letter of the next word.
    """
    before, *words = BEGINNING.sub(START, text.translate(DIGITS)).split(START)
    if not words:
        return [before]
    following = [f"{START}{word[0]}" for word in words] + [""]
    parts = [
        f"{START}{word}{after}"
        for word, after in zip(words, following[1:], strict=True)
    ]
    return [before + following[0], *parts]


def pieces_of(text: str) -> list[str]:
    """
    The characters of a text, its runs of three, and the beginnings of its words.

    In the text the beginnings of words are marked. Every piece is there as often as it
    stands in the text.
    """
    runs = [text[at : at + LENGTH] for at in range(len(text) - LENGTH + 1)]
    words = FIRST_LETTERS.findall(text)
    begun = [word[:end] for word in words for end in range(2, len(word) + 1)]
    return [*text, *runs, *begun]


def needs_of(shape: re.Pattern[str], *, is_cased: bool = False) -> Needs:
    """What an ASCII text must hold for the shape to match, capitals aside."""
    return _of_sequence(parser.parse(shape.pattern, shape.flags), is_cased)


def _of_sequence(parts, is_cased, before="") -> Needs:
    """What parts that follow each other, and ``before``, need together."""
    digits, sets, is_whole = 0, [], True
    strings = frozenset({before})
    for part in parts:
        found = _of_part(*part, is_cased, START if strings == {START} else "")
        digits += found.digits
        sets += found.sets
        if found.strings is None:
            sets += _set_of(strings)
            strings, is_whole = frozenset({""}), False
        elif len(strings) * len(found.strings) <= MOST_STRINGS:
            strings = frozenset(map("".join, product(strings, found.strings)))
        else:
            sets += _set_of(strings)
            strings, is_whole = found.strings, False
    sets += _set_of(strings)
    return Needs(digits, tuple(sets), strings if is_whole else None)


def _of_part(code, value, is_cased, before) -> Needs:
    if code is codes.LITERAL:
        return _of_characters({chr(value)})
    if code is codes.IN:
        return _of_characters(_characters(value))
    if code is codes.SUBPATTERN:
        is_cased = is_cased and not value[1] & re.IGNORECASE
        return _of_sequence(value[-1], is_cased, before)
    if code is codes.BRANCH:
        found = [_of_sequence(each, is_cased, before) for each in value[1]]
        return _of_either(found)
    if code in {codes.MAX_REPEAT, codes.MIN_REPEAT}:
        return _of_repeated(*value, is_cased)
    if code is codes.ASSERT:
        return Needs(0, _of_sequence(value[1], is_cased).sets, frozenset({""}))
    if code is codes.ASSERT_NOT and _is_no_letter_before(*value, is_cased):
        return Needs(strings=frozenset({START}))
    if code in {codes.AT, codes.ASSERT_NOT}:
        return Needs(strings=frozenset({""}))
    return NOTHING_KNOWN


def _is_no_letter_before(direction, parts, is_cased) -> bool:
    """True for "(?<![a-z])" and the like: a letter that follows begins its word."""
    if direction > 0 or len(parts) != 1 or parts[0][0] is not codes.IN:
        return False
    refused = parts[0][1]
    if (codes.NEGATE, None) in refused:
        return False
    return (codes.CATEGORY, codes.CATEGORY_WORD) in refused or (
        not is_cased and (codes.RANGE, (ord("a"), ord("z"))) in refused
    )


def _of_characters(found: set[str]) -> Needs:
    if not found:
        return NOTHING_KNOWN
    is_digit = all(map(str.isdecimal, found))
    strings = frozenset(char.lower().translate(DIGITS) for char in found)
    return Needs(int(is_digit), (), strings)


def _characters(parts) -> set[str]:
    """The characters of a class, if they are few or all digits; else none."""
    found: set[str] = set()
    for code, value in parts:
        if code is codes.LITERAL:
            found.add(chr(value))
        elif code is codes.RANGE:
            found.update(map(chr, range(value[0], value[1] + 1)))
        elif code is codes.CATEGORY and value is codes.CATEGORY_DIGIT:
            found.update("0123456789")
        else:
            return set()
    is_small = len({char.lower().translate(DIGITS) for char in found})
    return found if is_small <= MOST_CHARACTERS else set()


def _of_either(found: list[Needs]) -> Needs:
    """What one of several needs, whichever it is."""
    digits = min(each.digits for each in found)
    best = [min(each.sets, key=_frequency, default=None) for each in found]
    sets = () if None in best else (frozenset().union(*best),)
    strings = None
    if all(each.strings is not None for each in found):
        strings = frozenset().union(*(each.strings for each in found))
    if strings is not None and len(strings) > MOST_STRINGS:
        strings = None
    return Needs(digits, sets, strings)


def _of_repeated(least, most, parts, is_cased) -> Needs:
    found = _of_sequence(parts, is_cased)
    strings = found.strings
    if least == 0:
        is_optional = most == 1 and strings is not None
        return Needs(strings=strings | {""} if is_optional else None)
    sets = found.sets
    if strings is not None:
        times = min(least, LENGTH)
        if len(strings) ** times > MOST_STRINGS:
            times = 1
        strings = frozenset(map("".join, product(strings, repeat=times)))
        sets += tuple(_set_of(strings))
        strings = strings if least == most == times else None
    return Needs(least * found.digits, sets, strings)


def _set_of(strings: frozenset[str]) -> list[frozenset[str]]:
    """One set with a piece of each string, if each has one that is rare enough."""
    chosen = frozenset(map(_piece, strings))
    return [] if None in chosen else [chosen]


def _piece(string: str) -> str | None:
    string = _marked(string)
    found = [each for each in pieces_of(string) if len(each) > 2]
    found = found or FIRST_LETTERS.findall(string)
    found = found or [sign for sign in string if not (sign.isalnum() or sign in VOID)]
    return min(found, key=_frequencies().__getitem__, default=None)


def _marked(string: str) -> str:
    """The string with each beginning of a word marked, as far as it is known."""
    begins_word = re.match(f"{START}+[a-z]", string)
    inside = BEGINNING.sub(START, string.replace(START, "")).lstrip(START)
    return f"{START}{inside}" if begins_word else inside


@cache
def _frequencies() -> Counter[str]:
    """How often each piece stands in the vocabulary, which is like the language."""
    text = vocabulary.FILE.read_text("utf-8").lower().replace("_", " ")
    text = BEGINNING.sub(START, text)
    return Counter(pieces_of(text))


def _frequency(found: frozenset[str]) -> int:
    return sum(_frequencies()[piece] + 1 for piece in found)
