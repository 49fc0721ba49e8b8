"""Comments and disputes of agencies, which a reviewer approves."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.db.models import Q, Window
from django.db.models.functions import RowNumber
from django.forms import modelform_factory
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.fields import field_of
from agencies.models import Agency, FocalPoint
from strategic_areas import workflow
from strategic_areas.compliance import REPLY_WITHIN
from strategic_areas.desk.changes import views as changes
from strategic_areas.desk.changes.decisions import ProposeChangeForm
from strategic_areas.desk.inputs import limit_length
from strategic_areas.desk.rounds import notices
from strategic_areas.desk.screens import render_screen
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    AgencyComment,
    Commitment,
    PublishedFigure,
    RecordDispute,
    ReportingPeriod,
)
from strategic_areas.models.agency_statements import (
    AGENCY_LOOKUPS,
    LINK_BY_MODEL,
    LONGEST,
    attributed_to,
)
from strategic_areas.queries.figures import phrases
from strategic_areas.queries.plan.counted_updates import (
    has_unresolved_dispute,
    public_dispute,
)

#: Number of rounds of each plan that the desk offers for a comment; at their addresses
#: older ones can be commented on too.
OFFERED_ROUNDS = 3
#: Slug in the URL → model.
DISPUTABLE_MODELS = {
    "compromiso": Commitment,
    "actividad": Activity,
    "avance": ActivityUpdate,
    "cifra": PublishedFigure,
}


class BilingualTextForm(ProposeChangeForm):
    """A proposed text in Spanish and, optionally, English."""

    max_length = LONGEST

    class Meta:
        fields = ["text_es", "text_en"]
        widgets = {
            "text_es": forms.Textarea(attrs={"rows": 6}),
            "text_en": forms.Textarea(attrs={"rows": 6, "lang": "en"}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in self._meta.fields:
            self.fields[name].label = field_of(self._meta.model, name).label_of(name)
            limit_length(self.fields[name], max_length=self.max_length)
            self.fields[name].required = name.endswith("_es")


AgencyCommentForm = modelform_factory(AgencyComment, form=BilingualTextForm)
RecordDisputeForm = modelform_factory(RecordDispute, form=BilingualTextForm)


@dataclass(frozen=True)
class OfferedRound:
    period: ReportingPeriod
    agency: Agency
    has_comment: bool

    @property
    def public_from(self):
        """When the scorecard becomes public, if only its agency can read it yet."""
        ready_at = self.period.scorecards_ready_at
        is_waiting = ready_at and not self.period.scorecards_public_at
        return ready_at + REPLY_WITHIN if is_waiting else None


def rounds_to_comment(user):
    agencies = Agency.objects.filter(pk__in=FocalPoint.objects.agencies_of(user))
    plan_agency_pairs = list(
        Activity.objects.filter(agency__in=agencies)
        .order_by()
        .values_list("plan_id", "agency_id")
        .distinct()
    )
    rounds = _opened_rounds(user).filter(
        plan__in={plan for plan, _agency in plan_agency_pairs}
    )
    place = Window(RowNumber(), "plan", order_by=rounds.query.order_by)
    last = list(
        rounds.annotate(place=place)
        .filter(place__lte=OFFERED_ROUNDS)
        .select_related("plan")
    )
    comments = AgencyComment.objects.filter(period__in=last)
    commented = set(comments.values_list("period_id", "agency_id"))
    return [
        OfferedRound(period, agency, (period.pk, agency.pk) in commented)
        for period in last
        for agency in agencies
        if (period.plan_id, agency.pk) in plan_agency_pairs
    ]


def _opened_rounds(user):
    return ReportingPeriod.objects.visible_to(user).opened_by(timezone.localdate())


def agency_comment(request, period, agency):
    comment = _comment_or_404(request.user, period, agency)
    pending_change = workflow.waiting_change(comment)
    form = AgencyCommentForm(
        request.POST if request.method == "POST" else None, instance=comment
    )
    if form.is_valid() and form.propose(by=request.user):
        messages.success(
            request, _("Sent. The secretariat reads it before it is published.")
        )
        return redirect("admin:index")
    return render_screen(
        request,
        "desk/agency_comment.html",
        title=_("Comment of the agency"),
        comment=comment,
        scorecard=notices.own_scorecard(comment.agency, comment.period),
        is_published=comment.pk is not None,
        form=form,
        pending_change=pending_change,
        pending_lines=changes.field_changes(pending_change.records.get())
        if pending_change
        else [],
    )


def _comment_or_404(user, period, slug):
    mandates = user.mandates.current().filter(
        agency__in=FocalPoint.objects.agencies_of(user), agency__slug=slug
    )
    # A person with both kinds of mandate signs as titular (the principal focal point):
    # it comes first in descending order.
    mandate = mandates.select_related("agency").order_by("-kind").first()
    period = get_object_or_404(_opened_rounds(user), pk=period)
    activities = Activity.objects.filter(plan=period.plan_id)
    if mandate is None or not activities.filter(agency=mandate.agency).exists():
        raise Http404
    rows = AgencyComment.objects.filter(agency=mandate.agency, period=period)
    comment = rows.first() or AgencyComment(agency=mandate.agency, period=period)
    comment.signed_as = mandate.kind
    comment.written_by, comment.written_at = user, timezone.now()
    return comment


def attributed_records(user, kind):
    model = DISPUTABLE_MODELS[kind]
    rows = attributed_to(model, FocalPoint.objects.agencies_of(user))
    if model is PublishedFigure:
        return rows.select_related(
            "indicator__introduced_by", "indicator__agency", "dispute__agency"
        )
    if model is ActivityUpdate:
        rows = rows.select_related("activity", "period")
    return rows.select_related("plan", "dispute__agency", AGENCY_LOOKUPS[model])


def attribution_list(request):
    attributed = [
        {
            "kind": kind,
            "record": row,
            "title": record_title(row),
            "has_unresolved_dispute": has_unresolved_dispute(row),
        }
        for kind in DISPUTABLE_MODELS
        for row in attributed_records(request.user, kind)
    ]
    return render_screen(
        request,
        "desk/attributions.html",
        title=_("Attributed to your agency"),
        attributed=attributed,
    )


def attribution_detail(request, kind, pk):
    record = _record_or_404(request.user, kind, pk)
    dispute = _find_or_build_dispute(request.user, record)
    pending_change = workflow.waiting_change(dispute) if dispute.pk is None else None
    data = request.POST if request.method == "POST" else None
    # A text sent while another waits is refused, but shown so that it is not lost.
    form = (
        None
        if dispute.pk or (pending_change and not data)
        else RecordDisputeForm(data, instance=dispute)
    )
    if form and form.is_valid() and form.propose(by=request.user):
        messages.success(
            request, _("Sent. The secretariat reads it before it is published.")
        )
        return redirect("admin:attributions")
    return render_screen(
        request,
        "desk/attribution.html",
        record=record,
        title=record_title(record),
        published=public_dispute(dispute) if dispute.pk else None,
        form=form,
        pending_change=pending_change,
        pending_lines=changes.field_changes(pending_change.records.get())
        if pending_change
        else [],
    )


def _record_or_404(user, kind, pk):
    if kind not in DISPUTABLE_MODELS:
        raise Http404
    return get_object_or_404(attributed_records(user, kind), pk=pk)


def record_title(record):
    if isinstance(record, PublishedFigure):
        span = phrases.span_heading(record.starts_on, record.ends_on)
        unit = phrases.text_in_language(record.indicator, "unit")
        return (
            f"{record.indicator} · {span}: {phrases.format_figure(record.value)} {unit}"
        )
    if isinstance(record, ActivityUpdate):
        return f"{record.activity} · {record.period.name}"
    return str(record)


def _agency_of(record, user):
    if isinstance(record, PublishedFigure):
        own = Agency.objects.filter(pk__in=FocalPoint.objects.agencies_of(user))
        named = Q(pk=record.indicator.agency_id) | Q(acronym=record.counted_by)
        return own.filter(named).order_by("acronym").first()
    return record.lead if isinstance(record, Commitment) else record.agency


def _find_or_build_dispute(user, record):
    # ``record.dispute`` raises if there is none; the query has selected it.
    if dispute := record._state.fields_cache["dispute"]:
        return dispute
    agency = _agency_of(record, user)
    mandates = user.mandates.current().filter(agency=agency)
    # The same order of kinds as in ``_comment_or_404``.
    return RecordDispute(
        **{LINK_BY_MODEL[type(record)]: record},
        agency=agency,
        signed_as=mandates.order_by("-kind").first().kind,
        written_by=user,
        written_at=timezone.now(),
    )
