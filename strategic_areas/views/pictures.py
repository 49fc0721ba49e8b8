"""A picture of each page's own figures, for whoever shows a link to it."""

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from strategic_areas.labels import STATES
from strategic_areas.pictures import Part, Picture, draw
from strategic_areas.queries import agencies, areas, board
from strategic_areas.queries.board import count_rows
from strategic_areas.views.plans import found_or_404, public_plan
from strategic_areas.views.sharing import finished_by, shown_elsewhere


@finished_by(shown_elsewhere)
def plan(request, plan):
    """How all of a plan's commitments stand."""
    plan = public_plan(plan)
    standing = board.load(plan, timezone.localdate())
    return _of_counts(standing, _kicker(plan), plan.title, standing.rows)


@finished_by(shown_elsewhere)
def area(request, plan, slug):
    """How an area's commitments stand."""
    area = found_or_404(areas.find(public_plan(plan), slug))
    standing = board.load(area.plan, timezone.localdate())
    rows = [r for r in standing.rows if r.commitment.programme.area_id == area.pk]
    return _of_counts(standing, _kicker(area.plan), area.name, rows)


@finished_by(shown_elsewhere)
def agency(request, plan, slug):
    """How the commitments that an agency leads stand."""
    plan, agency, _participation = found_or_404(agencies.find(plan, slug))
    standing = board.load(plan, timezone.localdate())
    rows = [row for row in standing.rows if row.commitment.lead_id == agency.pk]
    return _of_counts(standing, _kicker(plan), agency.name, rows)


@finished_by(shown_elsewhere)
def commitment(request, plan, code):
    """In which state one commitment is, and who leads it."""
    plan = public_plan(plan)
    standing = board.load(plan, timezone.localdate())
    row = next((r for r in standing.rows if r.commitment.code == code), None)
    if row is None:
        raise Http404
    state = row.standing.state
    return _answer(
        Picture(
            site=_site(),
            kicker=f"{_kicker(plan)} · {code}",
            title=row.commitment.title,
            summary=_("Lead: %(agency)s") % {"agency": row.commitment.lead.name},
            parts=[Part(state, str(STATES[state]))],
            foot=_foot(standing),
        )
    )


def _of_counts(standing, kicker, title, rows):
    counts = count_rows(rows)
    return _answer(
        Picture(
            site=_site(),
            kicker=kicker,
            title=title,
            summary=_total(counts.total, standing.is_reconstructed),
            parts=[Part(s, str(STATES[s]), n) for s, n in counts.by_state if n],
            foot=_foot(standing),
        )
    )


def _total(number, is_reconstructed):
    if not number:
        return _("No commitments are on record.")
    if is_reconstructed:
        text = ngettext("%(number)s line of work", "%(number)s lines of work", number)
    else:
        text = ngettext("%(number)s commitment", "%(number)s commitments", number)
    return text % {"number": number}


def _site():
    return _("National Plan against Human Trafficking")


def _kicker(plan):
    return _("Plan %(code)s") % {"code": plan.code}


def _foot(standing):
    """Up to when anything is recorded, and that a reconstruction measures nothing."""
    if standing.is_reconstructed:
        return _("Reconstructed from public sources; it does not measure fulfilment.")
    day = date_format(timezone.localdate(), "SHORT_DATE_FORMAT")
    return _("Data as of %(day)s") % {"day": day}


def _answer(picture):
    return HttpResponse(draw(picture), content_type="image/png")
