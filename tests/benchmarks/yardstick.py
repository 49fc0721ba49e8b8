"""
The least that a WSGI function can do under the same server: the yardsticks.

With YARDSTICK_BODY it answers the bytes of that file, packed as they are; without, the
eleven bytes of a greeting.
"""

import os
from pathlib import Path

NAME = os.environ.get("YARDSTICK_BODY")
BODY = Path(NAME).read_bytes() if NAME else b"hello world"
HEADERS = [("Content-Type", "text/html"), ("Content-Length", str(len(BODY)))]
if NAME:
    HEADERS.append(("Content-Encoding", "gzip"))


def application(environ, start_response):
    start_response("200 OK", HEADERS)
    return [BODY]
