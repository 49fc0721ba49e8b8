"""No dataset tells what no page tells; and each says why, cell by cell."""

import pytest

from agencies.models import AgencyName
from strategic_areas.datasets.columns import GapReason, stored_columns
from strategic_areas.datasets.snapshots import take_snapshot
from strategic_areas.disclosure import MARKER
from strategic_areas.models import Indicator, Plan, Province, PublishedFigure
from tests import make
from tests.costs import costs
from tests.datasets import faults
from tests.make.plans import close_structure, open_structure
from tests.strategic_areas.test_public_rows import (
    HIDDEN,
    NUMBER,
    PLANTED,
    corrected,
    counted_victims,
    noted_by_staff,
    plant_what_is_never_found,
    reached_victims,
    reserved,
    told_before_it_was_protected,
    withdrawn,
)

pytestmark = pytest.mark.django_db


def snapshots():
    return [take_snapshot(plan) for plan in Plan.objects.public()]


def only(dataset):
    (row,) = (row for each in snapshots() for row in each.tables[dataset].values())
    return row


def marked_place():
    place = Province.objects.create(code="DO-99", name=HIDDEN)
    make.activity().places.add(place)


@pytest.mark.parametrize(
    "plant",
    [
        *(*PLANTED, noted_by_staff, marked_place),
        # A text withdrawn in one language, a change that waits, work outside the plan.
        lambda: make.activity(title_es=MARKER, title_en=HIDDEN),
        lambda: make.change(make.activity(), note_es=HIDDEN),
        lambda: make.activity(is_in_plan=False, code="F-1", title_es=HIDDEN),
    ],
)
def test_what_the_public_does_not_read_is_in_no_cell(plant):
    plant()

    said = repr([each.tables for each in snapshots()])

    assert HIDDEN not in said
    assert f" {NUMBER}" not in said


def test_nor_is_what_the_search_never_finds():
    amended = "values of what an amendment brought"
    plant_what_is_never_found("replaced", amended)

    assert HIDDEN not in repr([each.tables for each in snapshots()])


def test_a_plan_in_preparation_is_not_read():
    plan = make.plan(status=Plan.Status.IN_PREPARATION)

    with pytest.raises(ValueError, match="nobody reads"):
        take_snapshot(plan)


@pytest.mark.parametrize(
    ("model", "name"),
    [(Indicator, "why_not_sensitive"), (PublishedFigure, "is_hidden")],
)
def test_no_column_is_of_a_field_that_staff_alone_read(model, name):
    with pytest.raises(KeyError):
        stored_columns(model, name)


def test_numbers_of_victims_say_that_they_are_protected():
    counted_victims()

    activity, report = only("activities"), only("reports")

    assert (activity["quantity"], activity["quantity_gap"]) == (None, "protected")
    assert (activity["percent"], activity["percent_gap"]) == (None, "protected")
    names = ("percent", "quantity", "people_reached")
    assert [report[name] for name in names] == [None] * 3
    assert [report[f"{name}_gap"] for name in names] == ["protected"] * 3


def test_of_victims_whom_work_reaches_only_their_number_is_protected():
    reached_victims()

    report = only("reports")

    assert report["people_reached_gap"] == "protected"
    assert (report["percent"], report["percent_gap"]) == (40, None)


def test_no_average_tells_a_protected_percent():
    activity = make.activity(counts_victims=True)
    make.published_update(activity=activity, percent=None)

    row = only("commitments")

    assert (row["percent"], row["percent_gap"]) == (None, GapReason.PROTECTED)


def test_a_reserved_report_tells_its_state_and_why_it_tells_no_more():
    reserved()

    row = only("reports")

    assert (row["state"], row["is_reserved"]) == ("in_progress", True)
    assert (row["text_es"], row["text_es_gap"]) == (None, "protected")
    assert (row["people_reached"], row["people_reached_gap"]) == (None, "protected")
    assert (row["evidence"], row["legal_basis"]) == (None, "Ley 200-04, art. 17")


def test_a_withdrawn_report_keeps_its_place_and_none_of_its_content():
    withdrawn()

    row = only("reports")

    assert (row["status"], row["withdrawal_cause"]) == ("withdrawn", "error")
    told = (row["state"], row["text_es"], row["people_reached"], row["evidence"])
    assert told == (None,) * 4


def test_an_earlier_revision_stands_beside_its_correction():
    corrected("Antes.")

    (found,) = snapshots()

    rows = found.tables["reports"].values()
    assert [(row["status"], row["text_es"]) for row in rows] == [
        ("published", "Ahora."),
        ("replaced", "Antes."),
    ]


def test_of_what_is_in_review_only_that_is_told():
    update = make.submitted_update(narrative_es=HIDDEN)

    (found,) = snapshots()

    (activity,) = found.tables["activities"].values()
    assert activity["state"] == "in_review"
    assert (activity["percent"], activity["percent_gap"]) == (None, "not_reported")
    assert found.tables["reports"] == {}
    assert update.pk


def test_what_nobody_was_asked_about_says_so_and_is_never_zero():
    make.activity()

    row, above = only("activities"), only("commitments")

    assert (row["state"], row["percent_gap"]) == ("not_asked", "not_asked")
    numbers = ("activities_done", "activities_reported", "activities_total")
    assert [above[name] for name in numbers] == [None, 0, 1]


def test_a_protected_value_says_so_and_tells_no_breakdown():
    figure = make.published_figure(is_protected=True, withheld=["exploitation"])

    value, part = only("values"), only("breakdowns")

    assert (value["shown"], value["value_gap"]) == ("protected", "protected")
    assert (value["value"], value["exactness"]) == (None, None)
    assert (part["dimension"], part["group"], part["value"]) == (
        "exploitation",
        None,
        None,
    )
    assert part["value_id"] == value["id"]
    assert value["indicator"] == figure.indicator.code


def test_a_crossed_breakdown_says_in_words_what_it_tells_apart():
    make.published_figure(withheld=["exploitation+sex+age"])

    row = only("breakdowns")

    names = ("dimension", "dimension_name_es", "dimension_name_en")
    assert [row[name] for name in names] == [
        "exploitation+sex+age",
        "forma de explotación, sexo y edad",
        "form of exploitation, sex and age",
    ]


def test_a_value_that_was_told_before_says_nothing_of_it():
    told_before_it_was_protected()

    row = only("values")

    assert (row["shown"], row["revisions"]) == ("protected", None)


def test_what_an_agency_does_not_acknowledge_is_marked():
    make.approved_dispute(make.activity(provenance="press"))

    row, above = only("activities"), only("commitments")

    assert (row["is_disputed"], above["is_disputed"]) == (True, False)


def test_a_report_has_the_agency_as_it_was_called_then():
    update = make.published_update()
    AgencyName.objects.create(
        agency=update.agency,
        acronym="VIEJA",
        name_es="Nombre de entonces",
        ends_on=update.period.ends_on,
    )

    row = only("reports")

    assert row["agency"] == update.agency.slug
    told = row["agency_acronym"], row["agency_name_es"], row["agency_name_en"]
    assert told == ("VIEJA", "Nombre de entonces", None)


def test_a_superseded_commitment_is_gone_and_its_reports_stay():
    update = make.published_update()
    old = update.activity.commitment
    new = make.commitment(plan=old.plan)
    open_structure()
    new.supersedes.add(old)
    close_structure()

    (found,) = snapshots()

    (report,) = found.tables["reports"].values()
    assert found.tables["commitments"].keys() == {new.code}
    assert (report["subject"], report["activity"]) == (update.activity.code, None)
    assert faults(found) == []


def test_the_number_of_queries_does_not_grow():
    update = make.published_update()
    plan = Plan.objects.get(pk=update.plan_id)
    target = make.target(body="CRC", family="ASKED")
    update.activity.commitment.frameworks.add(target)
    make.published_declaration(commitment=update.activity.commitment)

    def grow():
        activity = make.activity(plan=plan, themes=["children"])
        make.published_update(activity=activity, period=update.period)
        make.published_figure(indicator=make.indicator(plan=plan), cells={"sexual": 30})

    few, many = costs(lambda: take_snapshot(plan), grow)

    assert few == many
