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
    """Return the public page of a stored record; "" if nothing of it is public."""
    if not (record and record.pk and hasattr(record, "get_absolute_url")):
        return ""
    above = getattr(record, "commitment", record)
    plan = above if isinstance(above, Plan) else getattr(above, "plan", None)
    is_hidden = plan is not None and plan.status == Plan.Status.IN_PREPARATION
    return "" if is_hidden else record.get_absolute_url()


def record_behind_page(request) -> RecordBehindPage | None:
    """
    Return the record of the public page from which a staff user came, if they may see
    it.

    The public page itself does not know staff; the browser sends it as the referrer.
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
    for model, wanted in record_conditions(match.url_name, match.kwargs):
        table = admin.site.get_model_admin(model)
        if not table.has_view_permission(request):
            continue
        if record := table.get_queryset(request).filter(wanted).first():
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
            return RecordBehindPage(record, reverse(name, args=[record.pk]))
    return None


def record_conditions(name, words):
    """
    Return pairs of a model and a condition for the record that a public page shows.
    """
    plan, code = Q(plan__code=words.get("plan")), words.get("code")
    slug = words.get("slug")
    if name == "plan":
        return [(Plan, Q(code=words["plan"]))]
    if name == "area":
        return [(StrategicArea, plan & (Q(slug_es=slug) | Q(slug_en=slug)))]
    if name == "commitment":
        return [(Commitment, plan & Q(code=code))]
    if name == "agency":
        return [(Agency, Q(slug=slug))]
    if name == "indicator":
        return [(Indicator, Q(code=code))]
    if name == "update":
        update = plan & Q(public_id=words["public_id"])
        return [(ActivityUpdate, update), (CommitmentUpdate, update)]
    return []
