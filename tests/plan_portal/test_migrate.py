"""A migration beside people who save: it ends well, or in one sentence."""

import io
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction

from plan_portal.management.commands import migrate
from strategic_areas import triggers
from tests.waiting import wait_until

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass"


@pytest.fixture
def tables():
    """The tables that are the first and the last to get their triggers, now without."""
    names = [trigger.table for trigger in triggers.declared()]
    triggers.drop()
    yield names[0], names[-1]
    triggers.install()


def is_waited_for(cursor, table):
    cursor.execute(WAITING, [table])
    return cursor.fetchone() == (1,)


def save(first, last, has_begun):
    """Write to the last table, and to the first once somebody waits for the last."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            # It is not she who finds out that both wait for each other.
            cursor.execute("SET LOCAL deadlock_timeout = '60s'")
            cursor.execute(f'LOCK TABLE "{last}" IN ROW EXCLUSIVE MODE')
            has_begun.set()
            wait_until(lambda: is_waited_for(cursor, last), 20, pause=0.01)
            cursor.execute(f'LOCK TABLE "{first}" IN ROW EXCLUSIVE MODE')
    finally:
        connection.close()


def test_what_a_deadlock_with_somebody_ended_is_done_again(tables):
    told, has_begun = io.StringIO(), Event()
    with ThreadPoolExecutor(1) as pool:
        saving = pool.submit(save, *tables, has_begun)
        has_begun.wait(20)

        call_command("migrate", verbosity=0, stderr=told)

        saving.result(20)
    assert told.getvalue().count("what is left begins anew") == 1
    assert triggers.missing() == []


@contextmanager
def held(table):
    """A block in which somebody else has locked a table."""
    locked, done = Event(), Event()

    def hold():
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f'LOCK TABLE "{table}" IN ROW EXCLUSIVE MODE')
                locked.set()
                done.wait(20)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(hold)
        locked.wait(20)
        try:
            yield
        finally:
            done.set()
            holding.result(20)


def test_triggers_are_dropped_all_or_none():
    last = triggers.declared()[-1].table
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")
        try:
            with held(last), pytest.raises(OperationalError):
                triggers.drop_before_migrate(None, using="default", plan=["a step"])
        finally:
            cursor.execute("RESET lock_timeout")
    assert triggers.missing() == []


def test_tables_that_are_never_free_are_told_in_one_sentence(tables, monkeypatch):
    with monkeypatch.context() as impatient:
        impatient.setattr(migrate, "LOCK_MS", 50)
        impatient.setattr(migrate, "PATIENCE", 0)
        with (
            held(tables[1]),
            pytest.raises(CommandError, match=r"^The tables were in use"),
        ):
            call_command("migrate", verbosity=0, stderr=io.StringIO())
    assert triggers.missing()

    call_command("migrate", verbosity=0)
    assert triggers.missing() == []
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)
