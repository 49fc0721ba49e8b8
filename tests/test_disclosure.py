"""Numbers of victims in reports: nothing that the public can get depends on them."""

import json
import re
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from strategic_areas import disclosure, triggers, workflow
from strategic_areas.datasets.file_cache import FILE_CACHE
from strategic_areas.disclosure import PROTECTED
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    PlanChange,
    Province,
    Region,
)
from strategic_areas.search import index
from tests import make
from tests.deep import DEEP
from tests.public_site import data_files, instances
from tools.public_bytes import unpacked

PLACE = "Provincia Zanahoria"
#: What is reported or planned. ``planned`` is the plan's own and small, ``assigned`` is
#: large and somebody else's, ``before`` stood until an amendment.
PLANTED = {
    "quantity": Decimal("7431"),
    "people_reached": 8267,
    "percent": 37,
    "planned": 6,
    "assigned": 9143,
    "before": 4,
}
#: What else might stand in the place of each, in the same order.
OTHERS = [(0,) * 6, (Decimal("8.5"), 9, 99, 9, 5, 7), (3000, 12, 50, None, None, 2)]
OTHERS = [dict(zip(PLANTED, numbers, strict=True)) for numbers in OTHERS]
OTHERS.append(dict.fromkeys(PLANTED))
#: As a page, a file or a picture would write those that nothing else looks like. The
#: decimals of another number, such as a coordinate of 22.37 %, are none of them.
WRITTEN = re.compile(
    r"(?<![\d.,])(?:(?:7[.,]?431|8[.,]?267|9[.,]?143)\b|37(?:&nbsp;|\s)?%)"
)
OF_VICTIMS = {"counts_victims": True, "reaches_victims": True}
COUNTED = {"kind": "continuing", "quantity": 500, "unit_es": "víctimas", **OF_VICTIMS}


# The rule


def activity(quantity=None, *, counts=True, reaches=True, provenance="plan"):
    return SimpleNamespace(
        quantity=quantity,
        counts_victims=counts,
        reaches_victims=reaches,
        provenance=provenance,
    )


@pytest.mark.parametrize("name", ["quantity", "percent", "people_reached", "later"])
def test_no_number_of_victims_is_told_whatever_its_size(name):
    numbers = (None, 0, 1, Decimal("9.99"), 10, 2000)

    told = {disclosure.public_figure(name, number, activity()) for number in numbers}

    assert told == {PROTECTED}


def test_other_people_and_things_are_told():
    shelters = activity(counts=False, reaches=True)
    rescues = activity(counts=True, reaches=False)

    assert disclosure.public_figure("quantity", 2, shelters) == 2
    assert disclosure.public_figure("percent", 2, shelters) == 2
    assert disclosure.public_figure("people_reached", 2, rescues) == PROTECTED
    assert disclosure.public_figure("named_later", 2, shelters) == PROTECTED


@pytest.mark.parametrize(
    ("quantity", "provenance", "counts", "told"),
    [
        (10, "plan", True, 10),
        (9, "plan", True, PROTECTED),
        (0, "plan", True, PROTECTED),
        (None, "plan", True, PROTECTED),
        (500, "documented", True, PROTECTED),
        (500, "reported", True, PROTECTED),
        (3, "documented", False, 3),
        (None, "plan", False, None),
    ],
)
def test_what_the_plan_prints_stands_as_its_own(quantity, provenance, counts, told):
    planned = activity(quantity, counts=counts, provenance=provenance)

    assert disclosure.disclose_planned_quantity(planned) == told


# What the public can get


class World:
    """A plan whose reports tell of few victims in every way that there is."""

    def __init__(self):
        today = timezone.localdate()
        self.plan = make.plan(
            code="plan-x",
            starts_on=today - timedelta(days=200),
            ends_on=today + timedelta(days=400),
        )
        self.lead = make.agency(acronym="RECTORA", slug="rectora")
        make.participation(plan=self.plan, agency=self.lead)
        self.author = make.focal_point(agency=self.lead)
        self.reviewer = make.reviewer()
        self.place = Province.objects.create(
            code="DO-99",
            name=PLACE,
            region=Region.objects.create(code="DO-98", name="Región"),
        )
        self.programme = make.programme(area=make.area(plan=self.plan))
        self.before, self.now = make.open_rounds(self.plan)
        first, second = self.commitment(), self.commitment()
        self.activities = {
            "quantity": make.activity(commitment=first, **COUNTED),
            "people_reached": make.activity(commitment=first, reaches_victims=True),
            "percent": make.activity(
                commitment=second,
                quantity=13,
                counts_victims=True,
                starts_on=self.plan.starts_on,
                due_on=today + timedelta(days=100),
                due_provenance="plan",
            ),
            "planned": make.activity(
                commitment=first, quantity=PLANTED["before"], counts_victims=True
            ),
            "assigned": make.activity(
                commitment=first,
                quantity=PLANTED["assigned"],
                counts_victims=True,
                provenance="documented",
            ),
            # Of this one everything is public, but no average with the others.
            "public": make.activity(commitment=second),
        }
        self.updates = defaultdict(list)
        self.amend()
        self.report()

    def commitment(self):
        return make.commitment(
            programme=self.programme,
            lead=self.lead,
            due_on=self.plan.ends_on,
            starts_on=self.plan.starts_on,
            due_provenance="plan",
        )

    def amend(self):
        """Let an amendment change a planned quantity: pages tell old and new."""
        planned = self.activities["planned"]
        before, now = PLANTED["before"], PLANTED["planned"]
        make.amendment(
            activity=planned,
            field="quantity",
            decided_on=timezone.localdate() - timedelta(days=5),
            **dict.fromkeys(["old_value_es", "old_value_en"], str(before)),
            **dict.fromkeys(["new_value_es", "new_value_en"], str(now)),
            old_plain=json.dumps(str(before)),
        )
        Activity.objects.filter(pk=planned.pk).update(quantity=now)

    def report(self):
        done = {"execution": "completed", "percent": 100}
        self.publish(self.activities["planned"], **done)
        self.publish(self.activities["assigned"], **done)
        self.publish(self.activities["public"], percent=60)
        for period in (self.before, self.now):
            for name in ("quantity", "people_reached"):
                said = {"percent": None, "execution": "in_progress"}
                said[name] = PLANTED[name]
                last = self.publish(self.activities[name], period=period, **said)
                self.updates[name].append(last.pk)
            said = {"percent": PLANTED["percent"], "narrative_es": period.code}
            last = self.publish(self.activities["percent"], period=period, **said)
            self.updates["percent"].append(last.pk)
        corrected = make.correction(last, narrative_es="Ahora.")
        workflow.submit(corrected, by=corrected.contributors.get())
        workflow.publish(corrected, by=self.reviewer)
        self.updates["percent"].append(corrected.pk)
        extra = make.off_plan_update(
            commitment=self.activities["quantity"].commitment,
            period=self.now,
            by=self.author,
            people_reached=PLANTED["people_reached"],
            reaches_victims=True,
        )
        self.updates["people_reached"].append(self.send(extra).pk)

    def publish(self, about, **fields):
        fields.setdefault("period", self.now)
        return self.send(make.update(activity=about, by=self.author, **fields))

    def send(self, update):
        update.places.add(self.place)
        workflow.submit(update, by=self.author)
        workflow.publish(update, by=self.reviewer)
        return update

    def tell_otherwise(self, after):
        """Put other numbers in the place of these, past every guard."""
        triggers.drop()
        for name in ("quantity", "people_reached", "percent"):
            rows = ActivityUpdate.objects.filter(pk__in=self.updates[name])
            assert rows.update(**{name: after[name]}) >= 2
        for name in ("planned", "assigned"):
            rows = Activity.objects.filter(pk=self.activities[name].pk)
            assert rows.update(quantity=after[name]) == 1
        told = PlanChange.objects.filter(field="quantity")
        values = {"old_value_es": after["before"], "new_value_es": after["planned"]}
        words = {name: "" if n is None else str(n) for name, n in values.items()}
        words |= {name.replace("_es", "_en"): said for name, said in words.items()}
        assert told.update(**words, old_plain=json.dumps(words["old_value_es"])) == 1
        # As of the same version, the search would not read them again.
        index.empty_index()

    def everything(self):
        """What every public address answers, by the address."""
        client, found = Client(), {}
        # As of the same version, no file would be made again.
        FILE_CACHE._files.clear()
        for path in sorted(self.addresses()):
            response = client.get(path)
            assert response.status_code == 200, path
            found[path] = unpacked(b"".join(response))
        return found

    def addresses(self):
        """In the short form, pages in Spanish alone."""
        for _name, *both in instances():
            yield from both if DEEP else both[:1]
        yield from data_files()
        for language in ("es", "en"):
            yield reverse(f"{language}:plan_updates", args=[self.plan.code])
            yield reverse(f"{language}:search") + "?q=actividad"


@pytest.mark.django_db
def test_no_public_address_depends_on_a_number_of_victims():
    world = World()

    first = world.everything()

    assert len(first) > (80 if DEEP else 40)
    pages = {path: body.decode("utf-8", "ignore") for path, body in first.items()}
    assert [path for path in pages if WRITTEN.search(pages[path])] == []
    assert [path for path in first if PLACE.encode() in first[path]] == []
    for numbers in OTHERS:
        world.tell_otherwise(numbers)
        now = world.everything()
        assert [path for path in first if first[path] != now[path]] == []
