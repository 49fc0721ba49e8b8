"""The runner of the tests, and what must be checked besides them."""

import os
import subprocess
import sys
from types import SimpleNamespace
from unittest import mock

import pytest

from tests import conftest
from tools import check, run


@pytest.fixture(autouse=True)
def everything_found(monkeypatch):
    monkeypatch.delenv("CI", raising=False)


@pytest.mark.parametrize(
    ("statuses", "skipped", "in_ci", "expected"),
    [
        ([0, 0], [], True, 0),
        ([0, 0], [], False, 0),
        ([0], ["a browser"], False, 0),
        ([0], ["a browser"], True, 1),
        ([0, 1], [], False, 1),
        ([1, 0], [], True, 1),
    ],
)
def test_a_skip_fails_in_ci_alone(
    monkeypatch, capsys, statuses, skipped, in_ci, expected
):
    if in_ci:
        monkeypatch.setenv("CI", "true")
    outcomes = [("SQLite", status, "== passed ==") for status in statuses]

    assert run.summary(outcomes, skipped) == expected

    said = capsys.readouterr().out
    assert [reason for reason in skipped if f"SKIPPED {reason}." not in said] == []


@pytest.mark.parametrize(
    ("statuses", "is_part", "expected"),
    [
        ([0, 5], False, 1),
        ([0, 5], True, 0),
        ([1, 5], True, 1),
        ([5, 5], True, 1),
    ],
)
def test_a_run_without_tests_fails_unless_others_were_asked_for(
    statuses, is_part, expected
):
    outcomes = [("SQLite", status, "== done ==") for status in statuses]

    assert run.summary(outcomes, [], is_part=is_part) == expected


PARTS = {
    "browser": "tests/browser/test_first_page.py",
    "once": "tests/plan_portal/test_errors.py",
    "other": "tests/plan_portal/test_run.py",
}


@pytest.mark.parametrize("part", PARTS)
def test_each_run_reads_its_part_alone(part, monkeypatch):
    monkeypatch.setattr(conftest, "PART", part)
    files = {name: run.ROOT / path for name, path in PARTS.items()}

    ignored = {name: conftest.pytest_ignore_collect(files[name]) for name in files}

    assert ignored == {name: None if name == part else True for name in PARTS}


@pytest.mark.parametrize("part", PARTS)
def test_of_files_that_are_named_a_run_takes_its_part_alone(part, monkeypatch):
    monkeypatch.setattr(conftest, "PART", part)
    tests = {name: FoundTest(run.ROOT / path) for name, path in PARTS.items()}
    items, left_out = [*tests.values()], []
    hook = SimpleNamespace(pytest_deselected=lambda items: left_out.extend(items))

    conftest.pytest_collection_modifyitems(SimpleNamespace(hook=hook), items)

    assert items == [tests.pop(part)]
    assert left_out == [*tests.values()]


class FoundTest:
    """A test that pytest found, as far as sorting out asks it."""

    def __init__(self, path):
        self.path, self.fixturenames = path, ["db"]

    def add_marker(self, name):
        """What it is called changes nothing."""

    def get_closest_marker(self, name):
        return None


def test_a_run_is_told_its_part_and_no_others_database(monkeypatch):
    monkeypatch.setenv("TEST_DATABASE_URL", "postgres://elsewhere")
    begun = mock.Mock()
    monkeypatch.setattr(run.subprocess, "Popen", begun)

    run.begin_pytest(["-q"], {"TEST_PART": "once"})

    environment = begun.call_args.kwargs["env"]
    assert (environment["TEST_PART"], environment["TEST_DATABASE_URL"]) == ("once", "")
    # That of the run which runs this test.
    assert os.environ.get("TEST_PART") == conftest.PART


def test_what_the_other_run_said_is_told_with_its_status(capfd, tmp_path):
    with (tmp_path / "output").open("w+b") as output:
        command = [sys.executable, "-c", "print('== 2 failed =='); exit(1)"]
        process = subprocess.Popen(command, stdout=output)

        outcome = run.replay("PostgreSQL", process, output)

    assert outcome == ("PostgreSQL", 1, "== 2 failed ==")
    assert capfd.readouterr().out == "== 2 failed ==\n"


def test_a_chromium_named_by_hand_wins(monkeypatch, tmp_path):
    chromium = tmp_path / "my-chromium"
    chromium.touch(mode=0o755)
    monkeypatch.setenv("CHROMIUM", str(chromium))

    assert run.find_chromium() == str(chromium)


def test_no_chromium_is_no_path(monkeypatch, tmp_path):
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert run.find_chromium() == ""


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ('msgid "Area"\nmsgstr "Eje"\n', []),
        ('msgid "Area"\nmsgstr ""\n', ["not translated: 'Area'"]),
        ('#, fuzzy\nmsgid "Area"\nmsgstr "Eje"\n', ["fuzzy: 'Area'"]),
        (
            'msgid "day"\nmsgid_plural "days"\nmsgstr[0] "día"\nmsgstr[1] ""\n',
            ["not translated: ('day', 'days')"],
        ),
    ],
)
def test_an_unfinished_translation_is_named(tmp_path, entry, expected):
    path = tmp_path / "django.po"
    header = (
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
        '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    )
    path.write_text(header + entry)

    assert check.incomplete_messages(path) == [
        f"{check.CATALOGUE}: {fault}" for fault in expected
    ]
