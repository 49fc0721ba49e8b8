"""What the database refuses and counts, whoever writes to it."""

import pytest
from django.apps import apps as django_apps
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from agencies import audit
from agencies.accounts.account_changes import AccountChange
from agencies.audit import AuditEntry, AuditHead
from strategic_areas import triggers, workflow
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    CodeList,
    Commitment,
    HelpLine,
    Indicator,
    Programme,
    Province,
    PublicationVersion,
    Purge,
    Region,
    Transition,
    Translation,
)
from strategic_areas.triggers import versions
from tests import make, next_plan

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]


def test_every_declared_trigger_is_installed_and_a_missing_one_is_named():
    assert triggers.missing() == []
    gone = triggers.declared()[0]
    on_table = f' ON "{gone.table}"' if connection.vendor == "postgresql" else ""

    with connection.cursor() as cursor:
        cursor.execute(f'DROP TRIGGER "{gone.name}"{on_table}')

    assert triggers.missing() == [gone.name]


@pytest.mark.sqlite
def test_replacing_a_row_of_the_public_record_is_refused_as_deleting_it_is():
    update = make.published_update()

    with (
        connection.cursor() as cursor,
        pytest.raises(IntegrityError, match="never deleted"),
    ):
        replace(cursor, ActivityUpdate, update.pk, narrative_es="'otra cosa'")


@pytest.fixture
def plain_shell():
    """A connection as that of sqlite3 on the server, which asks for nothing."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA recursive_triggers = OFF")
        yield cursor
        cursor.execute("PRAGMA recursive_triggers = ON")


def replace(cursor, model, row, **values):
    """Put a row in the place of another that has the same id, or other same values."""
    columns = [field.column for field in model._meta.concrete_fields]
    chosen = ", ".join(values.get(name, f'"{name}"') for name in columns)
    names = ", ".join(map('"{}"'.format, columns))
    table = model._meta.db_table
    with transaction.atomic():
        cursor.execute(
            f"INSERT OR REPLACE INTO {table} ({names}) "  # noqa: S608 - our own names
            f"SELECT {chosen} FROM {table} WHERE id = %s",
            [row],
        )


#: What is only appended to, or kept once it is public, with a row of it.
KEPT = {
    AuditEntry: lambda: audit.record_event("sign_in").pk,
    AuditHead: lambda: audit.record_event("sign_in") and 1,
    ActivityUpdate: lambda: make.published_update().pk,
    Transition: lambda: make.published_update().transitions.first().pk,
    AccountChange: lambda: make.account_change().pk,
    Purge: lambda: make.purge().pk,
}


@pytest.mark.sqlite
@pytest.mark.parametrize("model", KEPT, ids=lambda model: model.__name__)
def test_a_plain_shell_replaces_nothing_that_is_kept(plain_shell, model):
    row = KEPT[model]()
    before = model.objects.filter(pk=row).values().get()

    with pytest.raises(IntegrityError):
        replace(plain_shell, model, row)

    assert model.objects.filter(pk=row).values().get() == before


@pytest.mark.sqlite
def test_nor_an_entry_of_the_record_by_one_of_its_number(plain_shell):
    entry = audit.record_event("sign_in")

    with pytest.raises(IntegrityError):
        replace(plain_shell, AuditEntry, entry.pk, id="999999", event="'sign_out'")

    assert audit.verify_chain().fault == ""
    assert AuditEntry.objects.get(seq=entry.seq).event == "sign_in"


@pytest.mark.sqlite
def test_nor_a_public_report_by_one_of_its_revision(plain_shell):
    update = make.published_update()
    other = {"id": "999999", "public_id": "'999999'", "narrative_es": "'otra cosa'"}

    with pytest.raises(IntegrityError, match="never deleted"):
        replace(plain_shell, ActivityUpdate, update.pk, **other)

    assert [each.pk for each in ActivityUpdate.objects.all()] == [update.pk]


@pytest.mark.sqlite
def test_every_table_whose_rows_nobody_deletes_is_guarded_so():
    declared = triggers.declared("sqlite")
    kept = {trigger.table for trigger in declared if trigger.kept}
    guarded = {each.table for each in declared if each.name.endswith("_by_replacing")}

    assert guarded == kept


def test_names_are_unique_and_fit_the_engines():
    names = [trigger.name for trigger in triggers.declared()]

    assert len(set(names)) == len(names)
    assert [name for name in names if len(name) >= 63] == []


def test_migrating_again_brings_them_back():
    triggers.drop()

    call_command("migrate", verbosity=0)

    assert triggers.missing() == []


def test_a_migrate_with_nothing_to_do_leaves_the_triggers_alone(monkeypatch):
    dropped = []
    monkeypatch.setattr(triggers, "drop", dropped.append)

    call_command("migrate", verbosity=0)

    assert dropped == []


@pytest.mark.parametrize(
    ("maker", "link"),
    [
        (lambda plan: make.commitment(plan=plan), "programme"),
        (lambda plan: make.activity(plan=plan), "commitment"),
        (lambda plan: make.update(activity=make.activity(plan=plan)), "period"),
        (lambda plan: make.update(activity=make.activity(plan=plan)), "activity"),
    ],
)
def test_a_record_never_hangs_on_another_plan(maker, link):
    mine, other = maker(make.plan()), maker(make.plan())

    with pytest.raises(IntegrityError), transaction.atomic():
        type(mine).objects.filter(pk=mine.pk).update(**{link: getattr(other, link)})

    before = getattr(mine, f"{link}_id")
    mine.refresh_from_db()
    assert getattr(mine, f"{link}_id") == before


def test_a_record_is_not_even_made_under_another_plan():
    programme = make.commitment().programme

    with pytest.raises(IntegrityError), transaction.atomic():
        Commitment.objects.create(
            plan=make.plan(),
            programme=programme,
            code="C-x",
            title_es="De otro plan",
            lead=make.agency(),
            provenance="plan",
        )

    assert Commitment.objects.filter(code="C-x").count() == 0


def test_a_record_never_moves_to_another_plan():
    commitment = make.commitment()

    with pytest.raises(IntegrityError), transaction.atomic():
        Programme.objects.filter(pk=commitment.programme_id).update(plan=make.plan())

    commitment.programme.refresh_from_db()
    assert commitment.programme.plan == commitment.plan


def moved(act):
    before = PublicationVersion.current()
    with transaction.atomic():
        act()
    return PublicationVersion.current() > before


CHANGES = {
    "a plan's title, in bulk": lambda: type(make.plan()).objects.update(title_es="x"),
    "an activity, in SQL": lambda: sql(
        f"UPDATE {Activity._meta.db_table} SET title_es = 'x'"  # noqa: S608
    ),
    "a help line deleted": lambda: HelpLine.objects.all().delete(),
    "a supporting agency": lambda: Commitment.objects.get().supporting.add(
        make.agency()
    ),
    "an agency renamed": lambda: make.agency().rename(acronym="NUEVA"),
}


def sql(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_whatever_changes_a_public_page_moves_the_version(open_record):
    make.activity()
    HelpLine.objects.create(label_es="Emergencias", numbers=["911"])

    assert {name: moved(act) for name, act in CHANGES.items()} == dict.fromkeys(
        CHANGES, True
    )


def takedowns():
    return PublicationVersion.counters().takedowns


def counted(act):
    """By how much ``act`` moves the counter of takedowns once it is committed."""
    before = takedowns()
    with transaction.atomic():
        act()
    return takedowns() - before


def publish_a_correction(update):
    author = update.contributors.get()
    correction = workflow.begin_correction(update, by=author)
    correction.narrative_es = "Dicho de otro modo."
    workflow.save_draft(correction, by=author, seen_version=correction.version)
    make.publish(correction)


#: In this order: what is withdrawn or deleted first leaves nothing for the others to
#: take away.
TAKEDOWNS = {
    "evidence closed": lambda update: update.evidences.update(is_public=False),
    "a wrong number": lambda update: HelpLine.objects.update(numbers=["1"]),
    "a row deleted": lambda update: HelpLine.objects.all().delete(),
    "a purge": lambda update: make.purged(update.narrative_es),
    "a withdrawal": lambda update: workflow.withdraw(
        update, by=make.reviewer(), cause="error"
    ),
}


@pytest.mark.django_db(transaction=True)
def test_what_the_public_loses_is_counted_beside_the_version(open_record):
    update = make.update(narrative_es="Un texto que se retira.")
    make.evidence(update)
    make.publish(update, evidence=update.evidences.all())
    make.help_line()

    found = {}
    for name, act in TAKEDOWNS.items():
        before = PublicationVersion.current()
        lost = counted(lambda: act(update))  # noqa: B023 - called at once
        found[name] = lost > 0, PublicationVersion.current() > before

    assert found == dict.fromkeys(TAKEDOWNS, (True, True))


@pytest.mark.django_db(transaction=True)
def test_what_the_public_keeps_is_no_takedown(open_record):
    update, submitted = make.published_update(), make.submitted_update()
    draft_evidence = make.evidence(make.update())
    hidden = make.help_line(confirm_before_publishing=True)

    assert [
        counted(lambda: workflow.publish(submitted, by=make.reviewer())),
        counted(lambda: publish_a_correction(update)),
        counted(lambda: Activity.objects.update(title_es="Otro título")),
        counted(draft_evidence.delete),
        counted(lambda: HelpLine.objects.filter(pk=hidden.pk).update(numbers=["1"])),
        counted(make.help_line),
    ] == [0] * 6


@pytest.mark.django_db(transaction=True)
def test_a_submission_moves_the_version_and_a_draft_does_not(open_record):
    activity, period = make.activity(), None
    author = make.focal_point(agency=activity.agency)
    period = make.round(plan=activity.plan)
    kept = []

    drafted = moved(
        lambda: kept.append(make.update(activity=activity, period=period, by=author))
    )
    submitted = moved(lambda: workflow.submit(kept[0], by=author))

    assert (drafted, submitted) == (False, True)


@pytest.mark.django_db(transaction=True)
def test_what_hangs_on_a_draft_does_not_move_the_version(open_record):
    draft, published = make.update(), make.published_update()
    province = make.province()

    assert [
        moved(lambda: make.evidence(draft)),
        moved(lambda: draft.places.add(province)),
        moved(lambda: published.places.add(province)),
        moved(lambda: published.places.clear()),
    ] == [False, False, True, True]


WAYS = {
    "the ORM": lambda model, pk: model.objects.get(pk=pk).save(),
    "a bulk update": lambda model, pk: model.objects.filter(pk=pk).update(id=F("id")),
    "SQL": lambda model, pk: sql(
        f'UPDATE "{model._meta.db_table}" SET id = id WHERE id = {pk}'  # noqa: S608
    ),
}


@pytest.mark.django_db(transaction=True)
def test_every_public_table_moves_the_version(open_record):
    models, unmoved = one_row_in_every_public_table(), []

    for way, change in WAYS.items():
        for model in models:
            before, row = PublicationVersion.current(), model.objects.latest("pk").pk
            if is_refused(lambda: change(model, row)):  # noqa: B023 - called at once
                continue
            if PublicationVersion.current() == before:
                unmoved.append((model.__name__, way))

    assert unmoved == []


def is_refused(act):
    """Some rows of the public record do not change at all."""
    try:
        with transaction.atomic():
            act()
    except IntegrityError as error:
        if "keeps its sources" not in str(error):
            raise
        return True
    return False


def one_row_in_every_public_table():
    call_command("load_plan", str(next_plan.FILE), verbosity=0)
    update, declaration = make.update(), make.published_declaration()
    plan, person = update.plan, make.reviewer()
    make.evidence(update)
    workflow.submit(update, by=update.contributors.get())
    workflow.publish(update, by=person)
    source, province = make.source(plan=plan), Province.objects.first()
    region = Region.objects.create(code="R1", name="Ozama")
    later = make.later_activity(plan=plan)
    later.places.add(province)
    for each in (region, province, later, make.tier(), CodeList.objects.first()):
        each.sources.add(source)
    make.published_figure(cells={"labour": 40})
    update.places.add(province)
    declaration.sources.add(source)
    make.agency().rename(acronym="ANTES")
    make.activity(plan=plan).supersedes.add(update.activity)
    make.commitment(plan=plan).supersedes.add(update.activity.commitment)
    make.letter(agency=update.agency, period=update.period)
    Translation.objects.create(activity_update=update, text="In English.")
    make.agency_comment(update.agency, update.period, person).save()
    make.correction_request()
    make.edition(plan=plan)
    make.secretariat_texts()
    make.takedown()
    make.reported_value()
    make.approved_dispute(make.commitment(plan=plan, provenance="press"))
    make.indicator_target(Indicator.objects.first(), plan=plan)
    make.amendment(plan=plan)
    target = make.target()
    target.addressed.add(update.agency)
    make.target_link(target, commitment=update.activity.commitment)
    tables = {table.name for table in versions.public_tables()}
    models = django_apps.get_models(include_auto_created=True)
    found = [model for model in models if model._meta.db_table in tables]
    assert [model for model in found if not model.objects.exists()] == []
    return found


@pytest.mark.django_db(transaction=True)
def test_a_refused_change_does_not_move_the_version(open_record):
    update = make.published_update()
    before = PublicationVersion.current()

    with pytest.raises(IntegrityError), transaction.atomic():
        type(update).objects.filter(pk=update.pk).update(percent=1)

    assert PublicationVersion.current() == before
