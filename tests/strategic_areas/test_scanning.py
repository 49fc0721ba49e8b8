"""A virus scanner beside the portal: asked where there is one, and believed."""

import socket
import struct
import threading
import time
from contextlib import closing, contextmanager, suppress

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from strategic_areas.evidence import RefusedFileError, clean_evidence, cleaning
from tests import make
from tests.uploads import make_pdf, upload


def read_all(line, number):
    received = b""
    while len(received) < number:
        received += line.recv(number - len(received))
    return received


@pytest.fixture
def make_scanner(tmp_path, settings):
    """A daemon that is asked once, and what it was sent."""

    @contextmanager
    def maker(answer, address=None):
        family = socket.AF_INET if address else socket.AF_UNIX
        address = address or str(tmp_path / "clamd")
        received = []
        with closing(socket.socket(family, socket.SOCK_STREAM)) as server:
            server.bind(address)
            server.listen(1)
            server.settimeout(10)
            settings.CLAMD = server.getsockname()

            def serve():
                line, _peer = server.accept()
                with line:
                    received.append(read_all(line, len(b"zINSTREAM\0")))
                    while length := struct.unpack("!I", read_all(line, 4))[0]:
                        received.append(read_all(line, length))
                    line.sendall(answer)

            thread = threading.Thread(target=serve)
            thread.start()
            yield received
            thread.join()

    return maker


def refusal(content):
    with pytest.raises(RefusedFileError) as caught:
        clean_evidence(upload("Acta.pdf", content))
    return caught.value.code


@pytest.mark.parametrize("address", [None, ("127.0.0.1", 0)], ids=["socket", "tcp"])
def test_a_file_that_the_scanner_passes_is_taken(make_scanner, address):
    content = make_pdf()

    with make_scanner(b"stream: OK\0", address) as received:
        cleaned = clean_evidence(upload("Acta.pdf", content))

    assert cleaned.name == "Acta.pdf"
    assert received == [b"zINSTREAM\0", content]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"stream: Win.Test.EICAR_HDB-1 FOUND\0", "virus"),
        (b"INSTREAM size limit exceeded. ERROR\0", "not_scanned"),
        (b"stream: OK but not quite\0", "not_scanned"),
        (b"", "not_scanned"),
    ],
)
def test_whatever_it_does_not_pass_is_refused(make_scanner, answer, code):
    with make_scanner(answer):
        assert refusal(make_pdf()) == code


def test_where_it_does_not_answer_nothing_is_taken(settings, tmp_path, caplog):
    settings.CLAMD = str(tmp_path / "nobody")

    assert refusal(make_pdf()) == "not_scanned"
    assert [row.levelname for row in caplog.records] == ["ERROR"]


@contextmanager
def chattering(tmp_path):
    """A daemon that takes the file and then never comes to an end."""
    address, over = str(tmp_path / "clamd"), threading.Event()
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as server:
        server.bind(address)
        server.listen(1)

        def chatter():
            line, _peer = server.accept()
            with line, suppress(OSError):
                while not over.wait(0.02):
                    line.sendall(b".")

        thread = threading.Thread(target=chatter)
        thread.start()
        try:
            yield address
        finally:
            over.set()
            thread.join()


def test_one_deadline_bounds_all_that_it_says(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(cleaning, "SCAN_SECONDS", 0.2)

    with chattering(tmp_path) as settings.CLAMD:
        begun = time.monotonic()
        code = refusal(make_pdf())
        took = time.monotonic() - begun

    assert code == "not_scanned"
    assert took < 2


@pytest.fixture
def held_while_scanning(settings, monkeypatch):
    """How many transactions were open each time the scanner was asked in vain."""
    settings.CLAMD = "/nowhere"
    depths = []

    def hang(*args):
        depths.append(len(connection.savepoint_ids))
        raise TimeoutError

    monkeypatch.setattr(cleaning, "_ask_scanner", hang)
    return depths


def posted_to_sheet(client):
    update = make.update()
    client.force_login(update.contributors.get())
    keys = [update.period.pk, update.agency.slug, update.activity.pk]
    response = client.post(
        reverse("admin:sheet_row_attach", args=keys),
        {"title_es": "Acta", "upload": acta()},
    )
    (row,) = response.context["rows"]
    return row.evidence.form


def posted_to_admin(client):
    update = make.update()
    client.force_login(update.contributors.get())
    response = client.post(
        reverse("admin:strategic_areas_activityupdate_change", args=[update.pk]),
        {
            "execution": "in_progress",
            "seen_version": update.version,
            "evidences-TOTAL_FORMS": "1",
            "evidences-INITIAL_FORMS": "0",
            "evidences-0-title_es": "Acta",
            "evidences-0-upload": acta(),
        },
    )
    (inline,) = response.context["inline_admin_formsets"]
    return inline.formset.forms[0]


def posted_to_invitation(client):
    client.force_login(make.administrator())
    response = client.post(
        reverse("admin:agencies_invitation_add"),
        {"email": "ana@example.org", "role": "reviewer", "letter": acta()},
    )
    return response.context["adminform"].form


def acta():
    return SimpleUploadedFile("Acta.pdf", make_pdf())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("post", "field"),
    [
        (posted_to_sheet, "upload"),
        (posted_to_admin, "upload"),
        (posted_to_invitation, "letter"),
    ],
)
def test_waiting_holds_no_transaction(client, held_while_scanning, post, field):
    form = post(client)

    assert field in form.errors
    assert held_while_scanning == [0]


def test_where_there_is_none_it_is_not_asked(settings, monkeypatch):
    settings.CLAMD = None
    monkeypatch.setattr(cleaning, "_ask_scanner", None)

    assert clean_evidence(upload("Acta.pdf", make_pdf())).name == "Acta.pdf"
