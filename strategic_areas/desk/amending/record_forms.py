"""Forms of records that the public reads: the admin's pages and the tree share them."""

from django import forms
from django.utils.translation import gettext as _

from agencies.staleness import StaleGuardForm
from strategic_areas import evidence, workflow
from strategic_areas.desk.amending.forms import ActForm
from strategic_areas.desk.changes.change_forms import with_link_to_change
from strategic_areas.models import Plan
from strategic_areas.workflow import structure
from strategic_areas.workflow.guard import blocked_texts


class GuardMixin(forms.ModelForm):
    """Refuses personal data in what was typed; what stood before is not judged."""

    def clean(self):
        cleaned = super().clean()
        typed = {name: cleaned[name] for name in self.typed_names() if name in cleaned}
        for name, reason in blocked_texts(self._meta.model, typed).items():
            self.add_error(name, reason)
        return cleaned

    def typed_names(self):
        """The names of the fields in which something else stands than before."""
        return set(self.changed_data) - {"seen_state"}


class GuardedForm(GuardMixin, StaleGuardForm):
    """The form of a public record that one person may save alone, such as a round."""


def act_of(*posted, **initial):
    """
    The form of the act beside a record's own.

    Only some changes need it, so no browser asks for its fields.
    """
    return ActForm(*posted, prefix="act", initial=initial, use_required_attribute=False)


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
            self.act = None if is_free else act_of(data, files)

    def is_multipart(self):
        """The act may come with its file."""
        return super().is_multipart() or self.act is not None

    def _post_clean(self):
        super()._post_clean()
        said = self.cleaned_data
        changed = {name: said[name] for name in self.changed_data if name in said}
        for name, reason in workflow.dates_outside(self.instance, changed).items():
            self.add_error(name, reason)
        if self.act is None or not self.act.is_bound:
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


class ApprovedForm(AmendedMixin, GuardedForm):
    """Refuses besides a change while another one waits for approval."""

    def clean(self):
        cleaned = super().clean()
        # The stale guard has locked the record: nobody proposes in between.
        if self.instance.pk and (change := workflow.waiting_change(self.instance)):
            text = _("A change of this waits for approval; nothing of yours was kept.")
            raise forms.ValidationError(with_link_to_change(change, text), code="waits")
        return cleaned

    def propose(self, records, *, by):
        """
        Propose pairs of a record and its links as one change, by the act if it is one.

        Raises ``RefusedError``, also where a change of one of them waits already.
        """
        with evidence.kept_only_if_saved():
            if self.amendment and self.act.clean_file:
                evidence.write(self.amendment, self.act.clean_file)
            return workflow.propose_together(records, by=by, amendment=self.amendment)
