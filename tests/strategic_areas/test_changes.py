"""One person proposes, another approves, and only then the record changes."""

from functools import partial

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import override

from agencies.access import RefusedError
from agencies.audit import AuditEntry
from strategic_areas import models, workflow
from strategic_areas.desk.changes.decisions import queued_decisions
from strategic_areas.desk.review.comparison import text_differences
from strategic_areas.workflow import changes
from tests import make
from tests.strategic_areas.drafts import add, propose
from tests.strategic_areas.refusing import is_refused

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

Status = models.PendingChange.Status


def address(record, page="change"):
    name = f"admin:strategic_areas_{record._meta.model_name}_{page}"
    return reverse(name, args=[] if page == "add" else [record.pk])


def page_of(change):
    return reverse("admin:approval", args=[change.pk])


def held(change):
    return change.records.get()


def filled(client, url):
    form = client.get(url).context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    posted = {name: value for name, value in values.items() if value is not None}
    if "numbers" in form.fields and not posted["numbers"]:
        posted["numbers"] = "[]"
    return posted


# The workflow


def test_a_proposed_change_leaves_the_record_as_it_is():
    line = make.help_line(scope_es="Antes.")

    change = make.change(line, scope_es="Después.")

    line.refresh_from_db()
    assert line.scope_es == "Antes."
    assert (held(change).before, held(change).after) == (
        {"scope_es": "Antes."},
        {"scope_es": "Después."},
    )


def test_an_approved_change_applies_and_history_names_both():
    proposer, approver = make.reviewer(), make.reviewer()
    source = make.source()
    line = make.help_line()
    change = make.change(
        line, by=proposer, links={"sources": [source]}, numbers=["212"]
    )

    decided = workflow.approve(change, by=approver)

    stored = models.HelpLine.objects.get()
    assert (stored.numbers, list(stored.sources.all())) == (["212"], [source])
    assert (decided.status, decided.decided_by) == (Status.APPROVED, approver)
    past = stored.history.first()
    assert past.history_user == approver
    assert proposer.username in past.history_change_reason
    assert approver.username in past.history_change_reason


def test_a_new_record_is_made_when_it_is_approved():
    change = make.change(models.HelpLine(label_es="Nueva", numbers=["212"]))
    before = models.HelpLine.objects.count()

    decided = workflow.approve(change, by=make.reviewer())

    assert before == 0
    assert models.HelpLine.objects.get(pk=held(decided).object_id).label_es == "Nueva"


@pytest.mark.sqlite
@pytest.mark.parametrize("language", ["es", "en"])
def test_a_change_names_its_kind_in_the_language_of_whoever_reads(language):
    change = make.change(make.help_line(label_es="Línea", label_en="Line"))

    with override(language):
        named = str(change)
        expected = capfirst(str(models.HelpLine._meta.verbose_name))

    assert named == f"{expected}: Línea"


def test_every_kind_of_field_survives_the_wait():
    plan, indicator = make.plan(), make.indicator(sensitive=True)
    target = models.Target(
        plan=plan,
        indicator=indicator,
        starts_on=timezone.localdate(),
        ends_on=timezone.localdate(),
        value="349.500",
        provenance="documented",
    )
    changes = [
        make.change(target),
        make.change(indicator, sensitive=False, why_not_sensitive="Son casos."),
    ]

    for change in changes:
        workflow.approve(change, by=make.reviewer())

    stored = models.Target.objects.get()
    assert (stored.plan, stored.indicator, str(stored.value)) == (
        plan,
        indicator,
        "349.500",
    )
    assert stored.starts_on == timezone.localdate()
    assert models.Indicator.objects.get().sensitive is False


@pytest.mark.sqlite
@pytest.mark.parametrize("make_actor", [make.administrator, make.focal_point])
def test_only_the_secretariat_proposes_and_decides(make_actor):
    stranger, line = make_actor(), make.help_line()
    change = make.change(make.help_line())

    for step in (
        lambda: make.change(line, by=stranger, scope_es="x"),
        lambda: workflow.approve(change, by=stranger),
        lambda: workflow.decline(change, by=stranger, reason="No."),
        lambda: workflow.take_back(change, by=stranger),
    ):
        with pytest.raises(RefusedError):
            step()

    assert list(models.PendingChange.objects.values_list("status")) == [
        (Status.PENDING,)
    ]


def test_a_second_change_of_the_same_record_is_refused_with_the_first():
    line = make.help_line()
    first = make.change(line, scope_es="Uno.")

    with pytest.raises(workflow.AlreadyWaitingError) as refused:
        make.change(models.HelpLine.objects.get(pk=line.pk), scope_es="Dos.")

    assert refused.value.current == first


def test_a_declined_change_needs_a_reason_and_is_decided_once():
    change, approver = make.change(), make.reviewer()

    with pytest.raises(RefusedError):
        workflow.decline(change, by=approver, reason=" ")
    workflow.decline(change, by=approver, reason="No es el número.")
    with pytest.raises(RefusedError):
        workflow.approve(change, by=approver)

    change.refresh_from_db()
    assert (change.status, change.reason) == (Status.DECLINED, "No es el número.")


@pytest.mark.sqlite
def test_a_change_that_changes_nothing_is_refused():
    line = make.help_line(scope_es="Igual.")

    with pytest.raises(RefusedError):
        make.change(line, scope_es="Igual.")

    assert models.PendingChange.objects.count() == 0


@pytest.mark.sqlite
def test_personal_data_is_not_even_proposed_but_a_line_has_its_telephone():
    with pytest.raises(RefusedError):
        make.change(scope_es="Pregunte por la cédula 001-1234567-8.")
    with pytest.raises(RefusedError):
        make.change(make.indicator(), note_es="Llame al 809-555-1234.")
    with pytest.raises(RefusedError):
        propose_discrepancy(detail_es="Lo dijo la cédula 001-1234567-8.")

    change = make.change(scope_es="También en el 809-555-1234.")

    assert list(models.PendingChange.objects.all()) == [change]


def test_what_a_change_holds_never_changes():
    line = make.help_line(scope_es="Antes.")
    change = make.change(line, scope_es="Después.")

    for changed in (
        {"after": {"scope_es": "Otra cosa."}},
        {"before": {"scope_es": "Otra cosa."}},
        {"slot": "helpline:0"},
        {"slot": None},
        {"object_id": line.pk + 1},
        {"place": 1},
        {"content_type": ContentType.objects.get_for_model(Permission)},
    ):
        assert is_refused(partial(change.records.update, **changed)), changed


def test_no_record_joins_a_change_on_which_somebody_has_decided():
    decided = workflow.approve(make.change(), by=make.reviewer())

    with pytest.raises(IntegrityError), transaction.atomic():
        decided.records.create(
            place=1,
            slot="helpline:0",
            content_type=ContentType.objects.get_for_model(models.HelpLine),
        )


def test_a_decision_stands_and_its_texts_are_blanked_by_a_purge_alone():
    change = make.change(make.help_line(scope_es="Antes."), scope_es="Después.")
    workflow.decline(change, by=make.reviewer(), reason="No, Después.")
    rows = models.PendingChange.objects.filter(pk=change.pk)

    for again in ({"status": Status.OUTDATED}, {"reason": "Otra."}, {"reason": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**again)
    for each in (rows, change.records.all()):
        with pytest.raises(IntegrityError), transaction.atomic():
            each.delete()
    make.purged("Después.")

    told = rows.values_list("status", "records__after", "reason").get()
    assert told == (Status.DECLINED, {}, "")


def test_a_change_that_waits_without_its_text_is_approved_by_nobody():
    change = make.change(make.help_line(scope_es="Antes."), scope_es="Después.")

    make.purged("Después.")

    change.refresh_from_db()
    assert (change.status, held(change).after) == (Status.OUTDATED, {})


# Several records in one change


SOURCE = {"key": "f9", "title": "Informe anual", "kind": "report"}
DISCREPANCY = {"code": "D-9", "topic_es": "Dos cifras", "detail_es": "No coinciden."}


def propose_discrepancy(by=None, plan=None, **fields):
    plan = plan or make.plan()
    source = models.Source(plan=plan, **SOURCE)
    discrepancy = models.Discrepancy(plan=plan, **DISCREPANCY | fields)
    return workflow.propose_records(
        [(source, {}), (discrepancy, {"sources": [source]})], by=by or make.reviewer()
    )


def test_a_new_record_refers_to_another_that_is_proposed_with_it():
    change = propose_discrepancy()
    before = models.Source.objects.count(), models.Discrepancy.objects.count()

    workflow.approve(change, by=make.reviewer())

    discrepancy = models.Discrepancy.objects.get()
    assert before == (0, 0)
    assert [source.title for source in discrepancy.sources.all()] == [SOURCE["title"]]
    assert [part.object_id for part in change.records.all()] == [
        models.Source.objects.get().pk,
        discrepancy.pk,
    ]


def test_a_new_record_may_stand_under_another_that_is_proposed_with_it():
    indicator = models.Indicator(
        introduced_by=make.plan(), code="I-9", name_es="Casos", unit_es="casos"
    )
    indicator.counts = "cases"
    target = models.Target(
        plan=indicator.introduced_by,
        indicator=indicator,
        starts_on=timezone.localdate(),
        ends_on=timezone.localdate(),
        value="5",
        provenance="documented",
    )

    change = workflow.propose_records(
        [(indicator, {}), (target, {})], by=make.reviewer()
    )
    workflow.approve(change, by=make.reviewer())

    assert models.Target.objects.get().indicator == models.Indicator.objects.get()


@pytest.mark.sqlite
def test_a_link_to_what_is_neither_stored_nor_proposed_with_it_is_an_error():
    plan = make.plan()
    source = models.Source(plan=plan, **SOURCE)
    discrepancy = models.Discrepancy(plan=plan, **DISCREPANCY)

    with pytest.raises(ValueError, match="not proposed together"):
        workflow.propose(discrepancy, by=make.reviewer(), links={"sources": [source]})


def test_of_several_records_all_are_applied_or_none():
    plan = make.plan()
    change = propose_discrepancy(plan=plan)
    make.discrepancy(plan=plan, code=DISCREPANCY["code"])

    with pytest.raises(RefusedError):
        workflow.approve(change, by=make.reviewer())

    change.refresh_from_db()
    assert (change.status, models.Source.objects.count()) == (Status.PENDING, 0)


def test_of_several_records_one_that_changed_meanwhile_outdates_all():
    line, indicator = make.help_line(scope_es="Antes."), make.indicator()
    line.scope_es, indicator.note_es = "Después.", "Una nota."
    change = workflow.propose_records([(indicator, {}), (line, {})], by=make.reviewer())
    models.HelpLine.objects.update(scope_es="Cambiado por un archivo.")

    decided = workflow.approve(change, by=make.reviewer())

    indicator.refresh_from_db()
    assert (decided.status, indicator.note_es) == (Status.OUTDATED, None)
    assert models.HelpLine.objects.get().scope_es == "Cambiado por un archivo."


@pytest.mark.parametrize("step", ["approve", "decline", "take_back", "outdate"])
def test_each_of_several_records_waits_once_until_somebody_decided(step):
    line, indicator = make.help_line(), make.indicator()
    line.scope_es, indicator.note_es = "Una cosa.", "Una nota."
    change = workflow.propose_records([(line, {}), (indicator, {})], by=make.reviewer())
    with pytest.raises(workflow.AlreadyWaitingError) as refused:
        make.change(models.Indicator.objects.get(), note_es="Otra nota.")

    if step == "take_back":
        workflow.take_back(change, by=change.proposed_by)
    elif step == "decline":
        workflow.decline(change, by=make.reviewer(), reason="No.")
    else:
        if step == "outdate":
            models.HelpLine.objects.update(scope_es="Cambiado por un archivo.")
        workflow.approve(change, by=make.reviewer())

    assert refused.value.current == change
    assert make.change(models.Indicator.objects.get(), note_es="Otra nota.").is_waiting


@pytest.mark.sqlite
def test_the_page_shows_every_record_and_the_audit_record_names_each(client, reviewer):
    change = propose_discrepancy(detail_es="Atendió a dos niñas en Azua.")

    context = client.get(page_of(change)).context

    source, discrepancy = context["records"]
    assert [line.after for line in source["lines"] if line.after == SOURCE["key"]]
    assert SOURCE["title"] in [line.after for line in discrepancy["lines"]]
    assert context["examined"].findings
    assert AuditEntry.objects.get(event="approval_asked").facts["kind"] == [
        "strategic_areas.source",
        "strategic_areas.discrepancy",
    ]


def test_of_very_many_records_the_audit_record_keeps_how_many(monkeypatch):
    monkeypatch.setattr("agencies.audit.MAX_VALUES", 1)
    lines = [make.help_line(scope_es="Antes."), make.help_line(scope_es="Antes.")]
    for line in lines:
        line.scope_es = "Después."

    with override("es"):
        workflow.propose_records([(each, {}) for each in lines], by=make.reviewer())

    facts = AuditEntry.objects.get(event="approval_asked").facts
    assert (facts["changed"], "record" in facts) == (2, False)


# The admin


@pytest.mark.sqlite
def test_saving_a_help_line_in_the_admin_proposes_and_changes_nothing(client):
    line, reviewer = make.help_line(scope_es="Antes."), make.reviewer()
    client.force_login(reviewer)
    source = make.source()
    form = {**filled(client, address(line)), "sources": [source.pk]}

    response = client.post(address(line), {**form, "scope_es": "Después."})

    change = models.PendingChange.objects.get()
    line.refresh_from_db()
    assert response.url == page_of(change)
    assert (line.scope_es, list(line.sources.all())) == ("Antes.", [])
    assert held(change).after == {"scope_es": "Después.", "sources": [source.pk]}
    assert change.proposed_by == reviewer


@pytest.mark.sqlite
def test_adding_an_indicator_on_the_tree_proposes_it(client, reviewer):
    plan, why = make.plan(), "Cuenta casos, no personas."
    said = {"code": "I-9", "name_es": "Casos", "unit_es": "casos", "counts": "cases"}
    said |= {"sensitive": ""}

    refused = add(client, "indicador", plan, **said)
    add(client, "indicador", plan, **said, why_not_sensitive=why)
    propose(client, plan)

    change = models.PendingChange.objects.get()
    assert refused.context["form"].errors != {}
    assert models.Indicator.objects.count() == 0
    assert (held(change).after["code"], held(change).after["sensitive"]) == (
        "I-9",
        False,
    )


@pytest.mark.sqlite
def test_lifting_the_protection_of_an_indicator_demands_and_keeps_a_reason():
    indicator, why = make.indicator(sensitive=True), "Es un porcentaje, no un conteo."

    with pytest.raises(RefusedError):
        make.change(indicator, sensitive=False)
    assert not models.PendingChange.objects.exists()
    change = make.change(indicator, sensitive=False, why_not_sensitive=why)
    workflow.approve(change, by=make.reviewer())

    lifted = models.Indicator.objects.get()
    assert (lifted.sensitive, lifted.why_not_sensitive) == (False, why)
    assert held(change).after["why_not_sensitive"] == why
    with pytest.raises(RefusedError):
        make.change(lifted, why_not_sensitive="")


@pytest.mark.sqlite
def test_a_second_change_keeps_its_text_and_links_the_first(client, reviewer):
    line = make.help_line()
    change = make.change(line, scope_es="Uno.")
    line.refresh_from_db()
    form = filled(client, address(line))

    response = client.post(address(line), {**form, "scope_es": "Dos."})

    assert models.PendingChange.objects.get() == change
    errors = response.context["adminform"].form.errors.as_data()
    assert [error.code for error in errors["__all__"]] == ["waits"]
    assert page_of(change) in str(errors["__all__"][0])
    assert response.context["adminform"].form["scope_es"].value() == "Dos."


# The queue and the page


@pytest.mark.sqlite
def test_a_reviewer_approves_on_the_page_and_the_public_reads_it(client):
    line = make.help_line(label_es="Línea de prueba")
    change = make.change(line, scope_es="Atiende en todo el país.")
    before = client.get("/ayuda/").content.decode()
    client.force_login(make.reviewer())

    response = client.post(page_of(change), {"approve": "x"})

    after = client.get("/ayuda/").content.decode()
    assert response.url == reverse("admin:index")
    assert "Atiende en todo el país." not in before
    assert "Atiende en todo el país." in after


@pytest.mark.sqlite
def test_the_page_shows_what_changes_and_both_readings(client, reviewer):
    line = make.help_line(scope_es="Atiende de día.")
    change = make.change(line, scope_es="Atiende de noche.")

    context = client.get(page_of(change)).context

    (record,) = context["records"]
    (shown,) = record["lines"]
    assert ("gone", "día.") in shown.pieces
    assert ("new", "noche.") in shown.pieces
    assert [language for language, _ in record["previews"]] == ["es", "en"]
    assert all("Atiende de noche." in html for _, html in record["previews"])
    assert [form.step for form in context["step_forms"]] == ["approve", "decline"]


@pytest.mark.sqlite
def test_a_line_that_stays_hidden_shows_no_reading(client, reviewer):
    line = make.help_line(confirm_before_publishing=True)

    context = client.get(page_of(make.change(line))).context

    (record,) = context["records"]
    assert record["previews"] == []


@pytest.mark.sqlite
def test_what_is_marked_is_read_before_a_change_is_approved(client, reviewer):
    change = make.change(scope_es="Atendió a dos niñas y a Yubelkis en Azua.")

    unread = client.post(page_of(change), {"approve": "x"})
    client.post(page_of(change), {"approve": "x", "checked": "on"})

    change.refresh_from_db()
    assert unread.context["step_forms"][0].errors
    assert unread.context["examined"].findings
    assert change.status == Status.APPROVED


@pytest.mark.sqlite
def test_what_the_guard_stops_by_now_is_not_approved(client, reviewer, monkeypatch):
    with monkeypatch.context() as before:
        before.setattr(changes, "blocked_texts", lambda model, values: {})
        change = make.change(scope_es="Atendió a 001-1234567-8.")

    client.post(page_of(change), {"approve": "x", "checked": "on"})

    change.refresh_from_db()
    assert change.status == Status.PENDING


@pytest.mark.sqlite
def test_a_declined_change_tells_its_proposer_why(client, reviewer):
    change = make.change()

    client.post(page_of(change), {"decline": "x", "reason": "No es cierto."})

    client.force_login(change.proposed_by)
    (told,) = client.get(reverse("admin:index")).context["came_back"]
    assert (told.status, told.reason) == (Status.DECLINED, "No es cierto.")


@pytest.mark.sqlite
def test_the_proposer_sees_it_and_may_only_take_it_back(client):
    change = make.change()
    client.force_login(change.proposed_by)

    steps = client.get(page_of(change)).context["step_forms"]
    client.post(page_of(change), {"approve": "x", "decline": "x", "reason": "y"})

    change.refresh_from_db()
    assert [form.step for form in steps] == ["take_back"]
    assert change.status == Status.PENDING
    (listed,) = queued_decisions(change.proposed_by)
    assert (listed.decision, bool(listed.why_not)) == (change, True)


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        ("", "", []),
        ("a b", "a c", [("same", "a "), ("gone", "b"), ("new", "c")]),
        ("", "nuevo", [("new", "nuevo")]),
        ("viejo", "", [("gone", "viejo")]),
    ],
)
def test_differences_are_told_by_word(before, after, pieces):
    assert text_differences(before, after) == pieces


# Agencies and their names


@pytest.mark.parametrize("make_decider", [make.administrator, make.reviewer])
def test_another_administrator_or_a_reviewer_decides_on_an_agencys_name(make_decider):
    agency = make.agency(name_es="Antes")
    change = make.change(agency, by=make.administrator(), name_es="Después")

    workflow.approve(change, by=make_decider())

    agency.refresh_from_db()
    assert agency.name_es == "Después"
    assert agency.former_names.get().name_es == "Antes"


@pytest.mark.sqlite
def test_a_change_that_holds_more_than_an_agency_is_no_administrators(client):
    proposer = make.user(is_superuser=True)
    agency, line = make.agency(), make.help_line()
    agency.name_es, line.scope_es = "Otro nombre", "Otro texto"

    change = workflow.propose_records([(agency, {}), (line, {})], by=proposer)

    with pytest.raises(RefusedError):
        workflow.approve(change, by=make.administrator())
    workflow.approve(change, by=make.reviewer())
