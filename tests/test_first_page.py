"""A plan's first page: what is late and why, and what changed."""

import csv
import io
import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.formats import date_format

from strategic_areas import workflow
from strategic_areas.public_paths import public_path
from strategic_areas.queries.pages import areas, delays
from strategic_areas.queries.plan import plan_progress, plans
from tests import make
from tests.public_site import MOST_QUERIES
from tests.strategic_areas.asked import on
from tests.test_public_pages import LANGUAGES, MARKER
from tests.test_public_records import rows_of

pytestmark = pytest.mark.django_db

STATED = {"due_provenance": "plan", "starts_on": date(2025, 1, 1)}


def ago(days):
    return timezone.localdate() - timedelta(days=days)


def make_late(days=10, *, asked=None, **fields):
    """An activity that was due ``days`` ago, with a published report in a round."""
    asked = asked or make.round()
    activity = make.activity(plan=asked.plan, due_on=ago(days), **STATED)
    fields = {"obstacle_es": "Faltó presupuesto.", "next_step_es": "Pedirlo."} | fields
    make.published_update(activity=activity, period=asked, **fields)
    return activity


def board_of(plan):
    return plan_progress.load_plan_progress(
        plans.plan_by_code(plan.code), timezone.localdate()
    )


def load(plan):
    return delays.load_delays(board_of(plan), timezone.localdate())


def told(plan):
    """Code of the commitment → its days and those, with the reasons, of its parts."""
    return {
        delay.row.commitment.code: (
            delay.days,
            [(part.days, part.report and part.report.obstacle_es) for part in parts],
        )
        for delay in load(plan).shown
        if (parts := delay.parts) is not None
    }


# What is late, and why


def test_the_latest_comes_first_with_its_agencys_reason():
    first = make_late(10)
    asked = first.plan.periods.get()
    second = make_late(30, asked=asked, obstacle_es="Se licita de nuevo.")

    assert list(told(asked.plan).items()) == [
        (second.commitment.code, (0, [(30, "Se licita de nuevo.")])),
        (first.commitment.code, (0, [(10, "Faltó presupuesto.")])),
    ]


def test_the_signs_of_a_reason_are_escaped_once(client):
    make_late(obstacle_es="La firma «A & B» no entregó.")

    home = client.get(public_path("home")).content.decode()

    assert home.count("La firma «A &amp; B» no entregó.") == 1


def test_what_is_late_as_a_whole_comes_before_the_late_in_part():
    in_part = make_late(30)
    whole = make.commitment(plan=in_part.plan, due_on=ago(5), **STATED)
    make.activity(commitment=whole)

    assert list(told(in_part.plan)) == [whole.code, in_part.commitment.code]


def test_of_a_late_commitment_without_account_no_reason_is_known(client):
    commitment = make.commitment(due_on=ago(5), **STATED)
    make.activity(commitment=commitment)

    assert told(commitment.plan) == {commitment.code: (5, [])}
    page = client.get(public_path("home")).content.decode()
    assert page.count('class="no-reason"') == 1


def test_what_waits_for_review_is_not_called_silent(client):
    asked = make.round()
    rehearsal = make.round(plan=asked.plan, is_demonstration=True)
    commitment = make.commitment(plan=asked.plan)
    for period in (asked, rehearsal):
        late = make.activity(commitment=commitment, due_on=ago(3), **STATED)
        with on(ago(2)):
            make.submitted_update(activity=late, period=period)

    home = client.get(public_path("home"))
    own = client.get(commitment.get_absolute_url())

    (delay,) = home.context["overview"].delays.shown
    day = date_format(ago(2), "SHORT_DATE_FORMAT")
    for page, told in ((home, delay), (own, own.context["page"].delay)):
        assert [part.submitted_on for part in told.parts] == [ago(2), None]
        reasons = re.findall(r'class="no-reason">([^<]+)', page.text)
        assert [day in reason for reason in reasons] == [True, False]


def test_a_late_commitment_leads_to_what_its_lead_declared(client):
    asked = make.round()
    commitment = make.commitment(plan=asked.plan, due_on=ago(5), **STATED)
    declared = make.published_declaration(
        commitment=commitment, period=asked, result=""
    )
    link = public_path("update", asked.plan.code, declared.public_id)

    for page, words in (
        (public_path("home"), "Lo que declaró la institución responsable"),
        (commitment.get_absolute_url(), "Resultado declarado"),
    ):
        html = client.get(page).text
        assert html.count(f'<a href="{link}">{words}') == 1, page
        assert 'class="no-reason"' not in html, page


def test_the_late_block_leads_to_lists_of_as_many(client):
    """Those late themselves and those halted, as the bar has them; no others."""
    asked = make.round()
    make.commitment(plan=asked.plan, due_on=ago(5), **STATED)
    for days in range(1, delays.MAX_SHOWN + 1):
        make_late(days, asked=asked)
    make.published_update(
        activity=make.activity(plan=asked.plan),
        period=asked,
        execution="suspended",
        obstacle_es="Faltó presupuesto.",
        next_step_es="Pedirlo.",
    )
    make.commitment(plan=asked.plan, due_on=ago(-90), **STATED)

    page = client.get(public_path("home"))

    pattern = r'href="([^"]+[?](?:punctuality|family)=[^"]+)">[^<\d]*(\d*)[^<]*</a>'
    links = re.findall(pattern, page.content.decode())
    listed = [client.get(link).context for link, _number in links]
    numbers = [len(each["catalogue"].rows) for each in listed]
    headline, counts = (
        page.context["overview"].headline,
        listed[0]["plan_progress"].counts,
    )
    assert numbers == [int(number or 1) for _link, number in links]
    assert numbers == [headline.late, counts["halted"]]


def test_nothing_is_late_of_a_plan_over_before_anybody_was_asked(client):
    plan = make.plan(ends_on=date(2025, 12, 31))
    due = {"due_on": date(2025, 6, 1), "due_provenance": "plan"}
    commitment = make.commitment(plan=plan, **due)
    make.activity(commitment=commitment, **due)

    before = told(plan), board_of(plan).rows[0].summary.punctuality
    asked = make.round(plan=plan)
    after = told(plan), board_of(plan).rows[0].summary.punctuality

    assert asked.opens_on < timezone.localdate()
    assert before == ({}, None)
    assert (list(after[0]), after[1]) == ([commitment.code], "late")


def test_what_finished_late_is_nowhere_called_late(client):
    asked = make.round()
    due = {**STATED, "starts_on": date(2019, 1, 1), "due_on": date(2020, 1, 1)}
    plan, lead = asked.plan, make.agency()
    make.participation(plan=plan, agency=lead)
    owed, finished = (make.commitment(plan=plan, lead=lead, **due) for _ in range(2))
    make.published_declaration(commitment=finished, period=asked)
    path = public_path("commitments", plan.code)

    listed = {
        kept: client.get(path, {"punctuality": kept}).context["table"]["lines"]
        for kept in ("late", "finished_late")
    }
    overview = client.get(public_path("home")).context["overview"]

    assert {
        kept: [line.commitment for line in lines] for kept, lines in listed.items()
    } == {"late": [owed], "finished_late": [finished]}
    assert rows_of(plan)[lead].late == 1
    assert overview.headline.punctuality["late"] == 1


def test_unreported_work_is_not_yet_due_in_page_list_and_file(client):
    asked = make.round()
    due = {**STATED, "due_on": ago(-700)}
    silent, heard = (
        make.activity(commitment=make.commitment(plan=asked.plan, **due), **due)
        for _ in range(2)
    )
    make.published_update(activity=heard, period=asked, percent=90)
    path = public_path("commitments", asked.plan.code)

    found = {
        kept: client.get(path, {"punctuality": kept}).context["table"]["lines"]
        for kept in ("on_time", "not_due")
    }
    file = client.get(
        public_path("plan_commitments", asked.plan.code), {"punctuality": "not_due"}
    )
    home = client.get(public_path("home"))

    assert {kept: [line.commitment for line in found[kept]] for kept in found} == {
        "on_time": [heard.commitment],
        "not_due": [silent.commitment],
    }
    (row,) = csv.DictReader(io.StringIO(file.content.decode("utf-8-sig")))
    assert (row["code"], row["punctuality"]) == (silent.commitment.code, "not_due")
    kept = home.context["overview"].headline.punctuality
    assert (kept["on_time"], kept["not_due"]) == (1, 1)


@pytest.mark.parametrize("execution", ["completed", "cancelled"])
def test_what_is_over_is_late_no_more(execution):
    percent = 100 if execution == "completed" else None
    activity = make_late(execution=execution, percent=percent)

    found = load(activity.plan)

    assert (found.shown, found.has_deadlines) == ((), True)
    assert told(activity.plan) == {}


def test_what_is_suspended_or_held_is_told_before_it_is_late():
    asked = make.round()
    reasons = {"obstacle_es": "Faltó presupuesto.", "next_step_es": "Pedirlo."}
    held, suspended, free = (
        make.activity(plan=asked.plan, code=code) for code in "123"
    )
    make.published_update(activity=held, period=asked, **reasons)
    make.published_update(
        activity=suspended, period=asked, execution="suspended", **reasons
    )
    make.published_update(activity=free, period=asked)

    assert told(asked.plan) == {
        each.commitment.code: (0, [(0, "Faltó presupuesto.")])
        for each in (held, suspended)
    }


def test_an_obstacle_that_a_source_tells_is_no_agencys_reason():
    activity = make.activity(due_on=ago(3), **STATED)
    make.record_update(activity=activity, obstacle_es="Dice la prensa.")

    assert told(activity.plan) == {activity.commitment.code: (0, [(3, None)])}


def test_no_reason_is_read_before_or_after_its_publication(client, monkeypatch):
    monkeypatch.setattr(delays, "MAX_SHOWN", 4)
    asked = make.round()
    hidden = {"obstacle_es": MARKER, "obstacle_en": MARKER, "next_step_es": "Seguir."}
    withdrawn = make_late(asked=asked, **hidden)
    workflow.withdraw(withdrawn.updates.get(), by=make.reviewer(), cause="error")
    for maker in (make.update, make.submitted_update):
        activity = make.activity(plan=asked.plan, due_on=ago(3), **STATED)
        maker(activity=activity, period=asked, **hidden)
    reserved = make.activity(plan=asked.plan, due_on=ago(3), **STATED)
    make.published_update(
        activity=reserved,
        period=asked,
        narrative_es="",
        percent=None,
        is_reserved=True,
        reserved_reason="Un proceso abierto.",
        reserved_legal_basis="Ley 200-04, art. 17",
        **hidden,
    )

    for language in LANGUAGES:
        page = client.get(public_path("home", language=language))

        assert len(page.context["overview"].delays.shown) == 4
        assert MARKER not in page.text, language


def test_without_any_due_date_nothing_is_said_to_be_on_time():
    activity = make.activity()

    found = load(activity.plan)

    assert (found.shown, found.has_deadlines) == ((), False)


def test_reasons_cost_the_same_however_many_there_are(client):
    asked, spent = make.round(), []
    path = public_path("home")
    for rows in (1, 6):
        for number in range(len(spent), rows):
            make_late(number + 1, asked=asked)
        with CaptureQueriesContext(connection) as captured:
            page = client.get(path)
        spent.append(len(captured))

        found = page.context["overview"].delays
        assert len(found.shown) == min(rows, delays.MAX_SHOWN)
    assert spent[0] == spent[1] <= MOST_QUERIES


# What changed lately


def test_what_agencies_said_last_comes_first(client):
    asked = make.round()
    activity = make.activity(plan=asked.plan)
    recorded = make.record_update(activity=activity)
    update = make.published_update(
        activity=make.activity(plan=asked.plan), period=asked
    )
    declared = make.published_declaration(commitment=activity.commitment, period=asked)

    read = board_of(asked.plan)
    found = areas.latest_updates(read, read.rows)

    keys = [(line.update.pk, line.state) for line in found["by_agencies"]]
    assert keys == [(declared.pk, None), (update.pk, "in_progress")]
    assert [line.update.pk for line in found["from_sources"]] == [recorded.pk]
    page = client.get(public_path("home")).content.decode()
    assert declared.public_id in page
