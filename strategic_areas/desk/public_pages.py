from dataclasses import dataclass
from urllib.parse import urlsplit

from django.contrib import admin
from django.db.models import Q
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from agencies.models import Agency
from strategic_areas.models import (
    ActivityUpdate,
    Commitment,
    CommitmentUpdate,
    Indicator,
    Plan,
    StrategicArea,
)


@dataclass(frozen=True)
class RecordBehindPage:
    record: Plan | StrategicArea | Commitment | Agency | Indicator | ActivityUpdate
    address: str


def public_url(record) -> str:
    """Return the URL of a record's public page; "" if the record has none."""
    if not (record and record.pk and hasattr(record, "get_absolute_url")):
        return ""
    owner = getattr(record, "commitment", record)
    plan = owner if isinstance(owner, Plan) else getattr(owner, "plan", None)
    is_hidden = plan is not None and plan.status == Plan.Status.IN_PREPARATION
    return "" if is_hidden else record.get_absolute_url()


def record_behind_page(request) -> RecordBehindPage | None:
    """
    Return the record of the public page from which a staff user came, or None.

    The user must be allowed to see it. The referrer names the page.
    """
    page = request.headers.get("referer", "")
    if not url_has_allowed_host_and_scheme(
        page, {request.get_host()}, require_https=request.is_secure()
    ):
        return None
    try:
        match = resolve(urlsplit(page).path)
    except Resolver404:
        return None
    for model, condition in record_conditions(match.url_name, match.kwargs):
        model_admin = admin.site.get_model_admin(model)
        if not model_admin.has_view_permission(request):
            continue
        if record := model_admin.get_queryset(request).filter(condition).first():
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
            return RecordBehindPage(record, reverse(name, args=[record.pk]))
    return None


def record_conditions(url_name, url_kwargs):
    """
    Return pairs of a model and a condition for the record that a public page shows.
    """
    names = ("plan", "code", "slug", "public_id")
    plan_code, code, slug, public_id = map(url_kwargs.get, names)
    of_plan = Q(plan__code=plan_code)
    update = of_plan & Q(public_id=public_id)
    return {
        "plan": [(Plan, Q(code=plan_code))],
        "area": [(StrategicArea, of_plan & (Q(slug_es=slug) | Q(slug_en=slug)))],
        "commitment": [(Commitment, of_plan & Q(code=code))],
        "agency": [(Agency, Q(slug=slug))],
        "indicator": [(Indicator, Q(code=code))],
        "update": [(ActivityUpdate, update), (CommitmentUpdate, update)],
    }.get(url_name, [])
