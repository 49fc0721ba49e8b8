"""Partial templates as they are drawn while pages are read."""

import re
from contextlib import contextmanager

from django.template.base import Template

from plan_portal.templatetags.portal import render_once

ELEMENT = re.compile(r"<(\w+)([^>]*)>")
#: Attributes and links that, with the elements, tell one state from another; the words
#: of a page do not count.
TRAIT = re.compile(r'\b(?:class|lang|role|type)="[^"]*"|aria-\w+|tel:|mailto:')


@contextmanager
def recorded(found):
    """Store in ``found`` the HTML of each partial that is drawn, by name and state."""
    render_once.cache_clear()
    render_as_ever, seen = Template.render, set()

    def render_and_note(template, context):
        html = render_as_ever(template, context)
        if (template.name or "").startswith("_") and (template.name, html) not in seen:
            seen.add((template.name, html))
            found[template.name].setdefault(state(html), html)
        return html

    Template.render = render_and_note
    try:
        yield
    finally:
        Template.render = render_as_ever


def state(html):
    """
    The state of a piece of HTML: its elements and their traits.

    HTML with words but no element is in another state than empty HTML.
    """
    found = ELEMENT.findall(html) or ([("", "")] if html.strip() else [])
    return frozenset((name, frozenset(TRAIT.findall(rest))) for name, rest in found)
