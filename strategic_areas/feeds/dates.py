"""Calendars of due dates, for whoever keeps them beside their own: iCalendar."""

from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from strategic_areas.addresses import address
from strategic_areas.feeds import absolute, permanent_id
from strategic_areas.queries import agencies, follow
from strategic_areas.views.plans import found_or_404, public_plan

CONTENT_TYPE = "text/calendar; charset=utf-8"


def plan(request, plan):
    """The due dates of a plan."""
    plan = public_plan(plan)
    return _answer(plan, plan.title, follow.days(plan))


def agency(request, plan, slug):
    """The due dates of one agency in a plan."""
    plan, agency, _part = found_or_404(agencies.find(plan, slug))
    return _answer(plan, agency.name, follow.days(plan, agency))


def _answer(plan, title, days):
    calendar = Calendar()
    calendar.add("prodid", f"-//{settings.SITE_HOST}//plan//ES")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("%(title)s: due dates") % {"title": title})
    for each in days:
        calendar.add_component(_event(plan, each))
    return HttpResponse(calendar.to_ical(), content_type=CONTENT_TYPE)


def _event(plan, each):
    event = Event()
    event.add("uid", str(permanent_id(each.kind, each.pk)))
    # The content is that of today, as its label says: no other moment is known.
    event.add("dtstamp", datetime.combine(timezone.localdate(), time(), UTC))
    event.add("dtstart", each.day)
    event.add("dtend", each.day + timedelta(days=1))
    event.add("summary", _words(each))
    event.add("url", absolute(_page(plan, each)))
    event.add("transp", "TRANSPARENT")
    return event


def _words(each):
    record = each.record
    if each.kind == "round":
        return _("Reports are due: %(title)s") % {"title": record.name}
    if each.kind == "plan":
        return _("The plan ends: %(title)s") % {"title": record.title}
    agency = record.lead if each.kind == "commitment" else record.agency
    title = f"{record.code} {record.title} ({agency.acronym})"
    return _("Due: %(title)s") % {"title": title}


def _page(plan, each):
    if each.kind == "round":
        return address("agencies", plan.code)
    return each.record.get_absolute_url()
