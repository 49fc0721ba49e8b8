"""Declarations of results: what the lead agency says of a commitment as a whole."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from strategic_areas.desk import answers
from strategic_areas.desk.revisions import RevisionForm
from strategic_areas.desk.rows import Declared, returned_steps
from strategic_areas.models import Commitment, CommitmentUpdate

REACHED = [
    (True, _("Yes: the expected result is reached")),
    (False, _("No: it is not reached yet")),
]


class DeclarationForm(RevisionForm):
    """Whether a commitment's expected result is reached, and how that is known."""

    subject_model, subject = Commitment, "commitment"

    result_reached = forms.TypedChoiceField(
        label=_("Is the expected result reached?"),
        choices=REACHED,
        coerce=lambda value: value == "True",
        widget=forms.RadioSelect,
    )

    class Meta:
        model = CommitmentUpdate
        fields = ["result_reached", "statement_es"]
        widgets = {"statement_es": forms.Textarea(attrs={"rows": 4})}

    field_order = ["seen_version", "result_reached", "statement_es"]

    def __init__(self, *args, action, **kwargs):
        instance = kwargs["instance"]
        kwargs["label_suffix"] = ""
        kwargs["auto_id"] = f"c{instance.commitment_id}_%s"
        if not instance.pk:
            kwargs["initial"] = {"result_reached": None}
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_action = action
        self.helper.form_class = "row-form row-form--declared"
        self.helper.attrs = {"novalidate": "", "autocomplete": "off"}
        self.helper.add_input(Submit("save", _("Save the declaration")))


def read(period, agency, only=None, *, with_transcribed=False):
    """
    A row for each commitment that the agency leads in the round's plan.

    ``with_transcribed`` also shows what the secretariat still writes from a letter.
    """
    led = Commitment.objects.standing().filter(plan=period.plan, lead=agency)
    commitments = list(
        (led.filter(pk=only) if only else led)
        .select_related("lead", "plan")
        .annotate(newest_id=_newest(period, with_transcribed), last_id=_last(period))
    )
    updates = CommitmentUpdate.objects.prefetch_related("evidences").in_bulk(
        [each.newest_id for each in commitments if each.newest_id]
    )
    lasts = CommitmentUpdate.objects.select_related("period").in_bulk(
        [each.last_id for each in commitments if each.last_id]
    )
    returned = returned_steps(updates)
    rows = []
    for commitment in commitments:
        update = updates.get(commitment.newest_id)
        if update:
            update.commitment, update.period = commitment, period
        last = lasts.get(commitment.last_id)
        step = returned.get(commitment.newest_id)
        rows.append(Declared(commitment, period, update, last, step))
    return tuple(rows)


def _newest(period, with_transcribed):
    rows = CommitmentUpdate.objects.filter(commitment=OuterRef("pk"), period=period)
    rows = rows if with_transcribed else rows.without_transcriptions()
    return Subquery(rows.order_by("-revision").values("pk")[:1])


def _last(period):
    """The last declaration published for an earlier period."""
    rows = CommitmentUpdate.objects.counted().filter(commitment=OuterRef("pk"))
    earlier = rows.filter(period__ends_on__lte=period.ends_on).exclude(period=period)
    return Subquery(earlier.newest_first().values("pk")[:1])


@transaction.atomic
def take(row, data, *, by, letter=None):
    """Store one declaration as posted and return its form, as ``answers.take`` does."""
    Commitment.objects.select_for_update().get(pk=row.commitment.pk)
    instance = answers.written_in(row, letter)
    form = DeclarationForm(data, instance=instance, action=row.url("save"))
    if form.is_valid() and not form.is_already_saved:
        answers.store(form, by, letter)
    return form
