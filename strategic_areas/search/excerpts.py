"""Excerpts: a part of a text around the words that were asked for, marked."""

from dataclasses import dataclass

from strategic_areas.search.stems import places

#: Characters of an excerpt, and those of them before the first marked word.
LENGTH, BEFORE = 240, 60


@dataclass(frozen=True)
class Piece:
    text: str
    is_marked: bool = False


def marked(text, language, wanted):
    """The whole text in pieces, of which the words asked for are marked."""
    return _pieces(text, _spans(text, language, wanted), 0, len(text))


def excerpt(text, language, wanted):
    """The part of a text where most of the words stand together, or its beginning."""
    spans = _spans(text, language, wanted)
    if len(text) <= LENGTH:
        return _pieces(text, spans, 0, len(text))
    begin = _best_beginning(spans)
    begin, end = _whole_words(text, begin, begin + LENGTH)
    pieces = _pieces(text, spans, begin, end)
    opening = (Piece("… "),) if begin else ()
    closing = (Piece(" …"),) if end < len(text) else ()
    return (*opening, *pieces, *closing)


def number_of(text, language, wanted):
    """How many of the wanted keys a text holds."""
    return len({key for *_, found in _spans(text, language, wanted) for key in found})


def _spans(text, language, wanted):
    return [
        (begin, end, common)
        for begin, end, found in places(text, language)
        if (common := wanted.intersection(found))
    ]


def _best_beginning(spans):
    best, most = 0, 0
    for number, (begin, *_) in enumerate(spans):
        together = set()
        for _other, end, common in spans[number:]:
            if end > begin + LENGTH - BEFORE:
                break
            together |= common
        if len(together) > most:
            best, most = begin, len(together)
    return max(0, best - BEFORE)


def _whole_words(text, begin, end):
    """The widest bounds between these that cut no word."""
    if begin:
        begin = text.find(" ", begin) + 1 or begin
    if end < len(text):
        end = max(text.rfind(" ", begin, end + 1), begin) or end
    return begin, min(end, len(text))


def _pieces(text, spans, begin, end):
    found, at = [], begin
    for start, stop, _ in spans:
        if start >= begin and stop <= end:
            found += [Piece(text[at:start]), Piece(text[start:stop], is_marked=True)]
            at = stop
    found.append(Piece(text[at:end]))
    return tuple(piece for piece in found if piece.text)
