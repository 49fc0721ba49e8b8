"""Converts a record's fields to JSON, as a proposed change stores them, and back."""

from decimal import Decimal

from django.db.models import DateField, Model
from django.utils.translation import override

#: A link to a record that the same change creates is stored as ``{"new": its place}``.
NEW = "new"


def plain_value(field, value, together=()):
    """
    One value as JSON: links as keys, dates and decimals as text.

    A missing text becomes the empty text, so that the two never differ. ``together``
    are the records of one change; a link to an unsaved one names its place among them.
    """
    if field.many_to_many:
        keys = [_key(each, together) for each in value]
        return sorted(keys, key=lambda key: (is_new(key), new_place(key)))
    if isinstance(value, Model):
        return _key(value, together)
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(field, DateField):
        return value and value.isoformat()
    is_text = field.get_internal_type() in {"CharField", "TextField"}
    return "" if is_text and value is None else value


def _key(value, together):
    if not isinstance(value, Model):
        return value
    if value.pk is not None:
        return value.pk
    places = [place for place, each in enumerate(together) if each is value]
    if not places:
        raise ValueError(f"{value!r} is not saved, and not proposed together with this")
    return {NEW: places[0]}


def is_new(key):
    """True for a link to a record that the same change creates."""
    return isinstance(key, dict)


def new_place(key):
    """The place of a new record in its change; for a stored record its key."""
    return key[NEW] if is_new(key) else key


def plain_values(record, names, together=()):
    """The named fields of a stored or unsaved record, as JSON."""
    return {
        name: _read(record, record._meta.get_field(name), together) for name in names
    }


def _read(record, field, together):
    if field.many_to_many:
        linked = getattr(record, field.name).all() if record.pk else []
        return plain_value(field, linked, together)
    value = field.value_from_object(record)
    if value is None and field.is_relation and field.is_cached(record):
        value = getattr(record, field.name)
    return plain_value(field, value, together)


def put(record, values, made):
    """
    Set the fields of a record, except for many-to-many links.

    ``made`` maps places to the new records of the same change.
    """
    for name, value in values.items():
        field = record._meta.get_field(name)
        if field.many_to_many:
            continue
        if is_new(value):
            setattr(record, name, made[new_place(value)])
        else:
            setattr(record, field.attname, field.to_python(value))


def put_links(record, values, made):
    """Set the many-to-many links of a stored record."""
    for name, value in values.items():
        if record._meta.get_field(name).many_to_many:
            keys = [made[new_place(key)] if is_new(key) else key for key in value]
            getattr(record, name).set(keys)


def proposed_records(change):
    """
    Pairs of each ``RecordChange`` and the unsaved record with the change applied.

    The record is None if it was deleted. Many-to-many links are not set.
    """
    found, made = [], {}
    for part in change.records.all():
        proposed = part.model()
        if part.object_id:
            proposed = part.model._default_manager.filter(pk=part.object_id).first()
        if proposed is not None:
            # Spanish, the first language: it is what undecorated columns hold.
            with override("es"):
                put(proposed, part.after, made)
            made[part.place] = proposed
        found.append((part, proposed))
    return found
