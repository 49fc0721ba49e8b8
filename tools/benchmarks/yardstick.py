"""
The least that a WSGI function can do under the same server: the yardsticks.

With YARDSTICK_BODY it answers the bytes of that file, packed as they are; without, the
eleven bytes of a greeting. YARDSTICK_HEADERS names a file of JSON with the status and
the headers of an answer, to be sent in place of the fewest that will do.
"""

import json
import os
from pathlib import Path

NAME = os.environ.get("YARDSTICK_BODY")
BODY = Path(NAME).read_bytes() if NAME else b"hello world"
STATUS = "200 OK"
HEADERS = [("Content-Type", "text/html"), ("Content-Length", str(len(BODY)))]
if NAME:
    HEADERS.append(("Content-Encoding", "gzip"))
if file := os.environ.get("YARDSTICK_HEADERS"):
    STATUS, told = json.loads(Path(file).read_text())
    HEADERS = [(name, value) for name, value in told]
    BODY = b"" if STATUS.startswith("304") else BODY


def application(environ, start_response):
    start_response(STATUS, HEADERS)
    return [BODY]
