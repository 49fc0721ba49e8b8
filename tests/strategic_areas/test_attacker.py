"""
What somebody who keeps all that was public computes of few people: nothing.

Invented portals publish several times, with a number, a dimension, a flag, a source, a
teller or a plan changed between, and figures hidden and shown again. Each rule is then
taken away, which the attacker must notice.
"""

from collections import defaultdict
from itertools import product

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings, strategies as st

from strategic_areas import disclosure, figures
from strategic_areas.datasets import removals
from strategic_areas.datasets.editions import pack_rows, unpack_rows
from strategic_areas.disclosure import (
    CategoryCount,
    DisclosedCell,
    DisclosedCounts,
    Disclosure,
)
from strategic_areas.figures import DisclosureHistory
from strategic_areas.models import Indicator
from tests.deep import DEEP
from tests.strategic_areas.attacker import HALVES, PEOPLE, SPANS, Portal, computed

pytestmark = pytest.mark.django_db

LARGE = {(half, person): 40 for half in HALVES for person in PEOPLE}


def portal_of(**few):
    """
    A portal with large counts; of these people it counts so many in the first year.

    Nothing is published yet.
    """
    counts = dict(LARGE)
    for person, number in few.items():
        counts[HALVES[0], person], counts[HALVES[1], person] = number, 0
    portal = Portal(counts)
    portal.write()
    return portal


# Larger worlds, by integer programming

NUMBERS = st.sampled_from([0, 0, 1, 2, 3, 5, 8, 9, 10, 12, 17, 30, 47])
NAMES, TIMES = st.sampled_from(["all", "assisted", "women"]), st.sampled_from([*SPANS])
PERSONS, DIMENSIONS = st.sampled_from([*PEOPLE]), ["sex+age", "sex", "age", ""]
STEPS = st.one_of(
    st.tuples(st.just("count"), st.sampled_from(HALVES), PERSONS, NUMBERS),
    st.tuples(st.just("count"), st.sampled_from(HALVES), PERSONS, NUMBERS),
    st.tuples(st.just("dimension"), NAMES, st.sampled_from(DIMENSIONS)),
    st.tuples(st.just("let_tell"), NAMES),
    st.tuples(
        st.just("flag"), NAMES, st.sampled_from(["national", "selects"]), st.booleans()
    ),
    st.tuples(st.just("family"), NAMES, st.sampled_from(["victims", "accused", ""])),
    st.tuples(st.just("print"), NAMES, TIMES, st.booleans(), st.none() | PERSONS),
    st.tuples(st.just("take_print_back")),
    st.tuples(
        st.just("set_status"),
        NAMES,
        TIMES,
        st.sampled_from(["provisional", "confirmed"]),
    ),
    st.tuples(st.just("hide"), st.booleans()),
    st.tuples(st.just("add_of_another_plan")),
)


def play(portal, step):
    kind, *words = step
    if kind == "dimension":
        portal.set_of(words[0], dimension=words[1])
    elif kind == "family":
        portal.set_of(words[0], family=words[1], is_teller=False)
    elif kind == "flag":
        portal.set_of(words[0], **{words[1]: words[2]})
    elif kind == "print":
        name, span, is_official, part = words
        if part not in (None, *portal.counted(name)):
            return
        source = portal.official if is_official else portal.press
        portal.print_total(name, span, source=source, part=part)
    elif kind != "add_of_another_plan" or "other" not in portal.indicators:
        getattr(portal, kind)(*words)


@settings(
    max_examples=400 if DEEP else 8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    counts=st.fixed_dictionaries(dict.fromkeys(LARGE, NUMBERS)),
    steps=st.lists(STEPS, min_size=4, max_size=6),
)
def test_no_publications_together_tell_of_few_people(counts, steps):
    with transaction.atomic():
        portal = Portal(counts)
        portal.write()
        portal.publish()
        for step in steps:
            play(portal, step)
            portal.publish()

        assert computed(portal) == []
        transaction.set_rollback(True)


# What the attacker must notice


def tell_parts(parts, groups):
    return tuple(DisclosedCell((part.category,), part.value) for part in parts)


def tell_totals(value, dimension, parts, told):
    return Disclosure(DisclosedCounts(value))


def all_tell(raws):
    return {raw.measurement.pk for raw in raws if raw.year}


def count_again(portal):
    """From 47 to 49: two people by a correction."""
    portal.count(HALVES[0], "man", 42)


def change_dimension(portal):
    portal.set_of("all", dimension="sex")


def nothing_more(portal):
    """Publish again."""


#: The few people; what happens between two publications; the rule that is taken away.
LEAKS = {
    "a small part is told": (
        {"boy": 3},
        nothing_more,
        (disclosure, "_merge_small_parts", tell_parts),
    ),
    "a total moves by two": ({}, count_again, (figures, "disclose", tell_totals)),
    "two dimensions are told": (
        {"boy": 3, "girl": 12},
        change_dimension,
        (DisclosureHistory, "forms", lambda memory, raw: ([], None)),
    ),
    "two indicators of a family tell": (
        {"man": 3, "boy": 10, "girl": 20},
        nothing_more,
        (figures, "_total_ids", all_tell),
    ),
    "print and a total stand beside each other": (
        {"man": 3, "boy": 0},
        nothing_more,
        (DisclosureHistory, "is_covered", lambda memory, raw: False),
    ),
}


@pytest.mark.parametrize("name", LEAKS)
def test_the_attacker_notices_each_rule_that_is_taken_away(name, monkeypatch):
    few, happens, rule = LEAKS[name]
    found = []
    for is_kept in (True, False):
        with transaction.atomic(), monkeypatch.context() as patch:
            portal = portal_of(**few)
            if name.startswith("print"):
                portal.print_total("women", "2030", source=portal.official)
            if not is_kept:
                patch.setattr(*rule)
            portal.publish()
            happens(portal)
            portal.publish()
            found.append(computed(portal))
            transaction.set_rollback(True)

    assert found[0] == []
    assert found[1] != []


# Small worlds, every one of them

#: In the small worlds a number from 1 to 2 is small, so that all of them can be tried.
SMALL_LEAST = 3
#: Two parts with every total up to this one: of a total that is told, every way to
#: divide it is tried.
MOST = 6
COUNTS = [pair for pair in product(range(MOST + 1), repeat=2) if sum(pair) <= MOST]


def told_of(numbers, forms):
    """What is told of two parts in a group of their own each, after these forms."""
    parts = [CategoryCount("adult", numbers[0]), CategoryCount("girl", numbers[1])]
    telling = disclosure.disclose(sum(numbers), "sex+age", parts, forms)
    is_new = telling.form is not None and not telling.is_unchanged
    return str(telling), [*forms, telling.form] if is_new else forms


def histories(length):
    """What the public reads in so many publications → every series of counts of it."""
    found = defaultdict(list)
    for series in product(COUNTS, repeat=length):
        forms, read = [], []
        for numbers in series:
            said, forms = told_of(numbers, forms)
            read.append(said)
        found[tuple(read)].append(series)
    return found


def determined(series):
    """The small numbers that all series share: parts, totals, and how they moved."""
    ways = {
        (kind, first, second): [
            measure(each[first]) - (measure(each[second]) if second is not None else 0)
            for each in series
        ]
        for kind, measure in {
            "one": lambda counted: counted[0],
            "other": lambda counted: counted[1],
            "both": sum,
        }.items()
        for first in range(len(series[0]))
        for second in (None, *range(first))
    }
    return [
        way
        for way, numbers in ways.items()
        if len({*numbers}) == 1 and 1 <= abs(numbers[0]) < SMALL_LEAST
    ]


def test_in_small_worlds_no_history_determines_few_people(monkeypatch):
    monkeypatch.setattr(disclosure, "SMALLEST_DISCLOSED", SMALL_LEAST)

    leaks = {
        read: determined(series)
        for read, series in histories(4 if DEEP else 3).items()
        if determined(series)
    }

    assert leaks == {}


# What somebody computes of few people from all packages that can be taken now: nothing

#: Of these few people the invented portal counts so many in its first year.
FEW = {"girl": 3, "boy": 12}


def count_victims(portal):
    """What told each number as it is counts victims from now on."""
    for indicator in Indicator.objects.all():
        indicator.sensitive, indicator.family = True, "victims"
        indicator.save()


CHANGES = {
    "a count moves little": count_again,
    "one of a part moves little": lambda portal: portal.count(HALVES[0], "woman", 43),
    "the breakdown is another one": change_dimension,
    "it counts victims from now on": count_victims,
    "another one tells the total": lambda portal: portal.let_tell("assisted"),
}


def two_editions(change):
    portal = portal_of(**FEW)
    if change is count_victims:
        Indicator.objects.update(sensitive=False, family="", is_teller=False)
    portal.publish()
    first = portal.keep_edition()
    change(portal)
    portal.publish()
    return portal, first, portal.keep_edition()


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_editions_and_today_together_tell_of_few_people_nothing(change):
    portal, _first, _second = two_editions(change)

    portal.read_packages()

    assert computed(portal) == []


def test_she_notices_an_edition_that_still_tells_what_is_protected(monkeypatch):
    monkeypatch.setattr(figures, "protect_in_editions", lambda _touched: None)
    portal, _first, _second = two_editions(count_victims)

    portal.read_packages()

    assert computed(portal) != []


def test_she_notices_a_number_by_which_two_editions_tell_a_few():
    portal, _first, second = two_editions(count_again)
    rows = second.datasets.get(dataset="values")
    table = unpack_rows(rows.content)
    told = next(row for row in table.values() if row["value"])
    told["value"] += 2
    removals._store(second, {rows: pack_rows(table)}, [])

    portal.read_packages()

    assert computed(portal) != []
