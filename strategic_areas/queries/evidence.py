"""One file of evidence, as the public may open it."""

from strategic_areas.models import Evidence


def cleared_file(token):
    """Evidence of a published record that a reviewer cleared, by its token; or None."""
    rows = Evidence.objects.cleared().filter(kind=Evidence.Kind.FILE, file=token)
    return rows.order_by("pk").last()
