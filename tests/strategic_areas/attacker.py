"""
Somebody who knows the rule of protection, keeps all that was public, and computes.

The people whom an invented portal counts are told apart by half-year, sex and age. What
a public file says is an equation about them. Integer programming then says which values
an unprinted number of people may have.
"""

import csv
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date
from io import BytesIO
from itertools import product
from zipfile import ZipFile

import numpy as np
from django.test import Client
from scipy.optimize import Bounds, LinearConstraint, milp

from strategic_areas import figures
from strategic_areas.datasets import editions
from strategic_areas.datasets.file_cache import FILE_CACHE
from strategic_areas.models import Indicator, PublishedFigure
from strategic_areas.models.measurements import Breakdown, Measurement
from tests import make

#: Who is counted: the category of each dimension that holds them.
PEOPLE = {
    "woman": {"sex": "female", "age": "adult"},
    "man": {"sex": "male", "age": "adult"},
    "girl": {"sex": "female", "age": "child"},
    "boy": {"sex": "male", "age": "child"},
}
HALVES = tuple((year, half) for year in (2030, 2031) for half in (1, 2))
DAYS = {1: ((1, 1), (6, 30)), 2: ((7, 1), (12, 31))}
#: Days that are counted together, by name: two years, and a year across both.
SPANS = {"2030": HALVES[:2], "2031": HALVES[2:], "across": HALVES[1:3]}
#: So many values must stay possible of a number of people from 1 to 9.
ENOUGH = 5
#: No count of an invented portal is larger.
MOST = 400


def ends_of(span):
    (first, last) = SPANS[span][0], SPANS[span][-1]
    return date(first[0], *DAYS[first[1]][0]), date(last[0], *DAYS[last[1]][1])


def category(person, dimension):
    return person if dimension == "sex+age" else PEOPLE[person][dimension]


@dataclass(frozen=True)
class Fact:
    """
    Some people of one count number ``value``; within ``margin`` if it is not exact.

    ``people`` are pairs of a half-year and a person. ``is_print`` is true of what a
    source printed; ``step`` is the publication in which it was read.
    """

    version: int
    people: frozenset
    value: int
    step: int
    is_print: bool = False
    margin: int = 0


@dataclass
class Portal:
    """
    What is counted, by half-year and person, and each version of it that there was.

    ``all`` tells the family's totals at first, ``assisted`` counts the same people at a
    later stage, and ``women`` counts some of them.
    """

    counts: dict
    versions: list = field(default_factory=list)
    facts: list = field(default_factory=list)
    kept: dict = field(default_factory=dict)
    step: int = 0

    def __post_init__(self):
        # A world before may be undone, and its publication versions with it.
        FILE_CACHE._files.clear()
        self.plan = make.plan()
        self.official = make.source(plan=self.plan)
        self.press = make.source(plan=self.plan, kind="press")
        family = {"sensitive": True, "national": True, "family": "victims"}
        maker = make.indicator
        self.indicators = {
            "all": maker(plan=self.plan, is_teller=True, dimension="sex+age", **family),
            "assisted": maker(plan=self.plan, dimension="sex", **family),
            "women": maker(plan=self.plan, selects=True, **family),
        }
        self.measured, self.seen = {}, {}
        for name, indicator in self.indicators.items():
            self.measured |= self.measure(name, indicator)

    def measure(self, name, indicator):
        return {
            (name, span): make.measurement(
                indicator, starts_on=ends_of(span)[0], ends_on=ends_of(span)[1], value=0
            )
            for span in SPANS
        }

    def counted(self, name):
        return [each for each in PEOPLE if name != "women" or each in ("woman", "girl")]

    def people(self, name, span, dimension="", categories=()):
        """The half-years and persons of a number."""
        return frozenset(
            (half, person)
            for half in SPANS[span]
            for person in self.counted(name)
            if not dimension or category(person, dimension) in categories
        )

    def total(self, people):
        return sum(self.counts[each] for each in people)

    def write(self):
        """Bring what is stored to what is counted now."""
        self.versions.append(dict(self.counts))
        for (name, span), measurement in self.measured.items():
            measurement.value = self.total(self.people(name, span))
            measurement.save()
            for dimension in ("sex+age", "sex", "age"):
                self.write_parts(measurement, name, span, dimension)

    def write_parts(self, measurement, name, span, dimension):
        for each in {category(person, dimension) for person in self.counted(name)}:
            Breakdown.objects.update_or_create(
                measurement=measurement,
                dimension=dimension,
                category=each,
                defaults={
                    "value": self.total(self.people(name, span, dimension, [each]))
                },
            )

    def publish(self):
        """Publish, and read every number that is public now."""
        self.step += 1
        figures.publish_figures(Indicator.objects.all())
        names = {each.code: name for name, each in self.indicators.items()}
        self.read_package("", len(self.versions) - 1, names)

    def keep_edition(self):
        """Make an edition of what is public, and remember of which version it is."""
        edition = editions.make_edition(self.plan, period=make.round(plan=self.plan))
        self.kept[edition.number] = len(self.versions) - 1
        return edition

    def read_packages(self):
        """Know just what the packages of all editions and of today say now."""
        self.facts, self.seen = [], {}
        names = {each.code: name for name, each in self.indicators.items()}
        for step, (number, version) in enumerate(self.kept.items()):
            self.step = step
            self.read_package(number, version, names)
        self.read_package("", len(self.versions) - 1, names)

    def read_package(self, number, version, names):
        """Note the values and parts in a package; that of today has no number."""
        words = filter(None, ["datos", self.plan.code, number, "paquete.zip"])
        answer = Client().get("/" + "/".join(words))
        with ZipFile(BytesIO(b"".join(answer))) as package:
            tables = [
                csv.DictReader(
                    package.read(f"{name}.csv").decode("utf-8-sig").splitlines()
                )
                for name in ("values", "breakdowns")
            ]
        for row in (row for table in tables for row in table):
            code, first, last, _counter = row.get("value_id", row["id"]).split("/")
            told = {
                "starts_on": first,
                "ends_on": last,
                "dimension": row.get("dimension", ""),
                "categories": " | ".join(row.get("group", "").split("|")),
                "value": int(row["value"]) if row["value"] else None,
                "printed_in": row["printed_by"],
                "later_count_differs": row.get("differs") == "true",
            }
            self.note(names[code], told, version)

    def note(self, name, row, version):
        """Keep what a row of the file says; what it said before is no new fact."""
        days = row["starts_on"], row["ends_on"]
        span = next(each for each in SPANS if tuple(map(str, ends_of(each))) == days)
        categories = tuple(row["categories"].split(" | ")) if row["categories"] else ()
        key = name, span, row["dimension"], categories
        people = self.people(name, span, row["dimension"], categories)
        is_print = bool(row["printed_in"])
        if row["value"] is None:
            return
        fact = Fact(version, people, row["value"], self.step, is_print)
        if row["later_count_differs"] and not categories:
            self.facts.append(replace(fact, margin=9))
        # A number that stands may be of an earlier count; the first time it is not.
        if self.seen.get(key) != (row["value"], is_print):
            self.facts.append(fact)
        self.seen[key] = row["value"], is_print

    # What happens to it

    def count(self, half, person, number):
        self.counts[half, person] = number
        self.write()

    def set_of(self, name, **values):
        Indicator.objects.filter(pk=self.indicators[name].pk).update(**values)

    def let_tell(self, name):
        for each in self.indicators:
            self.set_of(each, is_teller=each == name)

    def print_total(self, name, span, *, source, part=None):
        """Let a source print a total, or one part of it, as it is counted now."""
        measurement = self.measured[name, span]
        quote = {"printed_by": source, "printed_where_es": "cuadro 3"}
        if part:
            rows = Breakdown.objects.filter(
                measurement=measurement, dimension="sex+age", category=part
            )
            rows.update(**quote)
        else:
            Measurement.objects.filter(pk=measurement.pk).update(**quote)
            measurement.refresh_from_db()

    def take_print_back(self):
        for model in (Measurement, Breakdown):
            model.objects.update(printed_by=None, printed_where_es="")
        for measurement in self.measured.values():
            measurement.refresh_from_db()

    def set_status(self, name, span, status):
        measurement = self.measured[name, span]
        measurement.status = status
        measurement.save()

    def hide(self, is_hidden):
        """Hide what is public of the teller, or show it again."""
        for figure in PublishedFigure.objects.filter(
            indicator=self.indicators["all"], is_latest=True
        ):
            figure.is_hidden = is_hidden
            figure.save()

    def add_of_another_plan(self):
        other = make.indicator(
            plan=make.plan(),
            **{"sensitive": True, "national": True, "family": "victims"},
            is_teller=True,
            dimension="age",
        )
        self.indicators["other"] = other
        self.measured |= self.measure("other", other)
        self.write()


class Attacker:
    """Solves for the people of some versions, given some facts."""

    def __init__(self, versions, facts):
        self.versions, self.facts = versions, facts
        keys = [*product(range(len(versions)), product(HALVES, PEOPLE))]
        self.places = {key: place for place, key in enumerate(keys)}
        rows = [self.row({fact.version: (fact.people, 1)}) for fact in facts]
        self.rows = np.array(rows) if rows else np.zeros((0, len(keys)))
        self.least = [fact.value - fact.margin for fact in facts]
        self.most = [fact.value + fact.margin for fact in facts]

    def row(self, wanted):
        """The coefficients of a number: version → its people, and the sign."""
        row = np.zeros(len(self.places))
        for version, (people, sign) in wanted.items():
            for each in people:
                row[self.places[version, each]] = sign
        return row

    def solve(self, row, least=None, most=None):
        """The smallest value of a number between two limits, or None."""
        limits = LinearConstraint(
            np.vstack([self.rows, row]),
            [*self.least, -np.inf if least is None else least],
            [*self.most, np.inf if most is None else most],
        )
        found = milp(
            row,
            constraints=limits,
            integrality=np.ones(len(row)),
            bounds=Bounds(0, MOST),
        )
        return round(found.fun) if found.success else None

    def possible(self, row):
        """Up to ``ENOUGH`` values that the number may have."""
        values, least = [], None
        while len(values) < ENOUGH:
            value = self.solve(row, least=least)
            if value is None:
                break
            values.append(value)
            least = value + 1
        return values


def people_asked():
    """Every set of people about whom somebody may ask."""
    persons = [{person} for person in PEOPLE]
    persons += [{"woman", "girl"}, {"man", "boy"}, {"woman", "man"}, {"girl", "boy"}]
    persons.append(set(PEOPLE))
    halves = [*SPANS.values(), *((half,) for half in HALVES)]
    for some, times in product(persons, halves):
        yield frozenset(product(times, some))


def computed(portal):
    """
    The numbers of people from 1 to 9 of which fewer than ``ENOUGH`` values are left.

    A number is one of a version, or how far two versions are apart. What follows from
    print alone, or from print that came after what was told of the same days, is the
    cost of print and not among them.
    """
    attacker = Attacker(portal.versions, portal.facts)
    printed = Attacker(portal.versions, [f for f in portal.facts if f.is_print])
    before = Attacker(portal.versions, facts_without_later_print(portal.facts))
    found = []
    for people, wanted in product(people_asked(), pairs(len(portal.versions))):
        asked = {version: (people, sign) for version, sign in wanted}
        value = sum(
            sign * portal.versions[version][each]
            for version, sign in wanted
            for each in people
        )
        if not 1 <= abs(value) <= 9:
            continue
        row = attacker.row(asked)
        if all(len(each.possible(row)) < ENOUGH for each in (attacker, before)) and (
            len(printed.possible(row)) >= ENOUGH
        ):
            found.append((sorted(people), wanted, value))
    return found


def pairs(number):
    for version in range(number):
        yield ((version, 1),)
        for other in range(version):
            yield ((version, 1), (other, -1))


def facts_without_later_print(facts):
    """What is known without print of days of which something was told before."""
    told = defaultdict(lambda: 1_000)
    for fact in facts:
        if not fact.is_print:
            for half, _person in fact.people:
                told[half] = min(told[half], fact.step)
    return [
        fact
        for fact in facts
        if not fact.is_print
        or all(told[half] >= fact.step for half, _person in fact.people)
    ]
