"""Words by which somebody could be found are blanked wherever they stand."""

import json
import os
import quopri
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.core.files.base import ContentFile
from django.db import connection, models

from agencies.access import RefusedError
from agencies.mail import Mail, queue_mail, send_queue
from strategic_areas import purging, workflow
from strategic_areas.disclosure import MARKER
from strategic_areas.evidence.storage import evidence_storage
from strategic_areas.models import (
    ActivityUpdate,
    Evidence,
    ImportedRecord,
    Purge,
    PurgedText,
    Takedown,
    Transition,
)
from strategic_areas.purging.takedowns import HIDING_STEPS
from strategic_areas.purging.text_search import (
    BlankingMethod,
    blanking_method,
    searched_models,
    text_fields,
)
from tests import make
from tests.strategic_areas.refusing import is_refused

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

NAME = "Juana Pérez Zapata"
TEXT = f"Se atendió a {NAME} en la oficina."

#: Text columns that a purge leaves alone: by each the portal finds or sends something.
#: A new one is argued for here, or its field is made one that can be blanked.
LEFT = {
    "agencies.AccountChange.value",
    "agencies.Agency.acronym",
    "agencies.Invitation.digest",
    "agencies.Invitation.email",
    "agencies.Mail.key",
    "agencies.Mail.to",
    "agencies.TaskRun.name",
    "agencies.User.*",
    "strategic_areas.Activity.budget_currency",
    "strategic_areas.Activity.code",
    "strategic_areas.ActivityUpdate.public_id",
    "strategic_areas.Breakdown.category",
    "strategic_areas.Breakdown.dimension",
    "strategic_areas.CodeList.code",
    "strategic_areas.CodeListValue.code",
    "strategic_areas.CodeListValue.dimension",
    "strategic_areas.Commitment.code",
    "strategic_areas.CommitmentUpdate.public_id",
    "strategic_areas.Discrepancy.code",
    "strategic_areas.Edition.number",
    "strategic_areas.FrameworkTarget.code",
    "strategic_areas.HelpLine.label_es",
    "strategic_areas.ImportedRecord.key",
    "strategic_areas.ImportedRecord.section",
    "strategic_areas.Indicator.code",
    "strategic_areas.LaterActivity.code",
    "strategic_areas.LegalInstrument.code",
    "strategic_areas.Measurement.counted_by",
    "strategic_areas.Programme.code",
    "strategic_areas.Province.code",
    "strategic_areas.PublishedCell.dimension",
    "strategic_areas.PublishedFigure.counted_by",
    "strategic_areas.RecordChange.slot",
    "strategic_areas.Region.code",
    "strategic_areas.Source.key",
    "strategic_areas.StrategicArea.code",
    "strategic_areas.Term.code",
    "strategic_areas.TipTier.tier",
    "strategic_areas.DisclosedForm.family",
}


def purge(phrases=NAME, **fields):
    asked = purging.request_purge(phrases, by=make.reviewer(), **fields)
    purging.confirm(asked, by=make.reviewer())
    return asked


def columns_that_hold(words):
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - our own tables
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                found += [
                    f"{table}.{name}"
                    for name, value in zip(names, row, strict=True)
                    if words in json.dumps(value, default=str, ensure_ascii=False)
                ]
    return sorted(set(found))


def plant_everywhere():
    activity_update = make.published_update(
        narrative_es=TEXT, obstacle_es=TEXT, internal_note=TEXT
    )
    returned = make.returned_update(next_step_es=TEXT, reason=TEXT)
    author = make.focal_point()
    sent = make.update(
        activity=returned.activity,
        period=make.round(plan=returned.plan),
        by=returned.contributors.get(),
        narrative_es=TEXT,
    )
    workflow.submit_all(
        sent.period,
        sent.agency,
        make.seen_versions(sent),
        by=returned.contributors.get(),
    )
    draft = make.update(narrative_es=TEXT)
    make.evidence(draft, title_es=TEXT)
    make.evidence(draft, url="https://example.org/juana-perez-zapata")
    make.file_evidence(draft, name=f"{NAME}.pdf")
    ImportedRecord.objects.create(
        plan=draft.plan, section="activities", key="x", values={"note": [TEXT]}
    )
    queue_mail(to="a@example.org", language="es", kind="x", subject="x", text=TEXT)
    LogEntry.objects.create(
        user=author, object_repr=TEXT, action_flag=2, change_message=json.dumps([TEXT])
    )
    return activity_update


def test_the_words_stand_nowhere_in_the_database_afterwards():
    plant_everywhere()
    before = columns_that_hold(NAME)

    purge()

    assert len(before) > 15
    assert columns_that_hold(NAME) == []
    assert columns_that_hold("juana-perez-zapata") == []


WAYS_TO_WRITE = (
    "JUANA PEREZ  ZAPATA",
    "juana\npérez-zapata",
    "juana_perez_zapata",
    "Juana P&eacute;rez Zapata",
    "Juana P\\u00e9rez Zapata",
    "juana%20p%C3%A9rez%20zapata",
)


def test_the_words_are_found_however_they_are_written():
    period, agency = make.round(), make.agency()
    by, commitment = make.focal_point(agency=agency), make.commitment(plan=period.plan)
    updates = {
        written: make.update(
            activity=make.activity(commitment=commitment, agency=agency),
            period=period,
            by=by,
            narrative_es=f"Con {written}, ayer.",
        )
        for written in WAYS_TO_WRITE
    }

    purge()

    stored = ActivityUpdate.objects.in_bulk()
    told = {written: stored[each.pk].narrative_es for written, each in updates.items()}
    assert told == dict.fromkeys(WAYS_TO_WRITE, MARKER)


def test_words_inside_other_words_and_texts_without_them_stay():
    update = make.published_update(narrative_es="Las mananas fueron productivas.")

    purge("mana\nnada que este")

    update.refresh_from_db()
    assert update.narrative_es == "Las mananas fueron productivas."
    assert update.purged_at is None


@pytest.mark.parametrize(
    "phrases", ["abc", "Juana Pérez\nAna", "¡!--", "de la", "Juana Pérez\n¡Por qué!"]
)
@pytest.mark.sqlite
def test_words_that_would_be_found_everywhere_are_refused(phrases):
    with pytest.raises(purging.PhrasesError):
        purging.request_purge(phrases, by=make.reviewer())

    assert Purge.objects.count() == 0


def test_a_purge_is_carried_out_once_forgets_its_words_and_stays():
    asked = purge()

    for again in (purging.confirm, purging.cancel):
        with pytest.raises(RefusedError):
            again(asked, by=make.reviewer())
    rows = Purge.objects.filter(pk=asked.pk)
    assert is_refused(partial(rows.update, status="applying"))
    assert is_refused(rows.delete)

    asked.refresh_from_db()
    assert (asked.status, asked.phrases, asked.files) == ("approved", "", "")


def test_whoever_calls_her_own_purge_off_leaves_hidden_what_it_hid():
    update = make.published_update(narrative_es=TEXT)
    asked = purging.request_purge(NAME, by=make.reviewer())

    purging.cancel(asked, by=asked.proposed_by)

    update.refresh_from_db()
    told = asked.status, asked.phrases, update.narrative_es
    (takedown,) = HIDING_STEPS.waiting_for(make.reviewer())
    HIDING_STEPS.decline(takedown, by=make.administrator(), reason="No era.")
    update.refresh_from_db()
    assert (*told, update.narrative_es) == ("taken_back", "", MARKER, TEXT)


def with_file(name="acta.pdf", **fields):
    update = make.update(**fields)
    item = make.file_evidence(update, name=name)
    make.publish(update, evidence=[item])
    item.refresh_from_db()
    assert item.is_public
    return update, item


def test_a_purge_that_another_person_calls_off_brings_all_of_it_back():
    update, evidence = with_file(f"{NAME}.pdf", narrative_es=TEXT)
    law, other = make.law(name_es=NAME), make.reviewer()
    asked = purging.request_purge(NAME, by=make.reviewer())
    waits = list(HIDING_STEPS.waiting_for(other))

    purging.cancel(asked, by=other)

    for record in (update, evidence, law):
        record.refresh_from_db()
    assert (asked.status, waits) == ("declined", [])
    assert (update.narrative_es, law.name_es, evidence.is_public) == (TEXT, NAME, True)


@pytest.mark.sqlite
def test_asking_hides_at_once_what_the_public_reads_and_nothing_else(client):
    public, evidence = with_file(f"{NAME}.pdf", narrative_es=TEXT)
    sent = make.submitted_update(narrative_es=TEXT)
    declared = make.published_declaration(statement_es=TEXT)
    draft = make.update(narrative_es=TEXT)
    law, line = (
        make.law(name_es=NAME),
        make.help_line(scope_es=NAME, numbers=[NAME, "212"]),
    )
    pages = [public.get_absolute_url("es"), declared.get_absolute_url("es")]
    pages += ["/base-legal/", "/ayuda/"]
    stood = [NAME in client.get(page).text for page in pages]

    purging.request_purge(NAME, by=make.administrator())

    for record in (public, sent, draft, evidence, law, line):
        record.refresh_from_db()
    assert [NAME in client.get(page).text for page in pages] == [False] * 4
    assert (stood, evidence.is_public) == ([True] * 4, False)
    assert (law.name_es, line.numbers) == (MARKER, [MARKER, "212"])
    assert (draft.narrative_es, draft.version) == (TEXT, 1)
    assert sent.narrative_es == TEXT


def test_a_file_that_shall_go_is_closed_to_the_public_at_once(open_record):
    _update, item = with_file()
    asked = purging.request_purge("", files=[item.token], by=make.reviewer())
    item.refresh_from_db()
    closed = not item.is_public

    purging.confirm(asked, by=make.reviewer())

    item.refresh_from_db()
    assert (closed, item.kind) == (True, "removed")


def test_a_reason_that_two_people_told_is_hidden_too():
    takedown = make.takedown(make.law(), why=f"Nombraba a {NAME}.")
    HIDING_STEPS.approve(takedown, by=make.reviewer())

    purging.request_purge(NAME, by=make.reviewer())

    takedown.refresh_from_db()
    assert takedown.why == ""


def test_what_a_purge_hid_is_told_of_as_confirmed_once_it_is_done(client):
    law = make.law(name_es=NAME)
    asked = purging.request_purge(NAME, by=make.reviewer())
    (takedown,) = Takedown.objects.all()

    purging.confirm(asked, by=make.reviewer())

    takedown.refresh_from_db()
    law.refresh_from_db()
    assert (takedown.status, takedown.rows, law.name_es) == ("approved", {}, MARKER)
    told = "Textos de varios registros: Contenía datos personales."
    assert told in client.get("/correcciones/").text


def test_the_trace_tells_who_when_and_how_many_places_and_no_word():
    update = make.published_update(narrative_es=TEXT)
    asked = purge()

    step = update.transitions.last()

    assert (step.from_status, step.to_status) == ("published", Transition.PURGED)
    assert (step.by, step.reason) == (asked.decided_by, "")
    update.refresh_from_db()
    assert (update.status, update.purged_at is None) == ("published", False)

    assert dict(asked.counts)[ActivityUpdate] == 2  # Spanish, and its copy
    assert asked.places.filter(model="strategic_areas.activityupdate").count() == 3


def test_without_a_running_purge_a_public_text_never_changes():
    update = make.published_update(narrative_es=TEXT)
    rows = ActivityUpdate.objects.filter(pk=update.pk)
    make.purge()

    for text in (MARKER, "", "Otro texto."):
        assert is_refused(partial(rows.update, narrative_es=text)), text

    update.refresh_from_db()
    assert update.narrative_es == TEXT


@pytest.fixture
def running():
    """A purge in the middle of its transaction, with one place listed."""
    update = make.published_update(narrative_es=TEXT, obstacle_es=TEXT)
    asked = make.purge()
    Purge.objects.filter(pk=asked.pk).update(
        status="applying", decided_by=make.reviewer(), decided_at=asked.proposed_at
    )
    PurgedText.objects.create(
        purge=asked,
        model="strategic_areas.activityupdate",
        row=update.pk,
        field="narrative_es",
    )
    return update


def test_a_running_purge_writes_the_marker_where_it_is_listed_and_nothing_else(running):
    rows = ActivityUpdate.objects.filter(pk=running.pk)

    for change in (
        {"narrative_es": "Otro texto."},
        {"narrative_es": ""},
        {"obstacle_es": MARKER},
        {"percent": 41},
        {"purged_at": "2026-01-01T00:00:00Z"},
    ):
        assert is_refused(partial(rows.update, **change)), change

    assert rows.update(narrative_es=MARKER) == 1


def test_a_listed_place_is_never_changed_or_deleted(running):
    place = PurgedText.objects.get()

    assert is_refused(partial(PurgedText.objects.filter(pk=place.pk).update, row=0))
    assert is_refused(place.delete)
    assert PurgedText.objects.get() == place


def test_whoever_has_the_words_on_her_screen_does_not_save_them_again():
    draft = make.update(narrative_es=TEXT)
    seen = draft.version

    purge()

    with pytest.raises(workflow.EditConflictError):
        workflow.save_draft(draft, by=draft.contributors.get(), seen_version=seen)
    draft.refresh_from_db()
    assert draft.narrative_es == MARKER


def test_a_mail_that_held_them_is_not_sent():
    queue_mail(to="a@example.org", language="es", kind="x", subject="Hola", text=TEXT)

    purge()

    mail = Mail.objects.get()
    assert (mail.subject, mail.text, mail.html) == (MARKER, MARKER, MARKER)
    assert list(Mail.objects.waiting()) == []


def test_what_an_import_remembers_differs_from_the_marker():
    update = make.update(narrative_es=TEXT)
    ImportedRecord.objects.create(
        plan=update.plan, section="updates", key="x", values={"narrative_es": TEXT}
    )

    purge()

    assert ImportedRecord.objects.get().values == {"narrative_es": ""}


@pytest.mark.django_db(transaction=True)
def test_a_named_file_goes_with_every_copy_and_its_row_stays(open_record):
    item = make.file_evidence(make.update())
    copy = Evidence.objects.get(pk=item.pk)
    copy.pk = None
    copy.save()
    token = item.token

    purge("", files=[token])

    assert not evidence_storage().exists(token)
    assert set(Evidence.objects.values_list("kind", "file", "original_name")) == {
        ("removed", "", "")
    }
    assert columns_that_hold(token) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.sqlite
def test_mails_written_as_files_go(settings, tmp_path, open_record):
    settings.EMAIL_FILE_PATH = tmp_path
    body = "Content-Type: text/plain; charset=utf-8\nSubject: x\n\n"
    (tmp_path / "a.eml").write_text(body + TEXT, encoding="utf-8")
    (tmp_path / "b.eml").write_text(f"{body}Nada.", encoding="utf-8")

    purge()

    assert [path.name for path in tmp_path.iterdir()] == ["b.eml"]


@pytest.mark.sqlite
def test_what_only_people_can_change_is_told_and_left():
    make.administrator(username="juana.perez.zapata")
    asked = purging.request_purge(NAME, by=make.reviewer())

    places, left = purging.preview_purge(asked)

    assert places == []
    assert [place.field.name for place in left] == ["username"]


@pytest.mark.sqlite
def test_every_text_column_is_blanked_or_argued_for():
    left = set()
    for model in searched_models():
        is_ours = model._meta.app_label in {"agencies", "strategic_areas"}
        if model.__name__.startswith("Historical") or not is_ours:
            continue
        for field in text_fields(model):
            is_word = field.choices or isinstance(
                field, models.SlugField | models.FileField
            )
            if blanking_method(field) is BlankingMethod.LEAVE and not is_word:
                label = model._meta.label
                name = "*" if label == "agencies.User" else field.name
                left.add(f"{label}.{name}")

    assert left == LEFT


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_not_even_the_bytes_of_the_database_file_hold_the_words(open_record):
    plant_everywhere()

    purge()

    name = Path(settings.DATABASES["default"]["TEST"]["NAME"])
    for path in name.parent.glob(f"{name.name}*"):
        assert NAME.encode() not in path.read_bytes()


def files_that_hold(words):
    encoded = [words.encode(), quopri.encodestring(words.encode())]
    return [
        path.relative_to(settings.VAR_DIR).as_posix()
        for path in sorted(settings.VAR_DIR.rglob("*"))
        if path.is_file() and any(each in path.read_bytes() for each in encoded)
    ]


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_no_file_of_the_portal_holds_the_words_afterwards(settings):
    """The name is of this test alone: SQLite's log has what others rolled back."""
    settings.EMAIL_BACKEND = "agencies.mail.FileBackend"
    name = "Eulalia Ñáñez Quirós"
    make.published_update(narrative_es=f"Con {name}.")
    draft = make.update(narrative_es=f"Y con {name}.")
    item = make.file_evidence(draft, name=f"{name}.pdf")
    invitation, _secret = make.invitation()
    invitation.letter_name = f"{name}.pdf"
    invitation.letter.save("carta", ContentFile(name))
    queue_mail(to="a@example.org", language="es", kind="x", subject="x", text=name)
    send_queue()
    stored = [item.file.path, invitation.letter.path]
    before = files_that_hold(name)

    purge(name)

    assert {Path(each).parts[0].partition(".")[0] for each in before} == {
        *("letters", "mail", "test")  # "test" is the database
    }
    assert [os.path.exists(path) for path in stored] == [False, False]
    assert files_that_hold(name) == []
