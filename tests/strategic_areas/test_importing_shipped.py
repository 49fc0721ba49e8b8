"""The plan that the portal ships: loaded whole, twice, and nothing of it dropped."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from agencies.models import Agency
from strategic_areas import figures, models
from strategic_areas.importing import load_plan_file
from strategic_areas.importing.values import span
from strategic_areas.models.measurements import Breakdown, Measurement
from strategic_areas.queries.figures import indicators
from strategic_areas.queries.figures.indicators import ValueDisplay
from strategic_areas.queries.pages import references
from tests.strategic_areas.plans import SHIPPED, footprint, run, shipped_content

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

FILE = shipped_content()
PLAN = FILE["plan"]["code"]
#: Keys whose value is no field of the record: they are compared by themselves below.
STRUCTURE = {"place", "places", "baseline", "values", "breakdown"}
RENAMED = {
    ("updates", "status"): "execution",
    ("tip_tiers", "tier_es"): "label_es",
    ("tip_tiers", "tier_en"): "label_en",
    ("hotlines", "hours"): "hours_es",
    ("values", "break"): "breaks",
}
PARTICIPATION = {
    "role",
    "mandate_es",
    "mandate_en",
    "mandate_provenance",
    "member_since",
    "hosts_secretariat",
    "provenance",
    "sources",
    "note_es",
    "note_en",
}
SIMPLE = {
    "areas": models.StrategicArea,
    "programmes": models.Programme,
    "legal_instruments": models.LegalInstrument,
    "frameworks": models.FrameworkTarget,
    "periods": models.ReportingPeriod,
    "commitments": models.Commitment,
    "activities": models.Activity,
    "later_activities": models.LaterActivity,
    "indicators": models.Indicator,
    "discrepancies": models.Discrepancy,
    "terms": models.Term,
    "regions": models.Region,
    "provinces": models.Province,
    "other_plans": models.Plan,
}


#: Those whose records have no code.
OTHERS = ("hotlines", "tip_tiers", "updates", "target_links")


def name_of(row):
    """What a file calls a row that another refers to."""
    for attribute in ("key", "acronym", "code"):
        if hasattr(row, attribute):
            return getattr(row, attribute)
    raise AssertionError(row)


def told(row, attribute):
    """A stored value as the file would write it."""
    value = getattr(row, attribute)
    if hasattr(value, "all"):
        return sorted(name_of(each) for each in value.all())
    if hasattr(value, "_meta"):
        return name_of(value)
    return None if value == "" else value


def rows_of(model):
    columns = model._meta.fields
    ones = [each.name for each in columns if each.many_to_one]
    many = [each.name for each in model._meta.many_to_many]
    return model.objects.select_related(*ones).prefetch_related(*many)


def differences(section, row, record, skip=()):
    """Keys of a record whose value the row does not hold."""
    for key, value in record.items():
        if key in STRUCTURE or key in skip:
            continue
        here = told(row, RENAMED.get((section, key), key))
        if isinstance(here, list) and key != "numbers":
            value = sorted(value)
        if here != (Decimal(str(value)) if isinstance(here, Decimal) else value):
            yield section, name_of(row) if hasattr(row, "code") else row.pk, key


@pytest.fixture(scope="module")
def shipped(lasting):
    return load_plan_file(SHIPPED)


def test_loading_the_shipped_file_creates_what_it_counts(shipped):
    classification = FILE["classification"]
    values = [value for each in FILE["indicators"] for value in each["values"]]
    lists = classification["lists"]

    assert dict(shipped.created) == {
        "plans": 1 + len(FILE["other_plans"]),
        "sources": len(FILE["sources"]),
        "agencies": len(FILE["agencies"]),
        "participations": len(FILE["agencies"]),
        **{
            section: len(FILE[section])
            for section in [*SIMPLE, *OTHERS]
            if section != "other_plans"
        },
        "values": len(values),
        "breakdowns": sum(len(value.get("breakdown", [])) for value in values),
        "code_lists": len(lists) + 2,
        "code_list_values": len(classification["entities"])
        + len(classification["breakdown_labels"])
        + sum(len(each["values"]) for each in lists),
    }
    assert (shipped.changed, shipped.unchanged, shipped.kept) == ([], 0, [])


def test_no_text_of_it_needs_a_second_look(shipped):
    assert shipped.warnings == []


def test_rows_are_as_many_as_the_file_has_records(shipped):
    for section, model in SIMPLE.items():
        more = 1 if section == "other_plans" else 0
        assert (section, model.objects.count()) == (section, len(FILE[section]) + more)
    assert models.Source.objects.count() == len(FILE["sources"])
    assert models.ActivityUpdate.objects.published().count() == len(FILE["updates"])


def test_loading_the_shipped_file_again_changes_nothing(shipped):
    before = footprint()

    status, lines, errors = run(SHIPPED)

    total = shipped.created.total()
    assert lines == [f"created=0 changed=0 unchanged={total} kept=0 faults=0"]
    assert (status, errors) == (0, [])
    assert footprint() == before


def test_every_value_of_a_coded_record_is_stored(shipped):
    found = []
    for section, model in SIMPLE.items():
        rows = {row.code: row for row in rows_of(model)}
        for record in FILE[section]:
            found += differences(section, rows[record["code"]], record)
    found += differences("plan", models.Plan.objects.get(code=PLAN), FILE["plan"])

    assert found == []


def test_every_value_of_sources_agencies_lines_and_tiers_is_stored(shipped):
    found = []
    sources = {row.key: row for row in rows_of(models.Source)}
    for key, record in FILE["sources"].items():
        found += differences("sources", sources[key], record)
    parts = {row.agency.acronym: row for row in rows_of(models.Participation)}
    for record in FILE["agencies"]:
        part = parts[record["acronym"]]
        own = {key: record[key] for key in record if key in PARTICIPATION}
        found += differences("agencies", part.agency, record, skip=PARTICIPATION)
        found += differences("agencies", part, own)
    for record in FILE["hotlines"]:
        row = models.HelpLine.objects.get(label_es=record["label_es"])
        found += differences("hotlines", row, record)
    for record in FILE["tip_tiers"]:
        row = models.TipTier.objects.get(report_year=record["report_year"])
        found += differences("tip_tiers", row, record)

    assert found == []


def test_every_value_of_an_update_is_published(shipped):
    rows = updates()

    found = []
    for record in FILE["updates"]:
        row = rows[record["activity"], record["period"]]
        found += differences("updates", row, record)

    assert found == []
    assert {(row.status, row.origin) for row in rows.values()} == {
        ("published", "record")
    }


def updates():
    rows = rows_of(models.ActivityUpdate)
    return {(row.activity.code, row.period.code): row for row in rows}


def test_every_measured_value_is_stored(shipped):
    rows = {row.code: row for row in models.Indicator.objects.all()}
    values = {
        (row.indicator_id, row.starts_on.isoformat(), row.ends_on.isoformat()): row
        for row in rows_of(Measurement)
    }
    parts = defaultdict(list)
    for part in Breakdown.objects.all():
        said = (part.dimension, part.category, part.value)
        parts[part.measurement_id].append(said)
    for indicator in FILE["indicators"]:
        row = rows[indicator["code"]]
        baseline = indicator["baseline"]
        days = (row.baseline_starts_on, row.baseline_ends_on)
        told = map(date.fromisoformat, span(baseline["period"])) if baseline else ()
        assert days == (tuple(told) or (None, None))
        expected = Decimal(str(baseline["value"])) if baseline else None
        assert row.baseline_value == expected
        for value in indicator["values"]:
            starts_on, ends_on = span(value["period"])
            measured = values[row.pk, starts_on, ends_on]
            assert list(differences("values", measured, value, {"period"})) == []
            assert measured.counted_by == indicator["counted_by"]
            assert sorted(parts.pop(measured.pk, [])) == sorted(
                (part["dimension"], part["category"], Decimal(part["value"]))
                for part in value.get("breakdown", [])
            )
    assert not parts
    assert len(values) == Measurement.objects.count()


def test_every_place_is_stored(shipped):
    for section in ("activities", "later_activities"):
        rows = {row.code: row for row in rows_of(SIMPLE[section])}
        for record in FILE[section]:
            codes = {record.get("place"), *record.get("places", [])} - {None}
            places = rows[record["code"]].places.all()
            assert {place.code for place in places} == codes


def test_every_place_rests_on_the_sources_of_geography(shipped):
    keys = sorted(FILE["geography_sources"])

    for model in (models.Region, models.Province):
        assert {tuple(told(row, "sources")) for row in rows_of(model)} == {tuple(keys)}


def test_every_code_list_is_stored_in_its_order(shipped):
    classification = FILE["classification"]
    entities = models.CodeList.objects.get(code="entities")
    lists = [
        *classification["lists"],
        {"code": "entities", "values": classification["entities"]},
        {"code": "breakdown_labels", "values": classification["breakdown_labels"]},
    ]

    rows = {row.code: row for row in rows_of(models.CodeList)}
    for record in lists:
        row = rows[record["code"]]
        stored = [
            (value.dimension, value.code, value.label_es, value.label_en)
            for value in row.values.all()
        ]
        assert stored == [
            (
                value.get("dimension", ""),
                value.get("category") or value["code"],
                value["label_es"],
                value["label_en"],
            )
            for value in record["values"]
        ]
        own = {key: record[key] for key in record if "label" not in key}
        assert list(differences("lists", row, own)) == []
    for key in ("note_es", "note_en"):
        assert getattr(entities, key) == classification[key]
    assert told(entities, "sources") == sorted(classification["sources"])


def test_the_lists_above_leave_no_section_out():
    compared = {*SIMPLE, *OTHERS, "plan", "sources", "agencies"}
    compared |= {"geography_sources", "classification"}

    assert set(FILE) - compared == {"format"}


def test_an_update_rests_on_the_weakest_of_its_sources(shipped):
    documented = {"official_report", "official_study", "official_news", "un_body"}
    documented |= {"foreign_government_report", "ngo_report", "official_protocol"}
    documented |= {"official_plan", "reference", "standard"}

    expected = {}
    for record in FILE["updates"]:
        kinds = {FILE["sources"][key]["kind"] for key in record["sources"]}
        provenance = "documented" if kinds <= documented else "press"
        expected[record["activity"], record["period"]] = provenance
    assert {key: row.provenance for key, row in updates().items()} == expected


def test_dates_are_those_of_the_plan(shipped):
    plan = models.Plan.objects.get(code=PLAN)

    assert plan.status == "approved"
    assert (plan.starts_on, plan.ends_on) == (date(2017, 1, 1), date(2020, 12, 31))


# What is published of its values


def cells(year, dimension):
    rows = models.PublishedCell.objects.filter(
        figure__indicator__code="I-39", figure__starts_on__year=year
    )
    found = rows.filter(dimension=dimension).order_by("order")
    return {"+".join(row.categories): int(row.value) for row in found}


def test_every_total_is_told_and_each_part_that_is_printed(shipped):
    rows = models.PublishedFigure.objects.latest_revisions()
    persons = models.PublishedCell.objects.filter(figure__indicator__sensitive=True)
    below = persons.filter(value__gt=0, value__lt=10)

    assert sorted(rows.values_list("value", flat=True)) == sorted(
        Decimal(str(value["value"]))
        for each in FILE["indicators"]
        for value in each["values"]
    )
    assert all(row.printed_by and row.printed_where_es for row in rows)
    assert all(row.printed_by and row.printed_where_es for row in persons)
    assert cells(2017, "sex+age") == {"girl": 44, "boy": 13}
    assert cells(2021, "sex+age") == {}
    assert [(row.value, row.printed_by.key) for row in below] == [(8, "tip2022")]
    withheld = rows.exclude(withheld=[]).order_by("indicator__code", "starts_on")
    assert list(withheld.values_list("indicator__code", "withheld")) == [
        ("I-39", ["age", "exploitation", "nationality", "sex"]),
        ("I-39", ["sex+age"]),
        ("I-39", ["exploitation", "exploitation+sex+age", "nationality"]),
    ]


def test_publishing_again_writes_nothing(shipped):
    before = footprint()

    figures.publish_figures(models.Indicator.objects.all())

    assert footprint() == before


def test_each_indicator_is_read_with_its_points(shipped, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        lines = indicators.load_series()
        for line in lines:
            assert line.indicator.area.plan
            assert line.last.shown is ValueDisplay.VALUE

    assert len(lines) == len(FILE["indicators"])
    assert sum(len(line.points) for line in lines) == 114
    last = {line.indicator.code: line.last for line in lines}
    assert (last["I-39"].value, last["I-39"].year) == (136, 2024)
    # The second span of the file lies inside the first: it is the last word.
    assert (last["I-48"].value, last["I-48"].year) == (63, None)


def test_only_the_series_of_convictions_is_joined_over_years(shipped):
    joined = {
        (line.indicator.code, before.year, point.year)
        for line in indicators.key_figure_series()
        for before, point in pairwise(line.points)
        if not point.is_break
    }

    assert joined == {("I-21", year, year + 1) for year in range(2015, 2019)}


def test_a_key_figure_has_its_caption(shipped):
    told = [
        f"{int(line.last.value)} {line.last.caption_es}. {line.indicator.caveat_es}"
        for line in indicators.key_figure_series()
    ]

    assert told == [
        "229 investigaciones en 2024, todas las instancias (vía prensa; provisional). "
        "En 2020 contaban aparte PGR (63) y Policía (44), 36 de ellas conjuntas.",
        "10 personas condenadas en 2021 (prensa; provisional). Hasta 2019, según "
        "informes TIP: no se compara. Sin dato de 2020 ni posterior a 2021.",
        "136 víctimas identificadas en 2024 (informe TIP 2025, vía prensa; "
        "provisional). Los años no son comparables: identificar más no significa que "
        "haya más trata.",
        "134 recibieron servicios en 2024 (mismo informe, vía prensa; "
        "provisional). Las 12 de 2020 eran víctimas confirmadas remitidas: otra "
        "medida.",
    ]


def test_a_page_has_what_counts_the_same(shipped, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        page = indicators.load_indicator_page("I-39", date(2026, 11, 27))

    assert [each.code for each in page.discrepancies] == ["D-05", "D-12"]
    point = next(each for each in page.points if each.year == 2021)
    (quoted,) = point.breakdowns
    assert [(cell.label_es, cell.label_en) for cell in quoted.cells] == [
        ("Explotación sexual", "Sexual exploitation"),
        ("Explotación laboral", "Labour exploitation"),
        ("Otra o sin especificar", "Other or unspecified"),
    ]
    assert {cell.printed_by.key for cell in quoted.cells} == {"tip2022"}
    assert [source.key for source in point.sources] == ["tip2022"]
    assert page.baseline is None
    assert page.targets == ()
    assert indicators.load_indicator_page("I-99", date(2026, 11, 27)) is None


def test_counts_of_the_same_thing_stand_beside_it(shipped):
    page = indicators.load_indicator_page("I-12", date(2026, 11, 27))

    counted = {
        line.indicator.code: [(point.year, int(point.value)) for point in line.points]
        for line in page.others
    }
    assert counted == {
        "I-13": [(2017, 83), (2018, 45), (2019, 35), (2020, 44)],
        "I-14": [(2017, 26)],
    }
    assert page.baseline == 25


def test_discrepancies_show_the_values_that_they_are_about(shipped):
    codes = {code for each in FILE["discrepancies"] for code in each["indicators"]}

    lines = [
        line for _, lines in references.discrepancies_with_series() for line in lines
    ]

    assert {line.indicator.code for line in lines} == codes
    assert all(line.points for line in lines)


def test_areas_agencies_and_commitments_get_theirs(shipped):
    area = models.StrategicArea.objects.get(code="3")
    police = Agency.objects.get(acronym="PN")
    commitment = models.Commitment.objects.filter(programme__code="1.2").first()

    of_area = {line.indicator.area for line in indicators.series_of_area(area)}
    of_police = {line.indicator.code for line in indicators.series_of_agency(police)}
    of_ministry = {
        line.indicator.code
        for line in indicators.series_of_agency(Agency.objects.get(acronym="MIP"))
    }
    own, of_programme = indicators.series_of_commitment(commitment)

    assert of_area == {area}
    assert {"I-13", "I-31", "I-49", "I-50", "I-52"} == of_police
    assert of_ministry == set()
    assert own == []
    assert {line.indicator.programme.code for line in of_programme} == {"1.2"}


def test_the_method_says_what_print_costs(shipped, client):
    page = client.get("/metodologia/").content.decode()

    told = " ".join(page.split())
    assert (
        "Así, «Víctimas de trata identificadas» (136) y «Víctimas remitidas a "
        "servicios» (134) en 2024 difieren en 2." in told
    )
