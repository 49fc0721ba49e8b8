"""What loading a plan's file publishes of the values of indicators."""

import io
import json
import re

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from strategic_areas import disclosure, figures, models
from strategic_areas.importing import PlanFileError, load_plan_file
from strategic_areas.models.measurements import DisclosedForm, Measurement, Publication
from tests import make
from tests.strategic_areas.plans import faults_of, load_small, small, write

pytestmark = pytest.mark.django_db
# What ``disclosure`` reckons is marked ``sqlite``: no database changes it.

PERSONS = {
    "code": "EJ-1",
    "name_es": "Víctimas identificadas",
    "unit_es": "personas",
    "counts": "persons",
    "national": True,
    "family": "victims",
    "is_teller": True,
    "dimension": "sex+age",
}
PRINTED = {"printed_by": "matrix", "printed_where_es": "cuadro 3"}


def plan(*values, **fields):
    return plan_of({**fields, "values": values})


def plan_of(*indicators):
    made = [
        {**PERSONS, "code": f"EJ-{number}", **fields, "values": told_of(fields)}
        for number, fields in enumerate(indicators, start=1)
    ]
    stated = [
        {key: value for key, value in each.items() if value is not None}
        for each in made
    ]
    return small(indicators=stated)


def told_of(fields):
    common = {"status": "confirmed", "sources": ["matrix"]}
    return [{**common, **each} for each in fields["values"]]


#: An indicator of victims that does not tell of them.
OTHER = {"is_teller": False}


def count(number, period="2030", **more):
    return {"period": period, "value": number, **more}


def parts(dimension="sex+age", **values):
    return [
        {"dimension": dimension, "category": category, "value": value}
        for category, value in values.items()
    ]


def standing(**narrowed):
    """The figures that stand: first year and value, None where it is protected."""
    rows = models.PublishedFigure.objects.latest_revisions().filter(**narrowed)
    rows = rows.order_by("starts_on", "ends_on")
    return [(row.starts_on.year, row.value and int(row.value)) for row in rows]


def cells(**narrowed):
    rows = models.PublishedCell.objects.filter(**narrowed)
    return {
        "+".join(row.categories): int(row.value)
        for row in rows.order_by("figure__starts_on", "dimension", "order")
    }


def test_a_revised_total_keeps_its_history_with_the_reason(tmp_path):
    load_small(tmp_path, plan(count(50)))

    load_small(tmp_path, plan(count(60, reason_es="Faltaba una región.")))

    now = models.PublishedFigure.objects.latest_revisions().get()
    assert (now.value, now.reason_es, now.revises.value) == (
        60,
        "Faltaba una región.",
        50,
    )
    assert not now.revises.is_latest


def test_what_stands_beside_a_value_changes_in_its_place(tmp_path):
    load_small(tmp_path, plan(count(40, note_es="Una.", **PRINTED)))

    changed = {"status": "provisional", "note_es": "Otra.", "break": True}
    changed["sources"] = ["note"]
    load_small(tmp_path, plan(count(40, **changed, **PRINTED)))

    row = models.PublishedFigure.objects.get()
    assert [source.key for source in row.sources.all()] == ["note"]
    assert (row.status, row.note_es, row.breaks) == ("provisional", "Otra.", True)


def broken_down(period="2030", dimension="sex+age", **counted):
    told = parts(dimension, **counted)
    return count(sum(counted.values()), period, breakdown=told)


# One national yearly total of each family


@pytest.mark.parametrize(
    ("value", "fields", "expected"),
    [
        (count(10), {}, 10),
        (count(0), {}, 0),
        (count(9), {}, None),
        (count(10, status="provisional"), {}, None),
        (count(80, "2030-S1"), {}, None),
        (count(80, "2029/2030"), {}, None),
        (count(80), {"is_teller": False}, None),
        (count(80), {"selects": True}, None),
        (count(80), {"national": False}, None),
        (count(80), {"is_teller": False, "family": None, "dimension": None}, None),
        (
            count(9, counts=None),
            {"sensitive": False, **dict.fromkeys(["family", "is_teller", "dimension"])},
            9,
        ),
    ],
)
def test_only_confirmed_national_totals_are_told(tmp_path, value, fields, expected):
    value = {key: each for key, each in value.items() if each is not None}
    load_small(tmp_path, plan(value, **fields))

    assert standing() == [(int(value["period"][:4]), expected)]


def test_a_family_has_one_teller(tmp_path):
    values = {"values": [count(40)]}

    assert faults_of(tmp_path, plan_of(values, values)) == [
        ("indicators EJ-2", "is_teller", "true")
    ]
    load_small(tmp_path, plan_of(values, {**values, **OTHER}))
    models.Indicator.objects.update(is_teller=True)
    figures.publish_figures(models.Indicator.objects.all())
    assert standing() == [(2030, None), (2030, None)]


def test_what_counts_victims_needs_protection(tmp_path):
    with pytest.raises(PlanFileError):
        load_small(tmp_path, plan(count(40), sensitive=False))


def test_of_several_who_count_a_year_one_is_told_and_later_no_other(tmp_path):
    values = [count(97, counted_by="BBB"), count(100, counted_by="AAA")]

    found = []
    for told_by in ("AAA", "BBB"):
        load_small(tmp_path, plan(*values, counted_by=told_by))
        rows = models.PublishedFigure.objects.latest_revisions().order_by("counted_by")
        found.append([(row.counted_by, row.value) for row in rows])

    assert found == [[("AAA", 100), ("BBB", None)], [("AAA", None), ("BBB", None)]]


def test_nothing_beside_a_protected_number_says_why_it_is(tmp_path):
    value = count(4, note_es="Una.", caption_es="Dos.", breakdown=parts(woman=4))
    load_small(tmp_path, plan(value))
    load_small(tmp_path, plan({**value, "value": 70, "status": "provisional"}))

    row = models.PublishedFigure.objects.get()
    assert (row.value, row.status, row.note_es, row.caption_es) == (None, "", "", "")
    assert not row.sources.exists()
    assert (row.withheld, row.differs) == (["sex+age"], False)


def test_what_an_earlier_version_told_is_no_longer_public(tmp_path):
    load_small(tmp_path, plan(count(4), is_teller=False))
    Publication.objects.all().delete()
    models.PublishedFigure.objects.all().delete()
    measurement = Measurement.objects.get()
    told = make.published_figure(
        indicator=measurement.indicator, year=2030, value=4, withheld=[]
    )
    Publication.objects.create(measurement=measurement, figure=told)

    call_command("publish_figures", stdout=io.StringIO())
    call_command("publish_figures", stdout=io.StringIO())

    assert standing() == [(2030, None)]
    assert models.PublishedFigure.objects.count() == 1


# What was printed


def test_what_was_printed_is_quoted_with_where_it_stands(tmp_path):
    quoted = [{**each, **PRINTED} for each in parts("sex+age+nationality", a=3)]
    value = count(4, "2030-S1", status="provisional", **PRINTED)
    value["breakdown"] = [*quoted, *parts(woman=20, man=4)]
    load_small(tmp_path, plan({**value}, is_teller=False, selects=True))

    row = models.PublishedFigure.objects.get()
    assert (row.value, row.status) == (4, "provisional")
    assert (row.printed_by.key, row.printed_where_es) == ("matrix", "cuadro 3")
    cell = models.PublishedCell.objects.get()
    assert (cell.value, cell.printed_by.key, cell.printed_where_es) == (
        *(3, "matrix"),
        "cuadro 3",
    )
    assert row.withheld == ["sex+age"]


def test_a_year_of_which_a_day_is_printed_tells_only_print(tmp_path):
    printed = count(60, "2030-12-31/2031-01-01", **PRINTED)
    values = {"values": [count(100), count(200, "2031"), count(300, "2032")]}

    load_small(tmp_path, plan_of(values, {**OTHER, "values": [printed]}))

    assert standing(indicator__code="EJ-1") == [(2030, None), (2031, None), (2032, 300)]
    assert standing(indicator__code="EJ-2") == [(2030, 60)]


def test_what_was_once_printed_counts_as_printed(tmp_path):
    printed = {**OTHER, "values": [count(60, "2030-S1", **PRINTED)]}
    unprinted = {**OTHER, "values": [count(60, "2030-S1", printed_by=None)]}
    values = {"values": [count(100)]}
    load_small(tmp_path, plan_of({"values": []}, printed))

    load_small(tmp_path, plan_of(values, unprinted))

    assert standing() == [(2030, None), (2030, None)]


def test_print_freezes_what_was_told(tmp_path):
    values, printed = {"values": [count(100)]}, count(60, "2030-S1", **PRINTED)
    load_small(tmp_path, plan_of(values))
    with_print = {**OTHER, "values": [printed]}

    for number in (100, 104, 150):
        later = {"values": [count(number)]}
        load_small(tmp_path, plan_of(later, with_print))
        row = models.PublishedFigure.objects.get(indicator__code="EJ-1")
        assert (row.value, row.differs) == (100, False)


def test_other_families_have_their_own_years(tmp_path):
    accused = {"family": "accused", "values": [count(61, **PRINTED)]}

    load_small(tmp_path, plan_of({"values": [count(100)]}, accused))

    assert standing() == [(2030, 100), (2030, 61)]


@pytest.mark.parametrize(
    ("value", "key"),
    [
        (count(9, printed_by="note", printed_where_es="p. 1"), "printed_by"),
        (count(10, printed_by="note"), "printed_where_es"),
    ],
)
def test_a_small_number_is_quoted_officially_and_from_a_place(tmp_path, value, key):
    assert [fault for _, fault, _ in faults_of(tmp_path, plan(value))] == [key]


def test_a_total_of_ten_is_quoted_from_any_source(tmp_path):
    printed = {"printed_by": "note", "printed_where_es": "p. 1"}

    load_small(tmp_path, plan(count(10, "2030-S1", **printed)))

    assert standing() == [(2030, 10)]


def test_only_official_sources_are_quoted_of_parts(tmp_path):
    note = {"printed_by": "note", "printed_where_es": "p. 1"}
    told = [{**each, **note} for each in parts(woman=18, man=12)]

    faults = faults_of(tmp_path, plan(count(30, breakdown=told)))

    name = "indicators EJ-1 values 2030 breakdown sex+age"
    assert faults == [
        (f"{name} {category}", "printed_by", "note") for category in ("woman", "man")
    ]


def test_what_a_source_is_decides_what_it_prints(tmp_path):
    load_small(tmp_path, plan(count(5, "2030-S1", **PRINTED)))
    source = models.Source.objects.get(key="matrix")

    source.kind = "press"
    source.save()

    assert standing() == [(2030, None)]


# What was once told


def test_a_count_that_moves_a_told_number_by_less_than_ten_leaves_it(tmp_path):
    told = {"note_es": "Así se contó.", "breakdown": parts(woman=60, man=40)}
    load_small(tmp_path, plan(count(100, **told)))

    later = {"note_es": "Ahora son 104.", "breakdown": parts(woman=64, man=40)}
    load_small(tmp_path, plan(count(104, **later)))

    row = models.PublishedFigure.objects.get()
    assert (row.value, row.differs, row.note_es) == (100, True, "Así se contó.")
    assert cells() == {"woman": 60, "man": 40}
    load_small(tmp_path, plan(broken_down(woman=70, man=40)))
    row = models.PublishedFigure.objects.latest_revisions().get()
    assert (row.value, row.differs, row.revises.value) == (110, False, 100)
    assert cells() == {"woman": 70, "man": 40}


def test_a_form_is_held_against_all_that_were_told(tmp_path):
    told = [(100, 100), (120, 120), (105, None), (140, 140), (100, 100)]
    for number, expected in told:
        load_small(tmp_path, plan(count(number)))

        assert standing() == [(2030, expected)]


def test_a_year_that_told_one_dimension_tells_no_other(tmp_path):
    load_small(
        tmp_path,
        plan(broken_down(dimension="sex", female=85, male=15), dimension="sex"),
    )

    other = broken_down(woman=70, man=12, child=18)
    load_small(tmp_path, plan(other, dimension="sex+age"))

    assert cells() == {"female": 85, "male": 15}
    load_small(tmp_path, plan({**other, "value": 200}, dimension="sex+age"))
    assert (cells(), standing()) == ({}, [(2030, 200)])


def test_another_teller_tells_nothing_close_to_what_was_told(tmp_path):
    first, second = {"values": [count(100)]}, {"values": [count(97)]}
    load_small(tmp_path, plan_of(first, {**second, **OTHER}))

    for number, expected in [(97, None), (100, 100), (110, 110)]:
        values = {"values": [count(number)]}
        load_small(tmp_path, plan_of({**first, **OTHER}, values))
        assert standing(indicator__code="EJ-2") == [(2030, expected)]
        assert standing(indicator__code="EJ-1") == [(2030, None)]


def test_what_told_of_one_family_never_tells_of_another(tmp_path):
    printed = count(60, "2029", **PRINTED)
    told, other = {"values": [count(100)]}, {"values": [printed, count(97)]}
    load_small(tmp_path, plan_of(told, {**OTHER, **other}))

    load_small(tmp_path, plan_of(told, {**other, "family": "accused"}))

    assert standing(indicator__code="EJ-1") == [(2030, 100)]
    assert standing(indicator__code="EJ-2") == [(2029, 60), (2030, None)]


def test_what_was_told_without_protection_counts_as_printed(tmp_path):
    fields = {"sensitive": False, "family": None, "is_teller": False, "dimension": None}
    load_small(tmp_path, plan(count(97), **fields))

    load_small(tmp_path, plan(count(100), sensitive=True))

    assert standing() == [(2030, None)]


def test_what_was_told_outlives_its_records(tmp_path):
    load_small(tmp_path, plan(count(100)))
    for model in (Publication, models.PublishedFigure, Measurement):
        model.objects.all().delete()
    models.Target.objects.all().delete()
    models.Indicator.objects.all().delete()
    models.ImportedRecord.objects.all().delete()

    load_small(tmp_path, plan(count(97)))

    assert standing() == [(2030, None)]


@pytest.mark.parametrize("change", ["update", "delete"])
def test_what_was_told_is_never_changed(tmp_path, change):
    load_small(tmp_path, plan(count(100)))
    rows = DisclosedForm.objects.all()

    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(family="") if change == "update" else rows.delete()


def test_what_is_protected_keeps_no_history(tmp_path):
    load_small(tmp_path, plan(count(100)))
    load_small(tmp_path, plan(count(120)))
    load_small(tmp_path, plan(count(5)))

    assert standing() == [(2030, None)]
    assert models.PublishedFigure.objects.count() == 1


def test_a_provisional_count_leaves_what_was_told(tmp_path):
    load_small(tmp_path, plan(count(100)))

    load_small(tmp_path, plan(count(300, status="provisional")))

    row = models.PublishedFigure.objects.get()
    assert (row.value, row.status, row.differs) == (100, "confirmed", False)


def test_what_was_told_of_a_value_holds_through_all_its_revisions(tmp_path):
    load_small(tmp_path, plan(broken_down(woman=20, man=12)))

    for women in (30, 35, 21):
        # A measurement that revises the latest, as one that is entered here would.
        last, parts = Measurement.objects.latest("pk"), {"woman": women, "man": 12}
        days = {"starts_on": last.starts_on, "ends_on": last.ends_on}
        value = sum(parts.values())
        make.measurement(last.indicator, value=value, revises=last, parts=parts, **days)
        figures.publish_figures(models.Indicator.objects.all())

    assert cells() == {"woman": 30, "man": 12}
    row = models.PublishedFigure.objects.latest_revisions().get()
    assert (row.value, row.differs) == (42, True)


def chain(figure):
    while figure:
        yield figure
        figure = figure.revises


def test_a_note_beside_people_tells_no_other_number(tmp_path):
    clean, small_number = "En 2030 cambió el método.", "Entre ellas había 4 niñas."
    load_small(
        tmp_path,
        plan(
            {"period": "2029", "value": 40, "note_es": clean},
            {"period": "2030", "value": 40, "note_es": small_number},
            {"period": "2031", "value": 40, "note_es": "Antes, 47."},
            {"period": "2032", "value": 40, "note_es": "Eran cuarenta y siete."},
            {"period": "2033", "value": 40, "note_es": "Fueron 47.", **PRINTED},
            {"period": "2034-S1", "value": 40, "note_es": clean},
        ),
    )

    rows = models.PublishedFigure.objects.order_by("starts_on")
    told = [row.note_es for row in rows]
    assert told == [clean, "", "", "", "Fueron 47.", ""]


def test_an_indicator_decided_to_select_is_protected_at_once(tmp_path):
    load_small(tmp_path, plan(count(50)))
    indicator = models.Indicator.objects.get()

    indicator.selects = True
    indicator.save()

    assert standing() == [(2030, None)]
    assert models.PublishedFigure.objects.count() == 1


def test_what_a_file_says_of_a_value_that_was_revised_here_is_kept(tmp_path):
    value = {"period": "2030", "value": 40, "breakdown": parts(woman=20, man=20)}
    load_small(tmp_path, plan(value))
    brought = Measurement.objects.get()
    make.measurement(
        brought.indicator,
        **{name: getattr(brought, name) for name in ("starts_on", "ends_on")},
        **{"counted_by": brought.counted_by, "value": 60, "revises": brought},
        parts={"woman": 30},
    )

    unchanged = load_small(tmp_path, plan(value))
    told = parts(woman=30, man=15, girl=5)
    changed = load_small(tmp_path, plan({**value, "value": 50, "breakdown": told}))

    assert unchanged.kept == []
    assert [(each.header, each.old, each.new) for each in changed.kept] == [
        ("value", "60", "50"),
        ("value", None, "15"),
        ("", "no record", "a part"),
    ]
    assert {each.reason for each in changed.kept} == {"revised here"}
    assert not changed.changed
    assert standing() == [(2030, 60)]


def test_a_dry_run_publishes_nothing(tmp_path):
    load_plan_file(write(tmp_path, plan({"period": "2030", "value": 40})), dry_run=True)

    assert not models.PublishedFigure.objects.exists()


def test_no_published_row_holds_a_number_below_the_threshold(tmp_path, monkeypatch):
    """The threshold is so high that every part is small, and each part is unique."""
    monkeypatch.setattr(disclosure, "SMALLEST_DISCLOSED", 100_000)
    numbers = iter(range(10_007, 99_999, 37))
    secret, values, others = set(), [], []

    def unique():
        secret.add(number := next(numbers))
        return number

    for year in range(2020, 2030):
        told = parts(woman=unique(), man=unique(), girl=unique())
        told += parts("exploitation", sexual=unique(), labour=unique())
        total = sum(each["value"] for each in told[:3])
        values.append(count(total, str(year), breakdown=told, **PRINTED))
        others.append({"period": str(year), "value": unique()})
    content = plan(*values)
    women = {**PERSONS, **OTHER, "code": "EJ-2", "selects": True, "values": others}
    women["values"] = [{**each, "status": "confirmed"} for each in others]
    content["indicators"].append(women)
    load_small(tmp_path, content)

    rows = [
        *models.PublishedFigure.objects.values(),
        *models.PublishedCell.objects.values(),
    ]
    # Whole numbers only: the digits of a key or of a time are no figure.
    published = set(re.findall(r"\b\d+\b", json.dumps(rows, default=str)))
    assert [number for number in secret if f"{number}" in published] == []
    totals = [each["value"] for each in values]
    assert [value for _, value in standing() if value] == totals
