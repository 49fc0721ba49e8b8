"""What the search finds, a document each, and the index that keeps all of them."""

import sqlite3
import threading
import weakref
from collections.abc import Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count

from agencies.folding import fold
from strategic_areas.addresses import address
from strategic_areas.search.stems import places

#: The kinds of documents, in the order of their groups in an answer.
KINDS = (
    "indicator",
    "commitment",
    "activity",
    "update",
    "evidence",
    "agency",
    "area",
    "framework",
    "law",
    "glossary",
    "page",
    "plan",
    "amendment",
    "later",
    "discrepancy",
    "source",
    "correction",
    "help",
)


@dataclass(frozen=True, slots=True)
class Text:
    """A text in both languages; ``about`` is the name of its field, or ""."""

    spanish: str
    english: str = ""
    about: str = ""

    def in_language(self, language):
        """The text on a page of this language, and the language that it is in."""
        if language == "en" and self.english:
            return self.english, "en"
        return self.spanish, "es"


@dataclass(frozen=True, slots=True)
class Place:
    """
    Where a document is found: the name of a public page and its arguments.

    ``fragment`` is a place on the page, ``page`` the number of a page of a long list.
    """

    name: str
    spanish: tuple = ()
    english: tuple = ()
    fragment: str = ""
    page: int = 1

    def path(self, language):
        args = self.english if language == "en" and self.english else self.spanish
        path = address(self.name, *args, language=language)
        if self.page > 1:
            path = f"{path}?page={self.page}"
        return f"{path}#{self.fragment}" if self.fragment else path


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """
    A record or a page that the search can find.

    ``captions`` are short texts that tell whose it is and of when. ``also`` are texts
    by which it is found but that are not shown, such as the whole name of an agency. A
    question that is just one of its ``names``, a code or initials, leads straight to
    it. ``questions`` are what people ask whom it answers: a question with no other
    words than theirs shows it first. ``order`` sorts equal hits, the smallest first.
    """

    kind: str
    pk: str
    title: Text
    place: Place
    code: str = ""
    #: The code in English, where it is another one.
    code_en: str = ""
    texts: tuple[Text, ...] = ()
    captions: tuple[Text, ...] = ()
    #: By year, what is said first, instead, to whoever asks of that year.
    by_year: Mapping[str, Text] = field(default_factory=dict)
    also: tuple[Text, ...] = ()
    names: tuple[str, ...] = ()
    questions: tuple[Text, ...] = ()
    order: tuple = ()
    is_demonstration: bool = False


LANGUAGES = ("es", "en")
#: Keys come joined by spaces. The engine splits them there and keeps no positions.
TABLE = (
    "CREATE VIRTUAL TABLE words_{0} USING fts5(title, body, content='', "
    "detail=column, tokenize=\"ascii tokenchars '-./'\")"
)
VOCABULARY = "CREATE VIRTUAL TABLE vocabulary_{0} USING fts5vocab(words_{0}, 'row')"
ADD = "INSERT INTO words_{0}(rowid, title, body) VALUES (?, ?, ?)"
#: The engine keeps no text. To remove a row it must be told what the row holds.
REMOVE = (
    "INSERT INTO words_{0}(words_{0}, rowid, title, body) VALUES ('delete', ?, ?, ?)"
)
MATCHING = "SELECT rowid FROM words_{0} WHERE words_{0} MATCH ?"
TERMS = "SELECT term FROM vocabulary_{0} WHERE term >= ? AND term < ?"


class Index:
    """``documents`` by their numbers. ``read`` yields all that can be found now."""

    def __init__(self, read):
        self._read = read
        self._lock = threading.RLock()
        self._close = None
        self.forget()

    def forget(self):
        """Empty the index."""
        with self._lock:
            self.documents, self._numbers, self._names = {}, {}, {}
            self._asked = {}
            self._version, self._next = None, count(1)
            if self._close:
                self._close()
            self._base = sqlite3.connect(
                ":memory:", isolation_level=None, check_same_thread=False
            )
            # Closed with the index: left to the garbage collector it would leak.
            self._close = weakref.finalize(self, self._base.close)
            for language in LANGUAGES:
                self._base.execute(TABLE.format(language))
                self._base.execute(VOCABULARY.format(language))

    @contextmanager
    def at(self, version):
        """
        The index at this publication version, for one thread at a time.

        The version was read before the call: what is found is at least as new.
        """
        with self._lock:
            if self._version != version:
                self._bring_up_to_date(self._read())
                self._version = version
            yield self

    def _bring_up_to_date(self, found):
        """Change what differs; empty the index where that fails."""
        told = set()
        try:
            self._base.execute("BEGIN")
            for document in found:
                key = document.kind, document.pk
                told.add(key)
                if (number := self._numbers.get(key)) is not None:
                    if self.documents[number] == document:
                        continue
                    self._remove(key)
                self._add(key, document)
            for key in self._numbers.keys() - told:
                self._remove(key)
            self._base.execute("COMMIT")
        except BaseException:
            self.forget()
            raise
        self._names, self._asked = {}, {}
        for number, document in self.documents.items():
            if document.questions:
                self._asked[number] = _asked(document)
            for name in document.names:
                self._names.setdefault(fold(name), set()).add(number)

    def _add(self, key, document):
        number = self._numbers[key] = next(self._next)
        self.documents[number] = document
        for language in LANGUAGES:
            row = (number, *_filed(document, language))
            self._base.execute(ADD.format(language), row)

    def _remove(self, key):
        number = self._numbers.pop(key)
        document = self.documents.pop(number)
        for language in LANGUAGES:
            row = (number, *_filed(document, language))
            self._base.execute(REMOVE.format(language), row)

    def matching(self, expression, language):
        """The numbers of the documents that match an expression."""
        asked = self._base.execute(MATCHING.format(language), (expression,))
        with closing(asked) as rows:
            return {number for (number,) in rows}

    def named(self, text):
        """The numbers of the documents with this text as their code or initials."""
        return self._names.get(fold(text), set())

    def answering(self, question):
        """The numbers of the documents that answer what a question's words ask."""
        return {
            number
            for number, keys in self._asked.items()
            if question.words and all(map(keys.intersection, question.keys))
        }

    def terms(self, beginning, language):
        """The words and stems in the index that begin with this."""
        bounds = (beginning, f"{beginning}\U0010ffff")
        asked = self._base.execute(TERMS.format(language), bounds)
        with closing(asked) as rows:
            return [term for (term,) in rows]


def _asked(document):
    """The keys of a document's questions, in both languages."""
    texts = [
        each.in_language(lang) for each in document.questions for lang in LANGUAGES
    ]
    return frozenset(_keys(texts).split())


def _filed(document, language):
    """The keys by which a document is found: of title and code, and of the rest."""
    title = [
        document.title.in_language(language),
        (document.code, "es"),
        (document.code_en, "en"),
    ]
    others = (*document.texts, *document.captions, *document.also)
    rest = [each.in_language(language) for each in others]
    return _keys(title), _keys(rest)


def _keys(texts):
    return " ".join(
        key
        for text, language in texts
        for _begin, _end, found in places(text, language)
        for key in found
    )
