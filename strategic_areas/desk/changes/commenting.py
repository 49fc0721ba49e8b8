"""An agency's comment on itself: written by its focal point, approved by a reviewer."""

from dataclasses import dataclass

from django.contrib import admin, messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.models import Agency, FocalPoint
from strategic_areas import workflow
from strategic_areas.desk.changes import pages as changes
from strategic_areas.desk.changes.change_forms import OwnWordsForm
from strategic_areas.desk.rounds import scorecards
from strategic_areas.discipline import REPLY_WITHIN
from strategic_areas.models import Activity, AgencyComment, ReportingPeriod

#: How many of the last rounds an agency may choose from to comment on.
LAST_ROUNDS = 3


@dataclass(frozen=True)
class Commented:
    """One round of one agency, and whether its comment is published."""

    period: ReportingPeriod
    agency: Agency
    stands: bool

    @property
    def public_from(self):
        """When the scorecard becomes public, if only the agency can read it so far."""
        period = self.period
        if not period.scorecards_ready_at or period.scorecards_public_at:
            return None
        return period.scorecards_ready_at + REPLY_WITHIN


class CommentForm(OwnWordsForm):
    class Meta(OwnWordsForm.Meta):
        model = AgencyComment


def commentable(user, today=None):
    """The last rounds of the user's agencies that have opened, the newest first."""
    today = today or timezone.localdate()
    agencies = Agency.objects.filter(pk__in=FocalPoint.objects.agencies_of(user))
    asked = list(
        Activity.objects.filter(agency__in=agencies)
        .order_by()
        .values_list("plan_id", "agency_id")
        .distinct()
    )
    if not asked:
        return []
    rounds = _opened(user, today).filter(plan__in={plan for plan, _ in asked})
    last = list(rounds.select_related("plan")[:LAST_ROUNDS])
    stands = set(
        AgencyComment.objects.filter(period__in=last).values_list(
            "period_id", "agency_id"
        )
    )
    return [
        Commented(period, agency, (period.pk, agency.pk) in stands)
        for period in last
        for agency in agencies
        if (period.plan_id, agency.pk) in asked
    ]


def _opened(user, today):
    return ReportingPeriod.objects.visible_to(user).opened(today)


def agency_comment(request, period, agency):
    """The published comment, the one waiting for approval, and the form."""
    today = timezone.localdate()
    comment = _comment_or_404(request.user, period, agency)
    waits = workflow.waiting_change(comment)
    data = request.POST if request.method == "POST" else None
    form = CommentForm(data, instance=comment)
    if form.is_valid() and form.propose(by=request.user):
        messages.success(
            request, _("Sent. The secretariat reads it before it is published.")
        )
        return redirect("admin:index")
    context = {
        **admin.site.each_context(request),
        "comment": comment,
        "scorecard": scorecards.own_scorecard(comment.agency, comment.period, today),
        "stands": comment.pk is not None,
        "form": form,
        "waits": waits,
        "waiting_lines": changes.lines(waits.records.get()) if waits else [],
    }
    return render(request, "desk/agency_comment.html", context)


def _comment_or_404(user, period, slug):
    """The comment, stored or new, that the person may write; 404 for any other."""
    mandates = user.mandates.current().filter(
        agency__in=FocalPoint.objects.agencies_of(user), agency__slug=slug
    )
    mandate = mandates.select_related("agency").order_by("-kind").first()
    period = _opened(user, timezone.localdate()).filter(pk=period).first()
    if mandate is None or period is None:
        raise Http404
    if not Activity.objects.filter(agency=mandate.agency, plan=period.plan_id).exists():
        raise Http404
    rows = AgencyComment.objects.filter(agency=mandate.agency, period=period)
    comment = rows.first() or AgencyComment(agency=mandate.agency, period=period)
    comment.signed_as = mandate.kind
    comment.written_by, comment.written_at = user, timezone.now()
    return comment
