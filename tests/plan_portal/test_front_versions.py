"""The front and its database: what it asks, learns and forgets."""

import time
from datetime import timedelta

import pytest
import time_machine
from django.core.handlers.wsgi import WSGIHandler
from django.db import OperationalError, connection
from django.utils import timezone

from agencies.models import Agency
from plan_portal import server
from plan_portal.page_cache import HELP_PATHS, PageCache
from plan_portal.page_cache.database_deadline import DatabaseDeadline
from plan_portal.page_cache.finished_pages import PageMemory
from plan_portal.page_cache.version_watcher import LATE_SECONDS, VersionWatcher
from strategic_areas import purging, workflow
from strategic_areas.models import HelpLine, PublicationVersion, StrategicArea
from strategic_areas.public_paths import public_path
from strategic_areas.queries.plan import plan_progress
from tests import make
from tests.plan_portal.fronts import Reply, commit, cut_off, later
from tests.waiting import wait_until

pytestmark = pytest.mark.both_databases


def test_a_ready_page_asks_no_database(front, plan, django_assert_num_queries):
    Reply(front, "/")

    with django_assert_num_queries(0):
        Reply(front, "/")


def test_a_publication_makes_the_page_anew(front, plan):
    area = make.area(plan=plan)
    before = Reply(front, f"/{plan.code}/ejes/")

    StrategicArea.objects.filter(pk=area.pk).update(name_es="Otro nombre", short="")
    commit()
    later(front)
    after = Reply(front, f"/{plan.code}/ejes/")

    assert b"Otro nombre" not in before.body
    assert b"Otro nombre" in after.body


@pytest.mark.django_db(transaction=True)
def test_the_plan_is_read_before_its_pages_are_asked(front, plan, monkeypatch):
    activity, reads = make.activity(plan=plan), []
    read = plan_progress.periods_of
    monkeypatch.setattr(
        plan_progress, "periods_of", lambda *args: reads.append(args) or read(*args)
    )

    def change_the_plan():
        Agency.objects.filter(pk=activity.agency_id).update(acronym="NUEVA")
        later(front)

    def reads_of_reader():
        reads.clear()
        assert Reply(front, public_path("areas", plan.code)).status == 200
        assert (
            Reply(front, public_path("areas", plan.code, language="en")).status == 200
        )
        return len(reads)

    front.watch.ensure_version_known()
    front.make_ready()
    at_start = reads_of_reader()
    change_the_plan()
    unready = reads_of_reader()
    change_the_plan()
    front.watch.ensure_version_known()
    front.make_ready()

    assert (at_start, unready, reads_of_reader()) == (0, 1, 0)


@pytest.mark.parametrize(
    ("waited", "is_asked"), [(LATE_SECONDS / 2, True), (LATE_SECONDS * 1.1, False)]
)
def test_nobody_asks_beside_a_watch_that_has_waited_long(
    front, plan, django_assert_num_queries, waited, is_asked
):
    """What is frozen would keep whoever asks as long as it keeps the watch."""
    Reply(front, "/")
    front.watch.valid_until = 0.0
    front.watch._asked_at["the watching thread"] = time.monotonic() - waited

    with django_assert_num_queries(int(is_asked)):
        reply = Reply(front, "/")

    assert reply.status == 200
    assert (b"copy-band" in reply.body) != is_asked
    assert front.watch.ensure_version_known() == is_asked


def withdraw(update):
    workflow.withdraw(update, by=make.reviewer(), cause="error")


def purge(update):
    make.purged(update.narrative_es)


@pytest.mark.parametrize("take_down", [withdraw, purge])
def test_an_outage_brings_nothing_back(front, plan, monkeypatch, take_down):
    update = make.published_update(narrative_es="Lo que se retira de aquí")
    path = update.get_absolute_url(language="es").partition("#")[0]
    assert b"Lo que se retira" in Reply(front, path).body

    take_down(update)
    commit()
    later(front)
    Reply(front, "/glosario/")  # by this the process learns of it
    cut_off(front, monkeypatch)

    assert Reply(front, path).status == 503
    assert Reply(front, "/glosario/").status == 200


def test_a_page_in_memory_tells_of_a_takedown_past_its_time(front, plan):
    """No row changes then: only the clock goes on."""
    noon = timezone.localtime().replace(hour=12)
    with time_machine.travel(noon, tick=False):
        make.takedown(make.law())
        commit()

    said = []
    for minutes in (-1, 0):
        with time_machine.travel(noon + timedelta(hours=72, minutes=minutes)):
            later(front)
            reply = Reply(front, "/correcciones/")
        said.append("todavía no lo ha confirmado" in reply.body.decode())
        said.append(front.watch.page_version.day)

    assert said == [False, said[1], True, said[1]]


def test_a_publication_leaves_old_pages_for_an_outage(front, plan, monkeypatch):
    Reply(front, "/")
    make.published_update()
    commit()
    later(front)
    front.watch.ensure_version_known()

    cut_off(front, monkeypatch)

    assert Reply(front, "/").status == 200


def test_the_thread_makes_help_at_start_and_after_each_version(open_record):
    watch, memory = VersionWatcher(), PageMemory(2**20, HELP_PATHS)
    front = PageCache(WSGIHandler(), watch=watch, memory=memory)

    def told():
        return [b"809-200-1202" in page.plain_body for page in memory.pages.values()]

    def wait_for(expected):
        wait_until(lambda: told() == expected, pause=0.01)
        return told()

    try:
        front.watch.start()
        at_start = wait_for([False, False])
        HelpLine.objects.create(label_es="Línea 212", numbers=["809-200-1202"])
        after_a_version = wait_for([True, True])
    finally:
        watch.stop()

    assert (at_start, after_a_version) == ([False, False], [True, True])


def test_the_thread_learns_of_a_publication_by_itself(open_record):
    watch = VersionWatcher()
    try:
        watch.start()
        assert watch.ensure_version_known()
        before = watch.page_version
        asked_to_wait = 0.5 if connection.vendor == "postgresql" else 2

        make.plan()
        wait_until(lambda: watch.page_version is not before, asked_to_wait, pause=0.005)

        assert watch.page_version[1] == PublicationVersion.current()
    finally:
        watch.stop()


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("waited", "is_shut"), [(None, False), (1.0, False), (3.0, True)]
)
def test_nobody_waits_for_a_frozen_database(open_record, waited, is_shut):
    deadline = DatabaseDeadline(
        lambda: None if waited is None else time.monotonic() - waited
    )

    deadline.start()
    try:
        with deadline.applied(), connection.cursor() as cursor:
            if is_shut:
                with pytest.raises(OperationalError):
                    cursor.execute("SELECT pg_sleep(3)")
            else:
                cursor.execute("SELECT pg_sleep(0.6)")
    finally:
        deadline.stop()
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_only_a_purge_asks_for_new_workers(front, plan, monkeypatch):
    asked = []
    monkeypatch.setattr(server, "request_reload", lambda: asked.append(True))
    update = make.published_update()

    def learn():
        later(front)
        front.watch.ensure_version_known()
        front.make_ready()
        return len(asked)

    begun = learn()
    withdraw(update)
    withdrawn = learn()
    purge = make.purge(phrases="procedimientos")
    waiting = learn()
    purging.PURGE_STEPS.approve(purge, by=make.administrator())
    purged = learn()

    assert [begun, withdrawn, waiting, purged, learn()] == [0, 0, 0, 1, 1]
