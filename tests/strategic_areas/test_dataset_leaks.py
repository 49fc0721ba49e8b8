"""What agencies, rounds, changes and sources tell as data, and what they never tell."""

from datetime import date

import pytest

from strategic_areas import workflow
from strategic_areas.datasets.snapshots import take_snapshot
from strategic_areas.disclosure import MARKER
from strategic_areas.models import Correction, Plan, PlanChange
from tests import make
from tests.costs import costs
from tests.make.plans import close_structure, open_structure
from tests.strategic_areas.asked import DUE, make_asked, make_person, release, submit

pytestmark = pytest.mark.django_db

#: Stands in what nobody outside may read.
HIDDEN = "zanahoria"
DECIDED = {"outcome": "kept", "decided_on": date(2026, 3, 9)}


def tables(plan):
    return take_snapshot(Plan.objects.get(pk=plan.pk)).tables


def rows_of(plan, dataset):
    return list(tables(plan)[dataset].values())


def hidden_agency(plan):
    agency = make.agency(name_es=HIDDEN, website=f"https://{HIDDEN}.example")
    part = make.participation(plan=plan, agency=agency, mandate_es=HIDDEN)
    make.takedown(agency)
    make.takedown(part)


def unverified_website(plan):
    agency = make.agency(website_unverified=f"https://{HIDDEN}.example")
    make.participation(plan=plan, agency=agency)


def comment_that_waits(plan):
    agency, period = make.agency(), make.round(plan=plan)
    make.activity(plan=plan, agency=agency)
    person = make.focal_point(agency=agency)
    workflow.propose(said_by(agency, period, person), by=person)
    release(plan)


def said_by(agency, period, person):
    return make.agency_comment(agency, period, person, text_es=HIDDEN)


def amendment_that_waits(plan):
    activity = make.activity(plan=plan, title_es="Antes")
    close_structure()
    activity.title_es = HIDDEN
    act = make.act(plan, reason_es=HIDDEN, deciding_act_es=HIDDEN)
    workflow.propose(activity, by=make.reviewer(), amendment=act)


def hidden_amendment(plan):
    change = make.amendment(activity=make.activity(plan=plan), reason_es=HIDDEN)
    make.takedown(change.amendment)


def changed_title_that_was_hidden(plan):
    activity = make.activity(plan=plan, title_es=HIDDEN, title_en="")
    make.amendment(
        activity=activity, field="title", old_value_es=HIDDEN, new_value_es=HIDDEN
    )
    make.takedown(activity)


def quantity_of_victims(plan):
    activity = make.activity(plan=plan, counts_victims=True)
    said = {"old_value_es": f"7 {HIDDEN}", "new_value_es": f"8 {HIDDEN}"}
    make.amendment(activity=activity, field="quantity", **said)


def request_that_waits(_plan):
    request = Correction(asked_on=date(2026, 3, 1), about_es=HIDDEN, asked_es=HIDDEN)
    workflow.propose(request, by=make.reviewer())


def decision_that_waits(_plan):
    request = make.correction_request()
    decided = {"decision_es": HIDDEN, **DECIDED}
    make.change(request, **decided)


def hidden_request(_plan):
    make.takedown(make.correction_request(asked_es=HIDDEN))


def source(plan):
    return make.source(plan=plan, key=HIDDEN, title=HIDDEN)


def source_of_a_withdrawn_record(plan):
    record = make.record_update(
        activity=make.activity(plan=plan), sources=[source(plan)]
    )
    workflow.withdraw(record, by=make.reviewer(), cause="error")


def source_of_a_superseded_commitment(plan):
    old = make.commitment(plan=plan)
    old.sources.add(source(plan))
    new = make.commitment(plan=plan)
    open_structure()
    new.supersedes.add(old)
    close_structure()


def source_of_a_hidden_value(plan):
    indicator = make.indicator(plan=plan)
    figure = make.published_figure(indicator=indicator, is_hidden=True)
    figure.sources.add(source(plan))


def source_of_a_plan_in_preparation(plan):
    other = make.plan(code="2099", status=Plan.Status.IN_PREPARATION)
    make.commitment(plan=other).sources.add(source(plan))


def hidden_source(plan):
    cited = source(plan)
    make.activity(plan=plan).sources.add(cited)
    type(cited).objects.filter(pk=cited.pk).update(key="key")
    cited.refresh_from_db()
    make.takedown(cited)


PLANTED = [
    *(hidden_agency, unverified_website, comment_that_waits, amendment_that_waits),
    *(hidden_amendment, changed_title_that_was_hidden, quantity_of_victims),
    *(request_that_waits, decision_that_waits, hidden_request, source, hidden_source),
    *(source_of_a_withdrawn_record, source_of_a_superseded_commitment),
    *(source_of_a_hidden_value, source_of_a_plan_in_preparation),
    lambda plan: make.round(plan=plan, name_es=HIDDEN, is_demonstration=True),
    lambda plan: make.area(plan=plan).sources.add(source(plan)),
    lambda plan: make.takedown(make.discrepancy(plan=plan, topic_es=HIDDEN)),
    lambda _plan: make.discrepancy(topic_es=HIDDEN),
]


@pytest.mark.parametrize("plant", PLANTED)
def test_what_the_public_does_not_read_is_in_no_row(plant):
    plan = make.plan()
    make.commitment(plan=plan)
    plant(plan)

    assert HIDDEN not in repr(tables(plan))


def closed_round():
    activity, period = make_asked()
    make.activity(commitment=activity.commitment, agency=activity.agency)
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
    said_by(activity.agency, period, make.reviewer()).save()
    (before,) = rows_of(activity.plan, "scorecards")
    release(activity.plan)

    (row,) = rows_of(activity.plan, "scorecards")

    assert (before["comment_es"], row["comment_es"]) == (None, HIDDEN)


def test_each_part_of_an_agency_is_a_row():
    commitment = make.commitment()
    support, other = make.agency(), make.agency()
    work = make.activity(commitment=commitment, agency=other)
    open_structure()
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
    commitment = make.commitment(provenance="press")
    work = make.activity(
        commitment=commitment, agency=make.agency(), provenance="press"
    )

    def disputed():
        rows = rows_of(commitment.plan, "roles")
        return {each["role"] for each in rows if each["is_disputed"]}

    make.approved_dispute(commitment)
    by_the_lead = disputed()
    make.approved_dispute(work)

    assert (by_the_lead, disputed()) == ({"lead"}, {"lead", "responsible"})


def test_an_agency_that_only_a_row_names_has_no_role_and_perhaps_no_page(client):
    plan = make.plan()
    heir = make.agency()
    lead = make.agency(succeeded_by=heir)
    make.commitment(plan=plan, lead=lead)
    part = make.participation(plan=plan, agency=make.agency())

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
    activity = make.activity()
    change = make.amendment(activity=activity)

    (row,) = rows_of(activity.plan, "amendments")

    assert (row["what"], row["field"], row["kind"]) == ("changed", "due_on", "redate")
    assert (row["old_value_es"], row["new_value_en"]) == ("2026-03-31", "2026-06-30")
    assert (row["record"], row["activity"]) == ("activity", activity.code)
    assert row["reason_en"] == change.amendment.reason_en


def test_a_value_that_is_not_told_says_why():
    plan = make.plan()
    quantity_of_victims(plan)

    (row,) = rows_of(plan, "amendments")

    assert (row["old_value_es"], row["old_value_es_gap"]) == (None, "protected")


def test_what_an_amendment_adds_has_no_field():
    activity = make.activity()
    added = {"field": "activity", "old_value_es": "", "old_value_en": ""}
    make.amendment(activity=activity, kind="add", **added)

    (row,) = rows_of(activity.plan, "amendments")

    assert (row["what"], row["field"], row["old_value_es_gap"]) == (
        "added",
        None,
        "not_applicable",
    )


def test_a_change_that_needed_no_act_has_none():
    plan = make.plan()
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
    plan = make.plan()
    hidden_request(plan)

    (row,) = rows_of(plan, "corrections")

    assert (row["asked_es"], row["asked_en"]) == (MARKER, MARKER)


def test_the_log_of_corrections_tells_the_same_requests_of_every_plan():
    waiting = make.correction_request(asked_on=date(2026, 4, 1))
    decided = make.correction_request(decision_es="Así dice.", **DECIDED)

    rows = rows_of(make.plan(), "corrections")

    assert [each["code"] for each in rows] == [waiting.anchor, decided.anchor]
    assert [each["outcome"] for each in rows] == [None, "kept"]
    assert [each["days"] for each in rows] == [None, 8]


def test_a_source_is_named_with_the_plan_whose_file_names_it():
    plan = make.plan()
    own, other = (make.source(plan=of, key="ley") for of in (plan, None))
    plan.sources.add(own, other)

    told = tables(plan)

    codes = {f"{each.plan.code}:ley" for each in (own, other)}
    assert told["sources"].keys() == codes
    cited = told["citations"].values()
    assert {(each["row"], each["source"]) for each in cited} == {
        (plan.code, code) for code in codes
    }


def test_a_record_of_public_sources_cites_them():
    source = make.source(url="https://example.org/memoria")
    record = make.record_update(sources=[source])

    told = tables(record.plan)

    (row,) = told["citations"].values()
    assert (row["dataset"], row["row"], row["role"]) == (
        "reports",
        record.public_id,
        "rests",
    )
    assert told["sources"][row["source"]]["url"] == source.url


def test_a_discrepancy_leads_to_the_indicators_that_anyone_may_read():
    plan = make.plan()
    known = make.indicator(plan=plan)
    hidden = make.indicator(
        plan=make.plan(code="2099", status=Plan.Status.IN_PREPARATION)
    )
    discrepancy = make.discrepancy(plan=plan)
    discrepancy.indicators.add(known, hidden)

    told = tables(plan)

    (row,) = told["discrepancies"].values()
    assert row["address"].endswith(f"/discrepancias/#{plan.code}-{discrepancy.code}")
    assert list(told["discrepancy_indicators"]) == [f"{discrepancy.code}/{known.code}"]


def test_a_plan_takes_as_many_queries_for_many_rows_as_for_one():
    activity, _period = closed_round()
    plan = activity.plan
    release(plan)

    few, many = costs(lambda: tables(plan), lambda: beside(plan))

    assert few == many


def beside(plan):
    agency, cited = make.agency(), make.source(plan=plan)
    make.participation(plan=plan, agency=agency).sources.add(cited)
    activity = make.activity(commitment=make.commitment(plan=plan), agency=agency)
    activity.sources.add(cited)
    make.record_update(activity=activity, sources=[cited])
    make.amendment(activity=activity)
    make.correction_request()
    make.period(plan=plan)
    indicator = make.indicator(plan=plan)
    make.published_figure(indicator=indicator).sources.add(cited)
    discrepancy = make.discrepancy(plan=plan)
    discrepancy.indicators.add(indicator)
    discrepancy.sources.add(cited)
