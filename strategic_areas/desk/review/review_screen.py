"""What the review screen shows of one submitted record, and the forms of its steps."""

from dataclasses import dataclass

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from strategic_areas import workflow
from strategic_areas.desk.inputs import (
    IS_PRINTED,
    LongText,
    NobodyField,
    PrintedByField,
    one_button,
)
from strategic_areas.desk.public_pages import public_address
from strategic_areas.desk.review import comparison, review_queue
from strategic_areas.desk.sheet.forms import whereabouts
from strategic_areas.models import ActivityUpdate, CommitmentUpdate, Transition
from strategic_areas.queries.updates.record import Entry, as_published
from strategic_areas.workflow import guard


class StepForm(forms.Form):
    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    button, css_class = "", ""

    def __init__(self, *args, action, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.helper = one_button(
            "step-form", "step", self.button, css_class=self.css_class, action=action
        )


class EvidenceField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, item):
        return format_html("{}: {}", item.title, whereabouts(item))


class PublishForm(StepForm):
    """
    Publish a record, and open the ticked evidence to the public.

    Where the guard found something, the reviewer ticks that nobody can be recognised;
    where a text about victims counts people, she names the official source that printed
    it. The evidence of a reserved record is never opened.
    """

    button, css_class = _("Publish"), "default"

    evidence = EvidenceField(
        queryset=None,
        required=False,
        label=_("Evidence that the public may open"),
        help_text=_("Only what you have read and found free of personal data."),
    )
    checked = NobodyField()
    is_printed = forms.BooleanField(label=IS_PRINTED)
    printed_by = PrintedByField()

    def __init__(self, *args, record, examined, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["evidence"].queryset = record.evidences.all()
        if getattr(record, "is_reserved", False) or not record.evidences.all():
            del self.fields["evidence"]
        NobodyField.ask(self, examined)
        PrintedByField.ask(self, examined.counts)


class PublishManyForm(forms.Form):
    """Publish the records that are shown, each in the version that is shown."""

    checked = NobodyField()

    def __init__(self, *args, action, tokens, items, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["pick"] = forms.MultipleChoiceField(
            choices=[(token, token) for token in tokens],
            widget=forms.MultipleHiddenInput,
        )
        self.initial["pick"] = [item.token for item in items]
        examined = guard.together(item.examined for item in items)
        NobodyField.ask(self, examined)
        if not examined.asks:  # the page itself says that the records were shown
            self.fields["checked"] = forms.BooleanField(
                widget=forms.HiddenInput, initial=True
            )
        self.helper = one_button("step-form", "step", _("Publish all"), action=action)


class ReturnForm(StepForm):
    button = _("Return to the agency")

    reason = LongText(
        label=_("Reason of the return"),
        help_text=_("The agency reads it. Say what to mend."),
    )
    private_note = LongText(
        rows=2,
        required=False,
        label=_("Private note"),
        help_text=_("Only the secretariat reads it; the agency never does."),
    )

    def clean(self):
        guard.judge(self, Transition, reason="reason", private_note="private_note")
        return super().clean()


@dataclass(frozen=True)
class Place:
    number: int
    total: int
    previous: review_queue.Place | None
    following: review_queue.Place | None


@dataclass(frozen=True)
class Screen:
    """
    What a reviewer reads before she decides.

    ``steps`` are the forms open to her: nobody publishes a record that she had a part
    in or that the guard blocks. ``shows_notes`` is False for focal points of the
    agency, even if they review.
    """

    record: ActivityUpdate | CommitmentUpdate
    before: ActivityUpdate | CommitmentUpdate | None
    compared: list
    examined: guard.Examined
    is_mine: bool
    days: int
    preview: Entry
    has_english: bool
    transitions: list
    shows_notes: bool
    place: Place
    steps: list
    #: The public page of the activity or commitment that it is about.
    public: str


def screen(user, record, posted=None):
    item = review_queue.QueuedReport(record, workflow.has_part_in(user, record))
    before = comparison.last_published(record)
    (preview,) = previews(user, [record], with_evidence=True)
    return Screen(
        record=record,
        before=before,
        compared=comparison.compare(before, record),
        examined=item.examined,
        is_mine=item.is_mine,
        days=item.days,
        preview=preview,
        has_english=bool(preview.text_en),
        transitions=list(record.transitions.select_related("by")),
        shows_notes=not workflow.reports_for(user, record.agency),
        place=_place(user, item),
        steps=_steps(item, posted),
        public=public_address(record.subject),
    )


def previews(user, records, *, with_evidence=False):
    """The public entries that the records become if this person publishes them."""
    within = workflow.within_agency(user, records)
    today = timezone.localdate()
    return [
        as_published(
            record,
            record.evidences.all() if with_evidence else (),
            today=today,
            is_reviewed_within_agency=record in within,
        )
        for record in records
    ]


def _place(user, item):
    places = review_queue.places(user)
    number = places.index(item.place)
    return Place(
        number=number + 1,
        total=len(places),
        previous=places[number - 1] if number else None,
        following=places[number + 1] if number + 1 < len(places) else None,
    )


def _steps(item, posted):
    kinds = (
        [ReturnForm]
        if item.is_mine or item.examined.blocks
        else [PublishForm, ReturnForm]
    )
    return [
        posted if isinstance(posted, kind) else step_form(kind, item) for kind in kinds
    ]


def step_form(kind, item, data=None):
    name = "publish" if kind is PublishForm else "return"
    extra = {}
    if kind is PublishForm:
        extra = {"record": item.record, "examined": item.examined}
    return kind(
        data,
        action=reverse(
            f"admin:review_{name}",
            args=[review_queue.WORDS[type(item.record)], item.record.pk],
        ),
        initial={"seen_version": item.record.version},
        auto_id=f"{name}_%s",
        **extra,
    )
