"""Three matrices as ministries make them are read as a careful person reads them."""

from collections import Counter

import pytest

from tests.strategic_areas.reading_matrices import THREE, one_of_three


@pytest.mark.parametrize("name", THREE)
def test_the_totals_are_reached(name):
    reading, expected = one_of_three(name)

    counted = Counter(line.table for line in reading.lines)

    assert {t: counted[t] for t in expected["totals"]} == expected["totals"]
