"""Edit conflicts: a warning if another person saved the same record meanwhile."""

import json
from hashlib import sha256

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _


def fingerprint(record):
    """Map field names to short digests of the stored values."""
    values = {
        field.name: str(field.value_to_string(record))
        for field in record._meta.concrete_fields
    }
    for field in record._meta.many_to_many:
        keys = getattr(record, field.name).values_list("pk", flat=True)
        values[field.name] = ",".join(map(str, sorted(keys)))
    return {
        name: sha256(value.encode()).hexdigest()[:12] for name, value in values.items()
    }


class EditConflictMixin(forms.Form):
    """
    A model form that does not overwrite another person's changes.

    If a field changed since the form was displayed, it shows the stored value next to
    the typed one; saving once more accepts it.
    """

    seen_state = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["seen_state"] = json.dumps(fingerprint(self.instance))

    def clean(self):
        cleaned = super().clean()
        if not self.instance.pk:
            return cleaned
        model = type(self.instance)
        # Locked until the end of the request against concurrent saves.
        stored = model._default_manager.select_for_update().get(pk=self.instance.pk)
        stored_digests = fingerprint(stored)
        displayed_digests = self._displayed_digests()
        changed = [
            stored._meta.get_field(name)
            for name, digest in stored_digests.items()
            if name in self.fields and displayed_digests.get(name) != digest
        ]
        if changed:
            self.data = self.data.copy()
            self.data[self.add_prefix("seen_state")] = json.dumps(stored_digests)
            values = [
                (capfirst(str(field.verbose_name)), _display_value(stored, field))
                for field in changed
            ]
            raise forms.ValidationError(conflict_message(values), code="conflict")
        return cleaned

    def _displayed_digests(self):
        try:
            digests = json.loads(self.data.get(self.add_prefix("seen_state"), ""))
        except ValueError:
            return {}
        return digests if isinstance(digests, dict) else {}


def conflict_message(stored_values):
    """``stored_values`` are pairs of a field's label and its stored value."""
    return _(
        "Somebody saved this while you were working on it. Nothing of yours is lost: "
        "it is below. Saved now: %(now)s. Combine the two and save again."
    ) % {"now": "; ".join(f"{name}: {value}" for name, value in stored_values)}


def _display_value(stored, field):
    value = getattr(stored, field.name)
    if field.many_to_many:
        value = value.all()
    if field.many_to_many or isinstance(value, list):
        value = ", ".join(str(each) for each in value)
    return "–" if value in (None, "") else value


class EditConflictForm(EditConflictMixin, forms.ModelForm):
    """The default form of admin pages."""
