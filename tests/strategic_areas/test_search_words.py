"""Words, questions and excerpts of the search, and the table in which it finds them."""

import itertools
import re
import sqlite3
from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils.html import strip_tags
from django.utils.translation import override

from agencies.folding import fold
from strategic_areas.search import index, results
from strategic_areas.search.index import BilingualText, Document, DocumentAddress
from strategic_areas.search.results import LENGTH, mark_excerpt, mark_words
from strategic_areas.search.words import (
    LONGEST,
    MAX_WORDS,
    parse_question,
    word_keys,
    word_positions,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
labels = map(str, itertools.count())


def file(*documents, label=""):
    """Bring the table up to date with these documents alone."""
    return index.update_index(label or next(labels), lambda: documents)


def a_document(pk, *title, place="help", kind="update", **fields):
    said = {"title": BilingualText(*title), "address": DocumentAddress(place)}
    return Document(kind=kind, pk=pk, **said, **fields)


def file_texts(*texts, kind="update", english=()):
    """File a document for each text, in their order."""
    english = dict(enumerate(english))
    file(
        *(
            a_document(
                *(str(number), f"Título {number}", f"Title {number}"),
                kind=kind,
                texts=(BilingualText(text, english.get(number, "")),),
                order=(number,),
            )
            for number, text in enumerate(texts)
        )
    )


def find(words, language="es", unread=()):
    with override(language):
        return results.search_all(parse_question(words, language), unread)


def found_in(answer):
    return [hit.pk for group in answer.groups for hit in group.hits]


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("víctima", "víctimas"),
        ("victima", "VÍCTIMAS"),
        ("VICTIMAS", "víctima"),
        ("capacitación", "capacitaciones"),
        ("capacitacion", "capacitar"),
        ("capacitar", "capacitación"),
        ("capacitó", "capacitados"),
        ("judicial", "judiciales"),
        ("investigó", "investigaciones"),
        ("investigo", "investigación"),
        ("mujer", "mujeres"),
        ("mujeres", "mujer"),
        ("juez", "jueces"),
        ("jueces", "juez"),
        ("fiscalia", "Fiscalía"),
        ("nina", "niñas"),
        ("paises", "país"),
        ("ley 137", "Ley 137-03"),
        ("137-03", "la Ley 137-03."),
        ("16.2", "meta SDG-16.2"),
        ("R-1.1", "véase R-1.1.2"),
    ],
)
def test_accents_case_and_word_forms_do_not_matter(asked, written):
    file_texts(f"Se trata de {written} en todo el país.", "Otra cosa.")

    assert found_in(find(asked)) == ["0"]


@pytest.mark.parametrize(
    ("asked", "written"),
    [("training", "trained"), ("Victims", "victim"), ("investigate", "investigations")],
)
def test_english_forms_are_found_in_english_texts(asked, written):
    file_texts("Una cosa.", "Otra.", english=[f"They {written} it."])

    assert found_in(find(asked, "en")) == ["0"]
    assert found_in(find(asked, "es")) == []


def test_an_english_page_finds_what_is_only_in_spanish():
    file_texts("Capacitaciones de fiscales.")

    (group,) = find("capacitación", "en").groups

    assert group.hits[0].excerpt.startswith('<span lang="es"><mark>Capacitaciones<')


def test_of_a_title_that_holds_the_words_alone_no_other_text_is_shown():
    file_texts("Otra cosa.")

    (group,) = find("título").groups

    assert group.hits[0].excerpt == ""


def test_all_words_are_asked_for_but_for_those_in_every_text():
    file_texts("La trata en la frontera.", "La trata.", "La frontera.")

    assert found_in(find("la trata de la frontera")) == ["0"]
    assert found_in(find("la")) == ["0", "1", "2"]


def test_words_in_the_title_come_first_then_as_written_then_in_order():
    documents = [
        a_document(pk, title, order=(place,), texts=(BilingualText(text),))
        for place, (pk, title, text) in enumerate(
            [
                ("forms", "Uno", "tratado"),
                ("last", "Dos", "trata"),
                ("title", "Trata de personas", "Tres"),
                ("first", "Cuatro", "trata"),
            ]
        )
    ]
    file(*documents[:1], *documents[:0:-1])

    assert found_in(find("trata")) == ["title", "last", "first", "forms"]


@pytest.mark.parametrize(
    "orders",
    [
        [(-20, "b"), (-3, "a"), (0, "a"), (7, ""), (7, "a"), (70, "a")],
        [("a",), ("a", 1), ("a b",), ("ab",), ("z",), ("ñ",)],
    ],
)
def test_equal_hits_come_in_their_order(orders):
    documents = [a_document(str(order), "Trata", order=order) for order in orders]
    file(*documents[::-1])

    assert found_in(find("trata")) == [str(order) for order in orders][:5]


def test_who_bears_that_very_name_comes_before_all():
    file(
        a_document("holder", "PGR", kind="commitment"),
        a_document("named", "Nada", place="plans", kind="plan", exact_queries=("PGR",)),
    )

    assert found_in(find("pgr")) == ["named", "holder"]
    assert find("pgr").straight == DocumentAddress("plans").path("es")
    assert find("pgr nada").straight == ""


def test_the_table_follows_what_is_read():
    two = a_document("2", "Dos")
    file(a_document("1", "Uno"), two, label="first")
    assert found_in(find("uno")) == ["1"]

    file(a_document("1", "Tres"), two, label="first")
    assert found_in(find("uno")) == ["1"]

    file(a_document("1", "Tres"), two, label="second")
    assert found_in(find("uno")) == []
    assert found_in(find("tres")) == ["1"]
    assert find("dos tres").counts_by_word == (("dos", 1), ("tres", 1))


def rows():
    with connection.cursor() as cursor:
        cursor.execute("SELECT record, rowid FROM search_index WHERE rowid > 0")
        return dict(cursor.fetchall())


def test_only_what_differs_is_written():
    kept = a_document("kept", "Uno")
    file(kept, a_document("changed", "Dos"), a_document("gone", "Tres"))
    before = rows()

    file(kept, a_document("changed", "Cuatro"), a_document("new", "Cinco"))

    after = rows()
    assert set(after) == {"kept", "changed", "new"}
    assert after["kept"] == before["kept"]
    assert found_in(find("cuatro")) == ["changed"]


def test_a_reading_that_failed_leaves_the_table_as_it_was():
    file(a_document("1", "Uno"), label="first")

    with pytest.raises(AttributeError):
        file(a_document("2", "Dos"), None, label="second")

    assert list(rows()) == ["1"]
    file(a_document("2", "Dos"), label="second")
    assert found_in(find("dos")) == ["2"]


@contextmanager
def read_only():
    """The database refuses to write, as a copy of it for reading does."""
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute(
            "PRAGMA query_only = ON"
            if is_sqlite
            else "SET LOCAL transaction_read_only = on"
        )
        yield
        if is_sqlite:
            cursor.execute("PRAGMA query_only = OFF")


def test_where_nothing_may_be_written_what_is_no_more_is_not_found():
    file(a_document("kept", "Trata"), a_document("hidden", "Trata"))

    with read_only():
        unread = file(a_document("kept", "Trata"), a_document("new", "Trata"))
        answer = find("trata", unread=unread)
        alone = find("trata zzz", unread=unread).counts_by_word

    assert found_in(answer) == ["kept"]
    assert answer.total == 1
    assert alone == (("trata", 1),)


def test_who_waits_too_long_for_another_who_fills_does_without(monkeypatch):
    monkeypatch.setattr(index, "MAX_WAIT", 0.01)
    file(a_document("kept", "Trata"), a_document("hidden", "Trata"))

    with index._filling:
        unread = file(a_document("kept", "Trata"), a_document("new", "Trata"))

    assert found_in(find("trata", unread=unread)) == ["kept"]


@pytest.mark.sqlite
def test_a_search_waits_briefly_for_who_writes():
    """On PostgreSQL the settings say how long a lock is waited for."""
    waits = []

    def noted(execute, sql, *args):
        if "busy_timeout" in sql:
            waits.append(int(sql.rpartition(" ")[2]))
        return execute(sql, *args)

    with connection.execute_wrapper(noted):
        file(a_document("1", "Uno"))

    usual = connection.settings_dict["OPTIONS"]["timeout"]
    assert waits == [index.MAX_WAIT * 1000, usual * 1000]


def test_a_restored_portal_finds_nothing_that_was_purged_since():
    """A backup holds the table as it was; whoever restores it migrates."""
    file(a_document("1", "Fulana"))

    call_command("migrate", interactive=False, verbosity=0)

    assert rows() == {}
    assert found_in(find("fulana")) == []


def test_who_reads_while_the_tables_are_filled_is_told_of_what_is_there(monkeypatch):
    file(a_document("gone", "Trata"), a_document("kept", "Trata"))
    changes = [[a_document("new", "Trata"), a_document("kept", "Trata")]]
    read = results._rows

    def filled_meanwhile(question, unread):
        rows = read(question, unread)
        while changes:
            file(*changes.pop())
        return rows

    monkeypatch.setattr(results, "_rows", filled_meanwhile)

    assert found_in(find("trata")) == ["kept", "new"]


def test_sqlite_without_full_texts_is_refused_at_the_start(settings, monkeypatch):
    settings.EMBEDDED_DATABASE = True
    assert index.need_full_text(None) == []

    class Without:
        def execute(self, statement):
            raise sqlite3.OperationalError("no such module: fts5")

        def close(self):
            pass

    monkeypatch.setattr(sqlite3, "connect", lambda name: Without())
    (error,) = index.need_full_text(None)
    assert (error.id, "no such module: fts5" in error.msg) == ("portal.E001", True)


def test_who_fills_the_table_while_it_is_emptied_brings_nothing_back():
    """A purge may be confirmed between the reading of the texts and the writing."""
    file(a_document("1", "Uno"))
    titles = ["Fulana", "Nadie"]

    def read():
        if len(titles) == 2:
            index.empty_index()
        yield a_document("1", titles.pop(0))

    index.update_index("later", read)

    assert found_in(find("fulana")) == []
    assert found_in(find("nadie")) == ["1"]


def test_no_copy_of_a_row_outlives_the_next_filling():
    file(a_document("1", "Fulana"))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO search_index (rowid, kind, record, digest, sort) "
            "SELECT 99, kind, record, digest, sort FROM search_index WHERE rowid = 1"
        )
        cursor.execute(
            "INSERT INTO search_words (rowid, shown_es, shown_en, es, en) "
            "SELECT 99, shown_es, shown_en, es, en FROM search_words WHERE rowid = 1"
        )

    file(a_document("1", "Nadie"))

    assert found_in(find("fulana")) == []
    assert found_in(find("nadie")) == ["1"]


def test_of_several_words_each_is_counted_by_itself():
    file_texts("Una cosa.", "Otra cosa.", "Nadie.")

    assert find("cosa nadie zzz").counts_by_word == (("cosa", 2), ("nadie", 1))


HOSTILE = [
    "",
    " ",
    "\x00",
    "víctima\x00\x1b[31m",
    "'\"*()[]{}<>%_\\;--",
    '" OR "" MATCH *',
    "title:* NEAR(a b) AND NOT",
    "a" * 5000,
    "víctima " * 2000,
    "1." * 3000,
    "😀🎉",
    "\ud800",
    "\u202eamitcív",
    "ﷺ ⑴ ½ ㍿ ª",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "﷐﷑",
    "١٢٣",
]


@pytest.mark.parametrize("asked", HOSTILE)
@pytest.mark.parametrize("language", ["es", "en"])
def test_a_hostile_question_is_only_words_or_nothing(asked, language):
    question = parse_question(asked, language)
    file_texts("Se identificó a las víctimas.", *filter(str.isprintable, HOSTILE))

    if question.words:
        find(asked, language)

    assert len(question.text) <= LONGEST
    assert len(question.words) <= MAX_WORDS
    assert question.text.isprintable()


@pytest.mark.parametrize(
    ("asked", "is_cut"),
    [
        ("a" * LONGEST, False),
        ("a" * (LONGEST + 1), True),
        (" ".join(f"palabra{n}" for n in range(MAX_WORDS)), False),
        (" ".join(f"palabra{n}" for n in range(MAX_WORDS + 1)), True),
    ],
)
def test_more_than_can_be_looked_for_is_told(asked, is_cut):
    assert parse_question(asked, "es").is_cut is is_cut


def test_no_key_holds_a_sign_that_the_engine_reads():
    every_sign = "".join(map(chr, range(1, 0x3000))) + "ﷺ"

    found = [key for *_, each in word_positions(every_sign, "es") for key in each]

    assert not [key for key in found if set(key) & set("\"'()*:^ \x00")]


def test_a_word_is_first_what_is_written():
    assert word_keys("Capacitación", "es")[0] == fold("Capacitación") == "capacitacion"
    told = parse_question("trata/tráfico R-1.1.2, ¿víctimas?", "es").words
    assert told == ("trata", "tráfico", "R-1.1.2", "víctimas")


def test_an_excerpt_holds_the_words_together_and_marks_them():
    far = "relleno de muchas palabras " * 40
    text = f"Una víctima. {far} Cada víctima de trata recibió ayuda. {far}"

    html = mark_excerpt(text, "es", parse_question("víctimas trata", "es").wanted)

    told = strip_tags(html)
    assert re.findall("<mark>(.*?)</mark>", html) == ["víctima", "trata"]
    assert told.startswith("… ")
    assert told.endswith(" …")
    assert len(told) <= LENGTH + 4
    assert told.strip("… ") in text


@pytest.mark.parametrize("text", ["", "x", "a " * 500, "x" * 900, "víctima" * 200])
def test_an_excerpt_of_anything_is_a_part_of_it(text):
    assert strip_tags(mark_excerpt(text, "es", {"victima"})).strip("… ") in text


def test_marks_lose_no_sign():
    text = "Ley 137-03, art. 3: ¿trata?"

    html = mark_words(text, "es", parse_question("137-03 trata", "es").wanted)

    assert strip_tags(html) == text
    assert re.findall("<mark>(.*?)</mark>", html) == ["137-03", "trata"]
