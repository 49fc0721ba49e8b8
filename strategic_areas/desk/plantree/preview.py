"""How the public will read a commitment of a plan in preparation."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.template import RequestContext
from django.template.loader import get_template
from django.template.loader_tags import BlockNode
from django.utils import timezone
from django.views.decorators.http import require_safe

from agencies import access
from strategic_areas.models import Commitment, Plan
from strategic_areas.queries.figures import indicators
from strategic_areas.queries.pages import commitments
from strategic_areas.queries.plan import plans
from strategic_areas.queries.plan.succession import Succession
from strategic_areas.views import indicator_pictures


@require_safe
def plan_preview(request, plan, pk):
    """The content of the commitment's public page, in a frame that only staff see."""
    if not access.is_reviewer(request.user):
        raise Http404
    rows = Plan.objects.filter(status=Plan.Status.IN_PREPARATION)
    rows = rows.annotate(is_reconstructed=plans.reconstructed())
    plan = get_object_or_404(rows, code=plan)
    rows = Commitment.objects.standing().select_related("lead", "programme__area")
    commitment = get_object_or_404(rows, plan=plan, pk=pk)
    commitment.plan = commitment.programme.area.plan = plan
    commitment.is_disputed = False
    found = commitments.page(commitment, Succession(plan), timezone.localdate())
    lines = indicators.of_commitment(commitment)
    shown = {
        "plan": plan,
        "commitment": commitment,
        "page": found,
        "figures": indicator_pictures.first_of(lines),
    }
    content = _content("commitment.html", RequestContext(request, shown))
    context = {"plan": plan, "commitment": commitment, "content": content}
    return render(request, "desk/plan_preview.html", context)


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
