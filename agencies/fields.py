"""
Declarations of a model's fields: bilingual, public, checked for personal data.

A test fails for a text column without a declaration. Purges search every text column.
"""

from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import cache, cached_property

from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy as _


def in_english(label):
    return gettext("%(label)s, in English") % {"label": label}


class WordsField(models.JSONField):
    """A list of codes, chosen from ``choices``."""

    def validate(self, value, model_instance):
        if unknown := set(value) - set(dict(self.flatchoices)):
            raise ValidationError(
                self.error_messages["invalid_choice"],
                code="invalid_choice",
                params={"value": ", ".join(sorted(unknown))},
            )

    def formfield(self, **options):
        return forms.MultipleChoiceField(
            choices=self.choices,
            required=not self.blank,
            help_text=self.help_text,
        )


class FieldKind(Enum):
    TEXT = auto()  #: free text, whoever writes it
    CHOICE = auto()  #: one code of a fixed list
    CHOICES = auto()  #: several codes of a fixed list
    FLAG = auto()  #: yes or no
    WHOLE = auto()  #: a whole number
    DECIMAL = auto()  #: a number with decimals
    DATE = auto()  #: a day or a moment
    LINK = auto()  #: another record
    LINKS = auto()  #: several other records
    OTHER = auto()  #: a code of an address, a file, a list


#: Kinds by field class; subclasses before their base classes.
FIELD_KINDS = (
    (models.SlugField, FieldKind.OTHER),
    (models.CharField, FieldKind.TEXT),
    (models.TextField, FieldKind.TEXT),
    (models.BooleanField, FieldKind.FLAG),
    (models.DecimalField, FieldKind.DECIMAL),
    (models.IntegerField, FieldKind.WHOLE),
    (models.DateField, FieldKind.DATE),
)

#: Other field classes into which people write text.
TYPED_FIELD_CLASSES = (models.SlugField, models.JSONField)


@dataclass(frozen=True)
class DeclaredField:
    """
    The declaration of one field.

    - ``bilingual``: stored in Spanish and English, in a column each.
    - ``public``: the public reads it, or will once it is published.
    - ``in_file``: a plan file contains it.
    - ``structure``: in an approved plan only an amendment changes it (if bilingual, its
      Spanish text).
    - ``protects``: decides which numbers of people are public. On a public record two
      people change it, and the approver sees what the public reads before and after.
    - ``staff_label``: the label for staff if it differs from the field's verbose name.
    - ``is_note``: an internal note: personal data is refused, without other warnings.
    - ``allowed_personal_data``: kinds (``text_guard``) that the field may contain.
    """

    name: str
    bilingual: bool = False
    public: bool = True
    in_file: bool = True
    structure: bool = False
    protects: bool = False
    staff_label: str | Promise = ""
    is_note: bool = False
    allowed_personal_data: frozenset = frozenset()
    model: type[models.Model] | None = None

    @cached_property
    def model_field(self):
        return self.model._meta.get_field(self.name)

    @cached_property
    def kind(self):
        if self.model_field.is_relation:
            return FieldKind.LINKS if self.model_field.many_to_many else FieldKind.LINK
        if self.model_field.choices:
            is_list = isinstance(self.model_field, WordsField)
            return FieldKind.CHOICES if is_list else FieldKind.CHOICE
        kinds = (kind for cls, kind in FIELD_KINDS if isinstance(self.model_field, cls))
        return next(kinds, FieldKind.OTHER)

    @property
    def guarded(self):
        """Whether the personal-data guard checks it: every public field is checked."""
        return self.public and (
            self.kind is FieldKind.TEXT
            or self.kind is FieldKind.OTHER
            and isinstance(self.model_field, TYPED_FIELD_CLASSES)
        )

    @property
    def label(self):
        return str(self.staff_label or capfirst(self.model_field.verbose_name))

    def label_of(self, column):
        """The label of a column; the English one names its language."""
        if self.bilingual and column == self.columns[1]:
            return in_english(self.label)
        return self.label

    @property
    def is_needed(self):
        """Whether it is required; if bilingual, whether the Spanish text is."""
        return not (self.model_field.blank or self.model_field.has_default())

    @property
    def columns(self):
        if not self.bilingual:
            return (self.name,)
        return tuple(f"{self.name}_{language}" for language in ("es", "en"))


class DeclaredFields:
    """
    The declared fields of a model, in display order.

    An internal field that is no text need not be declared.

    ``allowed_personal_data`` are the kinds that the records exist to publish, such as
    the telephone number of a help line.
    """

    def __init__(self, *fields, allowed_personal_data=()):
        self._fields = {field.name: field for field in fields}
        self._by_attributes = {}
        self.allowed_personal_data = frozenset(allowed_personal_data)

    def contribute_to_class(self, model, name):
        bound = (replace(field, model=model) for field in self)
        setattr(
            model,
            name,
            DeclaredFields(*bound, allowed_personal_data=self.allowed_personal_data),
        )

    def __iter__(self):
        return iter(self._fields.values())

    def __getitem__(self, name):
        return self._fields[name]

    def __contains__(self, name):
        return name in self._fields

    def of_column(self, column):
        field = self._fields.get(column) or self[column.rpartition("_")[0]]
        if column not in {field.name, *field.columns}:
            raise KeyError(column)
        return field

    def where(self, **attributes):
        """The fields whose declaration has these attributes."""
        key = frozenset(attributes.items())
        if key not in self._by_attributes:
            self._by_attributes[key] = [
                field
                for field in self
                if all(getattr(field, name, None) == value for name, value in key)
            ]
        return self._by_attributes[key]

    def names(self, **attributes):
        return [field.name for field in self.where(**attributes)]

    def columns(self, **attributes):
        return [name for field in self.where(**attributes) for name in field.columns]

    def first_columns(self, **attributes):
        """One column of each field: of a bilingual text the Spanish one."""
        return [field.columns[0] for field in self.where(**attributes)]


def models_declaring(**attributes):
    """The models with a field whose declaration has these attributes."""
    return [
        model
        for model in apps.get_models()
        if hasattr(model, "fields") and model.fields.names(**attributes)
    ]


@cache
def models_by_label():
    """Label in lower case → model; a renamed one also by its table, which stays."""
    models = apps.get_models(include_auto_created=True)
    return {table_label(each): each for each in models} | {
        each._meta.label_lower: each for each in models
    }


def table_label(model):
    """The label of the model's table: a model may be renamed, its table never."""
    app = model._meta.app_label
    return model._meta.db_table.replace(f"{app}_", f"{app}.", 1)


def field_of(model, column):
    """The declared field of a column; an undeclared column counts as public."""
    try:
        return model.fields.of_column(column)
    except KeyError:
        return DeclaredField(column, model=model)


def public(*names, in_file=True):
    return tuple(DeclaredField(name, in_file=in_file) for name in names)


def bilingual(*names, in_file=True):
    return tuple(DeclaredField(name, bilingual=True, in_file=in_file) for name in names)


def structure(*fields):
    return tuple(replace(field, structure=True) for field in fields)


def protective(*fields):
    return tuple(replace(field, protects=True) for field in fields)


def internal(*names, in_file=False):
    return tuple(DeclaredField(name, public=False, in_file=in_file) for name in names)


#: The attributes of a note, which may contain an office's telephone number.
NOTE = {
    "public": False,
    "is_note": True,
    "allowed_personal_data": frozenset({"telephone"}),
}


def notes(*names):
    return tuple(DeclaredField(name, in_file=False, **NOTE) for name in names)


def spanish_required(model, *fields):
    """
    A constraint per bilingual field, since modeltranslation makes all columns nullable.
    """
    return [
        models.CheckConstraint(
            name=f"{model}_{field}_in_spanish",
            condition=Q(**{f"{field}_es__isnull": False}) & ~Q(**{f"{field}_es": ""}),
            violation_error_message=_("The Spanish text is required."),
        )
        for field in fields
    ]


class DayAfter(models.Func):
    template = "(%(expressions)s + 1)"
    output_field = models.DateField()

    def as_sqlite(self, compiler, connection):
        return self.as_sql(
            compiler, connection, template="date(%(expressions)s, '+1 day')"
        )


def dates_in_order(model, start, end, *, may_end_day_before=False):
    """
    A constraint: no end before its start.

    With ``may_end_day_before`` the end may be the day before the start, as of a
    mandate ended on its first day.
    """
    in_order = (
        Q(**{f"{start}__lte": DayAfter(end)})
        if may_end_day_before
        else Q(**{f"{end}__gte": models.F(start)})
    )
    return models.CheckConstraint(
        name=f"{model}_{end}_not_before_{start}",
        condition=(
            Q(**{f"{start}__isnull": True}) | Q(**{f"{end}__isnull": True}) | in_order
        ),
        violation_error_message=_("The end is before the start."),
    )


def complete_outcome(name, day, text):
    """A constraint: ``outcome``, day and Spanish text are all set or all empty."""
    spanish, has_no_day = f"{text}_es", f"{day}__isnull"
    return models.CheckConstraint(
        name=name,
        condition=(
            ~Q(outcome="")
            & Q(**{has_no_day: False, f"{spanish}__isnull": False})
            & ~Q(**{spanish: ""})
            | Q(**{"outcome": "", has_no_day: True})
            & (Q(**{spanish: ""}) | Q(**{f"{spanish}__isnull": True}))
        ),
        violation_error_message=_(
            "Outcome, date and decision are stated together, or none of them."
        ),
    )
