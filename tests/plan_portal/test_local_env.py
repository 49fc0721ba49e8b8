import os
import stat

import pytest

from plan_portal import local_env


@pytest.fixture
def open_umask():
    """The laxest there is: what stays closed does so by its own mode."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("open_umask")
def test_only_the_owner_reads_the_secret(tmp_path):
    path = tmp_path / "var" / "local.env"

    local_env.write_env_file(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o750


def test_a_second_run_keeps_the_secret(tmp_path):
    path = tmp_path / "local.env"
    local_env.write_env_file(path)
    first = path.read_text()

    local_env.write_env_file(path)

    assert path.read_text() == first


def test_two_machines_have_different_secrets(tmp_path):
    local_env.write_env_file(tmp_path / "one.env")
    local_env.write_env_file(tmp_path / "two.env")

    assert (tmp_path / "one.env").read_text() != (tmp_path / "two.env").read_text()
