"""What protects people changes by two people, and whoever decides reads both forms."""

import pytest
from django.apps import apps
from django.db import OperationalError
from django.urls import reverse

from agencies.fields import DeclaredFields, internal, protective
from agencies.models import Agency
from strategic_areas import workflow
from strategic_areas.desk.changes import protection
from strategic_areas.models import (
    Indicator,
    PendingChange,
    PublishedCell,
    PublishedFigure,
    Source,
)
from strategic_areas.models.measurements import DisclosedForm
from tests import make
from tests.strategic_areas.drafts import edit, propose
from tests.strategic_areas.plans import load_small, run, write
from tests.strategic_areas.test_published_figures import parts, plan

pytestmark = pytest.mark.django_db

#: The fields that decide which numbers of people the public reads.
PROTECTIVE = {
    "activity.quantity",
    "activity.provenance",
    "activity.counts_victims",
    "activity.reaches_victims",
    "indicator.counts",
    "indicator.sensitive",
    "indicator.national",
    "indicator.selects",
    "indicator.counted_by",
    "indicator.family",
    "indicator.is_teller",
    "indicator.dimension",
    "source.kind",
}
#: Those of values, which nobody changes by a form.
OF_VALUES = {
    "measurement.printed_by",
    "breakdown.printed_by",
    "reportedvalue.printed_where",
}


def page_of(change):
    return reverse("admin:approval", args=[change.pk])


def lines_of(change, reader):
    found = protection.effect_of_change(change, reader).lines
    return [(line.label, line.before, line.after) for line in found]


def test_what_decides_on_numbers_of_people_is_declared():
    found = {
        f"{model._meta.model_name}.{field.name}"
        for model in apps.get_models()
        for field in getattr(model, "fields", ())
        if field.protects
    }

    assert found >= PROTECTIVE | OF_VALUES


@pytest.mark.parametrize("name", sorted(PROTECTIVE))
def test_one_person_changes_nothing_that_protects(client, name):
    model, _, column = name.partition(".")

    assert not workflow.needs_no_approval(getattr(make, model)(), [column])


def test_the_tree_proposes_a_protective_field_that_it_saves(client, reviewer):
    activity = make.activity(counts_victims=True, provenance="press")

    edit(client, activity, counts_victims="False")
    propose(client, activity.plan)

    activity.refresh_from_db()
    change = PendingChange.objects.get()
    assert activity.counts_victims
    assert change.records.get().after == {"counts_victims": False}
    assert protection.effect_of_change(change, make.reviewer()).fields


def test_a_new_kind_of_a_source_is_compared_as_well(tmp_path):
    value = {"period": "2030", "value": 63, "breakdown": parts("sex", female=60)}
    load_small(tmp_path, plan(value))
    source = Source.objects.get(key="matrix")

    change = make.change(source, kind="press")

    found = protection.effect_of_change(change, make.reviewer())
    assert found.fields
    assert found.lines is not None


def test_a_protective_field_that_only_staff_read_needs_a_second_person(monkeypatch):
    agency = make.agency()
    told = [field for field in Agency.fields if field.name != "only_titular_submits"]
    named = protective(*internal("only_titular_submits"))
    monkeypatch.setattr(Agency, "fields", DeclaredFields(*told, *named))

    assert not workflow.needs_no_approval(agency, ["only_titular_submits"])


@pytest.fixture
def counted(tmp_path):
    """A sensitive indicator of one year of which the public reads nothing."""
    value = {
        "period": "2030",
        "value": 63,
        "breakdown": parts("sex", female=60, male=3),
    }
    of_no_family = dict.fromkeys(["family", "is_teller", "dimension"])
    load_small(tmp_path, plan(value, **of_no_family))
    return Indicator.objects.get()


def unprotected(indicator):
    return make.change(
        indicator, sensitive=False, why_not_sensitive="Todos están publicados."
    )


def test_the_decider_reads_what_the_figures_would_tell(client, counted):
    change = unprotected(counted)
    reader = make.reviewer()
    client.force_login(reader)

    page = client.get(page_of(change)).content.decode()

    found = lines_of(change, reader)
    assert [(before, after) for _label, before, after in found] == [
        ("Dato protegido", "63"),
        ("", "60"),
        ("", "3"),
    ]
    assert "Esto cambia lo que está protegido" in page
    assert all(label in page for label, _before, _after in found)


def test_showing_what_would_be_published_publishes_nothing(client, reviewer, counted):
    change = unprotected(counted)
    before = list(PublishedFigure.objects.values())

    client.get(page_of(change))

    assert list(PublishedFigure.objects.values()) == before
    assert not PublishedCell.objects.exists()
    assert not DisclosedForm.objects.exists()
    assert Indicator.objects.get().sensitive


def test_what_protects_is_approved_once_both_forms_were_read(client, reviewer, counted):
    change = unprotected(counted)

    client.post(page_of(change), {"approve": "1"})
    waits = PendingChange.objects.get().is_waiting
    client.post(page_of(change), {"approve": "1", "protection_read": "on"})

    assert waits
    assert not Indicator.objects.get().sensitive


def test_with_a_busy_database_the_page_has_no_preview(counted, monkeypatch):
    stated = {"sensitive": False, "why_not_sensitive": "Sí."}
    change = make.change(counted, by=make.reviewer(), **stated)

    def busy(*args, **kwargs):
        raise OperationalError("database is locked")

    monkeypatch.setattr(Indicator, "save", busy)

    assert protection.effect_of_change(change, make.reviewer()).lines is None


def test_nobody_but_the_secretariat_reads_what_would_be_told(client, counted):
    former = make.reviewer()
    change = make.change(counted, by=former, sensitive=False, why_not_sensitive="Sí.")
    former.groups.clear()
    client.force_login(former)

    page = client.get(page_of(change)).content.decode()

    assert "Esto cambia lo que está protegido" in page
    assert protection.effect_of_change(change, former).lines is None
    assert protection.effect_of_change(change, make.administrator()).lines is None
    assert protection.effect_of_change(change, make.user()).lines is None


def test_the_decider_reads_what_reports_would_tell():
    activity = make.activity(counts_victims=True, quantity=5, kind="continuing")
    make.published_update(activity=activity, execution="in_progress", quantity=3)
    activity.refresh_from_db()

    change = make.change(activity, counts_victims=False)

    assert [line[1:] for line in lines_of(change, make.reviewer())] == [
        ("Dato protegido", "5"),
        ("", "3"),
    ]


def test_of_several_records_in_one_change_each_that_protects_is_named(client):
    indicator, other = make.indicator(), make.indicator()
    indicator.selects, other.note_es = True, "Otra nota."
    change = workflow.propose_records(
        [(other, {}), (indicator, {})], by=make.reviewer()
    )

    found = protection.effect_of_change(change, make.reviewer()).fields

    assert [name for name, _fields in found] == [f"Indicador: {indicator}"]


def test_what_a_reviewer_leaves_out_changes_no_protection():
    indicator, other = make.indicator(), make.indicator()
    indicator.selects = other.selects = True
    change = workflow.propose_records(
        [(other, {}), (indicator, {})], by=make.reviewer()
    )

    left_out = {change.records.get(object_id=indicator.pk).place}
    found = protection.effect_of_change(change, make.reviewer(), left_out).fields

    assert [name for name, _fields in found] == [f"Indicador: {other}"]


def test_a_change_that_protects_nobody_asks_for_no_more(client, reviewer):
    change = make.change(make.indicator(), note_es="Otra nota.")

    client.post(page_of(change), {"approve": "1"})

    assert PendingChange.objects.get().status == PendingChange.Status.APPROVED


def test_a_new_record_is_told_of_where_it_protects_less_than_usual():
    plan_ = make.activity().plan
    usual = Indicator(introduced_by=plan_, code="I-A", name_es="A", unit_es="u")
    usual.counts, usual.sort_code = "persons", "I-A"
    bare = Indicator(introduced_by=plan_, code="I-B", name_es="B", unit_es="u")
    bare.counts, bare.sensitive, bare.why_not_sensitive = "cases", False, "Casos."

    change = workflow.propose_records([(usual, {}), (bare, {})], by=make.reviewer())

    found = protection.effect_of_change(change, make.reviewer())
    assert [name for name, _fields in found.fields][-1].endswith("I-B B")
    assert "necesita protección" in found.fields[-1][1].lower()


def test_a_dry_run_names_what_a_file_changes_of_protection(tmp_path):
    load_small(tmp_path, plan({"period": "2030", "value": 63}))

    content = plan({"period": "2030", "value": 63}, national=False)
    _status, output, _errors = run(write(tmp_path, content), "--dry-run")

    assert "changes what is protected: indicator EJ-1, national: True → False" in [
        line.replace("indicators", "indicator") for line in output
    ]


@pytest.mark.parametrize(
    ("reaches", "said"), [(True, "llega a víctimas"), (False, "no son víctimas")]
)
def test_a_reviewer_reads_whom_the_agency_reaches(client, reviewer, reaches, said):
    update = make.off_plan_update(reaches_victims=reaches)
    workflow.submit(update, by=update.contributors.get())

    page = client.get(reverse("admin:review", args=["avance", update.pk]))

    assert said in page.content.decode()
