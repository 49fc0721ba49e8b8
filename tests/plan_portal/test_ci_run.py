"""What .ci/run installs and runs, and that no step of it fails unseen."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: What the script itself needs; everything else is "missing" here.
PRESENT = ["bash", "cat", "dirname", "mkdir", "mktemp", "rm", "sleep", "touch"]
#: It does what it is told, and notes it.
FAKE = """#!{bash}
echo "{name} $*" >> {log}
case "{name} $*" in *"{fails}"*) echo "{name} broke"; exit 3;; esac
"""


@pytest.fixture
def ci(tmp_path):
    """Run .ci/run among faked commands; its status, what it said, what it called."""

    def run(fails="nothing"):
        root, commands, log = (tmp_path / name for name in ("root", "bin", "log"))
        (root / ".ci").mkdir(parents=True)
        shutil.copy(ROOT / ".ci/run", root / ".ci/run")
        commands.mkdir()
        log.touch()
        for name in PRESENT:
            (commands / name).symlink_to(shutil.which(name))
        for name in ("apt-get", "make", "python3"):
            fake = FAKE.format(
                bash=shutil.which("bash"), name=name, log=log, fails=fails
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

    installed = " ".join(each for each in called if each.startswith("apt-get install"))
    assert status == 0
    assert {"nginx-light", "gettext", "npm"} <= {*installed.split()}
    assert "chromium-headless-shell" in installed.split()
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


def test_the_other_chromium_is_installed_where_one_lacks(ci):
    status, _said, called = ci(fails="chromium-headless-shell")

    assert status == 0
    assert called[-1].startswith("make")
    assert [each for each in called if "chromium" in each][-1].endswith(" chromium")


@pytest.mark.parametrize(
    ("step", "later"),
    [
        ("apt-get update", set()),
        ("gettext", set()),
        ("make installed-test", set()),
        ("make vnu", set()),
        ("make check", {"make test"}),
        ("make test", {"make check"}),
    ],
)
def test_a_failed_step_fails_the_run(step, later, ci):
    status, said, called = ci(fails=step)

    assert status not in (0, None)
    assert " broke\n" in said
    assert {"make check", "make test"} & {*called} - {step} == later
