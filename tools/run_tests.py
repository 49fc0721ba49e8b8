"""
Runs every test on every database and browser of this machine: make test

Uses the standard library alone. At the end it names skipped tests and how to run them.
With CI set, a skip is a failure.
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
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: The headless shell comes first: it takes half the processor time.
CHROMIUM_NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
)
NO_TESTS_COLLECTED = 5
#: Options of a server whose data need not survive a power failure.
FAST = (
    " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    " -c wal_level=minimal -c max_wal_senders=0"
    # Compiling a statement takes longer than running it on a few rows.
    " -c jit=off"
    # A statement that does not end fails its test instead of blocking the rest.
    " -c statement_timeout=120s"
)


def main(arguments):
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))
    compile_catalogues()
    statuses, skipped = {}, []
    only = ["-m", "not browser", *arguments]
    with contextlib.ExitStack() as running, ThreadPoolExecutor() as pool:
        # It takes seconds, in which the first tests can run.
        server = pool.submit(running.enter_context, database_server())
        statuses["SQLite"] = run_pytest("SQLite", only)
        name, url = server.result()
        if url:
            statuses[name] = run_pytest(name, only, TEST_DATABASE_URL=url)
        else:
            skipped.append(f"the tests on PostgreSQL: {name}")
    if find_chromium():
        only = ["-m", "browser", *(arguments or ["tests/browser"])]
        # One more than processors: a test often waits for its browser.
        has_affinity = hasattr(os, "sched_getaffinity")
        usable = len(os.sched_getaffinity(0)) if has_affinity else os.cpu_count() or 1
        processes = ["-n", str(usable + 1)]
        statuses["Browser"] = run_pytest("Browser", [*processes, *only])
    else:
        skipped.append(
            "the browser tests: no Chromium was found. Install Debian's package "
            "chromium, or name another one in CHROMIUM"
        )
    return summary(statuses, skipped, is_part=bool(arguments))


def summary(statuses, skipped, *, is_part=False):
    """
    Print failures and skips; return the exit status.

    ``statuses`` maps the name of a run to pytest's status. With ``is_part`` a run may
    have no tests.
    """
    say("Summary")
    if is_part and {*statuses.values()} != {NO_TESTS_COLLECTED}:
        statuses = {k: v for k, v in statuses.items() if v != NO_TESTS_COLLECTED}
    for name, status in statuses.items():
        write(f"{name}: {f'FAILED ({status})' if status else 'passed'}\n")
    for reason in skipped:
        write(f"SKIPPED {reason}.\n")
    if skipped and os.environ.get("CI"):
        write("In CI nothing may be skipped.\n")
        return 1
    return 1 if any(statuses.values()) else 0


def compile_catalogues():
    """Compile missing and outdated translations."""
    sources = (ROOT / "plan_portal" / "locale").rglob("*.po")
    if all(is_newer(source.with_suffix(".mo"), source) for source in sources):
        return
    command = [sys.executable, "manage.py", "compile_catalogues"]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


def is_newer(made, source):
    return made.exists() and made.stat().st_mtime > source.stat().st_mtime


def run_pytest(name, arguments, **variables):
    """Run pytest on every processor; return its exit status."""
    say(name)
    # Compiled tests are kept for the next run: that halves the time to load them.
    environment = os.environ | {"TEST_DATABASE_URL": ""} | variables
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    pytest = [sys.executable, "-m", "pytest", "-rs", "-n", "auto", "--dist", "loadfile"]
    # tests/conftest.py says which files begin first.
    pytest.append("--no-loadscope-reorder")
    command = [*pytest, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def find_chromium():
    """The path of a Chromium, or ""."""
    named = os.environ.get("CHROMIUM")
    for name in (named,) if named else CHROMIUM_NAMES:
        path = shutil.which(name)
        if path:
            return path
    return ""


@contextlib.contextmanager
def database_server():
    """Name and address of a PostgreSQL for tests; or the reason why there is none."""
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
    A temporary server on a socket in a temporary folder.

    A ``durable`` one keeps confirmed data when it is killed, as in production.
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
