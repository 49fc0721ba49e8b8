"""Atom feeds of publications, and calendars of due dates."""

from datetime import UTC, datetime, time, timedelta
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language, gettext as _

from strategic_areas.public_paths import public_path
from strategic_areas.queries import site
from strategic_areas.queries.pages import agencies, areas, commitments
from strategic_areas.sentences import author_of, update_label
from strategic_areas.views.parameters import found_or_404, public_plan_or_404

ATOM = "application/atom+xml; charset=utf-8"
CALENDAR = "text/calendar; charset=utf-8"


class PlanFeed(Atom1Feed):
    """An Atom feed, dated by the plan's start if nothing was published."""

    def latest_post_date(self):
        return super().latest_post_date() if self.items else self.feed["since"]


def plan_feed(request, plan):
    plan = public_plan_or_404(plan)
    return _feed(request, plan, plan.title, plan.get_absolute_url())


def area_feed(request, plan, slug):
    area = found_or_404(areas.area_by_slug(public_plan_or_404(plan), slug))
    return _feed(request, area.plan, area.name, area.get_absolute_url(), area=area)


def agency_feed(request, plan, slug):
    plan, agency, _part = found_or_404(agencies.agency_by_slug(plan, slug))
    path = public_path("agency", plan.code, agency.slug)
    return _feed(request, plan, agency.name, path, agency=agency)


def commitment_feed(request, plan, code):
    commitment = found_or_404(commitments.commitment_by_code(plan, code))
    title = f"{commitment.code} {commitment.title}"
    path = commitment.get_absolute_url()
    return _feed(request, commitment.plan, title, path, commitment=commitment)


def _feed(request, plan, title, path, **scope):
    kind, record = next(iter(scope.items()), ("plan", plan))
    feed = PlanFeed(
        title=_("%(title)s: updates") % {"title": title},
        link=absolute(path),
        description="",
        language=get_language(),
        feed_url=absolute(request.path),
        feed_guid=permanent_id(kind, record.pk, get_language()).urn,
        author_name=_("National Plan against Human Trafficking"),
        since=datetime.combine(plan.starts_on, time(), UTC),
    )
    for entry, published_at, changed_at in site.feed_updates(plan, **scope):
        _add(feed, entry, published_at, changed_at)
    return HttpResponse(feed.writeString("utf-8"), content_type=ATOM)


def _add(feed, entry, published_at, changed_at):
    pubdate = published_at
    if entry.is_from_sources:
        # The day of the source; None if it is unknown.
        day = entry.dated_on
        pubdate = day and datetime.combine(day, time(), UTC)
    # The same id for all revisions, so that feed readers show one entry.
    name = permanent_id(entry.kind, entry.subject.pk, entry.period.pk, get_language())
    feed.add_item(
        title=" · ".join(
            (entry.subject.title, entry.agency.acronym_in_language, entry.period.name)
        ),
        link=absolute(entry.get_absolute_url()),
        description=render_to_string("_feed_entry.html", {"entry": entry}),
        unique_id=name.urn,
        author_name=author_of(entry),
        pubdate=pubdate,
        updateddate=changed_at,
        categories=[update_label(entry)] if entry.state else [],
    )


def plan_calendar(request, plan):
    plan = public_plan_or_404(plan)
    return _calendar(plan, plan.title, site.due_days(plan))


def agency_calendar(request, plan, slug):
    plan, agency, _part = found_or_404(agencies.agency_by_slug(plan, slug))
    return _calendar(plan, agency.name, site.due_days(plan, agency))


def _calendar(plan, title, days):
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", f"-//{settings.SITE_HOST}//plan//ES")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("%(title)s: due dates") % {"title": title})
    for day, kind, record in days:
        calendar.add_component(_event(plan, day, kind, record))
    return HttpResponse(calendar.to_ical(), content_type=CALENDAR)


def _event(plan, day, kind, record):
    from icalendar import Event

    event = Event()
    event.add("uid", str(permanent_id(kind, record.pk)))
    # The time of the last change is not known.
    event.add("dtstamp", datetime.combine(timezone.localdate(), time(), UTC))
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", _summary(kind, record))
    is_round = kind == "round"
    page = public_path("agencies", plan.code) if is_round else record.get_absolute_url()
    event.add("url", absolute(page))
    event.add("transp", "TRANSPARENT")
    return event


def _summary(kind, record):
    if kind == "round":
        return _("Reports are due: %(title)s") % {"title": record.name}
    if kind == "plan":
        return _("The plan ends: %(title)s") % {"title": record.title}
    agency = record.lead if kind == "commitment" else record.agency
    title = f"{record.code} {record.title} ({agency.acronym_in_language})"
    return _("Due: %(title)s") % {"title": title}


def absolute(path):
    return f"{settings.SITE_URL}{path}"


def permanent_id(*parts):
    """An id that does not change if the portal moves to another host."""
    return uuid5(NAMESPACE_URL, "plan-portal/" + "/".join(map(str, parts)))
