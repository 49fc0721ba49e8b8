"""
The approval of a whole plan: two people approve exactly the plan that both have read.

Its digest is computed when the proposer reads the plan, stored with the proposal, and
compared before the plan becomes public.
"""

from hashlib import sha256

from django.apps import apps
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.access import RefusedError
from agencies.decisions import OutdatedError
from strategic_areas.models import Plan
from strategic_areas.workflow.guard import must_not_be_in_pending_purge

#: Model name → lookup to the plan whose approval publishes the model's values.
PLAN_PATH_OF_VALUES = {
    "measurement": "indicator__introduced_by",
    "breakdown": "measurement__indicator__introduced_by",
    "publishedfigure": "indicator__introduced_by",
    "publishedcell": "figure__indicator__introduced_by",
}
APPROVAL_FIELDS = ("act_es", "launched_on")


def path_to_plan(model):
    """
    Return the lookup from a model to its plan: "" for a plan, None if there is none.
    """
    has_plan = any(field.name == "plan" for field in model._meta.fields)
    return getattr(model, "path_to_plan", "plan" if has_plan else None)


def plan_digest(plan):
    """Return a digest of the plan and all records in it, values included."""
    digest = sha256()
    for model, rows in _rows_of(plan):
        digest.update(repr([model._meta.label, *rows.values_list()]).encode())
        for field in model._meta.many_to_many:
            link_rows = field.remote_field.through._default_manager
            keys = field.m2m_field_name(), field.m2m_reverse_field_name()
            link_rows = link_rows.filter(
                **{f"{keys[0]}__in": rows.order_by().values("pk")}
            )
            digest.update(repr(sorted(link_rows.values_list(*keys))).encode())
    return digest.hexdigest()


def _rows_of(plan):
    for model in apps.get_app_config("strategic_areas").get_models():
        path = PLAN_PATH_OF_VALUES.get(model._meta.model_name, path_to_plan(model))
        if path is not None and hasattr(model, "fields"):
            rows = model._default_manager.filter(**{path or "pk": plan.pk})
            yield model, rows.order_by("pk")


def _public_values(plan):
    for model, rows in _rows_of(plan):
        columns, fields = model.fields.columns(public=True), model._meta.concrete_fields
        names = [field.attname for field in fields if field.name in columns]
        for values in rows.values_list("pk", *names):
            yield from values


def missing_approval_fields(plan):
    return tuple(name for name in APPROVAL_FIELDS if not getattr(plan, name))


def overdue_rounds(plan):
    """
    Return the plan's rounds due before today; their reports would publicly be missing.
    """
    rounds = plan.periods.counted_rounds().filter(due_on__lt=timezone.localdate())
    return list(rounds.order_by("due_on"))


def must_be_approvable(plan, *, seen_digest, declared_absent):
    """
    Refuse the approval of a plan that changed, or that lacks its act or launch date.

    ``seen_digest`` is that of the plan that the user read. ``declared_absent`` are
    those of ``APPROVAL_FIELDS`` for which the user states that there is no value.
    """
    if seen_digest != plan_digest(plan):
        raise RefusedError(
            _("The plan was changed after you had read it: read it again.")
        )
    if set(missing_approval_fields(plan)) - set(declared_absent):
        raise RefusedError(
            _("%(plan)s: write the act and its date, or state that there is none.")
            % {"plan": plan}
        )
    if late := overdue_rounds(plan):
        raise RefusedError(
            _("%(plan)s: these rounds were due already; move or delete them: %(late)s")
            % {"plan": plan, "late": ", ".join(map(str, late))}
        )


def approves_plan(part):
    before = part.before.get("status", Plan.Status.IN_PREPARATION)
    after = part.after.get("status", Plan.Status.IN_PREPARATION)
    hidden = Plan.Status.IN_PREPARATION
    return part.model is Plan and before == hidden and after != hidden


def check_plan_approval(change, parts, **read):
    """Refuse to approve a plan that changed since it was proposed or read."""
    for part in filter(approves_plan, parts):
        plan = Plan.objects.select_for_update().get(pk=part.object_id)
        if change.plan_digest != plan_digest(plan):
            raise OutdatedError
        must_be_approvable(plan, **read)
        must_not_be_in_pending_purge(plan, _public_values(plan))
