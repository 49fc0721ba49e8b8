"""Atom feeds of published accounts: of a plan, an area, an agency, a commitment."""

from datetime import UTC, datetime, time

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from strategic_areas.addresses import address
from strategic_areas.feeds import absolute, permanent_id
from strategic_areas.labels import STATES
from strategic_areas.queries import agencies, areas, commitments, follow
from strategic_areas.views.plans import found_or_404, public_plan

CONTENT_TYPE = "application/atom+xml; charset=utf-8"


class Feed(Atom1Feed):
    """Django's, that has no date of its own making while nothing was published."""

    def latest_post_date(self):
        return super().latest_post_date() if self.items else self.feed["since"]


def plan(request, plan):
    """Everything published on a plan."""
    plan = public_plan(plan)
    return _answer(request, plan, plan.title, plan.get_absolute_url())


def area(request, plan, slug):
    """What was published on an area's commitments."""
    area = found_or_404(areas.find(public_plan(plan), slug))
    path = area.get_absolute_url()
    return _answer(request, area.plan, area.name, path, area=area)


def agency(request, plan, slug):
    """What an agency published or declared in a plan."""
    plan, agency, _part = found_or_404(agencies.find(plan, slug))
    path = address("agency", plan.code, agency.slug)
    return _answer(request, plan, agency.name, path, agency=agency)


def commitment(request, plan, code):
    """What was published on one commitment."""
    commitment = found_or_404(commitments.find(plan, code))
    title = f"{commitment.code} {commitment.title}"
    path = commitment.get_absolute_url()
    return _answer(request, commitment.plan, title, path, commitment=commitment)


def _answer(request, plan, title, path, **within):
    kind, about = next(iter(within.items()), ("plan", plan))
    feed = Feed(
        title=_("%(title)s: updates") % {"title": title},
        link=absolute(path),
        description="",
        language=get_language(),
        feed_url=absolute(request.path),
        feed_guid=permanent_id(kind, about.pk, get_language()).urn,
        author_name=_("National Plan against Human Trafficking"),
        since=datetime.combine(plan.starts_on, time(), UTC),
    )
    for news in follow.news(plan, **within):
        _add(feed, news)
    return HttpResponse(feed.writeString("utf-8"), content_type=CONTENT_TYPE)


def _add(feed, news):
    entry = news.entry
    # One account of one period keeps its name through all revisions of it.
    name = permanent_id(entry.kind, entry.subject.pk, entry.period.pk, get_language())
    feed.add_item(
        title=f"{entry.agency.acronym} · {entry.subject.title} · {entry.period.name}",
        link=absolute(entry.get_absolute_url()),
        description=render_to_string("_feed_entry.html", {"entry": entry}),
        unique_id=name.urn,
        author_name=entry.agency.name,
        pubdate=news.published_at,
        updateddate=news.changed_at,
        categories=[str(STATES[entry.state])] if entry.state else [],
    )
