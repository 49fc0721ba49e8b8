"""
For developers, with DEBUG: every partial of the public pages, in the states found.

They are taken from the pages themselves, so that none is forgotten; the states are
those of the database at hand. `make states` serves one in which every state stands.
"""

import re
import time
from collections import defaultdict
from contextlib import contextmanager
from html import unescape
from urllib.parse import urljoin

from django.conf import settings
from django.shortcuts import render
from django.template.base import Template
from django.template.loader import get_template
from django.test import Client
from django.urls import path
from django.utils.safestring import mark_safe

from plan_portal import sitemap
from plan_portal.front import outage
from plan_portal.templatetags.portal import made_once
from plan_portal.urls import PUBLIC_PAGES
from strategic_areas.addresses import address

#: So many pages of one kind are read, and so many states of a partial shown.
PAGES, STATES = 100, 12
#: By these a list and the search find something, and nothing.
QUESTIONS = ("?q=plan", "?q=xyzzy")
ELEMENT = re.compile(r"<(\w+)([^>]*)>")
#: What tells one state from another, besides which elements there are; never words.
TRAIT = re.compile(r'\b(?:class|lang|role|type)="[^"]*"|aria-\w+|tel:|mailto:')


@contextmanager
def recorded(found):
    """Note in ``found`` the HTML of each partial rendered, by its name and state."""
    made_once.cache_clear()
    render_as_ever, seen = Template._render, set()

    def render_and_note(template, context):
        html = render_as_ever(template, context)
        if (template.name or "").startswith("_") and (template.name, html) not in seen:
            seen.add((template.name, html))
            found[template.name].setdefault(state(html), html)
        return html

    Template._render = render_and_note
    try:
        yield
    finally:
        Template._render = render_as_ever


def state(html):
    """
    The elements of a piece of HTML with their traits, as all of one state have.

    Words without any element are a state apart from nothing at all.
    """
    found = ELEMENT.findall(html) or ([("", "")] if html.strip() else [])
    return frozenset((name, frozenset(TRAIT.findall(rest))) for name, rest in found)


def collect(pages):
    """Every partial on ``pages``, rows of the public table: its HTML by its state."""
    found, client = defaultdict(dict), Client(SERVER_NAME=settings.SITE_HOST)
    with recorded(found):
        outage.banner(time.time(), "/")
        for row in pages:
            for path in _addresses(row):
                _read(client, path)
    return found


def _addresses(row):
    """Where a page of the public table stands, of many records the newest."""
    if row[0] in sitemap.LEFT_OUT:
        return [address(row[0], language=each) for each in ("es", "en")]
    every = list(sitemap.every_address([row]))[-PAGES:]
    return [path for *both, _changed in every for path in both]


def _read(client, path):
    """A page, the feed and the past that it leads to, its answers if it asks."""
    html = client.get(path).content.decode()
    for pattern in (r'href="(/[^"]+\.atom)"', r'href="([^"#]*\?at=[^"#]+)'):
        for link in re.findall(pattern, html)[:1]:
            client.get(urljoin(path, unescape(link)))
    if 'name="q"' in html.partition("<main")[2]:
        for question in QUESTIONS:
            answer = client.get(path + question).content.decode()
            for link in re.findall(r'href="([^"]*\?q=[^"]+kind=[^"]+)"', answer)[:1]:
                client.get(urljoin(path, unescape(link)))


def components(request):
    """The page that shows the partials of all public pages."""
    shown = [
        {"name": name, "inputs": _inputs(name), "states": _shortest(states)}
        for name, states in sorted(collect(PUBLIC_PAGES).items())
    ]
    return render(request, "components.html", {"components": shown})


def _inputs(name):
    """The comment at the head of a partial, which says what it needs."""
    first = get_template(name).template.source.split("\n", 1)[0]
    return first.strip("{}# ")


def _shortest(states):
    """A few of the states, the simplest first, as HTML."""
    shown = sorted(states.values(), key=len)[:STATES]
    # It is what the portal itself has rendered.
    return [mark_safe(html) for html in shown]  # noqa: S308


urlpatterns = [path("componentes/", components, name="components")]
