import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


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

    done = make("venv", f"PYTHON={python}")

    name = version.replace(", ", ".")
    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == (
        f"Python {name} found at {sys.executable}; this portal runs on 3.11, 3.12 or "
        "3.13; set PYTHON=..."
    )


@pytest.mark.parametrize("version", ["3, 11", "3, 12", "3, 13"])
def test_a_supported_version_of_python_is_accepted(make_python, version):
    python = make_python(f"sys.version_info = ({version})")

    assert make("venv", f"PYTHON={python}").returncode == 0


def test_a_python_that_is_not_there_is_named():
    done = make("venv", "PYTHON=python-of-nowhere")

    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == (
        "There is no python-of-nowhere; install Debian's python3 or set PYTHON=..."
    )


@pytest.mark.parametrize("port", ["abc", "0", "70000", "80 81", ""])
def test_a_port_that_cannot_be_is_refused_first(port):
    done = make("run", f"PORT={port}")

    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == (
        f"PORT must be a number from 1 to 65535, not {port}"
    )


@pytest.mark.parametrize(
    ("target", "package"), [("gettext", "gettext"), ("wrk", "wrk")]
)
def test_a_missing_system_package_is_named(tmp_path, target, package):
    (tmp_path / "sh").symlink_to("/bin/sh")

    done = make(target, path=str(tmp_path))

    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == (
        f"{package} is missing: install Debian's package {package}"
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
