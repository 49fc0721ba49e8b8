"""A record's fields in plain form, as a proposed change keeps them, and back."""

from decimal import Decimal

from django.db.models import DateField, Model
from django.utils.translation import override


def plain_value(field, value):
    """
    One value as JSON holds it: keys of links, dates and decimals as text.

    A missing text is the empty text, so that the two never differ.
    """
    if field.many_to_many:
        return sorted(each.pk if isinstance(each, Model) else each for each in value)
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(field, DateField):
        return value and value.isoformat()
    is_text = field.get_internal_type() in {"CharField", "TextField"}
    return "" if is_text and value is None else value


def plain_values(record, names):
    """The fields of a stored or unsaved record by name."""
    return {name: _read(record, record._meta.get_field(name)) for name in names}


def _read(record, field):
    if field.many_to_many:
        linked = getattr(record, field.name).all() if record.pk else []
        return plain_value(field, linked)
    return plain_value(field, field.value_from_object(record))


def put(record, values):
    """Set every field of a record but its many-to-many links."""
    for name, value in values.items():
        field = record._meta.get_field(name)
        if not field.many_to_many:
            setattr(record, field.attname, field.to_python(value))


def proposed_record(change):
    """The record as a change would have it, not saved; None where it is gone."""
    model = change.content_type.model_class()
    proposed = model()
    if change.object_id:
        proposed = model._default_manager.filter(pk=change.object_id).first()
    if proposed is not None:
        # Spanish, the first language: it is what undecorated columns hold.
        with override("es"):
            put(proposed, change.after)
    return proposed


def put_links(record, values):
    """Set the many-to-many links of a stored record."""
    for name, value in values.items():
        if record._meta.get_field(name).many_to_many:
            getattr(record, name).set(value)
