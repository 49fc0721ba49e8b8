"""The evidence of a public revision stays as reviewed, whoever writes."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from strategic_areas import evidence, purging, workflow
from strategic_areas.disclosure import MARKER
from strategic_areas.evidence.cleaning import CleanFile
from strategic_areas.evidence.storage import evidence_storage
from strategic_areas.models import Evidence, Purge, PurgedText
from strategic_areas.public_paths import public_path
from tests import make
from tests.strategic_areas.test_evidence import contents, save, staff_address, status_of
from tests.uploads import make_pdf

pytestmark = pytest.mark.django_db

TABLE = Evidence._meta.db_table
ARCHIVE = {"archive_office": "Archivo central", "archive_number": "14-B"}


def make_published_evidence(update=None, **fields):
    item = make.evidence(update, **fields)
    make.publish(item.record)
    return item


def stored(item):
    """Every column of the row, past the manager that translates."""
    return QuerySet(Evidence).order_by().values().get(pk=item.pk)


def refused(statement, *values):
    """Whether the database takes this piece of SQL for an attempt on the record."""
    try:
        with transaction.atomic(), connection.cursor() as sql:
            sql.execute(statement, values)
    except IntegrityError:
        return True
    return False


def test_not_even_sql_changes_the_evidence_of_a_public_revision():
    item, other = make_published_evidence(), make.update()
    before = stored(item)

    for change in (
        "title = 'Otra'",
        "title_es = 'Otra'",
        "title_en = 'Another'",
        "url = 'https://example.org/otra'",
        "kind = 'removed', url = ''",
        f"title_es = '{MARKER}'",
        f"activity_update_id = {other.pk}",
    ):
        statement = f"UPDATE {TABLE} SET {change} WHERE id = %s"  # noqa: S608
        assert refused(statement, item.pk), change
        assert stored(item) == before, change


def test_the_file_of_a_public_revision_is_never_exchanged():
    item = make.file_evidence()
    make.publish(item.record)
    before = stored(item)

    for column in ("file", "original_name", "sha256", "content_type"):
        statement = f"UPDATE {TABLE} SET {column} = 'otro' WHERE id = %s"  # noqa: S608
        assert refused(statement, item.pk), column
        assert stored(item) == before, column


@pytest.mark.parametrize("maker", [make.update, make.declaration])
def test_evidence_is_neither_added_to_a_public_revision_nor_taken_from_it(maker):
    item = make_published_evidence(maker())
    draft = make.evidence()
    link = "activity_update" if item.activity_update else "commitment_update"
    there = {"activity_update": None, "commitment_update": None, link: item.record}

    assert refused(f"DELETE FROM {TABLE} WHERE id = %s", item.pk)  # noqa: S608
    with pytest.raises(IntegrityError), transaction.atomic():
        make.evidence(item.record)
    with pytest.raises(IntegrityError), transaction.atomic():
        Evidence.objects.filter(pk=draft.pk).update(**there)

    assert list(item.record.evidences.all()) == [item]


def test_evidence_stays_beside_what_was_replaced_or_withdrawn():
    replaced, withdrawn = make_published_evidence(), make_published_evidence()
    revision = workflow.begin_correction(
        replaced.record, by=make.focal_point(agency=replaced.record.agency)
    )
    revision.percent = 90
    by = revision.contributors.get()
    workflow.save_draft(revision, by=by, seen_version=revision.version)
    make.publish(revision)
    workflow.withdraw(withdrawn.record, by=make.reviewer(), cause="error")

    for item in (replaced, withdrawn):
        before = stored(item)
        change = f"UPDATE {TABLE} SET title_es = 'Otra' WHERE id = %s"  # noqa: S608
        assert refused(change, item.pk)
        assert refused(f"DELETE FROM {TABLE} WHERE id = %s", item.pk)  # noqa: S608
        assert stored(item) == before


def test_a_reviewer_still_clears_it_and_takes_that_back():
    item = make_published_evidence()

    for is_public in (True, False):
        Evidence.objects.filter(pk=item.pk).update(is_public=is_public)

        assert stored(item)["is_public"] is is_public


def test_a_correction_takes_copies_that_are_free_to_change():
    item = make_published_evidence()
    before = stored(item)

    person = make.focal_point(agency=item.record.agency)
    revision = workflow.begin_correction(item.record, by=person)
    copy = revision.evidences.get()
    copy.title_es = "Otra"
    copy.save()
    copy.delete()

    assert stored(item) == before


def test_evidence_of_a_draft_changes_and_goes():
    item = make.evidence()

    item.title_es = "Otra"
    item.save()
    assert stored(item)["title_es"] == "Otra"

    item.delete()
    assert not Evidence.objects.exists()


def test_a_purge_marks_its_title_and_takes_away_where_it_is():
    named = make.evidence(title_es="Acta de Juana Pérez Zapata")
    draft = named.record
    kept = make.evidence(draft, **ARCHIVE)
    link = make.evidence(draft, url="https://example.org/juana-perez-zapata")
    office = make.evidence(
        draft, archive_office="Juana Pérez Zapata", archive_number="1"
    )
    make.publish(draft)
    before = stored(kept)

    make.purged("Juana Pérez Zapata")

    assert stored(named)["title_es"] == MARKER
    gone = {"url": "", "archive_office": "", "archive_number": "", "kind": "removed"}
    for item in (link, office):
        assert stored(item).items() >= gone.items()
    assert stored(kept) == before


@pytest.fixture
def running():
    """A piece of evidence of which a purge that runs has listed just the title."""
    item = make_published_evidence()
    asked = purging.request_purge("Juana Pérez Zapata", by=make.reviewer())
    Purge.objects.filter(pk=asked.pk).update(
        status="applying", decided_by=make.reviewer(), decided_at=asked.proposed_at
    )
    PurgedText.objects.create(
        purge=asked, model="strategic_areas.evidence", row=item.pk, field="title_es"
    )
    return item


def test_a_running_purge_changes_only_what_it_has_listed(running):
    rows = Evidence.objects.filter(pk=running.pk)

    for change in (
        {"title_es": "Otra"},
        {"title_en": MARKER},
        {"kind": "removed", "url": ""},
        {"url": "https://example.org/otra"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)

    assert rows.update(title_es=MARKER) == 1


def test_what_a_purge_removed_never_comes_back():
    item = make_published_evidence(url="https://example.org/juana-perez-zapata")
    make.purged("Juana Pérez Zapata")

    with pytest.raises(IntegrityError), transaction.atomic():
        Evidence.objects.filter(pk=item.pk).update(
            kind="link", url="https://example.org/"
        )

    assert stored(item)["kind"] == "removed"


# Evidence of kinds that were once taken stays readable, and goes as all other does

_open = "application/vnd.openxmlformats-officedocument"
TYPES = {
    "Acta.docx": f"{_open}.wordprocessingml.document",
    "Lista.xlsx": f"{_open}.spreadsheetml.sheet",
    "Tabla.csv": "text/csv; charset=utf-8",
}


def plant(update, name):
    item = make.evidence(update)
    evidence.attach_file(item, CleanFile(name, TYPES[name], name.encode()))
    item.url = ""
    item.save()
    return item


@pytest.mark.parametrize("name", TYPES)
def test_everybody_saves_it_while_its_report_is_published(client, name):
    update = make.submitted_update()
    item = plant(update, name)
    workflow.publish(update, by=make.reviewer(), evidence=[item])

    response = client.get(public_path("evidence", item.token))
    page = client.get(update.activity.commitment.get_absolute_url()).content.decode()

    assert contents(response) == name.encode()
    assert response.headers["Content-Type"] == TYPES[name]
    assert response.headers["Content-Disposition"].endswith(name)
    assert name.rpartition(".")[2].upper() in page
    workflow.withdraw(update, by=make.reviewer(), cause="error")
    assert status_of(client, public_path("evidence", item.token)) == 404
    assert evidence_storage().exists(item.token)


@pytest.mark.parametrize("name", TYPES)
def test_a_draft_keeps_it_beside_a_new_file(client, name):
    update = make.update()
    item = plant(update, name)
    client.force_login(update.contributors.get())
    row = {"id": item.pk, "activity_update": update.pk}
    taken = save(
        client,
        update,
        row,
        {"upload": SimpleUploadedFile("Acta.pdf", make_pdf())},
        initial=1,
    )

    assert taken.status_code == 302
    assert update.evidences.count() == 2
    assert contents(client.get(staff_address(item))) == name.encode()


def test_a_correction_takes_it_along():
    update = make.submitted_update()
    item = plant(update, "Acta.docx")
    workflow.publish(update, by=make.reviewer(), evidence=[item])

    assert make.correction(update).evidences.get().file.name == item.file.name


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.django_db(transaction=True)
def test_a_purge_removes_it(name):
    item = plant(make.update(), name)
    token = item.token

    asked = purging.request_purge("", by=make.reviewer(), files=[token])
    purging.confirm(asked, by=make.reviewer())

    assert not evidence_storage().exists(token)
    assert Evidence.objects.get().kind == Evidence.Kind.REMOVED
