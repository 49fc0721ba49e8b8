from concurrent.futures import ThreadPoolExecutor

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from strategic_areas import workflow
from strategic_areas.commitment_states import CommitmentState
from strategic_areas.desk.page_changes import page_changes_of
from strategic_areas.desk.review.review_queue import review_url
from strategic_areas.progress import ActivityState
from strategic_areas.public_paths import public_path
from strategic_areas.queries.public_rows import (
    RowDifference,
    affected_records,
    merge_keys,
    read_public_rows,
    row_differences,
)
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def row(state, **about):
    told = {"punctuality": None, "percent": None, "quantity": None, "protected": ()}
    return {"plan": "2031-2034", "state": state, **told, **about}


def test_a_page_is_told_once_with_all_that_changes_there_and_lists_come_last():
    make.commitment(plan=make.plan(code="2031-2034"))
    own, work = {"code": "1.1"}, {"code": "1.1.a", "commitment": "1.1"}
    changed = [
        RowDifference(
            "commitments",
            "2031-2034/1.1",
            row(CommitmentState.NOT_STARTED, **own),
            row(CommitmentState.IN_PROGRESS, **own),
        ),
        RowDifference(
            "activities",
            "2031-2034/1.1.a",
            row(ActivityState.NOT_STARTED, **work),
            row(ActivityState.COMPLETED, **work),
        ),
    ]

    places = page_changes_of(changed)

    assert [(each.address, each.change) for each in places] == [
        (
            public_path("commitment", "2031-2034", "1.1"),
            "1.1 · Estado: No iniciado → En ejecución\n"
            "1.1.a · Estado: No iniciada → Terminada",
        ),
        (public_path("commitments", "2031-2034"), ""),
        (public_path("home"), "Cuántos compromisos hay en cada estado."),
    ]


def test_the_page_of_an_area_is_told_before_the_list():
    area = make.area(code="1", slug_es="prevencion", name_es="Prevenir")
    keys = affected_records([(type(area), area.pk)])
    before = read_public_rows(keys)
    changed = {"name_es": "Prevención", "slug_es": "otra"}
    type(area).objects.filter(pk=area.pk).update(**changed)

    told = page_changes_of(row_differences(before, read_public_rows(keys)))

    assert [(each.title, each.address) for each in told] == [
        ("Eje 1", public_path("area", area.plan.code, "prevencion")),
        ("La lista de ejes", public_path("areas", area.plan.code)),
    ]


def test_what_the_public_does_not_read_otherwise_has_no_places():
    assert page_changes_of([]) == page_changes_of(None) == []


def shown(page):
    return [
        (each.address, each.change) for each in page.context["screen"]["page_changes"]
    ]


def tables():
    return {
        model: sorted(map(repr, model._base_manager.values_list()))
        for model in apps.get_models(include_auto_created=True)
    }


def report_of_two(**fields):
    activity = make.activity(code="1.1.1.a")
    make.activity(commitment=activity.commitment, agency=activity.agency)
    period = make.round(plan=activity.plan, name_es="Primera", **fields)
    return make.submitted_update(activity=activity, period=period)


def corrected():
    by = make.focal_point(agency=(activity := make.activity()).agency)
    correction = workflow.begin_correction(
        make.published_update(activity=activity), by=by
    )
    version = correction.version
    correction.percent = 70
    workflow.save_draft(correction, by=by, seen_version=version)
    workflow.submit(correction, by=by)
    return correction


def declared():
    return make.submitted_declaration(commitment=make.activity().commitment)


@pytest.mark.parametrize("maker", [report_of_two, corrected, declared])
def test_the_places_of_a_report_are_those_where_it_then_is_published(client, maker):
    client.force_login(reviewer := make.reviewer())
    record = maker()
    keys = affected_records([(type(record), record.pk)])
    before = read_public_rows(keys)

    told = shown(client.get(review_url(record)))
    workflow.publish(record, by=reviewer)

    after = read_public_rows(
        merge_keys(keys, affected_records([(type(record), record.pk)]))
    )
    found = [
        each for each in row_differences(before, after) if each.dataset != "reports"
    ] + [RowDifference("reports", "", None, after["reports"][record.public_id])]
    agency = public_path("agency", record.plan.code, record.agency.slug)
    assert [each for each in told if each[0] != agency] == [
        (each.address, each.change) for each in page_changes_of(found)
    ]


def test_the_page_of_the_agency_tells_how_much_is_then_published(client, reviewer):
    update = report_of_two()

    told = shown(client.get(review_url(update)))

    at = public_path("agency", update.plan.code, update.agency.slug)
    assert (at, "Primera: 1 de 2 publicados.") in told


def test_a_demonstration_changes_no_count(client, reviewer):
    update = report_of_two(is_demonstration=True)

    told = shown(client.get(review_url(update)))

    assert told == [
        ("", "Es nuevo."),
        (public_path("updates", update.plan.code), "Es nuevo."),
    ]


def test_reports_read_together_tell_where_they_appear(client, reviewer):
    update = report_of_two()
    other = make.submitted_update(
        activity=update.activity.commitment.activities.exclude(
            pk=update.activity.pk
        ).get(),
        period=update.period,
    )
    picks = [f"avance-{each.pk}-{each.version}" for each in (update, other)]

    page = client.get(reverse("admin:review_many"), {"pick": picks})

    at = public_path("agency", update.plan.code, update.agency.slug)
    places = [(each.address, each.change) for each in page.context["page_changes"]]
    assert (at, "Primera: 2 de 2 publicados.") in places


@pytest.mark.parametrize("maker", [report_of_two, corrected, declared])
def test_opening_the_page_writes_nothing(client, reviewer, maker):
    record = maker()
    client.get(review_url(record))  # the visit itself is kept
    before = tables()

    with CaptureQueriesContext(connection) as queries:
        page = client.get(review_url(record))

    assert page.context["screen"]["page_changes"]
    assert tables() == before
    told = [each["sql"] for each in queries]
    assert not [x for x in told if x.startswith(("INSERT", "UPDATE", "DELETE", "LOCK"))]
    assert not [x for x in told if "FOR UPDATE" in x or "SAVEPOINT" in x]


def opened(reviewer, address):
    """Whether the page tells the places; who waits for a lock is told none."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        client = Client()
        client.force_login(reviewer)
        return "Dónde aparece" in client.get(address).content.decode()
    finally:
        connection.close()


@pytest.mark.postgresql
@pytest.mark.usefixtures("open_record")
def test_who_opens_a_page_never_waits_for_who_publishes():
    published = report_of_two()
    other = make.submitted_update(
        activity=make.activity(commitment=published.activity.commitment),
        period=published.period,
    )
    reviewers = [make.reviewer(), make.reviewer()]

    with ThreadPoolExecutor(2) as pool, transaction.atomic():
        workflow.publish(published, by=make.reviewer())
        addresses = [review_url(other), review_url(published)]
        found = list(pool.map(opened, reviewers, addresses, timeout=30))

    assert found == [True, True]
