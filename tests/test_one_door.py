"""What one person types of the public record reaches nobody until another approved."""

import json

import pytest
from django import forms
from django.apps import apps
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.contrib.messages.storage.fallback import FallbackStorage
from django.db import models as columns
from django.test import Client, RequestFactory
from django.urls import resolve, reverse
from django.utils.functional import cached_property

from agencies.fields import DeclaredFields, public
from agencies.models import Agency, AgencyName
from strategic_areas import models, workflow
from strategic_areas.plan_document.tables import EDITED_TABLES
from strategic_areas.triggers import versions
from strategic_areas.workflow.guard import blocked_texts
from tests import make
from tests.crawling import text_of
from tests.public_site import data_files, instances
from tests.strategic_areas.drafts import edit, form_at, node, propose
from tests.test_public_pages import make_world

pytestmark = pytest.mark.django_db

SENTINEL, CARD = "zanahoria", "001-1234567-8"
TEXTS = (columns.CharField, columns.TextField, columns.JSONField)
#: Public models that no page of the admin changes: they have steps of their own, or
#: follow from what a plan's file states.
OWN_STEPS = {
    *(models.PublishedCell, models.PublishedFigure, models.ActivityUpdate),
    *(models.CommitmentUpdate, models.Evidence, models.Transition, models.Letter),
    *(models.Translation, models.AgencyComment, models.Amendment, models.PlanChange),
    *(models.Edition, models.SecretariatTexts, models.Takedown),
}
#: Rows that stand on the page of the record above them, and are typed into with it.
BELOW = {AgencyName, models.CodeListValue}
#: Kinds that are chosen from a list, so that nobody types them.
IN_WORDS = {
    model: page.in_words
    for model, page in admin.site._registry.items()
    if getattr(page, "in_words", None)
}


def public_models():
    """Every model whose rows may stand on a public page; a new one is among them."""
    shown = {table.name for table in versions.public_tables()}
    found = {model for model in apps.get_models() if model._meta.db_table in shown}
    return sorted(found, key=lambda model: model._meta.label)


def texts_of(model):
    """The columns in which somebody types, from the model and from no declaration."""
    names = {field.name for field in model._meta.concrete_fields}
    return {
        field.name: field
        for field in model._meta.concrete_fields
        if isinstance(field, TEXTS)
        and not field.choices
        and field.editable
        and f"{field.name}_es" not in names
    }


def typed(field, word):
    if isinstance(field, columns.JSONField):
        return json.dumps([word])
    if isinstance(field, columns.URLField):
        return f"https://example.org/{word}"
    return word[: field.max_length]


class Typist:
    """One person, who types the same word into everything that she may change."""

    def __init__(self, user, models_=None):
        client = make.browser(user)
        self.client, self.user, self.session = client, user, client.session
        self.models = models_ or public_models()

    @cached_property
    def pages(self):
        """Triples of a model, a stored row and the address of a page to save."""
        request, found = self.request("/"), []
        for model in filter(admin.site.is_registered, self.models):
            page, row = admin.site.get_model_admin(model), model.objects.first()
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
            if page.has_change_permission(request, row):
                assert row, f"There is no {model.__name__}: add one to make_beside"
                found.append((model, row, reverse(f"{name}_change", args=[row.pk])))
            if page.has_add_permission(request):
                found.append((model, row, reverse(f"{name}_add")))
        return found

    def request(self, address, posted=None):
        maker = RequestFactory()
        request = maker.post(address, posted) if posted else maker.get(address)
        request.user, request.session = self.user, self.session
        request._messages = FallbackStorage(request)
        request._dont_enforce_csrf_checks = True
        return request

    def ask(self, address, posted=None):
        """What the view answers; a page of it is not drawn."""
        request = self.request(address, posted)
        view, args, kwargs = request.resolver_match = resolve(address)
        return view(request, *args, **kwargs)

    def type(self, word, besides=()):
        """Save every page; yield its model, the names typed into, and the answer."""
        for model, row, address in self.pages:
            if model in besides:
                continue
            form = self.ask(address).context_data["adminform"].form
            texts = {
                name
                for name in texts_of(model)
                if name in form.fields
                and not isinstance(form.fields[name], forms.ChoiceField)
            }
            if texts:
                posted = self.filled(form, row) | ANOTHER.get(model, dict)()
                posted |= {name: typed(texts_of(model)[name], word) for name in texts}
                posted |= rows_below(model, word)
                yield model, texts, self.ask(address, posted)

    def type_on_tree(self, word):
        """Save the form of a record of each kind on the tree of its plan."""
        for table in EDITED_TABLES.values():
            row = table.model.objects.first()
            form = form_at(self.client, reverse("admin:plan_node", args=node(row)))
            texts = {
                name: typed(field, word)
                for name, field in texts_of(table.model).items()
                if name in form.fields
            }
            yield table.model, set(texts), edit(self.client, row, **texts)

    def filled(self, form, row):
        """What the browser posts of a record, with what a new one lacks as in a row."""
        values = {}
        for name in form.fields:
            value = form[name].value()
            if value in (None, "", "[]") and hasattr(row, name):
                value = row._meta.get_field(name).value_from_object(row)
            if isinstance(value, list):
                value = [getattr(each, "pk", each) for each in value]
            if value is not None and value is not False and value != []:
                values[name] = value
        return values


def rows_below(model, word):
    """A new row in each table below a record, as the browser posts it."""
    posted = {}
    for inline in admin.site.get_model_admin(model).inlines:
        (link,) = [
            field
            for field in inline.model._meta.concrete_fields
            if field.related_model is model
        ]
        prefix = link.remote_field.get_accessor_name()
        posted |= {f"{prefix}-TOTAL_FORMS": 1, f"{prefix}-INITIAL_FORMS": 0}
        for name, field in texts_of(inline.model).items():
            if name in inline.fields:
                posted[f"{prefix}-0-{name}"] = typed(field, word)
    return posted


DECIDED = {"outcome": "kept", "resolved_on": "2026-03-09", "decided_on": "2026-03-09"}
#: What a form needs besides texts: a second record differs, a decision is whole.
ANOTHER = {
    models.RecordDispute: lambda: DECIDED,
    models.Correction: lambda: DECIDED,
    models.TargetLink: lambda: {"target": make.target().pk},
    models.TipTier: lambda: {"report_year": 1999},
    models.ReportingPeriod: lambda: {"mode": "record", "opens_on": "", "closes_on": ""},
}


@pytest.fixture(scope="module")
def everything(lasting):
    """A portal with a row of every model that is kept by two people, and its staff."""
    commitment = make_world()
    plan, indicator = commitment.plan, models.Indicator.objects.first()
    make.indicator_target(indicator, plan=plan)
    codes = models.CodeList.objects.create(
        plan=plan, code="L", kind="values", name_es="Lista"
    )
    models.CodeListValue.objects.create(code_list=codes, code="v", label_es="Valor")
    region = models.Region.objects.create(code="1", name="Región")
    models.Province.objects.create(code="1", name="Provincia", region=region)
    rebuilt = make.activity(commitment=commitment, provenance="press")
    make.approved_dispute(rebuilt)
    AgencyName.objects.create(
        agency=commitment.lead, acronym="ANT", slug="ant", name_es="Antes"
    )
    return typists()


#: An agency's own words, by steps of their own.
SAID_ON_THE_DESK = {(models.RecordDispute, name) for name in ("text_es", "text_en")}
#: Texts of public models that only staff read.
INTERNAL = {(Agency, "website_unverified")}


def has_room(field):
    return isinstance(field, columns.JSONField | columns.TextField) or (
        field.max_length >= len(CARD)
    )


def typists():
    """A reviewer, an administrator, and who may all for what neither of them may."""
    staff = [Typist(make.reviewer()), Typist(make.administrator())]
    theirs = {model for each in staff for model, *_page in each.pages}
    rest = [model for model in public_models() if model not in theirs | OWN_STEPS]
    return [*staff, Typist(make.user(is_superuser=True), rest)]


def test_no_word_is_public_before_another_person_approved_it(db, everything):
    kept_by_two, said = set(), []
    reviewer = everything[0]
    for model, texts, answer in reviewer.type_on_tree(SENTINEL):
        kept_by_two |= {(model, name) for name in texts}
        assert answer.status_code == 302, (model, answer.context["form"].errors)
    plan = models.Commitment.objects.first().plan
    act = {"deciding_act_es": SENTINEL, "reason_es": SENTINEL}
    sent = propose(reviewer.client, plan, **act)
    assert "/aprobaciones/" in sent.headers["Location"]
    for typist in everything:
        for model, texts, answer in typist.type(SENTINEL):
            kept_by_two |= {(model, name) for name in texts}
            errors = getattr(answer, "context_data", {}).get("errors")
            said.append((model, answer.headers.get("Location", ""), errors))

    # Every save was kept as a proposal, but for that of a new plan, which is in
    # preparation; and no column of a public model was left out.
    others = [each[0] for each in said if "/aprobaciones/" not in each[1]]
    assert others == [models.Plan], said
    assert {
        (model, name)
        for model in public_models()
        for name in texts_of(model)
        if model not in OWN_STEPS | BELOW and name not in IN_WORDS.get(model, ())
    } <= kept_by_two | SAID_ON_THE_DESK
    assert tables_that_hold(SENTINEL) == set()
    assert found_by_strangers() == []
    assert_approval_publishes()


def assert_approval_publishes():
    """What another person approves does reach the public: a page then shows it."""
    commitments = ContentType.objects.get_for_model(models.Commitment)
    part = models.RecordChange.objects.get(
        content_type=commitments, object_id__isnull=False
    )
    workflow.approve(part.change, by=make.reviewer())
    page = models.Commitment.objects.get(pk=part.object_id).get_absolute_url("es")
    assert SENTINEL in Client().get(page).content.decode()


def tables_that_hold(word):
    """
    The public models in a text of which a word stands.

    A plan in preparation is not public yet, nor is an amendment that waits in the table
    in which it will stand.
    """
    public = {
        models.Plan: models.Plan.objects.public(),
        models.Amendment: models.Amendment.objects.exclude(approved_at=None),
    }
    return {
        model
        for model in public_models()
        if word
        in repr(list(public.get(model, model.objects).values_list(*texts_of(model))))
    }


def found_by_strangers():
    """
    The public addresses at which the word stands, besides a search for it.

    In pictures no word is found.
    """
    client = Client()
    found = client.get("/buscar/", {"q": SENTINEL})
    addresses = {path for _, *both in instances() for path in both}
    addresses |= {*data_files()}
    return [
        *(
            path
            for path in addresses
            if not path.endswith(".png")
            and SENTINEL in text_of(b"".join(client.get(path)))
        ),
        *found.context["answer"].groups,
    ]


def test_the_number_of_an_identity_card_is_refused_everywhere(db, everything):
    passed, refused = [], set()
    for model, texts, answer in everything[0].type_on_tree(CARD):
        refused |= {model} if texts else set()
        passed += [
            (model, name)
            for name in texts
            if name not in answer.context["form"].errors
            and has_room(texts_of(model)[name])
        ]
    for typist in everything:
        for model, texts, answer in typist.type(CARD):
            if answer.status_code != 200:
                passed.append(model)
                continue
            errors = answer.context_data["adminform"].form.errors
            refused.add(model)
            passed += [
                (model, name)
                for name in texts
                if name not in errors
                and has_room(texts_of(model)[name])
                and (model, name) not in INTERNAL
            ]
            for below in answer.context_data["inline_admin_formsets"]:
                rows = below.formset.errors
                passed += [] if any(rows) else [(model, below.formset.prefix)]

    assert passed == []
    others = OWN_STEPS | BELOW
    assert refused == {
        model for model in public_models() if model not in others and texts_of(model)
    }


@pytest.fixture
def forgotten(monkeypatch):
    """Help lines whose declaration does not know one of their texts."""
    kept = [field for field in models.HelpLine.fields if field.name != "scope"]
    fields = DeclaredFields(*kept)
    monkeypatch.setattr(models.HelpLine, "fields", fields)


def test_a_text_not_declared_is_guarded_and_needs_two_people(forgotten):
    line = make.help_line()

    assert list(blocked_texts(models.HelpLine, {"scope_es": CARD})) == ["scope_es"]
    # Whoever types a number where a list belongs is told so by the field.
    assert blocked_texts(models.HelpLine, {"numbers": 112}) == {}
    assert not workflow.needs_no_approval(line, ["scope_es"])


def test_a_new_public_field_needs_two_people_by_its_declaration(monkeypatch):
    agency = make.agency()
    before = workflow.needs_no_approval(agency, ["only_titular_submits"])
    told = [field for field in Agency.fields if field.name != "only_titular_submits"]

    monkeypatch.setattr(
        Agency, "fields", DeclaredFields(*told, *public("only_titular_submits"))
    )

    after = workflow.needs_no_approval(agency, ["only_titular_submits"])
    assert (before, after) == (True, False)
