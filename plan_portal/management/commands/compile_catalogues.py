"""Compiles translation catalogues without gettext's tools."""

import os

from babel.messages import mofile, pofile
from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation.reloader import translation_file_changed


class Command(BaseCommand):
    help = "Compile the catalogues whose sources are newer than what was compiled."
    requires_system_checks = []

    def handle(self, **options):
        compiled = 0
        for folder in settings.LOCALE_PATHS:
            for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
                compiled += compile_catalogue(source)
        self.stdout.write(f"catalogues compiled: {compiled}")


def compile_catalogue(source):
    """Write the .mo file; False if it is up to date."""
    target = source.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
        return False
    with source.open("rb") as file:
        catalogue = pofile.read_po(file, abort_invalid=True)
    # Renamed when complete, so that no starting server reads half a file.
    unfinished = target.with_suffix(f".{os.getpid()}.mo")
    with unfinished.open("wb") as file:
        mofile.write_mo(file, catalogue)
    unfinished.replace(target)
    # Drop catalogues that this process already loaded.
    translation_file_changed(None, target)
    return True
