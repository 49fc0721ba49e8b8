"""The public style sheet: files by component, served as one."""

from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

FOLDER = Path(__file__).parent
NAME = "portal.css"


class StyleSheetFinder(BaseFinder):
    """Finds the files of this folder joined in the order of their names."""

    def find(self, path, find_all=False, **kwargs):
        found = [str(join_files())] if path == NAME else []
        return found if find_all or not found else found[0]

    def list(self, ignore_patterns):
        return [(NAME, FileSystemStorage(join_files().parent))]


def join_files():
    """The path of the whole sheet in VAR_DIR, rewritten if a file changed."""
    sheet = settings.VAR_DIR / "styles" / NAME
    files = sorted(FOLDER.glob("*.css"))
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    if not sheet.is_file() or sheet.read_text(encoding="utf-8") != text:
        sheet.parent.mkdir(parents=True, exist_ok=True)
        sheet.write_text(text, encoding="utf-8")
    return sheet
