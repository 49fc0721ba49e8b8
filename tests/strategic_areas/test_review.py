"""The review: the queue, a record beside the last published one, and the two steps."""

import copy
from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import override

from agencies.access import Role
from strategic_areas import workflow
from strategic_areas.desk.review import comparison, review_queue
from strategic_areas.models import ActivityUpdate, RevisionStatus
from strategic_areas.workflow import guard
from tests import make
from tests.deep import SOME_ROWS

pytestmark = pytest.mark.django_db

QUEUE = reverse("admin:index")
MANY = reverse("admin:review_many")
CHECKED = {"checked": "on", "page_was_shown": "on"}
MARKED = "La explicó Yubelkis."
#: Queries of each page, however many records wait.
BUDGETS = {"queue": 57, "record": 26, "many": 32}


def address(record, page="review"):
    return reverse(
        f"admin:{page}", args=[review_queue.SLUG_BY_MODEL[type(record)], record.pk]
    )


def token(record):
    return review_queue.QueuedReport(record, needs_another_person=False).token


def waiting_since(record, days):
    moment = timezone.now() - timedelta(days=days)
    type(record).objects.filter(pk=record.pk).update(submitted_at=moment)
    record.refresh_from_db()
    return record


@pytest.fixture(scope="module")
def kept_lead(lasting):
    commitment = make.commitment()
    author = make.focal_point(agency=commitment.lead)
    return commitment, make.round(plan=commitment.plan), author


@pytest.fixture
def submit(db, kept_lead):
    """Makes a submitted update, on an activity of its own; all are of one agency."""
    commitment, period, author = copy.deepcopy(kept_lead)

    def maker(**fields):
        activity = make.activity(commitment=commitment)
        about = {"activity": activity, "period": period, "by": author}
        return make.submitted_update(**about, **fields)

    return maker


def publish(client, record, **data):
    data = {"seen_version": record.version, **CHECKED, **data}
    return client.post(address(record, "review_publish"), data)


def give_back(client, record, **data):
    data = {"seen_version": record.version, "reason": "Falta la fecha.", **data}
    return client.post(address(record, "review_return"), data)


def status_of(record):
    record.refresh_from_db()
    return record.status


# The queue


def test_the_queue_has_both_kinds_the_longest_waiting_first(client, reviewer, submit):
    new = waiting_since(submit(), 1)
    old = waiting_since(make.submitted_declaration(), 9)
    make.update()
    make.published_update()

    rows = client.get(QUEUE).context["rows"]

    items = [row.items[0] for row in rows]
    assert [(item.record, item.days_waiting) for item in items] == [(old, 9), (new, 1)]


def test_only_unmarked_reports_of_others_can_be_ticked(client, reviewer, submit):
    plain = submit()
    warned = submit(narrative_es="Se atendió a dos niñas.")
    hers = submit()
    hers.contributors.add(reviewer)

    response = client.get(QUEUE)

    others = client.get(QUEUE, {"que": "ajenas"})
    (row,), (own,) = response.context["rows"], others.context["rows"]
    page = response.content.decode()
    assert [item.record for item in row.items] == [plain, warned]
    assert (len(row.examined.findings), row.picks) == (1, token(plain))
    assert f'name="pick" value="{token(plain)}"' in page
    assert (own.items[0].record, own.picks) == (hers, "")


def test_the_page_of_a_report_counts_what_the_desk_counts(client, reviewer, submit):
    mine, hers = submit(), submit()
    hers.contributors.add(reviewer)

    position = client.get(address(mine)).context["screen"]["queue_position"]

    assert (position["number"], position["total"]) == (1, 1)
    assert len(client.get(QUEUE).context["queue"].items) == 1


@pytest.mark.usefixtures("kept_lead")  # its round runs too, and is on the desk
@pytest.mark.parametrize("rows", [1, SOME_ROWS])
def test_the_queue_has_one_budget_at_any_size(client, reviewer, rows, monkeypatch):
    # Whether the desk offers to open a next round depends on the day of the test.
    monkeypatch.setattr("strategic_areas.rounds.OPENED_AHEAD", timedelta(days=-1000))
    commitment = make.commitment()
    author = make.focal_point(agency=commitment.lead)
    period = make.round(plan=commitment.plan)
    updates = []
    for _ in range(rows):
        activity = make.activity(commitment=commitment)
        update = make.update(activity=activity, period=period, by=author)
        make.evidence(update)
        workflow.submit(update, by=author)
        updates.append(update)
    picks = "&".join(f"pick={token(update)}" for update in updates[:50])
    client.get(QUEUE)  # What a process asks only once does not count.
    guard.known_words()
    spent = {}

    for name, path in {
        "queue": QUEUE,
        "record": address(update),
        "many": f"{MANY}?{picks}",
    }.items():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        spent[name] = len(captured)

    assert spent == BUDGETS


# Who


@pytest.mark.parametrize("make_actor", [make.focal_point, make.administrator])
def test_only_a_reviewer_has_a_queue(client, make_actor, submit):
    submit()
    client.force_login(make_actor())

    assert client.get(QUEUE).context["rows"] == []


def test_what_does_not_exist_is_not_found(client, reviewer):
    for kind in ("avance", "declaracion", "otra"):
        found = client.get(reverse("admin:review", args=[kind, 9])).status_code
        assert found == 404, kind


def test_whoever_had_a_part_is_offered_only_the_return(client, reviewer, submit):
    update = submit()
    update.contributors.add(reviewer)

    response = client.get(address(update))
    publish(client, update)

    offered = [type(form).__name__ for form in response.context["screen"]["step_forms"]]
    assert (offered, status_of(update)) == (["ReturnForm"], RevisionStatus.SUBMITTED)


# The steps


def test_each_step_leads_to_the_next_that_she_may_publish(client, reviewer, submit):
    first = waiting_since(submit(), 9)
    hers = waiting_since(submit(), 8)
    hers.contributors.add(reviewer)
    second = waiting_since(make.submitted_declaration(), 7)
    third = waiting_since(submit(), 6)

    steps = [publish(client, second), give_back(client, third), publish(client, first)]

    assert [step["Location"] for step in steps] == [
        address(third),
        address(first),
        QUEUE,
    ]
    statuses = [status_of(row) for row in (first, second, third)]
    assert statuses == ["published", "published", "returned"]


def test_what_waits_no_more_leads_to_its_own_page(client, reviewer, submit):
    update = submit()

    data = {"seen_version": update.version, **CHECKED}
    response = client.post(address(update, "review_publish"), data, follow=True)
    again = client.get(address(update))

    (told,) = response.context["messages"]
    assert (told.level_tag, str(update) in str(told)) == ("success", True)
    own = reverse("admin:strategic_areas_activityupdate_change", args=[update.pk])
    assert again["Location"] == own


def test_only_the_version_on_screen_is_published(client, reviewer, submit):
    update = submit()
    author, seen = update.contributors.get(), update.version
    workflow.return_to_agency(update, by=make.reviewer(), reason="Falta la fecha.")
    workflow.save_draft(update, by=author, seen_version=seen)
    workflow.submit(update, by=author)

    response = publish(client, update, seen_version=seen)

    assert response["Location"] == address(update)
    assert status_of(update) == RevisionStatus.SUBMITTED


def test_of_two_who_decide_the_second_is_told(client, reviewer, submit):
    update = submit()
    workflow.publish(update, by=make.reviewer())

    data = {"seen_version": update.version, "reason": "No."}
    response = client.post(address(update, "review_return"), data, follow=True)

    assert status_of(update) == RevisionStatus.PUBLISHED
    assert [m.level_tag for m in response.context["messages"]] == ["error", "info"]


def test_a_return_without_a_reason_keeps_the_note(client, reviewer, submit):
    update = submit()

    response = give_back(client, update, reason="", private_note="Llamar mañana.")

    form = response.context["screen"]["step_forms"][1]
    assert (response.status_code, list(form.errors)) == (422, ["reason"])
    assert form["private_note"].value() == "Llamar mañana."
    assert status_of(update) == RevisionStatus.SUBMITTED


def test_marked_text_is_published_after_a_tick(client, reviewer, submit):
    update = submit(narrative_es=MARKED)

    refused = publish(client, update, checked="")
    before = status_of(update)
    taken = publish(client, update)

    form = refused.context["screen"]["step_forms"][0]
    assert (refused.status_code, list(form.errors)) == (422, ["checked"])
    assert before == RevisionStatus.SUBMITTED
    assert (taken.status_code, status_of(update)) == (302, RevisionStatus.PUBLISHED)


def test_where_nothing_is_marked_no_tick_is_asked(client, reviewer, submit):
    update = submit(narrative_es="Se acordó la ruta.")

    shown = client.get(address(update))
    taken = publish(client, update, checked="")

    assert "checked" not in shown.context["screen"]["step_forms"][0].fields
    assert b"<mark>" not in shown.content
    assert (taken.status_code, status_of(update)) == (302, RevisionStatus.PUBLISHED)


def test_a_review_shows_each_mark_numbered_and_explained(client, reviewer, submit):
    update = submit(narrative_es="Dos técnicas la explicaron en Villa Jaragua.")

    page = client.get(address(update))

    examined = page.context["screen"]["examined"]
    assert [(each.excerpt, str(each.severity)) for each in examined.findings] == [
        ("Dos técnicas", "mark"),
        ("Villa Jaragua", "mark"),
    ]
    content = page.content.decode()
    assert content.count("<mark>") == 2
    assert 'href="#marca-2"' in content
    assert 'id="marca-2"' in content
    assert "2" in page.context["screen"]["step_forms"][0].fields["checked"].label


def test_marks_in_evidence_and_in_english_are_marked_too(client, reviewer):
    update = make.update(narrative_en="It was in Villa Jaragua.")
    make.evidence(update, title_es="Acta de Yubelkis Marte")
    workflow.submit(update, by=update.contributors.get())

    examined = client.get(address(update)).context["screen"]["examined"]

    assert [(text.label, text.language) for text in examined.texts] == [
        ("Qué se hizo, en inglés", "en"),
        ("Evidencia", "es"),
    ]


def test_what_names_a_person_cannot_be_published(client, reviewer, submit):
    update = submit(narrative_es="Cédula 001-1234567-8 del caso.")

    shown = client.get(address(update)).context["screen"]
    publish(client, update)

    assert [type(form).__name__ for form in shown["step_forms"]] == ["ReturnForm"]
    assert [found.excerpt for found in shown["examined"].blocks] == ["001-1234567-8"]
    assert status_of(update) == RevisionStatus.SUBMITTED


def test_the_private_note_is_for_the_secretariat_alone(client, submit):
    note = "Nota que nadie más lee"
    update = submit()
    author = update.contributors.get()
    inside = make.reviewer()
    inside.groups.add(Group.objects.get(name=Role.FOCAL_POINT))
    make.mandate(user=inside, agency=update.agency, kind="alternate")
    workflow.return_to_agency(
        update, by=make.reviewer(), reason="Falta la fecha.", private_note=note
    )
    own = reverse("admin:strategic_areas_activityupdate_change", args=[update.pk])
    sheet = reverse("admin:sheet", args=[update.period_id, update.agency.slug])
    pages = []

    client.force_login(author)
    pages += [client.get(path) for path in (own, sheet, reverse("admin:index"))]
    workflow.submit(update, by=author)
    for user in (inside, make.reviewer()):
        client.force_login(user)
        pages.append(client.get(address(update)))
    workflow.publish(update, by=make.reviewer())
    pages.append(client.get(update.get_absolute_url("es")))

    assert [page.status_code for page in pages] == [200] * 6
    shown = [note in page.content.decode() for page in pages]
    assert shown == [False, False, False, False, True, False]


# What is shown


def test_a_record_stands_beside_the_last_published_one():
    activity = make.activity()
    plan = activity.plan
    older, newer, later = (
        make.period(plan=plan, starts_on=f"{year}-01-01", ends_on=f"{year}-12-31")
        for year in (2024, 2025, 2027)
    )
    period = make.round(plan=plan, starts_on="2026-01-01", ends_on="2026-06-30")
    make.record_update(activity=activity, period=older)
    beside = make.record_update(activity=activity, period=newer)
    make.record_update(activity=activity, period=later)
    make.record_update(activity=make.activity(plan=plan), period=newer)
    update = make.submitted_update(activity=activity, period=period)

    (before,) = comparison.last_published_revisions([update])
    workflow.publish(update, by=make.reviewer())
    correction = workflow.begin_correction(update, by=update.contributors.get())

    assert before == beside
    assert comparison.last_published_revisions([correction]) == [update]


def test_a_demonstration_is_no_yardstick():
    activity = make.activity()
    shown = make.round(plan=activity.plan, is_demonstration=True)
    make.published_update(activity=activity, period=shown)

    update = make.submitted_update(activity=activity)

    assert comparison.last_published_revisions([update]) == [None]


def test_differences_are_marked_word_by_word_and_read_out(client, reviewer):
    activity = make.activity()
    make.record_update(
        activity=activity, percent=40, narrative_es="Se hicieron dos talleres."
    )
    update = make.submitted_update(
        activity=activity, percent=40, narrative_es="Se hicieron tres talleres."
    )

    response = client.get(address(update))

    screen, page = response.context["screen"], response.content.decode()
    (told,) = screen["comparison"].texts["es"]
    compared = {line.label: line for line in screen["field_comparisons"]}
    assert [(kind, text) for kind, text, _numbers in told.pieces] == [
        ("same", "Se hicieron "),
        ("gone", "dos"),
        ("new", "tres"),
        ("same", " talleres."),
    ]
    with override("es"):
        percent = capfirst(str(ActivityUpdate._meta.get_field("percent").verbose_name))
    assert compared[percent].pieces == [("same", "40")]
    for mark, text in (("del", "dos"), ("ins", "tres")):
        marked = page.index(f"</span>{text}<span")
        assert f'<{mark}><span class="visually-hidden">' in page[marked - 80 : marked]


def test_a_mark_keeps_its_number_where_the_text_differs(client, reviewer):
    activity = make.activity()
    make.record_update(activity=activity, narrative_es="Fue en la capital.")
    update = make.submitted_update(
        activity=activity, narrative_es="Fue en la capital y en Villa Jaragua."
    )

    screen = client.get(address(update)).context["screen"]

    (told,) = screen["comparison"].texts["es"]
    marked = [piece for piece in told.pieces if piece[2]]
    assert marked == [("new", "Villa Jaragua", (1,))]


@pytest.mark.parametrize(
    ("before", "after", "is_whole"),
    [
        ("Se hicieron dos talleres.", "Se hicieron tres talleres en Azua.", False),
        (
            "El primer borrador de la ficha está en consulta.",
            "La ficha se prueba en cuatro instituciones hasta mayo.",
            True,
        ),
    ],
)
def test_texts_with_little_in_common_are_told_whole(before, after, is_whole):
    pieces = comparison.text_differences(before, after)

    assert (pieces == [("gone", before), ("new", after)]) == is_whole


def test_where_the_public_reads_it_is_told_with_what_changes_there(client, reviewer):
    activity = make.activity()
    update = make.submitted_update(activity=activity, execution="in_progress")
    hers = make.submitted_update(activity=make.activity(plan=activity.plan))
    hers.contributors.add(reviewer)

    shown, own = (
        client.get(address(each)).context["screen"] for each in (update, hers)
    )

    commitment = activity.commitment.get_absolute_url("es")
    told = {page.address: page.change for page in shown["page_changes"]}
    assert f"{activity.code} · Estado: " in told[commitment]
    assert own["page_changes"] == []
    assert (shown["record"].status, status_of(update)) == (
        RevisionStatus.SUBMITTED,
    ) * 2
    assert not update.transitions.filter(to_status=RevisionStatus.PUBLISHED).exists()


def test_the_reason_of_a_stop_is_prefilled_and_names_nothing(client, reviewer, submit):
    update = submit(narrative_es="Llame al 809-555-0142.")

    screen = client.get(address(update)).context["screen"]
    (form,) = screen["step_forms"]
    reason = form["reason"].value()
    give_back(client, update, reason=reason)

    assert screen["page_changes"] == []
    assert reason.startswith("Qué se hizo: ")
    assert "809" not in reason
    assert status_of(update) == RevisionStatus.RETURNED
    assert update.transitions.get(to_status=RevisionStatus.RETURNED).reason == reason


def test_the_preview_is_what_the_public_then_reads(client, reviewer, submit):
    update = submit(obstacle_es="Faltan salas.", people_reached=40)
    make.participation(plan=update.plan, agency=update.agency, hosts_secretariat=True)

    preview = client.get(address(update)).context["screen"]["preview"]
    publish(client, update)

    page = client.get(update.get_absolute_url("es")).context["page"]
    # But for the address: it has none before.
    latest = page.activities[0].latest
    assert (preview.public_id, latest.public_id != "") == ("", True)
    assert replace(preview, public_id=latest.public_id) == latest


def test_of_a_reserved_update_the_preview_shows_the_legal_basis_alone(client, reviewer):
    reserved = {
        "is_reserved": True,
        "reserved_reason": "Investigación abierta",
        "reserved_legal_basis": "Ley 200-04, art. 17",
    }
    update = make.update(**reserved)
    make.evidence(update)
    workflow.submit(update, by=update.contributors.get())

    screen = client.get(address(update)).context["screen"]

    preview = screen["preview"]
    assert (preview.legal_basis, preview.text_es) == ("Ley 200-04, art. 17", "")
    assert (preview.evidence, preview.percent) == ((), None)
    assert "evidence" not in screen["step_forms"][0].fields


def test_the_guard_reads_legal_basis_and_evidence_too():
    update = make.update(
        is_reserved=True, reserved_reason="x", reserved_legal_basis="Caso de dos niñas"
    )
    make.evidence(update, title_es="Acta de tres víctimas")

    found = [warned.excerpt for warned in guard.warnings_about(update)]

    assert found == ["Caso de dos niñas", "Acta de tres víctimas"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dos niñas.", "Dos niñas."),
        (
            f"{'Se hizo una larga jornada. ' * 3}Dos niñas{' y lo demás' * 9}.",
            "… jornada. Se hizo una larga jornada. Dos niñas y lo demás y lo demás y "
            "lo demás …",
        ),
    ],
)
def test_a_warning_quotes_whole_words_and_says_where_the_text_goes_on(text, expected):
    update = make.update(narrative_es=text)

    (warned,) = guard.warnings_about(update)

    assert warned.excerpt == expected


# Publishing together


def test_what_is_published_together_was_shown_first(client, reviewer, submit):
    first, second = submit(), make.submitted_declaration()
    make.evidence(first)

    shown = client.get(MANY, {"pick": [token(first), token(second)]})
    unread = client.post(MANY, {"pick": [token(first), token(second)]})
    before = [status_of(first), status_of(second)]
    client.post(MANY, {"pick": [token(first), token(second)], **CHECKED})

    entries = [each.after for each in shown.context["comparisons"]]
    assert [(entry.kind, entry.pk) for entry in entries] == [
        ("activityupdate", first.pk),
        ("commitmentupdate", second.pk),
    ]
    assert (unread.status_code, before) == (422, ["submitted"] * 2)
    assert [status_of(first), status_of(second)] == ["published"] * 2
    assert not first.evidences.filter(is_public=True).exists()


def test_marked_reports_are_published_together_after_a_tick(client, reviewer, submit):
    """Also if the mark appeared after the reviewer opened the page."""
    agency = make.agency(name_es="Jarama")
    plain, marked = submit(), submit(narrative_es="La cita Jarama.")
    picked = {"pick": [token(plain), token(marked)]}
    unmarked = client.get(MANY, picked).context["form"].hidden_fields()
    posted = {field.name: field.value() or [] for field in unmarked}
    agency.name_es = "Otra"
    agency.save()

    refused = client.post(MANY, posted)
    before = [status_of(plain), status_of(marked)]
    shown = client.get(MANY, picked)
    client.post(MANY, {**picked, **CHECKED})

    assert shown.content.decode().count("<mark>") == 1
    assert not shown.context["form"].fields["checked"].widget.is_hidden
    assert (refused.status_code, before) == (422, ["submitted"] * 2)
    assert [status_of(plain), status_of(marked)] == ["published"] * 2


def test_what_may_not_go_with_the_others_is_left_out_and_told(client, reviewer, submit):
    plain = submit()
    warned = submit(narrative_es="Se atendió a dos niñas.")
    hers = submit()
    hers.contributors.add(reviewer)
    changed = submit()
    decided = make.published_update()
    tokens = [token(row) for row in (plain, warned, hers, decided)]
    tokens += [f"{token(changed)}9", "avance-x"]

    shown = client.get(MANY, {"pick": tokens})
    response = client.post(MANY, {"pick": tokens, **CHECKED}, follow=True)

    comparisons = shown.context["comparisons"]
    assert [each.after.pk for each in comparisons] == [plain.pk]
    assert len(shown.context["left_out"]) == 5
    rows = (plain, warned, hers, changed)
    assert [status_of(row) for row in rows] == ["published"] + ["submitted"] * 3
    levels = [message.level_tag for message in response.context["messages"]]
    assert sorted(levels) == ["success"] + ["warning"] * 5


def test_single_ones_of_many_are_returned_with_a_reason(client, reviewer, submit):
    kept, returned = submit(), submit()
    picked = {"pick": [token(kept), token(returned)], **CHECKED}

    back = {"back": token(returned)}
    refused = client.post(MANY, picked | back)
    before = [status_of(kept), status_of(returned)]
    client.post(MANY, picked | back | {"reason": "Falta la fecha."})

    assert (refused.status_code, before) == (422, ["submitted"] * 2)
    assert list(refused.context["form"].errors) == ["reason"]
    assert [status_of(kept), status_of(returned)] == ["published", "returned"]
    step = returned.transitions.get(to_status=RevisionStatus.RETURNED)
    assert step.reason == "Falta la fecha."


def test_who_returns_all_reads_one_reason_and_ticks_nothing(client, reviewer, submit):
    rows = [submit(narrative_es=MARKED), submit()]
    picked = {"pick": [token(row) for row in rows], "page_was_shown": "on"}

    unsaid = client.post(MANY, picked | {"all": "1"})
    before = [status_of(row) for row in rows]
    client.post(MANY, picked | {"all": "1", "reason": "Falta la fecha."})

    assert (unsaid.status_code, before) == (422, ["submitted"] * 2)
    assert list(unsaid.context["form"].errors) == ["reason"]
    assert [status_of(row) for row in rows] == ["returned"] * 2


def test_the_tick_is_asked_for_as_long_as_one_is_published(client, reviewer, submit):
    rows = [submit(narrative_es=MARKED), submit(narrative_es=MARKED)]
    tokens = [token(row) for row in rows]
    told = {"pick": tokens, "reason": "Falta la fecha.", "page_was_shown": "on"}

    asked = client.post(MANY, told | {"back": tokens[:1]})
    before = [status_of(row) for row in rows]
    client.post(MANY, told | {"back": tokens})

    assert (list(asked.context["form"].errors), before) == (
        ["checked"],
        ["submitted"] * 2,
    )
    assert [status_of(row) for row in rows] == ["returned"] * 2


def test_several_tell_where_they_stand_in_the_queue(client, reviewer, submit):
    rows = [submit() for _ in range(4)]

    middle = client.get(MANY, {"pick": [token(row) for row in rows[1:3]]})
    apart = client.get(MANY, {"pick": [token(rows[0]), token(rows[2])]})

    position = middle.context["queue_position"]
    told = {name: position[name] for name in ("number", "last", "total")}
    assert told == {"number": 2, "last": 3, "total": 4}
    assert (position["previous"].pk, position["following"].pk) == (
        rows[0].pk,
        rows[3].pk,
    )
    assert apart.context["queue_position"] is None


def test_what_was_decided_meanwhile_is_told(client, reviewer, monkeypatch, submit):
    first, second = submit(), submit()
    taken = workflow.publish

    def publish_while_another_returns(update, **kwargs):
        if update == first:
            workflow.return_to_agency(first, by=make.reviewer(), reason="No.")
        return taken(update, **kwargs)

    monkeypatch.setattr(workflow, "publish", publish_while_another_returns)
    data = {"pick": [token(first), token(second)], **CHECKED}
    response = client.post(MANY, data, follow=True)

    levels = [message.level_tag for message in response.context["messages"]]
    assert levels == ["warning", "success"]
    assert [status_of(first), status_of(second)] == ["returned", "published"]


def test_an_agency_without_a_mandate_is_reviewed_too(client, reviewer, submit):
    make.agency()

    assert client.get(address(submit())).context["screen"]["shows_notes"] is True
