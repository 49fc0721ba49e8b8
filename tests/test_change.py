"""The lists of files to touch, against the files that there are."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_every_file_to_touch_is_there():
    text = (ROOT / "docs" / "change.md").read_text(encoding="utf-8")
    paths = {path for path in re.findall(r"`([\w./-]+)`", text) if "/" in path}

    assert "agencies/fields.py" in paths
    assert {path for path in paths if not (ROOT / path).exists()} == set()
