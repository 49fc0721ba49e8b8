"""Words, questions and excerpts of the search: pure, without a database."""

import pytest

from agencies.folding import fold
from strategic_areas import search
from strategic_areas.search.answers import LENGTH, excerpt, marked
from strategic_areas.search.documents import Document, Place, Text
from strategic_areas.search.stems import (
    LONGEST,
    MOST_WORDS,
    ask,
    every,
    keys,
    places,
    words,
)


def make_index(*texts, kind="update", english=()):
    """An index of one document for each text, in their order."""
    found = [
        Document(
            kind=kind,
            pk=str(number),
            title=Text(f"Título {number}", f"Title {number}"),
            place=Place("help"),
            texts=(Text(text, dict(enumerate(english)).get(number, "")),),
            order=(number,),
        )
        for number, text in enumerate(texts)
    ]
    return search.Index(lambda: found)


def find(index, words, language="es", version=1):
    with index.at(version):
        return search.answer(index, ask(words, language))


def found_in(answer):
    return [hit.document.pk for group in answer.groups for hit in group.hits]


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
    index = make_index(f"Se trata de {written} en todo el país.", "Otra cosa.")

    assert found_in(find(index, asked)) == ["0"]


@pytest.mark.parametrize(
    ("asked", "written"),
    [("training", "trained"), ("Victims", "victim"), ("investigate", "investigations")],
)
def test_english_forms_are_found_in_english_texts(asked, written):
    index = make_index("Una cosa.", "Otra.", english=[f"They {written} it."])

    assert found_in(find(index, asked, "en")) == ["0"]
    assert found_in(find(index, asked, "es")) == []


def test_an_english_page_finds_what_is_only_in_spanish():
    index = make_index("Capacitaciones de fiscales.")

    (group,) = find(index, "capacitación", "en").groups

    assert group.hits[0].excerpt.language == "es"


def test_of_a_title_that_holds_the_words_alone_no_other_text_is_shown():
    (group,) = find(make_index("Otra cosa."), "título").groups

    assert group.hits[0].excerpt is None


def test_all_words_are_asked_for_but_for_those_in_every_text():
    index = make_index("La trata en la frontera.", "La trata.", "La frontera.")

    assert found_in(find(index, "la trata de la frontera")) == ["0"]
    assert found_in(find(index, "la")) == ["0", "1", "2"]


def test_words_in_the_title_come_first_then_as_written_then_in_order():
    documents = [
        Document(
            kind="update",
            pk=pk,
            title=Text(title),
            place=Place("help"),
            order=(place,),
            texts=(Text(text),),
        )
        for place, (pk, title, text) in enumerate(
            [
                ("forms", "Uno", "tratado"),
                ("last", "Dos", "trata"),
                ("title", "Trata de personas", "Tres"),
                ("first", "Cuatro", "trata"),
            ]
        )
    ]
    index = search.Index(lambda: [*documents[:1], *documents[:0:-1]])

    assert found_in(find(index, "trata")) == ["title", "last", "first", "forms"]


def test_who_bears_that_very_name_comes_before_all():
    named = Document(
        kind="plan", pk="named", title=Text("Nada"), place=Place("help"), names=("PGR",)
    )
    holder = Document(
        kind="commitment", pk="holder", title=Text("PGR"), place=Place("help")
    )
    index = search.Index(lambda: [holder, named])

    assert found_in(find(index, "pgr")) == ["named", "holder"]


def test_an_index_follows_what_it_reads():
    found = [
        Document(kind="update", pk="1", title=Text("Uno"), place=Place("help")),
        Document(kind="update", pk="2", title=Text("Dos"), place=Place("help")),
    ]
    index = search.Index(lambda: found)
    assert found_in(find(index, "uno")) == ["1"]

    found[0] = Document(kind="update", pk="1", title=Text("Tres"), place=Place("help"))

    assert found_in(find(index, "uno", version=1)) == ["1"]
    assert found_in(find(index, "uno", version=2)) == []
    assert found_in(find(index, "tres", version=2)) == ["1"]
    assert find(index, "dos tres", version=2).alone == (("dos", 1), ("tres", 1))


def test_an_index_whose_reading_failed_begins_anew():
    found = [Document(kind="update", pk="1", title=Text("Uno"), place=Place("help"))]
    index = search.Index(lambda: found)
    assert found_in(find(index, "uno")) == ["1"]
    found.append(None)

    with pytest.raises(AttributeError):
        find(index, "uno", version=2)
    found.pop()

    assert found_in(find(index, "uno", version=2)) == ["1"]


@pytest.mark.parametrize(
    ("asked", "offered"),
    [
        ("capasitación", "capacitación"),
        ("victmas", "víctimas"),
        ("xyzxyz", ""),
        ("capasitación xyzxyz", "capacitación"),
        ("capacitación fiscales", ""),
    ],
)
def test_what_is_nowhere_is_offered_as_a_public_text_writes_it(asked, offered):
    index = make_index("La capacitación.", "Las víctimas.", "Los fiscales.")

    assert find(index, asked).instead == offered


def test_no_word_is_offered_that_is_no_longer_there():
    texts = [Document(kind="update", pk="1", title=Text("Fulana"), place=Place("help"))]
    index = search.Index(lambda: texts)
    assert find(index, "fuluna").instead == "Fulana"

    texts.clear()

    assert find(index, "fuluna", version=2).instead == ""


def test_of_several_words_each_is_counted_by_itself():
    index = make_index("Una cosa.", "Otra cosa.", "Nadie.")

    assert find(index, "cosa nadie zzz").alone == (("cosa", 2), ("nadie", 1))


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
    question = ask(asked, language)
    index = make_index("Se identificó a las víctimas.")

    if question.words:
        find(index, asked, language)

    assert len(question.text) <= LONGEST
    assert len(question.words) <= MOST_WORDS
    assert question.text.isprintable()


@pytest.mark.parametrize(
    ("asked", "is_cut"),
    [
        ("a" * LONGEST, False),
        ("a" * (LONGEST + 1), True),
        (" ".join(f"palabra{n}" for n in range(MOST_WORDS)), False),
        (" ".join(f"palabra{n}" for n in range(MOST_WORDS + 1)), True),
    ],
)
def test_more_than_can_be_looked_for_is_told(asked, is_cut):
    assert ask(asked, "es").is_cut is is_cut


def test_no_key_holds_a_sign_that_the_engine_reads():
    every_sign = "".join(map(chr, range(1, 0x3000))) + "ﷺ"

    found = [key for *_, each in places(every_sign, "es") for key in each]

    assert not [key for key in found if set(key) & set("\"'()*:^ \x00")]
    assert every([["a"], ["b", "c"]]) == '("a") AND ("b" OR "c")'


def test_a_word_is_first_what_is_written():
    assert keys("Capacitación", "es")[0] == fold("Capacitación") == "capacitacion"
    assert words("y/o R-1.1.2, ¿víctimas?") == ["y", "o", "R-1.1.2", "víctimas"]


def test_an_excerpt_holds_the_words_together_and_marks_them():
    far = "relleno de muchas palabras " * 40
    text = f"Una víctima. {far} Cada víctima de trata recibió ayuda. {far}"

    pieces = excerpt(text, "es", ask("víctimas trata", "es").wanted)

    told = [piece.text for piece in pieces if piece.is_marked]
    assert told == ["víctima", "trata"]
    assert pieces[0].text == "… "
    assert pieces[-1].text == " …"
    assert len("".join(piece.text for piece in pieces)) <= LENGTH + 4
    assert "".join(piece.text for piece in pieces).strip("… ") in text


@pytest.mark.parametrize("text", ["", "x", "a " * 500, "x" * 900, "víctima" * 200])
def test_an_excerpt_of_anything_is_a_part_of_it(text):
    pieces = excerpt(text, "es", frozenset({"victima"}))

    assert "".join(piece.text for piece in pieces).strip("… ") in text


def test_marks_lose_no_sign():
    text = "Ley 137-03, art. 3: ¿trata?"

    pieces = marked(text, "es", ask("137-03 trata", "es").wanted)

    assert "".join(piece.text for piece in pieces) == text
    assert [p.text for p in pieces if p.is_marked] == ["137-03", "trata"]
