"""For which values of indicators a round asks, and where its agency reads of them."""

import copy
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from strategic_areas import compliance
from strategic_areas.compliance import ReportStatus
from strategic_areas.desk.rounds import notices
from strategic_areas.figures.submission import VALUE_STEPS, fingerprinted_facts
from strategic_areas.models import PublishedFigure, ReportedSpan, Submission
from strategic_areas.models.letters import digest
from strategic_areas.queries import asked_values, rounds
from strategic_areas.queries.plan import plan_progress
from strategic_areas.workflow.questions import revision_token
from tests import make
from tests.make.plans import put_back_in_preparation

pytestmark = pytest.mark.django_db

YEAR = {"starts_on": date(2024, 1, 1), "ends_on": date(2024, 12, 31)}


class Scene:
    def __init__(self, frequency="yearly", **fields):
        self.plan = make.plan(starts_on=date(2024, 7, 1), ends_on=date(2027, 12, 31))
        self.agency = make.agency()
        self.user = make.focal_point(agency=self.agency)
        self.period = make.round(
            plan=self.plan,
            starts_on=date(2025, 7, 1),
            ends_on=date(2026, 6, 30),
            **fields,
        )
        self.indicator = make.indicator(
            plan=self.plan, agency=self.agency, frequency=frequency
        )

    def asked(self, period=None):
        period = period or self.period
        return asked_values.values_by_round(period.plan, [period]).get(period, ())

    def days(self):
        return [(each.starts_on, each.ends_on) for each in self.asked()]

    def hand_in(self, days=YEAR, on=0, **fields):
        reported = make.reported_value(
            indicator=self.indicator, by=self.user, **days, **fields
        )
        day = timezone.localdate() - timedelta(days=on)
        ReportedSpan.objects.filter(**days).update(submitted_on=day)
        return reported


@pytest.fixture(scope="module")
def kept_scene(lasting):
    return Scene()


@pytest.fixture
def scene(db, kept_scene):
    return copy.deepcopy(kept_scene)


def test_a_round_asks_for_each_year_of_the_plan_that_is_over_by_its_end(scene):
    assert scene.days() == [
        (date(year, 1, 1), date(year, 12, 31)) for year in (2024, 2025)
    ]


def test_or_for_its_own_days_or_for_none():
    each, never = Scene("each_round"), Scene("not_asked")

    assert each.days() == [(each.period.starts_on, each.period.ends_on)]
    assert never.days() == []


def test_nobody_is_asked_in_a_demonstration_or_a_plan_in_preparation(scene):
    demonstration = make.round(
        plan=scene.plan,
        starts_on=scene.period.starts_on,
        ends_on=scene.period.ends_on,
        is_demonstration=True,
    )
    assert scene.asked() != ()
    assert scene.asked(demonstration) == ()

    put_back_in_preparation(scene.plan)
    scene.period.refresh_from_db()
    assert scene.asked() == ()


def test_a_later_plan_asks_for_what_an_earlier_one_introduced(scene):
    later, earlier = (
        make.round(
            plan=make.plan(starts_on=date(year, 1, 1), ends_on=date(2029, 12, 31)),
            starts_on=date(2026, 1, 1),
            ends_on=date(2026, 12, 31),
        )
        for year in (2026, 2021)
    )

    assert [each.starts_on.year for each in scene.asked(later)] == [2026]
    assert scene.asked(earlier) == ()


def test_what_others_published_is_asked_of_nobody_until_it_is_taken_away(scene):
    figure = make.published_figure(indicator=scene.indicator, **YEAR)
    before = scene.days()

    PublishedFigure.objects.filter(pk=figure.pk).update(is_hidden=True)

    assert [starts_on.year for starts_on, _ends_on in before] == [2025]
    assert [starts_on.year for starts_on, _ends_on in scene.days()] == [2024, 2025]


def test_a_value_answers_the_rounds_that_had_opened_and_no_later_one_asks_again(scene):
    scene.hand_in(on=30)
    earlier = make.round(
        plan=scene.plan,
        starts_on=date(2024, 7, 1),
        ends_on=date(2025, 6, 30),
        opens_on=timezone.localdate() - timedelta(days=60),
    )

    (first,) = scene.asked(earlier)
    later = scene.asked()

    assert (first.starts_on.year, first.report_status) == (2024, ReportStatus.SUBMITTED)
    assert [each.starts_on.year for each in later] == [2025]


@pytest.mark.parametrize(
    ("decide", "standing"),
    [
        (lambda value, by: None, ReportStatus.SUBMITTED),
        (lambda value, by: VALUE_STEPS.approve(value, by=by), ReportStatus.PUBLISHED),
        (
            lambda value, by: VALUE_STEPS.decline(value, by=by, reason="Falta."),
            ReportStatus.RETURNED,
        ),
    ],
    ids=["waits", "published", "returned"],
)
def test_a_value_stands_as_its_last_step_left_it(scene, decide, standing):
    decide(scene.hand_in(), make.reviewer())

    assert scene.asked()[0].report_status == standing
    assert scene.asked()[0].first_submitted_on == timezone.localdate()


def test_a_value_that_was_taken_back_was_never_handed_in(scene):
    VALUE_STEPS.take_back(scene.hand_in(), by=scene.user)

    assert not ReportedSpan.objects.exists()
    assert [each.report_status for each in scene.asked()] == [ReportStatus.NOTHING] * 2


def test_a_revision_that_came_back_leaves_what_is_published(scene):
    reviewer = make.reviewer()
    VALUE_STEPS.approve(scene.hand_in(), by=reviewer)

    VALUE_STEPS.decline(scene.hand_in(why="Otra."), by=reviewer, reason="No.")

    assert scene.asked()[0].report_status == ReportStatus.PUBLISHED


def test_what_the_secretariat_takes_from_a_source_is_no_answer_of_the_agency(scene):
    source = make.source(plan=scene.plan)
    make.reported_value(
        indicator=scene.indicator, by=make.reviewer(), source=source, **YEAR
    )

    first = scene.asked()[0]

    assert first.report_status == ReportStatus.SUBMITTED
    assert first.first_submitted_on is None


def test_the_desk_the_sheet_and_the_check_lead_to_the_form_of_each_value(scene, client):
    client.force_login(scene.user)
    sheet = reverse("admin:sheet", args=[scene.period.pk, scene.agency.slug])
    check = reverse("admin:sheet_check", args=[scene.period.pk, scene.agency.slug])
    form = reverse(
        "admin:value_new", args=[scene.period.pk, scene.agency.slug, scene.indicator.pk]
    )
    asked = f"{form}?dias=2024-01-01_2024-12-31"

    pages = [client.get(page).content.decode() for page in ("/gestion/", sheet, check)]
    opened = client.get(asked)

    assert all(asked in page for page in pages)
    assert YEAR.items() <= opened.context["form"].initial.items()


def test_the_form_of_a_value_that_came_back_holds_what_was_handed_in(scene, client):
    VALUE_STEPS.decline(scene.hand_in(value=77), by=make.reviewer(), reason="Falta.")
    client.force_login(scene.user)
    (sheet,) = client.get("/gestion/").context["sheets"]

    form = client.get(sheet.to_do[0].page_url).context["form"]

    assert form.initial["value"] == "77"


def test_a_reminder_names_the_values_that_are_missing_or_came_back(scene):
    VALUE_STEPS.decline(scene.hand_in(), by=make.reviewer(), reason="Sumar otra vez.")
    today = timezone.localdate()

    (to_do,) = notices.agency_to_dos(
        rounds.load_agency_rounds([scene.period], today), today
    )
    mail = notices.write_reminder(notices.ReminderMail(scene.user, [to_do]), today)

    (missing,) = to_do.missing
    assert missing.reference == f"{scene.indicator.code} (2025)"
    for text in (mail["text"], mail["html"]):
        assert f"{scene.indicator.name_es}: 2024" in text
        assert f"{scene.indicator.name_es}: 2025" in text
        assert "Sumar otra vez." in text


def test_the_table_of_the_round_tells_how_each_value_stands(scene, client, reviewer):
    scene.hand_in()

    page = client.get(reverse("admin:round_state", args=[scene.period.pk]))

    (table,) = page.context["tables"]
    told = [(row[2], bool(row[4])) for row in table.rows]
    name = scene.indicator.name_es
    assert told == [(f"{name}: 2024", True), (f"{name}: 2025", False)]


def test_the_receipt_of_the_sheet_tells_how_the_values_stood(scene, client):
    value = scene.hand_in(value=Decimal(748_159))
    activity = make.activity(agency=scene.agency, plan=scene.plan)
    update = make.update(activity=activity, period=scene.period, by=scene.user)
    client.force_login(scene.user)
    check = reverse("admin:sheet_check", args=[scene.period.pk, scene.agency.slug])

    client.post(check, {"seen": revision_token(update)})

    kept = Submission.objects.get()
    page = client.get(reverse("admin:receipt", args=[kept.pk])).content.decode()
    first, second = kept.content["values"]
    assert (first["standing"], second["standing"]) == ("submitted", "nothing")
    assert (first["sha256"], "sha256" in second) == (
        digest(fingerprinted_facts(value)),
        False,
    )
    assert "748159" not in str(kept.content)
    assert f"{scene.indicator.name_es}: 2024" in page
    assert "748,159" in page
    assert first["sha256"] in page


def test_the_public_page_of_an_agency_counts_its_values(scene, client):
    make.period(plan=scene.plan, starts_on=date(2024, 7, 1), ends_on=date(2024, 12, 31))
    scene.hand_in()

    page = client.get(f"/{scene.plan.code}/instituciones/{scene.agency.slug}/")

    told = page.context["page"]
    assert (len(told.obligations), told.reported, told.in_review) == (2, 1, 1)


def test_an_agency_that_answers_late_is_told_by_its_scorecard(scene):
    period, today = scene.period, timezone.localdate()
    period.due_on = today - timedelta(days=1)
    period.scorecards_ready_at = timezone.now()
    scene.hand_in()
    loaded = plan_progress.load_plan_progress(
        scene.plan, today, for_agency=scene.agency
    )

    card = rounds.scorecards(
        scene.agency, rounds.obligations_in(loaded, [period]), today
    )

    assert card[period] == compliance.Scorecard(
        owed=2, on_time=0, late=1, missing=1, timeliness=compliance.Timeliness.LATE
    )
