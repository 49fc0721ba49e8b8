"""How the public will read an area or a commitment of a plan in preparation."""

from django.db.models import Value
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.template import RequestContext
from django.template.loader import get_template
from django.template.loader_tags import BlockNode
from django.utils import timezone
from django.views.decorators.http import require_safe

from agencies.access import only_reviewers
from agencies.models import Agency
from strategic_areas.desk.plantree.levels import key_of, level_of
from strategic_areas.models import Activity, Commitment, Plan
from strategic_areas.queries.pages import areas, commitments
from strategic_areas.queries.plan import board, counted, plans
from strategic_areas.views.commitments import figures_of, part_shown
from strategic_areas.views.plans import area_context


@require_safe
def plan_preview(request, plan, kind, pk):
    """The content of the record's public page, in a frame that only staff see."""
    only_reviewers(request)
    if kind not in PAGES:
        raise Http404
    rows = Plan.objects.filter(status=Plan.Status.IN_PREPARATION)
    rows = rows.annotate(is_reconstructed=plans.reconstructed())
    plan = get_object_or_404(rows, code=plan)
    template, read = PAGES[kind]
    record, shown = read(plan, pk)
    content = _content(template, RequestContext(request, {"plan": plan, **shown}))
    context = {
        "plan": plan,
        "name": f"{record.code} {getattr(record, level_of(record).named)}",
        "key": key_of(record),
        "content": content,
    }
    return render(request, "desk/plan_preview.html", context)


def _commitment(plan, pk):
    rows = Commitment.objects.standing().select_related("lead", "programme__area")
    commitment = get_object_or_404(rows, plan=plan, pk=pk)
    commitment.plan = commitment.programme.area.plan = plan
    commitment.is_disputed = commitment.is_declared = False
    return commitment, {
        "commitment": commitment,
        **figures_of(commitment),
        **part_shown(commitment, commitments.Succession(plan), {}),
    }


def _area(plan, pk):
    area = next((each for each in areas.of_plan(plan) if each.pk == pk), None)
    if area is None:
        raise Http404
    area.plan = plan
    return area, area_context(area, _board(plan))


def _board(plan):
    """The plan as it stands, of which nobody has reported anything yet."""
    agencies, found = Agency.objects.in_bulk(), {}
    for model in (Commitment, Activity):
        rows = model.objects.standing().annotate(is_disputed=Value(False))
        found[model] = rows.order_by("sort_code", "pk")
    commitments = board.commitments_of(plan, found[Commitment], agencies)
    work = board.activities_of(plan, found[Activity], agencies, commitments)
    rows = board.build(commitments, work, counted.Accounts(), (), timezone.localdate())
    return board.Board(plan, rows)


#: The word in the address → the template of the public page, and what reads for it.
PAGES = {
    "eje": ("area.html", _area),
    "compromiso": ("commitment.html", _commitment),
}


def _content(template, context):
    """What the block ``content`` of a public template says, without the page around."""
    template = get_template(template).template
    (block,) = [
        node
        for node in template.nodelist.get_nodes_by_type(BlockNode)
        if node.name == "content"
    ]
    with context.render_context.push_state(template), context.bind_template(template):
        return block.nodelist.render(context)
