"""Cleaning of pictures: they are decoded and written again without metadata."""

import io
import zipfile

from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from strategic_areas.evidence.limits import (
    IMAGE_PIXELS,
    RefusedFileError,
    heic_error,
    polyglot_error,
    wrong_type_error,
)

FORMATS = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG"}
#: The colour modes that each format can store; other modes are converted.
MODES = {"JPEG": {"L", "RGB"}, "PNG": {"1", "L", "P", "RGB", "RGBA"}}
OPTIONS = {"JPEG": {"quality": 85}, "PNG": {}}
SIGNATURES = {"JPEG": b"\xff\xd8\xff", "PNG": b"\x89PNG\r\n\x1a\n"}
PNG_END = b"\0\0\0\0IEND\xaeB`\x82"

# Pillow refuses twice this number before it allocates memory.
Image.MAX_IMAGE_PIXELS = IMAGE_PIXELS


def clean_image(content, extension):
    """Rotate it upright; drop place, camera, comments and colour profile."""
    file_format = FORMATS[extension]
    if content[4:8] == b"ftyp":  # a HEIC that was only renamed
        raise heic_error()
    if not content.startswith(SIGNATURES[file_format]):
        raise wrong_type_error(extension, _advice())
    if zipfile.is_zipfile(io.BytesIO(content)):
        raise polyglot_error(_advice())
    # Phones may append a second picture to a JPEG, which is dropped. Data after a PNG
    # is suspicious.
    if file_format == "PNG" and not content.endswith(PNG_END):
        raise polyglot_error(_advice())
    try:
        with Image.open(io.BytesIO(content), formats=[file_format]) as image:
            return _rewritten(image, file_format)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large() from None
    except (OSError, SyntaxError, ValueError):
        raise wrong_type_error(extension, _advice()) from None


def _rewritten(image, file_format):
    if image.width * image.height > IMAGE_PIXELS:
        raise _too_large()
    image.load()
    bare = ImageOps.exif_transpose(image)
    if "transparency" in bare.info and file_format == "PNG":
        bare = bare.convert("RGBA")
    if bare.mode not in MODES[file_format]:
        bare = bare.convert("RGBA" if bare.mode in {"LA", "PA"} else "RGB")
    bare.info.clear()
    written = io.BytesIO()
    bare.save(written, file_format, **OPTIONS[file_format])
    return written.getvalue()


def _too_large():
    return RefusedFileError(
        "too_many_points",
        _("This picture has more than 40 million points."),
        _(
            "Make a clean copy: open it in an image viewer, make it smaller, and save "
            "it as JPG or PNG."
        ),
    )


def _advice():
    return _(
        "Make a clean copy: open it in an image viewer, save it under another name as "
        "JPG or PNG, and upload that file."
    )
