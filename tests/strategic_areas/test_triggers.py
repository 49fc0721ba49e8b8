"""What the database refuses and counts, whoever writes to it."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from strategic_areas import triggers, workflow
from strategic_areas.models import (
    Activity,
    Commitment,
    HelpLine,
    Programme,
    PublicationVersion,
)
from tests.factories import (
    make_activity,
    make_agency,
    make_commitment,
    make_focal_point,
    make_period,
    make_plan,
    make_published_update,
    make_record_update,
    make_reviewer,
    make_round,
    make_submitted_update,
    make_update,
)


@pytest.mark.django_db
def test_every_declared_trigger_is_installed():
    assert triggers.missing() == []


@pytest.mark.django_db
def test_a_missing_trigger_is_named():
    gone = triggers.declared()[0]
    on_table = f' ON "{gone.table}"' if connection.vendor == "postgresql" else ""

    with connection.cursor() as cursor:
        cursor.execute(f'DROP TRIGGER "{gone.name}"{on_table}')

    assert triggers.missing() == [gone.name]


@pytest.mark.django_db
def test_names_are_unique_and_fit_the_engines():
    names = [trigger.name for trigger in triggers.declared()]

    assert len(set(names)) == len(names)
    assert [name for name in names if len(name) >= 63] == []


@pytest.mark.django_db
def test_migrating_again_brings_them_back():
    triggers.drop()

    call_command("migrate", verbosity=0)

    assert triggers.missing() == []


@pytest.mark.django_db
def test_a_migrate_with_nothing_to_do_leaves_the_triggers_alone(monkeypatch):
    dropped = []
    monkeypatch.setattr(triggers, "drop", dropped.append)

    call_command("migrate", verbosity=0)

    assert dropped == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("make", "link"),
    [
        (lambda plan: make_commitment(plan=plan), "programme"),
        (lambda plan: make_activity(plan=plan), "commitment"),
        (lambda plan: make_update(activity=make_activity(plan=plan)), "period"),
        (lambda plan: make_update(activity=make_activity(plan=plan)), "activity"),
    ],
)
def test_a_record_never_hangs_on_another_plan(make, link):
    mine, other = make(make_plan()), make(make_plan())

    with pytest.raises(IntegrityError), transaction.atomic():
        type(mine).objects.filter(pk=mine.pk).update(**{link: getattr(other, link)})

    before = getattr(mine, f"{link}_id")
    mine.refresh_from_db()
    assert getattr(mine, f"{link}_id") == before


@pytest.mark.django_db
def test_a_record_is_not_even_made_under_another_plan():
    programme = make_commitment().programme

    with pytest.raises(IntegrityError), transaction.atomic():
        Commitment.objects.create(
            plan=make_plan(),
            programme=programme,
            code="C-x",
            title_es="De otro plan",
            lead=make_agency(),
            provenance="plan",
        )

    assert Commitment.objects.filter(code="C-x").count() == 0


@pytest.mark.django_db
def test_a_record_never_moves_to_another_plan():
    commitment = make_commitment()

    with pytest.raises(IntegrityError), transaction.atomic():
        Programme.objects.filter(pk=commitment.programme_id).update(plan=make_plan())

    commitment.programme.refresh_from_db()
    assert commitment.programme.plan == commitment.plan


def moved(act):
    """Whether the publication version moves when ``act`` is committed."""
    before = PublicationVersion.current()
    with transaction.atomic():
        act()
    return PublicationVersion.current() > before


CHANGES = {
    "a plan's title, in bulk": lambda: type(make_plan()).objects.update(title_es="x"),
    "an activity, in SQL": lambda: sql(
        f"UPDATE {Activity._meta.db_table} SET title_es = 'x'"  # noqa: S608
    ),
    "a help line deleted": lambda: HelpLine.objects.all().delete(),
    "a supporting agency": lambda: Commitment.objects.get().supporting.add(
        make_agency()
    ),
    "an agency renamed": lambda: make_agency().rename(acronym="NUEVA"),
}


def sql(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", CHANGES)
def test_whatever_changes_a_public_page_moves_the_version(name, open_record):
    make_activity()
    HelpLine.objects.create(label_es="Emergencias", numbers=["911"])

    assert moved(CHANGES[name])


@pytest.mark.django_db(transaction=True)
def test_publishing_and_withdrawing_move_the_version(open_record):
    update, reviewer = make_submitted_update(), make_reviewer()

    published = moved(lambda: workflow.publish(update, by=reviewer))
    withdrawn = moved(lambda: workflow.withdraw(update, by=reviewer, reason="Error."))

    assert (published, withdrawn) == (True, True)


@pytest.mark.django_db(transaction=True)
def test_a_submission_moves_the_version_and_a_draft_does_not(open_record):
    activity, period = make_activity(), None
    author = make_focal_point(agency=activity.agency)
    period = make_round(plan=activity.plan)
    kept = []

    drafted = moved(
        lambda: kept.append(make_update(activity=activity, period=period, by=author))
    )
    submitted = moved(lambda: workflow.submit(kept[0], by=author))

    assert (drafted, submitted) == (False, True)


@pytest.mark.django_db(transaction=True)
def test_a_refused_change_does_not_move_the_version(open_record):
    update = make_published_update()
    before = PublicationVersion.current()

    with pytest.raises(IntegrityError), transaction.atomic():
        type(update).objects.filter(pk=update.pk).update(percent=1)

    assert PublicationVersion.current() == before


@pytest.mark.django_db
def test_a_record_of_a_period_of_the_same_plan_is_stored():
    period = make_period()

    update = make_record_update(activity=make_activity(plan=period.plan), period=period)

    assert update.plan == period.plan
