"""What pages, files and feeds say of the shipped plan's records, by one rule each."""

import re
from html import unescape

import pytest
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import override

from plan_portal.templatetags.portal import status
from strategic_areas import figures
from strategic_areas.models import ActivityUpdate
from strategic_areas.models.records import SourceVoice, voice_of
from strategic_areas.progress import ActivityState
from strategic_areas.public_paths import public_path
from strategic_areas.queries.figures import indicators, phrases
from strategic_areas.queries.plan import plan_progress
from strategic_areas.sentences import shortened, state_word
from tests import make
from tests.strategic_areas.plans import shipped_content

pytestmark = pytest.mark.django_db

PLAN = shipped_content()["plan"]["code"]
#: A flat "completed", and words by which a record would be taken for granted.
FLAT = {
    "es": re.compile(r"\bTerminadas?\b(?! con)|[Dd]ad[oa]s? por hech|da por hech"),
    "en": re.compile(r"(?<!, none )(?<!activities )\bCompleted\b"),
}


def every_output(plan, language):
    """The lists, files and feed of a plan, and a page of each kind of record."""
    done = ActivityUpdate.objects.filter(plan=plan, execution="completed")
    yield public_path("home", language=language)
    for name, *rest in (
        *(("plan",), ("areas",), ("area", "prevencion"), ("commitments",)),
        *(("agencies",), ("agency", "mirex"), ("updates",), ("plan_commitments",)),
        *(("plan_updates",), ("plan_feed",), ("commitment_card", "R-1.1.2")),
    ):
        yield public_path(name, plan.code, *rest, language=language)
    for update in done:
        yield update.get_absolute_url(language)
        yield update.activity.commitment.get_absolute_url(language)


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (["press"], SourceVoice.PRESS),
        (["press", "ngo_news"], SourceVoice.ORGANISATION),
        (["ngo_report"], SourceVoice.ORGANISATION),
        (["press", "official_news"], SourceVoice.OFFICIAL),
        (["press", "foreign_government_report"], SourceVoice.ABROAD),
        (["reference"], SourceVoice.OTHER),
    ],
)
def test_who_says_that_work_is_done_is_its_strongest_source(kinds, expected):
    plan = make.plan()
    sources = [make.source(plan=plan, kind=kind) for kind in kinds]
    activity = make.activity(plan=plan, provenance="press")
    make.record_update(activity=activity, execution="completed", sources=sources)

    (row,) = plan_progress.load_plan_progress(plan, timezone.localdate()).activities

    assert (voice_of(kinds), row.voice) == (expected, expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Corto.", "Corto."),
        (f"{'Nada ' * 20}más. {'Otra ' * 20}vez.", f"{'Nada ' * 20}más."),
        ("La Ley núm. 137-03 de EE. UU. y la Sra. No.", None),
        (f"{'Nada ' * 40}más. Fin.", f"{'Nada ' * 40}más."),
        (f"Se vio en EE. UU. {'Nada ' * 40}más.", None),
        ("Nada, " * 60, f"{'Nada, ' * 39}Nada…"),
        ("", ""),
    ],
)
def test_a_cell_holds_whole_sentences_and_cuts_only_a_long_one(text, expected):
    assert shortened(text) == (text if expected is None else expected)


def test_no_mark_of_done_stands_on_what_no_office_calls_so():
    marks = {
        each: status(ActivityState.COMPLETED, each) for each in (None, *SourceVoice)
    }

    full = {each for each, mark in marks.items() if "family--met" in mark}
    assert full == {None, SourceVoice.ABROAD, SourceVoice.OFFICIAL}
    assert all("family--claimed" in marks[each] for each in {None, *SourceVoice} - full)


def test_only_a_report_of_the_agency_is_flatly_completed():
    words = {
        voice: state_word(ActivityState.COMPLETED, voice)
        for voice in (None, *SourceVoice)
    }

    assert len(set(words.values())) == len(words)
    assert state_word(ActivityState.IN_PROGRESS, SourceVoice.PRESS) == state_word(
        ActivityState.IN_PROGRESS
    )


@pytest.mark.parametrize("language", ["es", "en"])
def test_no_record_of_the_shipped_plan_is_flatly_completed(client, shipped, language):
    found = {
        path: FLAT[language].findall(client.get(path).text)
        for path in set(every_output(shipped, language))
    }

    assert {path: words for path, words in found.items() if words} == {}
    assert len(found) > 40


#: A number, "de" and a month, but for the day of a date.
MONTHS = (
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre"
).replace(" ", "|")
NO_DATE = re.compile(rf"</strong>[^<\d]{{0,30}}\bde (?:{MONTHS})")


def test_no_span_of_a_value_reads_as_the_day_of_a_date(client, shipped):
    lines = indicators.load_series(indicators.public_indicators())
    with override("es"):
        said = [
            text
            for line in lines
            if line.last
            for text in (
                phrases.value_sentence(line, line.last),
                phrases.chart_title(line),
                f"{phrases.value_with_unit(line)}{phrases.span_after_number(line.last)}",
            )
        ]
    pages = {
        *(public_path("indicator", x.indicator.code, language="es") for x in lines),
        *every_output(shipped, "es"),
        *(public_path(name, language="es") for name in ("indicators", "discrepancies")),
    }

    as_dates = re.compile(rf"\d(?: [^\d,]+)? de (?:{MONTHS})")
    assert [text for text in said if as_dates.search(text)] == []
    assert {p: NO_DATE.findall(client.get(p).text) for p in pages if "." not in p} == {
        p: [] for p in pages if "." not in p
    }
    assert "16 casos, entre enero de 2023 y mayo de 2024, confirmada" in said


def test_a_programmes_figures_are_not_those_of_its_commitment(client, shipped):
    page = client.get(public_path("commitment", PLAN, "R-3.1.4", language="es"))
    headings = re.findall(
        r"<(?:h2|summary)>(Cifras? [^<]+|Sus? cifras?[^<]*)", page.text
    )
    agency = client.get(public_path("agency", PLAN, "mip", language="es")).text

    assert headings == ["Cifras del programa"]
    assert page.context["figures"]["total"] == 0
    assert page.context["programme_figures"]["total"] > 0
    assert "Lo que cuenta" not in agency


@pytest.mark.parametrize("language", ["es", "en"])
def test_what_a_source_says_roughly_is_told_so(client, shipped, language):
    children, dollars, decade = (
        {
            form: client.get(public_path(name, code, language=language)).text
            for form, name in (("page", "indicator"), ("file", "indicator_csv"))
        }
        for code in ("I-42", "I-38", "I-63")
    )
    with override(language):
        lines = indicators.load_series(
            indicators.public_indicators().filter(code="I-42")
        )
        said = phrases.value_sentence(lines[0], lines[0].last)

    assert {
        "es": ("más de 110 personas, entre 2013 y mayo de 2018"),
        "en": ("more than 110 people, between 2013 and May 2018"),
    }[language] in said
    assert {"es": "más de 110", "en": "more than 110"}[language] in children["page"]
    assert {"es": "enero de 2013", "en": "January 2013"}[language] not in children[
        "page"
    ]
    assert {"es": "más de 1.6", "en": "more than 1.6"}[language] in dollars["page"]
    about = {"es": "alrededor de 1,110", "en": "about 1,110"}[language]
    assert about in decade["page"]
    assert ",110,,more_than," in children["file"]
    assert ",2013-01-01,2018-05-31,year,," in children["file"]
    assert ",1110,,about," in decade["file"]


def test_a_protected_value_does_not_say_how_exact_it_is():
    indicator = make.indicator(code="X-1", sensitive=True)
    fields = {"exactness": "more_than", "provenance": "press"}
    make.measurement(indicator, value=4, **fields)
    figures.publish_figures(type(indicator).objects.filter(pk=indicator.pk))

    (told,) = indicator.figures.all()

    assert (told.is_protected, told.value, told.exactness) == (True, None, "exact")


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_page_about_the_site_says_who_compiled_the_file(client, shipped, language):
    told = shipped_content()["plan"][f"makers_{language}"].strip().split("\n\n")

    html = client.get(public_path("about", language=language)).text
    page = " ".join(unescape(strip_tags(html)).split())

    assert len(told) == 3
    assert [part for part in told if part not in page] == []


def test_a_baseline_that_editors_chose_is_not_called_the_plans(client, shipped):
    page = client.get(public_path("indicator", "I-12", language="es"))

    assert not page.context["series"].has_baseline_of_plan
    assert "Los editores de este portal toman 25 (2016)" in page.text
    assert "ínea base 25" not in page.text
    labels = {label.text for label in page.context["chart"].picture.labels}
    assert not any("base" in text for text in labels)


def test_home_draws_only_years_that_can_be_compared(client, shipped):
    figures = client.get(public_path("home")).context["figures"]

    drawn = {
        line.indicator.code: drawing
        and (drawing.first, drawing.last, len(drawing.columns))
        for line, drawing, _earlier in figures
    }

    assert drawn == {"I-16": None, "I-21": (2015, 2019, 5), "I-39": None, "I-40": None}


@pytest.mark.parametrize(("year", "number"), [(2019, "195"), (2021, "65")])
def test_a_question_about_a_year_has_its_answer(client, shipped, year, number):
    page = client.get("/buscar/", {"q": f"cuántas víctimas identificadas en {year}"})

    hits = [hit for group in page.context["answer"].groups for hit in group.hits]
    (hit,) = [hit for hit in hits if hit.code == "I-39"]
    said = [strip_tags(caption) for caption in hit.captions]
    assert re.match(rf"{number} \w+ en {year}\b", said[0])
    assert not any("2024" in text for text in said)


def test_nobody_is_said_to_lead_what_editors_attribute_to_it(client, shipped):
    names = [("commitment", "R-3.1.3"), ("commitment_card", "R-3.1.3")]
    names += [("commitments",), ("plan_commitments",), ("agency", "pgr"), ("agencies",)]

    told = {
        name: client.get(public_path(name, PLAN, *rest, language="es")).text
        for name, *rest in names
    }

    assert [name for name, text in told.items() if "Responsable" in text] == []
    # The file has names of columns for a heading, and no words of either language.
    del told["plan_commitments"]
    assert [n for n, text in told.items() if not re.search("atribuye", text)] == []


@pytest.mark.parametrize(
    ("years", "said"),
    [
        ([2020], "sin datos de 2020"),
        ([2022, 2023], "sin datos de 2022 y 2023"),
        ([*range(2015, 2022)], "sin datos de 2015 a 2021"),
        ([2012, *range(2014, 2017), 2020], "sin datos de 2012, 2014 a 2016 y 2020"),
    ],
)
def test_years_without_data_are_told_as_spans(years, said):
    with override("es"):
        assert phrases.missing_years_phrase(years) == said
