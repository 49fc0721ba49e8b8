"""A virus scanner beside the portal: asked where there is one, and believed."""

import socket
import struct
import threading
from contextlib import closing, contextmanager

import pytest

from strategic_areas.evidence import RefusedFileError, clean, scanning
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
    def make(answer, address=None):
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

    return make


def refusal(content):
    with pytest.raises(RefusedFileError) as caught:
        clean(upload("Acta.pdf", content))
    return caught.value.code


@pytest.mark.parametrize("address", [None, ("127.0.0.1", 0)], ids=["socket", "tcp"])
def test_a_file_that_the_scanner_passes_is_taken(make_scanner, address):
    content = make_pdf()

    with make_scanner(b"stream: OK\0", address) as received:
        cleaned = clean(upload("Acta.pdf", content))

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


def test_where_there_is_none_it_is_not_asked(settings, monkeypatch):
    settings.CLAMD = None
    monkeypatch.setattr(scanning, "_ask", None)

    assert clean(upload("Acta.pdf", make_pdf())).name == "Acta.pdf"
