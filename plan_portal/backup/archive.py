"""
The backup file: a compressed tar whose last member is the manifest.

The manifest has size and SHA-256 of each member and of the private files, which all
backups share in the folder ``files``. With ``BACKUP_RECIPIENT`` they are encrypted.
"""

import gzip
import io
import json
import os
import shutil
import subprocess
import tarfile
from contextlib import contextmanager, suppress
from hashlib import file_digest, sha256

from plan_portal.backup import BackupError

#: Version of the manifest's format.
FORMAT = 2
MANIFEST = "manifest.json"
#: The folder of the shared files, and the name of a backup's list of them.
SHARED, LIST = "files", "{}.files"
STREAM_ERRORS = (tarfile.TarError, EOFError, OSError)
SUFFIXES = {"": ".tar.gz", "age": ".tar.gz.age", "gpg": ".tar.gz.gpg"}


def program_of(recipient):
    """``age`` for an age or SSH key, ``gpg`` for a name or number, "" for none."""
    if not recipient:
        return ""
    return "age" if recipient.startswith(("age1", "ssh-")) else "gpg"


def write_archive(target, recipient, members, shared, about):
    """
    Write ``members``, pairs of a name and a function that opens it, to ``target``.

    The pairs of ``shared`` go to the folder ``files`` next to it, unless an earlier
    backup stored them. ``about`` are further facts for the manifest.
    """
    sums, stored, folder = {}, {}, target.parent / SHARED
    folder.mkdir(mode=0o700, exist_ok=True)
    for name, open_content in shared:
        with open_content() as content:
            sums[name] = _size_and_digest(content)
            stored_key = f"{recipient}\n{name}\n{sums[name]['sha256']}"
            stored[name] = _store(folder, recipient, stored_key, content)
    # List first: ``remove_unreferenced_files`` deletes the files of an unlisted backup.
    _list_of(target).write_text("\n".join(stored.values()), encoding="utf-8")
    with (
        _encrypted_file(target, recipient) as stream,
        gzip.GzipFile("", "wb", compresslevel=3, fileobj=stream) as packing,
        tarfile.open(fileobj=packing, mode="w|") as packed,
    ):
        for name, open_content in members:
            with open_content() as content:
                sums[name] = _size_and_digest(content)
                content.seek(0)
                entry = tarfile.TarInfo(name)
                entry.size = sums[name]["size"]
                packed.addfile(entry, content)
        about = about | {"format": FORMAT, "files": sums, "shared": stored}
        text = json.dumps(about, indent=1).encode()
        entry = tarfile.TarInfo(MANIFEST)
        entry.size = len(text)
        packed.addfile(entry, io.BytesIO(text))


def _store(folder, recipient, stored_key, content):
    suffix = SUFFIXES[program_of(recipient)].removeprefix(".tar.gz")
    target = folder / f"{sha256(stored_key.encode()).hexdigest()}{suffix}"
    if not target.exists():
        content.seek(0)
        with _encrypted_file(target, recipient) as stream:
            shutil.copyfileobj(content, stream)
    return target.name


def _list_of(target):
    return target.with_name(LIST.format(target.name.partition(".")[0]))


def remove_unreferenced_files(folder):
    """Delete shared files that no remaining backup needs."""
    needed = {
        name
        for path in folder.glob(LIST.format("*"))
        for name in path.read_text(encoding="utf-8").splitlines()
    }
    for path in (folder / SHARED).glob("*"):
        if path.name not in needed:
            path.unlink()


@contextmanager
def _encrypted_file(target, recipient):
    """
    A stream whose file, readable for its owner only, gets its name once it is complete.
    """
    unfinished = target.with_name(f".{target.name}.unfinished")
    try:
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            if command := _encrypting(recipient):
                with _running(command, stdin=subprocess.PIPE, stdout=file) as process:
                    yield process.stdin
            else:
                yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(target)
    finally:
        unfinished.unlink(missing_ok=True)


def _encrypting(recipient):
    return {
        "": None,
        "age": ["age", "--encrypt", "--recipient", recipient],
        "gpg": [
            *("gpg", "--batch", "--yes", "--trust-model", "always"),
            *("--encrypt", "--recipient", recipient, "--output", "-"),
        ],
    }[program_of(recipient)]


@contextmanager
def _running(command, **streams):
    try:
        process = subprocess.Popen(command, stderr=subprocess.PIPE, **streams)  # noqa: S603
    except FileNotFoundError:
        raise BackupError(f"The program {command[0]} is not installed.") from None
    failed = None
    with process:
        try:
            yield process
        except STREAM_ERRORS as error:  # the program may have ended before us
            failed = error
        for stream in (process.stdin, process.stdout):
            with suppress(BrokenPipeError):
                if stream:
                    stream.close()
        message = process.stderr.read().decode(errors="replace").strip()
    if process.returncode and (message or isinstance(failed, BrokenPipeError | None)):
        raise BackupError(f"{command[0]} failed: {message or process.returncode}")
    if failed:
        raise failed


def unpack_backup(source, folder):
    """
    Unpack into an empty folder and return the manifest.

    Raises ``BackupError`` for a damaged, changed or foreign file.
    """
    try:
        with (
            _readable(source) as stream,
            tarfile.open(fileobj=stream, mode="r|gz") as t,
        ):
            for member in t:
                _unpack(t, member, folder)
            while stream.read(2**20):  # what follows the archive: the program's end
                pass
    except STREAM_ERRORS as error:
        raise BackupError(f"{source} is broken or was cut short: {error}") from None
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        raise BackupError(f"{source} was cut short: it has no manifest.") from None
    if manifest.get("format") != FORMAT:
        raise BackupError(
            f"{source} has format {manifest.get('format')}; this portal reads {FORMAT}"
            ': see "From before 1.0" in docs/operate.md.'
        )
    for name, stored in manifest["shared"].items():
        _unpack_shared_file(source.parent / SHARED / stored, _place(folder, name))
    _compare(source, folder, manifest["files"])
    return manifest


def _unpack_shared_file(stored, target):
    if stored.exists():
        with _readable(stored) as stream, target.open("wb") as file:
            shutil.copyfileobj(stream, file)


def _unpack(packed, member, folder):
    if member.isdir():
        return
    if not member.isfile():
        raise tarfile.TarError(f"{member.name} is no file of a backup")
    target = _place(folder, member.name)
    with packed.extractfile(member) as content, target.open("wb") as file:
        shutil.copyfileobj(content, file)


def _place(folder, name):
    target = folder / name
    if not target.resolve().is_relative_to(folder.resolve()):
        raise tarfile.TarError(f"{name} is no file of a backup")
    target.parent.mkdir(parents=True, exist_ok=True)
    return target


def _compare(source, folder, sums):
    unpacked = {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and path != folder / MANIFEST
    }
    if lost := sorted(sums.keys() ^ unpacked):
        raise BackupError(f"{source} is broken: {lost[0]} is missing or unexpected.")
    for name, expected in sums.items():
        with (folder / name).open("rb") as content:
            if _size_and_digest(content) != expected:
                raise BackupError(f"{source} is broken: {name} was changed.")


@contextmanager
def _readable(source):
    suffix = source.suffix
    if suffix not in {".age", ".gpg"}:
        with source.open("rb") as file:
            yield file
        return
    identity = os.environ.get("BACKUP_IDENTITY")
    command = (
        ["age", "--decrypt", *(["--identity", identity] if identity else [])]
        if suffix == ".age"
        else ["gpg", "--batch", "--quiet", "--decrypt"]
    )
    with (
        source.open("rb") as file,
        _running(command, stdin=file, stdout=subprocess.PIPE) as process,
    ):
        yield process.stdout


def _size_and_digest(content):
    digest = file_digest(content, "sha256").hexdigest()
    return {"size": content.seek(0, io.SEEK_END), "sha256": digest}
