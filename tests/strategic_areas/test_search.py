"""The search page: what it finds of every kind, and what it can never find."""

import re
import threading
from itertools import chain, product

import pytest
from defusedxml import ElementTree
from django.db import connection
from django.template.loader import get_template
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from strategic_areas import purging, workflow
from strategic_areas.models import PublicationVersion, Translation
from strategic_areas.public_paths import public_path
from strategic_areas.search import index
from strategic_areas.search.results import PER_GROUP, PER_PAGE, search_all
from strategic_areas.search.words import parse_question as asked_for
from strategic_areas.views.search import PAGES, documents, site_documents
from tests import make
from tests.deep import DEEP, drawn
from tests.make.plans import put_back_in_preparation
from tests.public_site import MOST_QUERIES

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

WORD = "zanahoria"


def ask(client, words, language="es", **others):
    return client.get(public_path("search", language=language), {"q": words, **others})


def found(client, words=WORD, language="es"):
    """Kind → the ids of what was found."""
    answer = ask(client, words, language).context["answer"]
    return {each.kind: [hit.pk for hit in each.hits] for each in answer.groups}


def hits_of(words, language):
    """Kind → where its hits lead, as the page of the search would tell it."""
    index.update_index(str(PublicationVersion.current()), documents)
    with override(language):
        groups = search_all(asked_for(words, language)).groups
    return {each.kind: [hit.path for hit in each.hits] for each in groups}


def paths(client, words=WORD, language="es"):
    answer = ask(client, words, language).context["answer"]
    return [hit.path for group in answer.groups for hit in group.hits]


def both(field, word=WORD):
    return {f"{field}_es": word, f"{field}_en": word}


# What is found, and where it leads


def make_comment(word=WORD, **fields):
    agency, asked = make.agency(), make.round(**fields)
    make.participation(plan=asked.plan, agency=agency)
    activity = make.activity(plan=asked.plan, agency=agency)
    update = make.update(activity=activity, period=asked)
    person, said = update.contributors.get(), f"Nuestra {word}."
    comment = make.agency_comment(agency, asked, person, text_es=said)
    comment.save()
    return comment


def make_former_name(word):
    plan = make.plan()
    agency = make.agency(**both("name", word))
    make.participation(plan=plan, agency=agency)
    agency.rename(name_es="Nuevo", name_en="New", acronym="NUEVO", slug="nuevo")


#: What is made → how it is made to hold a word.
PUBLIC = {
    "plan": lambda word: make.plan(**both("summary", word)),
    "area": lambda word: make.area(**both("outcome", word)),
    "programme": lambda word: make.programme(**both("name", word)),
    "commitment": lambda word: make.commitment(**both("title", word)),
    "expected result": lambda word: make.commitment(**both("expected_result", word)),
    "means": lambda word: make.commitment(**both("means_of_verification", word)),
    "activity": lambda word: make.activity(**both("title", word)),
    "product": lambda word: make.activity(**both("expected_product", word)),
    "update": lambda word: make.published_update(**both("narrative", word)),
    "obstacle": lambda word: make.published_update(**both("obstacle", word)),
    "next step": lambda word: make.published_update(**both("next_step", word)),
    "record": lambda word: make.record_update(**both("narrative", word)),
    "declaration": lambda word: make.published_declaration(**both("statement", word)),
    "mandate": lambda word: make.participation(
        plan=make.plan(), agency=make.agency(), mandate_es=word
    ),
    "former name": make_former_name,
    "comment": make_comment,
    "target": lambda word: (make.plan(), make.target(**both("name", word))),
    "tier": lambda word: make.tier(**both("label", word)),
    "law": lambda word: make.law(**both("summary", word)),
    "amendment": lambda word: make.amendment(
        commitment=make.commitment(), **both("reason", word)
    ),
    "amendment of the plan": lambda word: make.amendment(
        plan=make.plan(), **both("new_value", word)
    ),
    "later": lambda word: make.later_activity(**both("title", word)),
    "discrepancy": lambda word: make.discrepancy(**both("detail", word)),
    "help line": lambda word: make.help_line(**both("scope", word)),
}
#: A word for each, so that they stand in one portal and are told apart.
WORDS = [
    *("zanahoria", "remolacha", "berenjena", "calabaza", "lechuga", "espinaca"),
    *("alcachofa", "cebolla", "guayaba", "papaya", "lechoza", "auyama", "mandioca"),
    *("batata", "aceituna", "almendra", "avellana", "cereza", "ciruela", "frambuesa"),
    *("granada", "manzana", "naranja", "toronja"),
]


def test_every_kind_of_public_text_is_found_on_a_page_that_shows_it(client):
    words = dict(zip(PUBLIC, WORDS, strict=True))
    for name, maker in PUBLIC.items():
        maker(words[name])

    for language, (name, word) in product(["es", "en"], words.items()):
        (hits,) = hits_of(f"{word.title()}s", language).values()
        assert len(hits) == 1, (name, language)
        if language in drawn(["es", "en"], 1, key=name):
            page = client.get(hits[0].partition("#")[0])
            assert page.status_code == 200, (name, language)
            assert word in page.text, (name, language)


def test_initials_that_an_agency_had_lead_to_it(client):
    plan, agency = make.plan(), make.agency(acronym="VXJ")
    make.participation(plan=plan, agency=agency)
    agency.rename(acronym="NXV")

    page = public_path("agency", plan.code, agency.slug, language="es")
    assert [ask(client, each)["Location"] for each in ("vxj", "NXV")] == [page, page]


def test_a_target_is_found_by_the_name_of_its_own_framework_only(client):
    plan = make.plan()
    make.target(code="GCM-10", family="GCM")

    assert ask(client, "ODS 10").status_code == 200
    page = public_path("frameworks", plan.code, language="es")
    for name in ("GCM 10", "Pacto Mundial, obj. 10"):
        assert ask(client, name)["Location"] == f"{page}#GCM-10"


def test_an_agency_is_found_once_in_the_latest_plan_with_a_part_of_it(client):
    agency = make.agency(acronym=WORD)
    for year in (2005, 2017, 2011):
        plan = make.plan(
            code=f"plan-{year}", starts_on=f"{year}-01-01", ends_on=f"{year}-12-31"
        )
        make.participation(plan=plan, agency=agency)

    page = f"/plan-2017/instituciones/{agency.slug}/"
    assert ask(client, WORD)["Location"] == page


def test_the_pages_of_text_are_found_by_what_they_say(client):
    documents = {each.pk: each for each in site_documents()}

    for name in PAGES:
        with override("es"):
            page = client.get(public_path(name)).content.decode()
        said = documents[name]
        assert get_template(f"{name}.html")
        assert said.texts[0].spanish != said.texts[0].english
        main = page.partition("<main")[2]
        words = set(re.findall(r"\w{4,}", said.texts[0].spanish))
        assert words
        assert {word for word in words if word not in main} == set(), name


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize(
    ("law", "name"), [("137-03", "protection"), ("172-13", "privacy")]
)
def test_a_page_of_text_is_found_by_its_law(client, law, name, language):
    assert public_path(name, language=language) in paths(client, law, language)


def test_the_glossary_is_found_at_the_word(client):
    assert "/en/glossary/#trafico" in paths(client, "smuggling of migrants", "en")


def make_rehearsed():
    asked = make.round(is_demonstration=True)
    activity = make.activity(plan=asked.plan)
    make.published_update(activity=activity, period=asked, narrative_es=WORD)


@pytest.mark.parametrize(
    ("maker", "language", "html"),
    [
        (
            lambda: make.commitment(title_es=f"<b>Una</b> {WORD} & más"),
            *("es", f"&lt;b&gt;Una&lt;/b&gt; <mark>{WORD}</mark> &amp; más"),
        ),
        (make_rehearsed, "es", 'class="demonstration-mark"'),
        (
            lambda: make.published_update(narrative_es=WORD),
            *("en", f'<span lang="es"><mark>{WORD}</mark></span>'),
        ),
    ],
    ids=["the words alone", "a demonstration", "a text without English"],
)
def test_what_is_found_is_marked(client, maker, language, html):
    maker()

    assert html in ask(client, WORD, language).content.decode()


def test_the_secretariat_s_english_is_found(client):
    update = make.published_update(narrative_es="Se hizo.")
    Translation.objects.create(activity_update=update, text="They sowed carrots.")

    assert found(client, "carrot", "en") == {"update": [f"activityupdate-{update.pk}"]}
    assert found(client, "carrot", "es") == {}


# What is never found


def make_reserved():
    return make.published_update(
        is_reserved=True,
        reserved_reason=f"{WORD} motivo",
        reserved_legal_basis="Ley 200-04, art. 17",
        narrative_es=f"{WORD} relato",
        obstacle_es=f"{WORD} freno",
        next_step_es=f"{WORD} paso",
        note_es=f"{WORD} nota",
    )


def make_returned():
    update = make.submitted_update(narrative_es=WORD)
    workflow.return_to_agency(
        update, by=make.reviewer(), reason=WORD, private_note=WORD
    )


def make_replaced():
    update = make.published_update(narrative_es=WORD)
    make.publish(make.correction(update, narrative_es="Corregido."))


def make_superseded():
    old = make.commitment(title_es=WORD)
    make.activity(commitment=old, title_es=WORD)
    make.commitment(plan=old.plan).supersedes.add(old)


def make_evidence():
    update = make.update()
    make.evidence(update, title_es=WORD)
    make.file_evidence(update, name=f"{WORD}.pdf")
    make.evidence(update, archive_office=WORD, archive_number="1")
    make.publish(update)


def make_people():
    person = {"username": f"{WORD}-cuenta", "first_name": WORD, "last_name": WORD}
    agency = make.agency()
    focal_point = make.focal_point(agency=agency, email=f"{WORD}@example.org", **person)
    make.published_update(activity=make.activity(agency=agency), by=focal_point)


def make_in_preparation():
    plan = make.plan(status="in_preparation", title_es=WORD, code=WORD)
    area = make.area(plan=plan, name_es=WORD)
    programme = make.programme(area=area, name_es=WORD)
    commitment = make.commitment(programme=programme, title_es=WORD)
    activity = make.activity(commitment=commitment, title_es=WORD)
    make.record_update(activity=activity, narrative_es=WORD)
    make.participation(plan=plan, agency=make.agency(name_es=WORD), mandate_es=WORD)
    make.later_activity(plan=plan, title_es=WORD)
    make.discrepancy(plan=plan, topic_es=WORD)
    make.tier(plan=plan, label_es=WORD)
    make.amendment(plan=plan, reason_es=WORD)
    comment = make_comment()
    put_back_in_preparation(comment.period.plan)


HIDDEN = {
    "draft": lambda: make.update(narrative_es=WORD),
    "submitted": lambda: make.submitted_update(narrative_es=WORD),
    "returned": make_returned,
    "replaced": make_replaced,
    "withdrawn": lambda: make.withdrawn_update(narrative_es=WORD),
    "reserved": make_reserved,
    "internal note": lambda: make.published_update(internal_note=WORD),
    "declaration": lambda: make.declaration(statement_es=WORD),
    "evidence": make_evidence,
    "people": make_people,
    "plan in preparation": make_in_preparation,
    "superseded": make_superseded,
    "proposal": lambda: make.proposal(title=WORD, why=WORD),
    "off the plan": lambda: make.off_plan_update(title_es=WORD, narrative_es=WORD),
    "change that waits": lambda: make.change(scope_es=WORD),
    "amendment": lambda: make.amendment(
        plan=make.plan(), is_approved=False, reason_es=WORD
    ),
    "help line": lambda: make.help_line(scope_es=WORD, confirm_before_publishing=True),
    "letter": lambda: make.letter(reference=WORD),
    "transcription": lambda: make.transcribed_update(narrative_es=WORD),
    "website": lambda: make.participation(
        plan=make.plan(), agency=make.agency(website_unverified=f"https://{WORD}.do")
    ),
    "values of what an amendment brought": lambda: make.amendment(
        commitment=make.commitment(), field="commitment", new_value_es=WORD
    ),
}


def test_what_no_page_shows_is_never_found(client):
    for maker in HIDDEN.values():
        maker()

    for language in ("es", "en"):
        assert paths(client, language=language) == []
        page = ask(client, WORD, language)
        assert page.context["answer"].total == 0
        told = page.content.decode().partition("<main")[2]
        # In the box stands what was asked, and so it does in the page's own address.
        asked = (f'value="{WORD}"', f"?q={WORD}")
        assert WORD not in told.replace(asked[0], "").replace(asked[1], "")


def kept_of_the_table():
    tables = connection.introspection.table_names()
    kept = b""
    with connection.cursor() as cursor:
        for table in filter(re.compile("search_").match, tables):
            cursor.execute(f"SELECT * FROM {table}")  # noqa: S608
            for value in chain.from_iterable(cursor.fetchall()):
                kept += value if isinstance(value, bytes) else str(value).encode()
    return kept


def test_a_purged_word_stays_in_no_corner_of_the_table(open_record, client):
    """Nobody has to search after the purge: it empties the table itself."""
    phrase = f"La {WORD} de la esquina"
    make.published_update(narrative_es=f"{phrase}.")
    make.commitment(title_es="Otro texto")
    assert list(found(client)) == ["update"]
    assert b"anahori" in kept_of_the_table()

    purge = purging.request_purge(phrase, by=make.reviewer())
    assert found(client) == {}
    purging.confirm(purge, by=make.reviewer())

    assert b"anahori" not in kept_of_the_table()
    assert list(found(client, "otro texto")) == ["commitment"]
    assert b"anahori" not in kept_of_the_table()


def test_filling_the_table_is_no_publication(open_record, client):
    make.published_update(narrative_es=WORD)
    before = PublicationVersion.counters()

    assert found(client)

    assert PublicationVersion.counters() == before


def test_a_purged_title_is_told_as_its_page_tells_it(client):
    activity = make.activity(title_es=f"La {WORD} de la esquina", code="A-7")
    make.purged(f"La {WORD} de la esquina")

    page = ask(client, "A-7", kind="activity")

    (hit,) = page.context["group"].hits
    assert hit.pk == f"activity-{activity.pk}"
    page = page.text
    assert "[este texto se retiró]" in page


def test_of_a_reserved_update_only_the_legal_basis_is_found(client):
    update = make_reserved()

    assert found(client, "200-04")["update"] == [f"activityupdate-{update.pk}"]


@pytest.mark.parametrize("change", ["publish", "withdraw", "raw"])
def test_every_process_finds_what_was_just_committed(open_record, client, change):
    """An index of another thread stands for that of another process."""
    update = make.submitted_update(narrative_es=WORD)
    if change == "withdraw":
        workflow.publish(update, by=make.reviewer())
    before = found(client)

    if change == "publish":
        workflow.publish(update, by=make.reviewer())
    elif change == "withdraw":
        workflow.withdraw(update, by=make.reviewer(), cause="error")
    else:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE strategic_areas_activity SET title_es = %s", [f"Una {WORD}"]
            )

    after = list(found(client))
    assert (list(before), after) == {
        "publish": ([], ["update"]),
        "withdraw": (["update"], []),
        "raw": ([], ["activity"]),
    }[change]


def test_many_who_search_at_once_find_the_same(open_record, client):
    for _ in range(3):
        make.commitment(title_es=WORD)
    answers = []

    def ask_alone():
        with override("es"):
            try:
                answers.append(found(client.__class__()))
            finally:
                connection.close()

    threads = [threading.Thread(target=ask_alone) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 6
    assert all(answer == answers[0] for answer in answers)
    assert len(answers[0]["commitment"]) == 3


# What a search costs, and how it answers


def test_a_search_costs_the_same_at_any_size(client):
    """The first after a publication reads every text anew, all others read none."""
    anew, known = [], []
    for rows in (1, 29 if DEEP else 4):
        for _ in range(rows):
            make.published_update(narrative_es=WORD, obstacle_es=WORD)
            make.published_declaration(statement_es=WORD)
        index.empty_index()
        for spent in (anew, known):
            with CaptureQueriesContext(connection) as captured:
                ask(client, WORD)
            # The index is written in lots of some hundred rows.
            spent.append(sum("INSERT" not in each["sql"] for each in captured))

    assert anew[0] == anew[1]
    assert known[0] == known[1] <= MOST_QUERIES


def test_a_group_tells_how_many_and_leads_to_all_in_pages(client):
    plan = make.plan()
    for number in range(PER_PAGE + 1):
        make.commitment(plan=plan, title_es=f"{WORD} {number}")

    (group,) = ask(client, WORD).context["answer"].groups
    pages = [ask(client, WORD, kind="commitment", page=each) for each in (1, 2)]

    assert (group.total, len(group.hits)) == (PER_PAGE + 1, PER_GROUP)
    hits = [hit.path for page in pages for hit in page.context["group"].hits]
    assert len(hits) == len(set(hits)) == PER_PAGE + 1
    assert f"?q={WORD}&amp;kind=commitment&amp;page=2" in pages[0].content.decode()
    assert ask(client, WORD, kind="commitment", page=3).status_code == 404


def test_what_an_answer_does_not_have_is_not_found(client):
    make.commitment(title_es=WORD)

    for asked in (
        {"kind": "user"},
        {"kind": "draft"},
        {"page": "0"},
        {"page": "x"},
        {"page": "²"},
    ):
        assert ask(client, WORD, **asked).status_code == 404, asked


HOSTILE = [
    "q=",
    "q=%00",
    "q=%ff%fe",
    "q=%22*%27)(%3B--",
    "q=" + "a" * 3000,
    "q=" + "v%C3%ADctima+" * 500,
    "q=%F0%9F%98%80",
    "q=%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "q=a&q=b",
    "",
]


def test_a_hostile_question_is_answered(client):
    for query in HOSTILE:
        response = client.get(f"/buscar/?{query}")

        assert response.status_code == 200, query
        page = response.content.decode()
        assert "<script>" not in page, query
        assert "\x00" not in page, query


def test_too_much_is_told(client):
    page = ask(client, "palabra " * 100)

    assert page.context["question"].is_cut
    assert len(page.context["question"].text) <= 200


def test_an_answer_is_not_for_search_engines_and_the_empty_page_is(client, settings):
    settings.ALLOW_INDEXING = True

    answer, empty = ask(client, "víctima"), client.get("/buscar/")

    assert 'content="noindex"' in answer.content.decode()
    assert 'content="noindex"' not in empty.content.decode()


def test_the_other_language_has_the_same_question(client):
    make.commitment(title_es=WORD)

    page = ask(client, WORD, kind="commitment").content.decode()

    assert f'href="/en/search/?q={WORD}&amp;kind=commitment"' in page


def test_the_words_of_a_search_are_not_logged(client, caplog):
    with caplog.at_level("INFO"):
        ask(client, WORD)

    assert [each.getMessage() for each in caplog.records] == ["GET /buscar/ 200"]
    assert WORD not in str([vars(each) for each in caplog.records if each.args])


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_page_leads_to_the_search_and_one_has_the_box(client, language):
    search = public_path("search", language=language)
    pages = {
        name: client.get(public_path(name, language=language)).text
        for name in ("home", "plans", "search", "help")
    }

    boxes = {name: page.count('role="search"') for name, page in pages.items()}
    assert boxes == {"home": 0, "plans": 0, "search": 1, "help": 0}
    for name, page in pages.items():
        header = page.partition("<main")[0]
        assert f'class="site-search" href="{search}"' in header, name


@pytest.mark.parametrize("language", ["es", "en"])
def test_browsers_may_offer_the_search(client, settings, language):
    response = client.get(public_path("search_description", language=language))

    tree = ElementTree.fromstring(response.content)
    space = "{http://a9.com/-/spec/opensearch/1.1/}"
    target = tree.find(f"{space}Url").get("template")
    assert target.startswith(
        settings.SITE_URL + public_path("search", language=language)
    )
    assert len(tree.find(f"{space}ShortName").text) <= 16
    home = client.get(public_path("home", language=language)).content.decode()
    assert public_path("search_description", language=language) in home


@pytest.mark.parametrize("asked", ["", "xyzzy"])
def test_who_asks_nothing_or_finds_nothing_is_shown_ways_on(client, asked):
    plan = make.activity(themes=["work"]).plan

    page = ask(client, asked)

    paths = [path for path, _words in page.context["ways"]]
    assert paths == [
        public_path("indicators", language="es"),
        *(
            public_path(name, plan.code, language="es")
            for name in ("agencies", "commitments", "updates")
        ),
        f"/{plan.code}/temas/trabajo/",
        public_path("help", language="es"),
    ]
    assert all(f'<li><a href="{path}">' in page.text for path in paths)
    assert {client.get(path).status_code for path in paths} == {200}
