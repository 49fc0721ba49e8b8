"""The forms of amendments: the act on which one rests, and what it changes."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from agencies.access import RefusedError
from strategic_areas import evidence, workflow
from strategic_areas.desk.changes.change_forms import with_link_to_change
from strategic_areas.desk.texts import limit
from strategic_areas.models import Activity, Amendment, Provenance
from strategic_areas.workflow.guard import blocked_texts

CITED = Amendment.CITED
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ActForm(forms.ModelForm):
    """The act that decides an amendment, its reason, and its file if there is one."""

    upload = forms.FileField(
        label=_("The act itself"),
        required=False,
        widget=forms.FileInput(
            attrs={"accept": ",".join(f".{name}" for name in evidence.EXTENSIONS)}
        ),
        help_text=_("PDF, JPG, PNG, XLSX, DOCX or CSV. Only the secretariat reads it."),
    )

    class Meta:
        model = Amendment
        fields = [
            *("act", "deciding_act_es", "deciding_act_en", "decided_on"),
            *("reason_es", "reason_en"),
        ]
        widgets = {
            "decided_on": DAY,
            "reason_es": forms.Textarea(attrs={"rows": 3}),
            "reason_en": forms.Textarea(attrs={"rows": 3, "lang": "en"}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.clean_file = None
        self.fields["act"].required = True
        self.fields["deciding_act_es"].required = True
        self.fields["reason_es"].required = True
        limit(self.fields["reason_es"], self.fields["reason_en"])
        self.fields["reason_es"].help_text = _("The public reads it. Name no person.")

    def clean(self):
        cleaned = super().clean()
        texts = {name: cleaned[name] for name in self._meta.fields if name in cleaned}
        for name, reason in blocked_texts(Amendment, texts).items():
            self.add_error(name, reason)
        return cleaned

    def clean_upload(self):
        if upload := self.cleaned_data["upload"]:
            try:
                self.clean_file = evidence.clean(upload)
            except evidence.RefusedFileError as error:
                raise ValidationError(str(error), code="refused") from None
        return upload

    def validate_constraints(self):
        """Leave it to the workflow, which knows the kind of the amendment."""

    def propose_with(self, records, *, by):
        """
        Propose a change of ``records`` by this act, and return it.

        ``records`` are pairs of a record and its links. None where the form's errors
        say why not.
        """
        amendment = self.instance
        try:
            with evidence.kept_only_if_saved(), override("es"):
                if self.clean_file:
                    evidence.write(amendment, self.clean_file)
                return workflow.propose_together(records, by=by, amendment=amendment)
        except workflow.AlreadyWaiting as error:
            text = _("A change of this waits for approval; nothing of yours was kept.")
            self.add_error(None, with_link_to_change(error.current, text))
        except RefusedError as error:
            self.add_error(None, str(error))
        return None


class AmendForm(ActForm):
    """An amendment of one kind; each kind adds the fields of what it changes."""

    kind, title, explained = "", "", ""
    #: The fields of what changes, which stand before those of the act.
    first = ()
    #: Those of them that are days within the plan.
    dates = ()

    def __init__(self, *args, plan, **kwargs):
        super().__init__(*args, instance=Amendment(plan=plan, kind=self.kind), **kwargs)
        self.plan = plan
        self.order_fields([*self.first, *self._meta.fields, "upload"])
        decided = [each for each in Amendment.Act.choices if each[0] not in CITED]
        self.fields["act"].choices = [("", "---------"), *decided]
        self.helper = FormHelper()
        self.helper.form_class = "step-form"
        self.helper.add_input(
            Submit("propose", _("Send for approval"), css_class="default")
        )

    def records(self):
        """What changes: pairs of a record and its links."""
        raise NotImplementedError

    def propose(self, *, by):
        return self.propose_with(self.records(), by=by)

    def official(self, model):
        """The records of the plan that an amendment may change."""
        rows = model.objects.standing().filter(plan=self.plan)
        return rows.filter(provenance=Provenance.PLAN).order_by("sort_code")

    def new_activity(self, **fields):
        return Activity(plan=self.plan, provenance=Provenance.PLAN, **fields)

    def clean(self):
        cleaned = super().clean()
        for name in self.dates:
            activity = Activity(plan=self.plan, due_on=cleaned.get(name))
            for reason in workflow.dates_outside(activity, {"due_on"}).values():
                self.add_error(name, reason)
        return cleaned
