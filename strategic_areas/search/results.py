"""Search results: hits by kind, best first, with the words marked."""

import heapq
import json
import re
from collections import defaultdict
from dataclasses import dataclass

from django.db import connection
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language, gettext as _, gettext_lazy

from strategic_areas.search.index import EXACT, QUESTION, TITLE, exact_key, matching_sql
from strategic_areas.search.words import word_positions

#: Kinds of documents in the order of results.
KINDS = {
    "indicator": gettext_lazy("Figures"),
    "commitment": gettext_lazy("Commitments and documented actions"),
    "activity": gettext_lazy("Activities"),
    "update": gettext_lazy("Updates"),
    "evidence": gettext_lazy("Evidence"),
    "agency": gettext_lazy("Agencies"),
    "area": gettext_lazy("Areas and programmes"),
    "framework": gettext_lazy("International targets"),
    "law": gettext_lazy("Legal base"),
    "glossary": gettext_lazy("Glossary"),
    "page": gettext_lazy("Pages of this site"),
    "plan": gettext_lazy("Plans"),
    "amendment": gettext_lazy("Amendments"),
    "later": gettext_lazy("After the plan"),
    "discrepancy": gettext_lazy("Where the sources disagree"),
    "source": gettext_lazy("Sources"),
    "correction": gettext_lazy("Corrections"),
    "help": gettext_lazy("Telephone lines"),
}
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
#: Length of an excerpt, and of its part before the first marked word.
LENGTH, BEFORE = 240, 60
#: Hits of a kind among others, and on a page of their own.
PER_GROUP, PER_PAGE = 5, 20
#: Sort conditions, most important first; ``sort`` decides between equals.
RANKS = ("named", "answers", "titled", "written")
FOUND = """
    SELECT kind, {conditions}, sort, record, rowid FROM search_index
    WHERE rowid IN ({all} UNION {named} UNION {answers}) AND {readable}
"""
SHOWN = """
    SELECT record, filed.rowid, shown_{} FROM search_index AS filed
    JOIN search_words ON search_words.rowid = filed.rowid WHERE filed.rowid IN ({})
"""


@dataclass(frozen=True)
class Hit:
    """``excerpt`` is "" if only the title contains the words."""

    pk: str
    code: str
    path: str
    title: str
    excerpt: str
    about: str
    captions: tuple[str, ...]
    is_demonstration: bool
    is_named: bool
    is_first: bool
    is_titled: bool


@dataclass(frozen=True)
class HitGroup:
    """The total of one kind, and one page of its hits."""

    kind: str
    total: int
    hits: tuple[Hit, ...]


@dataclass(frozen=True)
class SearchResults:
    """
    Hits by kind; kinds with an exact answer come first.

    ``straight`` is the URL of a document with exactly this name. Without hits,
    ``counts_by_word`` counts the documents for each word.
    """

    groups: tuple[HitGroup, ...]
    total: int
    straight: str = ""
    counts_by_word: tuple[tuple[str, int], ...] = ()


def search_all(question, outdated=()):
    """The first hits of every kind; index rows in ``outdated`` are left out."""
    groups = _groups(question, "", 0, PER_GROUP, outdated)
    if not groups:
        return SearchResults((), 0, counts_by_word=_counts_by_word(question, outdated))
    named = [group.hits[0].path for group in groups if group.hits[0].is_named]
    order = list(KINDS)
    groups.sort(key=lambda group: (*_is_after(group), order.index(group.kind)))
    return SearchResults(
        tuple(groups), sum(group.total for group in groups), *named[:1]
    )


def search_kind(question, kind, page, outdated=()):
    first = (page - 1) * PER_PAGE
    groups = _groups(question, kind, first, first + PER_PAGE, outdated)
    return groups[0] if groups else None


def _is_after(group):
    """Sort key: answers first, pages before other kinds, then commitments by title."""
    first = group.hits[0]
    is_called_so = group.kind == "commitment" and first.is_titled
    # Indicators rank no higher than the commitments that they measure.
    answers = first.is_first and group.kind != "indicator"
    return not answers, answers and group.kind != "page", not is_called_so


def _groups(question, only, first, last, outdated):
    by_kind = defaultdict(list)
    for kind, *row in _rows(question, outdated):
        if only in {"", kind}:
            by_kind[kind].append(tuple(row))
    best = {kind: heapq.nsmallest(last, rows)[first:] for kind, rows in by_kind.items()}
    best = sorted((rows, kind) for kind, rows in best.items() if rows)
    chosen = {row[-2:] for rows, _kind in best for row in rows}
    shown = _shown(question.language, chosen)
    if chosen != set(shown):  # the index changed meanwhile
        return _groups(question, only, first, last, outdated)
    return [
        HitGroup(
            kind,
            len(by_kind[kind]),
            tuple(_hit(question, row, shown[row[-2:]]) for row in rows),
        )
        for rows, kind in best
    ]


def _rows(question, outdated):
    language, parameters = question.language, question.keys
    found = {
        "named": matching_sql(language, [[exact_key(question.text)]], EXACT),
        "answers": matching_sql(language, parameters, QUESTION),
        "titled": matching_sql(language, parameters, TITLE),
        "written": matching_sql(language, [keys[:1] for keys in parameters]),
        "all": matching_sql(language, parameters),
    }
    conditions = [f"(rowid NOT IN ({found[each][0]})) AS {each}" for each in RANKS]
    query = FOUND.format(
        **{name: sql for name, (sql, _words) in found.items()},
        conditions=", ".join(conditions),
        readable=_readable(outdated),
    )
    parameters = [found[name][1] for name in (*RANKS, "all", "named", "answers")]
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchall()


def _shown(language, chosen):
    if not chosen:
        return {}
    query = SHOWN.format(language, ", ".join(str(rowid) for _record, rowid in chosen))
    with connection.cursor() as cursor:
        cursor.execute(query)
        rows = cursor.fetchall()
    contents = {(record, rowid): json.loads(shown) for record, rowid, shown in rows}
    return {row: contents[row] for row in chosen & set(contents)}


def _readable(outdated):
    return f"rowid NOT IN ({', '.join(map(str, outdated))})" if outdated else "TRUE"


def _counts_by_word(question, outdated):
    if len(question.words) < 2:
        return ()
    queries = [matching_sql(question.language, [keys]) for keys in question.keys]
    counts = ", ".join(
        f"(SELECT count(*) FROM ({sql}) AS matching WHERE {_readable(outdated)})"  # noqa: S608
        for sql, _ in queries
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counts}", [parameter for _, parameter in queries])
        numbers = cursor.fetchone()
    counted = zip(question.words, numbers, strict=True)
    return tuple((word, number) for word, number in counted if number)


def _hit(question, row, shown):
    is_not_named, is_no_answer, is_not_titled, *_rest, pk, _rowid = row
    keys = question.wanted
    years = [shown["by_year"].get(year) for year in YEAR.findall(question.text)]
    # The value of a requested year replaces the first caption.
    of_years = [each for each in years if each]
    captions = [*of_years, *shown["captions"][1:]] if of_years else shown["captions"]
    text, language, about = _best(shown["texts"], keys)
    return Hit(
        pk=pk,
        code=shown["code"],
        path=shown["path"],
        title=_in_its_language(*shown["title"], mark_words, keys),
        excerpt=_in_its_language(text, language, mark_excerpt, keys) if text else "",
        about=about,
        captions=tuple(_in_its_language(*each, mark_words, keys) for each in captions),
        is_demonstration=shown["is_demonstration"],
        is_named=not is_not_named,
        is_first=not (is_not_named and is_no_answer),
        is_titled=not is_not_titled,
    )


def _best(texts, wanted):
    best, best_count = ("", "", ""), 0
    for text, language, about in texts:
        matched = {key for *_, keys in _spans(text, language, wanted) for key in keys}
        if len(matched) > best_count:
            best, best_count = (text, language, about), len(matched)
    return best


def _in_its_language(text, language, mark, wanted):
    html = mark(text, language, wanted)
    if language == get_language():
        return html
    note = '<span lang="es">{}</span> <small class="only-spanish">({})</small>'
    return format_html(note, html, _("only in Spanish"))


def mark_words(text, language, wanted):
    return _marked(text, _spans(text, language, wanted), 0, len(text))


def mark_excerpt(text, language, wanted):
    """The part of the text with most words, or its beginning."""
    spans = _spans(text, language, wanted)
    if len(text) <= LENGTH:
        return _marked(text, spans, 0, len(text))
    begin = _best_beginning(spans)
    begin, end = _whole_words(text, begin, begin + LENGTH)
    html = _marked(text, spans, begin, end)
    opening, closing = "… " if begin else "", " …" if end < len(text) else ""
    return format_html("{}{}{}", opening, html, closing)


def _spans(text, language, wanted):
    return [
        (begin, end, common)
        for begin, end, found in word_positions(text, language)
        if (common := wanted.intersection(found))
    ]


def _best_beginning(spans):
    def together(begin):
        last = begin + LENGTH - BEFORE
        near = (keys for at, end, keys in spans if at >= begin and end <= last)
        return len(set().union(*near))

    best = max((begin for begin, *_rest in spans), key=together, default=0)
    return max(0, best - BEFORE)


def _whole_words(text, begin, end):
    if begin:
        begin = text.find(" ", begin) + 1 or begin
    if end < len(text):
        end = max(text.rfind(" ", begin, end + 1), begin) or end
    return begin, min(end, len(text))


def _marked(text, spans, begin, end):
    found, at = [], begin
    for start, stop, _keys in spans:
        if start >= begin and stop <= end:
            mark = format_html("<mark>{}</mark>", text[start:stop])
            found.append((text[at:start], mark))
            at = stop
    return format_html_join("", "{}{}", [*found, (text[at:end], "")])
