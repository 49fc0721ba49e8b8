"""
The page on which two people read a whole plan before its approval, and page previews.
"""

from dataclasses import dataclass

from django import forms
from django.db.models import Value
from django.shortcuts import get_object_or_404, redirect, render
from django.template import RequestContext
from django.template.loader import get_template
from django.template.loader_tags import BlockNode
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from agencies.access import require_reviewer
from agencies.models import Agency
from strategic_areas import workflow
from strategic_areas.desk.changes.decisions import ApproveForm, redirect_to_change
from strategic_areas.desk.inputs import one_button_helper
from strategic_areas.desk.page_changes import PublicPageChange
from strategic_areas.desk.plan_tree.levels import (
    ACTIVITY,
    COMMITMENT,
    INDICATOR,
    NESTED_LEVELS,
    PARTICIPATION,
    level_of,
    node_key,
)
from strategic_areas.desk.plan_tree.nodes import PlanTree
from strategic_areas.desk.screens import plan_or_404, refusals_shown_on, render_screen
from strategic_areas.models import Activity, Commitment, Indicator, Plan
from strategic_areas.public_paths import public_path
from strategic_areas.queries.pages import areas, commitments
from strategic_areas.queries.plan import counted_updates, plans
from strategic_areas.queries.plan.plan_progress import (
    PlanProgress,
    activities_of,
    build_progress,
    commitments_of,
)
from strategic_areas.views.commitments import activities_context, figures_of
from strategic_areas.views.parameters import found_or_404
from strategic_areas.views.plans import area_context

#: Column of the plan → checkbox that states that there is no value.
ABSENCE_CHECKBOXES = {"act_es": "no_act", "launched_on": "no_launch_date"}


@dataclass(frozen=True)
class PlanShortcoming:
    """
    Something that a plan lacks; ``records`` are pairs of a label and a node's key.

    Both people read it, a grave one in red. ``workflow.plan_approval`` decides which
    prevent an approval.
    """

    text: str
    consequence: str
    applies: bool
    records: tuple = ()
    is_grave: bool = False


def load_plan_review(plan):
    tree = PlanTree(plan)
    nodes = [each for level in NESTED_LEVELS for each in tree.nodes(level)]
    indicators = [each.record for each in tree.nodes(INDICATOR)]
    participations = tree.nodes(PARTICIPATION)
    members = {each.record.agency_id for each in participations}
    shortcomings = [
        *_shortcomings_of_act(plan),
        *_shortcomings_of_tree(nodes, members),
        *_shortcomings_of_indicators(indicators),
    ]
    return {
        "plan": plan,
        "tree": tree,
        "counts": [
            *tree.counts,
            ngettext("%(n)d indicator", "%(n)d indicators", len(indicators))
            % {"n": len(indicators)},
            ngettext("%(n)d agency", "%(n)d agencies", len(members))
            % {"n": len(members)},
        ],
        "lacks": [each for each in shortcomings if each.applies],
        "participations": sorted(each.title for each in participations),
        "indicators": indicators,
        "protected": _protection_text(nodes, indicators),
        "rounds": list(plan.periods.order_by("starts_on", "code")),
    }


def _shortcomings_of_act(plan):
    missing, late = (
        workflow.missing_approval_fields(plan),
        workflow.overdue_rounds(plan),
    )
    return (
        PlanShortcoming(
            _("The act that approved it."),
            _(
                "Nobody wrote which act approves it. Write it, or both people tick "
                "that there is none."
            ),
            "act_es" in missing,
            is_grave=True,
        ),
        PlanShortcoming(
            _("The date of its launch."),
            _(
                "Nobody wrote when it was launched. Write it, or both people tick that "
                "there is none."
            ),
            "launched_on" in missing,
            is_grave=True,
        ),
        PlanShortcoming(
            _("Rounds that were due already: %(rounds)s.")
            % {"rounds": ", ".join(map(str, late))},
            _(
                "The public would read at once that nobody reported. "
                "Correct them first."
            ),
            bool(late),
            is_grave=True,
        ),
    )


def _shortcomings_of_tree(nodes, members):
    commitments = [each for each in nodes if each.level is COMMITMENT]
    activities = [each for each in nodes if each.level is ACTIVITY]
    lacks = (
        (
            _("Nothing is below them:"),
            _("The public reads of them only their names; nobody reports on them."),
            [n for n in nodes if n.level is not ACTIVITY and not n.below],
        ),
        (
            _("Commitments without an expected result:"),
            _("Nobody can ever declare them fulfilled."),
            [each for each in commitments if not each.result],
        ),
        (
            _("Without an agency that takes part in the plan:"),
            _("Add their agency to those of the plan, or choose one that takes part."),
            [
                each
                for each in [*commitments, *activities]
                if each.agency is None or each.agency.pk not in members
            ],
        ),
        (
            _("Activities without a due date:"),
            _("They are never late; the public reads that no date is known."),
            [each for each in activities if not each.record.due_on],
        ),
    )
    counting = [each for each in activities if each.record.counts_victims]
    return [
        *(
            PlanShortcoming(
                *(text, consequence, bool(lacking)),
                tuple((node.record.code, node.key) for node in lacking),
            )
            for text, consequence, lacking in lacks
        ),
        PlanShortcoming(
            ngettext(
                "%(n)d activity counts victims, as all do until somebody says no.",
                "%(n)d activities count victims, as all do until somebody says no.",
                len(counting),
            )
            % {"n": len(counting)},
            _("The public will never read what percentage is done."),
            bool(counting),
            # One link to the tree: the list could name nearly all activities.
            tuple((_("Change it on the tree"), n.key) for n in counting[:1]),
        ),
    ]


def _shortcomings_of_indicators(indicators):
    people = [each for each in indicators if each.counts == Indicator.Counts.PERSONS]
    not_sensitive = [each.code for each in people if not each.sensitive]
    unassigned = [each.code for each in indicators if each.agency_id is None]
    return (
        PlanShortcoming(
            _("Indicators that count people, without protection: %(codes)s.")
            % {"codes": ", ".join(not_sensitive)},
            _("The public reads each number of them, however small."),
            bool(not_sensitive),
            is_grave=True,
        ),
        PlanShortcoming(
            _("Indicators for which no agency answers: %(codes)s.")
            % {"codes": ", ".join(unassigned)},
            _("Nobody is asked for their values."),
            bool(unassigned),
        ),
    )


def _protection_text(nodes, indicators):
    activities = [n.record for n in nodes if n.level is ACTIVITY]
    return _(
        "Indicators protected as numbers of people: %(sensitive)d of %(indicators)d. "
        "Activities that count victims: %(counts)d of %(activities)d; that reach them: "
        "%(reaches)d."
    ) % {
        "sensitive": sum(each.sensitive for each in indicators),
        "indicators": len(indicators),
        "activities": len(activities),
        "counts": sum(each.counts_victims for each in activities),
        "reaches": sum(each.reaches_victims for each in activities),
    }


def page_changes_of_plan(plan):
    """Return the public pages that would change if the plan were approved today."""
    today = timezone.localdate()
    now = plans.choose_plan(today).home_plan
    then = plans.choose_plan(today, approving=plan).home_plan
    codes = {"now": now.code if now else "–", "then": then.code if then else "–"}
    return [
        PublicPageChange(
            _("The home page"),
            public_path("home"),
            _("The plan that it shows: now %(now)s, then %(then)s.") % codes,
        ),
        PublicPageChange(
            _("The plan %(code)s") % {"code": plan.code},
            change=_("New: %(address)s, with each area, commitment and figure.")
            % {"address": public_path("plan", plan.code)},
        ),
        PublicPageChange(
            _("The page of each agency that takes part"),
            change=_("What it undertakes in this plan."),
        ),
    ]


class ConfirmReadForm(forms.Form):
    """
    Confirms that the user read the plan; if it changed since, they are asked again.
    """

    seen_digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    no_act = forms.BooleanField(
        label=gettext_lazy("There is no act that approves it. The public reads so.")
    )
    no_launch_date = forms.BooleanField(
        label=gettext_lazy(
            "There is no date on which it was launched. The public reads so."
        )
    )
    plan_read = forms.BooleanField(
        label=gettext_lazy(
            "I have read the plan and what is missing. From now on it changes only by "
            "an act."
        )
    )

    def __init__(self, data, *, plan, **kwargs):
        self.digest = workflow.plan_digest(plan)
        super().__init__(data, initial={"seen_digest": self.digest}, **kwargs)
        self.missing = workflow.missing_approval_fields(plan)
        for column, name in ABSENCE_CHECKBOXES.items():
            if column not in self.missing:
                del self.fields[name]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("seen_digest") != self.digest:
            self.add_error(
                None, _("The plan was changed after you had read it: read it again.")
            )
            # The page now shows the current plan, with nothing ticked; ``step``, the
            # name of the pressed button, says that the form was sent.
            self.data = {self.step: "1", "seen_digest": self.digest}
        return cleaned

    @property
    def arguments(self):
        return {
            "seen_digest": self.cleaned_data["seen_digest"],
            "declared_absent": self.missing,
        }


class ApprovePlanForm(ConfirmReadForm, ApproveForm):
    button = gettext_lazy("Yes, approve the plan")


class SendPlanForm(ConfirmReadForm):
    step = "send"

    def __init__(self, data, **kwargs):
        super().__init__(data, label_suffix="", **kwargs)
        self.helper = one_button_helper(
            "step-form", self.step, _("Send the plan for approval")
        )


def plan_to_approve(change):
    if not (change.is_waiting and change.plan_digest):
        return None
    return Plan.objects.get(pk=change.records.get().object_id)


def plan_approval(request, plan):
    plan = plan_or_404(request, plan)
    if plan.status != Plan.Status.IN_PREPARATION:
        return redirect("admin:plan_tree", plan=plan.code)
    if change := workflow.waiting_change(plan):
        return redirect("admin:approval", pk=change.pk)
    form = SendPlanForm(request.POST if request.method == "POST" else None, plan=plan)
    if form.is_valid():
        with refusals_shown_on(form):
            change = workflow.propose_approval(plan, by=request.user, **form.arguments)
            return redirect_to_change(request, change)
    return render_screen(
        request,
        "desk/plan_approval.html",
        status=422 if form.errors else 200,
        title=_("Send the plan %(code)s for approval") % {"code": plan.code},
        whole=load_plan_review(plan),
        page_changes=page_changes_of_plan(plan),
        form=form,
        act_address=reverse("admin:plan_node", args=[plan.code, "plan", plan.pk]),
    )


@require_safe
def plan_preview(request, plan, kind, pk):
    require_reviewer(request)
    template, load = found_or_404(PREVIEW_PAGES.get(kind))
    rows = Plan.objects.filter(status=Plan.Status.IN_PREPARATION).annotate(
        is_reconstructed=plans.is_reconstructed_column()
    )
    plan = get_object_or_404(rows, code=plan)
    record, shown = load(plan, pk)
    context = {
        "plan": plan,
        "name": f"{record.code} {getattr(record, level_of(record).name_field)}",
        "key": node_key(record),
        "content": _render_content_block(
            template, RequestContext(request, {"plan": plan, **shown})
        ),
    }
    return render(request, "desk/plan_preview.html", context)


def _load_commitment(plan, pk):
    rows = Commitment.objects.not_superseded().select_related("lead", "programme__area")
    commitment = get_object_or_404(rows, plan=plan, pk=pk)
    commitment.plan = commitment.programme.area.plan = plan
    commitment.is_disputed = commitment.is_declared = False
    return commitment, {
        "commitment": commitment,
        **figures_of(commitment),
        **activities_context(commitment, commitments.Supersessions(plan), {}),
    }


def _load_area(plan, pk):
    found = (each for each in areas.areas_of_plan(plan) if each.pk == pk)
    area = found_or_404(next(found, None))
    area.plan = plan
    return area, area_context(
        area, _progress_in_preparation(plan, timezone.localdate())
    )


def _progress_in_preparation(plan, today):
    agencies = Agency.objects.in_bulk()
    commitment_rows, activity_rows = (
        model.objects.not_superseded()
        .annotate(is_disputed=Value(False))
        .order_by("sort_code", "pk")
        for model in (Commitment, Activity)
    )
    commitments = commitments_of(plan, commitment_rows, agencies)
    activities = activities_of(plan, activity_rows, agencies, commitments)
    rows = build_progress(
        commitments,
        activities,
        counted_updates.CountedUpdates(),
        (),
        today,
    )
    return PlanProgress(plan, rows, (), today)


#: Slug in the URL → public template, and function that loads record and context.
PREVIEW_PAGES = {
    "eje": ("area.html", _load_area),
    "compromiso": ("commitment.html", _load_commitment),
}


def _render_content_block(template, context):
    template = get_template(template).template
    (block,) = [
        node
        for node in template.nodelist.get_nodes_by_type(BlockNode)
        if node.name == "content"
    ]
    with context.render_context.push_state(template), context.bind_template(template):
        return block.nodelist.render(context)
