"""Reports in the admin: what a focal point and a reviewer see, do, and cannot."""

import re
from datetime import date, timedelta

import pytest
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import override

from agencies.models import Agency
from strategic_areas import workflow
from strategic_areas.models import (
    ActivityUpdate,
    PublishedFigure,
    RevisionStatus,
    Target,
)
from strategic_areas.models.measurements import Measurement, ReportedValue
from tests import make
from tests.world import Desk

pytestmark = pytest.mark.django_db

LIST = reverse("admin:strategic_areas_activityupdate_changelist")
ADD = reverse("admin:strategic_areas_activityupdate_add")


def address(update, page="change"):
    name = f"admin:strategic_areas_{update._meta.model_name}_{page}"
    return reverse(name, args=[update.pk])


def filled(desk, activity=None, **fields):
    return {
        "activity": (activity or desk.activity).pk,
        "period": desk.period.pk,
        "execution": "in_progress",
        "percent": "60",
        "narrative_es": "Se capacitó al personal.",
        "evidences-TOTAL_FORMS": "0",
        "evidences-INITIAL_FORMS": "0",
        **fields,
    }


@pytest.fixture(scope="module")
def kept_desk(lasting):
    desk = Desk()
    make.update(activity=make.activity(plan=desk.plan), period=desk.period)
    return desk.keep()


def test_a_focal_point_writes_and_submits_in_one_press(desk):
    response = desk.client.post(ADD, filled(desk, _submit_for_review="1"))

    update = ActivityUpdate.objects.get(activity=desk.activity)
    assert (response.status_code, update.status, update.percent) == (
        302,
        RevisionStatus.SUBMITTED,
        60,
    )


def test_a_focal_point_lists_and_filters_only_her_agencys_reports(desk):
    own = make.update(**desk.about)

    response = desk.client.get(LIST)

    assert list(response.context["cl"].queryset) == [own]
    other = Agency.objects.exclude(pk=desk.agency.pk).get()
    assert other.acronym not in response.content.decode()


def test_a_forged_activity_is_refused(desk):
    other = make.activity(plan=desk.activity.plan)

    response = desk.client.post(ADD, filled(desk, other))

    assert "activity" in response.context["adminform"].form.errors
    assert not ActivityUpdate.objects.filter(activity=other).exists()


def test_autocomplete_offers_only_ones_own_activities(desk):
    response = desk.client.get(
        reverse("admin:autocomplete"),
        {
            "app_label": "strategic_areas",
            "model_name": "activity",
            "field_name": "continues",
            "term": "",
        },
    )

    offered = [row["id"] for row in response.json()["results"]]
    assert offered == [str(desk.activity.pk)]


def test_the_second_to_save_keeps_her_text_and_sees_the_others(desk):
    own = make.update(**desk.about)
    own.narrative_es = "Lo que guardó la primera."
    workflow.save_draft(own, by=desk.user, seen_version=1)

    response = desk.client.post(
        address(own),
        {**filled(desk, seen_version=1), "narrative_es": "Lo que escribió la segunda."},
    )

    form = response.context["adminform"].form
    page = response.content.decode()
    own.refresh_from_db()
    assert form.conflict.narrative_es == "Lo que guardó la primera."
    assert {"Lo que guardó la primera.", "Lo que escribió la segunda."} <= {
        line.strip() for line in re.split("<[^>]*>", page)
    }
    assert f'name="seen_version" value="{own.version}"' in page
    assert own.narrative_es == "Lo que guardó la primera."
    both = {**filled(desk, seen_version=2), "narrative_es": "Lo de las dos, junto."}
    desk.client.post(address(own), both)
    own.refresh_from_db()
    assert (own.narrative_es, own.version) == ("Lo de las dos, junto.", 3)


def test_a_second_report_of_the_same_is_refused_with_a_way_out(desk):
    make.update(**desk.about)

    response = desk.client.post(ADD, filled(desk))

    assert response.context["adminform"].form.non_field_errors()
    assert ActivityUpdate.objects.filter(activity=desk.activity).count() == 1


@pytest.mark.parametrize("execution", ["suspended", "cancelled"])
def test_stopped_work_asks_for_obstacle_and_next_step(desk, execution):
    response = desk.client.post(ADD, filled(desk, execution=execution, percent=""))

    errors = response.context["adminform"].form.errors
    assert {"obstacle_es", "next_step_es"} <= set(errors)
    assert not ActivityUpdate.objects.filter(activity=desk.activity).exists()


def test_continuing_work_is_not_asked_for_a_percent(desk):
    activity = make.activity(
        commitment=desk.activity.commitment,
        agency=desk.activity.agency,
        kind="continuing",
    )

    form = desk.client.get(ADD, {"activity": activity.pk}).context["adminform"].form
    desk.client.post(ADD, filled(desk, activity))

    assert "percent" not in form.fields
    assert ActivityUpdate.objects.get(activity=activity).percent is None


def test_a_percent_on_continuing_work_is_refused_by_the_model():
    update = make.update(activity=make.activity(kind="continuing"))
    update.percent = 40

    with pytest.raises(ValidationError) as caught:
        update.full_clean()

    assert list(caught.value.error_dict) == ["percent"]


@pytest.mark.parametrize(
    ("execution", "percent", "field"),
    [("in_progress", "100", "execution"), ("completed", "60", "percent")],
)
def test_execution_and_percent_that_disagree_are_told(desk, execution, percent, field):
    response = desk.client.post(ADD, filled(desk, execution=execution, percent=percent))

    form = response.context["adminform"].form
    assert (response.status_code, list(form.errors)) == (200, [field])
    assert form["narrative_es"].value() == "Se capacitó al personal."


def test_a_reviewer_sees_no_drafts(client, reviewer):
    make.update()
    submitted = make.submitted_update()

    response = client.get(LIST)

    assert list(response.context["cl"].queryset) == [submitted]


@pytest.mark.parametrize("maker", [make.update, make.declaration, make.off_plan_update])
def test_the_secretariat_reads_no_version_from_before_a_submission(client, maker):
    """Each version has a text of its own; "first" and "third" were handed in."""
    record = maker()
    author = record.contributors.get()
    text = "narrative_es" if hasattr(record, "activity") else "statement_es"

    def write(word):
        setattr(record, text, f"Se dijo {word}.")
        workflow.save_draft(record, by=author, seen_version=record.version)
        if not getattr(record.subject, "is_in_plan", True):
            record.subject.title_es = f"Jornada {word}"
            record.subject.save()

    for word in ("never", "first"):
        write(word)
    workflow.submit(record, by=author)
    workflow.return_to_agency(record, by=make.reviewer(), reason="Falta la fecha.")
    for word in ("second", "third"):
        write(word)
    workflow.submit(record, by=author)

    readers = {"secretariat": make.reviewer(), "agency": author}
    read = {}
    for name, reader in readers.items():
        client.force_login(reader)
        read[name] = "".join(pages_of_the_past(client, record))
        if maker is make.off_plan_update:  # whose title is a part of what is reported
            read[name] += "".join(pages_of_the_past(client, record.subject))

    words = ["never", "first", "second", "third"]
    assert [word in read["secretariat"] for word in words] == [False, True, False, True]
    assert [word in read["agency"] for word in words] == [True] * 4


@pytest.mark.parametrize("maker", [make.update, make.declaration])
def test_the_secretariat_reads_nothing_of_a_report_while_it_is_rewritten(client, maker):
    record, reviewer = maker(), make.reviewer()
    author = record.contributors.get()
    text = "narrative_es" if hasattr(record, "activity") else "statement_es"
    address = reverse(
        f"admin:strategic_areas_{record._meta.model_name}_change", args=[record.pk]
    )
    client.force_login(reviewer)

    answers = []
    workflow.submit(record, by=author)
    workflow.return_to_agency(record, by=reviewer, reason="Falta la fecha.")
    answers.append(client.get(address).status_code)
    setattr(record, text, "Se dijo a medias.")
    workflow.save_draft(record, by=author, seen_version=record.version)
    answers.append(client.get(address).status_code)
    workflow.submit(record, by=author)
    answers.append(client.get(address).status_code)

    assert answers == [200, 404, 200]


def pages_of_the_past(client, record):
    name = f"admin:{record._meta.app_label}_{record._meta.model_name}"
    pages = [reverse(f"{name}_history", args=[record.pk])]
    pages += [
        reverse(f"{name}_simple_history", args=[record.pk, version.pk])
        for version in record.history.all()
    ]
    return [client.get(page).content.decode() for page in pages]


def test_a_correction_opens_as_a_new_draft(client):
    update = make.published_update()
    client.force_login(update.contributors.get())

    response = client.post(address(update, "correct"), {"seen_version": update.version})

    assert response.url == address(ActivityUpdate.objects.get(revision=2))


def test_one_off_work_stands_first_on_the_desk(desk):
    make.activity(
        commitment=desk.activity.commitment,
        agency=desk.activity.agency,
        kind="continuing",
        code="A-0",
    )

    (sheet,) = desk.client.get(reverse("admin:index")).context["sheets"]

    assert [row.subject.kind for row in sheet.to_do] == ["one_off", "continuing"]


def test_what_is_past_due_stands_before_what_is_due(desk):
    activity, today = desk.activity, timezone.localdate()
    late = make.round(
        plan=activity.plan, due_on=today - timedelta(days=2), starts_on=date(2024, 1, 1)
    )

    sheets = desk.client.get(reverse("admin:index")).context["sheets"]

    assert [(sheet.period, sheet.period.days_left) for sheet in sheets] == [
        (late, -2),
        (desk.period, 20),
    ]


# What staff read of indicators, targets and raw values

SPAN = {"starts_on": date(2025, 1, 1), "ends_on": date(2025, 12, 31)}


@pytest.mark.parametrize(
    ("stored", "shown"), [("349.000", "349"), ("34.500", "34.5"), ("300", "300")]
)
def test_a_value_is_listed_with_its_unit_and_without_zeros(client, stored, shown):
    plan, indicator = make.plan(), make.indicator()
    make.indicator_target(indicator, plan=plan, value=stored)
    make.measurement(indicator, value=stored)
    client.force_login(make.reviewer(language="en"))

    listed = []
    for model in (Target, Measurement):
        name = f"admin:strategic_areas_{model._meta.model_name}_changelist"
        (row,) = client.get(reverse(name)).context["cl"].result_list
        with override("en"):
            listed.append(admin.site.get_model_admin(model).figure(row))

    page = client.get(
        reverse("admin:strategic_areas_measurement_change", args=[row.pk])
    )
    assert listed == [f"{shown} people", f"{shown} people"]
    assert f"{shown} people" in page.text
    assert stored == shown or stored not in page.text
    assert str(Target.objects.get()) == f"{indicator.code}: {shown}"


def test_every_field_of_an_admin_page_has_a_name_that_is_translated():
    untold = [
        f"{model._meta.label}.{field.name}"
        for model in admin.site._registry
        if model._meta.app_label == "strategic_areas"
        for field in [*model._meta.fields, *model._meta.many_to_many]
        if field.editable
        and not field.primary_key
        and not field.name.endswith("_en")
        and not isinstance(field.verbose_name, Promise)
    ]

    assert untold == []


def test_nobody_changes_a_value_by_a_form(client):
    stored = make.measurement(make.indicator(), value=5)
    client.force_login(make.user(is_staff=True, is_superuser=True))
    page = reverse("admin:strategic_areas_measurement_change", args=[stored.pk])
    printed = {"printed_by": make.source().pk, "printed_where_es": "p. 4"}

    answers = [
        client.post(page, {"value": "9", **printed}),
        client.post(reverse("admin:strategic_areas_measurement_add"), printed),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    stored.refresh_from_db()
    assert (stored.value, stored.printed_by) == (5, None)


@pytest.mark.parametrize(
    ("language", "called"),
    [
        ("es", "I-01, del 01/01/2025 al 31/12/2025"),
        ("en", "I-01, from 1 January 2025 to 31 December 2025"),
    ],
)
def test_a_value_is_called_by_its_days_in_words(language, called):
    indicator = make.indicator(code="I-01")

    with override(language):
        for model in (Measurement, PublishedFigure, ReportedValue):
            assert str(model(indicator=indicator, **SPAN)) == called
