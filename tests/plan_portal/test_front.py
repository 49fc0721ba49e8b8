"""The front: what it answers itself, what it passes on, and what it never serves."""

import socket
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from types import SimpleNamespace

import brotli
import psycopg2
import pytest
import time_machine
from django.conf import settings
from django.db import OperationalError, connections
from django.test import RequestFactory

from plan_portal.conditional_get import FOR_PAGE_CACHE, KEEP_HEADER
from plan_portal.middleware import CSP_REPORT_PATH
from plan_portal.page_cache import HELP_PATHS, unavailable
from plan_portal.page_cache.database_deadline import DatabaseDeadline
from plan_portal.page_cache.finished_pages import FinishedPage, PageMemory, preferred
from plan_portal.page_cache.version_watcher import PageVersion
from plan_portal.urls import PUBLIC_PAGES
from strategic_areas import workflow
from strategic_areas.models import HelpLine, PublicationVersion
from strategic_areas.models.publication import VersionCounters
from strategic_areas.public_paths import public_path
from strategic_areas.queries.pages import overview
from tests import make
from tests.plan_portal.fronts import Reply, commit, cut_off, later
from tests.plan_portal.test_headers import BEST

# What hangs on the database is tested in test_front_versions.py.

#: The addresses that need no row but the plan's.
SIMPLE = [
    "/" + public_path.replace("<slug:plan>", "2017-2020")
    for _name, _view, public_path, _english in PUBLIC_PAGES
    if "<" not in public_path.replace("<slug:plan>", "")
]
OWN = {"Content-Length", "ETag", "Vary", "Accept-Ranges", "Content-Encoding"}
#: A thousand bytes of which compression saves half, so that a page takes a thousand.
NOISE = Random(1).randbytes(500).hex()  # noqa: S311


def page_of(words):
    """An application with one page, which may be kept."""

    def application(environ, start_response):
        assert environ[FOR_PAGE_CACHE]
        start_response("200 OK", [(KEEP_HEADER, "yes"), ("Content-Type", "text/html")])
        return [f"<main >{words}</main>".encode()]

    return application


def test_every_simple_page_is_kept(front, plan):
    for path in SIMPLE:
        Reply(front, path)

    replies = {path: Reply(front, path) for path in SIMPLE}

    assert front.application.asked == SIMPLE
    told = {
        path: {KEEP_HEADER, "Set-Cookie"} & {*replies[path].headers} for path in SIMPLE
    }
    assert told == dict.fromkeys(SIMPLE, set())


def test_headers_are_those_that_django_sends(front, plan, client):
    ours = Reply(front, "/").headers

    django = client.get("/").headers

    assert {name: ours[name] for name in ours if name not in OWN} == {
        name: value for name, value in django.items() if name not in OWN
    }


@pytest.mark.parametrize("kind", ["ready", "not modified", "old copy", "unavailable"])
def test_the_fronts_headers_are_complete(make_front, plan, monkeypatch, settings, kind):
    settings.SECURE_HSTS_SECONDS = 31536000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    unavailable.cache_clear()
    front = make_front()
    first = Reply(front, "/", scheme="https")
    seen = {"if_none_match": first.headers["ETag"]} if kind == "not modified" else {}
    if kind in {"old copy", "unavailable"}:
        cut_off(front, monkeypatch)

    reply = Reply(front, "/en/" if kind == "unavailable" else "/", **seen)

    unavailable.cache_clear()
    policy = set(reply.headers["Content-Security-Policy"].split("; "))
    found = {name: reply.headers.get(name) for name in BEST}
    found["Content-Security-Policy"] = policy - {"img-src 'self'"}
    assert reply.status == {"not modified": 304, "unavailable": 503}.get(kind, 200)
    assert found == BEST
    assert "Set-Cookie" not in reply.headers


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("br;q=0.0", ""),
        ("identity", ""),
        ("", ""),
    ],
)
def test_the_best_encoding_that_is_accepted_is_sent(accepted, encoding):
    assert preferred(accepted) == encoding


def test_encodings_hold_the_same_page_under_their_own_etags(front, plan):
    plain = Reply(front, "/")
    packed = Reply(front, "/", accept_encoding="br")

    assert brotli.decompress(packed.body) == plain.body
    assert packed.headers["Content-Encoding"] == "br"
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert packed.headers["Vary"] == "Accept-Encoding"


def test_what_the_browser_has_is_not_sent_again(front, plan):
    etag = Reply(front, "/").headers["ETag"]

    assert Reply(front, "/", if_none_match='"other"').status == 200
    for form in ("{}", "W/{}", '"other", {}', "*"):
        again = Reply(front, "/", if_none_match=form.format(etag))

        assert (again.status, again.body) == (304, b""), form
        assert again.headers["ETag"] == etag
        assert "Content-Length" not in again.headers


def test_a_publication_has_nobody_fetch_other_pages_again(front, plan):
    areas = [make.area(plan=plan, slug_es=each) for each in ("uno", "dos")]
    activities = [
        make.activity(commitment=make.commitment(programme=make.programme(area=area)))
        for area in areas
    ]
    for activity in activities:
        make.earlier_report(activity)
    update = make.submitted_update(
        activity=activities[0], execution="completed", percent=100
    )
    changed = ["/2017-2020/ejes/uno/", activities[0].commitment.get_absolute_url()]
    others = ["/glosario/", "/en/glossary/", "/2017-2020/ejes/dos/"]
    others.append(activities[1].commitment.get_absolute_url())
    etags = {path: Reply(front, path).headers["ETag"] for path in changed + others}
    before = front.watch.page_version

    workflow.publish(update, by=make.reviewer())
    commit()
    later(front)
    again = {path: Reply(front, path, if_none_match=etags[path]) for path in etags}

    assert front.watch.page_version != before
    assert {path: again[path].status for path in others} == dict.fromkeys(others, 304)
    assert {path: again[path].status for path in changed} == dict.fromkeys(changed, 200)


def test_head_has_the_headers_and_no_body_and_a_range_all(front, plan):
    get = Reply(front, "/")

    head = Reply(front, "/", method="HEAD")
    part = Reply(front, "/", range="bytes=0-9")

    assert (head.status, head.body, head.headers) == (200, b"", get.headers)
    assert (part.status, part.body) == (200, get.body)
    assert part.headers["Accept-Ranges"] == "none"


def test_the_signed_in_and_other_methods_go_on_to_django(front, plan):
    Reply(front, "/")

    Reply(front, "/", cookie=f"{settings.SESSION_COOKIE_NAME}=abc")
    posted = Reply(front, "/", method="POST")

    assert posted.status in {403, 405}
    assert front.application.asked == ["/"] * 3


def test_a_question_mark_in_a_path_begins_no_query(front, plan):
    """A page with a query is in memory; %3F asks for a path that does not exist."""
    page = "/2017-2020/compromisos/"
    kept = [Reply(front, f"{page}?sort=due").status for _ in range(2)]
    asked = list(front.application.asked)

    environ = RequestFactory()._base_environ(PATH_INFO=f"{page}?sort=due")
    environ |= {"HTTP_HOST": "localhost", "wsgi.url_scheme": "http"}
    told = []
    body = front(environ, lambda status, headers, exc_info=None: told.append(status))
    b"".join(body)

    assert (kept, asked) == ([200, 200], [page])
    assert told == ["301 Moved Permanently"]  # for want of a slash, to a 404


@pytest.mark.django_db
def test_a_question_mark_in_a_path_is_redirected_as_what_it_is(client):
    answer = client.get("/2017-2020/compromisos/R-1%3Fsort=due")

    assert answer.url == "/2017-2020/compromisos/R-1%3Fsort%3Ddue/"


@pytest.mark.parametrize("path", ["/gestion/", "/cuenta/", "/salud/viva"])
def test_staff_pages_and_probes_are_never_kept(front, path):
    Reply(front, path)
    Reply(front, path)

    assert front.application.asked == [path, path]


def test_unknown_hosts_and_plain_http_are_django_s(front, plan, settings):
    settings.INSECURE_HTTP = False
    Reply(front, "/", scheme="https")

    refused = Reply(front, "/", host="elsewhere.example", scheme="https")
    Reply(front, "/")

    assert refused.status == 400
    assert front.application.asked == ["/"] * 3


def test_a_trusted_proxy_says_that_it_was_https(front, plan, settings):
    settings.INSECURE_HTTP = False
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

    Reply(front, "/", x_forwarded_proto="https")
    Reply(front, "/", x_forwarded_proto="https")

    assert front.application.asked == ["/"]


def test_a_page_is_kept_by_the_parameters_that_it_names(front, plan):
    for name in ("uno", "dos"):
        make.commitment(lead=make.agency(slug=name), plan=plan)
    paths = [f"/{plan.code}/compromisos/?agency={name}" for name in ("uno", "dos")]

    replies = [Reply(front, path) for path in paths * 2]

    assert [reply.status for reply in replies] == [200] * 4
    assert replies[0].body != replies[1].body
    assert len(front.application.asked) == 2


#: An address that is no page's own → how it is answered.
OTHER_ADDRESSES = {
    "/?&": 302,
    "/2017-2020/compromisos/?area=1%20": 302,
    "/2017-2020/compromisos/?area=%31": 302,
    "/2017-2020/compromisos/?page=01": 302,
    "/2017-2020/compromisos/?page=1": 302,
    "/2017-2020/compromisos/?page=%D9%A1": 302,
    "/2017-2020/compromisos/?sort=code": 302,
    "/2017-2020/compromisos/?state=&area=1": 302,
    "/2017-2020/compromisos/?state=in_progress&area=1": 302,
    "/correcciones/?page=01": 302,
    "/2017-2020/compromisos/?area=1&area=1": 404,
    "/2017-2020/compromisos/?are%61=2": 302,
    "/2017-2020/compromisos/?utm_source=x": 200,
    "/2017-2020/compromisos/?q=nada": 200,
    "/buscar/?q=nada": 200,
}


def test_a_page_is_kept_at_its_one_address_alone(front, plan):
    area = make.area(plan=plan, code="1")
    programme = make.programme(area=area)
    make.commitment(programme=programme)

    statuses = {path: Reply(front, path).status for path in OTHER_ADDRESSES}

    assert statuses == OTHER_ADDRESSES
    assert dict(front.memory.pages) == {}


@pytest.mark.django_db
def test_a_page_of_a_list_has_one_address(client):
    for _number in range(31):
        make.correction_request()

    for number in ("2", "02", "%20%2B2", "%D9%A2", "0_2"):
        response = client.get(f"/correcciones/?page={number}", follow=True)

        assert response.status_code == 200, number
        assert response.request["QUERY_STRING"] == "page=2", number


def test_what_is_not_found_is_not_kept(front, plan):
    for _number in range(2):
        assert Reply(front, "/nothing/").status == 404

    assert front.memory.size == 0


def test_memory_is_bounded_and_the_least_wanted_page_goes(make_front):
    front = make_front(page_of(NOISE), memory=4000)

    for path in ("/a/", "/b/", "/c/", "/a/", "/d/", "/a/", "/b/"):
        Reply(front, path)

    assert front.memory.size <= 4000
    assert front.application.asked == ["/a/", "/b/", "/c/", "/d/", "/b/"]


def test_help_gives_way_to_no_other_page(make_front):
    front = make_front(page_of(NOISE), memory=4000)
    front.watch.ensure_version_known()
    front.make_ready()

    for number in range(20):
        Reply(front, f"/{number}/")

    assert set(HELP_PATHS) < set(front.memory.pages)
    assert front.memory.size <= 4000


def test_many_who_ask_at_once_wait_for_one_page(make_front):
    begun = threading.Barrier(8)

    def slow(environ, start_response):
        time.sleep(0.05)
        return page_of("slow")(environ, start_response)

    front = make_front(slow)
    front.watch.ensure_version_known()
    front.watch.valid_until = time.monotonic() + 60

    def ask(_number):
        begun.wait()
        return Reply(front, "/slow/").status

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(ask, range(8)))

    assert statuses == [200] * 8
    assert front.application.asked == ["/slow/"]


def test_no_page_has_a_version_newer_than_its_content(make_front):
    contents = iter(["old", "new"])

    def published_meanwhile(environ, start_response):
        words = next(contents)
        if words == "old":
            front.watch.page_version = PageVersion("build", 7, "20260101", 0)
        return page_of(words)(environ, start_response)

    front = make_front(published_meanwhile)
    Reply(front, "/a/")

    assert b"new" in Reply(front, "/a/").body


def test_the_page_version_never_goes_back(front):
    front.watch.ensure_version_known()
    newer = front.watch.page_version = PageVersion("build", 10**6, "99991231", 0)

    later(front)
    front.watch.ensure_version_known()

    assert front.watch.page_version is newer


@pytest.mark.parametrize("days", [1, -40])
def test_pages_are_of_the_day_of_the_clock(front, days):
    today = datetime(2027, 3, 9, 16, tzinfo=UTC)
    other = today + timedelta(days=days)
    with time_machine.travel(today):
        front.watch.ensure_version_known()
        earlier = front.watch.page_version

    with time_machine.travel(other):
        later(front)
        front.watch.ensure_version_known()

    assert earlier.day == "20270309"
    assert front.watch.page_version.day == f"{other:%Y%m%d}"


def test_without_the_database_the_last_good_page_is_served(front, plan, monkeypatch):
    """And the page itself once the database is back."""
    good = Reply(front, "/")

    with monkeypatch.context() as cut:
        cut_off(front, cut)
        copy = Reply(front, "/")
    later(front)
    again = Reply(front, "/")

    assert copy.status == 200
    told = [b"copy-band" in each.body for each in (good, copy, again)]
    assert told == [False, True, False]
    assert front.application.asked == ["/"]


def test_help_is_there_without_the_database(front, plan, monkeypatch):
    HelpLine.objects.create(label_es="Línea 212", numbers=["809-200-1202"])
    commit()
    front.watch.ensure_version_known()
    front.make_ready()
    cut_off(front, monkeypatch)

    replies = [Reply(front, path) for path in HELP_PATHS]

    assert (
        tuple(public_path("help", language=each) for each in ("es", "en")) == HELP_PATHS
    )
    assert [reply.status for reply in replies] == [200, 200]
    assert [b"809-200-1202" in reply.body for reply in replies] == [True, True]


def test_help_is_made_even_if_the_plan_cannot_be_read(front, plan, monkeypatch):
    def fail(today):
        raise LookupError

    monkeypatch.setattr(overview, "cache_home_plan", fail)
    front.watch.ensure_version_known()

    with pytest.raises(LookupError):
        front.make_ready()

    assert set(HELP_PATHS) == set(front.memory.pages)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/"), ("GET", "/cuenta/login/"), ("POST", "/cuenta/login/")],
)
def test_a_page_that_was_never_made_is_unavailable_at_once(
    front, monkeypatch, client, method, path
):
    cut_off(front, monkeypatch)

    reply = Reply(front, path, method)

    assert reply.status == 503
    assert reply.headers["Retry-After"] == "30"
    for part in (b'lang="es"', b'lang="en"', b'href="tel:911"'):
        assert part in reply.body
    policy = client.get("/salud/viva").headers["Content-Security-Policy"]
    assert reply.headers["Content-Security-Policy"] == policy
    assert front.application.asked == []


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/salud/viva"), ("GET", "/static/portal.css"), ("POST", CSP_REPORT_PATH)],
)
def test_what_needs_no_database_is_answered(make_front, monkeypatch, method, path):
    def application(environ, start_response):
        start_response("200 OK", [])
        return [b"answered"]

    front = make_front(application)
    cut_off(front, monkeypatch)

    assert Reply(front, path, method).body == b"answered"


def test_a_request_leaves_it_to_the_thread_to_ask_again(front, monkeypatch):
    """Each question may take the two seconds of a connection that nobody accepts."""
    front.watch._thread = threading.current_thread()
    asked = []

    def refuse():
        asked.append(1)
        raise OperationalError

    monkeypatch.setattr(PublicationVersion, "counters", refuse)
    later(front)
    Reply(front, "/")
    monkeypatch.setattr("time.monotonic", lambda now=time.monotonic: now() + 1)
    Reply(front, "/")

    assert asked == [1]


def test_whoever_waited_while_one_asked_in_vain_asks_not_again(front, monkeypatch):
    """At a cold start, when nothing is known and so the others wait."""
    asked = []

    def refuse():
        asked.append(1)
        time.sleep(0.2)
        raise OperationalError

    monkeypatch.setattr(PublicationVersion, "counters", refuse)

    with ThreadPoolExecutor(3) as pool:
        known = list(pool.map(lambda _: front.watch.ensure_version_known(), range(3)))

    assert known == [False] * 3
    assert asked == [1]


def test_a_page_that_was_begun_before_a_takedown_is_not_kept():
    memory = PageMemory(2**20)
    page = FinishedPage(
        b"<main >old</main>", [], PageVersion("build", 4, "20260101", 1), 0
    )
    memory.drop_made_before_takedown(2)

    memory.put("/a/", page)

    assert (dict(memory.pages), memory.size) == ({}, 0)


def test_staff_are_told_that_the_database_is_away(client, monkeypatch):
    def refuse(*args, **kwargs):
        raise OperationalError

    client.raise_request_exception = False
    monkeypatch.setattr(PublicationVersion, "counters", refuse)

    assert client.get("/").status_code == 503


def test_a_flood_of_publications_makes_help_once_a_second(front, monkeypatch):
    made, numbers = [], count(1)
    monkeypatch.setattr(
        PublicationVersion, "counters", lambda: VersionCounters(next(numbers))
    )
    front.watch.make_ready = lambda: made.append(front.watch.page_version.version)
    monkeypatch.setattr(
        "plan_portal.page_cache.version_watcher._wait_for_push", lambda pause: None
    )
    monkeypatch.setattr(front.watch._stopping, "wait", lambda pause: None)
    now = time.monotonic()
    monkeypatch.setattr("time.monotonic", lambda: now)

    for _second in range(3):
        now += 1
        for _publication in range(3):
            front.watch._look()

    assert made == [1, 4, 7]


def connected():
    """Two ends of a connection over the network."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        near = socket.create_connection(server.getsockname())
        far, _address = server.accept()
    return near, far


def held(line):
    """What a thread that waits holds, as far as letting go of it needs it."""
    raw = SimpleNamespace(closed=0, fileno=line.fileno)
    return SimpleNamespace(connection=raw, Database=psycopg2)


def closed_by_its_own_thread():
    raise psycopg2.InterfaceError("connection already closed")


@pytest.mark.parametrize("gone", ["reset", "shut twice", "closed meanwhile"])
def test_a_connection_that_is_gone_keeps_nobody_waiting(gone):
    (first, peer), (second, far) = connected(), connected()
    with first, peer, second, far:
        deadline = DatabaseDeadline(lambda: None)
        deadline._waiting = {1: held(first), 2: held(second)}
        if gone == "closed meanwhile":
            deadline._waiting[1].connection.fileno = closed_by_its_own_thread
        elif gone == "reset":
            peer.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )
            peer.close()
        else:
            first.shutdown(socket.SHUT_RDWR)
            peer.close()

        deadline.shut_all()

        far.settimeout(5)
        assert far.recv(1) == b""


def test_the_deadline_is_kept_whatever_happens(monkeypatch, caplog):
    monkeypatch.setattr("plan_portal.page_cache.database_deadline.INTERVAL", 0.01)
    asked, asked_again = [], threading.Event()

    def waited_since():
        asked.append(1)
        if len(asked) == 1:
            raise RuntimeError("whatever")
        asked_again.set()

    deadline = DatabaseDeadline(waited_since)
    deadline.start()
    try:
        assert asked_again.wait(5)
    finally:
        deadline.stop()

    assert [row.levelname for row in caplog.records] == ["ERROR"]


def test_the_deadline_holds_for_each_request(make_front, plan, monkeypatch):
    during = []
    front = make_front(lambda environ, start_response: during.append(waiting()) or [])
    monkeypatch.setattr(connections["default"], "vendor", "postgresql")

    def waiting():
        return [*front.watch.deadline._waiting.values()]

    front({"PATH_INFO": "/salud/viva", "REQUEST_METHOD": "GET"}, None)

    assert during == [[connections["default"]]]
    assert waiting() == []


def test_an_answer_from_memory_costs_less_than_making_a_request(front, plan):
    """Against Django's own request object, measured in the same breath."""
    Reply(front, "/")
    environ = RequestFactory()._base_environ(PATH_INFO="/", HTTP_HOST="localhost")
    front.watch.valid_until = time.monotonic() + 60

    def seconds(act):
        begun = time.perf_counter()
        for _number in range(300):
            act()
        return time.perf_counter() - begun

    rounds = [
        (
            seconds(lambda: front(environ, lambda *args: None)),
            seconds(lambda: RequestFactory().get("/")),
        )
        for _round in range(7)
    ]

    assert min(ours for ours, _django in rounds) < min(d for _ours, d in rounds)
