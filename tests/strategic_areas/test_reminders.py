"""Who is reminded, when and of what."""

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from agencies.mail import Mail
from agencies.models import User
from strategic_areas import workflow
from strategic_areas.desk.review.review_queue import review_queue_of
from strategic_areas.schedule import is_reminder_day, is_reminder_day_after_return
from tests import make
from tests.costs import costs
from tests.deep import DEEP
from tests.strategic_areas.asked import (
    CLOSES,
    DUE,
    LONG_AGO,
    OPENS,
    give_back,
    make_asked,
    make_person,
    on,
    submit,
)

pytestmark = pytest.mark.django_db

#: The days on which a round reminds of what is missing all the time.
REMINDED = [
    date(2025, 4, 16),
    date(2025, 4, 27),
    date(2025, 4, 30),
    date(2025, 5, 7),
    date(2025, 5, 14),
    date(2025, 5, 21),
    date(2025, 5, 28),
]


def remind(day, *arguments):
    """Run the command on a day; who got a mail by it, in the order of names."""
    known = set(Mail.objects.values_list("pk", flat=True))
    with on(day):
        call_command("send_reminders", *arguments)
    new = Mail.objects.exclude(pk__in=known)
    return list(new.order_by("to").values_list("to", flat=True))


def days_from(first, last):
    return [first + timedelta(days=each) for each in range((last - first).days + 1)]


def days_reminded(first, last, expected):
    """
    The days from ``first`` to ``last`` on which anybody got a mail.

    The short form asks on the days expected, on those on which a round reminds, on the
    day after each expected one and at both ends.
    """
    after = [day + timedelta(days=1) for day in expected]
    near = {first, last, *REMINDED, *expected, *after}
    days = [day for day in days_from(first, last) if DEEP or day in near]
    return [day for day in days if remind(day)]


def days_of_round():
    """All of them; in the short form those on which a round reminds."""
    return days_from(OPENS, CLOSES) if DEEP else REMINDED


# When


def test_it_comes_on_opening_14_3_and_0_days_before_and_then_each_week():
    activity, _period = make_asked()
    make_person(activity.agency)

    every = days_from(OPENS, CLOSES)
    assert [day for day in every if is_reminder_day(DUE, day)] == REMINDED
    expected = [OPENS, *REMINDED]
    assert days_reminded(OPENS, CLOSES, expected) == expected


def test_it_stops_as_soon_as_everything_is_submitted():
    activity, period = make_asked()
    person = make_person(activity.agency)
    submit(activity, period, date(2025, 4, 10), person)

    assert [day for day in days_of_round() if remind(day)] == []


def test_a_draft_is_not_submitted():
    activity, period = make_asked()
    person = make_person(activity.agency)
    with on(date(2025, 4, 10)):
        make.update(activity=activity, period=period, by=person)

    assert remind(DUE) == [person.email]


def test_a_closed_round_reminds_nobody():
    activity, _period = make_asked(closes_on=date(2025, 5, 6))
    make_person(activity.agency)

    assert remind(date(2025, 5, 7)) == []


def test_a_round_opened_again_reminds_by_its_own_last_day():
    activity, period = make_asked(closes_on=date(2025, 5, 6))
    person = make_person(activity.agency)
    until = date(2025, 6, 20)
    make.reopening(period, activity.agency, until=until, by=person)

    expected = [date(2025, 6, 6), date(2025, 6, 17), until]

    assert days_reminded(date(2025, 6, 1), date(2025, 6, 30), expected) == expected


@pytest.mark.parametrize(
    "fields",
    [
        {"starts_on": date(2025, 4, 1)},
        {"title_es": "Terminada", "code": "done"},
        {"stopped": "cancelled", "stopped_on": OPENS},
    ],
    ids=["not begun", "completed", "cancelled by an amendment"],
)
def test_what_is_not_owed_is_never_missing(fields):
    activity, _period = make_asked()
    type(activity).objects.update(**fields)
    activity.refresh_from_db()
    person = make_person(activity.agency)
    if fields.get("code"):
        before = make.round(
            plan=activity.plan,
            starts_on=date(2024, 10, 1),
            ends_on=date(2024, 12, 31),
            opens_on=date(2025, 1, 1),
            due_on=date(2025, 1, 15),
            closes_on=date(2025, 1, 30),
        )
        with on(date(2025, 1, 10)):
            make.published_update(
                activity=activity,
                period=before,
                by=person,
                execution="completed",
                percent=None,
                reviewer=make.reviewer(email=""),
            )

    assert remind(DUE) == []


def test_what_came_back_is_told_the_day_after_with_its_reason():
    activity, period = make_asked()
    person = make_person(activity.agency)
    update = submit(activity, period, date(2025, 4, 4), person)
    give_back(update, date(2025, 4, 8), "Falta la fecha del taller.")

    expected = [date(2025, 4, 9), date(2025, 4, 16)]
    every = days_from(date(2025, 4, 5), date(2025, 4, 17))
    returned = date(2025, 4, 8)
    assert [
        day for day in every if is_reminder_day_after_return(returned, day)
    ] == expected
    days = days_reminded(date(2025, 4, 5), date(2025, 4, 17), expected)

    first = Mail.objects.filter(kind="reminder").order_by("pk").first()
    assert days == expected
    assert "Falta la fecha del taller." in first.text
    assert "Falta la fecha del taller." in first.html


@pytest.mark.parametrize("maker", [make.declaration, make.off_plan_update])
def test_an_unasked_answer_that_came_back_is_told_with_its_reason(maker):
    activity, period = make_asked()
    person = make_person(activity.agency)
    submit(activity, period, date(2025, 4, 4), person)
    with on(date(2025, 4, 4)):
        answer = maker(commitment=activity.commitment, period=period, by=person)
        workflow.submit(answer, by=person)
    give_back(answer, date(2025, 4, 8), "Falta el acta.")

    expected = [date(2025, 4, 9)]
    assert days_reminded(date(2025, 4, 5), date(2025, 4, 12), expected) == expected
    (mail,) = Mail.objects.filter(kind="reminder")
    assert answer.subject.code in mail.text
    assert "Falta el acta." in mail.text
    assert "Falta el acta." in mail.html


# To whom


def test_the_titular_is_reminded_and_the_alternate_is_not():
    activity, _period = make_asked()
    titular, alternate = make_person(activity.agency), make_person(activity.agency)

    assert alternate.mandates.get().kind == "alternate"
    assert remind(DUE) == [titular.email]


def test_without_a_titular_the_alternate_is_reminded():
    activity, _period = make_asked()
    alternate = make_person(activity.agency, mandate={"kind": "alternate"})

    assert remind(DUE) == [alternate.email]


def test_after_the_second_weekly_the_alternate_and_the_secretariat_get_a_copy():
    activity, _period = make_asked()
    titular, alternate = make_person(activity.agency), make_person(activity.agency)
    reviewer = make.reviewer()

    weekly = [remind(DUE + timedelta(days=7 * week)) for week in (1, 2, 3, 4)]

    everyone = sorted([titular.email, alternate.email, reviewer.email])
    assert weekly == [[titular.email], [titular.email], everyone, everyone]
    assert activity.code in Mail.objects.filter(to=reviewer.email).first().text


def test_nobody_is_reminded_who_may_not_sign_in_or_whose_mandate_ended():
    activity, _period = make_asked()
    make_person(activity.agency, is_active=False)
    ended = {"ends_on": date(2025, 4, 1), "leave_cover": True}
    make_person(activity.agency, mandate=ended)
    make_person(activity.agency, email="", mandate=ended | {"ends_on": CLOSES})
    make_person(make.agency())
    make.administrator()

    assert remind(DUE) == []


def test_a_demonstration_never_sends_mail():
    activity, period = make_asked(is_demonstration=True)
    person, _reviewer = make_person(activity.agency), make.reviewer()
    second = make.activity(plan=activity.plan, agency=activity.agency)
    submit(second, period, date(2025, 4, 5), person)

    assert [day for day in days_of_round() if remind(day)] == []


def test_one_person_gets_one_digest_of_all_her_agencies():
    first, _period = make_asked()
    second, _other = make_asked()
    person = make_person(first.agency)
    person.mandates.create(agency=second.agency, kind="titular", **LONG_AGO)

    recipients = remind(DUE)

    text = Mail.objects.get().text
    assert recipients == [person.email]
    assert first.code in text
    assert second.code in text


def test_nobody_reads_of_another_agency():
    activity, period = make_asked()
    other = make.activity(plan=activity.plan, title_es="zanahoria")
    person = make_person(activity.agency)

    remind(DUE)

    assert activity.title_es in Mail.objects.get(to=person.email).text
    assert "zanahoria" not in Mail.objects.get(to=person.email).text
    assert other.plan == period.plan


def test_a_reviewer_is_told_how_many_wait_and_since_when():
    activity, period = make_asked()
    second = make.activity(plan=activity.plan, agency=activity.agency)
    person, reviewer = make_person(activity.agency), make.reviewer(language="en")
    submit(activity, period, date(2025, 4, 4), person)
    submit(second, period, date(2025, 4, 6), person)

    recipients = remind(date(2025, 4, 7))

    row = Mail.objects.get()
    assert recipients == [reviewer.email]
    assert row.subject == "Waiting for a decision: 2"
    assert "2 reports and proposals wait for a decision, the oldest since" in row.text


def test_a_reviewer_is_told_the_number_that_her_desk_tells(client):
    activity, period = make_asked()
    person, reviewer = make_person(activity.agency), make.reviewer(language="en")
    submit(activity, period, date(2025, 4, 4), person)
    with on(date(2025, 4, 5)):
        make.proposal(commitment=activity.commitment, agency=activity.agency, by=person)
        make.change(make.help_line(), by=make.reviewer(email=""))
        waits = review_queue_of(reviewer)

    remind(date(2025, 4, 7))

    mail = Mail.objects.get(to=reviewer.email)
    assert len(waits.items) == 3
    assert mail.subject == "Waiting for a decision: 3"


def test_nothing_waits_and_no_reviewer_is_written_to():
    make.reviewer()

    assert remind(DUE) == []


# How often


def test_weekly_comes_on_mondays_only():
    activity, _period = make_asked()
    make_person(activity.agency, reminders=User.Reminders.WEEKLY)

    mondays = [date(2025, 4, day) for day in (7, 14, 21, 28)] + [date(2025, 5, 5)]
    assert days_reminded(date(2025, 4, 7), date(2025, 5, 9), mondays) == mondays


def test_never_leaves_what_is_late_and_what_came_back():
    activity, period = make_asked()
    second = make.activity(plan=activity.plan, agency=activity.agency)
    person = make_person(
        activity.agency, reminders=User.Reminders.ONLY_LATE_OR_RETURNED
    )
    update = submit(second, period, date(2025, 4, 4), person)
    give_back(update, date(2025, 4, 8))

    days = {
        date(2025, 4, 16): True,  # a week after it came back
        date(2025, 4, 27): False,
        DUE: True,  # returned for three weeks
        date(2025, 5, 7): True,
    }
    assert {day: bool(remind(day)) for day in days} == days


def test_a_person_chooses_for_herself_alone(client):
    person, other = make.reviewer(), make.reviewer()
    client.force_login(person)

    client.post(reverse("admin:reminders"), {"reminders": "weekly", "id": other.pk})

    person.refresh_from_db()
    other.refresh_from_db()
    assert (person.reminders, other.reminders) == ("weekly", "steps")


# Once


def test_a_second_run_on_the_same_day_queues_nothing():
    activity, _period = make_asked()
    make_person(activity.agency)

    assert (len(remind(DUE)), remind(DUE)) == (1, [])


def test_a_dry_run_says_the_same_and_queues_nothing(capsys):
    activity, _period = make_asked()
    person = make_person(activity.agency)

    remind(DUE, "--dry-run")
    rehearsed, queued = capsys.readouterr().out, Mail.objects.count()
    remind(DUE)

    assert queued == 0
    assert rehearsed == capsys.readouterr().out
    assert rehearsed == (f"{person.username}: 1 due, 0 late, 0 returned, 0 to decide\n")


def test_only_one_address_is_reminded_when_asked():
    first, _period = make_asked()
    second, _other = make_asked()
    person, _colleague = make_person(first.agency), make_person(second.agency)

    assert remind(DUE, "--only", person.email.upper()) == [person.email]


def test_an_address_that_nobody_has_is_refused():
    with pytest.raises(CommandError, match="No account has this address"):
        remind(DUE, "--only", "nadie@example.org")


def test_the_mail_speaks_the_persons_language_and_leads_to_the_desk(settings):
    settings.SITE_URL = "https://plan.example.gob.do"
    activity, _period = make_asked()
    make_person(activity.agency, language="en", first_name="Ana & Eva")

    remind(DUE)

    row = Mail.objects.get()
    assert (row.language, row.subject) == ("en", "Reports due: 1")
    assert activity.title_en in row.text
    assert "Ana & Eva" in row.text
    assert "https://plan.example.gob.do/gestion/" in row.text
    assert 'href="https://plan.example.gob.do/gestion/"' in row.html


def test_a_reminder_leads_to_each_sheet_and_a_copy_to_none(settings):
    settings.SITE_URL = "https://plan.example.gob.do"
    activity, period = make_asked()
    titular, alternate = make_person(activity.agency), make_person(activity.agency)
    path = reverse("admin:sheet", args=[period.pk, activity.agency.slug])

    remind(DUE + timedelta(days=21))

    for person, leads in ((titular, True), (alternate, False)):
        mail = Mail.objects.get(to=person.email)
        said = [
            f"https://plan.example.gob.do{path}" in part
            for part in (mail.text, mail.html)
        ]
        assert said == [leads, leads]


def test_the_number_of_queries_does_not_grow_with_agencies():
    activity, _period = make_asked()
    make_person(activity.agency)

    with on(DUE):
        few, many = costs(
            lambda: call_command("send_reminders", "--dry-run"),
            lambda: make_person(make.activity(plan=activity.plan).agency),
        )

    assert few == many
