"""The form of a draft or returned revision, on whichever screen it is written."""

from django import forms
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from strategic_areas.desk import guard
from strategic_areas.models import OPEN, Status

#: What an agency writes of one activity, on whichever screen.
ACCOUNT = (
    "execution",
    "percent",
    "quantity",
    "narrative_es",
    "obstacle_es",
    "next_step_es",
    "people_reached",
    "places",
    "internal_note",
    "is_reserved",
    "reserved_reason",
    "reserved_legal_basis",
)


class RevisionForm(forms.ModelForm):
    """
    A draft or returned revision of a report.

    ``seen_version`` is what stood on the person's screen. When somebody saved in the
    meantime the form is not saved: it keeps her text, shows the other's in
    ``conflict``, and takes her next press as an answer to both. Where what is stored
    says the very same, a press that came twice, it ``is_already_saved``.
    """

    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    #: The model and field of what is reported on.
    subject_model, subject = None, ""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.conflict = None
        self.is_already_saved = False
        self._name_languages()
        if self.instance.pk:
            self.initial["seen_version"] = self.instance.version

    def _name_languages(self):
        """Spanish is the form's own language; only English needs to be named."""
        for name, field in self.fields.items():
            base, _underscore, language = name.rpartition("_")
            if language not in {"es", "en"}:
                continue
            label = capfirst(self._meta.model._meta.get_field(base).verbose_name)
            field.label = (
                label
                if language == "es"
                else gettext("%(label)s, in English") % {"label": label}
            )

    def clean(self):
        cleaned = super().clean()
        self._refuse_personal_data(cleaned)
        if self.instance.pk:
            self._refuse_stale()
        elif cleaned.get(self.subject) and cleaned.get("period"):
            self._refuse_second(cleaned[self.subject], cleaned["period"])
        return cleaned

    def _refuse_personal_data(self, cleaned):
        """What identifies a person is not even stored; the text stays on screen."""
        for name in self._meta.model.fields.columns(guarded=True):
            text = cleaned.get(name)
            for reason in guard.refusals(text):
                self.add_error(name, reason)
                # Refused is not missing: the model judges the rest with the text there.
                setattr(self.instance, name, text)

    def _refuse_stale(self):
        """Lock the row until the end of the request and compare versions."""
        rows = type(self.instance).objects.select_for_update()
        stored = rows.get(pk=self.instance.pk)
        if stored.version == self.cleaned_data.get("seen_version"):
            return
        if self._says_the_same(stored):
            self.cleaned_data["seen_version"] = stored.version
            self.is_already_saved = True
            return
        self.conflict = stored
        self.data = self.data.copy()
        self.data[self.add_prefix("seen_version")] = stored.version
        raise forms.ValidationError(
            _(
                "Somebody saved this report while you were writing. Nothing of yours "
                "is lost: it is below, and what stands saved now is beside it. Put "
                "together what belongs in, and save again."
            ),
            code="conflict",
        )

    def _says_the_same(self, stored):
        """True when nothing in this form differs from the stored revision."""
        answer = getattr(self.instance, "answer", None)
        if getattr(stored, "answer", None) != answer:
            return False
        return all(
            _comparable(stored, name) == _plain(value)
            for name, value in self.cleaned_data.items()
            if name != "seen_version"
        )

    def _refuse_second(self, subject, period):
        """One open revision per subject and period; locked against a second save."""
        self.subject_model.objects.select_for_update().get(pk=subject.pk)
        rows = type(self.instance).objects.filter(
            **{self.subject: subject}, period=period
        )
        if rows.filter(status__in=OPEN).exists():
            raise forms.ValidationError(
                _(
                    "A report of this for the period is already being worked on. Open "
                    "it from the list instead of writing a second one."
                )
            )
        if rows.filter(status=Status.PUBLISHED).exists():
            raise forms.ValidationError(
                _("A report of this is published for the period. Open it and correct.")
            )


def _comparable(record, name):
    if record._meta.get_field(name).many_to_many:
        return _plain(getattr(record, name).all())
    return _plain(getattr(record, name))


def _plain(value):
    """A value as it is compared: nothing is the same as an empty text."""
    if isinstance(value, QuerySet):
        return {row.pk for row in value}
    return "" if value is None else value
