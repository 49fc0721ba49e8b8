"""Search for the phrases of a purge, and how each kind of field is blanked."""

from collections import defaultdict
from dataclasses import dataclass
from enum import Enum

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import AbstractBaseUser, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import models

from agencies.audit import AuditEntry, AuditHead
from agencies.mail import Mail
from strategic_areas.disclosure import MARKER
from strategic_areas.models import (
    UPDATE_MODELS,
    Activity,
    ActivityUpdate,
    EditionRows,
    Evidence,
    Purge,
    PurgedText,
    RevisionStatus,
)
from strategic_areas.models.drafts import DraftLine
from strategic_areas.models.review import Revision
from strategic_areas.workflow.phrases import contains_phrase

#: Not searched: purges empty their own phrases, the audit record has no texts, sessions
#: are encoded, rows of editions are compressed and handled separately, the rest is
#: Django's.
NOT_SEARCHED = {
    *(Purge, PurgedText, AuditEntry, AuditHead, EditionRows),
    *(Session, ContentType, Permission),
}
#: Model → fields of its file and the file's original name.
FILES = {each: each.FILE for each in apps.get_models() if hasattr(each, "FILE")}
BATCH_SIZE = 500
TEXTS = (models.CharField, models.TextField, models.JSONField)
#: The marker is no valid URL or e-mail address.
ADDRESSES = (models.URLField, models.EmailField)
#: Fields with the same text in several forms.
BLANKED_TOGETHER = {Mail: ("subject", "text", "html")}


class BlankingMethod(Enum):
    MARK = "the marker replaces the text"
    DECLARED_VALUE = "the value in the model's ``blanks`` replaces the text"
    EMPTY = "the text is emptied"
    STRINGS = "the marker replaces each string inside that holds a phrase"
    FORGET = "each string inside that holds a phrase is emptied"
    LEAVE = "the text is a name or code by which rows are found: people change it"


@dataclass(frozen=True)
class TextMatch:
    model: type[models.Model]
    row: int
    field: models.Field

    @property
    def method(self):
        return blanking_method(self.field)

    @property
    def removes_whole_file(self):
        """Whether a match in this field removes the whole evidence or file."""
        return self.field.name in getattr(self.model, "WHEREABOUTS", ())


def searched_models():
    found = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed
        and not model._meta.proxy
        and model not in NOT_SEARCHED
        and text_fields(model)
    ]
    return sorted(found, key=lambda model: model._meta.label_lower)


def rows_of(model):
    """All rows, bypassing managers, which may hide or translate some."""
    return models.QuerySet(model).order_by()


def find_matches(phrases):
    return [
        match for model in searched_models() for match in _matches_in(model, phrases)
    ]


def _matches_in(model, phrases):
    fields = text_fields(model)
    blanked_together = [
        field for field in fields if field.name in BLANKED_TOGETHER.get(model, ())
    ]
    rows = rows_of(model).values_list("pk", *[field.attname for field in fields])
    for pk, *values in rows.iterator(chunk_size=BATCH_SIZE):
        found = [
            field
            for field, value in zip(fields, values, strict=True)
            if contains_phrase(value, phrases)
        ]
        if set(blanked_together) & set(found):
            found += [field for field in blanked_together if field not in found]
        yield from (TextMatch(model, pk, field) for field in found)


def split_by_method(matches):
    """Matches that a purge blanks, and matches that people must change."""
    by_hand = [each for each in matches if each.method is BlankingMethod.LEAVE]
    return [each for each in matches if each not in by_hand], by_hand


def matches_by_field(matches):
    fields, rows = {}, defaultdict(list)
    for match in matches:
        # By name, since a translated field equals its historical copy.
        key = match.model, match.field.name
        fields[key] = match.field
        rows[key].append(match.row)
    return [(field, rows[key]) for key, field in fields.items()]


def text_fields(model):
    return [field for field in model._meta.concrete_fields if isinstance(field, TEXTS)]


def blanking_method(field):
    model = field.model
    if field.name in getattr(model, "blanks", ()):
        return BlankingMethod.DECLARED_VALUE
    if _is_key_or_code(field) or issubclass(model, AbstractBaseUser):
        return BlankingMethod.LEAVE
    if isinstance(field, models.JSONField):
        forgets = getattr(model, "forgets_words", False)
        return BlankingMethod.FORGET if forgets else BlankingMethod.STRINGS
    if isinstance(field, ADDRESSES):
        return BlankingMethod.EMPTY if field.blank else BlankingMethod.LEAVE
    if field.max_length and field.max_length < len(MARKER):
        return BlankingMethod.LEAVE
    return BlankingMethod.MARK


def _is_key_or_code(field):
    named = {
        name
        for constraint in field.model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint)
        for name in constraint.fields
    }
    named |= {name for group in field.model._meta.unique_together for name in group}
    return bool(
        field.choices
        or field.primary_key
        or field.unique
        or isinstance(field, models.SlugField | models.FileField)
        or field.name in named
    )


def replace_phrases(value, phrases, replacement):
    if isinstance(value, str):
        return replacement if phrases.occur_in(value) else value
    if isinstance(value, list):
        return [replace_phrases(each, phrases, replacement) for each in value]
    if isinstance(value, dict):
        return {
            key: replace_phrases(each, phrases, replacement)
            for key, each in value.items()
        }
    return value


#: Models of what agencies submit.
SUBMITTED_MODELS = (*UPDATE_MODELS, Activity, Evidence)


def submitted_versions(record):
    """
    The versions of a record as submitted: the last one before each submission.

    All versions of a record that was never a draft.
    """
    versions = record.history.all()
    moments = _submissions(record)
    if moments is None:
        return versions
    newest = versions.order_by("-history_date", "-pk").values_list("pk", flat=True)
    found = [newest.filter(history_date__lte=moment).first() for moment in moments]
    return versions.filter(pk__in=found)


def _submissions(record):
    if isinstance(record, Evidence):
        record = record.record
    if isinstance(record, Revision) and record.origin == Revision.Origin.ENTERED:
        steps = record.transitions.filter(to_status=RevisionStatus.SUBMITTED)
        return list(steps.values_list("at", flat=True))
    if isinstance(record, Activity) and not record.is_in_plan:
        reports = record.updates.filter(submitted_at__isnull=False)
        return list(reports.values_list("submitted_at", flat=True))
    return None


def split_unsubmitted(matches):
    """Matches that may be shown, and matches that are only counted."""
    unsubmitted_rows = _UnsubmittedRows(matches)
    unsubmitted = [match for match in matches if unsubmitted_rows.holds(match)]
    return [match for match in matches if match not in unsubmitted], unsubmitted


class _UnsubmittedRows:
    def __init__(self, matches):
        drafts = {
            model: model.objects.filter(status=RevisionStatus.DRAFT)
            for model in UPDATE_MODELS
        }
        submitted = ActivityUpdate.objects.filter(submitted_at__isnull=False)
        drafts[Activity] = Activity.objects.off_plan().exclude(
            pk__in=submitted.values("activity")
        )
        of_updates = {model: drafts[model] for model in UPDATE_MODELS}
        drafts[Evidence] = Evidence.objects.of_updates(of_updates)
        drafts[DraftLine] = DraftLine.objects.all()
        self.rows = {model: _keys(found) for model, found in drafts.items()}
        for model in SUBMITTED_MODELS:
            versions = model.history.model
            found = {match.row for match in matches if match.model is versions}
            self.rows[versions] = found - self._readable(model, versions, found)

    def holds(self, match):
        if match.model is LogEntry:
            entry = LogEntry.objects.select_related("content_type").get(pk=match.row)
            model = entry.content_type and entry.content_type.model_class()
            return entry.object_id in map(str, self.rows.get(model, ()))
        return match.row in self.rows.get(match.model, ())

    def _readable(self, model, versions, found):
        records = model.objects.filter(
            pk__in=versions.objects.filter(pk__in=found).values("id")
        )
        return {
            key
            for record in records.exclude(pk__in=self.rows[model])
            for key in _keys(submitted_versions(record).filter(pk__in=found))
        }


def _keys(rows):
    return set(rows.values_list("pk", flat=True))
