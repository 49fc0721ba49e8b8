"""What agencies, rounds, changes and sources tell as data, and what they never tell."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from strategic_areas import workflow
from strategic_areas.datasets.snapshots import snapshot
from strategic_areas.disclosure import MARKER
from strategic_areas.models import AgencyComment, Correction, Plan, PlanChange
from tests import factories
from tests.strategic_areas.asked import DUE, make_asked, make_person, release, submit

pytestmark = pytest.mark.django_db

#: Stands in what nobody outside may read.
HIDDEN = "zanahoria"
DECIDED = {"outcome": "kept", "decided_on": date(2026, 3, 9)}


def tables(plan):
    return snapshot(Plan.objects.get(pk=plan.pk)).tables


def rows_of(plan, dataset):
    return list(tables(plan)[dataset].values())


def hidden_agency(plan):
    agency = factories.make_agency(name_es=HIDDEN, website=f"https://{HIDDEN}.example")
    part = factories.make_participation(plan=plan, agency=agency, mandate_es=HIDDEN)
    factories.make_takedown(agency)
    factories.make_takedown(part)


def unverified_website(plan):
    agency = factories.make_agency(website_unverified=f"https://{HIDDEN}.example")
    factories.make_participation(plan=plan, agency=agency)


def comment_that_waits(plan):
    agency, period = factories.make_agency(), factories.make_round(plan=plan)
    factories.make_activity(plan=plan, agency=agency)
    person = factories.make_focal_point(agency=agency)
    workflow.propose(said_by(agency, period, person), by=person)
    release(plan)


def said_by(agency, period, person):
    return AgencyComment(
        agency=agency,
        period=period,
        written_by=person,
        written_at=timezone.now(),
        text_es=HIDDEN,
        signed_as="titular",
    )


def demonstration(plan):
    factories.make_round(plan=plan, name_es=HIDDEN, is_demonstration=True)


def amendment_that_waits(plan):
    activity = factories.make_activity(plan=plan, title_es="Antes")
    factories.close_structure()
    activity.title_es = HIDDEN
    act = factories.make_act(plan, reason_es=HIDDEN, deciding_act_es=HIDDEN)
    workflow.propose(activity, by=factories.make_reviewer(), amendment=act)


def hidden_amendment(plan):
    change = factories.make_amendment(
        activity=factories.make_activity(plan=plan), reason_es=HIDDEN
    )
    factories.make_takedown(change.amendment)


def changed_title_that_was_hidden(plan):
    activity = factories.make_activity(plan=plan, title_es=HIDDEN, title_en="")
    factories.make_amendment(
        activity=activity, field="title", old_value_es=HIDDEN, new_value_es=HIDDEN
    )
    factories.make_takedown(activity)


def quantity_of_victims(plan):
    activity = factories.make_activity(plan=plan, counts_victims=True)
    said = {"old_value_es": f"7 {HIDDEN}", "new_value_es": f"8 {HIDDEN}"}
    factories.make_amendment(activity=activity, field="quantity", **said)


def request_that_waits(_plan):
    request = Correction(asked_on=date(2026, 3, 1), about_es=HIDDEN, asked_es=HIDDEN)
    workflow.propose(request, by=factories.make_reviewer())


def decision_that_waits(_plan):
    request = factories.make_correction_request()
    decided = {"decision_es": HIDDEN, **DECIDED}
    factories.make_change(request, **decided)


def hidden_request(_plan):
    factories.make_takedown(factories.make_correction_request(asked_es=HIDDEN))


def source(plan):
    return factories.make_source(plan=plan, key=HIDDEN, title=HIDDEN)


def source_of_nothing(plan):
    source(plan)


def source_of_a_withdrawn_record(plan):
    record = factories.make_record_update(
        activity=factories.make_activity(plan=plan), sources=[source(plan)]
    )
    workflow.withdraw(record, by=factories.make_reviewer(), cause="error")


def source_of_a_superseded_commitment(plan):
    old = factories.make_commitment(plan=plan)
    old.sources.add(source(plan))
    new = factories.make_commitment(plan=plan)
    factories.open_structure()
    new.supersedes.add(old)
    factories.close_structure()


def source_of_a_hidden_value(plan):
    indicator = factories.make_indicator(plan=plan)
    figure = factories.make_published_figure(indicator=indicator, is_hidden=True)
    figure.sources.add(source(plan))


def source_of_an_area(plan):
    factories.make_area(plan=plan).sources.add(source(plan))


def source_of_a_plan_in_preparation(plan):
    other = factories.make_plan(code="2099", status=Plan.Status.IN_PREPARATION)
    factories.make_commitment(plan=other).sources.add(source(plan))


def hidden_source(plan):
    cited = source(plan)
    factories.make_activity(plan=plan).sources.add(cited)
    type(cited).objects.filter(pk=cited.pk).update(key="key")
    cited.refresh_from_db()
    factories.make_takedown(cited)


def hidden_discrepancy(plan):
    factories.make_takedown(factories.make_discrepancy(plan=plan, topic_es=HIDDEN))


def discrepancy_of_another_plan(_plan):
    factories.make_discrepancy(topic_es=HIDDEN)


PLANTED = [
    *(hidden_agency, unverified_website, comment_that_waits, demonstration),
    *(amendment_that_waits, hidden_amendment, changed_title_that_was_hidden),
    *(quantity_of_victims, request_that_waits, decision_that_waits, hidden_request),
    *(source_of_nothing, source_of_a_withdrawn_record, source_of_an_area),
    *(source_of_a_superseded_commitment, source_of_a_hidden_value, hidden_source),
    *(source_of_a_plan_in_preparation, hidden_discrepancy),
    discrepancy_of_another_plan,
]


@pytest.mark.parametrize("plant", PLANTED)
def test_what_the_public_does_not_read_is_in_no_row(plant):
    plan = factories.make_plan()
    factories.make_commitment(plan=plan)
    plant(plan)

    assert HIDDEN not in repr(tables(plan))


def closed_round():
    """An agency that answered one of the two activities of a closed round in time."""
    activity, period = make_asked()
    factories.make_activity(commitment=activity.commitment, agency=activity.agency)
    submit(activity, period, DUE, make_person(activity.agency))
    return activity, period


def test_a_scorecard_is_told_from_the_day_on_which_it_is_public():
    """Until then its row says what pages say: who handed in how much."""
    activity, period = closed_round()
    (before,) = rows_of(activity.plan, "scorecards")
    release(activity.plan)

    (row,) = rows_of(activity.plan, "scorecards")

    untold = ("on_time", "late", "punctuality", "comment_es", "comment_en")
    assert before == row | dict.fromkeys(untold)
    assert row == {
        "round": period.code,
        "agency": activity.agency.slug,
        "agency_acronym": activity.agency.acronym,
        "asked": 2,
        "handed_in": 1,
        "on_time": 1,
        "late": 0,
        "missing": 1,
        "punctuality": "late",
        "comment_es": None,
        "comment_en": None,
    }


def test_what_an_agency_says_of_its_round_stands_beside_its_scorecard():
    activity, period = closed_round()
    said_by(activity.agency, period, factories.make_reviewer()).save()
    (before,) = rows_of(activity.plan, "scorecards")
    release(activity.plan)

    (row,) = rows_of(activity.plan, "scorecards")

    assert (before["comment_es"], row["comment_es"]) == (None, HIDDEN)


def test_each_part_of_an_agency_is_a_row():
    commitment = factories.make_commitment()
    support, other = factories.make_agency(), factories.make_agency()
    work = factories.make_activity(commitment=commitment, agency=other)
    factories.open_structure()
    commitment.supporting.add(support)

    rows = rows_of(commitment.plan, "roles")

    told = {(each["role"], each["activity"], each["agency"]) for each in rows}
    assert told == {
        ("lead", None, commitment.lead.slug),
        ("support", None, support.slug),
        ("responsible", work.code, other.slug),
    }
    assert {each["commitment"] for each in rows} == {commitment.code}


def test_an_attribution_that_its_agency_does_not_acknowledge_says_so():
    commitment = factories.make_commitment(provenance="press")
    factories.make_approved_dispute(commitment)

    (row,) = rows_of(commitment.plan, "roles")

    assert row["is_disputed"] is True


def test_an_agency_that_only_a_row_names_has_no_role_and_perhaps_no_page(client):
    plan = factories.make_plan()
    heir = factories.make_agency()
    lead = factories.make_agency(succeeded_by=heir)
    factories.make_commitment(plan=plan, lead=lead)
    part = factories.make_participation(plan=plan, agency=factories.make_agency())

    found = {each["code"]: each for each in rows_of(plan, "agencies")}

    assert found.keys() == {lead.slug, heir.slug, part.agency.slug}
    assert (found[lead.slug]["role"], found[part.agency.slug]["role"]) == (
        None,
        "member",
    )
    assert found[lead.slug]["succeeded_by"] == heir.slug
    assert found[heir.slug]["address"] is None
    assert client.get(f"/{plan.code}/instituciones/{heir.slug}/").status_code == 404
    assert client.get(f"/{plan.code}/instituciones/{lead.slug}/").status_code == 200


def test_an_amendment_has_a_row_for_each_change_with_days_as_data_write_them():
    activity = factories.make_activity()
    change = factories.make_amendment(activity=activity)

    (row,) = rows_of(activity.plan, "amendments")

    assert (row["what"], row["field"], row["kind"]) == ("changed", "due_on", "redate")
    assert (row["old_value_es"], row["new_value_en"]) == ("2026-03-31", "2026-06-30")
    assert (row["record"], row["activity"]) == ("activity", activity.code)
    assert row["reason_en"] == change.amendment.reason_en


def test_a_value_that_is_not_told_says_why():
    plan = factories.make_plan()
    quantity_of_victims(plan)

    (row,) = rows_of(plan, "amendments")

    assert (row["old_value_es"], row["old_value_es_gap"]) == (None, "protected")


def test_what_an_amendment_adds_has_no_field():
    activity = factories.make_activity()
    added = {"field": "activity", "old_value_es": "", "old_value_en": ""}
    factories.make_amendment(activity=activity, kind="add", **added)

    (row,) = rows_of(activity.plan, "amendments")

    assert (row["what"], row["field"], row["old_value_es_gap"]) == (
        "added",
        None,
        "not_applicable",
    )


def test_a_change_that_needed_no_act_has_none():
    plan = factories.make_plan()
    PlanChange.objects.create(
        plan=plan,
        model="plan",
        name_es=plan.code,
        field="note",
        new_value_es="Una nota.",
        decided_on=date(2026, 3, 1),
    )

    (row,) = rows_of(plan, "amendments")

    assert (row["kind"], row["deciding_act_es"], row["reason_es"]) == (None,) * 3
    assert (row["decided_on"], row["new_value_es"]) == ("2026-03-01", "Una nota.")
    assert row["new_value_en_gap"] == "not_reported"


def test_a_withdrawn_text_stands_as_withdrawn_in_both_languages():
    plan = factories.make_plan()
    hidden_request(plan)

    (row,) = rows_of(plan, "corrections")

    assert (row["asked_es"], row["asked_en"]) == (MARKER, MARKER)


def test_the_log_of_corrections_tells_the_same_requests_of_every_plan():
    waiting = factories.make_correction_request(asked_on=date(2026, 4, 1))
    decided = factories.make_correction_request(decision_es="Así dice.", **DECIDED)

    rows = rows_of(factories.make_plan(), "corrections")

    assert [each["code"] for each in rows] == [waiting.mark, decided.mark]
    assert [each["outcome"] for each in rows] == [None, "kept"]
    assert [each["days"] for each in rows] == [None, 8]


def test_a_source_is_named_with_the_plan_whose_file_names_it():
    plan = factories.make_plan()
    own, other = (factories.make_source(plan=of, key="ley") for of in (plan, None))
    plan.sources.add(own, other)

    told = tables(plan)

    codes = {f"{each.plan.code}:ley" for each in (own, other)}
    assert told["sources"].keys() == codes
    cited = told["citations"].values()
    assert {(each["row"], each["source"]) for each in cited} == {
        (plan.code, code) for code in codes
    }


def test_a_record_of_public_sources_cites_them():
    source = factories.make_source(url="https://example.org/memoria")
    record = factories.make_record_update(sources=[source])

    told = tables(record.plan)

    (row,) = told["citations"].values()
    assert (row["dataset"], row["row"], row["role"]) == (
        "reports",
        record.public_id,
        "rests",
    )
    assert told["sources"][row["source"]]["url"] == source.url


def test_a_discrepancy_leads_to_the_indicators_that_anyone_may_read():
    plan = factories.make_plan()
    known = factories.make_indicator(plan=plan)
    hidden = factories.make_indicator(
        plan=factories.make_plan(code="2099", status=Plan.Status.IN_PREPARATION)
    )
    discrepancy = factories.make_discrepancy(plan=plan)
    discrepancy.indicators.add(known, hidden)

    told = tables(plan)

    (row,) = told["discrepancies"].values()
    assert row["address"].endswith(f"/discrepancias/#{plan.code}-{discrepancy.code}")
    assert list(told["discrepancy_indicators"]) == [f"{discrepancy.code}/{known.code}"]


def queries_of(plan):
    with CaptureQueriesContext(
        connection,
    ) as spent:
        tables(plan)
    return len(spent)


def test_a_plan_takes_as_many_queries_for_many_rows_as_for_one():
    activity, _period = closed_round()
    plan = activity.plan
    release(plan)
    beside(plan)
    one = queries_of(plan)

    for _number in range(9):
        beside(plan)

    assert queries_of(plan) == one


def beside(plan):
    """A row of each of these tables."""
    agency, cited = factories.make_agency(), factories.make_source(plan=plan)
    factories.make_participation(plan=plan, agency=agency).sources.add(cited)
    commitment = factories.make_commitment(plan=plan)
    activity = factories.make_activity(commitment=commitment, agency=agency)
    activity.sources.add(cited)
    factories.make_record_update(activity=activity, sources=[cited])
    factories.make_amendment(activity=activity)
    factories.make_correction_request()
    factories.make_period(plan=plan)
    indicator = factories.make_indicator(plan=plan)
    factories.make_published_figure(indicator=indicator).sources.add(cited)
    discrepancy = factories.make_discrepancy(plan=plan)
    discrepancy.indicators.add(indicator)
    discrepancy.sources.add(cited)
