"""Lists stored texts that the current rules of the personal-data guard block."""

import sys

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import models

from strategic_areas.models import PUBLIC_STATUSES, UPDATE_MODELS
from strategic_areas.text_guard import Severity
from strategic_areas.workflow.guard import findings_in, people_counts_in


class Command(BaseCommand):
    help = (
        "List the stored texts in which the guard finds data that identifies a person: "
        "the model, the key of the row, the field and the kind, never the text. List "
        "public reports about victims, too, that count people without an official "
        "source. Ends with status 1 if there are any."
    )

    def handle(self, **options):
        found = sorted({*blocked_texts(), *reports_counting_people()})
        for line in found:
            self.stdout.write(line)
        if found:
            sys.exit(1)
        self.stdout.write("No stored text holds what the guard stops.")


def blocked_texts():
    for app in ("agencies", "strategic_areas"):
        for model in apps.get_app_config(app).get_models():
            if hasattr(model, "fields"):
                yield from _blocked_texts_of(model)


def reports_counting_people():
    """
    A line for each public report about victims that states an unprinted number of
    people.
    """
    for model in UPDATE_MODELS:
        rows = model.objects.filter(status__in=PUBLIC_STATUSES, printed_by=None)
        for row in rows.order_by("pk").iterator(chunk_size=500):
            if people_counts_in(row):
                yield f"{model._meta.label} {row.pk} counts people in work with victims"


def _blocked_texts_of(model):
    checked = [field for field in model.fields if field.guarded or field.is_note]
    columns = [name for field in checked for name in field.columns]
    rows = models.QuerySet(model).order_by("pk").values("pk", *columns)
    for row in rows.iterator(chunk_size=500) if columns else ():
        pk = row.pop("pk")
        for name, _text, finding in findings_in(model, row, with_notes=True):
            if finding.severity == Severity.BLOCK:
                yield f"{model._meta.label} {pk} {name} {finding.kind}"
