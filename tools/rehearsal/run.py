"""
Runs the steps of docs/operate.md on an empty Debian machine: make rehearsal

Every block that the page marks as shell is run as it stands there, by root, in its
order: from an empty machine to a portal that people use, a backup, an empty machine
again on which it is restored, and an update. What the page leaves to the operator is
played here: a certificate, the first two people, those who work, and the disaster.
Then the steps of deploy/Containerfile. At the end stands how long each step took.
ARGS=page or ARGS=container plays one of them; SUITE names another Debian.
"""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from tools.rehearsal import container
from tools.rehearsal.by_hand import (
    CERTIFICATE,
    FIRST,
    HOST,
    IS_PURGED,
    OLD_BACKUPS_GO,
    PURGE,
    SECOND,
)
from tools.rehearsal.machine import Machine, StepFailed, must_be_possible

ROOT = Path(__file__).resolve().parents[2]
HERE = "/srv/plan-portal"
BLOCK = re.compile(r"^## (?P<title>[^\n]+)$|^```sh\n(?P<script>.*?)^```$", re.M | re.S)
#: What the service must not be able to write, tried in its own view of the disk.
CLOSED = ["/srv/plan-portal", "/etc", "/usr", "/var/log", "/var/lib", "/home", "/root"]
OPEN = ["/var/lib/plan-portal", "/var/backups/plan-portal", "/tmp"]  # noqa: S108


def blocks(page):
    """Pairs of a section's title and a script of it, in the order of the page."""
    title, found = "", []
    for match in BLOCK.finditer(page):
        if match["title"]:
            title = match["title"]
        else:
            found.append((title, match["script"]))
    return found


class Rehearsal:
    """The machine in use, what was found on it, and how long each step took."""

    def __init__(self, folder, suite):
        self.folder, self.suite = folder, suite
        self.page = (ROOT / "docs/operate.md").read_text(encoding="utf-8")
        self.repository = folder / "repository.git"
        git("clone", "--quiet", "--bare", ROOT, self.repository)
        self.took = []
        self.variables = {"HOST": HOST, "REPOSITORY": "/root/plan-portal.git"}
        self.variables |= {"FIRST": FIRST, "SECOND": SECOND}
        self.machine = None
        self.people = ""

    def step(self, name, work, *arguments, **options):
        say(f"{name} … ")
        begun = time.monotonic()
        outcome = work(*arguments, **options)
        seconds = time.monotonic() - begun
        self.took.append((name, seconds))
        say(f"{seconds:.1f} s\n")
        return outcome

    def begin(self, name):
        """An empty machine, with the repository from which the code is taken."""
        self.machine = Machine(self.folder / name, self.suite)
        self.step(f"an empty Debian ({self.suite})", self.machine.make)
        shutil.copytree(self.repository, self.inside("/root/plan-portal.git"))
        for_pip = Path("/usr/local/share/ca-certificates")
        if any(for_pip.glob("*.crt")):  # this machine's own authorities
            shutil.copytree(for_pip, self.inside(str(for_pip)), dirs_exist_ok=True)
        self.step("systemd started", self.machine.boot)
        self.machine.run("update-ca-certificates >/dev/null 2>&1")

    def inside(self, path):
        return self.machine.path(path)

    def section(self, title, numbers=slice(None)):
        """Run the blocks of one section."""
        chosen = [script for each, script in blocks(self.page) if each == title]
        assert chosen, f"docs/operate.md has no section {title!r} with a shell block"
        for script in chosen[numbers]:
            if "nginx -t" in script:
                self.step("  (a certificate)", self.machine.run, CERTIFICATE)
            self.script(title, script)

    def script(self, title, script):
        lines = [line for line in script.splitlines() if line]
        folder = HERE if self.inside(HERE).exists() else "/root"
        self.step(
            f"{title}: {lines[0][:60]}",
            self.machine.run,
            f"{LOAD}\n{script}\n{SAVE}",
            folder=folder,
            **self.variables,
        )

    # --- what people do

    def use(self, photo):
        """A focal point signs in and works, through the proxy."""
        code = (ROOT / "tools/rehearsal/visitor.py").read_text(encoding="utf-8")
        self.inside("/root/visitor.py").write_text(code, encoding="utf-8")
        self.inside("/root/people.json").write_text(self.people)
        said = self.step(
            "  (a focal point works)",
            self.machine.run,
            f"python3 /root/visitor.py {photo} < /root/people.json",
        )
        say(said)

    def invite(self):
        said = self.machine.run(
            f"{HERE}/deploy/manage shell < {HERE}/tools/rehearsal/people.py"
        )
        self.people = re.search(r"PEOPLE ({.*})", said)[1]

    def look_at_the_service(self):
        """What the running service may write, and which powers it has."""
        tries = "".join(
            f"touch {path}/.try 2>/dev/null && rm {path}/.try && echo WRITES {path};"
            for path in [*CLOSED, *OPEN]
        )
        said = self.machine.run(
            "service=$(systemctl show --value -p MainPID plan-portal)\n"
            "nsenter --target $service --mount setpriv --reuid portal --regid portal "
            f"--clear-groups sh -c {shlex.quote(tries + 'true')}\n"
            "grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/$service/status"
        )
        assert re.findall("WRITES (.*)", said) == OPEN, said
        held = dict(line.split(":\t") for line in said.splitlines() if ":\t" in line)
        assert {int(held[name], 16) for name in ("CapEff", "CapBnd")} == {0}, said
        assert held["NoNewPrivs"] == "1", said
        assert held["Seccomp"] == "2", said
        say(
            f"    the service writes to {', '.join(OPEN)} alone and has no capability\n"
        )

    def must_be_well(self):
        said = self.machine.run("curl --silent http://127.0.0.1:8000/salud/lista")
        assert said.split() == ["lista"], said
        failed = self.machine.run("systemctl --failed --plain --no-legend")
        assert not failed.strip(), failed


#: What root's shell knows lives on from block to block.
LOAD = "test ! -e /run/shell || . /run/shell"
SAVE = "{ declare -p | grep PASSWORD= || true; declare -f; } > /run/shell"


def git(*arguments, folder=ROOT):
    done = subprocess.run(
        ["git", *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def say(text):
    sys.stdout.write(text)
    sys.stdout.flush()


def play(rehearsal):
    variables = rehearsal.variables
    rehearsal.begin("first")
    key = rehearsal.folder / "age.key"
    made = subprocess.run(
        ["age-keygen", "-o", key], capture_output=True, text=True, check=True
    )
    variables["BACKUP_RECIPIENT"] = made.stderr.split()[-1]
    rehearsal.section("Deploy")
    rehearsal.must_be_well()
    rehearsal.look_at_the_service()
    rehearsal.invite()
    rehearsal.use("/var/lib/plan-portal/photo.jpg")
    rehearsal.section("Backup")
    rehearsal.machine.run(OLD_BACKUPS_GO)
    rehearsal.step(
        "  (two people purge a text)", rehearsal.machine.run, PURGE, folder=HERE
    )

    kept = rehearsal.folder / "kept"
    kept.mkdir()
    for path in ("/etc/plan-portal.env", "/etc/plan-portal-owner.env"):
        shutil.copy(rehearsal.inside(path), kept)
    backups = rehearsal.inside("/var/backups/plan-portal")
    newest = max(backups.glob("*.age"), key=lambda path: path.stat().st_mtime)
    shutil.copy(newest, kept)
    shutil.copy(backups / "purged.jsonl", kept)
    rehearsal.step("  (the disaster: the machine is gone)", rehearsal.machine.end)

    rehearsal.begin("second")
    rehearsal.section("Deploy", slice(0, 1))
    for path in kept.glob("*.env"):
        shutil.copy(path, rehearsal.inside("/etc"))
    for path in [newest.name, "purged.jsonl"]:
        shutil.copy(kept / path, rehearsal.inside("/var/backups/plan-portal"))
    rehearsal.machine.run(
        "chown root:portal /etc/plan-portal.env; chmod 640 /etc/plan-portal.env\n"
        "chown root:root /etc/plan-portal-owner.env\n"
        "chown -R portal:portal /var/backups/plan-portal"
    )
    variables["BACKUP"] = f"/var/backups/plan-portal/{newest.name}"
    variables["BACKUP_IDENTITY"] = "/run/plan-portal.key"
    rehearsal.machine.run(
        "install -m 0600 -o portal /dev/stdin $BACKUP_IDENTITY "
        f"<<< '{key.read_text()}'",
        **variables,
    )
    rehearsal.section("After a disaster")
    rehearsal.machine.run(IS_PURGED, folder=HERE)
    rehearsal.section("Deploy", slice(-2, None))
    rehearsal.must_be_well()
    rehearsal.use("")

    bare = rehearsal.inside("/root/plan-portal.git")
    work = rehearsal.folder / "work"
    git("clone", "--quiet", bare, work)
    git(
        *("-c", "user.name=Rehearsal", "-c", "user.email=rehearsal@example.org"),
        *("commit", "--quiet", "--allow-empty", "--message", "The next version"),
        folder=work,
    )
    git("push", "--quiet", folder=work)
    rehearsal.section("Update")
    rehearsal.must_be_well()
    rehearsal.use("")


#: What ARGS may name; without it both are played.
PARTS = {"page": play, "container": container.play}


def main(arguments):
    must_be_possible()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))
    if unknown := set(arguments) - set(PARTS):
        sys.exit(f"{', '.join(unknown)}: choose from {', '.join(PARTS)}")
    suite = os.environ.get("SUITE", "trixie")
    folder = ROOT / "var/rehearsal" / suite
    folder.mkdir(parents=True, exist_ok=True)
    if git("status", "--porcelain"):
        say("What is not committed takes no part.\n")
    rehearsal = None
    try:
        # In memory: what is written there is thrown away, and quickly.
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], check=True)
        rehearsal = Rehearsal(folder, suite)
        for part in arguments or PARTS:
            PARTS[part](rehearsal)
            rehearsal.machine.end()
    except (StepFailed, AssertionError) as error:
        say(f"FAILED\n{error}\n")
        return 1
    finally:
        if rehearsal and rehearsal.machine:
            rehearsal.machine.end()
        subprocess.run(["umount", "--lazy", folder], check=True)
    say("\n| Step | Seconds |\n|---|---:|\n")
    say("".join(f"| {name.strip()} | {took:.1f} |\n" for name, took in rehearsal.took))
    say(f"| all | {sum(took for _, took in rehearsal.took):.0f} |\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
