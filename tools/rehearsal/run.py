"""
Runs the steps of docs/operate.md on an empty Debian machine: make rehearsal

Root runs every shell block of the page unchanged. First come an empty machine, a portal
in use, and the operator's tasks of five years; then a second machine on which a backup
is restored, an update and the way back, and a move to a third machine; then a trial on
SQLite that moves to PostgreSQL. Everything that the page leaves to the operator is
simulated: a certificate, people, another machine for copies, and the disaster. The
steps of deploy/Containerfile come last. Finally it prints the duration of each step.
ARGS=page, trial, two or container runs one of them; SUITE names another Debian.
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
    AUTHORIZED,
    CERTIFICATE,
    COPIES,
    ENTERED_LATER,
    FAILING_BACKUP,
    FIRST,
    HOST,
    IS_COPIED,
    IS_GONE,
    IS_PURGED,
    IS_RENEWED,
    NEXT_CODE,
    OLD_BACKUPS_GO,
    OPERATOR_EMAIL,
    OTHER_MACHINE,
    PURGE,
    RUNS_ONCE,
    SECOND,
    SECOND_SERVER,
    TRIAL,
)
from tools.rehearsal.machine import Machine, StepFailed, must_be_possible

ROOT = Path(__file__).resolve().parents[2]
HERE = "/srv/plan-portal"
BLOCK = re.compile(r"^## (?P<title>[^\n]+)$|^```sh\n(?P<script>.*?)^```$", re.M | re.S)
#: Paths that the service must not be able to write, tried in its own mount namespace.
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
    """The present machine, the results, and the duration of each step."""

    def __init__(self, folder, suite):
        self.folder, self.suite = folder, suite
        self.page = (ROOT / "docs/operate.md").read_text(encoding="utf-8")
        self.repository = folder / "repository.git"
        git("clone", "--quiet", "--bare", ROOT, self.repository)
        self.took = []
        self.variables = {"HOST": HOST, "REPOSITORY": "/root/plan-portal.git"}
        self.variables |= {"FIRST": FIRST, "SECOND": SECOND}
        self.variables |= {"NAME": FIRST.partition("<")[2].rstrip(">")}
        self.variables |= {"OPERATOR_EMAIL": OPERATOR_EMAIL}
        self.variables |= {"PLAN": f"{HERE}/strategic_areas/plans/plan-2017-2020.yaml"}
        self.variables |= {"BACKUP_COPY_TO": f"copies@{COPIES}:/srv/copies"}
        self.variables |= {"BACKUP_IDENTITY": "/run/plan-portal.key"}
        self.variables |= {"CERTIFICATE": "/root/renewed"}
        self.variables |= {"SECOND_SERVER": "127.0.0.2:8000"}
        self.machine = None
        self.people = self.keys = ""
        self.ran = set()

    def step(self, name, work, *arguments, **options):
        say(f"{name} … ")
        begun = time.monotonic()
        outcome = work(*arguments, **options)
        seconds = time.monotonic() - begun
        self.took.append((name, seconds))
        say(f"{seconds:.1f} s\n")
        return outcome

    def begin(self, name):
        """Start an empty machine, with the repository of the code."""
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
                at = {"FOLDER": "/etc/ssl/plan-portal", "KEY": "key.pem"}
                self.by_hand("a certificate", CERTIFICATE, **at)
            self.script(title, script)
            self.ran.add(script)

    def by_hand(self, name, script, **variables):
        folder = HERE if self.inside(HERE).exists() else "/root"
        self.step(f"  ({name})", self.machine.run, script, folder=folder, **variables)

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

    def make_key(self):
        """Use another key for backups from now on; earlier keys are kept."""
        made = subprocess.run(
            ["age-keygen"], capture_output=True, text=True, check=True
        )
        self.keys += made.stdout
        self.variables["BACKUP_RECIPIENT"] = made.stderr.split()[-1]

    def set_up_copies(self):
        self.by_hand("another machine for copies", OTHER_MACHINE)
        self.section("Backup", slice(1, 2))
        self.by_hand("the key is let in there", AUTHORIZED)

    def newest_backup(self):
        backups = self.inside("/var/backups/plan-portal").glob("*.age")
        return max(backups, key=lambda path: path.stat().st_mtime)

    def keep(self):
        """
        Copy the files that survive the loss of the machine to a folder of this one.
        """
        kept = self.folder / "kept"
        kept.mkdir()
        for path in ("/etc/plan-portal.env", "/etc/plan-portal-owner.env"):
            shutil.copy(self.inside(path), kept)
        newest = self.newest_backup()
        for path in (newest, newest.with_name("purged.jsonl")):
            shutil.copy(path, kept)
        shutil.copytree(newest.with_name("files"), kept / "files")
        return kept

    def bring(self, kept):
        for path in kept.iterdir():
            place = "/etc" if path.suffix == ".env" else "/var/backups/plan-portal"
            if path.is_dir():
                shutil.copytree(path, self.inside(place) / path.name)
            else:
                shutil.copy(path, self.inside(place))
        self.machine.run(
            "chown root:portal /etc/plan-portal.env; chmod 640 /etc/plan-portal.env\n"
            "chown root:root /etc/plan-portal-owner.env\n"
            "chown -R portal:portal /var/backups/plan-portal"
        )

    def restore(self, *, has_copies=False):
        """Restore the newest backup, with the keys that open it."""
        backup = f"/var/backups/plan-portal/{self.newest_backup().name}"
        self.variables["BACKUP"] = backup
        self.machine.run(
            f"install -m 0600 -o portal /dev/stdin $BACKUP_IDENTITY <<< '{self.keys}'",
            **self.variables,
        )
        self.section("After a disaster")
        if not has_copies:
            self.set_up_copies()

    def publish_next_version(self):
        """Add a newer version to the repository; return the one before."""
        work = self.folder / "work"
        git("clone", "--quiet", self.inside("/root/plan-portal.git"), work)
        before = git("rev-parse", "HEAD", folder=work).strip()
        author = ("user.name=Rehearsal", "user.email=rehearsal@example.org")
        git(
            *("-c", author[0], "-c", author[1]),
            *("commit", "--quiet", "--allow-empty", "--message", "The next version"),
            folder=work,
        )
        git("push", "--quiet", folder=work)
        return before

    def look_at_the_service(self):
        """Check what the running service may write, and its privileges."""
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
        assert said.split()[:1] == ["lista"], said
        said = self.machine.run("curl --silent http://127.0.0.1:8000/salud/tareas")
        assert '"is_well": true' in said, said
        failed = self.machine.run("systemctl --failed --plain --no-legend")
        assert not failed.strip(), failed


#: Variables and functions of root's shell are kept between blocks.
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
    rehearsal.begin("first")
    rehearsal.make_key()
    rehearsal.section("Deploy")
    rehearsal.must_be_well()
    rehearsal.look_at_the_service()
    rehearsal.section("Load a plan")
    rehearsal.invite()
    rehearsal.use("/var/lib/plan-portal/photo.jpg")
    rehearsal.section("Backup", slice(1))
    rehearsal.set_up_copies()
    rehearsal.section("Backup", slice(2, None))
    rehearsal.by_hand("a backup fails", FAILING_BACKUP)
    rehearsal.by_hand(
        "a new certificate", CERTIFICATE, FOLDER="/root/renewed", KEY="privkey.pem"
    )
    rehearsal.section("Renew the certificate")
    rehearsal.by_hand("nginx shows the new certificate", IS_RENEWED)
    listed = rehearsal.machine.run("pg_lsclusters --no-header | cat").split()
    rehearsal.variables |= {"OLD": " ".join(listed[:2]), "NEW": listed[0]}
    rehearsal.section("PostgreSQL's next version")
    rehearsal.make_key()
    rehearsal.section("Change a key")
    rehearsal.by_hand("all backups are copied", IS_COPIED)
    rehearsal.section("The only administrator is locked out")
    rehearsal.must_be_well()
    rehearsal.use("")
    rehearsal.machine.run(OLD_BACKUPS_GO)
    rehearsal.by_hand("two people purge a text", PURGE)
    kept = rehearsal.keep()
    rehearsal.step("  (the disaster: the machine is gone)", rehearsal.machine.end)

    rehearsal.begin("second")
    rehearsal.section("Deploy", slice(0, 1))
    rehearsal.bring(kept)
    rehearsal.restore()
    rehearsal.machine.run(IS_PURGED, folder=HERE)
    rehearsal.section("Deploy", slice(-2, None))
    rehearsal.must_be_well()
    rehearsal.use("")

    rehearsal.variables["BEFORE"] = rehearsal.publish_next_version()
    rehearsal.section("Update")
    rehearsal.must_be_well()
    rehearsal.by_hand("somebody enters something", ENTERED_LATER)
    rehearsal.section("Go back to the version before")
    rehearsal.restore(has_copies=True)
    rehearsal.section("Deploy", slice(-2, -1))
    rehearsal.must_be_well()
    rehearsal.by_hand("what was entered is gone", IS_GONE)
    rehearsal.use("")

    rehearsal.section("Move to another host", slice(0, 1))
    packed = rehearsal.folder / "move.tar.gz"
    shutil.copy(rehearsal.inside("/root/plan-portal-move.tar.gz"), packed)
    rehearsal.step("  (the old machine is switched off)", rehearsal.machine.end)
    rehearsal.begin("third")
    rehearsal.section("Deploy", slice(0, 1))
    shutil.copy(packed, rehearsal.inside("/root/plan-portal-move.tar.gz"))
    rehearsal.section("Move to another host", slice(1, None))
    rehearsal.restore()
    rehearsal.section("Deploy", slice(-2, None))
    rehearsal.must_be_well()
    rehearsal.use("")


def play_trial(rehearsal):
    """A trial on SQLite, in use, moves to PostgreSQL."""
    rehearsal.begin("trial")
    rehearsal.section("Deploy", slice(0, 1))
    rehearsal.by_hand("a trial without PostgreSQL", TRIAL)
    rehearsal.section("Deploy", slice(-2, None))
    rehearsal.must_be_well()
    rehearsal.invite()
    rehearsal.use("/var/lib/plan-portal/photo.jpg")
    rehearsal.section("Deploy", slice(1, 2))
    rehearsal.section("From a trial on SQLite")
    rehearsal.machine.run("systemctl start plan-portal.target")
    rehearsal.must_be_well()
    rehearsal.use("")


def play_two_servers(rehearsal):
    """Two application servers behind nginx; each is used while the other is down."""
    rehearsal.begin("two")
    rehearsal.make_key()
    rehearsal.section("Deploy")
    rehearsal.invite()
    rehearsal.use("/var/lib/plan-portal/photo.jpg")
    rehearsal.section("More than one machine", slice(0, 1))
    rehearsal.by_hand("a second server", SECOND_SERVER)
    rehearsal.section("More than one machine", slice(1, None))
    rehearsal.by_hand("a task on both", RUNS_ONCE)
    for server in ("plan-portal", "plan-portal-2"):
        units = f"{server}.socket {server}.service"
        rehearsal.by_hand(f"{server} is away", f"systemctl stop {units}; {NEXT_CODE}")
        rehearsal.use("")
        rehearsal.by_hand(f"{server} is back", f"systemctl start {units}")
    rehearsal.must_be_well()


#: Values of ARGS; without it all run.
PARTS = {
    "page": play,
    "trial": play_trial,
    "two": play_two_servers,
    "container": container.play,
}


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
        # In memory, since the files are temporary and it is fast.
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], check=True)
        rehearsal = Rehearsal(folder, suite)
        for part in arguments or PARTS:
            PARTS[part](rehearsal)
            rehearsal.machine.end()
        left = {script for _title, script in blocks(rehearsal.page)} - rehearsal.ran
        assert arguments or not left, f"These blocks were not run: {left}"
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
