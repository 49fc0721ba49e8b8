"""
Writes the settings of a local run: python -m plan_portal.local_env FILE

Uses the standard library alone. The file holds a secret, so only its owner may read it.
"""

import os
import secrets
import sys
from pathlib import Path

CONTENT = """\
# Written once by `make`, for this machine only. Never commit or copy it.
SECRET_KEY={secret}
INSECURE_HTTP=true
"""


def write_env_file(path):
    path = Path(path)
    path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    # Created with its final mode, so that others can never read it.
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(CONTENT.format(secret=secrets.token_urlsafe(64)))


if __name__ == "__main__":
    try:
        write_env_file(sys.argv[1])
    except OSError as error:
        sys.exit(f"{sys.argv[1]} could not be written: {error.strerror}")
