"""
What one person posts, anywhere and in any role, stands on no public page or file.

Each role opens every page that it may read and sends every form there, with a word or a
number of its own in each field. Then the public portal is read: in the short form a
page of each kind, every commitment and every workbook. Afterwards each choice of a
record is changed alone, and what the public reads of it stays as it was.
"""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import transaction
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from agencies.accounts import sessions
from strategic_areas.models import PublicationVersion
from strategic_areas.queries.public_rows import row_differences
from tests import make
from tests.deep import DEEP, drawn
from tests.one_person import (
    A_DAY,
    WORD,
    Person,
    Unchanged,
    numbers_in,
    public_addresses,
    read_public,
    read_rows,
    turned,
)
from tests.permission_posts import POSTS, form_for
from tests.test_permission_matrix import IN_USE, ROWS, Visited

pytestmark = pytest.mark.django_db

ROLES = ("A", "review", "keep")
#: Forms of staff of which nothing is kept, and why.
KEEP_NOTHING = {
    "admin:practice_check": "a practice stands in the session alone",
    "admin:practice_delete": "likewise",
    "admin:practice_row": "likewise",
    "admin:practice_row_attach": "likewise",
    "admin:raw_values_of_agency": "it answers with a file",
    "admin:raw_values_of_indicator": "it answers with a file",
    "admin:matrix": "it previews a matrix; planbook_save keeps it",
    "admin:planbook": "it previews a workbook; planbook_save keeps it",
    "admin:workbook": "it previews a workbook; workbook_save keeps it",
}
#: Whoever may only read a record is shown its form, and refused what she sends.
NO_DOOR = {403, 404}
#: What ends the session of whoever asks for it.
ENDS_SESSION = {"admin:logout", "admin:login"}
#: A round of days that no other one asks about.
NEXT_ROUND = {
    "=starts_on": "2027-01-01",
    "=ends_on": "2027-06-30",
    "=opens_on": "2027-07-01",
    "=due_on": "2027-07-20",
    "=closes_on": "2027-07-31",
}
#: The years in which a body asked for something.
YEARS = {"=years_read": '["2019"]', "=years_told": "[]"}
#: Address of a page that takes a workbook → where it is taken, from there.
WORKBOOKS = {"admin:planbook": "archivo/", "admin:workbook": ""}
#: The act by which the structure of an approved plan changes.
ACT = {"act-act": "resolution", "act-decided_on": A_DAY}
#: An empty row for evidence.
NO_EVIDENCE = {
    f"=evidences-0-{name}": ""
    for name in ("title_es", "url", "archive_office", "archive_number")
}
#: What a person may say in public alone: address and field → why.
MAY_BE_SAID = {}


def answer(row, role, method):
    """What the table says that a role is told at an address."""
    return row.told({role: role}, role, method)


class Walk:
    """All that one role may post, and what the public then reads."""

    def __init__(self, visited, role):
        self.visited, self.role, self.world = visited, role, visited.world
        client = self.world.clients[role]
        client.raise_request_exception = True
        self.person = Person(client)

    def send_everything(self):
        # A workbook changes what is not handed in yet, and so comes first.
        for row in sorted(ROWS, key=lambda row: row.address not in WORKBOOKS):
            if row.address.startswith("admin:") and row.address not in ENDS_SESSION:
                self.send(row)
        self.ask_for_a_closed_round()
        self.after = read_public()

    def send_alone(self):
        """What only takes forms and took none yet, each as if nothing was sent."""
        for row in ROWS:
            is_open = answer(row, self.role, "post")[-1] in "!~"
            is_of_staff = row.address.startswith("admin:")
            if is_of_staff and is_open and row.address not in self.person.accepted:
                words = self.visited.words(row, "A")
                known = form_for(row.address, words)
                with transaction.atomic():
                    self.person.send_known(self.visited.path(row, words), known)
                    transaction.set_rollback(True)

    def send(self, row):
        """Every form of a page, and what else is known to be taken at its address."""
        words = self.visited.words(row, "A")
        path = self.visited.path(row, words)
        if answer(row, self.role, "get") == "200":
            if row.address in WORKBOOKS:
                self.person.send_workbook(path, path + WORKBOOKS[row.address], ACT)
            for form in self.person.open(path):
                self.person.send(form, self.besides(row))
        if row.address in POSTS and row.address not in self.person.accepted:
            self.person.send_known(path, form_for(row.address, words))

    def besides(self, row):
        """What a record of the kind holds, for the form of another one."""
        found = {}
        if row.model:
            model = apps.get_model(row.model)
            record = model._default_manager.get(pk=self.world.rows[model])
            found = {
                each.name: each.value_from_object(record)
                for each in model._meta.concrete_fields
            }
        found = {name: value for name, value in found.items() if value}
        return found | ACT | self.differing(row.address)

    def turn_each(self, page, before, rows):
        """Change each choice of a record's form alone; yield what the public reads."""
        for form in self.person.open(page):
            kept = self.person.filled(form, ACT, only="")
            for control in form.fields:
                for each in turned(control):
                    yield from self.turn(form.action, kept | each, each, before, rows)

    def turn(self, action, data, each, before, rows):
        """
        The public addresses that a post changes; nothing of it is kept.

        What differs in the public ``rows`` explains each.
        """
        sent = {name: value for name, value in data.items() if value is not None}
        after, left, why = {}, None, None
        with transaction.atomic():
            counters = PublicationVersion.counters()
            if self.person.post(action, sent) and (
                DEEP or PublicationVersion.counters() != counters
            ):
                after, left = read_public(), {*public_addresses()}
                why = row_differences(rows, read_rows())
            transaction.set_rollback(True)
        before.read(after)
        for path, text in after.items():
            # A workbook says when it was made; a table of the same holds it.
            if not path.endswith(".xlsx") and text != before[path]:
                yield self.role, action, each, path, why
        gone = () if left is None else {*public_addresses()} - left
        yield from ((self.role, action, each, path, why) for path in gone)

    def differing(self, address):
        """In what another record must differ from the one that there is."""
        world = self.world
        a, b = world.agencies["A"], world.agencies["B"]
        made = {
            "admin:agencies_factorreset_add": lambda: {"user": world.people["B"].pk},
            "admin:agencies_focalpoint_add": lambda: {
                "=user": world.successor.pk,
                "=agency": b.pk,
                "=kind": "alternate",
                "=ends_on": "2090-01-01",
            },
            "admin:agencies_invitation_add": lambda: {
                "=role": "reviewer",
                "=agency": "",
                "=kind": "",
            },
            "admin:strategic_areas_activityupdate_add": lambda: {
                "=activity": make.activity(plan=world.plan, agency=a).pk,
                "=period": world.open.pk,
                "=reserved_reason": "",
                "=reserved_legal_basis": "",
                **NO_EVIDENCE,
            },
            "admin:strategic_areas_commitmentupdate_add": lambda: {
                "=commitment": make.commitment(plan=world.plan, lead=a).pk,
                "=period": world.open.pk,
                **NO_EVIDENCE,
            },
            "admin:strategic_areas_recorddispute_change": lambda: {
                "=outcome": "kept",
                "=resolved_on": A_DAY,
            },
            "admin:strategic_areas_frameworktarget_add": lambda: YEARS,
            "admin:strategic_areas_frameworktarget_change": lambda: YEARS,
            "admin:strategic_areas_targetlink_add": lambda: {
                "=target": make.target().pk,
                "=commitment": "",
            },
            "admin:strategic_areas_plan_change": lambda: {"=status": "ended"},
            "admin:strategic_areas_reportingperiod_add": lambda: NEXT_ROUND,
            "admin:value_recorded": lambda: {
                "=source": make.source(plan=world.plan).pk
            },
        }
        return made.get(address, dict)()

    def ask_for_a_closed_round(self):
        """Ask that a round be reopened, which takes a round that is closed."""
        today = timezone.localdate()
        closed = make.round(
            plan=self.world.plan,
            starts_on=today - timedelta(days=400),
            ends_on=today - timedelta(days=300),
            opens_on=today - timedelta(days=299),
            due_on=today - timedelta(days=280),
            closes_on=today - timedelta(days=270),
        )
        words = [closed.pk, self.world.agencies["A"].slug]
        page = reverse("admin:sheet", args=words)
        for form in self.person.open(page):
            self.person.send(form, {})


@pytest.fixture(scope="module")
def visited(lasting):
    with pytest.MonkeyPatch.context() as patch, override_settings(**IN_USE):
        patch.setattr(sessions, "MAX_PROOF_AGE_TO_OPEN", sessions.MAX_PROOF_AGE_TO_SEND)
        yield Visited()


@pytest.fixture(scope="module")
def planted(visited):
    """The pages of records whose flags protect a small number."""
    world = visited.world
    activity = make.activity(
        plan=world.plan, counts_victims=True, quantity=10, unit_es="víctimas"
    )
    make.published_update(activity=activity, quantity=3, percent=30)
    place = [world.plan.code, "actividad", activity.pk]
    return [
        reverse("admin:plan_node", args=place),
        reverse("admin:strategic_areas_reportingperiod_change", args=[world.late.pk]),
    ]


@pytest.fixture(scope="module")
def walked(visited):
    """What the public reads at first, and the walk of each role."""
    before, walks = Unchanged(), [Walk(visited, role) for role in ROLES]
    for walk in walks:
        with transaction.atomic():
            walk.send_everything()
            transaction.set_rollback(True)
        walk.send_alone()
    return before, walks


def test_each_address_takes_a_post_of_somebody(walked):
    _before, walks = walked
    accepted = {name for walk in walks for name in walk.person.accepted}
    found = {name for walk in walks for name in walk.person.found}
    only_take_forms = {
        row.address
        for row in ROWS
        for role in ROLES
        if row.address.startswith("admin:")
        and answer(row, role, "get") == "405"
        and answer(row, role, "post")[:3] in {"200", "302", "422"}
    }

    missing = (found | only_take_forms | {*POSTS}) - accepted - {*KEEP_NOTHING}
    refused = {
        name: [
            said
            for walk in walks
            for said in walk.person.refused.get(name, [])
            if said[0] not in NO_DOOR
        ]
        for name in missing
        if name.startswith("admin:") and not name.endswith("_changelist")
    }
    seen = {name for walk in walks for name in walk.person.refused}
    assert {
        name: said for name, said in refused.items() if said or name not in seen
    } == {}


def test_nothing_that_one_person_types_is_public(walked):
    before, walks = walked
    found = set()
    for walk in walks:
        typed = walk.person.typed
        for path, text in walk.after.items():
            said = {word.lower() for word in WORD.findall(text)} & {*typed}
            # A token may look like a word that nobody typed.
            if numbers := numbers_in(text) & {*typed}:
                before.read([path])
                said |= numbers - numbers_in(before[path])
            found |= {(walk.role, *typed[word], path) for word in said}

    assert [each for each in sorted(found) if each[1:3] not in MAY_BE_SAID] == []


def test_no_choice_of_one_person_changes_what_is_read(visited, planted):
    """In the short form of some kinds of records, and of those that are planted."""
    before, rows, changed = Unchanged(), read_rows(), []
    for role in ("review", "keep"):
        walk = Walk(visited, role)
        pages = [
            visited.path(row, visited.words(row, "A"))
            for row in ROWS
            if row.address.endswith("_change") and answer(row, role, "get") == "200"
        ]
        for page in [*drawn(pages, 2, key=role), *planted]:
            changed += walk.turn_each(page, before, rows)

    assert changed == []
