"""Admin forms that ask for the act where the structure of an approved plan changes."""

from django import forms
from django.utils.translation import gettext as _

from strategic_areas import workflow
from strategic_areas.desk.amending.forms import ActForm
from strategic_areas.models import Plan
from strategic_areas.workflow import structure


class AmendedMixin(forms.ModelForm):
    """
    A form with the fields of an act, ``act``, where the record may have a structure.

    ``amendment`` is the unsaved amendment with which the change is proposed, if it
    needs one. Where it does and the act is not stated, the error names the fields.
    """

    amendment = None

    def __init__(self, data=None, files=None, *args, **kwargs):
        super().__init__(data, files, *args, **kwargs)
        self.act = None
        if isinstance(self.instance, (Plan, *structure.STRUCTURAL)):
            is_free = self.instance.pk and structure.plan_of(self.instance) is None
            self.act = None if is_free else ActForm(data, files, prefix="act")

    def is_multipart(self):
        """The act may come with its file."""
        return super().is_multipart() or self.act is not None

    def _post_clean(self):
        super()._post_clean()
        said = self.cleaned_data
        changed = {name: said[name] for name in self.changed_data if name in said}
        for name, reason in workflow.dates_outside(self.instance, changed).items():
            self.add_error(name, reason)
        if self.act is None:
            return
        is_new = self.instance.pk is None
        names = structure.changed(
            self.instance,
            {} if is_new else self.initial,
            said if is_new else changed,
            is_new=is_new,
        )
        if names and self.act.is_valid():
            self.amendment = self.act.instance
            self.amendment.plan = structure.plan_of(self.instance)
        elif names:
            text = _(
                "The plan is approved, so this changes only by an amendment: "
                "%(fields)s. State the act below."
            )
            told = structure.labels(self.instance, names)
            self.add_error(None, text % {"fields": told})
