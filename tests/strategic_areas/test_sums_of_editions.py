"""No sum that anybody was told lets a hidden cell be tried, from 1 to 9."""

import gzip
import hashlib
from base64 import b64encode
from copy import deepcopy

import pytest
from django.test import Client

from strategic_areas import workflow
from strategic_areas.datasets import editions, formats
from strategic_areas.datasets.file_cache import FILE_CACHE
from strategic_areas.datasets.formats import PACKAGE, names_of
from tests import make
from tests.crawling import text_of

pytestmark = pytest.mark.django_db

SUMS = ("md5", "sha1", "sha256", "sha512", "blake2b")


@pytest.fixture
def hidden():
    """An edition of which a number is protected since, and all that was told of it."""
    activity = make.activity()
    update = make.published_update(activity=activity, people_reached=4)
    edition = make.edition(plan=activity.plan)
    told = read(edition)
    random = bytes(edition.random).hex()
    change = make.change(activity, reaches_victims=True)
    workflow.approve(change, by=make.reviewer())
    edition.refresh_from_db()
    return edition, update.public_id, told + read(edition), random


def read(edition):
    """Headers and sums that the public is told of the files of an edition."""
    client, found = Client(), [FILE_CACHE.files(edition.plan, edition).package_sum]
    for name in names_of(editions.datasets_of(edition)):
        if name != "workbook.xlsx":
            path = f"/datos/{edition.plan.code}/{edition.number}/{name}"
            answer = client.get(path)
            assert answer.status_code == 200
            found += answer.headers.values()
            # What is told of one file may stand in another.
            found.append(text_of(b"".join(answer)))
    return found


def tried(edition, public_id, random):
    """The sums of each file with each number in the cell, in each way to write them."""
    snapshot = deepcopy(editions.snapshot_of(edition))
    datasets = editions.datasets_of(edition)
    row = snapshot.tables["reports"][public_id]
    assert row["people_reached"] is None
    for number in range(1, 10):
        row |= {"people_reached": number, "people_reached_gap": None}
        for name in ("reports.csv", "reports.json", PACKAGE):
            content = formats.make_file(name, snapshot, datasets, random)
            for packed in (content, gzip.compress(content, 6, mtime=0)):
                for each in SUMS:
                    found = hashlib.new(each, packed)
                    yield found.hexdigest()
                    yield b64encode(found.digest()).decode()


def test_no_number_that_is_tried_in_a_hidden_cell_gives_a_sum_that_was_told(hidden):
    edition, public_id, told, _random = hidden

    sums = tried(edition, public_id, bytes(edition.random).hex())

    assert [each for each in sums if any(each in said for said in told)] == []


def test_with_the_random_bits_of_before_it_would(hidden):
    edition, public_id, told, random = hidden

    assert told[0] in set(tried(edition, public_id, random))
