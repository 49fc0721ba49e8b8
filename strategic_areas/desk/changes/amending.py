"""Amendments of approved plans: the pages on which the secretariat proposes them."""

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from agencies.access import RefusedError, only_reviewers
from agencies.audit import take_out
from agencies.models import Agency
from agencies.numbers import DecimalField
from agencies.staleness import StaleGuardForm
from strategic_areas import evidence, workflow
from strategic_areas.desk.changes.decisions import with_link_to_change
from strategic_areas.desk.inputs import (
    QUESTIONS,
    DocumentField,
    VictimsField,
    limit,
    one_button,
)
from strategic_areas.desk.screens import screen
from strategic_areas.models import Activity, Amendment, Commitment, Plan, Provenance
from strategic_areas.views.files import as_attachment
from strategic_areas.workflow import amendments
from strategic_areas.workflow.guard import blocked_texts

CITED = Amendment.CITED
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ActForm(forms.ModelForm):
    upload = DocumentField(
        label=_("The act itself"),
        required=False,
        readers=_("Only the secretariat reads it."),
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
        self.clean_file = self.cleaned_data["upload"]
        return self.clean_file

    def validate_constraints(self):
        """Leave it to the workflow, which knows the kind of the amendment."""

    def propose_with(self, records, *, by):
        """
        Propose pairs of a record and its links by this act; None where it has errors.
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
    kind, title, explained = "", "", ""
    #: The fields of what changes, which stand before those of the act.
    first = ()
    #: The fields among them that are days within the plan.
    dates = ()

    def __init__(self, *args, plan, **kwargs):
        super().__init__(*args, instance=Amendment(plan=plan, kind=self.kind), **kwargs)
        self.plan = plan
        self.order_fields([*self.first, *self._meta.fields, "upload"])
        decided = [each for each in Amendment.Act.choices if each[0] not in CITED]
        self.fields["act"].choices = [("", "---------"), *decided]
        for name in self.first:
            rows = getattr(self.fields[name], "queryset", None)
            if rows is not None and rows.model in (Commitment, Activity):
                self.fields[name].queryset = self._official(rows.model)
        self.helper = one_button("step-form", "propose", _("Send for approval"))

    def records(self):
        raise NotImplementedError

    def propose(self, *, by):
        return self.propose_with(self.records(), by=by)

    def _official(self, model):
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


class GuardMixin(forms.ModelForm):
    """Refuses personal data in what was typed; what stood before is not judged."""

    def clean(self):
        cleaned = super().clean()
        typed = {name: cleaned[name] for name in self.typed_names() if name in cleaned}
        for name, reason in blocked_texts(self._meta.model, typed).items():
            self.add_error(name, reason)
        return cleaned

    def typed_names(self):
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
    A form of a record which, where only an amendment may change it, asks for the act.
    """

    amendment = None

    def __init__(self, data=None, files=None, *args, **kwargs):
        super().__init__(data, files, *args, **kwargs)
        # What stood is read from the record: no page has a hidden copy of a default.
        for field in self.fields.values():
            field.show_hidden_initial = False
        self.act = None
        if self.instance.fields.names(structure=True):
            is_free = self.instance.pk and amendments.plan_of(self.instance) is None
            self.act = None if is_free else act_of(data, files)

    def is_multipart(self):
        return super().is_multipart() or self.act is not None

    def full_clean(self):
        super().full_clean()
        if not self.is_bound or (self.empty_permitted and not self.has_changed()):
            return
        said = self.cleaned_data
        changed = {name: said[name] for name in self.changed_data if name in said}
        for name, reason in workflow.dates_outside(self.instance, changed).items():
            self.add_error(name, reason)
        if self.act is None or not self.act.is_bound:
            return
        is_new = self.instance.pk is None
        names = amendments.changed_structure(
            self.instance,
            {} if is_new else self.initial,
            said if is_new else changed,
            is_new=is_new,
        )
        if names and self.act.is_valid():
            self.amendment = self.act.instance
            self.amendment.plan = amendments.plan_of(self.instance)
        elif names:
            text = gettext(
                "The plan is approved, so this changes only by an amendment: "
                "%(fields)s. State the act below."
            )
            told = amendments.labels(self.instance, names)
            self.add_error(None, text % {"fields": told})


class ApprovedForm(AmendedMixin, GuardedForm):
    """Refuses, besides, a change while another one of the record waits for approval."""

    def clean(self):
        cleaned = super().clean()
        # The stale guard has locked the record: nobody proposes in between.
        if self.instance.pk and (change := workflow.waiting_change(self.instance)):
            text = gettext(
                "A change of this waits for approval; nothing of yours was kept."
            )
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


Kind = Amendment.Kind


def code(label):
    return forms.CharField(label=label, max_length=40)


def activity_title(label, **options):
    return forms.CharField(label=label, max_length=400, **options)


def agency(label):
    return forms.ModelChoiceField(Agency.objects.order_by("acronym"), label=label)


def day(label, **options):
    return forms.DateField(label=label, widget=DAY, **options)


def _victims_of(replaced):
    """Whether the successor counts or reaches victims: if any of the replaced does."""
    return {name: any(getattr(each, name) for each in replaced) for name in QUESTIONS}


class AddForm(AmendForm):
    kind, title = Kind.ADD, _("Add an activity")
    explained = _("It becomes an activity of the plan once another person approves it.")
    first = (
        *("commitment", "code", "title_es", "title_en", "agency", "work"),
        *("starts_on", "due_on", "quantity", "unit_es", *QUESTIONS),
    )

    commitment = forms.ModelChoiceField(
        Commitment.objects.none(), label=_("Commitment")
    )
    code = code(_("Code"))
    title_es = activity_title(_("Title"))
    title_en = activity_title(_("Title, in English"), required=False)
    agency = agency(_("Agency"))
    work = forms.ChoiceField(label=_("Kind"), choices=Activity.Kind)
    starts_on = day(_("Begins on"), required=False)
    due_on = day(_("Due on"), required=False)
    quantity = DecimalField(
        label=_("Planned quantity"), required=False, max_digits=14, decimal_places=2
    )
    unit_es = forms.CharField(label=_("Unit"), max_length=80, required=False)
    counts_victims = VictimsField("counts_victims")
    reaches_victims = VictimsField("reaches_victims")
    dates = ("starts_on", "due_on")

    def records(self):
        told = {name: self.cleaned_data[name] for name in self.first if name != "work"}
        return [(self.new_activity(kind=self.cleaned_data["work"], **told), {})]


class SplitForm(AmendForm):
    kind, title = Kind.SPLIT, _("Divide an activity")
    explained = _(
        "Two activities take its place, and it is owed no more. What was reported of "
        "it stays on record."
    )
    first = (
        "activity",
        *("code_1", "title_1", "agency_1", "due_on_1"),
        *("code_2", "title_2", "agency_2", "due_on_2"),
    )
    dates = ("due_on_1", "due_on_2")

    activity = forms.ModelChoiceField(Activity.objects.none(), label=_("Activity"))
    code_1 = code(_("First part: code"))
    title_1 = activity_title(_("First part: title"))
    agency_1 = agency(_("First part: agency"))
    due_on_1 = day(_("First part: due on"), required=False)
    code_2 = code(_("Second part: code"))
    title_2 = activity_title(_("Second part: title"))
    agency_2 = agency(_("Second part: agency"))
    due_on_2 = day(_("Second part: due on"), required=False)

    def records(self):
        said, divided = self.cleaned_data, self.cleaned_data["activity"]
        parts = [
            self.new_activity(
                commitment=divided.commitment,
                kind=divided.kind,
                starts_on=divided.starts_on,
                code=said[f"code_{part}"],
                title_es=said[f"title_{part}"],
                agency=said[f"agency_{part}"],
                due_on=said[f"due_on_{part}"],
                **_victims_of([divided]),
            )
            for part in (1, 2)
        ]
        return [(part, {"supersedes": [divided]}) for part in parts]


class MergeForm(AmendForm):
    kind, title = Kind.MERGE, _("Join activities")
    explained = _(
        "One activity takes the place of several, and they are owed no more. What was "
        "reported of them stays on record."
    )
    first = ("activities", "code", "title_es", "agency", "work", "due_on")
    dates = ("due_on",)

    activities = forms.ModelMultipleChoiceField(
        Activity.objects.none(),
        label=_("Activities"),
        widget=forms.CheckboxSelectMultiple,
    )
    code = code(_("Code"))
    title_es = activity_title(_("Title"))
    agency = agency(_("Agency"))
    work = forms.ChoiceField(label=_("Kind"), choices=Activity.Kind)
    due_on = day(_("Due on"), required=False)

    def clean_activities(self):
        found = list(self.cleaned_data["activities"])
        if len(found) < 2 or len({each.commitment_id for each in found}) > 1:
            raise forms.ValidationError(
                _("Choose at least two activities of one commitment.")
            )
        return found

    def records(self):
        said, joined = self.cleaned_data, self.cleaned_data["activities"]
        told = {name: said[name] for name in ("code", "title_es", "agency", "due_on")}
        whole = self.new_activity(
            commitment=joined[0].commitment,
            kind=said["work"],
            **told,
            **_victims_of(joined),
        )
        return [(whole, {"supersedes": joined})]


class StopForm(AmendForm):
    first = ("commitment", "activity", "stopped_on")

    commitment = forms.ModelChoiceField(
        Commitment.objects.none(), label=_("Commitment"), required=False
    )
    activity = forms.ModelChoiceField(
        Activity.objects.none(), label=_("Or one activity"), required=False
    )
    stopped_on = day(_("From"))

    def clean(self):
        cleaned = super().clean()
        if bool(cleaned.get("commitment")) == bool(cleaned.get("activity")):
            text = _("Choose a commitment with all its activities, or one activity.")
            self.add_error("commitment", text)
        return cleaned

    def records(self):
        record = self.cleaned_data["commitment"] or self.cleaned_data["activity"]
        record.stopped = self.stopped
        record.stopped_on = self.cleaned_data["stopped_on"]
        record.resumes_on = self.cleaned_data.get("resumes_on")
        return [(record, {})]


class CancelForm(StopForm):
    kind, title, stopped = Kind.CANCEL, _("Cancel"), "cancelled"
    explained = _("Rounds that open from that day on do not ask for it.")


class SuspendForm(StopForm):
    kind, title, stopped = Kind.SUSPEND, _("Suspend"), "suspended"
    explained = _(
        "Rounds that open from that day on do not ask for it, until it resumes."
    )
    first = (*StopForm.first, "resumes_on")

    resumes_on = day(_("Resumes on, if it is known"), required=False)

    def clean(self):
        cleaned = super().clean()
        since, until = cleaned.get("stopped_on"), cleaned.get("resumes_on")
        if since and until and until <= since:
            self.add_error("resumes_on", _("What resumes, resumes later."))
        return cleaned


class ExtendForm(AmendForm):
    kind, title = Kind.EXTEND_PLAN, _("Extend the plan")
    explained = _("The dates of its commitments and activities stay as they are.")
    first = ("ends_on",)

    ends_on = day(_("The plan ends on"))

    def clean_ends_on(self):
        ends_on = self.cleaned_data["ends_on"]
        if ends_on <= self.plan.ends_on:
            raise forms.ValidationError(_("That is no later than it ends already."))
        return ends_on

    def records(self):
        self.plan.ends_on = self.cleaned_data["ends_on"]
        return [(self.plan, {})]


#: The word in the address → the form.
FORMS = {
    "agregar": AddForm,
    "dividir": SplitForm,
    "unir": MergeForm,
    "suspender": SuspendForm,
    "cancelar": CancelForm,
    "extender": ExtendForm,
}


@require_safe
def amendment_kinds(request):
    only_reviewers(request)
    return screen(
        request,
        "desk/amendment_kinds.html",
        title=gettext("Amend a plan"),
        plans=Plan.objects.public(),
        kinds=[(word, form.title) for word, form in FORMS.items()],
    )


@require_safe
def act_file(request, pk):
    only_reviewers(request)
    amendment = get_object_or_404(Amendment.objects.exclude(file=""), pk=pk)
    if request.method == "GET":
        take_out(request, amendment, agency=None, kind="act")
    return as_attachment(amendment)


def amend(request, plan, kind):
    only_reviewers(request)
    plan = get_object_or_404(Plan.objects.public(), code=plan)
    if kind not in FORMS:
        raise Http404
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = FORMS[kind](*posted, plan=plan)
    if form.is_valid() and (change := form.propose(by=request.user)):
        text = gettext("Kept. It applies when another person approves it.")
        messages.success(request, text)
        return redirect("admin:approval", pk=change.pk)
    return screen(
        request,
        "desk/amend.html",
        status=422 if form.errors else 200,
        title=f"{form.title}: {plan.code}",
        form=form,
    )
