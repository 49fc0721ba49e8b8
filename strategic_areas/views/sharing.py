"""What other sites show of the portal: pictures of its figures, and cards."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from strategic_areas.addresses import address
from strategic_areas.labels import lead_word, state_word
from strategic_areas.pictures import Part, Picture, draw
from strategic_areas.queries.figures import indicators, words
from strategic_areas.queries.pages import agencies, areas
from strategic_areas.queries.plan import board
from strategic_areas.queries.plan.rows import count_rows, records_of
from strategic_areas.sentences import on_record
from strategic_areas.views.parameters import found_or_404, public_plan


def finished_by(finish):
    """
    A decorator: ``finish`` is called with every response of the view.

    With "not modified" too, whose headers replace those that a browser kept.
    """

    def decorated(view):
        view.finish = finish
        return view

    return decorated


def shown_elsewhere(response):
    """Let pages of other sites load the response."""
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"


def framed_anywhere(response):
    """Let pages of other sites frame the response, in which nothing can be done."""
    shown_elsewhere(response)
    response.xframe_options_exempt = True
    response._csp_replace = {"frame-ancestors": ["*"]}


def _board(plan):
    return board.load(plan, timezone.localdate())


def _of_area(plan, slug):
    """An area, the board of its plan, and the rows of its commitments."""
    area = found_or_404(areas.by_slug(public_plan(plan), slug))
    found = _board(area.plan)
    rows = [r for r in found.rows if r.commitment.programme.area_id == area.pk]
    return area, found, rows


def _of_agency(plan, slug):
    """An agency, the board of the plan, and the rows of what the agency leads."""
    plan, agency, _participation = found_or_404(agencies.by_slug(plan, slug))
    found = _board(plan)
    return agency, found, [r for r in found.rows if r.commitment.lead_id == agency.pk]


def _of_commitment(plan, code):
    """The board of the plan, and the row of the commitment."""
    found = _board(public_plan(plan))
    for row in found.rows:
        if row.commitment.code == code:
            return found, row
    raise Http404


@finished_by(framed_anywhere)
def area_card(request, plan, slug):
    """How an area's commitments stand."""
    area, found, rows = _of_area(plan, slug)
    context = {"record": area, "field": "name", "rows": rows}
    return _card(request, found, area.get_absolute_url(), context)


@finished_by(framed_anywhere)
def agency_card(request, plan, slug):
    """How the commitments that an agency leads stand."""
    agency, found, rows = _of_agency(plan, slug)
    context = {"record": agency, "field": "name", "rows": rows}
    page = address("agency", found.plan.code, agency.slug)
    return _card(request, found, page, context)


@finished_by(framed_anywhere)
def commitment_card(request, plan, code):
    """In which state one commitment is, and who leads it."""
    found, row = _of_commitment(plan, code)
    context = {"record": row.commitment, "field": "title", "row": row}
    return _card(request, found, row.commitment.get_absolute_url(), context)


def _card(request, found, page, context):
    context |= {"plan": found.plan, "board": found, "page": page}
    if "rows" in context:
        context["counts"] = count_rows(context["rows"])
        context["records"] = records_of(context["rows"])
    return render(request, "card.html", context)


@finished_by(shown_elsewhere)
def plan_picture(request, plan):
    """How all of a plan's commitments stand."""
    found = _board(public_plan(plan))
    return _picture_of_counts(found, found.plan.title, found.rows)


@finished_by(shown_elsewhere)
def area_picture(request, plan, slug):
    """How an area's commitments stand."""
    area, found, rows = _of_area(plan, slug)
    return _picture_of_counts(found, area.name, rows)


@finished_by(shown_elsewhere)
def agency_picture(request, plan, slug):
    """How the commitments that an agency leads stand."""
    agency, found, rows = _of_agency(plan, slug)
    return _picture_of_counts(found, agency.name, rows)


@finished_by(shown_elsewhere)
def commitment_picture(request, plan, code):
    """In which state one commitment is, and who leads it."""
    found, row = _of_commitment(plan, code)
    state, lead = row.standing.state, row.commitment.lead.name
    summary = f"{lead_word(row.commitment.is_official)}: {lead}"
    return _picture(
        found,
        kicker=f"{_kicker(found.plan)} · {code}",
        title=row.commitment.title,
        summary=summary,
        parts=[Part(state, state_word(state))] if state else [],
        note=on_record(row.records) if row.records else "",
    )


@finished_by(shown_elsewhere)
def indicator_picture(request, code):
    """The last value of an indicator, its time, who counted it, and its caveat."""
    rows = indicators.lines(indicators.public().filter(code=code))
    line = found_or_404(next(iter(rows), None))
    record, last = line.indicator, line.last
    who = words.who(last or record)
    said = _("According to %(who)s") % {"who": who} if who else ""
    caveat = words.in_language(record, "caveat")
    return _drawn(
        kicker=f"{_('Figures')} · {record.code}",
        title=words.in_language(record, "name"),
        figure=words.value_text(last) if last else "",
        summary=words.caption(line) if last else _("No value is on record."),
        parts=[],
        note=". ".join(filter(None, [said, caveat])),
        foot=_day(),
    )


def _picture_of_counts(found, title, rows):
    counts, records = count_rows(rows), records_of(rows)
    return _picture(
        found,
        kicker=_kicker(found.plan),
        title=title,
        summary=_total(counts.total, len(rows)),
        parts=[Part(s, state_word(s), n) for s, n in counts.by_state if n],
        note=on_record(records) if records else "",
    )


def _picture(found, **content):
    return _drawn(foot=_foot(found), **content)


def _drawn(**content):
    picture = Picture(site=_("National Plan against Human Trafficking"), **content)
    return HttpResponse(draw(picture), content_type="image/png")


def _total(counted, every):
    """How many commitments and documented actions there are."""
    parts = [
        (counted, ngettext("%(number)s commitment", "%(number)s commitments", counted)),
        (
            every - counted,
            ngettext(
                "%(number)s documented action",
                "%(number)s documented actions",
                every - counted,
            ),
        ),
    ]
    said = [text % {"number": number} for number, text in parts if number]
    return " · ".join(said) or _("No commitments are on record.")


def _kicker(plan):
    return _("Plan %(code)s") % {"code": plan.code}


def _foot(found):
    """The day of the figures, or for a reconstruction that it measures nothing."""
    if found.is_reconstructed:
        return _("Reconstructed from public sources; it does not measure fulfilment.")
    return _day()


def _day():
    day = date_format(timezone.localdate(), "SHORT_DATE_FORMAT")
    return _("Data as of %(day)s") % {"day": day}
