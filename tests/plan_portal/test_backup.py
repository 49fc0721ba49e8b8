"""What a backup's file must be, and what is refused before anything is written."""

import io
import json
import shutil
import subprocess
import tarfile
import tempfile
import time
from functools import partial
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from plan_portal.backup import BackupError, archive
from plan_portal.management.commands import restore
from strategic_areas import purging
from strategic_areas.purging import blanking
from tests import make

NOT_ENCRYPTED = ""


@pytest.fixture
def backup(tmp_path):
    """A small archive: one file, and what the manifest says besides."""
    folder = tmp_path / "var"
    folder.mkdir()
    (folder / "letter").write_bytes(b"words " * 20_000)
    target = tmp_path / "backup.tar.gz"
    archive.write_archive(
        target,
        NOT_ENCRYPTED,
        [("letters/1", partial((folder / "letter").open, "rb"))],
        [],
        {"engine": "none"},
    )
    return target


@pytest.fixture
def empty(tmp_path):
    folder = tmp_path / "unpacked"
    folder.mkdir()
    return folder


def test_what_was_packed_is_unpacked_and_only_the_owner_reads_it(backup, empty):
    manifest = archive.unpack_backup(backup, empty)

    assert manifest["engine"] == "none"
    assert (empty / "letters" / "1").read_bytes() == b"words " * 20_000
    assert backup.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in backup.parent.iterdir()) == [
        "backup.files",
        "backup.tar.gz",
        "files",
        "unpacked",
        "var",
    ]


@pytest.mark.parametrize("share", [0, 0.3, 0.9])
def test_a_backup_that_was_cut_short_is_refused(backup, empty, share):
    content = backup.read_bytes()
    backup.write_bytes(content[: int(len(content) * share)])

    with pytest.raises(BackupError, match="cut short"):
        archive.unpack_backup(backup, empty)


@pytest.mark.parametrize(
    ("words", "newer", "said"),
    [
        (b"other words", 0, r"is broken: letters/1 was changed\."),
        (b"words " * 20_000, 1, r"format 3; .* reads 2: .*docs/operate\.md"),
    ],
)
def test_a_changed_backup_and_one_of_another_format_are_refused(
    backup, empty, tmp_path, words, newer, said
):
    other, again = tmp_path / "other.tar.gz", tmp_path / "again"
    again.mkdir()
    archive.unpack_backup(backup, empty)
    manifest = json.loads((empty / archive.MANIFEST).read_text())
    (empty / "letters" / "1").write_bytes(words)
    manifest["format"] = archive.FORMAT + newer
    (empty / archive.MANIFEST).write_text(json.dumps(manifest))
    shutil.make_archive(str(other).removesuffix(".tar.gz"), "gztar", empty)

    with pytest.raises(BackupError, match=said):
        archive.unpack_backup(other, again)


@pytest.fixture
def nights(tmp_path):
    """Backups of three nights: of one file of evidence, of two, and of the second."""
    files = []
    for name in ("evidence/1", "evidence/2"):
        path = tmp_path / name.replace("/", "-")
        path.write_text(name)
        files.append((name, partial(path.open, "rb")))
    made = [tmp_path / f"night-{number}.tar.gz" for number in (1, 2, 3)]
    for target, shared in zip(made, (files[:1], files, files[1:]), strict=True):
        archive.write_archive(target, NOT_ENCRYPTED, [], shared, {})
    return made


def test_backups_share_files_and_each_is_restored_whole(nights, tmp_path):
    assert len(list((tmp_path / archive.SHARED).iterdir())) == 2

    held = []
    for number, night in enumerate(nights):
        folder = tmp_path / f"unpacked-{number}"
        folder.mkdir()
        archive.unpack_backup(night, folder)
        held.append(
            {
                str(path.relative_to(folder)): path.read_text()
                for path in folder.glob("evidence/*")
            }
        )

    one, two = {"evidence/1": "evidence/1"}, {"evidence/2": "evidence/2"}
    assert held == [one, one | two, two]


def test_a_shared_file_goes_with_the_last_backup_that_needs_it(nights, tmp_path):
    numbers = []
    for night in nights:
        archive.remove_unreferenced_files(tmp_path)
        numbers.append(len(list((tmp_path / archive.SHARED).iterdir())))
        night.with_name(night.name.replace(".tar.gz", ".files")).unlink()
    archive.remove_unreferenced_files(tmp_path)

    assert numbers == [2, 2, 1]
    assert list((tmp_path / archive.SHARED).iterdir()) == []


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (Path.unlink, "evidence/1 is missing"),
        (lambda path: path.write_text("other"), "evidence/1 was changed"),
    ],
)
def test_a_backup_whose_shared_file_is_damaged_names_it(nights, empty, damage, said):
    [name] = nights[0].with_name("night-1.files").read_text().splitlines()
    damage(nights[0].parent / archive.SHARED / name)

    with pytest.raises(BackupError, match=said):
        archive.unpack_backup(nights[0], empty)


def test_what_another_key_opens_is_stored_by_itself(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "_encrypting", lambda recipient: None)
    file = tmp_path / "one"
    opened = partial(file.open, "rb")

    for number, (recipient, content) in enumerate(
        [("age1a", "one"), ("age1a", "other"), ("age1b", "other"), ("age1b", "other")]
    ):
        file.write_text(content)
        target = tmp_path / f"{number}.tar.gz.age"
        archive.write_archive(target, recipient, [], [("evidence/1", opened)], {})

    assert len(list((tmp_path / archive.SHARED).iterdir())) == 3


@pytest.mark.parametrize("name", ["../outside", "/srv/outside", "link"])
def test_a_backup_writes_nothing_outside_its_folder(empty, tmp_path, name):
    other = tmp_path / "other.tar.gz"
    with tarfile.open(other, "w:gz") as packed:
        entry = tarfile.TarInfo(name)
        if name == "link":
            entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
        packed.addfile(entry, io.BytesIO())

    with pytest.raises(BackupError, match=f"{name} is no file of a backup"):
        archive.unpack_backup(other, empty)

    assert list(empty.iterdir()) == []
    assert not (tmp_path / "outside").exists()


def test_a_failing_program_leaves_no_backup(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "_encrypting", lambda recipient: ["false"])
    target = tmp_path / "backup.tar.gz.age"

    with pytest.raises(BackupError, match="false failed"):
        archive.write_archive(
            target, "age1", [("one", partial(open, __file__, "rb"))], [], {}
        )

    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["backup.files", archive.SHARED]


def age_key(folder, monkeypatch):
    """A new key of age, which is the one that opens from now on; its public part."""
    path = folder / f"{time.monotonic_ns()}.key"
    made = subprocess.run(
        ["age-keygen", "-o", path], check=True, capture_output=True, text=True
    )
    monkeypatch.setenv("BACKUP_IDENTITY", str(path))
    return made.stderr.split()[-1]


def gpg_key(folder, monkeypatch):
    """A new key ring with one key, which GnuPG finds from now on; the key's name."""
    home = folder / f"{time.monotonic_ns()}.gnupg"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))
    name = "respaldo@mirex.gob.do"
    subprocess.run(
        ["gpg", "--batch", "--passphrase", "", "--quick-generate-key", name],
        check=True,
        capture_output=True,
    )
    return name


@pytest.fixture(params=[age_key, gpg_key], ids=["age", "gpg"])
def encrypted(request, tmp_path, tmp_path_factory, monkeypatch):
    """A backup for a public key, and how to make another key that is used instead."""
    program = request.param.__name__.partition("_")[0]
    if not shutil.which(program):
        pytest.skip(f"no {program}")
    keys = Path(tempfile.mkdtemp())  # short: GnuPG puts sockets there
    recipient = request.param(keys, monkeypatch)
    (tmp_path / "letter").write_bytes(b"words " * 20_000)
    target = tmp_path / f"backup{archive.SUFFIXES[program]}"
    opened = partial((tmp_path / "letter").open, "rb")
    archive.write_archive(
        target, recipient, [("letters/1", opened)], [("letters/2", opened)], {}
    )
    yield target, lambda: request.param(keys, monkeypatch)
    if program == "gpg":
        for home in keys.iterdir():
            subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=True)
    # An agent of GnuPG that ends takes its sockets away meanwhile.
    shutil.rmtree(keys, ignore_errors=True)


def test_only_the_private_key_opens_an_encrypted_backup(encrypted, empty, tmp_path):
    backup, use_another_key = encrypted
    [shared] = (backup.parent / archive.SHARED).iterdir()
    assert b"words" not in backup.read_bytes() + shared.read_bytes()

    archive.unpack_backup(backup, empty)
    for name in ("1", "2"):
        assert (empty / "letters" / name).read_bytes() == b"words " * 20_000

    use_another_key()
    again = tmp_path / "again"
    again.mkdir()
    with pytest.raises(
        BackupError, match=r"(age|gpg) failed: .*([Nn]o.*ident|secret key)"
    ):
        archive.unpack_backup(backup, again)
    assert list(again.iterdir()) == []

    content = backup.read_bytes()
    backup.write_bytes(content[: len(content) * 2 // 3])
    with pytest.raises(BackupError, match="(age|gpg) failed|cut short"):
        archive.unpack_backup(backup, again)


def test_a_key_that_does_not_exist_makes_no_backup(tmp_path, monkeypatch):
    if not shutil.which("age"):
        pytest.skip("no age")

    target = tmp_path / "a.tar.gz.age"

    with pytest.raises(BackupError, match="age failed: .*malformed recipient"):
        archive.write_archive(target, "age1none", [], [], {})

    assert not target.exists()


def test_a_recipient_chooses_the_program(tmp_path):
    assert [
        archive.program_of(recipient)
        for recipient in ("", "age1abc", "ssh-ed25519 AAAA", "respaldo@mirex.gob.do")
    ] == ["", "age", "age", "gpg"]


@pytest.mark.parametrize(
    ("engine", "said"),
    [
        ("sqlite", r"agencies\.9999_from_later is unknown here"),
        ("postgresql", "is of postgresql"),
    ],
)
def test_a_backup_of_a_newer_portal_or_other_database_is_refused(
    monkeypatch, engine, said
):
    monkeypatch.setattr(restore, "connection", type("C", (), {"vendor": "sqlite"}))
    manifest = {"engine": engine, "migrations": [["agencies", "9999_from_later"]]}

    with pytest.raises(BackupError, match=said):
        restore.refuse_incompatible_backup(manifest)


@pytest.mark.django_db
def test_a_portal_that_is_not_empty_is_not_overwritten(backup):
    with pytest.raises(CommandError, match="The database is not empty"):
        call_command("restore", backup)


@pytest.mark.django_db
def test_a_purge_notes_its_places_without_words_and_forgets_none(
    tmp_path, settings, django_capture_on_commit_callbacks
):
    settings.BACKUP_FOLDER = tmp_path
    earlier = '{"at": "2026-01-01T00:00:00+00:00", "model": "a.b", "row": 1}'
    (tmp_path / blanking.LIST_NAME).write_text(f"{earlier}\n")
    update = make.update(narrative_es="Se atendió a Juana Pérez Zapata.")
    purge = purging.request_purge("Juana Pérez Zapata", by=make.reviewer())

    with django_capture_on_commit_callbacks() as callbacks:
        purging.confirm(purge, by=make.reviewer())
    [note] = [each for each in callbacks if "purge_list" in each.__name__]
    note()

    first, *noted = (tmp_path / blanking.LIST_NAME).read_text().splitlines()
    assert first == earlier
    places = [json.loads(line) for line in noted]
    assert {"strategic_areas.activityupdate"} <= {each["model"] for each in places}
    assert {
        (each["row"], each["field"])
        for each in places
        if each["model"] == "strategic_areas.activityupdate"
    } == {(update.pk, "narrative"), (update.pk, "narrative_es")}
    assert "Juana" not in "".join(noted)
