"""An area's and an agency's page: sentences, scorecard, targets, reports by round."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from strategic_areas import workflow
from strategic_areas.addresses import address
from strategic_areas.discipline import Promptness
from strategic_areas.models import Activity, Commitment
from strategic_areas.queries.pages import agencies
from strategic_areas.queries.plan import board, past
from tests import factories
from tests.strategic_areas.asked import DUE, make_asked, make_person, release, submit
from tests.test_public_pages import LANGUAGES

pytestmark = pytest.mark.django_db


def area_page(client, area, language="es", **query):
    word = getattr(area, f"slug_{language}")
    return client.get(address("area", area.plan.code, word, language=language), query)


def agency_page(client, plan, agency):
    return client.get(address("agency", plan.code, agency.slug))


def works(page):
    return [
        (line.percent, line.work)
        for _, lines in page.context["programmes"]
        for line in lines
    ]


# Targets that an area answers


@pytest.fixture
def answering():
    """Two commitments of one area answer a target, one of another area a second."""
    target, other = factories.make_target(), factories.make_target()
    programme = factories.make_programme()
    here = [factories.make_commitment(programme=programme) for _ in range(2)]
    there = factories.make_commitment(plan=programme.plan)
    for commitment in here:
        commitment.frameworks.add(target)
    there.frameworks.add(other)
    return programme.area, target


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_area_names_the_targets_that_its_own_commitments_answer(
    client, answering, language
):
    area, target = answering

    page = area_page(client, area, language)

    assert [(each.target.code, each.total) for each in page.context["targets"]] == [
        (target.code, 2)
    ]
    links = re.findall(r'href="([^"]+framework=[^"]+)"', page.content.decode())
    shown = client.get(links[0].replace("&amp;", "&"))
    assert len(shown.context["catalogue"].rows) == 2


def test_targets_are_not_told_of_a_past_period(client, answering):
    area, _target = answering
    period = factories.make_period(plan=area.plan)

    page = area_page(client, area, at=period.code)

    assert page.status_code == 200
    assert "targets" not in page.context


# How far a commitment's activities have come


def test_activities_are_told_in_numbers_where_a_percent_means_nothing(client):
    asked = factories.make_round()
    commitment = factories.make_commitment(plan=asked.plan)
    for execution, kind in (("completed", "one_off"), ("in_progress", "continuing")):
        activity = factories.make_activity(commitment=commitment, kind=kind)
        factories.make_published_update(
            activity=activity, period=asked, execution=execution, percent=None
        )
    area = commitment.programme.area

    ((percent, work),) = works(area_page(client, area, "en"))
    Commitment.objects.update(provenance="reconstructed")
    ((_, reconstructed),) = works(area_page(client, area, "en"))

    assert (percent, re.findall(r"\d+", work)) == (None, ["1", "2"])
    assert reconstructed == "2"


# An agency's scorecard


def test_evidence_counts_once_its_report_is_published_open_or_not(client):
    asked = factories.make_round()
    commitment = factories.make_commitment(plan=asked.plan)
    person = factories.make_focal_point(agency=commitment.lead)

    def make(step, **evidence):
        activity = factories.make_activity(commitment=commitment)
        update = factories.make_update(activity=activity, period=asked, by=person)
        if evidence:
            factories.make_evidence(update, **evidence)
        if step == "published":
            factories.workflow.submit(update, by=person)
            factories.workflow.publish(update, by=factories.make_reviewer())

    make("published", is_public=True)
    make("published", is_public=False)
    make("published")
    make("draft", is_public=False)

    page = agency_page(client, asked.plan, commitment.lead).context["page"]

    assert page.evidence == agencies.Evidenced(reports=3, with_evidence=2, with_open=1)


def test_what_public_sources_say_is_no_report_with_or_without_evidence(client):
    activity = factories.make_activity()
    factories.make_record_update(activity=activity)

    page = agency_page(client, activity.plan, activity.agency).context["page"]

    assert page.evidence.reports == 0


def test_what_it_leads_is_told_by_state_and_by_punctuality(client):
    plan, agency = factories.make_plan(), factories.make_agency()
    today = timezone.localdate()
    for days in (-5, 300):
        factories.make_commitment(
            plan=plan,
            lead=agency,
            due_on=today + timedelta(days),
            due_provenance="plan",
        )

    sentence = agency_page(client, plan, agency).context["page"].sentence

    assert (sentence.counts.total, sentence.unfinished) == (2, 2)
    kept = {word: number for word, number in sentence.punctuality.items() if number}
    assert kept == {"on_time": 1, "late": 1}


def test_each_public_round_stands_in_a_row_with_how_it_was_answered(client):
    activity, period = make_asked()
    submit(activity, period, DUE + timedelta(2), make_person(activity.agency))
    release(activity.plan)

    page = agency_page(client, activity.plan, activity.agency)

    rows = [
        (told.period, told.card.promptness) for told in page.context["page"].scorecards
    ]
    assert rows == [(period, Promptness.LATE)]
    assert page.content.decode().count("promptness--late") == 1


def test_a_reconstruction_scores_nobody_by_completion(client):
    activity = factories.make_activity()
    Activity.objects.update(provenance="press")
    Commitment.objects.update(provenance="reconstructed")

    page = agency_page(client, activity.plan, activity.agency).content.decode()

    tiles = page.split('class="tiles"')[1].split("</dl>")[0]
    assert re.findall(r"<dd>(\d+)", tiles) == ["1", "0", "1"]


def test_whether_withheld_reports_have_evidence_is_not_told(client):
    asked, agency = factories.make_round(), factories.make_agency()
    commitment = factories.make_commitment(plan=asked.plan, lead=agency)
    reserved = {
        "is_reserved": True,
        "reserved_reason": "Un proceso abierto.",
        "reserved_legal_basis": "Ley 200-04, art. 17",
    }
    for fields in ({}, reserved):
        publish_with_evidence(commitment, period=asked, **fields)

    evidence = agency_page(client, asked.plan, agency).context["page"].evidence

    assert evidence == agencies.Evidenced(reports=1, with_evidence=1, with_open=0)


def publish_with_evidence(commitment, **fields):
    activity = factories.make_activity(commitment=commitment)
    update = factories.make_update(activity=activity, **fields)
    factories.make_evidence(update)
    workflow.submit(update, by=update.contributors.get())
    workflow.publish(update, by=factories.make_reviewer())


def test_the_board_of_one_agency_alone_reads_evidence():
    commitment = factories.make_commitment()
    publish_with_evidence(commitment)
    plan = past.plan_as_of(commitment.plan.code, "", None)

    told = [
        [r.has_evidence for each in found.activities for r in each.reports]
        for supporter in (None, commitment.lead)
        for found in [board.load(plan, timezone.localdate(), supporter)]
    ]

    assert told == [[False], [True]]
