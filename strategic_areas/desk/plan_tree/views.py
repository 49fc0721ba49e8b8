"""Pages of a plan's tree: forms, steps, and the person's draft."""

from functools import partial

from django import forms
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from agencies import audit
from agencies.access import RefusedError, require_reviewer
from strategic_areas import workflow
from strategic_areas.desk.changes.amendment_forms import ProposeAmendmentForm
from strategic_areas.desk.changes.decisions import redirect_to_change
from strategic_areas.desk.changes.protection import describe_differences
from strategic_areas.desk.inputs import one_button_helper
from strategic_areas.desk.plan_tree import draft
from strategic_areas.desk.plan_tree.forms import (
    PlanNodeForm,
    code_edits,
    new_codes_below,
    replacement_edits,
)
from strategic_areas.desk.plan_tree.levels import (
    ACTIVITY,
    ADDABLE_LEVELS,
    LEVEL_BY_SLUG,
    LEVEL_BY_TABLE,
    NESTED_LEVELS,
    PLAN,
    url_key,
)
from strategic_areas.desk.plan_tree.nodes import PlanTree
from strategic_areas.desk.review.comparison import ComparedField
from strategic_areas.desk.screens import plan_or_404, refusals_shown_on, render_screen
from strategic_areas.models import Amendment, Plan, Provenance
from strategic_areas.plan_document import records
from strategic_areas.plan_document.values import digest
from strategic_areas.views.parameters import found_or_404

#: Header with which the page's script requests one part of it: "form" or "tree".
PART_HEADER = "X-Tree-Part"


def _tree(request, plan, **options):
    lines = draft.draft_lines(plan, request.user)
    return PlanTree(plan, lines, workflow.waiting_change(plan), **options)


def _node(tree, kind, place):
    for node in tree.nodes(LEVEL_BY_SLUG.get(kind)):
        if url_key(node.record) == place:
            return node
    raise Http404


@require_safe
def plan_list(request):
    require_reviewer(request)
    return render_screen(
        request,
        "desk/plan_list.html",
        title=_("Build and keep a plan"),
        plans=Plan.objects.visible_to(request.user),
    )


@require_safe
def redirect_to_plan_tree(request, plan="", kind=""):
    """Redirect the former URLs of amendment forms."""
    require_reviewer(request)
    return redirect("admin:plan_tree", plan) if plan else redirect("admin:plan_list")


@require_safe
def plan_tree(request, plan):
    tree = _tree(request, plan_or_404(request, plan))
    return _page(request, tree, key=request.GET.get("node", ""))


def plan_node(request, plan, kind, pk):
    return _form_page(request, plan, lambda tree: _node(tree, kind, pk))


def plan_node_new(request, plan, kind, above):
    level = LEVEL_BY_SLUG.get(kind)

    def find(tree):
        for node in tree.root:
            may_add = level in ADDABLE_LEVELS.get(node.level, ())
            if may_add and above in (node.key, url_key(node.record)):
                return node
        raise Http404

    return _form_page(request, plan, find, level)


def _form_page(request, code, find, level=None):
    plan, is_posted = plan_or_404(request, code), request.method == "POST"
    with transaction.atomic():
        if is_posted:
            _lock(plan)
        tree = _tree(request, plan)
        node = find(tree)
        posted = (request.POST,) if is_posted else ()
        form = PlanNodeForm(*posted, tree=tree, node=node, level=level or node.level)
        if form.is_valid() and (done := _save_form(request, form)):
            return done
        if is_posted:
            transaction.set_rollback(True)
    return _page(request, tree, form, node.key, status=422 if is_posted else 200)


def _lock(plan):
    list(Plan.objects.select_for_update().filter(pk=plan.pk).values_list("pk"))


def _save_form(request, form):
    tree, node, edits = form.tree, form.node, form.edits
    if not edits:
        messages.success(request, _("Nothing was changed."))
        return _redirect_to_node(tree.plan, node.key)
    result, level = None, form.level
    try:
        with refusals_shown_on(form), transaction.atomic():
            result = draft.save_edits(request, tree, edits)
    except IntegrityError:
        form.add_error(
            None, _("Nothing was saved: two records would be known by the same code.")
        )
    if result and not result.url_key:
        form.add_problems(result.problems)
    if form.errors:
        return None
    _show_saved(request, result, form.name)
    key = result.url_key if form.is_new else url_key(node.record)
    if "add" not in request.POST:
        return _redirect_to_node(
            tree.plan, node.key if level is PLAN else f"{level.slug}-{key}"
        )
    if level.next_level:
        return redirect(
            "admin:plan_node_new", tree.plan.code, level.next_level.slug, key
        )
    return redirect(
        (node if form.is_new else tree.parent_node(node)).add_address(level)
    )


def _show_saved(request, result, record, saved_text=""):
    text = saved_text or _("Saved: %(record)s")
    if result.is_drafted:
        text = _("In your draft: %(record)s. You propose it with all the rest.")
    messages.success(request, text % {"record": record})


@require_POST
def plan_node_step(request, plan, kind, pk):
    """Take a step without a form; ``NODE_STEPS`` names them."""
    plan = plan_or_404(request, plan)
    step = found_or_404(NODE_STEPS.get(request.POST.get("step")))
    try:
        with transaction.atomic():
            _lock(plan)
            tree = _tree(request, plan)
            key = step(request, tree, _node(tree, kind, pk))
    except RefusedError as error:
        messages.warning(request, str(error))
        key = f"{kind}-{pk}"
    if "from_draft" in request.POST:
        return redirect("admin:plan_draft", plan.code)
    return _redirect_to_node(plan, key)


def _swap(step, request, tree, node):
    if not tree.saves_at_once or node.level not in NESTED_LEVELS:
        raise RefusedError(_("Codes of an approved plan change one by one."))
    siblings = node.siblings
    place = siblings.index(node) + step
    if not 0 <= place < len(siblings):
        raise RefusedError(_("There is nothing to change places with."))
    new_codes = []
    for one, another in ((node, siblings[place]), (siblings[place], node)):
        new_codes.append((one.record, another.code))
        new_codes += new_codes_below(tree, one.record, one.code, another.code)
    edits = code_edits(new_codes)
    _save_all(request, tree, edits, node.record, _("Moved: %(record)s"))
    return node.key


def _delete(request, tree, node):
    record = node.record
    is_stored = node.level is not PLAN and not node.is_new
    if not (is_stored and workflow.needs_no_approval(record, ["code"])):
        raise RefusedError(_("Only records of a plan in preparation can be deleted."))
    name = str(record)
    audit.record_event(audit.Event.RECORD_DELETED, request=request, obj=record)
    try:
        record.delete()
    except ProtectedError as error:
        text = _("Other records depend on it; delete those first: %(others)s")
        others = ", ".join(sorted({str(each) for each in error.protected_objects})[:5])
        raise RefusedError(text % {"others": others}) from error
    messages.success(request, _("Deleted: %(record)s") % {"record": name})
    return tree.parent_node(node).key


def _drop(request, tree, node):
    line_pk = node.draft_line_pk
    if line_pk is None:
        raise RefusedError(_("Your draft says nothing of this."))
    linking = draft.drop_line(tree.plan, tree.draft_lines, line_pk, by=request.user)
    if linking:
        keys = {each.pk for each in linking}
        others = [str(each.record) for each in tree.root if each.draft_line_pk in keys]
        raise RefusedError(
            _("Other lines of your draft lead to it; drop those first: %(others)s")
            % {"others": ", ".join(others[:5])}
        )
    messages.success(request, _("Dropped: %(record)s") % {"record": node.record})
    return tree.parent_node(node).key if node.is_new else node.key


def _merge(request, tree, node):
    chosen = {*request.POST.getlist("with")}
    others = [each for each in node.mergeable_siblings if each.key in chosen]
    if not others:
        raise RefusedError(_("Choose at least one other activity of the commitment."))
    return _replace(request, tree, [node, *others], 1)


def _replace(request, tree, nodes, number):
    if not all(each.may_be_replaced for each in nodes):
        raise RefusedError(
            _("Only an activity that the approved plan itself states is replaced.")
        )
    edits = replacement_edits(tree, nodes, number)
    key = _save_all(request, tree, edits, nodes[0].record).url_key
    return f"{ACTIVITY.slug}-{key}"


def _save_all(request, tree, edits, record, saved_text=""):
    result = draft.save_edits(request, tree, edits)
    if not result.url_key:
        raise RefusedError(" ".join(t for each in result.problems for _n, t in each))
    _show_saved(request, result, record, saved_text)
    return result


NODE_STEPS = {
    "up": partial(_swap, -1),
    "down": partial(_swap, 1),
    "delete": _delete,
    "drop": _drop,
    "split": lambda request, tree, node: _replace(request, tree, [node], 2),
    "join": _merge,
}


class ProposeDraftForm(ProposeAmendmentForm):
    """
    Proposes a whole draft; ``shown`` is the digest of the lines that the user read.
    """

    shown = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *posted, plan, preview, shown):
        initial = {"shown": shown}
        super().__init__(
            *posted, plan=plan, records_to_save=preview.records_to_save, initial=initial
        )
        self.digest = shown
        self.helper = one_button_helper("step-form", "propose", _("Send for approval"))

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("shown") != self.digest:
            self.add_error(None, _("Your draft was changed meanwhile: read it again."))
            self.data = {**self.data.dict(), "shown": self.digest}
        if cleaned.get("act") in Amendment.KINDS_WITHOUT_ACT and any(
            map(_needs_act, self.records_to_save)
        ):
            self.add_error(
                "act",
                _(
                    "A page or a document corrects what is written. What divides, "
                    "joins, stops or extends is decided by an act."
                ),
            )
        return cleaned


def _needs_act(to_save):
    replaced = to_save.links.get("supersedes", ())
    return (
        "stopped" in to_save.line.values
        or isinstance(to_save.record, Plan)
        and "ends_on" in to_save.line.values
        or any(each.provenance == Provenance.PLAN for each in replaced)
    )


@transaction.atomic
def plan_draft(request, plan):
    plan, posted = plan_or_404(request, plan), ()
    if request.method == "POST":
        posted = (request.POST, request.FILES)
        _lock(plan)
    tree = _tree(request, plan, with_checks=True)
    if "settle" in request.POST:
        draft.settle_conflicts(tree, request.POST, by=request.user)
        return redirect("admin:plan_draft", plan.code)
    form, effects, preview = None, {}, tree.preview
    if preview.records_to_save and not preview.has_problems and not tree.conflicts:
        shown = digest([[each.pk, each.new_values] for each in tree.draft_lines])
        form = ProposeDraftForm(*posted, plan=plan, preview=preview, shown=shown)
        if form.is_valid() and (change := form.propose(by=request.user)):
            line_pks = [each.pk for each in tree.draft_lines]
            workflow.drop_draft_lines(plan, line_pks, by=request.user)
            return redirect_to_change(request, change)
        effects = records.preview_effects(
            plan, preview.records_to_save, by=request.user
        )
    return render_screen(
        request,
        "desk/plan_draft.html",
        status=422 if posted else 200,
        title=_("What you propose: plan %(code)s") % {"code": plan.code},
        tree=tree,
        rows=[
            (title, [_row(tree, each) for each in lines])
            for title, lines in preview.tables
        ],
        form=form,
        effects=effects,
        public=describe_differences(effects.get("public") or ()),
    )


def _row(tree, preview):
    line = tree.draft_line_of[id(preview.line)]
    level, place = LEVEL_BY_TABLE[line.table], str(line.record or f"n{line.pk}")
    args = [tree.plan.code, level.slug, place]
    return {
        "shown": preview,
        "kept": line,
        "key": "plan" if level is PLAN else f"{level.slug}-{place}",
        "step": reverse("admin:plan_node_step", args=args),
        "changes": [ComparedField(c.header, c.old, c.new) for c in preview.changes],
    }


def _redirect_to_node(plan, key):
    return redirect(f"{reverse('admin:plan_tree', args=[plan.code])}?node={key}#{key}")


def _page(request, tree, form=None, key="", status=200):
    tree.open_at(key)
    part = request.headers.get(PART_HEADER)
    context = {"tree": tree, "form": form, "key": key, "node": tree.by_key.get(key)}
    if form and (part == "form" or part and request.method == "POST"):
        return render(request, "desk/_plan_node_form.html", context, status=status)
    if part:
        context["messages"] = messages.get_messages(request)
        return render(request, "desk/_plan_tree.html", context)
    return render_screen(
        request,
        "desk/plan_tree.html",
        status=status,
        title=_("Plan %(code)s as a tree") % {"code": tree.plan.code},
        **context,
    )
