"""What published accounts rest on, sources and cleared evidence, in one query."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Case, IntegerField, Q, Value, When
from django.db.models.functions import Coalesce

from strategic_areas.models import Evidence, Status
from strategic_areas.queries import sources
from strategic_areas.queries.evidence import evidence_line
from strategic_areas.queries.joins import columns
from strategic_areas.queries.prepared import prepared

NOTHING = Value("")
#: What a row of the query holds of an item of evidence; each sign "" stands for what
#: only a source has. The sources' columns stand in the same order.
OF_EVIDENCE = [
    "about",
    "record",
    NOTHING,
    "title_es",
    "archive_office",
    "url",
    "title_en",
    "archive_number",
    "pk",
    "kind",
    "file",
    "original_name",
    "size",
]
NAMES = [name for name in OF_EVIDENCE[3:] if name != "pk"]
OF_NO_FILE = [Value(0), NOTHING, NOTHING, NOTHING, Value(None, IntegerField())]


@dataclass(frozen=True)
class Grounds:
    """Both by kind and id of their record; an empty list where there is none."""

    sources: dict
    evidence: dict


def of(updates=(), declarations=(), **others) -> Grounds:
    """
    Those of loaded revisions; and of ``others``, the sources alone.

    Keywords name a kind of record, its model's name in lower case, and give the ids.
    """
    loaded = [*updates, *declarations]
    ids = {
        "activityupdate": [row.pk for row in updates],
        "commitmentupdate": [row.pk for row in declarations],
        **others,
    }
    standing = {
        (row._meta.model_name, row.pk)
        for row in loaded
        if row.status == Status.PUBLISHED
    }
    lines = [columns(rows, *names, *OF_NO_FILE) for rows, names in sources.of(ids)]
    rows = columns(_cleared(ids), *OF_EVIDENCE).union(*lines, all=True)
    found = Grounds(defaultdict(list), defaultdict(list))
    for about, record, key, *line in sorted(rows, key=lambda row: (row[2], row[8])):
        if key:
            found.sources[about, record].append(sources.SourceLine(*line[:5]))
        else:
            pk = line.pop(5)
            item = Evidence(pk=pk, **dict(zip(NAMES, line, strict=True)))
            is_open = (about, record) in standing
            found.evidence[about, record].append(evidence_line(item, is_open=is_open))
    return found


def _cleared(ids):
    """Evidence that a reviewer cleared, told which record it is about."""
    of_update = Q(activity_update__in=ids["activityupdate"])
    of_declaration = Q(commitment_update__in=ids["commitmentupdate"])
    return _open().filter(of_update | of_declaration)


@prepared
def _open():
    return (
        Evidence.objects.filter(is_public=True)
        .order_by()
        .annotate(
            about=Case(
                When(activity_update__isnull=False, then=Value("activityupdate")),
                default=Value("commitmentupdate"),
            ),
            record=Coalesce("activity_update_id", "commitment_update_id"),
        )
    )
