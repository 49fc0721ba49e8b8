"""The audit record: what goes in, and how a change behind its back is found."""

import ast
import re
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils.translation import override

from agencies import audit
from agencies.admin import audit as admin_audit
from agencies.audit import AuditEntry, AuditHead, Event, chain
from agencies.audit.events import event_groups
from agencies.mail import Mail
from strategic_areas import triggers
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

ROOT = Path(__file__).resolve().parents[2]
#: The calls by which something is told to the record, and what such a call names.
RECORDERS = {"record_event", "_record", "audit.record_event", "audit._record"}
AN_EVENT = re.compile(r"^(?!.*lambda).*Event")


def settle():
    """Let what waits for the commit of PostgreSQL happen now."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def make_entries(number):
    for place in range(number):
        audit.record_event(Event.EXPORTED, rows=place)
        settle()
    return list(AuditEntry.objects.order_by("seq"))


def test_an_entry_says_who_did_what_from_where_and_for_whom(rf):
    """The agency concerned may be another than the actor's, and nobody is nobody."""
    agency = make.agency(acronym="MM")
    person = make.focal_point(agency=agency)
    request, strange = rf.get("/", REMOTE_ADDR="2001:DB8::1"), rf.get("/")
    request.user, strange.user = person, AnonymousUser()

    audit.record_event(
        Event.EXPORTED, request=request, obj=agency, rows=3, kind="workbook"
    )
    failed = audit.record_event(Event.SIGN_IN_FAILED, request=strange)
    other = make.agency(acronym="CONANI")
    returned = audit.record_event(
        Event.REPORT_RETURNED, actor=make.reviewer(), agency=other
    )

    told = AuditEntry.objects.values(
        "actor", "role", "agency", "ip", "event", "object", "facts"
    ).get(event="exported")
    assert told == {
        "actor": person.pk,
        "role": "focal_point",
        "agency": "MM",
        "ip": "2001:db8::1",
        "event": "exported",
        "object": f"agencies.agency:{agency.pk}",
        "facts": {"rows": 3, "kind": "workbook"},
    }
    assert (failed.actor, failed.role, failed.agency) == (None, "", "")
    assert (returned.role, returned.agency) == ("reviewer", "CONANI")


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
        (1, "<script>", ""),
        (2, "203.0.113.9", ""),
    ],
)
def test_no_visitor_chooses_the_kept_address(rf, settings, proxies, header, address):
    settings.CLIENT_ADDRESS_HEADER = "HTTP_VISITOR" if proxies else ""
    settings.TRUSTED_PROXY_COUNT = proxies
    forged = {"x-forwarded-for": "7.7.7.7", "visitor": header}

    entry = audit.record_event(Event.SIGN_IN, request=rf.get("/", headers=forged))

    assert entry.ip == address


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "value",
    [
        *("María Pérez", "ana@example.org", "two words", "", "x" * 81, "línea", "a\nb"),
        *(1.5, {"a": 1}, ["a b"], list(range(201)), object()),
    ],
)
def test_a_text_or_a_name_never_gets_in(value):
    with pytest.raises(ValueError, match="reason"):
        audit.record_event(Event.REPORT_RETURNED, reason=value)

    assert AuditEntry.objects.count() == 0


def test_numbers_codes_and_dates_get_in():
    entry = audit.record_event(
        Event.EXPORTED,
        count=2,
        open=True,
        none=None,
        code="R-1.1.2",
        day=date(2026, 11, 25),
        moment=datetime(2026, 11, 25, 12, tzinfo=UTC),
        some={3, 1},
    )

    entry.refresh_from_db()
    assert entry.facts == {
        "count": 2,
        "open": True,
        "none": None,
        "code": "R-1.1.2",
        "day": "2026-11-25",
        "moment": "2026-11-25T12:00:00+00:00",
        "some": [1, 3],
    }


@pytest.mark.sqlite
def test_an_unknown_event_is_refused():
    with pytest.raises(ValueError, match="brewed_coffee"):
        audit.record_event("brewed_coffee")


def test_an_entry_goes_with_the_transaction_that_it_tells_of():
    with transaction.atomic():
        audit.record_event(Event.EXPORTED)
        transaction.set_rollback(True)
    audit.record_event(Event.SIGN_OUT)
    settle()

    assert list(AuditEntry.objects.values_list("seq", "event")) == [(1, "sign_out")]


def test_the_chain_has_no_gap_and_each_hash_covers_the_last():
    entries = make_entries(3)

    assert [entry.seq for entry in entries] == [1, 2, 3]
    assert [entry.prev_hash for entry in entries] == [
        chain.GENESIS,
        entries[0].hash,
        entries[1].hash,
    ]
    assert [entry.hash for entry in entries] == [
        chain.link_hash(entry.prev_hash, entry.seq, entry.digest) for entry in entries
    ]
    head = AuditHead.objects.get()
    assert (head.seq, head.hash) == (3, entries[-1].hash)


def test_the_database_refuses_every_change_and_deletion():
    make_entries(3)
    before = list(AuditEntry.objects.values())

    for act in (
        lambda rows: rows.filter(seq=2).update(facts={"rows": 9}),
        lambda rows: rows.filter(seq=2).update(seq=9),
        lambda rows: rows.filter(seq=2).delete(),
        lambda rows: rows.all().delete(),
        lambda rows: AuditHead.objects.update(seq=1),
        lambda rows: AuditHead.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            act(AuditEntry.objects)

    assert list(AuditEntry.objects.values()) == before
    assert audit.verify_chain().fault == ""


@pytest.mark.postgresql
@pytest.mark.parametrize("table", ["agencies_auditentry", "agencies_audithead"])
def test_nobody_empties_the_table_at_a_stroke(table):
    make_entries(1)

    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"TRUNCATE {table}")

    assert audit.verify_chain().count == 1


def test_an_untouched_record_is_whole():
    entries = make_entries(3)

    assert audit.verify_chain() == chain.ChainCheck(3, entries[-1].hash)
    assert audit.verify_chain(f"2:{entries[1].hash}").fault == ""


def test_a_fresh_portal_is_whole():
    out = StringIO()

    call_command("verify_audit", stdout=out)

    assert out.getvalue().splitlines() == [
        "0 entries, none broken",
        f"head 0:{'0' * 64}",
    ]


def store_as_sound(entry, **fields):
    """Store an entry with hashes of its own that are right for what it says."""
    for name, value in fields.items():
        setattr(entry, name, value)
    content = {name: getattr(entry, name) for name in chain.CONTENT}
    entry.digest = chain.digest_content(content)
    entry.hash = chain.link_hash(entry.prev_hash, entry.seq, entry.digest)
    entry.save()


def insert_in_between(rows):
    for seq in (4, 3, 2):
        rows.filter(seq=seq).update(seq=seq + 1)
    store_as_sound(rows.get(seq=3), pk=None, seq=2, facts={"rows": 77})


def append_behind(rows):
    last = rows.get(seq=4)
    store_as_sound(last, pk=None, seq=5, prev_hash=last.hash)


#: What is done behind the triggers, and the entry that does not fit afterwards.
TAMPERED = [
    (lambda rows: rows.filter(seq=2).update(facts={"rows": 77}), 2),
    (lambda rows: rows.filter(seq=2).update(role="reviewer"), 2),
    (lambda rows: rows.filter(seq=2).update(event="sign_in"), 2),
    (lambda rows: rows.filter(seq=2).update(prev_hash="0" * 64), 2),
    (lambda rows: rows.filter(seq=1).delete(), 1),
    (lambda rows: rows.filter(seq=2).delete(), 2),
    (lambda rows: rows.filter(seq=4).delete(), 4),
    (lambda rows: rows.filter(seq__gte=3).delete(), 3),
    (lambda rows: rows.all().delete(), 1),
    (lambda rows: store_as_sound(rows.get(seq=2), facts={"rows": 77}), 3),
    (insert_in_between, 3),
    (append_behind, 5),
    (lambda rows: AuditHead.objects.all().delete(), 4),
]


def verify_after(act):
    """Verify the record after something was done to it; the refusal undoes it."""
    with transaction.atomic():
        act(AuditEntry.objects)
        call_command("verify_audit")


def test_what_was_done_behind_the_triggers_is_found():
    make_entries(4)
    triggers.drop()

    told = []
    for act, _number in TAMPERED:
        with pytest.raises(CommandError) as refused:
            verify_after(act)
        told.append((refused.value.returncode, str(refused.value)))

    assert [(code, re.search(r"entry (\d+) ", text)[1]) for code, text in told] == [
        (1, str(number)) for _act, number in TAMPERED
    ]


def test_a_row_without_a_place_in_the_chain_is_found():
    """Putting the triggers back appends what waits; a deeper hand leaves it loose."""
    make_entries(1)
    triggers.drop()
    AuditEntry.objects.update(seq=None)

    assert "has no place in the chain" in audit.verify_chain().fault


def write_anew(entries):
    AuditEntry.objects.all().delete()
    AuditHead.objects.all().delete()
    return make_entries


def cut_short(entries):
    AuditEntry.objects.filter(seq=3).delete()
    AuditHead.objects.update(seq=2, hash=entries[1].hash)


@pytest.mark.parametrize(
    ("act", "seq", "fault"),
    [(write_anew, 2, "entry 2 "), (cut_short, 3, "entry 3 is missing")],
)
def test_a_chain_that_was_replaced_is_found_by_an_earlier_head(act, seq, fault):
    entries = make_entries(3)
    triggers.drop()
    refill = act(entries)
    triggers.install()
    if refill:
        refill(3)

    assert audit.verify_chain().fault == ""
    printed = f"{seq}:{entries[seq - 1].hash}"
    assert audit.verify_chain(printed).fault.startswith(fault)


@pytest.mark.sqlite
@pytest.mark.parametrize("head", ["3", "3:zz", "-1:" + "0" * 64])
def test_a_head_that_is_none_is_refused(head):
    with pytest.raises(CommandError, match="printed head"):
        call_command("verify_audit", expect=head)


def test_the_outcome_is_mailed_once_a_day():
    make_entries(1)

    for _time in range(2):
        call_command("verify_audit", address="a@example.org", stdout=StringIO())

    mail = Mail.objects.get()
    assert audit.verify_chain().head in mail.text


@pytest.mark.postgresql
def test_what_was_recorded_without_triggers_is_chained_later():
    triggers.drop()
    entry = audit.record_event(Event.SIGN_IN)

    triggers.install()

    entry.refresh_from_db()
    assert entry.seq == 1
    assert audit.verify_chain().fault == ""


@pytest.mark.django_db(transaction=True)
def test_at_commit_every_entry_is_in_the_chain():
    for _time in range(3):
        with transaction.atomic():
            audit.record_event(Event.EXPORTED)
            audit.record_event(Event.SIGN_OUT)

    assert list(AuditEntry.objects.order_by("pk").values_list("seq", flat=True)) == [
        *range(1, 7)
    ]
    assert audit.verify_chain().fault == ""


def test_an_account_with_entries_is_never_deleted():
    person = make.user()
    audit.record_event(Event.SIGN_IN, actor=person)

    with pytest.raises(IntegrityError), transaction.atomic():
        person.delete()

    assert AuditEntry.objects.get(event="sign_in").actor == person


@pytest.mark.sqlite
def test_every_event_is_found_in_one_group_of_the_page():
    held = [event for _word, _label, events in event_groups() for event in events]

    assert sorted(held) == sorted(Event)


@pytest.mark.sqlite
def test_a_group_of_events_is_filtered_and_told_in_words(client):
    audit.record_event(Event.EXPORTED)
    entry = audit.record_event(Event.MANDATE_CHANGED, kind="titular", leave_cover=True)
    client.force_login(make.administrator(language="en"))

    listed = client.get("/gestion/agencies/auditentry/", {"event": "mandates"})

    assert [row.pk for row in listed.context["cl"].result_list] == [entry.pk]
    with override("en"):
        assert list(admin_audit.facts_in_words(entry)) == [
            ("kind", "Titular"),
            ("covers a leave", "Yes"),
        ]


def kept_facts():
    """The name of every fact that a call in the source hands to the record."""
    named = {"actor", "agency", "obj", "request"}
    for folder in ("agencies", "strategic_areas"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            for node in ast.walk(ast.parse(text)) if "record" in text else ():
                if is_told(node):
                    yield from {each.arg for each in node.keywords} - {*named, None}


def is_told(node):
    """Whether something is told to the record by this piece of the source."""
    name = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
    return name in RECORDERS and bool(AN_EVENT.search(ast.unparse(node)))


@pytest.mark.sqlite
def test_every_fact_has_words():
    found = set(kept_facts())

    assert found - {*admin_audit.FACT_LABELS} == set()
    assert len(found) > 15


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (
            {"kind": "agencies.agency", "way": "video", "asked_pk": 3},
            [("kind", "agency"), ("made sure by", "a video call"), ("asked for", "3")],
        ),
        ({"kind": "agencies.agency", "record": 7}, [("agency", "7")]),
        # A model that was renamed.
        (
            {"kind": "strategic_areas.reportwords", "record": 7},
            [("texts of the secretariat in a report", "7")],
        ),
        (
            {"kind": ["agencies.agency", "agencies.focalpoint"], "record": [7, 3]},
            [("agency", "7"), ("focal point", "3")],
        ),
        ({"kind": ["agencies.agency"] * 2, "record": [7, None]}, [("agency", "7, –")]),
    ],
)
def test_what_is_told_of_records_is_told_in_words(facts, words):
    entry = audit.record_event(Event.APPROVAL_GIVEN, **facts)

    with override("en"):
        assert list(admin_audit.facts_in_words(entry)) == words


@pytest.mark.sqlite
def test_the_list_costs_the_same_for_one_entry_and_for_many(
    client, django_assert_max_num_queries
):
    client.force_login(make.administrator())
    person = make.reviewer()
    rows = "/gestion/agencies/auditentry/"

    def queries():
        with django_assert_max_num_queries(30) as captured:
            client.get(rows, {"event": "exported"})
        return len(captured)

    audit.record_event(Event.EXPORTED, actor=person)
    one = queries()
    for _time in range(8):
        audit.record_event(Event.EXPORTED, actor=make.user())

    assert queries() == one
