"""Evidence as the public may read of it, and open it."""

from dataclasses import dataclass

from strategic_areas.models import Evidence


def cleared_file(token):
    """Evidence of a published record that a reviewer cleared, by its token; or None."""
    rows = Evidence.objects.cleared().filter(kind=Evidence.Kind.FILE, file=token)
    return rows.order_by("pk").last()


@dataclass(frozen=True, kw_only=True)
class EvidenceLine:
    """
    A link, a file or a record in an archive, as a page tells it.

    ``token`` is empty where the file can be opened no more: beside a revision that
    a newer one replaced.
    """

    kind: str
    title_es: str
    title_en: str
    url: str
    token: str
    extension: str
    size: int | None
    archive_office: str
    archive_number: str


def evidence_line(item, *, is_open):
    return EvidenceLine(
        kind=item.kind,
        title_es=item.title_es,
        title_en=item.title_en,
        url=item.url,
        token=item.token if is_open else "",
        extension=item.original_name.rpartition(".")[2].upper(),
        size=item.size,
        archive_office=item.archive_office,
        archive_number=item.archive_number,
    )
