"""A reconstructed plan: headed as one, and no measure of how much was carried out."""

import csv
import io
import re
from html import unescape
from html.parser import HTMLParser

import pytest
from django.utils import translation

from strategic_areas.datasets import DATASETS
from strategic_areas.models import Activity, Commitment
from strategic_areas.public_paths import public_path
from tests import make
from tests.test_public_pages import LANGUAGES, every_address, make_world, some_addresses

pytestmark = pytest.mark.django_db

#: What a source or a person wrote, what the page says of this very rule, addresses.
NOT_OURS = {"prose", "headline", "reconstruction", "reported-until", "cite"}
VOID = {"meta", "link", "br", "img", "input", "use", "path", "circle", "rect", "hr"}
MEASURES = {
    "es": r"\d\s?%|por ciento|avance|progreso|cumpl|llevad[oa]s? a cabo|"
    r"\d+ de (l[ao]s )?\d+ \w+ (terminad|complet|cumpl|ejecutad|hech|realizad)|"
    r"\d+ actividad\w*: [^.]*terminad",
    "en": r"\d\s?%|per ?cent|(?<!in )progress|fulfil|accomplish|carried out|"
    r"\d+ of (the )?\d+ \w+ (completed|done|finished|carried|achieved)|"
    r"\d+ activit\w*: [^.]*completed",
}


class Said(HTMLParser):
    """The words of a page that the portal itself says, its descriptions included."""

    def __init__(self, html):
        super().__init__()
        self.words, self.tags, self._skipped = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        classes = set((attributes.get("class") or "").split())
        is_skipped = bool(classes & NOT_OURS) or tag == "textarea"
        if self._skipped or is_skipped:
            if tag not in VOID:
                self._skipped.append(tag)
            return
        self.tags.append(tag)
        names = ("title", "alt", "aria-label", "data-label")
        self.words += [attributes[name] for name in names if attributes.get(name)]

    def handle_endtag(self, tag):
        if self._skipped and tag not in VOID:
            self._skipped.pop()

    def handle_data(self, text):
        if not self._skipped:
            self.words.append(re.sub(r'https?://[^\s"]+', "", text))

    @property
    def text(self):
        return " ".join(" ".join(self.words).split()).lower()


def but_declared(text, language):
    """What a page of data says besides the names of datasets, columns and codes."""
    with translation.override(language):
        words = {
            str(word).lower() for each in DATASETS.values() for word in said_of(each)
        }
    declared = map(re.escape, sorted(words - {""}, key=len, reverse=True))
    return re.sub(rf"(?<!\w)({'|'.join(declared)})(?!\w)", "", text)


def said_of(dataset):
    yield from (dataset.title, dataset.row)
    for column in dataset.columns:
        yield from (column.name, column.label, column.about)
        yield from (column.codes or {}).keys()
        yield from (column.codes or {}).values()


@pytest.fixture(scope="module")
def commitment(lasting):
    """A world put together from public sources, some of which state percents."""
    commitment = make_world()
    for model in (Commitment, Activity):
        model.objects.update(provenance="reconstructed")
    for percent, execution in ((60, "in_progress"), (100, "completed")):
        activity = make.activity(
            commitment=commitment, provenance="press", agency=commitment.lead
        )
        make.record_update(activity=activity, percent=percent, execution=execution)
    return commitment


def test_its_pages_say_once_what_it_is_and_measure_nothing(client, commitment):
    measured, headed = {}, {}
    for name, language, path in every_address(commitment):
        if name != "home" and commitment.plan.code not in path:
            continue
        html = client.get(path).text
        headed[path] = html.count('class="reconstruction"')
        said = Said(html)
        is_of_data = path.startswith(("/datos/", "/en/data/"))
        text = but_declared(said.text, language) if is_of_data else said.text
        measures = re.findall(MEASURES[language], text)
        if name != "home" and (measures or {"progress", "meter"} & set(said.tags)):
            measured[path] = measures, said.tags.count("progress")

    assert measured == {}
    assert {path: number for path, number in headed.items() if number != 1} == {}


def test_the_rule_finds_what_it_looks_for(client, commitment):
    Commitment.objects.update(provenance="plan")
    Activity.objects.update(provenance="plan")

    for language in LANGUAGES:
        said = Said(client.get(commitment.get_absolute_url(language)).text)

        assert re.search(MEASURES[language], said.text), language
        assert "progress" in said.tags, language


def test_its_activities_have_no_marks_or_bars(client, commitment):
    path = commitment.get_absolute_url("es")
    tables = []
    for provenance in ("reconstructed", "plan"):
        Commitment.objects.update(provenance=provenance)
        page = client.get(path).text
        tables.append(page.split('<table class="rows">')[1].split("</table>")[0])

    assert ["<svg" in table for table in tables] == [False, True]
    assert ["Años" in table for table in tables] == [True, False]
    assert [table.count("<tr id=") for table in tables] == [3, 3]


def test_a_mixed_plan_says_once_what_it_is(client, commitment):
    """Part of it is the plan's own, and an agency has reported."""
    make.published_update(activity=commitment.activities.first())
    Commitment.objects.filter(pk=commitment.pk).update(provenance="plan")

    said = {
        path: client.get(path).text.count('class="reconstruction"')
        for name, _, path in some_addresses(commitment)
        if name == "home" or commitment.plan.code in path
    }

    assert {path: number for path, number in said.items() if number != 1} == {}


def test_a_line_of_work_leads_to_its_sources_at_once(client, commitment):
    page = client.get(commitment.get_absolute_url("en")).text

    row = page.split('<table class="rows">')[1].split("</table>")[0]
    link = re.findall(r'href="#(source-\d+)"', row)[0]

    assert commitment.sources.get().url in page.split(f'id="{link}"', 1)[1]


def test_what_an_agency_reports_of_its_own_work_it_states_itself(client, commitment):
    update = make.published_update(activity=commitment.activities.first(), percent=45)

    page = client.get(update.activity.commitment.get_absolute_url("es"))

    told = [step.update for step in page.context["page"].events if step.update]
    (entry,) = [each for each in told if not each.is_from_sources]
    assert entry.states_percent
    assert page.content.decode().count("45 %") == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_cards_feeds_and_files_measure_nothing_either(client, commitment, language):
    plan, area = commitment.plan.code, commitment.programme.area
    args = {
        "plan": (plan,),
        "area": (plan, getattr(area, f"slug_{language}")),
        "agency": (plan, commitment.lead.slug),
        "commitment": (plan, commitment.code),
    }

    for kind, taken in args.items():
        feed = client.get(public_path(f"{kind}_feed", *taken, language=language))
        assert not re.findall(r"\d\s?%", unescape(feed.content.decode())), kind
    for kind in ("area", "agency", "commitment"):
        card = client.get(public_path(f"{kind}_card", *args[kind], language=language))
        html = card.content.decode()
        assert not re.findall(MEASURES[language], Said(html).text), kind
        assert "reported-until" in html, kind
    for name in ("plan_updates", "plan_commitments"):
        text = client.get(public_path(name, plan, language=language)).content.decode()
        cells = {cell for line in csv.reader(io.StringIO(text)) for cell in line}
        assert not cells & {"60", "100"}, name


def test_a_reconstructed_commitment_has_no_state_anywhere(client, monkeypatch):
    """Whatever its agency and its lead said of it; the official one has its own."""
    asked = make.round()
    lines = [
        make.commitment(plan=asked.plan, provenance=provenance)
        for provenance in ("plan", "reconstructed")
    ]
    for line in lines:
        activity = make.activity(commitment=line)
        make.published_update(activity=activity, period=asked, percent=30)
        make.published_declaration(commitment=line, period=asked)
    drawn = []
    monkeypatch.setattr(
        "strategic_areas.views.cards.draw_plan_picture",
        lambda **each: drawn.append(each) or b"",
    )

    def told(name, line):
        path = public_path(name, line.plan.code, line.code, language="es")
        return client.get(path).content.decode()

    code = asked.plan.code
    listed = client.get(public_path("commitments", code))
    table = client.get(public_path("plan_commitments", code)).content.decode(
        "utf-8-sig"
    )
    client.get(public_path("plan_picture", code))

    heads = [told("commitment", line).split("<h2")[0] for line in lines]
    cards = [told("commitment_card", line).split("<main>")[1] for line in lines]
    for pages in (heads, cards):
        assert ["family--met" in page for page in pages] == [True, False]
        assert ["Encontramos 1 actividad, " in page for page in pages] == [False, True]
        assert "family--" not in pages[1]
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [(row["family"], row["state"]) for row in rows] == [
        ("met", "fulfilled"),
        ("", ""),
    ]
    assert [line.row.summary.state for line in listed.context["table"]["lines"]] == [
        "fulfilled",
        None,
    ]
    assert listed.context["plan_progress"].counts.total == 1
    assert [len(each["parts"]) for each in drawn] == [1]
    assert ["Encontramos" in each["note"] for each in drawn] == [True]
