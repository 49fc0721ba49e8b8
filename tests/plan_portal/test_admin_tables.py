"""Every table of the admin: quick at any size, and its relations found by searching."""

from datetime import timedelta
from itertools import product

import pytest
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.admin.widgets import AutocompleteMixin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from django.utils import timezone

from agencies.accounts.second_factors import FactorReset
from agencies.edit_conflicts import EditConflictMixin
from agencies.mail import queue_mail
from agencies.models import Agency
from strategic_areas.models import Province, ReportingPeriod, RoundReopening
from tests import make
from tests.deep import drawn
from tests.staff_rows import make_row

pytestmark = pytest.mark.django_db

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
QUERIES = 10
DAY = timedelta(days=1)
#: Ticked on the form itself: a list that the law fixes.
SHORT_LISTS = {Province}
#: What the inlines of any form count: nothing is filled in there.
EMPTY_INLINES = {
    f"{prefix}-{word}_FORMS": 0
    for prefix in ("evidences", "values", "breakdowns", "former_names")
    for word in ("TOTAL", "INITIAL")
}


def report_for_all(user):
    """So that she sees the rows of every agency, as a focal point."""
    until = timezone.localdate() + DAY
    for agency in Agency.objects.exclude(focal_points__user=user):
        make.mandate(
            user=user, agency=agency, kind="alternate", leave_cover=True, ends_on=until
        )


def name_of(model):
    return f"admin:{model._meta.app_label}_{model._meta.model_name}"


def count_queries(client, address):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.fixture(scope="module")
def people(lasting):
    """One of each role; what is read once and kept was read for her."""
    people = [
        *(make.focal_point(), make.reviewer(), make.administrator(), make.superuser())
    ]
    for each in people:
        signed_in(each).get(reverse("admin:index"))
    return people


def signed_in(user):
    client = make.browser(user)
    client.get(reverse("admin:jsi18n"))  # the first request notes the session
    return client


@pytest.mark.parametrize(
    "model",
    # Of recoveries the question who may see them joins another table.
    dict.fromkeys([FactorReset, *drawn(MODELS, 10)]),
    ids=lambda model: model._meta.label,
)
def test_a_list_takes_as_few_queries_at_any_size(people, db, model):
    address = reverse(f"{name_of(model)}_changelist")
    label = f"{model._meta.app_label}.view_{model._meta.model_name}"
    reporter, *_others = people
    sessions = [signed_in(each) for each in people if each.has_perm(label)]
    make_row(model)
    report_for_all(reporter)

    few = [count_queries(session, address) for session in sessions]
    for _ in range(4):
        make_row(model)
    report_for_all(reporter)
    many = [count_queries(session, address) for session in sessions]

    assert many == few
    assert max(many) <= QUERIES


def test_every_relation_of_a_form_is_found_by_searching(rf):
    """Except those to a record of the same plan, which a search would not heed."""
    request = rf.get("/")
    request.resolver_match = resolve(reverse("admin:index"))
    checked = []
    for maker in (make.reviewer, make.administrator, make.superuser, make.focal_point):
        request.user = maker()
        for form, kind in (
            each for model in MODELS for each in forms_of(model, request)
        ):
            for field in (*kind._meta.fields, *kind._meta.many_to_many):
                is_of_same_plan = field.name in getattr(kind, "same_plan_as", ())
                if field.name in form.base_fields and not is_of_same_plan:
                    checked.append((kind, field, form.base_fields[field.name].widget))

    assert len(checked) > 100
    assert [
        f"{kind.__name__}.{field.name}"
        for kind, field, widget in checked
        if not isinstance(getattr(widget, "widget", widget), AutocompleteMixin)
        and field.is_relation
        and field.related_model not in SHORT_LISTS
    ] == []


def test_an_empty_form_says_once_what_is_missing(rf):
    """The form is what the view answers with; its page is not drawn."""
    people = [make.reviewer(), make.administrator(), make.focal_point()]
    sent, said = 0, {}
    for model, table in admin.site._registry.items():
        address = reverse(f"{name_of(model)}_add")
        for actor in people:
            request = rf.post(address, EMPTY_INLINES)
            request.user, request._dont_enforce_csrf_checks = actor, True
            request.resolver_match = resolve(address)
            if not table.has_add_permission(request):
                continue
            page = table.add_view(request).context_data
            sent += 1
            for name, errors in page["adminform"].form.errors.items():
                said[model, name] = list(errors)

    assert sent == 19
    assert {name: errors for name, errors in said.items() if len(errors) > 1} == {}


class Searching:
    """A focal point who reports on something, and what she must not be offered."""

    def __init__(self, client):
        today = timezone.localdate()
        self.agency = make.agency()
        self.commitment = make.commitment(lead=self.agency)
        plan = self.commitment.plan
        self.activity = make.activity(commitment=self.commitment)
        self.period = make.round(plan=plan)
        stranger = make.commitment(plan=plan)
        make.activity(commitment=stranger)
        before = make.commitment(plan=plan, lead=self.agency)
        make.activity(commitment=before)
        self.commitment.supersedes.add(before)
        make.period(plan=plan)
        make.round(plan=plan, closes_on=today - DAY, due_on=today - DAY)
        client.force_login(make.focal_point(agency=self.agency))
        self.client = client

    def find(self, model, field, **query):
        query |= {"app_label": "strategic_areas", "model_name": model}
        address = reverse("admin:autocomplete")
        return self.client.get(address, {**query, "field_name": field})

    def found(self, *asked, **query):
        rows = self.find(*asked, **query).json()["results"]
        return [int(row["id"]) for row in rows]


@pytest.fixture
def searching(client):
    return Searching(client)


@pytest.mark.parametrize(
    ("model", "subject"),
    [("activityupdate", "activity"), ("commitmentupdate", "commitment")],
)
def test_a_focal_point_finds_what_she_may_report_on_now(searching, model, subject):
    expected = getattr(searching, subject)

    assert searching.found(model, subject) == [expected.pk]
    assert searching.found(model, "period") == [searching.period.pk]
    assert searching.found(model, subject, term=expected.code) == [expected.pk]
    assert searching.found(model, subject, term="nada") == []


def test_a_search_finds_what_the_form_accepts_and_no_more(searching, rf):
    request = rf.get("/")
    request.user = make.reviewer()
    searching.client.force_login(request.user)
    table = admin.site._registry[RoundReopening]

    field = table.get_form(request).base_fields["period"]

    assert set(searching.found("roundreopening", "period")) == set(
        field.queryset.filter(mode="round").values_list("pk", flat=True)
    )
    assert ReportingPeriod.objects.filter(mode="record").exists()


@pytest.mark.parametrize("field", ["updates", "code", "published_by", "nothing"])
def test_what_is_no_relation_of_a_form_is_not_searched(searching, field):
    model = "activity" if field != "published_by" else "activityupdate"

    assert searching.find(model, field).status_code == 403


def forms_of(model, request):
    """The forms that the person may fill in for a model, each with its own model."""
    table = admin.site._registry[model]
    if table.has_add_permission(request) or table.has_change_permission(request):
        yield table.get_form(request), model
        for inline in table.get_inline_instances(request):
            formset = inline.get_formset(request)
            form = formset.form
            form.base_fields.pop(formset.fk.name, None)
            yield form, inline.model


@pytest.mark.parametrize(
    ("make_person", "expected"),
    [
        (make.reviewer, ["plan", "programme", "lead"]),
        (make.focal_point, ["plan", "programme"]),
    ],
)
def test_commitments_of_many_leads_are_filtered_by_lead(client, make_person, expected):
    client.force_login(make_person())

    page = client.get(reverse("admin:strategic_areas_commitment_changelist"))

    assert [field for field, _class in page.context["cl"].list_filter] == expected


def lookups_of(model):
    """Lookups that no row fulfils, on every column and on those of related tables."""
    for field in model._meta.concrete_fields:
        yield f"{field.name}__regex", "^zz-nothing"
        yield f"{field.name}__startswith", "zz-nothing"
        yield f"{field.name}__isnull", str(field.null is False)
        yield field.attname, "0"
        if related := field.related_model:
            for far in related._meta.concrete_fields:
                yield f"{field.name}__{far.name}__contains", "zz-nothing"
    yield "pk__in", "0"
    yield "no_such_field", "0"


def test_no_lookup_but_a_declared_filter_narrows_a_list(rf):
    """All are sent at once: were one of them obeyed, the list would be empty."""
    person, narrowed = make.superuser(), []
    for model, table in admin.site._registry.items():
        row = make_row(model)
        kept = {
            name
            for declared in table.list_filter
            for name in exact_names(getattr(declared, "parameter_name", declared))
        }
        request = rf.get(
            reverse(f"{name_of(model)}_changelist"),
            {name: value for name, value in lookups_of(model) if name not in kept},
        )
        request.user = person
        shown = table.changelist_view(request)
        if row not in shown.context_data["cl"].result_list:
            narrowed.append(model._meta.label)

    assert narrowed == []


def exact_names(declared):
    """The parameters that a declared filter takes itself."""
    name = declared if isinstance(declared, str) else declared[0]
    return {name, f"{name}__isnull", f"{name}__exact"}


def test_a_list_is_narrowed_by_filters_and_tells_no_mails_text(client):
    for kind, text in (("x", "llave-7"), ("y", "")):
        queue_mail(to="a@example.org", language="es", kind=kind, subject="", text=text)
    client.force_login(make.administrator())
    page = reverse("admin:agencies_mail_changelist")

    found = [
        client.get(page, {f"text__{lookup}": guess}).context["cl"].result_count
        for lookup in ("regex", "contains", "startswith", "gt")
        for guess in ("llave-7", "zz-nada")
    ]

    assert found == [2] * 8
    assert client.get(page, {"kind": "x"}).context["cl"].result_count == 1


def test_every_form_that_compares_what_was_seen_sends_it(rf):
    staff, without = [make.reviewer(), make.administrator()], []
    for (model, page), user in product(admin.site._registry.items(), staff):
        record = make_row(model)
        address = reverse(f"{name_of(model)}_change", args=[record.pk])
        request = rf.get(address)
        request.user, request.resolver_match = user, resolve(address)
        may_change = page.has_change_permission(request, record)
        if may_change and issubclass(page.form, EditConflictMixin):
            fields = flatten_fieldsets(page.get_fieldsets(request, record))
            without += [] if "seen_state" in fields else [model]

    assert without == []
