"""Editions: made once, kept as they were, and changed by a taking away alone."""

import gzip
import hashlib
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from datetime import timedelta
from itertools import count
from threading import Barrier

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from agencies import audit
from agencies.access import RefusedError
from agencies.audit import AuditEntry
from strategic_areas import workflow
from strategic_areas.datasets import DATASETS, editions, formats
from strategic_areas.datasets.file_cache import FILE_CACHE
from strategic_areas.datasets.formats import PACKAGE, names_of
from strategic_areas.datasets.snapshots import take_snapshot
from strategic_areas.desk.rounds import notices
from strategic_areas.models import (
    Edition,
    EditionRows,
    PublicationVersion,
    ReportingPeriod,
)
from strategic_areas.models.publication import VersionCounters
from tests import make
from tests.crawling import text_of
from tests.make.plans import put_back_in_preparation

pytestmark = pytest.mark.django_db


def make_closed_round(**fields):
    today = timezone.localdate()
    days = {"opens_on": -40, "due_on": -10, "closes_on": -1}
    fields |= {name: today + timedelta(days=number) for name, number in days.items()}
    return make.round(**fields)


def test_an_edition_tells_what_the_public_read_on_its_day():
    commitment = make.commitment()
    plan = commitment.plan
    told = take_snapshot(plan)

    edition = editions.make_edition(plan)
    type(commitment).objects.filter(pk=commitment.pk).update(title_es="Otra cosa")

    kept = editions.snapshot_of(edition)
    assert kept.edition == f"{timezone.localdate().year}-1"
    assert (kept.plan, kept.day) == (plan.code, timezone.localdate())
    assert kept.tables == told.tables
    assert {name: list(rows) for name, rows in kept.tables.items()} == {
        name: list(rows) for name, rows in told.tables.items()
    }
    assert take_snapshot(plan).tables != told.tables


def test_the_same_rows_are_the_same_bytes():
    one = {"a": {"x": 1, "y": "ñ"}, "b": {"x": None, "y": ""}}
    same = {"a": {"y": "ñ", "x": 1}, "b": {"y": "", "x": None}}

    assert editions.pack_rows(one) == editions.pack_rows(same)
    assert editions.unpack_rows(editions.pack_rows(one)) == one


def test_an_edition_keeps_the_columns_of_its_day_in_both_languages():
    edition = make.edition()

    kept = editions.datasets_of(edition)

    assert list(kept) == list(DATASETS)
    for name, dataset in DATASETS.items():
        assert kept[name].key == dataset.key
        for language in ("es", "en"):
            with override(language):
                assert said(kept[name]) == said(dataset)


def said(dataset):
    return [
        (dataset.title, dataset.row, dataset.changes),
        *(
            {
                **vars(each),
                "label": str(each.label),
                "unit": str(each.unit),
                "about": str(each.about),
                "codes": each.codes
                and {code: str(word) for code, word in each.codes.items()},
            }
            for each in dataset.columns
        ),
    ]


def test_each_closing_of_a_round_makes_one_edition():
    period = make_closed_round()

    first = editions.make_edition(period.plan, period=period)
    again = editions.make_edition(period.plan, period=period)
    period.closes_on += timedelta(days=1)
    later = editions.make_edition(period.plan, period=period)

    assert again == first
    assert (first.period, first.closed_on) == (period, later.closed_on - timedelta(1))
    year = timezone.localdate().year
    assert [first.number, later.number] == [f"{year}-1", f"{year}-2"]


def test_numbers_are_of_a_plan_and_a_year():
    plan = make.plan()
    Edition.objects.create(plan=plan, number="2020-1", made_on="2020-05-05")
    make.edition()

    edition = make.edition(plan=plan)

    assert edition.number == f"{timezone.localdate().year}-1"


def test_nobody_changes_an_edition_or_its_rows():
    edition = make.edition()
    rows = edition.datasets.all()
    content = editions.pack_rows({})
    refused = [
        lambda: Edition.objects.filter(pk=edition.pk).update(made_on="2020-01-01"),
        lambda: Edition.objects.filter(pk=edition.pk).update(number="2020-1"),
        lambda: Edition.objects.filter(pk=edition.pk).update(nonce=b"0" * 16),
        lambda: Edition.objects.filter(pk=edition.pk).update(withdrawn=["x"]),
        lambda: Edition.objects.filter(pk=edition.pk).update(explanation_es="x"),
        lambda: rows.update(content=content),
        lambda: EditionRows.objects.create(
            edition=edition, dataset="new", declaration={}, content=content
        ),
        lambda: rows._raw_delete(rows.db),
        lambda: Edition.objects.filter(pk=edition.pk)._raw_delete(rows.db),
    ]

    for change in refused:
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


@pytest.mark.django_db(transaction=True)
def test_a_taking_away_changes_rows_and_leaves_other_random_bits(open_record):
    edition = make.edition()
    edition.is_locked = True
    edition.save(update_fields=["is_locked"])

    areas = edition.datasets.filter(dataset="areas")
    areas.update(content=editions.pack_rows({"a": {}}))

    before = PublicationVersion.counters()
    edition.is_locked = False
    with pytest.raises(IntegrityError), transaction.atomic():
        edition.save(update_fields=["is_locked"])
    edition.nonce = b"1" * 16
    edition.withdrawn = [{"day": "2026-05-05"}]
    edition.save(update_fields=["is_locked", "nonce", "withdrawn"])
    assert editions.snapshot_of(edition).tables["areas"] == {"a": {}}
    assert PublicationVersion.counters().takedowns > before.takedowns


def test_the_columns_of_an_edition_stay_even_then():
    edition = make.edition()
    Edition.objects.filter(pk=edition.pk).update(is_locked=True)

    with pytest.raises(IntegrityError), transaction.atomic():
        edition.datasets.update(declaration={})


def test_an_edition_has_128_random_bits_of_its_own():
    plan = make.plan()

    bits = {bytes(make.edition(plan=plan).nonce), bytes(make.edition().nonce)}

    assert sorted(map(len, bits)) == [16, 16]


def test_the_timer_makes_the_edition_of_a_round_the_day_after_it_closed():
    period = make_closed_round()
    period.closes_on += timedelta(days=1)
    period.save()

    on_the_last_day = notices.prepare_and_release_scorecards()
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        next_day = notices.prepare_and_release_scorecards()
        again = notices.prepare_and_release_scorecards()
        (edition,) = Edition.objects.all()
        assert edition.made_on == timezone.localdate()

    assert (on_the_last_day, again) == ([], [])
    assert next_day[-1] == f"{period.plan.code} {edition.number}: edition"
    assert (edition.period, edition.closed_on) == (period, period.closes_on)
    entry = AuditEntry.objects.get(event=audit.Event.EDITION_MADE)
    assert entry.object == f"strategic_areas.edition:{edition.pk}"


def test_no_edition_is_made_of_what_closed_long_ago_or_is_no_public_round():
    now = timezone.now()
    make_closed_round(
        scorecards_ready_at=now - timedelta(days=4), scorecards_public_at=now
    )
    make_closed_round(is_demonstration=True)
    make.period()
    put_back_in_preparation(make_closed_round().plan)

    assert editions.make_due_editions() == []


def test_a_reconstruction_has_one_edition_of_the_day_on_which_it_was_made():
    plan = make.commitment(provenance="press").plan
    make.plan()

    (edition,) = editions.make_due_editions()
    with time_machine.travel(timezone.now() + timedelta(days=400)):
        later = editions.make_due_editions()

    assert (edition.plan, edition.made_on) == (plan, timezone.localdate())
    assert (edition.is_reconstructed, later) == (True, [])
    assert editions.make_edition(plan) == edition


@pytest.mark.django_db(transaction=True)
def test_two_processes_that_close_a_round_at_once_make_one_edition(open_record):
    period = make_closed_round()
    rebuilt = make.commitment(provenance="press").plan
    both_know = Barrier(2, timeout=60)

    def close(_number):
        try:
            period = ReportingPeriod.objects.select_related("plan").get()
            both_know.wait()
            made = [
                editions.make_edition(period.plan, period=period),
                editions.make_edition(rebuilt),
            ]
            return [each.pk for each in made]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(close, range(2))

    assert one == other == sorted(Edition.objects.values_list("pk", flat=True))
    assert period.plan.editions.get().datasets.count() == len(DATASETS)


def test_a_plan_that_cannot_be_read_stops_no_other_edition(monkeypatch, caplog):
    one, two = make_closed_round(), make_closed_round()

    def read(plan):
        return take_snapshot(plan) if plan == two.plan else 1 / 0

    with monkeypatch.context() as patch:
        patch.setattr(editions, "take_snapshot", read)
        made = editions.make_due_editions()

    assert [each.period for each in made] == [two]
    assert f"The edition of plan {one.plan.code} was not made" in caplog.text
    assert [each.period for each in editions.make_due_editions()] == [one]


def test_a_plan_that_changes_each_time_it_is_read_is_refused(monkeypatch):
    plan, counters = make.plan(), map(VersionCounters, count())
    monkeypatch.setattr(PublicationVersion, "counters", lambda: next(counters))

    with override("en"), pytest.raises(RefusedError, match="changing too fast"):
        editions.make_edition(plan)


# No sum that anybody was told lets a hidden cell be tried, from 1 to 9

SUMS = ("md5", "sha1", "sha256", "sha512", "blake2b")


@pytest.fixture
def hidden():
    """An edition of which a number is protected since, and all that was told of it."""
    activity = make.activity()
    update = make.published_update(activity=activity, people_reached=4)
    edition = make.edition(plan=activity.plan)
    told = read(edition)
    nonce = bytes(edition.nonce).hex()
    change = make.change(activity, reaches_victims=True)
    workflow.approve(change, by=make.reviewer())
    edition.refresh_from_db()
    return edition, update.public_id, told + read(edition), nonce


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


def tried(edition, public_id, nonce):
    """The sums of each file with each number in the cell, in each way to write them."""
    snapshot = deepcopy(editions.snapshot_of(edition))
    datasets = editions.datasets_of(edition)
    row = snapshot.tables["reports"][public_id]
    assert row["people_reached"] is None
    for number in range(1, 10):
        row |= {"people_reached": number, "people_reached_gap": None}
        for name in ("reports.csv", "reports.json", PACKAGE):
            content = formats.make_file(name, snapshot, datasets, nonce)
            for packed in (content, gzip.compress(content, 6, mtime=0)):
                for each in SUMS:
                    found = hashlib.new(each, packed)
                    yield found.hexdigest()
                    yield b64encode(found.digest()).decode()


def test_no_number_tried_in_a_hidden_cell_gives_a_sum_that_was_told(hidden):
    edition, public_id, told, nonce = hidden

    sums = tried(edition, public_id, bytes(edition.nonce).hex())

    assert [each for each in sums if any(each in said for said in told)] == []
    # With the nonce of before it would.
    assert told[0] in set(tried(edition, public_id, nonce))
