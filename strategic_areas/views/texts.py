"""The site's own pages of text, as the search finds them: what their templates say."""

from html import unescape

from django.template import Context
from django.template.loader import get_template
from django.template.loader_tags import BlockNode
from django.utils.html import strip_tags
from django.utils.translation import override

from strategic_areas.search import Document, Place, Text
from strategic_areas.views.about import facts
from strategic_areas.views.help import rules

#: The pages that say the same on every plan, by the names of their addresses.
PAGES = (
    "about",
    "methodology",
    "protection",
    "help",
    "accessibility",
    "privacy",
    "terms",
    "contact",
)
#: What people write who look for help.
EMERGENCY = ("911", "9-1-1")


def documents():
    """A ``Document`` of each; no query."""
    for place, name in enumerate(PAGES):
        yield Document(
            kind="page",
            pk=name,
            title=_block(name, "title"),
            place=Place(name),
            texts=(_block(name, "content"),),
            names=EMERGENCY if name == "help" else (),
            order=(place,),
        )


def _block(name, block):
    said = {}
    for language in ("es", "en"):
        with override(language):
            said[language] = _rendered(get_template(f"{name}.html").template, block)
    return Text(said["es"], said["en"])


def _rendered(template, name):
    """The words of one block of a template, without its heading."""
    blocks = template.nodelist.get_nodes_by_type(BlockNode)
    block = next(node for node in blocks if node.name == name)
    context = Context({**facts(), **rules()})
    with context.bind_template(template):
        html = block.nodelist.render(context)
    _heading, ended, rest = html.partition("</h1>")
    # A space for each tag, or the words on both sides of it would be one.
    text = strip_tags((rest if ended else html).replace("<", " <"))
    return " ".join(unescape(text).split())
