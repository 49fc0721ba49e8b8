"""What loading a plan's file publishes of the values of indicators."""

import json

import pytest
from django.db import IntegrityError, transaction

from strategic_areas import disclosure, figures
from strategic_areas.importing import load
from strategic_areas.models import Indicator, PublishedCell, PublishedFigure
from strategic_areas.models.measurements import Breakdown, Measurement
from tests.strategic_areas.plans import faults_of, load_small, small, write

pytestmark = pytest.mark.django_db
# What ``disclosure`` reckons is marked ``sqlite``: no database changes it.

PERSONS = {
    "code": "EJ-1",
    "name_es": "Víctimas identificadas",
    "unit_es": "personas",
    "counts": "persons",
    "national": True,
}


def plan(*values, **fields):
    """The small plan with one indicator of persons and these values."""
    return plan_of({PERSONS["code"]: values}, **fields)


def plan_of(values_of, **fields):
    """The small plan with an indicator of persons for each list of values, by code."""
    told = {
        code: [
            {"status": "confirmed", "sources": ["matrix"], **each} for each in values
        ]
        for code, values in values_of.items()
    }
    indicators = [
        {**PERSONS, **fields, "code": code, "values": values}
        for code, values in told.items()
    ]
    return small(indicators=indicators)


def parts(dimension="sex+age", **values):
    return [
        {"dimension": dimension, "category": category, "value": value}
        for category, value in values.items()
    ]


def standing(**narrowed):
    """The figures that stand: first year and value, None where it is protected."""
    rows = PublishedFigure.objects.standing().filter(**narrowed)
    rows = rows.order_by("starts_on", "ends_on")
    return [(row.starts_on.year, row.value and int(row.value)) for row in rows]


def cells(**narrowed):
    rows = PublishedCell.objects.filter(**narrowed)
    return {
        "+".join(row.categories): int(row.value)
        for row in rows.order_by("figure__starts_on", "dimension", "order")
    }


def test_a_revised_total_keeps_its_history_with_the_reason(tmp_path):
    load_small(tmp_path, plan({"period": "2030", "value": 5}))

    load_small(
        tmp_path, plan({"period": "2030", "value": 6, "reason_es": "Faltaba uno."})
    )

    now = PublishedFigure.objects.standing().get()
    assert (now.value, now.reason_es, now.revises.value) == (6, "Faltaba uno.", 5)
    assert not now.revises.is_standing


@pytest.mark.sqlite
def test_what_stands_beside_a_value_changes_in_its_place(tmp_path):
    load_small(tmp_path, plan({"period": "2030", "value": 40, "note_es": "Una."}))

    changed = {"status": "provisional", "note_es": "Otra.", "break": True}
    changed["sources"] = ["note"]
    load_small(tmp_path, plan({"period": "2030", "value": 40, **changed}))

    row = PublishedFigure.objects.get()
    assert [source.key for source in row.sources.all()] == ["note"]
    assert (row.status, row.note_es, row.breaks) == ("provisional", "Otra.", True)


FIRST = {"woman": 20, "man": 12, "girl": 27, "boy": 4}


def broken_down(**counted):
    """A value of 2030 with these parts, of which it is the sum."""
    total = sum(counted.values())
    return {"period": "2030", "value": total, "breakdown": parts(**counted)}


#: By the code of an indicator what is counted later, and what is told of it then.
SECOND = {
    "A": ({"woman": 30}, {"woman": 30, "man": 12, "girl+boy": 31}),
    "B": ({"girl": 26, "boy": 5}, {"woman": 20, "man": 12, "girl+boy": 31}),
    "C": ({"woman": 21}, {}),
    "D": ({"boy": 14}, {}),
}


@pytest.mark.sqlite
def test_a_breakdown_is_replaced_by_tens_or_withdrawn(tmp_path):
    later = {code: FIRST | changed for code, (changed, _told) in SECOND.items()}
    for counted in (dict.fromkeys(SECOND, FIRST), later):
        values = {code: [broken_down(**each)] for code, each in counted.items()}
        load_small(tmp_path, plan_of(values))

    for code, (_changed, expected) in SECOND.items():
        row = PublishedFigure.objects.standing().get(indicator__code=code)
        assert (code, cells(figure__indicator__code=code)) == (code, expected)
        assert cells(figure=row) == expected
        assert row.value == sum(later[code].values())
        assert row.withheld == ({} if expected else {"sex+age": "revised"})


def test_a_withdrawn_breakdown_is_held_against_every_form_that_was_told(tmp_path):
    for women in (20, 21, 31, 20):
        load_small(tmp_path, plan(broken_down(woman=women, man=12)))
        now = cells()

    # 31 is told after 20, and of the way back to 20 each form moves by ten or not.
    assert now == {"woman": 20, "man": 12}


@pytest.mark.sqlite
def test_breakdowns_of_one_indicator_never_overlap(tmp_path):
    years = {"period": "2029/2030", "value": 100, "breakdown": parts(woman=60, man=40)}
    year = {"period": "2030", "value": 55, "breakdown": parts(woman=35, man=20)}

    load_small(tmp_path, plan(year))
    load_small(tmp_path, plan(years, year))

    assert cells() == {"woman": 35, "man": 20}
    told = PublishedFigure.objects.standing().order_by("starts_on")
    assert [(int(row.value), row.withheld) for row in told] == [
        (100, {"sex+age": "overlaps"}),
        (55, {}),
    ]


@pytest.mark.sqlite
def test_a_withdrawn_breakdown_still_overlaps_since_copies_were_taken(tmp_path):
    years = {"period": "2029/2030", "value": 100, "breakdown": parts(woman=60, man=40)}
    for women in (35, 36):
        told = parts(woman=women, man=20)
        year = {"period": "2030", "value": women + 20, "breakdown": told}
        load_small(tmp_path, plan(year))

    load_small(tmp_path, plan(years, year))

    assert cells() == {}


@pytest.mark.sqlite
def test_two_who_count_the_same_year_are_not_both_broken_down(tmp_path):
    one, other = (
        {"period": "2030", "value": 30, "counted_by": who, "breakdown": told}
        for who, told in (
            ("AAA", parts(woman=18, man=12)),
            ("BBB", parts(woman=10, man=20)),
        )
    )

    load_small(tmp_path, plan(one, other))

    assert cells() == {"woman": 18, "man": 12}
    assert standing() == [(2030, 30), (2030, 30)]


@pytest.mark.sqlite
def test_only_official_sources_are_quoted(tmp_path):
    told = [{**each, "printed_by": "note"} for each in parts(woman=18, man=2)]
    value = {"period": "2030", "value": 20, "breakdown": told}

    faults = faults_of(tmp_path, plan(value))

    name = "indicators EJ-1 values 2030 breakdown sex+age"
    assert faults == [
        (f"{name} {category}", "printed_by", "note") for category in ("woman", "man")
    ]


#: By the code of an indicator that selects, what is counted and what is told.
SELECTED = {
    "A": ([{"period": "2030", "value": 9}], [(2030, None)]),
    "B": ([{"period": "2030", "value": 12}], [(2030, 12)]),
    "C": (
        [{"period": "2029", "value": 12}, {"period": "2029/2030", "value": 18}],
        [(2029, 12), (2029, None)],
    ),
    "D": ([{"period": "2030-S1", "value": 80}], [(2030, None)]),
}


@pytest.mark.sqlite
def test_an_indicator_that_selects_counts_as_a_part(tmp_path):
    counted = {code: values for code, (values, _told) in SELECTED.items()}
    load_small(tmp_path, plan_of(counted, selects=True))

    told = {code: standing(indicator__code=code) for code in SELECTED}
    assert told == {code: expected for code, (_values, expected) in SELECTED.items()}


def test_what_is_a_part_keeps_no_history_and_moves_by_tens(tmp_path):
    for value, expected in [(12, 12), (22, 22), (25, None), (35, 35)]:
        load_small(tmp_path, plan({"period": "2030", "value": value}, selects=True))

        assert standing() == [(2030, expected)]
        assert PublishedFigure.objects.count() == 1


@pytest.mark.sqlite
def test_what_was_told_of_a_value_holds_through_all_its_revisions(tmp_path):
    told = parts(woman=20, man=12)
    load_small(tmp_path, plan({"period": "2030", "value": 32, "breakdown": told}))

    for women in (30, 35, 21):
        revise(women, man=12)

    assert cells() == {}
    row = PublishedFigure.objects.standing().get()
    assert (row.value, row.withheld) == (33, {"sex+age": "revised"})
    values = [int(each.value) for each in chain(row)]
    assert values == [33, 47, 42, 32]


def revise(women, **others):
    """A measurement that revises the latest, as one that is entered here would."""
    last = Measurement.objects.latest("pk")
    made = Measurement.objects.create(
        indicator=last.indicator,
        starts_on=last.starts_on,
        ends_on=last.ends_on,
        value=women + sum(others.values()),
        status="confirmed",
        provenance="reported",
        revises=last,
    )
    for category, value in {"woman": women, **others}.items():
        Breakdown.objects.create(
            measurement=made, dimension="sex+age", category=category, value=value
        )
    figures.publish(Indicator.objects.all())


def chain(figure):
    while figure:
        yield figure
        figure = figure.revises


@pytest.mark.sqlite
def test_a_note_beside_persons_tells_no_small_number(tmp_path):
    clean, small_number = "Según el informe.", "Entre ellas había 4 niñas."
    load_small(
        tmp_path,
        plan(
            {"period": "2029", "value": 40, "note_es": clean},
            {"period": "2030", "value": 40, "note_es": small_number},
            {"period": "2031-S1", "value": 40, "note_es": clean},
        ),
    )

    rows = PublishedFigure.objects.order_by("starts_on")
    assert [row.note_es for row in rows] == [clean, "", ""]


@pytest.mark.sqlite
def test_an_indicator_decided_to_select_is_protected_at_once(tmp_path):
    load_small(tmp_path, plan({"period": "2030", "value": 5}))
    indicator = Indicator.objects.get()

    indicator.selects = True
    indicator.save()

    assert standing() == [(2030, None)]
    assert PublishedFigure.objects.count() == 1


@pytest.mark.sqlite
def test_what_a_file_says_of_a_value_that_was_revised_here_is_kept(tmp_path):
    value = {"period": "2030", "value": 40, "breakdown": parts(woman=20, man=20)}
    load_small(tmp_path, plan(value))
    brought = Measurement.objects.get()
    same = {name: getattr(brought, name) for name in ("starts_on", "ends_on")}
    revision = Measurement.objects.create(
        indicator=brought.indicator,
        counted_by=brought.counted_by,
        status="confirmed",
        provenance="reported",
        value=60,
        revises=brought,
        **same,
    )
    Breakdown.objects.create(
        measurement=revision, dimension="sex+age", category="woman", value=30
    )

    unchanged = load_small(tmp_path, plan(value))
    told = parts(woman=30, man=15, girl=5)
    changed = load_small(tmp_path, plan({**value, "value": 50, "breakdown": told}))

    assert unchanged.kept == []
    assert [(each.field, each.here, each.in_file) for each in changed.kept] == [
        ("value", "60", "50"),
        ("value", None, "15"),
        ("", "no record", "a part"),
    ]
    assert {each.reason for each in changed.kept} == {"revised here"}
    assert not changed.changed
    assert standing() == [(2030, 60)]


def test_a_dry_run_publishes_nothing(tmp_path):
    load(write(tmp_path, plan({"period": "2030", "value": 40})), dry_run=True)

    assert not PublishedFigure.objects.exists()


def test_a_figure_tells_a_value_or_is_protected(tmp_path):
    load_small(tmp_path, plan({"period": "2030", "value": 40}))

    made = PublishedFigure.objects.get()
    made.pk, made.starts_on, made.is_protected = None, "2029-01-01", True

    with pytest.raises(IntegrityError), transaction.atomic():
        made.save()


def test_the_database_keeps_a_number_as_it_was_told(tmp_path):
    load_small(tmp_path, plan({"period": "2030", "value": 40}))

    with pytest.raises(IntegrityError), transaction.atomic():
        PublishedFigure.objects.update(value=41)


def test_no_published_row_holds_a_number_below_the_threshold(tmp_path, monkeypatch):
    """The threshold is so high that every part is small, and each part is unique."""
    monkeypatch.setattr(disclosure, "LEAST", 100_000)
    numbers = iter(range(10_007, 99_999, 37))
    secret, values, others = set(), [], []

    def unique():
        secret.add(number := next(numbers))
        return number

    for year in range(2020, 2030):
        told = parts(woman=unique(), man=unique(), girl=unique())
        told += parts("exploitation", sexual=unique(), labour=unique())
        total = sum(each["value"] for each in told[:3])
        values.append({"period": str(year), "value": total, "breakdown": told})
        others.append({"period": str(year), "value": unique()})
    content = plan(*values)
    women = {**PERSONS, "code": "EJ-2", "selects": True, "values": others}
    women["values"] = [{**each, "status": "confirmed"} for each in others]
    content["indicators"].append(women)
    load_small(tmp_path, content)

    rows = [
        *PublishedFigure.objects.values(),
        *PublishedCell.objects.values(),
    ]
    told = json.dumps(rows, default=str)
    assert [number for number in secret if f"{number}" in told] == []
    totals = [each["value"] for each in values]
    assert [value for _, value in standing() if value] == totals
