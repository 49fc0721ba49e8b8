"""
Checks besides the tests: make check

Checks migrations, Django's deployment list and the translations. With --write it
updates the translation catalogue instead: make messages
"""

import base64
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from babel.messages import pofile

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = Path("plan_portal/locale/es/LC_MESSAGES/django.po")

PRODUCTION = {
    "SECRET_KEY": secrets.token_urlsafe(64),
    "MFA_ENCRYPTION_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    "SITE_URL": "https://plan.example.gob.do",
}
OURS = ("ENV_FILE", "DEBUG", "INSECURE_HTTP", "DATABASE_URL", "ALLOWED_HOSTS")


def main(arguments):
    if arguments == ["--write"]:
        return write_catalogue()
    faults = [*migration_faults(), *deployment_faults(), *catalogue_faults()]
    sys.stdout.writelines(f"{fault}\n" for fault in faults)
    if not faults:
        sys.stdout.write("Migrations, deployment settings and catalogue: no faults\n")
    return 1 if faults else 0


def manage(*arguments, root=ROOT):
    """Run a command as production would; return its status and output."""
    environment = {key: os.environ[key] for key in os.environ if key not in OURS}
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=root,
        env=environment | PRODUCTION,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout.strip()


def migration_faults():
    status, said = manage("makemigrations", "--check", "--dry-run")
    return [f"Models without a migration:\n{said}"] if status else []


def deployment_faults():
    _, said = manage("check", "--deploy", "--fail-level", "WARNING")
    if re.fullmatch(r"System check identified no issues \(\d silenced\)\.", said):
        return []
    return [f"check --deploy:\n{said}"]


def catalogue_faults():
    path = ROOT / CATALOGUE
    if not path.is_file():
        return [f"{CATALOGUE} is missing: make messages"]
    said = msgfmt_complaints(path)
    faults = [f"{CATALOGUE}:\n{said}"] if said else []
    ours, found = read_catalogue(path), read_catalogue(collected_catalogue())
    faults += [f"{CATALOGUE}: not collected: {text!r}" for text in found - ours]
    faults += [f"{CATALOGUE}: no longer used: {text!r}" for text in ours - found]
    return faults + incomplete_messages(path)


def msgfmt_complaints(path):
    """Errors that gettext finds, such as different placeholders."""
    done = subprocess.run(
        ["msgfmt", "--check", "--output-file", os.devnull, path],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout.strip() if done.returncode else ""


def incomplete_messages(path):
    with path.open("rb") as file:
        messages = [message for message in pofile.read_po(file) if message.id]
    return [
        f"{CATALOGUE}: {'fuzzy' if message.fuzzy else 'not translated'}: {message.id!r}"
        for message in messages
        if message.fuzzy or not all(translations(message))
    ]


def translations(message):
    return [message.string] if isinstance(message.string, str) else message.string


def read_catalogue(path):
    """The sentences of a catalogue, each with its context."""
    with path.open("rb") as file:
        return {
            (message.context, message.id) if message.context else message.id
            for message in pofile.read_po(file)
            if message.id
        }


def collected_catalogue():
    """The catalogue that makemessages writes from the present sources."""
    copy = Path(tempfile.mkdtemp(prefix="plan-portal-messages-"))
    try:
        for name in source_files():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
        (copy / CATALOGUE).parent.mkdir(parents=True, exist_ok=True)
        options = [
            "--locale=es",
            "--ignore=tests",
            "--ignore=tools",
            "--no-location",
            "--no-obsolete",
        ]
        status, said = manage("makemessages", *options, "--no-wrap", root=copy)
        if status:
            sys.exit(f"makemessages:\n{said}")
        collected = ROOT / "var" / "collected.po"
        collected.parent.mkdir(mode=0o750, exist_ok=True)
        text = (copy / CATALOGUE).read_text()
        # A line that changes with every run would cause conflicts between branches.
        collected.write_text(re.sub(r'^"POT-Creation-Date:.*\n', "", text, flags=re.M))
        return collected
    finally:
        shutil.rmtree(copy)


def source_files():
    """All files that Git tracks or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    names = filter(None, listed.stdout.split("\0"))
    return [name for name in names if (ROOT / name).is_file()]


def write_catalogue():
    collected = collected_catalogue()
    (ROOT / CATALOGUE).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(collected, ROOT / CATALOGUE)
    faults = incomplete_messages(ROOT / CATALOGUE)
    sys.stdout.writelines(f"{fault}\n" for fault in faults)
    sys.stdout.write(f"{CATALOGUE}: {len(faults)} sentences to translate\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
