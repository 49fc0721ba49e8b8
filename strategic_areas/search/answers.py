"""What is found for a question: by kind, the best first, with the words marked."""

import heapq
from collections import defaultdict
from dataclasses import dataclass
from difflib import get_close_matches

from agencies.folding import fold
from strategic_areas.search.documents import KINDS, Document
from strategic_areas.search.excerpts import Piece, excerpt, marked, number_of
from strategic_areas.search.questions import Question, every
from strategic_areas.search.stems import places

#: Hits of a group beside others, and on a page of its own.
PER_GROUP, PER_PAGE = 5, 20
#: How alike two words are, from 0 to 1, for one to be offered in place of the other.
ALIKE = 0.75


@dataclass(frozen=True)
class Passage:
    """A text in pieces, in the language that it stands in."""

    pieces: tuple[Piece, ...]
    language: str
    about: str = ""


@dataclass(frozen=True)
class Hit:
    document: Document
    path: str
    title: Passage
    excerpt: Passage | None
    captions: tuple[Passage, ...]


@dataclass(frozen=True)
class Group:
    """All that was found of a kind: how many, and the hits of one page."""

    kind: str
    total: int
    hits: tuple[Hit, ...]


@dataclass(frozen=True)
class Answer:
    """
    ``groups`` in the order of kinds, but the one with what bears that very name first.

    Where nothing was found, ``alone`` tells how often each word is, and ``instead`` is
    the question with the nearest words that are, or "".
    """

    groups: tuple[Group, ...]
    total: int
    alone: tuple[tuple[str, int], ...] = ()
    instead: str = ""


def answer(index, question: Question) -> Answer:
    """The first hits of every kind."""
    found = _Found(index, question)
    if not found.numbers:
        return Answer((), 0, _alone(index, question), _instead(index, question))
    by_kind = found.by_kind()
    order = sorted(by_kind, key=lambda kind: (not found.names(kind), _place(kind)))
    groups = tuple(found.group(kind, by_kind[kind], 0, PER_GROUP) for kind in order)
    return Answer(groups, len(found.numbers))


def of_kind(index, question: Question, kind: str, page: int) -> Group:
    """One page of the hits of a kind; without hits where there is no such page."""
    found = _Found(index, question)
    numbers = found.by_kind().get(kind, [])
    return found.group(kind, numbers, (page - 1) * PER_PAGE, PER_PAGE)


def _place(kind):
    return KINDS.index(kind)


class _Found:
    """The documents that hold every word of a question, and what places them."""

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
        self.numbers = self.numbers | self.named

    def by_kind(self):
        found = defaultdict(list)
        for number in self.numbers:
            found[self.index.documents[number].kind].append(number)
        return found

    def names(self, kind):
        return any(self.index.documents[each].kind == kind for each in self.named)

    def group(self, kind, numbers, first, size):
        best = heapq.nsmallest(first + size, numbers, key=self._rank)[first:]
        hits = tuple(self._hit(self.index.documents[number]) for number in best)
        return Group(kind, len(numbers), hits)

    def _rank(self, number):
        """By that very name, in the title, as it is written; then by its own order."""
        return (
            number not in self.named,
            number not in self.in_title,
            number not in self.as_written,
            self.index.documents[number].order,
            number,
        )

    def _hit(self, document):
        language, wanted = self.question.language, self.question.wanted
        return Hit(
            document=document,
            path=document.place.path(language),
            title=self._whole(document.title),
            excerpt=_excerpt(document, language, wanted),
            captions=tuple(self._whole(each) for each in document.captions),
        )

    def _whole(self, text):
        told, language = text.told(self.question.language)
        return Passage(marked(told, language, self.question.wanted), language)


def _excerpt(document, language, wanted):
    """From the text in which most of the words stand; the first of equals."""
    best, most = None, -1
    for text in document.texts:
        told, spoken = text.told(language)
        number = number_of(told, spoken, wanted) if told else -1
        if number > most:
            best, most = (told, spoken, text.about), number
    if best is None:
        return None
    told, spoken, about = best
    return Passage(excerpt(told, spoken, wanted), spoken, about)


def _alone(index, question):
    """How many documents hold each word of several by itself."""
    if len(question.words) < 2:
        return ()
    counts = [
        (word, len(index.matching(every([keys]), question.language)))
        for word, keys in zip(question.words, question.keys, strict=True)
    ]
    return tuple((word, number) for word, number in counts if number)


def _instead(index, question):
    """
    The question with each word that is nowhere replaced by the nearest that is.

    Left out are words without one; "" where none was replaced, or that finds nothing.
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
    """The word in use that is most like it, as a public text writes it; or ""."""
    folded = fold(word)
    terms = index.terms(folded[:1], language)
    terms = [term for term in terms if abs(len(term) - len(folded)) <= 2]
    for term in get_close_matches(folded, terms, n=3, cutoff=ALIKE):
        if written := _as_written(index, term, language):
            return written
    return ""


def _as_written(index, term, language):
    """How a document writes a term; "" for a stem, which nobody writes."""
    for number in sorted(index.matching(every([[term]]), language)):
        document = index.documents[number]
        for text in (document.title, *document.texts, *document.captions):
            told, spoken = text.told(language)
            for begin, end, keys in places(told, spoken):
                if keys[:1] == (term,):
                    return told[begin:end]
    return ""
