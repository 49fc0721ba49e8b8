"""Files that staff take away: handed out once, and kept by no browser or proxy."""

from django.http import HttpResponse


def as_file(content, name, content_type):
    """The answer that hands out ``content``, bytes or text, under a file name."""
    return HttpResponse(
        content,
        content_type=content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store, private",
            "X-Content-Type-Options": "nosniff",
        },
    )
