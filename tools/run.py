"""
Runs every test on every database and browser that this machine has: make test

Uses the standard library alone, and says at the end what was skipped and how to get it.
With CI set, whatever is skipped is a failure.
"""

import contextlib
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.deep import DEEP, PARTS, arguments_of  # noqa: E402

#: The shell without windows comes first: it takes half the processor time.
CHROMIUM_NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
)
NO_TESTS_COLLECTED = 5
#: Options of a server whose data need not survive a power cut.
FAST = (
    " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    " -c wal_level=minimal -c max_wal_senders=0"
    # Compiling a statement takes longer than running it on a few rows.
    " -c jit=off"
    # A statement that does not end fails its test instead of holding up the rest.
    " -c statement_timeout=120s"
)
#: By how much the other runs give way to the longest, and those that wait for a server
#: or a browser to all: they end together, so that no processor is idle at the end.
SECOND, LATER = 2, 5


def main(arguments):
    if DEEP and len(arguments) == 1 and not (ROOT / arguments[0]).exists():
        if arguments[0] not in PARTS:
            write(f"There is no part {arguments[0]}. Parts: {', '.join(PARTS)}.\n")
            return 2
        arguments = arguments_of(arguments[0])
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))
    outcomes, skipped = [], []

    compile_catalogues()
    # All at once: each waits often, for the database or the browser. Those that need
    # Python alone begin while packages are installed and the database server is made.
    say("SQLite, what runs once")
    first = begin_pytest(arguments, {"TEST_PART": "once"})
    with contextlib.ExitStack() as stack:
        stack.callback(end, first)
        wait_while_pending("PACKAGES_PENDING", 900)
        os.nice(SECOND)
        second = in_background(arguments, {"TEST_PART": "other"})
        begun = [("SQLite", *stack.enter_context(second))]
        os.nice(LATER - SECOND)
        name, url = stack.enter_context(database_server())
        others = {}
        if url:
            others[name] = {"TEST_PART": "other", "TEST_DATABASE_URL": url}
        else:
            skipped.append(f"the tests on PostgreSQL: {name}")
        if find_chromium():
            others["Browser"] = {"TEST_PART": "browser"}
        else:
            skipped.append(
                "the browser tests: no Chromium was found. Install Debian's package "
                "chromium, or name another one in CHROMIUM"
            )
        begun += [
            (name, *stack.enter_context(in_background(arguments, variables)))
            for name, variables in others.items()
        ]
        outcomes.append(follow("SQLite, what runs once", first))
        for name, process, output in begun:
            say(name)
            outcomes.append(replay(name, process, output))

    return summary(outcomes, skipped, is_part=bool(arguments))


def summary(outcomes, skipped, *, is_part=False):
    """
    Tell what ran, what did not and why; the exit status.

    A developer who asks for part of the tests may ask for those of one run alone, but
    for some.
    """
    say("Summary")
    for name, _, closing_line in outcomes:
        write(f"{name}:\n{closing_line}\n")
    for reason in skipped:
        write(f"SKIPPED {reason}.\n")
    statuses = [status for _, status, _ in outcomes]
    if is_part and set(statuses) != {NO_TESTS_COLLECTED}:
        statuses = [status for status in statuses if status != NO_TESTS_COLLECTED]
    failed = any(statuses)
    if skipped and os.environ.get("CI"):
        write("In CI nothing may be skipped.\n")
        failed = True
    return 1 if failed else 0


def wait_while_pending(variable, seconds):
    """
    Wait while the file is there that an environment variable names; see .ci/run.

    It waits no longer than ``seconds``.
    """
    pending, end = os.environ.get(variable), time.monotonic() + seconds
    while pending and os.path.exists(pending) and time.monotonic() < end:
        time.sleep(0.2)


def compile_catalogues():
    """Make the catalogues that Django reads, where one is missing or outdated."""
    sources = (ROOT / "plan_portal" / "locale").rglob("*.po")
    if all(is_newer(source.with_suffix(".mo"), source) for source in sources):
        return
    command = [sys.executable, "manage.py", "compile_catalogues"]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


def is_newer(made, source):
    return made.exists() and made.stat().st_mtime > source.stat().st_mtime


def begin_pytest(arguments, variables, output=subprocess.PIPE):
    """
    A running pytest.

    ``variables`` are TEST_PART, of which tests/conftest.py tells, and TEST_DATABASE_URL
    where it is not SQLite.
    """
    command = [sys.executable, "-m", "pytest", "-rs"]
    # Each keeps which tests failed last for itself.
    place = "postgresql" if "TEST_DATABASE_URL" in variables else variables["TEST_PART"]
    command += ["-o", f"cache_dir=.pytest_cache/{place}"]
    if sys.stdout.isatty():
        command.append("--color=yes")
    environment = os.environ | {"TEST_DATABASE_URL": ""} | variables
    # Tests are kept compiled for the next run: that halves the time of reading them.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return subprocess.Popen(
        command + arguments,
        cwd=ROOT,
        env=environment,
        stdout=output,
        stderr=subprocess.STDOUT,
    )


@contextlib.contextmanager
def in_background(arguments, variables):
    """A running pytest and the file into which it speaks; stopped if it still runs."""
    with tempfile.TemporaryFile() as output:
        process = begin_pytest(arguments, variables, output)
        try:
            yield process, output
        finally:
            end(process)


def follow(name, process):
    """Pass on what a pytest says while it runs; its name, status and closing line."""
    tail = b""
    while chunk := process.stdout.read1(65536):
        sys.stdout.buffer.write(chunk)
        sys.stdout.flush()
        tail = (tail + chunk)[-4096:]
    return name, process.wait(), closing_line(tail)


def replay(name, process, output):
    """Pass on what another one said; its name, status and closing line."""
    status = process.wait()
    output.seek(0)
    said = output.read()
    sys.stdout.buffer.write(said)
    sys.stdout.flush()
    return name, status, closing_line(said[-4096:])


def closing_line(said):
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "no output"


def end(process):
    """Stop a pytest that still runs."""
    if process and process.poll() is None:
        process.terminate()
        process.wait()


def find_chromium():
    """The path of a Chromium, or an empty string."""
    named = os.environ.get("CHROMIUM")
    for name in (named,) if named else CHROMIUM_NAMES:
        path = shutil.which(name)
        if path:
            return path
    return ""


@contextlib.contextmanager
def database_server():
    """Name and address of a PostgreSQL to test on; or the reason why there is none."""
    if os.environ.get("TEST_DATABASE_URL"):
        yield "PostgreSQL (TEST_DATABASE_URL)", os.environ["TEST_DATABASE_URL"]
        return
    binaries = find_server_binaries()
    if binaries is None:
        yield (
            "no server was found. Install Debian's package postgresql, or name a "
            "server in TEST_DATABASE_URL",
            "",
        )
        return
    if os.geteuid() == 0 and not has_account("postgres"):
        yield "its server refuses to run as root, and there is no user postgres", ""
        return
    with throw_away_cluster(binaries) as url:
        yield f"PostgreSQL {major_version(binaries)}", url


def find_server_binaries():
    """The folder of the newest PostgreSQL server on this machine."""
    folders = list(Path("/usr/lib/postgresql").glob("*/bin"))
    if shutil.which("pg_config"):
        answer = subprocess.run(
            ["pg_config", "--bindir"],
            capture_output=True,
            text=True,
            check=False,
        )
        folders.append(Path(answer.stdout.strip()))
    complete = [
        folder
        for folder in folders
        if all((folder / name).is_file() for name in ("initdb", "pg_ctl", "postgres"))
    ]
    return max(complete, key=major_version, default=None)


def major_version(binaries):
    answer = subprocess.run(
        [binaries / "postgres", "--version"], capture_output=True, text=True, check=True
    )
    return int(re.search(r"(\d+)", answer.stdout).group(1))


def has_account(name):
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


@contextlib.contextmanager
def throw_away_cluster(binaries, *, durable=False):
    """
    A server on a socket in a temporary folder; nothing of it remains.

    A ``durable`` one keeps what it confirmed when it is killed, as in production.
    """
    folder = Path(tempfile.mkdtemp(prefix="plan-portal-postgresql-"))
    as_owner = {}
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, "postgres")
        as_owner = {"user": "postgres", "group": "postgres", "extra_groups": []}
    cluster, log = folder / "data", folder / "log"

    def run(name, *arguments):
        # Without inheriting our output: the server would hold it open after the end.
        with (folder / "commands").open("ab") as output:
            done = subprocess.run(
                [binaries / name, "-D", cluster, *arguments],
                **as_owner,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                check=False,
            )
        if done.returncode:
            write((folder / "commands").read_text(errors="replace"))
            if log.exists():
                write(log.read_text(errors="replace"))
            sys.exit(f"PostgreSQL: {name} failed with status {done.returncode}")

    try:
        run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        options = f"-k {folder} -c listen_addresses={'' if durable else FAST}"
        run("pg_ctl", "-w", "-l", log, "-o", options, "start")
        try:
            yield f"postgres://postgres@/portal?host={folder}"
        finally:
            run("pg_ctl", "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def say(heading):
    write(f"\n--- {heading} ---\n")


def write(text):
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
