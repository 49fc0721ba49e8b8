"""Small numbers of victims: nothing that the public can get depends on them."""

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from strategic_areas import disclosure, triggers, workflow
from strategic_areas.disclosure import PROTECTED
from strategic_areas.models import Activity, ActivityUpdate, Province, Region
from strategic_areas.standings import average_percent
from strategic_areas.views.search import INDEX
from tests import factories
from tests.deep import DEEP
from tests.public_site import instances

PLACE = "Provincia Zanahoria"
#: What is reported, and other numbers in its place, all of which are protected.
ONE = {"quantity": Decimal("3"), "people_reached": 2, "percent": 30, "planned": 4}
OTHER = {"quantity": Decimal("8.5"), "people_reached": 9, "percent": 60, "planned": 6}
OF_VICTIMS = {"counts_victims": True, "reaches_victims": True}
COUNTED = {"kind": "continuing", "quantity": 500, "unit_es": "víctimas", **OF_VICTIMS}


# The rule


def activity(quantity=None, *, counts=True, reaches=True):
    return SimpleNamespace(
        quantity=quantity, counts_victims=counts, reaches_victims=reaches
    )


@pytest.mark.parametrize("name", ["quantity", "people_reached", "named_later"])
def test_a_number_from_1_to_9_of_victims_is_protected(name):
    told = [disclosure.figure(name, number, activity()) for number in (None, 0, 10, 11)]
    kept = {disclosure.figure(name, number, activity()) for number in (1, 9)}

    assert told == [None, 0, 10, 11]
    assert kept | {disclosure.figure(name, Decimal("9.99"), activity())} == {PROTECTED}


def test_other_people_and_things_are_told():
    shelters = activity(counts=False, reaches=True)
    rescues = activity(counts=True, reaches=False)

    assert disclosure.figure("quantity", 2, shelters) == 2
    assert disclosure.figure("people_reached", 2, rescues) == 2
    assert disclosure.figure("named_later", 2, shelters) == PROTECTED


@pytest.mark.parametrize(
    ("percent", "planned", "counts", "expected"),
    [
        (30, 13, True, PROTECTED),
        (30, 13, False, 30),
        (0, 13, True, 0),
        (100, 13, True, 100),
        (100, 9, True, PROTECTED),
        (30, None, True, 30),
        (None, 13, True, None),
    ],
)
def test_a_percent_of_a_planned_quantity_gives_no_number_away(
    percent, planned, counts, expected
):
    assert disclosure.percent(percent, planned, counts) == expected


def test_no_average_lets_a_protected_percent_be_subtracted():
    assert average_percent([40, PROTECTED]) == PROTECTED
    assert average_percent([None, PROTECTED]) is None


# What the public can get


class World:
    """A plan whose reports tell of few victims in every way that there is."""

    def __init__(self):
        today = timezone.localdate()
        self.plan = factories.make_plan(
            code="plan-x",
            starts_on=today - timedelta(days=200),
            ends_on=today + timedelta(days=400),
        )
        self.lead = factories.make_agency(acronym="RECTORA", slug="rectora")
        factories.make_participation(plan=self.plan, agency=self.lead)
        self.author = factories.make_focal_point(agency=self.lead)
        self.reviewer = factories.make_reviewer()
        self.place = Province.objects.create(
            code="DO-99",
            name=PLACE,
            region=Region.objects.create(code="DO-98", name="Región"),
        )
        self.programme = factories.make_programme(
            area=factories.make_area(plan=self.plan)
        )
        self.before = factories.make_round(
            plan=self.plan,
            starts_on=today - timedelta(days=180),
            ends_on=today - timedelta(days=90),
            opens_on=today - timedelta(days=89),
            due_on=today - timedelta(days=60),
            closes_on=today + timedelta(days=2),
        )
        self.now = factories.make_round(
            plan=self.plan,
            starts_on=today - timedelta(days=89),
            ends_on=today - timedelta(days=11),
        )
        first, second = self.commitment(), self.commitment()
        self.activities = {
            "quantity": factories.make_activity(commitment=first, **COUNTED),
            "people_reached": factories.make_activity(
                commitment=first, reaches_victims=True
            ),
            "percent": factories.make_activity(
                commitment=second,
                quantity=13,
                counts_victims=True,
                starts_on=self.plan.starts_on,
                due_on=today + timedelta(days=100),
                due_provenance="plan",
            ),
            "planned": factories.make_activity(
                commitment=first, quantity=ONE["planned"], counts_victims=True
            ),
        }
        self.report()

    def commitment(self):
        return factories.make_commitment(
            programme=self.programme,
            lead=self.lead,
            due_on=self.plan.ends_on,
            starts_on=self.plan.starts_on,
            due_provenance="plan",
        )

    def report(self):
        done = {"execution": "completed", "percent": 100}
        self.publish(self.activities["planned"], **done)
        for period in (self.before, self.now):
            for name in ("quantity", "people_reached"):
                said = {"percent": None, "execution": "in_progress", name: ONE[name]}
                last = self.publish(self.activities[name], period=period, **said)
            self.publish(self.activities["percent"], period=period, percent=30)
        corrected = factories.make_correction(last, percent=None, narrative_es="Ahora.")
        workflow.submit(corrected, by=corrected.contributors.get())
        workflow.publish(corrected, by=self.reviewer)
        extra = factories.make_off_plan_update(
            commitment=self.activities["quantity"].commitment,
            period=self.now,
            by=self.author,
            people_reached=ONE["people_reached"],
            reaches_victims=True,
        )
        self.send(extra)

    def publish(self, about, **fields):
        fields.setdefault("period", self.now)
        return self.send(
            factories.make_update(activity=about, by=self.author, **fields)
        )

    def send(self, update):
        update.places.add(self.place)
        workflow.submit(update, by=self.author)
        workflow.publish(update, by=self.reviewer)
        return update

    def tell_otherwise(self):
        """Put other small numbers in the place of these, past every guard."""
        triggers.drop()
        for name in ("quantity", "people_reached", "percent"):
            rows = ActivityUpdate.objects.filter(**{name: ONE[name]})
            assert rows.update(**{name: OTHER[name]}) >= 2
        rows = Activity.objects.filter(quantity=ONE["planned"])
        assert rows.update(quantity=OTHER["planned"]) == 1
        # As of the same version, the search would not read them again.
        INDEX._version = None

    def everything(self):
        """What every public address answers, by the address."""
        client, found = Client(), {}
        for path in sorted(self.addresses()):
            response = client.get(path)
            assert response.status_code == 200, path
            found[path] = b"".join(response)
        return found

    def addresses(self):
        """In the short form pages of today in Spanish, those of the past in English."""
        past = {"plan", "areas", "area", "commitments", "agencies", "agency"}
        for name, *both in instances():
            yield from both if DEEP else both[:1]
            if name in past:
                then = both if DEEP else both[1:]
                yield from (f"{each}?at={self.before.code}" for each in then)
        for language in ("es", "en"):
            yield reverse(f"{language}:plan_updates", args=[self.plan.code])
            yield reverse(f"{language}:search") + "?q=actividad"


@pytest.mark.django_db
@pytest.mark.sqlite
def test_no_public_address_depends_on_a_small_number_of_victims():
    world = World()

    before = world.everything()
    world.tell_otherwise()
    after = world.everything()

    assert len(before) > (80 if DEEP else 40)
    assert [path for path in before if before[path] != after[path]] == []
    assert [path for path in before if PLACE.encode() in before[path]] == []
    marked = [path for path in before if b"Dato protegido" in before[path]]
    names = ("avances.csv", "avances/", "compromisos/", "compromisos.csv")
    assert [name for name in names if not any(name in path for path in marked)] == []
