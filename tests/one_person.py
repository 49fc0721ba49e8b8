"""
One person alone, who posts to every address that takes it and marks all that is typed.

Forms are read from the pages that the person may open, and filled as a browser would:
each text gets a word of its own, each number a number of its own. What a form needs
besides comes from a record of its kind, or from ``permission_posts``.
"""

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from io import BytesIO
from itertools import count
from urllib.parse import unquote, urljoin, urlsplit

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from lxml import html
from openpyxl import load_workbook

from strategic_areas import models
from strategic_areas.datasets.file_cache import FILE_CACHE
from strategic_areas.queries.caching import PLAN_CACHE
from strategic_areas.queries.public_rows import affected_records, read_public_rows
from strategic_areas.search import index
from strategic_areas.workbooks.writing import content_of
from tests import permission_posts
from tests.crawling import name_of, text_of
from tests.deep import DEEP, drawn
from tests.public_site import data_files, instances

#: What is written whoever comes: the record of it, sessions and counted tries.
LOGS = {
    "agencies_auditentry",
    "agencies_audithead",
    "django_session",
    "shared_cache",
    "usersessions_usersession",
}
#: The tables to which a statement writes; a lock is named FOR UPDATE or NO KEY UPDATE.
WRITES = re.compile(r'(?<!FOR )(?<!KEY )\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)')
#: A word that no text of the portal holds, and that no guard takes for anything.
WORD = re.compile(r"zq[a-z]{6}", re.IGNORECASE)
FIRST_NUMBER = 830_001
#: Where a number must be smaller.
SMALL_NUMBER = "83"
#: Forms that stand on every page of staff, and hold no text.
OF_EVERY_PAGE = {"account_logout", "admin:logout", "language"}
#: Kinds of inputs in which somebody types words.
WORDS = {"text", "search", "url", "email", "tel", None}
BUTTONS = {"submit", "button", "reset", "image"}
#: Buttons of the admin that save as its first one does.
SAME_STEP = {"_continue", "_addanother", "_saveasnew"}
#: Names under which ``permission_posts`` sends a text that somebody types.
TEXTS = re.compile(r".*_(es|en)|reason|why|text|title|reference|phrases|name")
#: Names of fields in which somebody types a day.
DATES = re.compile(r"(_on|_since|_date|until)$")
A_DAY = "2026-03-09"
#: What only a certain form of number or list is taken for.
SHAPED = {
    "year": lambda word: "2026",
    "report_year": lambda word: "1999",
    "budget_amount": lambda word: "",
    "budget_currency": lambda word: "DOP",
    "numbers": lambda word: json.dumps([word]),
    "percent": lambda word: SMALL_NUMBER,
    "days_until_due": lambda word: SMALL_NUMBER,
    "days_until_close": lambda word: SMALL_NUMBER,
}
#: Rows of a workbook that name its columns and explain them.
HEADINGS = 2


def word_of(number):
    """The word with this number: two fixed letters, and six that count."""
    letters = ""
    for _ in range(6):
        number, rest = divmod(number, 26)
        letters += chr(ord("a") + rest)
    return f"zq{letters}"


@dataclass
class PostForm:
    """A form that is posted: its address, and the button that sends it."""

    action: str
    fields: list
    button: tuple = ()

    @property
    def kind(self):
        """What forms that are alike have in common, whatever the keys of their rows."""
        names = "".join(sorted({each.name for each in self.fields}))
        return name_of(self.action), *self.button, re.sub(r"\d+", "", names)

    @classmethod
    def all_of(cls, page, path):
        """The forms of a page, one for each button; ``page`` are its bytes."""
        document = html.fromstring(page.decode())
        for element in document.forms:
            action = urlsplit(urljoin(path, element.get("action") or path)).path
            is_post = (element.get("method") or "").lower() == "post"
            if is_post and name_of(action) not in OF_EVERY_PAGE:
                fields = [Control(each) for each in element.inputs if is_sent(each)]
                for button in buttons_of(document, element):
                    yield cls(action, fields, button)


@dataclass
class Control:
    """One named field of a form, as the browser knows it."""

    element: html.HtmlElement

    @property
    def name(self):
        return self.element.get("name")

    @property
    def is_required(self):
        return self.element.get("required") is not None

    @property
    def kind(self):
        element = self.element
        return element.get("type", "text") if element.tag == "input" else element.tag

    @property
    def is_number(self):
        modes = {"decimal", "numeric"}
        return self.kind == "number" or self.element.get("inputmode") in modes

    @property
    def is_date(self):
        return self.kind == "date" or bool(DATES.search(self.name))

    @property
    def is_typed(self):
        is_text = self.kind == "textarea" or self.kind in WORDS
        return self.is_number or (is_text and not self.is_date)

    @property
    def options(self):
        """The values that a list offers, the empty one apart."""
        found = [each.get("value", each.text) for each in self.element.iter("option")]
        return [value for value in found if value]

    @property
    def chosen(self):
        """The values that are chosen in a list."""
        return [
            each.get("value", each.text)
            for each in self.element.iter("option")
            if each.get("selected") is not None
        ]

    @property
    def value(self):
        """What is sent where nobody touches it, or None; what must be ticked is."""
        if self.kind == "select":
            is_many = self.element.get("multiple") is not None
            return self.chosen if is_many else next(iter(self.chosen), "")
        if self.kind in {"checkbox", "radio"}:
            is_set = self.element.get("checked") is not None or self.is_required
            return self.element.get("value", "on") if is_set else None
        if self.kind == "textarea":
            return self.element.text or ""
        return None if self.kind == "file" else self.element.get("value", "")


def is_sent(element):
    """Whether a browser sends it with the form, whichever button is pressed."""
    is_button = element.tag == "button" or element.get("type") in BUTTONS
    return element.get("name") and not is_button and element.get("disabled") is None


def buttons_of(document, element):
    """Name and value of each button that sends a form; one without a name is ()."""
    own = list(element.iter("button", "input"))
    if form_id := element.get("id"):
        own += document.xpath("//*[@form=$name]", name=form_id)
    found = [
        (each.get("name"), each.get("value") or "") if each.get("name") else ()
        for each in own
        if each.get("type", "submit" if each.tag == "button" else "") == "submit"
        and each.get("name") not in SAME_STEP
    ]
    return list(dict.fromkeys(found)) or [()]


class Person:
    """
    Somebody in one role.

    ``found`` are the names of the addresses to which some form is sent, ``accepted`` of
    those that took a post; ``refused`` says what others answered, and ``typed`` of each
    word and number where it was typed.
    """

    def __init__(self, client):
        self.client, self.numbers = client, count()
        self.found, self.accepted, self.refused, self.typed = set(), set(), {}, {}
        self.sent = set()

    def open(self, path):
        """The forms that stand on a page."""
        self.sent.clear()
        response = self.client.get(path)
        body = b"".join(response)
        is_page = response.status_code == 200 and "html" in response["Content-Type"]
        forms = list(PostForm.all_of(body, path)) if is_page else []
        self.found |= {name_of(form.action) for form in forms}
        return forms

    def send(self, form, besides):
        """
        Send a form with every text typed; where it is refused, each text alone.

        ``besides`` are values for fields that are empty; those whose name begins with
        "=" are sent in any case.
        """
        # In the short form one of those that are alike: a page has one in each row.
        if form.kind in self.sent and not DEEP:
            return
        self.sent.add(form.kind)
        if self.post(form.action, self.filled(form, besides)):
            return
        # What was previewed is sent by a button that the first page lacked.
        shown = next(
            (
                each
                for each in self.shown
                if each.action == form.action and each.button != form.button
            ),
            None,
        )
        if shown and self.post(shown.action, self.filled(shown, besides)):
            return
        texts = [each.name for each in form.fields if each.is_typed]
        for name in texts if len(texts) > 1 else ():
            self.post(form.action, self.filled(form, besides, only=name))

    def filled(self, form, besides, only=None):
        """
        What is sent of the form.

        ``only`` names the one text to type into; "" means none.
        """
        data = {}
        for each in form.fields:
            value = each.value
            if each.is_typed and only in (None, each.name):
                value = self.type_into(form.action, each)
            elif value in (None, "", []) and each.name in besides:
                value = besides[each.name]
            elif value == "" and each.is_date and each.is_required:
                value = A_DAY
            elif not value and each.kind == "select" and each.is_required:
                value = next(iter(each.options), "")
            elif each.kind == "file" and each.is_required:
                value = permission_posts.pdf()
            if each.kind == "radio":
                value = data.get(each.name, value)
            if value is not None:
                data[each.name] = value
        fixed = {name: value for name, value in besides.items() if name.startswith("=")}
        data |= {name[1:]: value for name, value in fixed.items()}
        return data | dict([form.button] if form.button else [])

    def send_known(self, path, data):
        """Send what ``permission_posts`` knows, with words of its own for its texts."""
        marked = {
            name: self.word(path, name)
            if isinstance(value, str) and TEXTS.fullmatch(name)
            else value
            for name, value in data.items()
        }
        if self.post(path, marked):
            return True
        status, *_said = self.refused[name_of(path)][-1]
        return status not in {403, 404} and self.post(path, data)

    def send_workbook(self, page, file, besides):
        """Fill in the workbook that a page offers, upload it, save what is shown."""
        content = b"".join(self.client.get(file))
        book = load_workbook(BytesIO(content))
        for sheet in book:
            for row in sheet.iter_rows(min_row=HEADINGS + 1):
                for cell in row:
                    name = str(sheet.cell(1, cell.column).value)
                    if isinstance(cell.value, str) and name.endswith(("_es", "_en")):
                        cell.value = self.word(page, name)
        upload = SimpleUploadedFile("libro.xlsx", content_of(book))
        response = self.client.post(page, {"workbook": upload})
        for form in PostForm.all_of(b"".join(response), page):
            self.post(form.action, self.filled(form, besides))

    def type_into(self, action, each):
        """A word or number of its own for this field, in the form that it takes."""
        if each.is_number and each.name not in SHAPED:
            most, number = float(each.element.get("max") or "inf"), next(self.numbers)
            wanted = FIRST_NUMBER + number
            value = str(wanted) if wanted <= most else SMALL_NUMBER
            self.typed[value] = (name_of(action), each.name)
            return value
        word = self.word(action, each.name)
        if each.name in SHAPED:
            return SHAPED[each.name](word)
        if "url" in (each.kind, each.name.rpartition("_")[2]):
            return f"https://example.org/{word}"
        is_mail = "email" in (each.kind, each.name.rpartition("_")[2])
        return f"{word}@example.org" if is_mail else word

    def word(self, action, name):
        """A new word, for the field of this name."""
        word = word_of(next(self.numbers))
        self.typed[word] = (name_of(action), name)
        return word

    def post(self, path, data):
        """Post it; whether anything was written, the record of the visit apart."""
        written = set()

        def note(execute, sql, params, many, context):
            written.update(WRITES.findall(sql))
            return execute(sql, params, many, context)

        with transaction.atomic(), connection.execute_wrapper(note):
            response = self.client.post(path, data)
            body = b"".join(response)
        is_page = body.lstrip()[:9].lower() == b"<!doctype"
        self.shown = list(PostForm.all_of(body, path)) if is_page else []
        is_accepted = bool(written - LOGS) or "attachment" in response.headers.get(
            "Content-Disposition", ""
        )
        if is_accepted:
            self.accepted.add(name_of(path))
        else:
            said = (response.status_code, errors_in(body), data)
            self.refused.setdefault(name_of(path), []).append(said)
        return is_accepted


def errors_in(body):
    """What a page says that is wrong with a form, by the field."""
    if not body.lstrip().startswith(b"<"):
        return [body[:200].decode()]
    found = html.fromstring(body.decode()).xpath(
        "//*[contains(@class, 'errorlist') or contains(@class, 'errornote')"
        " or contains(@class, 'field-error') or contains(@class, 'error-summary')]"
    )
    return [
        (each.getparent().get("class"), " ".join(each.text_content().split())[:120])
        for each in found
    ]


#: A workbook holds all public rows of a plan, in both languages.
READ_WHOLE = {"es:workbook", "es:commitment"}
#: The bits in a package, which are others in each version.
RANDOM = re.compile(r'"random": "[0-9a-f]{32}"')


def public_addresses():
    """Those of every public page and file but pictures."""
    both = {path for _name, *both in instances() for path in both}
    both |= {*data_files()}
    return sorted(path for path in both if not path.endswith(".png"))


def read_public():
    """Address → its text, of all that is public; in the short form of some."""
    forget()
    client = Client()
    return {path: read(client, path) for path in addresses_to_read()}


def addresses_to_read():
    """In the short form one of each kind, and all of ``READ_WHOLE``."""
    kinds = defaultdict(list)
    for path in public_addresses():
        kinds[name_of(path)].append(path)
    for kind, paths in kinds.items():
        yield from paths if kind in READ_WHOLE else drawn(paths, 1, key=kind)


def read(client, path):
    # A page of an edition tells the sizes of the files that are made by then.
    for files in FILE_CACHE._files.values():
        files.packed.clear()
        files.sizes.clear()
    return RANDOM.sub("", unquote(text_of(b"".join(client.get(path)))))


def forget():
    """Forget what is kept in memory: it may be of a version that was rolled back."""
    PLAN_CACHE.empty()
    FILE_CACHE._files.clear()
    index.empty_index()


class Unchanged(dict):
    """Address → its text while nothing posted is kept; ``read`` adds missing ones."""

    def read(self, paths):
        if missing := {*paths} - {*self}:
            forget()
            self.update((path, read(Client(), path)) for path in missing)


def read_rows():
    """The public rows of all records, to explain what differs on a page."""
    kinds = (
        models.Plan,
        models.StrategicArea,
        models.Programme,
        models.Commitment,
        models.Activity,
        models.Indicator,
    )
    keys = ((model, each.pk) for model in kinds for each in model.objects.all())
    return read_public_rows(affected_records(keys))


def turned(control):
    """What else a choice, a tick, a day or a number may say, as pairs to be sent."""
    name, value = control.name, control.value
    if control.kind == "select":
        others = [each for each in control.options if each not in control.chosen]
        return [{name: each} for each in others[:2]] + ([{name: ""}] if value else [])
    if control.kind == "checkbox":
        return [{name: None if value else control.element.get("value", "on")}]
    if control.kind == "radio":
        return [] if value else [{name: control.element.get("value", "on")}]
    if control.is_date:
        return [{name: "2026-03-10"}]
    return [{name: "7"}] if control.is_number else []


def numbers_in(text):
    """Every number that stands in a text, whatever separates its thousands."""
    joined = re.sub(r"(?<=\d)[.,\u202f\u00a0](?=\d{3}\b)", "", text)
    return set(re.findall(r"\d+", joined))
