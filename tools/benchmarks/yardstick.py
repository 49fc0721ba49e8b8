"""
Yardsticks: the simplest WSGI functions under the same server.

With YARDSTICK_BODY the answer is the content of that file; without it, an eleven-byte
greeting. YARDSTICK_HEADERS names a JSON file with the status and headers to send.
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
