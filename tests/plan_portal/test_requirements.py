import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ["requirements.txt", "requirements-test.txt"]


def pins(name):
    """Each requirement of a lock with its version, marker and hashes."""
    text = (ROOT / name).read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if re.match(r"[a-z0-9]", line)]
    return {line.partition("==")[0]: " ".join(line.split()) for line in lines}


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_pinned_with_hashes(name):
    unpinned = [
        pin for pin in pins(name).values() if "==" not in pin or "--hash=" not in pin
    ]
    text = (ROOT / name).read_text()

    assert pins(name)
    assert unpinned == []
    assert re.findall(r".*(?:://|index|find-links| /).*", text) == []


def test_no_package_is_in_both_locks():
    """They are installed at once, and tests run with the very packages that serve."""
    served, tested = map(pins, LOCKS)

    assert served.keys() & tested.keys() == set()


def test_the_locks_hold_all_that_their_packages_need():
    """pip installs what is listed and looks for nothing else."""
    done = subprocess.run(
        [sys.executable, "-m", "pip", "check"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout, done.returncode) == ("No broken requirements found.\n", 0)


@pytest.mark.parametrize("name", ["requirements.in", "requirements-test.in"])
def test_every_requirement_has_its_reason(name):
    lines = (ROOT / name).read_text().splitlines()
    named = [line for line in lines if re.match(r"[A-Za-z]", line)]

    assert named
    assert [line for line in named if not re.search(r"  # \w", line)] == []


def test_the_list_of_parts_names_each_library_that_serves(tmp_path):
    """The command of `make parts`, which writes CycloneDX."""
    target = (ROOT / "Makefile").read_text().split("\nparts:")[1].split("\n\n")[0]
    command = re.search(r"-m (cyclonedx_py .*) --output-file", target, re.DOTALL)[1]
    written = tmp_path / "parts.json"

    subprocess.run(
        [
            *(sys.executable, "-m", *command.replace("\\\n", " ").split()),
            *("--no-validate", "--output-file", str(written)),
        ],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )

    parts = json.loads(written.read_text())
    listed = {part["name"]: part["version"] for part in parts["components"]}
    assert parts["bomFormat"] == "CycloneDX"
    assert listed == {
        name: re.search("==([^ ;]+)", pin)[1]
        for name, pin in pins("requirements.txt").items()
    }
