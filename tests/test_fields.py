"""The declarations of fields, held against the models themselves."""

import pytest
from django.apps import apps
from django.db import models

from agencies.fields import (
    DeclaredField,
    DeclaredFields,
    FieldKind,
    bilingual,
    internal,
    public,
)
from strategic_areas.models import ActivityUpdate, HelpLine

TEXTS = (models.CharField, models.TextField, models.JSONField)
OURS = [
    model
    for app in ("agencies", "strategic_areas")
    for model in apps.get_app_config(app).get_models()
    # The copies that the history keeps follow from their models.
    if not model.__name__.startswith("Historical")
]


def told_in_two_languages(model):
    """The Spanish and the English column of each text that has both."""
    names = {field.name for field in model._meta.concrete_fields}
    both = [name for name in names if {f"{name}_es", f"{name}_en"} <= names]
    return {f"{name}_{language}" for name in both for language in ("es", "en")}


def undeclared(model, kinds=(models.Field,)):
    """The fields of these kinds that do not stand in the model's declaration."""
    columns = told_in_two_languages(model)
    fields = [*model._meta.concrete_fields, *model._meta.many_to_many]
    return [
        field.name
        for field in fields
        if isinstance(field, kinds)
        and not field.primary_key
        and field.name not in columns
        and field.name not in model.fields
    ]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_text_column_stands_in_a_declaration(model):
    assert undeclared(model, TEXTS) == []


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_a_model_with_public_fields_declares_all_its_fields(model):
    if model.fields.where(public=True):
        assert undeclared(model) == []


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_a_declaration_names_a_models_fields_and_their_columns(model):
    columns = {field.name for field in model._meta.get_fields()}

    assert set(model.fields.columns()) <= columns
    assert set(model.fields.names()) <= columns
    assert told_in_two_languages(model) == set(model.fields.columns(bilingual=True))


def test_a_text_that_was_not_thought_of_is_found():
    class Planted(models.Model):
        told = models.TextField()
        forgotten = models.TextField()
        number = models.IntegerField()

        fields = DeclaredFields(*public("told"))

        class Meta:
            abstract = True

    assert undeclared(Planted, TEXTS) == ["forgotten"]
    assert undeclared(Planted) == ["forgotten", "number"]


KINDS = {
    "narrative": FieldKind.TEXT,
    "execution": FieldKind.CHOICE,
    "is_reserved": FieldKind.FLAG,
    "percent": FieldKind.WHOLE,
    "quantity": FieldKind.DECIMAL,
    "published_at": FieldKind.DATE,
    "activity": FieldKind.LINK,
    "places": FieldKind.LINKS,
}


def test_a_declaration_answers_by_what_holds_of_a_field():
    told = ["label", "hours", "languages", "scope", "note"]
    assert HelpLine.fields.names(bilingual=True) == told
    assert HelpLine.fields.columns(name="hours") == ["hours_es", "hours_en"]
    assert ActivityUpdate.fields.names(public=False, compared=True) == [
        "reserved_reason"
    ]
    assert [ActivityUpdate.fields[name].kind for name in KINDS] == list(KINDS.values())


def test_the_guard_looks_at_public_texts_and_at_no_other():
    fields = ActivityUpdate.fields
    texts = {"narrative", "no_news_reason", "reserved_legal_basis", "note"}
    others = {"execution", "percent", "activity", "internal_note", "reserved_reason"}

    assert texts <= set(fields.names(guarded=True)) <= set(fields.names(public=True))
    assert others & set(fields.names(guarded=True)) == set()


def test_a_declaration_belongs_to_its_own_model_alone():
    shared = (*bilingual("note"), *internal("secret"))
    assert [field.model for field in shared] == [None, None]
    assert ActivityUpdate.fields["note"].model is ActivityUpdate
    assert DeclaredField("note").columns == ("note",)
