from operator import attrgetter

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from strategic_areas.desk.inputs import (
    IS_PRINTED,
    DocumentField,
    LongText,
    NobodyField,
    PrintedByField,
    one_button,
)
from strategic_areas.desk.sheet.sending import VersionsForm
from strategic_areas.models import (
    CommitmentUpdate,
    Letter,
    ReportingPeriod,
    Transition,
)
from strategic_areas.workflow import guard


class LetterForm(forms.ModelForm):
    upload = DocumentField(
        label=_("The letter itself"),
        readers=_("Only the secretariat and the agency read it."),
    )

    class Meta:
        model = Letter
        fields = ["agency", "period", "kind", "reference", "dated_on", "received_on"]
        widgets = {
            name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            for name in ("dated_on", "received_on")
        }

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        rounds = ReportingPeriod.objects.visible_to(user).filter(mode="round")
        rounds = rounds.select_related("plan").order_by("-ends_on", "-pk")
        self.fields["period"].queryset = rounds
        self.fields["period"].label_from_instance = attrgetter("with_plan")
        self.fields["agency"].queryset = Agency.objects.order_by("acronym")
        self.clean_file = None
        self.helper = one_button("step-form", "save", _("Record it"))

    def clean_reference(self):
        for reason in guard.refusals(self.cleaned_data["reference"]):
            raise ValidationError(reason)
        return self.cleaned_data["reference"]

    def clean_upload(self):
        self.clean_file = self.cleaned_data["upload"]
        return self.clean_file


class SeenForm(VersionsForm):
    step, button, css_class = "", "", "default"

    def __init__(self, *args, rows, action, **kwargs):
        shown = {"seen": [], "declared": []}
        for row in rows:
            is_declared = isinstance(row, CommitmentUpdate)
            place = "declared" if is_declared else "seen"
            shown[place].append(f"{row.pk}:{row.version}")
        initial = {name: ",".join(pairs) for name, pairs in shown.items()}
        kwargs |= {"initial": initial, "label_suffix": ""}
        super().__init__(*args, **kwargs)
        self.helper = one_button(
            "step-form",
            self.step,
            self.button,
            css_class=self.css_class,
            action=action,
        )


class SendLetterForm(SeenForm):
    step, button = "send", _("Hand over and ask the agency to confirm")

    warnings_read = forms.BooleanField(label=_("I have read these warnings"))
    is_printed = forms.BooleanField(label=IS_PRINTED)
    printed_by = PrintedByField()

    def __init__(self, *args, warnings, **kwargs):
        super().__init__(*args, **kwargs)
        counts = [each for each in warnings if each.is_count]
        if len(counts) == len(warnings):
            del self.fields["warnings_read"]
        PrintedByField.ask(self, counts)


class ConfirmForm(SeenForm):
    step, button = "confirm", _("Yes, this is what we reported: publish it")

    checked = NobodyField()

    def __init__(self, *args, examined, **kwargs):
        kwargs.setdefault("auto_id", "confirm_%s")
        super().__init__(*args, **kwargs)
        NobodyField.ask(self, examined)


class ContestForm(SeenForm):
    step, button = "contest", _("This is not what we said: send it back")
    css_class = ""

    reason = LongText(
        label=_("What is not as you reported it"),
        help_text=_("The secretariat reads it. Name no person."),
    )

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("auto_id", "contest_%s")
        super().__init__(*args, **kwargs)

    def clean(self):
        guard.judge(self, Transition, reason="reason")
        return super().clean()
