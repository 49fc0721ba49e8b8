"""What `make faults` says of a scenario that did not hold."""

import pytest

from tools.faults import run
from tools.faults.telling import SCENARIOS, Outcome, Scenario


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
