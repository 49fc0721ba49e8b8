"""
An empty Debian machine inside this one, with systemd and a network of its own.

It is a folder that debootstrap filled. Its /sbin/init runs in separate namespaces:
processes, mounts, host name, cgroups, network. slirp4netns connects it to the outside;
no connection comes in.
"""

import contextlib
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

MIRROR = "http://deb.debian.org/debian"
#: Packages that debootstrap adds to the smallest Debian: systemd, as on a server.
BASE = "systemd,systemd-sysv,dbus,iproute2,procps,ca-certificates"
#: If this process ends in any way, the machine stops too.
DIES_WITH_US = ("setpriv", "--pdeathsig", "KILL")
NEEDED = ("debootstrap", "slirp4netns", "age-keygen", "unshare", "nsenter")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#: Folder of the second hierarchy of cgroups, or of the only one.
CGROUPS = [Path("/sys/fs/cgroup/unified"), Path("/sys/fs/cgroup")]

BOOT = """
cd "$1"
hostname plan-portal
ip link set lo up
mount --make-rprivate /
mount --bind . .
cd "$1"
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs dev
for device in null zero full random urandom tty; do
    touch dev/$device
    mount --bind /dev/$device dev/$device
done
ln -s /proc/self/fd dev/fd
for number in 0 1 2; do ln -s /proc/self/fd/$number dev/; done
mv dev/0 dev/stdin; mv dev/1 dev/stdout; mv dev/2 dev/stderr
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
ln -s pts/ptmx dev/ptmx
mount -t tmpfs tmpfs dev/shm
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mkdir -p .outside
pivot_root . .outside
umount -l /.outside
exec env -i container=rehearsal PATH="$2" /sbin/init </dev/null
"""


class StepFailed(Exception):
    """A command of the machine ended with a status other than 0."""


def must_be_possible():
    lacking = [name for name in NEEDED if not shutil.which(name)]
    if lacking:
        packages = "debootstrap slirp4netns age util-linux"
        sys.exit(f"{', '.join(lacking)}: not found. Install Debian's {packages}")
    if os.geteuid():
        sys.exit("The rehearsal makes a machine in namespaces: run it as root")


class Machine:
    """One temporary machine."""

    def __init__(self, folder, suite):
        self.folder, self.suite = folder, suite
        self.root = folder / "root"
        self.log = folder / "log"
        self.processes = []
        [self.cgroup] = [
            path / f"plan-portal-rehearsal-{os.getpid()}"
            for path in CGROUPS
            if (path / "cgroup.procs").exists()
            and (path / "cgroup.controllers").exists()
        ][:1]

    def make(self):
        """Fill the folder with the smallest Debian that boots."""
        packed = self.folder.parent.parent / f"debian-{self.suite}.tar"
        self.root.mkdir(parents=True)
        if not packed.exists():
            command = ["debootstrap", "--variant=minbase", f"--include={BASE}"]
            self.outside([*command, self.suite, self.root, MIRROR])
            unfinished = packed.with_suffix(".unfinished")
            self.outside(["tar", "-C", self.root, "-cf", unfinished, "."])
            unfinished.rename(packed)
        else:
            self.outside(["tar", "-C", self.root, "-xf", packed])
        (self.root / "etc/resolv.conf").write_text("nameserver 10.0.2.3\n")
        # A machine that shares a kernel loads no modules.
        mask = self.root / "etc/systemd/system/systemd-modules-load.service"
        mask.symlink_to("/dev/null")

    def outside(self, command):
        with self.log.open("ab") as log:
            done = subprocess.run(command, stdout=log, stderr=log, check=False)
        if done.returncode:
            raise StepFailed(self.log.read_text(errors="replace")[-3000:])

    def boot(self):
        """Start systemd and wait until it has started everything."""
        self.cgroup.mkdir()

        def enter():
            (self.cgroup / "cgroup.procs").write_text("0")

        flags = ["--mount", "--pid", "--fork", "--uts", "--ipc", "--cgroup", "--net"]
        boot = ["bash", "-euc", BOOT, "bash", str(self.root), PATH]
        with self.log.open("ab") as log:
            self.processes.append(
                subprocess.Popen(
                    [*DIES_WITH_US, "unshare", *flags, "--kill-child", *boot],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    preexec_fn=enter,
                )
            )
            self.init = self.first_process()
            network = [*DIES_WITH_US, "slirp4netns", "--configure", "--mtu=1400"]
            network += ["--disable-host-loopback", str(self.init), "tap0"]
            self.processes.append(
                subprocess.Popen(
                    network, stdin=subprocess.DEVNULL, stdout=log, stderr=log
                )
            )
        self.await_systemd()

    def await_systemd(self):
        """Wait until everything has started; at first systemctl cannot connect."""
        deadline = time.monotonic() + 60
        while True:
            try:
                self.run("systemctl is-system-running --wait")
            except StepFailed:
                if time.monotonic() > deadline:
                    raise
                time.sleep(1)
            else:
                return

    def first_process(self):
        """The process id, on this machine, of the other one's init."""
        place = Path(f"/proc/{self.processes[0].pid}")
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, ValueError, IndexError):
                [child] = (place / f"task/{place.name}/children").read_text().split()
                if Path(f"/proc/{child}/comm").read_text() == "systemd\n":
                    return int(child)
            time.sleep(0.1)
        raise StepFailed(f"systemd did not start: {self.log.read_text()[-3000:]}")

    def run(self, script, *, folder="/", **variables):
        """
        Run a bash script in a terminal of the machine, as root; return the output.
        """
        told = {"PATH": PATH, "HOME": "/root", "LANG": "C.UTF-8", "TERM": "dumb"}
        told |= {"DEBIAN_FRONTEND": "noninteractive"} | variables
        command = ["nsenter", "--target", str(self.init), "--all", f"--wdns={folder}"]
        command += ["env", "-i", *(f"{key}={value}" for key, value in told.items())]
        command += ["bash", "-euo", "pipefail", "-c", script]
        child, terminal = pty.fork()
        if not child:
            os.execvp(command[0], command)  # noqa: S606
        said = heard(terminal, self.log)
        _, status = os.waitpid(child, 0)
        if code := os.waitstatus_to_exitcode(status):
            raise StepFailed(f"{said[-3000:]}\n(status {code})")
        return said

    def path(self, inside):
        """The path on this machine of a file of the other one."""
        return self.root / inside.lstrip("/")

    def end(self):
        for process in reversed(self.processes):
            process.send_signal(signal.SIGKILL)
            process.wait()
        deadline = time.monotonic() + 10
        while self.cgroup.exists() and time.monotonic() < deadline:
            for inner in sorted(self.cgroup.rglob("*"), reverse=True):
                if inner.is_dir():
                    with contextlib.suppress(OSError):
                        inner.rmdir()
            with contextlib.suppress(OSError):
                self.cgroup.rmdir()
            time.sleep(0.1)
        shutil.rmtree(self.root, ignore_errors=True)


def heard(terminal, log):
    """Read a terminal to its end; return the output."""
    said = ""
    with log.open("a", encoding="utf-8") as file:
        while True:
            select.select([terminal], [], [])
            try:
                piece = os.read(terminal, 65536).decode(errors="replace")
            except OSError:  # the terminal was closed by its last process
                piece = ""
            if not piece:
                os.close(terminal)
                return said.replace("\r", "")
            said += piece
            file.write(piece)
            file.flush()
