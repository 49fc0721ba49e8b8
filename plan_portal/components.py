"""
A page for developers, with DEBUG: every partial template of the public pages.

The partials are collected while the public pages are rendered, so that none is
forgotten, and each is shown in every state that the database at hand gives it. `make
states` serves a database in which every state occurs.
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

from plan_portal import front, sitemap
from plan_portal.templatetags.portal import made_once
from plan_portal.urls import PUBLIC_PAGES
from strategic_areas.addresses import address

#: The most pages of one kind that are read, and the most states shown of a partial.
PAGES, STATES = 100, 12
#: Queries with which a list and the search find something, and then nothing.
QUESTIONS = ("?q=plan", "?q=xyzzy")
ELEMENT = re.compile(r"<(\w+)([^>]*)>")
#: Attributes and links that, with the elements, tell one state from another; the words
#: of a page do not count.
TRAIT = re.compile(r'\b(?:class|lang|role|type)="[^"]*"|aria-\w+|tel:|mailto:')


@contextmanager
def recorded(found):
    """Store in ``found`` the HTML of each rendered partial, by its name and state."""
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
    The state of a piece of HTML: its elements and their traits.

    HTML with words but no element is in another state than empty HTML.
    """
    found = ELEMENT.findall(html) or ([("", "")] if html.strip() else [])
    return frozenset((name, frozenset(TRAIT.findall(rest))) for name, rest in found)


def collect(pages):
    """The HTML of every partial, by name and state; ``pages`` are rows of the table."""
    found, client = defaultdict(dict), Client(SERVER_NAME=settings.SITE_HOST)
    with recorded(found):
        front.banner(time.time(), "/")
        for row in pages:
            for path in _addresses(row):
                _read(client, path)
    return found


def _addresses(row):
    """The addresses of one row of the public table; for many records, the newest."""
    if row[0] in sitemap.LEFT_OUT:
        return [address(row[0], language=each) for each in ("es", "en")]
    every = list(sitemap.every_address([row]))[-PAGES:]
    return [path for *both, _changed in every for path in both]


def _read(client, path):
    """Request a page, the feed and past version that it links to, and its searches."""
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
    """The comment at the top of a partial, which says which variables it needs."""
    first = get_template(name).template.source.split("\n", 1)[0]
    return first.strip("{}# ")


def _shortest(states):
    """The HTML of a few states, the shortest first."""
    shown = sorted(states.values(), key=len)[:STATES]
    # This HTML was rendered by the portal itself.
    return [mark_safe(html) for html in shown]  # noqa: S308


urlpatterns = [path("componentes/", components, name="components")]
