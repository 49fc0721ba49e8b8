"""Amendments: how a change of an approved plan's structure is proposed and told."""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.translation import override

from agencies.access import RefusedError
from strategic_areas import workflow
from strategic_areas.models import Activity, Amendment, Plan, PlanChange
from strategic_areas.public_paths import public_path
from strategic_areas.queries import search_texts
from strategic_areas.queries.rounds import owed_activities
from tests import make
from tests.make.plans import close_structure, open_structure
from tests.strategic_areas.drafts import new_activity, new_commitment

pytestmark = pytest.mark.django_db
BOTH = ["old_value", "new_value"]


@pytest.fixture(scope="module")
def world(lasting):
    plan = make.plan(code="p")
    made = make.activity(
        plan=plan,
        code="1.1",
        due_on="2026-03-31",
        due_provenance="plan",
        title_es="Talleres",
        title_en="Workshops",
    )
    make.period(
        plan=plan, code="2025", starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31)
    )
    close_structure()
    return made.pk


@pytest.fixture
def activity(world, db):
    return Activity.objects.get(pk=world)


def approved(records, act):
    records = records if isinstance(records, list) else [(records, {})]
    with override("es"):
        change = workflow.propose_records(records, by=make.reviewer(), amendment=act)
        return workflow.approve(change, by=make.reviewer())


def kinds(change):
    """The kind of its amendment, and that of what it did to each kind of record."""
    rows = PlanChange.objects.filter(change=change)
    return change.amendment.kind, dict(rows.values_list("model", "kind"))


def told(change):
    """Field → old and new value, in Spanish, of all that the public is told."""
    rows = PlanChange.objects.filter(change=change).order_by("pk")
    return {row.field: (row.old_value_es, row.new_value_es) for row in rows}


def test_without_an_act_the_error_names_what_needs_one(activity):
    activity.due_on, activity.note_es = date(2026, 6, 30), "Nota"

    with override("en"), pytest.raises(RefusedError, match="Due on") as refused:
        workflow.propose(activity, by=make.reviewer())

    assert "Note" not in str(refused.value)


def test_what_is_no_structure_needs_no_act_and_is_told_in_the_same_place(activity):
    activity.note_es = "Nota"

    change = approved(activity, None)

    row = PlanChange.objects.get()
    assert told(change) == {"note": ("", "Nota")}
    assert (row.plan, row.activity, row.amendment) == (activity.plan, activity, None)


def test_an_amendment_tells_old_and_new_in_words_of_both_languages(activity):
    activity.due_on, activity.title_es = date(2026, 6, 30), "Charlas"

    change = approved(activity, make.act(activity.plan))

    assert told(change) == {
        "title": ("Talleres", "Charlas"),
        "due_on": ("31/03/2026", "30/06/2026"),
    }
    row, amendment = PlanChange.objects.get(field="title"), change.amendment
    assert (row.old_value_en, row.new_value_en) == ("Workshops", "Workshops")
    assert (amendment.proposed_by, amendment.approved_by) == (
        change.proposed_by,
        change.decided_by,
    )
    activity.refresh_from_db()
    assert (activity.due_provenance, amendment.kind) == ("amendment", "redate")


def test_a_later_renaming_does_not_rewrite_what_was_told(activity):
    other = make.agency(acronym="ANTES")
    former, activity.agency = activity.agency.acronym, other
    change = approved(activity, make.act(activity.plan))

    other.rename(acronym="DESPUES")

    assert told(change) == {"agency": (former, "ANTES")}
    assert change.amendment.kind == "move"


@pytest.mark.parametrize(
    ("activity_is", "expected"),
    [
        ({"counts_victims": True}, (["old_value"], False)),
        ({"counts_victims": True, "provenance": "documented"}, (BOTH, True)),
        ({"counts_victims": False}, ([], False)),
    ],
)
def test_what_is_told_of_a_planned_number_of_victims(activity_is, expected, activity):
    """What the plan's own document prints stands as the plan's from ten on."""
    open_structure()
    Activity.objects.update(quantity=3)
    close_structure()
    activity.refresh_from_db()
    activity.quantity = 12
    change = approved(activity, make.act(activity.plan))

    # Whoever said it later says it of what is on record, too.
    open_structure()
    Activity.objects.update(**activity_is)
    [line] = PlanChange.objects.filter(change=change).select_related("activity")

    page = Client().get(reverse("es:amendments", args=["p"])).content.decode()
    found = [
        each for each in search_texts.documents_of_records() if each.kind == "amendment"
    ]
    words = [text.spanish for each in found for text in each.texts]
    hidden, is_new_hidden = expected
    assert ("3" in words, "12" in words) == (
        "old_value" not in hidden,
        not is_new_hidden,
    )
    assert list(line.protected) == hidden
    assert ("<ins>Dato protegido</ins>" in page) == is_new_hidden
    assert ("<del>Dato protegido</del>" in page) == bool(hidden)


@pytest.mark.parametrize(
    ("act", "kind", "stated"),
    [
        ("signed_page", "correction", "plan"),
        ("official_document", "official_matrix", "plan"),
        ("decree", "redate", "amendment"),
    ],
)
def test_a_corrected_date_is_still_stated_by_the_plan(act, kind, stated, activity):
    activity.due_on = date(2026, 6, 30)

    approved(activity, make.act(activity.plan, act=act, deciding_act_es="página 14"))

    activity.refresh_from_db()
    assert Amendment.objects.get().kind == kind
    assert activity.due_provenance == stated


@pytest.mark.parametrize(
    "act",
    [
        {"act": ""},
        {"deciding_act_es": ""},
        {"reason_es": ""},
        {"reason_es": "Lo pidió 001-1234567-8"},
        {"decided_on": None},
    ],
)
def test_an_act_is_stated_in_full_and_guarded(act, activity):
    activity.due_on = date(2026, 6, 30)

    with pytest.raises(RefusedError):
        workflow.propose(
            activity, by=make.reviewer(), amendment=make.act(activity.plan, **act)
        )

    assert not Amendment.objects.exists()


def test_an_act_is_of_the_plan_that_it_changes_and_changes_structure(activity):
    other = make.plan()
    close_structure()
    activity.due_on = date(2026, 6, 30)
    with pytest.raises(RefusedError):
        workflow.propose(activity, by=make.reviewer(), amendment=make.act(other))

    activity.refresh_from_db()
    activity.note_es = "Nota"
    with pytest.raises(RefusedError):
        workflow.propose(
            activity, by=make.reviewer(), amendment=make.act(activity.plan)
        )


def test_dates_stay_within_the_plan_unless_the_amendment_extends_it(activity):
    activity.due_on = date(2029, 6, 30)
    with pytest.raises(RefusedError, match="31/12/2028"), override("es"):
        workflow.propose(
            activity, by=make.reviewer(), amendment=make.act(activity.plan)
        )

    activity.plan.ends_on = date(2029, 12, 31)
    change = approved([(activity.plan, {}), (activity, {})], make.act(activity.plan))

    assert kinds(change) == ("several", {"plan": "extend_plan", "activity": "redate"})
    assert Plan.objects.get().ends_on == date(2029, 12, 31)
    assert Activity.objects.get().due_on == date(2029, 6, 30)


def test_a_division_takes_the_place_of_what_it_divides(activity):
    parts = [
        new_activity(
            activity.commitment, code=f"1.1.{letter}", title_es=f"Talleres {letter}"
        )
        for letter in "ab"
    ]

    change = approved(
        [(part, {"supersedes": [activity]}) for part in parts], make.act(activity.plan)
    )

    standing = Activity.objects.not_superseded().values_list("code", flat=True)
    assert list(standing) == ["1.1.a", "1.1.b"]
    rows = PlanChange.objects.filter(change=change)
    assert [(row.adds_record, row.old_value_es) for row in rows] == [
        (True, "1.1 Talleres")
    ] * 2
    # What has no English name is told as being only in Spanish.
    assert [(row.name_es, row.name_en) for row in rows] == [
        ("1.1.a Talleres a", ""),
        ("1.1.b Talleres b", ""),
    ]
    assert change.amendment.kind == "split"


def test_what_takes_the_place_of_the_plans_own_record_needs_an_act(activity):
    rebuilt = new_activity(activity.commitment, code="R-1", provenance="press")

    with pytest.raises(RefusedError):
        approved([(rebuilt, {"supersedes": [activity]})], None)
    approved([(rebuilt, {"supersedes": [activity]})], make.act(activity.plan))

    assert [each.code for each in Activity.objects.not_superseded()] == ["R-1"]


@pytest.mark.parametrize("until", [None, date(2026, 7, 1)])
def test_what_is_stopped_is_not_asked_by_rounds_that_open_from_then_on(until, activity):
    asked = {
        opens: make.round(
            plan=activity.plan,
            starts_on=date(2026, 1, 1),
            ends_on=opens,
            opens_on=opens,
            due_on=opens,
            closes_on=opens,
        )
        for opens in (date(2026, 4, 9), date(2026, 4, 10), date(2026, 7, 1))
    }
    commitment = activity.commitment
    commitment.stopped = "suspended" if until else "cancelled"
    commitment.stopped_on, commitment.resumes_on = date(2026, 4, 10), until

    approved(commitment, make.act(activity.plan))

    found = [list(owed_activities(period)) for period in asked.values()]
    assert found == [[activity], [], [activity] if until else []]


def test_an_act_that_cancels_a_commitment_states_its_progress_in_public(
    client, activity
):
    commitment = activity.commitment
    make.participation(plan=activity.plan, agency=commitment.lead)
    commitment.stopped, commitment.stopped_on = "cancelled", date(2026, 1, 1)
    approved(commitment, make.act(activity.plan))
    code = activity.plan.code

    (area,) = client.get(public_path("home")).context["overview"].areas
    (agency,) = client.get(public_path("agencies", code)).context["agencies"]

    assert (area.has_public_state, agency.has_public_state) == (True, True)


def test_what_an_agency_itself_calls_cancelled_is_still_asked(activity):
    open_structure()
    before = make.round(
        plan=activity.plan, starts_on=date(2025, 1, 1), ends_on=date(2025, 3, 31)
    )
    make.published_update(
        activity=activity,
        period=before,
        execution="cancelled",
        percent=None,
        obstacle_es="No hay fondos.",
    )
    asked = make.round(
        plan=activity.plan, starts_on=date(2025, 4, 1), ends_on=date(2025, 6, 30)
    )

    assert list(owed_activities(asked)) == [activity]


def test_an_amendment_of_several_kinds_tells_that_of_each_record(activity, client):
    open_structure()
    other = make.activity(commitment=activity.commitment, code="1.2")
    close_structure()
    activity.agency, other.due_on = make.agency(), date(2026, 6, 30)
    added = new_activity(activity.commitment, code="1.3")
    records = [(activity, {}), (other, {}), (added, {})]

    change = approved(records, make.act(activity.plan))

    of_plan = client.get(reverse("es:amendments", args=["p"])).content.decode()
    of_record = client.get(other.get_absolute_url()).content.decode()
    rows = PlanChange.objects.filter(change=change).order_by("activity__code")
    assert change.amendment.kind == "several"
    assert [row.kind for row in rows if row.field != "due_provenance"] == [
        *("move", "redate", "add")
    ]
    said = ["Varios cambios", "Cambio de institución", "Nuevas fechas", "Adición"]
    assert [of_plan.count(each) for each in said] == [1, 1, 1, 1]
    assert "Nuevas fechas · Resolución" in of_record
    assert "Varios cambios" not in of_record


def test_pages_say_in_a_sentence_that_a_record_is_stopped_or_goes_on(activity, client):
    told = []
    for stop, day in (("cancelled", date(2026, 1, 1)), ("", None)):
        activity.stopped, activity.stopped_on = stop, day
        approved(activity, make.act(activity.plan))
        page = client.get(reverse("es:amendments", args=["p"])).content.decode()
        lines = re.findall(r'<p class="plan-change">(.*?)</p>', page, re.S)
        told.append([" ".join(strip_tags(line).split()) for line in lines[:2]])

    assert told == [
        ["La actividad queda cancelada.", "Rige desde: 01/01/2026."],
        ["La actividad se reanuda.", "Rige desde: ya no se indica; decía 01/01/2026."],
    ]


@pytest.mark.parametrize(
    ("ends_on", "kind"),
    [(date(2029, 6, 30), "extend_plan"), (date(2028, 6, 30), "redate")],
)
def test_only_a_later_end_extends_the_plan(ends_on, kind, activity):
    activity.plan.ends_on = ends_on

    assert approved(activity.plan, make.act(activity.plan)).amendment.kind == kind


def test_records_are_saved_from_the_plan_down_in_whatever_order_they_come(activity):
    commitment = new_commitment(activity.commitment)
    added = new_activity(commitment, due_on=date(2029, 6, 30))
    plan = Plan.objects.get(pk=activity.plan_id)
    plan.ends_on = date(2029, 12, 31)

    approved([(added, {}), (commitment, {}), (plan, {})], make.act(plan))

    assert Activity.objects.get(code="9.1").commitment.code == "9"


def test_a_date_that_lies_outside_the_plan_by_now_is_not_approved(activity):
    activity.due_on, plan = date(2028, 10, 31), activity.plan
    with override("es"):
        change = workflow.propose(
            activity, by=make.reviewer(), amendment=make.act(plan)
        )
    plan.ends_on = date(2028, 9, 30)
    approved(plan, make.act(plan))

    with pytest.raises(RefusedError, match="30/09/2028"), override("es"):
        workflow.approve(change, by=make.reviewer())

    change.refresh_from_db()
    assert (change.is_waiting, Activity.objects.get().due_on) == (
        True,
        date(2026, 3, 31),
    )
