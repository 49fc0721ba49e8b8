"""How much is taken; docs/operate.md repeats it for people."""

MEGABYTE = 1024 * 1024

FILE_BYTES = 10 * MEGABYTE
FILES_PER_UPDATE = 5
AGENCY_BYTES = 500 * MEGABYTE
#: A whole request: all files of an update, and its text.
REQUEST_BYTES = FILES_PER_UPDATE * FILE_BYTES + 5 * MEGABYTE
IMAGE_PIXELS = 40_000_000
UNPACKED_BYTES = 200 * MEGABYTE
PACKED_ENTRIES = 2_000
#: The packed index of a PDF; its pages and pictures are never unpacked.
PDF_INDEX_BYTES = 50 * MEGABYTE

#: What may be uploaded, and as what it is handed out; never what the browser says.
EXTENSIONS = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "csv": "text/csv; charset=utf-8",
}
