"""What .ci/run does beside what, and that nothing of it fails unseen."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import nu_validator

ROOT = Path(__file__).resolve().parents[2]
#: What the script itself needs; everything else is "missing" here.
PRESENT = ["bash", "cat", "dirname", "mkdir", "mktemp", "rm", "sleep", "touch"]
#: It does what it is told, and notes it.
FAKE = """#!{bash}
echo "{name} $*" >> {log}
case "{name} $*" in *"{fails}"*) echo "{name} broke"; exit 3;; esac
{then}
"""
#: Waits for a file; half a minute at most, so that a test that fails does not hang.
AWAIT = """
await() {
    for ((i = 0; i < 300; i++)); do
        [ ! -e "$TMPDIR/$1" ] || break
        sleep 0.1
    done
}
"""


@pytest.fixture
def ci(tmp_path):
    """Run .ci/run among faked commands; its status, what it said, what it called."""

    def run(fails="nothing", **then):
        root, commands, log = (tmp_path / name for name in ("root", "bin", "log"))
        (root / ".ci").mkdir(parents=True)
        shutil.copy(ROOT / ".ci/run", root / ".ci/run")
        commands.mkdir()
        log.touch()
        for name in PRESENT:
            (commands / name).symlink_to(shutil.which(name))
        for name in ("apt-get", "make", "python3"):
            fake = FAKE.format(
                bash=shutil.which("bash"),
                name=name,
                log=log,
                fails=fails,
                then=then.get(name.replace("-", "_"), ""),
            )
            (commands / name).write_text(fake)
            (commands / name).chmod(0o755)
        done = subprocess.run(
            ["bash", root / ".ci/run"],
            env={
                "PATH": str(commands),
                "TMPDIR": str(tmp_path),
                "POSTGRESQL_COMMON": str(tmp_path / "postgresql-common"),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert not list(tmp_path.glob("tmp.*"))
        return done.returncode, done.stdout, log.read_text().splitlines()

    return run


def test_what_is_missing_is_installed_and_everything_runs(ci, tmp_path):
    status, _said, called = ci()

    first, later = (each for each in called if each.startswith("apt-get install"))
    assert status == 0
    assert {"nginx-light", "gettext", "chromium-headless-shell"} <= {*first.split()}
    assert later.endswith(" default-jre-headless npm")
    made = {each for each in called if each.startswith("make")}
    assert made == {"make installed-test", "make vnu", "make check", "make test"}
    settings = (tmp_path / "postgresql-common/createcluster.conf").read_text()
    assert settings == "create_main_cluster = false\n"


def test_what_makes_virtual_environments_is_installed_first(ci):
    status, _said, called = ci(fails="ensurepip")

    installed = [each for each in called if each.startswith("apt-get install")]
    assert status == 0
    assert installed[0].endswith(" python3-venv")
    assert called.index(installed[0]) < called.index("make installed-test")


def test_the_other_chromium_is_installed_where_there_is_none_without_windows(ci):
    status, _said, called = ci(fails="chromium-headless-shell")

    assert status == 0
    assert called[-1].startswith("make")
    assert [each for each in called if "chromium" in each][-1].endswith(" chromium")


@pytest.mark.parametrize(
    "step",
    [
        *("apt-get update", "gettext", "make installed-test"),
        *("npm", "make vnu", "make check", "make test"),
    ],
)
def test_a_step_that_fails_fails_the_run_and_is_told(step, ci):
    status, said, called = ci(fails=step)

    assert status not in (0, None)
    assert " broke\n" in said
    if step == "make installed-test":
        assert not {"make test", "make check", "make vnu"} & {*called}
    elif step in ("apt-get update", "gettext"):
        assert not {"make check", "make vnu"} & {*called}
    else:
        assert {"make test", "make check"} <= {*called}


def test_tests_begin_while_packages_and_the_html_checker_are_fetched(ci):
    both = """
    case "$1" in
        vnu) await seen-before-the-checker;;
        test)
            [ -e "$PACKAGES_PENDING" ] || exit 1
            touch "$TMPDIR/seen-before-the-packages"
            while [ -e "$PACKAGES_PENDING" ]; do sleep 0.1; done
            [ -e "$VNU_PENDING" ] || exit 1
            touch "$TMPDIR/seen-before-the-checker";;
    esac"""

    status, _said, called = ci(
        make=AWAIT + both, apt_get=AWAIT + "await seen-before-the-packages"
    )

    assert status == 0
    assert "make vnu" in called


def test_the_tests_are_ended_if_no_packages_could_be_installed(ci):
    begun = time.monotonic()

    endless = '[ "$1" != test ] || exec sleep 60'
    status, _said, _called = ci(fails="gettext", make=endless)

    assert status not in (0, None)
    assert time.monotonic() - begun < 30


def test_the_html_checker_is_waited_for_and_skipped_where_it_is_not(
    monkeypatch, tmp_path
):
    pending = tmp_path / "pending"
    pending.touch()
    monkeypatch.setenv("VNU_PENDING", str(pending))
    monkeypatch.setenv("VNU_JAR", str(tmp_path / "vnu.jar"))
    fetching = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import os, time; time.sleep(0.5); os.remove({str(pending)!r})",
        ]
    )
    begun = time.monotonic()

    with pytest.raises(pytest.skip.Exception, match="make vnu"):
        nu_validator.command()

    assert not pending.exists()
    assert time.monotonic() - begun > 0.3
    assert fetching.wait() == 0
