"""Evidence in the rows of the sheet: who attaches what, and what a refusal leaves."""

import errno

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.files import uploadedfile
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from agencies.access import Role
from strategic_areas import workflow
from strategic_areas.desk.sheet.sheet_page import AttachEvidenceForm
from strategic_areas.evidence import FILES_PER_UPDATE
from strategic_areas.models import ActivityUpdate, Evidence, Submission
from tests import make
from tests.uploads import make_pdf
from tests.world import Desk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]

LINK = {"title_es": "Acta", "url": "https://example.org/acta"}
ARCHIVE = {"title_es": "Acta", "archive_office": "Archivo", "archive_number": "7-2026"}
IDENTIFIER = "001-1234567-8"


class Row(Desk):
    def __init__(self):
        super().__init__()
        self.update = make.update(**self.about)

    def attach(self, activity=None, *, headers=None, **fields):
        activity = activity or self.activity
        return self.post("sheet_row_attach", activity, headers=headers, **fields)

    def detach(self, item, activity=None):
        return self.post("sheet_row_detach", activity or self.activity, item)

    def file(self, content=None, name="Acta.pdf"):
        return SimpleUploadedFile(name, content or make_pdf())


@pytest.fixture(scope="module")
def kept_row(lasting):
    return Row().keep()


@pytest.fixture
def row(client, db, kept_row):
    return kept_row.again(client)


def test_each_of_the_three_kinds_is_attached_and_stays_internal(row, folder):
    answers = [
        row.attach(**LINK),
        row.attach(**ARCHIVE),
        row.attach(title_es="Acta", upload=row.file()),
    ]

    kept = row.update.evidences.all()
    assert [answer.status_code for answer in answers] == [302] * 3
    assert [item.kind for item in kept] == ["link", "archive", "file"]
    assert not any(item.is_public for item in kept)
    assert kept[2].size == (folder / kept[2].token).stat().st_size


WRONG = [
    ({"title_es": "Acta"}, "upload"),
    ({**LINK, "title_es": ""}, "title_es"),
    ({**LINK, "url": "ftp://example.org/"}, "url"),
    ({**LINK, **ARCHIVE}, "archive_office"),
    ({"title_es": "Acta", "archive_office": "Archivo"}, "archive_number"),
    ({**LINK, "title_es": f"Acta de {IDENTIFIER}"}, "title_es"),
    ({**ARCHIVE, "archive_number": IDENTIFIER}, "archive_number"),
]


def test_what_is_wrong_is_said_beside_its_field(row):
    for fields, wrong in WRONG:
        form = AttachEvidenceForm(fields, record=row.update, action="")

        assert list(form.errors) == [wrong], fields


@pytest.mark.parametrize(
    ("name", "content"),
    [("Acta.pdf", b"MZ"), ("Acta.exe", make_pdf()), (f"{IDENTIFIER}.pdf", make_pdf())],
)
def test_a_refused_file_leaves_text_and_folder_as_they_were(row, folder, name, content):
    response = row.attach(title_es="Acta", upload=row.file(content, name))

    row.update.refresh_from_db()
    (shown,) = response.context["rows"]
    assert (response.status_code, list(shown.evidence.form.errors)) == (422, ["upload"])
    assert shown.form["narrative_es"].value() == row.update.narrative_es
    assert not Evidence.objects.exists()
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_a_report_takes_so_many_files_and_no_more(row):
    for _ in range(FILES_PER_UPDATE):
        make.file_evidence(row.update)

    response = row.attach(title_es="Acta", upload=row.file())

    assert response.status_code == 422
    assert row.update.evidences.count() == FILES_PER_UPDATE


def test_whoever_attaches_reads_how_to_save_as_pdf_before_and_after(row):
    before = row.attach(title_es="").content.decode()
    refused = row.attach(title_es="Acta", upload=row.file(b"PK", "Acta.docx"))

    told = "En el teléfono: ábralo en Word o Excel"
    page = refused.content.decode()
    assert refused.status_code == 422
    assert 'accept=".pdf,.jpg,.jpeg,.png"' in before
    # Beside the field of the activity and of its commitment, and in the refusal.
    assert (before.count(told), page.count(told)) == (2, 3)


def test_the_same_file_is_refused_twice(row):
    make.file_evidence(row.update, name="Primera.pdf")
    make.file_evidence(name="Ajena.pdf")

    response = row.attach(title_es="Acta", upload=row.file(name="Otra.pdf"))

    (shown,) = response.context["rows"]
    assert response.status_code == 422
    assert "Primera.pdf" in str(shown.evidence.form.errors["upload"])
    assert row.update.evidences.count() == 1


def test_evidence_does_not_make_an_open_row_stale(row):
    seen = row.update.version

    row.attach(**LINK)
    saved = row.client.post(
        row.address("sheet_row", row.activity),
        {"percent": "60", "narrative_es": "Más.", "seen_version": seen},
    )

    row.update.refresh_from_db()
    assert (saved.status_code, row.update.percent) == (302, 60)
    assert row.update.evidences.count() == 1


def test_the_script_is_answered_with_the_evidence_alone(row):
    script = {"X-Row-Only": "1"}

    taken = row.attach(headers=script, **LINK)
    refused = row.attach(headers=script, title_es="Acta")

    pages = [answer.content.decode() for answer in (taken, refused)]
    assert [answer.status_code for answer in (taken, refused)] == [200, 422]
    assert [page.count("/quitar/") for page in pages] == [1, 1]
    assert [page.count("data-evidence") for page in pages] == [1, 1]
    assert [page.count("data-row=") for page in pages] == [0, 0]


def test_whoever_attaches_does_not_publish(row):
    colleague = make.focal_point(agency=row.agency)
    colleague.groups.add(Group.objects.get(name=Role.REVIEWER))
    row.client.force_login(colleague)

    row.attach(**LINK)
    workflow.submit(row.update, by=row.user)

    with pytest.raises(workflow.TransitionError):
        workflow.publish(row.update, by=colleague)


def test_attaching_mends_what_came_back_for_want_of_evidence(row):
    workflow.submit(row.update, by=row.user)
    workflow.return_to_agency(row.update, by=make.reviewer(), reason="Falta el acta.")
    address = row.address()

    before = row.client.get(address).context["sheet"].asked_rows[0].state
    row.attach(**LINK)
    after = row.client.get(address).context["sheet"].asked_rows[0].state

    assert (before, after) == ("returned", "ready")


def test_it_is_removed_while_the_row_is_written_in(row):
    item = make.evidence(row.update)

    row.detach(item)

    assert not Evidence.objects.exists()


def test_what_was_sent_keeps_its_evidence(row):
    item = make.evidence(row.update)
    workflow.submit(row.update, by=row.user)

    refused = row.attach(**LINK)
    row.detach(item)

    assert refused.status_code == 422
    assert list(row.update.evidences.all()) == [item]


def test_nobody_reaches_the_evidence_of_another_agency(row):
    theirs = make.update(
        activity=make.activity(plan=row.update.activity.plan), period=row.period
    )
    item = make.evidence(theirs)
    theirs_is_mine = row.address("sheet_row_detach", row.activity, item)

    answers = [
        row.attach(theirs.activity, **LINK),
        row.detach(item, theirs.activity),
        row.client.post(theirs_is_mine),
    ]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert list(Evidence.objects.all()) == [item]


def test_a_row_with_nothing_saved_takes_no_evidence_yet(row):
    activity = make.activity(
        commitment=row.update.activity.commitment, agency=row.agency
    )

    response = row.attach(activity, **LINK)

    assert response.url.endswith(f"?fila={activity.pk}#fila-{activity.pk}")
    assert not Evidence.objects.exists()
    assert not ActivityUpdate.objects.filter(activity=activity).exists()


def test_the_receipt_names_the_evidence(row):
    item = make.file_evidence(row.update)
    seen = make.seen_versions(row.update)

    kept = workflow.submit_all(row.period, row.agency, seen, by=row.user)

    assert Submission.objects.get().content["reports"][0]["evidence"] == [
        {
            "kind": "file",
            "title": item.title_es,
            "where": "Acta.pdf",
            "sha256": item.sha256,
        }
    ]
    page = row.client.get(reverse("admin:receipt", args=[kept.pk]))
    assert "Acta.pdf" in page.content.decode()


@pytest.mark.parametrize("headers", [{}, {"X-Row-Only": "1"}])
def test_evidence_alone_begins_a_correction(row, headers):
    old = make.evidence(row.update, title_es="Lista de talleres")
    make.publish(row.update)

    answer = row.attach(**LINK, headers=headers)

    correction = ActivityUpdate.objects.get(status="draft")
    titles = set(correction.evidences.values_list("title_es", flat=True))
    assert titles == {"Lista de talleres", "Acta"}
    row.update.refresh_from_db()
    assert (row.update.status, list(row.update.evidences.all())) == ("published", [old])
    if headers:
        assert f'data-begun="{correction.version}"' in answer.content.decode()
    # It differs by its evidence, so it can be sent.
    workflow.submit(correction, by=row.user)


def test_refused_evidence_begins_no_correction(row):
    make.publish(row.update)

    refused = row.attach(title_es="Acta")

    assert refused.status_code == 422
    assert b"evidence-form" in refused.content
    assert ActivityUpdate.objects.get().status == "published"


def test_a_published_report_takes_evidence_where_it_is_corrected(row):
    item = make.evidence(row.update)
    make.publish(row.update)
    sheet = row.address()
    key = row.update.activity_id
    address = row.address("sheet_row_attach", row.activity)
    remove = row.address("sheet_row_detach", row.activity, item)

    read = row.client.get(f"{sheet}?fila={key}").content.decode()
    corrected = row.client.get(f"{sheet}?fila={key}&corregir=1").content.decode()

    assert address not in read
    assert address in corrected
    assert remove not in corrected
    assert row.detach(item).status_code == 302
    assert row.update.evidences.count() == 1


@pytest.fixture
def row_of_a_browser(db, kept_row):
    """The same with a client that gets an answer, whatever happens, and has a token."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    row = kept_row.again(client)
    client.cookies[settings.CSRF_COOKIE_NAME] = token = "a" * 32
    row.token = {"csrfmiddlewaretoken": token}
    return row


@pytest.fixture
def full_disk(tmp_path):
    """A place for temporary files that takes nothing, and says so as a disk does."""
    device, opened = tmp_path / "full", []
    device.symlink_to("/dev/full")

    def open_one(**options):
        opened.append(device.open("wb", buffering=0))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


def test_a_full_disk_receives_no_photo(row_of_a_browser, full_disk, monkeypatch):
    monkeypatch.setattr(uploadedfile.tempfile, "NamedTemporaryFile", full_disk)
    photo = row_of_a_browser.file(bytes(settings.FILE_UPLOAD_MAX_MEMORY_SIZE + 1))

    answer = row_of_a_browser.attach(
        title_es="Foto", upload=photo, **row_of_a_browser.token
    )

    assert (answer.status_code, answer.templates[0].name) == (507, "507.html")
    assert answer.context["is_post"]
    assert not Evidence.objects.exists()


def test_a_full_disk_stores_no_file_and_says_so(row_of_a_browser, monkeypatch):
    def refuse(storage, name, content):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", refuse)

    answer = row_of_a_browser.attach(
        title_es="Acta", upload=row_of_a_browser.file(), **row_of_a_browser.token
    )

    assert (answer.status_code, answer.templates[0].name) == (507, "507.html")
    assert not Evidence.objects.exists()
