"""Other files beside a part of the shipped plan, which is loaded once for them all."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection

from agencies.audit import AuditHead
from strategic_areas import models
from strategic_areas.importing import ImportSummary, load_plan_file
from strategic_areas.models.measurements import Measurement
from tests import next_plan
from tests.strategic_areas.plans import FOLDER, footprint, part_of_shipped, run, write
from tests.strategic_areas.test_importing_again import counts

pytestmark = pytest.mark.django_db

#: The version of what is public, and the end of the audit record.
COUNTERS = {models.PublicationVersion._meta.db_table, AuditHead._meta.db_table}


@dataclass(frozen=True)
class Shipped:
    """The file, what loading it told, and what a dry run did and told before."""

    path: Path
    outcome: ImportSummary
    dry: tuple
    wrote: bool


@pytest.fixture(scope="module", autouse=True)
def shipped(lasting, tmp_path_factory):
    path = write(tmp_path_factory.mktemp("shipped"), part_of_shipped())
    before = footprint()
    dry = run(path, "--dry-run")
    wrote = footprint() != before
    return Shipped(path, load_plan_file(path), dry, wrote)


def test_an_official_matrix_replaces_what_was_reconstructed(shipped):
    updates = set(
        models.ActivityUpdate.objects.values_list("pk", "activity__code", "status")
    )

    outcome = load_plan_file(FOLDER / "official-matrix.yaml")
    again = load_plan_file(FOLDER / "official-matrix.yaml")
    shipped_again = load_plan_file(shipped.path)

    old = models.Commitment.objects.get(code="R-1.1.1")
    activity = models.Activity.objects.get(code="1.1.1.1")
    assert dict(outcome.created) == {"sources": 1, "commitments": 1, "activities": 1}
    assert counts(again) == counts(shipped_again) == (0, 0, 0)
    assert [each.code for each in old.superseded_by.all()] == ["1.1.1"]
    assert [each.code for each in activity.supersedes.all()] == ["R-1.1.1.a"]
    assert old not in models.Commitment.objects.not_superseded()
    assert {place.code for place in activity.places.all()} == {"DO-01", "DO-21"}
    assert (activity.budget_amount, activity.budget_currency) == (
        Decimal("1250000.50"),
        "DOP",
    )
    assert activity.budget_source.key == "matrix"
    assert updates == set(
        models.ActivityUpdate.objects.values_list("pk", "activity__code", "status")
    )


def test_a_plan_in_quarters_without_english_is_loaded_beside_the_other():
    outcome = load_plan_file(FOLDER / "quarterly.yaml")
    again = load_plan_file(FOLDER / "quarterly.yaml")

    plan = models.Plan.objects.get(code="plan-trimestral")
    update = models.ActivityUpdate.objects.get(plan=plan)
    assert outcome.created["areas"] == 4
    assert counts(again)[:2] == (0, 0)
    assert plan.status == "ended"
    assert [each.code for each in plan.commitments.all()] == ["A.1.9", "A.1.10"]
    assert [(each.code, each.mode, each.due_on) for each in plan.periods.all()] == [
        ("2018-T4", "record", None),
        ("2018-T3", "record", date(2018, 10, 15)),
    ]
    assert (update.provenance, update.quantity) == ("press", Decimal("12.5"))
    assert models.CommitmentUpdate.objects.published().get().result == "fulfilled"
    assert plan.areas.first().provenance == "reconstructed"


def test_a_plan_beside_another_leaves_every_row_of_the_other_as_it_was(tmp_path):
    before = rows()
    text = next_plan.FILE.read_text(encoding="utf-8")
    shared = {"acronym: FISNAL": "acronym: PGR", "slug: fisnal": "slug: pgr"}
    shared |= {"agency: FISNAL": "agency: PGR", "lead: FISNAL": "lead: PGR"}
    # What both plans share, the other file calls otherwise.
    shared |= {"code: V-1": "code: DO-01", "places: [V-1]": "places: [DO-01]"}
    shared |= {"CARTA-3": "ODS-5.2", "Línea Abrigo": "Emergencias 9-1-1"}
    for own, other in shared.items():
        assert own in text
        text = text.replace(own, other)

    outcome = load_plan_file(write(tmp_path, text))

    after = rows()
    assert outcome.created["commitments"] == 3
    assert {each.place for each in outcome.kept} > {"agencies PGR", "provinces DO-01"}
    assert {place: after.get(place) for place in before} == before
    assert len(after) > len(before)


def test_pages_of_two_plans_keep_apart_what_holds_for_one(client):
    load_plan_file(next_plan.FILE)

    about, glossary, results = (
        client.get(path).content.decode()
        for path in ("/acerca/", "/glosario/", "/resultados/")
    )

    # The plan in force is the other one.
    assert "El plan lo ejecuta el Consejo Nacional contra la Explotación" in about
    assert "la CITIM, la comisión" not in about
    assert '<div id="citim">' in glossary
    assert '<div id="conex">' in glossary
    assert "Los objetivos del plan 2017-2020 son los que le atribuye" in results
    assert "objetivo según IJM · 2017-2020" in results


def rows():
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table in COUNTERS:
                continue
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - our own tables
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                told = dict(zip(names, row, strict=True))
                found[table, str(told.get("id", row))] = told
    return found


def test_a_quarter_has_targets_and_values_by_who_counted():
    load_plan_file(FOLDER / "quarterly.yaml")

    indicator = models.Indicator.objects.get(code="T-1")
    days = (date(2018, 7, 1), date(2018, 9, 30))
    assert list(
        models.Target.objects.filter(indicator=indicator).values_list(
            "ends_on", "value"
        )
    ) == [(date(2018, 9, 30), 100), (date(2018, 12, 31), 120)]
    assert list(
        Measurement.objects.filter(indicator=indicator)
        .order_by("counted_by")
        .values_list("starts_on", "ends_on", "counted_by", "value")
    ) == [(*days, "MIREX", 90), (*days, "PN", 70)]
    assert (indicator.baseline_value, indicator.baseline_starts_on) == (
        Decimal("2.5"),
        date(2013, 1, 1),
    )


def test_a_dry_run_tells_the_same_and_writes_nothing(shipped):
    status, lines, errors = shipped.dry

    assert (status, errors) == (0, [])
    assert not shipped.wrote
    assert lines[-1] == shipped.outcome.summary
