"""
The steps of deploy/Containerfile, run in order on a machine of their own.

This needs no builder of images: an empty Debian with Python replaces the image after
FROM. The final command runs as with ``podman run --read-only``: as nobody, on a disk
that is read-only except for one volume and /tmp.
"""

import json
import re
import shlex
from pathlib import Path

FILE = Path(__file__).resolve().parents[2] / "deploy/Containerfile"
#: The content of the image after FROM: /usr/local/bin/python with pip.
BASE = """
apt-get update -qq
apt-get install --yes -qq --no-install-recommends python3-venv >/dev/null
python3 -m venv /usr/local
"""
CONFIGURATION = {
    "SECRET_KEY": "a-key-for-one-machine-that-is-thrown-away-0123456789",
    "SITE_URL": "http://localhost:8000",
    "INSECURE_HTTP": "true",
}
#: Everything is read-only, as with --read-only; then --tmpfs and --volume.
CLOSED = """
mount --make-rprivate /
mount -t tmpfs tmpfs /tmp
mount --bind {volume} {volume}
mount -o remount,bind,ro /
exec setpriv --reuid nobody --regid nogroup --clear-groups --bounding-set=-all \\
    --no-new-privs {command}
"""


def steps(text):
    """Pairs of an instruction and its argument, with continued lines joined."""
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    joined = re.sub(r"\\\n\s*", " ", lines)
    found = [line.strip() for line in re.sub(r"\n[ \t]+", " ", joined).splitlines()]
    return [tuple(line.split(maxsplit=1)) for line in found if line]


class Container:
    """State of the build."""

    def __init__(self, machine, source):
        self.machine, self.source = machine, source
        self.variables, self.folder, self.user = {}, "/", "root:root"
        self.volume = self.command = self.health = ""

    def do(self, name, told):
        getattr(self, f"do_{name.lower()}")(told)

    def do_from(self, told):
        self.machine.run(BASE)

    def do_env(self, told):
        self.variables |= dict(each.split("=", 1) for each in shlex.split(told))

    def do_workdir(self, told):
        self.folder = told
        self.machine.run(f"mkdir -p {told}")

    def do_copy(self, told):
        *sources, target = told.split()
        for each in sources:
            inside = f"{self.source}/{each}"
            folder = "/." if self.machine.path(inside).is_dir() else ""
            self.machine.run(
                f"mkdir -p {target}; cp -r {inside}{folder} {target}"
                if folder
                else f"cp {inside} {target}",
                folder=self.folder,
            )

    def do_run(self, told):
        self.machine.run(told, folder=self.folder, **self.variables)

    def do_user(self, told):
        self.user = told

    def do_volume(self, told):
        self.volume = told

    def do_expose(self, told):
        """Has no effect on the build."""

    def do_healthcheck(self, told):
        self.health = shlex.join(json.loads(told.partition("CMD ")[2]))

    def do_cmd(self, told):
        self.command = shlex.join(json.loads(told))

    def run(self, command, *, behind=""):
        """Run a command as the finished image would."""
        assert self.user == "nobody:nogroup"
        closed = CLOSED.format(volume=self.volume, command=command)
        return self.machine.run(
            f"setsid unshare --mount bash -euc {shlex.quote(closed)} "
            f"</dev/null {behind}",
            folder=self.folder,
            **(CONFIGURATION | self.variables),
        )


def play(rehearsal):
    """Build, prepare, serve and request; each is a step of the rehearsal."""
    text = FILE.read_text(encoding="utf-8")
    rehearsal.begin("container")
    machine = rehearsal.machine
    machine.run("apt-get update -qq; apt-get install --yes -qq git curl >/dev/null")
    machine.run("git clone --quiet /root/plan-portal.git /root/source")
    container = Container(machine, "/root/source")
    for name, told in steps(text):
        rehearsal.step(f"Containerfile: {name} {told[:50]}", container.do, name, told)
    rehearsal.step(
        "Container: prepare_portal", container.run, "python manage.py prepare_portal"
    )
    rehearsal.step(
        "Container: its command",
        container.run,
        container.command,
        behind="> /run/served 2>&1 &\n"
        "curl --fail --silent --retry 30 --retry-connrefused "
        "http://localhost:8000/salud/lista",
    )
    rehearsal.step("Container: its health check", container.run, container.health)
    refused = container.run("sh -c 'touch /srv/plan-portal/x /usr/x /etc/x || echo no'")
    assert "no" in refused.splitlines(), refused
    machine.run("curl --fail --silent --output /dev/null http://localhost:8000/")
