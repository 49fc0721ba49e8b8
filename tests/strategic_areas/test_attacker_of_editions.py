"""
What somebody computes of few people from all packages that can be taken now: nothing.

She reads today's package and that of each edition, and so every difference of two.
"""

import pytest

from strategic_areas import figures
from strategic_areas.datasets import removals
from strategic_areas.datasets.editions import pack_rows, unpack_rows
from strategic_areas.models import Indicator
from tests.strategic_areas.attacker import HALVES, computed
from tests.strategic_areas.test_attacker import change_dimension, count_again, portal_of

pytestmark = pytest.mark.django_db

#: Of these few people the invented portal counts so many in its first year.
FEW = {"girl": 3, "boy": 12}


def count_women_again(portal):
    """Three women more, who stand alone in a group of their own."""
    portal.count(HALVES[0], "woman", 43)


def count_victims(portal):
    """What told each number as it is counts victims from now on."""
    for indicator in Indicator.objects.all():
        indicator.sensitive, indicator.family = True, "victims"
        indicator.save()


def withdraw_from_family(portal):
    """The indicator that told the total tells it no more."""
    portal.let_tell("assisted")


CHANGES = {
    "a count moves little": count_again,
    "one of a part moves little": count_women_again,
    "the breakdown is another one": change_dimension,
    "it counts victims from now on": count_victims,
    "another one tells the total": withdraw_from_family,
}


def two_editions(change):
    """A portal that published before and after a change, with an edition of each."""
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
    removals._change(second, {rows: pack_rows(table)}, [])

    portal.read_packages()

    assert computed(portal) != []
