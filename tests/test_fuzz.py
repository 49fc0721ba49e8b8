"""
Whatever is typed into an address, a query or a form, nothing breaks and nothing leaks.

`make test` tries a part of the cases, drawn by SEED and on each database another one;
`make deep` tries all of them: every address, for four kinds of people, with each value
in each place; who may read a page share the parameters of its query. What a request
changes is rolled back, as in the permission matrix.
"""

import random
import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import product
from urllib.parse import quote

import pytest
from django.contrib.admin.sites import site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction

from plan_portal import sign_in_flood
from plan_portal.logs import JsonFormatter
from tests.deep import drawn
from tests.permission_posts import QUERIES, form_for
from tests.test_permission_matrix import ROWS, Visitors, addresses

pytestmark = pytest.mark.both_databases

ROLES = ["nobody", "A", "review", "keep"]
#: Stands in every value, so that the log can be searched for it.
MARK = "7318731873"
VALUES = {
    "words": f"{MARK} x'\"<á>",
    "digits": MARK * 500,
    "beyond": MARK * 2,
    "negative": f"-{MARK}",
    "null": f"{MARK}\0{MARK}",
    "json": f'{{"id": {MARK * 440}, "response": {{}}}}',
    "nested": "[" * 5000 + MARK,
    "float": f"{MARK}e999",
    "date": f"9999-99-99{MARK}",
    "foreign": "1",
    "file": None,
}
#: Parameters that code reads of a query without a form that shows them.
PARAMETERS = [
    *("q", "area", "programme", "agency", "state", "punctuality", "framework"),
    *("period", "sort", "page", "after", "before", "at", "next", "codigo", "term"),
    *("app_label", "model_name", "field_name", "o", "p", "all", "e", "event"),
    *("_popup", "_to_field", "_facets", "_changelist_filters", "at__gte", "user"),
]
ACCESS, LINE = "plan_portal.access", JsonFormatter()
FIELD = re.compile(r'<(?:input|select|textarea|button)\b[^>]*?\sname="([^"]+)"')


@dataclass(frozen=True)
class Case:
    """One hostile value for one address: in its path, in one place or in all."""

    row: object
    role: str
    method: str
    place: str
    value: str

    def __str__(self):
        return f"{self.row} {self.role} {self.method} {self.place} {self.value}"


def cases():
    """Every case; one in the path only where the path holds something."""
    seen, routes = {}, addresses()
    for row in ROWS:
        seen.setdefault((row.address, row.object == ""), row)
    for row in seen.values():
        places = (
            ("path", "one", "all") if "<" in routes[row.address] else ("one", "all")
        )
        for case in product(ROLES, ("get", "post"), places, VALUES):
            yield Case(row, *case)


@pytest.fixture(scope="module")
def db(lasting):
    """One transaction for the whole module, in the place of one for each test."""


@pytest.fixture(scope="module")
def hostile(db):
    return Hostile()


class Hostile(Visitors):
    """What answers when somebody sends the world something that is not meant."""

    def __init__(self):
        super().__init__("A")
        self.fields = {}

    def statuses(self, case):
        """The statuses that a case is answered with."""
        path = self.path_of(case)
        if case.place == "path":
            return [self.ask(case, path, {})]
        names = self.names(case)
        sent = [[name] for name in names]
        if case.place == "all":  # without one by which all others would stay unread
            sent = [[name for name in names if name != "_to_field"]]
        if case.place == "one" and case.method == "get":
            sent = self.share_of(case, sent)
        sent = drawn(sent, 1, key=str(case))
        usual = self.usual(case)
        return [
            self.ask(case, path, usual | {name: self.value(case) for name in each})
            for each in sent
        ]

    def share_of(self, case, parameters):
        """
        What this role sends of a query's parameters.

        The roles that get an answer deal them among each other, with each value
        another way; a role that is turned away sends one.
        """
        told = {role: case.row.told({role: role}, role, "get") for role in ROLES}
        readers = [role for role in ROLES if told[role][:1] in "23"] or ROLES
        if case.role not in readers:
            return random.Random(str(case)).sample(parameters, 1)  # noqa: S311
        first = readers.index(case.role) + [*VALUES].index(case.value)
        return parameters[first % len(readers) :: len(readers)]

    def value(self, case):
        if case.value == "file":
            return (
                SimpleUploadedFile(f"{MARK}.pdf", MARK.encode())
                if case.method == "post"
                else MARK
            )
        return VALUES[case.value]

    def usual(self, case):
        if case.method == "get":
            return QUERIES.get(case.row.address, {})
        return form_for(case.row.address, self.words(case.row))

    def path_of(self, case):
        words = self.words(case.row)
        if case.place == "path":
            value = quote(str(self.value(case) or MARK), safe="")
            words = defaultdict(lambda: value)
        return self.path(case.row, words)

    def names(self, case):
        """What a query may hold, or the fields that stand on the page of a form."""
        model_fields = []
        for model in site._registry:
            if model._meta.label_lower == case.row.model:
                for field in [*model._meta.fields, *model._meta.many_to_many]:
                    name = field.name
                    model_fields += [name, f"{name}__exact", f"{name}__id__exact"]
        if case.method == "get":
            return [*PARAMETERS, *model_fields]
        address = (case.row.address, case.role)
        if address not in self.fields:
            page = self.ask_page(case)
            self.fields[address] = list(dict.fromkeys(FIELD.findall(page)))
        usual = self.usual(case)
        names = [*self.fields[address], *usual, "credential", "seen_state", "action"]
        return list(dict.fromkeys(set(names) - {"csrfmiddlewaretoken"})) or names

    def ask_page(self, case):
        client = self.client(case.role)
        with transaction.atomic():
            response = client.get(self.path_of(case))
            read = response.getvalue()
            transaction.set_rollback(True)
        return read.decode(errors="replace")

    def ask(self, case, path, sent):
        with transaction.atomic():
            response = getattr(self.client(case.role), case.method)(path, sent)
            if response.streaming:
                response.getvalue()
            transaction.set_rollback(True)
        return response.status_code


def written(record):
    """What a log writes of a record; the access log has the path of an address."""
    return "" if record.name == ACCESS else LINE.format(record)


def test_nothing_breaks_and_nothing_typed_is_logged(
    hostile, caplog, settings, monkeypatch
):
    settings.SECURITY_CONTACT = "mailto:seguridad@example.org"
    # The long form is a flood of sign-ins, which would be refused with 503.
    monkeypatch.setattr(sign_in_flood, "FLOOD_COUNT", 1_000_000)
    broken, told = [], []

    for case in drawn(cases(), 100, key=connection.vendor):
        caplog.clear()
        statuses = hostile.statuses(case)
        if any(status >= 500 for status in statuses):
            broken.append(str(case))
        elif any(MARK in written(record) for record in caplog.records):
            told.append(str(case))

    assert broken == []
    assert told == []
