"""Every public address: what it shows, what it never shows, what it costs."""

import re
from collections import defaultdict
from datetime import date, timedelta
from html.parser import HTMLParser
from itertools import product

import pytest
from django.db import connection, transaction
from django.test.utils import override_settings
from django.urls import get_resolver
from django.utils import timezone
from django.utils.translation import gettext, override

from plan_portal.urls import PUBLIC_PAGES
from strategic_areas import models
from strategic_areas.commitment_states import FAMILIES, RULE
from strategic_areas.count_sentences import family_counts_text
from strategic_areas.datasets.file_cache import FILE_CACHE
from strategic_areas.public_paths import RESERVED_WORDS, public_path
from strategic_areas.sentences import FAMILY_WORDS, state_word
from strategic_areas.themes import Theme
from tests import make
from tests.costs import count_queries
from tests.deep import DEEP, MANY_ROWS
from tests.make.plans import put_back_in_preparation
from tests.public_site import MOST_QUERIES
from tests.strategic_areas.plans import shipped_content

pytestmark = pytest.mark.django_db

FILE = shipped_content()
PLAN = FILE["plan"]["code"]
LANGUAGES = ["es", "en"]
MARKER = "zanahoria"


class Page(HTMLParser):
    """What a test asks of a page: its tags, its links, its visible words."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.words = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, text):
        self.words.append(text)

    def every(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def read(client, path):
    response = client.get(path)
    assert response.status_code == 200, path
    return Page(response.content.decode())


def make_world(rows=1, *, demonstration=False):
    """A plan with ``rows`` of everything under one area, agency and commitment."""
    plan = make.plan()
    agency = make.agency()
    make.participation(plan=plan, agency=agency)
    programme = make.programme(plan=plan)
    commitment = make.commitment(programme=programme, lead=agency)
    make.round(plan=plan, is_demonstration=demonstration)
    source = make.source(plan=plan)
    for record in (plan, commitment, programme, programme.area):
        record.sources.add(source)
    make_beside(commitment, source, rows)
    activities, led = [], []
    for number in range(rows):
        activity = make.activity(commitment=commitment, themes=[Theme.WORK])
        activities.append(activity)
        make.record_update(activity=activity, sources=[source])
        models.HelpLine.objects.create(
            label_es=f"Línea {number}", numbers=["809-200-7212"]
        )
        make.correction_request()
        other = make.agency()
        make.participation(plan=plan, agency=other)
        led.append(make.commitment(programme=programme, lead=other))
        make.programme(area=programme.area)
        make.area(plan=plan)
        ended = date(2000 - number, 12, 31)
        make.plan(starts_on=ended - timedelta(days=300), ends_on=ended)
    link(models.Activity.sources, [(each, source) for each in activities])
    link(models.Commitment.supporting, [(each, agency) for each in led])
    link(models.Commitment.supporting, [(commitment, each.lead) for each in led])
    make.earlier_edition(make.edition(plan=plan))
    if rows > 1:
        # As PostgreSQL does by itself once rows are committed. It may have found these
        # tables empty between two tests, and would join them each row by each.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return commitment


def make_beside(commitment, source, rows):
    """``rows`` of all that the public record holds beside what was reported."""
    plan, indicator = commitment.plan, make.indicator(plan=commitment.plan)
    make_counts(commitment, indicator, source, rows)
    people = {"proposed_by": make.reviewer(), "approved_by": make.reviewer()}
    made = defaultdict(list)
    for _ in range(rows):
        make.amendment(commitment=commitment, **people)
        make.term(plan=plan)
        for record in (
            make_asked(commitment, indicator),
            make.discrepancy(plan=plan),
            make.later_activity(plan=plan, agency=commitment.lead),
            make.tier(plan=plan),
            make.law(),
        ):
            made[type(record)].append(record)
    for model, records in made.items():
        link(model.sources, [(each, source) for each in records])
    link(
        models.Commitment.frameworks,
        [(commitment, each) for each in made[models.FrameworkTarget]],
    )
    link(
        models.Discrepancy.indicators,
        [(each, indicator) for each in made[models.Discrepancy]],
    )


def make_asked(commitment, indicator):
    """What a body asks of the agency that leads a commitment, with what measures it."""
    target = make.target(
        kind="recommendation", body="US-TIP", years_read=["2017"], years_told=["2018"]
    )
    target.addressed.add(commitment.lead)
    make.target_link(target, commitment=commitment)
    make.target_link(target, indicator=indicator)
    return target


def link(relation, pairs):
    """Link the two records of each pair, all of them by one statement."""
    names = relation.field.m2m_field_name(), relation.field.m2m_reverse_field_name()
    relation.through.objects.bulk_create(
        relation.through(**dict(zip(names, pair, strict=True))) for pair in pairs
    )


def make_counts(commitment, indicator, source, rows):
    """``rows`` of all that the public reads of an indicator, and as many others."""
    discrepancy = make.discrepancy(plan=commitment.plan)
    counted = []
    for number in range(rows):
        other = make.indicator(
            plan=commitment.plan,
            area=commitment.programme.area,
            programme=commitment.programme,
            agency=commitment.lead,
            key_figure=True,
            goal=models.Indicator.Goal.ACCOUNTABILITY,
        )
        first, last = date(1900 + number, 1, 1), date(1900 + number, 12, 31)
        make.indicator_target(indicator, starts_on=first, ends_on=last, value=50)
        counted += [(indicator, number), (other, number)]
    link(
        models.Discrepancy.indicators,
        [(discrepancy, each) for each, _ in counted[1::2]],
    )
    discrepancy.indicators.add(indicator)
    make_figures(counted, source)


def make_figures(counted, source):
    """A figure of each indicator and year that revises another one."""
    fields = {"value": 40, "status": "confirmed", "provenance": "documented"}
    both = []
    for is_latest in (False, True):
        figures = [
            models.PublishedFigure(
                indicator=indicator,
                starts_on=date(1900 + number, 1, 1),
                ends_on=date(1900 + number, 12, 31),
                is_latest=is_latest,
                **fields,
            )
            for indicator, number in counted
        ]
        if is_latest:
            for figure, earlier in zip(figures, both[0], strict=True):
                figure.revises, figure.withheld = earlier, {"age": "folded"}
        both.append(models.PublishedFigure.objects.bulk_create(figures))
    link(models.PublishedFigure.sources, [(each, source) for each in both[1]])
    models.PublishedCell.objects.bulk_create(
        models.PublishedCell(
            figure=figure,
            dimension="exploitation",
            categories=[category],
            value=value,
            order=order,
        )
        for figure in both[1]
        for order, (category, value) in enumerate((("sexual", 70), ("labour", 50)))
    )


def arguments(commitment):
    """What each public address takes, for the world of one commitment."""
    plan = commitment.plan.code
    area = commitment.programme.area
    takes = {
        "area": lambda language: (plan, getattr(area, f"slug_{language}")),
        "theme": lambda language: (plan, Theme.WORK),
        "commitment": lambda language: (plan, commitment.code),
        "agency": lambda language: (plan, commitment.lead.slug),
        "update": lambda language: (plan, published.public_id),
        "indicator": lambda language: (models.Indicator.objects.first().code,),
        "dataset": lambda language: (plan, "commitments"),
        "recommendations_of": lambda language: (plan, "us-tip"),
        "recommendations_to": lambda language: (plan, commitment.lead.slug),
        "edition": lambda language: (plan, edition),
        "difference": lambda language: (plan, edition, "2020-1"),
        "difference_today": lambda language: (plan, "2020-1"),
    }
    edition = commitment.plan.editions.exclude(number="2020-1").get().number
    rows = models.ActivityUpdate.objects.filter(
        plan=commitment.plan, status="published"
    )
    published = rows.first()
    asked = models.FrameworkTarget.objects.recommendations().exists()
    return {
        name: takes.get(name, lambda language, path=path: (plan,) * (":plan" in path))
        for name, _, path, _ in PUBLIC_PAGES
        if (published or name != "update") and (asked or "recommend" not in name)
    }


def every_address(commitment):
    for name, take in arguments(commitment).items():
        for language in LANGUAGES:
            yield name, language, public_path(name, *take(language), language=language)


#: The short form reads one page in Spanish and the next in English: of four addresses,
#: which are two pages in both languages, the first and the last.
SHORT = (0, 3)


def some_addresses(commitment):
    """Every page, in both languages in the long form only."""
    for place, each in enumerate(every_address(commitment)):
        if DEEP or place % 4 in SHORT:
            yield each


# Addresses


#: The name of a page, what its address takes, and its paths; the English begins /en.
ADDRESSES = """
home / /
plans /planes/ /plans/
help /ayuda/ /help/
methodology /metodologia/ /methodology/
data /datos/ /data/
plan_data p /datos/p/ /data/p/
dataset p commitments /datos/p/commitments/ /data/p/commitments/
about /acerca/ /about/
glossary /glosario/ /glossary/
protection /como-protegemos/ /how-we-protect/
accessibility /accesibilidad/ /accessibility/
privacy /privacidad/ /privacy/
contact /contacto/ /contact/
faq /preguntas/ /questions/
terms /terminos/ /terms/
site_map /mapa/ /sitemap/
search /buscar/ /search/
plan 2017-2020 /2017-2020/ /2017-2020/
areas 2017-2020 /2017-2020/ejes/ /2017-2020/areas/
area p eje /p/ejes/eje/ /p/areas/eje/
commitments p /p/compromisos/ /p/commitments/
commitment p R-1.1.2 /p/compromisos/R-1.1.2/ /p/commitments/R-1.1.2/
theme p children /p/temas/ninez-y-adolescencia/ /p/themes/children-and-adolescents/
theme p border /p/temas/frontera/ /p/themes/border/
agencies p /p/instituciones/ /p/agencies/
agency p pgr /p/instituciones/pgr/ /p/agencies/pgr/
updates p /p/avances/ /p/updates/
update p abc2 /p/avances/abc2/ /p/updates/abc2/
legal_base /base-legal/ /legal-base/
corrections /correcciones/ /corrections/
discrepancies /discrepancias/ /discrepancies/
frameworks p /p/marcos/ /p/frameworks/
recommendations p /p/recomendaciones/ /p/recommendations/
recommendations_of p crc /p/recomendaciones/crc/ /p/recommendations/crc/
recommendations_to p pgr /p/instituciones/pgr/recomendaciones/ /p/agencies/pgr/recommendations/
amendments p /p/modificaciones/ /p/amendments/
later_activities p /p/actividades-posteriores/ /p/later-activities/
edition p 2026-1.1 /datos/p/2026-1.1/ /data/p/2026-1.1/
difference p 2026-2 2026-1 /datos/p/2026-2/desde/2026-1/ /data/p/2026-2/since/2026-1/
difference_today p 2026-1 /datos/p/hoy/desde/2026-1/ /data/p/today/since/2026-1/
edition_by_date p /datos/p/fecha/ /data/p/date/
"""  # noqa: E501 - an address is a line


@pytest.mark.parametrize("row", ADDRESSES.split("\n")[1:-1])
def test_published_addresses_never_change(row):
    name, *args, spanish, english = row.split()

    assert public_path(name, *args, language="es") == spanish
    assert public_path(name, *args, language="en") == f"/en{english}"


def test_every_first_word_of_an_address_is_reserved():
    patterns = [str(each.pattern) for each in get_resolver().url_patterns]
    paths = [path for page in PUBLIC_PAGES for path in page[2:]]
    words = {path.split("/")[0].lstrip(".") for path in [*patterns, *paths]}

    assert {word for word in words if word and "<" not in word} <= RESERVED_WORDS


def test_a_former_address_of_an_agency_leads_on(client):
    commitment = make.commitment()
    make.participation(plan=commitment.plan, agency=commitment.lead)
    old = commitment.lead.slug
    commitment.lead.rename(slug="nueva", acronym="NUEVA")

    response = client.get(
        public_path("agency", commitment.plan.code, old, language="en")
    )

    assert response.status_code == 301
    assert response["Location"] == f"/en/{commitment.plan.code}/agencies/nueva/"


def test_a_superseded_commitment_leads_to_the_one_that_stands(client):
    old = make.commitment()
    middle = make.commitment(plan=old.plan)
    middle.supersedes.add(old)
    new = make.commitment(plan=old.plan)
    new.supersedes.add(middle)

    response = client.get(old.get_absolute_url("es"))

    assert response.status_code == 301
    assert response["Location"] == new.get_absolute_url("es")


def test_an_unknown_address_is_not_found(client):
    plan = make.commitment().plan
    words = ("nada", "R-9.9.9", "a b", "..%2f")

    for name, word in product(("area", "commitment", "agency"), words):
        path = public_path(name, plan.code, "x", language="es").replace(
            "/x/", f"/{word}/"
        )
        assert client.get(path).status_code == 404, path


def test_a_place_that_the_record_does_not_have_is_not_found(client):
    plan = make.record_update().activity.plan
    path = public_path("updates", plan.code, language="es")

    assert client.get(path).status_code == 200
    for side, name in product(("after", "before"), ("0", "x", "../", "a" * 300)):
        asked = {side: name}
        assert client.get(path, asked, follow=True).status_code == 404, asked


def test_a_plan_in_preparation_is_nowhere(client):
    commitment = make_world()
    put_back_in_preparation(commitment.plan)
    # The code of an indicator is of the plan that brought it in.
    plan_bound = {name for name, _, path, _ in PUBLIC_PAGES if ":plan" in path} | {
        "indicator"
    }

    for name, _, path in some_addresses(commitment):
        response = client.get(path)
        assert response.status_code == (404 if name in plan_bound else 200), path
        assert commitment.plan.code not in response.content.decode()


@pytest.mark.parametrize(
    ("act", "told"),
    [
        ({}, "no lo encontramos"),
        ({"act_es": "Decreto 12-29"}, "Decreto 12-29"),
        ({"act_es": "Decreto 12-29", "act_url": "https://a.example/"}, "Decreto 12-29"),
        ({"act_url": "https://a.example/"}, "Leer el acto"),
    ],
)
def test_a_plan_says_which_act_approved_it_and_where_it_stands(client, act, told):
    plan = make.plan(**act)

    page = read(client, public_path("plan", plan.code))

    assert re.search(rf"Acto que lo aprobó\s+{told}", page.text)
    links = [each["href"] for each in page.every("a")]
    assert ("https://a.example/" in links) is ("act_url" in act)


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_public_pages_are_only_read(client, method):
    assert getattr(client, method)("/").status_code == 405


# What is not counted


def test_a_demonstration_is_marked_and_counted_nowhere(client):
    commitment = make_world(0, demonstration=True)
    activity = make.activity(commitment=commitment, themes=[Theme.WORK])
    period = commitment.plan.periods.get(is_demonstration=True)
    before = {
        path: counts(read(client, path)) for *_, path in some_addresses(commitment)
    }

    make.published_update(
        activity=activity,
        period=period,
        percent=60,
        narrative_es="Ensayo de texto",
        narrative_en="Rehearsed text",
    )

    for name, language, path in some_addresses(commitment):
        page = read(client, path)
        text = {"es": "Ensayo de texto", "en": "Rehearsed text"}[language]
        marks = [e for _, e in page.tags if e.get("class") == "demonstration-mark"]
        is_told = name in {"commitment", "update"}
        stands = is_told or name == "updates"
        assert (text in page.text) is is_told, path
        percent = {"es": "60 %", "en": "60%"}[language]
        assert (percent in page.text) is stands, path
        assert bool(marks) is stands, path
        assert counts(page) == before.get(path, counts(page)), path
    listed = client.get(public_path("updates", commitment.plan.code)).context
    assert (listed["counts"].total, len(listed["update_page"].updates)) == (0, 1)


def counts(page):
    """The states and figures that a page counts, outside the accounts themselves."""
    bars = [(e["class"], e["width"]) for e in page.every("rect")]
    findings = [e for _, e in page.tags if e.get("class") == "headline"]
    return bars, len(findings)


@pytest.mark.parametrize("hosts", [True, False])
def test_a_review_that_stays_within_the_agency_is_told(client, hosts):
    commitment = make.commitment()
    plan, agency = commitment.plan, commitment.lead
    make.participation(plan=plan, agency=agency, hosts_secretariat=hosts)
    update = make.published_update(activity=make.activity(commitment=commitment))
    make.published_declaration(commitment=commitment)

    for language in LANGUAGES:
        told = [
            client.get(path).text.count('class="reviewed-within"')
            for path in (
                commitment.get_absolute_url(language),
                public_path("update", plan.code, update.public_id, language=language),
            )
        ]
        assert told == ([2, 1] if hosts else [0, 0])


def test_a_text_without_english_is_marked_as_spanish(client):
    activity = make.activity()
    commitment = activity.commitment
    make.published_update(activity=activity, narrative_es="Solo en español")

    page = read(client, commitment.get_absolute_url("en"))

    assert "Solo en español" in page.text
    assert "only in Spanish" in page.text
    assert [each for _, each in page.tags if each.get("lang") == "es"]


# What a page costs, and when it is sent again


def make_files_ahead(monkeypatch, plan):
    """As a portal does that runs: pages read what a thread of it has made ready."""
    made = {
        each: FILE_CACHE.available_files(plan, each)
        for each in (None, *plan.editions.all())
    }
    monkeypatch.setattr(
        FILE_CACHE,
        "available_files",
        lambda of, edition=None: made[edition] if of == plan else None,
    )


def queries_of_each_page(client, rows, monkeypatch):
    """How many each page takes by name and language; the world is gone afterwards."""
    spent = {}
    with transaction.atomic():
        # No public page reads what was changed when: noting it takes long.
        with override_settings(SIMPLE_HISTORY_ENABLED=False):
            commitment = make_world(rows)
            make_reported(commitment, rows)
        make_files_ahead(monkeypatch, commitment.plan)
        for name, language, path in some_addresses(commitment):
            spent[name, language] = count_queries(lambda path=path: read(client, path))
        transaction.set_rollback(True)
    return spent


def make_reported(commitment, rows):
    """An update and a declaration with ``rows`` of all that can stand with them."""
    source = make.source(plan=commitment.plan)
    asked = commitment.plan.periods.get(mode="round")
    activity = make.activity(commitment=commitment)
    make.amendment(activity=activity)
    for update in (
        make.update(activity=activity, period=asked),
        make.declaration(commitment=commitment, period=asked),
    ):
        update.sources.add(source)
        cleared = [make.evidence(update) for _ in range(rows)]
        make.publish(update, evidence=cleared)


def test_each_page_takes_the_same_few_queries_for_many_rows(client):
    with pytest.MonkeyPatch.context() as patch:
        spent = queries_of_each_page(client, 1, patch)
    with pytest.MonkeyPatch.context() as patch:
        assert queries_of_each_page(client, MANY_ROWS, patch) == spent

    assert max(spent.values()) <= MOST_QUERIES


def test_only_a_publication_sends_the_page_again(client, open_record):
    asked = make.round()
    activity, other = (make.activity(plan=asked.plan) for _ in range(2))
    path = activity.commitment.get_absolute_url("es")
    label, statuses = {"if-none-match": client.get(path)["ETag"]}, []

    for maker, of in ((make.update, activity), (make.published_update, other)):
        before = models.PublicationVersion.current()
        maker(activity=of, period=asked)
        answer = client.get(path, headers=label)
        statuses.append(
            (answer.status_code, models.PublicationVersion.current() > before)
        )

    assert statuses == [(304, False), (200, True)]


def test_languages_and_days_have_labels_of_their_own(client, monkeypatch):
    spanish, english = client.get("/")["ETag"], client.get("/en/")["ETag"]
    tomorrow = timezone.localdate() + timedelta(days=1)
    monkeypatch.setattr(timezone, "localdate", lambda moment=None: tomorrow)

    assert len({spanish, english, client.get("/")["ETag"]}) == 3


def test_the_emergency_number_is_told_without_any_line(client):
    """An error page begins with it."""
    help_page = read(client, "/ayuda/")
    page = client.get("/en/2017-2020/nothing/").content.decode()

    numbers = [e["href"] for e in help_page.every("a") if e["href"].startswith("tel:")]
    assert numbers == ["tel:911", "tel:911"]
    assert page.index('href="tel:911"') < page.index("<main")


def test_the_headline_of_an_official_plan_tells_its_states(client):
    asked = make.round()
    for percent in (40, 60):
        activity = make.activity(
            plan=asked.plan, due_on=date(2028, 1, 1), due_provenance="plan"
        )
        make.published_update(activity=activity, period=asked, percent=percent)

    page = client.get(public_path("home", language="en"))

    headline = page.context["overview"].headline
    words = " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())
    assert (headline.counts.total, headline.unfinished) == (2, 2)
    with override("en"):
        assert family_counts_text(headline.counts) in words


@pytest.mark.parametrize(("hours", "is_marked"), [("24 h", False), ("De día", True)])
def test_figures_without_words_are_of_no_language(client, db, hours, is_marked):
    models.HelpLine.objects.create(
        label_es="Línea", label_en="Line", numbers=["212"], hours_es=hours
    )

    page = client.get(public_path("help", language="en")).content.decode()

    assert ("only-spanish" in page) is is_marked


# What the site says of itself


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_methodology_prints_the_rule_that_the_code_uses(client, db, language):
    page = Page(
        client.get(public_path("methodology", language=language)).content.decode()
    )

    with override(language):
        for row in RULE:
            assert gettext(row.case) in page.text
            assert all(state_word(state) in page.text for state in row.states)
        for row in FAMILIES:
            assert gettext(row.meaning) in page.text
            assert str(FAMILY_WORDS[row.family]) in page.text


def test_of_a_reconstruction_the_methodology_counts_no_family(client, db):
    commitment = make.commitment(provenance="reconstructed")

    page = client.get(public_path("methodology"))

    assert page.context["plan"] == commitment.plan
    assert {number for _row, number in page.context["families"]} == {None}
    assert "?family=" not in page.text


def test_the_glossary_begins_with_trafficking_and_smuggling(client):
    page = read(client, "/glosario/")

    places = [each.get("id") for each in page.every("div") if each.get("id")]
    assert places[:2] == ["trata", "trafico"]
    assert len(places) == len(set(places))


def test_contact_tells_what_the_settings_state_and_nothing_else(client, settings):
    settings.CONTACT_EMAIL = settings.CONTACT_PHONE = settings.CONTACT_ADDRESS = ""
    settings.CORRECTIONS_EMAIL = ""
    bare = read(client, "/contacto/")
    settings.CONTACT_EMAIL = "plan@example.gob.do"
    settings.CONTACT_PHONE = "809-555-0100"
    stated = read(client, "/contacto/")

    mail = [a["href"] for a in stated.every("a") if a["href"].startswith("mailto:")]
    assert mail == ["mailto:plan@example.gob.do"]
    assert "809-555-0100" in stated.text
    assert "Escriba a" in stated.text
    assert not [a for a in bare.every("a") if a["href"].startswith("mailto:")]
    for asked in ("Escriba a", "Diga en qué página", "Díganos"):
        assert asked not in bare.text
    assert "Aún no hay una dirección para preguntas" in bare.text


@pytest.mark.parametrize(
    ("path", "title"),
    [("/ayuda/", "Líneas telefónicas"), ("/en/help/", "Telephone lines")],
)
def test_a_browsers_history_tells_nothing_of_the_help(client, path, title):
    html = client.get(path).content.decode()

    described = re.findall('name="description"[^>]*content="(.*?)"', html)
    assert re.findall("<title>(.*?)</title>", html) == [title]
    assert [re.search("trata|traffick", text, re.I) for text in described] == [None]


@pytest.mark.parametrize(
    ("number", "said", "median"),
    [
        (0, None, False),
        (1, "Hasta hoy se ha decidido 1 solicitud, en 6 días.", False),
        (4, "Hasta hoy se han decidido 4 solicitudes", False),
        (5, "Hasta hoy se han decidido 5 solicitudes", True),
    ],
)
def test_days_of_deciding_have_a_median_from_five_on(client, number, said, median):
    for _ in range(number):
        make.correction_request(
            asked_on=date(2026, 3, 1),
            decided_on=date(2026, 3, 7),
            outcome="corrected",
            decision_es="Se corrige.",
        )

    for path in ("/contacto/", "/correcciones/"):
        text = read(client, path).text
        assert said in text if said else "Hasta hoy" not in text
        assert ("la mitad en 6 días o menos" in text) is median


# Reporting an error


@pytest.fixture
def corrections_email(settings):
    settings.CORRECTIONS_EMAIL = "correcciones@example.gob.do"
    return settings.CORRECTIONS_EMAIL


def version_of(page):
    """The version that the link to report an error quotes."""
    (version,) = re.findall(r"%20([0-9a-f]{12})%20", page)
    return version


@pytest.mark.usefixtures("corrections_email")
def test_a_page_s_version_is_another_once_it_says_something_else(client):
    told = []

    for _ in range(2):
        told.append(version_of(client.get("/correcciones/").text))
        make.law()
    make.correction_request()
    told.append(version_of(client.get("/correcciones/").text))

    assert told[0] == told[1] != told[2]


@pytest.mark.usefixtures("corrections_email")
def test_a_page_that_says_the_same_has_the_same_version(client, monkeypatch):
    path = make.commitment().get_absolute_url()
    today, versions, pages = timezone.localdate(), set(), set()

    for days in (0, 1):
        day = today + timedelta(days=days)
        monkeypatch.setattr(timezone, "localdate", lambda day=day: day)
        html = client.get(path).text
        versions.add(version_of(html))
        pages.add(html)

    assert len(pages) == 2
    assert len(versions) == 1


@pytest.mark.parametrize("is_stated", [True, False])
def test_an_error_is_reported_by_mail_where_there_is_an_address(
    client, settings, corrections_email, is_stated
):
    settings.CORRECTIONS_EMAIL = corrections_email if is_stated else ""

    page = client.get("/en/about/").text

    assert f"Version {settings.VERSION} of" in page
    assert [each in page for each in ("Report an error", "mailto:")] == [is_stated] * 2
