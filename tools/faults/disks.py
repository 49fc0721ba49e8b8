"""The disk is full: of the database, of the evidence files, of the log of SQLite."""

import contextlib
import io
import os
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import psycopg2
from PIL import Image

from tests.uploads import make_image
from tools.faults import staff, visitors
from tools.faults.restarts import BOTH, must_lose_nothing, share_failed
from tools.faults.telling import Outcome, counted, scenario

#: Free megabytes of the small disk.
ROOM = 12


@contextlib.contextmanager
def small_disk(megabytes, owner=None):
    """A folder on a disk of its own, which only root can create."""
    with tempfile.TemporaryDirectory(prefix="plan-portal-disk-") as name:
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", name]
        if subprocess.run(command, check=False, capture_output=True).returncode:
            raise RuntimeError("a small disk takes root: it could not be mounted")
        try:
            if owner is not None:
                os.chown(name, owner, -1)
            yield Path(name)
        finally:
            subprocess.run(["umount", "--lazy", name], check=True)


def fill(folder):
    """Write a file until the disk is full; return the file."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(65_536))
    with ballast.open("ab", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"0")
    return ballast


@scenario(
    "F8",
    "Disk full while six people save, publish and upload; then freed",
    passes="people who save read that it failed, people who upload that the disk is "
    "full (507); public pages go on; no file is cut off; nothing confirmed is lost; "
    "everything works again once there is room",
    on=BOTH,
)
def full_disk(stage, engine):
    if os.geteuid() != 0:
        raise RuntimeError("a small disk takes root")
    with stage.portal(engine) as portal, on_small_disk(portal) as disk:
        portal.start(TMPDIR=str(disk))
        people = staff.Reporting(staff.reporters(portal, 6), pause=0.2)
        uploader = people.reporters[0]
        outcome = Outcome("")
        with visitors.Readers(portal.port, rate=10) as readers, people:
            time.sleep(3)
            before = attach(uploader, is_large=True)
            time.sleep(1)  # until the file in which it was received is gone
            ballast = fill(disk)
            full_at = time.monotonic()
            time.sleep(5)
            during = [attach(uploader, is_large=number > 1) for number in range(4)]
            full_until = time.monotonic()
            ballast.unlink()
            time.sleep(3)
            after = attach(uploader)
            freed = time.monotonic()
            time.sleep(4)
        full = [a for a in people.answers if full_at + 1 < a.begun < full_until - 1]
        well = [a for a in people.answers if a.begun > freed and a.status == 200]
        folder = portal.folder / "evidence"
        evidence = [path for path in folder.rglob("*") if path.is_file()]
        stored = dict(
            portal.rows(
                "SELECT file, size FROM strategic_areas_evidence WHERE file <> ''"
            )
        )
        outcome.did = (
            f"full for {full_until - full_at:.0f} s: saves {counted(full)}, uploads "
            f"{counted(during)}; pages {counted(readers.answers)}; before and after "
            f"{before.status} and {after.status}"
        )
        outcome.must(share_failed(readers.answers) == 0, "public pages failed")
        outcome.must(full, "nobody saved while the disk was full")
        outcome.must(
            all(a.status == 507 for a in during),
            f"uploads to a full disk were answered {counted(during)}",
        )
        outcome.must(well, "nobody could save afterwards")
        outcome.must((before.status, after.status) == (302, 302), "uploading failed")
        cut = [f for f, size in stored.items() if whole(portal, f) != size]
        outcome.must(not cut, f"{len(cut)} files are cut off or missing")
        outcome.must(
            len(evidence) == len(stored),
            f"{len(evidence) - len(stored)} files too many",
        )
        must_lose_nothing(outcome, portal, people)
    return outcome


def whole(portal, name):
    path = portal.folder / "evidence" / name
    return path.stat().st_size if path.exists() else None


_numbers = threading.local()


def attach(reporter, *, is_large=False):
    """
    Attach a new picture to the row that a person reports on.

    A large one is received into a temporary file on the same small disk.
    """
    size = _numbers.size = getattr(_numbers, "size", 0) + 1
    picture = make_image(size=(900 + size, 700))
    if is_large:
        noise = Image.frombytes("L", (2000, 1500), os.urandom(3_000_000))
        written = io.BytesIO()
        noise.save(written, "PNG")
        picture = written.getvalue()
    return reporter.visitor.upload(
        f"{reporter.row}evidencia/",
        {"title_es": f"Foto {size}"},
        f"foto{size}.png",
        picture,
    )


@contextlib.contextmanager
def on_small_disk(portal):
    """Move the portal's data to a small disk; return the disk's folder."""
    if portal.engine == "sqlite":
        used = sum(f.stat().st_size for f in portal.folder.glob("portal.sqlite3*"))
        with small_disk(used // 2**20 + ROOM) as disk:
            for file in portal.folder.glob("portal.sqlite3*"):
                (disk / file.name).write_bytes(file.read_bytes())
                file.unlink()
            (disk / "static").symlink_to(portal.folder / "static")
            old = portal.folder
            portal.folder = disk
            portal.variables["VAR_DIR"] = str(disk)
            try:
                yield disk
            finally:
                portal.kill()
                portal.folder = old
        return
    owner = (portal.cluster.folder / "data").stat().st_uid
    with small_disk(150, owner) as disk:
        (disk / "data").mkdir()
        os.chown(disk / "data", owner, -1)
        (disk / "evidence").mkdir()
        (portal.folder / "evidence").symlink_to(disk / "evidence")
        name = Path(portal.variables["DATABASE_URL"].partition("?")[0]).name
        with contextlib.closing(
            psycopg2.connect(portal.cluster.address("postgres"))
        ) as server:
            server.autocommit = True
            with server.cursor() as cursor:
                cursor.execute(f"CREATE TABLESPACE small LOCATION '{disk}/data'")
                cursor.execute(f'ALTER DATABASE "{name}" SET TABLESPACE small')
        try:
            yield disk
        finally:
            portal.kill()
            portal.cluster.drop(name)
            with contextlib.closing(
                psycopg2.connect(portal.cluster.address("postgres"))
            ) as server:
                server.autocommit = True
                with server.cursor() as cursor:
                    cursor.execute("DROP TABLESPACE small")
