"""The page of a plan's tree, and the steps that are taken on it."""

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import ProtectedError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from agencies import access, audit
from agencies.access import RefusedError
from strategic_areas import workflow
from strategic_areas.desk.changes.decisions import with_link_to_change
from strategic_areas.desk.plantree import approving, levels, tree
from strategic_areas.desk.plantree.forms import form_of
from strategic_areas.desk.plantree.levels import key_of, over
from strategic_areas.desk.screens import screen
from strategic_areas.models import Plan, Provenance

#: The header by which the script asks for a part of the page: "form" or "tree".
PART = "X-Tree-Part"
#: The words of the buttons that move a record → which neighbour it changes with.
STEPS = {"up": -1, "down": 1}


def _plan(request, code):
    access.only_reviewers(request)
    return get_object_or_404(Plan.objects.visible_to(request.user), code=code)


def _record(plan, kind, pk):
    level = levels.named(kind)
    if level is None:
        raise Http404
    record = get_object_or_404(level.rows(plan), pk=pk)
    record.plan = plan
    return record


@require_safe
def plan_list(request):
    access.only_reviewers(request)
    return screen(
        request,
        "desk/plan_list.html",
        title=_("Build and keep a plan"),
        plans=Plan.objects.visible_to(request.user),
    )


@require_safe
def plan_tree(request, plan):
    """The whole plan, open at the record that ``node`` in the address names."""
    return _page(request, _plan(request, plan))


def plan_node(request, plan, kind, pk):
    """The form of one record in its place; posted, it saves or proposes."""
    plan = _plan(request, plan)
    record = _record(plan, kind, pk)
    return _form_page(request, plan, record, key_of(record))


def plan_node_new(request, plan, kind, above):
    plan, level = _plan(request, plan), levels.named(kind)
    if level is None:
        raise Http404
    rows = level.higher.rows(plan) if level.higher else Plan.objects.filter(pk=plan.pk)
    above = get_object_or_404(rows, pk=above)
    record = level.model(provenance=Provenance.PLAN, plan=plan)
    setattr(record, level.above, above)
    return _form_page(request, plan, record, key_of(above))


def _form_page(request, plan, record, key):
    is_posted = request.method == "POST"
    with transaction.atomic():
        form = form_of(type(record))(
            *((request.POST, request.FILES) if is_posted else ()), instance=record
        )
        is_valid = form.is_valid()
        if is_valid and form.goes_on:
            form.add_other()
        elif is_valid and (said := _keep(request, form)):
            messages.success(request, said)
            return _done(plan, form, goes_on="add" in request.POST)
        if is_posted:
            transaction.set_rollback(True)
    is_refused = is_posted and not (is_valid and form.goes_on)
    return _page(request, plan, form, key, status=422 if is_refused else 200)


def _keep(request, form):
    """
    Save what the form says, or propose it where a second person has to approve.

    Returns the sentence that says so; "" where the form's errors say why not.
    """
    record, is_new = form.instance, form.instance.pk is None
    together = [(record, form.links), *((each, {}) for each in form.coded_anew)]
    together += form.new_records
    changed = [*form.typed_names(), *(["code"] if form.coded_anew else [])]
    if not is_new and not changed:
        return _("Nothing was changed.")
    try:
        if not all(
            workflow.applies_at_once(each, changed, links) for each, links in together
        ):
            change = form.propose(together, by=request.user)
            return with_link_to_change(
                change, _("Kept. It applies when another person approves it.")
            )
        form.save()
        for each in form.coded_anew:
            each.save()
    except workflow.AlreadyWaiting as error:
        text = _("A change of this waits for approval; nothing of yours was kept.")
        form.add_error(None, with_link_to_change(error.current, text))
        return ""
    except RefusedError as error:
        form.add_error(None, str(error))
        return ""
    event = audit.Event.RECORD_MADE if is_new else audit.Event.RECORD_CHANGED
    audit.record(event, request=request, obj=record, fields=set(changed))
    return _("Saved: %(record)s") % {"record": record}


@require_POST
def plan_node_step(request, plan, kind, pk):
    """Move a record before or after its neighbour, or delete it; nobody approves it."""
    plan = _plan(request, plan)
    record = _record(plan, kind, pk)
    above, step = over(record), request.POST.get("step")
    try:
        with transaction.atomic():
            if step == "delete":
                said = _delete(request, record)
            elif step in STEPS:
                said = _move(request, record, STEPS[step])
            else:
                raise Http404
    except RefusedError as error:
        messages.warning(request, str(error))
        return _back(plan, record)
    messages.success(request, said)
    return _back(plan, above if step == "delete" else record)


def _move(request, record, step):
    for each in levels.swap(record, step):
        audit.record(
            audit.Event.RECORD_CHANGED, request=request, obj=each, fields={"code"}
        )
    return _("Moved: %(record)s") % {"record": record}


def _delete(request, record):
    if not workflow.applies_at_once(record, ["code"]):
        raise RefusedError(_("Only what stands in a plan in preparation is deleted."))
    told = str(record)
    audit.record(audit.Event.RECORD_DELETED, request=request, obj=record)
    try:
        record.delete()
    except ProtectedError as error:
        text = _("Other records hang on it; delete those first: %(others)s")
        others = ", ".join(sorted({str(each) for each in error.protected_objects})[:5])
        raise RefusedError(text % {"others": others}) from error
    return _("Deleted: %(record)s") % {"record": told}


def plan_approval(request, plan):
    return approving.page(request, _plan(request, plan))


def _done(plan, form, goes_on):
    record, level = form.instance, form.level
    if not goes_on:
        return _back(plan, record if record.pk else over(record))
    if level.below and record.pk:
        return redirect("admin:plan_node_new", plan.code, level.below.word, record.pk)
    return redirect("admin:plan_node_new", plan.code, level.word, over(record).pk)


def _back(plan, record):
    page, key = reverse("admin:plan_tree", args=[plan.code]), key_of(record)
    return redirect(f"{page}?node={key}#{key}")


def _page(request, plan, form=None, key="", status=200):
    """The page, with a form in the node of this key; for the script a part of it."""
    key = key or request.GET.get("node", "plan")
    waits = workflow.waiting_change(plan)
    found, part = tree.load(plan, key, waits), request.headers.get(PART)
    node = next((each for each in found.root if each.key == key), None)
    context = {"tree": found, "form": form, "key": key, "node": node}
    if form and (part == "form" or part and request.method == "POST"):
        return render(request, "desk/_plan_node_form.html", context, status=status)
    if part:
        context["said"] = messages.get_messages(request)
        return render(request, "desk/_plan_tree.html", context)
    context |= {
        **admin.site.each_context(request),
        "title": _("Plan %(code)s as a tree") % {"code": plan.code},
        "waits": waits,
    }
    return render(request, "desk/plan_tree.html", context, status=status)
