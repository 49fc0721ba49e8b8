"""The forms of the sheet, by which an agency answers one row."""

from crispy_forms.layout import Hidden, Layout, LayoutObject, Submit
from django import forms
from django.forms import model_to_dict
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agencies import numbers
from strategic_areas import evidence
from strategic_areas.desk.inputs import (
    PLAIN,
    DocumentField,
    helper_of,
    tell_protection,
    text_boxes,
    widgets,
)
from strategic_areas.desk.sheet import revisions
from strategic_areas.desk.sheet.revisions import RevisionForm
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    Answer,
    Commitment,
    CommitmentUpdate,
    Evidence,
    Result,
)
from strategic_areas.models.report_fields import Part
from strategic_areas.workflow import guard

#: The columns that a report fills in, in Spanish, by the part of the form.
PARTS = {
    part: ActivityUpdate.fields.spanish(part=part)
    for part in Part
    if part is not Part.NO_NEWS
}
FILLED_IN = ActivityUpdate.fields.where(filled_in=True)
WIDGETS = {**widgets(FILLED_IN), **text_boxes(FILLED_IN)}
#: What a report may say in English too.
TRANSLATED = ActivityUpdate.fields.where(bilingual=True, repeated=True)


#: Why an empty row is refused.
NOTHING_SAID = _(
    "Nothing is said here yet. Write what was done, or answer “No news”. What others "
    "published stands beside it and is not reported in the institution's name."
)


class Group(LayoutObject):
    template = "portal/layout/group.html"

    def __init__(self, *fields, css_class=""):
        self.fields = list(fields)
        self.css_class = css_class

    def render(self, form, context, template_pack="portal", **kwargs):
        fields = self.get_rendered_fields(form, context, template_pack, **kwargs)
        return render_to_string(self.template, {**self._shown(form), "fields": fields})

    def _shown(self, form):
        return {"css_class": self.css_class}


class Fold(Group):
    """Fields that are seldom filled, folded away unless one is wrong or required."""

    template = "portal/layout/fold.html"

    def __init__(self, title, *fields, is_open=False):
        super().__init__(*fields)
        self.title = title
        self.is_open = is_open

    def _shown(self, form):
        names = {pointer.name for pointer in self.get_field_names()}
        return {
            "title": self.title,
            "is_open": self.is_open or names & set(form.errors),
        }


class RowForm(RevisionForm):
    """
    A form of one row; its fields' ids are unique on the page.

    The page puts the button below the evidence, and ties it to this form by its
    ``form_id``.
    """

    subject_model, subject = Activity, "activity"
    answer, button = "", ""

    def __init__(self, *args, action="", **kwargs):
        instance = kwargs["instance"]
        kwargs["label_suffix"] = ""
        kwargs.setdefault("auto_id", f"r{instance.activity_id}_%s")
        super().__init__(*args, **kwargs)
        self.helper = helper_of(
            f"row-form row-form--{self.answer}",
            Hidden("answer", self.answer),
            action=action,
            **PLAIN,
        )
        self.helper.layout = self.make_layout()
        self.helper.form_id = self.auto_id % "form"

    def make_layout(self):
        return Layout(*self.fields)

    def clean(self):
        self.instance.answer = self.answer
        return super().clean()


class ReportForm(RowForm):
    """
    A full report. One number is enough where the last report fills in the rest.

    ``last`` is the agency's own last report, whose texts prefill an empty row;
    ``provinces`` are the choices of places, read once for the whole sheet.
    """

    answer, button = Answer.REPORTED, _("Save and next")
    #: Percent and execution as posted, before one was adjusted to the other.
    posted_pair = None

    class Meta:
        model = ActivityUpdate
        fields = [name for names in PARTS.values() for name in names]
        widgets = WIDGETS
        formfield_callback = numbers.formfield

    def __init__(self, *args, last=None, provinces=None, **kwargs):
        instance = kwargs["instance"]
        self.last = last
        if last and not instance.pk:
            remembered = ActivityUpdate.fields.spanish(prefilled=True)
            kwargs["initial"] = model_to_dict(last, remembered)
        super().__init__(*args, **kwargs)
        if provinces is not None:
            self.fields["places"].choices = provinces

    def make_layout(self):
        activity = self.instance.activity
        number = "quantity" if activity.is_continuing else "percent"
        del self.fields["percent" if activity.is_continuing else "quantity"]
        # A percent alone is enough; see ``_settle_percent``.
        self.fields["execution"].required = activity.is_continuing
        if activity.is_continuing and activity.unit:
            label = gettext("Quantity (%(unit)s)") % {"unit": activity.unit}
            self.fields["quantity"].label = label
        tell_protection(self.fields, activity)
        figures, texts, *folds = PARTS
        shown = [name for name in PARTS[figures] if name in self.fields]
        return Layout(
            "seen_version",
            Group(*sorted(shown, key=number.__ne__), css_class="row-figures"),
            *PARTS[texts],
            *[self._fold(part) for part in folds],
        )

    def _fold(self, part):
        is_open = {
            Part.HELD_BACK: self._is_held_back(),
            Part.RESERVED: self.instance.is_reserved,
        }
        return Fold(part.label, *PARTS[part], is_open=is_open.get(part, False))

    def _is_held_back(self):
        stands = self.instance.execution or self.initial.get("execution") or ""
        return ActivityUpdate(
            activity=self.instance.activity, execution=stands
        ).is_held_back()

    def clean(self):
        if not (self.instance.pk or self.last or self.has_changed()):
            self.add_error(None, NOTHING_SAID)
        self._settle_percent()
        self._keep_english()
        return super().clean()

    def _keep_english(self):
        """
        Keep an English text only with the Spanish text that it translates.

        A Spanish text equal to the published one gets the published English.
        """
        for field in TRANSLATED:
            spanish, english = field.columns
            text = _lines(self.cleaned_data.get(spanish))
            stands = getattr(self.instance, english)
            is_changed = text != _lines(getattr(self.instance, spanish))
            if self.last and text == _lines(getattr(self.last, spanish)):
                if is_changed or not stands:
                    setattr(self.instance, english, getattr(self.last, english))
            elif is_changed and stands:
                setattr(self.instance, english, "")

    def _settle_percent(self):
        cleaned = self.cleaned_data
        if not {"percent", "execution"} <= set(cleaned):
            return
        percent, execution = cleaned["percent"], cleaned["execution"]
        self.posted_pair = percent, execution
        changed = {"percent", "execution"} & set(self.changed_data)
        percent, execution = revisions.settled_pair(percent, execution, changed=changed)
        cleaned |= {"percent": percent, "execution": execution}
        if (percent == 100) != (execution == "completed") and percent is not None:
            self.add_error(
                "percent", _("100 % and completed go together, and only together.")
            )
        if not execution:
            self.add_error("percent", _("State the percent, or choose the execution."))

    def _says_the_same(self, stored):
        """Also true where the first of two equal posts had its pair adjusted."""
        if self.posted_pair:
            percent, execution = self.posted_pair
            stands = stored.percent, stored.execution
            followed = [
                (percent, revisions.execution_for(percent, execution)),
                (revisions.percent_for(execution, percent), execution),
            ]
            if stands in followed:
                pair = dict(zip(("percent", "execution"), stands, strict=True))
                self.cleaned_data.update(pair)
        return super()._says_the_same(stored)


def _lines(text):
    return (text or "").strip().splitlines()


class NoNewsForm(RowForm):
    """No news, and the reason; what was published remains in force."""

    answer, button = Answer.NO_NEWS, _("No news, for this reason")

    class Meta:
        model = ActivityUpdate
        fields = ActivityUpdate.fields.spanish(part=Part.NO_NEWS)
        widgets = WIDGETS

    def __init__(self, *args, **kwargs):
        instance = kwargs["instance"]
        kwargs["auto_id"] = f"r{instance.activity_id}_no_news_%s"
        super().__init__(*args, **kwargs)
        self.fields["no_news_reason_es"].label = gettext("No news, because…")
        self.helper.add_input(Submit("save", self.button))


class SameForm(forms.Form):
    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, action, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = helper_of(
            "row-form row-form--same_as_before",
            Hidden("answer", Answer.SAME_AS_BEFORE),
            Submit("save", _("Same as the previous period")),
            action=action,
        )


class DeclarationForm(RevisionForm):
    subject_model, subject = Commitment, "commitment"
    button = _("Save the declaration")

    result = forms.ChoiceField(
        label=_("What became of the expected result?"),
        choices=Result.choices,
        widget=forms.RadioSelect,
    )

    class Meta:
        model = CommitmentUpdate
        fields = CommitmentUpdate.fields.spanish(filled_in=True)
        widgets = text_boxes(CommitmentUpdate.fields.where(filled_in=True))

    field_order = ["seen_version", *Meta.fields]

    def __init__(self, *args, action, **kwargs):
        instance = kwargs["instance"]
        kwargs["label_suffix"] = ""
        kwargs["auto_id"] = f"c{instance.commitment_id}_%s"
        super().__init__(*args, **kwargs)
        self.helper = helper_of("row-form row-form--declared", action=action, **PLAIN)
        self.helper.form_id = self.auto_id % "form"


#: The fields of the form that make a row of each kind.
KINDS = {
    Evidence.Kind.FILE: ["upload"],
    Evidence.Kind.LINK: ["url"],
    Evidence.Kind.ARCHIVE: ["archive_office", "archive_number"],
}


def whereabouts(item):
    if item.kind == Evidence.Kind.FILE:
        return format_html(
            '<a href="{}">{}</a> ({})',
            reverse("staff_evidence", args=[item.token]),
            item.original_name,
            filesizeformat(item.size),
        )
    if item.kind == Evidence.Kind.LINK:
        return format_html('<a href="{0}" rel="noreferrer">{0}</a>', item.url)
    if item.kind == Evidence.Kind.REMOVED:
        return item.get_kind_display()
    return gettext("Archive of %(office)s, file %(number)s") % {
        "office": item.archive_office,
        "number": item.archive_number,
    }


class EvidenceForm(forms.ModelForm):
    """One piece of evidence; its kind follows from the fields that are filled in."""

    upload = DocumentField(label=_("file"), required=False)

    class Meta:
        labels = {"title_es": _("title")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.clean_file = None

    @property
    def has_stored_file(self):
        return bool(self.instance.pk) and self.instance.kind == Evidence.Kind.FILE

    def clean_upload(self):
        self.clean_file = self.cleaned_data["upload"]
        if self.clean_file:
            for reason in guard.refusals(self.clean_file.name):
                self.add_error("upload", reason)
        return self.clean_file

    def clean(self):
        cleaned = super().clean()
        guard.refuse(self, *Evidence.fields.columns(guarded=True))
        given = [
            kind
            for kind, names in KINDS.items()
            if any(cleaned.get(name) or name in self.errors for name in names)
        ]
        if self.has_stored_file and Evidence.Kind.FILE not in given:
            given.insert(0, Evidence.Kind.FILE)
        if not given and self.instance.kind == Evidence.Kind.REMOVED:
            return cleaned
        if not given:
            self.add_error("upload", gettext("Give a file, an address or an archive."))
        elif len(given) > 1:
            text = gettext("Give just one: a file, an address or an archive.")
            self.add_error(KINDS[given[1]][0], text)
        else:
            self._must_be_complete(given[0], cleaned)
            self.instance.kind = given[0]
        return cleaned

    def _must_be_complete(self, kind, cleaned):
        if kind == Evidence.Kind.ARCHIVE:
            for name in KINDS[kind]:
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, gettext("An archive needs office and number."))

    def save(self, commit=True):
        if self.clean_file:
            evidence.attach(self.instance, self.clean_file)
        return super().save(commit)


class AttachForm(EvidenceForm):
    """Attaches one more piece of evidence to a report of the sheet."""

    url = Evidence._meta.get_field("url").formfield(assume_scheme="https")

    class Meta(EvidenceForm.Meta):
        model = Evidence
        fields = ["title_es", "url", "archive_office", "archive_number"]

    field_order = ["title_es", "upload", "url", "archive_office", "archive_number"]

    def __init__(self, *args, record, action, **kwargs):
        self.record = record
        kwargs["instance"] = Evidence(**{record.link_field: record})
        kwargs["label_suffix"] = ""
        super().__init__(*args, **kwargs)
        press = Submit("attach", _("Attach"))
        self.helper = helper_of("evidence-form", press, action=action, **PLAIN)

    def belong_to(self, record):
        self.record = record
        setattr(self.instance, record.link_field, record)

    def clean(self):
        cleaned = super().clean()
        if self.clean_file:
            files = self.record.evidences.filter(kind=Evidence.Kind.FILE)
            try:
                evidence.must_fit(
                    self.record.agency, files.count() + 1, [self.clean_file]
                )
                evidence.must_differ(self.clean_file, files)
            except evidence.RefusedFileError as error:
                self.add_error("upload", str(error))
        return cleaned
