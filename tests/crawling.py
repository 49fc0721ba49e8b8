"""
Follows every link from the home page, as a stranger would, and keeps what it read.

`make deep` leaves nothing out.
"""

import gzip
import json
import re
from collections import Counter, defaultdict
from html import unescape
from html.parser import HTMLParser
from io import BytesIO
from urllib.parse import parse_qsl, urljoin, urlsplit
from zipfile import ZipFile

from django.conf import settings
from django.urls import Resolver404, resolve

from plan_portal import urls
from tests.deep import DEEP

#: Elements that never hold anything, and so have no end.
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr"}
#: Attributes that people read or hear.
SPOKEN = ("alt", "aria-label", "data-label", "placeholder", "title")
#: What stands beside a page: pictures, feeds, calendars, cards, tables.
COMPANIONS = {row[0] for row in [*urls.PUBLIC_COMPANIONS, *urls.DATA_FILES]}
#: So many of a kind are read in each language of what differs in content alone: of
#: companions; of accounts and lists as sifted; and of other pages of a record. The
#: links to all are collected. Of a table that is linked as CSV too, as many of each
#: other format as of lists.
SAMPLE_OF_COMPANIONS, SAMPLE, SAMPLE_OF_RECORDS = 1, 2, 4
OTHER_FORMAT = re.compile(r"\.(json|xlsx)(?=\?|$)")
SAMPLED = {"update", *COMPANIONS}
#: The staff's pages: a stranger is only asked to sign in there.
STAFF = "/gestion/"
#: How what is sent packed begins.
PACKED = b"\x1f\x8b"
#: What no link holds, since a reader writes it: a search that finds something, and one
#: in vain, in an order that no list has.
QUESTIONS = ("?q=trata", "?q=xyzzy&sort=xyzzy")


class Document(HTMLParser):
    """Of a page or feed: where it leads, its anchors, its texts with their language."""

    def __init__(self, text, path):
        super().__init__()
        self.path, self.links, self.ids, self.texts = path, set(), set(), []
        self.open, self.is_page = [("", None)], "<!doctype html>" in text[:99]
        self.asks = False
        self.feed(text)

    @property
    def language(self):
        return next((lang for _, lang in reversed(self.open) if lang), None)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag not in VOID:
            self.open.append((tag, found.get("lang", found.get("xml:lang"))))
        if "id" in found:
            self.ids.add(found["id"])
        if found.get("name") == "q" and "main" in dict(self.open):
            self.asks = True
        for name in ("href", "src", "action"):
            if name in found:
                self.follow(found[name])
        for name in SPOKEN:
            self.say(found.get(name) or "")
        content = found.get("content", "")
        if found.get("property") == "og:image":
            self.follow(content)
        elif tag == "meta" and found.get("name") == "description":
            self.say(content)

    def handle_endtag(self, tag):
        while len(self.open) > 1:
            name, _language = self.open.pop()
            if name == tag:
                return

    def handle_data(self, text):
        tag = self.open[-1][0]
        if tag == "script":
            self.read_linked(json.loads(text))
        elif tag == "textarea":
            self.follow(*re.findall(r'src="([^"]+)"', text))
        elif tag in {"summary", "content"} and "<" in text:
            self.texts += Document(unescape(text), self.path).texts
        else:
            self.say(text)

    def read_linked(self, content):
        """Names and addresses of linked data."""
        if isinstance(content, list):
            for each in content:
                self.read_linked(each)
        elif isinstance(content, dict):
            for name, each in content.items():
                if name in {"url", "@id", "item"}:
                    self.follow(each)
                elif name == "name":
                    self.say(each)
                else:
                    self.read_linked(each)

    def follow(self, *targets):
        for target in targets:
            whole = urljoin(f"{settings.SITE_URL}{self.path}", target)
            is_ours = whole.startswith(
                (f"{settings.SITE_URL}/", f"{settings.SITE_URL}?")
            )
            if is_ours and target != STAFF:
                self.links.add(whole.removeprefix(settings.SITE_URL))

    def say(self, text):
        if words := " ".join(text.split()):
            self.texts.append((self.language, words))


class Crawl:
    """
    Every page that one gets to by following links from a start.

    ``every`` are the addresses of all public records. A link to one of them may be
    taken as good when enough of its kind were read; any other is followed to its end,
    and so is one ``always`` read: alone it may lead to something.
    ``reached`` are the paths that something leads to, ``bodies`` what was read of them;
    ``broken`` is what answers otherwise than with a page, a redirect included;
    ``framing`` is whether each of the two headers lets other sites frame it.
    """

    def __init__(self, client, every=(), always=()):
        self.client, self.documents, self.broken = client, {}, []
        self.bodies, self.fragments, self.framing = {}, defaultdict(set), {}
        self.every, self.always, self.read = set(every), set(always), Counter()
        queue = ["/"]
        self.reached = set(queue)
        while queue:
            path = queue.pop()
            for target in self.targets(path, self.visit(path)):
                if target not in self.reached:
                    self.reached.add(target)
                    queue += [target] if self.is_wanted(target) else []

    def is_wanted(self, path):
        """Whether to read it; otherwise it is known to be good."""
        found = resolve_or_none(urlsplit(path).path)
        if DEEP or not found or path in self.always:
            return True
        table = OTHER_FORMAT.sub(".csv", path)
        if table != path and table in self.reached:
            kind = found.view_name, *found.kwargs.values()
            self.read[kind] += 1
            return self.read[kind] <= SAMPLE
        if not self.is_known(path, found):
            return True
        is_page_of_list = "page=" in urlsplit(path).query
        if is_page_of_list:
            return True
        question = next(filter(path.endswith, QUESTIONS), "?" in path)
        kind, name = (found.view_name, question), found.view_name.split(":")[-1]
        self.read[kind] += 1
        if name in COMPANIONS:
            return self.read[kind] <= SAMPLE_OF_COMPANIONS
        is_page = "?" not in path and name not in SAMPLED
        return self.read[kind] <= (SAMPLE_OF_RECORDS if is_page else SAMPLE)

    def is_known(self, path, found):
        """Whether it is a record's address, asked for no more than its view reads."""
        place = urlsplit(path)
        asked = {name for name, _value in parse_qsl(place.query)}
        return place.path in self.every and asked <= {
            *getattr(found.func, "parameters", ()),
            "q",
        }

    def visit(self, path):
        response = self.client.get(path)
        if response.status_code != 200:
            self.broken.append((path, response.status_code))
        self.bodies[path] = b"".join(response)
        self.framing[path] = (
            "frame-ancestors *" in response.headers["Content-Security-Policy"],
            "X-Frame-Options" not in response.headers,
        )
        kind = response.headers["Content-Type"]
        if kind.startswith(("text/html", "application/atom+xml")):
            text = self.bodies[path].decode()
            self.documents[path] = Document(text, path)
            return self.documents[path].links
        return re.findall(rf"^URL:{settings.SITE_URL}(\S+)\r", self.text(path), re.M)

    def text(self, path):
        return text_of(self.bodies[path])

    def targets(self, path, links):
        """Where links of a page lead; those with a question only from one without."""
        if "?" not in path and getattr(self.documents.get(path), "asks", False):
            yield from (f"{path}{question}" for question in QUESTIONS)
        for link in sorted(links):
            target, _, fragment = link.partition("#")
            if fragment:
                self.fragments[target].add(fragment)
            is_group = "kind=" in target and "kind=" not in path
            if "?" not in target or "?" not in path or is_group:
                yield target

    def pages(self):
        """The documents that are pages, by their path."""
        return {path: each for path, each in self.documents.items() if each.is_page}


def text_of(body):
    """A body as text: of a workbook all parts, of a picture what can be read of it."""
    if body.startswith(PACKED):
        body = gzip.decompress(body)
    if body.startswith(b"PK"):
        with ZipFile(BytesIO(body)) as packed:
            body = b"\n".join(map(packed.read, packed.namelist()))
    # A calendar folds long lines.
    return body.decode(errors="replace").replace("\r\n ", "")


def resolve_or_none(path):
    """What an address leads to, or None."""
    try:
        return resolve(path)
    except Resolver404:
        return None


def name_of(path):
    """The name of the view that an address leads to, such as es:area, or None."""
    found = resolve_or_none(urlsplit(path).path)
    return found and found.view_name
