"""The runner of the tests, and what must be checked besides them."""

import pytest

from tools import check, run_tests
from tools.faults import run
from tools.faults.telling import SCENARIOS, Outcome, Scenario


@pytest.fixture(autouse=True)
def everything_found(monkeypatch):
    monkeypatch.delenv("CI", raising=False)


@pytest.mark.parametrize(
    ("statuses", "skipped", "in_ci", "is_part", "expected"),
    [
        ([0, 0], [], True, False, 0),
        ([0], ["a browser"], False, False, 0),
        ([0], ["a browser"], True, False, 1),
        ([0, 1], [], False, False, 1),
        # A run without tests fails, unless others were asked for.
        ([0, 5], [], False, False, 1),
        ([0, 5], [], False, True, 0),
        ([1, 5], [], False, True, 1),
        ([5, 5], [], False, True, 1),
    ],
)
def test_exit_status(monkeypatch, capsys, statuses, skipped, in_ci, is_part, expected):
    if in_ci:
        monkeypatch.setenv("CI", "true")
    by_name = {f"run {number}": each for number, each in enumerate(statuses)}

    assert run_tests.summary(by_name, skipped, is_part=is_part) == expected

    said = capsys.readouterr().out
    assert [reason for reason in skipped if f"SKIPPED {reason}." not in said] == []


def test_a_chromium_named_by_hand_wins(monkeypatch, tmp_path):
    chromium = tmp_path / "my-chromium"
    chromium.touch(mode=0o755)
    monkeypatch.setenv("CHROMIUM", str(chromium))

    assert run_tests.find_chromium() == str(chromium)


def test_no_chromium_is_no_path(monkeypatch, tmp_path):
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert run_tests.find_chromium() == ""


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


def played(play):
    scenario = Scenario("X1", "a trial", "all is well", ("sqlite",), play)
    return run.play(scenario, stage=None, engine="sqlite")


def test_what_did_not_hold_stands_in_the_row_and_fails():
    def play(stage, engine):
        outcome = Outcome("asked 3 | 4 times", lost="1 page")
        outcome.must(True, "never told")
        outcome.must(False, "a page failed")
        return outcome

    row, passed = played(play)

    assert not passed
    assert row == (
        "| X1 | a trial | sqlite | asked 3 / 4 times | 1 page | 0 | all is well | "
        "**not passed**: a page failed |"
    )


def test_a_scenario_that_breaks_off_has_not_passed(capsys):
    def play(stage, engine):
        raise RuntimeError("the portal\nis not ready")

    row, passed = played(play)

    assert not passed
    assert "**not passed**: RuntimeError: the portal is not ready" in row
    assert "RuntimeError" in capsys.readouterr().err


def test_a_scenario_that_nobody_knows_is_refused():
    with pytest.raises(SystemExit, match="no scenario F99; there are F"):
        run.main(["F99"])


def test_each_module_of_scenarios_is_played():
    modules = {scenario.play.__module__ for scenario in SCENARIOS.values()}
    folder = run.ROOT / "tools" / "faults"
    declaring = {
        f"tools.faults.{path.stem}"
        for path in folder.glob("*.py")
        if "\n@scenario(" in path.read_text(encoding="utf-8")
    }

    assert modules == declaring
