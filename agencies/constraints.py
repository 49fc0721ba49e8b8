"""Constraints that several models need."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


def spanish_required(model, *fields):
    """
    One constraint per bilingual field: its Spanish text is never missing or empty.

    The translation library makes every language column nullable, so the database has
    to say that Spanish is required. ``model`` is the prefix of the constraints' names.
    """
    return [
        models.CheckConstraint(
            name=f"{model}_{field}_in_spanish",
            condition=Q(**{f"{field}_es__isnull": False}) & ~Q(**{f"{field}_es": ""}),
            violation_error_message=_("The Spanish text is required."),
        )
        for field in fields
    ]


def dates_in_order(model, start, end):
    """A constraint: ``end`` is not before ``start`` where both are known."""
    return models.CheckConstraint(
        name=f"{model}_{end}_not_before_{start}",
        condition=(
            Q(**{f"{start}__isnull": True})
            | Q(**{f"{end}__isnull": True})
            | Q(**{f"{end}__gte": models.F(start)})
        ),
        violation_error_message=_("The end is before the start."),
    )


def decided_as_a_whole(name, day, text):
    """
    A constraint: ``outcome``, the day and the Spanish text are stated together.

    ``name`` is the constraint's own, ``day`` and ``text`` are names of fields.
    """
    said, day_said = f"{text}_es", f"{day}__isnull"
    return models.CheckConstraint(
        name=name,
        condition=(
            ~Q(outcome="")
            & Q(**{day_said: False, f"{said}__isnull": False})
            & ~Q(**{said: ""})
            | Q(**{"outcome": "", day_said: True})
            & (Q(**{said: ""}) | Q(**{f"{said}__isnull": True}))
        ),
        violation_error_message=_(
            "Outcome, date and decision are stated together, or none of them."
        ),
    )
