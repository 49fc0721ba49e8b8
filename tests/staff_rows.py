"""A row of whatever table the admin has, so that a new table is tested by itself."""

from datetime import date, timedelta
from itertools import count

from django.db import models as columns
from django.utils import timezone

from agencies.accounts.second_factors import FactorReset
from agencies.invitations import Invitation
from agencies.models import Agency, FocalPoint, User
from strategic_areas import models
from tests import make

_numbers = count(1)


def make_mandate():
    return make.focal_point().mandates.get()


def make_reopening():
    closed = timezone.localdate() - timedelta(days=1)
    return models.RoundReopening.objects.create(
        period=make.round(due_on=closed, closes_on=closed),
        agency=make.agency(),
        until=closed + timedelta(days=20),
        reason="Una causa.",
        by=make.reviewer(),
    )


def make_invitation():
    address = f"persona{next(_numbers)}@example.org"
    return make.invitation(email=address)[0]


#: How a row is made where filling in what is required does not make one.
MAKERS = {
    Agency: make.agency,
    User: make.reviewer,
    FocalPoint: make_mandate,
    Invitation: make_invitation,
    models.Plan: make.plan,
    models.Commitment: make.commitment,
    models.Activity: make.activity,
    models.ActivityUpdate: make.submitted_update,
    models.CommitmentUpdate: make.declaration,
    models.ReportingPeriod: make.round,
    models.RoundReopening: make_reopening,
    models.Indicator: make.indicator,
    models.PublishedFigure: make.published_figure,
    FactorReset: make.factor_reset,
    models.PendingChange: make.change,
    models.RecordDispute: lambda: make.approved_dispute(
        make.commitment(provenance="press")
    ),
}


def make_row(model, plan=None):
    """
    A new row with relations of its own, so that none is read once for all.

    It may be of a ``plan`` that there is.
    """
    if model in MAKERS:
        return MAKERS[model]()
    fields = {f.name: f for f in model._meta.concrete_fields if _is_filled(f)}
    found = {"plan": plan} if plan and fields.pop("plan", None) else {}
    found |= {name: _value(field) for name, field in fields.items()}
    return model._default_manager.create(**found)


def _is_filled(field):
    """What is required, and every relation that leads to no contradiction."""
    if field.primary_key or field.has_default():
        return False
    if field.is_relation:
        return field.editable and _leads_on(field)
    if field.name.endswith("_es"):
        original = field.model._meta.get_field(field.name.removesuffix("_es"))
        return not original.blank
    return not (field.null or field.blank)


def _leads_on(field):
    """Not back to its own table, nor to a second plan."""
    above = getattr(field.model, "same_plan_as", ())
    if field.name in above:
        return not field.null
    takes_plan = any(not field.model._meta.get_field(name).null for name in above)
    return field.related_model is not field.model and not (
        field.name == "plan" and takes_plan
    )


def _value(field):
    number = next(_numbers)
    if field.is_relation:
        return make_row(field.remote_field.model)
    if field.choices:
        return field.choices[0][0]
    if isinstance(field, columns.DateTimeField):
        return timezone.now()
    if isinstance(field, columns.DateField):
        return date(2026, 1, 1)
    if isinstance(field, columns.EmailField):
        return f"persona{number}@example.org"
    if isinstance(field, columns.CharField | columns.TextField):
        return f"x{number}"[: field.max_length]
    return number
