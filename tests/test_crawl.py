"""From the home page to every public address, following whatever a page offers."""

import re
from collections import defaultdict
from datetime import date
from gzip import compress
from itertools import product
from urllib.parse import urlsplit

import pytest
import time_machine
from babel.messages import pofile
from django.db import transaction
from django.db.models import Q
from django.test import Client, RequestFactory, override_settings
from django.utils import timezone

from agencies.models import User
from plan_portal import errors, urls
from plan_portal.styles import join_files
from strategic_areas.models import ActivityUpdate, Commitment, RecordDispute, Source
from strategic_areas.public_paths import public_path
from strategic_areas.queries.figures import indicators
from tests import make, nu_validator, partials, public_site
from tests.crawling import SAMPLED, Crawl, name_of
from tests.deep import DEEP
from tests.strategic_areas.plans import shipped_content
from tools.check import CATALOGUE, ROOT, translations

# Each page's queries are tested on both databases elsewhere.
pytestmark = pytest.mark.django_db

#: A text of fewer letters is a code, a number or a name.
SHORTEST = 4
#: In bytes over the wire.
FIRST_FLIGHT, WITH_STYLE = 14 * 1024, 30 * 1024
ERRORS = (400, 403, 404, 429, 500, 503)
#: Codes of the data that are words of the other language too.
WORDS_OF_BOTH = {"personal"}


def every_name(language):
    tables = [*urls.PUBLIC_PAGES, *urls.PUBLIC_COMPANIONS, *urls.EVIDENCE_FILES]
    return {f"{language}:{row[0]}" for row in tables}


def phrases(of_spanish_pages):
    """
    What would stand on a page if it were not translated, as one pattern.

    Of the catalogue: the English sources on Spanish pages, and the other way round. A
    placeholder stands for anything.
    """
    with (ROOT / CATALOGUE).open("rb") as file:
        messages = [message for message in pofile.read_po(file) if message.id]
    english, spanish = set(), set()
    for message in messages:
        sources = [message.id] if isinstance(message.id, str) else message.id
        english |= set(sources)
        spanish |= set(translations(message))
    wrong = english - spanish if of_spanish_pages else spanish - english
    return re.compile("|".join(sorted(filter(None, map(pattern, wrong)))))


def pattern(phrase):
    words = " ".join(phrase.split())
    parts = re.split(r"%\(\w+\)[sd]|%[sd]", words)
    if sum(map(str.isalpha, "".join(parts))) < SHORTEST:
        return ""
    return ".+".join(re.escape(part.replace("%%", "%")) for part in parts)


def file_texts(language):
    """The shipped plan's texts in one language that read otherwise in the other."""
    other, found = {"es": "en", "en": "es"}[language], set()

    def read(content):
        if isinstance(content, list):
            for each in content:
                read(each)
        elif isinstance(content, dict):
            for name, each in content.items():
                twin = content.get(f"{name[:-3]}_{other}")
                if name.endswith(f"_{language}") and twin and twin != each:
                    found.update(" ".join(part.split()) for part in each.split("\n\n"))
                read(each)

    read(shipped_content())
    return found


@pytest.fixture
def _django_db_helper():
    """No transaction of its own for each test: one, of the module, holds them all."""


@pytest.fixture(scope="module")
def crawl(django_db_setup, django_db_blocker):
    """One walk for all tests; what it walked through is gone again afterwards."""
    told = override_settings(CORRECTIONS_EMAIL="correcciones@example.org")
    with django_db_blocker.unblock(), transaction.atomic(), told:
        drawn = defaultdict(dict)
        empty = Crawl(Client())
        world = public_site.build()
        # How two editions differ takes two.
        make.earlier_edition(world.plan.editions.first())
        # It alone has evidence to show, they alone took the place of something.
        alone = [world.rich, *Commitment.objects.filter(supersedes__isnull=False)]
        rich = [
            each.get_absolute_url(language)
            for each in alone
            for language in public_site.LANGUAGES
        ]
        # The round that closed, with the way to its edition.
        closed = f"?period={world.before.code}"
        rich.append(public_path("updates", world.plan.code, language="es") + closed)
        every = {path for _, *both in public_site.instances() for path in both}
        with partials.recorded(drawn):
            crawl = Crawl(Client(), every, [*rich, *telling()])
            with time_machine.travel(date(2019, 6, 1)):  # the reconstruction's home
                Client().get("/")
        crawl.broken += empty.broken
        crawl.leading_on = {
            (replaced.get_absolute_url(language), 301)
            for replaced in Commitment.objects.exclude(superseded_by=None)
            for language in public_site.LANGUAGES
        }
        # In the short form links to these kinds are not compared.
        crawl.unlinked = set(unlinked(every - crawl.reached)) if DEEP else set()
        crawl.partials = drawn
        crawl.people = set(people())
        named = Source.objects.values_list("title", "publisher")
        crawl.titles = {name for names in named for name in names}
        transaction.set_rollback(True)
    return crawl


def telling():
    """Pages of records of which there is something to tell that most do not have."""
    told = Q(plan_changes__isnull=False) | Q(activities__plan_changes__isnull=False)
    for commitment in Commitment.objects.filter(told).distinct():
        yield commitment.get_absolute_url()
    for dispute in RecordDispute.objects.exclude(commitment=None):
        yield dispute.commitment.get_absolute_url()
    for dispute in RecordDispute.objects.exclude(published_figure=None):
        yield public_path("indicator", dispute.published_figure.indicator.code)
    yield public_path("indicator", "A-OFICIAL")
    for plan, slug in public_site.TELLING_AGENCIES:
        yield public_path("agency", plan, slug)
        yield public_path("agency", plan, slug, language="en")
    stated = Commitment.objects.filter(plan__code="plan-oficial", due_on__isnull=False)
    for commitment in stated:
        yield public_path("commitment_card", "plan-oficial", commitment.code)
    published = ActivityUpdate.objects.filter(
        status="published", plan__code="plan-oficial", is_reserved=False
    )
    for lookup in ({"revision__gt": 1}, {"unchanged_since__isnull": False}):
        update = published.filter(**lookup).first()
        yield public_path("update", update.plan.code, update.public_id)


def unlinked(every):
    """Pictures and cards that show no value, and due dates of plans that ended."""
    series = indicators.load_series(indicators.public_indicators())
    valueless = {line.indicator.code for line in series if not line.last}
    of_ended = Commitment.objects.filter(plan__ends_on__lt=timezone.localdate())
    ended = {*of_ended.values_list("plan__code", flat=True)}
    for path in every:
        kind = name_of(path).split(":")[-1]
        parts = path.removeprefix("/en").split("/")
        if (
            (kind == "indicator_drawing" and Client().get(path).status_code == 404)
            or (kind == "indicator_card" and {*parts} & valueless)
            or (kind in {"plan_dates", "agency_dates"} and parts[1] in ended)
        ):
            yield path


def people():
    """How anybody could be named who has an account."""
    for user in User.objects.all():
        yield from filter(None, (user.email, user.first_name, user.last_name))


def test_no_link_is_broken_or_leads_elsewhere(crawl):
    missing = {
        (path, fragment)
        for path, fragments in crawl.fragments.items()
        for fragment in fragments
        if path in crawl.pages()
        if fragment not in crawl.documents[path].ids
    }

    # What is filed under a replaced commitment leads on to the one that stands.
    assert set(crawl.broken) - crawl.leading_on == set()
    assert missing == set()


def test_links_lead_to_every_public_address_in_both_languages(crawl):
    paths = {urlsplit(path).path for path in crawl.reached}
    names = set(map(name_of, paths))

    for language in public_site.LANGUAGES:
        assert every_name(language) - names == set()
    assert len(crawl.every) > 300
    missing = crawl.every - crawl.unlinked - paths
    if not DEEP:  # the links to accounts, pictures and feeds stand on pages left unread
        missing = {
            path for path in missing if name_of(path).split(":")[-1] not in SAMPLED
        }
    assert missing == set()


def test_nothing_that_is_not_public_and_no_person_is_anywhere(crawl):
    assert len(crawl.people) > 10
    for path in crawl.bodies:
        text = crawl.text(path)
        assert public_site.HIDDEN not in text, path
        assert not [each for each in crawl.people if each in text], path


@pytest.mark.parametrize("language", public_site.LANGUAGES)
def test_nothing_stands_in_the_other_language(crawl, language):
    """Texts of the catalogue and of the shipped plan; sources keep their names."""
    wrong_phrase = phrases(of_spanish_pages=language == "es")
    wrong_texts = file_texts("en" if language == "es" else "es") - crawl.titles

    texts = {
        text: path
        for path, document in crawl.documents.items()
        for spoken, text in document.texts
        if path.startswith("/en/") is (language == "en")
        if spoken in {language, None}
    }

    assert len(texts) > 1000
    assert {
        (text, path)
        for text, path in texts.items()
        if text not in WORDS_OF_BOTH or "/data/" not in path
        if wrong_phrase.fullmatch(text) or text in wrong_texts
    } == set()


def test_only_cards_may_be_framed_and_any_site_may(crawl):
    framed = {path: each for path, each in crawl.framing.items() if any(each)}

    assert set(framed.values()) == {(True, True)}
    assert {name_of(path).split(":")[-1] for path in framed} == {
        *("area_card", "commitment_card", "agency_card", "indicator_card")
    }


def test_every_page_fits_the_first_flight_and_30_kb(crawl):
    style = len(compress(join_files().read_bytes()))
    weights = {path: len(compress(crawl.bodies[path])) for path in crawl.pages()}

    assert len(weights) > 200
    heavy = {path: size for path, size in weights.items() if size > FIRST_FLIGHT}
    assert heavy == {}
    assert max(weights.values()) + style <= WITH_STYLE


def test_every_partial_says_at_its_head_what_it_needs():
    first = {
        path.name: path.read_text().split("\n", 1)[0]
        for path in (ROOT / "templates").glob("_*.html")
    }

    assert first
    assert [
        name
        for name, line in first.items()
        if not line.startswith("{# ") or "Needs" not in line
    ] == []


def test_states_differ_by_structure_and_not_by_words():
    first, same, other = (
        partials.state(html)
        for html in ('<p class="a">x</p>', '<p class="a">y</p>', '<p class="b">x</p>')
    )

    assert first == same != other
    assert partials.state("x") == partials.state("y") != partials.state(" ")


def test_every_partial_is_drawn_on_some_page(crawl):
    every = {path.name for path in (ROOT / "templates").glob("_*.html")}
    every -= {"_copy_banner.html"}  # the front writes it

    # Empty, as a mark is where nothing is marked, it shows nothing.
    shown = {name for name, states in crawl.partials.items() if any(states)}
    assert every - shown == set()
    assert len(crawl.partials["_update_line.html"]) > 5


def one_of_each(crawl):
    """Of each kind of page in each plan the one with most to say, and one sifted."""
    longest = {}
    for path in crawl.pages():
        view = name_of(path).split(":")[-1]
        plan = urlsplit(path).path.removeprefix("/en").split("/")[1]
        size = len(crawl.bodies[path]), path
        kind = view, plan, "?" in path
        longest[kind] = max(longest.get(kind, size), size)
    return [path for _size, path in longest.values()]


def test_every_page_is_valid_html(crawl, tmp_path):
    paths = crawl.pages() if DEEP else one_of_each(crawl)
    pages = {path: crawl.bodies[path] for path in paths}
    for prefix, status in product(("", "/en"), ERRORS):
        request = RequestFactory().get(f"{prefix}/error-{status}/")
        pages[request.path] = errors.error_page(request, status).content

    assert len(pages) > 60
    assert nu_validator.faults(pages, tmp_path) == []
