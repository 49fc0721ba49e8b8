"""What moves with an activity, and what stays with the agency that reported on it."""

from copy import deepcopy
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from strategic_areas import workflow
from strategic_areas.desk.queries import returned_answers
from strategic_areas.desk.rounds import notices
from strategic_areas.models import Activity, ActivityUpdate, Commitment, Evidence
from strategic_areas.public_paths import public_path
from strategic_areas.queries import rounds
from strategic_areas.queries.pages import agencies
from strategic_areas.queries.plan import plan_progress
from tests import make
from tests.strategic_areas.asked import CLOSES, DUE, make_asked, release, submit

pytestmark = pytest.mark.django_db

TEXT = "Se formó a doce fiscales."


class Moved:
    def __init__(self):
        self.activity, self.closed = make_asked()
        self.old, self.new = self.activity.agency, make.agency()
        self.plan, self.commitment = self.activity.plan, self.activity.commitment
        self.before, self.after = (
            make.focal_point(agency=agency, mandate={"starts_on": "2025-01-01"})
            for agency in (self.old, self.new)
        )
        self.report = submit(self.activity, self.closed, DUE, self.before)
        ActivityUpdate.objects.update(narrative_es=TEXT, narrative_en="Twelve.")
        self.report.refresh_from_db()
        workflow.publish(self.report, by=make.reviewer())
        release(self.plan)
        self.open = make.round(plan=self.plan)

    def move(self):
        Activity.objects.filter(pk=self.activity.pk).update(agency=self.new)
        self.activity = Activity.objects.get(pk=self.activity.pk)
        return self

    def page(self, agency):
        today = timezone.localdate()
        plan, agency, part = agencies.agency_by_slug(self.plan.code, agency.slug)
        return agencies.load_agency_page(
            agency, part, plan_progress.load_plan_progress(plan, today, agency), today
        )

    def draft(self, by, **fields):
        activity, period = self.activity, self.open
        return make.update(activity=activity, period=period, by=by, **fields)


@pytest.fixture(scope="module")
def kept(lasting):
    return Moved()


@pytest.fixture
def standing(kept):
    """It was not moved yet; the same for each test, in objects of its own."""
    return deepcopy(kept)


@pytest.fixture
def moved(standing):
    return standing.move()


def test_the_past_stays_with_the_agency_and_what_comes_is_the_others(moved):
    told = {
        agency: (
            [each.last.pk for each in page.work if each.last and not each.reported_by],
            [card.on_time for _period, card, _comment in page.scorecards],
            page.evidence["reports"],
            len(page.obligations),
        )
        for agency in (moved.old, moved.new)
        for page in [moved.page(agency)]
    }

    assert told == {
        moved.old: ([moved.report.pk], [1], 1, 0),
        moved.new: ([], [], 0, 1),
    }


def test_the_list_of_agencies_and_the_desk_say_the_same(moved):
    agency_rounds = rounds.load_agency_rounds(
        [moved.closed, moved.open], timezone.localdate()
    )

    asked = {(each.agency, each.period): len(each.items) for each in agency_rounds}

    assert asked == {
        (moved.old, moved.closed): 1,
        (moved.old, moved.open): 0,
        (moved.new, moved.closed): 0,
        (moved.new, moved.open): 1,
    }


@pytest.mark.parametrize(
    ("amended", "silent"), [(False, "new"), (True, "old")], ids=["unknown", "amended"]
)
def test_a_silent_round_stays_where_an_amendment_tells_the_day(amended, silent):
    activity, period = make_asked()
    old, new = activity.agency, make.agency()
    release(activity.plan)
    if amended:
        make.amendment(
            plan=activity.plan,
            activity=activity,
            field="agency",
            old_value_es=old.acronym,
            decided_on=CLOSES + timedelta(days=1),
        )
    Activity.objects.update(agency=new)

    (each,) = (
        c for c in rounds.load_agency_rounds([period], timezone.localdate()) if c.items
    )

    assert each.agency == {"old": old, "new": new}[silent]


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_public_output_names_the_agency_that_reported(client, moved, language):
    plan, commitment = moved.plan.code, moved.commitment
    words = {
        "update": (plan, moved.report.public_id),
        "agency_feed": (plan, moved.old.slug),
        "commitment": (plan, commitment.code),
    }
    pages = {
        name: client.get(public_path(name, *each, language=language)).content.decode()
        for name, each in words.items()
    }
    table = f"{public_path('updates', plan, language=language).rstrip('/')}.csv"
    pages["table"] = client.get(table).content.decode()
    new_feed = public_path("agency_feed", plan, moved.new.slug, language=language)
    filtered = public_path("updates", plan, language=language)

    said = TEXT if language == "es" else "Twelve."
    assert [name for name, page in pages.items() if said not in page] == []
    assert [name for name, page in pages.items() if moved.old.acronym not in page] == []
    assert moved.new.acronym not in pages["update"] + pages["table"]
    assert said not in client.get(new_feed).content.decode()
    for agency, is_told in ((moved.old, True), (moved.new, False)):
        page = client.get(filtered, {"agency": agency.slug}).content.decode()
        assert (moved.report.public_id in page) is is_told


def test_only_the_agency_that_made_a_report_corrects_it(moved):
    with pytest.raises(workflow.TransitionError):
        workflow.begin_correction(moved.report, by=moved.after)

    correction = workflow.begin_correction(moved.report, by=moved.before)

    assert (correction.agency, correction.revision) == (moved.old, 2)


def test_staff_reach_what_their_own_agency_wrote(moved):
    evidence = make.evidence(moved.draft(moved.after))

    for user, updates in ((moved.before, 1), (moved.after, 1)):
        seen = ActivityUpdate.objects.visible_to(user)
        assert {update.agency for update in seen} == {
            moved.old if user == moved.before else moved.new
        }
        assert len(seen) == updates
    assert list(Evidence.objects.of_agency(moved.new)) == [evidence]
    assert list(Evidence.objects.of_agency(moved.old)) == []


def test_a_draft_of_before_neither_shows_nor_stands_in_the_way(client, standing):
    begun = standing.draft(standing.before, narrative_es="A medias.")
    moved = standing.move()
    client.force_login(moved.after)

    page = client.get(reverse("admin:sheet", args=[moved.open.pk, moved.new.slug]))
    own = moved.draft(moved.after)

    assert [row.row.update for row in page.context["rows"]] == [None]
    assert "A medias." not in page.content.decode()
    assert (own.agency, begun.agency) == (moved.new, moved.old)
    with pytest.raises(workflow.TransitionError):
        workflow.submit(ActivityUpdate.objects.get(pk=begun.pk), by=moved.before)


@pytest.mark.parametrize("step", ["submitted", "returned", "published"])
def test_a_round_that_was_answered_before_asks_nobody_again(standing, step):
    sent = standing.draft(standing.before)
    workflow.submit(sent, by=standing.before)
    if step == "returned":
        workflow.return_to_agency(sent, by=make.reviewer(), reason="Falta.")
    elif step == "published":
        workflow.publish(sent, by=make.reviewer())
    moved = standing.move()

    agency_rounds = rounds.load_agency_rounds([moved.open], timezone.localdate())

    assert list(rounds.owed_activities(moved.open)) == []
    assert [each.agency for each in agency_rounds if each.items] == [moved.old]
    with pytest.raises(workflow.TransitionError):
        moved.draft(moved.after)
    if step == "returned":
        (back,) = returned_answers(moved.before)
        assert back.row_url == reverse(
            "admin:strategic_areas_activityupdate_change", args=[sent.pk]
        )
        assert returned_answers(moved.after) == []


@pytest.mark.parametrize("order", [1, -1])
def test_a_reminder_gives_an_agency_the_reason_of_its_own_report(standing, order):
    reports = [standing.draft(standing.before), standing.move().draft(standing.after)]
    for report in reports[::order]:
        Activity.objects.update(agency=report.agency)
        sent = ActivityUpdate.objects.get(pk=report.pk)
        workflow.submit(sent, by=sent.contributors.get())
        reason = report.agency.acronym
        workflow.return_to_agency(sent, by=make.reviewer(), reason=reason)
    today = timezone.localdate()

    to_dos = notices.agency_to_dos(
        rounds.load_agency_rounds([standing.open], today), today
    )

    (told,) = [(each.agency, *each.returned) for each in to_dos if each.returned]
    assert told[1].reason == told[0].acronym


def test_a_declaration_stays_with_the_lead_that_made_it(client):
    declared = make.published_declaration()
    old, new = declared.agency, make.agency()
    Commitment.objects.update(lead=new)
    author = declared.contributors.first()

    page = client.get(declared.commitment.get_absolute_url(language="es"))

    assert [
        step.update.agency for step in page.context["page"].events if step.update
    ] == [old]
    assert workflow.begin_correction(declared, by=author).agency == old
    with pytest.raises(workflow.TransitionError):
        workflow.begin_correction(declared, by=make.focal_point(agency=new))


def test_what_a_source_says_of_a_reconstruction_follows_its_agency():
    update = make.record_update(activity=make.activity(provenance="reconstructed"))
    other = make.agency()
    Activity.objects.filter(pk=update.activity_id).update(agency=other)

    again = make.record_update(
        activity=Activity.objects.get(pk=update.activity_id), period=update.period
    )

    assert again.agency == other != update.agency
