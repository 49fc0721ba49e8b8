"""
The search index: two database tables, shared by all processes.

The first search after a public change reads all public texts and writes the rows that
differ. Rows of an older label are never read. If the database is read-only or busy,
outdated rows are left out and new ones are not found yet.
"""

import json
import sqlite3
import threading
import uuid
from collections.abc import Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256

from django.conf import settings
from django.core import checks
from django.db import DatabaseError, connection, connections, transaction

from agencies.folding import fold
from strategic_areas.public_paths import public_path
from strategic_areas.search.words import NOT_OF_A_KEY, word_positions

LANGUAGES = ("es", "en")
#: Prefixes of the keys of titles, of questions and of exact queries.
TITLE, QUESTION, EXACT = "t=", "q=", "n="
#: ``sort`` orders rows of a kind. Row 0 holds the label in ``digest``.
ROWS = (
    "CREATE TABLE IF NOT EXISTS search_index (rowid bigint PRIMARY KEY, "
    "kind text, record text, digest text, sort text{0})"
)
CREATE = {
    "sqlite": (
        ROWS.format("").replace("bigint", "integer"),
        "CREATE VIRTUAL TABLE IF NOT EXISTS search_words USING fts5("
        "shown_es UNINDEXED, shown_en UNINDEXED, es, en, "
        "detail=column, tokenize=\"ascii tokenchars '-./=_'\")",
    ),
    "postgresql": (
        ROWS.format(' COLLATE "C"'),
        "CREATE TABLE IF NOT EXISTS search_words (rowid bigint PRIMARY KEY, "
        "shown_es text, shown_en text, es tsvector, en tsvector)",
        "CREATE INDEX IF NOT EXISTS search_words_es ON search_words "
        "USING gin (es) WITH (fastupdate = off)",
        "CREATE INDEX IF NOT EXISTS search_words_en ON search_words "
        "USING gin (en) WITH (fastupdate = off)",
    ),
}
FIRST = "INSERT INTO search_index (rowid, digest) VALUES (0, '') ON CONFLICT DO NOTHING"
ADD_ROWS = "INSERT INTO search_index (rowid, kind, record, digest, sort) VALUES "
ADD_WORDS = "INSERT INTO search_words (rowid, shown_es, shown_en, es, en) VALUES "
ROW = "(%s, %s, %s, %s, %s)"
#: As ROW, with the keys as a space-separated text.
WORDS = {
    "sqlite": ROW,
    "postgresql": "(%s, %s, %s, array_to_tsvector(string_to_array(%s, ' ')), "
    "array_to_tsvector(string_to_array(%s, ' ')))",
}
#: Rows written with one statement.
AT_ONCE = 500
#: By engine: the condition, the search expression, and its quote, "or" and "and".
MATCHING = {
    "sqlite": ("search_words MATCH %s", "{0} : ({1})", ('"', " OR ", " AND ")),
    "postgresql": ("{0} @@ %s::tsquery", "{1}", ("'", " | ", " & ")),
}
ATTEMPTS = 3
#: Seconds to wait for another process that writes.
MAX_WAIT = 3
_filling = threading.Lock()


@dataclass(frozen=True, slots=True)
class BilingualText:
    """A text in both languages; ``about`` names its field."""

    spanish: str
    english: str = ""
    about: str = ""

    def in_language(self, language):
        """The text for a page in this language, and the language it is in."""
        if language == "en" and self.english:
            return self.english, "en"
        return self.spanish, "es"


@dataclass(frozen=True, slots=True)
class DocumentAddress:
    """A public page with its arguments, page number and fragment."""

    name: str
    spanish: tuple = ()
    english: tuple = ()
    fragment: str = ""
    page: int = 1

    def path(self, language):
        args = self.english if language == "en" and self.english else self.spanish
        path = public_path(self.name, *args, language=language)
        if self.page > 1:
            path = f"{path}?page={self.page}"
        return f"{path}#{self.fragment}" if self.fragment else path


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """
    A record or page that can be found.

    ``captions`` show its origin and time; ``also`` is indexed but not shown. A query
    equal to one of ``exact_queries`` leads straight to it; one that matches
    ``questions`` ranks it first. Equal hits sort by ``order``.
    """

    kind: str
    pk: str
    title: BilingualText
    address: DocumentAddress
    code: str = ""
    #: The English code, if it differs.
    code_en: str = ""
    texts: tuple[BilingualText, ...] = ()
    captions: tuple[BilingualText, ...] = ()
    #: The first caption for a query that names the year.
    by_year: Mapping[str, BilingualText] = field(default_factory=dict)
    also: tuple[BilingualText, ...] = ()
    exact_queries: tuple[str, ...] = ()
    questions: tuple[BilingualText, ...] = ()
    order: tuple = ()
    is_demonstration: bool = False

    @property
    def digest(self):
        return sha256(repr(self).encode()).hexdigest()

    def keys(self, language):
        title = [
            self.title.in_language(language),
            (self.code, "es"),
            (self.code_en, "en"),
        ]
        others = (*self.texts, *self.captions, *self.also)
        questions = [
            each.in_language(lang) for each in self.questions for lang in LANGUAGES
        ]
        title_keys = _keys(title)
        keys = title_keys | _keys(each.in_language(language) for each in others)
        keys |= {TITLE + key for key in title_keys}
        keys |= {QUESTION + key for key in _keys(questions)}
        keys |= {EXACT + exact_key(each) for each in self.exact_queries}
        return " ".join(sorted(keys))

    def shown(self, language):
        content = {
            "code": (self.code_en if language == "en" else "") or self.code,
            "path": self.address.path(language),
            "title": self.title.in_language(language),
            "texts": [(*t.in_language(language), t.about) for t in self.texts],
            "captions": [each.in_language(language) for each in self.captions],
            "by_year": {
                year: text.in_language(language) for year, text in self.by_year.items()
            },
            "is_demonstration": self.is_demonstration,
        }
        return json.dumps(content, ensure_ascii=False)


def exact_key(query):
    return NOT_OF_A_KEY.sub("_", fold(query.strip()))[:100]


def _keys(texts):
    return {
        key
        for text, language in texts
        for *_, found in word_positions(text, language)
        for key in found
    }


def _sortable(order):
    return "\x01".join(
        f"{each + 10**15:016d}" if isinstance(each, int) else each for each in order
    )


def need_full_text(app_configs, **kwargs):
    """System check: SQLite needs FTS5, which Debian's build has."""
    if not settings.EMBEDDED_DATABASE:
        return []
    with closing(sqlite3.connect(":memory:")) as base:
        try:
            base.execute("CREATE VIRTUAL TABLE words USING fts5(word)")
        except sqlite3.OperationalError as error:
            hint = "Use Debian's python3, or PostgreSQL: DATABASE_URL."
            message = f"SQLite cannot search in full texts: {error}."
            return [checks.Error(message, hint=hint, id="portal.E001")]
    return []


def install_index(sender=None, using="default", **kwargs):
    """Receiver of ``post_migrate``: create and empty the tables."""
    target = connections[using]
    with transaction.atomic(using=using), target.cursor() as cursor:
        for statement in CREATE[target.vendor]:
            cursor.execute(statement)
        cursor.execute(FIRST)
        _empty(cursor)


def empty_index():
    """Empty the tables; a process that is filling them starts again."""
    with transaction.atomic(), connection.cursor() as cursor:
        _empty(cursor)


def _empty(cursor):
    # A process that fills the tables locks this row, and gives up if its label changed.
    label = uuid.uuid4().hex
    cursor.execute("UPDATE search_index SET digest = %s WHERE rowid = 0", [label])
    cursor.execute("DELETE FROM search_index WHERE rowid > 0")
    cursor.execute("DELETE FROM search_words")
    if cursor.db.vendor == "sqlite":
        # FTS5 keeps deleted text until it is optimized.
        cursor.execute("INSERT INTO search_words (search_words) VALUES ('optimize')")


def update_index(label, load_documents):
    """
    Fill the tables for ``label``; ``load_documents`` yields all documents.

    The label must be read first, so that rows are at least as new. Returns ids of
    outdated rows that could not be removed.
    """
    if _label() == label:
        return ()
    if not _filling.acquire(timeout=MAX_WAIT):
        _added, removed = _differences(load_documents())
        return tuple(removed)
    try:
        for _ in range(ATTEMPTS):
            if (former_label := _label()) == label:
                return ()
            added, removed = _differences(load_documents())
            try:
                with _waiting_briefly():
                    if _write(former_label, label, added, removed):
                        return ()
            except DatabaseError:
                break
    finally:
        _filling.release()
    return tuple(removed)


@contextmanager
def _waiting_briefly():
    """On SQLite, wait no longer for another writer than on PostgreSQL."""
    if connection.vendor != "sqlite":
        yield
        return
    usual = connection.settings_dict["OPTIONS"].get("timeout", 5)
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {MAX_WAIT * 1000}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {usual * 1000}")


def _label():
    with connection.cursor() as cursor:
        cursor.execute("SELECT digest FROM search_index WHERE rowid = 0")
        return cursor.fetchone()[0]


def _differences(documents):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, record, rowid, digest FROM search_index WHERE rowid > 0"
        )
        rows = cursor.fetchall()
    indexed = {(kind, record): id_and_digest for kind, record, *id_and_digest in rows}
    kept_ids = {rowid for rowid, _digest in indexed.values()}
    # Remove duplicates that two processes may have written.
    added, removed = [], [each[2] for each in rows if each[2] not in kept_ids]
    for each in documents:
        rowid, digest = indexed.pop((each.kind, each.pk), (None, None))
        if digest != each.digest:
            removed += [rowid] if rowid else []
            sort = _sortable((*each.order, each.pk))
            shown = map(each.shown, LANGUAGES)
            keys = map(each.keys, LANGUAGES)
            row = each.kind, each.pk, each.digest, sort
            added.append((row, (*shown, *keys)))
    return added, [*removed, *(rowid for rowid, _ in indexed.values())]


def _write(former_label, label, added, removed):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE search_index SET digest = %s WHERE rowid = 0 AND digest = %s",
            [label, former_label],
        )
        if cursor.rowcount != 1:
            return False
        for start in range(0, len(removed), AT_ONCE):
            ids = ", ".join(map(str, removed[start : start + AT_ONCE]))
            cursor.execute(f"DELETE FROM search_index WHERE rowid IN ({ids})")  # noqa: S608
            cursor.execute(f"DELETE FROM search_words WHERE rowid IN ({ids})")  # noqa: S608
        cursor.execute("SELECT max(rowid) FROM search_index")
        first = cursor.fetchone()[0] + 1
        for start in range(0, len(added), AT_ONCE):
            numbered = list(enumerate(added[start : start + AT_ONCE], first + start))
            row_values = [
                value for rowid, (row, _) in numbered for value in (rowid, *row)
            ]
            word_values = [
                value
                for rowid, (_, word_values) in numbered
                for value in (rowid, *word_values)
            ]
            cursor.execute(ADD_ROWS + ", ".join([ROW] * len(numbered)), row_values)
            each = WORDS[connection.vendor]
            cursor.execute(ADD_WORDS + ", ".join([each] * len(numbered)), word_values)
    return True


def matching_sql(language, keys_of_words, beginning=""):
    """SQL for ids of rows with at least one key of each word, and its parameter."""
    where, expression, (quote, either, both) = MATCHING[connection.vendor]
    words = both.join(
        f"({either.join(f'{quote}{beginning}{key}{quote}' for key in keys)})"
        for keys in keys_of_words
    )
    where = where.format(language)
    return (
        f"SELECT rowid FROM search_words WHERE {where}",  # noqa: S608 - a column's name
        expression.format(language, words),
    )
