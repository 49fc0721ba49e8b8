"""What make and .ci/run install, run and refuse; no step of them fails unseen."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
A_PORT = "PORT must be a number from 1 to 65535"


def make(*arguments, path=None):
    return subprocess.run(
        ["/usr/bin/make", *arguments],
        cwd=ROOT,
        env={"PATH": path or os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def make_python(tmp_path):
    """A python3 that claims another version, or lacks a module."""

    def write(preamble):
        script = tmp_path / "python3"
        code = f"import sys; {preamble}; exec(sys.argv[1])"
        script.write_text(f'#!/bin/sh\nshift\nexec {sys.executable} -c "{code}" "$@"\n')
        script.chmod(0o755)
        return script

    return write


@pytest.mark.parametrize("version", ["3, 10", "3, 14"])
def test_another_version_of_python_is_refused_by_name(make_python, version):
    python = make_python(f"sys.version_info = ({version})")

    assert refusal("venv", f"PYTHON={python}") == (
        f"Python {version.replace(', ', '.')} found at {sys.executable}; this portal "
        "runs on 3.11, 3.12 or 3.13; set PYTHON=..."
    )


def refusal(*arguments, **options):
    """The first line of what make says that refuses."""
    done = make(*arguments, **options)
    assert done.returncode == 2
    return done.stderr.splitlines()[0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("venv", "PYTHON=python-of-nowhere"),
            "There is no python-of-nowhere; install Debian's python3 or set PYTHON=...",
        ),
        *(
            (("run", f"PORT={each}"), f"{A_PORT}, not {each}")
            for each in ("abc", "0", "70000", "80 81", "")
        ),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(arguments, said):
    assert refusal(*arguments) == said


@pytest.mark.parametrize("version", ["3, 11", "3, 12", "3, 13"])
def test_a_supported_version_of_python_is_accepted(make_python, version):
    python = make_python(f"sys.version_info = ({version})")

    assert make("venv", f"PYTHON={python}").returncode == 0


@pytest.mark.parametrize("name", ["gettext", "wrk"])
def test_a_missing_system_package_is_named(tmp_path, name):
    (tmp_path / "sh").symlink_to("/bin/sh")

    assert refusal(name, path=str(tmp_path)) == (
        f"{name} is missing: install Debian's package {name}"
    )


def test_a_first_start_without_a_network_says_what_it_needs(tmp_path):
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "requirements.txt").write_text("none==1\n")
    pip = tmp_path / ".venv/bin/python"
    pip.parent.mkdir(parents=True)
    pip.write_text("#!/bin/sh\ntest $1 = -c\n")  # all but pip succeeds
    pip.chmod(0o755)

    done = make("--directory", tmp_path, "installed", f"PYTHON={sys.executable}")

    assert done.returncode == 2
    assert done.stderr.splitlines()[1] == (
        "requirements.txt could not be installed: the first time needs the network or "
        "a package index that pip knows"
    )
    assert not (tmp_path / ".venv/requirements.txt").exists()


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
