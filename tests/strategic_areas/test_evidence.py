"""Evidence of a report: who attaches it, who opens it, when a file is deleted."""

import copy

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from pikepdf import Dictionary, Name

from plan_portal.urls import EVIDENCE_FILES
from strategic_areas import evidence, workflow
from strategic_areas.evidence import storage
from strategic_areas.models import Evidence
from strategic_areas.public_paths import RESERVED_WORDS, public_path
from strategic_areas.queries.updates import public_updates
from tests import make
from tests.make.plans import put_back_in_preparation
from tests.strategic_areas.test_evidence_files import in_root
from tests.uploads import make_image, make_pdf, make_photo
from tests.world import Lasting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]

ADD = reverse("admin:strategic_areas_activityupdate_add")


def files_in(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def staff_address(item):
    return reverse("staff_evidence", args=[item.token])


def public_address(item, language="es"):
    return public_path("evidence", item.token, language=language)


def filled(update, *rows, initial=0, **fields):
    posted = {
        "activity": update.activity.pk,
        "period": update.period.pk,
        "execution": "in_progress",
        "percent": "60",
        "narrative_es": "Se capacitó al personal.",
        "seen_version": update.version,
        "evidences-TOTAL_FORMS": str(len(rows)),
        "evidences-INITIAL_FORMS": str(initial),
        **fields,
    }
    for number, row in enumerate(rows):
        for name, value in {"title_es": "Acta", **row}.items():
            posted[f"evidences-{number}-{name}"] = value
    return posted


def pdf_upload(name="Acta año.pdf", *, number=0):
    """A PDF; another ``number`` makes another file."""

    def change(pdf):
        pdf.pages[0].obj["/Number"] = number

    return SimpleUploadedFile(name, make_pdf(change))


class Author(Lasting):
    def __init__(self):
        self.update = make.update()
        self.user = self.update.contributors.get()


@pytest.fixture(scope="module")
def kept_author(lasting):
    return Author().keep()


@pytest.fixture
def draft(client, db, kept_author):
    return kept_author.again(client).update


def save(client, update, *rows, **fields):
    name = f"admin:strategic_areas_{update._meta.model_name}_change"
    return client.post(reverse(name, args=[update.pk]), filled(update, *rows, **fields))


def row_errors(response):
    """Fields with an error, row by row of the evidence."""
    (formset,) = response.context["inline_admin_formsets"]
    return [sorted(form.errors) for form in formset.formset.forms]


# Attaching


def test_a_file_is_kept_cleaned_under_a_name_of_its_own(client, draft, folder):
    upload = SimpleUploadedFile("../Foto de Ana.jpg", make_photo())

    response = save(client, draft, {"upload": upload})

    item = draft.evidences.get()
    (path,) = folder.iterdir()
    assert response.status_code == 302
    assert (item.kind, item.original_name, item.content_type, item.is_public) == (
        "file",
        "Foto de Ana.jpg",
        "image/jpeg",
        False,
    )
    assert (item.token, item.size) == (path.name, path.stat().st_size)
    assert b"Exif" not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o640
    assert folder.stat().st_mode & 0o777 == 0o750


def test_a_token_is_too_long_to_guess():
    tokens = {make.file_evidence().token for _ in range(3)}

    assert len(tokens) == 3
    assert {len(bytes.fromhex(token)) * 8 for token in tokens} == {160}


def test_the_folder_lies_outside_of_what_is_served():
    location = settings.VAR_DIR / "evidence"
    static = [settings.STATIC_ROOT, *settings.STATICFILES_DIRS]

    assert settings.MEDIA_URL in {"", "/"}
    assert settings.MEDIA_ROOT == ""
    assert not any(location.is_relative_to(each) for each in static)
    assert settings.FILE_UPLOAD_PERMISSIONS == 0o640


def test_a_link_and_a_place_in_an_archive_are_kept(client, draft):
    save(
        client,
        draft,
        {"url": "https://example.org/acta"},
        {"archive_office": "Archivo central", "archive_number": "2026-14"},
    )

    link, archive = draft.evidences.all()
    assert (link.kind, link.url) == ("link", "https://example.org/acta")
    assert (archive.kind, archive.archive_office, archive.archive_number) == (
        "archive",
        "Archivo central",
        "2026-14",
    )


def test_a_file_comes_with_a_new_report(client, folder):
    activity = make.activity()
    period = make.round(plan=activity.plan)
    client.force_login(make.focal_point(agency=activity.agency))
    new = type("New", (), {"activity": activity, "period": period, "version": ""})

    response = client.post(ADD, filled(new, {"upload": pdf_upload()}))

    item = Evidence.objects.get(activity_update__activity=activity)
    assert response.status_code == 302
    assert files_in(folder) == [item.token]


#: What stands in a row that is not just one thing, and the fields that are told.
NOT_JUST_ONE = [
    ({}, ["upload"]),
    ({"url": "https://example.org", "archive_office": "A"}, ["archive_office"]),
    ({"archive_office": "Archivo"}, ["archive_number"]),
    ({"archive_number": "14"}, ["archive_office"]),
    ({"url": "ftp://example.org/a"}, ["url"]),
    ({"url": "javascript:alert(1)"}, ["url"]),
]


def test_a_row_that_is_not_just_one_thing_is_told_beside_its_field(client, draft):
    response = save(client, draft, *(row for row, _fields in NOT_JUST_ONE))

    assert row_errors(response) == [fields for _row, fields in NOT_JUST_ONE]
    assert not draft.evidences.exists()


def test_a_file_and_an_address_in_one_row_are_refused(client, draft, folder):
    response = save(
        client, draft, {"upload": pdf_upload(), "url": "https://example.org"}
    )

    assert row_errors(response) == [["url"]]
    assert files_in(folder) == []


def test_a_refused_file_is_told_and_leaves_nothing(client, draft, folder):
    html = SimpleUploadedFile("acta.pdf", b"<html></html>")

    response = save(client, draft, {"upload": pdf_upload()}, {"upload": html})

    draft.refresh_from_db()
    assert row_errors(response) == [[], ["upload"]]
    assert files_in(folder) == []
    assert (draft.percent, draft.evidences.count()) == (40, 0)


def test_a_hostile_file_is_refused_with_the_way_to_a_clean_copy(client, draft, folder):
    script = in_root("/OpenAction", Dictionary(S=Name.JavaScript))
    files = {"Acta.docx": b"PK", "Acta.csv": b"a;b", "Acta.pdf": make_pdf(script)}

    rows = [{"upload": SimpleUploadedFile(*file)} for file in files.items()]
    response = save(client, draft, *rows)

    assert row_errors(response) == [["upload"]] * 3
    assert "guárdelo primero como PDF" in response.content.decode()
    assert files_in(folder) == []


def test_a_save_that_fails_leaves_no_file(client, draft, folder, monkeypatch):
    def fail(*args, **kwargs):
        assert files_in(folder) != []  # the file was there
        raise RuntimeError("the line broke")

    monkeypatch.setattr(workflow, "submit", fail)

    with pytest.raises(RuntimeError, match="the line broke"):
        save(client, draft, {"upload": pdf_upload()}, _submit_for_review="1")

    assert files_in(folder) == []
    assert not draft.evidences.exists()


def test_a_report_takes_five_files_and_no_sixth(client, draft, folder):
    def rows(count):
        return [{"upload": pdf_upload(number=number)} for number in range(count)]

    refused = save(client, draft, *rows(6))
    nothing = files_in(folder)
    taken = save(client, draft, *rows(5))

    assert row_errors(refused) == [[], [], [], [], [], ["upload"]]
    assert nothing == []
    assert taken.status_code == 302
    assert draft.evidences.count() == 5


def test_stored_files_count_among_the_five(client, draft):
    stored = [make.file_evidence(draft) for _ in range(5)]
    kept = [{"id": item.pk, "activity_update": draft.pk} for item in stored]

    refused = save(client, draft, *kept, {"upload": pdf_upload(number=6)}, initial=5)
    kept[0]["DELETE"] = "on"
    taken = save(client, draft, *kept, {"upload": pdf_upload(number=6)}, initial=5)

    assert row_errors(refused)[5] == ["upload"]
    assert taken.status_code == 302
    assert draft.evidences.count() == 5


def test_the_same_file_is_refused_twice_on_one_report(client, draft, folder):
    stored = make.file_evidence(draft, name="Primera.pdf")
    kept = {"id": stored.pk, "activity_update": draft.pk}

    def change(pdf):
        pdf.docinfo["/Author"] = "Ana"

    again = SimpleUploadedFile("Otra.pdf", make_pdf(change))
    new = [{"upload": pdf_upload(f"{n}.pdf", number=n)} for n in ("1", "2")]
    twin = {"upload": pdf_upload("3.pdf", number="1")}

    response = save(client, draft, kept, {"upload": again}, *new, twin, initial=1)

    (formset,) = response.context["inline_admin_formsets"]
    errors = [form.errors.get("upload", "") for form in formset.formset.forms]
    assert row_errors(response) == [[], ["upload"], [], [], ["upload"]]
    assert "Primera.pdf" in str(errors[1])
    assert "1.pdf" in str(errors[4])
    assert files_in(folder) == [stored.token]


def test_the_same_file_may_stand_on_two_reports_and_replace_itself(client, draft):
    stored = make.file_evidence(draft)
    make.file_evidence()
    with storages["evidence"].open(stored.token) as file:
        same = SimpleUploadedFile("Igual.pdf", file.read())
    kept = {"id": stored.pk, "activity_update": draft.pk, "upload": same}

    response = save(client, draft, kept, initial=1)

    assert response.status_code == 302


def test_of_two_equal_files_stored_before_the_rule_both_stay(client, draft):
    stored = [make.file_evidence(draft) for _ in range(2)]
    rows = [{"id": item.pk, "activity_update": draft.pk} for item in stored]

    response = save(client, draft, *rows, {"upload": pdf_upload(number=9)}, initial=2)

    assert response.status_code == 302
    assert draft.evidences.count() == 3


def test_an_agency_has_room_for_so_much_and_no_more(client, draft, monkeypatch):
    sibling = make.update(
        activity=make.activity(commitment=draft.activity.commitment),
        period=draft.period,
        by=draft.contributors.get(),
    )
    used = make.file_evidence(sibling).size
    make.file_evidence()  # another agency's takes none of it
    size = evidence.clean_evidence(pdf_upload()).size

    monkeypatch.setattr(storage, "AGENCY_BYTES", used + size - 1)
    refused = save(client, draft, {"upload": pdf_upload()})
    monkeypatch.setattr(storage, "AGENCY_BYTES", used + size)
    taken = save(client, draft, {"upload": pdf_upload()})

    assert row_errors(refused) == [["upload"]]
    assert (taken.status_code, draft.evidences.count()) == (302, 1)


def test_a_file_that_a_correction_shares_takes_room_once(monkeypatch):
    update = make.submitted_update()
    item = make.file_evidence(update)
    workflow.publish(update, by=make.reviewer())
    workflow.begin_correction(update, by=update.contributors.get())
    new = evidence.clean_evidence(pdf_upload())

    monkeypatch.setattr(storage, "AGENCY_BYTES", item.size + new.size)
    evidence.check_space(update.agency, 1, [new])

    monkeypatch.setattr(storage, "AGENCY_BYTES", item.size + new.size - 1)
    with pytest.raises(evidence.RefusedFileError) as caught:
        evidence.check_space(update.agency, 1, [new])
    assert caught.value.code == "quota"


def test_a_request_larger_than_any_report_is_not_read(client, draft, monkeypatch):
    monkeypatch.setattr(evidence.limits, "REQUEST_BYTES", 2_000)
    large = SimpleUploadedFile("a.jpg", make_image("JPEG") + bytes(4_000))

    refused = save(client, draft, {"upload": large})
    monkeypatch.setattr(evidence.limits, "REQUEST_BYTES", 20_000)
    large.seek(0)
    taken = save(client, draft, {"upload": large})

    assert (refused.status_code, taken.status_code) == (400, 302)


def test_the_agency_cannot_clear_its_own_evidence(client, draft):
    save(client, draft, {"url": "https://example.org/", "is_public": "on"})

    assert draft.evidences.get().is_public is False


def test_a_reviewer_finds_every_item_with_its_link_and_clears_just_one(
    client, reviewer
):
    update = make.submitted_update()
    file, other = make.file_evidence(update), make.file_evidence(update)
    make.evidence(update, url="https://example.org/acta")
    make.evidence(update, archive_office="Archivo", archive_number="14-B")

    review = reverse("admin:review", args=["avance", update.pk])
    page = client.get(review).content.decode()
    publish = reverse("admin:review_publish", args=["avance", update.pk])
    data = {"seen_version": update.version, "evidence": [file.pk], "checked": "on"}
    client.post(publish, data)

    file.refresh_from_db()
    other.refresh_from_db()
    form = page[page.index(publish) :]
    assert f'href="{staff_address(file)}"' in form
    assert 'href="https://example.org/acta"' in form
    assert "14-B" in form
    assert (file.is_public, other.is_public) == (True, False)


# Opening, for staff


def contents(response):
    return b"".join(response.streaming_content)


def status_of(client, path):
    response = client.get(path)
    b"".join(response)  # or the file stays open
    return response.status_code


@pytest.mark.parametrize(
    "reader",
    [lambda item: item.record.contributors.get(), lambda item: make.reviewer()],
    ids=["own focal point", "reviewer"],
)
def test_staff_save_a_file_in_their_scope(client, reader, folder):
    item = make.file_evidence(make.submitted_update(), name="Acta año 1.pdf")
    client.force_login(reader(item))

    response = client.get(staff_address(item))

    assert response.status_code == 200
    assert response.streaming
    assert contents(response) == (folder / item.token).read_bytes()
    headers = {
        "Content-Type": "application/pdf",
        "Content-Disposition": "attachment; filename*=UTF-8''Acta%20a%C3%B1o%201.pdf",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "no-store, private",
    }
    assert {name: response.headers[name] for name in headers} == headers


def test_a_file_that_is_not_yours_is_not_found(client):
    update = make.submitted_update()
    item = make.file_evidence(update)

    for who, stranger in {
        "nobody": None,
        "another agency's focal point": make.focal_point(),
        "administrator": make.administrator(),
        "outsider": make.focal_point(agency=update.agency, is_staff=False),
        "owner who is no staff": make.user(is_superuser=True, is_staff=False),
    }.items():
        client.logout()
        if stranger:
            client.force_login(stranger)
        assert status_of(client, staff_address(item)) == 404, who


# Opening, for everybody


@pytest.fixture(scope="module")
def kept_published(lasting):
    update = make.submitted_update()
    cleared, reserved = make.file_evidence(update), make.file_evidence(update)
    workflow.publish(update, by=make.reviewer(), evidence=[cleared])
    rows = {"update": update, "cleared": cleared, "reserved": reserved}
    stored = {}
    for item in (cleared, reserved):
        with storages["evidence"].open(item.token) as file:
            stored[item.token] = file.read()
    return rows, stored


@pytest.fixture
def published(db, folder, kept_published):
    rows, stored = copy.deepcopy(kept_published)
    for token, content in stored.items():
        storages["evidence"].save(token, ContentFile(content))
    return rows


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_cleared_file_is_open_to_everybody(client, published, language):
    response = client.get(public_address(published["cleared"], language))
    closed = client.get(public_address(published["reserved"], language))

    assert (response.status_code, closed.status_code) == (200, 404)
    assert contents(response).startswith(b"%PDF-")
    assert response.headers["Content-Disposition"] == (
        "attachment; filename*=UTF-8''Acta.pdf"
    )
    assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert not response.cookies


def test_addresses_of_files_never_change(published):
    token = published["cleared"].token

    assert public_path("evidence", token, language="es") == f"/evidencia/{token}/"
    assert public_path("evidence", token, language="en") == f"/en/evidence/{token}/"
    assert staff_address(published["cleared"]) == f"/gestion/evidencia/{token}/"
    words = {path.split("/")[0] for each in EVIDENCE_FILES for path in each[2:]}
    assert words <= RESERVED_WORDS


def test_a_file_is_open_only_while_its_record_is_published(client):
    update = make.submitted_update()
    item = make.file_evidence(update, is_public=True)

    before = status_of(client, public_address(item))
    workflow.publish(update, by=make.reviewer())
    during = status_of(client, public_address(item))
    workflow.withdraw(update, by=make.reviewer(), cause="error")
    after = status_of(client, public_address(item))

    assert (before, during, after) == (404, 200, 404)


def test_a_file_of_a_plan_in_preparation_is_not_found(client, published):
    plan = published["update"].plan
    before = status_of(client, public_address(published["cleared"]))

    put_back_in_preparation(plan)

    after = status_of(client, public_address(published["cleared"]))
    assert (before, after) == (200, 404)


def test_a_file_that_a_correction_no_longer_clears_is_closed(client, published):
    update, item = published["update"], published["cleared"]
    revision = make.correction(update)
    during = status_of(client, public_address(item))
    make.publish(revision)

    after = status_of(client, public_address(item))

    assert (during, after) == (200, 404)


def test_a_file_that_is_missing_from_the_folder_is_not_found(client, published):
    storages["evidence"].delete(published["cleared"].token)

    response = client.get(public_address(published["cleared"]))

    assert response.status_code == 404


# On public pages


def test_a_page_shows_each_kind_that_was_cleared(client):
    update = make.submitted_update()
    link = make.evidence(update, title_es="Nota", url="https://example.org/nota")
    file = make.file_evidence(
        update, title_es="Foto", name="f.png", content=make_image()
    )
    place = make.evidence(
        update, title_es="Minuta", archive_office="Archivo central", archive_number="14"
    )
    hidden = make.file_evidence(update, title_es="Reservada")
    workflow.publish(update, by=make.reviewer(), evidence=[link, file, place])

    for language in ("es", "en"):
        path = update.activity.commitment.get_absolute_url(language=language)
        page = client.get(path).content.decode()
        assert 'href="https://example.org/nota"' in page
        assert f'href="{public_address(file, language)}"' in page
        assert "(PNG, " in page
        assert "Archivo central" in page
        assert hidden.token not in page
        assert "Reservada" not in page


def test_a_replaced_revision_names_its_file_without_opening_it(published):
    update, item = published["update"], published["cleared"]
    author = update.contributors.get()
    revision = make.correction(update)
    workflow.submit(revision, by=author)
    (copy, _) = revision.evidences.all()
    workflow.publish(revision, by=make.reviewer(), evidence=[copy])

    found = {
        entry.revision: [(line.title_es, line.token) for line in entry.evidence]
        for entry in public_updates.build_published_updates(
            public_updates.public_reports()
        )
    }

    assert found == {1: [("Acta", "")], 2: [("Acta", item.token)]}


# Removing


def test_a_removed_row_takes_its_file_once_committed(
    client, draft, folder, django_capture_on_commit_callbacks
):
    item = make.file_evidence(draft)
    other = make.file_evidence(draft)

    with django_capture_on_commit_callbacks() as waiting:
        item.delete()
    before = files_in(folder)
    for each in waiting:
        each()

    assert before == sorted([item.token, other.token])
    assert files_in(folder) == [other.token]


def test_the_agency_removes_a_file_in_the_form(
    client, draft, folder, django_capture_on_commit_callbacks
):
    item = make.file_evidence(draft)

    row = {"id": item.pk, "activity_update": draft.pk, "DELETE": "on"}
    with django_capture_on_commit_callbacks(execute=True):
        save(client, draft, row, initial=1)

    assert not draft.evidences.exists()
    assert files_in(folder) == []


def test_another_upload_takes_the_place_of_the_file(
    client, draft, folder, django_capture_on_commit_callbacks
):
    item = make.file_evidence(draft)
    row = {"id": item.pk, "activity_update": draft.pk, "upload": pdf_upload("b.pdf")}

    with django_capture_on_commit_callbacks(execute=True):
        save(client, draft, row, initial=1)

    new = draft.evidences.get()
    assert (new.pk, new.original_name) == (item.pk, "b.pdf")
    assert new.token != item.token
    assert files_in(folder) == [new.token]


def test_a_stored_file_does_not_turn_into_an_address(client, draft):
    item = make.file_evidence(draft)
    row = {"id": item.pk, "activity_update": draft.pk, "url": "https://example.org/"}

    response = save(client, draft, row, initial=1)

    assert row_errors(response) == [["url"]]


def test_a_file_that_the_published_revision_shows_outlives_its_copy(
    client, published, folder, django_capture_on_commit_callbacks
):
    update = published["update"]
    before = files_in(folder)
    revision = workflow.begin_correction(update, by=update.contributors.get())
    copies = list(revision.evidences.all())

    with django_capture_on_commit_callbacks(execute=True):
        revision.evidences.all().delete()

    assert [copy.is_public for copy in copies] == [False, False]
    assert sorted(copy.token for copy in copies) == before
    assert files_in(folder) == before
    assert status_of(client, public_address(published["cleared"])) == 200


# What the database itself refuses

FILE = {
    "file": "a" * 40,
    "original_name": "a.pdf",
    "content_type": "application/pdf",
    "size": 9,
    "sha256": "b" * 64,
}
ARCHIVE = {"archive_office": "Archivo", "archive_number": "14"}
URL = {"url": "https://example.org/"}


#: What no row of its kind holds, and the constraint that refuses it.
NOT_ITS_OWN = [
    ({"kind": "video", **URL}, "evidence_kind_is_known"),
    ({"kind": "link"}, "evidence_link_has_just_a_web_address"),
    (
        {"kind": "link", "url": "ftp://example.org"},
        "evidence_link_has_just_a_web_address",
    ),
    ({"kind": "link", **URL, **FILE}, "evidence_link_has_just_a_web_address"),
    ({"kind": "link", **URL, **ARCHIVE}, "evidence_link_has_just_a_web_address"),
    ({"kind": "file"}, "evidence_file_has_just_its_file"),
    ({"kind": "file", **FILE, **URL}, "evidence_file_has_just_its_file"),
    ({"kind": "file", **FILE, **ARCHIVE}, "evidence_file_has_just_its_file"),
    ({"kind": "file", **FILE, "sha256": ""}, "evidence_file_has_just_its_file"),
    ({"kind": "file", **FILE, "size": None}, "evidence_file_has_just_its_file"),
    ({"kind": "archive"}, "evidence_archive_has_just_its_place"),
    (
        {"kind": "archive", "archive_office": "Archivo"},
        "evidence_archive_has_just_its_place",
    ),
    ({"kind": "archive", **ARCHIVE, **URL}, "evidence_archive_has_just_its_place"),
    ({"kind": "archive", **ARCHIVE, **FILE}, "evidence_archive_has_just_its_place"),
]


def refused_by(maker, **fields):
    """What the database says against it; "" where it takes it."""
    try:
        with transaction.atomic():
            maker(**fields)
    except IntegrityError as error:
        return str(error)
    return ""


def test_each_kind_has_just_its_own_fields(draft):
    for fields, constraint in NOT_ITS_OWN:
        said = refused_by(draft.evidences.create, title_es="Acta", **fields)

        assert constraint in said, fields
