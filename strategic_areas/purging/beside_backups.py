"""
What was purged, beside the backups: places without words, one JSON object a line.

A backup from before a purge still holds the purged text. ``blank_again`` blanks those
places in a portal that was restored, before it serves anybody. Backups and this file
must lie together, or a restored portal would show what two people took away.
"""

import json
import os
from datetime import datetime, timedelta

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import transaction

from agencies.decisions import Status
from strategic_areas.models import PurgedText
from strategic_areas.models.removals import STAMP
from strategic_areas.purging.blanking import blank
from strategic_areas.purging.places import Place, rows_of

NAME = "purged.jsonl"
#: A purge that was being applied while a backup began may be missing in it.
OVERLAP = timedelta(minutes=10)


class Everything:
    """Stands for the words, which nobody keeps: every text of a place is blanked."""

    def occur_in(self, text):
        return True


def write(folder):
    """
    Bring the file in ``folder`` up to date; return how many places it names.

    Places that the database does not know stay: a portal that was restored from before
    a purge knows nothing of it.
    """
    rows = PurgedText.objects.exclude(field=STAMP).filter(purge__status=Status.APPROVED)
    lines = [
        json.dumps({"at": at.isoformat(), "model": model, "row": row, "field": field})
        for at, model, row, field in rows.order_by("purge_id", "pk").values_list(
            "purge__decided_at", "model", "row", "field"
        )
    ]
    path = folder / NAME
    known = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    every = list(dict.fromkeys([*known, *lines]))
    unfinished = folder / f".{NAME}.{os.getpid()}"
    unfinished.write_text("".join(f"{line}\n" for line in every), encoding="utf-8")
    unfinished.chmod(0o600)
    unfinished.replace(path)
    return len(every)


def blank_again(folder, since):
    """
    Blank the places that were purged after ``since``; return how many were there.

    Of a structured value every string is blanked, since which of them held the words is
    not known. The triggers must be absent: no purge runs that they could compare with.
    """
    path = folder / NAME
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    told = [json.loads(line) for line in lines]
    places = [
        place
        for each in told
        if datetime.fromisoformat(each["at"]) > since - OVERLAP
        and (place := _place(each))
    ]
    with transaction.atomic():
        blank(places, Everything())
    return len(places)


def _place(told):
    """The place that a line names; None where the restored portal has no such row."""
    try:
        model = apps.get_model(told["model"])
        field = model._meta.get_field(told["field"])
    except (LookupError, FieldDoesNotExist):
        return None
    there = rows_of(model).filter(pk=told["row"]).exists()
    return Place(model, told["row"], field) if there else None
