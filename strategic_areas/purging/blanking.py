"""
Blanks purged texts, during a purge and in a restored backup.

A backup from before a purge still holds the texts. Therefore a file beside the backups
lists the blanked fields, as JSON lines without any text. Keep them together: otherwise
a restored portal would show purged texts.
"""

import json
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction
from django.db.models import F, JSONField
from django.utils import timezone

from agencies.decisions import DecisionStatus
from agencies.fields import models_by_label, table_label
from agencies.files import delete_once_committed
from agencies.invitations import Invitation
from agencies.mail import Mail
from strategic_areas.datasets.removals import blank_in_editions as blank_in_editions
from strategic_areas.disclosure import MARKER
from strategic_areas.evidence import storage
from strategic_areas.models import (
    OPEN_STATUSES,
    UPDATE_MODELS,
    Amendment,
    Evidence,
    Letter,
    PendingChange,
    PurgedText,
    RecordChange,
)
from strategic_areas.models.takedowns import PURGED_AT
from strategic_areas.purging.text_search import (
    BATCH_SIZE,
    FILES,
    BlankingMethod,
    TextMatch,
    blanking_method,
    matches_by_field,
    replace_phrases,
    rows_of,
)
from strategic_areas.workflow.changes import CHANGE_STEPS


def blank_matches(matches, phrases):
    removed = {
        model: {p.row for p in matches if p.removes_whole_file and p.model is model}
        for model in FILES
    }
    storage.remove_contents(Evidence.objects.filter(pk__in=removed[Evidence]))
    for model in (Letter, Amendment):
        storage.remove_files(model.objects.filter(pk__in=removed[model]))
    _remove_designations(Invitation.objects.filter(pk__in=removed[Invitation]))
    rest = [match for match in matches if not match.removes_whole_file]
    for field, rows in matches_by_field(rest):
        for start in range(0, len(rows), BATCH_SIZE):
            _blank_field(field, rows[start : start + BATCH_SIZE], phrases)


def _remove_designations(invitations):
    for letter in [each.letter for each in invitations if each.letter]:
        delete_once_committed(letter.storage, letter.name)
    invitations.update(letter="", letter_name="")


def _blank_field(field, rows, phrases):
    stored = rows_of(field.model).filter(pk__in=rows)
    method = blanking_method(field)
    if method in {BlankingMethod.STRINGS, BlankingMethod.FORGET}:
        replacement = MARKER if method is BlankingMethod.STRINGS else ""
        for pk, value in list(stored.values_list("pk", field.attname)):
            new_value = replace_phrases(value, phrases, replacement)
            stored.filter(pk=pk).update(**{field.attname: new_value})
    elif method is BlankingMethod.MARK:
        stored.update(**{field.attname: MARKER})
    elif method is BlankingMethod.DECLARED_VALUE:
        blank = field.model.blanks[field.name]
        is_json = isinstance(field, JSONField)
        stored.update(**{field.attname: json.loads(blank) if is_json else blank})
    else:
        stored.update(**{field.attname: ""})


def purged_records(matches):
    """The revisions that lose a text or a piece of evidence."""
    ids = {model: set() for model in UPDATE_MODELS}
    evidence = set()
    for match in matches:
        if match.model in UPDATE_MODELS:
            ids[match.model].add(match.row)
        elif match.model is Evidence:
            evidence.add(match.row)
    for item in Evidence.objects.filter(pk__in=evidence):
        ids[type(item.record)].add(item.record.pk)
    return [
        row
        for model in UPDATE_MODELS
        for row in rows_of(model).filter(pk__in=ids[model])
    ]


def stamp_purged(records):
    """
    Note the time of the purge on each record.

    The version of an open record rises, so that an editor with the old text gets a
    conflict.
    """
    now = timezone.now()
    for model in UPDATE_MODELS:
        rows = rows_of(model).filter(pk__in=[r.pk for r in records if type(r) is model])
        rows.update(purged_at=now)
        rows.filter(status__in=OPEN_STATUSES).update(version=F("version") + 1)


def cancel_mails_and_changes(matches, by):
    mails, parts = (
        [match.row for match in matches if match.model is model]
        for model in (Mail, RecordChange)
    )
    Mail.objects.filter(pk__in=mails).waiting().update(given_up_at=timezone.now())
    for change in PendingChange.objects.waiting().filter(records__in=parts).distinct():
        CHANGE_STEPS.overtake(change, by=by)


LIST_NAME = "purged.jsonl"
#: A purge that overlaps a backup may be missing in it.
OVERLAP = timedelta(minutes=10)


class AnyText:
    """In place of the phrases, which are not stored: matches every text."""

    def occur_in(self, text):
        return True


def write_purge_list(folder):
    """
    Update the file in ``folder``; return its number of fields.

    Fields that the database does not know stay, since it may come from an older backup.
    Models have the label of their table: the version before reads the file too.
    """
    models = models_by_label()
    rows = PurgedText.objects.exclude(field=PURGED_AT).filter(
        purge__status=DecisionStatus.APPROVED
    )
    lines = [
        json.dumps(
            {
                "at": at.isoformat(),
                "model": table_label(models[model]) if model in models else model,
                "row": row,
                "field": field,
            }
        )
        for at, model, row, field in rows.order_by("purge_id", "pk").values_list(
            "purge__decided_at", "model", "row", "field"
        )
    ]
    path = folder / LIST_NAME
    known = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    all_lines = list(dict.fromkeys([*known, *lines]))
    unfinished = folder / f".{LIST_NAME}.{uuid4().hex}"
    unfinished.write_text("".join(f"{line}\n" for line in all_lines), encoding="utf-8")
    unfinished.chmod(0o600)
    unfinished.replace(path)
    return len(all_lines)


def blank_again(folder, since):
    """
    Blank the fields purged after ``since``; return their number.

    In a structured value every string is blanked, since the phrases are unknown. Call
    it without triggers: they compare with a running purge.
    """
    path = folder / LIST_NAME
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    fields = [
        each
        for each in map(json.loads, lines)
        if datetime.fromisoformat(each["at"]) > since - OVERLAP
    ]
    matches = [match for each in fields if (match := _text_match(each))]
    with transaction.atomic():
        blank_matches(matches, AnyText())
        blank_in_editions(fields)
    return len(matches)


def _text_match(stored):
    model = models_by_label().get(stored["model"])
    if model is None:
        return None
    # A field that was renamed keeps its column.
    fields = {n: x for x in model._meta.concrete_fields for n in (x.column, x.name)}
    field = fields.get(stored["field"])
    is_stored = rows_of(model).filter(pk=stored["row"]).exists()
    return TextMatch(model, stored["row"], field) if field and is_stored else None
