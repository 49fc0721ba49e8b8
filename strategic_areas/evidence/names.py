"""What the uploader called the file: data to show, never a path."""

import re
import unicodedata

from django.utils.translation import gettext as _

from strategic_areas.evidence.limits import EXTENSIONS
from strategic_areas.evidence.refusals import RefusedFileError

LONGEST = 100
DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)")
#: Endings that hide before the last one, as in list.php.jpg; 1.2 and 12.03 are none.
HIDDEN = frozenset(
    """
    pdf jpg jpeg png gif bmp tif tiff webp svg xls xlsx xlsm xlsb doc docx docm dot dotm
    ppt pptx pptm odt ods odp rtf csv txt html htm xhtml shtml mht xml xsl js mjs json
    php php3 php5 phtml asp aspx jsp cgi pl py rb sh bash exe com bat cmd scr msi dll
    vbs vbe wsf hta ps1 jar apk iso img lnk url reg zip rar 7z gz tar eml msg
    """.split()  # noqa: SIM905 - a paragraph reads better than seventy quoted words
)


def clean_name(raw):
    """
    The name as it may be shown and offered for saving; always with its extension.

    No folder, no invisible or direction-changing sign, no name of a device.
    """
    name = re.split(r"[/\\]", str(raw))[-1]
    name = unicodedata.normalize("NFC", name)
    name = "".join(sign for sign in name if unicodedata.category(sign)[0] != "C")
    name = " ".join(re.sub(r'[<>:"|?*]', " ", name).split()).rstrip(". ")
    stem, dot, extension = name.rpartition(".")
    if not dot:
        stem, extension = name, ""
    room = LONGEST - len(extension) - 1
    stem = stem[:room].strip(". ") or "evidencia"
    if DEVICES.match(stem):
        stem = f"_{stem}"
    return f"{stem}.{extension}" if extension else stem


def extension_of(name):
    """The extension of a cleaned name, if it is one that is taken."""
    stem, dot, extension = name.rpartition(".")
    extension = extension.lower()
    if not dot or extension not in EXTENSIONS:
        raise RefusedFileError(
            "extension",
            _("Files of this kind are not taken."),
            _(
                "Make a clean copy: open it in its program and save it as PDF, JPG, "
                "PNG, XLSX, DOCX or CSV."
            ),
        )
    if any(part.lower() in HIDDEN for part in stem.split(".")[1:]):
        raise RefusedFileError(
            "double_extension",
            _("The name of this file has two endings, like “list.php.jpg”."),
            _("Rename it so that it has one, like “list.jpg”, and upload it again."),
        )
    return extension
