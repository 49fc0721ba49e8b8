"""Content for other sites: a picture of each plan, and cards to embed."""

from csp.decorators import csp_replace
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _, ngettext

from strategic_areas.pictures import draw_plan_picture
from strategic_areas.public_paths import public_path
from strategic_areas.queries.pages import agencies, areas
from strategic_areas.queries.plan import plans
from strategic_areas.queries.plan.plan_progress import load_plan_progress
from strategic_areas.queries.plan.progress_rows import (
    count_states,
    reconstructed_work_of,
)
from strategic_areas.sentences import FAMILY_WORDS, on_record
from strategic_areas.views.parameters import found_or_404, public_plan_or_404


def with_headers(set_headers):
    """Call ``set_headers`` with every response of the view, "not modified" included."""

    def decorated(view):
        view.set_headers = set_headers
        return view

    return decorated


def allow_embedding(response):
    """Let other sites embed the response."""
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"


def allow_framing(response):
    """Let other sites frame the response, which has no actions."""
    allow_embedding(response)
    response.xframe_options_exempt = True
    under_policy(response, {"frame-ancestors": ["*"]})


def under_policy(response, directives):
    csp_replace(directives)(lambda: response)()


def _plan_progress(plan):
    return load_plan_progress(plan, timezone.localdate())


@with_headers(allow_framing)
def area_card(request, plan, slug):
    area = found_or_404(areas.area_by_slug(public_plan_or_404(plan), slug))
    plan_progress = _plan_progress(area.plan)
    own = [
        row for row in plan_progress.rows if row.commitment.programme.area_id == area.pk
    ]
    return _card(request, plan_progress, area, "name", area.get_absolute_url(), own)


@with_headers(allow_framing)
def agency_card(request, plan, slug):
    plan, agency, _participation = found_or_404(agencies.agency_by_slug(plan, slug))
    plan_progress = _plan_progress(plan)
    page_url = public_path("agency", plan.code, agency.slug)
    led = [row for row in plan_progress.rows if row.commitment.lead_id == agency.pk]
    return _card(request, plan_progress, agency, "name", page_url, led)


@with_headers(allow_framing)
def commitment_card(request, plan, code):
    plan_progress = _plan_progress(public_plan_or_404(plan))
    row = found_or_404(
        next((r for r in plan_progress.rows if r.commitment.code == code), None)
    )
    page_url = row.commitment.get_absolute_url()
    return _card(request, plan_progress, row.commitment, "title", page_url, row=row)


def _card(request, plan_progress, record, field, page_url, rows=(), row=None):
    context = {
        "plan": plan_progress.plan,
        "plan_progress": plan_progress,
        "record": record,
        "field": field,
        "page_url": page_url,
        "counts": count_states(rows),
        "reconstructed_work": reconstructed_work_of(rows),
        "row": row,
    }
    return render(request, "card.html", context)


@with_headers(allow_embedding)
def plan_picture(request, plan):
    plan_progress = _plan_progress(public_plan_or_404(plan))
    counts = count_states(plan_progress.rows)
    reconstructed_work = reconstructed_work_of(plan_progress.rows)
    image = draw_plan_picture(
        site=_("National Plan against Human Trafficking"),
        kicker=_("Plan %(code)s") % {"code": plan_progress.plan.code},
        title=plan_progress.plan.title,
        summary=_totals_text(counts.total, len(plan_progress.rows)),
        parts=[
            (family, str(FAMILY_WORDS[family]), number)
            for family, number in counts.by_family
            if number
        ],
        note=on_record(reconstructed_work) if reconstructed_work else "",
        foot=_foot(plan_progress),
    )
    return HttpResponse(image, content_type="image/png")


@with_headers(allow_embedding)
def former_picture(request, plan=None, **record):
    """Redirect the former picture of a record to that of its plan."""
    if plan is None:
        plan = found_or_404(plans.choose_plan(timezone.localdate()).home_plan).code
    return redirect(
        public_path("plan_picture", public_plan_or_404(plan).code), permanent=True
    )


def _totals_text(commitments, total):
    parts = [
        (
            commitments,
            ngettext("%(number)s commitment", "%(number)s commitments", commitments),
        ),
        (
            total - commitments,
            ngettext(
                "%(number)s documented action",
                "%(number)s documented actions",
                total - commitments,
            ),
        ),
    ]
    texts = [text % {"number": number} for number, text in parts if number]
    return " · ".join(texts) or _("No commitments are on record.")


def _foot(plan_progress):
    if plan_progress.is_reconstructed:
        return _("Reconstructed from public sources; it does not measure fulfilment.")
    return _("Data as of %(day)s") % {
        "day": date_format(timezone.localdate(), "SHORT_DATE_FORMAT")
    }
