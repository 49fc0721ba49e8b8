"""The trigger that keeps the number of a published figure as it was told."""

from strategic_areas.triggers.refusals import differs
from strategic_areas.triggers.statements import model_named, refusal

#: What was told, and of what: another number is another figure, which revises this one.
KEPT = ("value", "is_protected", "indicator_id", "starts_on", "ends_on", "counted_by")


def published_figures():
    model = model_named("PublishedFigure")
    yield refusal(
        "publishedfigure_number",
        model._meta.db_table,
        "UPDATE",
        " OR ".join(map(differs, KEPT)),
        "a published figure keeps its number: another one revises it",
    )
