import json
import re
import subprocess
import sys
from importlib.metadata import requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ["requirements.txt", "requirements-test.txt"]


def pinned_lines(name):
    text = (ROOT / name).read_text().replace("\\\n", " ")
    return [line for line in text.splitlines() if re.match(r"[a-z0-9]", line)]


def pins(name):
    """Each requirement of a lock with its version, marker and hashes."""
    lines = pinned_lines(name)
    return {line.partition("==")[0]: " ".join(line.split()) for line in lines}


def versions(name):
    """The packages of a lock for this Python and system, with their versions."""
    rows = [Requirement(line.partition("--hash")[0]) for line in pinned_lines(name)]
    return {
        each.name: str(each.specifier).removeprefix("==")
        for each in rows
        if not each.marker or each.marker.evaluate()
    }


def wanted(name):
    """The requirements that people wrote in a file."""
    lines = (ROOT / name).read_text().splitlines()
    return [
        Requirement(line.partition("#")[0])
        for line in lines
        if re.match(r"[A-Za-z]", line)
    ]


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


def needed(name, extras=()):
    """The requirements of an installed package, for some of its extras."""
    for line in requires(name) or ():
        each = Requirement(line)
        if not each.marker or any(
            each.marker.evaluate({"extra": extra}) for extra in ("", *extras)
        ):
            yield each


@pytest.mark.parametrize("locks", [LOCKS[:1], LOCKS])
def test_a_lock_holds_what_its_packages_need_and_that_is_installed(locks):
    """pip looks for nothing else in the second one."""
    held = {name: pin for lock in locks for name, pin in versions(lock).items()}
    waiting = [each for lock in locks for each in wanted(lock.replace(".txt", ".in"))]
    found = {}
    while waiting:
        each = waiting.pop()
        if str(each) not in found:
            found[str(each)] = each
            waiting += needed(each.name, each.extras)

    names = {canonicalize_name(each.name) for each in found.values()}
    assert names - held.keys() == set()
    assert {name: version(name) for name in names} == {
        name: held[name] for name in names
    }
    assert [
        text
        for text, each in found.items()
        if not each.specifier.contains(version(each.name), prereleases=True)
    ] == []


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
