"""
Every address × role × state of an object × GET and POST, against an explicit table.

`make test` tries each row with one of the roles and with one that may read the page, a
public row in one language, and what answers to GET and POST alike by one of them;
`make deep` tries all.

The addresses come from the resolver: one without a row fails, and so does a row without
an address. What a request changes is rolled back, so that one world serves all of them;
whoever may not change anything is held to that by comparing every table.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from http.cookies import SimpleCookie
from itertools import product

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import override_settings
from django.urls import get_resolver, resolve, reverse

from agencies.accounts import sessions
from agencies.audit import AuditEntry, Event, receivers
from strategic_areas.datasets.file_cache import FILE_CACHE
from tests import permission_table as table
from tests.deep import DEEP, drawn
from tests.one_person import LOGS, WRITES
from tests.permission_posts import QUERIES, form_for
from tests.permission_world import World

IN_USE = {
    "ACCOUNT_REAUTHENTICATION_TIMEOUT": sessions.MAX_PROOF_AGE_TO_SEND,
    "REQUIRE_SECOND_FACTOR": True,
    "ALLOW_INDEXING": True,
    "SECURITY_CONTACT": "mailto:seguridad@example.org",
}
#: What ``agencies.routes.shown_on_page`` leaves on a view.
MARK = "page_of_form"
LANGUAGES = ("es", "en")
#: The addresses that a redirect to a door leads to.
DOORS = {
    reverse("account_login"): "in",
    reverse("admin:login"): "in",
    reverse("mfa_index"): "2f",
}
STAFF = ["A", "B", "ended", "review", "keep"]
ALL = ["nobody", "half", *STAFF]
#: What somebody of the staff is told who may not.
REFUSED = {"403", "404"}
#: Addresses that are written as a pattern: what stands for it.
PATTERNS = {
    "^([^/]+)/history/([^/]+)/$": "<object_id>/history/<history>/",
    "^(?P<app_label>agencies|strategic_areas)/$": "agencies/",
    "(?P<url>.*)$": "nada/",
    "^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": (
        "password/reset/key/<uidb36>-<key>/"
    ),
}


@dataclass(frozen=True, eq=False, repr=False)
class Row:
    """One address on one object; ``answers`` are role → what GET and POST answer."""

    address: str
    object: str
    answers: dict
    model: str = ""

    def __str__(self):
        return f"{self.address}-{self.object}" if self.object else self.address

    __repr__ = __str__

    @property
    def is_of_an_agency(self):
        """Whether A and B may be told different things of such an object."""
        return self.object and self.answers.get("A") != self.answers.get("B")

    @property
    def methods(self):
        """How to ask: in the short form by one of two methods that are told alike."""
        both = ("get", "post")
        is_alike = all(get == post for get, post in self.answers.values())
        return drawn(both, 1, key=f"{self} method") if is_alike else both

    def wanted(self, roles):
        """
        Role and method → what the table says; ``roles`` are each role's column.

        Whatever is drawn, among those who ask are somebody who may read the page and
        somebody of the staff who is refused; on an agency's object all who are refused.
        """
        asked = list(product(drawn(roles, 1, key=str(self)), self.methods))
        told = {
            pair: self.told(roles, *pair) for pair in product(roles, ("get", "post"))
        }
        readers = [pair for pair in told if pair[1] == "get" and told[pair] == "200"]
        if not {*asked} & {*readers}:
            asked += readers[:1]
        of_staff = product([role for role in STAFF if role in roles], self.methods)
        refused = [pair for pair in of_staff if told[pair] in REFUSED]
        if self.is_of_an_agency:
            asked += refused
        elif not {*asked} & {*refused}:
            asked += drawn(refused, 1, key=f"{self} refused")
        return {pair: told[pair] for pair in asked}

    def told(self, roles, role, method):
        """What the table says that a role is told."""
        get, post = self.answers[roles[role]]
        return get if method == "get" else post


def addresses():
    """Address by name → its route; by the route, within its site, what has no name."""
    return dict(_walk(get_resolver().url_patterns, "", ()))


def _walk(patterns, before, namespaces):
    for each in patterns:
        route = before + str(each.pattern)
        if hasattr(each, "url_patterns"):
            inside = [*namespaces, *filter(None, [each.namespace])]
            yield from _walk(each.url_patterns, route, inside)
        else:
            name = each.name or route.removeprefix("gestion/")
            yield ":".join([*namespaces, name]), route


def lines(text, prefix, roles):
    """Address, object and answers by role of every row in a text of the table."""
    for line in filter(None, map(str.strip, text.splitlines())):
        names, objects, *told = (cell.strip() for cell in line.split("|"))
        gets, posts = (cell.split() for cell in told)
        if roles is None:
            gets, posts = gets * len(ALL), posts * len(ALL)
        told = zip(gets, posts, strict=True)
        answers = dict(zip(roles or ALL, told, strict=True))
        for name in names.split(","):
            for each in objects.split(","):
                yield Row(f"{prefix}{name.strip()}", each.strip(), answers)


def staff_rows():
    """The rows of the admin site, with what holds for all of them."""
    yield from lines(table.DESK, "admin:", STAFF)
    for labels, text in table.TABLES.items():
        of_pages = "" if "old " in text or "changelist" not in text else table.OLD
        for label in labels.split():
            app, model = label.split(".")
            for row in lines(text + of_pages, "", STAFF):
                name = f"admin:{app}_{model}_{row.address}"
                if row.address == "old":
                    name = f"admin:{app}/{model}/<path:object_id>/"
                yield Row(name, row.object and f"{row.object}", row.answers, label)


def rows():
    for language in LANGUAGES:
        yield from lines(table.PUBLIC, f"{language}:", None)
    yield from lines(table.PROGRAMS, "", None)
    yield from lines(table.ACCOUNT, "", ALL)
    closed = {"nobody": ("in", "in"), "half": ("2f", "2f")}
    for row in staff_rows():
        yield Row(row.address, row.object, closed | row.answers, row.model)


ROWS = list(rows())


def by_address(rows):
    """The rows of each address; in the short form a public one in one language."""
    found = defaultdict(list)
    for row in rows:
        language, _, name = str(row).partition(":")
        languages = drawn(LANGUAGES, 1, key=name)
        if language not in LANGUAGES or language in languages:
            found[row.address].append(row)
    return found


def each_address(rows):
    return pytest.mark.parametrize(
        "rows", [pytest.param(each, id=name) for name, each in by_address(rows).items()]
    )


@pytest.fixture(scope="module")
def db(lasting):
    """One transaction for the whole module, in the place of one for each test."""


@pytest.fixture(scope="module")
def world(db):
    """
    The portal as it is where it is in use, to people who signed in just now.

    In the short form no refusal is recorded, which has nothing to do with what is
    answered. Pages are rendered, so that one that cannot be rendered fails here.
    """
    visited = Visited()
    with pytest.MonkeyPatch.context() as patch, override_settings(**IN_USE):
        patch.setattr(sessions, "MAX_PROOF_AGE_TO_OPEN", sessions.MAX_PROOF_AGE_TO_SEND)
        # The files of a plan are made once, and not for each test.
        patch.setattr(FILE_CACHE, "available_files", cache(FILE_CACHE.available_files))
        if not DEEP:
            patch.setattr(receivers.DenialMiddleware, "process_response", passed_on)
        yield visited


def passed_on(middleware, request, response):
    return response


class Visitors:
    """A world, its addresses, and its people, each signed in as at first."""

    def __init__(self, *names):
        self.world, self.routes = World(*names), addresses()
        self.cookies = {
            role: {name: each.value for name, each in client.cookies.items()}
            for role, client in self.world.clients.items()
        }

    def client(self, role):
        client = self.world.clients[role]
        client.cookies = SimpleCookie(self.cookies[role])
        return client

    def words(self, row, whose="A"):
        objects = self.world.objects[whose]
        if not row.model or row.object not in {"row", "own"}:
            return objects.get(row.object, {"object_id": 1, "content_type_id": 1})
        model = apps.get_model(row.model)
        pk = objects["own"][model] if row.object == "own" else self.world.rows[model]
        past = getattr(model, "history", None)
        return {
            "object_id": pk,
            "history": past and past.filter(id=pk).values_list("pk", flat=True).first(),
        }

    def path(self, row, words):
        route = self.routes[row.address]
        for pattern, plain in PATTERNS.items():
            route = route.replace(pattern, plain)
        parts = re.compile(r"<((?:\w+:)?(\w+))>")
        return "/" + parts.sub(lambda m: str(words.get(m[1]) or words[m[2]]), route)


class Visited(Visitors):
    """What becomes of the world when somebody asks for something."""

    def __init__(self):
        super().__init__()
        self.tables = connection.introspection.django_table_names(only_existing=True)
        self.before = {name: contents(name) for name in self.tables}
        self.last_entry = AuditEntry.objects.latest("pk").pk

    def answers(self, wanted, whose="A"):
        """By row, role and method what is answered, of all that is ``wanted``."""
        return {
            row: {asked: self.ask(row, *asked, whose) for asked in answers}
            for row, answers in wanted.items()
        }

    def ask(self, row, role, method, whose="A"):
        """The answer in the words of the table."""
        client, words = self.client(role), self.words(row, whose)
        sent = QUERIES.get(row.address, {})
        if method == "post":
            sent = form_for(row.address, words)
        written = set()

        def note(execute, sql, params, many, context):
            written.update(WRITES.findall(sql))
            return execute(sql, params, many, context)

        with transaction.atomic():
            with connection.execute_wrapper(note):
                response = getattr(client, method)(self.path(row, words), sent)
                if response.streaming:
                    response.getvalue()
            changed = any(
                contents(name) != self.before[name]
                for name in self.before.keys() & written - LOGS
            )
            # Refusals and sign-ins are told of too; here it is what was changed.
            entries = AuditEntry.objects.filter(pk__gt=self.last_entry)
            mark = ""
            if changed:
                told_of = entries.exclude(event=Event.ACCESS_DENIED).exists()
                mark = "!" if told_of else "~"
            transaction.set_rollback(True)
        return told(response) + mark


def contents(name):
    """A mark of all that stands in a table."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")  # noqa: S608
        rows = sorted(map(repr, cursor.fetchall()))
    return sha256("\n".join(rows).encode()).hexdigest()


def told(response):
    """The status; of a redirect to a door, which door."""
    address = response.headers.get("Location", "").partition("?")[0]
    return DOORS.get(address, str(response.status_code))


def test_every_address_has_a_row_and_every_row_an_address():
    assert {row.address for row in ROWS} == set(addresses())


def test_no_row_stands_twice():
    named = [str(row) for row in ROWS]

    assert sorted(named) == sorted(set(named))


@each_address(ROWS)
def test_everybody_is_told_what_the_table_says(world, rows):
    roles = {role: role for role in ALL} | {"closed": "nobody"}
    wanted = {row: row.wanted(roles) for row in rows}

    assert world.answers(wanted) == wanted


@pytest.mark.postgresql
def test_each_address_is_read_and_posted_to_once_on_postgresql(world):
    roles, wanted = {role: role for role in ALL}, defaultdict(dict)
    for rows in by_address(ROWS).values():
        told = [
            (row, pair, row.told(roles, *pair))
            for row in rows
            for pair in product(ALL, ("get", "post"))
        ]
        read = [each for each in told if each[1][1] == "get" and each[2] == "200"]
        posted = [each for each in told if each[2][-1] in "!~"]
        for row, pair, answer in read[:1] + posted[:1]:
            wanted[row][pair] = answer

    assert world.answers(wanted) == wanted


@each_address(row for row in ROWS if row.is_of_an_agency)
def test_of_the_other_agencys_objects_the_other_is_told_the_same(world, rows):
    wanted = {row: row.wanted({"A": "B", "B": "A", "ended": "B"}) for row in rows}

    assert world.answers(wanted, "B") == wanted


def test_what_only_takes_forms_names_the_page_of_the_forms(world):
    only_forms = [
        row
        for row in ROWS
        if row.address.startswith("admin:") and row.answers["review"][0] == "405"
    ]
    found = {
        row.address: hasattr(resolve(world.path(row, world.words(row, "A"))).func, MARK)
        for row in only_forms
    }

    assert len(found) > 15
    assert [address for address, is_marked in found.items() if not is_marked] == []
