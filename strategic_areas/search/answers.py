"""The answer to a question: hits by kind, the best first, with the words marked."""

import heapq
import re
from collections import defaultdict
from dataclasses import dataclass
from difflib import get_close_matches

from agencies.folding import fold
from strategic_areas.search.documents import KINDS, Document
from strategic_areas.search.stems import Question, every, places

#: A year in a question.
YEAR = re.compile(r"\b(?:19|20)\d\d\b")

#: Characters of an excerpt, and those of them before the first marked word.
LENGTH, BEFORE = 240, 60
#: How many hits a group shows among others, and on a page of its own.
PER_GROUP, PER_PAGE = 5, 20
#: How similar words must be, from 0 to 1, for one to be offered for the other.
ALIKE = 0.75


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


@dataclass(frozen=True)
class Passage:
    """A text in pieces, and the language that it is in."""

    pieces: tuple[Piece, ...]
    language: str
    about: str = ""


@dataclass(frozen=True)
class Hit:
    document: Document
    code: str
    path: str
    title: Passage
    excerpt: Passage | None
    captions: tuple[Passage, ...]


@dataclass(frozen=True)
class Group:
    """How many documents of a kind were found, and the hits of one page."""

    kind: str
    total: int
    hits: tuple[Hit, ...]


@dataclass(frozen=True)
class Answer:
    """
    The groups in the order of kinds. One with a document of that very name, or with one
    that answers such a question, comes first.

    Where nothing was found, ``alone`` tells how many documents hold each of the words,
    and ``instead`` is the question with the most similar words that are found, or "".
    """

    groups: tuple[Group, ...]
    total: int
    alone: tuple[tuple[str, int], ...] = ()
    instead: str = ""


def answer(index, question: Question) -> Answer:
    """The answer with the first hits of every kind."""
    found = _Found(index, question)
    if not found.numbers:
        return Answer((), 0, _alone(index, question), _instead(index, question))
    by_kind = found.by_kind()
    order = sorted(by_kind, key=lambda kind: (_is_after(found, kind), _place(kind)))
    groups = tuple(found.group(kind, by_kind[kind], 0, PER_GROUP) for kind in order)
    return Answer(groups, len(found.numbers))


def straight(index, question: Question) -> str:
    """The address of what is called just as was asked, or ""."""
    found = _Found(index, question)
    if not found.named:
        return ""
    best = min(found.named, key=found.rank)
    return index.documents[best].place.path(question.language)


def of_kind(index, question: Question, kind: str, page: int) -> Group:
    """One page of the hits of a kind. It has no hits if there is no such page."""
    found = _Found(index, question)
    numbers = found.by_kind().get(kind, [])
    return found.group(kind, numbers, (page - 1) * PER_PAGE, PER_PAGE)


def _is_after(found, kind):
    """Pages that answer the question come first, then all else that does."""
    return not found.names(kind), found.names(kind) and kind != "page"


def _place(kind):
    return KINDS.index(kind)


class _Found:
    """The documents that hold every word of a question, and what sorts them."""

    def __init__(self, index, question):
        self.index, self.question = index, question
        language = question.language
        self.named = index.named(question.text)
        self.numbers = self.in_title = self.as_written = frozenset()
        if question.words:
            asked = every(question.keys)
            self.numbers = index.matching(asked, language)
            self.in_title = index.matching(f"title : ({asked})", language)
            written = every(found[:1] for found in question.keys)
            self.as_written = index.matching(written, language)
        self.first = self.named or index.answering(question)
        self.numbers = self.numbers | self.first

    def by_kind(self):
        found = defaultdict(list)
        for number in self.numbers:
            found[self.index.documents[number].kind].append(number)
        return found

    def names(self, kind):
        return any(self.index.documents[each].kind == kind for each in self.first)

    def group(self, kind, numbers, first, size):
        best = heapq.nsmallest(first + size, numbers, key=self.rank)[first:]
        hits = tuple(self._hit(self.index.documents[number]) for number in best)
        return Group(kind, len(numbers), hits)

    def rank(self, number):
        """A key: that very name first, then words in the title, then as written."""
        return (
            number not in self.first,
            number not in self.in_title,
            number not in self.as_written,
            self.index.documents[number].order,
            number,
        )

    def _hit(self, document):
        language, wanted = self.question.language, self.question.wanted
        code_en = document.code_en if language == "en" else ""
        return Hit(
            document=document,
            code=code_en or document.code,
            path=document.place.path(language),
            title=self._whole(document.title),
            excerpt=_excerpt(document, language, wanted),
            captions=tuple(self._whole(each) for each in self._captions(document)),
        )

    def _captions(self, document):
        """Its captions, the first of them about the year that is asked for, if any."""
        years = YEAR.findall(self.question.text)
        told = [document.by_year[year] for year in years if year in document.by_year]
        return (*told, *document.captions[1:]) if told else document.captions

    def _whole(self, text):
        written, language = text.in_language(self.question.language)
        return Passage(marked(written, language, self.question.wanted), language)


def _excerpt(document, language, wanted):
    """
    The excerpt of the text that holds most of the words; of equals, the first.

    None where the words stand in the title alone.
    """
    best, most = None, 0
    for text in document.texts:
        written, spoken = text.in_language(language)
        number = number_of(written, spoken, wanted) if written else 0
        if number > most:
            best, most = (written, spoken, text.about), number
    if best is None:
        return None
    written, spoken, about = best
    return Passage(excerpt(written, spoken, wanted), spoken, about)


def _alone(index, question):
    """Pairs of a word and how many documents hold it, where several were asked."""
    if len(question.words) < 2:
        return ()
    counts = [
        (word, len(index.matching(every([keys]), question.language)))
        for word, keys in zip(question.words, question.keys, strict=True)
    ]
    return tuple((word, number) for word, number in counts if number)


def _instead(index, question):
    """
    The question with each unknown word replaced by the most similar known one.

    Words without a similar one are left out. "" where nothing was replaced, or where
    the new question finds nothing either.
    """
    told, is_other = [], False
    for word, keys in zip(question.words, question.keys, strict=True):
        if index.matching(every([keys]), question.language):
            told.append(word)
        elif near := _nearest(index, word, question.language):
            told.append(near)
            is_other = True
    if not is_other:
        return ""
    asked = every(map(question.keys_of, told))
    return " ".join(told) if index.matching(asked, question.language) else ""


def _nearest(index, word, language):
    """The most similar word that a public text holds, as it is written there; or ""."""
    folded = fold(word)
    terms = index.terms(folded[:1], language)
    terms = [term for term in terms if abs(len(term) - len(folded)) <= 2]
    for term in get_close_matches(folded, terms, n=3, cutoff=ALIKE):
        if written := _as_written(index, term, language):
            return written
    return ""


def _as_written(index, term, language):
    """A term as a document writes it; "" for a stem that no text holds as a word."""
    for number in sorted(index.matching(every([[term]]), language)):
        document = index.documents[number]
        for text in (document.title, *document.texts, *document.captions):
            written, spoken = text.in_language(language)
            for begin, end, keys in places(written, spoken):
                if keys[:1] == (term,):
                    return written[begin:end]
    return ""
