"""Pages of records other than commitments: what each shows and never shows."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from agencies.models import Agency
from strategic_areas import progress
from strategic_areas.commitment_states import StateFamily
from strategic_areas.compliance import ComplianceCounts
from strategic_areas.models import Activity, Participation, PlanChange
from strategic_areas.public_paths import public_path
from strategic_areas.queries.pages import agencies
from strategic_areas.queries.plan import plans
from strategic_areas.sentences import FRAMEWORK_NAMES
from tests import make
from tests.make.plans import put_back_in_preparation
from tests.strategic_areas.asked import DUE, make_asked, make_person, release, submit
from tests.test_public_pages import Page, read

pytestmark = pytest.mark.django_db


def shown(client, name, *args, language="es"):
    """The page as a test reads it, and what its view gave the template."""
    path = public_path(name, *args, language=language)
    return read(client, path), client.get(path).context


# International targets


def test_a_target_tells_how_what_answers_it_stands(client):
    plan, target = make.plan(), make.target()
    done, silent = (make.commitment(plan=plan) for _ in range(2))
    make.activity(commitment=done)
    make.published_declaration(commitment=done)
    elsewhere = make.commitment()
    replaced = make.commitment(plan=plan)
    silent.supersedes.add(replaced)
    for commitment in (done, silent, elsewhere, replaced):
        commitment.frameworks.add(target)
    unanswered = make.target(family="PALERMO", kind="article")

    page, context = shown(client, "frameworks", plan.code)

    answered, *rest = context["targets"]
    assert {
        family: [row.commitment for row in rows] for family, rows in answered.by_family
    } == {StateFamily.MET: [done], StateFamily.NO_NEWS: [silent]}
    assert [(each.target, each.total) for each in rest] == [(unanswered, 0)]
    frameworks = [str(FRAMEWORK_NAMES[each.family]) for each in (target, unanswered)]
    places = [page.text.index(each) for each in frameworks]
    assert places == sorted(places)


# Legal base and discrepancies


def test_discrepancies_of_a_plan_in_preparation_stay_hidden(client):
    hidden = make.discrepancy()
    put_back_in_preparation(hidden.plan)
    public = make.discrepancy()

    _, context = shown(client, "discrepancies")

    assert [each for each, _lines in context["discrepancies"]] == [public]


# Amendments and later activities


def test_only_approved_amendments_are_told_the_latest_first(client):
    plan = make.plan()
    commitment = make.commitment(plan=plan)
    activity = make.activity(commitment=commitment)
    first = make.amendment(commitment=commitment, decided_on="2025-03-01")
    last = make.amendment(activity=activity, decided_on="2025-10-01")
    proposed = make.amendment(
        commitment=commitment, is_approved=False, reason_es="Nadie lo ha aprobado"
    )
    make.amendment(commitment=make.commitment())

    page, context = shown(client, "amendments", plan.code)
    own, on_commitment = shown(client, "commitment", plan.code, commitment.code)

    told = [lines for each in context["changes"] for lines in each.records]
    assert told == [[last], [first]]
    assert [first.old_value_es in page.text, first.new_value_es in page.text] == [
        True
    ] * 2
    steps = on_commitment["page"].events
    amended = [step.lines for step in steps if step.kind == "change"]
    assert amended == [(last,), (first,)]
    assert on_commitment["page"].activities[0].row.activity.approved_changes == [last]
    for each in (page, own):
        assert proposed.reason_es not in each.text
        assert first.amendment.deciding_act_es in each.text


def test_plan_files_are_told_by_their_day_and_never_by_their_sum(client):
    plan = make.plan()
    file = make.plan_file(plan)
    make.plan_file(make.plan())

    page, _context = shown(client, "amendments", plan.code)

    days = [each["datetime"] for each in page.every("time")]
    assert days == [timezone.localdate(file.loaded_at).isoformat()]
    assert [told in page.text for told in (file.name, file.sha256)] == [False, False]


def test_the_fields_that_one_change_changed_stand_together(client):
    activity = make.activity()
    first = make.amendment(activity=activity)
    PlanChange.objects.create(
        plan=activity.plan,
        amendment=first.amendment,
        model="activity",
        activity=activity,
        name_es=first.name_es,
        field="quantity",
        new_value_es="8",
        decided_on=first.decided_on,
    )
    commitment = activity.commitment

    _page, context = shown(client, "amendments", activity.plan.code)
    own, on_commitment = shown(
        client, "commitment", activity.plan.code, commitment.code
    )

    (change,) = context["changes"]
    (lines,) = change.records
    assert [line.field for line in lines] == ["due_on", "quantity"]
    steps = on_commitment["page"].events
    (step,) = [step for step in steps if step.kind == "change"]
    assert list(step.lines) == lines
    # Beside the activity; the time line tells only what changed.
    assert own.text.count(first.amendment.reason_es) == 1


def test_no_person_of_an_amendment_is_named(client):
    plan = make.plan()
    commitment = make.commitment(plan=plan)
    person = {"first_name": "zanahoria", "last_name": "zanahoria"}
    make.amendment(
        commitment=commitment,
        proposed_by=make.reviewer(**person),
        approved_by=make.reviewer(**person),
    )

    for name in ("amendments", "commitments", "plan"):
        page, _ = shown(client, name, plan.code)
        assert "zanahoria" not in page.text


@pytest.mark.parametrize("has_any", [True, False])
def test_a_plan_links_to_its_amendments_and_later_work(client, has_any):
    plan = make.plan()
    commitment = make.commitment(plan=plan)
    if has_any:
        make.amendment(commitment=commitment)
        make.later_activity(plan=plan)
    else:
        make.amendment(commitment=commitment, is_approved=False)

    linked = {
        each.get("href")
        for args in (("plan", plan.code), ("site_map",))
        for each in shown(client, *args)[0].every("a")
    }

    for name in ("amendments", "later_activities"):
        assert (public_path(name, plan.code, language="es") in linked) is has_any


@pytest.fixture(scope="module")
def reported(lasting):
    """A round that is over, in which one agency reported in time and one did not."""
    activity, period = make_asked()
    other = make.activity(commitment=activity.commitment, agency=None)
    other.agency = make.agency()
    other.save()
    for agency in (activity.agency, other.agency):
        make.participation(plan=activity.plan, agency=agency)
    submit(activity, period, DUE, make_person(activity.agency))
    submit(other, period, DUE + timedelta(1), make_person(other.agency))
    return activity, other


def rows_of(plan):
    today = timezone.localdate()
    found = agencies.load_agency_list_progress(plans.plan_by_code(plan.code), today)
    return {row.agency: row for row in agencies.agency_rows(found, today)}


def test_reports_on_time_are_told_once_scorecards_are_public(client, reported):
    activity, other = reported
    path = public_path("agencies", activity.plan.code)
    before = rows_of(activity.plan)
    columns = [each.name for each in client.get(path).context["columns"]]
    release(activity.plan)
    after = rows_of(activity.plan)

    assert {row.compliance.round_count for row in before.values()} == {0}
    assert "on_time" not in columns
    assert {agency: row.compliance.on_time for agency, row in after.items()} == {
        activity.agency: 1,
        other.agency: 0,
    }
    named = client.get(path).context["columns"]
    assert "on_time" in [each.name for each in named]


def test_agencies_stand_by_name_and_are_ranked_only_when_asked(client, reported):
    activity, other = reported
    release(activity.plan)
    type(other.agency).objects.filter(pk=other.agency_id).update(name_es="AAA")
    path = public_path("agencies", activity.plan.code)

    orders = {
        sort: [
            row.agency.pk
            for row in client.get(path, {"sort": sort} if sort else {}).context[
                "agencies"
            ]
        ]
        for sort in ("", "-on_time", "on_time")
    }

    by_name = [other.agency_id, activity.agency_id]
    assert orders == {"": by_name, "-on_time": by_name[::-1], "on_time": by_name}
    assert client.get(path, {"sort": "-name_es"}).context["no_order"] == "-name_es"
    page = Page(client.get(path, {"sort": "-on_time"}).content.decode())
    (canonical,) = [e for e in page.every("link") if e.get("rel") == "canonical"]
    assert canonical["href"].endswith(path)


def test_who_was_never_asked_is_ranked_last():
    def row(name, on_time, late):
        return agencies.AgencyRow(
            participation=Participation(agency=Agency(name_es=name)),
            counts=progress.count_states([]),
            led=0,
            late=0,
            activities=0,
            done=0,
            has_public_state=False,
            owed=0,
            submitted=0,
            compliance=ComplianceCounts(on_time, late, silent=0),
        )

    rows = [row("Nunca", 0, 0), row("Mitad", 2, 2), row("Todo", 1, 0)]

    orders = {
        sort: [each.agency.name_es for each in agencies.sort_by_figure(rows, sort)]
        for sort in ("on_time", "-on_time")
    }

    assert orders == {
        "on_time": ["Mitad", "Todo", "Nunca"],
        "-on_time": ["Todo", "Mitad", "Nunca"],
    }


def test_by_name_the_chair_comes_first_and_the_partners_last():
    plan = make.plan()
    roles = {"Bombo": "member", "Áncora": "member", "Zeta": "chair", "Aro": "partner"}
    for name, role in roles.items():
        agency = make.agency(name_es=name)
        make.participation(plan=plan, agency=agency, role=role)

    names = [agency.name_es for agency in rows_of(plan)]

    assert names == ["Zeta", "Áncora", "Bombo", "Aro"]


def test_the_list_can_be_ranked_without_its_headings_in_sight(client, reported):
    path = public_path("agencies", reported[0].plan.code)

    page = client.get(path, {"sort": "-led"})

    orders = page.content.decode().split('class="orders"')[1].split("</nav>")[0]
    expected = [column.address for column in page.context["columns"]]
    assert re.findall(r'href="([^"]+)"', orders) == expected
    assert page.context["ranked"].name == "led"
    assert client.get(path).context["ranked"] is None


@pytest.mark.parametrize("sort", ["completed", "late", "done"])
def test_a_reconstruction_ranks_nobody_by_what_was_completed(client, reported, sort):
    activity, _other = reported
    path = public_path("agencies", activity.plan.code)
    official = client.get(path, {"sort": f"-{sort}"}).context["no_order"]
    is_official = sort != "done"
    Activity.objects.update(provenance="press")
    type(activity.commitment).objects.update(provenance="reconstructed")

    columns = client.get(path).context["columns"]
    names = {each.name for each in columns if each.address}
    asked = [client.get(path, {"sort": way + sort}).context for way in ("", "-")]

    assert names == {"", "led", "activities", "handed_in"}
    assert official == ("" if is_official else f"-{sort}")
    assert [(each["no_order"], each["ranked"]) for each in asked] == [
        (sort, None),
        (f"-{sort}", None),
    ]
